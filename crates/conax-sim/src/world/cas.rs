//! The Conax side of a world: settings, cards, products, pairings and entitlements.

use conax_contract::secret::SecretText;
use conax_contract::world::{
    AddedSetsSpec, BatchAtomicitySpec, CancelMissingSpec, CardFormatSpec, CasSettingsSpec,
    CasSmartcardSpec, EntitlementSpec, FormatSpec, IntervalRuleSpec, OverlappingFingerprintsSpec,
    PairingModuleState, PeriodPolicySpec, ProductKind as SpecKind, ProductState as SpecState,
    RepairPolicySpec, SmartcardState, TextAlphabetSpec, WorldSpec,
};
use conax_model::cas::{
    AddedSets, BatchAtomicity, CancelMissing, CardFormat, CardSpec, CardState, CasSettings,
    CasState, FingerprintPixels, IntervalRule, KeyState, LoadError, ModuleFormat, ModuleSpec,
    OverlappingFingerprints, Period, PeriodPolicy, Pin, ProductFormat, ProductKind, ProductSpec,
    ProductState, RepairPolicy, TextAlphabet,
};
use conax_model::id::{DomainName, PairingModuleId, ProductId, SmartcardId};
use conax_model::secret::Secret;
use conax_model::time::SimTime;

use super::WorldProblem;
use super::magic::with_magic;
use crate::cas_door::Gate;

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
        state.load_product(ProductSpec {
            id: ProductId::new(product.id.as_str()),
            label: product.label.clone().unwrap_or_default(),
            kind: match product.kind {
                SpecKind::Subscription => ProductKind::Subscription,
                SpecKind::Ppv => ProductKind::PayPerView,
                SpecKind::Token => ProductKind::Token,
            },
            state: match product.state {
                SpecState::Defined => ProductState::Defined,
                SpecState::Withdrawn => ProductState::Withdrawn,
            },
        });
    }
    for card in &spec.cas.smartcards {
        state.load_card(card_spec(card, spec)?);
    }
    for module in &spec.cas.pairing_modules {
        state.load_module(ModuleSpec {
            id: PairingModuleId::new(module.id.as_str()),
            key: match module.state {
                PairingModuleState::Loaded => KeyState::Loaded,
                PairingModuleState::Withdrawn => KeyState::Withdrawn,
            },
        });
    }
    for pairing in &spec.cas.pairings {
        let cards = pairing
            .smartcards
            .iter()
            .map(|id| SmartcardId::new(id.as_str()));
        let modules = pairing
            .pairing_modules
            .iter()
            .map(|id| PairingModuleId::new(id.as_str()));
        state
            .load_pairing(cards, modules, now)
            .map_err(contradiction)?;
    }
    for entitlement in &spec.cas.entitlements {
        entitle(&mut state, entitlement, now)?;
    }
    Ok(state)
}

/// Who may command the head-end of this world.
#[must_use]
pub fn gate(spec: &WorldSpec) -> Gate {
    let mut gate = Gate::new(default_domain(spec));
    for domain in &spec.cas.domains {
        if let (Some(username), Some(password)) = (&domain.username, &domain.password) {
            let name = DomainName::new(domain.name.as_str());
            gate.add_user(username, Secret::new(password.expose()), name);
        }
    }
    gate
}

/// The first domain is the CRM side's own.
fn default_domain(spec: &WorldSpec) -> DomainName {
    let first = spec
        .cas
        .domains
        .first()
        .map_or(DEFAULT_DOMAIN, |domain| &domain.name);
    DomainName::new(first)
}

fn contradiction(error: LoadError) -> WorldProblem {
    WorldProblem::new(error.to_string())
}

fn pin(secret: &SecretText<'_>) -> Result<Pin, WorldProblem> {
    Pin::parse(secret.expose()).ok_or_else(|| WorldProblem::new("a PIN is not made of four digits"))
}

fn card_spec(card: &CasSmartcardSpec, spec: &WorldSpec) -> Result<CardSpec, WorldProblem> {
    let domain = match card.domain.as_str() {
        "" => default_domain(spec),
        name => DomainName::new(name),
    };
    Ok(CardSpec {
        id: SmartcardId::new(card.id.as_str()),
        domain,
        state: match card.state {
            SmartcardState::Stock => CardState::Stock,
            SmartcardState::InUse => CardState::InUse,
            SmartcardState::Blocked => CardState::Blocked,
            SmartcardState::Retired => CardState::Retired,
        },
        pin: card.pin.as_ref().map(pin).transpose()?,
    })
}

fn entitle(
    state: &mut CasState,
    entitlement: &EntitlementSpec,
    now: SimTime,
) -> Result<(), WorldProblem> {
    let start = entitlement.start.map_or(now, SimTime::from_calendar);
    let end = entitlement
        .end
        .map_or(Period::OPEN_END, SimTime::from_calendar);
    if entitlement.start.is_none() && end <= now {
        // It was over before the world began: nothing of it is left.
        return Ok(());
    }
    let period = Period::new(start, end).ok_or_else(|| {
        let card = &entitlement.smartcard;
        WorldProblem::new(format!(
            "an entitlement of smartcard `{card}` ends before it starts"
        ))
    })?;
    let card = SmartcardId::new(entitlement.smartcard.as_str());
    let product = ProductId::new(entitlement.product.as_str());
    state
        .load_entitlement(&card, &product, period)
        .map_err(contradiction)
}

