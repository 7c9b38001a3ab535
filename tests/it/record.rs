//! `record`: what goes through the proxy, what stands in the file, and the scenario it becomes.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};

use conax_cli::exit::Exit;
use conax_tests::{Ended, Program, exchange, repository, talk};
use serde_json::{Value, json};

use crate::program::{PATH, serve};

const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";
const KEY: &str = "5D1C7F0A9E3B4C62A8F0D7E41B9C2A36";
const REQUESTS: &str = "/crmapi/rest/v2/conax_web_services/provisioning_requests";
pub(crate) const FILE: &str = "a.conaxrec.json";

pub(crate) fn record(target: SocketAddr, arguments: &[&str]) -> Program {
    let target = format!("http://{target}");
    let usual = ["record", "--target", &target, "-o", FILE];
    let mut program = Program::start(PATH, &[&usual, arguments].concat(), &[]);
    program.wait_for("Ctrl-C ends it");
    program
}

/// Ends a recording; its file.
fn finish(mut program: Program) -> String {
    program.ask_to_stop();
    let ended = program.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    program.file(FILE)
}

fn order(service: &str, card: &str) -> Value {
    json!({
        "token": TOKEN,
        "subscription_identifier": { "number": "S60600" },
        "service_identifier": { "code": service },
        "smartcard_identifier": { "serial_number": card },
    })
}

fn post(crm: SocketAddr, operation: &str, body: &Value) -> Value {
    let target = format!("{REQUESTS}/{operation}");
    exchange(crm, "POST", &target, &body.to_string()).json()
}

fn get(crm: SocketAddr, operation: &str, query: &str) -> Value {
    let target = format!("{REQUESTS}/{operation}?token={TOKEN}&{query}");
    exchange(crm, "GET", &target, "").json()
}

fn log_in(crm: SocketAddr, password: &str) -> Value {
    let body = json!({
        "username": "mpadministrator", "password": password, "organisation": "CRMDEMO",
    });
    let target = "/crmapi/rest/v2/authentication/token";
    exchange(crm, "POST", target, &body.to_string()).json()
}

fn run_now(instance: &Program) {
    let _ = exchange(instance.door(), "POST", "/v1/runs", "");
}

/// The scenario of a recording, and what was said when it was made.
pub(crate) fn convert(recording: &str, arguments: &[&str], files: &[(&str, &str)]) -> Ended {
    let usual = ["record", "scenario", FILE];
    let files = [&[(FILE, recording)], files].concat();
    Program::run(PATH, &[&usual[..], arguments].concat(), &files, &[])
}

pub(crate) fn play(scenario: &str) -> Ended {
    let files = [("out.scenario.yaml", scenario)];
    Program::run(PATH, &["run", "out.scenario.yaml"], &files, &[])
}

/// A scenario that is valid, tidy and holds.
fn holds(recording: &str) -> String {
    let converted = convert(recording, &[], &[]);
    assert_eq!(converted.code, Some(0), "{}", converted.stderr);
    let scenario = converted.stdout;
    let files = [("out.scenario.yaml", scenario.as_str())];
    for check in [&["lint", "out.scenario.yaml"][..], &["fmt", "--check", "out.scenario.yaml"]] {
        let ended = Program::run(PATH, check, &files, &[]);
        assert_eq!(ended.code, Some(0), "{check:?}: {}\n{scenario}", ended.stdout);
    }
    let played = play(&scenario);
    assert_eq!(played.code, Some(0), "{}\n{scenario}", played.stdout);
    scenario
}

