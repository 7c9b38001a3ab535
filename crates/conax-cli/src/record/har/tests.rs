//! A recording as a HAR file is the same recording, and files of browsers and proxies are read.

use conax_contract::crm::Operation;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::form::{Call, Coding, Content, Exchange, FORMAT, Ids, Recording, Reply};
use super::{Imported, export, import};

const BASE: &str = "/crmapi/rest/v2/";

fn imported(text: &str) -> Imported {
    import(text, None).expect(text)
}

fn content() -> impl Strategy<Value = Content> {
    let text = "[ -~é]{0,9}";
    let json =
        (text, 0_u32..99_999, any::<bool>(), "x[a-z]{1,6}").prop_map(|(text, count, is, name)| {
            Content::Json(
                json!({ "data": [{ (name): text }, count, null, is], "token": "token-1" }),
            )
        });
    let not_kept = "[a-z]{1,9} bytes".prop_map(Content::NotKept);
    prop_oneof![Just(Content::Empty), json, not_kept]
}

prop_compose! {
    fn coding()(name in "(gzip|deflate)", coded in 1_usize..999) -> Coding {
        Coding { name, coded_bytes: coded, decoded_bytes: None }
    }
}

prop_compose! {
    fn exchange()(
        index in 0..Operation::ALL.len(),
        parameters in prop::collection::vec(("x[a-z_]{1,5}", "[ -~é]{0,8}"), 0..3),
        authorization in prop::option::of("(Basic|Bearer)"),
        accept_encoding in prop::option::of("(gzip|identity)"),
        (call_body, reply_body) in (content(), content()),
        (call_coding, coding) in (prop::option::of(coding()), prop::option::of(coding())),
        status in prop::option::of(100_u16..600),
        findings in prop::collection::vec("[ -~]{1,9}", 0..2),
        took_ms in 0_u64..9_999,
    ) -> Exchange {
        let operation = Operation::ALL[index];
        // What is empty or unreadable was not decoded.
        let of = |coding: Option<Coding>, body: &Content| coding.filter(|_| body.json().is_some());
        let (call_coding, coding) = (of(call_coding, &call_body), of(coding, &reply_body));
        let reply = match status {
            Some(_) => Reply { status, problem: None, coding, body: reply_body },
            None => Reply { problem: Some("no answer".to_owned()), ..Reply::default() },
        };
        Exchange {
            api: "crm".to_owned(),
            took_ms,
            call: Call {
                verb: operation.verb().to_owned(),
                path: format!("{BASE}{}", operation.path()),
                parameters, authorization, accept_encoding,
                coding: call_coding,
                body: call_body,
            },
            reply,
            findings,
            ..Exchange::default()
        }
    }
}

prop_compose! {
    fn recording()(
        exchanges in prop::collection::vec((exchange(), 0_u64..90_000), 1..6),
    ) -> Recording {
        let mut at = 0;
        let exchanges = exchanges.into_iter().zip(1..).map(|((one, after), number)| {
            at += after;
            Exchange { number, at_ms: at, ..one }
        });
        Recording {
            recording: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target: "http://there:8080/x".to_owned(),
            cas: Some("https://conax:9081".to_owned()),
            began: "2026-03-01T10:00:00".to_owned(),
            ids: Ids::Renamed,
            exchanges: exchanges.collect(),
            ..Recording::default()
        }
    }
}

/// How long a decoded body was is not known of one whose secrets are masked.
fn without_lengths(mut recording: Recording) -> Recording {
    for exchange in &mut recording.exchanges {
        let codings = [&mut exchange.call.coding, &mut exchange.reply.coding];
        codings.into_iter().flatten().for_each(|coding| coding.decoded_bytes = None);
    }
    recording
}

proptest! {
    #[test]
    fn a_recording_as_har_is_the_same_recording(recording in recording()) {
        let Imported { recording: read, notes } = imported(&export(&recording));
        prop_assert!(notes.iter().all(|note| note.contains("without content")), "{notes:?}");
        prop_assert_eq!(without_lengths(read), recording);
    }
}

fn entry(verb: &str, url: &str, call: &Value, reply: &Value) -> Value {
    json!({
        "startedDateTime": "2026-03-01T10:00:00.5+01:00", "time": 12.5,
        "request": {
            "method": verb, "url": url, "headers": [], "bodySize": -1,
            "postData": { "mimeType": "application/json", "text": call.to_string() },
        },
        "response": {
            "status": 200, "headers": [], "bodySize": -1, "redirectURL": "",
            "content": { "size": 9, "mimeType": "application/json", "text": reply.to_string() },
        },
    })
}

fn file(entries: &[Value]) -> String {
    json!({ "log": { "version": "1.2", "creator": { "name": "WebInspector" }, "entries": entries } })
        .to_string()
}

fn ok() -> Value {
    json!({ "status": { "code": "OK" }, "data": {} })
}

const API: &str = "https://crm.example/crmapi/rest/v2/conax_web_services/provisioning_requests";

