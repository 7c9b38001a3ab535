//! From a stored error back to the faults that make it.
//!
//! A support engineer has the text a CRM stored and asks what may have happened. The text is
//! compared with what each preset makes the CRM store; faults that store the same cannot be told
//! apart by the text, and the answer says what would tell them apart.

use conax_model::fault::{AnswerFault, End, Throttle, What};
use schemars::JsonSchema;
use serde::Serialize;

use super::preset::{Applied, Form};
use crate::cas::{Profile, RejectionCause};
use crate::crm::RejectionText;

/// A fault that may have made the text.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Candidate {
    /// How to have it again: `f05`, `f14/page-200`.
    #[serde(rename = "preset")]
    pub name: String,
    /// Its name in words.
    #[serde(rename = "name")]
    pub title: String,
    /// Whether the head-end's state changes.
    #[schemars(with = "String")]
    pub applied: Applied,
    /// How well it fits, up to 1.
    pub score: f64,
    /// The piece of the text that speaks for it.
    pub evidence: String,
    /// What it takes besides the rule and one order to have it again.
    #[serde(skip)]
    pub takes: Option<&'static str>,
}

/// What may have happened.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Reproduction {
    /// The candidates, the likeliest first; of those that fit alike, first those whose rule makes
    /// this very text of one order.
    pub candidates: Vec<Candidate>,
    /// The names of the best ones that the text cannot tell apart.
    pub alike: Vec<String>,
    /// What would tell them apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experiment: Option<String>,
}

/// The code of everything that is not an answer of Conax.
const AXIS_FAULT: &str = "AxisFault";

/// Texts that a preset makes where it meets an answer in another place than its rule says.
const ELSEWHERE: [(u8, &str, &str); 1] = [(
    8,
    "must be terminated by the matching end-tag",
    "let the answer break off within an end tag: `do: { cut: 60% }`, with other shares",
)];

/// How well a preset, as its rule is written, makes this very text of one order; less is better.
type Rank = (bool, bool, bool);

/// Ranks the catalogue's faults by how well they explain a stored error: an Axis dump, a status
/// code with its text, or a piece of either.
#[must_use]
pub fn reproduce(text: &str) -> Reproduction {
    let found = squeezed(text);
    let stored = || Form::all().filter(|form| !form.errors().is_empty());
    let by_text = stored().filter_map(|form| by_text(form, &found));
    let mut ranked: Vec<(Rank, Candidate)> = by_text.collect();
    // A code alone says less than a text.
    if !ranked.iter().any(|(_, one)| one.score >= 1.0) {
        let by_code: Vec<_> = stored().filter_map(|form| by_code(form, &found)).collect();
        let is_there = |one: &Candidate| by_code.iter().any(|(_, other)| other.name == one.name);
        ranked.retain(|(_, one)| !is_there(one));
        ranked.extend(by_code);
    }
    ranked.sort_by(|(left_rank, left), (right_rank, right)| {
        right
            .score
            .total_cmp(&left.score)
            .then_with(|| left_rank.cmp(right_rank))
            .then_with(|| left.name.cmp(&right.name))
    });
    let candidates: Vec<Candidate> = ranked.into_iter().map(|(_, one)| one).collect();
    let best = candidates.first().map_or(0.0, |first| first.score);
    let alike: Vec<&Candidate> =
        candidates.iter().filter(|one| (one.score - best).abs() < f64::EPSILON).collect();
    let experiment = experiment(&alike);
    let alike = match alike.len() {
        0 | 1 => Vec::new(),
        _ => alike.iter().map(|one| one.name.clone()).collect(),
    };
    Reproduction { candidates, alike, experiment }
}

