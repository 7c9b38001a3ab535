//! A world in the middle of a storm, saved to a file and loaded into another simulator: it goes on as a
//! twin does that was never saved.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use conax_contract::proof;
use conax_model::entropy::Dice;
use conax_model::ledger::{Fate, Standing};
use conax_sim::dispatch::run_once;
use conax_sim::journal::Surface;
use conax_sim::reconciliation::{drift, ledger_lines};
use conax_tests::bodies::{at_once, given_pin, pin_reset, service_on_card, sport_on, with};
use conax_tests::{Call, Chance, Harness, HarnessBuilder};
use serde_json::json;

use crate::snapshots::{elsewhere, file_of, one_worker, restore_file, told};
use crate::worlds::{add_at_conax, step};

const CARD: &str = "01900080208";
const OTHER: &str = "01900080209";
const PIN: &str = "83520771";

/// Rules of every sort that remembers something.
const STORM: &str = "
- { name: stale, do: { stale: 90s }, when: { command: GET_ACTIVE_SUBSCRIPTIONS } }
- name: late
  do: { late: 50s }
  times: 1
  when: { command: UPDATE_CA_PIN_TO_GIVEN_VALUE, after: 1 }
- { name: swap, do: swap, when: { command: UPDATE_CA_PIN_TO_DEFAULT_VALUE, card: '01900080210' } }
- { name: lag, do: { emm-lag: 1h }, times: 1, when: { command: CREATE_PAIRING } }
- { name: resting, preset: f33, paused: true }
- { name: half, sequence: [f33, ok, f35, f07, f30, ok, f06], per: command, when: { card: '01900080208' } }
- { do: twice, when: { card: '01900080209', probability: 40% } }
- { name: tokens, do: { throttle: { per_second: 0.02, burst: 2 } }, when: { command: ADD_SUBSCRIPTIONS } }
- { weather: brownout }
";

async fn utility(harness: &Harness, card: &str) -> String {
    let body = json!({
        "type": "GET_ACTIVE_SUBSCRIPTIONS", "smartcards": [card], "process_immediately": true
    });
    let target = "/v1/provisioning-requests";
    let reply = harness.control("POST", target, &body.to_string()).await;
    assert_eq!(reply.http_status, 201, "{}", reply.text);
    reply.text
}

async fn several(harness: &Harness, chance: &mut Chance) -> Vec<String> {
    let mut told = Vec::new();
    for nth in 0..16 {
        told.push(step(harness, chance).await);
        told.push(utility(harness, CARD).await);
        harness.passes(Duration::from_secs(nth)).await;
    }
    told
}

/// A world whose rules are half-way through, and whose head-end holds an order back and waits with
/// another.
async fn in_a_storm(seed: u64) -> Harness {
    let harness = one_worker().open();
    let _ = harness.control("POST", "/v1/faults", STORM).await;
    several(&harness, &mut Chance::new(seed, "before")).await;
    for pin in ["1111", "2222", PIN] {
        let body = at_once(given_pin("S60600", OTHER, pin));
        let _ = harness.post("reset_pin_to_given_value", body).await;
    }
    let body = at_once(pin_reset("S60600", "01900080210"));
    let _ = harness.post("reset_pin_to_default_value", body).await;
    let late = with(sport_on(CARD), "scheduled_date", json!("2014-09-24T17:00:00"));
    let _ = harness.post("add_subscriptions", late).await.ok();
    harness
}

/// What both sides told of each other from this exchange of the journal on.
fn exchanges(harness: &Harness, after: u64) -> String {
    let own = |surface| matches!(surface, Surface::Cas | Surface::Dispatch);
    let journal = &harness.shared.journal;
    let kept = journal.excerpt(0, usize::MAX, |one| one.number > after && own(one.surface));
    let mut text = String::new();
    for one in kept.exchanges {
        let (call, reply) = (one.masked_call(), one.masked_reply());
        let _ = writeln!(
            text,
            "{} {:?} {} {:?}\n  {call}\n  {reply}\n  {:?}",
            one.surface.name(),
            one.at,
            one.masked_target(),
            one.http_status,
            one.subject
        );
    }
    text
}

