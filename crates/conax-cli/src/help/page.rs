//! The list of pages: contents, `help`, and the table of the pages themselves are made from it.

/// A page of `docs/`.
#[derive(Debug)]
pub struct Page {
    /// Its name; the file is `NAME.md`.
    pub name: &'static str,
    /// What it is about, in a line.
    pub about: &'static str,
    /// The verbs it describes.
    pub verbs: &'static [&'static str],
    /// Its text, in Markdown.
    pub text: &'static str,
}

/// Pages that belong together.
#[derive(Debug)]
pub struct Group {
    /// What they have in common.
    pub name: &'static str,
    /// The pages, in the order in which they are read.
    pub pages: &'static [Page],
}

macro_rules! groups {
    ($($group:literal { $($name:literal [$($verb:literal)*] $about:literal;)+ })+) => {
        /// Every page, in the order in which they are read.
        pub static GROUPS: &[Group] = &[$(Group {
            name: $group,
            pages: &[$(Page {
                name: $name,
                about: $about,
                verbs: &[$($verb),*],
                text: include_str!(concat!("../../../../docs/", $name, ".md")),
            }),+],
        }),+];
    };
}

groups! {
    "Getting started" {
        "getting-started-ci" []
            "you run an implementation of the API and want a verdict on every change";
        "getting-started-failure" []
            "a provisioning request went wrong, and you want to see it happen";
        "getting-started-scenarios" []
            "you write down what has to work, without programming";
    }
    "The simulator" {
        "provisioning-api" []
            "the documented CRM.COM calls, errors, the life of a request";
        "conax-endpoint" []
            "SOAP commands, wire profiles, TLS, another Conax";
        "control-api" []
            "every call of it, the journal, OpenAPI and JSON Schema";
        "clock" ["clock"]
            "real, scaled and stepped time";
        "faults" ["faults"]
            "fault rules, the catalogue of failures, weathers, magic smartcards";
        "worlds" ["world" "snapshot"]
            "starting states, worlds side by side, snapshots";
        "store" []
            "worlds that outlive the program, however it ends";
        "ledger-and-drift" ["ledger" "drift" "why" "reproduce"]
            "what Conax really did, where the sides differ, why, and healing";
    }
    "The test harness" {
        "scenarios" ["run" "replay" "lint" "explain" "fmt" "schema"]
            "running test plans, reports, running against a live target";
        "scenario-language" []
            "every key, step and expectation";
        "verify" ["verify" "contract"]
            "the contract as clauses, and a verdict on each";
        "explore" ["explore"]
            "random sequences against a reference model";
        "coverage" ["coverage"]
            "clauses, transitions, faults by command and phase";
        "record-and-diff" ["record" "diff"]
            "recording traffic, comparing two implementations";
        "grade" ["grade"]
            "a report card for a client on its worst day";
        "embedding" []
            "in Rust, pytest and node";
    }
    "Reference" {
        "settings" ["serve" "config"]
            "every flag, variable and key of the settings file";
        "known" []
            "what is known and what is not: the evidence behind every behaviour";
        "performance" ["bench"]
            "figures, and how to measure your machine";
        "operating" ["status" "stop" "healthcheck" "completions" "man"]
            "start, stop, exposure, logs, metrics, limits, exit codes";
    }
}

impl Page {
    /// Every page.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        GROUPS.iter().flat_map(|group| group.pages)
    }

    /// Its title: its first heading.
    #[must_use]
    pub fn title(&self) -> &'static str {
        let first = self.text.lines().next().unwrap_or_default();
        first.trim_start_matches("# ")
    }
}
