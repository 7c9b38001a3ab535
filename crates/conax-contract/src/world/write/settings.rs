//! The settings of the head-end; what a world leaves to the head-end is not written.

use std::time::Duration;

use super::world::hidden;
use crate::text::{Outline, Word, render_duration};
use crate::world::mask::Secrets;
use crate::world::spec::{CasSettingsSpec, PeriodPolicySpec};

pub(super) fn settings_outline(settings: &CasSettingsSpec, secrets: Secrets) -> Outline {
    let centiseconds = settings.default_fingerprint_centiseconds.map(u32::from);
    Outline::map([
        ("card_format", word(settings.card_format)),
        ("module_format", word(settings.module_format)),
        ("product_format", word(settings.product_format)),
        (
            "period_policy",
            settings.period_policy.map_or(Outline::Null, period_policy),
        ),
        ("cancel_missing", word(settings.cancel_missing)),
        ("repair_policy", word(settings.repair_policy)),
        ("added_sets", word(settings.added_sets)),
        (
            "default_pin",
            hidden(settings.default_pin.as_ref(), secrets),
        ),
        ("text_alphabet", word(settings.text_alphabet)),
        ("mail_text_limit", limit(settings.mail_text_limit)),
        ("bark_text_limit", limit(settings.bark_text_limit)),
        ("mail_air_time", duration(settings.mail_air_time)),
        (
            "default_display_seconds",
            limit(settings.default_display_seconds),
        ),
        (
            "display_seconds_limit",
            limit(settings.display_seconds_limit),
        ),
        ("interval_rule", word(settings.interval_rule)),
        ("default_fingerprint_centiseconds", limit(centiseconds)),
        ("fingerprint_pixels", word(settings.fingerprint_pixels)),
        (
            "overlapping_fingerprints",
            word(settings.overlapping_fingerprints),
        ),
        ("start_grace", duration(settings.start_grace)),
        ("start_horizon", duration(settings.start_horizon)),
        ("batch_limit", limit(settings.batch_limit)),
        ("batch_atomicity", word(settings.batch_atomicity)),
        ("product_slot_limit", limit(settings.product_slot_limit)),
        ("pairing_group_limit", limit(settings.pairing_group_limit)),
        ("live_message_limit", limit(settings.live_message_limit)),
        (
            "live_fingerprint_limit",
            limit(settings.live_fingerprint_limit),
        ),
        ("finished_limit", limit(settings.finished_limit)),
        ("transaction_limit", limit(settings.transaction_limit)),
        (
            "switched_off",
            Outline::list(&settings.switched_off, |kind| word(Some(*kind))),
        ),
    ])
}

fn word<T: Word>(value: Option<T>) -> Outline {
    value.map_or(Outline::Null, |value| {
        Outline::Word(value.word().to_owned())
    })
}

fn limit(value: Option<u32>) -> Outline {
    value.map_or(Outline::Null, |value| Outline::Whole(i64::from(value)))
}

fn duration(value: Option<Duration>) -> Outline {
    value.map_or(Outline::Null, |value| Outline::Word(render_duration(value)))
}

fn period_policy(policy: PeriodPolicySpec) -> Outline {
    Outline::Word(match policy {
        PeriodPolicySpec::OpenEnded => "open_ended".to_owned(),
        PeriodPolicySpec::Explicit => "explicit".to_owned(),
        PeriodPolicySpec::ToMonthEnd {
            additional_months: 0,
        } => "to_month_end".to_owned(),
        PeriodPolicySpec::ToMonthEnd { additional_months } => {
            format!("to_month_end+{additional_months}")
        }
    })
}
