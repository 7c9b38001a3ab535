//! What was said, as the target's journal tells it, or as we heard it ourselves.

use chrono::NaiveDateTime;
use conax_contract::crm::{mask_json, mask_target};
use conax_contract::text::parse_moment;
use serde_json::Value;

use crate::record::ExchangeRecord;
use crate::target::{HttpCall, HttpReply, TargetProblem};

/// The most exchanges of a scenario that are told.
pub(super) const RECORDED_LIMIT: usize = 400;

/// An exchange of the journal.
pub(super) fn from_journal(value: &Value, began: NaiveDateTime) -> ExchangeRecord {
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let optional = |name: &str| value[name].as_str().map(str::to_owned);
    let at_ms =
        value["at"].as_str().and_then(parse_moment).map_or(0, |at| (at - began).num_milliseconds())
            + value["at_millis"].as_i64().unwrap_or(0);
    let list = |name: &str, words: fn(&Value) -> String| {
        value[name].as_array().into_iter().flatten().map(words).collect()
    };
    ExchangeRecord {
        number: value["number"].as_u64().unwrap_or(0),
        step: None,
        api: text("door"),
        at_ms: u64::try_from(at_ms).unwrap_or(0),
        took_us: value["took_us"].as_u64().unwrap_or(0),
        verb: text("verb"),
        target: text("target"),
        http_status: value["http_status"].as_u64().and_then(|it| u16::try_from(it).ok()),
        card: optional("card"),
        request_number: value["request_number"].as_u64(),
        outcome: optional("outcome"),
        traceparent: optional("traceparent"),
        faults: list("faults", |acted| {
            let of = acted["of"].as_u64().map_or(String::new(), |of| format!(" of {of}"));
            format!(
                "{}: {} (hit {}{of})",
                acted["rule"].as_str().unwrap_or("?"),
                acted["fault"].as_str().unwrap_or("?"),
                acted["hit"]
            )
        }),
        near_misses: list("near_misses", |near| {
            format!(
                "{}: {}",
                near["rule"].as_str().unwrap_or("?"),
                near["because"].as_str().unwrap_or("?")
            )
        }),
        call: text("call"),
        reply: text("reply"),
    }
}

/// An exchange as we heard it, of a target without a journal; told only if somebody asks.
#[derive(Debug)]
pub(super) struct ClientExchange {
    pub(super) step: usize,
    pub(super) call: HttpCall,
    pub(super) reply: Result<HttpReply, TargetProblem>,
}

/// What was heard, in the form of a journal.
pub(super) fn client_record(index: usize, heard: &ClientExchange) -> ExchangeRecord {
    let ClientExchange { step, call, reply } = heard;
    ExchangeRecord {
        number: index as u64 + 1,
        step: Some(*step),
        api: call.api.name().to_owned(),
        verb: call.method.clone(),
        target: mask_target(&call.target),
        http_status: reply.as_ref().ok().map(|reply| reply.status),
        call: match call.body.is_empty() {
            true => String::new(),
            false => mask_json(&call.body),
        },
        reply: match reply {
            Ok(reply) => mask_json(&reply.body),
            Err(problem) => problem.to_string(),
        },
        ..ExchangeRecord::default()
    }
}

/// Says of each exchange which step it belongs to: what was said up to the last call of a step is
/// that step's. `ends` holds, for each step, how many calls of ours there were by its end.
pub(super) fn assign_steps(exchanges: &mut [ExchangeRecord], ends: &[u64]) {
    let mut calls = 0_u64;
    let mut first = 0;
    let mut step = 0;
    for at in 0..exchanges.len() {
        // Calls of ours come to these APIs; they are noted when they end.
        if !matches!(exchanges[at].api.as_str(), "crm" | "control") {
            continue;
        }
        // What lets time pass while a call waits is no call of a step.
        if is_at(&exchanges[at], "GET", "/v1/clock") || is_within_call(&exchanges[at..]) {
            continue;
        }
        calls += 1;
        while step < ends.len() && ends[step] < calls {
            step += 1;
        }
        if step < ends.len() {
            for one in &mut exchanges[first..=at] {
                one.step = Some(step);
            }
        }
        first = at + 1;
    }
}

/// Whether the first of these lets time pass for the next call: one that began before it and was
/// noted after it.
fn is_within_call(exchanges: &[ExchangeRecord]) -> bool {
    let [first, later @ ..] = exchanges else {
        return false;
    };
    let next = later.iter().find(|one| one.api == "crm");
    is_at(first, "POST", "/v1/clock/advance") && next.is_some_and(|next| next.at_ms <= first.at_ms)
}

fn is_at(exchange: &ExchangeRecord, verb: &str, target: &str) -> bool {
    (exchange.api.as_str(), exchange.verb.as_str(), exchange.target.as_str())
        == ("control", verb, target)
}

#[cfg(test)]
mod tests {
    use super::assign_steps;
    use crate::record::ExchangeRecord;

    #[test]
    fn what_lets_time_pass_for_a_call_is_no_call_of_a_step() {
        // A call that waits a second, one that is slow by itself, and a step that lets time pass.
        let calls = [
            ("crm", "POST", "/a", 0),
            ("control", "GET", "/v1/clock", 0),
            ("control", "POST", "/v1/clock/advance", 0),
            ("crm", "POST", "/b", 0),
            ("control", "GET", "/v1/clock", 1000),
            ("control", "POST", "/v1/clock/advance", 1000),
            ("crm", "GET", "/c", 61_000),
            ("control", "POST", "/v1/clock/advance", 61_000),
        ];
        let mut exchanges: Vec<ExchangeRecord> = calls
            .iter()
            .map(|(api, verb, target, at_ms)| ExchangeRecord {
                api: (*api).to_owned(),
                verb: (*verb).to_owned(),
                target: (*target).to_owned(),
                at_ms: *at_ms,
                ..ExchangeRecord::default()
            })
            .collect();
        assign_steps(&mut exchanges, &[1, 2, 3, 4, 5]);
        let steps: Vec<Option<usize>> = exchanges.iter().map(|one| one.step).collect();
        let expected = [0, 1, 1, 1, 2, 2, 3, 4].map(Some);
        assert_eq!(steps, expected);
    }
}
