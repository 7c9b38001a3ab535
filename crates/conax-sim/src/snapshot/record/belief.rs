//! What the CRM believed of the head-end before it sent anything.

use conax_model::cas::Period;
use conax_model::drift::{BeliefParts, BelievedPairing};
use conax_model::id::{PairingModuleId, ProductId, SmartcardId};
use serde::{Deserialize, Serialize};

use super::UnknownValue;
use super::cas::{period, span};
use super::transaction::Texts;

/// Beginnings and ends.
type Spans = Vec<(i64, i64)>;

/// The CRM's belief at the start.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct BeliefRecord<'a> {
    #[serde(borrow)]
    entitlements: Vec<(&'a str, &'a str, Spans)>,
    #[serde(borrow)]
    pairings: Vec<(Texts<'a>, Texts<'a>)>,
}

impl<'a> BeliefRecord<'a> {
    pub(in crate::snapshot) fn of(parts: &'a BeliefParts) -> Self {
        let entitlements = parts.entitlements.iter();
        let pairings = parts.pairings.iter();
        Self {
            entitlements: entitlements
                .map(|(card, product, periods)| {
                    let spans = periods.iter().map(span).collect();
                    (card.as_str(), product.as_str(), spans)
                })
                .collect(),
            pairings: pairings
                .map(|pairing| {
                    let cards = pairing.cards.iter().map(SmartcardId::as_str);
                    let modules = pairing.modules.iter().map(PairingModuleId::as_str);
                    (cards.collect(), modules.collect())
                })
                .collect(),
        }
    }

    pub(in crate::snapshot) fn revive(self) -> Result<BeliefParts, UnknownValue> {
        let entitlements = self.entitlements.into_iter();
        let pairings = self.pairings.into_iter();
        Ok(BeliefParts {
            entitlements: entitlements
                .map(|(card, product, spans)| {
                    let periods = spans.into_iter().map(period);
                    let periods = periods.collect::<Result<Vec<Period>, _>>()?;
                    Ok((SmartcardId::new(card), ProductId::new(product), periods))
                })
                .collect::<Result<_, _>>()?,
            pairings: pairings
                .map(|(cards, modules)| BelievedPairing {
                    cards: cards.into_iter().map(SmartcardId::new).collect(),
                    modules: modules.into_iter().map(PairingModuleId::new).collect(),
                })
                .collect(),
        })
    }
}
