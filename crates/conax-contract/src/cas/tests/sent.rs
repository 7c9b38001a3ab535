//! What the CRM sends, byte for byte.

use super::fixtures::{Fixture, bytes_of, check_complete, wire_fixtures};
use super::samples::{CARD, sample};
use conax_model::command::{Command, CommandKind};
use conax_model::id::SmartcardId;

use crate::cas::{Profile, decode_request, encode_request, operation_key};

const PUBLIC: [Fixture; 13] = wire_fixtures!("sent/public":
    "add_subscriptions" "cancel_subscriptions" "get_active_subscriptions" "create_pairing"
    "add_to_existing_pairing" "get_pairing_status_for_card"
    "get_pairing_status_for_pairing_module" "display_fingerprint"
    "update_ca_pin_to_default_value" "update_ca_pin_to_given_value"
    "send_mail_message_to_client" "send_bark_message_to_client"
    "send_repeating_bark_message_to_client");

const GUESS: [Fixture; 13] = wire_fixtures!("sent/guess":
    "add_subscriptions" "cancel_subscriptions" "get_active_subscriptions" "create_pairing"
    "add_to_existing_pairing" "get_pairing_status_for_card"
    "get_pairing_status_for_pairing_module" "display_fingerprint"
    "update_ca_pin_to_default_value" "update_ca_pin_to_given_value"
    "send_mail_message_to_client" "send_bark_message_to_client"
    "send_repeating_bark_message_to_client");

fn check(profile: &str, listed: &[Fixture]) {
    let profile = Profile::shipped(profile).unwrap();
    for operation in CommandKind::ALL {
        let expected = bytes_of(listed, operation_key(operation));
        let sent = encode_request(profile, &sample(operation)).body;
        assert_eq!(
            String::from_utf8_lossy(&sent),
            String::from_utf8_lossy(expected),
            "{operation:?}"
        );
        assert_eq!(decode_request(profile, None, expected), Ok(sample(operation)));
    }
}

#[test]
fn the_public_profile_sends_these_bytes() {
    check_complete("sent/public", &PUBLIC);
    check("public", &PUBLIC);
}

#[test]
fn the_guess_profile_sends_these_bytes() {
    check_complete("sent/guess", &GUESS);
    check("guess", &GUESS);
}

#[test]
fn the_strict_profile_sends_and_understands_the_bytes_of_public() {
    check("strict", &PUBLIC);
}

#[test]
fn the_documented_request_flattens_to_the_card() {
    let request = Command::UpdateCaPinToDefaultValue { card: SmartcardId::new(CARD) };
    let encoded = encode_request(Profile::public(), &request);
    assert_eq!(encoded.flattened, "01900080207");
    assert_eq!(encoded.path, "/ca-server/webservices/caclient/ca-pin");
    assert_eq!(encoded.content_type, "text/xml; charset=utf-8");
    assert_eq!(encoded.soap_action.as_deref(), Some("\"\""));
}

#[test]
fn a_submitted_pin_is_in_the_body_and_nowhere_else() {
    let request = sample(CommandKind::UpdateCaPinToGivenValue);
    let encoded = encode_request(Profile::public(), &request);
    assert!(String::from_utf8_lossy(&encoded.body).contains("<CaPin>4821</CaPin>"));
    assert_eq!(encoded.flattened, "01900080207****");
    assert!(!format!("{request:?} {encoded:?}").contains("4821"));
}

#[test]
fn the_path_and_namespace_of_the_attested_operation_are_the_attested_ones() {
    let operation = CommandKind::SendBarkMessageToClient;
    let encoded = encode_request(Profile::public(), &sample(operation));
    assert_eq!(encoded.path, "/ca-server/webservices/caclient/user-text-messaging");
    let namespace = Profile::public().namespace(operation);
    assert_eq!(namespace.value, "http://www.conax.com/cas/xsd/user-text-messaging/v1");
}
