//! Everything about the head-end that is a choice: each with its default and how we know it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::command::CommandKind;

use super::format::{CardFormat, ModuleFormat, ProductFormat};
use super::pin::Pin;
use crate::word_list;
use crate::word_list::first_word_is_default;

/// The settings of the head-end. `default()` is what the documentation promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasSettings {
    /// How smartcard ids look. Default: lenient (Shown).
    pub card_format: CardFormat,
    /// How pairing module ids look. Default: lenient (Shown).
    pub module_format: ModuleFormat,
    /// How product ids look. Default: lenient (Shown).
    pub product_format: ProductFormat,
    /// Where a period ends whose end was not sent. Default: nowhere (Inferred).
    pub period_policy: PeriodPolicy,
    /// What happens to the cancelling of nothing. Default: accepted (Inferred).
    pub cancel_missing: CancelMissing,
    /// What happens to members of another pairing. Default: they move (Inferred).
    pub repair_policy: RepairPolicy,
    /// How many sets may be added to a pairing at once. Default: one (Documented).
    pub added_sets: AddedSets,
    /// The operator's default PIN. Default: 0000 (Ours).
    pub default_pin: Pin,
    /// Which characters a text may have. Default: all but control characters (Ours).
    pub text_alphabet: TextAlphabet,
    /// The most characters of a mail. Default: 141 (Attested).
    pub mail_text_limit: usize,
    /// The most characters of a bark message. Default: 129 (Attested; another deployment: 74).
    pub bark_text_limit: usize,
    /// How long a mail is on air. Default: 1 hour (Inferred from a sibling operator's promise).
    pub mail_air_time: Duration,
    /// How long a bark message is shown if nothing is sent, in seconds. Default: 20 (Attested).
    pub default_display_seconds: u32,
    /// The longest display of a bark message, in seconds. Default: 65535 (Ours).
    pub display_seconds_limit: u32,
    /// Whether a display may outlast its repetition interval. Default: yes (Inferred, weak).
    pub interval_rule: IntervalRule,
    /// How long a fingerprint is shown if nothing is sent, in hundredths of a second. Default:
    /// 500 (Ours).
    pub default_fingerprint_centiseconds: u16,
    /// Which positions a fingerprint may have. Default: lenient (Inferred).
    pub fingerprint_pixels: FingerprintPixels,
    /// What happens to fingerprints that meet in one slot. Default: replaced (Inferred, weak).
    pub overlapping_fingerprints: OverlappingFingerprints,
    /// How late a message or fingerprint may arrive after its start; it then starts at once.
    /// Default: 1 hour (Ours: a CRM sends in runs, so a start of "now" is past on arrival).
    pub start_grace: Duration,
    /// How far ahead anything may start. Default: 366 days (Ours).
    pub start_horizon: Duration,
    /// The most smartcards of one message command. Default: 500 (Attested as a client's limit).
    pub batch_limit: usize,
    /// What one bad smartcard does to its batch. Default: it spoils all (Inferred).
    pub batch_atomicity: BatchAtomicity,
    /// The most products of one smartcard. Default: 40 (Attested by set-top box headers).
    pub product_slot_limit: usize,
    /// The most smartcards, and the most modules, of one pairing. Default: 32 of each (Ours).
    pub pairing_group_limit: usize,
    /// The most messages waiting or on air. Default: 1,000,000 (Ours).
    pub live_message_limit: usize,
    /// The most fingerprints waiting or on air. Default: 100,000 (Ours).
    pub live_fingerprint_limit: usize,
    /// How many finished messages, and fingerprints, are remembered. Default: 10,000 (Ours).
    pub finished_limit: usize,
    /// How many transactions are remembered; all are counted. Default: 10,000 (Ours).
    pub transaction_limit: usize,
    /// The kinds of command that are not available here. Default: none (Ours).
    pub switched_off: BTreeSet<CommandKind>,
}

impl Default for CasSettings {
    fn default() -> Self {
        Self {
            card_format: CardFormat::default(),
            module_format: ModuleFormat::default(),
            product_format: ProductFormat::default(),
            period_policy: PeriodPolicy::default(),
            cancel_missing: CancelMissing::default(),
            repair_policy: RepairPolicy::default(),
            added_sets: AddedSets::default(),
            default_pin: Pin::ZEROS,
            text_alphabet: TextAlphabet::default(),
            mail_text_limit: 141,
            bark_text_limit: 129,
            mail_air_time: Duration::from_secs(60 * 60),
            default_display_seconds: 20,
            display_seconds_limit: 65_535,
            interval_rule: IntervalRule::default(),
            default_fingerprint_centiseconds: 500,
            fingerprint_pixels: FingerprintPixels::default(),
            overlapping_fingerprints: OverlappingFingerprints::default(),
            start_grace: Duration::from_secs(60 * 60),
            start_horizon: Duration::from_secs(366 * 24 * 60 * 60),
            batch_limit: 500,
            batch_atomicity: BatchAtomicity::default(),
            product_slot_limit: 40,
            pairing_group_limit: 32,
            live_message_limit: 1_000_000,
            live_fingerprint_limit: 100_000,
            finished_limit: 10_000,
            transaction_limit: 10_000,
            switched_off: BTreeSet::new(),
        }
    }
}

