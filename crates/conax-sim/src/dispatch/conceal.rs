//! Keeping a submitted PIN out of what a head-end answers.
//!
//! Our own head-end never repeats a PIN; another one may, in a message or a fault. What it answers
//! is stored, listed and journaled, so the PIN is blotted out before anybody reads the answer.

use bytes::Bytes;
use conax_model::command::Command;

/// What stands in the place of a PIN.
const BLOT: &[u8] = b"****";

/// The answer without the PIN the command submitted, if it did submit one.
///
/// Only whole words are blotted out: the same digits within a UUID or a longer number are not the
/// PIN.
pub(super) fn conceal(command: &Command, body: Bytes) -> Bytes {
    let Command::UpdateCaPinToGivenValue { pin, .. } = command else {
        return body;
    };
    let pin = pin.expose().as_bytes();
    match find_word(&body, pin) {
        None => body,
        Some(_) => blotted(&body, pin).into(),
    }
}

fn blotted(body: &[u8], pin: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = find_word(rest, pin) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(BLOT);
        rest = &rest[at + pin.len()..];
    }
    out.extend_from_slice(rest);
    out
}

fn find_word(text: &[u8], word: &[u8]) -> Option<usize> {
    if word.is_empty() {
        return None;
    }
    let joins =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    text.windows(word.len())
        .enumerate()
        .find_map(|(at, window)| {
            let before = at.checked_sub(1).and_then(|before| text.get(before));
            let alone = !joins(before) && !joins(text.get(at + word.len()));
            (window == word && alone).then_some(at)
        })
}

#[cfg(test)]
mod tests {
    use conax_model::command::Command;
    use conax_model::id::SmartcardId;
    use conax_model::secret::Secret;

    use super::conceal;

    fn concealed(body: &'static str) -> String {
        let command = Command::UpdateCaPinToGivenValue {
            card: SmartcardId::new("1"),
            pin: Secret::new("1234"),
        };
        let body = conceal(&command, body.as_bytes().into());
        String::from_utf8(body.to_vec()).expect("text stays text")
    }

    #[test]
    fn a_pin_in_a_message_is_blotted_out() {
        assert_eq!(
            concealed("<Message>PIN 1234 or '1234' refused</Message>"),
            "<Message>PIN **** or '****' refused</Message>"
        );
    }

    #[test]
    fn the_same_digits_within_a_reference_are_left_alone() {
        let reference = "<TransactionId>38a41234-1234-4cb5-9764-e2a292261234</TransactionId>";
        assert_eq!(concealed(reference), reference);
    }

    #[test]
    fn an_answer_to_another_command_is_left_alone() {
        let command = Command::GetActiveSubscriptions {
            card: SmartcardId::new("1234"),
        };
        assert_eq!(conceal(&command, "card 1234".into()), "card 1234");
    }
}
