//! The settings of the head-end, each written once: its key in a world file, its type and how it is
//! read.
//!
//! What a setting means and what it is by default stands with the model's [`CasSettings`]; what a
//! world does not say keeps the head-end's own and is not written.

use std::collections::BTreeSet;
use std::time::Duration;

use conax_model::cas::{
    AddedSets, BatchAtomicity, CancelMissing, CardFormat, CasSettings, FingerprintPixels,
    IntervalRule, ModuleFormat, OverlappingFingerprints, PeriodPolicy, Pin, ProductFormat,
    RepairPolicy, TextAlphabet,
};
use conax_model::command::CommandKind;

use super::table::{optional, pin, record};
use crate::secret::SecretText;
use crate::text::{Findings, Marked, Word, duration, items, mismatch, number, word};

macro_rules! settings {
    ($($key:ident: $type:ty = $read:expr;)+) => {
        record! {
            /// What a world says of the head-end's settings.
            #[derive(Default)]
            pub struct CasSettingsSpec {
                $(
                    #[doc = concat!("See [`CasSettings::", stringify!($key), "`].")]
                    $key: Option<$type> = $read;
                )+
            }
        }

        impl CasSettingsSpec {
            /// The settings of a head-end whose own are `own`; nothing if a PIN is none.
            #[must_use]
            pub fn over(&self, own: CasSettings) -> Option<CasSettings> {
                Some(CasSettings {
                    $($key: match &self.$key {
                        Some(value) => value.value()?,
                        None => own.$key,
                    },)+
                })
            }
        }
    };
}

settings! {
    card_format: CardFormat = optional(word);
    module_format: ModuleFormat = optional(word);
    product_format: ProductFormat = optional(word);
    period_policy: PeriodPolicy = optional(period_policy);
    cancel_missing: CancelMissing = optional(word);
    repair_policy: RepairPolicy = optional(word);
    added_sets: AddedSets = optional(word);
    default_pin: SecretText<'static> = pin;
    text_alphabet: TextAlphabet = optional(word);
    mail_text_limit: usize = optional(number(1..=MOST));
    bark_text_limit: usize = optional(number(1..=MOST));
    mail_air_time: Duration = optional(duration);
    default_display_seconds: u32 = optional(number(1..=1_000_000_000));
    display_seconds_limit: u32 = optional(number(1..=1_000_000_000));
    interval_rule: IntervalRule = optional(word);
    default_fingerprint_centiseconds: u16 = optional(number(1..=u16::MAX));
    fingerprint_pixels: FingerprintPixels = optional(word);
    overlapping_fingerprints: OverlappingFingerprints = optional(word);
    start_grace: Duration = optional(duration);
    start_horizon: Duration = optional(duration);
    batch_limit: usize = optional(number(1..=MOST));
    batch_atomicity: BatchAtomicity = optional(word);
    product_slot_limit: usize = optional(number(1..=MOST));
    pairing_group_limit: usize = optional(number(1..=MOST));
    live_message_limit: usize = optional(number(1..=MOST));
    live_fingerprint_limit: usize = optional(number(1..=MOST));
    finished_limit: usize = optional(number(0..=MOST));
    transaction_limit: usize = optional(number(0..=MOST));
    switched_off: Vec<CommandKind> = optional(kinds);
}

/// The most of anything that is counted.
const MOST: usize = 1_000_000_000;

/// What a setting is in the head-end.
trait Setting {
    type Value;

    fn value(&self) -> Option<Self::Value>;
}

macro_rules! plain {
    ($([$($bound:tt)*] $type:ty;)+) => {
        $(impl<$($bound)*> Setting for $type {
            type Value = Self;

            fn value(&self) -> Option<Self> {
                Some(*self)
            }
        })+
    };
}

plain! {
    [T: Word] T;
    [] PeriodPolicy;
    [] Duration;
    [] u16;
    [] u32;
    [] usize;
}

impl Setting for SecretText<'static> {
    type Value = Pin;

    fn value(&self) -> Option<Pin> {
        Pin::parse(self.expose())
    }
}

impl Setting for Vec<CommandKind> {
    type Value = BTreeSet<CommandKind>;

    fn value(&self) -> Option<BTreeSet<CommandKind>> {
        Some(self.iter().copied().collect())
    }
}

/// An empty list says nothing.
fn kinds(marked: &Marked, findings: &mut Findings) -> Option<Vec<CommandKind>> {
    let kinds = items(word::<CommandKind>)(marked, findings);
    kinds.filter(|kinds| !kinds.is_empty())
}

fn period_policy(marked: &Marked, findings: &mut Findings) -> Option<PeriodPolicy> {
    let policy = marked.scalar().and_then(PeriodPolicy::from_code);
    if policy.is_none() {
        let hint = "write `open_ended`, `explicit`, `to_month_end`, or `to_month_end+1` for the \
                    end of the month after";
        findings.add(mismatch(marked, "a period policy").with_hint(hint));
    }
    policy
}
