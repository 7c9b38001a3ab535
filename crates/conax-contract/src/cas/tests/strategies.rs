//! Random requests and replies.

use chrono::{DateTime, NaiveDateTime};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::cas::{ActiveSubscription, CasAnswer, CasReply, CasRequest, CommandKind, Profile};
use crate::secret::SecretText;

/// Any identifier that survives the trimming of white space: visible ASCII and some more.
pub(super) fn identifier() -> impl Strategy<Value = String> {
    "[!-~äß０-９]{1,12}"
}

/// Any text XML can carry, with many characters that need care.
pub(super) fn text() -> impl Strategy<Value = String> {
    "([\t\n\r<>&\"' \\]]|[ -~]|\\PC|\u{85}|\u{2028}){0,40}"
}

fn identifiers() -> impl Strategy<Value = Vec<String>> {
    vec(identifier(), 0..4)
}

fn time() -> impl Strategy<Value = NaiveDateTime> {
    // The years 1 to 9999, which have four digits.
    (-62_135_596_800_i64..253_402_300_800)
        .prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap().naive_utc())
}

pub(super) fn profile() -> impl Strategy<Value = &'static Profile> {
    proptest::sample::select(Profile::names().to_vec())
        .prop_map(|name| Profile::shipped(name).unwrap())
}

pub(super) fn operation() -> impl Strategy<Value = CommandKind> {
    proptest::sample::select(CommandKind::ALL.to_vec())
}

pub(super) fn request() -> impl Strategy<Value = CasRequest> {
    prop_oneof![
        subscriptions(),
        pairing(),
        one_value(),
        fingerprint(),
        message()
    ]
}

fn subscriptions() -> impl Strategy<Value = CasRequest> {
    (
        identifier(),
        identifiers(),
        option::of(time()),
        option::of(time()),
        any::<bool>(),
    )
        .prop_map(|(card, products, start, end, add)| {
            if add {
                CasRequest::AddSubscriptions {
                    card,
                    products,
                    start,
                    end,
                }
            } else {
                CasRequest::CancelSubscriptions { card, products }
            }
        })
}

fn pairing() -> impl Strategy<Value = CasRequest> {
    (option::of(identifier()), identifiers(), identifiers()).prop_map(
        |(existing, cards, modules)| match existing {
            Some(existing_card) => CasRequest::AddToExistingPairing {
                existing_card,
                cards,
                modules,
            },
            None => CasRequest::CreatePairing { cards, modules },
        },
    )
}

fn one_value() -> impl Strategy<Value = CasRequest> {
    (identifier(), text(), 0..5).prop_map(|(card, pin, which)| match which {
        0 => CasRequest::GetActiveSubscriptions { card },
        1 => CasRequest::GetPairingStatusForCard { card },
        2 => CasRequest::GetPairingStatusForPairingModule { module: card },
        3 => CasRequest::UpdateCaPinToDefaultValue { card },
        _ => CasRequest::UpdateCaPinToGivenValue {
            card,
            pin: SecretText::new(pin),
        },
    })
}

fn fingerprint() -> impl Strategy<Value = CasRequest> {
    let number = || option::of(any::<i64>());
    (
        option::of(identifier()),
        option::of(time()),
        [number(), number(), number(), number()],
        option::of(identifier()),
    )
        .prop_map(|(card, display_at, numbers, slot)| {
            let [position_x, position_y, height, display_centiseconds] = numbers;
            CasRequest::DisplayFingerprint {
                card,
                display_at,
                position_x,
                position_y,
                height,
                display_centiseconds,
                slot,
            }
        })
}

fn message() -> impl Strategy<Value = CasRequest> {
    let number = || option::of(any::<i64>());
    let heads = (identifiers(), text(), option::of(time()), number());
    (heads, number(), any::<[i64; 2]>(), 0..3).prop_map(|(head, display_seconds, rest, which)| {
        let (cards, text, start, sequence_number) = head;
        match which {
            0 => CasRequest::SendMailMessageToClient {
                cards,
                text,
                start,
                sequence_number,
            },
            1 => CasRequest::SendBarkMessageToClient {
                cards,
                text,
                start,
                sequence_number,
                display_seconds,
            },
            _ => CasRequest::SendRepeatingBarkMessageToClient {
                cards,
                text,
                start,
                sequence_number,
                display_seconds,
                repetition_count: rest[0],
                repetition_interval_seconds: rest[1],
            },
        }
    })
}

pub(super) fn reply() -> impl Strategy<Value = CasReply> {
    (identifier(), identifier(), option::of(text()), answer()).prop_map(
        |(status_code, transaction_id, message, answer)| CasReply {
            status_code,
            transaction_id: Some(transaction_id),
            message,
            answer,
        },
    )
}

fn answer() -> impl Strategy<Value = CasAnswer> {
    let item =
        (identifier(), option::of(time()), option::of(time())).prop_map(|(product, start, end)| {
            ActiveSubscription {
                product,
                start,
                end,
            }
        });
    prop_oneof![
        Just(CasAnswer::None),
        vec(item, 0..4).prop_map(CasAnswer::ActiveSubscriptions),
        (any::<bool>(), identifiers(), identifiers()).prop_map(|(paired, cards, modules)| {
            CasAnswer::PairingStatus {
                paired,
                cards,
                modules,
            }
        }),
    ]
}

/// One way to damage a message.
#[derive(Clone, Debug)]
pub(super) enum Damage {
    Cut(prop::sample::Index),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Put(prop::sample::Index, u8),
}

impl Damage {
    pub(super) fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Self::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Self::Remove(at, count) => {
                let start = at.index(bytes.len());
                let end = (start + count).min(bytes.len());
                bytes.drain(start..end);
            }
            Self::Repeat(at, count) => {
                let start = at.index(bytes.len());
                let end = (start + count).min(bytes.len());
                let copy = bytes[start..end].to_vec();
                bytes.splice(start..start, copy);
            }
            Self::Put(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
        }
    }
}

pub(super) fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        index().prop_map(Damage::Cut),
        (index(), 0..60_usize).prop_map(|(at, count)| Damage::Remove(at, count)),
        (index(), 0..60_usize).prop_map(|(at, count)| Damage::Repeat(at, count)),
        (index(), any::<u8>()).prop_map(|(at, byte)| Damage::Put(at, byte)),
    ]
}
