//! The Conax side of a world: cards, products, pairings and what the cards may watch.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use conax_model::cas::{CardState, KeyState, ModuleSpec, ProductKind, ProductSpec, ProductState};
use conax_model::id::{PairingModuleId, ProductId};

use super::names::{Kind, Target};
use super::reading::{Reading, report_repeated};
use super::settings::CasSettingsSpec;
use super::table::{
    Record, name, optional, optional_name, or_usual, part, parts, password, pin, record, reference,
};
use crate::secret::SecretText;
use crate::text::{
    Fields, Finding, Findings, Outline, Placed, items, moment, placed, shown, text, word,
};
use crate::world::Secrets;

record! {
    /// The Conax side of a world.
    #[derive(Default)]
    pub struct CasSpec {
        /// How the head-end behaves where nothing public says how it should.
        settings: CasSettingsSpec = part("the settings");
        /// The SMS domains that share the head-end; the first is the CRM side's own. Absent in the
        /// file: one, called [`CasSpec::DEFAULT_DOMAIN`].
        domains: Vec<DomainSpec> = domains;
        /// The products it can entitle to, by the service CA ids of the CRM side.
        products: Vec<ProductSpec> = parts("a product");
        /// The smartcards it knows.
        smartcards: Vec<CasSmartcardSpec> = smartcards;
        /// The pairing modules it knows, by the STB CA ids of the CRM side.
        pairing_modules: Vec<ModuleSpec> = parts("a pairing module");
        /// The pairings it starts with.
        pairings: Vec<PairingSpec> = pairings;
        /// The entitlements it starts with.
        entitlements: Vec<EntitlementSpec> = entitlements;
    }
}

impl CasSpec {
    /// The domain of a world that names none. Ours.
    pub const DEFAULT_DOMAIN: &str = "crm";
}

record! {
    /// An SMS domain: a subscriber management system allowed to command the head-end.
    pub struct DomainSpec {
        /// Its name.
        name: String = name(Kind::Domain);
        /// The user name of its calls; without one nobody can log in as this domain.
        username: Option<String> = optional_name(Kind::DomainUsername);
        /// The password of its calls.
        password: Option<SecretText<'static>> = password;
    }
}

fn domains(
    cas: &mut Fields<'_, '_>,
    key: &'static str,
    reading: &mut Reading,
) -> Option<Vec<DomainSpec>> {
    let mut domains = parts("a domain")(cas, key, reading)?;
    if domains.is_empty() {
        let name = CasSpec::DEFAULT_DOMAIN.to_owned();
        let placed = Placed { value: name.clone(), span: cas.mark() };
        reading.names.give(Kind::Domain, &placed, cas.findings);
        domains.push(DomainSpec { name, username: None, password: None });
    }
    reading.first_domain.clone_from(&domains.first()?.name);
    Some(domains)
}

record! { for ProductSpec {
    id: ProductId = name(Kind::Product);
    label: String = or_usual(text), unless_empty;
    kind: ProductKind = or_usual(word);
    state: ProductState = or_usual(word);
} }

fn unless_empty(label: &str, _: Secrets) -> Outline {
    if label.is_empty() { Outline::Null } else { Outline::text(label) }
}

record! {
    /// A smartcard of the head-end.
    pub struct CasSmartcardSpec {
        /// Its CA id.
        id: String = name(Kind::Smartcard);
        /// The domain that manages it; absent in the file: the first domain.
        domain: String = |fields: &mut Fields<'_, '_>, key, reading: &mut Reading| {
            let domain = fields.optional(key, placed(text));
            Some(match domain {
                Some(domain) => reading.names.refer(Target::DOMAIN, domain),
                None => reading.first_domain.clone(),
            })
        };
        /// Its state; absent in the file: in stock.
        state: CardState = or_usual(word);
        /// Its PIN, four digits; absent: the default PIN of the settings.
        pin: Option<SecretText<'static>> = pin;
    }
}

fn smartcards(
    cas: &mut Fields<'_, '_>,
    key: &'static str,
    reading: &mut Reading,
) -> Option<Vec<CasSmartcardSpec>> {
    let cards: Vec<CasSmartcardSpec> = parts("a smartcard")(cas, key, reading)?;
    let retired = cards.iter().filter(|card| card.state == CardState::Retired);
    reading.retired_cards.extend(retired.map(|card| card.id.clone()));
    let domains = cards.iter().map(|card| (card.id.clone(), card.domain.clone()));
    reading.card_domains.extend(domains);
    Some(cards)
}

record! { for ModuleSpec {
    id: PairingModuleId = name(Kind::PairingModule);
    key ("state"): KeyState = or_usual(word);
} }

