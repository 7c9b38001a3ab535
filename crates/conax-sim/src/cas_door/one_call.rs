//! A fault for one call, named in a header of the call. Off unless enabled.

use axum::http::HeaderMap;
use conax_contract::fault::RuleSpec;
use conax_model::entropy::Seed;
use conax_model::fault::{Facts, FaultPlan, Stage, Verdict};

use crate::fault::convert_rule;
use crate::shared::Shared;

/// The header that names it: a preset such as `f05`, or a rule such as `{ do: { delay: 2s } }`.
pub(crate) const FAULT_HEADER: &str = "conax-sim-fault";

/// The rule a call brings along.
///
/// # Errors
/// If that is not allowed here, or it is none; in a sentence.
pub(crate) fn rule_of_call(
    shared: &Shared,
    headers: &HeaderMap,
) -> Result<Option<RuleSpec>, String> {
    let Some(text) = headers.get(FAULT_HEADER) else {
        return Ok(None);
    };
    if !shared.settings.fault_header {
        return Err(format!(
            "The header `{FAULT_HEADER}` is not taken: start with `--fault-header on`."
        ));
    }
    let text = text.to_str().unwrap_or_default();
    if let Some(rule) = RuleSpec::of_preset(text) {
        return Ok(Some(rule));
    }
    let parsed = RuleSpec::parse(text).map_err(|findings| {
        let messages: Vec<String> = findings.into_iter().map(|one| one.message).collect();
        format!("The header `{FAULT_HEADER}`: {}.", messages.join("; "))
    })?;
    match <[RuleSpec; 1]>::try_from(parsed) {
        Ok([rule]) => Ok(Some(rule)),
        Err(rules) => Err(format!(
            "The header `{FAULT_HEADER}` takes one rule, found {}.",
            rules.len()
        )),
    }
}

/// What a call at the head-end's door is to meet by its own wish.
pub(super) fn fault_of_call(
    shared: &Shared,
    headers: &HeaderMap,
) -> Result<Option<Verdict>, String> {
    let Some(spec) = rule_of_call(shared, headers)? else {
        return Ok(None);
    };
    let now = shared.clock.now();
    let mut plan = FaultPlan::new(Seed(shared.settings.seed.0));
    plan.add(convert_rule(&spec, FAULT_HEADER), None, now);
    let facts = Facts {
        command: None,
        origin: None,
        concurrency: shared.faults.at_door(),
        on_connection: 1,
        now,
    };
    Ok(Some(plan.judge(Stage::Arrived, &facts)))
}
