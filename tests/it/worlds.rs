//! Several worlds in one simulator: chosen, made, limited and removed, and blind to each other.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use conax_contract::crm::{Operation, RefusalCode};
use conax_tests::bodies::{at_once, given_pin, pairing, pin_reset, service_on_card, sport_on};
use conax_tests::{
    BASE, Call, Chance, ControlReply, Harness, HarnessBuilder, exchange, repository, until,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::program::serve;

const CARDS: [&str; 3] = ["01900080208", "01900080209", "01900080210"];
const SERVICES: [&str; 3] = ["P1test", "BASIC", "SPORT"];
const REPLACED: &str = "The world was replaced during this call";
const WSDL: &str = "/ca-server?wsdl";

fn demo() -> String {
    std::fs::read_to_string(repository().join("fixtures/worlds/demo.world.yaml")).unwrap()
}

/// One random call at one of the APIs; what was answered.
pub(crate) async fn step(harness: &Harness, chance: &mut Chance) -> String {
    let (card, other) = (*chance.pick(&CARDS), *chance.pick(&CARDS));
    let service = *chance.pick(&SERVICES);
    let (name, body) = match chance.below(9) {
        0 => return harness.control("POST", "/v1/runs", "").await.text,
        1 => {
            return harness.control("GET", "/v1/cas/transactions", "").await.text;
        }
        2 => return harness.get("list", "life_cycle_state=COMPLETED").await.text,
        3 => return harness.conax(add_at_conax(card)).await.1,
        4 => ("create_pairing", pairing(&[card], &["3012345601"])),
        5 => ("reset_pin_to_default_value", pin_reset("S60600", other)),
        6 => ("reset_pin_to_given_value", given_pin("S60600", other, "4711")),
        7 => ("cancel_subscriptions", service_on_card("S60600", service, card)),
        _ => ("add_subscriptions", service_on_card("S60600", service, card)),
    };
    let body = match chance.below(3) {
        0 => at_once(body),
        _ => body,
    };
    harness.post(name, body).await.text
}

/// An addition as a client of the head-end makes it, without the CRM.
pub(crate) fn add_at_conax(card: &str) -> Call {
    let envelope = format!(
        r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
        <AddSubscriptions><AddSubscriptionsRequest><CaClientId>{card}</CaClientId>
        <ProductIds><ProductId>P1test</ProductId></ProductIds></AddSubscriptionsRequest>
        </AddSubscriptions></s:Body></s:Envelope>"#
    );
    Call::new("POST", "/", envelope).with_header("content-type", "text/xml")
}

async fn steps(harness: Harness, seed: u64) -> Vec<String> {
    let mut chance = Chance::new(seed, "steps");
    let mut told = Vec::new();
    for _ in 0..24 {
        told.push(step(&harness, &mut chance).await);
        tokio::task::yield_now().await;
    }
    told
}

fn one_worker() -> HarnessBuilder {
    HarnessBuilder::demo().with(|settings| settings.dispatch.worker_count = 1)
}

#[tokio::test(start_paused = true)]
async fn each_of_many_worlds_answers_as_an_instance_of_its_own_does() {
    let instance = one_worker().open();
    let before = instance.control("GET", "/v1/ready", "").await.text;
    let mut together = JoinSet::new();
    for seed in 0..64 {
        let harness = instance.beside(&format!("suite-{seed}")).await;
        together.spawn(async move { (seed, steps(harness, seed).await) });
    }
    let mut count = 0;
    while let Some(done) = together.join_next().await {
        let (seed, told) = done.unwrap();
        let alone = steps(one_worker().open(), seed).await;
        assert_eq!(told, alone, "the steps of seed {seed}");
        count += 1;
    }
    assert_eq!(count, 64);
    let after = instance.control("GET", "/v1/ready", "").await.text;
    assert_eq!(after, before, "the main world saw nothing");
}

async fn names(harness: &Harness) -> String {
    let reply = harness.control("GET", "/v1/worlds", "").await.json;
    let names = reply["worlds"].as_array().unwrap().iter();
    let names: Vec<&str> = names.map(|name| name.as_str().unwrap()).collect();
    names.join(" ")
}

#[tokio::test(start_paused = true)]
async fn a_world_is_made_by_the_first_call_that_names_it_at_each_door() {
    let harness = HarnessBuilder::demo().open();
    let query = "token=04FFBB37FED475A778F122709CBAC1D5&number=4049";
    let show = |prefix: &str| {
        let path = Operation::Show.path();
        Call::new("GET", &format!("{prefix}/{path}?{query}"), "")
    };
    let named = show(BASE).with_header("conax-sim-world", "c");
    for call in [show(&format!("/worlds/a{BASE}")), show("/worlds/b"), named] {
        assert_eq!(harness.send(call).await.code(), "OK");
    }
    let (status, text) = harness.conax(Call::new("GET", "/worlds/d/ca-server?wsdl", "")).await;
    let (main_status, main_text) = harness.conax(Call::new("GET", WSDL, "")).await;
    let of_the_main = text.replace("http://localhost/worlds/d/", "http://localhost/");
    assert_eq!(
        (status, of_the_main),
        (main_status, main_text),
        "the path of the world is part of the addresses alone"
    );
    let named = Call::new("GET", WSDL, "").with_header("conax-sim-world", "e");
    assert_eq!(harness.conax(named).await.0, 200);
    let ready = harness.control("GET", "/v1/ready?world=f", "").await;
    assert_eq!(ready.json["world"], "f");
    let named = Call::new("GET", "/v1/ready", "").with_header("conax-sim-world", "g");
    assert_eq!(harness.control_call(named).await.json["world"], "g");
    assert_eq!(names(&harness).await, "demo a b c d e f g");
    let listed = harness.control("GET", "/v1/worlds", "").await.json;
    assert_eq!((&listed["main"], &listed["limit"]), (&json!("demo"), &json!(256)));
}

#[tokio::test(start_paused = true)]
async fn the_main_world_may_be_named_like_any_other() {
    let harness = HarnessBuilder::demo().open();
    let number = harness.post("add_subscriptions", sport_on(CARDS[0])).await.number();
    let by_name = harness.beside("demo").await;
    assert_eq!(by_name.state(&number).await, "PENDING");
    let run = harness.control("POST", "/v1/runs?world=demo", "").await;
    assert_eq!(run.json["completed"], 1);
    assert_eq!(names(&harness).await, "demo");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_name_is_refused_at_each_door_and_makes_nothing() {
    let harness = HarnessBuilder::demo().open();
    let long = "x".repeat(65);
    for name in ["", "a b", "a%20b", "ä", "a\"b", ".", "..", long.as_str()] {
        let call = || Call::new("GET", "/show", "").with_header("conax-sim-world", name);
        let reply = harness.send(call()).await;
        let message = reply.refused(RefusalCode::InvalidParameterValue).to_owned();
        assert!(message.contains("1 to 64 letters"), "{message}");
        let (status, text) = harness.conax(call()).await;
        assert_eq!((status, text.trim_end()), (400, message.as_str()));
        let ready = Call::new("GET", "/v1/ready", "").with_header("conax-sim-world", name);
        let reply = harness.control_call(ready).await;
        assert_eq!(reply.http_status, 400, "{}", reply.text);
    }
    let reply = harness.control("GET", "/v1/ready?world=a+b", "").await;
    assert_eq!(reply.http_status, 400, "{}", reply.text);
    let (status, _) = harness.conax(Call::new("GET", "/worlds//x?wsdl", "")).await;
    assert_eq!(status, 400);
    let two = Call::new("GET", "/worlds/a/show", "").with_header("conax-sim-world", "b");
    let reply = harness.send(two).await;
    let message = reply.refused(RefusalCode::InvalidParameterValue);
    assert!(message.contains("`a` in its path and `b`"), "{message}");
    let two = Call::new("GET", "/v1/ready?world=a", "").with_header("conax-sim-world", "b");
    assert_eq!(harness.control_call(two).await.http_status, 400);
    assert_eq!(names(&harness).await, "demo");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_made_for_a_call_that_is_about_no_world_or_refused_anyway() {
    let token = conax_model::secret::Secret::new("sesame");
    let harness =
        HarnessBuilder::demo().with(|settings| settings.control_token = Some(token)).open();
    let call = |verb: &str, target: &str| {
        let call = Call::new(verb, target, "").with_header("authorization", "Bearer sesame");
        call.with_header("conax-sim-world", "x")
    };
    for (verb, target, status) in [
        ("GET", "/v1", 200),
        ("GET", "/v1/health", 200),
        ("GET", "/v1/version", 200),
        ("GET", "/v1/worlds", 200),
        ("GET", "/v1/worlds/mars", 404),
        ("POST", "/v1/worlds/demo/reset", 200),
        ("POST", "/v1/worlds/demo/reset?world=x", 400),
        ("GET", "/v1/nowhere?world=x", 404),
        ("DELETE", "/v1/runs?world=x", 405),
    ] {
        let reply = harness.control_call(call(verb, target)).await;
        assert_eq!(reply.http_status, status, "{verb} {target}");
    }
    let stranger = Call::new("GET", "/v1/ready?world=x", "");
    assert_eq!(harness.control_call(stranger).await.http_status, 401);
    let long = Call::new("GET", &format!("/worlds/x/{}", "x".repeat(9_000)), "");
    assert_eq!(harness.conax(long).await.0, 414);
    let reply = harness.control_call(call("GET", "/v1/worlds")).await;
    assert_eq!(reply.json["worlds"], json!(["demo"]));
}

#[tokio::test(start_paused = true)]
async fn beyond_the_limit_each_door_says_so_and_how_to_make_room() {
    let harness = HarnessBuilder::demo().with(|settings| settings.world_limit = 2).open();
    let _kept = harness.beside("kept").await;
    let call = || Call::new("GET", "/show", "").with_header("conax-sim-world", "more");
    let reply = harness.send(call()).await;
    assert_eq!(reply.http_status, 503);
    let message = reply.refused(RefusalCode::Unavailable).to_owned();
    for told in ["`world-limit`", "DELETE /v1/worlds/NAME", "There are 2 worlds"] {
        assert!(message.contains(told), "{message}");
    }
    assert_eq!(harness.conax(call()).await, (503, format!("{message}\n")));
    let more = demo().replacen("world: demo", "world: more", 1);
    for (verb, target, body) in [
        ("GET", "/v1/ready?world=more", ""),
        ("PUT", "/v1/worlds/more", more.as_str()),
        ("POST", "/v1/worlds/demo/fork", r#"{"as":"more"}"#),
    ] {
        let reply = harness.control(verb, target, body).await;
        assert_eq!(reply.http_status, 409, "{}", reply.text);
        let detail = reply.json["detail"].as_str().unwrap();
        assert!(detail.contains("`world-limit`"), "{detail}");
    }
    let removed = harness.control("DELETE", "/v1/worlds/kept", "").await;
    assert_eq!(removed.json["worlds"], json!(["demo"]));
    let ready = harness.control("GET", "/v1/ready?world=more", "").await;
    assert_eq!(ready.http_status, 200, "there is room again");
}

#[tokio::test(start_paused = true)]
async fn a_world_that_was_removed_is_a_fresh_one_when_it_is_named_again() {
    let harness = HarnessBuilder::demo().open();
    let suite = harness.beside("suite").await;
    let number = suite.post("add_subscriptions", sport_on(CARDS[0])).await.number();
    assert_eq!(number, "4050");
    let delete = async |name: &str| {
        let target = format!("/v1/worlds/{name}");
        harness.control("DELETE", &target, "").await.http_status
    };
    assert_eq!(delete("suite").await, 200);
    assert_eq!(delete("suite").await, 404);
    assert_eq!(delete("demo").await, 409, "the main world stays");
    let again = harness.beside("suite").await;
    let query = format!("provisioning_request_identifier=number={number}");
    let reply = again.get("show", &query).await;
    reply.refused(RefusalCode::ProvisioningRequestNotFound);
    // Who still holds the old world sees that nothing more is sent there.
    assert_eq!(suite.run().await.completed_count, 0);
}

async fn fork(harness: &Harness, from: &str, to: &str) -> ControlReply {
    let body = json!({ "as": to }).to_string();
    let target = format!("/v1/worlds/{from}/fork");
    harness.control("POST", &target, &body).await
}

#[tokio::test(start_paused = true)]
async fn a_fork_goes_on_as_its_origin_does_and_apart_from_it() {
    let harness = one_worker().open();
    let mut chance = Chance::new(5, "before");
    for _ in 0..20 {
        step(&harness, &mut chance).await;
    }
    let pin = given_pin("S60600", CARDS[1], "8352");
    let number = harness.post("reset_pin_to_given_value", pin).await.number();
    for name in ["copy", "another"] {
        assert_eq!(fork(&harness, "demo", name).await.http_status, 201);
    }
    let copy = harness.beside("copy").await;
    assert_eq!(copy.state(&number).await, "PENDING");
    let another = harness.beside("another").await;
    another.run().await;
    assert_eq!(another.pin(CARDS[1]), "8352", "the pending PIN is sent");
    let there = harness.beside("demo").await;
    let (mut here, mut beside) = (Chance::new(6, "after"), Chance::new(6, "after"));
    for _ in 0..20 {
        let expected = step(&there, &mut here).await;
        assert_eq!(step(&copy, &mut beside).await, expected);
    }
    for (from, to, status) in
        [("demo", "copy", 409), ("demo", "demo", 409), ("mars", "x", 404), ("demo", "a b", 400)]
    {
        assert_eq!(fork(&harness, from, to).await.http_status, status, "{from} {to}");
    }
    let reply = harness.control("POST", "/v1/worlds/demo/fork", r#"{"to":"x"}"#).await;
    assert_eq!(reply.http_status, 422, "{}", reply.text);
}

#[tokio::test(start_paused = true)]
async fn replacing_or_resetting_one_world_leaves_the_others_alone() {
    let harness = HarnessBuilder::demo().open();
    let suite = harness.beside("suite").await;
    let mine = harness.post("add_subscriptions", sport_on(CARDS[0])).await.number();
    let theirs = suite.post("add_subscriptions", sport_on(CARDS[0])).await;
    assert_eq!(theirs.number(), mine);
    let reset = harness.control("POST", "/v1/worlds/suite/reset", "").await;
    assert_eq!(reset.json["world"], "suite");
    assert_eq!((harness.request_count(), suite.request_count()), (5, 4));
    let other = demo().replacen("world: demo", "world: suite", 1);
    let other = other.replacen("next_request_number: 4050", "next_request_number: 9000", 1);
    let put = harness.control("PUT", "/v1/worlds/suite", &other).await;
    assert_eq!(put.http_status, 200, "{}", put.text);
    suite.forget();
    let number = suite.post("add_subscriptions", sport_on(CARDS[0])).await.number();
    assert_eq!((number.as_str(), harness.state(&mine).await.as_str()), ("9000", "PENDING"));
    // The journals are apart as well.
    let own = harness.control("GET", "/v1/journal?api=cas&world=suite", "").await;
    assert_eq!(own.json["exchanges"], json!([]));
}

pub(crate) fn created(crm: std::net::SocketAddr, prefix: &str) -> Value {
    let path = repository().join("fixtures/contract/add_subscriptions.request.json");
    let body = std::fs::read_to_string(path).unwrap();
    let path = Operation::AddSubscriptions.path();
    exchange(crm, "POST", &format!("{prefix}/{path}"), &body).json()["data"].clone()
}

#[test]
fn over_sockets_each_world_has_its_head_end_and_its_runs() {
    let program = conax_tests::Program::serve(
        crate::program::PATH,
        &["--run-interval", "50ms", "--seed", "7", "--log", "off"],
    );
    let made = created(program.crm(), "/worlds/a");
    assert_eq!(made["number"], "4050");
    let transactions = |world: &str| {
        let target = format!("/v1/cas/transactions?world={world}");
        exchange(program.door(), "GET", &target, "").json()
    };
    let sent =
        until("a run of the world", || match transactions("a").as_array().map_or(0, Vec::len) {
            0 => Err("nothing was sent".to_owned()),
            count => Ok(count),
        });
    assert_eq!(sent, 1);
    assert_eq!(transactions("demo"), json!([]), "the main head-end got nothing");
    let removed = exchange(program.door(), "DELETE", "/v1/worlds/a", "").json();
    assert_eq!(removed["worlds"], json!(["demo"]));
    assert_eq!(program.stop().code, Some(0));
}

#[test]
fn an_instance_that_closes_counts_what_is_left_in_every_world() {
    let program = serve(&["--seed", "7", "--log", "off"]);
    for prefix in ["", "/worlds/a", "/worlds/b"] {
        created(program.crm(), prefix);
    }
    let ended = program.stop();
    assert_eq!(ended.code, Some(0));
    assert!(ended.stderr.contains("stopped; 3 recorded"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_world_may_be_made_with_a_seed_and_a_clock_of_its_own() {
    let harness = HarnessBuilder::demo().open();
    let spec = demo().replacen("world: demo", "world: mine", 1);
    let target = "/v1/worlds/mine?seed=42&clock=stepped+from+2020-02-28T23:59:00";
    let made = harness.control("PUT", target, &spec).await;
    assert_eq!(made.http_status, 201, "{}", made.text);
    let clock = harness.control("GET", "/v1/clock?world=mine", "").await;
    assert_eq!(clock.json["mode"], "stepped");
    assert_eq!(clock.json["now"], "2020-02-28T23:59:00");
    let ready = harness.control("GET", "/v1/ready?world=mine", "").await;
    assert_eq!(ready.json["seed"], 42);
    // Neither can be changed once the world is there.
    let again = harness.control("PUT", target, &spec).await;
    assert_eq!(again.http_status, 409, "{}", again.text);
    let wrong = harness.control("PUT", "/v1/worlds/other?clock=sometimes", &spec).await;
    assert_eq!(wrong.http_status, 400, "{}", wrong.text);
}

/// Copies of a world are taken while a run sends; the run waits and goes on.
#[tokio::test(start_paused = true)]
async fn a_run_goes_on_after_every_copy_of_its_world() {
    let harness = HarnessBuilder::demo().with(|settings| settings.dispatch.worker_count = 1).open();
    harness.fault("{ do: { delay: 5ms } }");
    for _ in 0..20 {
        for card in ["01900080208", "01900080209", "01900080210"] {
            let body = service_on_card("S60600", "SPORT", card);
            let _ = harness.post("add_subscriptions", body).await;
        }
    }
    let copies = async {
        for copy in 0..8 {
            harness.shared.clock.sleep(Duration::from_millis(3 + copy)).await;
            let (target, body) = match copy % 2 {
                0 => ("fork", format!("{{ \"as\": \"copy{copy}\" }}")),
                _ => ("snapshot", format!("{{ \"as\": \"copy{copy}\" }}")),
            };
            let target = format!("/v1/worlds/demo/{target}");
            let reply = harness.control("POST", &target, &body).await;
            assert!(reply.http_status < 300, "{}", reply.text);
        }
    };
    let run = harness.control("POST", "/v1/runs", "");
    let (run, ()) = tokio::join!(run, copies);
    assert_eq!(
        (&run.json["completed"], &run.json["queue"]["due"]),
        (&json!(60), &json!(0)),
        "{}",
        run.text
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_world_is_reset_is_not_told_of_a_request_that_is_no_more() {
    let harness = HarnessBuilder::demo().open();
    harness.fault("preset: f04");
    let body = at_once(service_on_card("S60600", "SPORT", "01900080208"));
    let call = harness.post("add_subscriptions", body);
    let reset = async {
        harness.shared.clock.sleep(Duration::from_secs(5)).await;
        let reset = harness.control("POST", "/v1/worlds/demo/reset", "").await;
        assert_eq!(reset.http_status, 200);
    };
    let began = harness.shared.clock.now();
    let (reply, ()) = tokio::join!(call, reset);
    let message = reply.refused(RefusalCode::Unavailable);
    assert!(message.contains(REPLACED), "{message}");
    let waited = harness.shared.clock.now().since(began);
    assert!(waited < Duration::from_secs(10), "it waited {waited:?} for Conax");
}

/// Of a login that a reset forgets, while the body of a call is still to come.
#[test]
fn a_call_that_overlaps_a_reset_is_not_told_that_its_token_was_wrong() {
    let program = serve(&["--seed", "7", "--log", "off"]);
    let login = json!({
        "username": "MPAdministrator", "password": "1234", "organisation": "CRMDEMO"
    });
    let issued = format!("{BASE}/{}", Operation::IssueToken.path());
    let issued = exchange(program.crm(), "POST", &issued, &login.to_string()).json();
    let mut body = sport_on(CARDS[0]);
    body["token"] = issued["data"]["token"].clone();
    let body = body.to_string();

    let mut stream = TcpStream::connect(program.crm()).unwrap();
    let path = format!("{BASE}/{}", Operation::AddSubscriptions.path());
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\nexpect: 100-continue\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The call has come in once the API asks for its body.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100"));
    let reset = exchange(program.door(), "POST", "/v1/worlds/demo/reset", "");
    assert_eq!(reset.http_status(), Some(200));
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(REPLACED), "{answer}");
    let again = exchange(program.crm(), "POST", &path, &body).text;
    assert!(again.contains("The token is not valid"), "{again}");
}
