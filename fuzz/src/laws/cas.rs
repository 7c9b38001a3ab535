//! The Conax endpoint's SOAP, in the four profiles.

use conax_contract::cas::{
    AxisClient, CommandKind, HttpAnswer, Profile, decode_reply, decode_request, encode_request,
    mask_secrets_for,
};
use conax_model::command::Command;

const XML: Option<&str> = Some("text/xml; charset=utf-8");
/// What stands once in a message and is shorter may be part of something else.
const SHORTEST_PIN: usize = 4;

pub(super) fn profiles() -> impl Iterator<Item = &'static Profile> {
    Profile::names().into_iter().map(|name| Profile::shipped(name).expect("a shipped profile"))
}

/// What is read and written again reads the same, and its PIN is masked.
pub(super) fn request(input: &[u8]) {
    for profile in profiles() {
        let Ok(command) = decode_request(profile, None, input) else {
            continue;
        };
        let written = encode_request(profile, &command);
        let again = decode_request(profile, XML, &written.body);
        let shown = String::from_utf8_lossy(&written.body);
        assert!(again.as_ref() == Ok(&command), "{}: {again:?}\n{shown}", profile.name());
        if let Command::UpdateCaPinToGivenValue { pin, .. } = &command {
            let pin = pin.expose();
            let stands = String::from_utf8_lossy(input).matches(pin).count();
            let is_masked = !mask_secrets_for(profile, input).contains(pin);
            assert!(pin.len() < SHORTEST_PIN || stands != 1 || is_masked, "{}", profile.name());
        }
    }
}

/// An answer is a reply, or the dump of a fault.
pub(super) fn reply(input: &[u8]) {
    let axis = AxisClient::default();
    for profile in profiles() {
        for (status, content_type) in
            [(200, XML), (500, XML), (500, Some("text/html")), (302, None)]
        {
            let answer = HttpAnswer { status, reason: "Reason", content_type, body: input };
            match decode_reply(profile, CommandKind::AddSubscriptions, answer, &axis) {
                Ok(reply) => {
                    let flat = |range| reply.flattened.get(Clone::clone(range));
                    assert!(reply.spared.iter().map(flat).all(|part| part.is_some()), "{reply:?}");
                }
                Err(fault) => {
                    assert!(fault.render().starts_with("AxisFault\n faultCode: "), "{fault:?}");
                }
            }
        }
    }
}
