//! Bytes over real sockets that are hardly HTTP: no silence without end, no 5xx, and every answer
//! that has a body wears the status block.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use conax_contract::crm::RefusalCode;
use conax_tests::{Chance, PATIENCE, Program, RawReply, talk, until};
use serde_json::Value;

use crate::program::serve;

const SHOW: &str = "/conax_web_services/provisioning_requests/show?number=4049&\
                    token=04FFBB37FED475A778F122709CBAC1D5";
const LIST: &str = "/conax_web_services/provisioning_requests/list?life_cycle_state=PENDING&\
                    token=04FFBB37FED475A778F122709CBAC1D5";

fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").into_bytes()
}

fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    let path = "/conax_web_services/provisioning_requests/add_subscriptions";
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// What is wrong with the answers to these bytes.
fn findings(reply: &RawReply) -> Vec<String> {
    let mut findings = Vec::new();
    for (head, body) in reply.replies() {
        let line = head.lines().next().unwrap_or_default().to_owned();
        if !line.starts_with("HTTP/1.") || line.get(9..10).is_none_or(|class| class >= "5") {
            findings.push(format!("the answer `{line}`"));
        }
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        let code = json["status"]["code"].as_str().unwrap_or_default();
        let known = code == "OK" || RefusalCode::from_code(code).is_some();
        let members = json["status"].as_object().map_or(0, serde_json::Map::len);
        if !known || members != 3 {
            findings.push(format!("`{line}` with the body {body:?}"));
        }
    }
    let whole: usize = reply.replies().iter().map(|(head, body)| head.len() + 4 + body.len()).sum();
    if whole != reply.text.len() {
        findings.push(format!("{} bytes behind the last answer", reply.text.len() - whole));
    }
    findings
}

