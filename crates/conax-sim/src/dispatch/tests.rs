//! The settlement table in sentences.

use conax_contract::cas::{AxisClient, DecodedReply};
use conax_model::crm::{ParameterKey, State, Unsendable};
use conax_model::time::SimTime;

use super::settlement::{settlement_for, unsendable};
use crate::link::SendFailure;

const NOW: SimTime = SimTime::from_millis(1_417_187_126_000);

fn reply(status_code: Option<&str>, transaction_id: Option<&str>) -> DecodedReply {
    DecodedReply {
        status_code: status_code.map(str::to_owned),
        transaction_id: transaction_id.map(str::to_owned),
        message: Some("card 01900080207 is not known".to_owned()),
        flattened: "flattened".to_owned(),
        spared: Vec::new(),
    }
}

#[test]
fn ok_completes_a_request_with_the_reference_of_the_head_end() {
    let settled = settlement_for("01900080207", &Ok(reply(Some("OK"), Some("38a4"))), NOW);
    assert_eq!(settled.end, State::Completed { reference: Some("38a4".into()) });
    assert_eq!(settled.request.as_deref(), Some("01900080207"));
    assert_eq!(settled.response.as_deref(), Some("flattened"));
    assert_eq!(settled.executed, NOW);
}

#[test]
fn ok_without_a_transaction_id_completes_without_a_reference() {
    let settled = settlement_for("", &Ok(reply(Some("OK"), None)), NOW);
    assert_eq!(settled.end, State::Completed { reference: None });
}

#[test]
fn another_status_code_rejects_with_the_head_ends_words_in_both_pairs() {
    let settled = settlement_for("", &Ok(reply(Some("CLIENT_NOT_FOUND"), Some("38a4"))), NOW);
    let State::Rejected { error, provider_error } = settled.end else { panic!("rejected") };
    assert_eq!(&*error.code, "CLIENT_NOT_FOUND");
    assert_eq!(&*error.description, "card 01900080207 is not known");
    assert_eq!(provider_error, Some(error));
}

#[test]
fn a_code_that_merely_contains_ok_is_not_ok() {
    let settled = settlement_for("", &Ok(reply(Some("NOT_OK"), None)), NOW);
    assert!(matches!(settled.end, State::Rejected { .. }));
}

#[test]
fn no_status_code_is_never_taken_for_ok() {
    let settled = settlement_for("", &Ok(reply(None, Some("38a4"))), NOW);
    let State::Rejected { error, provider_error } = settled.end else { panic!("rejected") };
    assert!(!error.code.is_empty() && !error.description.is_empty());
    assert_eq!(provider_error, None);
}

#[test]
fn c4_without_a_response_none_is_stored_and_the_error_is_the_axis_dump() {
    let failure = SendFailure { fault: AxisClient::default().read_timed_out(), was_sent: true };
    let settled = settlement_for("01900080207", &Err(failure), NOW);
    assert_eq!(settled.response, None);
    assert_eq!(settled.request.as_deref(), Some("01900080207"));
    let State::Rejected { error, provider_error } = settled.end else { panic!("rejected") };
    assert_eq!(&*error.code, "AxisFault");
    assert!(error.description.contains("java.net.SocketTimeoutException: Read timed out"));
    assert!(error.description.lines().count() > 5, "the dump has several lines");
    assert_eq!(provider_error, None);
}

#[test]
fn what_never_left_is_not_stored_as_sent() {
    let failure = SendFailure { fault: AxisClient::default().connect_refused(), was_sent: false };
    let settled = settlement_for("01900080207", &Err(failure), NOW);
    assert_eq!((settled.request, settled.response), (None, None));
}

#[test]
fn a_request_without_its_items_is_rejected_by_the_crm_alone() {
    let settled = unsendable(Unsendable { missing: ParameterKey::SmartcardCaId }, NOW);
    let State::Rejected { error, provider_error } = settled.end else { panic!("rejected") };
    assert!(error.description.contains("`smartcard_ca_id`"));
    assert_eq!((settled.request, provider_error), (None, None));
}
