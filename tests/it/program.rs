//! The built program serving: from end to end, beside another one, and how it stops.

use std::net::{SocketAddr, TcpListener, TcpStream};

use conax_tests::{Ended, Program, ScriptedConax, exchange, repository, until};
use serde_json::Value;

pub(crate) const PATH: &str = env!("CARGO_BIN_EXE_conax-sim-under-test");
const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";
const REQUESTS: &str = "/crmapi/rest/v2/conax_web_services/provisioning_requests";

pub(crate) fn serve(arguments: &[&str]) -> Program {
    Program::serve(PATH, &[&["--run-interval", "off"], arguments].concat())
}

pub(crate) fn run(arguments: &[&str]) -> Ended {
    Program::run(PATH, arguments, &[], &[])
}

fn documented(name: &str) -> String {
    let path = repository().join(format!("fixtures/contract/{name}.request.json"));
    std::fs::read_to_string(path).unwrap()
}

/// The same request, sent by the call itself.
fn at_once(name: &str) -> String {
    documented(name).replacen('{', "{ \"process_immediately\": true,", 1)
}

fn post(crm: SocketAddr, name: &str, body: &str) -> Value {
    exchange(crm, "POST", &format!("{REQUESTS}/{name}"), body).json()["data"].clone()
}

fn show(crm: SocketAddr, number: &str) -> Value {
    let query = format!("token={TOKEN}&provisioning_request_identifier=number={number}");
    exchange(crm, "GET", &format!("{REQUESTS}/show?{query}"), "").json()["data"].clone()
}

fn make_a_run(door: SocketAddr) -> Value {
    exchange(door, "POST", "/v1/runs", "").json()
}

#[test]
fn a_documented_request_is_recorded_sent_by_a_run_and_shown_completed() {
    let program = serve(&["--seed", "7"]);
    let created = post(program.crm(), "add_subscriptions", &documented("add_subscriptions"));
    assert_eq!(
        (&created["life_cycle_state"], &created["number"]),
        (&"PENDING".into(), &"4050".into())
    );
    assert_eq!(make_a_run(program.door())["completed"], 1);
    let shown = show(program.crm(), "4050");
    assert_eq!(shown["life_cycle_state"], "COMPLETED");
    let card = exchange(program.door(), "GET", "/v1/cas/smartcards/stb01-3020-0005", "").json();
    assert_eq!(card["entitlements"][0]["product"], "P1test");
    let ended = program.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("stopped; 0 recorded requests were not sent"));
    assert_eq!(ended.stdout, "", "a server has no result");
}

#[test]
fn runs_are_made_by_themselves_unless_they_are_switched_off() {
    let program = Program::serve(PATH, &["--run-interval", "20ms"]);
    let created = post(program.crm(), "add_subscriptions", &documented("add_subscriptions"));
    let number = created["number"].as_str().unwrap();
    until("a run", || match show(program.crm(), number)["life_cycle_state"].as_str() {
        Some("COMPLETED") => Ok(()),
        state => Err(format!("{state:?}")),
    });
    assert_eq!(program.stop().code, Some(0));
}

#[test]
fn the_same_seed_gives_the_same_ids_from_start_to_start() {
    let id = || {
        let program = serve(&["--seed", "7"]);
        let created = post(program.crm(), "add_subscriptions", &documented("add_subscriptions"));
        created["id"].clone()
    };
    assert_eq!(id(), id());
}

/// What `--apis` and `?api=` were called before.
#[test]
fn the_former_spellings_of_the_word_api_are_read() {
    let file = [("conax-sim.toml", "doors = \"cas\"\n")];
    let flag = ["config", "show", "--doors", "crm"];
    let variable = ["CONAX_SIM_DOORS=control", PATH, "config", "show"];
    for (program, arguments, expected) in [
        (PATH, &flag[..], "apis = \"crm\""),
        (PATH, &flag[..2], "apis = \"cas\""),
        ("/usr/bin/env", &variable[..], "apis = \"control\""),
    ] {
        let ended = Program::run(program, arguments, &file, &[]);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.stdout.contains(expected), "{}", ended.stdout);
    }
    let program = serve(&[]);
    let journal = |query: &str| exchange(program.door(), "GET", query, "").json();
    let former = journal("/v1/journal?door=dispatch");
    assert_eq!(former, journal("/v1/journal?api=dispatch"));
    assert_eq!(former["exchanges"], serde_json::json!([]));
}

