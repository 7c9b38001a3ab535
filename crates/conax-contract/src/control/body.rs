//! Reading the bodies of the control API: JSON objects whose members are all known.

use std::time::Duration;

use chrono::NaiveDateTime;
use schemars::JsonSchema;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use crate::text::{parse_duration, parse_moment};

/// What is wrong with a body, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BodyProblem(pub String);

/// Reads a body.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, BodyProblem> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(body))
        .map_err(|error| BodyProblem(in_words(&error)))
}

/// Reads a JSON body.
///
/// # Errors
/// Which member is wrong, and how, in one sentence.
pub fn parse_body<B: DeserializeOwned>(body: &[u8]) -> Result<B, String> {
    read(body).map_err(|BodyProblem(problem)| problem)
}

/// Reads a body that may be left away.
pub(super) fn read_or_empty<T: DeserializeOwned>(body: &[u8]) -> Result<T, BodyProblem> {
    match body.trim_ascii() {
        [] => read(b"{}"),
        body => read(body),
    }
}

/// Which member is wrong, and how.
fn in_words(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    match error.path().to_string().as_str() {
        "." => format!("the body: {}", error.inner()),
        member => format!("`{member}`: {}", error.inner()),
    }
}

/// A date of the documented form.
pub(super) fn documented_date<'de, D: Deserializer<'de>>(
    text: D,
) -> Result<Option<NaiveDateTime>, D::Error> {
    let Some(text) = Option::<String>::deserialize(text)? else {
        return Ok(None);
    };
    let expected = "expected one like `2014-11-30T09:00:00`";
    parse_moment(&text)
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("found the date `{text}`, {expected}")))
}

/// A duration with its unit.
pub(super) fn duration<'de, D: Deserializer<'de>>(text: D) -> Result<Option<Duration>, D::Error> {
    let Some(text) = Option::<String>::deserialize(text)? else {
        return Ok(None);
    };
    let expected = "expected one with its unit, like `10min`, `1h30min` or `500ms`";
    parse_duration(&text)
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("found the duration `{text}`, {expected}")))
}

/// Under which name to copy a world.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForkBody {
    /// The name of the copy, as `as`.
    #[serde(rename = "as")]
    pub to: String,
}

/// How to keep a world as it is: under a name, as a file, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SnapshotBody {
    /// The name of the snapshot, as `as`.
    #[serde(rename = "as")]
    pub name: Option<String>,
    /// Whether the answer is the snapshot itself, sealed.
    #[serde(default)]
    pub file: bool,
}

/// Content type of a snapshot file.
pub const SNAPSHOT_TYPE: &str = "application/vnd.conax-sim.snapshot";

/// What to bring a world back to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreBody {
    /// The name of the snapshot.
    pub from: String,
}
