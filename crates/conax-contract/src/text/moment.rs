//! Dates and durations as people write them in files.

use std::time::Duration;

use chrono::{Datelike, NaiveDateTime};

/// The documented form of a date: local time without zone or fraction.
const FORM: &str = "%Y-%m-%dT%H:%M:%S";

/// Units of a duration in milliseconds, the longest first.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads a date as the documented interface prints it, `2014-11-30T09:00:00`.
#[must_use]
pub fn parse_moment(text: &str) -> Option<NaiveDateTime> {
    // `chrono` alone would also take shorter forms, signs and years beyond four digits.
    let shape_fits = text.len() == 19
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 | 16 => byte == b':',
            _ => byte.is_ascii_digit(),
        });
    let moment = shape_fits.then(|| NaiveDateTime::parse_from_str(text, FORM).ok()).flatten()?;
    // The second 60 of a leap second has no place in a simulated calendar.
    (moment.year() > 0 && !text.ends_with("60")).then_some(moment)
}

/// The documented form of a date.
#[must_use]
pub fn render_moment(moment: NaiveDateTime) -> String {
    moment.format(FORM).to_string()
}

/// Reads a duration with its unit: `1500ms`, `30s`, `10min`, `2d`, `1h30min`.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut millis = 0_u64;
    while !rest.is_empty() {
        let digit_count = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, tail) = rest.split_at(digit_count);
        let unit_length = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at(unit_length);
        let (_, unit_millis) = units.by_ref().find(|(name, _)| *name == unit)?;
        let part = digits.parse::<u64>().ok()?.checked_mul(*unit_millis)?;
        millis = millis.checked_add(part)?;
        rest = tail;
    }
    (!text.is_empty()).then(|| Duration::from_millis(millis))
}

/// A duration as [`parse_duration`] reads it; parts of a millisecond are dropped.
#[must_use]
pub fn render_duration(duration: Duration) -> String {
    let mut millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if millis == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (unit, unit_millis) in UNITS {
        let count = millis / unit_millis;
        millis %= unit_millis;
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    text
}
