//! Why: thirty questions and their golden answers.

use std::fmt::Write;
use std::time::Duration;

use conax_tests::bodies::{at_once, given_pin, service_on_card, sport_on, with};
use conax_tests::{Stage, Staging};
use serde_json::{Value, json};

/// The questions and answers so far.
struct Told {
    stage: Stage,
    text: String,
    count: usize,
}

impl Told {
    fn of(staging: Staging, text: String, count: usize) -> Self {
        let stage = staging.open();
        Self { stage, text, count }
    }

    async fn ask(&mut self, question: &str, target: &str) {
        let reply = self
            .stage
            .control("GET", &format!("/v1/requests/{target}"), "")
            .await;
        self.count += 1;
        writeln!(self.text, "{}. {question}", self.count).unwrap();
        if reply.http_status != 200 {
            writeln!(self.text, "   {}", reply.json["detail"].as_str().unwrap()).unwrap();
            return;
        }
        writeln!(
            self.text,
            "   it is {}",
            reply.json["state"].as_str().unwrap()
        )
        .unwrap();
        for sentence in reply.json["because"].as_array().unwrap() {
            writeln!(self.text, "   because {}", sentence.as_str().unwrap()).unwrap();
        }
        if let Some(next) = reply.json["next"].as_str() {
            writeln!(self.text, "   next: {next}").unwrap();
        }
    }

    async fn add(&self, body: Value) -> String {
        self.stage.post("add_subscriptions", body).await.number()
    }
}

const CARD: &str = "01900080208";
const OTHER: &str = "01900080209";

fn express(body: Value) -> Value {
    with(body, "priority", json!("EXPRESS"))
}

async fn pending(told: &mut Told) {
    told.ask("why is 3702, which the world holds, PENDING?", "3702/why")
        .await;
    told.ask("what is wrong with a number nobody has?", "9999/why")
        .await;
    let later = with(
        sport_on(CARD),
        "scheduled_date",
        json!("2014-09-24T15:10:00"),
    );
    let later = told.add(later).await;
    told.ask(
        "why is one that is scheduled PENDING?",
        &format!("{later}/why"),
    )
    .await;
    let first = told.add(sport_on(CARD)).await;
    let second = told.add(sport_on(CARD)).await;
    let third = told.add(sport_on(OTHER)).await;
    told.ask(
        "why has the first of a card not left?",
        &format!("{first}/why"),
    )
    .await;
    told.ask(
        "why has the second of the same card not left?",
        &format!("{second}/why"),
    )
    .await;
    told.ask(
        "why has one of another card not left?",
        &format!("{third}/why"),
    )
    .await;
    let urgent = told.add(express(sport_on("01900080210"))).await;
    told.ask(
        "why does a regular one wait for an EXPRESS one?",
        &format!("{first}/why"),
    )
    .await;
    told.ask("and the EXPRESS one itself?", &format!("{urgent}/why"))
        .await;
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
    told.ask(
        "why is a list by colour empty?",
        &format!("{first}/why?list=colour=red"),
    )
    .await;
    told.ask(
        "why does a rule nobody made not act?",
        &format!("{first}/why?fault=ghost"),
    )
    .await;
    told.stage.fault("{ name: waiting, preset: f05 }");
    told.ask(
        "will the rule act on it?",
        &format!("{first}/why?fault=waiting"),
    )
    .await;
    told.ask(
        "why does a rule nobody made not act, now?",
        &format!("{first}/why?fault=ghost"),
    )
    .await;
}

async fn settled(told: &mut Told) {
    let good = told.add(at_once(sport_on(CARD))).await;
    told.ask("why is a good one COMPLETED?", &format!("{good}/why"))
        .await;
    told.ask(
        "why is it not in a list by another reference?",
        &format!("{good}/why?list=reference_number=38a4254b"),
    )
    .await;
    let unknown = service_on_card("S60666", "P1test", "01900080294");
    let refused = told.add(at_once(unknown)).await;
    told.ask(
        "why is one of a card Conax does not know REJECTED?",
        &format!("{refused}/why"),
    )
    .await;
    told.stage
        .fault("{ name: other, preset: f01, when: { card: \"01900080209\" } }");
    told.stage.fault("{ name: lost, preset: f05, times: 1 }");
    let lost = told.add(at_once(sport_on(CARD))).await;
    told.ask("why is a lost one REJECTED?", &format!("{lost}/why"))
        .await;
    told.ask(
        "why did the rule `lost` act on it?",
        &format!("{lost}/why?fault=lost"),
    )
    .await;
    told.ask(
        "why did the rule `other` not act on it?",
        &format!("{lost}/why?fault=other"),
    )
    .await;
    let after = told.add(at_once(sport_on(CARD))).await;
    told.ask(
        "why did `lost` not act on the next one?",
        &format!("{after}/why?fault=lost"),
    )
    .await;
    told.stage.fault("{ name: later, preset: f14 }");
    told.ask(
        "why did a rule that came later not act?",
        &format!("{after}/why?fault=later"),
    )
    .await;
    told.stage.calm();
    let unconnected = {
        told.stage.fault("{ name: shut, preset: f01, times: 1 }");
        told.add(at_once(sport_on(CARD))).await
    };
    told.ask(
        "why is one REJECTED that never left?",
        &format!("{unconnected}/why"),
    )
    .await;
    told.stage.fault("{ name: hollow, preset: f35, times: 1 }");
    let hollow = told.add(at_once(sport_on(OTHER))).await;
    told.ask(
        "why is a COMPLETED one not to be trusted?",
        &format!("{hollow}/why"),
    )
    .await;
    told.stage.fault("{ name: double, preset: f37, times: 1 }");
    let double = told.add(at_once(sport_on(OTHER))).await;
    told.ask("why was one done twice?", &format!("{double}/why"))
        .await;
    told.stage.fault("{ name: tardy, preset: f39, times: 1 }");
    let tardy = told.add(at_once(sport_on(OTHER))).await;
    told.ask("why is it completed and not done?", &format!("{tardy}/why"))
        .await;
    told.stage.passes(Duration::from_secs(31)).await;
    told.ask("and half a minute later?", &format!("{tardy}/why"))
        .await;
}

