//! Proof that green means something: the same verification against implementations that are known
//! to be wrong.

use std::collections::BTreeMap;

use super::record::VerifyRecord;
use crate::conformance::{Standing, Verdicts};
use crate::defect::Defect;

/// What a verification found of every defect.
#[derive(Clone, Debug, Default)]
pub struct Power {
    /// The clauses that caught each defect, in the order of the defects.
    pub caught: Vec<(&'static str, Vec<String>)>,
    /// The clauses that hold at the right target and that no defect could break.
    pub vacuous: Vec<String>,
    /// The defects that caught each clause.
    pub by_clause: BTreeMap<String, Vec<&'static str>>,
}

impl Power {
    /// What follows from a verification of the right target, and one of each wrong one.
    #[must_use]
    pub fn of(clean: &VerifyRecord, wrong: &[(&'static Defect, Verdicts)]) -> Self {
        let mut power = Self::default();
        for (defect, verdicts) in wrong {
            let ids: Vec<String> = verdicts.breaks().map(|(clause, _)| clause.id.clone()).collect();
            for id in &ids {
                let caught = power.by_clause.entry(id.clone()).or_default();
                caught.push(defect.name);
            }
            power.caught.push((defect.name, ids));
        }
        power.vacuous = clean
            .standing(Standing::Held)
            .filter(|clause| !power.by_clause.contains_key(&clause.id))
            .map(|clause| clause.id.clone())
            .collect();
        power
    }

    /// The defects nothing caught.
    pub fn missed(&self) -> impl Iterator<Item = &'static str> {
        let missed = self.caught.iter().filter(|(_, ids)| ids.is_empty());
        missed.map(|(name, _)| *name)
    }
}
