//! What can be wrong with a profile file.

use std::fmt;

/// A profile file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// The text is not TOML.
    #[error("profile `{profile}` is not valid TOML")]
    Syntax {
        /// The profile.
        profile: String,
        /// Where and why.
        #[source]
        source: toml::de::Error,
    },
    /// The text is TOML but not a profile.
    #[error("profile `{profile}` is not usable{}", listed(.problems))]
    Invalid {
        /// The profile.
        profile: String,
        /// Everything that is wrong, in the order of the file's sections.
        problems: Vec<ProfileProblem>,
    },
}

/// One thing that is wrong with a profile file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileProblem {
    /// The key, with the sections before it.
    pub key: String,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
    /// What was probably meant.
    pub near_miss: Option<String>,
}

impl fmt::Display for ProfileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}; expected {}", self.key, self.found, self.expected)?;
        match &self.near_miss {
            Some(name) => write!(f, "; hint: did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

fn listed(problems: &[ProfileProblem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}