/// A story with everything in it: logins, orders, polling, lists, refusals, other paths.
pub(crate) fn story(instance: &Program, crm: SocketAddr) {
    let token = log_in(crm, "1234")["data"]["token"].clone();
    log_in(crm, "wrong-canary");
    let made = post(crm, "add_subscriptions", &order("SPORT", "01900080208"));
    let number = made["data"]["number"].as_str().expect("a number").to_owned();
    let shown = format!("provisioning_request_identifier=number={number}");
    get(crm, "show", &shown);
    get(crm, "show", &shown);
    get(crm, "list", "life_cycle_state=PENDING");
    run_now(instance);
    let ended = get(crm, "show", &shown);
    assert_eq!(ended["data"]["life_cycle_state"], "COMPLETED");
    let reference = ended["data"]["reference_number"].as_str().expect("a reference");
    get(crm, "list", &format!("reference_number={reference}&fields_set=number,response"));
    let pin = json!({
        "token": token, "subscription_identifier": { "number": "S60600" },
        "smartcard_identifier": { "serial_number": "01900080209" },
        "pin": 8264913, "process_immediately": 1, "priority": "EXPRESS",
    });
    post(crm, "reset_pin_to_given_value", &pin);
    post(crm, "add_subscriptions", &order("NOPE", "01900080208"));
    let mut unlocked = order("SPORT", "01900080210");
    unlocked["token"] = "NO0SUCH0CANARY0TOKEN".into();
    post(crm, "add_subscriptions", &unlocked);
    let pair = json!({
        "token": token, "smartcard_set": [{ "smartcard_ca_id": "01900080210" }],
        "stb_set": [{ "stb_ca_id": "3012345601" }],
    });
    post(crm, "create_pairing", &pair);
    post(crm, "cancel_subscriptions", &order("P1test", "01900080209"));
    run_now(instance);
    get(crm, "list", "life_cycle_state=COMPLETED");
    get(crm, "show", "provisioning_request_identifier=number=4049");
    get(crm, "nothing", "x=1");
    let release = json!({ "token": token }).to_string();
    let _ = exchange(crm, "POST", "/crmapi/rest/v2/authentication/token/release", &release);
}

#[test]
fn what_went_through_the_proxy_becomes_a_scenario_that_holds() {
    let instance = serve(&["--seed", "7", "--clock", "stepped from 2014-11-30T08:59:00"]);
    let recorder = record(instance.crm(), &[]);
    story(&instance, recorder.crm());
    let recording = finish(recorder);
    let scenario = holds(&recording);
    for step in ["- wait: ", "- process", "token_1: token", "pin: $bad_pin", "- raw:"] {
        assert!(scenario.contains(step), "{step}\n{scenario}");
    }
}

#[test]
fn a_recording_is_compared_with_what_it_was_recorded_from() {
    let instance = Program::serve(PATH, &["--run-interval", "50ms", "--shape", "r4-late"]);
    let recorder = record(instance.crm(), &[]);
    let crm = recorder.crm();
    let mut dated = order("SPORT", "01900080208");
    dated["start_date"] = json!("2014-01-01T00:00:00");
    for body in [order("SPORT", "01900080208"), dated, order("NOTHING", "01900080208")] {
        let made = post(crm, "add_subscriptions", &body);
        let Some(number) = made["data"]["number"].as_str() else {
            continue;
        };
        let shown = format!("provisioning_request_identifier=number={number}");
        conax_tests::until("the end of the request", || {
            let reply = get(crm, "show", &shown);
            match reply["data"]["life_cycle_state"].as_str() {
                Some("COMPLETED") => Ok(()),
                other => Err(format!("{other:?}")),
            }
        });
    }
    let recording = finish(recorder);
    let scenario = convert(&recording, &[], &[]).stdout;
    assert!(scenario.contains("clock:"), "{scenario}");
    let files =
        [("out.scenario.yaml", scenario.as_str()), ("secrets.txt", &format!("token={TOKEN}\n"))];
    let right = format!("http://{}", instance.crm());
    let arguments = ["diff", "--right", &right, "--secrets-file", "secrets.txt", files[0].0];
    let ended = Program::run(PATH, &arguments, &files, &[]);
    assert_eq!(ended.code, Some(0), "{}\n{scenario}", ended.stdout);
    assert!(ended.stdout.contains("1 scenario compared, 0 different"), "{}", ended.stdout);
}

