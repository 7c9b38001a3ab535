//! A second opinion: what holds according to the accepted commands alone.
//!
//! Written to be plainly right, not fast: entitlements and PINs by looking back through the story
//! for the latest word on them, pairings as labels on members. It shares no code with the machine.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use crate::cas::{PeriodPolicy, Transaction};
use crate::command::Command;
use crate::id::{PairingModuleId, ProductId, SmartcardId};
use crate::time::SimTime;

use super::bench::Told;

/// Whether the product is active on the card at `at`.
pub(super) fn is_active(
    story: &[Told],
    policy: PeriodPolicy,
    card: &SmartcardId,
    product: &ProductId,
    at: SimTime,
) -> bool {
    for told in accepted(story).rev() {
        match &told.command {
            Command::CancelSubscriptions { card: on, products }
                if on == card && products.contains(product) =>
            {
                return false;
            }
            Command::AddSubscriptions { card: on, products, period }
                if on == card && products.contains(product) =>
            {
                let start = period.start.unwrap_or(told.transaction.at);
                let end = period
                    .end
                    .unwrap_or_else(|| policy_end(policy, start.max(told.transaction.at)));
                if start <= at && at < end {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// The PIN of the card; nothing if no command ever set it.
pub(super) fn pin<'a>(
    story: &'a [Told],
    default_pin: &'a str,
    card: &SmartcardId,
) -> Option<&'a str> {
    accepted(story).rev().find_map(|told| match &told.command {
        Command::UpdateCaPinToDefaultValue { card: on } if on == card => Some(default_pin),
        Command::UpdateCaPinToGivenValue { card: on, pin } if on == card => Some(pin.expose()),
        _ => None,
    })
}

/// The groups: those with the same label belong together, if there are both cards and modules.
pub(super) fn pairings(
    story: &[Told],
) -> BTreeSet<(BTreeSet<SmartcardId>, BTreeSet<PairingModuleId>)> {
    let mut card_labels: BTreeMap<SmartcardId, usize> = BTreeMap::new();
    let mut module_labels: BTreeMap<PairingModuleId, usize> = BTreeMap::new();
    for (step, told) in accepted(story).enumerate() {
        let (label, cards, modules) = match &told.command {
            Command::CreatePairing { cards, modules } => (step, cards, modules),
            Command::AddToExistingPairing { existing_card, cards, modules } => {
                (card_labels[existing_card], cards, modules)
            }
            _ => continue,
        };
        card_labels.extend(cards.iter().map(|card| (card.clone(), label)));
        module_labels.extend(modules.iter().map(|module| (module.clone(), label)));
        let on_cards: BTreeSet<usize> = card_labels.values().copied().collect();
        let on_modules: BTreeSet<usize> = module_labels.values().copied().collect();
        card_labels.retain(|_, label| on_modules.contains(label));
        module_labels.retain(|_, label| on_cards.contains(label));
    }
    let labels: BTreeSet<usize> = card_labels.values().copied().collect();
    labels
        .into_iter()
        .map(|label| (members(&card_labels, label), members(&module_labels, label)))
        .collect()
}

fn accepted(story: &[Told]) -> impl DoubleEndedIterator<Item = &Told> {
    let taken = |transaction: &Transaction| transaction.outcome.is_accepted();
    story.iter().filter(move |told| taken(&told.transaction))
}

fn members<T: Ord + Clone>(labels: &BTreeMap<T, usize>, label: usize) -> BTreeSet<T> {
    let labelled = labels.iter().filter(|(_, found)| **found == label);
    labelled.map(|(member, _)| member.clone()).collect()
}

/// Counts months the slow way: to the first day of a month, again and again.
fn policy_end(policy: PeriodPolicy, start: SimTime) -> SimTime {
    let PeriodPolicy::ToMonthEnd { additional_months } = policy else {
        return SimTime::from_millis(i64::MAX);
    };
    let mut day: NaiveDate = start.calendar().date();
    for _ in 0..=additional_months {
        day = day.iter_days().skip(1).find(|day| day.day() == 1).unwrap();
    }
    SimTime::from_calendar(day.and_hms_opt(0, 0, 0).unwrap())
}
