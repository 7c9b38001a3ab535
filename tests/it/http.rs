//! HTTP as clients, browsers and gateways speak it, at all three APIs.

use std::io::Write;
use std::net::SocketAddr;

use conax_tests::{Program, RawReply, exchange, talk};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::program::serve;

const REQUESTS: &str = "/crmapi/rest/v2/conax_web_services/provisioning_requests";
const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";
const PORTAL: &str = "http://localhost:3000";

/// A call with these headers, without any other but the end of the connection.
fn call(address: SocketAddr, line: &str, headers: &str, body: &[u8]) -> RawReply {
    let head = format!("{line} HTTP/1.1\r\nconnection: close\r\n{headers}\r\n");
    talk(address, &[head.as_bytes(), body].concat())
}

fn header<'r>(reply: &'r RawReply, wanted: &str) -> Option<&'r str> {
    let head = reply.text.split("\r\n\r\n").next()?;
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case(wanted).then_some(value)
    })
}

#[test]
fn what_no_http_allows_is_refused_in_words_at_every_api() {
    let program = serve(&["--seed", "1"]);
    let chunked = "host: a\r\ntransfer-encoding: gzip, chunked\r\n";
    let many = format!("host: a\r\n{}", "x: y\r\n".repeat(200));
    let two_worlds = "host: localhost\r\nconax-sim-world: a\r\nconax-sim-world: b\r\n";
    let cases: [(&str, &str, u16, &str); 7] = [
        ("GET /v1/journal", "", 400, "one `Host` header"),
        ("GET /v1/journal", "host: a\r\nhost: b\r\n", 400, "one `Host` header"),
        ("GET /v1/journal", "host: a b/c\r\n", 400, "is not the name or address of a host"),
        ("POST /v1/faults", chunked, 501, "must be `chunked` alone"),
        ("GET /v1/journal", &many, 431, "more than 100"),
        ("GET /v1/journal", two_worlds, 400, "about one world"),
        ("PRI *", "", 400, "not an HTTP/1.1 request"),
    ];
    for (name, address) in
        [("crm", program.crm()), ("cas", program.cas()), ("control", program.door())]
    {
        for (line, headers, status, sentence) in cases {
            let body: &[u8] = if line.starts_with("POST") { b"0\r\n\r\n" } else { b"" };
            let reply = match line {
                "PRI *" => talk(address, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                _ => call(address, line, headers, body),
            };
            // What the content of a call names wrongly travels with 200 there.
            let status = if name == "crm" && headers == two_worlds { 200 } else { status };
            assert_eq!(reply.http_status(), Some(status), "{name}: {line} {headers}");
            assert!(reply.text.contains(sentence), "{name}: {line} {headers}\n{}", reply.text);
        }
        let old = talk(address, b"GET /v1/health HTTP/1.0\r\n\r\n");
        let status = old.http_status().expect("HTTP/1.0 needs no host");
        assert!([200, 404].contains(&status), "{name}: {status}");
    }
}

/// Whoever goes by the length and whoever goes by the coding would see different calls.
#[test]
fn a_body_with_a_length_and_a_transfer_coding_is_refused_wherever_it_stands() {
    let program = serve(&["--seed", "1"]);
    let get = "GET /v1/health HTTP/1.1\r\nhost: a\r\n\r\n";
    let (length, coding) = ("Content-Length: 4\r\n", "Transfer-Encoding: chunked\r\n");
    for address in [program.crm(), program.cas(), program.door()] {
        for (first, second) in [(length, coding), (coding, length)] {
            for before in [0, 1, 2] {
                let call = format!("POST /x HTTP/1.1\r\nhost: a\r\n{first}{second}\r\n0\r\n\r\n");
                let text = format!("{}{call}{get}", get.repeat(before));
                let replies = talk(address, text.as_bytes()).replies();
                assert_eq!(replies.len(), before + 1, "nothing after it: {replies:?}");
                let (head, body) = &replies[before];
                assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
                assert!(body.contains("`Transfer-Encoding: chunked`, never both"), "{body}");
            }
        }
    }
}

#[test]
fn a_head_is_what_a_get_would_say_of_itself() {
    let program = serve(&["--seed", "1"]);
    let target = format!("{REQUESTS}/list?token={TOKEN}&life_cycle_state=PENDING");
    let get = exchange(program.crm(), "GET", &target, "");
    let head = exchange(program.crm(), "HEAD", &target, "");
    assert_eq!((head.http_status(), get.http_status()), (Some(200), Some(200)));
    assert_eq!(header(&head, "content-length"), header(&get, "content-length"));
    assert!(head.text.ends_with("\r\n\r\n"), "no body: {}", head.text);
    let post = exchange(program.crm(), "HEAD", &format!("{REQUESTS}/add_subscriptions"), "");
    assert_eq!((post.http_status(), header(&post, "allow")), (Some(405), Some("POST")));
}

#[test]
fn a_compressed_body_is_read_and_another_coding_is_named() {
    let program = serve(&["--seed", "1"]);
    let address = program.crm();
    let line = format!("POST {REQUESTS}/add_subscriptions");
    let text = conax_tests::repository().join("fixtures/contract/add_subscriptions.request.json");
    let text = std::fs::read(text).expect("the documented request");
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&text).expect("memory takes it");
    let packed = packed.finish().expect("memory takes it");
    let send = |coding: &str, body: &[u8]| {
        let length = body.len();
        let headers =
            format!("host: a\r\ncontent-encoding: {coding}\r\ncontent-length: {length}\r\n");
        call(address, &line, &headers, body)
    };
    assert_eq!(send("gzip", &packed).json()["status"]["code"], "OK");
    let refused = send("gzip", b"{}");
    assert_eq!(refused.http_status(), Some(400));
    assert!(refused.text.contains("is not the gzip that"), "{}", refused.text);
    let unknown = send("br", &packed);
    assert_eq!(unknown.http_status(), Some(415));
    assert!(unknown.text.contains("`Content-Encoding: br`"), "{}", unknown.text);
    assert!(unknown.text.contains("gzip, deflate are"), "{}", unknown.text);
}

