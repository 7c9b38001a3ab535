//! The conditional-access state in sentences: a script of commands, and what it leaves behind.
//!
//! `language` is the text language; the other files are grouped by what they tell about.

mod boundaries;
mod entitlements;
mod formats;
mod language;
mod loading;
mod pairings;
mod records;
mod shows;
