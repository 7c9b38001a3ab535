//! What the head-end remembers of its commands.

use conax_model::cas::{
    ActiveEntitlement, Answer, Effect, Outcome, Rejection, RejectionCause, Transaction,
};
use conax_model::id::{DomainName, PairingModuleId, ProductId, SmartcardId, TransactionId};
use conax_model::time::SimTime;
use serde::{Deserialize, Serialize};

use super::cas::{MESSAGE_KINDS, numbered, period};
use super::{UnknownValue, kind_number, kind_of};

pub(super) type Texts<'a> = Vec<&'a str>;

#[derive(Serialize, Deserialize)]
pub(super) struct TransactionRecord<'a> {
    id: u128,
    at: i64,
    domain: &'a str,
    kind: u8,
    #[serde(borrow)]
    cards: Texts<'a>,
    inputs: &'a str,
    #[serde(borrow)]
    outcome: OutcomeRecord<'a>,
    #[serde(borrow)]
    effect: EffectRecord<'a>,
}

#[derive(Serialize, Deserialize)]
enum OutcomeRecord<'a> {
    Accepted,
    /// Products with their periods.
    ActiveSubscriptions(#[serde(borrow)] Vec<(&'a str, i64, i64)>),
    CardPairing(bool, #[serde(borrow)] Texts<'a>, #[serde(borrow)] Texts<'a>),
    ModulePairing(bool, #[serde(borrow)] Texts<'a>, #[serde(borrow)] Texts<'a>),
    Rejected(#[serde(borrow)] RejectionRecord<'a>),
}

#[derive(Serialize, Deserialize)]
struct RejectionRecord<'a> {
    cause: u8,
    message: &'a str,
}

#[derive(Serialize, Deserialize)]
enum EffectRecord<'a> {
    Nothing,
    EntitlementsAdded(&'a str, #[serde(borrow)] Texts<'a>, (i64, i64)),
    EntitlementsCancelled(&'a str, #[serde(borrow)] Texts<'a>),
    PairingCreated(#[serde(borrow)] Texts<'a>, #[serde(borrow)] Texts<'a>),
    PairingGrown(
        &'a str,
        #[serde(borrow)] Texts<'a>,
        #[serde(borrow)] Texts<'a>,
    ),
    PinSet(&'a str),
    MessageQueued {
        kind: u8,
        #[serde(borrow)]
        cards: Texts<'a>,
        replaced_count: usize,
        #[serde(borrow)]
        left_out: Vec<RejectionRecord<'a>>,
    },
    FingerprintScheduled(u64, usize),
}

pub(super) fn cards_of(cards: &[SmartcardId]) -> Texts<'_> {
    cards.iter().map(SmartcardId::as_str).collect()
}

pub(super) fn modules_of(modules: &[PairingModuleId]) -> Texts<'_> {
    modules.iter().map(PairingModuleId::as_str).collect()
}

pub(super) fn products_of(products: &[ProductId]) -> Texts<'_> {
    products.iter().map(ProductId::as_str).collect()
}

pub(super) fn cards(texts: Texts<'_>) -> Vec<SmartcardId> {
    texts.into_iter().map(SmartcardId::new).collect()
}

pub(super) fn modules(texts: Texts<'_>) -> Vec<PairingModuleId> {
    texts.into_iter().map(PairingModuleId::new).collect()
}

pub(super) fn products(texts: Texts<'_>) -> Vec<ProductId> {
    texts.into_iter().map(ProductId::new).collect()
}

impl<'a> From<&'a Transaction> for TransactionRecord<'a> {
    fn from(transaction: &'a Transaction) -> Self {
        Self {
            id: transaction.id.bits(),
            at: transaction.at.millis(),
            domain: transaction.domain.as_str(),
            kind: kind_number(transaction.kind),
            cards: cards_of(&transaction.cards),
            inputs: &transaction.inputs,
            outcome: (&transaction.outcome).into(),
            effect: (&transaction.effect).into(),
        }
    }
}

impl TryFrom<TransactionRecord<'_>> for Transaction {
    type Error = UnknownValue;

    fn try_from(record: TransactionRecord<'_>) -> Result<Self, UnknownValue> {
        Ok(Self {
            id: TransactionId::from_random_bits(record.id),
            at: SimTime::from_millis(record.at),
            domain: DomainName::new(record.domain),
            kind: kind_of(record.kind)?,
            cards: cards(record.cards),
            inputs: record.inputs.to_owned(),
            outcome: record.outcome.try_into()?,
            effect: record.effect.try_into()?,
        })
    }
}

impl<'a> From<&'a Rejection> for RejectionRecord<'a> {
    fn from(rejection: &'a Rejection) -> Self {
        Self {
            cause: rejection.cause as u8,
            message: &rejection.message,
        }
    }
}

impl TryFrom<RejectionRecord<'_>> for Rejection {
    type Error = UnknownValue;

    fn try_from(record: RejectionRecord<'_>) -> Result<Self, UnknownValue> {
        let cause = numbered(&RejectionCause::ALL, record.cause, "cause of a rejection")?;
        Ok(Self::new(cause, record.message))
    }
}

