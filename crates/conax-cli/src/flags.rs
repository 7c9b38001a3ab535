//! The flags of verbs: how they are defined, and what was given.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches};
use conax_contract::text::{near_miss, parse_duration};

use crate::failure::Failure;

/// A flag with a value.
pub(crate) fn flag(name: &'static str, value: &'static str, help: impl Into<String>) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help.into())
}

/// A flag with a value that may be given several times.
pub(crate) fn repeated(name: &'static str, value: &'static str, help: impl Into<String>) -> Arg {
    flag(name, value, help).action(ArgAction::Append)
}

/// A flag without a value.
pub(crate) fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// How many are played at a time if nobody says.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What was given.
pub(crate) trait Flags {
    /// The value of a flag or argument.
    fn text(&self, name: &str) -> Option<&str>;

    /// All values of a flag or argument.
    fn texts(&self, name: &str) -> Vec<String>;

    /// A whole number.
    fn whole(&self, name: &str) -> Result<Option<u64>, Failure>;

    /// A time, `such_as` these.
    fn time(&self, name: &str, such_as: &str) -> Result<Option<Duration>, Failure>;

    /// Those of these flags that were given, as they can be given again.
    fn again(&self, names: &[&str], write: impl Fn(&str) -> String) -> String;
}

impl Flags for ArgMatches {
    fn text(&self, name: &str) -> Option<&str> {
        self.get_one::<String>(name).map(String::as_str)
    }

    fn texts(&self, name: &str) -> Vec<String> {
        self.get_many::<String>(name).into_iter().flatten().cloned().collect()
    }

    fn whole(&self, name: &str) -> Result<Option<u64>, Failure> {
        let parse = |text: &str| text.parse().map_err(|_| wrong(name, text, "a whole number"));
        self.text(name).map(parse).transpose()
    }

    fn time(&self, name: &str, such_as: &str) -> Result<Option<Duration>, Failure> {
        let parse = |text| {
            let expected = || wrong(name, text, &format!("a time such as {such_as}"));
            parse_duration(text).ok_or_else(expected)
        };
        self.text(name).map(parse).transpose()
    }

    fn again(&self, names: &[&str], write: impl Fn(&str) -> String) -> String {
        let given = names.iter().filter_map(|name| Some((name, self.text(name)?)));
        given.map(|(name, value)| format!(" --{name} {}", write(value))).collect()
    }
}

/// A hint: what was probably meant by `found`, or what else helps.
pub(crate) fn meant<'a>(
    found: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    near_miss(found, known).map_or_else(otherwise, |near| format!("did you mean `{near}`?"))
}

/// What is wrong with the value of a flag.
pub(crate) fn wrong(name: &str, found: &str, expected: &str) -> Failure {
    Failure::usage(format!("--{name}: found `{found}`, expected {expected}"))
}

/// A word as a shell takes it, in one line.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-:=,@~+".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) && !word.starts_with('~') {
        true => word.to_owned(),
        false if word.contains(|letter: char| letter.is_ascii_control()) => {
            let escaped = |letter: char| match letter {
                '\'' | '\\' => format!("\\{letter}"),
                letter if letter.is_ascii_control() => format!("\\x{:02x}", u32::from(letter)),
                letter => letter.to_string(),
            };
            format!("$'{}'", word.chars().map(escaped).collect::<String>())
        }
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}