/// The head-end's settings: what the world does not say keeps the head-end's own default.
///
/// # Errors
/// If a PIN is none.
pub fn cas_settings(spec: &CasSettingsSpec, own: CasSettings) -> Result<CasSettings, WorldProblem> {
    Ok(CasSettings {
        card_format: spec
            .card_format
            .map_or(own.card_format, |format| match format {
                CardFormatSpec::Lenient => CardFormat::Lenient,
                CardFormatSpec::Strict => CardFormat::Strict,
                CardFormatSpec::StrictOrPrinted => CardFormat::StrictOrPrinted,
            }),
        module_format: spec
            .module_format
            .map_or(own.module_format, |format| match format {
                FormatSpec::Strict => ModuleFormat::Strict,
                FormatSpec::Lenient => ModuleFormat::Lenient,
            }),
        product_format: spec
            .product_format
            .map_or(own.product_format, |format| match format {
                FormatSpec::Strict => ProductFormat::Strict,
                FormatSpec::Lenient => ProductFormat::Lenient,
            }),
        period_policy: spec.period_policy.map_or(own.period_policy, period_policy),
        cancel_missing: spec
            .cancel_missing
            .map_or(own.cancel_missing, |policy| match policy {
                CancelMissingSpec::Accept => CancelMissing::Accept,
                CancelMissingSpec::Reject => CancelMissing::Reject,
            }),
        repair_policy: spec
            .repair_policy
            .map_or(own.repair_policy, |policy| match policy {
                RepairPolicySpec::Replace => RepairPolicy::Replace,
                RepairPolicySpec::Reject => RepairPolicy::Reject,
            }),
        added_sets: spec.added_sets.map_or(own.added_sets, |sets| match sets {
            AddedSetsSpec::One => AddedSets::One,
            AddedSetsSpec::OneOrBoth => AddedSets::OneOrBoth,
        }),
        default_pin: spec.default_pin.as_ref().map_or(Ok(own.default_pin), pin)?,
        text_alphabet: spec
            .text_alphabet
            .map_or(own.text_alphabet, |alphabet| match alphabet {
                TextAlphabetSpec::Unicode => TextAlphabet::Unicode,
                TextAlphabetSpec::Latin1 => TextAlphabet::Latin1,
            }),
        interval_rule: spec
            .interval_rule
            .map_or(own.interval_rule, |rule| match rule {
                IntervalRuleSpec::Free => IntervalRule::Free,
                IntervalRuleSpec::AtLeastDisplay => IntervalRule::AtLeastDisplay,
            }),
        batch_atomicity: spec
            .batch_atomicity
            .map_or(own.batch_atomicity, |policy| match policy {
                BatchAtomicitySpec::Whole => BatchAtomicity::Whole,
                BatchAtomicitySpec::EachCard => BatchAtomicity::EachCard,
            }),
        switched_off: spec.switched_off.iter().copied().collect(),
        ..limits(spec, own)
    })
}

/// The numbers among the settings.
fn limits(spec: &CasSettingsSpec, own: CasSettings) -> CasSettings {
    CasSettings {
        mail_text_limit: or(spec.mail_text_limit, own.mail_text_limit),
        bark_text_limit: or(spec.bark_text_limit, own.bark_text_limit),
        mail_air_time: spec.mail_air_time.unwrap_or(own.mail_air_time),
        default_display_seconds: spec
            .default_display_seconds
            .unwrap_or(own.default_display_seconds),
        display_seconds_limit: spec
            .display_seconds_limit
            .unwrap_or(own.display_seconds_limit),
        default_fingerprint_centiseconds: spec
            .default_fingerprint_centiseconds
            .unwrap_or(own.default_fingerprint_centiseconds),
        fingerprint_pixels: spec
            .fingerprint_pixels
            .map_or(own.fingerprint_pixels, |pixels| match pixels {
                FormatSpec::Lenient => FingerprintPixels::Lenient,
                FormatSpec::Strict => FingerprintPixels::Strict,
            }),
        overlapping_fingerprints: spec.overlapping_fingerprints.map_or(
            own.overlapping_fingerprints,
            |policy| match policy {
                OverlappingFingerprintsSpec::Replace => OverlappingFingerprints::Replace,
                OverlappingFingerprintsSpec::Refuse => OverlappingFingerprints::Refuse,
            },
        ),
        start_grace: spec.start_grace.unwrap_or(own.start_grace),
        start_horizon: spec.start_horizon.unwrap_or(own.start_horizon),
        batch_limit: or(spec.batch_limit, own.batch_limit),
        product_slot_limit: or(spec.product_slot_limit, own.product_slot_limit),
        pairing_group_limit: or(spec.pairing_group_limit, own.pairing_group_limit),
        live_message_limit: or(spec.live_message_limit, own.live_message_limit),
        live_fingerprint_limit: or(spec.live_fingerprint_limit, own.live_fingerprint_limit),
        finished_limit: or(spec.finished_limit, own.finished_limit),
        transaction_limit: or(spec.transaction_limit, own.transaction_limit),
        ..own
    }
}

fn period_policy(spec: PeriodPolicySpec) -> PeriodPolicy {
    match spec {
        PeriodPolicySpec::OpenEnded => PeriodPolicy::OpenEnded,
        PeriodPolicySpec::ToMonthEnd { additional_months } => {
            PeriodPolicy::ToMonthEnd { additional_months }
        }
        PeriodPolicySpec::Explicit => PeriodPolicy::Explicit,
    }
}

fn or(limit: Option<u32>, own: usize) -> usize {
    limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(own)
}
