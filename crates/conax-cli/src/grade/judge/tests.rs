//! Each law on a few calls of a made-up client.

use std::time::Duration;

use super::forms::Views;
use super::secrets::how_it_stands;
use super::{Evidence, Finding, judge};
use crate::grade::law::LAWS;
use crate::grade::observation::{Canary, Delivery, Ended, Exchange, Observation, Seat, Written};
use crate::grade::scene::SCENES;

const ADD: &str = "POST /conax_web_services/provisioning_requests/add_subscriptions";
const SHOW: &str = "GET /conax_web_services/provisioning_requests/show?token=T&\
                    provisioning_request_identifier=number=7";
const LOG_IN: &str = "POST /authentication/token";

/// A call that was answered at once, ten milliseconds after the one before.
fn call(line: &str, reply: &str) -> Exchange {
    let (verb, target) = line.split_once(' ').unwrap();
    Exchange {
        at: Duration::ZERO,
        verb: verb.to_owned(),
        target: target.to_owned(),
        content_type: None,
        is_authorized: false,
        call: r#"{"token":"T","smartcard_identifier":{"number":"1"}}"#.to_owned(),
        status: Some(200),
        reply: reply.to_owned(),
        answered: Some(Duration::ZERO),
        got: Delivery::Answer,
        is_left: false,
    }
}