impl Form {
    /// Pieces of what the CRM may store, wherever it meets the answer.
    fn signatures(self) -> impl Iterator<Item = &'static str> {
        let elsewhere = ELSEWHERE.iter().filter(move |one| self.is_elsewhere(one.0));
        let own = self.errors().iter().copied();
        own.chain(elsewhere.map(|(_, text, _)| *text))
    }

    fn is_elsewhere(self, number: u8) -> bool {
        self.variant.is_none() && self.preset.number == number
    }

    fn applied(self) -> Applied {
        match self.variant {
            Some(variant) if variant.rule.contains("after-apply") => Applied::Yes,
            _ => self.preset.applied,
        }
    }

    /// The code the CRM stores.
    fn code(self) -> String {
        let entry = self.entry();
        let actions = entry.iter().flat_map(|entry| &entry.actions);
        let said = |cause| Some(Profile::public().status_code(cause).to_owned());
        let mut codes = actions.filter_map(|action| match &action.what {
            What::End(End::Reject { cause, .. }) => said(*cause),
            What::Answer(AnswerFault::UnknownStatus(code)) => Some(code.clone()),
            What::Answer(AnswerFault::NoStatus) => {
                Some(RejectionText::no_status_code().code.to_owned())
            }
            What::Throttle(Throttle { rejects: true, .. }) => said(RejectionCause::TooManyRequests),
            _ => None,
        });
        codes.next().unwrap_or_else(|| AXIS_FAULT.to_owned())
    }

    /// Whether the text has another page than the rule sends.
    fn has_other_page(self, found: &str) -> bool {
        let entry = self.entry();
        let mut actions = entry.iter().flat_map(|entry| &entry.actions);
        actions.any(|action| match &action.what {
            What::End(End::Http { body, .. }) => !found.contains(&squeezed(body)),
            _ => false,
        })
    }

    fn candidate(self, score: f64, evidence: String, found: &str) -> (Rank, Candidate) {
        let mut elsewhere = ELSEWHERE.iter();
        let elsewhere =
            elsewhere.find(|(number, text, _)| self.is_elsewhere(*number) && evidence == *text);
        let more = self.preset.takes;
        let rank = (elsewhere.is_some(), more.is_some(), self.has_other_page(found));
        let candidate = Candidate {
            name: self.id(),
            title: self.name(),
            applied: self.applied(),
            score,
            evidence,
            takes: elsewhere.map(|(.., takes)| *takes).or(more),
        };
        (rank, candidate)
    }
}

/// Text without what printing adds: one blank for any white space, no entities and no escapes,
/// lower case.
fn squeezed(text: &str) -> String {
    let text = text
        .replace("\\n", " ")
        .replace("\\t", " ")
        .replace("\\\"", "\"")
        .replace("&apos;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn by_text(form: Form, found: &str) -> Option<(Rank, Candidate)> {
    let scored = form.signatures().filter_map(|error| {
        let wanted = squeezed(error);
        match found.contains(&wanted) {
            true => Some((1.0, error)),
            false => Some((partial_score(&wanted, found)?, error)),
        }
    });
    let (score, evidence) = scored.max_by(|(left, _), (right, _)| left.total_cmp(right))?;
    Some(form.candidate(score, evidence.to_owned(), found))
}

/// By its code, among other words or alone.
fn by_code(form: Form, found: &str) -> Option<(Rank, Candidate)> {
    let code = form.code();
    let wanted = code.to_lowercase();
    let mut codes = found.split(|letter: char| !letter.is_alphanumeric() && !"_.".contains(letter));
    let score = match codes.any(|code| code.trim_matches('.') == wanted) {
        false => return None,
        true if found == wanted => 1.0,
        true => 0.8,
    };
    Some(form.candidate(score, code, found))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}

/// The share of telling words of the signature that the text has, if most of them are there. Short
/// words and Java's package names say nothing, and one word alone too little.
fn partial_score(wanted: &str, found: &str) -> Option<f64> {
    let is_telling = |word: &&str| word.len() > 3 && *word != "java";
    let wanted: Vec<&str> = words(wanted).filter(is_telling).collect();
    let found: Vec<&str> = words(found).filter(is_telling).collect();
    let hits = wanted.iter().filter(|word| found.contains(word)).count();
    let share = hits as f64 / wanted.len().max(1) as f64;
    (wanted.len() > 1 && share >= 0.6).then_some(share * 0.75)
}

fn experiment(alike: &[&Candidate]) -> Option<String> {
    let (did, did_not): (Vec<&Candidate>, Vec<&Candidate>) =
        alike.iter().copied().partition(|one| one.applied != Applied::No);
    match (did.is_empty(), did_not.is_empty(), alike.len()) {
        (_, _, 0 | 1) => None,
        (false, false, _) => Some(format!(
            "ask the head-end what the card holds (GET_ACTIVE_SUBSCRIPTIONS, or \
             GET_PAIRING_STATUS_FOR_CARD after a pairing): changed as ordered speaks for {}, \
             unchanged for {}",
            listed(&did),
            listed(&did_not)
        )),
        (true, ..) => Some(format!(
            "none of {} changes anything at the head-end; look whether other requests of the same \
             minute met it (a burst, many at a time, one card)",
            listed(alike)
        )),
        (_, true, _) => Some(format!(
            "each of {} changes the head-end; capture the bytes of the answer to tell them apart",
            listed(alike)
        )),
    }
}

fn listed(candidates: &[&Candidate]) -> String {
    let names: Vec<&str> = candidates.iter().map(|one| one.name.as_str()).collect();
    names.join(", ")
}
