//! Recordings and the scenarios they become.

use conax_contract::world::WorldSpec;
use serde_json::{Value, json};

use super::super::form::{Call, Content, Exchange, FORMAT, Ids, Recording, Reply};
use super::{Start, check, convert, named_from};

const PATH: &str = "/crmapi/rest/v2/conax_web_services/provisioning_requests";

/// A request as an implementation prints it.
fn request(number: &str, state: &str, created: &str) -> Value {
    let user = json!({ "id": "9", "username": "someone", "person_name": null, "email": null });
    let reference = (state == "COMPLETED").then(|| format!("reference-{number}"));
    json!({
        "id": format!("request-{number}"), "number": format!("number-{number}"),
        "type": "ADD_SUBSCRIPTIONS", "life_cycle_state": state, "priority": "REGULAR",
        "scheduled_date": created, "executed_date": null, "reference_number": reference,
        "log_information": {
            "created_date": created, "updated_date": created,
            "created_by_user": user, "updated_by_user": user,
        },
    })
}

fn ok(data: Value) -> Content {
    let status = json!({ "code": "OK", "message": null, "description": null });
    Content::Json(json!({ "status": status, "data": data }))
}

fn add(at_ms: u64, more: &Value, reply: Content) -> Exchange {
    let mut body = json!({
        "token": "token-1",
        "subscription_identifier": { "number": "S60600" },
        "service_identifier": { "code": "SPORT" },
        "smartcard_identifier": { "serial_number": "01900080208" },
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    Exchange {
        api: "crm".to_owned(),
        at_ms,
        call: Call {
            verb: "POST".to_owned(),
            path: format!("{PATH}/add_subscriptions"),
            body: Content::Json(body),
            ..Call::default()
        },
        reply: Reply { status: Some(200), body: reply, ..Reply::default() },
        ..Exchange::default()
    }
}

fn get(at_ms: u64, operation: &str, parameters: &[(&str, &str)], reply: Content) -> Exchange {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let token = [("token".to_owned(), "token-1".to_owned())];
    Exchange {
        api: "crm".to_owned(),
        at_ms,
        call: Call {
            verb: "GET".to_owned(),
            path: format!("{PATH}/{operation}"),
            parameters: token.into_iter().chain(parameters.iter().map(pair)).collect(),
            ..Call::default()
        },
        reply: Reply { status: Some(200), body: reply, ..Reply::default() },
        ..Exchange::default()
    }
}

fn show(at_ms: u64, number: &str, state: &str, created: &str) -> Exchange {
    let identifier = format!("number=number-{number}");
    let parameters = [("provisioning_request_identifier", identifier.as_str())];
    get(at_ms, "show", &parameters, ok(request(number, state, created)))
}

fn scenario(exchanges: Vec<Exchange>) -> String {
    let text = converted(exchanges).expect("something can be said again");
    assert!(check(&text, "there.scenario.yaml").is_ok(), "{text}");
    text
}

fn converted(exchanges: Vec<Exchange>) -> Option<String> {
    let numbered = exchanges.into_iter().enumerate();
    let recording = Recording {
        recording: FORMAT,
        target: "http://there".to_owned(),
        ids: Ids::Renamed,
        exchanges: numbered.map(|(index, one)| Exchange { number: index + 1, ..one }).collect(),
        ..Recording::default()
    };
    let start = Start { from: "demo".to_owned(), world: WorldSpec::demo() };
    convert(recording, &start, "there.conaxrec.json")
}

/// The lines that say what is done, in order.
fn doings(scenario: &str) -> Vec<&str> {
    let lines = scenario.lines().map(str::trim);
    lines
        .filter(|line| {
            line.starts_with("- ") && !line.starts_with("- life") || line.starts_with("# exchange")
        })
        .collect()
}

const DAY: &str = "2026-03-01T10:00:00";

#[test]
fn who_asks_again_and_again_waits_however_many_he_asks_for() {
    let text = scenario(vec![
        add(0, &json!({}), ok(request("1", "PENDING", DAY))),
        add(100, &json!({}), ok(request("2", "PENDING", DAY))),
        show(200, "1", "PENDING", DAY),
        show(300, "2", "PENDING", DAY),
        show(9_200, "1", "COMPLETED", DAY),
        show(9_300, "2", "PENDING", DAY),
        show(9_400, "2", "REJECTED", DAY),
    ]);
    assert_eq!(
        doings(&text),
        [
            "# exchange 1",
            "- call: add_subscriptions",
            // The second one was still pending when the first had ended.
            "- process",
            "# exchange 2",
            "- call: add_subscriptions",
            "# exchanges 3 to 5",
            "- wait: { request: $request_1, until: COMPLETED, never: REJECTED, within: 1min }",
            "- process",
            "# exchanges 6 to 7",
            "- wait: { request: $request_2, until: REJECTED, never: COMPLETED, within: 1min }",
        ]
    );
}

#[test]
fn time_passes_as_it_did_by_the_clock_of_the_implementation() {
    let later = json!({ "start_date": "2026-03-01T11:00:00" });
    let mut made = request("1", "PENDING", DAY);
    made["scheduled_date"] = "2026-03-01T11:00:00".into();
    let mut ended = made.clone();
    ended["life_cycle_state"] = "COMPLETED".into();
    ended["executed_date"] = "2026-03-01T11:00:02".into();
    let parameters = [("provisioning_request_identifier", "number=number-1")];
    let text = scenario(vec![
        add(1_500, &later, ok(made.clone())),
        get(5_500, "show", &parameters, ok(made)),
        add(5_600, &json!({}), ok(request("2", "PENDING", DAY))),
        // Four seconds by our clock, an hour by theirs.
        get(9_600, "show", &parameters, ok(ended)),
    ]);
    assert!(text.contains("clock: 2026-03-01T09:59:58\n"), "{text}");
    // A date that was sent comes back.
    assert!(text.contains("scheduled_date: \"2026-03-01T11:00:00\""), "{text}");
    let doings = doings(&text);
    let passed: Vec<&&str> = doings.iter().filter(|line| line.contains("advance")).collect();
    assert_eq!(passed, [&"- { advance: 1s }", &"- { advance: 4s }", &"- { advance: 59min58s }"]);
}

#[test]
fn a_list_that_was_asked_for_by_state_says_that_its_requests_have_ended() {
    let (made, filter) = (request("1", "PENDING", DAY), ("life_cycle_state", "COMPLETED"));
    let brief = json!([{ "number": "number-1", "type": "ADD_SUBSCRIPTIONS" }]);
    let text = scenario(vec![
        add(0, &json!({}), ok(made)),
        get(900, "list", &[filter, ("fields_set", "number,type")], ok(brief)),
    ]);
    let doings = doings(&text);
    let run = doings.iter().position(|line| *line == "- process");
    let list = doings.iter().position(|line| line.contains("list"));
    assert!(run.is_some() && run < list, "{text}");
}

#[test]
fn what_was_there_before_is_that_of_the_world_or_added_to_it() {
    let mut known = request("7", "COMPLETED", "2014-11-28T15:05:20");
    known["type"] = "UPDATE_CA_PIN_TO_DEFAULT_VALUE".into();
    let foreign = request("8", "PENDING", DAY);
    let filter = [("life_cycle_state", "PENDING")];
    let text = scenario(vec![
        get(0, "show", &[("provisioning_request_identifier", "id=request-7")], ok(known)),
        get(10, "list", &filter, ok(json!([foreign]))),
    ]);
    assert!(
        text.contains("request_identifier: { id: FA2BA704F393A8BE1A6CF108A4C8B214 }"),
        "{text}"
    );
    assert!(text.contains("number: \"108\""), "{text}");
    assert!(text.contains("held: true"), "{text}");
    assert!(text.contains("# Guessed: number-8 was there before the recording"), "{text}");
    // The demo world has pending requests of its own.
    assert!(text.contains("contains:"), "{text}");
}

#[test]
fn what_cannot_be_said_again_is_told_and_left_out() {
    let mut silent = add(0, &json!({}), Content::Empty);
    silent.reply = Reply { problem: Some("it was gone\nfor good".to_owned()), ..Reply::default() };
    let mut strange = add(0, &json!({}), Content::Empty);
    strange.call.body = Content::NotKept("3 bytes that are no JSON object".to_owned());
    assert_eq!(converted(Vec::new()), None);
    assert_eq!(converted(vec![silent.clone(), strange.clone()]), None);
    let said = add(0, &json!({}), ok(request("1", "PENDING", DAY)));
    let text = scenario(vec![silent, strange, said]);
    let told = "is left out: there was no answer: it was gone for good\n";
    assert!(text.contains(told), "{text}");
    assert!(text.contains("its body was not kept: 3 bytes that"), "{text}");
}

#[test]
fn dollars_colons_and_line_breaks_of_an_implementation_do_no_harm() {
    let mut odd = request("1", "PENDING", DAY);
    odd["name"] = "costs $5: \"a\" {b} #c\n- d".into();
    odd["a new: member"] = json!({ "$x": [true, 1.5, null] });
    let mut wrong = add(0, &json!({ "$a": "$b", "x y": { "z": [] } }), ok(odd));
    wrong.findings = vec!["broken\nline".to_owned()];
    let text = scenario(vec![wrong]);
    assert!(text.contains("# not by the contract: broken line\n"), "{text}");
    assert!(text.contains("costs $$5"), "{text}");
}

#[test]
fn replies_of_any_form_make_a_scenario() {
    for reply in [
        Content::Empty,
        Content::NotKept("x".to_owned()),
        Content::Json(json!([])),
        Content::Json(json!({})),
        Content::Json(json!({ "status": 1, "data": 2 })),
        Content::Json(json!({ "status": { "code": "OK" } })),
        Content::Json(json!({ "status": { "code": "OK" }, "data": [] })),
        Content::Json(json!({ "status": { "code": "OK" }, "data": { "id": 1, "number": [] } })),
    ] {
        let _ = scenario(vec![
            add(0, &json!({ "service_identifier": 1, "smartcard_set": [1] }), reply.clone()),
            get(0, "list", &[("type", "$x")], reply.clone()),
            get(0, "show", &[("provisioning_request_identifier", "=")], reply),
        ]);
    }
}

#[test]
fn a_world_is_called_as_it_is_from_the_scenario() {
    assert_eq!(named_from("demo", "a/b.yaml"), "demo");
    assert_eq!(named_from("w.world.yaml", ""), "w.world.yaml");
    assert_eq!(named_from("w.world.yaml", "a/./b/c.yaml"), "../../w.world.yaml");
    assert_eq!(named_from("/w.world.yaml", "a/b.yaml"), "/w.world.yaml");
}

#[test]
fn a_run_that_left_a_later_request_pending_was_before_it() {
    let both = [request("1", "COMPLETED", DAY), request("2", "PENDING", DAY)];
    let text = scenario(vec![
        add(0, &json!({}), ok(request("1", "PENDING", DAY))),
        add(100, &json!({}), ok(request("2", "PENDING", DAY))),
        get(200, "list", &[("type", "ADD_SUBSCRIPTIONS")], ok(json!(both))),
    ]);
    let lines = doings(&text);
    let calls: Vec<&&str> = lines.iter().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        calls[..4],
        [&"- call: add_subscriptions", &"- process", &"- call: add_subscriptions", &"- call: list"]
    );
}

#[test]
fn a_login_gives_the_token_of_what_follows_unless_the_world_gives_one_too() {
    let log_in = |at_ms: u64, token: &str| {
        let mut exchange = add(at_ms, &json!({}), ok(json!({ "token": token })));
        exchange.call.path = "/authentication/token".to_owned();
        exchange.call.body = Content::Json(json!({
            "username": "mpadministrator", "password": "***", "organisation": "CRMDEMO"
        }));
        exchange
    };
    let show = |token: &str| {
        let mut exchange = show(0, "1", "COMPLETED", DAY);
        exchange.call.parameters[0].1 = token.to_owned();
        exchange
    };
    let ours = vec![log_in(0, "token-1"), show("token-1"), log_in(0, "token-2"), show("token-1")];
    let text = scenario(ours.clone());
    assert!(text.contains("keep: { token: token, token_1: token }"), "{text}");
    assert_eq!(text.matches("token: $token_1").count(), 1, "{text}");
    let text = scenario([ours, vec![show("token-3")]].concat());
    assert!(text.contains("keep: { token_1: token }"), "{text}");
    assert_eq!(text.matches("token: $token_1").count(), 2, "{text}");
    assert!(!text.contains("token_3"), "{text}");
}
