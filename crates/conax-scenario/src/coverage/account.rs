//! What was covered of each axis, and what was not.

use std::collections::BTreeSet;

use conax_contract::clause::Clause;
use conax_contract::source::Source;

use super::Covers;
use super::space::Axis;

/// One axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisAccount {
    /// Which one.
    pub axis: Axis,
    /// What was met.
    pub met: Vec<String>,
    /// What was not.
    pub gaps: Vec<String>,
    /// What was named and is not on the axis, such as a requirement of somebody's own.
    pub others: Vec<String>,
}

impl AxisAccount {
    /// The share that was met, in percent, rounded down; all of nothing is 100.
    #[must_use]
    pub fn percent(&self) -> usize {
        let all = self.met.len() + self.gaps.len();
        (self.met.len() * 100).checked_div(all).unwrap_or(100)
    }
}

/// The three axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// In their order.
    pub axes: Vec<AxisAccount>,
}

impl Account {
    /// The account of everything that was met; of the clauses only those of these sources count.
    #[must_use]
    pub fn of<'c>(covers: impl Iterator<Item = &'c Covers>, sources: &[Source]) -> Self {
        let mut met: [BTreeSet<&str>; 3] = Default::default();
        for one in covers {
            met[0].extend(one.clauses.iter().map(String::as_str));
            met[1].extend(one.transitions.iter().map(String::as_str));
            met[2].extend(one.cells.iter().map(String::as_str));
        }
        let axes = Axis::ALL.into_iter().zip(met);
        Self { axes: axes.map(|(axis, met)| of_axis(axis, &met, sources)).collect() }
    }

    /// One axis.
    #[must_use]
    pub fn axis(&self, axis: Axis) -> Option<&AxisAccount> {
        self.axes.iter().find(|account| account.axis == axis)
    }
}

fn of_axis(axis: Axis, met: &BTreeSet<&str>, sources: &[Source]) -> AxisAccount {
    let counts = |id: &String| {
        axis != Axis::Clauses
            || Clause::find(id).is_some_and(|clause| sources.contains(&clause.source))
    };
    let all: Vec<String> = axis.all().into_iter().filter(counts).collect();
    let known: BTreeSet<String> = axis.all().into_iter().collect();
    let others = met.iter().filter(|id| !known.contains(**id));
    let others = others.map(|id| (*id).to_owned()).collect();
    let (met, gaps) = all.into_iter().partition(|id| met.contains(id.as_str()));
    AxisAccount { axis, met, gaps, others }
}