#[test]
fn what_a_browser_kept_is_read_without_what_does_not_belong_to_the_api() {
    let page = entry("GET", "https://crm.example/portal/index.html", &json!({}), &json!({}));
    let font = entry("GET", "https://fonts.example/a.woff2", &json!({}), &json!({}));
    let mut asks = entry("OPTIONS", &format!("{API}/show"), &json!({}), &json!({}));
    asks["request"]["headers"] =
        json!([{ "name": "Access-Control-Request-Method", "value": "GET" }]);
    let mut moved = entry("GET", &format!("{API}/show?token=CANARYTOKEN"), &json!({}), &json!({}));
    moved["response"]["status"] = 307.into();
    moved["response"]["redirectURL"] = "https://crm.example/x".into();
    let mut socket = entry("GET", "wss://crm.example/live", &json!({}), &json!({}));
    socket["_webSocketMessages"] = json!([]);
    let login = json!({ "username": "a", "password": "CANARYWORD" });
    let login =
        entry("POST", "https://crm.example/crmapi/rest/v2/authentication/token", &login, &ok());
    let mut show =
        entry("GET", &format!("{API}/show?token=CANARYTOKEN&x=CANARYWORD"), &json!({}), &ok());
    show["request"]["headers"] = json!([
        { "name": ":authority", "value": "crm.example" },
        { "name": "Cookie", "value": "CANARYCOOKIE" },
        { "name": "Accept-Encoding", "value": "gzip, br" },
    ]);
    show["response"]["headers"] = json!([{ "name": "content-encoding", "value": "gzip" }]);
    show["response"]["bodySize"] = 7.into();
    let nothing = entry("GET", &format!("{API}/nothing"), &json!({}), &ok());
    let elsewhere = entry("GET", &API.replace("crm.", "other."), &json!({}), &ok());
    let text = file(&[page, font, asks, moved, socket, login, show, nothing, elsewhere]);
    let Imported { recording, notes } = imported(&text);
    assert_eq!(
        notes,
        [
            "6 exchanges left out: 1 answered with a redirect, 1 of a WebSocket, 1 of a browser that \
         asks whether it may call (CORS), 1 of another path, 2 of other hosts (fonts.example 1, \
         other.example 1)",
        ]
    );
    let paths: Vec<&str> = recording
        .exchanges
        .iter()
        .map(|one| one.call.path.rsplit('/').next().unwrap_or(""))
        .collect();
    assert_eq!(paths, ["token", "show", "nothing"]);
    let show = &recording.exchanges[1];
    assert_eq!(show.call.accept_encoding.as_deref(), Some("gzip, br"));
    assert_eq!(
        show.reply.coding.as_ref().map(|it| (it.name.as_str(), it.coded_bytes)),
        Some(("gzip", 7))
    );
    assert_eq!((recording.began.as_str(), show.took_ms), ("2026-03-01T09:00:00", 12));
    let text = serde_json::to_string(&recording).expect("a recording is JSON");
    assert!(!text.contains("CANARY"), "{text}");
}

#[test]
fn answers_without_content_and_without_an_answer_are_told() {
    let mut empty = entry("GET", &format!("{API}/list?token=x"), &json!({}), &json!({}));
    empty["response"]["content"] = json!({ "size": 812, "mimeType": "application/json" });
    let mut failed = entry("GET", &format!("{API}/show?token=x"), &json!({}), &json!({}));
    failed["response"] = json!({ "status": 0, "_error": "net::ERR_CONNECTION_RESET" });
    let Imported { recording, notes } = imported(&file(&[empty, failed]));
    assert!(notes[0].starts_with("1 answer without content"), "{notes:?}");
    let [empty, failed] = recording.exchanges.as_slice() else { panic!("{recording:?}") };
    assert_eq!(empty.reply.body, Content::NotKept("the HAR file does not have it".to_owned()));
    assert_eq!(
        (failed.reply.status, failed.reply.problem.as_deref()),
        (None, Some("net::ERR_CONNECTION_RESET"))
    );
}

#[test]
fn soap_messages_are_those_of_conax_and_their_pins_are_masked() {
    let envelope = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>\
                    <x:whatever xmlns:x=\"urn:x\"><x:caPin>82649</x:caPin></x:whatever></e:Body></e:Envelope>";
    let mut soap = entry("POST", "http://conax.example:9081/ca-server/x", &json!({}), &json!({}));
    soap["request"]["postData"] = json!({ "mimeType": "text/xml", "text": envelope });
    soap["response"]["content"] = json!({ "size": 3, "text": "PHgvPg==", "encoding": "base64" });
    let show = entry("GET", &format!("{API}/show?token=x"), &json!({}), &ok());
    let Imported { recording, .. } = imported(&file(&[soap, show]));
    assert_eq!(recording.cas.as_deref(), Some("http://conax.example:9081"));
    assert_eq!(recording.exchanges[0].api, "cas");
    assert_eq!(recording.exchanges[0].reply.body, Content::Xml("<x/>".to_owned()));
    let text = serde_json::to_string(&recording).expect("a recording is JSON");
    assert!(!text.contains("82649"), "{text}");
}

#[test]
fn of_several_scenarios_one_has_to_be_named() {
    let text = json!({ "log": {
        "creator": { "name": "conax-sim" }, "entries": [],
        "pages": [{ "id": "scenario-1", "title": "a" }, { "id": "scenario-2", "title": "b" }],
    } });
    let problem = |page| import(&text.to_string(), page).expect_err("not one");
    assert_eq!(
        problem(None),
        "it has 2 scenarios; name one with --page\n   scenario-1    a\n   scenario-2    b"
    );
    assert!(problem(Some("x")).starts_with("--page: it has no page `x`; there are\n"));
    assert!(import(&text.to_string(), Some("scenario-2")).is_ok());
}
