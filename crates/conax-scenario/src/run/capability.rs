//! What a target cannot serve, known before anything is played.

use crate::document::{Action, Api, Scenario, Step};
use crate::target::Target;

/// The tag of a scenario that was made of a recording.
pub(super) const RECORDED: &str = "recorded";

/// Why a whole scenario cannot be played there; nothing of it is, because what comes after a step
/// that was left out would mean nothing.
pub(super) fn refusal(scenario: &Scenario, target: &dyn Target) -> Option<String> {
    if target.has(Api::Control) {
        return None;
    }
    // What a recording is made with are the settings of what it was recorded from.
    let is_recorded = scenario.tags.iter().any(|tag| tag == RECORDED);
    let has_own = target.has_own_world();
    let given = if !scenario.faults.is_empty() {
        Some("faults")
    } else if !scenario.world.crowd.is_empty() {
        Some("world")
    } else if !(scenario.settings.is_empty() || has_own && is_recorded) {
        Some("settings")
    } else if has_own {
        None
    } else if scenario.world.name != "demo" {
        Some("world")
    } else if scenario.clock.is_some() {
        Some("clock")
    } else {
        None
    };
    if let Some(given) = given {
        return Some(format!("the target has no control API, so its {given} cannot be set"));
    }
    let steps = || scenario.steps.iter().chain(&scenario.cleanup);
    needs_control(&mut steps(), has_own).map(|(what, line)| {
        format!("the target has no control API, which `{what}` in line {line} needs")
    })
}

fn needs_control(
    steps: &mut dyn Iterator<Item = &Step>,
    awaits_runs: bool,
) -> Option<(&'static str, usize)> {
    let mut steps = steps.peekable();
    while let Some(step) = steps.next() {
        let what = match &step.action {
            Action::Advance(_) => "advance",
            Action::Settle(_) => "settle",
            Action::Fault(_) => "fault",
            Action::Calm(_) => "calm",
            Action::Heal => "heal",
            Action::Utility(_) => "utility",
            // A real system sends by itself; who waits for the end needs no run by hand.
            Action::Process(expected) => {
                let is_awaited =
                    steps.peek().is_some_and(|next| matches!(next.action, Action::Wait(_)));
                if (is_awaited || awaits_runs) && expected.is_empty() {
                    continue;
                }
                "process"
            }
            Action::Raw(call) if call.api == Api::Control => "raw",
            Action::Repeat(repeat) => {
                if let Some(found) = needs_control(&mut repeat.steps.iter(), awaits_runs) {
                    return Some(found);
                }
                continue;
            }
            Action::Use(included) => {
                if let Some(found) = needs_control(&mut included.steps.iter(), awaits_runs) {
                    return Some(found);
                }
                continue;
            }
            Action::Parallel(inner) => {
                if let Some(found) = needs_control(&mut inner.iter(), awaits_runs) {
                    return Some(found);
                }
                continue;
            }
            Action::Call(_)
            | Action::Raw(_)
            | Action::Wait(_)
            | Action::ExpectConax(_)
            | Action::ExpectLedger(_)
            | Action::ExpectDrift(_)
            | Action::ExpectExchanges(_) => continue,
        };
        return Some((what, step.span.start.line));
    }
    None
}

/// Why a step that only looks cannot be served; the others go on.
pub(super) fn blindness(action: &Action, target: &dyn Target) -> Option<&'static str> {
    let needs = match action {
        Action::ExpectConax(_)
        | Action::ExpectLedger(_)
        | Action::ExpectDrift(_)
        | Action::ExpectExchanges(_)
        | Action::Process(_) => Api::Control,
        Action::Raw(call) => call.api,
        _ => return None,
    };
    if target.has(needs) {
        return None;
    }
    Some(match (action, needs) {
        (Action::Process(_), _) => "the target has no control API; it sends by itself",
        (_, Api::Cas) => "the target has no Conax endpoint",
        _ => "the target has no control API to look through",
    })
}