#[test]
fn a_token_in_the_wrong_place_is_told_where_it_belongs() {
    let program = serve(&["--seed", "1"]);
    let length = "content-length: 2\r\n";
    let in_header = format!("host: a\r\nauthorization: Bearer {TOKEN}\r\n");
    let cases = [
        (
            format!("POST {REQUESTS}/add_subscriptions?token={TOKEN}"),
            format!("host: a\r\n{length}"),
            "in the query; this method takes it as `token` in the JSON object of the body",
        ),
        (
            format!("POST {REQUESTS}/add_subscriptions"),
            format!("{in_header}{length}"),
            "in the header `authorization`; this method takes it as `token` in the JSON object",
        ),
        (
            format!("GET {REQUESTS}/list?life_cycle_state=PENDING"),
            in_header.clone(),
            "in the header `authorization`; this method takes it as `token` in the query",
        ),
    ];
    for (line, headers, sentence) in cases {
        let body: &[u8] = if line.starts_with("POST") { b"{}" } else { b"" };
        let reply = call(program.crm(), &line, &headers, body);
        assert!(reply.text.contains(sentence), "{line}\n{}", reply.text);
        assert!(!reply.text.contains(TOKEN), "{line}");
    }
}

/// The addresses in the description of the Conax services.
fn addresses(reply: &RawReply) -> Vec<String> {
    let locations = reply.text.split("<soap:address location=\"").skip(1);
    locations.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_description_of_a_service_has_the_address_its_caller_used() {
    let own = serve(&["--seed", "1"]);
    let behind = serve(&["--seed", "1", "--trust-forwarded", "on"]);
    let gateway = "host: 10.0.0.7\r\nx-forwarded-proto: https\r\nx-forwarded-host: sim.example\r\n";
    let cases: [(&Program, &str, &str, &str); 5] = [
        (&own, "GET /?wsdl", "host: a:1\r\n", "http://a:1/ca-server/"),
        (&own, "GET /worlds/suite-1/?wsdl", "host: a\r\n", "http://a/worlds/suite-1/ca-server/"),
        (
            &own,
            "GET /?wsdl",
            "host: a\r\nconax-sim-world: suite-1\r\n",
            "http://a/worlds/suite-1/ca-server/",
        ),
        (&own, "GET /?wsdl", gateway, "http://10.0.0.7/ca-server/"),
        (&behind, "GET /?wsdl", gateway, "https://sim.example/ca-server/"),
    ];
    for (program, line, headers, beginning) in cases {
        let found = addresses(&call(program.cas(), line, headers, b""));
        assert_eq!(found.len(), 5, "{line}");
        for address in found {
            assert!(address.starts_with(beginning), "{line} {headers}: {address}");
        }
    }
}

#[test]
fn pages_of_the_origins_that_are_named_may_call_the_api() {
    let closed = serve(&["--seed", "1"]);
    let open = serve(&["--seed", "1", "--cors", &format!("https://portal.example,{PORTAL}")]);
    let all = serve(&["--seed", "1", "--cors", "*"]);
    let line = format!("OPTIONS {REQUESTS}/add_subscriptions");
    let asked = |origin: &str| {
        format!(
            "host: a\r\norigin: {origin}\r\naccess-control-request-method: POST\r\n\
             access-control-request-headers: content-type\r\n"
        )
    };
    let allowed = |program: &Program, origin: &str| {
        let reply = call(program.crm(), &line, &asked(origin), b"");
        let origin = header(&reply, "access-control-allow-origin").map(str::to_owned);
        (reply.http_status(), origin)
    };
    assert_eq!(allowed(&closed, PORTAL), (Some(405), None));
    assert_eq!(allowed(&open, PORTAL), (Some(204), Some(PORTAL.to_owned())));
    assert_eq!(allowed(&open, "http://evil.example"), (Some(405), None));
    assert_eq!(allowed(&all, "http://evil.example"), (Some(204), Some("*".to_owned())));
    let preflight = call(open.crm(), &line, &asked(PORTAL), b"");
    assert_eq!(header(&preflight, "access-control-allow-headers"), Some("content-type"));
    assert_eq!(header(&preflight, "access-control-allow-methods"), Some("GET, HEAD, POST"));
    let list = format!("GET {REQUESTS}/list?token={TOKEN}&life_cycle_state=PENDING");
    let answer = call(open.crm(), &list, &format!("host: a\r\norigin: {PORTAL}\r\n"), b"");
    assert_eq!(header(&answer, "access-control-allow-origin"), Some(PORTAL));
    assert_eq!(header(&answer, "vary"), Some("Origin"));
    assert!(answer.json()["data"].is_array());
}

#[test]
fn no_web_page_reaches_the_control_api() {
    let program = serve(&["--seed", "1", "--host-names", "sim.example"]);
    let door = program.door();
    let reset = |headers: &str| {
        let headers = format!("{headers}content-length: 2\r\n");
        call(door, "POST /v1/worlds/demo/reset", &headers, b"{}").http_status()
    };
    let json = "content-type: application/json\r\n";
    assert_eq!(reset(&format!("host: localhost:8082\r\n{json}")), Some(200));
    assert_eq!(reset(&format!("host: sim.example\r\n{json}")), Some(200), "a name of ours");
    assert_eq!(reset(&format!("host: evil.example\r\n{json}")), Some(403), "DNS rebinding");
    let foreign = "host: localhost\r\norigin: http://evil.example\r\n";
    assert_eq!(reset(&format!("{foreign}content-type: text/plain\r\n")), Some(403));
    assert_eq!(reset(&format!("{foreign}{json}")), Some(403));
    assert_eq!(
        reset(&format!("host: localhost\r\nsec-fetch-site: cross-site\r\n{json}")),
        Some(403)
    );
    assert_eq!(reset("host: localhost\r\ncontent-type: text/plain\r\n"), Some(415));
    let journal = call(door, "GET /v1/journal", "host: evil.example\r\n", b"");
    assert_eq!(journal.http_status(), Some(403));
    let health = call(door, "GET /v1/health", "host: anybody.example\r\n", b"");
    assert_eq!(health.http_status(), Some(200), "a probe names what it likes");
}

#[test]
fn no_web_page_makes_worlds_or_sends_orders_to_conax() {
    let program = serve(&["--seed", "1"]);
    let foreign = "host: localhost\r\norigin: http://evil.example\r\n";
    let list = format!("{REQUESTS}/list?token={TOKEN}&life_cycle_state=PENDING");
    let made = call(program.crm(), &format!("GET /worlds/pwned{list}"), foreign, b"");
    assert!(made.text.contains("No world is made for a web page"), "{}", made.text);
    let by_conax = call(program.cas(), "GET /worlds/pwned/?wsdl", foreign, b"");
    assert!(by_conax.text.contains("No world is made for a web page"), "{}", by_conax.text);
    let worlds = exchange(program.door(), "GET", "/v1/worlds", "");
    assert!(!worlds.text.contains("pwned"), "{}", worlds.text);
    let order = format!("{foreign}content-type: text/plain\r\ncontent-length: 2\r\n");
    assert_eq!(call(program.cas(), "POST /", &order, b"<a").http_status(), Some(403));
    // A portal behind the proxy of its build tool: the main world is there for it.
    let main = call(program.crm(), &format!("GET {list}"), foreign, b"");
    assert!(main.json()["data"].is_array());
}

#[test]
fn who_has_no_token_is_asked_for_it_before_anything_else() {
    let program = serve(&["--seed", "1", "--host", "0.0.0.0"]);
    let ready = call(program.door(), "GET /v1/ready", "host: conax-sim:8082\r\n", b"");
    assert_eq!(ready.http_status(), Some(401), "a probe by the name of the service: it answers");
}

#[test]
fn a_page_may_do_what_it_says_of_itself_and_nobody_frames_it() {
    let program = serve(&["--seed", "1"]);
    let page = exchange(program.door(), "GET", "/docs", "");
    let policy = header(&page, "content-security-policy").expect("a policy");
    let (_, rest) =
        page.text.split_once("http-equiv=\"Content-Security-Policy\" content=\"").expect("one");
    let own = rest.split('"').next().unwrap_or_default();
    assert_eq!(policy, format!("{own}; frame-ancestors 'none'"));
    assert_eq!(header(&page, "x-content-type-options"), Some("nosniff"));
    let view: Value = exchange(program.door(), "GET", "/v1/version", "").json();
    assert_eq!(view["name"], "conax-sim");
}