record! {
    /// A pairing: smartcards that work in these modules. A card or module is in one pairing at most.
    pub struct PairingSpec {
        /// The CA ids of its smartcards, one or more.
        smartcards: Vec<String> = |fields: &mut Fields<'_, '_>, key, reading: &mut Reading| {
            let cards = fields.required(key, items(placed(text)))?;
            cards.iter().for_each(|card| reading.refuse_retired(card, fields.findings));
            check_one_domain(&cards, reading, fields.findings);
            Some(reading.pair(Target::SMARTCARD, cards, fields.findings))
        };
        /// The ids of its pairing modules, one or more.
        pairing_modules: Vec<String> = |fields: &mut Fields<'_, '_>, key, reading: &mut Reading| {
            let modules = fields.required(key, items(placed(text)))?;
            Some(reading.pair(Target::MODULE, modules, fields.findings))
        };
    }
}

fn pairings(
    cas: &mut Fields<'_, '_>,
    key: &'static str,
    reading: &mut Reading,
) -> Option<Vec<PairingSpec>> {
    Some(cas.maps(key, "a pairing", |fields| {
        let pairing = PairingSpec::read(fields, reading)?;
        if pairing.smartcards.is_empty() || pairing.pairing_modules.is_empty() {
            let message = "a pairing needs a smartcard and a pairing module";
            fields.refuse(message, "name at least one of each");
        }
        Some(pairing)
    }))
}

/// A pairing belongs to one operator.
fn check_one_domain(cards: &[Placed<String>], reading: &Reading, findings: &mut Findings) {
    let domain_of = |card: &Placed<String>| {
        reading.card_domains.get(&card.value).unwrap_or(&reading.first_domain).clone()
    };
    let Some(first) = cards.first().map(domain_of) else {
        return;
    };
    for card in cards.iter().filter(|card| domain_of(card) != first) {
        let message = format!(
            "smartcard {} is in domain {}, the first of its pairing in {}",
            shown(&card.value),
            shown(&domain_of(card)),
            shown(&first)
        );
        let hint = "pair smartcards of one domain only";
        findings.add(Finding::new(card.span, message).with_hint(hint));
    }
}

impl Reading {
    /// Refers to members of a pairing; a finding for each that is in one already.
    fn pair(
        &mut self,
        target: Target,
        members: Vec<Placed<String>>,
        findings: &mut Findings,
    ) -> Vec<String> {
        for member in &members {
            let place = (target.noun, member.value.clone());
            match self.paired.get(&place) {
                Some(first) => {
                    let again = format!("{} {} is paired twice", target.noun, shown(&member.value));
                    report_repeated(again, *first, member.span, findings);
                }
                None => drop(self.paired.insert(place, member.span.start.line)),
            }
        }
        self.names.refer_all(target, members)
    }
}

record! {
    /// What a smartcard may watch, and when. At most two periods per smartcard and product.
    pub struct EntitlementSpec {
        /// The CA id of the smartcard.
        smartcard: String = |fields: &mut Fields<'_, '_>, key, reading: &mut Reading| {
            let card = fields.required(key, placed(text))?;
            reading.refuse_retired(&card, fields.findings);
            Some(reading.names.refer(Target::SMARTCARD, card))
        };
        /// The id of the product.
        product: String = reference(Target::PRODUCT);
        /// When it starts; absent: with the world.
        start: Option<NaiveDateTime> = optional(moment);
        /// When it ends (not included); absent: never.
        end: Option<NaiveDateTime> = |fields: &mut Fields<'_, '_>, key, _: &mut Reading| {
            let end = fields.optional(key, placed(moment));
            check_period(start.flatten(), end.as_ref(), fields.findings);
            Some(end.map(|end| end.value))
        };
    }
}

fn check_period(
    start: Option<NaiveDateTime>,
    end: Option<&Placed<NaiveDateTime>>,
    findings: &mut Findings,
) {
    if let (Some(start), Some(end)) = (start, end)
        && end.value <= start
    {
        let message = "the period ends before it starts";
        let hint = "`end` is the first moment after the period";
        findings.add(Finding::new(end.span, message).with_hint(hint));
    }
}

fn entitlements(
    cas: &mut Fields<'_, '_>,
    key: &'static str,
    reading: &mut Reading,
) -> Option<Vec<EntitlementSpec>> {
    let mut period_counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    Some(cas.maps(key, "an entitlement", |fields| {
        let entitlement = EntitlementSpec::read(fields, reading)?;
        let EntitlementSpec { smartcard, product, .. } = &entitlement;
        let count = period_counts.entry((smartcard.clone(), product.clone())).or_default();
        *count += 1;
        if *count > 2 {
            let (smartcard, product) = (shown(smartcard), shown(product));
            let message =
                format!("smartcard {smartcard} has more than two periods of product {product}");
            fields.refuse(message, "a smartcard keeps two periods per product");
        }
        Some(entitlement)
    }))
}
