//! Simulated time: a point in the simulator's local calendar, without a zone.
//!
//! The documented dates carry no zone (Shown), so the model has none either. It never asks for
//! the time; every function that needs it takes a [`SimTime`].

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime};

/// A point in simulated local time, in milliseconds since 1970-01-01T00:00:00 of that calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct SimTime(i64);

impl SimTime {
    /// The last point the documented date form can print (the year 9999).
    pub const MAX: Self = Self(253_402_300_799_999);

    /// A point from milliseconds since 1970-01-01T00:00:00 of the simulated calendar.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00 of the simulated calendar.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The point of a calendar date and time.
    #[must_use]
    pub fn from_calendar(date: NaiveDateTime) -> Self {
        Self(date.and_utc().timestamp_millis())
    }

    /// The calendar date and time of this point; the extremes of the calendar if it lies outside.
    #[must_use]
    pub fn calendar(self) -> NaiveDateTime {
        DateTime::from_timestamp_millis(self.0).map_or(NaiveDateTime::MAX, |date| date.naive_utc())
    }

    /// This point with its fraction of a second dropped, as documented dates print it.
    #[must_use]
    pub const fn whole_second(self) -> Self {
        Self(self.0.div_euclid(1000) * 1000)
    }

    /// How long after `earlier` this point lies; zero if it lies before.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// The first instant of the month `months` after this point's month.
    #[must_use]
    pub fn month_start_after(self, months: u32) -> Self {
        let today = self.calendar().date();
        let first = NaiveDate::from_ymd_opt(today.year(), today.month(), 1).unwrap_or(today);
        let start = first.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX);
        Self::from_calendar(start.and_time(NaiveTime::MIN)).min(Self::MAX)
    }
}

impl Add<Duration> for SimTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }
}

impl Sub<Duration> for SimTime {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(millis))
    }
}

impl fmt::Debug for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.calendar().format("%Y-%m-%dT%H:%M:%S%.3f"))
    }
}
