//! What is carried along while a world is read, and how secrets are read.

use std::collections::{BTreeMap, BTreeSet};

use conax_model::cas::Pin;

use super::names::{Kind, Names};
use crate::secret::SecretText;
use crate::text::{Fields, Finding, Findings, Marked, Placed, Span, placed, shown, text_of};
use crate::world::mask::is_mask;

/// Whether a secret may be a mask, to be filled in from another world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Masks {
    #[default]
    Refused,
    Allowed,
}

/// What is known so far of the world being read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) masks: Masks,
    pub(super) names: Names,
    /// The number that is given as the next one.
    pub(super) next_number: Option<Placed<u64>>,
    /// Ids and codes of products that are no services.
    pub(super) no_services: BTreeSet<String>,
    /// Services named by subscriptions, to be checked against `no_services`.
    pub(super) services_used: Vec<Placed<String>>,
    /// How many subscriptions were read so far.
    pub(super) subscriptions: usize,
    /// How many installed items were read so far.
    pub(super) items: usize,
    /// The position of an installed item by each of its names.
    pub(super) item_positions: BTreeMap<String, usize>,
    /// Installed items named by subscriptions, with the position of the subscription.
    pub(super) items_used: Vec<(usize, Placed<String>)>,
    /// The domain of cards that name none.
    pub(super) first_domain: String,
    /// Smartcards that are retired.
    pub(super) retired_cards: BTreeSet<String>,
    /// The domains of smartcards.
    pub(super) card_domains: BTreeMap<String, String>,
    /// Who is in a pairing already, by noun and name, and on which line.
    pub(super) paired: BTreeMap<(&'static str, String), usize>,
    /// The numbers of provisioning requests.
    pub(super) request_numbers: Vec<Placed<u64>>,
}

impl Reading {
    pub(super) fn new(masks: Masks) -> Self {
        Self { masks, ..Self::default() }
    }

    /// Reads a secret called `what`; its value never gets into a message.
    pub(super) fn secret(
        &self,
        what: &'static str,
        marked: &Marked,
        findings: &mut Findings,
    ) -> Option<SecretText<'static>> {
        let text = text_of(what)(marked, findings)?;
        if is_mask(&text) && self.masks == Masks::Refused {
            let message = format!("{} is a mask, {what} is expected", shown(&text));
            let hint = "write the secret itself; masks stand only in worlds that were read from a \
                        running simulator and go back to it";
            findings.add(Finding::new(marked.span, message).with_hint(hint));
            return None;
        }
        Some(SecretText::new(text))
    }

    /// Reads the required secret at `key`, which no two may share.
    pub(super) fn unique_secret(
        &mut self,
        fields: &mut Fields<'_, '_>,
        key: &'static str,
        (kind, what): (Kind, &'static str),
    ) -> Option<SecretText<'static>> {
        let read = |marked: &Marked, findings: &mut Findings| self.secret(what, marked, findings);
        let secret = fields.required(key, placed(read))?;
        let value = secret.value.expose().to_owned();
        // Two secrets may well end alike; which is meant is decided when the masks are filled.
        if !is_mask(&value) {
            self.names.give(kind, &Placed { value, span: secret.span }, fields.findings);
        }
        Some(secret.value)
    }

    /// Reports a smartcard that is retired where one is needed that works.
    pub(super) fn refuse_retired(&self, card: &Placed<String>, findings: &mut Findings) {
        if self.retired_cards.contains(&card.value) {
            let message = format!("smartcard {} is retired", shown(&card.value));
            let hint = "a retired smartcard has no pairing and no entitlement";
            findings.add(Finding::new(card.span, message).with_hint(hint));
        }
    }

    /// Reads a PIN: four digits.
    pub(super) fn pin(
        &self,
        marked: &Marked,
        findings: &mut Findings,
    ) -> Option<SecretText<'static>> {
        let pin = self.secret("a PIN", marked, findings)?;
        if Pin::parse(pin.expose()).is_none() && !is_mask(pin.expose()) {
            let message = "a PIN has four digits, this one has not";
            let hint = "write four digits between quotes, such as \"0000\"";
            findings.add(Finding::new(marked.span, message).with_hint(hint));
        }
        Some(pin)
    }
}

/// Reports what is named twice where it may be named once; `again` says so.
pub(super) fn report_repeated(
    again: String,
    first_line: usize,
    span: Span,
    findings: &mut Findings,
) {
    let hint = format!("the first time is on line {first_line}");
    findings.add(Finding::new(span, again).with_hint(hint));
}
