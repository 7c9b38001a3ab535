//! Why: thirty questions and their golden answers.

use std::fmt::Write;
use std::time::Duration;

use conax_tests::bodies::{at_once, given_pin, pairing, service_on_card, sport_on, with};
use conax_tests::{Harness, HarnessBuilder};
use serde_json::{Value, json};

/// The questions and answers so far.
struct Told {
    harness: Harness,
    text: String,
    count: usize,
}

impl Told {
    fn of(harness_builder: HarnessBuilder, text: String, count: usize) -> Self {
        let harness = harness_builder.open();
        Self { harness, text, count }
    }

    async fn ask(&mut self, question: &str, target: &str) {
        let reply = self.harness.control("GET", &format!("/v1/requests/{target}"), "").await;
        self.count += 1;
        writeln!(self.text, "{}. {question}", self.count).unwrap();
        if reply.http_status != 200 {
            writeln!(self.text, "   {}", reply.json["detail"].as_str().unwrap()).unwrap();
            return;
        }
        writeln!(self.text, "   it is {}", reply.json["state"].as_str().unwrap()).unwrap();
        for sentence in reply.json["because"].as_array().unwrap() {
            writeln!(self.text, "   because {}", sentence.as_str().unwrap()).unwrap();
        }
        if let Some(next) = reply.json["next"].as_str() {
            writeln!(self.text, "   next: {next}").unwrap();
        }
    }

    async fn add(&self, body: Value) -> String {
        self.harness.post("add_subscriptions", body).await.number()
    }
}

const CARD: &str = "01900080208";
const OTHER: &str = "01900080209";

fn express(body: Value) -> Value {
    with(body, "priority", json!("EXPRESS"))
}

async fn pending(told: &mut Told) {
    told.ask("why is 3702, which the world holds, PENDING?", "3702/why").await;
    told.ask("what is wrong with a number nobody has?", "9999/why").await;
    let later = with(sport_on(CARD), "scheduled_date", json!("2014-09-24T15:10:00"));
    let later = told.add(later).await;
    told.ask("why is one that is scheduled PENDING?", &format!("{later}/why")).await;
    let first = told.add(sport_on(CARD)).await;
    let second = told.add(sport_on(CARD)).await;
    let third = told.add(sport_on(OTHER)).await;
    told.ask("why has the first of a card not left?", &format!("{first}/why")).await;
    told.ask("why has the second of the same card not left?", &format!("{second}/why")).await;
    told.ask("why has one of another card not left?", &format!("{third}/why")).await;
    let urgent = told.add(express(sport_on("01900080210"))).await;
    told.ask("why does a regular one wait for an EXPRESS one?", &format!("{first}/why")).await;
    told.ask("and the EXPRESS one itself?", &format!("{urgent}/why")).await;
    told.ask(
        "why is it not in the list of the completed?",
        &format!("{first}/why?list=life_cycle_state=COMPLETED"),
    )
    .await;
    told.ask(
        "why is it in the list of the pending?",
        &format!("{first}/why?list=life_cycle_state=PENDING"),
    )
    .await;
    told.ask(
        "why is it not in the list of the cancellations?",
        &format!("{first}/why?list=type=CANCEL_SUBSCRIPTIONS"),
    )
    .await;
    told.ask("why is a list by colour empty?", &format!("{first}/why?list=colour=red")).await;
    told.ask("why does a rule nobody made not act?", &format!("{first}/why?fault=ghost")).await;
    told.harness.fault("{ name: waiting, preset: f05 }");
    told.ask("will the rule act on it?", &format!("{first}/why?fault=waiting")).await;
    told.ask("why does a rule nobody made not act, now?", &format!("{first}/why?fault=ghost"))
        .await;
}

