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

use super::mask::Secrets;
use super::read::Reading;
use super::write::hidden;
use crate::secret::SecretText;
use crate::text::{
    Fields, Findings, Marked, Outline, Word, duration, items, mismatch, number, render_duration,
    word,
};

macro_rules! settings {
    ($reading:ident: $($key:ident: $type:ty = $read:expr;)+) => {
        /// What a world says of the head-end's settings.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct CasSettingsSpec {
            $(
                #[doc = concat!("See [`CasSettings::", stringify!($key), "`].")]
                pub $key: Option<$type>,
            )+
        }

        impl CasSettingsSpec {
            pub(super) fn read(fields: &mut Fields<'_, '_>, $reading: &Reading) -> Self {
                Self {
                    $($key: fields.optional(stringify!($key), $read),)+
                }
            }

            pub(super) fn outline(&self, secrets: Secrets) -> Outline {
                Outline::map([$((
                    stringify!($key),
                    self.$key.as_ref().map_or(Outline::Null, |value| value.outline(secrets)),
                ),)+])
            }

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

settings! { reading:
    card_format: CardFormat = word;
    module_format: ModuleFormat = word;
    product_format: ProductFormat = word;
    period_policy: PeriodPolicy = period_policy;
    cancel_missing: CancelMissing = word;
    repair_policy: RepairPolicy = word;
    added_sets: AddedSets = word;
    default_pin: SecretText<'static> = |marked, findings| reading.pin(marked, findings);
    text_alphabet: TextAlphabet = word;
    mail_text_limit: usize = number(1..=MOST);
    bark_text_limit: usize = number(1..=MOST);
    mail_air_time: Duration = duration;
    default_display_seconds: u32 = number(1..=1_000_000_000);
    display_seconds_limit: u32 = number(1..=1_000_000_000);
    interval_rule: IntervalRule = word;
    default_fingerprint_centiseconds: u16 = number(1..=u16::MAX);
    fingerprint_pixels: FingerprintPixels = word;
    overlapping_fingerprints: OverlappingFingerprints = word;
    start_grace: Duration = duration;
    start_horizon: Duration = duration;
    batch_limit: usize = number(1..=MOST);
    batch_atomicity: BatchAtomicity = word;
    product_slot_limit: usize = number(1..=MOST);
    pairing_group_limit: usize = number(1..=MOST);
    live_message_limit: usize = number(1..=MOST);
    live_fingerprint_limit: usize = number(1..=MOST);
    finished_limit: usize = number(0..=MOST);
    transaction_limit: usize = number(0..=MOST);
    switched_off: Vec<CommandKind> = kinds;
}

/// The most of anything that is counted.
const MOST: usize = 1_000_000_000;

/// What a setting is in the head-end, and how it is written.
trait Setting {
    type Value;

    fn value(&self) -> Option<Self::Value>;

    fn outline(&self, secrets: Secrets) -> Outline;
}

macro_rules! plain {
    ($([$($bound:tt)*] $type:ty: |$value:ident| $outline:expr;)+) => {
        $(impl<$($bound)*> Setting for $type {
            type Value = Self;

            fn value(&self) -> Option<Self> {
                Some(*self)
            }

            fn outline(&self, _: Secrets) -> Outline {
                let $value = *self;
                $outline
            }
        })+
    };
}

plain! {
    [T: Word] T: |value| Outline::Word(value.word().to_owned());
    [] PeriodPolicy: |policy| Outline::Word(policy.code().into_owned());
    [] Duration: |time| Outline::Word(render_duration(time));
    [] u16: |number| Outline::Whole(i64::from(number));
    [] u32: |number| Outline::Whole(i64::from(number));
    [] usize: |number| Outline::Whole(i64::try_from(number).unwrap_or(i64::MAX));
}

impl Setting for SecretText<'static> {
    type Value = Pin;

    fn value(&self) -> Option<Pin> {
        Pin::parse(self.expose())
    }

    fn outline(&self, secrets: Secrets) -> Outline {
        hidden(Some(self), secrets)
    }
}

impl Setting for Vec<CommandKind> {
    type Value = BTreeSet<CommandKind>;

    fn value(&self) -> Option<BTreeSet<CommandKind>> {
        Some(self.iter().copied().collect())
    }

    fn outline(&self, _: Secrets) -> Outline {
        Outline::list(self, |kind| Outline::Word(kind.word().to_owned()))
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
