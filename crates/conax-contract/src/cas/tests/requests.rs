//! What the head-end understands, however it is spelled, and what it says about the rest.

use super::fixtures::{Fixture, bytes_of, check_complete, wire_fixtures};
use super::samples::at;
use conax_model::command::{Command, CommandKind, RequestedPeriod};
use conax_model::id::{ProductId, SmartcardId};

use crate::cas::{Profile, RequestRefusal, decode_request};

const REQUESTS: [Fixture; 43] = wire_fixtures!("requests":
    "alias_of_the_operation" "alias_with_the_wrapper_of_the_name" "ascii_by_declaration"
    "axis_1_style" "bark_without_start_time" "byte_order_mark" "cdata_and_references"
    "children_in_another_namespace" "children_in_the_common_namespace" "children_unqualified" "children_with_empty_xmlns"
    "comments_and_instructions" "empty_lists" "fingerprint_for_every_card"
    "header_wins_over_declaration" "invalid_card_empty" "invalid_card_missing"
    "invalid_card_misspelt" "invalid_card_twice" "invalid_card_with_elements"
    "invalid_everything_at_once" "invalid_pin_misspelt" "invalid_pin_twice"
    "invalid_pin_with_elements" "invalid_times" "latin1_by_declaration" "latin1_by_header"
    "loose_list_items" "no_namespaces_at_all" "only_the_first_of_the_body_counts"
    "operation_in_another_namespace" "other_prefixes_and_namespaces" "pin" "plural_mail"
    "pretty_printed" "pretty_printed_with_crlf" "text_is_kept_as_sent"
    "unknown_values_are_ignored" "values_in_another_order" "with_a_header" "wrapper_missing"
    "with_another_root_prefix" "invalid_items");

/// The header each message came with, where it matters.
fn content_type(name: &str) -> Option<&'static str> {
    match name {
        "latin1_by_header" => Some("application/xml; charset=\"iso-8859-1\""),
        "header_wins_over_declaration" => Some("text/xml;charset=\"utf-8\""),
        "pretty_printed" => Some("application/xml"),
        _ => None,
    }
}

fn rendered(profile: &str) -> String {
    let profile = Profile::shipped(profile).unwrap();
    let mut text = String::new();
    for (name, body) in REQUESTS {
        let line = match decode_request(profile, content_type(name), body) {
            Ok(request) => format!("{request:?}"),
            Err(RequestRefusal::Invalid { operation, problems }) => {
                format!("{operation:?} refused:\n    {}", problems.join("\n    "))
            }
            Err(RequestRefusal::Fault(fault)) => {
                format!("fault: {} {} ({})", fault.code, fault.string, fault.reason)
            }
        };
        text.push_str(&format!("{name}\n  {line}\n"));
    }
    text
}

#[test]
fn the_public_profile_reads_them_so() {
    check_complete("requests", &REQUESTS);
    insta::assert_snapshot!("requests_public", rendered("public"));
}

#[test]
fn the_strict_profile_reads_them_so() {
    insta::assert_snapshot!("requests_strict", rendered("strict"));
}

#[test]
fn a_pretty_printed_request_is_the_request() {
    for name in ["pretty_printed", "pretty_printed_with_crlf"] {
        let decoded = decode_request(Profile::public(), None, bytes_of(&REQUESTS, name));
        let expected = Command::AddSubscriptions {
            card: SmartcardId::new("01900080207"),
            products: vec![ProductId::new("101"), ProductId::new("102")],
            period: RequestedPeriod { start: Some(at("2014-11-30T09:00:00")), end: None },
        };
        assert_eq!(decoded, Ok(expected), "{name}");
    }
}

#[test]
fn a_pin_that_cannot_be_read_is_not_quoted() {
    for name in ["invalid_pin_with_elements", "invalid_pin_twice", "invalid_pin_misspelt"] {
        let refusal = decode_request(Profile::public(), None, bytes_of(&REQUESTS, name));
        let told = format!("{:?}", refusal.unwrap_err());
        assert!(!told.contains("4821"), "{name}: {told}");
    }
}

#[test]
fn the_same_problem_is_told_once_and_twenty_are_enough() {
    let items: String = (0..30).map(|index| format!("<x{index}/><x{index}/>")).collect();
    let body = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <CreatePairing xmlns=\"urn:conax-sim:pairing:v1\"><o xmlns=\"\">{items}</o>\
         </CreatePairing></s:Body></s:Envelope>"
    );
    let strict = Profile::shipped("strict").unwrap();
    let Err(RequestRefusal::Invalid { problems, .. }) =
        decode_request(strict, None, body.as_bytes())
    else {
        panic!("expected a refusal");
    };
    assert_eq!(problems.len(), 21, "{problems:?}");
    assert_eq!(problems[20], "and 11 more problems");
}

/// What is wrong with an addition that has this inside.
fn problems(profile: &str, inside: &str) -> Vec<String> {
    let profile = Profile::shipped(profile).unwrap();
    let namespace = &profile.namespace(CommandKind::AddSubscriptions).value;
    let body = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <AddSubscriptions xmlns=\"{namespace}\">{inside}</AddSubscriptions></s:Body></s:Envelope>"
    );
    match decode_request(profile, None, body.as_bytes()) {
        Err(RequestRefusal::Invalid { problems, .. }) => problems,
        other => panic!("expected problems, got {other:?}"),
    }
}

#[test]
fn an_argument_that_is_wrapped_once_too_often_is_told_in_every_profile() {
    for profile in ["public", "extended", "guess", "strict"] {
        for around in ["arg0", "request"] {
            let card =
                "<AddSubscriptionsRequest><CaClientId>1</CaClientId></AddSubscriptionsRequest>";
            let card = if around == "arg0" { "<CaClientId>1</CaClientId>" } else { card };
            let found = problems(profile, &format!("<{around}>{card}</{around}>"));
            let hint = format!(
                "`CaClientId` is missing; hint: there is one inside `{around}`, which nobody reads: \
                 leave `{around}` out, and keep what is in it"
            );
            assert_eq!(found, [hint], "{profile}");
        }
    }
}

#[test]
fn a_text_beyond_the_limit_is_a_problem_with_both_sizes() {
    let card = "1".repeat(900_000);
    let found = problems("public", &format!("<CaClientId>{card}</CaClientId>"));
    assert_eq!(found, ["`CaClientId` has 900000 letters; the limit is 1000"]);
}
