//! A fault for one call, named in a header of the call. Off unless enabled.

use axum::http::HeaderMap;
use conax_contract::fault::WrittenRule;
use conax_model::entropy::Seed;
use conax_model::fault::{Facts, FaultPlan, FaultRule, Script, Stage, Verdict};

use crate::settings::SimulatorSettings;

/// The header that names it: a preset such as `f05`, or a rule such as `{ do: { delay: 2s } }`.
pub(crate) const FAULT_HEADER: &str = "conax-sim-fault";

/// The rule a call brings along.
///
/// # Errors
/// If that is not allowed here, or it is none; in a sentence.
pub(crate) fn rule_of_call(
    settings: &SimulatorSettings,
    headers: &HeaderMap,
) -> Result<Option<WrittenRule>, String> {
    let Some(text) = headers.get(FAULT_HEADER) else {
        return Ok(None);
    };
    if !settings.fault_header {
        return Err(format!(
            "The header `{FAULT_HEADER}` is not taken: start with `--fault-header on`."
        ));
    }
    let text = text.to_str().unwrap_or_default();
    if let Some(rule) = WrittenRule::of_preset(text) {
        return alone(rule).map(Some);
    }
    let parsed = WrittenRule::parse(text).map_err(|findings| {
        let messages: Vec<String> = findings.into_iter().map(|one| one.message).collect();
        format!("The header `{FAULT_HEADER}`: {}.", messages.join("; "))
    })?;
    match <[WrittenRule; 1]>::try_from(parsed) {
        Ok([rule]) => alone(rule).map(Some),
        Err(rules) => {
            Err(format!("The header `{FAULT_HEADER}` takes one rule, found {}.", rules.len()))
        }
    }
}

fn alone(rule: WrittenRule) -> Result<WrittenRule, String> {
    match counts_calls(&rule.rule) {
        None => Ok(rule),
        Some(word) => Err(format!(
            "The header `{FAULT_HEADER}` is for this one call, and `{word}` counts calls: add the \
             rule to the fault plan instead (POST /v1/faults at the control API)."
        )),
    }
}

/// What a call at the Conax endpoint is to meet by its own wish; nothing if its rule does not fit.
pub(crate) fn fault_of_call(
    settings: &SimulatorSettings,
    headers: &HeaderMap,
    exchange: u64,
    facts: &Facts<'_>,
) -> Result<Option<Verdict>, String> {
    let Some(written) = rule_of_call(settings, headers)? else {
        return Ok(None);
    };
    // A throw of its own for each call.
    let seed = Seed(settings.seed.0.wrapping_add(exchange));
    let mut plan = FaultPlan::new(seed);
    plan.add(written.rule.or_named(FAULT_HEADER), None, facts.now);
    let verdict = plan.judge(Stage::Arrived, facts);
    Ok((!verdict.acted.is_empty()).then_some(verdict))
}

/// What a rule for one call cannot have: it counts calls.
fn counts_calls(rule: &FaultRule) -> Option<&'static str> {
    let entry = match &rule.script {
        Script::Always(entry) => entry,
        Script::Sequence(_) | Script::Circle(_) => return Some("sequence"),
    };
    let selector = &rule.selector;
    let found = [
        (rule.times.is_some(), "times"),
        (rule.ttl.is_some(), "ttl"),
        (selector.every.is_some(), "every"),
        (selector.first.is_some(), "first"),
        (selector.after > 0, "after"),
        (entry.has_throttle(), "throttle"),
    ];
    let found = found.into_iter().find(|(is_there, _)| *is_there);
    found.map(|(_, word)| word)
}
