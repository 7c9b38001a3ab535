//! The clauses of the API: what each sentence says, how it is known, and how strictly it holds.

use super::markup::{code, prose, table, tag};
use crate::source::Source;

/// One clause, as the page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClauseRow<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it says.
    pub statement: &'a str,
    /// How it is known.
    pub source: Source,
    /// How strictly it holds, in a word.
    pub strictness: &'a str,
}

/// The table of clauses; nothing, if there are none.
pub(super) fn clause_section(rows: &[ClauseRow<'_>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let cells = rows.iter().map(|row| {
        vec![
            code(row.id),
            prose(row.statement),
            prose(row.strictness),
            tag(row.source),
        ]
    });
    let table = table(&["Clause", "Statement", "Holds", "Known"], cells);
    format!(
        "<section id=\"clauses\"><h2>Clauses</h2><p>What an implementation is measured by.</p>\
         {table}</section>\n"
    )
}
