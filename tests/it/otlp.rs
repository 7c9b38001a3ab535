//! Spans: a collector gets the story of a request, and one that is away harms nobody.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use conax_tests::{Program, exchange, talk, until};
use serde_json::Value;

use crate::program::{PATH, run, serve};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const ORDER: &str = r#"{"token": "04FFBB37FED475A778F122709CBAC1D5",
    "subscription_identifier": {"number": "S60600"}, "service_identifier": {"code": "SPORT"},
    "smartcard_identifier": {"serial_number": "01900080208"}}"#;

/// A collector: what was posted to it, as it came.
struct Collector {
    address: SocketAddr,
    posts: Arc<Mutex<Vec<Value>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (address, posts) = (listener.local_addr().unwrap(), Arc::default());
        let kept = Arc::clone(&posts);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || take(stream, &kept));
            }
        });
        Self { address, posts }
    }

    /// All spans so far, with the service each is of.
    fn spans(&self) -> Vec<(String, Value)> {
        let posts = self.posts.lock().unwrap();
        let resources = posts.iter().flat_map(|post| list(&post["resourceSpans"]));
        let spans = resources.flat_map(|one| {
            let attributes = list(&one["resource"]["attributes"]);
            let service = value(&attributes, "service.name");
            let scopes = list(&one["scopeSpans"]);
            let spans = scopes.into_iter().flat_map(|scope| list(&scope["spans"]));
            spans.map(move |span| (service.clone(), span)).collect::<Vec<_>>()
        });
        spans.collect()
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

/// The value of an attribute, as text.
fn value(attributes: &[Value], key: &str) -> String {
    let found = attributes.iter().find(|one| one["key"] == key);
    let value = found.map(|one| &one["value"]);
    let text = value.and_then(|value| value["stringValue"].as_str().or(value["intValue"].as_str()));
    let texts = value.map(|value| list(&value["arrayValue"]["values"])).unwrap_or_default();
    let texts = texts.iter().filter_map(|one| one["stringValue"].as_str()).collect::<Vec<_>>();
    text.map_or_else(|| texts.join(", "), str::to_owned)
}

/// Takes posts on a connection, as OTLP over HTTP has them.
fn take(stream: TcpStream, posts: &Mutex<Vec<Value>>) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let before = head.len();
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
            let line = head[before..].to_lowercase();
            if let Some(text) = line.strip_prefix("content-length:") {
                length = text.trim().parse().unwrap();
            }
        }
        assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
        assert!(head.to_lowercase().contains("content-type: application/json\r\n"), "{head}");
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        posts.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
        let answer =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        writer.write_all(answer.as_bytes()).unwrap();
    }
}

fn order(program: &Program, trace: &str) {
    let call = format!(
        "POST /conax_web_services/provisioning_requests/add_subscriptions HTTP/1.1\r\n\
         host: localhost\r\n{trace}content-length: {}\r\nconnection: close\r\n\r\n{ORDER}",
        ORDER.len()
    );
    let status = talk(program.crm(), call.as_bytes()).http_status();
    assert_eq!(status, Some(200));
}

