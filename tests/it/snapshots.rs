//! A world kept as it was, changed, and brought back: as if nothing had happened in between.

use std::pin::pin;

use conax_contract::crm::Operation;
use conax_model::cas::Outcome;
use conax_tests::bodies::{at_once, given_pin, service_on_card, sport_on, with};
use conax_tests::{Call, Chance, ControlReply, Harness, HarnessBuilder};
use serde_json::json;

use crate::hung::{accept, in_time};
use crate::worlds::{add_at_conax, step};

const CARD: &str = "01900080208";

pub(crate) fn one_worker() -> HarnessBuilder {
    HarnessBuilder::demo().with(|settings| settings.dispatch.worker_count = 1)
}

async fn steps(harness: &Harness, seed: u64) -> Vec<String> {
    let mut chance = Chance::new(seed, "steps");
    let mut told = Vec::new();
    for nth in 0..20 {
        told.push(step(harness, &mut chance).await);
        harness.passes(std::time::Duration::from_secs(nth)).await;
    }
    told
}

async fn snapshot(harness: &Harness, name: &str) -> ControlReply {
    let body = json!({ "as": name }).to_string();
    let target = "/v1/worlds/demo/snapshot";
    harness.control("POST", target, &body).await
}

async fn restore(harness: &Harness, name: &str) -> ControlReply {
    let body = json!({ "from": name }).to_string();
    let target = "/v1/worlds/demo/restore";
    harness.control("POST", target, &body).await
}

fn login() -> Call {
    let body =
        json!({ "username": "mpadministrator", "password": "1234", "organisation": "CRMDEMO" });
    Call::operation(Operation::IssueToken, &body.to_string())
}

/// Everything the APIs tell of a world but its journal.
pub(crate) async fn told(harness: &Harness) -> String {
    let mut told = String::new();
    for what in [
        "ready",
        "runs",
        "cas/smartcards?limit=1000",
        "cas/pairings",
        "cas/messages",
        "cas/fingerprints",
        "cas/transactions?limit=1000",
    ] {
        told += &harness.control("GET", &format!("/v1/{what}"), "").await.text;
    }
    for state in ["PENDING", "COMPLETED", "REJECTED"] {
        let query = format!("life_cycle_state={state}");
        told += &harness.get("list", &query).await.text;
    }
    told
}

