//! What the program bears: connections, descriptors, worlds of strangers, sizes.

use std::net::{SocketAddr, TcpStream};

use conax_contract::crm::RefusalCode;
use conax_tests::{Program, RawReply, exchange, talk, until};

use crate::program::{PATH, serve};

const WSDL: &[u8] = b"GET /?wsdl HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

/// As many connections as there are descriptors, and what a call beside them is told.
fn hold(address: SocketAddr, count: usize) -> (Vec<TcpStream>, RawReply) {
    let held = (0..count).map(|_| TcpStream::connect(address).unwrap()).collect();
    let refusal = until("a refusal", || match talk(address, WSDL) {
        reply if reply.http_status() == Some(503) => Ok(reply),
        reply => Err(reply.text),
    });
    (held, refusal)
}

#[test]
fn with_all_descriptors_in_use_a_new_call_is_told_so_and_an_operator_can_look() {
    let arguments = ["--run-interval", "off", "--workers", "1"];
    let mut program = Program::serve_within(128, PATH, &arguments);
    let banner = program.stderr();
    assert!(banner.contains("file descriptors (`ulimit -n`), so"), "{banner}");
    let (held, refusal) = hold(program.crm(), 128);
    let code = &refusal.json()["status"]["code"];
    assert_eq!(code, RefusalCode::TooManyConnections.code());
    assert!(refusal.text.contains("no file descriptor left"), "{}", refusal.text);
    assert!(refusal.text.contains("\r\nretry-after: 1\r\n"), "{}", refusal.text);
    let at_conax = talk(program.cas(), WSDL);
    assert_eq!(at_conax.http_status(), Some(503), "shared: {}", at_conax.text);
    for _ in 0..20 {
        assert_eq!(talk(program.crm(), WSDL).http_status(), Some(503), "never silence");
    }
    let metrics = exchange(program.door(), "GET", "/v1/metrics", "").text;
    let line = "conax_sim_connections_refused_total{door=\"crm\",reason=\"file-descriptors\"} ";
    let count = metrics.lines().find_map(|found| found.strip_prefix(line));
    assert!(count.is_some_and(|count| count.parse::<u64>().is_ok_and(|count| count > 20)));
    program.wait_for("crm      refused 1 connection: file-descriptors");
    drop(held);
    until("room for a call", || match talk(program.cas(), WSDL).http_status() {
        Some(200) => Ok(()),
        status => Err(format!("{status:?}")),
    });
}

/// So few that the system itself says no.
#[test]
fn where_the_system_has_no_descriptor_left_whoever_waits_is_told_so_all_the_same() {
    let arguments = ["--run-interval", "off", "--workers", "1", "--apis", "crm,control"];
    let mut program = Program::serve_within(28, PATH, &arguments);
    let (held, refusal) = hold(program.crm(), 28);
    assert!(refusal.text.contains("no file descriptor left"), "{}", refusal.text);
    program.wait_for("crm      refused 1 connection: file-descriptors");
    drop(held);
    until("room for a call", || match talk(program.crm(), WSDL).http_status() {
        Some(404) => Ok(()),
        status => Err(format!("{status:?}")),
    });
}

fn status(address: SocketAddr, verb: &str, target: &str) -> Option<u16> {
    exchange(address, verb, target, "").http_status()
}

#[test]
fn worlds_that_calls_make_leave_room_for_those_of_the_control_api() {
    let program = serve(&["--world-limit", "32", "--log", "off"]);
    let wsdl = |name: String| exchange(program.cas(), "GET", &format!("/worlds/{name}/?wsdl"), "");
    for number in 0..29 {
        assert_eq!(wsdl(format!("w{number}")).http_status(), Some(200), "{number}");
    }
    let refused = wsdl("more".to_owned());
    assert_eq!(refused.http_status(), Some(503), "a sixteenth is left: {}", refused.text);
    for told in ["Calls have made 29 worlds", "`worlds-by-call`", "PUT /v1/worlds/NAME"] {
        assert!(refused.text.contains(told), "{}", refused.text);
    }
    for name in ["more", "last"] {
        let target = format!("/v1/ready?world={name}");
        assert_eq!(status(program.door(), "GET", &target), Some(200), "{name}");
    }
    assert_eq!(wsdl("more".to_owned()).http_status(), Some(200), "it is there");
    assert_eq!(status(program.door(), "GET", "/v1/ready?world=none"), Some(409));
}

