//! Whose a number or a reference is: by the answers to creations, and by what `show` and lists print.
//!
//! The two are kept apart. Two requests that are printed with one number have it both; an answer
//! that names another request than the one that was made gives nothing to anybody.

use std::collections::BTreeMap;

use super::verdicts::Break;

/// The clause on the answers to creations.
pub(super) const ANSWERS: &str = "post.answers-its-request";

/// The requests that have each value, by their ids.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners {
    answered: BTreeMap<String, String>,
    printed: BTreeMap<String, String>,
}

impl Owners {
    /// Who has this value, as far as anything tells.
    pub(super) fn of(&self, value: &str) -> Option<&str> {
        let owner = self.printed.get(value).or_else(|| self.answered.get(value));
        owner.map(String::as_str)
    }

    /// Who was answered to have this value, if that is somebody else than this.
    pub(super) fn answered_to_another(&self, value: &str, id: &str) -> Option<&str> {
        let owner = self.answered.get(value).map(String::as_str);
        owner.filter(|owner| *owner != id)
    }

    /// Notes that a request has this value; whether no other one was told of with it the same way.
    pub(super) fn note(&mut self, value: &str, id: &str, is_answer: bool) -> bool {
        let owners = match is_answer {
            true => &mut self.answered,
            false => &mut self.printed,
        };
        let owner = owners.entry(value.to_owned());
        owner.or_insert_with(|| id.to_owned()) == id
    }
}

/// Creations whose number a request of another id was printed with.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubts {
    by_answered: BTreeMap<String, (String, Break)>,
}

impl Doubts {
    /// The number that was answered for one request is printed of another one.
    pub(super) fn add(&mut self, answered: &str, printed: &str, how: Break) {
        let doubt = self.by_answered.entry(answered.to_owned());
        doubt.or_insert_with(|| (printed.to_owned(), how));
    }

    /// The target does not know the answered id: what follows is not told once more.
    pub(super) fn take(&mut self, answered: &str) -> Option<(String, Break)> {
        self.by_answered.remove(answered)
    }

    /// Every doubt: the answered id, the one that is printed, and how it shows.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str, &Break)> {
        let doubts = self.by_answered.iter();
        doubts.map(|(answered, (printed, how))| (answered.as_str(), printed.as_str(), how))
    }
}
