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

/// Prints a result as it is.
pub(crate) fn text(text: &[u8]) {
    let mut stdout = std::io::stdout();
    let _ = stdout.write_all(text);
    let _ = stdout.flush();
}

/// Says a line to the person who started the program.
pub(crate) fn aside(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
