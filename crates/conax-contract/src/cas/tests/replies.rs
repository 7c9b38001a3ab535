//! What the head-end answers, byte for byte.

use conax_model::cas::{ActiveEntitlement, Answer, Period, RejectionCause};
use conax_model::command::CommandKind;
use conax_model::id::{PairingModuleId, ProductId, SmartcardId};

use super::fixtures::{Fixture, bytes_of, check_complete, wire_fixtures};
use super::read_reply;
use super::samples::{CARD, at};
use crate::cas::{CasReply, Profile, encode_reply, operation_key};

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

fn answer(operation: CommandKind) -> Answer {
    let active = |product: &str, end| ActiveEntitlement {
        product: ProductId::new(product),
        start: at("2014-11-30T09:00:00"),
        end,
    };
    match operation {
        CommandKind::GetActiveSubscriptions => Answer::ActiveSubscriptions(vec![
            active("101", at("2014-12-31T00:00:00")),
            active("102", Period::OPEN_END),
        ]),
        CommandKind::GetPairingStatusForCard => Answer::CardPairing {
            paired: true,
            cards: vec![SmartcardId::new(CARD)],
            modules: vec![PairingModuleId::new("30000000001")],
        },
        CommandKind::GetPairingStatusForPairingModule => {
            Answer::ModulePairing { paired: false, cards: Vec::new(), modules: Vec::new() }
        }
        _ => Answer::None,
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
        status_code: profile.status_code(RejectionCause::PairingModuleNotFound).to_owned(),
        transaction_id: Some(ID.to_owned()),
        message: Some("PairingModuleNotFound: <30000000001> & others".to_owned()),
        answer: Answer::None,
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
