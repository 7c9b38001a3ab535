//! Holding what a target says against the contract's clauses: pure verdicts over exchanges.
//!
//! A [`Witness`] hears every exchange, in order, and judges what one answer shows (`reply`,
//! `object`), what an answer owes to its call (`echo`), and what several answers owe to each other
//! (`memory`). It calls nobody. Who makes the calls: `verify`, `explore`, and a recording.

mod causes;
mod creators;
mod echo;
mod exchange;
mod items;
mod kinds;
mod known;
mod memory;
mod object;
mod owners;
mod paging;
mod pins;
mod records;
mod reply;
#[cfg(test)]
mod tests;
mod verdicts;
mod witness;

pub use exchange::Exchange;
pub use kinds::{is_date, shown};
pub(crate) use object::is_at_once;
pub use records::{Kind, Records};
pub use verdicts::{Break, ClauseVerdict, Standing, Verdicts};
pub use witness::Witness;
