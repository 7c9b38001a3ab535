//! The simulated clock: time that passes only when told, in a whole simulator.

use std::sync::Arc;
use std::time::Duration;

use conax_contract::crm::{Operation, RefusalCode};
use conax_model::crm::TokenPolicy;
use conax_sim::clock::ClockMode;
use conax_sim::dispatch::{SettlingGoal, run_once, settle};
use conax_sim::instance::OpenInstance;
use conax_sim::journal::Surface;
use conax_sim::link::OWN_REQUEST_HEADER;
use conax_sim::settings::SimulatorSettings;
use conax_tests::bodies::{at_once, sport_on, with};
use conax_tests::{Call, Harness, HarnessBuilder, PATIENCE, ScriptedConax, exchange, talk};
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);
const INSTANT: Duration = Duration::from_millis(1);
const NO_GRACE: Duration = Duration::ZERO;

fn due(body: Value, date: &str) -> Value {
    with(body, "scheduled_date", json!(date))
}

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("an end in time")
}

fn beating(harness_builder: HarnessBuilder) -> HarnessBuilder {
    harness_builder.stepped().with(|settings| {
        settings.dispatch.run_interval = Some(5 * SECOND);
    })
}

#[tokio::test]
async fn a_conax_that_never_answers_costs_ten_simulated_minutes_and_no_real_ones() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().stepped();
    let harness = harness.open_before(conax.address()).await;
    let call = harness.post("add_subscriptions", at_once(sport_on("01900080208")));
    let passes = async {
        let (silent, _) = conax.command().await;
        assert_eq!(harness.advance(599 * SECOND).await.fired, 0);
        assert_eq!(harness.advance(SECOND).await.fired, 1);
        silent
    };
    let (reply, _silent) = in_time(async { tokio::join!(call, passes) }).await;
    assert_eq!(reply.member("life_cycle_state"), "REJECTED");
    assert_eq!(reply.member("executed_date"), "2014-09-24T15:10:00");
    let text = reply.member("error_description");
    assert!(text.contains("SocketTimeoutException: Read timed out"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_commands_of_one_card_time_out_one_after_the_other() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().stepped();
    let harness = harness.open_before(conax.address()).await;
    for _ in 0..2 {
        let _ = harness.post("add_subscriptions", sport_on("01900080208")).await;
    }
    let passes = async {
        let (first, _) = conax.command().await;
        assert_eq!(harness.advance(600 * SECOND).await.fired, 1);
        let (second, _) = conax.command().await;
        assert_eq!(harness.advance(3600 * SECOND).await.fired, 1);
        (first, second)
    };
    let (run, _silent) = in_time(async { tokio::join!(harness.run(), passes) }).await;
    assert_eq!(run.rejected_count, 2);
    for (number, date) in [("4050", "2014-09-24T15:10:00"), ("4051", "2014-09-24T15:20:00")] {
        assert_eq!(harness.show(number).await.member("executed_date"), date);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_wait_for_the_only_worker_let_time_pass() {
    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().stepped().with(|settings| {
        settings.dispatch.worker_count = 1;
    });
    let harness = harness.open_before(conax.address()).await;
    for card in ["01900080208", "01900080209", "01900080210"] {
        let _ = harness.post("add_subscriptions", sport_on(card)).await;
    }
    let passes = async {
        let (first, _) = conax.command().await;
        let advanced = harness.advance(1800 * SECOND).await;
        (first, advanced.fired)
    };
    let runs = async { tokio::join!(harness.run(), harness.run(), passes) };
    let (one, two, (_silent, fired)) = in_time(runs).await;
    assert_eq!((one.rejected_count + two.rejected_count, fired), (3, 3));
    let ended = harness.list("life_cycle_state=REJECTED").await;
    let dates: Vec<_> = ended.iter().map(|one| &one["executed_date"]).collect();
    let expected = ["15:10:00", "15:20:00", "15:30:00"].map(|time| format!("2014-09-24T{time}"));
    assert_eq!(dates, expected.iter().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_request_becomes_due_and_leaves_with_the_next_run_of_the_interval() {
    let (instance, harness) = beating(HarnessBuilder::demo()).open_apis().await;
    let body = due(sport_on("01900080208"), "2014-09-24T15:01:02");
    let number = harness.post("add_subscriptions", body).await.number();
    let _ = in_time(harness.advance_to("2014-09-24T15:01:04")).await;
    assert_eq!(harness.state(&number).await, "PENDING");
    let _ = in_time(harness.advance_to("2014-09-24T15:01:05")).await;
    let shown = harness.show(&number).await;
    assert_eq!(shown.member("life_cycle_state"), "COMPLETED");
    assert_eq!(shown.member("executed_date"), "2014-09-24T15:01:05");
    let _ = instance.close(NO_GRACE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_in_which_nothing_happens_but_runs_passes_quickly() {
    let (instance, harness) = beating(HarnessBuilder::demo()).open_apis().await;
    let advanced = in_time(harness.advance(86_400 * SECOND)).await;
    assert_eq!(advanced.fired, 17_280);
    let runs = harness.control("POST", "/v1/runs", "").await;
    assert_eq!(runs.json["number"], 17_281);
    let _ = instance.close(NO_GRACE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_in_which_little_happens_costs_no_more_than_what_happens() {
    let (instance, harness) = beating(HarnessBuilder::demo()).open_apis().await;
    let body = due(sport_on("01900080208"), "2015-03-24T15:01:02");
    let number = harness.post("add_subscriptions", body).await.number();
    let year = 365 * 86_400;
    let advanced = in_time(harness.advance(year * SECOND)).await;
    assert_eq!(advanced.fired, (year / 5) as usize);
    let shown = harness.show(&number).await;
    assert_eq!(shown.member("executed_date"), "2015-03-24T15:01:05");
    let runs = harness.control("POST", "/v1/runs", "").await;
    assert_eq!(runs.json["number"], year / 5 + 1);
    let _ = instance.close(NO_GRACE).await;
}

/// What is there after ten minutes that pass in such steps, with runs every five seconds.
async fn after_ten_minutes(step: u32) -> String {
    let harness_builder = beating(HarnessBuilder::demo()).with(|settings| {
        settings.dispatch.worker_count = 1;
        settings.dispatch.read_time = 31 * SECOND;
    });
    let (instance, harness) = harness_builder.open_apis().await;
    harness.fault("{ when: { card: \"01900080209\" }, do: silence }");
    for (card, date) in [
        ("01900080208", "15:01:02"),
        ("01900080209", "15:02:00"),
        ("01900080208", "15:02:07"),
        ("01900080210", "15:02:07"),
        ("01900080209", "15:08:59"),
    ] {
        let body = due(sport_on(card), &format!("2014-09-24T{date}"));
        let _ = harness.post("add_subscriptions", body).await;
    }
    for _ in 0..600 / step {
        let _ = in_time(harness.advance(step * SECOND)).await;
    }
    let rows = harness.control("GET", "/v1/ledger", "").await.json;
    let runs = harness.control("POST", "/v1/runs", "").await.json;
    let completed = harness.list("life_cycle_state=COMPLETED").await;
    let rejected = harness.list("life_cycle_state=REJECTED").await;
    let _ = instance.close(NO_GRACE).await;
    format!("{rows:#}\n{runs:#}\n{completed:#?}\n{rejected:#?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn in_how_many_steps_time_passes_changes_nothing() {
    let at_once = after_ten_minutes(600).await;
    for step in [1, 4, 60] {
        assert_eq!(after_ten_minutes(step).await, at_once, "steps of {step} s");
    }
}

#[tokio::test]
async fn a_time_beyond_the_calendar_is_told_as_too_far_and_no_time_passes() {
    let harness = HarnessBuilder::demo().stepped().open();
    let body = r#"{"by":"3650000d"}"#;
    let refused = harness.control("POST", "/v1/clock/advance", body).await;
    assert_eq!(
        (refused.http_status, harness.now()),
        (422, conax_tests::date("2014-09-24T15:00:00"))
    );
    let detail = refused.json["detail"].as_str().unwrap();
    assert!(detail.contains("too far"), "{detail}");
    assert!(detail.contains("9999-12-31T23:59:59"), "{detail}");
}

/// Time that would pass for ever: somebody wakes every millisecond.
async fn endless() -> (OpenInstance, Harness) {
    let (instance, harness) = HarnessBuilder::demo().stepped().open_apis().await;
    let clock = harness.shared.clock.clone();
    // Somebody at work is waited for, so that no advance finds nobody waiting.
    tokio::spawn(harness.shared.clock.activity().run(async move {
        loop {
            clock.sleep(INSTANT).await;
        }
    }));
    (instance, harness)
}

const ENDLESS: &str = r#"{"by":"250d"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_advance_ends_when_its_caller_goes_and_the_next_one_goes_on() {
    let (instance, harness) = endless().await;
    let control = instance.addresses.control.unwrap();
    let begin = harness.now();
    let call = format!(
        "POST /v1/clock/advance HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{ENDLESS}",
        ENDLESS.len()
    );
    let mut caller = std::net::TcpStream::connect(control).unwrap();
    std::io::Write::write_all(&mut caller, call.as_bytes()).unwrap();
    in_time(async {
        while harness.now() == begin {
            tokio::task::yield_now().await;
        }
    })
    .await;
    drop(caller);
    let before = in_time(harness.advance(SECOND)).await;
    assert!(before.now.since(begin) < 250 * 86_400 * SECOND);
    let _ = instance.close(NO_GRACE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advance_ends_when_its_world_is_reset_and_says_so() {
    let (instance, harness) = endless().await;
    let begin = harness.now();
    let advance = harness.control("POST", "/v1/clock/advance", ENDLESS);
    let reset = async {
        while harness.now() == begin {
            tokio::task::yield_now().await;
        }
        harness.control("POST", "/v1/worlds/demo/reset", "").await
    };
    let (advanced, reset) = in_time(async { tokio::join!(advance, reset) }).await;
    assert_eq!((advanced.http_status, reset.http_status), (409, 200), "{}", advanced.json);
    let detail = advanced.json["detail"].as_str().unwrap();
    assert!(detail.contains("the world was replaced"), "{detail}");
    let _ = instance.close(NO_GRACE).await;
}

#[tokio::test]
async fn a_token_dies_and_an_entitlement_ends_exactly_at_its_time() {
    let harness = HarnessBuilder::demo_with(
        "product: \"1002\", start: 2014-01-01T00:00:00 }",
        "product: \"1002\", start: 2014-01-01T00:00:00, end: 2014-09-24T16:00:00 }",
    );
    let hour = TokenPolicy::Fixed(3600 * SECOND);
    let harness = harness.stepped().with(|settings| settings.crm.tokens = hour).open();
    let login =
        json!({ "username": "MPAdministrator", "password": "1234", "organisation": "CRMDEMO" });
    let login = Call::operation(Operation::IssueToken, &login.to_string());
    let token = harness.send(login).await.member("token");
    let show = || Call::operation(Operation::Show, &format!("token={token}&number=4049"));
    let _ = harness.advance(3600 * SECOND - INSTANT).await;
    assert_eq!(harness.send(show()).await.code(), "OK");
    assert_eq!(harness.active("01900080209"), "1002 P1test");
    let _ = harness.advance(INSTANT).await;
    let reply = harness.send(show()).await;
    let _ = reply.refused(RefusalCode::InvalidToken);
    assert_eq!(harness.active("01900080209"), "P1test");
}

#[tokio::test]
async fn what_is_scheduled_is_sent_when_the_instance_is_told_to_settle() {
    let harness = HarnessBuilder::demo().stepped().open();
    for (card, date) in [
        ("01900080208", "2014-09-24T15:00:00"),
        ("01900080209", "2014-09-25T09:00:00"),
        ("01900080210", "2014-09-26T09:00:00"),
    ] {
        let _ = harness.post("add_subscriptions", due(sport_on(card), date)).await;
    }
    let reply = harness.control("POST", "/v1/clock/settle", r#"{"limit":"1d"}"#).await;
    assert_eq!(
        reply.json,
        json!({
            "from": "2014-09-24T15:00:00",
            "now": "2014-09-25T09:00:00",
            "steps": 3,
            "runs": 2,
            "says": "beyond the limit: a request scheduled for 2014-09-26T09:00:00",
        })
    );
    let reply = harness.control("POST", "/v1/clock/settle", "").await;
    assert_eq!(reply.json["says"], "nothing due");
    assert_eq!(reply.json["now"], "2014-09-26T09:00:00");
    assert_eq!(harness.numbers("life_cycle_state=COMPLETED").await, "4049 4050 4051 4052");
    let again = harness.control("POST", "/v1/clock/settle", "").await;
    assert_eq!((&again.json["steps"], &again.json["runs"]), (&0.into(), &0.into()));
}

#[tokio::test]
async fn settling_waits_for_what_conax_takes_and_not_for_the_interval() {
    let conax = ScriptedConax::listen().await;
    let harness = beating(HarnessBuilder::demo()).open_before(conax.address()).await;
    let _ = harness.post("add_subscriptions", sport_on("01900080208")).await;
    let settled = in_time(harness.control("POST", "/v1/clock/settle", "")).await;
    assert_eq!(settled.json["says"], "nothing due", "{}", settled.text);
    assert_eq!(settled.json["now"], "2014-09-24T15:10:00");
    assert_eq!(harness.state("4050").await, "REJECTED");
}

#[tokio::test]
async fn settling_ends_with_the_request_that_is_waited_for() {
    let harness = HarnessBuilder::demo().stepped().open();
    for (card, date) in
        [("01900080208", "2014-09-25T15:00:00"), ("01900080209", "2014-09-30T15:00:00")]
    {
        let _ = harness.post("add_subscriptions", due(sport_on(card), date)).await;
    }
    let body = r#"{"request":"4050","limit":"30d"}"#;
    let settled = in_time(harness.control("POST", "/v1/clock/settle", body)).await;
    assert_eq!(settled.json["says"], "the request has ended");
    assert_eq!(settled.json["now"], "2014-09-25T15:00:00");
    assert_eq!(harness.state("4051").await, "PENDING");
    let unknown = harness.control("POST", "/v1/clock/settle", r#"{"request":"1"}"#).await;
    assert_eq!(unknown.http_status, 404, "{}", unknown.text);
}

#[tokio::test]
async fn settling_without_runs_sends_nothing() {
    let harness = HarnessBuilder::demo().stepped().open();
    let _ = harness.post("add_subscriptions", sport_on("01900080208")).await;
    let settled = in_time(harness.control("POST", "/v1/clock/settle", r#"{"runs":false}"#)).await;
    assert_eq!(settled.json["says"], "nothing due");
    assert_eq!(harness.state("4050").await, "PENDING");
}

#[tokio::test]
async fn what_becomes_due_is_sent_while_time_passes_if_asked() {
    let harness = HarnessBuilder::demo().stepped().open();
    let body = due(sport_on("01900080208"), "2014-09-24T15:30:00");
    let _ = harness.post("add_subscriptions", body).await;
    let body = r#"{"by":"1h","runs":true}"#;
    let advanced = in_time(harness.control("POST", "/v1/clock/advance", body)).await;
    assert_eq!(advanced.json["now"], "2014-09-24T16:00:00");
    let shown = harness.show("4050").await;
    assert_eq!(shown.member("executed_date"), "2014-09-24T15:30:00");
}

#[tokio::test]
async fn settling_names_what_keeps_it_going() {
    let harness = HarnessBuilder::demo().stepped().open();
    let clock = harness.shared.clock.clone();
    tokio::spawn(harness.shared.clock.activity().run(async move {
        loop {
            clock.sleep(SECOND).await;
        }
    }));
    let settled = in_time(settle(&harness.shared, SettlingGoal::default())).await;
    assert_eq!(settled.steps, 10_000);
    let reply = in_time(harness.control("POST", "/v1/clock/settle", "")).await;
    let says = reply.json["says"].as_str().unwrap();
    assert_eq!(says, "it goes on after 10000 steps: a wait that ends at 2014-09-24T20:33:21");
}

#[tokio::test]
async fn a_running_instance_settles_by_jumping() {
    let harness = HarnessBuilder::demo().open();
    let body = due(sport_on("01900080208"), "2014-09-30T15:00:00");
    let _ = harness.post("add_subscriptions", body).await;
    let settled = in_time(settle(&harness.shared, SettlingGoal::default())).await;
    assert_eq!(settled.runs, 1);
    let shown = harness.show("4050").await;
    assert_eq!(shown.member("executed_date"), "2014-09-30T15:00:00");
}

#[tokio::test]
async fn the_control_door_shows_sets_and_advances_the_clock() {
    let harness = HarnessBuilder::demo().open();
    let set = r#"{"mode":"stepped","now":"2014-11-30T08:59:00"}"#;
    let reply = harness.control("PUT", "/v1/clock", set).await;
    assert_eq!(
        reply.json,
        json!({
            "mode": "stepped", "now": "2014-11-30T08:59:00",
            "waiting": 0, "next": null, "calls": 0, "at_rest": true,
        })
    );
    let clock = harness.shared.clock.clone();
    let _sleeper =
        tokio::spawn(clock.activity().run(async move { clock.sleep(90 * SECOND).await }));
    let advanced = harness.control("POST", "/v1/clock/advance", r#"{"by":"1min"}"#).await;
    assert_eq!(
        advanced.json,
        json!({
            "from": "2014-11-30T08:59:00", "now": "2014-11-30T09:00:00",
            "fired": 0, "at_rest": true,
        })
    );
    let reply = harness.control("GET", "/v1/clock", "").await;
    assert_eq!(
        (&reply.json["waiting"], &reply.json["next"]),
        (&1.into(), &"2014-11-30T09:00:30".into())
    );
    let to = r#"{"to":"2014-11-30T10:00:00"}"#;
    let advanced = harness.control("POST", "/v1/clock/advance", to).await;
    assert_eq!(
        (&advanced.json["fired"], &advanced.json["now"]),
        (&1.into(), &"2014-11-30T10:00:00".into())
    );
    let scaled = r#"{"mode":"scaled","scale":60}"#;
    let reply = harness.control("PUT", "/v1/clock", scaled).await;
    assert_eq!((&reply.json["mode"], &reply.json["scale"]), (&"scaled".into(), &60.0.into()));
}

#[tokio::test]
async fn what_a_clock_cannot_do_is_refused_with_what_was_found_and_expected() {
    let harness = HarnessBuilder::demo().stepped().open();
    for (verb, target, body, tells) in [
        (
            "PUT",
            "",
            r#"{"now":"2014-09-24T14:59:59"}"#,
            "found 2014-09-24T14:59:59, expected 2014-09-24T15:00:00 or later",
        ),
        ("PUT", "", r#"{"mode":"fast"}"#, "`mode`: unknown variant `fast`"),
        ("PUT", "", r#"{"mode":"scaled","scale":0}"#, "`scale`: found 0, expected a factor"),
        ("PUT", "", r#"{"speed":1}"#, "`speed`"),
        ("POST", "/advance", r#"{"to":"2014-09-24T14:00:00"}"#, "time does not go back"),
        ("POST", "/advance", r#"{"by":"ten"}"#, "`by`: found the duration `ten`"),
        ("POST", "/advance", "", "found neither"),
        ("POST", "/settle", r#"{"limit":7}"#, "`limit`"),
    ] {
        let reply = harness.control(verb, &format!("/v1/clock{target}"), body).await;
        assert_eq!(reply.http_status, 422, "{body}");
        let detail = reply.json["detail"].as_str().unwrap();
        assert!(detail.contains(tells), "{body}: {detail}");
    }
    assert_eq!(harness.shared.clock.mode(), ClockMode::Stepped);
}

/// The same calls, over sockets where there are APIs; the journal with its times.
async fn played(harness: &Harness) -> String {
    for card in ["01900080208", "01900080209"] {
        let body = due(sport_on(card), "2014-09-24T15:00:07");
        let _ = harness.post("add_subscriptions", body).await;
    }
    let _ = harness.post("add_subscriptions", at_once(sport_on("01900080210"))).await;
    let _ = in_time(harness.advance(60 * SECOND)).await;
    harness.control("POST", "/v1/clock/settle", "").await;
    let text = harness.control("GET", "/v1/journal", "").await.text;
    assert!(text.contains("\"took_us\": 0"), "{text}");
    text
}

#[tokio::test]
async fn stepped_the_same_calls_give_the_same_journal_to_the_byte() {
    let alone = |settings: &mut SimulatorSettings| {
        settings.dispatch.worker_count = 1;
    };
    let one = played(&HarnessBuilder::demo().stepped().with(alone).open()).await;
    let two = played(&HarnessBuilder::demo().stepped().with(alone).open()).await;
    assert_eq!(one, two);
    let mut journals = Vec::new();
    for _ in 0..2 {
        let (instance, harness) = beating(HarnessBuilder::demo()).with(alone).open_apis().await;
        journals.push(played(&harness).await);
        let _ = instance.close(NO_GRACE).await;
    }
    assert_eq!(journals[0], journals[1]);
}

#[tokio::test]
async fn both_journals_name_the_request_and_another_conax_learns_nothing_of_it() {
    let (instance, harness): (OpenInstance, Harness) = HarnessBuilder::demo().open_apis().await;
    for harness in [&harness, &HarnessBuilder::demo().open()] {
        let _ = harness.post("add_subscriptions", at_once(sport_on("01900080208"))).await;
        let excerpt = harness
            .shared
            .journal
            .excerpt(0, 100, |exchange| exchange.subject.request_number == Some(4050));
        let surfaces: Vec<_> = excerpt.exchanges.iter().map(|one| one.surface).collect();
        assert_eq!(surfaces, [Surface::Cas, Surface::Dispatch, Surface::Crm]);
    }
    let _ = instance.close(NO_GRACE).await;

    let conax = ScriptedConax::listen().await;
    let harness = HarnessBuilder::demo().open_before(conax.address()).await;
    let shared = Arc::clone(&harness.shared);
    let _ = harness.post("add_subscriptions", sport_on("01900080208")).await;
    let run = tokio::spawn(async move { run_once(&shared).await });
    let (_, command) = conax.command().await;
    let head = command.to_lowercase();
    assert!(!head.contains(OWN_REQUEST_HEADER), "{command}");
    run.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_client_may_send_our_header_and_spoils_nothing() {
    let (instance, harness) = beating(HarnessBuilder::demo()).open_apis().await;
    let cas = instance.addresses.cas.unwrap();
    let forged = "POST / HTTP/1.1\r\nhost: x\r\nconax-sim-request: 4050 0\r\n\
                  content-length: 2\r\nconnection: close\r\n\r\n<a";
    let call = move || talk(cas, forged.as_bytes());
    let reply = tokio::task::spawn_blocking(call).await.unwrap();
    assert_eq!(reply.http_status(), Some(500), "{}", reply.text);
    let control = instance.addresses.control.unwrap();
    let advance = move || exchange(control, "POST", "/v1/clock/advance", r#"{"by":"1min"}"#);
    let reply = tokio::task::spawn_blocking(advance).await.unwrap().json();
    assert_eq!((&reply["fired"], &reply["at_rest"]), (&12.into(), &true.into()));
    drop(harness);
    let _ = instance.close(NO_GRACE).await;
}