#[test]
fn all_differences_of_a_recording_are_told_not_only_the_first() {
    let instance = serve(&["--seed", "7", "--clock", "stepped from 2014-11-30T08:59:00"]);
    let recorder = record(instance.crm(), &[]);
    story(&instance, recorder.crm());
    let mut altered: Value = serde_json::from_str(&finish(recorder)).expect("JSON");
    let exchanges = altered["exchanges"].as_array_mut().expect("a list");
    let mut count = 0;
    for exchange in exchanges {
        let path = exchange["call"]["path"].as_str().unwrap_or_default();
        if path.ends_with("/add_subscriptions") {
            let body = &mut exchange["reply"]["body"]["json"];
            if body["data"]["priority"].is_string() {
                body["data"]["priority"] = json!("EXPRESS");
            } else {
                body["status"]["code"] = json!("COM.OTHER");
            }
            count += 1;
        }
    }
    assert!(count > 1, "{count}");
    let converted = convert(&altered.to_string(), &[], &[]);
    let played = play(&converted.stdout);
    assert_eq!(played.code, Some(4), "{}", played.stdout);
    for told in ["EXPRESS", "COM.OTHER"] {
        assert!(played.stdout.contains(told), "{told}: {}", played.stdout);
    }
}

#[test]
fn a_recording_that_was_altered_fails_at_just_that_step() {
    let instance = serve(&["--seed", "7", "--clock", "stepped from 2014-11-30T08:59:00"]);
    let recorder = record(instance.crm(), &[]);
    story(&instance, recorder.crm());
    let recording: Value = serde_json::from_str(&finish(recorder)).expect("JSON");
    let of = |operation: &str, nth: usize| {
        let exchanges = recording["exchanges"].as_array().expect("a list").iter();
        let ours = exchanges.enumerate().filter(|(_, one)| {
            one["call"]["path"].as_str().is_some_and(|path| path.ends_with(operation))
        });
        ours.map(|(index, _)| index).nth(nth).expect("it was said")
    };
    for (index, member, value, step) in [
        (of("/add_subscriptions", 0), "data/priority", json!("EXPRESS"), "call add_subscriptions"),
        (of("/show", 2), "data/life_cycle_state", json!("REJECTED"), "wait until"),
        (of("/show", 2), "data/request", json!("other"), "wait until"),
        (of("/list", 0), "data/3/type", json!("CREATE_PAIRING"), "call list"),
        (of("/add_subscriptions", 1), "status/code", json!("COM.OTHER"), "call add_subscriptions"),
        (
            of("/reset_pin_to_given_value", 0),
            "data/extra",
            json!(1),
            "call reset_pin_to_given_value",
        ),
        (of("/nothing", 0), "status/code", json!("COM.OTHER"), "GET"),
    ] {
        let mut altered = recording.clone();
        let exchange = &mut altered["exchanges"][index];
        let mut place = &mut exchange["reply"]["body"]["json"];
        for part in member.split('/') {
            place = match part.parse::<usize>() {
                Ok(at) => &mut place[at],
                Err(_) => &mut place[part],
            };
        }
        *place = value;
        let number = exchange["number"].as_u64().expect("a number");
        let converted = convert(&altered.to_string(), &[], &[]);
        assert_eq!(converted.code, Some(0), "{}", converted.stderr);
        let files = [("out.scenario.yaml", converted.stdout.as_str())];
        let arguments = ["run", "out.scenario.yaml", "--report", "json", "-q"];
        let played = Program::run(PATH, &arguments, &files, &[]);
        assert_eq!(played.code, Some(4), "{member}: {}", played.stdout);
        let report: Value = serde_json::from_str(&played.stdout).expect("JSON");
        let steps = report["cases"][0]["steps"].as_array().expect("steps");
        let failed: Vec<&Value> = steps.iter().filter(|one| one["verdict"] == "failed").collect();
        assert_eq!(failed.len(), 1, "{member}: {failed:?}");
        let title = failed[0]["title"].as_str().expect("a title");
        assert!(title.starts_with(step), "{member}: {title}");
        // The step stands below the comment with the number of its exchange.
        let line = failed[0]["line"].as_u64().expect("a line");
        let above = converted.stdout.lines().take(usize::try_from(line).expect("a line"));
        let comments = above.filter(|line| line.trim_start().starts_with("# exchange"));
        let last = comments.last().unwrap_or_default();
        assert!(last.ends_with(&format!(" {number}")), "{member}: {last}");
    }
}