impl<'a> From<&'a Outcome> for OutcomeRecord<'a> {
    fn from(outcome: &'a Outcome) -> Self {
        let answer = match outcome {
            Outcome::Rejected(rejection) => return Self::Rejected(rejection.into()),
            Outcome::Accepted(answer) => answer,
        };
        match answer {
            Answer::None => Self::Accepted,
            Answer::ActiveSubscriptions(active) => {
                let active = active.iter().map(|one| {
                    let (start, end) = (one.start.millis(), one.end.millis());
                    (one.product.as_str(), start, end)
                });
                Self::ActiveSubscriptions(active.collect())
            }
            Answer::CardPairing {
                paired,
                cards,
                modules,
            } => Self::CardPairing(*paired, cards_of(cards), modules_of(modules)),
            Answer::ModulePairing {
                paired,
                cards,
                modules,
            } => Self::ModulePairing(*paired, cards_of(cards), modules_of(modules)),
        }
    }
}

impl TryFrom<OutcomeRecord<'_>> for Outcome {
    type Error = UnknownValue;

    fn try_from(record: OutcomeRecord<'_>) -> Result<Self, UnknownValue> {
        Ok(Self::Accepted(match record {
            OutcomeRecord::Rejected(rejection) => {
                return Ok(Self::Rejected(rejection.try_into()?));
            }
            OutcomeRecord::Accepted => Answer::None,
            OutcomeRecord::ActiveSubscriptions(active) => {
                let active = active.into_iter();
                let active = active.map(|(product, start, end)| ActiveEntitlement {
                    product: ProductId::new(product),
                    start: SimTime::from_millis(start),
                    end: SimTime::from_millis(end),
                });
                Answer::ActiveSubscriptions(active.collect())
            }
            OutcomeRecord::CardPairing(paired, some, others) => Answer::CardPairing {
                paired,
                cards: cards(some),
                modules: modules(others),
            },
            OutcomeRecord::ModulePairing(paired, some, others) => Answer::ModulePairing {
                paired,
                cards: cards(some),
                modules: modules(others),
            },
        }))
    }
}

impl<'a> From<&'a Effect> for EffectRecord<'a> {
    fn from(effect: &'a Effect) -> Self {
        match effect {
            Effect::Nothing => Self::Nothing,
            Effect::EntitlementsAdded {
                card,
                products,
                period,
            } => {
                let span = (period.start().millis(), period.end().millis());
                Self::EntitlementsAdded(card.as_str(), products_of(products), span)
            }
            Effect::EntitlementsCancelled { card, products } => {
                Self::EntitlementsCancelled(card.as_str(), products_of(products))
            }
            Effect::PairingCreated { cards, modules } => {
                Self::PairingCreated(cards_of(cards), modules_of(modules))
            }
            Effect::PairingGrown {
                existing_card,
                cards,
                modules,
            } => Self::PairingGrown(existing_card.as_str(), cards_of(cards), modules_of(modules)),
            Effect::PinSet { card } => Self::PinSet(card.as_str()),
            Effect::MessageQueued {
                kind,
                cards,
                replaced_count,
                left_out,
            } => Self::MessageQueued {
                kind: *kind as u8,
                cards: cards_of(cards),
                replaced_count: *replaced_count,
                left_out: left_out.iter().map(Into::into).collect(),
            },
            Effect::FingerprintScheduled {
                number,
                replaced_count,
            } => Self::FingerprintScheduled(*number, *replaced_count),
        }
    }
}

impl TryFrom<EffectRecord<'_>> for Effect {
    type Error = UnknownValue;

    fn try_from(record: EffectRecord<'_>) -> Result<Self, UnknownValue> {
        Ok(match record {
            EffectRecord::Nothing => Self::Nothing,
            EffectRecord::EntitlementsAdded(card, some, span) => Self::EntitlementsAdded {
                card: SmartcardId::new(card),
                products: products(some),
                period: period(span)?,
            },
            EffectRecord::EntitlementsCancelled(card, some) => Self::EntitlementsCancelled {
                card: SmartcardId::new(card),
                products: products(some),
            },
            EffectRecord::PairingCreated(some, others) => Self::PairingCreated {
                cards: cards(some),
                modules: modules(others),
            },
            EffectRecord::PairingGrown(card, some, others) => Self::PairingGrown {
                existing_card: SmartcardId::new(card),
                cards: cards(some),
                modules: modules(others),
            },
            EffectRecord::PinSet(card) => Self::PinSet {
                card: SmartcardId::new(card),
            },
            EffectRecord::MessageQueued {
                kind,
                cards: some,
                replaced_count,
                left_out,
            } => Self::MessageQueued {
                kind: numbered(&MESSAGE_KINDS, kind, "kind of message")?,
                cards: cards(some),
                replaced_count,
                left_out: left_out
                    .into_iter()
                    .map(Rejection::try_from)
                    .collect::<Result<_, _>>()?,
            },
            EffectRecord::FingerprintScheduled(number, replaced_count) => {
                Self::FingerprintScheduled {
                    number,
                    replaced_count,
                }
            }
        })
    }
}
