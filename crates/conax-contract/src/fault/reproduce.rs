//! From a stored error back to the faults that make it.
//!
//! A support engineer has the text a CRM stored and asks what may have happened. The text is
//! compared with what each preset makes the CRM store; faults that store the same cannot be told
//! apart by the text, and the answer says what would tell them apart.

use super::catalogue::PRESETS;
use super::preset::{Applied, CrmEnd, Preset};

/// A fault that may have made the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// How to have it again: `f05`, `f14/page-200`.
    pub name: String,
    /// Its name in words.
    pub title: String,
    /// Whether the head-end's state changes.
    pub applied: Applied,
    /// How well it fits, up to 1.
    pub score: f64,
    /// The piece of the text that speaks for it.
    pub evidence: String,
}

/// What may have happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Reproduction {
    /// The candidates, the likeliest first.
    pub candidates: Vec<Candidate>,
    /// The names of the best ones that the text cannot tell apart.
    pub alike: Vec<String>,
    /// What would tell them apart.
    pub experiment: Option<String>,
}

/// Ranks the catalogue's faults by how well they explain a stored error: an Axis dump, a status
/// code with its text, or a piece of either.
#[must_use]
pub fn reproduce(text: &str) -> Reproduction {
    let found = squeezed(text);
    let mut candidates: Vec<Candidate> = PRESETS
        .iter()
        .flat_map(Preset::signatures)
        .filter_map(|signature| candidate(&signature, &found))
        .collect();
    candidates.sort_by(|left, right| {
        right
            .score
            .total_cmp(&left.score)
            .then_with(|| left.name.cmp(&right.name))
    });
    let best = candidates.first().map_or(0.0, |first| first.score);
    let alike: Vec<&Candidate> = candidates
        .iter()
        .filter(|one| (one.score - best).abs() < f64::EPSILON)
        .collect();
    let experiment = experiment(&alike);
    let alike = match alike.len() {
        0 | 1 => Vec::new(),
        _ => alike.iter().map(|one| one.name.clone()).collect(),
    };
    Reproduction {
        candidates,
        alike,
        experiment,
    }
}

struct Signature {
    preset: &'static Preset,
    name: String,
    title: String,
    errors: &'static [&'static str],
    applied: Applied,
}

impl Preset {
    fn signatures(&'static self) -> Vec<Signature> {
        let own = Signature {
            preset: self,
            name: self.id(),
            title: self.name.to_owned(),
            errors: self.errors,
            applied: self.applied,
        };
        let variants = self.variants.iter().map(|variant| Signature {
            preset: self,
            name: format!("{}/{}", self.id(), variant.name),
            title: format!("{}/{}", self.name, variant.name),
            errors: variant.errors,
            applied: match variant.rule.contains("after-apply") {
                true => Applied::Yes,
                false => self.applied,
            },
        });
        std::iter::once(own).chain(variants).collect()
    }
}

/// Text without what printing adds: one blank for any white space, no entities, lower case.
fn squeezed(text: &str) -> String {
    let text = text
        .replace("&apos;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn candidate(signature: &Signature, found: &str) -> Option<Candidate> {
    if signature.preset.crm == CrmEnd::Completed {
        return None;
    }
    let scored = signature.errors.iter().filter_map(|error| {
        let wanted = squeezed(error);
        match found.contains(&wanted) {
            true => Some((1.0, error)),
            false => Some((partial_score(&wanted, found)?, error)),
        }
    });
    let (score, evidence) = scored.max_by(|(left, _), (right, _)| left.total_cmp(right))?;
    Some(Candidate {
        name: signature.name.clone(),
        title: signature.title.clone(),
        applied: signature.applied,
        score,
        evidence: (*evidence).to_owned(),
    })
}

/// The share of telling words of the signature that the text has, if most of them are there.
fn partial_score(wanted: &str, found: &str) -> Option<f64> {
    let split = |text: &str| -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words
            .filter(|word| word.len() > 2)
            .map(str::to_owned)
            .collect()
    };
    let (wanted, found) = (split(wanted), split(found));
    let hits = wanted.iter().filter(|word| found.contains(word)).count();
    let share = hits as f64 / wanted.len().max(1) as f64;
    // Java's package names alone say nothing.
    (share >= 0.6).then_some(share * 0.9)
}

fn experiment(alike: &[&Candidate]) -> Option<String> {
    let (did, did_not): (Vec<&Candidate>, Vec<&Candidate>) = alike
        .iter()
        .copied()
        .partition(|one| one.applied != Applied::No);
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
