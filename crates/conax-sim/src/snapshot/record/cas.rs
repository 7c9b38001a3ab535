//! What the head-end keeps.

use std::sync::Arc;

use conax_model::cas::{
    CardParts, CardState, CasParts, FingerprintParts, KeyState, MessageKind, MessageParts,
    ModuleSpec, Pairing, Period, Pin, ProductKind, ProductSpec, ProductState, Repetition,
    ScheduleParts, ShownParts,
};
use conax_model::id::{DomainName, PairingModuleId, ProductId, SmartcardId};
use conax_model::time::SimTime;
use serde::{Deserialize, Serialize};

use super::UnknownValue;
use super::transaction::TransactionRecord;

/// The head-end's side.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct CasRecord<'a> {
    #[serde(borrow)]
    domains: Vec<&'a str>,
    #[serde(borrow)]
    products: Vec<ProductRecord<'a>>,
    /// Modules, and whether their keys may be used.
    #[serde(borrow)]
    modules: Vec<(&'a str, bool)>,
    #[serde(borrow)]
    cards: Vec<CardRecord<'a>>,
    #[serde(borrow)]
    pairings: Vec<PairingRecord<'a>>,
    #[serde(borrow)]
    messages: ScheduleRecord<MessageRecord<'a>>,
    #[serde(borrow)]
    fingerprints: ScheduleRecord<FingerprintRecord<'a>>,
    #[serde(borrow)]
    transactions: Vec<TransactionRecord<'a>>,
    transaction_count: u64,
}

#[derive(Serialize, Deserialize)]
struct ProductRecord<'a> {
    id: &'a str,
    label: &'a str,
    kind: u8,
    withdrawn: bool,
}

#[derive(Serialize, Deserialize)]
struct CardRecord<'a> {
    id: &'a str,
    domain: &'a str,
    state: u8,
    pin: String,
    #[serde(borrow)]
    entitlements: Vec<(&'a str, Vec<(i64, i64)>)>,
}

#[derive(Serialize, Deserialize)]
struct PairingRecord<'a> {
    since: i64,
    #[serde(borrow)]
    cards: Vec<&'a str>,
    #[serde(borrow)]
    modules: Vec<&'a str>,
}

#[derive(Serialize, Deserialize)]
struct ScheduleRecord<T> {
    next_number: u64,
    shown: Vec<ShownRecord<T>>,
    finished: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct ShownRecord<T> {
    number: u64,
    start: i64,
    end: i64,
    replaced_at: Option<i64>,
    item: T,
}

#[derive(Serialize, Deserialize)]
struct MessageRecord<'a> {
    card: &'a str,
    kind: u8,
    sequence: Option<u8>,
    text: &'a str,
    display_seconds: Option<u32>,
    repetition: Option<(u8, u16)>,
}

#[derive(Serialize, Deserialize)]
struct FingerprintRecord<'a> {
    domain: &'a str,
    slot: char,
    card: Option<&'a str>,
    position_x: Option<u16>,
    position_y: Option<u16>,
    height: Option<u8>,
    display_centiseconds: u16,
}

impl<'a> CasRecord<'a> {
    pub(in crate::snapshot) fn of(parts: &'a CasParts) -> Self {
        let modules = parts.modules.iter();
        Self {
            domains: parts.domains.iter().map(DomainName::as_str).collect(),
            products: parts.products.iter().map(Into::into).collect(),
            modules: modules
                .map(|module| (module.id.as_str(), module.key == KeyState::Loaded))
                .collect(),
            cards: parts.cards.iter().map(Into::into).collect(),
            pairings: parts.pairings.iter().map(Into::into).collect(),
            messages: ScheduleRecord::of(&parts.messages),
            fingerprints: ScheduleRecord::of(&parts.fingerprints),
            transactions: parts
                .transactions
                .iter()
                .map(|one| (&**one).into())
                .collect(),
            transaction_count: parts.transaction_count,
        }
    }

