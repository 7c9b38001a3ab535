//! The clock: read it, set it, let time pass.

use std::sync::Arc;

use conax_contract::control::{
    AdvanceBody, AdvanceTime, AdvancedView, BodyProblem, ClockBody, ClockModeName, ClockView,
    NOTHING_DUE, Problem, SettleBody, SettledView,
};
use conax_model::crm::RequestNumber;
use conax_model::time::SimTime;

use crate::clock::{Backwards, ClockMode};
use crate::control_api::convert::date;
use crate::control_api::reply::Reply;
use crate::dispatch::{SettlingEnd, SettlingGoal, advance_with_runs, settle as settle_instance};
use crate::reconciliation::find_request;
use crate::shared::Shared;

pub(super) fn show(shared: &Shared) -> Reply {
    let clock = &shared.clock;
    // What ends while this is read is not one that waits.
    let (before, at_rest, after) = (shared.calls.count(), clock.is_at_rest(), shared.calls.count());
    let (reading, waiting) = (clock.reading(), clock.waiting());
    Reply::json(&ClockView {
        mode: reading.mode.name(),
        now: date(reading.now),
        scale: reading.mode.scale(),
        waiting: waiting.len(),
        next: waiting.first().map(|first| date(first.due)),
        calls: before.min(after).saturating_sub(1),
        at_rest,
    })
}

pub(super) fn set(shared: &Shared, body: &[u8]) -> Result<Reply, Problem> {
    let clock = &shared.clock;
    let body = ClockBody::parse(body).map_err(not_valid)?;
    let mode = mode(&body)?;
    if let Some(now) = body.now {
        let now = SimTime::from_calendar(now);
        // Dates have no fractions: the second it shows is no way back.
        if now != clock.now().whole_second() {
            clock.set(now).map_err(backwards)?;
        }
    }
    if let Some(mode) = mode {
        clock.set_mode(mode);
    }
    Ok(show(shared))
}

fn mode(body: &ClockBody) -> Result<Option<ClockMode>, Problem> {
    Ok(match (body.mode, body.scale) {
        (Some(ClockModeName::Real), _) => Some(ClockMode::Real),
        (Some(ClockModeName::Stepped), _) => Some(ClockMode::Stepped),
        (_, Some(scale)) => Some(ClockMode::scaled(scale).ok_or_else(|| {
            let detail = format!("`scale`: found {scale}, expected a factor from 0.001 to 100000");
            Problem::new(422, "clock not set", detail)
        })?),
        (Some(ClockModeName::Scaled) | None, None) => None,
    })
}

/// Lets time pass. A caller that hangs up stops it half-way; what has passed has passed.
pub(super) async fn advance(shared: &Arc<Shared>, body: &[u8]) -> Result<Reply, Problem> {
    let body = AdvanceBody::parse(body).map_err(not_valid)?;
    let clock = &shared.clock;
    let from = clock.now();
    let target = match body.time {
        AdvanceTime::By(time) if time > SimTime::MAX.since(from) => return Err(beyond(from)),
        AdvanceTime::By(time) => from + time,
        AdvanceTime::To(to) => {
            let to = SimTime::from_calendar(to);
            if to < from.whole_second() {
                return Err(backwards(Backwards { now: from, asked: to }));
            }
            to
        }
    };
    let advanced = match body.runs {
        true => advance_with_runs(shared, target).await,
        false => clock.advance_to(target).await,
    };
    if advanced.replaced {
        return Err(replaced(advanced.now));
    }
    Ok(Reply::json(&AdvancedView {
        from: date(advanced.from),
        now: date(advanced.now),
        fired: advanced.fired,
        at_rest: advanced.at_rest,
    }))
}

pub(super) async fn settle(shared: &Arc<Shared>, body: &[u8]) -> Result<Reply, Problem> {
    let body = SettleBody::parse(body).map_err(not_valid)?;
    let request = match &body.request {
        Some(name) => Some(awaited(shared, name)?),
        None => None,
    };
    let goal = SettlingGoal { limit: body.limit, request, makes_runs: body.runs };
    let settling = settle_instance(shared, goal).await;
    let says = match settling.end {
        SettlingEnd::NothingDue => NOTHING_DUE.to_owned(),
        SettlingEnd::Ended => "the request has ended".to_owned(),
        SettlingEnd::Busy => "the simulator does not come to rest".to_owned(),
        SettlingEnd::Replaced => return Err(replaced(settling.now)),
        SettlingEnd::Loop(next) => {
            format!("it goes on after {} steps: {next}", settling.steps)
        }
        SettlingEnd::BeyondLimit(next) => format!("beyond the limit: {next}"),
    };
    Ok(Reply::json(&SettledView {
        from: date(settling.from),
        now: date(settling.now),
        steps: settling.steps,
        runs: settling.runs,
        says,
    }))
}

/// The number of a request somebody waits for.
fn awaited(shared: &Shared, name: &str) -> Result<RequestNumber, Problem> {
    let found = find_request(shared, name)
        .map_err(|missing| Problem::new(404, "unknown request", missing.to_string()))?;
    found.number.ok_or_else(|| {
        let detail = format!("request `{name}` has no number and is never sent");
        Problem::new(409, "nothing to wait for", detail)
    })
}

fn not_valid(problem: BodyProblem) -> Problem {
    Problem::new(422, "clock not moved", problem.0)
}

/// Time ends with the calendar.
fn beyond(now: SimTime) -> Problem {
    let (now, last) = (date(now), date(SimTime::MAX));
    let detail = format!(
        "that is too far: the clock shows {}, and the calendar ends with {}",
        now.text(),
        last.text()
    );
    Problem::new(422, "clock not moved", detail)
}

fn replaced(now: SimTime) -> Problem {
    let detail =
        format!("the world was replaced while time passed; the clock shows {}", date(now).text());
    Problem::new(409, "clock stopped on its way", detail)
}

fn backwards(backwards: Backwards) -> Problem {
    let (now, asked) = (date(backwards.now), date(backwards.asked));
    let detail =
        format!("found {}, expected {} or later: time does not go back", asked.text(), now.text());
    Problem::new(422, "clock not moved", detail)
}
