//! Random requests and replies.

use chrono::DateTime;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use conax_model::cas::{ActiveEntitlement, Answer, Period};
use conax_model::command::{Command, CommandKind, Fingerprint, RequestedPeriod, TextMessage};
use conax_model::id::{PairingModuleId, ProductId, SmartcardId};
use conax_model::secret::Secret;
use conax_model::time::SimTime;

use crate::cas::{CasReply, Profile};

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

fn moment() -> impl Strategy<Value = SimTime> {
    // The years 1 to 9999, which have four digits.
    (-62_135_596_800_i64..253_402_300_800).prop_map(|seconds| {
        SimTime::from_calendar(DateTime::from_timestamp(seconds, 0).unwrap().naive_utc())
    })
}

pub(super) fn profile() -> impl Strategy<Value = &'static Profile> {
    proptest::sample::select(Profile::names().to_vec())
        .prop_map(|name| Profile::shipped(name).unwrap())
}

pub(super) fn operation() -> impl Strategy<Value = CommandKind> {
    proptest::sample::select(CommandKind::ALL.to_vec())
}

pub(super) fn request() -> impl Strategy<Value = Command> {
    prop_oneof![subscriptions(), pairing(), one_value(), fingerprint(), message()]
}

fn ids<T: std::fmt::Debug>(id: fn(String) -> T) -> impl Strategy<Value = Vec<T>> {
    identifiers().prop_map(move |texts| texts.into_iter().map(id).collect())
}

fn card() -> impl Strategy<Value = SmartcardId> {
    identifier().prop_map(SmartcardId::new)
}

fn subscriptions() -> impl Strategy<Value = Command> {
    let period = (option::of(moment()), option::of(moment()));
    (card(), ids(ProductId::new), option::of(period)).prop_map(|(card, products, period)| {
        match period {
            Some((start, end)) => {
                Command::AddSubscriptions { card, products, period: RequestedPeriod { start, end } }
            }
            None => Command::CancelSubscriptions { card, products },
        }
    })
}

fn pairing() -> impl Strategy<Value = Command> {
    let members = (ids(SmartcardId::new), ids(PairingModuleId::new));
    (option::of(card()), members).prop_map(|(existing, (cards, modules))| match existing {
        Some(existing_card) => Command::AddToExistingPairing { existing_card, cards, modules },
        None => Command::CreatePairing { cards, modules },
    })
}

fn one_value() -> impl Strategy<Value = Command> {
    (card(), text(), 0..5).prop_map(|(card, pin, which)| match which {
        0 => Command::GetActiveSubscriptions { card },
        1 => Command::GetPairingStatusForCard { card },
        2 => Command::GetPairingStatusForPairingModule {
            module: PairingModuleId::new(card.as_str()),
        },
        3 => Command::UpdateCaPinToDefaultValue { card },
        _ => Command::UpdateCaPinToGivenValue { card, pin: Secret::new(pin) },
    })
}

fn fingerprint() -> impl Strategy<Value = Command> {
    let number = || option::of(any::<i64>());
    (
        option::of(card()),
        option::of(moment()),
        [number(), number(), number(), number()],
        option::of(identifier()),
    )
        .prop_map(|(card, display_at, numbers, slot)| {
            let [position_x, position_y, height, display_centiseconds] = numbers;
            Command::DisplayFingerprint(Fingerprint {
                card,
                display_at,
                position_x,
                position_y,
                height,
                display_centiseconds,
                slot,
            })
        })
}

fn message() -> impl Strategy<Value = Command> {
    let number = || option::of(any::<i64>());
    let heads = (ids(SmartcardId::new), text(), option::of(moment()), number());
    (heads, number(), any::<[i64; 2]>(), 0..3).prop_map(|(head, display_seconds, rest, which)| {
        let (cards, text, start, sequence_number) = head;
        let message = TextMessage { cards, text, start, sequence_number };
        match which {
            0 => Command::SendMailMessageToClient(message),
            1 => Command::SendBarkMessageToClient { message, display_seconds },
            _ => Command::SendRepeatingBarkMessageToClient {
                message,
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

fn answer() -> impl Strategy<Value = Answer> {
    let end = option::of(moment()).prop_map(|end| end.unwrap_or(Period::OPEN_END));
    let product = identifier().prop_map(ProductId::new);
    let item = (product, moment(), end).prop_map(|(product, start, end)| ActiveEntitlement {
        product,
        start,
        end,
    });
    let pairing = (any::<bool>(), ids(SmartcardId::new), ids(PairingModuleId::new));
    prop_oneof![
        Just(Answer::None),
        vec(item, 0..4).prop_map(Answer::ActiveSubscriptions),
        pairing.prop_map(|(paired, cards, modules)| Answer::CardPairing { paired, cards, modules }),
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