    pub(in crate::snapshot) fn revive(self) -> Result<CasParts, UnknownValue> {
        let modules = self.modules.into_iter();
        let cards = self.cards.into_iter();
        let transactions = self.transactions.into_iter();
        Ok(CasParts {
            domains: self.domains.into_iter().map(DomainName::new).collect(),
            products: all(self.products)?,
            modules: modules
                .map(|(id, loaded)| ModuleSpec {
                    id: PairingModuleId::new(id),
                    key: match loaded {
                        true => KeyState::Loaded,
                        false => KeyState::Withdrawn,
                    },
                })
                .collect(),
            cards: cards.map(CardParts::try_from).collect::<Result<_, _>>()?,
            pairings: self.pairings.into_iter().map(Into::into).collect(),
            messages: self.messages.revive()?,
            fingerprints: self.fingerprints.revive()?,
            transactions: transactions
                .map(|one| Ok(Arc::new(one.try_into()?)))
                .collect::<Result<_, _>>()?,
            transaction_count: self.transaction_count,
        })
    }
}

fn all<R, T: TryFrom<R, Error = UnknownValue>>(records: Vec<R>) -> Result<Vec<T>, UnknownValue> {
    records.into_iter().map(T::try_from).collect()
}

/// The value at this number among all of its sort.
pub(super) fn numbered<T: Copy>(
    all: &[T],
    number: u8,
    what: &'static str,
) -> Result<T, UnknownValue> {
    let found = all.get(usize::from(number));
    found.copied().ok_or(UnknownValue(what))
}

const PRODUCT_KINDS: [ProductKind; 3] = [
    ProductKind::Subscription,
    ProductKind::PayPerView,
    ProductKind::Token,
];
const CARD_STATES: [CardState; 4] = [
    CardState::Stock,
    CardState::InUse,
    CardState::Blocked,
    CardState::Retired,
];
pub(super) const MESSAGE_KINDS: [MessageKind; 3] = [
    MessageKind::Mail,
    MessageKind::Bark,
    MessageKind::RepeatingBark,
];

impl<'a> From<&'a ProductSpec> for ProductRecord<'a> {
    fn from(product: &'a ProductSpec) -> Self {
        Self {
            id: product.id.as_str(),
            label: &product.label,
            kind: product.kind as u8,
            withdrawn: product.state == ProductState::Withdrawn,
        }
    }
}

impl TryFrom<ProductRecord<'_>> for ProductSpec {
    type Error = UnknownValue;

    fn try_from(record: ProductRecord<'_>) -> Result<Self, UnknownValue> {
        Ok(Self {
            id: ProductId::new(record.id),
            label: record.label.to_owned(),
            kind: numbered(&PRODUCT_KINDS, record.kind, "kind of product")?,
            state: match record.withdrawn {
                true => ProductState::Withdrawn,
                false => ProductState::Defined,
            },
        })
    }
}

impl<'a> From<&'a CardParts> for CardRecord<'a> {
    fn from(card: &'a CardParts) -> Self {
        let entitlements = card.entitlements.iter();
        Self {
            id: card.id.as_str(),
            domain: card.domain.as_str(),
            state: card.state as u8,
            pin: card.pin.expose(),
            entitlements: entitlements
                .map(|(product, periods)| (product.as_str(), periods.iter().map(span).collect()))
                .collect(),
        }
    }
}

impl TryFrom<CardRecord<'_>> for CardParts {
    type Error = UnknownValue;

    fn try_from(record: CardRecord<'_>) -> Result<Self, UnknownValue> {
        let entitlements = record.entitlements.into_iter();
        Ok(Self {
            id: SmartcardId::new(record.id),
            domain: DomainName::new(record.domain),
            state: numbered(&CARD_STATES, record.state, "state of a smartcard")?,
            pin: Pin::parse(&record.pin).ok_or(UnknownValue("PIN"))?,
            entitlements: entitlements
                .map(|(product, spans)| {
                    let periods = spans.into_iter().map(period);
                    Ok((ProductId::new(product), periods.collect::<Result<_, _>>()?))
                })
                .collect::<Result<_, _>>()?,
        })
    }
}

pub(super) fn span(period: &Period) -> (i64, i64) {
    (period.start().millis(), period.end().millis())
}

pub(super) fn period((start, end): (i64, i64)) -> Result<Period, UnknownValue> {
    Period::new(SimTime::from_millis(start), SimTime::from_millis(end))
        .ok_or(UnknownValue("period"))
}

impl<'a> From<&'a Pairing> for PairingRecord<'a> {
    fn from(pairing: &'a Pairing) -> Self {
        Self {
            since: pairing.since.millis(),
            cards: pairing.cards.iter().map(SmartcardId::as_str).collect(),
            modules: pairing
                .modules
                .iter()
                .map(PairingModuleId::as_str)
                .collect(),
        }
    }
}