#[test]
fn no_secret_that_went_through_is_in_any_file() {
    let instance = serve(&[]);
    let recorder = record(instance.crm(), &["--keep-ids"]);
    let crm = recorder.crm();
    story(&instance, crm);
    let basic = format!(
        "POST /crmapi/rest/v2/authentication/web_api_key/token HTTP/1.1\r\nhost: x\r\n\
         authorization: Basic {}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        "NUQxQzdGMEE5RTNCNEM2MkE4RjBEN0U0MUI5QzJBMzY6"
    );
    let reply = talk(crm, basic.as_bytes());
    let made = reply.json()["data"]["token"].as_str().expect("a token").to_owned();
    let seen = recorder.stderr();
    let recording = finish(recorder);
    for secret in ["8264913", "wrong-canary", TOKEN, KEY, "CANARY", "NUQxQz", &made] {
        for text in [&recording, &seen] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
    let scenario = holds(&recording);
    for secret in ["8264913", "wrong-canary", TOKEN, "CANARY", &made] {
        assert!(!scenario.contains(secret), "{secret}");
    }
    // Ids are kept when that is asked for, and tokens are secrets anyway.
    assert!(recording.contains("\"number\": \"4050\""));
    assert!(recording.contains("\"token-1\""));
}

/// Hands every connection on, so that something can be called before it is there.
fn forward(front: TcpListener, to: SocketAddr) {
    std::thread::spawn(move || {
        for client in front.incoming().map_while(Result::ok) {
            let Ok(target) = TcpStream::connect(to) else {
                return;
            };
            for (mut from, mut to) in
                [(client.try_clone().unwrap(), target.try_clone().unwrap()), (target, client)]
            {
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.flush();
                    let _ = to.shutdown(std::net::Shutdown::Write);
                });
            }
        }
    });
}

#[test]
fn both_doors_are_recorded_and_call_the_same_things_by_the_same_names() {
    let conax = serve(&[]);
    let front = TcpListener::bind("127.0.0.1:0").unwrap();
    let cas = format!("http://{}", conax.cas());
    let recorder = record(front.local_addr().unwrap(), &["--cas", &cas]);
    let url = format!("http://{}", recorder.address("Conax endpoint"));
    let crm = serve(&["--apis", "crm,control", "--conax-url", &url]);
    forward(front, crm.crm());
    let mut pin = order("SPORT", "01900080208");
    pin["pin"] = "8264".into();
    let _ = pin.as_object_mut().map(|members| members.remove("service_identifier"));
    let made = post(recorder.crm(), "reset_pin_to_given_value", &pin);
    assert_eq!(made["data"]["life_cycle_state"], "PENDING");
    let number = made["data"]["number"].as_str().expect("a number").to_owned();
    run_now(&crm);
    let shown = format!("provisioning_request_identifier=number={number}");
    let ended = get(recorder.crm(), "show", &shown);
    assert_eq!(ended["data"]["life_cycle_state"], "COMPLETED");
    let recording = finish(recorder);
    assert!(!recording.contains("8264"));
    let read: Value = serde_json::from_str(&recording).expect("JSON");
    let exchanges = read["exchanges"].as_array().expect("a list");
    let doors: Vec<&Value> = exchanges.iter().map(|one| &one["door"]).collect();
    assert_eq!(doors, ["crm", "cas", "crm"]);
    let soap = exchanges[1]["reply"]["body"]["xml"].as_str().expect("a message");
    assert!(soap.contains(">reference-1<"), "{soap}");
    let data = &exchanges[2]["reply"]["body"]["json"]["data"];
    assert_eq!(data["response"], "OKreference-1");
    assert_eq!(data["number"], "number-1");
    assert_eq!(exchanges[0]["reply"]["body"]["json"]["data"]["id"], data["id"]);
    let scenario = holds(&recording);
    assert!(scenario.contains("expect exchanges: { count: 1 }"), "{scenario}");
}

