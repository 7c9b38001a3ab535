//! What the CRM's client makes of answers that are not the expected reply.

use super::fixtures::{Fixture, bytes_of, check_complete, wire_fixtures};
use super::read_reply;
use crate::cas::{AxisFault, CommandKind, DecodedReply, Profile};

const ANSWERS: [Fixture; 14] = wire_fixtures!("answers":
    "bad_character" "cut_short" "empty_status_values" "fault_not_logged_in" "fault_of_our_own"
    "fault_with_text_as_detail" "maintenance_page" "maintenance_page_with_doctype"
    "no_transaction_status" "ok_only_in_the_message" "ok_without_transaction_id" "prefixed"
    "pretty_printed" "unclosed_html");

fn decode(body: &[u8], content_type: Option<&str>, status: u16) -> Result<DecodedReply, AxisFault> {
    let operation = CommandKind::AddSubscriptions;
    read_reply(Profile::public(), operation, body, content_type, status)
}

fn dump(body: &[u8], content_type: &str, http_status: u16) -> String {
    decode(body, Some(content_type), http_status).unwrap_err().render()
}

#[test]
fn answers_are_read_so() {
    check_complete("answers", &ANSWERS);
    let mut text = String::new();
    for (name, body) in ANSWERS {
        let read = match decode(body, Some("text/xml;charset=UTF-8"), 200) {
            Ok(reply) => format!("{reply:?}"),
            Err(fault) => fault.render(),
        };
        text.push_str(&format!("{name}\n{read}\n\n"));
    }
    insta::assert_snapshot!("answers", text);
}

#[test]
fn an_http_error_is_a_fault_with_the_page() {
    insta::assert_snapshot!(dump(b"<html>Log in</html>", "text/html", 401), @r"
    AxisFault
     faultCode: {http://xml.apache.org/axis/}HTTP
     faultSubcode: 
     faultString: (401)Reason
     faultActor: 
     faultNode: 
     faultDetail: 
    	{}:return code:  401
    &lt;html&gt;Log in&lt;/html&gt;
    	{http://xml.apache.org/axis/}HttpErrorCode:401
    ");
}

#[test]
fn a_server_error_with_a_soap_fault_is_that_fault_and_one_with_html_is_not() {
    let fault = bytes_of(&ANSWERS, "fault_of_our_own");
    assert!(dump(fault, "text/xml", 500).contains("}Server\n"));
    assert!(dump(fault, "text/xml", 500).contains("Couldn't parse stream."));
    assert!(dump(fault, "text/html", 500).contains("(500)Reason"));
    assert!(decode(fault, None, 500).unwrap_err().string.starts_with("(500)"));
    assert!(dump(fault, "text/xml", 404).contains("(404)Reason"));
}

#[test]
fn a_successful_answer_that_cannot_be_soap_is_a_fault() {
    assert!(dump(b"{}", "application/json", 200).contains("Content is not allowed in prolog."));
    assert!(dump(b"", "text/xml", 200).contains("Premature end of file."));
    assert!(dump(b"OK", "text/xml", 200).contains("Content is not allowed in prolog."));
    let page = bytes_of(&ANSWERS, "maintenance_page");
    assert!(dump(page, "text/html", 200).contains("Bad envelope tag:  html"));
}

#[test]
fn encodings_the_client_cannot_read_are_faults() {
    let fault = dump(b"<a/>", "text/xml; charset=x-nothing", 200);
    assert!(fault.contains("java.io.UnsupportedEncodingException: X-NOTHING"));
    let envelope = b"<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'>\xFF</Envelope>";
    assert!(dump(envelope, "text/xml", 200).contains("MalformedByteSequenceException"));
}

#[test]
fn an_error_page_that_repeats_the_request_does_not_spread_its_pin() {
    for page in [
        &b"<html><br>You sent <CaPin>4821</CaPin></html>"[..],
        b"<r><ns:CaPin xmlns:ns='urn:x'>4821</ns:CaPin></r>",
        b"cut: <CaPin>4821",
        b"the PIN 4821 is wrong",
    ] {
        let dump = dump(page, "text/html", 400);
        assert!(!dump.contains("4821"), "{dump}");
    }
    assert!(dump(b"no mapping for <br>4821", "text/html", 404).contains("no mapping for"));
}

#[test]
fn a_long_page_is_cut() {
    assert!(dump(&[b'x'; 100_000], "text/html", 503).len() < 3000);
}
