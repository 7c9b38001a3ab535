//! What follows from what was seen: each law says kept, broken, or not exercised and why.
//!
//! Pure: the same facts give the same verdicts. Times are used only where a slow machine cannot turn
//! a kept law into a broken one: the pauses a client makes can only get longer.

pub(crate) mod behaviour;
mod forms;
pub(crate) mod orders;
pub(crate) mod resends;
pub(crate) mod secrets;
pub(crate) mod success;
#[cfg(test)]
mod tests;

use super::law::Law;
use super::observation::{Ended, Exchange, Observation, Seat};
use super::reading::{End, Intent, Item, Read, read, read_given};

/// What one law says of one scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// It was kept, and how.
    Kept(String),
    /// It was broken.
    Broken(Breach),
    /// The client did nothing that it is about, and what that would have been.
    NotExercised(String),
    /// It was broken in a way that this other law names better: a mistake is shown under one law.
    NamedBy(&'static str),
}

/// How a law was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    /// The places of the calls that show it, in the order they were made.
    pub(crate) exchanges: Vec<usize>,
    /// What the law expects.
    pub(crate) expected: String,
    /// What was found.
    pub(crate) found: String,
}

fn broken(exchanges: &[usize], expected: impl Into<String>, found: impl Into<String>) -> Finding {
    Finding::Broken(Breach {
        exchanges: exchanges.to_vec(),
        expected: expected.into(),
        found: found.into(),
    })
}

fn kept(how: impl Into<String>) -> Finding {
    Finding::Kept(how.into())
}

fn not_exercised(why: impl Into<String>) -> Finding {
    Finding::NotExercised(why.into())
}

/// A scene with its calls read.
pub(crate) struct Evidence<'s> {
    pub(crate) seen: &'s Observation,
    /// What the client knows of each call.
    pub(crate) reads: Vec<Read>,
    /// What there is to know of it, answers that were kept back included.
    pub(crate) given: Vec<Read>,
}

impl<'s> Evidence<'s> {
    pub(crate) fn of(seen: &'s Observation) -> Self {
        let all = |read: fn(Seat, &Exchange) -> Read| {
            let exchanges = seen.exchanges.iter();
            exchanges.map(|exchange| read(seen.seat, exchange)).collect()
        };
        Self { seen, reads: all(read), given: all(read_given) }
    }

    /// Whether the client says that it was successful.
    fn says_success(&self) -> bool {
        self.seen.ended == Ended::Code(0)
    }

    /// Whether it had to be ended, so that it said nothing.
    fn says_nothing(&self) -> bool {
        self.seen.ended == Ended::Overtime
    }

    fn calls(&self) -> impl Iterator<Item = (usize, &Exchange, &Read)> {
        let pairs = self.seen.exchanges.iter().zip(&self.reads);
        pairs.enumerate().map(|(place, (exchange, read))| (place, exchange, read))
    }

    /// The calls after this one.
    fn after(&self, place: usize) -> impl Iterator<Item = (usize, &Exchange, &Read)> {
        self.calls().skip(place + 1)
    }

    /// Each order that made a request, with the request's number, as far as the client knows.
    fn own(&self) -> Vec<(&str, &str)> {
        made_by(&self.reads)
    }

    /// The same of all its orders, also where it was not told.
    fn recorded(&self) -> Vec<(&str, &str)> {
        made_by(&self.given)
    }

    /// What the client was told of its own requests, in order, with the place of the answer.
    fn reported(&self) -> Vec<(usize, &Item)> {
        let own = self.recorded();
        let is_own = |item: &Item| own.iter().any(|(number, _)| *number == item.number);
        let items = self
            .calls()
            .flat_map(|(place, _, read)| read.items.iter().map(move |item| (place, item)));
        items.filter(|(_, item)| is_own(item)).collect()
    }
}

fn made_by(reads: &[Read]) -> Vec<(&str, &str)> {
    let orders = reads.iter().filter_map(|read| {
        let Intent::Order(key) = &read.intent else {
            return None;
        };
        Some((read.items.first()?.number.as_str(), key.as_str()))
    });
    orders.collect()
}

/// What one law says of all scenes.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    /// What the law says of all of them together.
    pub(crate) finding: Finding,
    /// The scene the finding is of.
    pub(crate) scene: &'static str,
    /// All scenes with a finding of this kind.
    pub(crate) scenes: Vec<&'static str>,
}

/// Judges a law. Broken anywhere is broken, if only under another law's name; kept anywhere else is
/// kept.
pub(crate) fn judge(law: &Law, scenes: &[Evidence<'_>]) -> Verdict {
    let all: Vec<(&'static str, Finding)> =
        scenes.iter().map(|evidence| (evidence.seen.scene, (law.judge)(evidence))).collect();
    let kinds: [fn(&Finding) -> bool; 3] = [
        |finding| matches!(finding, Finding::Broken(_)),
        |finding| matches!(finding, Finding::NamedBy(_)),
        |finding| matches!(finding, Finding::Kept(_)),
    ];
    for is_kind in kinds {
        let found: Vec<_> = all.iter().filter(|(_, finding)| is_kind(finding)).collect();
        if let Some((scene, finding)) = shown_best(law, &found) {
            return Verdict {
                finding: finding.clone(),
                scene,
                scenes: made_first(law, found.iter().map(|(scene, _)| *scene).collect()),
            };
        }
    }
    let all: Vec<_> = all.iter().collect();
    match shown_best(law, &all) {
        Some((scene, finding)) => Verdict { finding: finding.clone(), scene, scenes: Vec::new() },
        None => {
            Verdict { finding: not_exercised("no scene was played"), scene: "", scenes: Vec::new() }
        }
    }
}

/// The finding of the scene that was made for this law, if there is one.
fn shown_best<'f>(
    law: &Law,
    found: &[&'f (&'static str, Finding)],
) -> Option<(&'static str, &'f Finding)> {
    let made_for = law.scenes.iter();
    let best = made_for.filter_map(|name| found.iter().find(|(scene, _)| scene == name));
    let (scene, finding) = best.chain(found.first()).next()?;
    Some((scene, finding))
}

/// The scenes that were made for this law before all others.
fn made_first(law: &Law, mut scenes: Vec<&'static str>) -> Vec<&'static str> {
    scenes.sort_by_key(|scene| {
        let place = law.scenes.iter().position(|name| name == scene);
        place.unwrap_or(law.scenes.len())
    });
    scenes
}

/// Whether this is an answer that says no for good.
fn is_refused(end: &End) -> bool {
    matches!(end, End::Refused { .. })
}
