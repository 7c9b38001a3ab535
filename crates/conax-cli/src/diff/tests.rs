//! What counts as a difference.

use conax_scenario::record::{CaseRecord, ExchangeRecord, FindingRecord, StepRecord, Verdict};

use std::time::Duration;

use super::answers::Common;
use super::compare::{CaseDifference, Sides, compare};

fn exchange(step: usize, reply: &str) -> ExchangeRecord {
    ExchangeRecord {
        step: Some(step),
        api: "crm".to_owned(),
        verb: "GET".to_owned(),
        target: "/conax_web_services/provisioning_requests/show?token=***".to_owned(),
        http_status: Some(200),
        reply: reply.to_owned(),
        ..ExchangeRecord::default()
    }
}

/// A scenario with a step for each reply.
fn case(replies: &[&str]) -> CaseRecord {
    let step =
        |line: usize| StepRecord { line, title: "call show".to_owned(), ..StepRecord::default() };
    CaseRecord {
        began: "2014-11-30T09:00:00".to_owned(),
        steps: (1..=replies.len()).map(step).collect(),
        exchanges: replies.iter().enumerate().map(|(at, reply)| exchange(at, reply)).collect(),
        ..CaseRecord::default()
    }
}

fn compared(
    left: &CaseRecord,
    again: &CaseRecord,
    right: &CaseRecord,
    common: Common,
) -> CaseDifference {
    let lacks = [None, None];
    let sides = Sides { left, again, right, lacks };
    compare(&sides, common, Duration::from_secs(30))
}

fn told(left: &CaseRecord, again: &CaseRecord, right: &CaseRecord, common: Common) -> Vec<String> {
    let CaseDifference { steps, .. } = compared(left, again, right, common);
    let lines = steps.iter().flat_map(|step| {
        let verdicts = step.verdicts.map(|[left, right]| format!("{}: {left} {right}", step.line));
        let members = step.members.iter();
        let members =
            members.map(|one| format!("{}: {} {} {}", step.line, one.place, one.left, one.right));
        verdicts.into_iter().chain(members)
    });
    lines.collect()
}

fn data(data: &str) -> String {
    format!("{{\"status\":{{\"code\":\"OK\"}},\"data\":{data}}}")
}

#[test]
fn ids_differ_and_mean_the_same() {
    let one = |id: &str, other: &str| {
        let first = data(&format!("{{\"id\":\"{id}\",\"number\":\"1\"}}"));
        let second = data(&format!("{{\"id\":\"{other}\",\"number\":\"1\"}}"));
        case(&[first.as_str(), second.as_str()])
    };
    let (a, b) = (one("A1", "A1"), one("B2", "B2"));
    assert!(told(&a, &a, &b, Common::Everything).is_empty());
    // Another id where it was the same one is a difference.
    let other = one("B2", "C3");
    assert_eq!(
        told(&a, &a, &other, Common::Everything),
        ["2: data.id \"request-1\" \"request-2\""]
    );
}

#[test]
fn dates_count_from_the_beginning_or_not_at_all() {
    let reply = |date: &str| data(&format!("{{\"executed_date\":{date}}}"));
    let left = case(&[&reply("\"2014-11-30T09:00:05\"")]);
    let mut shifted = case(&[&reply("\"2026-01-01T00:00:05\"")]);
    shifted.began = "2026-01-01T00:00:00".to_owned();
    assert!(told(&left, &left, &shifted, Common::Everything).is_empty());
    let late = case(&[&reply("\"2014-11-30T09:01:05\"")]);
    assert_eq!(
        told(&left, &left, &late, Common::Everything),
        ["1: data.executed_date \"beginning + 5s\" \"beginning + 1min5s\""]
    );
    assert!(told(&left, &left, &late, Common::WhatIsMade).is_empty());
    let never = case(&[&reply("null")]);
    assert_eq!(told(&left, &left, &never, Common::WhatIsMade).len(), 1);
}

#[test]
fn what_the_documents_leave_open_is_no_difference_to_another_side() {
    let made = |status: &str, more: &str| {
        let data = format!("{{\"life_cycle_state\":\"PENDING\"{more}}}");
        let mut made = case(&[&format!("{{\"status\":{status},\"data\":{data}}}")]);
        made.exchanges[0].verb = "POST".to_owned();
        made
    };
    let unit = |members: &str| {
        format!(",\"log_information\":{{\"created_by_unit\":{{\"name\":\"a\"{members}}}}}")
    };
    let null = "{\"code\":\"OK\",\"message\":null}";
    let ours = made(null, &format!(",\"number\":\"1\"{}", unit(",\"group_name\":\"g\"")));
    for theirs in [
        made(
            "{\"code\":\"OK\",\"message\":\"\"}",
            &format!(",\"number\":\"1\"{}", unit(",\"group_name\":\"g\"")),
        ),
        made(null, &unit(",\"group_name\":\"g\"")),
        made(null, &format!(",\"number\":\"7\",\"provider_error_code\":null{}", unit(""))),
        made(null, ",\"number\":\"1\",\"log_information\":{}"),
    ] {
        for (left, right) in [(&ours, &theirs), (&theirs, &ours)] {
            assert!(told(left, left, right, Common::WhatIsMade).is_empty());
            assert!(!told(left, left, right, Common::Everything).is_empty());
        }
    }
    for theirs in [
        made("{\"code\":\"OK\",\"message\":\"no\"}", ""),
        made("{}", &format!(",\"number\":\"1\",\"type\":null{}", unit(""))),
    ] {
        assert!(!told(&ours, &ours, &theirs, Common::WhatIsMade).is_empty());
    }
}

