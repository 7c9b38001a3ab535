//! What there is to cover.

use conax_contract::clause::Clause;
use conax_contract::crm::CommandKind;
use conax_contract::fault::{Applied, Inject, PRESETS, Preset};

/// An axis of coverage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Axis {
    /// Sentences of the contract.
    Clauses,
    /// Transitions of requests and of the head-end's state.
    Transitions,
    /// Fault × command × phase.
    Cells,
}

impl Axis {
    /// Every axis.
    pub const ALL: [Self; 3] = [Self::Clauses, Self::Transitions, Self::Cells];

    /// Its name, as `--fail-under` writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clauses => "clauses",
            Self::Transitions => "transitions",
            Self::Cells => "cells",
        }
    }

    /// The axis with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|axis| axis.name() == name)
    }

    /// Everything on it, in order.
    #[must_use]
    pub fn all(self) -> Vec<String> {
        match self {
            Self::Clauses => Clause::all().iter().map(|clause| clause.id.clone()).collect(),
            Self::Transitions => transitions(),
            Self::Cells => cells(),
        }
    }
}

/// The head-end's transitions, apart from those of requests.
// Inferred: the table of transitions of the head-end's state.
const HEAD_END: [&str; 20] = [
    "smartcard stock>in_use",
    "entitlement none>active",
    "entitlement none>future",
    "entitlement future>active",
    "entitlement active>cancelled",
    "entitlement future>cancelled",
    "entitlement cancelled>active",
    "entitlement active>expired",
    "entitlement expired>active",
    "pairing none>group",
    "pairing group>grown",
    "pairing group>replaced",
    "pin any>default",
    "pin any>given",
    "message queued>on_air",
    "message on_air>done",
    "message queued>replaced",
    "fingerprint scheduled>on_air",
    "fingerprint on_air>done",
    "fingerprint scheduled>replaced",
];

/// Every transition: `request PENDING>COMPLETED ADD_SUBSCRIPTIONS`, `entitlement none>active`.
#[must_use]
pub fn transitions() -> Vec<String> {
    let requests = CommandKind::ALL.into_iter().flat_map(|kind| {
        ["COMPLETED", "REJECTED"].map(|end| format!("request PENDING>{end} {}", kind.code()))
    });
    requests.chain(HEAD_END.map(str::to_owned)).collect()
}

/// Where in an exchange a rule of a preset acts.
fn phase_of(preset: &Preset, rule: &str) -> &'static str {
    match (rule.contains("after-apply"), preset.applied, preset.inject) {
        (true, _, _) => "after",
        (false, Applied::No, Inject::Transport) => "connect",
        (false, Applied::No, _) => "before",
        (false, Applied::Yes | Applied::Otherwise, _) => "after",
    }
}

/// Where in an exchange a preset acts.
pub(super) fn phases(preset: &Preset) -> Vec<&'static str> {
    let mut phases = vec![phase_of(preset, preset.rule)];
    for variant in preset.variants {
        let phase = phase_of(preset, variant.rule);
        if !phases.contains(&phase) {
            phases.push(phase);
        }
    }
    phases
}

/// The preset that acts in a phase: itself, or its variant that does.
pub(super) fn acting(fault: &str, phase: &str) -> String {
    let preset = PRESETS.iter().find(|preset| preset.id() == fault);
    let variant =
        preset.filter(|preset| phase_of(preset, preset.rule) != phase).and_then(|preset| {
            let mut variants = preset.variants.iter();
            variants.find(|variant| phase_of(preset, variant.rule) == phase)
        });
    match variant {
        Some(variant) => format!("{fault}/{}", variant.name),
        None => fault.to_owned(),
    }
}

/// Every cell: `f05 ADD_SUBSCRIPTIONS after`.
#[must_use]
pub fn cells() -> Vec<String> {
    let mut cells = Vec::new();
    for preset in &PRESETS {
        for kind in CommandKind::ALL {
            for phase in phases(preset) {
                cells.push(format!("{} {} {phase}", preset.id(), kind.code()));
            }
        }
    }
    cells
}
