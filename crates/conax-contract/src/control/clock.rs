//! The bodies that set and move the clock.

use std::time::Duration;

use chrono::NaiveDateTime;
use serde::Deserialize;

use crate::control::body::{BodyProblem, documented_date, duration, read, read_or_empty};

/// How simulated time is to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockBody {
    /// How time passes.
    pub mode: Option<ClockModeName>,
    /// How many times as fast; with the mode `scaled` only.
    pub scale: Option<f64>,
    /// The date it shows.
    #[serde(default, deserialize_with = "documented_date")]
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

/// How much time is to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvanceBody {
    /// This much.
    By(Duration),
    /// Until the clock shows this.
    To(NaiveDateTime),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvanceMembers {
    #[serde(default, deserialize_with = "duration")]
    by: Option<Duration>,
    #[serde(default, deserialize_with = "documented_date")]
    to: Option<NaiveDateTime>,
}

impl AdvanceBody {
    /// Reads a body.
    ///
    /// # Errors
    /// If it is not a JSON object with either `by` or `to`.
    pub fn parse(body: &[u8]) -> Result<Self, BodyProblem> {
        match read_or_empty(body)? {
            AdvanceMembers {
                by: Some(by),
                to: None,
            } => Ok(Self::By(by)),
            AdvanceMembers {
                by: None,
                to: Some(to),
            } => Ok(Self::To(to)),
            AdvanceMembers { by, .. } => {
                let found = if by.is_some() { "both" } else { "neither" };
                Err(BodyProblem(format!(
                    "expected either `by`, like `10min`, or `to`, like `2014-11-30T09:00:00`; \
                     found {found}"
                )))
            }
        }
    }
}

/// How far time may pass until nothing more is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettleBody {
    /// The most simulated time it may take.
    #[serde(default, deserialize_with = "duration")]
    pub limit: Option<Duration>,
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
