//! The lines of a ledger file.

use chrono::NaiveDateTime;
use conax_model::ledger::{CrmEvent, Totals};
use serde::{Deserialize, Serialize};

use super::event::{ConaxEvent, CrmEventForm};
use super::form;
use super::row::{ForeignRow, Row, TotalsForm, is_zero};

/// What the header says the file is.
pub const FORMAT: &str = "conax-sim ledger 1";

/// One line, told apart by its member `line`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The first line.
    Header(Header),
    /// A line of the CRM's journal.
    Crm(CrmLine),
    /// A line of the head-end's journal.
    Conax(ConaxLine),
    /// What became of a request.
    Row(Row),
    /// What the head-end did for nobody's request.
    Foreign(ForeignRow),
    /// The last line.
    Totals(#[serde(with = "TotalsForm")] Totals),
}

impl Line {
    /// How the kind of line is called in the file.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Header(_) => "header",
            Self::Crm(_) => "crm",
            Self::Conax(_) => "conax",
            Self::Row(_) => "row",
            Self::Foreign(_) => "foreign",
            Self::Totals(_) => "totals",
        }
    }
}

/// Which head-end the requests were sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadEnd {
    /// The simulated one; its journal is in the file.
    Simulated,
    /// Another one, whose journal we do not have.
    Another,
}

/// What the file is and how much is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// Name of the world.
    pub world: String,
    /// The seed of the run.
    pub seed: u64,
    /// When it was written, in simulated time.
    #[serde(with = "form::date")]
    pub at: NaiveDateTime,
    /// Whose journal the `conax` lines are.
    pub head_end: HeadEnd,
    /// Lines of the CRM's journal in the file.
    pub crm_lines: u64,
    /// Lines of the head-end's journal in the file.
    pub conax_lines: u64,
    /// Requests acknowledged.
    pub requests: u64,
    /// Lines of the CRM's journal that were let go: those before the first one of the file.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub crm_let_go: u64,
    /// Lines of the head-end's journal that were let go: those before the first one of the file.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub conax_let_go: u64,
    /// Rows, foreign ones too, of which lines are among them: nothing proves them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unproven: u64,
    /// Exchanges that were still at the head-end: how they end is not in the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_conax: Vec<u64>,
}

/// A line of the CRM's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmLine {
    /// Its number, without gaps; from 1, those that were let go counted.
    pub n: u64,
    /// When, in simulated time.
    #[serde(with = "form::date")]
    pub at: NaiveDateTime,
    /// What; its members stand beside those of the line and deny unknown ones.
    #[serde(flatten, with = "CrmEventForm")]
    pub event: CrmEvent,
}

/// A line of the head-end's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConaxLine {
    /// Its number, without gaps; from 1, those that were let go counted.
    pub n: u64,
    /// When, in simulated time.
    #[serde(with = "form::date")]
    pub at: NaiveDateTime,
    /// What; its members stand beside those of the line and deny unknown ones.
    #[serde(flatten)]
    pub event: ConaxEvent,
}
