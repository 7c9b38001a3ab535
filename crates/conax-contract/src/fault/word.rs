//! Faults that are named by one word: presets and weathers.

use super::catalogue::PRESETS;
use super::read::parse_rules;
use super::rule::WrittenRule;
use super::weather::WEATHERS;
use crate::text::{near_miss, render};

/// The rules one word stands for: a preset by its id or name, or a weather.
#[must_use]
pub fn rules_of_word(word: &str) -> Option<Vec<WrittenRule>> {
    if let Some(rule) = WrittenRule::of_preset(word) {
        return Some(vec![rule]);
    }
    let weather = WEATHERS.iter().find(|weather| weather.name == word)?;
    Some(weather.rules())
}

/// The preset or weather that a word was probably to be.
#[must_use]
pub fn near_word(word: &str) -> Option<&'static str> {
    let presets = PRESETS.iter().map(|preset| preset.name);
    let known = WEATHERS.iter().map(|weather| weather.name).chain(presets);
    near_miss(word, known)
}

/// Faults as a person says them: one word, or rules as a file has them.
///
/// # Errors
/// Everything that is wrong with them, rendered for a person.
pub fn parse_faults(source: &str) -> Result<Vec<WrittenRule>, String> {
    let word = source.trim();
    if let Some(rules) = rules_of_word(word) {
        return Ok(rules);
    }
    // Rules are maps or lists; what has neither is a word that was misspelt.
    if word.contains([':', '\n', '{', '[']) {
        return parse_rules(source)
            .map_err(|findings| render("faults", source, &findings).trim_end().to_owned());
    }
    let hint = match near_word(word) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "presets are `f01` to `f46`; weathers have names such as `brownout`".to_owned(),
    };
    Err(format!("`{word}` is no preset and no weather\n   hint: {hint}"))
}
