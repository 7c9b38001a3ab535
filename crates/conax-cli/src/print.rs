//! Printing: results to standard output, everything else to standard error.
//!
//! Whoever closed his end of a pipe does not want to read on; that is no reason to fail, so such
//! errors are let go. Every other error of writing a result is kept for the end of the program
//! ([`concluded`]): a result that is not there, on a disk that is full, is no success. `println!`
//! would panic.

use std::fmt::Display;
use std::io::{Error, ErrorKind, Result, Write};
use std::sync::OnceLock;

use conax_contract::text::visible;

use crate::exit::Exit;

/// Why a result could not be printed, the first time.
static FAILURE: OnceLock<Error> = OnceLock::new();

/// Remembers a failure to print a result.
pub(crate) fn note(printed: Result<()>) {
    if let Err(error) = printed
        && error.kind() != ErrorKind::BrokenPipe
    {
        // Only the first is told.
        let _ = FAILURE.set(error);
    }
}

/// Whether a result could not be printed, though somebody wanted it.
pub(crate) fn has_failed() -> bool {
    FAILURE.get().is_some()
}

/// How the program ends, now that everything is printed.
pub(crate) fn concluded(exit: Exit) -> Exit {
    note(std::io::stdout().flush());
    match FAILURE.get() {
        None => exit,
        Some(error) => {
            aside(format_args!("error: failed to write to standard output: {error}"));
            match exit {
                Exit::OurBug => exit,
                _ => Exit::ReportNotWritten,
            }
        }
    }
}

/// Prints a line of the result. What would move the cursor or turn a line around is escaped.
pub(crate) fn result(line: impl Display) {
    painted(visible(&line.to_string()));
}

/// Prints a line of the result with colours in it, whose text is escaped.
pub(crate) fn painted(line: impl Display) {
    note(writeln!(std::io::stdout(), "{line}"));
}

/// Prints a name and what it means, wrapped to eighty columns.
pub(crate) fn meaning(name: &str, width: usize, text: &str) {
    let mut line = format!("{name:<width$}");
    let mut is_empty = true;
    for word in text.split_whitespace() {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > 80 {
            result(&line);
            line = " ".repeat(width);
        }
        line.push(' ');
        line.push_str(word);
        is_empty = false;
    }
    result(line);
}

/// The first of some names, and how many more there are.
pub(crate) fn few(names: &[impl AsRef<str>], most: usize) -> String {
    let some: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(most) {
        0 => some.join(", "),
        more => format!("{} and {more} more", some.join(", ")),
    }
}

/// Prints a result as it is.
pub(crate) fn text(text: &[u8]) {
    let mut stdout = std::io::stdout();
    note(stdout.write_all(text).and_then(|()| stdout.flush()));
}

/// Shows where things stand, without ending the line.
pub(crate) fn status(text: impl Display) {
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{text}");
    let _ = stderr.flush();
}

/// Says a line to the person who started the program, escaped as a result is.
pub(crate) fn aside(line: impl Display) {
    painted_aside(visible(&line.to_string()));
}

/// Says several lines, each escaped as a result is.
pub(crate) fn aside_lines(text: &str) {
    text.lines().for_each(aside);
}

/// Says a line with colours in it, whose text is escaped.
pub(crate) fn painted_aside(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
