//! The lines of a ledger file and how they are written.

mod event;
mod form;
mod line;
mod row;

pub use event::ConaxEvent;
pub use line::{ConaxLine, CrmLine, FORMAT, HeadEnd, Header, Line};
pub use row::{ForeignRow, Row, TotalsForm};

/// A line of the file, without line end; its last member is the sum of what stands before it.
#[must_use]
pub fn encode_line(line: &Line) -> String {
    let text = serde_json::to_string(line).expect("a line holds texts, numbers and lists of them");
    super::sum::with_sum(&text)
}
