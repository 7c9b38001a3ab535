//! The sections of the Conax side.

use super::world::hidden;
use crate::text::{Outline, Word, render_moment};
use crate::world::mask::Secrets;
use crate::world::spec::{
    CasSmartcardSpec, CasSpec, DomainSpec, EntitlementSpec, ModuleSpec, PairingSpec, ProductSpec,
};

pub(super) fn cas_outline(cas: &CasSpec, secrets: Secrets) -> Outline {
    let domains = |domain: &_| domain_outline(domain, secrets);
    let smartcards = |card: &_| smartcard_outline(card, secrets);
    Outline::map([
        ("settings", cas.settings.outline(secrets)),
        ("domains", Outline::list(&cas.domains, domains)),
        ("products", Outline::list(&cas.products, product_outline)),
        ("smartcards", Outline::list(&cas.smartcards, smartcards)),
        ("pairing_modules", Outline::list(&cas.pairing_modules, module_outline)),
        ("pairings", Outline::list(&cas.pairings, pairing_outline)),
        ("entitlements", Outline::list(&cas.entitlements, entitlement_outline)),
    ])
}

fn domain_outline(domain: &DomainSpec, secrets: Secrets) -> Outline {
    Outline::map([
        ("name", Outline::text(&domain.name)),
        ("username", Outline::optional_text(domain.username.as_ref())),
        ("password", hidden(domain.password.as_ref(), secrets)),
    ])
}

fn product_outline(product: &ProductSpec) -> Outline {
    let label = Some(&product.label).filter(|label| !label.is_empty());
    Outline::map([
        ("id", Outline::text(product.id.as_str())),
        ("label", Outline::optional_text(label)),
        ("kind", Outline::Word(product.kind.word().to_owned())),
        ("state", Outline::Word(product.state.word().to_owned())),
    ])
}

fn smartcard_outline(card: &CasSmartcardSpec, secrets: Secrets) -> Outline {
    Outline::map([
        ("id", Outline::text(&card.id)),
        ("domain", Outline::text(&card.domain)),
        ("state", Outline::Word(card.state.word().to_owned())),
        ("pin", hidden(card.pin.as_ref(), secrets)),
    ])
}

fn module_outline(module: &ModuleSpec) -> Outline {
    Outline::map([
        ("id", Outline::text(module.id.as_str())),
        ("state", Outline::Word(module.key.word().to_owned())),
    ])
}

fn pairing_outline(pairing: &PairingSpec) -> Outline {
    let names = |names: &[String]| Outline::list(names, |name| Outline::text(name));
    Outline::map([
        ("smartcards", names(&pairing.smartcards)),
        ("pairing_modules", names(&pairing.pairing_modules)),
    ])
}

fn entitlement_outline(entitlement: &EntitlementSpec) -> Outline {
    let date = |date: Option<_>| date.map_or(Outline::Null, |at| Outline::Text(render_moment(at)));
    Outline::map([
        ("smartcard", Outline::text(&entitlement.smartcard)),
        ("product", Outline::text(&entitlement.product)),
        ("start", date(entitlement.start)),
        ("end", date(entitlement.end)),
    ])
}