/// Bytes that are wrong, one kind each; all of them get an answer.
fn answered() -> Vec<Vec<u8>> {
    let long = "x".repeat(70_000);
    let many = "x: y\r\n".repeat(2_000);
    vec![
        b"garbage\r\n\r\n".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"GET /\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1 \r\n\r\n".to_vec(),
        b"GET / HTTP/3.7\r\nhost: x\r\n\r\n".to_vec(),
        b"GET / HTTP/2.0\r\nhost: x\r\n\r\n".to_vec(),
        b"GET /a b HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        b"GET /\x00 HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        b"G\x01T / HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        b"{\"token\":\"x\"}\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(),
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\n: no name\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nbad name: x\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nx: \x00\r\n\r\n".to_vec(),
        format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes(),
        format!("GET /?{} HTTP/1.1\r\nhost: x\r\n\r\n", &long[..9_000]).into_bytes(),
        format!("GET / HTTP/1.1\r\nx: {long}\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", &long[..17_000]).into_bytes(),
        format!("GET / HTTP/1.1\r\n{many}\r\n").into_bytes(),
        format!("{long}\r\n\r\n").into_bytes(),
        post("content-length: 100\r\n", b"{"),
        post("content-length: 2\r\ncontent-length: 3\r\n", b"{}x"),
        post("content-length: -1\r\n", b"{}"),
        post("content-length: two\r\n", b"{}"),
        post("content-length: 99999999999999999999999\r\n", b"{}"),
        post("content-length: 0\r\n", b""),
        post("", b""),
        post("transfer-encoding: chunked\r\n", b"zz\r\n{}\r\n0\r\n\r\n"),
        post("transfer-encoding: chunked\r\n", b"2\r\n{}"),
        post("transfer-encoding: chunked\r\n", b"ffffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
        post("transfer-encoding: chunked\r\n", b"2\r\n{}garbage\r\n0\r\n\r\n"),
        post("transfer-encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
        post("transfer-encoding: gzip\r\n", b"{}"),
        post("transfer-encoding: chunked\r\ncontent-length: 2\r\n", b"2\r\n{}\r\n0\r\n\r\n"),
        post("content-length: 2\r\n", b"{}garbage\r\n\r\n"),
        post("content-length: 1048577\r\n", &vec![b'x'; 1_048_577]),
        [get(SHOW), b"garbage\r\n\r\n".to_vec()].concat(),
        [get("/x").repeat(3), b"\x00\r\n\r\n".to_vec()].concat(),
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_vec(),
        b"CONNECT x:80 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_vec(),
        b"GET http://elsewhere/show HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_vec(),
        b"GET /show HTTP/1.0\r\n\r\n".to_vec(),
        b"GET /show HTTP/1.1\r\n\r\n".to_vec(),
        b"\r\n\r\nGET /show HTTP/1.1\r\nconnection: close\r\n\r\n".to_vec(),
        b"GET /show HTTP/1.1\nhost: x\nconnection: close\n\n".to_vec(),
        b"GET /show HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n".to_vec(),
    ]
}

/// A good call with a few bytes of its head changed.
fn damaged(chance: &mut Chance) -> Vec<u8> {
    let mut bytes = get(SHOW);
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() - 4);
        match chance.below(3) {
            0 => bytes[at] = chance.byte(),
            1 => bytes.insert(at, chance.byte()),
            _ => drop(bytes.remove(at)),
        }
    }
    bytes
}

fn pending(crm: SocketAddr) -> Value {
    talk(crm, &get(LIST)).json()["data"].clone()
}

#[test]
fn a_hundred_kinds_of_garbage_get_a_refusal_in_the_documented_form() {
    let program = serve(&["--log", "off"]);
    let crm = program.crm();
    let before = pending(crm);
    let mut wrong = Vec::new();
    for bytes in answered() {
        let reply = talk(crm, &bytes);
        let mut list = findings(&reply);
        if reply.text.is_empty() {
            list.push("no answer".to_owned());
        }
        wrong.extend(list.into_iter().map(|finding| told(&bytes, &finding)));
    }
    let mut chance = Chance::new(1, "sockets");
    for _ in 0..100 {
        // Damage at the end of the head leaves a call that never began: nothing to answer.
        let bytes = damaged(&mut chance);
        let list = findings(&talk(crm, &bytes));
        wrong.extend(list.into_iter().map(|finding| told(&bytes, &finding)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(pending(crm), before, "nothing was created");
    assert_eq!(program.stop().code, Some(0));
}

fn told(bytes: &[u8], finding: &str) -> String {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]);
    format!("{start:?}: {finding}")
}

#[test]
fn garbage_at_the_other_doors_is_no_fault_of_theirs() {
    let program = serve(&["--log", "off"]);
    for address in [program.cas(), program.door()] {
        for bytes in answered() {
            let status = talk(address, &bytes).http_status();
            let soap_fault = address == program.cas() && status == Some(500);
            assert!(soap_fault || status.is_none_or(|status| status < 500), "{}", told(&bytes, ""));
        }
    }
    assert_eq!(talk(program.crm(), &get(SHOW)).http_status(), Some(200));
}

#[test]
fn who_says_that_no_more_comes_still_gets_the_answer() {
    let program = serve(&["--log", "off"]);
    for _ in 0..100 {
        assert_eq!(talk(program.crm(), &get(SHOW)).http_status(), Some(200));
    }
}

#[test]
fn several_calls_on_one_connection_are_answered_in_order() {
    let program = serve(&["--log", "off"]);
    let keep = |target: &str| format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes();
    let bytes = [keep(SHOW), keep("/nowhere"), keep(LIST), get(SHOW)].concat();
    let reply = talk(program.crm(), &bytes);
    assert_eq!(findings(&reply), Vec::<String>::new());
    let lines: Vec<String> = reply
        .replies()
        .iter()
        .map(|(head, _)| head.get(9..12).unwrap_or_default().to_owned())
        .collect();
    assert_eq!(lines, ["200", "404", "200", "200"]);
}

/// A connection that stays open after one answered call.
fn kept_open(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {SHOW} HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    stream
}

/// As few connections an API as the program takes.
const TWO_CONNECTIONS: [&str; 6] = ["--connection-limit", "2", "--workers", "1", "--log", "off"];

#[test]
fn a_connection_beyond_the_limit_is_told_so_and_room_comes_back() {
    let program = serve(&TWO_CONNECTIONS);
    let crm = program.crm();
    let kept = [kept_open(crm), kept_open(crm)];
    let refused = talk(crm, b"");
    assert_eq!(refused.http_status(), Some(503));
    let code = &refused.json()["status"]["code"];
    assert_eq!(code, RefusalCode::TooManyConnections.code());
    drop(kept);
    until("room for a connection", || match talk(crm, &get(SHOW)).http_status() {
        Some(200) => Ok(()),
        status => Err(format!("{status:?}")),
    });
}

/// Writes a beginning and nothing more, and reads until the API gives up.
fn begin(address: SocketAddr, bytes: &[u8]) -> RawReply {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(bytes).unwrap();
    let mut all = Vec::new();
    // A reset ends it as well as an orderly end.
    let _ = stream.read_to_end(&mut all);
    RawReply { text: String::from_utf8(all).unwrap() }
}

fn impatient() -> Program {
    serve(&["--head-timeout", "100ms", "--body-timeout", "100ms", "--log", "off"])
}

/// Nobody invites what will be refused, or waits for it.
#[test]
fn a_body_that_is_announced_as_too_large_is_refused_before_it_comes() {
    let program = serve(&[]);
    for headers in
        ["content-length: 5000000\r\nexpect: 100-continue\r\n", "content-length: 5000000\r\n"]
    {
        let reply = talk(program.crm(), &post(headers, b""));
        assert_eq!(reply.http_status(), Some(413), "{headers}: {}", reply.text);
        assert!(reply.text.contains("1048576"), "{}", reply.text);
    }
}

#[test]
fn a_head_that_never_ends_is_given_up() {
    let program = impatient();
    for bytes in [&b""[..], b"GET", b"GET / HTTP/1.1\r\nhost: x\r\n"] {
        let reply = begin(program.crm(), bytes);
        assert_eq!(findings(&reply), Vec::<String>::new(), "{}", reply.text);
    }
}

#[test]
fn a_body_that_never_ends_is_refused_in_time() {
    let program = impatient();
    for (headers, start) in
        [("content-length: 10\r\n", "{"), ("transfer-encoding: chunked\r\n", "5\r\n{")]
    {
        let reply = begin(program.crm(), &post(headers, start.as_bytes()));
        assert_eq!(reply.http_status(), Some(408), "{}", reply.text);
        assert_eq!(findings(&reply), Vec::<String>::new());
    }
}

#[test]
fn the_control_door_answers_head_like_get_and_names_the_verbs_it_takes() {
    let program = serve(&["--log", "off"]);
    let call = |verb: &str, target: &str| {
        let call =
            format!("{verb} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        talk(program.door(), call.as_bytes())
    };
    let (head, get) = (call("HEAD", "/v1/worlds/demo"), call("GET", "/v1/worlds/demo"));
    let (headers, body) = get.text.split_once("\r\n\r\n").unwrap();
    assert!(!body.is_empty());
    let lines = |text: &str| {
        let kept = text.lines().filter(|line| !line.starts_with("date"));
        kept.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(head.text.trim_end()), lines(headers));
    assert_eq!(call("HEAD", "/v1/nowhere").http_status(), Some(404));
    for (verb, target, allow) in [
        ("DELETE", "/v1/runs", "GET, POST, HEAD"),
        ("HEAD", "/v1/provisioning-requests", "POST"),
        ("POST", "/v1/journal", "GET, HEAD"),
        ("PATCH", "/v1/worlds/demo", "GET, PUT, DELETE, HEAD"),
    ] {
        let reply = call(verb, target);
        assert_eq!(reply.http_status(), Some(405), "{}", reply.text);
        let line = format!("allow: {allow}\r\n");
        assert!(reply.text.contains(&line), "{verb} {target}: {}", reply.text);
    }
}

#[test]
fn a_stranger_at_the_head_end_is_refused_before_the_body_comes() {
    let program = serve(&["--cas-auth", "lockout:1", "--log", "off"]);
    let call = |headers: &str| {
        let head =
            format!("POST /ca-server HTTP/1.1\r\nhost: x\r\n{headers}content-length: 9\r\n\r\n");
        talk(program.cas(), head.as_bytes()).http_status()
    };
    // crm:wrong
    let wrong = "authorization: Basic Y3JtOndyb25n\r\n";
    assert_eq!(call(""), Some(401));
    assert_eq!(call(wrong), Some(401));
    assert_eq!(call(wrong), Some(403));
}

/// As clients do that read nothing before they have sent everything.
#[test]
fn a_stranger_who_sends_much_still_hears_that_he_is_refused() {
    let program = serve(&["--cas-auth", "basic", "--log", "off"]);
    let body = "x".repeat(5_000_000);
    for _ in 0..3 {
        let mut stream = TcpStream::connect(program.cas()).unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 401");
    }
}

#[test]
fn a_client_that_does_not_read_is_given_up() {
    let program = serve(&[&TWO_CONNECTIONS[..], &["--write-timeout", "200ms"]].concat());
    let _other = kept_open(program.crm());
    let mut stream = TcpStream::connect(program.crm()).unwrap();
    let timeouts = std::time::Duration::from_millis(100);
    stream.set_write_timeout(Some(timeouts)).unwrap();
    let call = format!("GET {SHOW} HTTP/1.1\r\nhost: x\r\n\r\n").repeat(1_000);
    // Until nothing goes out any more: every buffer in between is full.
    while stream.write(call.as_bytes()).is_ok() {}
    until("room for a connection", || match talk(program.crm(), &get(SHOW)).http_status() {
        Some(200) => Ok(()),
        status => Err(format!("{status:?}")),
    });
}

#[test]
fn what_is_hardly_http_gets_an_answer_with_a_body_at_every_door() {
    let program = serve(&TWO_CONNECTIONS);
    let long = format!("GET /{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "x".repeat(70_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(9_000));
    let few = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(101));
    let huge =
        format!("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", u64::MAX);
    let large = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9999999\r\n\r\n";
    for (door, content_type) in [
        (program.door(), "application/problem+json"),
        (program.cas(), "text/xml;charset=UTF-8"),
        (program.crm(), "application/json;charset=UTF-8"),
    ] {
        let check = |bytes: &[u8], statuses: &[u16]| {
            let reply = until("room for a connection", || match talk(door, bytes) {
                reply if reply.http_status() == Some(503) && statuses != [503] => Err(reply.text),
                reply => Ok(reply),
            });
            let status = reply.http_status().unwrap_or_default();
            assert!(statuses.contains(&status), "{}", reply.text);
            let is_plain = status == 503 && door == program.cas();
            let line = format!("content-type: {content_type}\r\n");
            assert!(is_plain || reply.text.contains(&line), "{}", reply.text);
            let (_, body) = reply.replies().remove(0);
            assert!(!body.is_empty(), "{}", reply.text);
            match content_type {
                "application/problem+json" => assert_eq!(reply.json()["status"], status),
                "text/xml;charset=UTF-8" => {
                    assert!(
                        is_plain || reply.text.contains("<faultcode>soap:Client<"),
                        "{}",
                        reply.text
                    );
                }
                _ => assert!(reply.json()["status"]["code"].is_string(), "{}", reply.text),
            }
        };
        check(b"garbage\r\n\r\n", &[400]);
        check(long.as_bytes(), &[414, 431]);
        check(many.as_bytes(), &[431]);
        check(few.as_bytes(), &[431]);
        check(huge.as_bytes(), &[431]);
        // Of a path nobody knows the body is not looked at.
        check(large.as_bytes(), &[404, 413]);
        let keep = |_| {
            until("room for a connection", || {
                let mut kept = TcpStream::connect(door).unwrap();
                write!(kept, "GET /v1/health HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
                let mut first = [0; 12];
                kept.read_exact(&mut first).unwrap();
                match first.ends_with(b"503") {
                    true => Err("503".to_owned()),
                    false => Ok(kept),
                }
            })
        };
        let _kept = [(); 2].map(keep);
        check(b"", &[503]);
    }
}