async fn settled(told: &mut Told) {
    let good = told.add(at_once(sport_on(CARD))).await;
    told.ask("why is a good one COMPLETED?", &format!("{good}/why")).await;
    told.ask(
        "why is it not in a list by another reference?",
        &format!("{good}/why?list=reference_number=38a4254b"),
    )
    .await;
    let unknown = service_on_card("S60666", "P1test", "01900080294");
    let refused = told.add(at_once(unknown)).await;
    told.ask("why is one of a card Conax does not know REJECTED?", &format!("{refused}/why")).await;
    told.harness.fault("{ name: other, preset: f01, when: { card: \"01900080209\" } }");
    told.harness.fault("{ name: lost, preset: f05, times: 1 }");
    let lost = told.add(at_once(sport_on(CARD))).await;
    told.ask("why is a lost one REJECTED?", &format!("{lost}/why")).await;
    told.ask("why did the rule `lost` act on it?", &format!("{lost}/why?fault=lost")).await;
    told.ask("why did the rule `other` not act on it?", &format!("{lost}/why?fault=other")).await;
    let after = told.add(at_once(sport_on(CARD))).await;
    told.ask("why did `lost` not act on the next one?", &format!("{after}/why?fault=lost")).await;
    told.harness.fault("{ name: later, preset: f14 }");
    told.ask("why did a rule that came later not act?", &format!("{after}/why?fault=later")).await;
    told.harness.calm();
    let unconnected = {
        told.harness.fault("{ name: shut, preset: f01, times: 1 }");
        told.add(at_once(sport_on(CARD))).await
    };
    told.ask("why is one REJECTED that never left?", &format!("{unconnected}/why")).await;
    told.harness.fault("{ name: hollow, preset: f35, times: 1 }");
    let hollow = told.add(at_once(sport_on(OTHER))).await;
    told.ask("why is a COMPLETED one not to be trusted?", &format!("{hollow}/why")).await;
    told.harness.fault("{ name: double, preset: f37, times: 1 }");
    let double = told.add(at_once(sport_on(OTHER))).await;
    told.ask("why was one done twice?", &format!("{double}/why")).await;
    told.harness.fault("{ name: tardy, preset: f39, times: 1 }");
    let tardy = told.add(at_once(sport_on(OTHER))).await;
    told.ask("why is it completed and not done?", &format!("{tardy}/why")).await;
    told.harness.passes(Duration::from_secs(31)).await;
    told.ask("and half a minute later?", &format!("{tardy}/why")).await;
}

#[tokio::test(start_paused = true)]
async fn thirty_questions_have_golden_answers() {
    let mut told = Told::of(HarnessBuilder::demo(), String::new(), 0);
    pending(&mut told).await;
    let Told { text, count, .. } = told;
    let mut told = Told::of(HarnessBuilder::demo(), text, count);
    settled(&mut told).await;
    let ineffective = HarnessBuilder::demo_with("effective: true", "effective: false");
    let Told { text, count, .. } = told;
    let mut told = Told::of(ineffective, text, count);
    let number = told.add(sport_on(CARD)).await;
    told.ask("why does nothing leave at all?", &format!("{number}/why")).await;
    let stepped = HarnessBuilder::demo().stepped().with(|settings| {
        settings.dispatch.run_interval = Some(Duration::from_secs(5));
    });
    let Told { text, count, .. } = told;
    let mut told = Told::of(stepped, text, count);
    let number = told.add(sport_on(CARD)).await;
    told.ask("why does nothing move while the clock stands?", &format!("{number}/why")).await;
    assert_eq!(told.count, 30);
    insta::assert_snapshot!(told.text);
}

#[tokio::test(start_paused = true)]
async fn why_one_on_its_way_has_not_come_back_and_who_waits_for_it() {
    let harness = HarnessBuilder::demo().stepped().open();
    harness.fault("{ name: silent, preset: f04, times: 1 }");
    let first = harness.post("add_subscriptions", sport_on(CARD)).await.number();
    let second =
        harness.post("reset_pin_to_given_value", given_pin("S60600", CARD, "4711")).await.number();
    let shared = std::sync::Arc::clone(&harness.shared);
    let run = tokio::spawn(async move { conax_sim::dispatch::run_once(&shared).await });
    harness.settles().await;
    let mut told = Told { harness, text: String::new(), count: 0 };
    told.ask("why has the silent one not come back?", &format!("{first}/why")).await;
    told.ask("why does the next of its card wait?", &format!("{second}/why")).await;
    told.harness.shared.clock.advance(Duration::from_secs(601)).await;
    assert_eq!(run.await.unwrap().rejected_count, 1);
    told.ask("and when the time-out is over?", &format!("{first}/why")).await;
    insta::assert_snapshot!(told.text);
    assert!(!told.text.contains("4711"));
}