#[tokio::test(start_paused = true)]
async fn thirty_questions_have_golden_answers() {
    let mut told = Told::of(Staging::demo(), String::new(), 0);
    pending(&mut told).await;
    let Told { text, count, .. } = told;
    let mut told = Told::of(Staging::demo(), text, count);
    settled(&mut told).await;
    let ineffective = Staging::demo_with("effective: true", "effective: false");
    let Told { text, count, .. } = told;
    let mut told = Told::of(ineffective, text, count);
    let number = told.add(sport_on(CARD)).await;
    told.ask("why does nothing leave at all?", &format!("{number}/why"))
        .await;
    let stepped = Staging::demo().stepped().with(|settings| {
        settings.dispatch.run_interval = Some(Duration::from_secs(5));
    });
    let Told { text, count, .. } = told;
    let mut told = Told::of(stepped, text, count);
    let number = told.add(sport_on(CARD)).await;
    told.ask(
        "why does nothing move while the clock stands?",
        &format!("{number}/why"),
    )
    .await;
    assert_eq!(told.count, 30);
    insta::assert_snapshot!(told.text);
}

#[tokio::test(start_paused = true)]
async fn why_one_on_its_way_has_not_come_back_and_who_waits_for_it() {
    let stage = Staging::demo().stepped().open();
    stage.fault("{ name: silent, preset: f04, times: 1 }");
    let first = stage
        .post("add_subscriptions", sport_on(CARD))
        .await
        .number();
    let second = stage
        .post(
            "reset_pin_to_given_value",
            given_pin("S60600", CARD, "4711"),
        )
        .await
        .number();
    let shared = std::sync::Arc::clone(&stage.shared);
    let run = tokio::spawn(async move { conax_sim::dispatch::run_once(&shared).await });
    stage.settles().await;
    let mut told = Told {
        stage,
        text: String::new(),
        count: 0,
    };
    told.ask(
        "why has the silent one not come back?",
        &format!("{first}/why"),
    )
    .await;
    told.ask(
        "why does the next of its card wait?",
        &format!("{second}/why"),
    )
    .await;
    told.stage
        .shared
        .clock
        .advance(Duration::from_secs(601))
        .await;
    assert_eq!(run.await.unwrap().rejected_count, 1);
    told.ask("and when the time-out is over?", &format!("{first}/why"))
        .await;
    insta::assert_snapshot!(told.text);
    assert!(!told.text.contains("4711"));
}

/// An order that goes out at once and waits for another card too stands in nobody's way; while its
/// own card is busy it is named.
#[tokio::test(start_paused = true)]
async fn what_waits_behind_an_order_that_is_sent_at_once_is_told_so() {
    let stage = Staging::demo().open();
    stage.fault("{ do: { delay: 60s }, at: after-apply, times: 1 }");
    let silent = stage.post("add_subscriptions", at_once(sport_on(CARD)));
    let questions = async {
        stage.settles().await;
        let urgent = stage.post("cancel_subscriptions", at_once(sport_on(CARD)));
        let regular = async {
            stage.settles().await;
            let regular = stage
                .post("add_subscriptions", sport_on(CARD))
                .await
                .number();
            let target = format!("/v1/requests/{regular}/why");
            let why = stage.control("GET", &target, "");
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

#[tokio::test(start_paused = true)]
async fn a_rule_for_a_subscription_is_not_denied() {
    let mut told = Told::of(Staging::demo(), String::new(), 0);
    told.stage
        .fault("{ name: theirs, preset: f05, when: { subscription: S60600 } }");
    told.stage
        .fault("{ name: others, preset: f05, when: { subscription: S60058 } }");
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
