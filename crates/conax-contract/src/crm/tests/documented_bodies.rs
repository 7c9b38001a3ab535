//! Every documented body reads to the call it means.

use crate::crm::{Operation, Reading, mask_json, parse_body, read_call};

const BODIES: [(Operation, &str); 6] = [
    (
        Operation::AddSubscriptions,
        include_str!("../../../../../fixtures/contract/add_subscriptions.request.json"),
    ),
    (
        Operation::CancelSubscriptions,
        include_str!("../../../../../fixtures/contract/cancel_subscriptions.request.json"),
    ),
    (
        Operation::CreatePairing,
        include_str!("../../../../../fixtures/contract/create_pairing.request.json"),
    ),
    (
        Operation::AddToExistingPairing,
        include_str!("../../../../../fixtures/contract/add_to_existing_pairing.request.json"),
    ),
    (
        Operation::ResetPinToDefaultValue,
        include_str!("../../../../../fixtures/contract/reset_pin_to_default_value.request.json"),
    ),
    (
        Operation::ResetPinToGivenValue,
        include_str!("../../../../../fixtures/contract/reset_pin_to_given_value.request.json"),
    ),
];

#[test]
fn documented_bodies_read_to_the_calls_they_mean() {
    let mut story = String::new();
    for (operation, body) in BODIES {
        let params = parse_body(body.as_bytes()).unwrap();
        let call = read_call(operation, &params, &Reading::default()).unwrap();
        assert_eq!(call.operation(), operation);
        story.push_str(&format!("{call:#?}\n\n"));
    }
    insta::assert_snapshot!(story);
}

#[test]
fn documented_bodies_are_kept_without_their_secrets() {
    let kept: Vec<String> = BODIES.iter().map(|(_, body)| mask_json(body.as_bytes())).collect();
    insta::assert_snapshot!(kept.join("\n"));
}

#[test]
fn documented_bodies_carry_their_token() {
    for (operation, body) in BODIES {
        let params = parse_body(body.as_bytes()).unwrap();
        let token = params.token().unwrap();
        assert_eq!(token.len(), 32, "{operation:?}");
    }
}
