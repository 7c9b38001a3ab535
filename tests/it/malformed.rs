//! Two thousand malformed calls: each refused with a sentence that helps, nothing created.
//!
//! The calls are made by a seeded generator, so a failure names its call and comes again.

mod bodies;
mod targets;

use conax_contract::crm::Operation;
use conax_tests::{Call, Chance, Harness, HarnessBuilder, Reply};

/// How many calls are made.
const CALL_COUNT: usize = 2_000;
/// The seed of the generator.
const SEED: u64 = 1;

/// A malformed call and what its refusal has to say.
pub(crate) struct Malformed {
    pub(crate) call: Call,
    /// One of these has to stand in the message or the description.
    pub(crate) tells: Vec<String>,
}

impl Malformed {
    pub(crate) fn new(call: Call, tells: &[&str]) -> Self {
        Self { call, tells: tells.iter().map(|text| (*text).to_owned()).collect() }
    }
}

/// Every call that is made once, then random ones up to the number.
fn calls(token: &str) -> Vec<Malformed> {
    let mut calls = bodies::wrong_values(token);
    calls.extend(bodies::wrong_shapes(token));
    calls.extend(targets::wrong_queries(token));
    calls.extend(targets::wrong_targets(token));
    let mut chance = Chance::new(SEED, "malformed");
    while calls.len() < CALL_COUNT {
        calls.push(match chance.below(3) {
            0 => bodies::broken_json(token, &mut chance),
            1 => targets::broken_path(&mut chance),
            _ => targets::broken_query(token, &mut chance),
        });
    }
    calls
}

/// Fit for showing to a person who made the call.
fn helps(reply: &Reply, tells: &[String]) -> bool {
    let text = format!("{} {}", reply.message(), reply.description());
    let told = tells.iter().any(|tell| text.contains(tell));
    let printable = !text.chars().any(char::is_control);
    told && printable && reply.message().len() > 20 && text.len() < 6_000
}

async fn check(harness: &Harness, malformed: &Malformed) -> Option<String> {
    let before = harness.request_count();
    let reply = harness.send(malformed.call.clone()).await;
    let mut wrong = Vec::new();
    if reply.code() == "OK" {
        wrong.push("it succeeded".to_owned());
    }
    if reply.http_status >= 500 {
        wrong.push(format!("HTTP status {}", reply.http_status));
    }
    if !helps(&reply, &malformed.tells) {
        wrong.push(format!("the refusal tells none of {:?}", malformed.tells));
    }
    if reply.text.contains(&harness.token) {
        wrong.push("it repeats the token".to_owned());
    }
    if harness.request_count() != before {
        wrong.push("it created something".to_owned());
    }
    let text: String = reply.text.chars().take(600).collect();
    (!wrong.is_empty()).then(|| format!("{}: {}\n  {text}", reply.call, wrong.join(", ")))
}

#[tokio::test(start_paused = true)]
async fn two_thousand_malformed_calls_are_refused_with_a_sentence_that_helps() {
    let harness = HarnessBuilder::demo().open();
    let before = harness.list("life_cycle_state=PENDING").await;
    let calls = calls(&harness.token);
    assert!(calls.len() >= CALL_COUNT);
    let mut wrong = Vec::new();
    for malformed in &calls {
        wrong.extend(check(&harness, malformed).await);
    }
    assert!(
        wrong.is_empty(),
        "{} of {} calls:\n{}",
        wrong.len(),
        calls.len(),
        wrong.into_iter().take(20).collect::<Vec<_>>().join("\n")
    );
    assert_eq!(harness.list("life_cycle_state=PENDING").await, before);
    assert_eq!(harness.transactions(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn the_generator_reaches_every_operation() {
    let harness = HarnessBuilder::demo().open();
    let calls = calls(&harness.token);
    for operation in Operation::ALL {
        let count = calls
            .iter()
            .filter(|malformed| malformed.call.path().ends_with(operation.path()))
            .count();
        assert!(count >= 40, "{}: {count}", operation.name());
    }
}