fn last_exchange(harness: &Harness) -> u64 {
    let kept = harness.shared.journal.excerpt(0, usize::MAX, |_| true);
    kept.exchanges.iter().map(|one| one.number).max().unwrap_or(0)
}

/// The ledger file, proven; without its first line, which names the seed of the simulator.
fn proven(harness: &Harness) -> Vec<String> {
    let mut lines = ledger_lines(&harness.shared);
    if let Err(problems) = proof::check(&lines) {
        panic!("{problems:#?}\n{}", lines.join("\n"));
    }
    lines.split_off(1)
}

/// Everything that is told of a world but by its journal.
async fn state_of(harness: &Harness) -> Vec<String> {
    let mut state = proven(harness);
    for what in ["faults", "drift", "ledger"] {
        let reply = harness.control("GET", &format!("/v1/{what}"), "").await;
        assert_eq!(reply.http_status, 200, "{}", reply.text);
        // Which rules acted is told from the journal, which stays where it is.
        let lines = reply.text.lines().map(|line| line.split("; rule ").next());
        let lines = lines.map(|line| line.unwrap_or_default().trim_end_matches(['"', ',']));
        state.extend(lines.map(str::to_owned));
    }
    let told = told(harness).await;
    state.push(told.replace("\"seed\": 99", "\"seed\": 7"));
    state
}

/// The world goes on: everything that was answered, exchanged, and came of it.
async fn goes_on(harness: &Harness, seed: u64) -> Vec<String> {
    let before = last_exchange(harness);
    let mut story = state_of(harness).await;
    let more = "
- { do: { delay: 'exponential(mean 2s)' }, when: { probability: 0.5 } }
- { do: { lose: 45s }, times: 1, when: { command: CANCEL_SUBSCRIPTIONS } }
- { do: console-cancel, times: 1, when: { command: CREATE_PAIRING } }
";
    story.push(harness.control("POST", "/v1/faults", more).await.text);
    let mut chance = Chance::new(seed, "after");
    for _ in 0..3 {
        story.extend(several(harness, &mut chance).await);
        story.push(harness.conax(add_at_conax(OTHER)).await.1);
        let body = at_once(service_on_card("S60600", "BASIC", "01900080210"));
        story.push(harness.post("add_subscriptions", body).await.text);
    }
    harness.run().await;
    story.extend(state_of(harness).await);
    story.push(exchanges(harness, before));
    story
}

/// What there is to remember, so that the test below does not hold emptily.
fn remembered(harness: &Harness) -> Vec<&'static str> {
    let plan = harness.shared.fault_plan().plan.clone();
    let rule = |name: &str| plan.rules.iter().find(|one| &*one.rule.id.0 == name);
    let (half, dice) = (rule("half").unwrap(), rule("rule-7").unwrap());
    let memory = harness.shared.cas().memory.clone();
    let fresh = Dice::new(plan.seed, "fault rule-7").position();
    let past = memory.past;
    assert!(past.base.is_some(), "a rule asks for the past");
    let all = [
        ("a card that hears late", !memory.on_air_from.is_empty()),
        ("a held order", memory.held.iter().any(|held| held.behind.is_none())),
        ("a paused rule", rule("resting").unwrap().rule.paused),
        ("a place half-way", (1..7).contains(&half.hits)),
        ("a waiting order", memory.held.iter().any(|held| held.behind.is_some())),
        ("shared entries", !half.shared.is_empty()),
        ("thrown dice", dice.dice.position() != fresh),
        ("tokens", rule("tokens").unwrap().bucket.is_some()),
        ("what was done since", !past.since.is_empty()),
    ];
    let met = all.into_iter().filter(|(_, is_there)| *is_there);
    met.map(|(what, _)| what).collect()
}

