//! How a fact about Conax or CRM.COM is known.
//!
//! A guess must never look like a fact, so every operation, parameter, member and code of the
//! contract carries one of these. It knows nothing else.

use std::fmt;

/// Where a fact comes from, the firmest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The text of the documented API says so.
    Documented,
    /// A documented example shows it.
    Shown,
    /// Another public page or a public client says so.
    Attested,
    /// It follows from the above, and nothing says it.
    Inferred,
    /// Nothing public; this project chose it.
    Ours,
}

impl Source {
    /// Every source, the firmest first.
    pub const ALL: [Self; 5] =
        [Self::Documented, Self::Shown, Self::Attested, Self::Inferred, Self::Ours];

    /// The source in lower case, as tables and command lines write it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Shown => "shown",
            Self::Attested => "attested",
            Self::Inferred => "inferred",
            Self::Ours => "ours",
        }
    }

    /// What the word means.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Documented => "the text of the documented API says so",
            Self::Shown => "a documented example shows it",
            Self::Attested => "another public page or a public client says so",
            Self::Inferred => "it follows from the above, and nothing says it",
            Self::Ours => "nothing public; this project chose it",
        }
    }

    /// The source written as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.code() == code)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
