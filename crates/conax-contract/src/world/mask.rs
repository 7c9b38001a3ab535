//! What a secret looks like when it must not be shown.

/// Whether a world is written with its secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// As they are: a file that can be read again.
    Shown,
    /// Masked: passwords and PINs as `***`, tokens and keys as `***` and their last four letters.
    Masked,
}

/// What stands for a secret, or for its beginning.
pub(super) const MASK: &str = "***";

/// The shortest token of which the last four letters are shown: of a shorter one they would give
/// too much away.
const SHORTEST_WITH_TAIL: usize = 12;

/// A token or key as it is shown.
pub(super) fn masked_token(token: &str) -> String {
    let length = token.chars().count();
    let hidden = if length < SHORTEST_WITH_TAIL { length } else { length - 4 };
    let tail: String = token.chars().skip(hidden).collect();
    format!("{MASK}{tail}")
}

/// Whether `text` is a mask rather than a secret.
pub(super) fn is_mask(text: &str) -> bool {
    text.starts_with(MASK)
}
