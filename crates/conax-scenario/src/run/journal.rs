//! What was said, as the target's journal tells it, or as we heard it ourselves.

use chrono::NaiveDateTime;
use conax_contract::crm::{mask_json, mask_query};
use conax_contract::text::parse_moment;
use serde_json::Value;

use crate::record::ExchangeRecord;
use crate::target::{HttpCall, HttpReply, TargetProblem};

/// The most exchanges of a scenario that are told.
pub(super) const TOLD_LIMIT: usize = 400;

/// An exchange of the journal.
pub(super) fn from_journal(value: &Value, began: NaiveDateTime) -> ExchangeRecord {
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let optional = |name: &str| value[name].as_str().map(str::to_owned);
    let at_ms = value["at"]
        .as_str()
        .and_then(parse_moment)
        .map_or(0, |at| (at - began).num_milliseconds())
        + value["at_millis"].as_i64().unwrap_or(0);
    let list = |name: &str, words: fn(&Value) -> String| {
        value[name]
            .as_array()
            .into_iter()
            .flatten()
            .map(words)
            .collect()
    };
    ExchangeRecord {
        number: value["number"].as_u64().unwrap_or(0),
        step: None,
        door: text("door"),
        at_ms: u64::try_from(at_ms).unwrap_or(0),
        took_us: value["took_us"].as_u64().unwrap_or(0),
        verb: text("verb"),
        target: text("target"),
        http_status: value["http_status"]
            .as_u64()
            .and_then(|it| u16::try_from(it).ok()),
        card: optional("card"),
        request_number: value["request_number"].as_u64(),
        outcome: optional("outcome"),
        faults: list("faults", |acted| {
            let of = acted["of"]
                .as_u64()
                .map_or(String::new(), |of| format!(" of {of}"));
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
pub(super) struct Heard {
    pub(super) step: usize,
    pub(super) call: HttpCall,
    pub(super) reply: Result<HttpReply, TargetProblem>,
}

/// What was heard, in the form of a journal.
pub(super) fn from_heard(index: usize, heard: &Heard) -> ExchangeRecord {
    let Heard { step, call, reply } = heard;
    let target = match call.target.split_once('?') {
        Some((path, query)) => format!("{path}?{}", mask_query(query)),
        None => call.target.clone(),
    };
    ExchangeRecord {
        number: index as u64 + 1,
        step: Some(*step),
        door: call.door.name().to_owned(),
        verb: call.method.clone(),
        target,
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
    let mut has_looked = false;
    for at in 0..exchanges.len() {
        // Calls of ours come to these doors; they are noted when they end.
        if !matches!(exchanges[at].door.as_str(), "crm" | "control") {
            continue;
        }
        // So do those that let time pass while a call waits: a look at the clock, and perhaps an
        // advance right after it. No step looks at the clock.
        let is_look = is_at(&exchanges[at], "GET", "/v1/clock");
        let is_passing = has_looked && is_at(&exchanges[at], "POST", "/v1/clock/advance");
        // Not after a call has ended meanwhile: then the advance is the next step.
        has_looked = is_look;
        if is_look || is_passing {
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

fn is_at(exchange: &ExchangeRecord, verb: &str, target: &str) -> bool {
    (
        exchange.door.as_str(),
        exchange.verb.as_str(),
        exchange.target.as_str(),
    ) == ("control", verb, target)
}

#[cfg(test)]
mod tests {
    use super::assign_steps;
    use crate::record::ExchangeRecord;

    #[test]
    fn what_lets_time_pass_for_a_call_is_no_call_of_a_step() {
        let calls = [
            ("crm", "POST", "/a"),
            ("control", "GET", "/v1/clock"),
            ("control", "POST", "/v1/clock/advance"),
            ("crm", "POST", "/b"),
            ("control", "POST", "/v1/clock/advance"),
            ("control", "GET", "/v1/clock"),
            ("crm", "GET", "/c"),
            ("control", "POST", "/v1/clock/advance"),
            ("crm", "GET", "/d"),
        ];
        let mut exchanges: Vec<ExchangeRecord> = calls
            .iter()
            .map(|(door, verb, target)| ExchangeRecord {
                door: (*door).to_owned(),
                verb: (*verb).to_owned(),
                target: (*target).to_owned(),
                ..ExchangeRecord::default()
            })
            .collect();
        assign_steps(&mut exchanges, &[1, 2, 3, 4, 5, 6]);
        let steps: Vec<Option<usize>> = exchanges.iter().map(|one| one.step).collect();
        let expected = [0, 1, 1, 1, 2, 3, 3, 4, 5].map(Some);
        assert_eq!(steps, expected);
    }
}
