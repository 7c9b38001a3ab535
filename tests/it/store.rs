//! `serve --store FILE`: what outlives the program, however it ends.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use conax_cli::exit::Exit;
use conax_tests::{Program, bodies, exchange};
use serde_json::Value;

use crate::program::{run, serve};

const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";
const REQUESTS: &str = "/crmapi/rest/v2/conax_web_services/provisioning_requests";
const CARDS: [&str; 3] = ["01900080208", "01900080209", "01900080210"];

/// A store of its own, whose files are gone when this is dropped.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let name = format!("conax-store-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self) -> String {
        self.0.join("qa.db").to_string_lossy().into_owned()
    }

    fn serve(&self, more: &[&str]) -> Program {
        serve(&[&["--log", "off", "--store", &self.path()], more].concat())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An answer, if the program lived to give one.
fn try_exchange(address: SocketAddr, verb: &str, target: &str, body: &str) -> Option<Value> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    let length = body.len();
    let head = "host: localhost\r\nconnection: close\r\ncontent-type: application/json";
    write!(stream, "{verb} {target} HTTP/1.1\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}")
        .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
}

fn with_token(body: Value) -> Value {
    bodies::with(body, "token", TOKEN.into())
}

/// The number of a request that was acknowledged, and how it stood.
fn add(crm: SocketAddr, card: &str, at_once: bool) -> Option<(String, String)> {
    let mut body = with_token(bodies::sport_on(card));
    if at_once {
        body = bodies::at_once(body);
    }
    let target = format!("{REQUESTS}/add_subscriptions");
    let answer = try_exchange(crm, "POST", &target, &body.to_string())?;
    let text = |name: &str| answer["data"][name].as_str().map(str::to_owned);
    Some((text("number")?, text("life_cycle_state")?))
}

fn state(program: &Program, number: &str) -> String {
    let query = format!("token={TOKEN}&provisioning_request_identifier=number={number}");
    let shown = exchange(program.crm(), "GET", &format!("{REQUESTS}/show?{query}"), "").json();
    shown["data"]["life_cycle_state"].as_str().unwrap_or("none").to_owned()
}

fn ledger(program: &Program) -> Value {
    exchange(program.door(), "GET", "/v1/ledger", "").json()["totals"].clone()
}

/// Clients at work until the program is killed, once `after` requests were acknowledged.
fn killed_under_load(program: Program, after: usize) -> BTreeMap<String, String> {
    let crm = program.crm();
    let (acknowledged, heard) = mpsc::channel();
    let clients = (0..4).map(|client| {
        let acknowledged = acknowledged.clone();
        std::thread::spawn(move || {
            for turn in client.. {
                let answered = add(crm, CARDS[turn % CARDS.len()], turn % 2 == 0);
                let Some(answered) = answered else { return };
                if acknowledged.send(answered).is_err() {
                    return;
                }
            }
        })
    });
    let clients: Vec<_> = clients.collect();
    drop(acknowledged);
    let mut all: BTreeMap<_, _> = heard.iter().take(after).collect();
    // With the signal nobody can catch, in the midst of their calls.
    drop(program);
    all.extend(heard.iter());
    clients.into_iter().for_each(|client| client.join().unwrap());
    all
}

#[test]
fn killed_under_load_again_and_again_it_loses_nothing_it_acknowledged() {
    let rounds = std::env::var("CONAX_SIM_KILLS").ok().and_then(|text| text.parse().ok());
    let file = File::new("killed");
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for round in 0..rounds.unwrap_or(3) {
        let survives = if round % 2 == 0 { "kill" } else { "power" };
        let program = file.serve(&["--store-survives", survives]);
        for (number, before) in &all {
            let now = state(&program, number);
            // What had ended has not begun again.
            assert!(*before == "PENDING" || now == *before, "{number}: {before}, {now}");
        }
        let done = exchange(program.door(), "POST", "/v1/runs", "").json();
        assert!(done["finished"].is_string(), "{done}");
        all.extend(killed_under_load(program, 5 + 7 * round));
    }
    assert!(all.len() > 5, "{all:?}");
    let program = file.serve(&[]);
    let done = exchange(program.door(), "POST", "/v1/runs", "").json();
    assert!(done["finished"].is_string(), "{done}");
    for number in all.keys() {
        let state = state(&program, number);
        assert!(["COMPLETED", "REJECTED"].contains(&state.as_str()), "{number}: {state}");
    }
    let totals = ledger(&program);
    assert_eq!(totals["twice"], 0, "{totals}");
    assert_eq!(totals["in_flight"], 0, "{totals}");
    assert!(totals["acknowledged"].as_u64().unwrap() >= all.len() as u64, "{totals}");
    assert_eq!(program.stop().code, Some(0));
}