#[test]
fn bytes_pass_the_proxy_as_they_are() {
    let front = TcpListener::bind("127.0.0.1:0").unwrap();
    let recorder = record(front.local_addr().unwrap(), &[]);
    let call = "PUT /a//b?x=%41+b&y HTTP/1.1\r\nHost: proxy\r\nX-Mixed-Case: Kept\r\n\
                connection: x-hop\r\nx-hop: gone\r\ncontent-length: 5\r\n\r\n\u{1}ab\r\n";
    let answer = "HTTP/1.1 418 Short And Stout\r\nX-Their-Case: Kept\r\nX-Two: 1\r\nX-Two: 2\r\n\
                  Content-Length: 3\r\n\r\n\u{0}\u{1}z";
    let seen = std::thread::spawn(move || {
        use std::io::Read;
        let (mut stream, _) = front.accept().expect("the proxy calls");
        let mut seen = Vec::new();
        while !seen.ends_with(b"ab\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("the whole call comes");
            seen.push(byte[0]);
        }
        stream.write_all(answer.as_bytes()).expect("the proxy listens");
        String::from_utf8(seen).expect("text")
    });
    let reply = talk(recorder.crm(), call.as_bytes()).text;
    let seen = seen.join().expect("the target does not panic");
    assert!(seen.starts_with("PUT /a//b?x=%41+b&y HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("X-Mixed-Case: Kept\r\n"), "{seen}");
    assert!(seen.ends_with("\r\n\r\n\u{1}ab\r\n"), "{seen}");
    assert!(!seen.contains("hop") && !seen.contains("Host: proxy"), "{seen}");
    assert!(reply.starts_with("HTTP/1.1 418"), "{reply}");
    assert!(reply.contains("X-Their-Case: Kept\r\n"), "{reply}");
    assert!(reply.contains("X-Two: 1\r\nX-Two: 2\r\n"), "{reply}");
    assert!(reply.ends_with("\r\n\r\n\u{0}\u{1}z"), "{reply}");
}

#[test]
fn a_target_that_does_not_answer_is_told_to_the_client_and_recorded() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let cas = format!("http://{address}");
    let mut recorder = record(address, &["--exchanges", "2", "--cas", &cas]);
    let reply = exchange(recorder.crm(), "GET", &format!("{REQUESTS}/show"), "");
    assert_eq!(reply.http_status(), Some(502));
    let status = &reply.json()["status"];
    assert!(status["code"].as_str().is_some_and(|code| code.starts_with("COM.CRM.")));
    let reply = exchange(recorder.address("Conax endpoint"), "POST", "/", "<x/>");
    assert_eq!(reply.http_status(), Some(502));
    assert!(reply.text.contains("faultstring"), "{}", reply.text);
    let ended = recorder.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let recording: Value = serde_json::from_str(&recorder.file(FILE)).expect("JSON");
    for exchange in recording["exchanges"].as_array().expect("a list") {
        assert_eq!(exchange["reply"]["status"], Value::Null);
        assert!(exchange["reply"]["problem"].is_string());
    }
}

#[test]
fn what_is_not_by_the_contract_is_told_and_stands_with_the_exchange() {
    let front = TcpListener::bind("127.0.0.1:0").unwrap();
    let recorder = record(front.local_addr().unwrap(), &["--format", "json"]);
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = front.accept().expect("the proxy calls");
        let body = r#"{"status":{"code":"OK","message":null},"data":{"life_cycle_state":"DONE"}}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        let mut buffer = [0; 1024];
        let _ = std::io::Read::read(&mut stream, &mut buffer);
        stream.write_all(format!("{head}{body}").as_bytes()).expect("the proxy listens");
    });
    get(recorder.crm(), "show", "provisioning_request_identifier=number=1");
    answering.join().expect("the target does not panic");
    let told = "words.life_cycle_state (must): expected one of its words, found \"DONE\"";
    let mut recorder = recorder;
    recorder.wait_for(told);
    let recording: Value = serde_json::from_str(&finish(recorder)).expect("JSON");
    let findings = recording["exchanges"][0]["findings"].as_array().expect("a list");
    let ids = findings.iter().map(|finding| finding.as_str().unwrap_or_default());
    let ids: Vec<&str> = ids.map(|text| text.split(' ').next().unwrap_or_default()).collect();
    assert!(ids.contains(&"status.block"), "{ids:?}");
    assert!(ids.contains(&"request.id"), "{ids:?}");
}