fn post(program: &Program, target: &str, body: &str) {
    let call = format!(
        "POST {target} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    assert!(talk(program.door(), call.as_bytes()).http_status().is_some_and(|it| it < 300));
}

#[test]
fn a_collector_gets_the_whole_story_of_a_request() {
    let collector = Collector::start();
    let url = format!("http://{}", collector.address);
    let program =
        serve(&["--otlp", &url, "--seed", "7", "--clock", "stepped from 2014-11-30T08:59:00"]);
    post(&program, "/v1/faults", r#"{"preset": "f33", "times": 1}"#);
    order(&program, &format!("traceparent: {PARENT}\r\ntracestate: a=1\r\n"));
    post(&program, "/v1/clock/advance", r#"{"by": "10s"}"#);
    post(&program, "/v1/runs", "{}");
    order(&program, &format!("traceparent: {}00\r\n", &PARENT[..53]));
    let spans = until("four spans", || {
        let spans = collector.spans();
        if spans.len() >= 4 { Ok(spans) } else { Err(format!("{spans:?}")) }
    });
    let named = |name: &str| {
        let found = spans.iter().find(|(_, span)| span["name"] == name);
        found.unwrap_or_else(|| panic!("no {name} in {spans:#?}"))
    };
    let (crm, call) = named("POST add_subscriptions");
    let (_, queue) = named("wait in the queue");
    let (_, command) = named("command");
    let (conax, answer) = named("answer");
    assert_eq!((crm.as_str(), conax.as_str()), ("conax-sim-crm", "conax-sim-conax"));
    assert_eq!(call["parentSpanId"], "00f067aa0ba902b7");
    for (part, parent) in [(queue, call), (command, call), (answer, command)] {
        assert_eq!(part["parentSpanId"], parent["spanId"]);
    }
    for (_, span) in &spans {
        assert_eq!((&span["traceId"], &span["traceState"]), (&TRACE.into(), &"a=1".into()));
        let id = span["spanId"].as_str().unwrap();
        assert!(id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        let nanos = |name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
        assert!(nanos("startTimeUnixNano") <= nanos("endTimeUnixNano"));
        assert_eq!(value(&list(&span["attributes"]), "conax_sim.time"), "simulated");
    }
    let kinds = [call, queue, command, answer].map(|span| span["kind"].as_u64().unwrap());
    assert_eq!(kinds, [2, 1, 3, 2], "server, internal, client, server");
    assert_eq!(call["startTimeUnixNano"], "1417337940000000000");
    let about = |span: &Value, key: &str| value(&list(&span["attributes"]), key);
    assert_eq!(about(call, "http.response.status_code"), "200");
    assert_eq!(about(command, "conax_sim.request_number"), about(call, "conax_sim.request_number"));
    let acted = [about(command, "conax_sim.fault_rules"), about(answer, "conax_sim.fault_rules")];
    assert!(acted.iter().any(|rules| rules.contains(": ")), "{acted:?}");
    assert_eq!(command["status"]["code"], 2);
    // Nobody records the second trace.
    let ended = program.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(collector.spans().iter().all(|(_, span)| span["traceId"] == TRACE));
    assert!(!format!("{:?}", collector.spans()).contains("04FFBB37FED475A778F122709CBAC1D5"));
}

#[test]
fn spans_without_a_trace_of_the_client_hang_together_and_are_of_real_time() {
    let collector = Collector::start();
    let url = format!("http://{}/v1/traces", collector.address);
    let program = Program::serve(PATH, &["--otlp", &url, "--run-interval", "20ms", "--log", "off"]);
    order(&program, "");
    let spans = until("three spans", || {
        let spans = collector.spans();
        let names = ["POST add_subscriptions", "command", "answer"];
        let has = |name: &&str| spans.iter().any(|(_, span)| span["name"] == *name);
        if names.iter().all(has) { Ok(spans) } else { Err(format!("{spans:?}")) }
    });
    let traces: std::collections::BTreeSet<&str> =
        spans.iter().filter_map(|(_, span)| span["traceId"].as_str()).collect();
    assert_eq!(traces.len(), 1, "{spans:#?}");
    assert!(
        spans
            .iter()
            .all(|(_, span)| { value(&list(&span["attributes"]), "conax_sim.time") == "real" })
    );
}

#[test]
fn a_collector_that_is_away_stops_nothing_and_is_counted() {
    let program = Program::serve(PATH, &["--otlp", "http://127.0.0.1:9", "--run-interval", "20ms"]);
    order(&program, "");
    let dropped = "conax_sim_otlp_spans_dropped_total ";
    until("spans are counted as dropped", || {
        let text = exchange(program.door(), "GET", "/v1/metrics", "").text;
        let count = text.lines().find_map(|line| line.strip_prefix(dropped));
        match count.and_then(|count| count.trim().parse::<u64>().ok()) {
            Some(count) if count > 0 => Ok(()),
            _ => Err(text),
        }
    });
    let ended = program.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let wrong = run(&["serve", "--otlp", "collector:4318"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
}
