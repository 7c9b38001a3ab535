//! The settings of the head-end.

use super::reading::Reading;
use crate::text::{Fields, Findings, Marked, Node, duration, items, mismatch, number, word};
use crate::world::spec::{
    AddedSetsSpec, BatchAtomicitySpec, CancelMissingSpec, CardFormatSpec, CasSettingsSpec,
    FormatSpec, IntervalRuleSpec, OverlappingFingerprintsSpec, PeriodPolicySpec, RepairPolicySpec,
    RequestType, TextAlphabetSpec,
};

pub(super) fn read_settings(fields: &mut Fields<'_, '_>, reading: &Reading) -> CasSettingsSpec {
    let limit = number(1..=1_000_000_000_u32);
    CasSettingsSpec {
        card_format: fields.optional("card_format", word::<CardFormatSpec>),
        module_format: fields.optional("module_format", word::<FormatSpec>),
        product_format: fields.optional("product_format", word::<FormatSpec>),
        period_policy: fields.optional("period_policy", read_period_policy),
        cancel_missing: fields.optional("cancel_missing", word::<CancelMissingSpec>),
        repair_policy: fields.optional("repair_policy", word::<RepairPolicySpec>),
        added_sets: fields.optional("added_sets", word::<AddedSetsSpec>),
        default_pin: reading.pin(fields, "default_pin"),
        text_alphabet: fields.optional("text_alphabet", word::<TextAlphabetSpec>),
        mail_text_limit: fields.optional("mail_text_limit", &limit),
        bark_text_limit: fields.optional("bark_text_limit", &limit),
        mail_air_time: fields.optional("mail_air_time", duration),
        default_display_seconds: fields.optional("default_display_seconds", &limit),
        display_seconds_limit: fields.optional("display_seconds_limit", &limit),
        interval_rule: fields.optional("interval_rule", word::<IntervalRuleSpec>),
        default_fingerprint_centiseconds: fields
            .optional("default_fingerprint_centiseconds", number(1..=u16::MAX)),
        fingerprint_pixels: fields.optional("fingerprint_pixels", word::<FormatSpec>),
        overlapping_fingerprints: fields.optional(
            "overlapping_fingerprints",
            word::<OverlappingFingerprintsSpec>,
        ),
        start_grace: fields.optional("start_grace", duration),
        start_horizon: fields.optional("start_horizon", duration),
        batch_limit: fields.optional("batch_limit", &limit),
        batch_atomicity: fields.optional("batch_atomicity", word::<BatchAtomicitySpec>),
        product_slot_limit: fields.optional("product_slot_limit", &limit),
        pairing_group_limit: fields.optional("pairing_group_limit", &limit),
        live_message_limit: fields.optional("live_message_limit", &limit),
        live_fingerprint_limit: fields.optional("live_fingerprint_limit", &limit),
        finished_limit: fields.optional("finished_limit", number(0..=1_000_000_000_u32)),
        transaction_limit: fields.optional("transaction_limit", number(0..=1_000_000_000_u32)),
        switched_off: fields
            .optional("switched_off", items(word::<RequestType>))
            .unwrap_or_default(),
    }
}

/// The most further months: beyond a century nobody means it.
const MONTH_LIMIT: u32 = 1_200;

fn read_period_policy(marked: &Marked, findings: &mut Findings) -> Option<PeriodPolicySpec> {
    let policy = match &marked.node {
        Node::Scalar(scalar) => parse_period_policy(&scalar.text),
        Node::List(_) | Node::Map(_) => None,
    };
    if policy.is_none() {
        let hint = "write `open_ended`, `explicit`, `to_month_end`, or `to_month_end+1` for the \
                    end of the month after";
        findings.add(mismatch(marked, "a period policy").with_hint(hint));
    }
    policy
}

fn parse_period_policy(text: &str) -> Option<PeriodPolicySpec> {
    match text {
        "open_ended" => Some(PeriodPolicySpec::OpenEnded),
        "explicit" => Some(PeriodPolicySpec::Explicit),
        "to_month_end" => Some(PeriodPolicySpec::ToMonthEnd {
            additional_months: 0,
        }),
        _ => {
            let months = text.strip_prefix("to_month_end+")?.parse().ok()?;
            let fits = months <= MONTH_LIMIT;
            fits.then_some(PeriodPolicySpec::ToMonthEnd {
                additional_months: months,
            })
        }
    }
}
