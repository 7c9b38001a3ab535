//! The sections of the Conax side.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use conax_model::id::{PairingModuleId, ProductId};

use super::names::{Kind, Target};
use super::reading::{Reading, report_repeated};
use crate::text::{
    Fields, Finding, Findings, Placed, fields, items, moment, placed, shown, text, word,
};
use crate::world::spec::{
    CardState, CasSettingsSpec, CasSmartcardSpec, CasSpec, DomainSpec, EntitlementSpec, KeyState,
    ModuleSpec, PairingSpec, ProductKind, ProductSpec, ProductState,
};

pub(super) fn read_cas(
    fields_of_world: &mut Fields<'_, '_>,
    reading: &mut Reading,
) -> Option<CasSpec> {
    fields_of_world.optional("cas", |marked, findings| {
        fields(marked, findings, "the CAS side", |cas| {
            let settings = cas.optional("settings", |marked, findings| {
                fields(marked, findings, "the settings", |fields| {
                    Some(CasSettingsSpec::read(fields, reading))
                })
            });
            let domains = read_domains(cas, reading);
            let products = read_products(cas, reading);
            let smartcards = read_smartcards(cas, &domains, reading);
            let pairing_modules = read_pairing_modules(cas, reading);
            let pairings = read_pairings(cas, &domains, reading);
            let entitlements = read_entitlements(cas, reading);
            Some(CasSpec {
                settings: settings.unwrap_or_default(),
                domains,
                products,
                smartcards,
                pairing_modules,
                pairings,
                entitlements,
            })
        })
    })
}

fn read_domains(cas: &mut Fields<'_, '_>, reading: &mut Reading) -> Vec<DomainSpec> {
    let mut domains = cas.maps("domains", "a domain", |domain| {
        let name = reading.name(domain, "name", Kind::Domain);
        let username = reading.optional_name(domain, "username", Kind::DomainUsername);
        let password = reading.password(domain, "password");
        Some(DomainSpec { name: name?, username, password })
    });
    if domains.is_empty() {
        let name = CasSpec::DEFAULT_DOMAIN.to_owned();
        let placed = Placed { value: name.clone(), span: cas.mark() };
        reading.names.give(Kind::Domain, &placed, cas.findings);
        domains.push(DomainSpec { name, username: None, password: None });
    }
    domains
}

fn read_products(cas: &mut Fields<'_, '_>, reading: &mut Reading) -> Vec<ProductSpec> {
    cas.maps("products", "a product", |product| {
        let id = reading.name(product, "id", Kind::Product);
        let label = product.optional("label", text);
        let kind = product.optional("kind", word::<ProductKind>);
        let state = product.optional("state", word::<ProductState>);
        Some(ProductSpec {
            id: ProductId::new(id?),
            label: label.unwrap_or_default(),
            kind: kind.unwrap_or_default(),
            state: state.unwrap_or_default(),
        })
    })
}

fn read_smartcards(
    cas: &mut Fields<'_, '_>,
    domains: &[DomainSpec],
    reading: &mut Reading,
) -> Vec<CasSmartcardSpec> {
    cas.maps("smartcards", "a smartcard", |card| {
        let id = reading.name(card, "id", Kind::Smartcard);
        let domain = reading.optional_reference(card, "domain", Target::DOMAIN);
        let state = card.optional("state", word::<CardState>);
        let pin = card.optional("pin", |marked, findings| reading.pin(marked, findings));
        let (id, state) = (id?, state.unwrap_or_default());
        if state == CardState::Retired {
            reading.retired_cards.insert(id.clone());
        }
        let domain = match domain {
            None => domains.first()?.name.clone(),
            Some(domain) => {
                reading.card_domains.insert(id.clone(), domain.clone());
                domain
            }
        };
        Some(CasSmartcardSpec { id, domain, state, pin })
    })
}

fn read_pairing_modules(cas: &mut Fields<'_, '_>, reading: &mut Reading) -> Vec<ModuleSpec> {
    cas.maps("pairing_modules", "a pairing module", |module| {
        let id = reading.name(module, "id", Kind::PairingModule);
        let state = module.optional("state", word::<KeyState>);
        Some(ModuleSpec { id: PairingModuleId::new(id?), key: state.unwrap_or_default() })
    })
}