#[test]
fn two_programs_make_one_system() {
    let conax = serve(&["--apis", "cas,control", "--cas-auth", "basic"]);
    let url = format!("http://{}", conax.cas());
    let folder = std::env::temp_dir().join(format!("conax-tests-password-{}", std::process::id()));
    std::fs::write(&folder, "conax-demo\n").unwrap();
    let password = folder.to_str().unwrap();
    let crm = serve(&[
        "--apis",
        "crm,control",
        "--conax-url",
        &url,
        "--conax-user",
        "crm",
        "--conax-password-file",
        password,
    ]);
    std::fs::remove_file(&folder).unwrap();
    let sent = post(crm.crm(), "add_subscriptions", &at_once("add_subscriptions"));
    assert_eq!(sent["life_cycle_state"], "COMPLETED");
    let of = |door| exchange(door, "GET", "/v1/cas/transactions", "").json();
    assert_eq!(of(conax.door())[0]["id"], sent["reference_number"]);
    assert_eq!(of(crm.door()), serde_json::json!([]), "its own head-end heard nothing");
    assert!(crm.stderr().contains("simulated Conax   closed"));
}

#[test]
fn a_conax_that_is_away_rejects_with_a_refused_connection() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let crm = serve(&["--conax-url", &format!("http://{free}")]);
    let sent = post(crm.crm(), "add_subscriptions", &at_once("add_subscriptions"));
    assert_eq!(sent["life_cycle_state"], "REJECTED");
    assert_eq!(sent["error_code"], "AxisFault");
    let text = sent["error_description"].as_str().unwrap();
    assert!(text.contains("java.net.ConnectException: Connection refused"), "{text}");
    assert_eq!(sent["response"], Value::Null);
}

/// Sends a call in the background; its answer is what the thread returns.
fn in_the_background(crm: SocketAddr) -> std::thread::JoinHandle<Value> {
    std::thread::spawn(move || post(crm, "add_subscriptions", &at_once("add_subscriptions")))
}

const OK: &str = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><R>\
    <TransactionStatus><StatusCode>OK</StatusCode><TransactionId>t-1</TransactionId>\
    </TransactionStatus></R></e:Body></e:Envelope>";

#[tokio::test]
async fn what_is_on_its_way_when_the_program_is_stopped_still_ends() {
    let conax = ScriptedConax::listen().await;
    let mut crm = serve(&["--conax-url", &format!("http://{}", conax.address())]);
    let call = in_the_background(crm.crm());
    let (stream, _) = conax.command().await;
    crm.ask_to_stop();
    crm.wait_for("stopping: waiting up to 10s");
    ScriptedConax::answer(stream, "200 OK", OK).await;
    assert_eq!(call.join().unwrap()["life_cycle_state"], "COMPLETED");
    let ended = crm.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("were on their way"), "{}", ended.stderr);
}

#[tokio::test]
async fn what_gets_no_answer_within_the_grace_is_reported() {
    let conax = ScriptedConax::listen().await;
    let url = format!("http://{}", conax.address());
    let crm = serve(&["--conax-url", &url, "--grace", "50ms"]);
    let body = documented("cancel_subscriptions");
    let _ = post(crm.crm(), "cancel_subscriptions", &body);
    let stream = TcpStream::connect(crm.crm()).unwrap();
    let body = at_once("reset_pin_to_given_value");
    let head = format!(
        "POST {REQUESTS}/reset_pin_to_given_value HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    std::io::Write::write_all(&mut &stream, head.as_bytes()).unwrap();
    let (_silent, _) = conax.command().await;
    let ended = crm.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("1 requests were on their way"), "{}", ended.stderr);
    assert!(ended.stderr.contains("1 recorded requests were not sent"), "{}", ended.stderr);
}

#[test]
fn healthcheck_tells_ready_not_ready_and_nobody_there() {
    let program = serve(&[]);
    let ask = |address: SocketAddr| run(&["healthcheck", "--target", &format!("http://{address}")]);
    let ready = ask(program.door());
    assert_eq!((ready.code, ready.stdout.as_str()), (Some(0), "ready\n"));
    let wrong_door = ask(program.crm());
    assert_eq!(wrong_door.code, Some(4), "{wrong_door:?}");
    assert!(wrong_door.stderr.contains("404"));
    let door = program.door();
    assert_eq!(program.stop().code, Some(0));
    assert_eq!(ask(door).code, Some(5));
}