#[tokio::test(start_paused = true)]
async fn after_a_restore_the_same_calls_give_the_same_bytes() {
    let harness = one_worker().open();
    for seed in 0..6 {
        steps(&harness, seed).await;
        let late = with(sport_on(CARD), "scheduled_date", json!("2014-09-24T15:05:00"));
        let _ = harness.post("add_subscriptions", late).await.ok();
        let token = harness.send(login()).await.member("token");
        let kept = snapshot(&harness, "before").await;
        assert_eq!(kept.json["snapshot"], "before");
        let before = told(&harness).await;
        let mut first = steps(&harness, 100 + seed).await;
        first.push(harness.send(login()).await.text);
        let after = told(&harness).await;
        let call = json!({ "token": token }).to_string();
        let release = || Call::operation(Operation::ReleaseToken, &call);
        assert_eq!(harness.send(release()).await.code(), "OK");

        assert_eq!(restore(&harness, "before").await.http_status, 200);
        harness.forget();
        assert_eq!(told(&harness).await, before, "seed {seed}");
        let mut second = steps(&harness, 100 + seed).await;
        second.push(harness.send(login()).await.text);
        assert_eq!(second, first, "seed {seed}");
        assert_eq!(told(&harness).await, after, "seed {seed}");
        assert_eq!(harness.send(release()).await.code(), "OK", "it lives again");
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_goes_back_and_the_journal_goes_on() {
    let harness = HarnessBuilder::demo().open();
    snapshot(&harness, "before").await;
    let (then, number) = (harness.now(), |harness: &Harness| harness.journal().lines().count());
    harness.passes(std::time::Duration::from_millis(7_654_321)).await;
    let _ = harness.post("add_subscriptions", sport_on(CARD)).await.ok();
    let before = number(&harness);
    restore(&harness, "before").await;
    assert_eq!(harness.now(), then);
    assert!(number(&harness) > before);
    harness.passes(std::time::Duration::from_secs(1)).await;
    assert_eq!(harness.now(), then + std::time::Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_pending_pin_comes_back_with_its_request() {
    let harness = HarnessBuilder::demo().open();
    let body = given_pin("S60600", CARD, "8352");
    let number = harness.post("reset_pin_to_given_value", body).await.number();
    snapshot(&harness, "before").await;
    harness.run().await;
    harness.control("POST", "/v1/worlds/demo/reset", "").await;
    restore(&harness, "before").await;
    harness.forget();
    assert_eq!(
        (harness.state(&number).await.as_str(), harness.pin(CARD).as_str()),
        ("PENDING", "0000")
    );
    harness.run().await;
    assert_eq!(
        (harness.state(&number).await.as_str(), harness.pin(CARD).as_str()),
        ("COMPLETED", "8352")
    );
}

#[tokio::test(start_paused = true)]
async fn snapshots_are_listed_replaced_removed_and_limited() {
    let harness = HarnessBuilder::demo().open();
    let list = async || harness.control("GET", "/v1/worlds/demo/snapshots", "").await.json;
    assert_eq!(list().await, json!({ "snapshots": [], "limit": 16 }));
    for nth in 0..16 {
        assert_eq!(snapshot(&harness, &format!("s{nth:02}")).await.http_status, 201);
    }
    let beyond = snapshot(&harness, "more").await;
    assert_eq!(beyond.http_status, 409);
    let detail = beyond.json["detail"].as_str().unwrap();
    assert!(detail.contains("16") && detail.contains("DELETE"), "{detail}");
    assert_eq!(snapshot(&harness, "s03").await.http_status, 200, "replaced");
    let remove = async |name: &str| {
        let target = format!("/v1/worlds/demo/snapshots/{name}");
        harness.control("DELETE", &target, "").await.http_status
    };
    assert_eq!((remove("s03").await, remove("s03").await), (200, 404));
    assert_eq!(list().await["snapshots"].as_array().unwrap().len(), 15);
    for (body, tells) in [
        (r#"{"from":"s03"}"#, "no snapshot `s03`"),
        (r#"{"from":17}"#, "`from`"),
        (r"{}", "`from`"),
        ("", "the body"),
    ] {
        let reply = harness.control("POST", "/v1/worlds/demo/restore", body).await;
        let detail = reply.json["detail"].as_str().unwrap();
        assert!(detail.contains(tells), "{detail}");
    }
    for (body, status) in [(r#"{"as":"a b"}"#, 422), (r#"{"name":"x"}"#, 422), ("[]", 422)] {
        let reply = harness.control("POST", "/v1/worlds/demo/snapshot", body).await;
        assert_eq!(reply.http_status, status, "{}", reply.text);
    }
    let beside = harness.beside("suite").await;
    let listed = beside.control("GET", "/v1/worlds/suite/snapshots", "").await;
    assert_eq!(listed.json["snapshots"], json!([]), "each world has its own");
}

#[tokio::test]
async fn a_command_on_its_way_settles_nothing_in_a_world_that_was_brought_back() {
    let conax = conax_tests::ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    let body = service_on_card("S60600", "SPORT", CARD);
    let mut call = pin!(harness.post("add_subscriptions", at_once(body)));
    let hanging = tokio::select! {
        reply = &mut call => panic!("answered too early: {}", reply.text),
        (stream, _) = conax.command() => stream,
    };
    // It hangs for longer than a snapshot waits: in the snapshot it waits again.
    let kept = harness.shared.take_snapshot().await;
    assert_eq!(kept.queue_length().in_flight, 0);
    assert_eq!(kept.queue_length().due, 1);
    harness.shared.restore(&kept).await;
    let settled = async {
        accept(hanging).await;
        call.await
    };
    let reply = in_time(settled).await;
    assert_eq!(reply.member("life_cycle_state"), "PENDING");
    let number = reply.number();
    assert_eq!(harness.state(&number).await, "PENDING", "the old ticket is void");
    // The next run sends it again, although it was to be sent by its call.
    let run = async {
        let (stream, _) = conax.command().await;
        accept(stream).await;
    };
    let (report, ()) = in_time(async { tokio::join!(harness.run(), run) }).await;
    assert_eq!(report.completed_count, 1);
    assert_eq!(harness.state(&number).await, "COMPLETED");
}

#[tokio::test(start_paused = true)]
async fn what_the_head_end_did_after_a_snapshot_is_undone() {
    let harness = HarnessBuilder::demo().open();
    snapshot(&harness, "before").await;
    let accepted = |harness: &Harness| {
        harness.look(|state, _| {
            let all = state.transactions();
            all.filter(|one| matches!(one.outcome, Outcome::Accepted(_))).count()
        })
    };
    harness.conax(add_at_conax(CARD)).await;
    assert_eq!((accepted(&harness), harness.active(CARD).as_str()), (1, "P1test"));
    restore(&harness, "before").await;
    assert_eq!((accepted(&harness), harness.active(CARD).as_str()), (0, ""));
}

pub(crate) async fn file_of(harness: &Harness) -> Vec<u8> {
    let body = r#"{"file":true}"#;
    let call = Call::new("POST", "/v1/worlds/demo/snapshot", body);
    let (status, bytes) = harness.control_bytes(call).await;
    assert_eq!(status, 200);
    bytes
}

pub(crate) async fn restore_file(harness: &Harness, file: &[u8]) -> ControlReply {
    let call = Call::new("POST", "/v1/worlds/demo/restore", file);
    harness
        .control_call(call.with_header("content-type", "application/vnd.conax-sim.snapshot"))
        .await
}

/// Another process: another seed, another start.
pub(crate) fn elsewhere() -> HarnessBuilder {
    one_worker()
        .starting("2031-01-01T00:00:00")
        .with(|settings| settings.seed = conax_model::entropy::Seed(99))
}

async fn utilities(harness: &Harness) {
    for (kind, more) in [
        ("DISPLAY_FINGERPRINT", json!({ "position_x": 7, "display_duration": 900 })),
        ("SEND_MAIL_MESSAGE_TO_CLIENT", json!({ "smartcards": [CARD], "message_text": "hello" })),
        (
            "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT",
            json!({
                "smartcards": [CARD, "01900080209"], "message_text": "again", "display_duration": 9,
                "repetition_count": 3, "repetition_interval": 20, "message_sequence_number": 5
            }),
        ),
        ("GET_ACTIVE_SUBSCRIPTIONS", json!({ "smartcards": [CARD] })),
        ("GET_PAIRING_STATUS_FOR_CARD", json!({ "smartcards": [CARD] })),
        ("GET_PAIRING_STATUS_FOR_PAIRING_MODULE", json!({ "stb": "3012345601" })),
    ] {
        let body = with(with(more, "type", json!(kind)), "process_immediately", json!(true));
        let body = body.to_string();
        let reply = harness.control("POST", "/v1/provisioning-requests", &body).await;
        assert_eq!(reply.http_status, 201, "{}", reply.text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_brings_the_world_back_in_another_process_with_the_same_key() {
    let harness = one_worker().open();
    for seed in 0..6 {
        utilities(&harness).await;
        steps(&harness, seed).await;
        utilities(&harness).await;
        let late = with(sport_on(CARD), "scheduled_date", json!("2014-09-24T17:00:00"));
        let _ = harness.post("add_subscriptions", late).await.ok();
        let _ = harness.send(login()).await.ok();
        let file = file_of(&harness).await;
        let other = elsewhere().open();
        let restored = restore_file(&other, &file).await;
        assert_eq!(restored.http_status, 200, "{}", restored.text);
        let ready = |text: String| text.replace("\"seed\": 99", "\"seed\": 7");
        assert_eq!(ready(told(&other).await), told(&harness).await, "seed {seed}");
        let expected = steps(&harness, 100 + seed).await;
        let (after, here) = (told(&harness).await, harness.send(login()).await);
        // Time passed for both: it is the same clock they stand on.
        restore_file(&other, &file).await;
        assert_eq!(steps(&other, 100 + seed).await, expected, "seed {seed}");
        assert_eq!(ready(told(&other).await), after, "seed {seed}");
        let there = other.send(login()).await;
        assert_eq!(there.text, here.text, "the next token is the same");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_holds_a_pending_pin_and_nobody_can_read_it() {
    let harness = HarnessBuilder::demo().open();
    let pin = "83520771";
    let body = given_pin("S60600", CARD, pin);
    let number = harness.post("reset_pin_to_given_value", body).await.number();
    let token = harness.send(login()).await.member("token");
    let file = file_of(&harness).await;
    let known = ["04FFBB37FED475A778F122709CBAC1D5", "mpadministrator", "P1test"];
    for secret in [pin, &token, "1234"].into_iter().chain(known) {
        let found = file.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
        assert!(!found, "{secret}");
    }
    assert_ne!(file_of(&harness).await, file, "no two seals are alike");
    let other = elsewhere().open();
    restore_file(&other, &file).await;
    assert_eq!(other.state(&number).await, "PENDING");
    other.run().await;
    // Conax takes four digits: it got the PIN, and refuses it.
    let state = other.show(&number).await;
    assert!(state.text.contains("has 8 characters"), "{}", state.text);
    let query = format!("token={token}&number={number}");
    let shown = other.send(Call::operation(Operation::Show, &query)).await;
    assert_eq!(shown.code(), "OK", "who was logged in still is");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_cut_altered_or_of_another_key_changes_nothing() {
    let harness = HarnessBuilder::demo().open();
    let _ = harness.post("add_subscriptions", sport_on(CARD)).await.ok();
    let file = file_of(&harness).await;
    let before = told(&harness).await;
    let refuse = async |file: &[u8], tells: &str| {
        let reply = restore_file(&harness, file).await;
        assert_eq!(reply.http_status, 422, "{}", reply.text);
        let detail = reply.json["detail"].as_str().unwrap();
        assert!(detail.contains(tells), "{detail}");
    };
    for length in [20, 30, 60, file.len() / 2, file.len() - 1] {
        refuse(&file[..length], "cut or altered").await;
    }
    for place in [29, 40, 52, 100, file.len() / 2, file.len() - 1] {
        let mut altered = file.clone();
        altered[place] ^= 1;
        refuse(&altered, "cut or altered").await;
    }
    refuse(&[file.as_slice(), b"x"].concat(), "cut or altered").await;
    for other in [1, 2, 3, 4, 6] {
        let mut of_another_version = file.clone();
        of_another_version[19] = other;
        let tells = format!("has the format {other}; this program reads the format 5 only");
        refuse(&of_another_version, &tells).await;
    }
    refuse(b"", "no snapshot").await;
    refuse(b"world: demo\n", "no snapshot").await;
    let other = HarnessBuilder::demo()
        .with(|settings| settings.snapshot_key = conax_sim::snapshot::SealKey::random())
        .open();
    refuse(&file_of(&other).await, "`snapshot-key-file`").await;
    assert_eq!(told(&harness).await, before, "nothing was changed");
    assert_eq!(restore_file(&harness, &file).await.http_status, 200);
}