fn read_pairings(
    cas: &mut Fields<'_, '_>,
    domains: &[DomainSpec],
    reading: &mut Reading,
) -> Vec<PairingSpec> {
    let first_domain = domains.first().map_or("", |domain| &domain.name);
    let mut paired = PairedMembers::default();
    cas.maps("pairings", "a pairing", |pairing| {
        let smartcards = pairing.required("smartcards", items(placed(text)));
        let modules = pairing.required("pairing_modules", items(placed(text)));
        let (smartcards, modules) = (smartcards?, modules?);
        if smartcards.is_empty() || modules.is_empty() {
            let message = "a pairing needs a smartcard and a pairing module";
            pairing.refuse(message, "name at least one of each");
        }
        for card in &smartcards {
            reading.names.refer(Target::SMARTCARD, card.clone());
            paired.add("smartcard", card, pairing.findings);
            reading.refuse_retired(card, pairing.findings);
        }
        check_one_domain(&smartcards, first_domain, reading, pairing.findings);
        for module in &modules {
            reading.names.refer(Target::MODULE, module.clone());
            paired.add("pairing module", module, pairing.findings);
        }
        Some(PairingSpec {
            smartcards: smartcards.into_iter().map(|card| card.value).collect(),
            pairing_modules: modules.into_iter().map(|module| module.value).collect(),
        })
    })
}

/// A pairing belongs to one operator. `first_domain` manages the cards that name none.
fn check_one_domain(
    cards: &[Placed<String>],
    first_domain: &str,
    reading: &Reading,
    findings: &mut Findings,
) {
    let domain_of = |card: &Placed<String>| {
        let named = reading.card_domains.get(&card.value);
        named.map_or(first_domain, String::as_str)
    };
    let Some(first) = cards.first().map(domain_of) else {
        return;
    };
    for card in cards.iter().filter(|card| domain_of(card) != first) {
        let message = format!(
            "smartcard {} is in domain {}, the first of its pairing in {}",
            shown(&card.value),
            shown(domain_of(card)),
            shown(first)
        );
        let hint = "pair smartcards of one domain only";
        findings.add(Finding::new(card.span, message).with_hint(hint));
    }
}

/// Who is in a pairing already, and on which line.
#[derive(Default)]
struct PairedMembers(BTreeMap<(&'static str, String), usize>);

impl PairedMembers {
    fn add(&mut self, noun: &'static str, member: &Placed<String>, findings: &mut Findings) {
        let key = (noun, member.value.clone());
        if let Some(first) = self.0.get(&key) {
            let again = format!("{noun} {} is paired twice", shown(&member.value));
            report_repeated(again, *first, member.span, findings);
        } else {
            self.0.insert(key, member.span.start.line);
        }
    }
}

fn read_entitlements(cas: &mut Fields<'_, '_>, reading: &mut Reading) -> Vec<EntitlementSpec> {
    let mut period_counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    cas.maps("entitlements", "an entitlement", |entitlement| {
        let smartcard = entitlement.required("smartcard", placed(text));
        if let Some(card) = &smartcard {
            reading.names.refer(Target::SMARTCARD, card.clone());
            reading.refuse_retired(card, entitlement.findings);
        }
        let product = reading.reference(entitlement, "product", Target::PRODUCT);
        let start = entitlement.optional("start", placed(moment));
        let end = entitlement.optional("end", placed(moment));
        check_period(start.as_ref(), end.as_ref(), entitlement.findings);
        let (smartcard, product) = (smartcard?.value, product?);
        let count = period_counts.entry((smartcard.clone(), product.clone())).or_default();
        *count += 1;
        if *count > 2 {
            let message = format!(
                "smartcard {} has more than two periods of product {}",
                shown(&smartcard),
                shown(&product)
            );
            entitlement.refuse(message, "a smartcard keeps two periods per product");
        }
        Some(EntitlementSpec {
            smartcard,
            product,
            start: start.map(|start| start.value),
            end: end.map(|end| end.value),
        })
    })
}

fn check_period(
    start: Option<&Placed<NaiveDateTime>>,
    end: Option<&Placed<NaiveDateTime>>,
    findings: &mut Findings,
) {
    if let (Some(start), Some(end)) = (start, end)
        && end.value <= start.value
    {
        let message = "the period ends before it starts";
        let hint = "`end` is the first moment after the period";
        findings.add(Finding::new(end.span, message).with_hint(hint));
    }
}