fn lost(line: &str, got: Delivery) -> Exchange {
    Exchange {
        got,
        ..call(line, r#"{"status":{"code":"OK"},"data":{"number":"7","life_cycle_state":"PEN"#)
    }
}

/// An answer with request 7 in this state.
fn request(line: &str, state: &str) -> Exchange {
    let data = format!(
        r#"{{"number":"7","life_cycle_state":"{state}","reference_number":"R","response":"not OK"}}"#
    );
    call(line, &format!(r#"{{"status":{{"code":"OK"}},"data":{data}}}"#))
}

fn refused(line: &str, code: &str) -> Exchange {
    call(line, &format!(r#"{{"status":{{"code":"{code}","message":"it is not OK"}}}}"#))
}

fn soap(operation: &str, values: &str, code: &str, id: &str) -> Exchange {
    let envelope = |inner: String| {
        format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{inner}\
             </s:Body></s:Envelope>"
        )
    };
    let reply = format!(
        "<R><TransactionStatus><StatusCode>{code}</StatusCode><TransactionId>{id}</TransactionId>\
         <Message>not OK</Message></TransactionStatus></R>"
    );
    Exchange {
        call: envelope(format!("<{operation}>{values}</{operation}>")),
        ..call("POST /", &envelope(reply))
    }
}

fn add(card: &str, code: &str, id: &str) -> Exchange {
    let products = "<ProductIds><ProductId>1002</ProductId></ProductIds>";
    soap("AddSubscriptions", &format!("<CaClientId>{card}</CaClientId>{products}"), code, id)
}

/// The scene with these calls, a pause before each.
fn scene(seat: Seat, pause_ms: u64, calls: Vec<Exchange>, ended: Ended) -> Observation {
    let places = (1_u64..).map(|place| Duration::from_millis(place * pause_ms));
    let timed = calls.into_iter().zip(places).map(|(call, at)| Exchange {
        at,
        answered: call.answered.map(|_| at),
        ..call
    });
    Observation {
        scene: "calm",
        seat,
        deadline: Duration::from_secs(60),
        is_unsettled: true,
        exchanges: timed.collect(),
        ended,
        written: Vec::new(),
        canaries: Vec::new(),
        known_reference: "R".to_owned(),
        known_number: "1".to_owned(),
        is_entitled: true,
        done_count: 0,
    }
}

/// One letter for each way a law can be judged.
fn verdict(id: &str, seen: &Observation) -> char {
    let law = LAWS.iter().find(|law| law.id == id).unwrap();
    match (law.judge)(&Evidence::of(seen)) {
        Finding::Kept(_) => 'k',
        Finding::Broken(_) => 'b',
        Finding::NotExercised(_) | Finding::NamedBy(_) => '-',
    }
}

/// Judges calls of seat a, ten milliseconds apart.
fn api(id: &str, calls: Vec<Exchange>, ended: Ended) -> char {
    verdict(id, &scene(Seat::A, 10, calls, ended))
}

const WELL: Ended = Ended::Code(0);
const NOT_WELL: Ended = Ended::Code(1);

#[test]
fn an_unknown_outcome_asks_for_a_look_before_the_next_order() {
    let id = "client.no-blind-resend";
    let lost = || lost(ADD, Delivery::HangUp);
    let again = || request(ADD, "PENDING");
    assert_eq!(api(id, vec![lost(), again()], WELL), 'b');
    assert_eq!(api(id, vec![lost(), request(SHOW, "PENDING"), again()], WELL), 'k');
    assert_eq!(api(id, vec![lost(), refused(SHOW, "X"), again()], WELL), 'b');
    assert_eq!(api(id, vec![lost()], NOT_WELL), 'k');
    assert_eq!(api(id, vec![lost()], Ended::Overtime), '-');
    assert_eq!(api(id, vec![again(), again()], WELL), '-');
}

#[test]
fn an_answer_that_came_after_the_client_had_gone_is_an_unknown_outcome() {
    let late = Exchange { is_left: true, ..request(ADD, "PENDING") };
    let calls = vec![late, request(ADD, "PENDING")];
    assert_eq!(api("client.no-blind-resend", calls, WELL), 'b');
}

#[test]
fn silence_is_left_or_waited_out_to_the_end() {
    let id = "client.has-a-time-out";
    let silent = |is_left| Exchange { is_left, ..lost(ADD, Delivery::Silence) };
    assert_eq!(api(id, vec![silent(false)], Ended::Overtime), 'b');
    assert_eq!(api(id, vec![silent(true)], Ended::Overtime), 'k');
    assert_eq!(api(id, vec![silent(true)], NOT_WELL), 'k');
    let waits = || vec![request(ADD, "PENDING"), request(SHOW, "PENDING")];
    assert_eq!(api(id, waits(), Ended::Overtime), 'b');
    assert_eq!(api(id, waits(), NOT_WELL), 'k');
    assert_eq!(api(id, vec![request(ADD, "COMPLETED")], WELL), '-');
}

#[test]
fn an_ok_in_a_text_is_no_success() {
    let id = "client.reads-the-status-code";
    assert_eq!(api(id, vec![refused(ADD, "X")], WELL), 'b');
    assert_eq!(api(id, vec![refused(ADD, "X")], NOT_WELL), 'k');
    assert_eq!(api(id, vec![refused(ADD, "X"), request(ADD, "COMPLETED")], WELL), 'k');
    let rejected = || vec![request(ADD, "PENDING"), request(SHOW, "REJECTED")];
    assert_eq!(api(id, rejected(), WELL), 'b');
    assert_eq!(api(id, rejected(), NOT_WELL), 'k');
    let ended = "COM.CRM.EXCEPTION.AUTHENTICATION.INVALIDTOKENEXCEPTION";
    let no_text = Exchange {
        reply: format!(r#"{{"status":{{"code":"{ended}","message":null}}}}"#),
        ..refused(ADD, ended)
    };
    assert_eq!(api(id, vec![no_text], WELL), 'b', "TOKEN");
    let half = || lost(ADD, Delivery::Beginning);
    assert_eq!(api(id, vec![half()], WELL), 'b');
    assert_eq!(api(id, vec![half(), request(SHOW, "COMPLETED")], WELL), 'k');
    assert_eq!(api(id, vec![request(ADD, "COMPLETED")], WELL), '-');
    let conax = |ended| {
        let calls = vec![add("01900080208", "CLIENT_NOT_FOUND", "A")];
        verdict(id, &scene(Seat::C, 10, calls, ended))
    };
    assert_eq!((conax(WELL), conax(NOT_WELL)), ('b', 'k'));
}

#[test]
fn pending_is_no_success() {
    let id = "client.pending-is-not-done";
    assert_eq!(api(id, vec![request(ADD, "PENDING")], WELL), 'b');
    assert_eq!(api(id, vec![request(ADD, "PENDING")], NOT_WELL), 'k');
    let ended = vec![request(ADD, "PENDING"), request(SHOW, "COMPLETED")];
    assert_eq!(api(id, ended, WELL), '-');
    assert_eq!(api(id, vec![request(SHOW, "PENDING")], WELL), '-', "it is somebody else's");
}

#[test]
fn a_rejection_is_final() {
    let id = "client.stops-at-rejected";
    let rejected = || vec![request(ADD, "PENDING"), request(SHOW, "REJECTED")];
    let with = |call| rejected().into_iter().chain([call]).collect::<Vec<_>>();
    assert_eq!(api(id, rejected(), NOT_WELL), 'k');
    assert_eq!(api(id, with(request(SHOW, "REJECTED")), NOT_WELL), 'b');
    assert_eq!(api(id, with(request(ADD, "PENDING")), NOT_WELL), 'b');
    assert_eq!(api(id, vec![request(SHOW, "REJECTED")], NOT_WELL), '-');
    let twice = |code| {
        let call = || add("01900080208", code, "A");
        verdict(id, &scene(Seat::C, 10, vec![call(), call()], NOT_WELL))
    };
    assert_eq!(twice("CLIENT_NOT_FOUND"), 'b');
    assert_eq!(twice("SYSTEM_ERROR"), '-', "that may pass");
}

#[test]
fn a_refused_call_is_not_repeated_but_another_may_follow() {
    let id = "client.repeats-no-refused-call";
    let no = || refused(ADD, "X");
    assert_eq!(api(id, vec![no(), no()], NOT_WELL), 'b');
    assert_eq!(api(id, vec![no(), refused(SHOW, "Y")], NOT_WELL), 'k');
    assert_eq!(api(id, vec![request(ADD, "PENDING")], WELL), '-');
}

#[test]
fn a_known_reference_is_noticed() {
    let id = "client.notices-a-known-reference";
    let completed = || vec![request(ADD, "PENDING"), request(SHOW, "COMPLETED")];
    assert_eq!(api(id, completed(), WELL), 'b');
    assert_eq!(api(id, completed(), NOT_WELL), 'k');
    assert_eq!(api(id, vec![refused(ADD, "X")], NOT_WELL), '-');
    let conax = |calls| verdict(id, &scene(Seat::C, 10, calls, WELL));
    assert_eq!(conax(vec![add("01900080208", "OK", "R")]), 'b');
    assert_eq!(conax(vec![add("01900080208", "OK", "A")]), '-');
    let twice = vec![add("01900080208", "OK", "A"), add("01900080209", "OK", "A")];
    assert_eq!(conax(twice), 'b', "the client was given it before");
}

#[test]
fn looks_need_a_pause_and_five_hasty_ones_are_hammering() {
    let id = "client.polls-gently";
    let queries = |count: usize, pause| {
        let calls = (0..count).map(|_| request(SHOW, "PENDING")).collect();
        verdict(id, &scene(Seat::A, pause, calls, NOT_WELL))
    };
    assert_eq!(queries(1, 10), '-');
    assert_eq!(queries(5, 10), 'k');
    assert_eq!(queries(6, 10), 'b');
    assert_eq!(queries(60, 100), 'k');
}

#[test]
fn whoever_is_turned_away_waits() {
    let id = "client.backs-off";
    let busy = || Exchange { status: Some(503), ..call(ADD, "<html>") };
    let calls = |count: usize| (0..count).map(|_| busy()).collect::<Vec<_>>();
    assert_eq!(api(id, calls(1), NOT_WELL), 'k');
    assert_eq!(api(id, calls(2), NOT_WELL), 'k');
    assert_eq!(api(id, calls(3), NOT_WELL), 'b');
    assert_eq!(verdict(id, &scene(Seat::A, 100, calls(9), NOT_WELL)), 'k');
    assert_eq!(api(id, vec![request(ADD, "PENDING")], WELL), '-');
}

#[test]
fn a_token_that_ended_is_renewed() {
    let id = "client.renews-its-token";
    let code = "COM.CRM.EXCEPTION.AUTHENTICATION.INVALIDTOKENEXCEPTION";
    let ended = || refused(ADD, code);
    let log_in = call(LOG_IN, r#"{"status":{"code":"OK"},"data":{"token":"U"}}"#);
    assert_eq!(api(id, vec![ended(), log_in], WELL), 'k');
    assert_eq!(api(id, vec![ended(), ended()], NOT_WELL), 'b');
    assert_eq!(api(id, vec![ended()], NOT_WELL), 'b');
    assert_eq!(api(id, vec![request(ADD, "PENDING")], WELL), '-');
}

#[test]
fn the_check_digit_is_dropped() {
    let id = "client.drops-the-check-digit";
    let sent = |card| verdict(id, &scene(Seat::C, 10, vec![add(card, "OK", "A")], WELL));
    assert_eq!(sent("01900080208"), 'k');
    assert_eq!(sent("019000802085"), 'b');
    assert_eq!(sent("019 0008 0208 - 5"), 'b');
    assert_eq!(verdict(id, &scene(Seat::C, 10, Vec::new(), WELL)), '-');
}

#[test]
fn only_the_form_of_a_call_is_held_against_it() {
    let id = "client.sends-what-is-documented";
    let form = "COM.CRM.EXCEPTION.WEBAPI.MANDATORYPARAMETERMISSINGEXCEPTION";
    assert_eq!(api(id, vec![refused(ADD, form)], NOT_WELL), 'b');
    assert_eq!(api(id, vec![refused(ADD, "X")], NOT_WELL), 'k');
    assert_eq!(api(id, vec![call("PUT /x", "<html>")], NOT_WELL), 'b');
    assert_eq!(api(id, Vec::new(), WELL), '-');
}

#[test]
fn secrets_are_found_where_they_must_not_be() {
    let canary = |name, value: &str| Canary { name, value: value.to_owned() };
    let mut seen = scene(Seat::A, 10, vec![request(ADD, "PENDING")], WELL);
    seen.canaries = vec![canary("PIN", "5717"), canary("token", "T0KEN")];
    assert_eq!(verdict("client.keeps-secrets-out-of-logs", &seen), 'k');
    assert_eq!(verdict("client.keeps-secrets-out-of-urls", &seen), '-');
    seen.written
        .push(Written { place: "standard output".to_owned(), text: "fine\nsent T0KEN".to_owned() });
    assert_eq!(verdict("client.keeps-secrets-out-of-logs", &seen), 'b');
    seen.exchanges[0].target.push_str("?pin=5717");
    assert_eq!(verdict("client.keeps-secrets-out-of-urls", &seen), 'b');
}

/// In which form a secret stands in a text.
fn form(name: &'static str, value: &str, text: &str) -> Option<&'static str> {
    let value = value.to_owned();
    let found = how_it_stands(&Canary { name, value }, &Views::of(text));
    found.map(|form| form.unwrap_or("as it is"))
}

#[test]
fn a_pin_stands_for_itself_not_inside_something_longer() {
    for reported in
        ["5717", "pin=5717", "PIN: 5717.", "{\"pin\":\"5717\"}", "5717, again", "x 0.5 5717"]
    {
        assert_eq!(form("PIN", "5717", reported), Some("as it is"), "{reported}");
    }
    for other in ["15717", "57170", "12.5717", "5717.25", "a5717", "8c9d-5717-720c", "5,717"] {
        assert_eq!(form("PIN", "5717", other), None, "{other}");
    }
}

#[test]
fn a_secret_is_found_in_whatever_form_it_is_written() {
    for (text, reported) in [
        ("pin 7175", "reversed"),
        ("pin=%35%37%31%37", "percent-encoded"),
        ("pin=5%37%31%37", "percent-encoded"),
        ("pin=%2535%2537%2531%2537", "percent-encoded"),
        ("pin: &#53;&#55;&#49;&#55;", "as character references"),
        ("pin: &#x35;717", "as character references"),
        ("{\"pin\":\"\\u0035717\"}", "escaped"),
        ("pin NTcxNw==", "in base64"),
        ("pin=NTcxNw", "in base64"),
        ("/reset/NTcxNw==/now", "in base64"),
        ("body eyJwaW4iOiI1NzE3In0=", "in base64"),
        ("Tnpjek53PT0= TlRjeE53PT0=", "in base64"),
        ("pin=NzE3NQ==", "in base64"),
        ("pin 35373137", "in hexadecimal"),
        ("pin 0x35373137", "in hexadecimal"),
        ("35 37 31 37", "in hexadecimal"),
        ("35:37:31:37", "in hexadecimal"),
        ("[53, 55, 49, 55]", "as character codes"),
        ("5 7 1 7", "letter by letter"),
        ("5-7-1-7", "letter by letter"),
    ] {
        assert_eq!(form("PIN", "5717", text), Some(reported), "{text}");
    }
    for other in [
        "2014-11-30T09:00:05 4051 7,175 17175",
        "MTIzNDU2Nzg5MA== 8c9d5717720c 04FFBB37FED475A778F122709CBAC1D5",
        "1 5 7 1 7",
        "[1, 53, 55, 49]",
    ] {
        assert_eq!(form("PIN", "5717", other), None, "{other}");
    }
    assert_eq!(form("token", "ABCDEF99", "t=abcdef99"), Some("as it is"));
    assert_eq!(form("token", "ABCDEF99", "t=99FEDCBA"), Some("reversed"));
    assert_eq!(form("password", "secretA", "Basic Y3JtOnNlY3JldEE="), Some("in base64"));
    assert_eq!(form("password", "", "anything"), None);
}

#[test]
fn the_tables_agree() {
    for law in LAWS {
        for seat in law.seats {
            let mut scenes = SCENES.iter().filter(|scene| law.scenes.contains(&scene.name));
            assert!(scenes.any(|scene| scene.seats.contains(seat)), "{}", law.id);
        }
        for name in law.scenes {
            assert!(SCENES.iter().any(|scene| scene.name == *name), "{}: {name}", law.id);
        }
    }
}

#[test]
fn a_success_that_another_law_names_is_not_kept_by_what_other_scenes_say() {
    let id = "client.success-means-done";
    let law = LAWS.iter().find(|law| law.id == id).unwrap();
    let refused = scene(Seat::A, 10, vec![refused(ADD, "X")], WELL);
    let honest = scene(Seat::A, 10, vec![lost(ADD, Delivery::HangUp)], NOT_WELL);
    let findings = [&refused, &honest].map(|seen| (law.judge)(&Evidence::of(seen)));
    assert!(
        matches!(findings[0], Finding::NamedBy("client.reads-the-status-code")),
        "{findings:?}"
    );
    assert!(matches!(findings[1], Finding::Kept(_)), "{findings:?}");
    let verdict = judge(law, &[Evidence::of(&refused), Evidence::of(&honest)]);
    assert_eq!(verdict.finding, findings[0]);
}
