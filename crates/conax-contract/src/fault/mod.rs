//! Faults as people write them: rules in YAML or JSON, the catalogue of presets, weathers, and
//! smartcards that always meet the same.
//!
//! One language everywhere: `*.faults.yaml` files, bodies of the control API, the header of a
//! single call, and the presets themselves ([`PRESETS`] is the one list behind help, documents,
//! schema and tests). What a rule does is not known here; it is data.
//!
//! Read on: `catalogue` (F01 to F46), `read` (rules), `action` (what can go wrong), `shape`
//! (delays), `weather`, `word` (presets and weathers by name), `magic`.

mod action;
mod catalogue;
mod magic;
mod preset;
mod read;
mod reproduce;
mod rule;
mod shape;
mod weather;
mod word;
mod written;

#[cfg(test)]
mod tests;

pub use catalogue::PRESETS;
pub use magic::{MagicCard, magic_cards};
pub use preset::{Applied, Form, Inject, Outlook, Preset, Variant};
pub use read::{parse_file, parse_rules, rules_of};
pub use reproduce::{Candidate, Reproduction, reproduce};
pub use rule::WrittenRule;
pub use weather::{WEATHERS, Weather};
pub use word::{near_word, parse_faults, rules_of_word};
