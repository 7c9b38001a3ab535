//! How values are shown to a person: quoted, shortened, listed.
//!
//! Rejection messages and transaction summaries repeat what was sent. A sender may send anything,
//! so nothing is repeated at full length.

use std::fmt::Display;

/// How much of one value a text repeats. Ours: enough to recognise any id.
const SHOWN_CHARACTERS: usize = 48;
/// How many values of a list a text repeats. Ours.
const SHOWN_VALUES: usize = 5;

/// The value in backticks, shortened if it is long.
pub(super) fn quoted(value: impl Display) -> String {
    let text = value.to_string();
    let mut shown: String = text.chars().take(SHOWN_CHARACTERS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// The first few values in backticks, and how many more there are.
pub(super) fn listed<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let mut values = values.into_iter();
    let shown: Vec<String> = values.by_ref().take(SHOWN_VALUES).map(quoted).collect();
    match values.count() {
        0 => shown.join(" "),
        rest => format!("{} and {rest} more", shown.join(" ")),
    }
}