#[tokio::test(start_paused = true)]
async fn a_storm_goes_on_in_another_instance_as_in_a_twin_that_was_never_saved() {
    let mut met = BTreeSet::new();
    for seed in 0..4 {
        let twin = in_a_storm(seed).await;
        met.extend(remembered(&twin));
        let expected = goes_on(&twin, seed).await;

        let saved = in_a_storm(seed).await;
        let file = file_of(&saved).await;
        let other = elsewhere().open();
        other.fault("{ name: of-this-instance, preset: f01 }");
        let _ = other.post("add_subscriptions", sport_on(CARD)).await;
        let restored = restore_file(&other, &file).await;
        assert_eq!(restored.http_status, 200, "{}", restored.text);
        other.forget();
        let belief = |harness: &Harness| Arc::clone(&harness.shared.crm().start_belief);
        assert_eq!(belief(&other), belief(&saved));
        let found = goes_on(&other, seed).await;
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "seed {seed}");
        }
        assert_eq!(found.len(), expected.len());
    }
    let expected = [
        "a card that hears late",
        "a held order",
        "a paused rule",
        "a place half-way",
        "a waiting order",
        "shared entries",
        "thrown dice",
        "tokens",
        "what was done since",
    ];
    assert!(met.iter().eq(&expected), "{met:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_a_call_brought_along_comes_back_as_the_one_of_its_request() {
    let harness_builder = || one_worker().with(|settings| settings.fault_header = true);
    let harness = harness_builder().open();
    let body = with(sport_on(CARD), "token", json!(harness.token));
    let operation = conax_contract::crm::Operation::AddSubscriptions;
    let call = Call::operation(operation, &body.to_string());
    let number = harness.send(call.with_header("conax-sim-fault", "f33")).await.number();
    let file = file_of(&harness).await;
    let other = elsewhere().open();
    restore_file(&other, &file).await;
    let faults = async |harness: &Harness| harness.control("GET", "/v1/faults", "").await.text;
    assert_eq!(faults(&other).await, faults(&harness).await);
    // The rule is for this request alone.
    let body = at_once(service_on_card("S60600", "BASIC", OTHER));
    let reply = other.post("add_subscriptions", body).await;
    assert_eq!(reply.member("life_cycle_state"), "COMPLETED");
    other.run().await;
    assert_eq!(other.state(&number).await, "REJECTED");
    // And goes with it.
    assert!(!faults(&other).await.contains(&format!("request-{number}")));
}

#[tokio::test(start_paused = true)]
async fn nobody_can_read_the_pin_of_an_order_that_is_held_back() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ do: { late: 1h } }");
    harness.fault("{ do: { stale: 1h }, when: { command: GET_ACTIVE_SUBSCRIPTIONS } }");
    let body = at_once(given_pin("S60600", CARD, "8352"));
    let reply = harness.post("reset_pin_to_given_value", body).await;
    assert_eq!(reply.member("life_cycle_state"), "COMPLETED");
    // Of one that was carried out, the past knows the PIN as well.
    harness.calm();
    harness.fault("{ do: { stale: 1h }, when: { command: GET_ACTIVE_SUBSCRIPTIONS } }");
    let body = at_once(given_pin("S60600", OTHER, "9147"));
    let _ = harness.post("reset_pin_to_given_value", body).await;
    let file = file_of(&harness).await;
    for secret in ["8352", "9147", CARD, "stale"] {
        let found = file.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
        assert!(!found, "{secret}");
    }
    let other = elsewhere().open();
    restore_file(&other, &file).await;
    assert_eq!((other.pin(CARD), other.pin(OTHER)), ("0000".into(), "9147".into()));
    other.passes(Duration::from_secs(3600)).await;
    other.shared.catch_up();
    assert_eq!(other.pin(CARD), "8352");
    for text in [other.journal(), format!("{:?}", other.shared.cas().memory)] {
        assert!(!text.contains("8352") && !text.contains("9147"), "{text}");
    }
}

/// A request whose command hangs at the head-end for longer than a snapshot waits.
async fn hanging(harness: &Harness, rule: &str) -> (u64, tokio::task::JoinHandle<()>) {
    harness.fault(rule);
    let number = harness.post("add_subscriptions", sport_on(CARD)).await.number();
    let shared = Arc::clone(&harness.shared);
    let run = tokio::spawn(async move {
        let _ = run_once(&shared).await;
    });
    harness.settles().await;
    assert_eq!(harness.shared.crm().book.queue_length().in_flight, 1);
    (number.parse().unwrap(), run)
}

