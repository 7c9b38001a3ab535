//! Known deviations: a file of clause ids a target is known to break.

use std::collections::BTreeSet;

use conax_contract::clause::{Clause, Strictness};

use super::record::VerifyRecord;
use crate::conformance::Standing;

/// The clauses a target is known to break.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    ids: BTreeSet<String>,
}

/// A verification held against what was known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Broken, and not known to be.
    pub new: Vec<String>,
    /// Broken, and known to be.
    pub known: Vec<String>,
    /// Known to be broken, and held.
    pub fixed: Vec<String>,
    /// Known to be broken, and not looked at this time.
    pub unseen: Vec<String>,
}

impl Baseline {
    /// Reads a file: an id per line; what follows a `#` is a remark.
    ///
    /// # Errors
    /// The first line that names no clause, in a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut ids = BTreeSet::new();
        for (line, text) in text.lines().enumerate() {
            let id = text.split('#').next().unwrap_or_default().trim();
            if id.is_empty() {
                continue;
            }
            if Clause::find(id).is_none() {
                let hint = Clause::near(id).map(|near| format!("; did you mean `{near}`?"));
                return Err(format!(
                    "line {}: `{id}` is no clause{}",
                    line + 1,
                    hint.unwrap_or_default()
                ));
            }
            ids.insert(id.to_owned());
        }
        Ok(Self { ids })
    }

    /// The file for a verification: everything that is broken now.
    #[must_use]
    pub fn render(record: &VerifyRecord, least: Strictness) -> String {
        let mut out = format!(
            "# Known deviations of {}: `conax-sim verify --baseline` lists them apart.\n",
            record.target
        );
        for clause in record.clauses.iter().filter(|clause| clause.fails(least)) {
            out.push_str(&format!("{}  # {}\n", clause.id, clause.statement));
        }
        out
    }

    /// Holds a verification against what is known.
    #[must_use]
    pub fn compare(&self, record: &VerifyRecord, least: Strictness) -> Compared {
        let mut compared = Compared::default();
        for clause in &record.clauses {
            let is_known = self.ids.contains(&clause.id);
            let list = match (clause.fails(least), is_known) {
                (true, true) => &mut compared.known,
                (true, false) => &mut compared.new,
                (false, true) if clause.standing == Standing::Held => &mut compared.fixed,
                (false, true) => &mut compared.unseen,
                (false, false) => continue,
            };
            list.push(clause.id.clone());
        }
        compared
    }
}
