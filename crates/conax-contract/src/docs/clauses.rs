//! The clauses of the contract: what each sentence says, how it is known, and how strictly it holds.

use super::markup::{code, prose, table, tag};
use crate::clause::Clause;
use crate::known::KNOWN;

/// The few rows on what is known; the same as in `docs/known.md`.
pub(super) fn known_section() -> String {
    let cells = KNOWN.iter().map(|known| {
        let note = known.note.trim_start_matches(';').trim();
        vec![prose(known.behaviour), tag(known.source()), prose(note)]
    });
    let table = table(&["Behaviour", "Known", ""], cells);
    format!("<section id=\"known\"><h2>What is known and what is not</h2>{table}</section>\n")
}

/// The table of clauses; nothing, if there are none.
pub(super) fn clause_section(clauses: &[Clause]) -> String {
    if clauses.is_empty() {
        return String::new();
    }
    let cells = clauses.iter().map(|clause| {
        vec![
            code(&clause.id),
            prose(&said(clause)),
            prose(clause.strictness.code()),
            tag(clause.source),
        ]
    });
    let table = table(&["Clause", "Statement", "Holds", "Known"], cells);
    format!(
        "<section id=\"clauses\"><h2>Clauses</h2><p>What an implementation is measured by: \
         <code>conax-sim verify</code> gives a verdict for each.</p>{table}</section>\n"
    )
}

/// The sentence; where the documents leave a choice, what was chosen and what else can be.
fn said(clause: &Clause) -> String {
    let Some(choice) = clause.choice else {
        return clause.statement.clone();
    };
    let setting = choice.switch.map_or(String::new(), |name| format!(" (setting `{name}`)"));
    format!("{} Here: {}. Also read: {}{setting}.", clause.statement, choice.chosen, choice.other)
}