#[test]
fn what_a_world_lacks_is_added_as_far_as_the_replies_tell() {
    let world = format!(
        "{}\n",
        std::fs::read_to_string(repository().join("fixtures/worlds/demo.world.yaml")).unwrap()
    )
    .replace("S60600", "S70001")
    .replace("SPORT", "CINEMA")
    .replace("01900080208", "01900090001")
    .replace("3012345601", "3012345777")
    .replace("1002", "2002")
    .replace("\"DE300000000000000000000000000301\"", "\"DE300000000000000000000000000777\"");
    let folder = std::env::temp_dir().join(format!("conax-tests-other-{}", std::process::id()));
    std::fs::write(&folder, world).expect("a file can be written");
    let instance = serve(&["--world", folder.to_str().expect("text")]);
    std::fs::remove_file(&folder).expect("the file can be removed");
    let recorder = record(instance.crm(), &[]);
    let crm = recorder.crm();
    let mut made = order("CINEMA", "01900090001");
    made["subscription_identifier"]["number"] = "S70001".into();
    post(crm, "add_subscriptions", &made);
    let pair = json!({
        "token": TOKEN, "smartcard_set": [{ "smartcard_ca_id": "01900090001" }],
        "stb_set": [{ "stb_ca_id": "3012345777" }], "process_immediately": true,
    });
    post(crm, "create_pairing", &pair);
    run_now(&instance);
    get(crm, "show", "provisioning_request_identifier=number=4050");
    let scenario = holds(&finish(recorder));
    for told in
        ["from: demo", "S70001", "CINEMA", "\"2002\"", "000777", "# Guessed: the world has no"]
    {
        assert!(scenario.contains(told), "{told}\n{scenario}");
    }
}

