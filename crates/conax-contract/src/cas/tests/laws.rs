//! Laws of the wire as properties.

use proptest::collection::vec;
use proptest::prelude::*;

use super::read_reply;
use super::samples::sample;
use super::strategies::{damage, operation, profile, reply, request, text};
use conax_model::command::{Command, CommandKind, TextMessage};
use conax_model::id::SmartcardId;
use conax_model::secret::Secret;

use crate::cas::{
    CasReply, Profile, decode_request, encode_reply, encode_request, flatten, mask_secrets, xml,
};

const XML: Option<&str> = Some("text/xml; charset=utf-8");

/// A reply survives the wire except for empty texts, which read as absent.
fn told(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_request_survives_the_wire(profile in profile(), request in request()) {
        let encoded = encode_request(profile, &request);
        prop_assert_eq!(decode_request(profile, XML, &encoded.body), Ok(request));
    }

    #[test]
    fn a_reply_survives_the_wire(
        profile in profile(),
        operation in operation(),
        reply in reply(),
    ) {
        let body = encode_reply(profile, operation, &reply);
        let decoded = read_reply(profile, operation, &body, XML, 200).unwrap();
        prop_assert_eq!(decoded.status_code, Some(reply.status_code));
        prop_assert_eq!(decoded.transaction_id, reply.transaction_id);
        prop_assert_eq!(decoded.message, told(&reply.message));
    }

    /// I4: a flattened reply starts with the status code, followed at once by the transaction id.
    #[test]
    fn a_flattened_reply_starts_with_status_code_and_transaction_id(
        profile in profile(),
        operation in operation(),
        reply in reply(),
    ) {
        let CasReply { status_code, transaction_id, .. } = &reply;
        let start = format!("{status_code}{}", transaction_id.as_deref().unwrap());
        let body = encode_reply(profile, operation, &reply);
        let decoded = read_reply(profile, operation, &body, XML, 200).unwrap();
        prop_assert!(decoded.flattened.starts_with(&start), "{}", decoded.flattened);
    }

    #[test]
    fn the_flattened_request_is_the_text_on_the_wire(
        profile in profile(),
        request in request(),
    ) {
        prop_assume!(request.kind() != CommandKind::UpdateCaPinToGivenValue);
        let encoded = encode_request(profile, &request);
        let root = xml::read(std::str::from_utf8(&encoded.body).unwrap()).unwrap();
        prop_assert_eq!(encoded.flattened, flatten::flatten(&root));
    }

    #[test]
    fn any_text_can_be_sent(text in any::<String>()) {
        let request = Command::SendMailMessageToClient(TextMessage {
            cards: vec![SmartcardId::new(text.as_str())],
            text,
            start: None,
            sequence_number: None,
        });
        let encoded = encode_request(Profile::public(), &request);
        let root = xml::read(std::str::from_utf8(&encoded.body).unwrap());
        prop_assert!(root.is_ok(), "{root:?}");
    }

    #[test]
    fn no_bytes_are_too_strange(
        profile in profile(),
        body in vec(any::<u8>(), 0..200),
        content_type in proptest::option::of(".{0,40}"),
        http_status in any::<u16>(),
    ) {
        let content_type = content_type.as_deref();
        let operation = CommandKind::AddSubscriptions;
        let _ = decode_request(profile, content_type, &body);
        if let Err(fault) = read_reply(profile, operation, &body, content_type, http_status) {
            prop_assert!(fault.render().starts_with("AxisFault"));
        }
        prop_assert!(mask_secrets(&body).len() <= body.len() * 2 + 60);
    }

    #[test]
    fn no_markup_is_too_strange(
        profile in profile(),
        body in "(<|>|</|/>|&|;|#|x|a|:|=|\"|'| |xmlns|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?|\\?>|\
                 <!DOCTYPE|Envelope|Body|1){0,40}",
    ) {
        let _ = decode_request(profile, None, body.as_bytes());
        let _ = read_reply(
            profile, CommandKind::AddSubscriptions, body.as_bytes(), None, 200,
        );
        prop_assert!(mask_secrets(body.as_bytes()).len() <= body.len() * 2 + 60);
    }

    #[test]
    fn a_damaged_message_is_a_value_and_never_tells_the_pin(
        profile in profile(),
        request in request(),
        damages in vec(damage(), 1..4),
    ) {
        let pin = encode_request(profile, &sample(CommandKind::UpdateCaPinToGivenValue)).body;
        for mut body in [encode_request(profile, &request).body, pin] {
            for damage in &damages {
                damage.apply(&mut body);
            }
            if let Err(refusal) = decode_request(profile, XML, &body) {
                prop_assert!(!format!("{refusal:?}").contains("4821"), "{refusal:?}");
            }
            prop_assert!(!mask_secrets(&body).contains("<CaPin>4821"));
        }
    }

    #[test]
    fn a_damaged_reply_is_a_value(
        operation in operation(),
        reply in reply(),
        damages in vec(damage(), 1..4),
        http_status in prop_oneof![Just(200_u16), Just(500), Just(401)],
    ) {
        let mut body = encode_reply(Profile::public(), operation, &reply);
        for damage in &damages {
            damage.apply(&mut body);
        }
        let profile = Profile::public();
        if let Err(fault) = read_reply(profile, operation, &body, XML, http_status) {
            prop_assert!(fault.render().starts_with("AxisFault\n faultCode: "));
        }
    }

    #[test]
    fn masking_changes_nothing_but_pins(profile in profile(), request in request()) {
        prop_assume!(request.kind() != CommandKind::UpdateCaPinToGivenValue);
        let body = encode_request(profile, &request).body;
        prop_assert_eq!(mask_secrets(&body), String::from_utf8(body).unwrap());
    }

    #[test]
    fn a_masked_body_does_not_depend_on_the_pin(profile in profile(), pin in text()) {
        let masked = |pin: &str| {
            let card = SmartcardId::new("1");
            let pin = Secret::new(pin);
            let request = Command::UpdateCaPinToGivenValue { card, pin };
            let encoded = encode_request(profile, &request);
            (mask_secrets(&encoded.body), encoded.flattened)
        };
        prop_assert_eq!(masked(&pin), masked("0000"));
    }
}