#[test]
fn calls_make_no_worlds_if_the_settings_say_so() {
    let program = serve(&["--worlds-by-call", "off", "--log", "off"]);
    let show = exchange(program.crm(), "GET", "/worlds/a/show", "");
    let message = show.json()["status"]["message"].to_string();
    for told in ["There is no world `a`", "`worlds-by-call` is off", "PUT /v1/worlds/NAME"] {
        assert!(message.contains(told), "{message}");
    }
    assert_eq!(status(program.cas(), "GET", "/worlds/a/?wsdl"), Some(400));
    assert_eq!(status(program.cas(), "GET", "/worlds/demo/?wsdl"), Some(200), "the main world");
    assert_eq!(status(program.door(), "GET", "/v1/ready?world=a"), Some(200));
    assert_eq!(status(program.cas(), "GET", "/worlds/a/?wsdl"), Some(200), "an operator made it");
}

#[test]
fn an_idle_world_that_a_call_made_is_removed_unless_something_is_pending_in_it() {
    let mut program = serve(&["--world-idle-timeout", "300ms"]);
    let document = conax_tests::repository();
    let document = document.join("fixtures/contract/add_subscriptions.request.json");
    let document = std::fs::read_to_string(document).unwrap();
    let requests = "/conax_web_services/provisioning_requests";
    let add = format!("/worlds/pending{requests}/add_subscriptions");
    assert_eq!(exchange(program.crm(), "POST", &add, &document).json()["status"]["code"], "OK");
    assert_eq!(status(program.door(), "GET", "/v1/ready?world=kept"), Some(200));
    assert_eq!(status(program.cas(), "GET", "/worlds/idle/?wsdl"), Some(200));
    program.wait_for("removed `idle`, which nobody used for 0 s");
    let names = exchange(program.door(), "GET", "/v1/worlds", "").json()["worlds"].to_string();
    assert_eq!(names, r#"["demo","kept","pending"]"#);
    let run = exchange(program.door(), "POST", "/v1/runs?world=pending", "");
    assert_eq!(run.json()["completed"], 1, "{}", run.text);
    program.wait_for("removed `pending`");
    let names = exchange(program.door(), "GET", "/v1/worlds", "").json()["worlds"].to_string();
    assert_eq!(names, r#"["demo","kept"]"#);
}

const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";

/// An order for a pairing of this smartcard.
fn pairing(card: &str) -> String {
    serde_json::json!({
        "token": TOKEN,
        "smartcard_set": [{ "smartcard_ca_id": card }],
        "stb_set": [{ "stb_ca_id": "3012345601" }],
    })
    .to_string()
}

#[test]
fn a_text_of_a_call_has_a_limit_and_goes_to_conax_as_it_is_or_not_at_all() {
    let program = serve(&["--log", "off"]);
    let target = "/conax_web_services/provisioning_requests/create_pairing";
    let status =
        |body: &str| exchange(program.crm(), "POST", target, body).json()["status"].clone();
    let long = status(&pairing(&"7".repeat(900_000)));
    let sentence = "The member `smartcard_ca_id` of element 1 of `smartcard_set` has 900000 letters; \
                    the limit is 1000.";
    assert_eq!(long["message"], sentence);
    for character in ["\u{fffe}", "\u{1b}", "\0"] {
        let message = status(&pairing(&format!("0190{character}"))).to_string();
        assert!(message.contains("as its letter 5, and XML"), "{message}");
    }
    let world = exchange(program.door(), "GET", "/v1/worlds/demo", "").json();
    let world = world.to_string().replace("01900080208", "0190\\ufffe");
    let put = exchange(program.door(), "PUT", "/v1/worlds/demo", &world);
    assert_eq!(put.http_status(), Some(422));
    assert!(put.text.contains("has the character U+FFFE"), "{}", put.text);
}
