//! A world kept as it was, changed, and brought back: as if nothing had happened in between.

use std::pin::pin;

use conax_contract::crm::Operation;
use conax_model::cas::Outcome;
use conax_tests::bodies::{at_once, given_pin, service_on_card, sport_on, with};
use conax_tests::{Call, Chance, ControlReply, Stage, Staging};
use serde_json::json;

use crate::hung::{accept, in_time};
use crate::worlds::{add_at_conax, step};

const CARD: &str = "01900080208";

pub(crate) fn one_worker() -> Staging {
    Staging::demo().with(|settings| settings.dispatch.worker_count = 1)
}

async fn steps(stage: &Stage, seed: u64) -> Vec<String> {
    let mut chance = Chance::new(seed, "steps");
    let mut told = Vec::new();
    for nth in 0..20 {
        told.push(step(stage, &mut chance).await);
        stage.passes(std::time::Duration::from_secs(nth)).await;
    }
    told
}

async fn snapshot(stage: &Stage, name: &str) -> ControlReply {
    let body = json!({ "as": name }).to_string();
    let target = "/v1/worlds/demo/snapshot";
    stage.control("POST", target, &body).await
}

async fn restore(stage: &Stage, name: &str) -> ControlReply {
    let body = json!({ "from": name }).to_string();
    let target = "/v1/worlds/demo/restore";
    stage.control("POST", target, &body).await
}

fn login() -> Call {
    let body =
        json!({ "username": "mpadministrator", "password": "1234", "organisation": "CRMDEMO" });
    Call::operation(Operation::IssueToken, &body.to_string())
}

/// Everything the doors tell of a world but its journal.
pub(crate) async fn told(stage: &Stage) -> String {
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
        told += &stage.control("GET", &format!("/v1/{what}"), "").await.text;
    }
    for state in ["PENDING", "COMPLETED", "REJECTED"] {
        let query = format!("life_cycle_state={state}");
        told += &stage.get("list", &query).await.text;
    }
    told
}