#[test]
fn what_differs_between_a_side_and_itself_is_noise() {
    let left = case(&[&data("{\"name\":\"a\",\"type\":\"x\"}")]);
    let again = case(&[&data("{\"name\":\"b\",\"type\":\"x\"}")]);
    let right = case(&[&data("{\"name\":\"c\",\"type\":\"y\"}")]);
    assert_eq!(told(&left, &again, &right, Common::WhatIsMade), ["1: data.type \"x\" \"y\""]);
    assert_eq!(compared(&left, &again, &right, Common::WhatIsMade).noise, 1);
}

#[test]
fn steps_that_held_on_one_side_only_come_first_and_what_follows_says_nothing() {
    let left = case(&["{\"a\":1}", "{\"a\":1}", "{\"a\":1}"]);
    let mut right = case(&["{\"a\":2}", "{\"a\":1}"]);
    right.steps[1].verdict = Verdict::Failed;
    right.steps[1].findings.push(FindingRecord::default());
    right.steps.push(StepRecord { line: 3, verdict: Verdict::Skipped, ..StepRecord::default() });
    assert_eq!(told(&left, &left, &right, Common::Everything), ["2: passed failed", "1: a 1 2"]);
}

#[test]
fn sentences_are_everybodys_own_and_whether_there_is_one_is_not() {
    let reply = |message: &str| format!("{{\"status\":{{\"code\":\"X\",\"message\":{message}}}}}");
    let left = case(&[&reply("\"No.\"")]);
    let other = case(&[&reply("\"Never.\"")]);
    assert!(told(&left, &left, &other, Common::WhatIsMade).is_empty());
    let none = case(&[&reply("\"\"")]);
    let null = case(&[&reply("null")]);
    assert_eq!(told(&none, &none, &null, Common::WhatIsMade), ["1: status.message \"\" null"]);
}

#[test]
fn of_a_wait_only_the_last_look_counts() {
    let mut left = case(&["{\"state\":\"PENDING\"}"]);
    left.steps[0].title = "wait until 1 is COMPLETED".to_owned();
    let mut right = left.clone();
    left.exchanges.push(exchange(0, "{\"state\":\"COMPLETED\"}"));
    for reply in ["{\"state\":\"PENDING\"}", "{\"state\":\"COMPLETED\"}"] {
        right.exchanges.push(exchange(0, reply));
    }
    assert!(told(&left, &left, &right, Common::WhatIsMade).is_empty());
}

#[test]
fn what_was_not_played_on_a_side_is_not_compared() {
    let left = case(&["{}"]);
    let unreachable = CaseRecord {
        verdict: Verdict::Error,
        reason: Some("refused".to_owned()),
        ..CaseRecord::default()
    };
    let difference = compared(&left, &left, &unreachable, Common::WhatIsMade);
    let reason = difference.not_compared.expect("a reason");
    assert_eq!((reason.side, reason.is_unreachable), ("right", true));
    let skipped = CaseRecord { verdict: Verdict::Skipped, ..CaseRecord::default() };
    let difference = compared(&skipped, &skipped, &left, Common::WhatIsMade);
    let reason = difference.not_compared.expect("a reason");
    assert_eq!((reason.side, reason.is_unreachable), ("left", false));
}

#[test]
fn which_of_the_calls_at_the_same_time_comes_first_is_chance() {
    let said = |order: [&str; 2]| {
        let mut case = case(&["{}"]);
        case.steps[0].title = "2 calls at once".to_owned();
        case.exchanges = order
            .iter()
            .zip(["1", "2"])
            .map(|(call, number)| {
                let code = if *call == "bad" { "X" } else { "OK" };
                let status = format!("{{\"status\":{{\"code\":\"{code}\"}}");
                let reply = format!("{status},\"data\":{{\"sequence_number\":{number}}}}}");
                ExchangeRecord {
                    call: format!("{{\"service\":\"{call}\"}}"),
                    ..exchange(0, &reply)
                }
            })
            .collect();
        case
    };
    let (one, other) = (said(["good", "bad"]), said(["bad", "good"]));
    assert!(told(&one, &one, &other, Common::Everything).is_empty());
    let broken = said(["bad", "bad"]);
    assert_eq!(told(&one, &one, &broken, Common::Everything).len(), 1);
}
