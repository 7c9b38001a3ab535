//! The Conax side of a world: settings, cards, products, pairings and entitlements.

use conax_contract::secret::SecretText;
use conax_contract::world::{CasSettingsSpec, CasSmartcardSpec, EntitlementSpec, WorldSpec};
use conax_model::cas::{CardSpec, CasSettings, CasState, LoadError, Period, Pin};
use conax_model::id::{DomainName, PairingModuleId, ProductId, SmartcardId};
use conax_model::secret::Secret;
use conax_model::time::SimTime;

use super::WorldProblem;
use super::magic::with_magic;
use crate::authentication::Authentication;

/// The domain of a world that names none.
const DEFAULT_DOMAIN: &str = "crm";

/// The head-end's state at the start of this world; what the world does not set is as in `own`.
///
/// # Errors
/// If a pairing or entitlement contradicts what is loaded.
pub fn cas_state(
    spec: &WorldSpec,
    own: CasSettings,
    now: SimTime,
) -> Result<CasState, WorldProblem> {
    let spec = &*with_magic(spec);
    let mut state = CasState::new(cas_settings(&spec.cas.settings, own)?);
    state.add_domain(default_domain(spec));
    for domain in &spec.cas.domains {
        state.add_domain(DomainName::new(domain.name.as_str()));
    }
    for product in &spec.cas.products {
        state.load_product(product.clone());
    }
    for card in &spec.cas.smartcards {
        state.load_card(card_spec(card, spec)?);
    }
    for module in &spec.cas.pairing_modules {
        state.load_module(module.clone());
    }
    for pairing in &spec.cas.pairings {
        let cards = pairing.smartcards.iter().map(|id| SmartcardId::new(id.as_str()));
        let modules = pairing.pairing_modules.iter().map(|id| PairingModuleId::new(id.as_str()));
        state.load_pairing(cards, modules, now).map_err(contradiction)?;
    }
    for entitlement in &spec.cas.entitlements {
        entitle(&mut state, entitlement, now)?;
    }
    Ok(state)
}

/// Who may command the head-end of this world.
#[must_use]
pub fn authentication(spec: &WorldSpec) -> Authentication {
    let mut authentication = Authentication::new(default_domain(spec));
    for domain in &spec.cas.domains {
        if let (Some(username), Some(password)) = (&domain.username, &domain.password) {
            let name = DomainName::new(domain.name.as_str());
            authentication.add_user(username, Secret::new(password.expose()), name);
        }
    }
    authentication
}

/// The first domain is the CRM side's own.
fn default_domain(spec: &WorldSpec) -> DomainName {
    let first = spec.cas.domains.first().map_or(DEFAULT_DOMAIN, |domain| &domain.name);
    DomainName::new(first)
}

fn contradiction(error: LoadError) -> WorldProblem {
    WorldProblem::new(error.to_string())
}

fn pin(secret: &SecretText<'_>) -> Result<Pin, WorldProblem> {
    Pin::parse(secret.expose()).ok_or_else(no_pin)
}

fn card_spec(card: &CasSmartcardSpec, spec: &WorldSpec) -> Result<CardSpec, WorldProblem> {
    let domain = match card.domain.as_str() {
        "" => default_domain(spec),
        name => DomainName::new(name),
    };
    Ok(CardSpec {
        id: SmartcardId::new(card.id.as_str()),
        domain,
        state: card.state,
        pin: card.pin.as_ref().map(pin).transpose()?,
    })
}

fn entitle(
    state: &mut CasState,
    entitlement: &EntitlementSpec,
    now: SimTime,
) -> Result<(), WorldProblem> {
    let start = entitlement.start.map_or(now, SimTime::from_calendar);
    let end = entitlement.end.map_or(Period::OPEN_END, SimTime::from_calendar);
    if entitlement.start.is_none() && end <= now {
        // It was over before the world began: nothing of it is left.
        return Ok(());
    }
    let period = Period::new(start, end).ok_or_else(|| {
        let card = &entitlement.smartcard;
        WorldProblem::new(format!("an entitlement of smartcard `{card}` ends before it starts"))
    })?;
    let card = SmartcardId::new(entitlement.smartcard.as_str());
    let product = ProductId::new(entitlement.product.as_str());
    state.load_entitlement(&card, &product, period).map_err(contradiction)
}

/// The head-end's settings: what the world does not say keeps the head-end's own default.
///
/// # Errors
/// If a PIN is none.
pub fn cas_settings(spec: &CasSettingsSpec, own: CasSettings) -> Result<CasSettings, WorldProblem> {
    spec.over(own).ok_or_else(no_pin)
}

fn no_pin() -> WorldProblem {
    WorldProblem::new("a PIN is not made of four digits")
}
