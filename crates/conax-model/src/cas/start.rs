//! When things may start: not too late, not too far ahead.

use std::time::Duration;

use crate::time::SimTime;

use super::state::CasState;
use super::transaction::Rejection;

impl CasState {
    /// When a message or fingerprint starts: as asked for, or at once if it arrives a little late.
    pub(super) fn show_start(
        &self,
        asked: Option<SimTime>,
        now: SimTime,
    ) -> Result<SimTime, Rejection> {
        let start = asked.unwrap_or(now);
        let grace = self.settings.start_grace;
        if start + grace < now {
            return Err(Rejection::invalid(format!(
                "the start {start:?} is past: it is {now:?}, and at most {} are forgiven",
                in_words(grace)
            )));
        }
        self.check_horizon(start, now)?;
        Ok(start.max(now))
    }

    /// Checks that a start is not absurdly far ahead.
    pub(super) fn check_horizon(&self, start: SimTime, now: SimTime) -> Result<(), Rejection> {
        let horizon = self.settings.start_horizon;
        if start <= now + horizon {
            return Ok(());
        }
        Err(Rejection::invalid(format!(
            "the start {start:?} is too far ahead: it is {now:?}, and at most {} are allowed",
            in_words(horizon)
        )))
    }
}

fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds >= 48 * 60 * 60 => format!("{} days", seconds / (24 * 60 * 60)),
        seconds => format!("{seconds} seconds"),
    }
}