#[test]
fn stopped_in_order_it_goes_on_with_the_same_faults_worlds_snapshots_clock_and_chance() {
    let file = File::new("stopped");
    let options = ["--seed", "7", "--clock", "stepped from 2026-01-31T08:00:00"];
    let first = file.serve(&options);
    let control = |program: &Program, verb: &str, target: &str, body: &str| {
        try_exchange(program.door(), verb, target, body).unwrap_or_default()
    };
    control(&first, "POST", "/v1/faults", r#"{"preset": "f05", "when": {"probability": 0.5}}"#);
    control(&first, "POST", "/v1/worlds/demo/fork", r#"{"as": "other"}"#);
    control(&first, "POST", "/v1/worlds/demo/snapshot", r#"{"as": "before"}"#);
    control(&first, "POST", "/v1/clock/advance", r#"{"by": "90s"}"#);
    let (number, _) = add(first.crm(), CARDS[0], true).unwrap();
    let before = state(&first, &number);
    let all = |program: &Program| {
        ["/v1/clock", "/v1/faults", "/v1/worlds/demo/snapshots", "/v1/ledger", "/v1/drift"]
            .map(|target| control(program, "GET", target, ""))
    };
    let told = all(&first);
    assert_eq!(first.stop().code, Some(0));
    let second = file.serve(&["--seed", "8"]);
    let banner = second.stderr();
    assert!(banner.contains("seed 7"), "{banner}");
    assert!(banner.contains("goes on with 5 provisioning requests in the main world, 2 worlds"));
    assert!(banner.contains("number=4051"), "the next number: {banner}");
    assert_eq!(all(&second), told);
    assert_eq!(state(&second, &number), before);
    let worlds = control(&second, "GET", "/v1/worlds", "").to_string();
    assert!(worlds.contains("\"other\""), "{worlds}");
    control(&second, "POST", "/v1/worlds/demo/restore", r#"{"from": "before"}"#);
    assert_eq!(state(&second, &number), "none", "it is as it was before the request");
    control(&second, "DELETE", "/v1/worlds/other", "");
    drop(second);
    let third = file.serve(&[]);
    assert_eq!(state(&third, &number), "none");
    assert!(!control(&third, "GET", "/v1/worlds", "").to_string().contains("\"other\""));
}

#[test]
fn a_store_that_cannot_be_used_is_refused_in_words() {
    let file = File::new("refused");
    let path = file.path();
    let first = file.serve(&[]);
    let second = run(&["serve", "--port", "0", "--store", &path]);
    assert_eq!(second.code, Some(i32::from(Exit::Surroundings.code())), "{}", second.stderr);
    assert!(second.stderr.contains("is in use by the process "), "{}", second.stderr);
    assert_eq!(first.stop().code, Some(0));
    std::fs::write(format!("{path}.key"), "ff".repeat(32)).unwrap();
    let other_key = run(&["serve", "--port", "0", "--store", &path]);
    assert!(other_key.stderr.contains("sealed with another key"), "{}", other_key.stderr);
    std::fs::write(format!("{path}.key"), "no key").unwrap();
    let no_key = run(&["serve", "--port", "0", "--store", &path]);
    assert!(
        no_key.stderr.contains("holds no key: expected 64 hexadecimal digits"),
        "{}",
        no_key.stderr
    );
    std::fs::remove_file(format!("{path}.key")).unwrap();
    let lost_key = run(&["serve", "--port", "0", "--store", &path]);
    assert!(lost_key.stderr.contains("the key of the store"), "{}", lost_key.stderr);
    std::fs::write(format!("{path}.key"), "ff".repeat(32)).unwrap();
    std::fs::remove_file(format!("{path}-wal")).ok();
    std::fs::write(&path, "this is no database, and long enough to be looked at").unwrap();
    let no_store = run(&["serve", "--port", "0", "--store", &path]);
    assert!(no_store.stderr.contains("is no store of conax-sim"), "{}", no_store.stderr);
}

#[test]
fn the_key_beside_a_store_is_its_owners_alone_and_no_pin_is_in_the_file() {
    let file = File::new("key");
    let program = file.serve(&[]);
    let body = with_token(bodies::given_pin("S60600", CARDS[0], "4711"));
    let target = format!("{REQUESTS}/reset_pin_to_given_value");
    let answer = try_exchange(program.crm(), "POST", &target, &body.to_string()).unwrap();
    assert_eq!(answer["data"]["life_cycle_state"], "PENDING", "{answer}");
    drop(program);
    let mode = std::fs::metadata(format!("{}.key", file.path())).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o600);
    for part in ["", "-wal"] {
        let bytes = std::fs::read(format!("{}{part}", file.path())).unwrap();
        let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!has("4711") && !has(TOKEN) && !has(CARDS[0]), "{part}");
    }
}

#[test]
fn a_store_of_each_format_there_was_is_opened() {
    let file = File::new("format-1");
    let from = conax_tests::repository().join("fixtures/stores");
    std::fs::copy(from.join("format-1.db"), file.path()).unwrap();
    let key = from.join("format-1.db.key").to_string_lossy().into_owned();
    let program = file.serve(&["--snapshot-key-file", &key]);
    let states = ["4050", "4051", "4052"].map(|number| state(&program, number));
    assert_eq!(states, ["COMPLETED", "PENDING", "PENDING"]);
    let get = |target: &str| exchange(program.door(), "GET", target, "").json().to_string();
    assert!(get("/v1/clock").contains("2026-01-31T08:00:00"));
    assert!(get("/v1/faults").contains("\"rule-1\""));
    assert!(get("/v1/worlds/demo/snapshots").contains("\"kept\""));
    assert!(get("/v1/worlds").contains("\"other\""));
    let settled = try_exchange(program.door(), "POST", "/v1/clock/settle", "{}").unwrap();
    let states = ["4050", "4051", "4052"].map(|number| state(&program, number));
    assert_eq!(states, ["COMPLETED", "REJECTED", "COMPLETED"], "{settled}");
}
