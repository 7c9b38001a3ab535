//! The language of scenario files: from text to [`Scenario`]s, with everything that is wrong with
//! a file at once.
//!
//! Read on: `spec` (what a scenario is), `read` (a file), `steps`, `calls`, `expect`, `matcher` (what can be
//! expected of a value), `template` (values with variables), `values` (variables that are known beforehand, tables), `world` (what it
//! starts from), `secrets` (what must not be shown), `loader` (other files), `schema` (the JSON Schema), `tidy` (the formatter).

mod calls;
mod expect;
mod loader;
mod matcher;
mod read;
mod schema;
mod secrets;
mod spec;
mod steps;
mod template;
#[cfg(test)]
mod tests;
mod tidy;
mod values;
mod world;

pub use loader::{FileFindings, Library};
pub use matcher::{Kind, Matcher, Pattern};
pub use read::{Given, Reader, Seeds};
pub use schema::scenario_schema;
pub use secrets::Secrets;
pub use spec::{
    Action, Api, Body, Call, ConaxExpectation, DriftExpectation, ExampleExpectation,
    ExchangeExpectation, Expected, Included, Keep, Over, Passing, Path, RawCall, Repeat,
    ReplyExpectation, Row, Runs, Scenario, Setting, Sources, Step, Token, Utility, Wait, World,
};
pub use template::{Names, Piece, Shift, Template, plain_text};
pub use tidy::tidy;

pub(crate) use expect::{LEDGER_WORDS, REQUEST_TEXT, TEXT};
