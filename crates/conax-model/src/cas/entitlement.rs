//! Which products a smartcard may watch, and when: adding and cancelling.

use std::collections::BTreeSet;

use crate::command::RequestedPeriod;
use crate::id::{DomainName, ProductId, SmartcardId};
use crate::time::SimTime;

use super::card::Card;
use super::decision::{Change, Decision, Verdict};
use super::load::ProductState;
use super::period::{Period, Periods};
use super::settings::{CancelMissing, PeriodPolicy};
use super::state::CasState;
use super::transaction::{Effect, Rejection, RejectionCause};
use super::wording::quoted;
use crate::word_list;

word_list! {
    /// Whether an entitlement holds already. Ended ones are not shown at all.
    pub enum EntitlementState {
        /// Its start is still to come.
        Future = "future", Inferred;
        /// It holds.
        Active = "active", Inferred;
    }
}

/// One stored period of a product on a smartcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntitlementView {
    /// The product.
    pub product: ProductId,
    /// The period.
    pub period: Period,
    /// Whether it holds already.
    pub state: EntitlementState,
}

impl EntitlementView {
    pub(super) fn new(product: &ProductId, period: Period, now: SimTime) -> Self {
        let state =
            if period.contains(now) { EntitlementState::Active } else { EntitlementState::Future };
        Self { product: product.clone(), period, state }
    }
}

impl CasState {
    /// Inferred: adding again extends to the later end or changes nothing, and is accepted.
    pub(super) fn decide_add(
        &self,
        domain: &DomainName,
        card: &SmartcardId,
        products: &[ProductId],
        requested: RequestedPeriod,
        now: SimTime,
    ) -> Verdict {
        let id = self.settings.card_format.read(card)?;
        let products = self.read_products(products)?;
        let period = self.resolve_period(requested, now)?;
        let card = self.usable_card(domain, &id)?;
        for product in &products {
            self.check_product_offered(product)?;
        }
        self.check_slots(&id, card, &products, now)?;
        let mut changed = Vec::new();
        for product in products {
            let before = card.entitlements.get(product);
            let after = Periods::with_added(before, period, now)
                .ok_or_else(|| no_third_period(&id, product))?;
            let before = before.into_iter().flat_map(|periods| periods.living(now));
            if !before.eq(after.living(now)) {
                changed.push((product.clone(), Some(after)));
            }
        }
        if changed.is_empty() {
            return Ok(Decision::nothing_to_do());
        }
        let effect = Effect::EntitlementsAdded {
            card: id.clone(),
            products: changed.iter().map(|(id, _)| id.clone()).collect(),
            period,
        };
        let change = Change::SetEntitlements { card: id, products: changed };
        Ok(Decision::change(change, effect))
    }

    /// Inferred: what is active or still to come ends now. A withdrawn product can be cancelled.
    pub(super) fn decide_cancel(
        &self,
        domain: &DomainName,
        card: &SmartcardId,
        products: &[ProductId],
        now: SimTime,
    ) -> Verdict {
        let id = self.settings.card_format.read(card)?;
        let products = self.read_products(products)?;
        let card = self.managed_card(domain, &id)?;
        let mut cancelled = Vec::new();
        for product in products {
            self.check_product_known(product)?;
            let stored = card.entitlements.get(product);
            if stored.is_some_and(|periods| !periods.are_over(now)) {
                cancelled.push(product.clone());
            } else if self.settings.cancel_missing == CancelMissing::Reject {
                return Err(nothing_to_cancel(&id, product));
            }
        }
        if cancelled.is_empty() {
            return Ok(Decision::nothing_to_do());
        }
        let change = Change::SetEntitlements {
            card: id.clone(),
            products: cancelled.iter().map(|id| (id.clone(), None)).collect(),
        };
        let effect = Effect::EntitlementsCancelled { card: id, products: cancelled };
        Ok(Decision::change(change, effect))
    }

