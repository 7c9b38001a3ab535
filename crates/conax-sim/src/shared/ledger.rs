//! What both sides write down of what they do.

use conax_model::fault::StateChange;
use conax_model::ledger::{CasEvent, CrmEvent};
use conax_model::time::SimTime;

use super::Shared;
use crate::world::CasSide;

impl Shared {
    /// Writes down what the CRM's side did, in the ledger of this generation.
    pub fn note_crm(&self, generation: u64, event: CrmEvent) {
        self.change(|world| {
            if world.ledger.generation == generation {
                world.ledger.crm(world.now(), event);
            }
        });
    }

    /// Writes down what the head-end's side did, in the ledger of this generation.
    pub fn note_cas(&self, generation: u64, events: impl IntoIterator<Item = CasEvent>) {
        self.change(|world| {
            let now = world.now();
            if world.ledger.generation == generation {
                events.into_iter().for_each(|event| world.ledger.cas(now, event));
            }
        });
    }

    /// The number of the next exchange with the head-end, from 1.
    pub fn next_exchange(&self) -> u64 {
        self.change(|world| world.next_exchange())
    }

    /// When the head-end next does something that it held back.
    #[must_use]
    pub fn next_held(&self) -> Option<SimTime> {
        self.cas().memory.next_due()
    }

    /// Lets the head-end do what it held back and is due by now. It is done as of the time it was
    /// due, so nothing is different if this comes later; whoever looks calls it first.
    pub fn catch_up(&self) {
        self.change(|world| {
            let now = world.now();
            let changes = {
                let side = &mut *world.cas.lock();
                side.memory.catch_up(&mut side.state, &mut side.ids, now)
            };
            changes.into_iter().for_each(|change| world.ledger.cas(now, CasEvent::Did(change)));
        });
    }

    /// Lets the head-end do something and writes it down, behind what is to be written down before;
    /// nothing if the world is another by now.
    pub fn at_head_end<T>(
        &self,
        generation: u64,
        before: Option<CasEvent>,
        act: impl FnOnce(&mut CasSide, SimTime) -> (T, Vec<StateChange>),
    ) -> Option<T> {
        self.change(|world| {
            if world.ledger.generation != generation {
                return None;
            }
            let now = world.now();
            let (done, changes) = act(&mut world.cas.lock(), now);
            let did = changes.into_iter().map(CasEvent::Did);
            before.into_iter().chain(did).for_each(|event| world.ledger.cas(now, event));
            Some(done)
        })
    }
}