/// Where a request stands and what became of it, by a ledger that is proven.
fn reconciled(harness: &Harness, request: u64) -> (Standing, Fate, u64, bool) {
    proven(harness);
    let row = harness.shared.ledger().reconcile().rows[&request].clone();
    (row.standing, row.fate, row.executions, row.known_to_crm())
}

#[tokio::test(start_paused = true)]
async fn what_was_on_its_way_is_sent_again_and_the_ledger_proves_it() {
    let before = "{ do: { delay: 5s }, times: 1 }";
    let after = "{ do: { delay: 5s }, at: after-apply, times: 1 }";
    let connecting = "{ preset: f02, times: 1 }";
    for (rule, waiting, sent_again) in [
        (before, (Fate::Never, 0), (Fate::Once, 1, true)),
        (after, (Fate::Once, 1), (Fate::Twice, 2, false)),
        (connecting, (Fate::Never, 0), (Fate::Once, 1, true)),
    ] {
        let harness = one_worker().open();
        let (request, run) = hanging(&harness, rule).await;
        let file = file_of(&harness).await;
        let other = elsewhere().open();
        restore_file(&other, &file).await;
        other.forget();
        let (fate, executions) = waiting;
        let expected = (Standing::Pending, fate, executions, true);
        assert_eq!(reconciled(&other, request), expected, "{rule}");
        assert_eq!(other.state(&request.to_string()).await, "PENDING");
        other.run().await;
        let (fate, executions, known) = sent_again;
        let expected = (Standing::Completed, fate, executions, known);
        assert_eq!(reconciled(&other, request), expected, "{rule}");
        // Where it was saved it goes on as if nobody had looked.
        run.await.unwrap();
        let end = reconciled(&harness, request);
        assert!(end.0 != Standing::Pending && end.2 <= 1, "{rule}: {end:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_sent_again_and_refused_is_not_known_to_the_crm() {
    let harness = one_worker().open();
    let (request, run) =
        hanging(&harness, "{ do: { delay: 5s }, at: after-apply, times: 1 }").await;
    let kept = harness.shared.take_snapshot().await;
    run.await.unwrap();
    harness.shared.restore(&kept).await;
    harness.forget();
    harness.fault("{ preset: f33 }");
    harness.run().await;
    let expected = (Standing::Rejected, Fate::Once, 1, false);
    assert_eq!(reconciled(&harness, request), expected);
}

#[tokio::test(start_paused = true)]
async fn a_command_that_still_hangs_after_a_restore_does_nothing_to_the_world_that_came_back() {
    let harness = one_worker().open();
    let kept = harness.shared.take_snapshot().await;
    let (_, run) = hanging(&harness, "{ do: { delay: 5s }, times: 1 }").await;
    harness.shared.restore(&kept).await;
    run.await.unwrap();
    harness.passes(Duration::from_secs(60)).await;
    assert_eq!(harness.active(CARD), "");
    assert_eq!(harness.transactions().len(), 0);
    proven(&harness);
}

#[tokio::test(start_paused = true)]
async fn a_ledger_of_which_lines_were_let_go_or_that_is_longer_than_allowed_is_right_elsewhere() {
    let harness = one_worker().with(|settings| settings.ledger_limit = 3).open();
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    let cut = file_of(&harness).await;
    let harness = one_worker().open();
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    let whole = file_of(&harness).await;
    for (file, limit, let_go) in
        [(&cut, 1000, (4, 0)), (&whole, 1000, (0, 0)), (&whole, 3, (4, 0)), (&whole, 0, (7, 3))]
    {
        let other = elsewhere().with(|settings| settings.ledger_limit = limit).open();
        restore_file(&other, file).await;
        assert_eq!(other.shared.ledger().let_go(), let_go, "{limit}");
        let totals = other.shared.ledger().totals();
        assert_eq!((totals.once, totals.completed), (1, 1), "{limit}");
        assert_eq!(drift(&other.shared).len(), 0);
        let proven = proof::check(ledger_lines(&other.shared));
        assert!(proven.is_ok(), "{limit}: {proven:?}");
    }
}
