//! The documented date form, `YYYY-MM-DDThh:mm:ss`: without zone, without fraction, in and out.
//!
//! Nothing else is taken (Ours). Other forms carry a zone or a fraction whose meaning nobody has
//! documented, so taking them would be guessing; the refusal says how to write the date instead.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};
use conax_model::time::SimTime;
use serde::{Serialize, Serializer};

/// The length of the documented form.
const LENGTH: usize = 19;

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateFault {
    /// It is not written in the documented form.
    Form {
        /// What to do about it.
        hint: &'static str,
    },
    /// It is, but there is no such day or time.
    Calendar,
}

/// Reads a date of the documented form.
pub(super) fn parse_date(text: &str) -> Result<NaiveDateTime, DateFault> {
    let parts = parts_of(text).ok_or_else(|| DateFault::Form { hint: form_hint(text) })?;
    let [year, month, day, hour, minute, second] = parts;
    calendar_date(year, month, day)
        .and_then(|date| date.and_hms_opt(hour, minute, second))
        .ok_or(DateFault::Calendar)
}

/// The six numbers of the documented form, if the text has that form.
fn parts_of(text: &str) -> Option<[u32; 6]> {
    let bytes: &[u8; LENGTH] = text.as_bytes().try_into().ok()?;
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, byte)| bytes[*at] != *byte) {
        return None;
    }
    Some([
        number_of(&bytes[..4])?,
        number_of(&bytes[5..7])?,
        number_of(&bytes[8..10])?,
        number_of(&bytes[11..13])?,
        number_of(&bytes[14..16])?,
        number_of(&bytes[17..])?,
    ])
}

fn number_of(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        Some(number * 10 + digit)
    })
}

/// The day, if the year can be printed in four digits and the calendar has it.
fn calendar_date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    let year = i32::try_from(year).ok().filter(|year| *year > 0)?;
    NaiveDate::from_ymd_opt(year, month, day)
}

/// What to do about the forms people send most.
fn form_hint(text: &str) -> &'static str {
    let date_only = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
    if date_only {
        " Add a time, such as `T00:00:00`."
    } else if text.as_bytes().get(10) == Some(&b' ')
        && parse_date(&text.replacen(' ', "T", 1)).is_ok()
    {
        " Write `T` between date and time."
    } else if text.contains('.') {
        " Leave the fraction of a second and the zone away."
    } else if text.ends_with(['Z', 'z']) || text.get(LENGTH..).is_some_and(is_offset) {
        " Leave the zone away; dates are in the local time of the server."
    } else {
        ""
    }
}

fn is_offset(rest: &str) -> bool {
    rest.starts_with(['+', '-', ' '])
}

/// A date on its way out.
///
/// Whole seconds of the years 0001 to 9999; what lies outside is printed as the nearest of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateText(NaiveDateTime);

impl DateText {
    /// The date of this calendar point.
    #[must_use]
    pub const fn new(date: NaiveDateTime) -> Self {
        Self(date)
    }

    /// The date this many milliseconds after 1970-01-01T00:00:00 of the simulated calendar.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        let beyond = if millis < 0 { NaiveDateTime::MIN } else { NaiveDateTime::MAX };
        Self(DateTime::from_timestamp_millis(millis).map_or(beyond, |date| date.naive_utc()))
    }

    /// The date as the documented form writes it.
    #[must_use]
    pub fn text(self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    pub(super) fn bytes(self) -> [u8; LENGTH] {
        let Self(date) = self;
        let Ok(year @ 1..=9999) = u16::try_from(date.year()) else {
            return if date.year() < 1 { *b"0001-01-01T00:00:00" } else { *b"9999-12-31T23:59:59" };
        };
        let mut form = *b"0000-00-00T00:00:00";
        put_two_digits(&mut form, 0, u32::from(year / 100));
        put_two_digits(&mut form, 2, u32::from(year % 100));
        put_two_digits(&mut form, 5, date.month());
        put_two_digits(&mut form, 8, date.day());
        put_two_digits(&mut form, 11, date.hour());
        put_two_digits(&mut form, 14, date.minute());
        put_two_digits(&mut form, 17, date.second());
        form
    }
}

fn put_two_digits(form: &mut [u8; LENGTH], at: usize, number: u32) {
    // Below one hundred by construction, so the remainder loses nothing.
    let number = (number % 100) as u8;
    form[at] = b'0' + number / 10;
    form[at + 1] = b'0' + number % 10;
}

impl Serialize for DateText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.bytes();
        // All ASCII by construction; the lossy reading borrows and never loses.
        let text: Cow<'_, str> = String::from_utf8_lossy(&bytes);
        serializer.serialize_str(&text)
    }
}

impl From<SimTime> for DateText {
    fn from(at: SimTime) -> Self {
        Self::from_millis(at.millis())
    }
}

impl From<NaiveDateTime> for DateText {
    fn from(date: NaiveDateTime) -> Self {
        Self(date)
    }
}
