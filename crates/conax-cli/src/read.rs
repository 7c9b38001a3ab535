//! Reading files of text: one reader for all of them, which names what is wrong with an encoding.

use std::io::{Error, ErrorKind};
use std::path::Path;

use conax_contract::text::{Finding, NotUtf8, Place, Span, decode, look_alike_before, render};
use toml::de::Error as TomlError;

/// The text of a file.
///
/// # Errors
/// If it cannot be read; what is no UTF-8 is told as what it looks like.
pub(crate) fn text_file(path: impl AsRef<Path>) -> std::io::Result<String> {
    let bytes = std::fs::read(path)?;
    decode(bytes).map_err(|problem| Error::new(ErrorKind::InvalidData, problem))
}

/// What is wrong with a file that cannot be read, beside its line if it has lines.
pub(crate) fn findings_of(error: &Error) -> (String, Vec<Finding>) {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(NotUtf8 { source, finding }) => (source.clone(), vec![finding.clone()]),
        None => {
            let start = Place { line: 1, column: 1 };
            let span = Span { start, end: start };
            let message = format!("failed to read the file: {error}");
            (String::new(), vec![Finding::new(span, message)])
        }
    }
}

/// The same as text for people.
pub(crate) fn problem(path: &str, error: &Error) -> String {
    let (source, findings) = findings_of(error);
    render(path, &source, &findings)
}

/// What is wrong with a file that is no TOML: the parser's word, or a character that only looks
/// like one of TOML's.
pub(crate) fn toml_problem(path: &str, source: &str, error: &TomlError) -> String {
    let offset = error.span().map_or(0, |span| span.start);
    let before = source.get(..offset).unwrap_or_default();
    let last = before.rsplit('\n').next().unwrap_or_default();
    let start = Place {
        line: before.matches('\n').count() + 1,
        column: last.chars().count() + 1,
    };
    let finding = look_alike_before(start.line, source)
        .unwrap_or_else(|| Finding::new(Span { start, end: start }, error.message()));
    render(path, source, &[finding])
}
