//! Whatever can last ends when it is asked to, with its reports, and keeps a time it was given.

#![cfg(unix)]

use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use conax_cli::exit::Exit;
use conax_tests::{Ended, Program, until};
use serde_json::Value;

use crate::program::PATH;

/// How long an end may take. It takes a fraction of a second; machines of others are busy, and
/// everything here would last for minutes.
const SOON: Duration = Duration::from_secs(5);

const SCENARIO: (&str, &str) = ("a.scenario.yaml", "scenario: It waits\nsteps:\n  - call: list\n");
const SECRETS: (&str, &str) = ("secrets", "token=04FFBB37FED475A778F122709CBAC1D5\n");
const CLIENT: (&str, &str) = ("client.sh", "touch here; exec sleep 600\n");
const WORLD: (&str, &str) = (
    "a.world.yaml",
    "subscription: { number: S60600 }\nservice: { code: SPORT }\n\
     smartcards: [{ serial_number: \"01900080208\" }]\n",
);

/// A client that waits for an answer for ever.
const CARELESS: &str = env!("CARGO_BIN_EXE_careless_client");

/// A target that takes calls and never answers.
struct Silent(TcpListener);

impl Silent {
    fn listen() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    /// The next call, once it is there. Its caller waits until this is dropped.
    fn called(&self) -> TcpStream {
        loop {
            let (mut stream, _) = self.0.accept().unwrap();
            // A connection that was only tried is no call.
            if stream.read_exact(&mut [0]).is_ok() {
                return stream;
            }
        }
    }
}