#[test]
fn what_cannot_be_recorded_or_read_has_its_exit_code() {
    let target = ["record", "--target", "http://127.0.0.1:1"];
    let recording = [(FILE, "{}"), ("new.json", "{\"recording\":9}"), ("a/b", "")];
    let cases: [(&[&str], Exit, &str); 8] = [
        (&["record"], Exit::Usage, "--target"),
        (&["record", "--target", "ftp://x", "-o", FILE], Exit::Usage, "no address of a target"),
        (
            &["record", "--target", "http://x", "-o", FILE, "--exchanges", "0"],
            Exit::Usage,
            "above 0",
        ),
        (&[target[0], target[1], target[2], "-o", "a"], Exit::ReportNotWritten, "it is a folder"),
        (
            &[target[0], target[1], target[2], "-o", "b", "--listen", "nowhere"],
            Exit::Surroundings,
            "nowhere",
        ),
        (
            &[target[0], target[1], target[2], "-o", "b", "--for", "1ms"],
            Exit::NothingRan,
            "nobody called",
        ),
        (
            &[target[0], target[1], target[2], "-o", FILE, "--for", "1ms"],
            Exit::Usage,
            "is there already and is kept",
        ),
        (&["record", "scenario", FILE], Exit::Settings, "is no recording"),
    ];
    for (arguments, exit, told) in cases {
        let ended = Program::run(PATH, arguments, &recording, &[]);
        assert_eq!(ended.code, Some(i32::from(exit.code())), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(told), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn a_scenario_that_is_there_is_kept_unless_it_is_to_be_replaced() {
    let (scenario, worked_on) = ("a.scenario.yaml", "# worked on\n");
    let usual = ["record", "scenario", FILE, "-o", scenario];
    let ended = Program::run(PATH, &usual, &[(FILE, "{}"), (scenario, worked_on)], &[]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("say --overwrite"), "{}", ended.stderr);
    let replacing = [&usual[..], &["--overwrite"]].concat();
    let ended = Program::run(PATH, &replacing, &[(FILE, "{}"), (scenario, worked_on)], &[]);
    assert_eq!(ended.code, Some(3), "what is wrong is the recording: {}", ended.stderr);
}

#[test]
fn a_recording_that_is_there_is_kept_unless_something_takes_its_place() {
    let instance = serve(&["--seed", "7"]);
    let target = format!("http://{}", instance.crm());
    let before = "a recording of weeks";
    let nobody = ["record", "--target", &target, "-o", FILE, "--for", "1ms", "--overwrite"];
    let mut program = Program::start(PATH, &nobody, &[(FILE, before)]);
    let ended = program.ended();
    assert_eq!(ended.code, Some(6), "{}", ended.stderr);
    assert_eq!(program.file(FILE), before, "nobody called");

    let arguments = ["record", "--target", &target, "-o", FILE, "--overwrite"];
    let mut program = Program::start(PATH, &arguments, &[(FILE, before)]);
    program.wait_for("Ctrl-C ends it");
    log_in(program.crm(), "1234");
    assert_eq!(program.file(FILE), before, "it is not finished");
    let recording = finish(program);
    assert!(recording.contains("authentication/token"), "{recording}");
}

#[test]
fn nothing_that_was_heard_is_lost_when_the_recorder_is_killed() {
    let instance = serve(&["--seed", "7", "--clock", "stepped from 2014-11-30T08:59:00"]);
    let mut recorder = record(instance.crm(), &[]);
    story(&instance, recorder.crm());
    let part = format!("{FILE}.part");
    recorder.kill();
    let kept = recorder.file(&part);
    for secret in ["8264913", TOKEN, "wrong-canary", "NO0SUCH0CANARY0TOKEN"] {
        assert!(!kept.contains(secret), "{secret} stands in {kept}");
    }
    // Half a line is what a full disk or a crash leaves.
    let cut = format!("{kept}{{\"number\":9999,\"door\":\"cr");
    let converted = Program::run(PATH, &["record", "scenario", &part], &[(&part, &cut)], &[]);
    assert_eq!(converted.code, Some(0), "{}", converted.stderr);
    let made = |scenario: &str| scenario.matches("# exchange ").count();
    let whole = serve(&["--seed", "7", "--clock", "stepped from 2014-11-30T08:59:00"]);
    let recorder = record(whole.crm(), &[]);
    story(&whole, recorder.crm());
    let finished = convert(&finish(recorder), &[], &[]);
    assert_eq!(made(&converted.stdout), made(&finished.stdout), "{}", converted.stdout);

    // The next recorder does not touch it.
    let target = format!("http://{}", instance.crm());
    let again = ["record", "--target", &target, "-o", FILE, "--for", "1ms"];
    let mut program = Program::start(PATH, &again, &[(&part, &kept)]);
    let ended = program.ended();
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("was ended before it could finish"), "{}", ended.stderr);
    assert_eq!(program.file(&part), kept);
}
