//! Reading what people write: YAML 1.2 (and so JSON) with places, and all findings of a file at
//! once.
//!
//! [`read`] turns text into a tree of [`Marked`] nodes; [`Fields`] and the functions of
//! [`decode`](text()) turn nodes into values and collect what is wrong; [`render`] prints findings
//! beside the lines they are about; [`Outline`] is the way back to text. Used for worlds,
//! scenarios and fault files alike, so nothing here knows what a file is about.

mod alphabets;
mod carried;
mod counted;
mod decode;
mod encoding;
mod fields;
mod finding;
mod lines;
mod look_alike;
mod marked;
mod moment;
mod near;
mod outline;
mod plain;
mod read;
mod redact;
mod render;
mod screen;
mod secret_name;
mod shortened;
mod word;

#[cfg(test)]
mod tests;

pub use carried::{TEXT_LIMIT, TextFault, is_xml_character};
pub use counted::counted;
pub use decode::{
    Placed, duration, flag, items, mismatch, moment, number, placed, shared, text, text_of,
    untold_digits, whole,
};
pub use encoding::{NotUtf8, decode};
pub use fields::{Fields, fields};
pub use finding::{Finding, Findings, shown};
pub use look_alike::{look_alike_before, quoted_look_alikes};
pub use marked::{Entry, Marked, Node, Place, Scalar, Span, Style};
pub use moment::{parse_duration, parse_moment, render_duration, render_moment};
pub use near::{near_miss, near_or_known, squash};
pub use outline::Outline;
pub use plain::{Meaning, SHORTENED_HINT, is_shortened};
pub use read::{Limits, read, read_within};
pub use redact::holds_secrets;
pub use render::{render, render_each};
pub use screen::{is_unshowable, visible, visible_json, visible_name};
pub use secret_name::is_secret_name;
pub use shortened::shortened;
pub use word::{Word, word};
pub(crate) use word::{as_word, words_of_lists};
