//! Text that must never be shown: what it is kept in, and how it is found again wherever it stands.
//!
//! [`KnownSecrets`] is the one place that decides what is a secret text and the one that masks it:
//! the journal, refusals and the reports of a run all use it. `gather` fills it from calls and
//! answers, a world adds its own, `view` reads a text as whoever receives it does.

mod base64;
mod gather;
mod known;
#[cfg(test)]
mod tests;
mod text;
mod view;

pub use known::KnownSecrets;
pub use text::SecretText;