#[tokio::test(start_paused = true)]
async fn after_a_restore_the_same_calls_give_the_same_bytes() {
    let stage = one_worker().open();
    for seed in 0..6 {
        steps(&stage, seed).await;
        let late = with(
            sport_on(CARD),
            "scheduled_date",
            json!("2014-09-24T15:05:00"),
        );
        let _ = stage.post("add_subscriptions", late).await.ok();
        let token = stage.send(login()).await.member("token");
        let kept = snapshot(&stage, "before").await;
        assert_eq!(kept.json["snapshot"], "before");
        let before = told(&stage).await;
        let mut first = steps(&stage, 100 + seed).await;
        first.push(stage.send(login()).await.text);
        let after = told(&stage).await;
        let call = json!({ "token": token }).to_string();
        let release = || Call::operation(Operation::ReleaseToken, &call);
        assert_eq!(stage.send(release()).await.code(), "OK");

        assert_eq!(restore(&stage, "before").await.http_status, 200);
        stage.forget();
        assert_eq!(told(&stage).await, before, "seed {seed}");
        let mut second = steps(&stage, 100 + seed).await;
        second.push(stage.send(login()).await.text);
        assert_eq!(second, first, "seed {seed}");
        assert_eq!(told(&stage).await, after, "seed {seed}");
        assert_eq!(stage.send(release()).await.code(), "OK", "it lives again");
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_goes_back_and_the_journal_goes_on() {
    let stage = Staging::demo().open();
    snapshot(&stage, "before").await;
    let (then, number) = (stage.now(), |stage: &Stage| stage.journal().lines().count());
    stage
        .passes(std::time::Duration::from_millis(7_654_321))
        .await;
    let _ = stage.post("add_subscriptions", sport_on(CARD)).await.ok();
    let before = number(&stage);
    restore(&stage, "before").await;
    assert_eq!(stage.now(), then);
    assert!(number(&stage) > before);
    stage.passes(std::time::Duration::from_secs(1)).await;
    assert_eq!(stage.now(), then + std::time::Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_pending_pin_comes_back_with_its_request() {
    let stage = Staging::demo().open();
    let body = given_pin("S60600", CARD, "8352");
    let number = stage.post("reset_pin_to_given_value", body).await.number();
    snapshot(&stage, "before").await;
    stage.run().await;
    stage.control("POST", "/v1/worlds/demo/reset", "").await;
    restore(&stage, "before").await;
    stage.forget();
    assert_eq!(
        (
            stage.state(&number).await.as_str(),
            stage.pin(CARD).as_str()
        ),
        ("PENDING", "0000")
    );
    stage.run().await;
    assert_eq!(
        (
            stage.state(&number).await.as_str(),
            stage.pin(CARD).as_str()
        ),
        ("COMPLETED", "8352")
    );
}

#[tokio::test(start_paused = true)]
async fn snapshots_are_listed_replaced_removed_and_limited() {
    let stage = Staging::demo().open();
    let list = async || {
        stage
            .control("GET", "/v1/worlds/demo/snapshots", "")
            .await
            .json
    };
    assert_eq!(list().await, json!({ "snapshots": [], "limit": 16 }));
    for nth in 0..16 {
        assert_eq!(
            snapshot(&stage, &format!("s{nth:02}")).await.http_status,
            201
        );
    }
    let beyond = snapshot(&stage, "more").await;
    assert_eq!(beyond.http_status, 409);
    let detail = beyond.json["detail"].as_str().unwrap();
    assert!(
        detail.contains("16") && detail.contains("DELETE"),
        "{detail}"
    );
    assert_eq!(snapshot(&stage, "s03").await.http_status, 200, "replaced");
    let remove = async |name: &str| {
        let target = format!("/v1/worlds/demo/snapshots/{name}");
        stage.control("DELETE", &target, "").await.http_status
    };
    assert_eq!((remove("s03").await, remove("s03").await), (200, 404));
    assert_eq!(list().await["snapshots"].as_array().unwrap().len(), 15);
    for (body, tells) in [
        (r#"{"from":"s03"}"#, "no snapshot `s03`"),
        (r#"{"from":17}"#, "`from`"),
        (r"{}", "`from`"),
        ("", "the body"),
    ] {
        let reply = stage.control("POST", "/v1/worlds/demo/restore", body).await;
        let detail = reply.json["detail"].as_str().unwrap();
        assert!(detail.contains(tells), "{detail}");
    }
    for (body, status) in [
        (r#"{"as":"a b"}"#, 422),
        (r#"{"name":"x"}"#, 422),
        ("[]", 422),
    ] {
        let reply = stage
            .control("POST", "/v1/worlds/demo/snapshot", body)
            .await;
        assert_eq!(reply.http_status, status, "{}", reply.text);
    }
    let beside = stage.beside("suite").await;
    let listed = beside
        .control("GET", "/v1/worlds/suite/snapshots", "")
        .await;
    assert_eq!(
        listed.json["snapshots"],
        json!([]),
        "each world has its own"
    );
}

#[tokio::test]
async fn a_command_on_its_way_settles_nothing_in_a_world_that_was_brought_back() {
    let conax = conax_tests::ScriptedConax::listen().await;
    let stage = Staging::demo().open_before(conax.address()).await;
    let body = service_on_card("S60600", "SPORT", CARD);
    let mut call = pin!(stage.post("add_subscriptions", at_once(body)));
    let hanging = tokio::select! {
        reply = &mut call => panic!("answered too early: {}", reply.text),
        (stream, _) = conax.command() => stream,
    };
    // It hangs for longer than a snapshot waits: in the snapshot it waits again.
    let kept = stage.shared.take_snapshot().await;
    assert_eq!(kept.queue_length().in_flight, 0);
    assert_eq!(kept.queue_length().due, 1);
    stage.shared.restore(&kept).await;
    let settled = async {
        accept(hanging).await;
        call.await
    };
    let reply = in_time(settled).await;
    assert_eq!(reply.member("life_cycle_state"), "PENDING");
    let number = reply.number();
    assert_eq!(
        stage.state(&number).await,
        "PENDING",
        "the old ticket is void"
    );
    // The next run sends it again, although it was to be sent by its call.
    let run = async {
        let (stream, _) = conax.command().await;
        accept(stream).await;
    };
    let (report, ()) = in_time(async { tokio::join!(stage.run(), run) }).await;
    assert_eq!(report.completed_count, 1);
    assert_eq!(stage.state(&number).await, "COMPLETED");
}

#[tokio::test(start_paused = true)]
async fn what_the_head_end_did_after_a_snapshot_is_undone() {
    let stage = Staging::demo().open();
    snapshot(&stage, "before").await;
    let accepted = |stage: &Stage| {
        stage.look(|state, _| {
            let all = state.transactions();
            all.filter(|one| matches!(one.outcome, Outcome::Accepted(_)))
                .count()
        })
    };
    stage.conax(add_at_conax(CARD)).await;
    assert_eq!(
        (accepted(&stage), stage.active(CARD).as_str()),
        (1, "P1test")
    );
    restore(&stage, "before").await;
    assert_eq!((accepted(&stage), stage.active(CARD).as_str()), (0, ""));
}

pub(crate) async fn file_of(stage: &Stage) -> Vec<u8> {
    let body = r#"{"file":true}"#;
    let call = Call::new("POST", "/v1/worlds/demo/snapshot", body);
    let (status, bytes) = stage.control_bytes(call).await;
    assert_eq!(status, 200);
    bytes
}

pub(crate) async fn restore_file(stage: &Stage, file: &[u8]) -> ControlReply {
    let call = Call::new("POST", "/v1/worlds/demo/restore", file);
    stage
        .control_call(call.with_header("content-type", "application/vnd.conax-sim.snapshot"))
        .await
}

/// Another process: another seed, another start.
pub(crate) fn elsewhere() -> Staging {
    one_worker()
        .starting("2031-01-01T00:00:00")
        .with(|settings| settings.seed = conax_model::entropy::Seed(99))
}

async fn utilities(stage: &Stage) {
    for (kind, more) in [
        (
            "DISPLAY_FINGERPRINT",
            json!({ "position_x": 7, "display_duration": 900 }),
        ),
        (
            "SEND_MAIL_MESSAGE_TO_CLIENT",
            json!({ "smartcards": [CARD], "message_text": "hello" }),
        ),
        (
            "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT",
            json!({
                "smartcards": [CARD, "01900080209"], "message_text": "again", "display_duration": 9,
                "repetition_count": 3, "repetition_interval": 20, "message_sequence_number": 5
            }),
        ),
        ("GET_ACTIVE_SUBSCRIPTIONS", json!({ "smartcards": [CARD] })),
        (
            "GET_PAIRING_STATUS_FOR_CARD",
            json!({ "smartcards": [CARD] }),
        ),
        (
            "GET_PAIRING_STATUS_FOR_PAIRING_MODULE",
            json!({ "stb": "3012345601" }),
        ),
    ] {
        let body = with(
            with(more, "type", json!(kind)),
            "process_immediately",
            json!(true),
        );
        let body = body.to_string();
        let reply = stage
            .control("POST", "/v1/provisioning-requests", &body)
            .await;
        assert_eq!(reply.http_status, 201, "{}", reply.text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_brings_the_world_back_in_another_process_with_the_same_key() {
    let stage = one_worker().open();
    for seed in 0..6 {
        utilities(&stage).await;
        steps(&stage, seed).await;
        utilities(&stage).await;
        let late = with(
            sport_on(CARD),
            "scheduled_date",
            json!("2014-09-24T17:00:00"),
        );
        let _ = stage.post("add_subscriptions", late).await.ok();
        let _ = stage.send(login()).await.ok();
        let file = file_of(&stage).await;
        let other = elsewhere().open();
        let restored = restore_file(&other, &file).await;
        assert_eq!(restored.http_status, 200, "{}", restored.text);
        let ready = |text: String| text.replace("\"seed\": 99", "\"seed\": 7");
        assert_eq!(ready(told(&other).await), told(&stage).await, "seed {seed}");
        let expected = steps(&stage, 100 + seed).await;
        let (after, here) = (told(&stage).await, stage.send(login()).await);
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
    let stage = Staging::demo().open();
    let pin = "83520771";
    let body = given_pin("S60600", CARD, pin);
    let number = stage.post("reset_pin_to_given_value", body).await.number();
    let token = stage.send(login()).await.member("token");
    let file = file_of(&stage).await;
    let known = [
        "04FFBB37FED475A778F122709CBAC1D5",
        "mpadministrator",
        "P1test",
    ];
    for secret in [pin, &token, "1234"].into_iter().chain(known) {
        let found = file
            .windows(secret.len())
            .any(|bytes| bytes == secret.as_bytes());
        assert!(!found, "{secret}");
    }
    assert_ne!(file_of(&stage).await, file, "no two seals are alike");
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
    let stage = Staging::demo().open();
    let _ = stage.post("add_subscriptions", sport_on(CARD)).await.ok();
    let file = file_of(&stage).await;
    let before = told(&stage).await;
    let refuse = async |file: &[u8], tells: &str| {
        let reply = restore_file(&stage, file).await;
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
    let other = Staging::demo()
        .with(|settings| settings.snapshot_key = conax_sim::snapshot::SealKey::random())
        .open();
    refuse(&file_of(&other).await, "`snapshot-key-file`").await;
    assert_eq!(told(&stage).await, before, "nothing was changed");
    assert_eq!(restore_file(&stage, &file).await.http_status, 200);
}