    /// Carries out both; on the way, periods that have ended are forgotten.
    pub(super) fn set_entitlements(
        &mut self,
        card: &SmartcardId,
        products: Vec<(ProductId, Option<Periods>)>,
        now: SimTime,
    ) {
        let Some(card) = self.cards.get_mut(card) else {
            return;
        };
        card.entitlements.retain(|_, periods| !periods.are_over(now));
        for (product, periods) in products {
            match periods {
                Some(periods) => card.entitlements.insert(product, periods),
                None => card.entitlements.remove(&product),
            };
        }
    }

    /// The products named, each once; naming one twice means nothing more (Ours).
    fn read_products<'a>(
        &self,
        products: &'a [ProductId],
    ) -> Result<BTreeSet<&'a ProductId>, Rejection> {
        if products.is_empty() {
            return Err(Rejection::invalid("the list of products is empty; name at least one"));
        }
        for product in products {
            self.settings.product_format.check(product)?;
        }
        Ok(products.iter().collect())
    }

    fn resolve_period(
        &self,
        requested: RequestedPeriod,
        now: SimTime,
    ) -> Result<Period, Rejection> {
        let start = requested.start.unwrap_or(now);
        self.check_horizon(start, now)?;
        let end = match (requested.end, self.settings.period_policy) {
            (Some(end), _) => end,
            (None, PeriodPolicy::OpenEnded) => Period::OPEN_END,
            (None, PeriodPolicy::ToMonthEnd { additional_months }) => {
                start.max(now).month_start_after(additional_months.saturating_add(1))
            }
            (None, PeriodPolicy::Explicit) => {
                return Err(Rejection::invalid(
                    "the period has no end; this head-end wants every period with its end",
                ));
            }
        };
        let period = Period::new(start, end).ok_or_else(|| {
            Rejection::invalid(format!(
                "the period ends at {end:?}, which is not after its start {start:?}"
            ))
        })?;
        if period.is_over(now) {
            return Err(Rejection::invalid(format!(
                "the period ended at {end:?} and it is {now:?}"
            )));
        }
        Ok(period)
    }

    fn check_product_known(&self, product: &ProductId) -> Result<ProductState, Rejection> {
        let found = self.products.get(product).map(|product| product.state);
        found.ok_or_else(|| {
            Rejection::new(
                RejectionCause::ProductNotFound,
                format!("product {} is not defined in this head-end", quoted(product)),
            )
        })
    }

    fn check_product_offered(&self, product: &ProductId) -> Result<(), Rejection> {
        match self.check_product_known(product)? {
            ProductState::Defined => Ok(()),
            ProductState::Withdrawn => Err(Rejection::new(
                RejectionCause::ProductNotFound,
                format!("product {} is withdrawn; it can only be cancelled", quoted(product)),
            )),
        }
    }

    fn check_slots(
        &self,
        id: &SmartcardId,
        card: &Card,
        products: &BTreeSet<&ProductId>,
        now: SimTime,
    ) -> Result<(), Rejection> {
        let held: BTreeSet<&ProductId> = card.living_entitlements(now).map(|(id, _)| id).collect();
        let wanted = held.union(products).count();
        let limit = self.settings.product_slot_limit;
        if wanted <= limit {
            return Ok(());
        }
        let message = format!(
            "smartcard {} holds {} products and would hold {wanted}; it has room for {limit}",
            quoted(id),
            held.len()
        );
        Err(Rejection::new(RejectionCause::CapacityExceeded, message))
    }
}

fn no_third_period(card: &SmartcardId, product: &ProductId) -> Rejection {
    let message = format!(
        "smartcard {} has two periods of product {} apart from this one; it has room for two",
        quoted(card),
        quoted(product)
    );
    Rejection::new(RejectionCause::CapacityExceeded, message)
}

fn nothing_to_cancel(card: &SmartcardId, product: &ProductId) -> Rejection {
    let message = format!(
        "smartcard {} has no entitlement to product {} that could be cancelled",
        quoted(card),
        quoted(product)
    );
    Rejection::new(RejectionCause::SubscriptionNotFound, message)
}
