//! What fault rules did with an exchange.

use conax_model::fault::{Acted, NearMiss, Verdict};

/// What the journal keeps of a verdict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultNote {
    /// The rules that acted.
    pub acted: Vec<Acted>,
    /// The rules that nearly did.
    pub near: Vec<NearMiss>,
}

impl FaultNote {
    /// The note of a verdict, if there is anything to note.
    #[must_use]
    pub fn of(verdict: &mut Verdict) -> Option<Self> {
        let note = Self {
            acted: std::mem::take(&mut verdict.acted),
            near: std::mem::take(&mut verdict.near),
        };
        (note != Self::default()).then_some(note)
    }

    /// The bytes it takes, with everything it holds.
    pub(super) fn size(&self) -> usize {
        let near = self.near.iter().map(|near| size_of_val(near) + near.text_len());
        self.acted.iter().map(size_of_val).chain(near).sum()
    }
}
