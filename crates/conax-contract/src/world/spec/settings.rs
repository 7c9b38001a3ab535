//! How the head-end of a world behaves where nothing public says how it should.
//!
//! Everything is optional: what a world does not say keeps the default of the head-end itself, so
//! that a default is written in one place. The comments repeat it for readers.

use std::time::Duration;

use super::words::words;
use crate::crm::RequestType;
use crate::secret::SecretText;

/// Settings of the head-end; an absent one keeps the head-end's default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CasSettingsSpec {
    /// How smartcard ids look. Default: lenient.
    pub card_format: Option<CardFormatSpec>,
    /// How pairing module ids look. Default: lenient.
    pub module_format: Option<FormatSpec>,
    /// How product ids look. Default: lenient.
    pub product_format: Option<FormatSpec>,
    /// Where a period ends whose end was not sent. Default: nowhere.
    pub period_policy: Option<PeriodPolicySpec>,
    /// What cancelling what is not active answers. Default: accept.
    pub cancel_missing: Option<CancelMissingSpec>,
    /// What pairing a member of another pairing does. Default: replace.
    pub repair_policy: Option<RepairPolicySpec>,
    /// How many sets may be added to a pairing at once. Default: one.
    pub added_sets: Option<AddedSetsSpec>,
    /// The operator's default PIN, four digits. Default: 0000.
    pub default_pin: Option<SecretText<'static>>,
    /// Which characters a text may have. Default: Unicode.
    pub text_alphabet: Option<TextAlphabetSpec>,
    /// The most characters of a mail. Default: 141.
    pub mail_text_limit: Option<u32>,
    /// The most characters of a bark message. Default: 129.
    pub bark_text_limit: Option<u32>,
    /// How long a mail is on air. Default: 1 hour.
    pub mail_air_time: Option<Duration>,
    /// How long a bark message is shown if nothing is sent, in seconds. Default: 20.
    pub default_display_seconds: Option<u32>,
    /// The longest display of a bark message, in seconds. Default: 65535.
    pub display_seconds_limit: Option<u32>,
    /// Whether a display may outlast its repetition interval. Default: yes.
    pub interval_rule: Option<IntervalRuleSpec>,
    /// How long a fingerprint is shown if nothing is sent, in hundredths of a second. Default:
    /// 500.
    pub default_fingerprint_centiseconds: Option<u16>,
    /// Which positions a fingerprint may have. Default: lenient.
    pub fingerprint_pixels: Option<FormatSpec>,
    /// What happens to fingerprints that meet in one slot. Default: replace.
    pub overlapping_fingerprints: Option<OverlappingFingerprintsSpec>,
    /// How far in the past a start may lie. Default: 1 hour.
    pub start_grace: Option<Duration>,
    /// How far ahead anything may start. Default: 366 days.
    pub start_horizon: Option<Duration>,
    /// The most smartcards of one message command. Default: 500.
    pub batch_limit: Option<u32>,
    /// What one bad smartcard does to its batch. Default: it spoils all.
    pub batch_atomicity: Option<BatchAtomicitySpec>,
    /// The most products of one smartcard. Default: 40.
    pub product_slot_limit: Option<u32>,
    /// The most smartcards, and the most modules, of one pairing. Default: 32 of each.
    pub pairing_group_limit: Option<u32>,
    /// The most messages waiting or on air. Default: 1,000,000.
    pub live_message_limit: Option<u32>,
    /// The most fingerprints waiting or on air. Default: 100,000.
    pub live_fingerprint_limit: Option<u32>,
    /// How many finished messages, and fingerprints, are remembered. Default: 10,000.
    pub finished_limit: Option<u32>,
    /// How many transactions are remembered. Default: 10,000.
    pub transaction_limit: Option<u32>,
    /// The kinds of command that are not available. Default: none.
    pub switched_off: Vec<RequestType>,
}

/// Where a period ends whose end was not sent.
///
/// In files: `open_ended`, `explicit`, `to_month_end`, or `to_month_end+2` for the end of the
/// second month after the one it starts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodPolicySpec {
    /// It does not end.
    OpenEnded,
    /// At the end of the month it starts in, or some months later.
    ToMonthEnd {
        /// Months after the one it starts in.
        additional_months: u32,
    },
    /// The end must be sent.
    Explicit,
}

words! {
    /// How smartcard ids look.
    pub enum CardFormatSpec {
        /// Letters, digits and dashes.
        Lenient = "lenient",
        /// Eleven digits.
        Strict = "strict",
        /// As strict, and the printed form with its check digit.
        StrictOrPrinted = "strict_or_printed",
    }
}

words! {
    /// How strictly values are looked at.
    pub enum FormatSpec {
        /// What the documented examples need.
        Lenient = "lenient",
        /// What real equipment takes.
        Strict = "strict",
    }
}

words! {
    /// What cancelling what is not active answers.
    pub enum CancelMissingSpec {
        /// OK, without effect.
        Accept = "accept",
        /// A rejection.
        Reject = "reject",
    }
}

words! {
    /// What pairing a member of another pairing does.
    pub enum RepairPolicySpec {
        /// It leaves the other.
        Replace = "replace",
        /// The command is rejected.
        Reject = "reject",
    }
}

words! {
    /// How many sets an addition to a pairing may carry.
    pub enum AddedSetsSpec {
        /// Smartcards or modules.
        One = "one",
        /// Smartcards, modules or both.
        OneOrBoth = "one_or_both",
    }
}

words! {
    /// Which characters a text may have.
    pub enum TextAlphabetSpec {
        /// Any.
        Unicode = "unicode",
        /// The first 256.
        Latin1 = "latin1",
    }
}

words! {
    /// Whether the display of a repeated message must fit into the interval.
    pub enum IntervalRuleSpec {
        /// No.
        Free = "free",
        /// Yes.
        AtLeastDisplay = "at_least_display",
    }
}

words! {
    /// What happens to fingerprints that overlap in one slot.
    pub enum OverlappingFingerprintsSpec {
        /// The later one replaces what it covers.
        Replace = "replace",
        /// The later one is rejected.
        Refuse = "refuse",
    }
}

words! {
    /// What one bad smartcard does to a batch of messages.
    pub enum BatchAtomicitySpec {
        /// The whole batch is rejected.
        Whole = "whole",
        /// The others get their message.
        EachCard = "each_card",
    }
}
