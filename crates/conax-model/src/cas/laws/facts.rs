//! What can be seen of a head-end, without its log and without the numbers of messages and jobs.

use crate::cas::{
    CardView, CasState, EntitlementView, FingerprintView, MessageView, ModuleSpec, Pairing,
};
use crate::id::{DomainName, SmartcardId};
use crate::time::SimTime;

/// Everything that can be seen at one time, in an order that does not depend on history.
#[derive(Debug, PartialEq)]
pub(super) struct Facts {
    cards: Vec<(CardView, Vec<EntitlementView>)>,
    modules: Vec<ModuleSpec>,
    pairings: Vec<Pairing>,
    messages: Vec<MessageView>,
    fingerprints: Vec<FingerprintView>,
}

/// The facts at `now`.
pub(super) fn facts(state: &CasState, now: SimTime) -> Facts {
    facts_where(state, now, |_| true)
}

/// The facts at `now` about the cards of a domain.
pub(super) fn facts_of(state: &CasState, now: SimTime, domain: &DomainName) -> Facts {
    facts_where(state, now, |found| found == domain)
}

fn facts_where(
    state: &CasState,
    now: SimTime,
    is_of_interest: impl Fn(&DomainName) -> bool,
) -> Facts {
    let has_card = |id: &SmartcardId| {
        let card = state.card(id, now);
        card.is_some_and(|card| is_of_interest(&card.domain))
    };
    let cards = state.cards(now).filter(|card| is_of_interest(&card.domain));
    let with_entitlements = cards.map(|card| {
        let entitlements = state.entitlements(&card.id, now);
        (card, entitlements)
    });
    let mut messages: Vec<MessageView> = state
        .messages(now)
        .filter(|message| has_card(&message.card))
        .map(|message| MessageView { number: 0, ..message })
        .collect();
    messages.sort_by_cached_key(|message| {
        let what = (message.card.clone(), message.kind, message.sequence);
        (what, message.text.clone(), message.start, message.end)
    });
    let mut fingerprints: Vec<FingerprintView> = state
        .fingerprints(now)
        .filter(|job| is_of_interest(&job.domain))
        .map(|job| FingerprintView { number: 0, ..job })
        .collect();
    fingerprints.sort_by_cached_key(|job| {
        let what = (job.domain.clone(), job.card.clone(), job.slot);
        (what, job.display_centiseconds, job.start, job.end)
    });
    let mut pairings: Vec<Pairing> =
        state.pairings().filter(|pairing| pairing.cards.iter().any(has_card)).cloned().collect();
    pairings.sort_by(|one, other| one.cards.cmp(&other.cards));
    Facts {
        cards: with_entitlements.collect(),
        modules: state.modules().collect(),
        pairings,
        messages,
        fingerprints,
    }
}
