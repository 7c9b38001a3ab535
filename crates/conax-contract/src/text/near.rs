//! "Did you mean": the word closest to what was written.

/// Longer words are not compared: the time taken grows with the square of the length.
const LENGTH_LIMIT: usize = 80;

/// The candidate closest to `found`, if one is close enough to be meant.
///
/// Case, blanks, hyphens and underscores do not count as differences.
#[must_use]
pub fn near_miss<'a>(
    found: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if found.len() > LENGTH_LIMIT {
        return None;
    }
    let wanted = squash(found);
    if wanted.len() < 2 {
        return None;
    }
    // One slip in three letters is still the same word; three slips are another word.
    let tolerance = (wanted.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LENGTH_LIMIT)
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&wanted, &squash(candidate));
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= tolerance && *distance < candidate.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A hint: what was probably meant by `found`, or what there is.
pub fn near_or_known<'a, Known: IntoIterator<Item = &'a str>>(
    found: &str,
    known: impl Fn() -> Known,
) -> String {
    match near_miss(found, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let known: Vec<&str> = known().into_iter().collect();
            format!("known here: {}", known.join(", "))
        }
    }
}

/// The candidate that begins like `found`: `product_slots` for `product_slot_limit`.
///
/// Good for keys, which are made of words; numbers that begin alike have nothing in common.
pub(super) fn same_beginning<'a>(
    found: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = squash(found);
    let common = |candidate: &str| {
        let candidate = squash(candidate);
        let letters = candidate.bytes().zip(wanted.bytes());
        letters.take_while(|(left, right)| left == right).count()
    };
    candidates
        .into_iter()
        .map(|candidate| (common(candidate), candidate))
        .filter(|(length, _)| *length >= 5 && length * 4 >= wanted.len() * 3)
        .max_by_key(|(length, _)| *length)
        .map(|(_, candidate)| candidate)
}

/// Letters and digits in lower case: `processImmediately`, `PROCESS-IMMEDIATELY` and
/// `process_immediately` are one word.
#[must_use]
pub fn squash(word: &str) -> String {
    word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
