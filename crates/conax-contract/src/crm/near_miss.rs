//! "Did you mean": the word that was probably meant.
//!
//! Runs only on the way to a refusal, so it may be slow, but long input must not make it crawl.

/// Longer words are not compared; nobody means them.
const LONGEST_WORD: usize = 80;

/// The candidate that `found` was probably meant to be.
pub(super) fn nearest<'c>(
    found: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    if found.len() > LONGEST_WORD {
        return None;
    }
    let squashed = squash(found);
    if squashed.len() < 2 {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (distance(&squashed, &squash(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= tolerance(candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Letters and digits in lower case: `processImmediately`, `PROCESS-IMMEDIATELY` and
/// `process_immediately` are one word.
pub(super) fn squash(word: &str) -> String {
    word.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

fn distance(left: &str, right: &str) -> usize {
    strsim::damerau_levenshtein(left, right)
}

/// One slip in four letters, and never more than three.
fn tolerance(candidate: &str) -> usize {
    (candidate.len() / 4).clamp(1, 3)
}
