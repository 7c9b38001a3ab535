//! What is noted while a recording goes on: every exchange from its beginning, counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use conax_scenario::document::Api;
use tokio::sync::Notify;

use super::contract::Checker;
use super::form::{Exchange, Heard, HeardCall, HeardReply};
use super::journal::Journal;
use super::redact::Secrets;

/// What stands for the reply of an exchange that has not ended.
const NO_ANSWER: &str = "no answer came before the recording ended";

/// How far a recording is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Exchanges of the provisioning API that have ended.
    pub(crate) crm: usize,
    /// Exchanges with Conax that have ended.
    pub(crate) cas: usize,
    /// Exchanges without a reply of the target.
    pub(crate) unanswered: usize,
    /// Exchanges that are not by the contract.
    pub(crate) wrong: usize,
}

impl Counts {
    /// All that have ended.
    pub(crate) const fn all(&self) -> usize {
        self.crm + self.cas
    }
}

/// An exchange that has ended, to be told.
pub(crate) struct Progress {
    /// Its number.
    pub(crate) number: usize,
    /// The verb and the path.
    pub(crate) title: String,
    /// Where it is not by the contract.
    pub(crate) findings: Vec<String>,
    /// How far the recording is with it.
    pub(crate) counts: Counts,
}

/// Everything that was heard so far.
pub(crate) struct Recorder {
    began: Instant,
    noted: Mutex<Noted>,
    /// How many exchanges are wanted.
    limit: Option<usize>,
    full: Notify,
}

#[derive(Default)]
struct Noted {
    heard: Vec<Heard>,
    findings: Vec<Vec<String>>,
    counts: Counts,
    secrets: Secrets,
    checker: Checker,
    /// Exchanges that have not ended, and whether another one was under way meanwhile.
    open: BTreeMap<usize, bool>,
    journal: Option<Journal>,
}

impl Noted {
    /// Writes an exchange down as it stands now; all of them, if it brought a secret that stands in
    /// an earlier one.
    fn write_down(&mut self, index: usize) {
        let Self { heard, findings, secrets, journal, .. } = self;
        secrets.learn(&heard[index]);
        let fresh = secrets.take_fresh();
        let Some(journal) = journal else { return };
        let exchange = |at: usize| Exchange {
            findings: findings[at].iter().map(|text| secrets.text(text)).collect(),
            ..secrets.redact(at + 1, &heard[at])
        };
        let is_shown = heard[..index].iter().any(|one| one.holds_any(&fresh));
        match is_shown {
            true => journal.rewrite((0..heard.len()).map(exchange)),
            false => journal.add(&exchange(index)),
        }
    }
}

/// Everything that was heard.
pub(crate) struct Kept {
    /// The exchanges, secrets and all.
    pub(crate) heard: Vec<Heard>,
    /// What is not by the contract in each.
    pub(crate) findings: Vec<Vec<String>>,
    /// How many there were.
    pub(crate) counts: Counts,
    /// The file that holds them until they are written.
    pub(crate) journal: Option<Journal>,
}

impl Recorder {
    /// An empty one, whose time begins now.
    pub(crate) fn new(limit: Option<usize>, journal: Option<Journal>) -> Self {
        Self {
            began: Instant::now(),
            noted: Mutex::new(Noted { journal, ..Noted::default() }),
            limit,
            full: Notify::new(),
        }
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call; exchanges are in order of their beginning.
    pub(crate) fn begin(&self, api: Api, call: HeardCall) -> usize {
        let mut noted = self.noted();
        noted.heard.push(Heard {
            api,
            at: self.began.elapsed(),
            took: Duration::ZERO,
            call,
            reply: Err(NO_ANSWER.to_owned()),
        });
        noted.findings.push(Vec::new());
        let index = noted.heard.len() - 1;
        let is_alone = noted.open.is_empty();
        noted.open.values_mut().for_each(|alone| *alone = false);
        noted.open.insert(index, is_alone);
        noted.write_down(index);
        index
    }

    /// Notes how it ended.
    pub(crate) fn end(&self, index: usize, reply: Result<HeardReply, String>) -> Option<Progress> {
        let now = self.began.elapsed();
        let mut noted = self.noted();
        let Noted { heard, findings, counts, secrets, checker, open, .. } = &mut *noted;
        let one = heard.get_mut(index)?;
        one.took = now.saturating_sub(one.at);
        one.reply = reply;
        secrets.learn(one);
        let is_alone = open.remove(&index).unwrap_or(false);
        let found = checker.findings_of(one, is_alone);
        let found: Vec<String> = found.iter().map(|text| secrets.text(text)).collect();
        match one.api {
            Api::Cas => counts.cas += 1,
            Api::Crm | Api::Control => counts.crm += 1,
        }
        counts.unanswered += usize::from(one.reply.is_err());
        counts.wrong += usize::from(!found.is_empty());
        let rendered = Progress {
            number: index + 1,
            title: secrets.text(&format!("{} {}", one.call.verb, one.call.path())),
            findings: found.clone(),
            counts: *counts,
        };
        findings[index] = found;
        let is_full = self.limit.is_some_and(|limit| counts.all() >= limit);
        noted.write_down(index);
        if is_full {
            self.full.notify_one();
        }
        Some(rendered)
    }

    /// Waits until as many exchanges have ended as are wanted; for ever, if all are.
    pub(crate) async fn filled(&self) {
        self.full.notified().await;
    }

    /// Everything that was heard.
    pub(crate) fn take(&self) -> Kept {
        let noted = std::mem::take(&mut *self.noted());
        Kept {
            heard: noted.heard,
            findings: noted.findings,
            counts: noted.counts,
            journal: noted.journal,
        }
    }
}