#[test]
fn an_exposed_program_warns_and_guards_its_control_door() {
    let program = serve(&["--host", "0.0.0.0"]);
    let banner = program.stderr();
    assert!(banner.contains("can be reached from other machines"), "{banner}");
    let token = banner.lines().find_map(|line| line.strip_prefix("control token for this run: "));
    let token = token.unwrap().to_owned();
    assert_eq!(exchange(program.door(), "GET", "/v1/runs", "").http_status(), Some(401));
    let health = run(&["healthcheck", "--target", &format!("http://{}", program.door())]);
    assert_eq!(health.code, Some(0), "{health:?}");
    let call = format!(
        "GET /v1/runs HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    assert_eq!(conax_tests::talk(program.door(), call.as_bytes()).http_status(), Some(200));
}

#[test]
fn the_log_is_lines_of_json_when_it_is_asked_to_be() {
    let program = serve(&["--log", "json"]);
    let _ = post(program.crm(), "reset_pin_to_given_value", &at_once("reset_pin_to_given_value"));
    let ended = program.stop();
    let lines: Vec<Value> = ended
        .stderr
        .lines()
        .filter(|line| line.starts_with("{\""))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let doors: Vec<&str> = lines.iter().map(|line| line["door"].as_str().unwrap()).collect();
    assert_eq!(doors, ["cas", "dispatch", "crm"]);
    assert!(lines.iter().all(|line| line["took_us"].is_u64() && line["card"] == "sc20000010"));
}

#[test]
fn the_clock_is_shown_advanced_and_settled_from_a_shell() {
    let program = serve(&["--clock", "stepped from 2014-11-30T08:59:00"]);
    let target = format!("http://{}", program.door());
    let clock = |arguments: &[&str]| {
        let ended = run(&[&["clock"], arguments, &["--target", &target]].concat());
        (ended.code, ended.stdout + &ended.stderr)
    };
    let (code, text) = clock(&["show"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("mode: stepped\nnow: 2014-11-30T08:59:00\n"), "{text}");
    let (code, text) = clock(&["advance", "10min"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("now: 2014-11-30T09:09:00\nfired: 0\nat_rest: true\n"), "{text}");
    let created = documented("add_subscriptions");
    let later = "{ \"scheduled_date\": \"2014-12-02T09:00:00\",";
    let _ = post(program.crm(), "add_subscriptions", &created.replacen('{', later, 1));
    let (code, text) = clock(&["settle", "--limit", "1d"]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("a request scheduled for 2014-12-02T09:00:00"), "{text}");
    let (code, text) = clock(&["settle"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("runs: 1\nsays: nothing due\n"), "{text}");
    assert_eq!(show(program.crm(), "4050")["executed_date"], "2014-12-02T09:00:00");
    let (code, text) = clock(&["advance", "--to", "2014-11-30T09:00:00"]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("time does not go back"), "{text}");
    let nobody = run(&["clock", "show", "--target", "127.0.0.1:1"]);
    assert_eq!(nobody.code, Some(5), "{}", nobody.stderr);
    assert!(nobody.stderr.contains("hint: is `conax-sim serve` running?"), "{}", nobody.stderr);
    let no_address = run(&["clock", "show", "--target", "nowhere"]);
    assert!(no_address.stderr.contains("hint: write it like"), "{}", no_address.stderr);
    assert_eq!(run(&["clock", "advance"]).code, Some(2));
}

#[test]
fn a_verb_is_about_the_world_it_names_and_the_banner_says_what_goes_wrong() {
    let program = serve(&["--faults", "brownout", "--clock", "stepped"]);
    let door = format!("http://{}", program.door());
    let faults = |arguments: &[&str]| {
        let target = ["--target", &door];
        let ended = run(&[&["faults"], arguments, &target[..]].concat());
        (ended.code, format!("{}{}", ended.stdout, ended.stderr))
    };
    let banner = program.stderr();
    assert!(
        banner.contains("clock stepped, now ") && banner.contains("faults: 2 rules;"),
        "{banner}"
    );
    let world = ["--world", "suite-1"];
    assert_eq!(faults(&[&["clear"], &world[..]].concat()).0, Some(0));
    let (_, there) = faults(&[&["plan"], &world[..]].concat());
    assert!(there.contains("no rules"), "{there}");
    let (_, here) = faults(&["plan"]);
    assert!(here.contains("brownout"), "{here}");
    let (code, refused) = faults(&["plan", "--world", "a b"]);
    assert_eq!(code, Some(5), "{refused}");
}

#[test]
fn a_word_that_stands_for_no_faults_is_told_with_the_one_it_may_have_been() {
    let started = run(&["serve", "--faults", "brownot"]);
    assert_eq!(started.code, Some(3), "{}", started.stderr);
    assert!(started.stderr.contains("did you mean `brownout`?"), "{}", started.stderr);
}
