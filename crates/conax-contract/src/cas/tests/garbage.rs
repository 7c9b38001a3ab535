//! What is answered with a SOAP fault, byte for byte.

use super::fixtures::{Fixture, bytes_of, check_complete, wire_fixtures};
use crate::cas::{Profile, RequestRefusal, SoapFault, decode_request, encode_fault};

const GARBAGE: [Fixture; 41] = wire_fixtures!("garbage":
    "attribute_twice" "attribute_without_quotes" "bare_ampersand" "blank" "byte_order_mark_and_utf_16" "cdata_end_in_text"
    "character_reference_beyond_unicode" "character_reference_to_a_control"
    "character_reference_to_nothing" "control_character" "crm_type_as_operation"
    "cut_in_a_tag" "cut_short" "declaration_in_the_middle" "declared_utf_16"
    "declared_windows_1252" "doctype_inside" "double_hyphen_in_comment" "empty" "empty_body"
    "entity_bomb" "external_entity" "html_with_doctype" "illegal_element_name" "json" "no_body"
    "not_an_envelope" "not_ascii" "not_utf_8" "pin_in_broken_xml" "plain_html" "really_utf_16"
    "soap_1_2" "text_after" "text_before" "two_roots" "unbound_attribute_prefix" "unbound_prefix" "undeclared_entity"
    "unknown_operation" "wrong_end_tag");

fn fault(profile: &str, content_type: Option<&str>, body: &[u8]) -> SoapFault {
    let profile = Profile::shipped(profile).unwrap();
    match decode_request(profile, content_type, body) {
        Err(RequestRefusal::Fault(fault)) => fault,
        other => panic!("expected a fault, got {other:?}"),
    }
}

#[test]
fn garbage_is_refused_with_these_faults() {
    check_complete("garbage", &GARBAGE);
    let mut text = String::new();
    for (name, body) in GARBAGE {
        let fault = fault("public", None, body);
        assert_eq!(fault, self::fault("strict", None, body), "{name}");
        text.push_str(&format!("{name}: {}\n  {} {}\n", fault.reason, fault.code, fault.string));
    }
    insta::assert_snapshot!("garbage", text);
}

#[test]
fn an_unparseable_stream_is_answered_as_a_public_log_shows() {
    let fault = fault("public", Some("application/xml"), bytes_of(&GARBAGE, "declared_utf_16"));
    let expected = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">\
        <soap:Body><soap:Fault><faultcode>soap:Server</faultcode>\
        <faultstring>Couldn't parse stream.</faultstring></soap:Fault></soap:Body>\
        </soap:Envelope>";
    assert_eq!(String::from_utf8(encode_fault(&fault)).unwrap(), expected);
}

#[test]
fn a_fault_is_escaped_and_may_have_a_detail() {
    let mut fault = SoapFault::new("not_logged_in", "a < b", "test");
    fault.detail = Some("x & y".to_owned());
    let expected = "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">\
        <soap:Body><soap:Fault><faultcode>not_logged_in</faultcode>\
        <faultstring>a &lt; b</faultstring><detail>x &amp; y</detail></soap:Fault></soap:Body>\
        </soap:Envelope>";
    assert_eq!(String::from_utf8(encode_fault(&fault)).unwrap(), expected);
}

#[test]
fn a_charset_nobody_reads_is_refused_even_if_the_bytes_are_plain() {
    let body = br#"<?xml version="1.0"?><Envelope><Body/></Envelope>"#;
    let fault = fault("public", Some("text/xml; charset=koi8-r"), body);
    assert_eq!(fault.string, "Couldn't parse stream.");
    assert_eq!(fault.reason, "an unsupported encoding");
}

#[test]
fn nesting_and_counts_are_limited() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let wide = format!("<a>{}</a>", "<b/>".repeat(50_000));
    let attributes: String = (0..40).map(|index| format!(" a{index}=\"\"")).collect();
    let wide_tag = format!("<a{attributes}/>");
    let reasons = [deep, wide, wide_tag].map(|body| fault("public", None, body.as_bytes()).reason);
    insta::assert_snapshot!(reasons.join("\n"), @r"
    elements nested too deeply at byte 96
    too many elements at byte 199999
    too many attributes on one element at byte 0
    ");
}

/// Of two commands one would be carried out and the other lost.
#[test]
fn a_message_is_one_body_with_one_command() {
    let command = "<a:GetActiveSubscriptions xmlns:a=\"urn:conax-sim:authorization:v1\"/>";
    for (inside, reason) in [
        (
            format!("<s:Body>{command}{command}</s:Body>"),
            "the `Body` holds `GetActiveSubscriptions` and `GetActiveSubscriptions`; expected one command",
        ),
        (
            format!("<s:Body>{command}</s:Body><s:Body>{command}</s:Body>"),
            "`Body` stands behind the `Body`, where nothing may stand",
        ),
        (
            format!("<s:Header/><s:Body>{command}</s:Body><x/>"),
            "`x` stands behind the `Body`, where nothing may stand",
        ),
    ] {
        let namespace = "http://schemas.xmlsoap.org/soap/envelope/";
        let body = format!("<s:Envelope xmlns:s=\"{namespace}\">{inside}</s:Envelope>");
        for profile in ["public", "strict"] {
            assert_eq!(fault(profile, None, body.as_bytes()).reason, reason);
        }
    }
}

#[test]
fn a_long_unknown_operation_is_not_repeated_in_full() {
    let name = "x".repeat(10_000);
    let body = format!("<Envelope><Body><{name}/></Body></Envelope>");
    assert!(fault("public", None, body.as_bytes()).string.len() < 200);
}

#[test]
fn an_operation_in_a_foreign_namespace_is_unknown_to_the_strict_profile() {
    let body = br#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
        <AddSubscriptions xmlns="urn:other"/></s:Body></s:Envelope>"#;
    let fault = fault("strict", None, body);
    assert_eq!(fault.string, "No such operation: AddSubscriptions");
    assert_eq!(
        fault.reason,
        "the operation is not in the namespace `urn:conax-sim:authorization:v1`"
    );
}

#[test]
fn the_strict_profile_wants_the_namespace_of_the_envelope() {
    let fault = fault("strict", None, b"<Envelope><Body/></Envelope>");
    assert_eq!(fault.code, "soap:VersionMismatch");
}

/// A real head-end may take them.
#[test]
fn what_is_not_simulated_is_named() {
    let envelope = r#"<?xml version="1.0"?><Envelope><Body/></Envelope>"#;
    for charset in ["windows-1252", "koi8-r"] {
        let content_type = format!("text/xml; charset={charset}");
        let fault = fault("public", Some(&content_type), envelope.as_bytes());
        let detail = fault.detail.expect("words for it");
        assert!(detail.contains(&format!("`{charset}` is not simulated")), "{detail}");
    }
    let parts = format!("\r\n--b\r\nContent-Type: application/xop+xml\r\n\r\n{envelope}\r\n--b--");
    let content_type = "Multipart/Related; type=\"application/xop+xml\"; boundary=b";
    let mtom = fault("public", Some(content_type), parts.as_bytes());
    assert_eq!(mtom.code, "soap:Client");
    assert!(mtom.string.starts_with("MTOM and SOAP with attachments"), "{}", mtom.string);
}
