//! Printing: results to standard output, everything else to standard error.
//!
//! Whoever closed his end of a pipe does not want to read on; that is no reason to fail, so errors
//! of writing are let go. `println!` would panic.

use std::fmt::Display;
use std::io::Write;

/// Prints a line of the result.
pub(crate) fn result(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
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

/// Prints a result as it is.
pub(crate) fn text(text: &[u8]) {
    let mut stdout = std::io::stdout();
    let _ = stdout.write_all(text);
    let _ = stdout.flush();
}

/// Shows where things stand, without ending the line.
pub(crate) fn status(text: impl Display) {
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{text}");
    let _ = stderr.flush();
}

/// Says a line to the person who started the program.
pub(crate) fn aside(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