/// Where the period of an entitlement ends if its end was not sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeriodPolicy {
    /// It does not end (Inferred).
    #[default]
    OpenEnded,
    /// At the end of the month it starts in (this month, if it started before), or some months
    /// later (Documented for the file-based
    /// interface: one month unless set, ten at most).
    ToMonthEnd {
        /// Months after the one it starts in.
        additional_months: u32,
    },
    /// The end must be sent (Inferred).
    Explicit,
}

impl PeriodPolicy {
    /// The most further months: beyond a century nobody means it.
    const MONTH_LIMIT: u32 = 1_200;

    /// The policy as it is spelled: `open_ended`, `explicit`, `to_month_end`, or
    /// `to_month_end+2` for the end of the second month after the one a period starts in.
    #[must_use]
    pub fn code(self) -> Cow<'static, str> {
        match self {
            Self::OpenEnded => "open_ended".into(),
            Self::Explicit => "explicit".into(),
            Self::ToMonthEnd { additional_months: 0 } => "to_month_end".into(),
            Self::ToMonthEnd { additional_months } => {
                format!("to_month_end+{additional_months}").into()
            }
        }
    }

    /// The policy with this spelling.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let additional_months = match code {
            "open_ended" => return Some(Self::OpenEnded),
            "explicit" => return Some(Self::Explicit),
            "to_month_end" => 0,
            _ => code.strip_prefix("to_month_end+")?.parse().ok()?,
        };
        (additional_months <= Self::MONTH_LIMIT).then_some(Self::ToMonthEnd { additional_months })
    }
}

first_word_is_default!(
    CancelMissing,
    RepairPolicy,
    AddedSets,
    TextAlphabet,
    IntervalRule,
    FingerprintPixels,
    OverlappingFingerprints,
    BatchAtomicity,
);

word_list! {
    /// What happens to a cancellation when nothing is active. The table of transitions knows both.
    pub enum CancelMissing {
        /// Accepted without effect (Inferred: terminate after deactivate would always fail otherwise).
        Accept = "accept", Inferred;
        /// Rejected.
        Reject = "reject", Inferred;
    }
}

word_list! {
    /// What happens when a member of a new pairing is in another one.
    pub enum RepairPolicy {
        /// It leaves the other (Inferred: there is no un-pair command, so pairing again supersedes).
        Replace = "replace", Inferred;
        /// The command is rejected.
        Reject = "reject", Inferred;
    }
}

word_list! {
    /// How many sets an addition to an existing pairing may carry.
    pub enum AddedSets {
        /// Smartcards or modules (Documented: only one semi-optional parameter).
        One = "one", Documented;
        /// Smartcards, modules or both.
        OneOrBoth = "one_or_both", Inferred;
    }
}

word_list! {
    /// Which characters a text may have. Control characters other than line ends and tabs: never.
    pub enum TextAlphabet {
        /// Any (Documented: the provider's character set is UTF-8 by default).
        Unicode = "unicode", Documented;
        /// The first 256 (Ours: for boxes with one table of characters).
        Latin1 = "latin1", Ours;
    }
}

word_list! {
    /// Whether the display of a repeated message must fit into the interval.
    pub enum IntervalRule {
        /// No.
        Free = "free", Inferred;
        /// Yes (Inferred, weak).
        AtLeastDisplay = "at_least_display", Inferred;
    }
}

word_list! {
    /// Which positions a fingerprint may have.
    pub enum FingerprintPixels {
        /// Whatever fits 16 bits (Attested).
        Lenient = "lenient", Attested;
        /// A full high-definition screen: 1920 by 1080 (Inferred).
        Strict = "strict", Inferred;
    }
}

word_list! {
    /// What happens to fingerprints that overlap in time in one slot.
    pub enum OverlappingFingerprints {
        /// The later command replaces what it covers (Inferred, weak).
        Replace = "replace", Inferred;
        /// The later command is rejected.
        Refuse = "refuse", Inferred;
    }
}

word_list! {
    /// What one unknown or foreign smartcard does to a batch of messages.
    pub enum BatchAtomicity {
        /// The whole batch is rejected (Inferred; no public source tells).
        Whole = "whole", Inferred;
        /// The others get their message; the batch is rejected only if nobody does (Ours).
        EachCard = "each_card", Ours;
    }
}
