//! What is wrong with a file, and where.

use super::marked::Span;
use super::screen::visible_name;

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The line, starting at 1.
    pub line: usize,
    /// The column, in characters, starting at 1.
    pub column: usize,
    /// The first column after what is marked; equal to `column` if nothing can be marked.
    pub end_column: usize,
    /// What is wrong: a lower-case fragment without a full stop, values in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Finding {
    /// A finding about what is written at `span`.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            line: span.start.line,
            column: span.start.column,
            end_column: span.end_column(),
            message: message.into(),
            hint: None,
        }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A value of the file as messages show it: in backticks, and cut if it is long. Of an empty one
/// there is nothing to see.
#[must_use]
pub fn shown(value: &str) -> String {
    const LIMIT: usize = 60;
    let value = visible_name(value);
    match value.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("`{}…`", &value[..end]),
        None if value.is_empty() => "\"\" (an empty name)".to_owned(),
        None => format!("`{value}`"),
    }
}

/// The findings of one file, collected while it is read.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<Finding>,
    left_out: usize,
    elsewhere: bool,
}

impl Findings {
    /// How many findings of one file are kept: more help nobody and a large file may have
    /// hundreds of thousands.
    pub const LIMIT: usize = 200;

    /// No findings yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn add(&mut self, finding: Finding) {
        if self.found.len() < Self::LIMIT {
            self.found.push(finding);
        } else {
            self.left_out += 1;
        }
    }

    /// Notes that what is wrong is told elsewhere: another file is the reason for having no value.
    pub fn note_elsewhere(&mut self) {
        self.elsewhere = true;
    }

    /// Whether something is told of this place.
    #[must_use]
    pub fn is_told(&self, span: Span) -> bool {
        let place = (span.start.line, span.start.column);
        let mut found = self.found.iter();
        found.any(|finding| (finding.line, finding.column) == place)
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether as many were found as are kept, so that looking for hints is not worth the time.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.found.len() >= Self::LIMIT
    }

    /// The value if nothing was found; else the findings in the order of the file.
    ///
    /// # Errors
    /// The findings, if there are any. The last one tells how many were left out.
    ///
    /// # Panics
    /// If there is neither a value nor a finding: a reader gave up without saying why.
    pub fn into_result<T>(mut self, value: Option<T>) -> Result<T, Vec<Finding>> {
        if self.found.is_empty() {
            return match value {
                None if self.elsewhere => Err(Vec::new()),
                value => Ok(value.expect("a reader that gives no value adds a finding")),
            };
        }
        self.found.sort();
        if self.left_out > 0 {
            let last =
                self.found.last().cloned().unwrap_or_else(|| Finding::new(Span::default(), ""));
            let message = format!("{} more findings are not shown", self.left_out);
            self.found.push(Finding { message, hint: None, end_column: last.column, ..last });
        }
        Err(self.found)
    }
}
