//! What the head-end answers, byte for byte.

use super::fixtures::{Fixture, bytes_of, check_complete, wire_fixtures};
use super::read_reply;
use super::samples::{CARD, at};
use crate::cas::{
    ActiveSubscription, CasAnswer, CasReply, CommandKind, Profile, RejectionCause, encode_reply,
    operation_key,
};

const ID: &str = "38a4254b-6663-4cb5-9764-e2a292264515";

const PUBLIC: [Fixture; 14] = wire_fixtures!("replies/public":
    "add_subscriptions" "cancel_subscriptions" "get_active_subscriptions" "create_pairing"
    "add_to_existing_pairing" "get_pairing_status_for_card"
    "get_pairing_status_for_pairing_module" "display_fingerprint"
    "update_ca_pin_to_default_value" "update_ca_pin_to_given_value"
    "send_mail_message_to_client" "send_bark_message_to_client"
    "send_repeating_bark_message_to_client" "refused");

const GUESS: [Fixture; 14] = wire_fixtures!("replies/guess":
    "add_subscriptions" "cancel_subscriptions" "get_active_subscriptions" "create_pairing"
    "add_to_existing_pairing" "get_pairing_status_for_card"
    "get_pairing_status_for_pairing_module" "display_fingerprint"
    "update_ca_pin_to_default_value" "update_ca_pin_to_given_value"
    "send_mail_message_to_client" "send_bark_message_to_client"
    "send_repeating_bark_message_to_client" "refused");

fn answer(operation: CommandKind) -> CasAnswer {
    let subscription = |product: &str, end| ActiveSubscription {
        product: product.to_owned(),
        start: Some(at("2014-11-30T09:00:00")),
        end,
    };
    match operation {
        CommandKind::GetActiveSubscriptions => CasAnswer::ActiveSubscriptions(vec![
            subscription("101", Some(at("2014-12-31T00:00:00"))),
            subscription("102", None),
        ]),
        CommandKind::GetPairingStatusForCard => CasAnswer::PairingStatus {
            paired: true,
            cards: vec![CARD.to_owned()],
            modules: vec!["30000000001".to_owned()],
        },
        CommandKind::GetPairingStatusForPairingModule => CasAnswer::PairingStatus {
            paired: false,
            cards: Vec::new(),
            modules: Vec::new(),
        },
        _ => CasAnswer::None,
    }
}

fn accepted(operation: CommandKind) -> CasReply {
    CasReply {
        status_code: "OK".to_owned(),
        transaction_id: Some(ID.to_owned()),
        message: None,
        answer: answer(operation),
    }
}

fn check(profile: &str, listed: &[Fixture]) {
    let profile = Profile::shipped(profile).unwrap();
    for operation in CommandKind::ALL {
        let bytes = encode_reply(profile, operation, &accepted(operation));
        let expected = String::from_utf8_lossy(bytes_of(listed, operation_key(operation)));
        assert_eq!(String::from_utf8_lossy(&bytes), expected, "{operation:?}");
    }
    let refused = CasReply {
        status_code: profile
            .status_code(RejectionCause::PairingModuleNotFound)
            .to_owned(),
        transaction_id: Some(ID.to_owned()),
        message: Some("PairingModuleNotFound: <30000000001> & others".to_owned()),
        answer: CasAnswer::None,
    };
    let bytes = encode_reply(profile, CommandKind::CreatePairing, &refused);
    let expected = String::from_utf8_lossy(bytes_of(listed, "refused"));
    assert_eq!(String::from_utf8_lossy(&bytes), expected);
}

#[test]
fn the_public_profile_answers_these_bytes() {
    check_complete("replies/public", &PUBLIC);
    check("public", &PUBLIC);
}

#[test]
fn the_guess_profile_answers_these_bytes() {
    check_complete("replies/guess", &GUESS);
    check("guess", &GUESS);
}

#[test]
fn the_strict_profile_answers_the_bytes_of_public() {
    check("strict", &PUBLIC);
}

#[test]
fn the_documented_reply_flattens_to_ok_and_the_transaction_id() {
    let operation = CommandKind::UpdateCaPinToDefaultValue;
    let body = bytes_of(&PUBLIC, operation_key(operation));
    let content_type = Some(crate::cas::REPLY_CONTENT_TYPE);
    let reply = read_reply(Profile::public(), operation, body, content_type, 200).unwrap();
    assert_eq!(reply.flattened, "OK38a4254b-6663-4cb5-9764-e2a292264515");
    assert_eq!(reply.status_code.as_deref(), Some("OK"));
    assert_eq!(reply.transaction_id.as_deref(), Some(ID));
    assert_eq!(reply.message, None);
}
