//! The contract as data: every documented sentence, every fact an example shows, and every choice
//! where the documents are silent, each as a [`Clause`] with its source.
//!
//! What the tables of [`crm`](crate::crm) say is not said again: `derived` makes clauses of them,
//! `written` has the sentences no table holds, `refused` tells which clause stands behind a refusal. Who checks a clause is not known
//! here.

mod derived;
mod refused;
#[cfg(test)]
mod tests;
mod written;

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use crate::source::Source;
use crate::text::near_miss;

/// One sentence of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Its name for ever, such as `show.exactly-one-identifier`: what it is about, a dot, and what
    /// it says.
    pub id: String,
    /// The sentence, in our words.
    pub statement: String,
    /// How it is known.
    pub source: Source,
    /// Where it is documented or shown; empty for what follows from nothing public.
    pub place: &'static str,
    /// What it means if a target does otherwise.
    pub strictness: Strictness,
    /// Where the contract can be seen.
    pub seen: Seen,
    /// If the documents contradict themselves here: what was chosen, and what else can be.
    pub choice: Option<Choice>,
}

/// What it means if a target does otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strictness {
    /// The target is wrong.
    Must,
    /// The target surprises clients; nothing documented forbids it.
    Should,
    /// The target chose otherwise than we did; worth knowing, and no more.
    May,
}

impl Strictness {
    /// Every degree, the strictest first.
    pub const ALL: [Self; 3] = [Self::Must, Self::Should, Self::May];

    /// The word for it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        }
    }

    /// The degree with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|degree| degree.code() == code)
    }

    /// What is usual for facts of this source.
    const fn of(source: Source) -> Self {
        match source {
            Source::Documented | Source::Shown => Self::Must,
            Source::Attested | Source::Inferred => Self::Should,
            Source::Ours => Self::May,
        }
    }
}

impl fmt::Display for Strictness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// From where it can be seen whether a clause holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seen {
    /// Through the provisioning API alone.
    Api,
    /// Only by who can move its clock or break its link: through a control API.
    Control,
    /// Only on the head-end's side.
    HeadEnd,
}

impl Seen {
    /// Where it can be seen, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Api => "through the provisioning API",
            Self::Control => "with the control API: by moving its clock, or with another setting",
            Self::HeadEnd => "on the head-end's side",
        }
    }

    /// Why a verification through the API alone cannot tell.
    #[must_use]
    pub const fn why_not(self) -> Option<&'static str> {
        match self {
            Self::Api => None,
            Self::Control => Some("it takes a clock that can be moved, or another setting"),
            Self::HeadEnd => Some("only the head-end's side shows it"),
        }
    }
}

/// A place where the documents contradict themselves, or leave the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What conax-sim does.
    pub chosen: &'static str,
    /// What can be read as well.
    pub other: &'static str,
    /// The setting that makes conax-sim do the other; if there is one.
    pub switch: Option<&'static str>,
}

static CLAUSES: LazyLock<Vec<Clause>> = LazyLock::new(|| {
    let mut clauses: Vec<Clause> = derived::clauses().collect();
    clauses.extend(written::clauses());
    // One topic after the other, each in the order it is written.
    let mut topics: Vec<String> = Vec::new();
    for clause in &clauses {
        if !topics.iter().any(|topic| topic == clause.topic()) {
            topics.push(clause.topic().to_owned());
        }
    }
    clauses.sort_by_key(|clause| topics.iter().position(|topic| topic == clause.topic()));
    clauses
});

static PLACES: LazyLock<HashMap<&'static str, usize>> = LazyLock::new(|| {
    let ids = CLAUSES.iter().map(|clause| clause.id.as_str());
    ids.zip(0..).collect()
});

impl Clause {
    /// Every clause, by topic.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &CLAUSES
    }

    /// The clause with this id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        Self::place_of(id).map(|place| &CLAUSES[place])
    }

    /// Where the clause with this id stands among [`all`](Self::all).
    #[must_use]
    pub fn place_of(id: &str) -> Option<usize> {
        PLACES.get(id).copied()
    }

    /// The id that was probably meant.
    #[must_use]
    pub fn near(id: &str) -> Option<&'static str> {
        near_miss(id, CLAUSES.iter().map(|clause| clause.id.as_str()))
    }

    /// What it is about: the part of its id before the dot.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.id.split('.').next().unwrap_or(&self.id)
    }

    /// Whether the documentation itself says or shows it.
    #[must_use]
    pub const fn is_firm(&self) -> bool {
        matches!(self.source, Source::Documented | Source::Shown)
    }
}
