//! The three questions. They change nothing but the log (law I15).

use crate::id::{DomainName, PairingModuleId, SmartcardId};
use crate::time::SimTime;

use super::answer::Answer;
use super::decision::{Decision, Verdict};
use super::state::CasState;

impl CasState {
    /// Inferred: what is active at the head-end, not what the card has heard of. Nothing active
    /// is an answer, not an error.
    pub(super) fn decide_active_subscriptions(
        &self,
        domain: &DomainName,
        card: &SmartcardId,
        now: SimTime,
    ) -> Verdict {
        let id = self.settings.card_format.read(card)?;
        self.managed_card(domain, &id)?;
        let active = self.active_entitlements(&id, now);
        Ok(Decision::answer(Answer::ActiveSubscriptions(active)))
    }

    /// Inferred: a known card without pairing is an answer, not an error.
    pub(super) fn decide_card_pairing(&self, domain: &DomainName, card: &SmartcardId) -> Verdict {
        let id = self.settings.card_format.read(card)?;
        self.managed_card(domain, &id)?;
        let pairing = self.pairings.of_card(&id);
        Ok(Decision::answer(Answer::CardPairing {
            paired: pairing.is_some(),
            cards: members(pairing.map(|pairing| &pairing.cards)),
            modules: members(pairing.map(|pairing| &pairing.modules)),
        }))
    }

    /// Inferred: as for a card. Ours: members of another domain's pairing stay unnamed.
    pub(super) fn decide_module_pairing(
        &self,
        domain: &DomainName,
        module: &PairingModuleId,
    ) -> Verdict {
        self.settings.module_format.check(module)?;
        self.known_module(module)?;
        let pairing = self.pairings.of_module(module);
        let visible = pairing.filter(|pairing| !self.is_foreign(domain, pairing));
        Ok(Decision::answer(Answer::ModulePairing {
            paired: pairing.is_some(),
            cards: members(visible.map(|pairing| &pairing.cards)),
            modules: members(visible.map(|pairing| &pairing.modules)),
        }))
    }
}

fn members<T: Clone>(set: Option<&std::collections::BTreeSet<T>>) -> Vec<T> {
    set.into_iter().flatten().cloned().collect()
}
