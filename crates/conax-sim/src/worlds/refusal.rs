//! Why a world cannot be entered, made or removed.

use conax_contract::world::WorldSpec;

use crate::world::WorldProblem;

/// Characters of a refused name that are repeated.
const SHOWN_NAME: usize = 64;

/// Why a world cannot be entered, made or removed.
#[derive(Debug, thiserror::Error)]
pub enum WorldRefusal {
    /// It is not a name.
    #[error(
        "there is no world called `{0}` and none can be: a name has 1 to 64 letters, digits, `-`, \
         `_` and `.`, and is not `.` or `..`"
    )]
    BadName(String),
    /// The path and the header of a call disagree.
    #[error(
        "the call names two worlds, `{in_path}` in its path and `{in_header}` in the header \
         `conax-sim-world`: name one"
    )]
    TwoNames {
        /// The name in the path.
        in_path: String,
        /// The name in the header.
        in_header: String,
    },
    /// The header that names a world is there more than once.
    #[error("the call has {0} headers `conax-sim-world`: it is about one world")]
    ManyHeaders(usize),
    /// A page from elsewhere names a world that nobody made.
    #[error(
        "no world is made for a web page of another origin: allow the page by the setting `cors`, or \
         make the world first with `PUT /v1/worlds/NAME` at the control API"
    )]
    OfPage,
    /// There is no such world.
    #[error("there is no world `{name}`; there are {there}")]
    Unknown {
        /// The name.
        name: String,
        /// The worlds there are, in words.
        there: String,
    },
    /// There is such a world already.
    #[error("there is a world `{0}` already; remove it first: `DELETE /v1/worlds/{0}`")]
    Taken(String),
    /// No more worlds may be made.
    #[error(
        "there are {0} worlds, as many as the setting `world-limit` allows; remove one with \
         `DELETE /v1/worlds/NAME` at the control API, or raise the limit"
    )]
    TooMany(usize),
    /// Calls may make no more worlds.
    #[error(
        "calls have made {0} worlds, as many as they may (setting `worlds-by-call`); the rest is for \
         worlds made at the control API: make this one there with `PUT /v1/worlds/NAME`, or remove \
         one with `DELETE /v1/worlds/NAME`"
    )]
    TooManyByCall(usize),
    /// Calls make no worlds.
    #[error(
        "there is no world `{0}`, and the setting `worlds-by-call` is off: make it first with \
         `PUT /v1/worlds/NAME` at the control API"
    )]
    NotByCall(String),
    /// The main world cannot be removed.
    #[error("`{0}` is the main world, which is there as long as the simulator; reset it instead")]
    IsMain(String),
    /// What the world is made from contradicts itself.
    #[error(transparent)]
    Contradiction(#[from] WorldProblem),
}

impl WorldRefusal {
    pub(crate) fn two_names(in_path: &str, in_header: &str) -> Self {
        Self::TwoNames { in_path: shown(in_path), in_header: shown(in_header) }
    }
}

/// A refusal as a sentence for a person.
pub(crate) fn sentence(refusal: &impl std::error::Error) -> String {
    let text = refusal.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let start: String = first.into_iter().collect();
    format!("{start}{}.", letters.as_str())
}

pub(super) fn shown(name: &str) -> String {
    name.chars().take(SHOWN_NAME).collect()
}

/// Refuses what is not a name.
pub(super) fn check_name(name: &str) -> Result<(), WorldRefusal> {
    match WorldSpec::is_name(name) {
        true => Ok(()),
        false => Err(WorldRefusal::BadName(shown(name))),
    }
}
