//! How the program ends: one table, from which help and documents are made.

use std::process::ExitCode;

/// An exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was as it should be.
    Met,
    /// The program itself failed.
    OurBug,
    /// The command line is wrong.
    Usage,
    /// A settings, world, profile, ledger or scenario file is wrong.
    Settings,
    /// What was checked is not as expected.
    NotMet,
    /// The surroundings do not allow it: an address is taken, a target does not answer.
    Surroundings,
    /// Nothing was played: no scenario was found or chosen, or all were skipped.
    NothingRan,
    /// Somebody stopped it; the reports are written.
    Interrupted,
    /// A report, or what goes to standard output, could not be written.
    ReportNotWritten,
}

impl Exit {
    /// Every code, in ascending order.
    pub const ALL: [Self; 9] = [
        Self::Met,
        Self::OurBug,
        Self::Usage,
        Self::Settings,
        Self::NotMet,
        Self::Surroundings,
        Self::NothingRan,
        Self::Interrupted,
        Self::ReportNotWritten,
    ];

    /// The number the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Met => 0,
            Self::OurBug => 1,
            Self::Usage => 2,
            Self::Settings => 3,
            Self::NotMet => 4,
            Self::Surroundings => 5,
            Self::NothingRan => 6,
            Self::Interrupted => 7,
            Self::ReportNotWritten => 8,
        }
    }

    /// The one with this number.
    #[must_use]
    pub fn of_code(code: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|exit| i32::from(exit.code()) == code)
    }

    /// What the number means.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Met => "everything was as it should be",
            Self::OurBug => "conax-sim itself failed",
            Self::Usage => "the command line is wrong",
            Self::Settings => "a settings, world, profile, ledger or scenario file is wrong",
            Self::NotMet => "what was checked is not as expected",
            Self::Surroundings => "an address is taken, or a target does not answer",
            Self::NothingRan => {
                "nothing was played or proven: none found, none chosen, all skipped"
            }
            Self::Interrupted => "it was stopped; the reports are written",
            Self::ReportNotWritten => {
                "a report, or what goes to standard output, could not be written"
            }
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
