//! Small bodies of the control door, and what is wrong with one.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Reads a JSON body.
///
/// # Errors
/// Which member is wrong, and how, in one sentence.
pub fn parse_body<B: DeserializeOwned>(body: &[u8]) -> Result<B, String> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| in_words(&error))
}

/// Which member is wrong, and how.
fn in_words(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    match error.path().to_string().as_str() {
        "." => format!("the body: {}", error.inner()),
        member => format!("`{member}`: {}", error.inner()),
    }
}

/// Under which name to copy a world.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForkBody {
    /// The name of the copy, as `as`.
    #[serde(rename = "as")]
    pub to: String,
}

/// How to keep a world as it is: under a name, as a file, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoreBody {
    /// The name of the snapshot.
    pub from: String,
}
