//! The documented codes, as words of a world file.

use crate::crm::{LifeCycleState, Priority, RequestType};
use crate::text::Word;

impl Word for RequestType {
    const ALL: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.code()
    }
}

impl Word for Priority {
    const ALL: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.code()
    }
}

impl Word for LifeCycleState {
    const ALL: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.code()
    }
}
