//! Periods of an entitlement: half-open spans of time, at most two per smartcard and product.

use crate::time::SimTime;

/// A span of time that includes its start and not its end, and is never empty (law I10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(
    feature = "storage",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "(SimTime, SimTime)")
)]
pub struct Period {
    start: SimTime,
    end: SimTime,
}

/// A period must not be empty.
impl TryFrom<(SimTime, SimTime)> for Period {
    type Error = &'static str;

    fn try_from((start, end): (SimTime, SimTime)) -> Result<Self, Self::Error> {
        Self::new(start, end).ok_or("a period ends after it starts")
    }
}

impl Period {
    /// The end of a period that never ends: the last point a documented date can print. Ours.
    pub const OPEN_END: SimTime = SimTime::MAX;

    /// The period from `start` until `end`; nothing if it would be empty.
    #[must_use]
    pub fn new(start: SimTime, end: SimTime) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// When it starts.
    #[must_use]
    pub const fn start(self) -> SimTime {
        self.start
    }

    /// When it ends (not included); [`Period::OPEN_END`] if it never does.
    #[must_use]
    pub const fn end(self) -> SimTime {
        self.end
    }

    /// Whether it never ends.
    #[must_use]
    pub fn is_open_ended(self) -> bool {
        self.end == Self::OPEN_END
    }

    /// Whether `at` lies in it.
    #[must_use]
    pub fn contains(self, at: SimTime) -> bool {
        self.start <= at && !self.is_over(at)
    }

    /// Whether it has ended by `now`.
    #[must_use]
    pub fn is_over(self, now: SimTime) -> bool {
        self.end <= now && !self.is_open_ended()
    }

    fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    fn joined(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// The stored periods of one smartcard and product: one or two, apart, in order of time.
///
/// Attested: a card keeps two periods per product, in practice this month and the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Periods {
    first: Period,
    second: Option<Period>,
}

impl Periods {
    /// The periods after adding `added` to what is stored; nothing if a third would be needed.
    ///
    /// Overlapping periods become one that ends with the later (Inferred: adding again extends to
    /// the later end). Periods that only touch stay two, as a month and its successor do, and
    /// are joined only to make room.
    pub(super) fn with_added(stored: Option<&Self>, added: Period, now: SimTime) -> Option<Self> {
        let mut joined = added;
        let mut apart = Vec::with_capacity(3);
        for period in stored.into_iter().flat_map(|periods| periods.living(now)) {
            if period.overlaps(joined) {
                joined = joined.joined(period);
            } else {
                apart.push(period);
            }
        }
        apart.push(joined);
        apart.sort_unstable();
        if apart.len() > 2 {
            join_first_touching(&mut apart);
        }
        match *apart.as_slice() {
            [first] => Some(Self { first, second: None }),
            [first, second] => Some(Self { first, second: Some(second) }),
            _ => None,
        }
    }

    /// The periods that have not ended by `now`.
    pub(super) fn living(&self, now: SimTime) -> impl Iterator<Item = Period> + use<> {
        [Some(self.first), self.second]
            .into_iter()
            .flatten()
            .filter(move |period| !period.is_over(now))
    }

    /// The period `at` lies in.
    pub(super) fn active(&self, at: SimTime) -> Option<Period> {
        self.living(at).find(|period| period.contains(at))
    }

    /// Whether all of them have ended by `now`.
    pub(super) fn are_over(&self, now: SimTime) -> bool {
        self.living(now).next().is_none()
    }
}

fn join_first_touching(periods: &mut Vec<Period>) {
    let touching = periods.windows(2).position(|pair| pair[0].end == pair[1].start);
    if let Some(index) = touching {
        let later = periods.remove(index + 1);
        periods[index] = periods[index].joined(later);
    }
}