/// When a program is in the middle of what lasts.
enum Level {
    /// The silent target was called.
    Called,
    /// It has said this.
    Said(&'static str),
    /// It has left this file.
    Left(&'static str),
    /// It hears signals, and has nothing else to show.
    Hears,
}

/// A line of arguments, `TARGET` standing for the silent target, `CARELESS` for a client; when it lasts; the report it
/// leaves, and what has to stand in it.
type Lasting = (&'static str, Level, Option<(&'static str, &'static str)>);

fn lasting() -> Vec<Lasting> {
    use Level::{Called, Hears, Left, Said};
    vec![
        (
            "run a.scenario.yaml --target TARGET --timeout 10min --report json=out",
            Called,
            Some(("out", r#""is_interrupted": true"#)),
        ),
        (
            "run a.scenario.yaml --repeat 3000 --report junit=out --report json",
            Said("3000 scenarios"),
            Some(("out", "<testsuites")),
        ),
        (
            "verify --target TARGET --timeout 10min --secrets-file secrets --report json=out",
            Called,
            Some(("out", r#""trouble": "it was stopped""#)),
        ),
        (
            "verify --target self --report json=out",
            Said("asking:"),
            Some(("out", r#""trouble": "it was stopped""#)),
        ),
        ("verify --target self --prove-power", Hears, None),
        ("contract coverage", Hears, None),
        ("explore --cases 4000000000", Hears, None),
        ("explore --for 10min", Hears, None),
        ("explore --target TARGET --world a.world.yaml --secrets-file secrets", Called, None),
        ("explore --target TARGET --control TARGET --for 10min", Called, None),
        (
            "diff --right TARGET --secrets-file secrets --timeout 10min --report json=out a.scenario.yaml",
            Called,
            Some(("out", r#""is_interrupted": true"#)),
        ),
        (
            "grade --scene rejected --timeout 10min --report json=out -- sh client.sh",
            Left("here"),
            Some(("out", r#""is_interrupted": true"#)),
        ),
        ("bench throughput --seconds 60", Hears, None),
    ]
}

fn start(line: &str, target: SocketAddr) -> Program {
    let line = line.replace("TARGET", &format!("http://{target}"));
    let line = line.replace("CARELESS", CARELESS);
    let arguments: Vec<&str> = line.split_whitespace().collect();
    // Found by whoever it starts itself.
    let arguments = [&["PATH=/usr/bin:/bin", PATH], &arguments[..]].concat();
    Program::start("/usr/bin/env", &arguments, &[SCENARIO, SECRETS, CLIENT, WORLD])
}

/// Whether a process has a handler for SIGINT and SIGTERM.
fn hears(process: u32) -> Result<(), String> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"));
    let status = status.map_err(|error| error.to_string())?;
    let line = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = u64::from_str_radix(line.unwrap_or("0").trim(), 16).unwrap_or(0);
    match caught & (1 << 1) != 0 && caught & (1 << 14) != 0 {
        true => Ok(()),
        false => Err(format!("it hears {caught:x}")),
    }
}

fn code(exit: Exit) -> Option<i32> {
    Some(i32::from(exit.code()))
}

/// Signals a program and waits for its end, which comes soon.
fn ends_soon(program: &mut Program, signal: &str, story: &str) -> Ended {
    let asked = Instant::now();
    program.signal(signal);
    let ended = program.ended();
    assert!(asked.elapsed() < SOON, "{story} took {:?}: {ended:?}", asked.elapsed());
    ended
}

#[cfg(target_os = "linux")]
#[test]
fn every_verb_that_can_last_ends_soon_when_it_is_asked_to_and_leaves_its_reports() {
    for signal in ["INT", "TERM"] {
        for (line, level, report) in lasting() {
            let target = Silent::listen();
            let mut program = start(line, target.address());
            let mut call = None;
            match level {
                Level::Called => call = Some(target.called()),
                Level::Said(text) => program.wait_for(text),
                Level::Left(file) => until("the file", || {
                    program.path(file).exists().then_some(()).ok_or_else(|| program.stderr())
                }),
                Level::Hears => until("its handler", || hears(program.id())),
            }
            let story = format!("{line}, {signal}");
            let ended = ends_soon(&mut program, signal, &story);
            assert_eq!(ended.code, code(Exit::Interrupted), "{story}: {ended:?}");
            if let Some((file, text)) = report {
                let report = program.file(file);
                assert!(report.contains(text), "{story}: {report}");
            }
            drop(call);
        }
    }
}

#[test]
fn a_verification_that_is_stopped_says_nothing_of_what_it_did_not_see() {
    let target = Silent::listen();
    let line = "verify --target TARGET --timeout 10min --secrets-file secrets --report json=out";
    let mut program = start(line, target.address());
    let call = target.called();
    let _ = ends_soon(&mut program, "TERM", line);
    let report: Value = serde_json::from_str(&program.file("out")).unwrap();
    let clauses = report["clauses"].as_array().unwrap();
    assert!(!clauses.is_empty());
    for clause in clauses {
        assert!(clause["breaks"].as_array().is_none_or(Vec::is_empty), "{clause}");
    }
    drop(call);
}

#[test]
fn a_run_that_is_stopped_while_it_reads_files_ends_and_leaves_its_reports() {
    // Whoever opens it for reading waits until somebody writes.
    let script = "mkfifo slow.scenario.yaml; exec \"$@\"";
    for signal in ["INT", "TERM"] {
        let run = ["run", ".", "--report", "json=out", "--report", "junit=out.xml"];
        let arguments = [&["-c", script, "sh", PATH], &run[..]].concat();
        let mut program = Program::start("sh", &arguments, &[]);
        let pipe = program.path("slow.scenario.yaml");
        until("the pipe", || pipe.exists().then_some(()).ok_or_else(|| program.stderr()));
        let _writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        let ended = ends_soon(&mut program, signal, "reading");
        assert_eq!(ended.code, code(Exit::Interrupted), "{ended:?}");
        let report: Value = serde_json::from_str(&program.file("out")).unwrap();
        assert_eq!(report["is_interrupted"], true);
        assert!(program.file("out.xml").contains("<testsuites"));
    }
}

#[test]
fn a_recording_that_is_stopped_has_the_call_that_is_on_its_way() {
    for signal in ["INT", "TERM"] {
        let target = Silent::listen();
        let line = "record --target TARGET -o a.conaxrec.json";
        let mut program = start(line, target.address());
        program.wait_for("Ctrl-C ends it");
        let proxy = program.address("provisioning API");
        let client = std::thread::spawn(move || {
            let _ = conax_tests::talk(proxy, b"GET /x HTTP/1.1\r\nhost: x\r\n\r\n");
        });
        let call = target.called();
        let ended = ends_soon(&mut program, signal, line);
        assert_eq!(ended.code, code(Exit::Met), "{ended:?}");
        let recording = program.file("a.conaxrec.json");
        assert!(recording.contains("before the recording ended"), "{recording}");
        drop(call);
        client.join().unwrap();
    }
}

#[test]
fn the_second_signal_ends_what_still_waits_for_an_answer() {
    for signal in ["INT", "TERM"] {
        let conax = Silent::listen();
        let serve = format!(
            "serve --port 0 --cas-port 0 --control-port 0 --grace 10min --run-interval 20ms \
             --conax-url http://{}",
            conax.address()
        );
        let mut program = start(&serve, conax.address());
        program.wait_for("Ctrl-C stops.");
        let order = include_str!("../../fixtures/contract/add_subscriptions.request.json");
        let add = "/crmapi/rest/v2/conax_web_services/provisioning_requests/add_subscriptions";
        let created = conax_tests::exchange(program.crm(), "POST", add, order);
        assert_eq!(created.http_status(), Some(200));
        let call = conax.called();
        program.signal(signal);
        program.wait_for("stopping: waiting up to 600s");
        let ended = ends_soon(&mut program, signal, "serve");
        assert_eq!(ended.code, code(Exit::Interrupted), "{ended:?}");
        drop(call);
    }
}

#[test]
fn a_call_that_hangs_on_a_real_clock_is_told_at_once_with_the_way_out() {
    let add = "/crmapi/rest/v2/conax_web_services/provisioning_requests/add_subscriptions";
    let order = include_str!("../../fixtures/contract/add_subscriptions.request.json");
    let at_once = order.replacen('{', "{ \"process_immediately\": true,", 1);
    for (log, says, at_endpoint) in [
        ("human", "has no answer of Conax yet", false),
        ("json", r#""waits_for":"conax""#, false),
        ("human", "has no answer of Conax yet", true),
    ] {
        let arguments = ["--run-interval", "off", "--log", log];
        let mut program = Program::serve(PATH, &arguments);
        let door = program.door();
        let fault = r#"{"preset":"f04"}"#;
        let planned = conax_tests::exchange(door, "POST", "/v1/faults", fault);
        assert_eq!(planned.http_status(), Some(201), "{}", planned.text);
        let (crm, body) = (program.crm(), if at_endpoint { order } else { &at_once }.to_owned());
        let call = std::thread::spawn(move || {
            let made = conax_tests::exchange(crm, "POST", add, &body);
            match at_endpoint {
                true => conax_tests::exchange(door, "POST", "/v1/runs", ""),
                false => made,
            }
        });
        program.wait_for(says);
        let told = program.stderr();
        let way_out = &told[told.find("conax-sim clock").unwrap()..];
        let command = way_out.split(['"', '\n']).next().unwrap();
        let out: Vec<&str> = command.split_whitespace().skip(1).collect();
        let passed = Program::run(PATH, &out, &[], &[]);
        assert_eq!(passed.code, code(Exit::Met), "{passed:?}");
        let reply = call.join().unwrap();
        let ended = match at_endpoint {
            true => reply.json()["rejected"] == 1,
            false => reply.json()["data"]["life_cycle_state"] == "REJECTED",
        };
        assert!(ended, "{}", reply.text);
    }
}

/// The processes a process has started, and whether they still run.
#[cfg(target_os = "linux")]
fn children(process: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let name = entry.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if parent_if_running(id) == Some(process) {
            found.push(id);
        }
    }
    found
}

/// The parent of a process; none if the process has ended.
#[cfg(target_os = "linux")]
fn parent_if_running(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in parentheses, may hold blanks; then come state and parent.
    let mut fields = stat.rsplit(')').next()?.split_whitespace();
    let is_running = fields.next().is_some_and(|state| state != "Z");
    fields.next()?.parse().ok().filter(|_| is_running)
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_measured_ends_with_the_bench() {
    let line = "bench throughput --seconds 60";
    let mut program = start(line, Silent::listen().address());
    let started = until("what is measured", || {
        let found = children(program.id());
        (!found.is_empty()).then_some(found).ok_or_else(|| "nothing".to_owned())
    });
    let _ = ends_soon(&mut program, "TERM", line);
    until("their ends", || {
        let running = started.iter().filter(|id| parent_if_running(**id).is_some());
        match running.count() {
            0 => Ok(()),
            count => Err(format!("{count} of {started:?} run")),
        }
    });
}

/// What keeps a time it was given, in seconds, and how it ends.
const TIMED: [(&str, u64, Exit); 8] = [
    ("explore --for 3s", 3, Exit::Met),
    ("explore --for 3s --jobs 1 --moves 200", 3, Exit::Met),
    ("explore --for 3s --target TARGET --control TARGET", 3, Exit::NothingRan),
    (
        "explore --for 3s --target TARGET --world a.world.yaml --secrets-file secrets",
        3,
        Exit::Surroundings,
    ),
    ("run a.scenario.yaml --target TARGET --timeout 3s", 3, Exit::Surroundings),
    ("verify --target TARGET --secrets-file secrets --timeout 3s", 3, Exit::Surroundings),
    ("grade --scene lost-answer --timeout 3s -- CARELESS", 3, Exit::NotMet),
    ("record --target TARGET -o a.conaxrec.json --for 3s", 3, Exit::NothingRan),
];

#[test]
fn a_time_that_is_given_is_kept() {
    std::thread::scope(|scope| {
        for (line, seconds, exit) in TIMED {
            scope.spawn(move || {
                let target = Silent::listen();
                let began = Instant::now();
                let ended = start(line, target.address()).end();
                let (took, given) = (began.elapsed(), Duration::from_secs(seconds));
                let story = format!("{line} took {took:?}: {ended:?}");
                assert_eq!(ended.code, code(exit), "{story}");
                // A fifth is what may be missing or too much; the rest is for the machine.
                assert!(took > given.mul_f64(0.8), "{story}");
                assert!(took < given.mul_f64(1.2) + Duration::from_secs(2), "{story}");
            });
        }
    });
}