/// An order that goes out at once and waits for another card too stands in nobody's way; while its
/// own card is busy it is named.
#[tokio::test(start_paused = true)]
async fn what_waits_behind_an_order_that_is_sent_at_once_is_told_so() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ do: { delay: 60s }, at: after-apply, times: 1 }");
    let silent = harness.post("add_subscriptions", at_once(sport_on(CARD)));
    let questions = async {
        harness.settles().await;
        let urgent = harness.post("cancel_subscriptions", at_once(sport_on(CARD)));
        let regular = async {
            harness.settles().await;
            let regular = harness.post("add_subscriptions", sport_on(CARD)).await.number();
            let target = format!("/v1/requests/{regular}/why");
            let why = harness.control("GET", &target, "");
            why.await.json["because"].clone()
        };
        tokio::join!(urgent, regular).1
    };
    let (_, because) = tokio::join!(silent, questions);
    let because = because.to_string();
    for sentence in [
        "smartcard 01900080208 is busy with request 4050",
        "request 4051 of the same smartcard 01900080208 is to be sent at once and leaves before it",
    ] {
        assert!(because.contains(sentence), "{because}");
    }
    assert!(!because.contains("the next to leave"), "{because}");
}

/// The run that would send it is there, and hangs.
#[tokio::test(start_paused = true)]
async fn one_that_waits_for_a_worker_names_what_occupies_them_all() {
    let harness = HarnessBuilder::demo().stepped().with(|settings| {
        settings.dispatch.worker_count = 1;
    });
    let harness = harness.open();
    harness.fault("{ preset: f04, times: 1 }");
    let _ = harness.post("add_subscriptions", sport_on(OTHER)).await;
    let waits = harness.post("add_subscriptions", sport_on(CARD)).await;
    let waits = waits.number();
    let shared = std::sync::Arc::clone(&harness.shared);
    let run = tokio::spawn(async move { conax_sim::dispatch::run_once(&shared).await });
    harness.settles().await;
    let target = format!("/v1/requests/{waits}/why");
    let why = harness.control("GET", &target, "").await.json;
    assert_eq!(
        why["because"][0],
        "it is due and the next to leave, but the only worker is busy with what is on its way to \
         Conax (`workers`): request 4050"
    );
    assert_eq!(
        why["because"][1],
        "request 4050: it is on its way to Conax, in exchange 1, and no answer has come; the CRM \
         waits 10min for each part of one"
    );
    assert!(!why.to_string().contains("POST /v1/runs"), "{why}");
    harness.shared.clock.advance(Duration::from_secs(1_300)).await;
    run.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_rule_for_a_subscription_is_not_denied() {
    let mut told = Told::of(HarnessBuilder::demo(), String::new(), 0);
    told.harness.fault("{ name: theirs, preset: f05, when: { subscription: S60600 } }");
    told.harness.fault("{ name: others, preset: f05, when: { subscription: S60058 } }");
    let number = told.add(sport_on(CARD)).await;
    for rule in ["theirs", "others"] {
        let target = format!("{number}/why?fault={rule}");
        told.ask("will the rule act?", &target).await;
    }
    let expected = [
        "rule theirs has not met it yet; it will act when the command is sent",
        "rule others does not act on it: ",
    ];
    for sentence in expected {
        assert!(told.text.contains(sentence), "{}", told.text);
    }
}

async fn because(harness: &Harness, target: &str) -> String {
    let target = format!("/v1/requests/{target}");
    let reply = harness.control("GET", &target, "").await;
    reply.json["because"].to_string()
}

async fn next(harness: &Harness, number: &str) -> String {
    let target = format!("/v1/requests/{number}/why");
    let reply = harness.control("GET", &target, "").await;
    reply.json["next"].to_string()
}

/// A world in which request 4050 met a rule, and one that has forgotten how.
async fn forgotten(rule: &str, how: &str) -> Harness {
    let harness_builder =
        HarnessBuilder::demo().with(|settings| settings.journal.exchange_limit = 12);
    let harness = harness_builder.open();
    harness.fault(rule);
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    match how {
        "fork" => {
            let made = harness.control("POST", "/v1/worlds/demo/fork", r#"{"as":"copy"}"#);
            assert_eq!(made.await.http_status, 201);
            harness.beside("copy").await
        }
        "snapshot" => {
            for (step, body) in
                [("snapshot", r#"{"as":"kept"}"#), ("restore", r#"{"from":"kept"}"#)]
            {
                let target = format!("/v1/worlds/demo/{step}");
                let done = harness.control("POST", &target, body).await;
                assert!(done.http_status < 300, "{}", done.text);
            }
            harness
        }
        _ => {
            for _ in 0..20 {
                harness.control("GET", "/v1/clock", "").await;
            }
            harness
        }
    }
}

/// Neither of a rule that is spent, nor of one that goes on, nor of one that was replaced.
#[tokio::test(start_paused = true)]
async fn what_a_rule_did_is_not_denied_once_the_journal_has_forgotten_it() {
    let rules = [
        "{ name: lost, preset: f06, times: 1 }",
        "{ name: lost, preset: f06 }",
        "{ name: lost, preset: f06, when: { card: '01900080208' } }",
    ];
    for rule in rules {
        for how in ["fork", "snapshot", "limit"] {
            let harness = forgotten(rule, how).await;
            for replaced in [None, Some("{ name: lost, preset: f01, when: { card: '1' } }")] {
                if let Some(other) = replaced {
                    harness.fault(other);
                }
                let told = because(&harness, "4050/why?fault=lost").await;
                let place = format!("{rule} {how}: {told}");
                assert!(told.contains("is not known any more"), "{place}");
                assert!(!told.contains("did not act"), "{place}");
                assert!(!told.contains("does not act on it"), "{place}");
            }
            harness.calm();
            let told = because(&harness, "4050/why?fault=lost").await;
            assert!(told.contains("is not known any more"), "{told}");
            let told = because(&harness, "4050/why").await;
            assert!(told.contains("is not known any more"), "{told}");
            assert!(!told.contains("no fault rule acted"), "{told}");
        }
    }
}

/// The head-end's entry is older than the CRM's, and goes first.
#[tokio::test(start_paused = true)]
async fn half_of_an_exchange_is_not_taken_for_the_whole() {
    let harness_builder =
        HarnessBuilder::demo().with(|settings| settings.journal.exchange_limit = 4);
    let harness = harness_builder.open();
    harness.fault("{ name: lost, preset: f05, times: 1 }");
    let order = async { harness.post("add_subscriptions", at_once(sport_on(CARD))).await.number() };
    let calls = async {
        harness.settles().await;
        for _ in 0..3 {
            harness.control("GET", "/v1/clock", "").await;
        }
    };
    let (number, ()) = tokio::join!(order, calls);
    for target in [format!("{number}/why"), format!("{number}/why?fault=lost")] {
        let told = because(&harness, &target).await;
        assert!(told.contains("is not known any more"), "{told}");
        assert!(!told.contains("no fault rule acted"), "{told}");
    }
}

/// A request of the world before had the same number, and its exchange ends now.
#[tokio::test(start_paused = true)]
async fn a_rule_of_the_world_before_is_not_told_of_a_request_of_this_one() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ name: old, preset: f05, times: 1 }");
    let late = harness.post("add_subscriptions", at_once(sport_on(CARD)));
    let meanwhile = async {
        harness.settles().await;
        harness.control("POST", "/v1/worlds/demo/reset", "").await;
        harness.forget();
    };
    let (_, ()) = tokio::join!(late, meanwhile);
    harness.passes(Duration::from_mins(11)).await;
    let number = harness.post("add_subscriptions", at_once(sport_on(CARD))).await.number();
    assert_eq!(number, "4050");
    let told = because(&harness, "4050/why").await;
    assert!(!told.contains("rule old acted"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn while_an_exchange_is_under_way_nothing_is_said_of_rules_that_is_not_known_yet() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ name: slow, do: { delay: 60s }, times: 1 }");
    let order = harness.post("add_subscriptions", at_once(sport_on(CARD)));
    let look = async {
        harness.settles().await;
        let plain = because(&harness, "4050/why").await;
        (plain, because(&harness, "4050/why?fault=slow").await)
    };
    let (_, (plain, fault)) = tokio::join!(order, look);
    for told in [&plain, &fault] {
        assert!(told.contains("is told when the exchange"), "{told}");
        assert!(!told.contains("has not met it yet"), "{told}");
    }
    let told = because(&harness, "4050/why?fault=slow").await;
    assert!(told.contains("rule slow acted (hit 1 of 1)"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn what_becomes_due_at_the_same_moment_was_only_created_later() {
    let harness = HarnessBuilder::demo().open();
    let at = |body: Value| with(body, "scheduled_date", json!("2014-09-24T15:10:00"));
    let on = harness.post("add_subscriptions", at(sport_on(CARD))).await;
    let off = express(at(sport_on(CARD)));
    let off = harness.post("cancel_subscriptions", off).await.number();
    harness.passes(Duration::from_mins(11)).await;
    harness.run().await;
    let told = because(&harness, &format!("{}/why", on.number())).await;
    assert!(told.contains(&format!("request {off}")), "{told}");
    assert!(told.contains("was created after"), "{told}");
    assert!(!told.contains("became due after"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn what_was_done_twice_and_leaves_nothing_is_told_so_without_a_message() {
    let harness = HarnessBuilder::demo().open();
    for (operation, body) in [
        ("add_subscriptions", sport_on(CARD)),
        ("cancel_subscriptions", sport_on(CARD)),
        ("create_pairing", pairing(&[CARD], &["3012345601"])),
        ("reset_pin_to_given_value", given_pin("S60600", CARD, "4711")),
    ] {
        harness.calm();
        harness.fault("{ preset: f37, times: 1 }");
        let number = harness.post(operation, at_once(body)).await.number();
        let told = next(&harness, &number).await;
        assert!(!told.contains("message"), "{operation}: {told}");
        let drift = harness.control("GET", "/v1/drift", "").await.json["drift"].clone();
        let differs = told.contains("make both sides equal");
        assert_eq!(differs, drift != json!([]), "{operation}: {told} {drift}");
    }
}

/// Healing is advised as long as there is something to heal.
#[tokio::test(start_paused = true)]
async fn healing_is_advised_only_while_both_sides_differ() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ preset: f06, times: 1 }");
    let number = harness.post("add_subscriptions", at_once(sport_on(CARD))).await.number();
    assert!(next(&harness, &number).await.contains("/v1/drift/heal"));
    harness.control("POST", "/v1/drift/heal", "").await;
    let told = next(&harness, &number).await;
    assert!(told.contains("request 4051 of the same card has not ended"), "{told}");
    harness.run().await;
    let told = next(&harness, &number).await;
    assert!(told.contains("do not differ because of it"), "{told}");
    assert!(!told.contains("heal"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn what_conax_would_refuse_is_not_advised_to_be_sent_again() {
    // Conax said why, and nobody heard it.
    let harness = HarnessBuilder::demo().open();
    harness.fault("{ preset: f06, times: 1 }");
    let bad = given_pin("S60600", CARD, "99999");
    let bad = harness.post("reset_pin_to_given_value", at_once(bad)).await;
    let told = because(&harness, &format!("{}/why", bad.number())).await;
    assert!(told.contains("Conax really did not carry it out: it refused it: "), "{told}");
    assert!(!told.contains("99999"), "{told}");
    let told = next(&harness, &bad.number()).await;
    assert!(told.contains("mend the order"), "{told}");
    // Conax was not asked, and would refuse.
    harness.fault("{ preset: f03, times: 1 }");
    let unknown = service_on_card("S60666", "P1test", "01900080294");
    let unknown = harness.post("add_subscriptions", at_once(unknown)).await;
    let told = next(&harness, &unknown.number()).await;
    assert!(told.contains("Conax would reject ADD_SUBSCRIPTIONS"), "{told}");
    assert!(!told.contains("so the order can be sent again"), "{told}");
    // The PIN is gone, so nobody can say.
    harness.calm();
    harness.fault("{ preset: f03, times: 1 }");
    let pin = given_pin("S60600", CARD, "99999");
    let pin = harness.post("reset_pin_to_given_value", at_once(pin)).await;
    let told = next(&harness, &pin.number()).await;
    assert!(told.contains("whether Conax would take it now is not known"), "{told}");
    // Nothing is wrong with this one.
    harness.fault("{ preset: f03, times: 1 }");
    let good = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    let told = next(&harness, &good.number()).await;
    assert!(told.contains("so the order can be sent again"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_reference_that_is_anothers_is_told_so() {
    let harness = HarnessBuilder::demo().open();
    let first = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    harness.fault("{ preset: f24, times: 1 }");
    let second = harness.post("add_subscriptions", at_once(sport_on(OTHER))).await;
    let told = because(&harness, &format!("{}/why", second.number())).await;
    let sentence = format!("that reference belongs to request {}", first.number());
    assert!(told.contains(&sentence), "{told}");
    let told = because(&harness, &format!("{}/why", first.number())).await;
    let sentence = format!("request {} has the same reference", second.number());
    assert!(told.contains(&sentence), "{told}");
    harness.fault("{ preset: f24/nobodys, times: 1 }");
    let third = harness.post("add_subscriptions", at_once(sport_on(OTHER))).await;
    let told = because(&harness, &format!("{}/why", third.number())).await;
    assert!(told.contains("that reference is not the one Conax did it under"), "{told}");
    let fourth = harness.post("add_subscriptions", at_once(sport_on(OTHER))).await;
    let told = because(&harness, &format!("{}/why", fourth.number())).await;
    assert!(!told.contains("that reference"), "{told}");
}
