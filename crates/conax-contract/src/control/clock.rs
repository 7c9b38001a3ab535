//! The bodies that set and move the clock.

use std::time::Duration;

use chrono::NaiveDateTime;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::control::body::{BodyProblem, documented_date, duration, read, read_or_empty};
use crate::crm::DateText;

/// How simulated time is to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClockModeName {
    /// At the pace of the machine.
    Real,
    /// So many times as fast.
    Scaled,
    /// Only when told.
    Stepped,
}

/// What the clock is to show and how it is to go on; what is left away stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockBody {
    /// How time passes.
    pub mode: Option<ClockModeName>,
    /// How many times as fast; with the mode `scaled` only.
    pub scale: Option<f64>,
    /// The date it shows.
    #[serde(default, deserialize_with = "documented_date")]
    #[schemars(with = "Option<DateText>")]
    pub now: Option<NaiveDateTime>,
}

impl ClockBody {
    /// Reads a body.
    ///
    /// # Errors
    /// If it is not such a JSON object, or `mode` and `scale` do not belong together.
    pub fn parse(body: &[u8]) -> Result<Self, BodyProblem> {
        let parsed: Self = read(body)?;
        let problem = match (parsed.mode, parsed.scale) {
            (Some(ClockModeName::Scaled), None) => {
                "`scale` is missing: the mode `scaled` needs how many times as fast, like 60"
            }
            (mode, Some(_)) if mode != Some(ClockModeName::Scaled) => {
                "`scale` belongs to the mode `scaled` only"
            }
            _ => return Ok(parsed),
        };
        Err(BodyProblem(problem.to_owned()))
    }
}

/// How much time is to pass, and whether whatever is due meanwhile is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdvanceBody {
    /// How much.
    pub time: AdvanceTime,
    /// Whether processing runs are made as requests become due.
    pub runs: bool,
}

/// How much time is to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvanceTime {
    /// This much.
    By(Duration),
    /// Until the clock shows this.
    To(NaiveDateTime),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AdvanceBody")]
pub(super) struct AdvanceMembers {
    /// This much, like `10min`; either this or `to`.
    #[serde(default, deserialize_with = "duration")]
    #[schemars(with = "Option<String>")]
    by: Option<Duration>,
    /// Until the clock shows this.
    #[serde(default, deserialize_with = "documented_date")]
    #[schemars(with = "Option<DateText>")]
    to: Option<NaiveDateTime>,
    /// Whether processing runs are made as requests become due.
    #[serde(default)]
    runs: bool,
}

impl AdvanceBody {
    /// Reads a body.
    ///
    /// # Errors
    /// If it is not a JSON object with either `by` or `to`.
    pub fn parse(body: &[u8]) -> Result<Self, BodyProblem> {
        let AdvanceMembers { by, to, runs } = read_or_empty(body)?;
        let time = match (by, to) {
            (Some(by), None) => AdvanceTime::By(by),
            (None, Some(to)) => AdvanceTime::To(to),
            (by, _) => {
                let found = if by.is_some() { "both" } else { "neither" };
                return Err(BodyProblem(format!(
                    "expected either `by`, like `10min`, or `to`, like `2014-11-30T09:00:00`; \
                     found {found}"
                )));
            }
        };
        Ok(Self { time, runs })
    }
}

/// How far time may pass until nothing more is due.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleBody {
    /// The most simulated time it may take.
    #[serde(default, deserialize_with = "duration")]
    #[schemars(with = "Option<String>")]
    pub limit: Option<Duration>,
    /// Number or id of a request: no more time passes once it has ended.
    pub request: Option<String>,
    /// Whether processing runs are made as requests become due.
    #[serde(default = "yes")]
    pub runs: bool,
}

impl Default for SettleBody {
    fn default() -> Self {
        Self { limit: None, request: None, runs: true }
    }
}

const fn yes() -> bool {
    true
}

impl SettleBody {
    /// Reads a body, which may be left away.
    ///
    /// # Errors
    /// If it is not such a JSON object.
    pub fn parse(body: &[u8]) -> Result<Self, BodyProblem> {
        read_or_empty(body)
    }
}
