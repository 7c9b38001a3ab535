//! A head-end with a small world, its clock, and the story of what it was told.

use std::time::Duration;

use crate::cas::{
    CardSpec, CardState, CasSettings, CasState, KeyState, ModuleSpec, Pin, ProductKind,
    ProductSpec, ProductState, Transaction,
};
use crate::command::Command;
use crate::entropy::{Ids, Seed};
use crate::id::{DomainName, PairingModuleId, ProductId, SmartcardId};
use crate::time::SimTime;

use super::generate::{Step, shifted};

/// The head-end under test with everything that happened to it.
pub(super) struct Bench {
    pub(super) state: CasState,
    pub(super) now: SimTime,
    pub(super) ids: Ids,
    pub(super) story: Vec<Told>,
}

/// A command with its true times, and what came of it.
pub(super) struct Told {
    pub(super) command: Command,
    pub(super) transaction: Transaction,
}

impl Bench {
    pub(super) fn new(settings: &CasSettings) -> Self {
        Self {
            state: world(settings),
            now: start_of_story(),
            ids: Ids::new(Seed(7), "laws"),
            story: Vec::new(),
        }
    }

    /// A head-end that has been told these steps.
    pub(super) fn told(settings: &CasSettings, steps: &[Step]) -> Self {
        let mut bench = Self::new(settings);
        for step in steps {
            bench.step(step);
        }
        bench
    }

    /// Waits and tells.
    pub(super) fn step(&mut self, step: &Step) -> Transaction {
        self.wait(step.wait);
        self.tell(&step.domain, &step.command)
    }

    pub(super) fn wait(&mut self, wait: Duration) {
        self.now = self.now + wait;
    }

    /// Tells a command, its times counted from now.
    pub(super) fn tell(&mut self, domain: &DomainName, command: &Command) -> Transaction {
        let command = shifted(command, self.now);
        let transaction = self.state.apply(domain, &command, self.now, &mut self.ids);
        self.story.push(Told { command, transaction: transaction.clone() });
        transaction
    }
}

/// In the middle of a month, so that month ends and months' turns come along.
pub(super) fn start_of_story() -> SimTime {
    // 2014-11-17T00:00:00.
    SimTime::from_millis(1_416_182_400_000)
}

/// North manages c1 to c3, c5 (blocked) and c8 (retired); south manages c4.
pub(super) fn world(settings: &CasSettings) -> CasState {
    let mut state = CasState::new(settings.clone());
    for (id, domain, card_state) in [
        ("c1", "north", CardState::Stock),
        ("c2", "north", CardState::Stock),
        ("c3", "north", CardState::Stock),
        ("c4", "south", CardState::Stock),
        ("c5", "north", CardState::Blocked),
        ("c8", "north", CardState::Retired),
    ] {
        state.load_card(CardSpec {
            id: card(id),
            domain: DomainName::new(domain),
            state: card_state,
            pin: Pin::parse("4711"),
        });
    }
    for (id, product_state) in [
        ("p1", ProductState::Defined),
        ("p2", ProductState::Defined),
        ("p3", ProductState::Defined),
        ("p4", ProductState::Withdrawn),
    ] {
        state.load_product(ProductSpec {
            id: product(id),
            label: id.to_owned(),
            kind: ProductKind::Subscription,
            state: product_state,
        });
    }
    for (id, key) in [
        ("m1", KeyState::Loaded),
        ("m2", KeyState::Loaded),
        ("m3", KeyState::Loaded),
        ("m4", KeyState::Withdrawn),
    ] {
        state.load_module(ModuleSpec { id: module(id), key });
    }
    state
}

pub(super) fn card(id: &str) -> SmartcardId {
    SmartcardId::new(id)
}

pub(super) fn product(id: &str) -> ProductId {
    ProductId::new(id)
}

pub(super) fn module(id: &str) -> PairingModuleId {
    PairingModuleId::new(id)
}

pub(super) fn north() -> DomainName {
    DomainName::new("north")
}

pub(super) fn south() -> DomainName {
    DomainName::new("south")
}