impl From<PairingRecord<'_>> for Pairing {
    fn from(record: PairingRecord<'_>) -> Self {
        Self {
            since: SimTime::from_millis(record.since),
            cards: record.cards.into_iter().map(SmartcardId::new).collect(),
            modules: record
                .modules
                .into_iter()
                .map(PairingModuleId::new)
                .collect(),
        }
    }
}

impl<R> ScheduleRecord<R> {
    fn of<'a, P>(parts: &'a ScheduleParts<P>) -> Self
    where
        R: From<&'a P>,
    {
        let shown = parts.shown.iter().map(|shown| ShownRecord {
            number: shown.number,
            start: shown.start.millis(),
            end: shown.end.millis(),
            replaced_at: shown.replaced_at.map(SimTime::millis),
            item: (&shown.item).into(),
        });
        Self {
            next_number: parts.next_number,
            shown: shown.collect(),
            finished: parts.finished.clone(),
        }
    }

    fn revive<P>(self) -> Result<ScheduleParts<P>, UnknownValue>
    where
        P: TryFrom<R, Error = UnknownValue>,
    {
        let shown = self.shown.into_iter().map(|shown| {
            Ok(ShownParts {
                number: shown.number,
                start: SimTime::from_millis(shown.start),
                end: SimTime::from_millis(shown.end),
                replaced_at: shown.replaced_at.map(SimTime::from_millis),
                item: shown.item.try_into()?,
            })
        });
        Ok(ScheduleParts {
            next_number: self.next_number,
            shown: shown.collect::<Result<_, _>>()?,
            finished: self.finished,
        })
    }
}

impl<'a> From<&'a MessageParts> for MessageRecord<'a> {
    fn from(message: &'a MessageParts) -> Self {
        let repetition = message.repetition;
        Self {
            card: message.card.as_str(),
            kind: message.kind as u8,
            sequence: message.sequence,
            text: &message.text,
            display_seconds: message.display_seconds,
            repetition: repetition
                .map(|repetition| (repetition.count, repetition.interval_seconds)),
        }
    }
}

impl TryFrom<MessageRecord<'_>> for MessageParts {
    type Error = UnknownValue;

    fn try_from(record: MessageRecord<'_>) -> Result<Self, UnknownValue> {
        Ok(Self {
            card: SmartcardId::new(record.card),
            kind: numbered(&MESSAGE_KINDS, record.kind, "kind of message")?,
            sequence: record.sequence,
            text: record.text.into(),
            display_seconds: record.display_seconds,
            repetition: record
                .repetition
                .map(|(count, interval_seconds)| Repetition {
                    count,
                    interval_seconds,
                }),
        })
    }
}

impl<'a> From<&'a FingerprintParts> for FingerprintRecord<'a> {
    fn from(job: &'a FingerprintParts) -> Self {
        Self {
            domain: job.domain.as_str(),
            slot: job.slot,
            card: job.card.as_ref().map(SmartcardId::as_str),
            position_x: job.position_x,
            position_y: job.position_y,
            height: job.height,
            display_centiseconds: job.display_centiseconds,
        }
    }
}

impl TryFrom<FingerprintRecord<'_>> for FingerprintParts {
    type Error = UnknownValue;

    fn try_from(record: FingerprintRecord<'_>) -> Result<Self, UnknownValue> {
        Ok(Self {
            domain: DomainName::new(record.domain),
            slot: record.slot,
            card: record.card.map(SmartcardId::new),
            position_x: record.position_x,
            position_y: record.position_y,
            height: record.height,
            display_centiseconds: record.display_centiseconds,
        })
    }
}

#[cfg(test)]
mod tests {
    //! Numbers stand for the values they stood for.

    use super::{CARD_STATES, MESSAGE_KINDS, PRODUCT_KINDS};

    #[test]
    fn every_value_stands_at_its_number() {
        assert_eq!(PRODUCT_KINDS.map(|kind| kind as usize), [0, 1, 2]);
        assert_eq!(CARD_STATES.map(|state| state as usize), [0, 1, 2, 3]);
        assert_eq!(MESSAGE_KINDS.map(|kind| kind as usize), [0, 1, 2]);
    }
}
