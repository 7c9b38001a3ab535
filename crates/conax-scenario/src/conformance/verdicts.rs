//! What is known of every clause.

use conax_contract::clause::Clause;
use serde::{Deserialize, Serialize};

/// Breaks of one clause that are kept; more of the same tell nothing new.
const MOST_BREAKS: usize = 3;

/// Where a target did not do as a clause says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Break {
    /// The exchange that shows it, by its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<usize>,
    /// Where in the answer.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// What was expected.
    pub expected: String,
    /// What was found; secrets are not repeated.
    pub found: String,
    /// The clause that tells the same more closely, if the same call broke one.
    #[serde(skip)]
    pub cause: Option<String>,
}

impl Break {
    /// A break seen in an exchange.
    #[must_use]
    pub fn at(
        exchange: usize,
        path: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            exchange: Some(exchange),
            path: path.into(),
            expected: expected.into(),
            found: found.into(),
            cause: None,
        }
    }

    /// The break, which another clause tells more closely.
    #[must_use]
    pub fn caused_by(mut self, clause: Option<&str>) -> Self {
        self.cause = clause.map(str::to_owned);
        self
    }
}

/// What is known of one clause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClauseVerdict {
    /// How often it was seen to hold.
    pub held: u64,
    /// How often it was seen to be broken.
    pub broken: u64,
    /// How many of the breaks no other clause tells more closely.
    pub broken_alone: u64,
    /// The first breaks.
    pub breaks: Vec<Break>,
    /// Why it could not be tested there.
    pub untestable: Option<String>,
}

/// How a clause stands after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It held whenever it was looked at.
    Held,
    /// It was broken at least once.
    Broken,
    /// It could not be tested there.
    NotTestable,
}

impl Standing {
    /// The words for it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Broken => "broken",
            Self::NotTestable => "not testable",
        }
    }
}

impl ClauseVerdict {
    /// How it stands: one break outweighs whatever held.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        match (self.broken, self.held) {
            (0, 0) => Standing::NotTestable,
            (0, _) => Standing::Held,
            (_, _) => Standing::Broken,
        }
    }
}

/// What is known of every clause of the catalogue.
#[derive(Clone, Debug)]
pub struct Verdicts {
    by_place: Vec<ClauseVerdict>,
    broken: u64,
    /// Codes other than OK that came with data.
    successes: Vec<String>,
    /// The clause that tells more closely what is broken at present.
    meanwhile: Option<&'static str>,
    /// Creations whose answers were PENDING, as they should be.
    waiting: usize,
    /// What answers break that had ended, as long as they are few.
    early: Vec<Vec<(String, Break)>>,
}

impl Default for Verdicts {
    fn default() -> Self {
        Self {
            by_place: vec![ClauseVerdict::default(); Clause::all().len()],
            broken: 0,
            successes: Vec::new(),
            meanwhile: None,
            waiting: 0,
            early: Vec::new(),
        }
    }
}

impl Verdicts {
    /// The target gave data under this code, which is not OK.
    pub(super) fn note_success(&mut self, code: &str) {
        if !self.is_success(code) {
            self.successes.push(code.to_owned());
        }
    }

    /// Whether the target calls what went well so, instead of OK.
    pub(crate) fn is_success(&self, code: &str) -> bool {
        self.successes.iter().any(|known| known == code)
    }

    /// The clause was seen: it held, or what broke it.
    pub fn judge(&mut self, id: &str, holds: bool, broken: impl FnOnce() -> Break) {
        match holds {
            true => self.held(id),
            false => self.broken(id, broken()),
        }
    }

    /// The clause was seen. That it holds counts only where a wrong target would have broken it;
    /// else `why` says why nothing follows.
    pub fn judge_telling(
        &mut self,
        id: &str,
        holds: bool,
        (tells, why): (bool, &str),
        broken: impl FnOnce() -> Break,
    ) {
        match (holds, tells) {
            (false, _) => self.broken(id, broken()),
            (true, true) => self.held(id),
            (true, false) => self.untestable(id, why),
        }
    }

    /// The clause held once more.
    pub fn held(&mut self, id: &str) {
        self.of_mut(id).held += 1;
    }

    /// What is broken from now on may be told more closely by this clause.
    pub(super) const fn meanwhile(&mut self, cause: Option<&'static str>) {
        self.meanwhile = cause;
    }

    /// A creation that was not to be sent at once was answered PENDING.
    pub(super) const fn waits(&mut self) {
        self.waiting += 1;
    }

    /// One was answered when it had ended, which breaks these. A run may have come between creation
    /// and answer, now and then; who does so one time in ten sends with the call.
    pub(super) fn ended_early(&mut self, breaks: Vec<(String, Break)>) {
        const IN: usize = 10;
        self.early.push(breaks);
        if self.early.len() * IN <= self.waiting {
            return;
        }
        for (id, how) in std::mem::take(&mut self.early).into_iter().flatten() {
            self.broken(&id, how);
        }
    }

    /// The clause was broken.
    pub fn broken(&mut self, id: &str, mut how: Break) {
        self.broken += 1;
        how.cause = how.cause.or(self.meanwhile.map(str::to_owned));
        let verdict = self.of_mut(id);
        verdict.broken += 1;
        verdict.broken_alone += u64::from(how.cause.is_none());
        if verdict.breaks.len() < MOST_BREAKS {
            verdict.breaks.push(how);
        }
    }

    /// Why the clause cannot be tested there; the first reason stays.
    pub fn untestable(&mut self, id: &str, why: impl Into<String>) {
        self.of_mut(id).untestable.get_or_insert_with(|| why.into());
    }

    /// What is known of one clause.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<&ClauseVerdict> {
        Clause::place_of(id).map(|place| &self.by_place[place])
    }

    /// Every clause with what is known of it.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Clause, &ClauseVerdict)> {
        Clause::all().iter().zip(&self.by_place)
    }

    /// How many breaks were seen, of all clauses.
    #[must_use]
    pub const fn break_count(&self) -> u64 {
        self.broken
    }

    /// The clauses that were broken, with their first breaks.
    pub fn breaks(&self) -> impl Iterator<Item = (&'static Clause, &[Break])> {
        self.iter()
            .filter(|(_, verdict)| verdict.broken > 0)
            .map(|(clause, verdict)| (clause, verdict.breaks.as_slice()))
    }

    /// What was seen of a clause says nothing of its own: it is told as untestable.
    pub(super) fn set_aside(&mut self, id: &str, why: String) {
        let verdict = self.of_mut(id);
        *verdict = ClauseVerdict { untestable: Some(why), ..ClauseVerdict::default() };
    }

    fn of_mut(&mut self, id: &str) -> &mut ClauseVerdict {
        let place = Clause::place_of(id);
        let place = place.expect("whoever judges names a clause of the catalogue");
        &mut self.by_place[place]
    }
}
