//! Another world in the place of this one: a new one, the same from its start, or a snapshot.

use std::sync::Arc;
use std::time::Duration;

use conax_contract::world::WorldSpec;

use super::Shared;
use crate::journal::WorldSecrets;
use crate::snapshot::Snapshot;
use crate::world::{self, WorldProblem};

/// How long a change of the world waits for what is on its way.
const IN_FLIGHT_TIME: Duration = Duration::from_secs(1);

/// While it lives, nothing is taken for sending; whoever waits to send looks again afterwards.
struct Standstill<'a>(&'a Shared);

impl<'a> Standstill<'a> {
    fn begin(shared: &'a Shared) -> Self {
        shared.change(|world| world.crm.lock().is_changing = true);
        Self(shared)
    }
}

impl Drop for Standstill<'_> {
    fn drop(&mut self) {
        self.0.change(|world| world.crm.lock().is_changing = false);
        self.0.settled.ring();
    }
}

impl Shared {
    /// Replaces both sides by a new world. Ids begin anew, so that the same calls give the same
    /// bytes again.
    ///
    /// What is on its way to the head-end may end first, within a second; a command that takes
    /// longer is not settled any more.
    ///
    /// # Errors
    /// If the world contradicts itself; then nothing is changed.
    pub async fn replace_world(&self, spec: WorldSpec) -> Result<(), WorldProblem> {
        let _one_at_a_time = self.changing.lock().await;
        self.bring_to_life(Arc::new(spec)).await
    }

    /// Starts both sides again from the world they started from.
    ///
    /// # Errors
    /// Never, for a world that was brought to life before.
    pub async fn reset_world(&self) -> Result<(), WorldProblem> {
        let _one_at_a_time = self.changing.lock().await;
        self.bring_to_life(self.world()).await
    }

    async fn bring_to_life(&self, spec: Arc<WorldSpec>) -> Result<(), WorldProblem> {
        let now = self.clock.now();
        let generation = self.generation() + 1;
        let memory = self.fault_plan().plan.memory();
        let begun = world::begin(&spec, &self.settings, generation, now, memory)?;
        let _standstill = Standstill::begin(self);
        self.clock.end_advances();
        self.wait_for_answers().await;
        let has_magic = spec.magic_smartcards;
        self.journal.set_secrets(WorldSecrets::of(&spec, &begun.crm.sessions));
        let old = self.change(|world| {
            let last = self.journal.last_number();
            let old = world.put(spec, begun.crm, begun.cas, begun.ledger, last);
            world.change_faults(|book| book.set_magic(has_magic));
            old
        });
        self.was_replaced(old);
        Ok(())
    }

    /// The world as it is now. What is on its way to the head-end may end first, within a second;
    /// a command that takes longer waits again in the snapshot.
    pub async fn take_snapshot(&self) -> Snapshot {
        let _one_at_a_time = self.changing.lock().await;
        let _standstill = Standstill::begin(self);
        self.wait_for_answers().await;
        self.catch_up();
        let (mut snapshot, on_its_way) = self.read(|world| {
            let (crm, on_its_way) = {
                let side = world.crm();
                let on_its_way = side.book.in_flight().filter_map(|row| row.number);
                (side.copy(side.generation), on_its_way.collect())
            };
            let snapshot = Snapshot {
                crm,
                cas: world.cas().clone(),
                faults: world.fault_plan().clone(),
                ledger: world.ledger.clone(),
                last_exchange: self.last_exchange(),
                spec: self.world(),
                runs: self.run_count(),
                clock: self.clock.reading(),
            };
            (snapshot, on_its_way)
        });
        snapshot.ledger.recall(snapshot.clock.now, &on_its_way);
        snapshot
    }

    /// Brings the world back to what it was; the journal goes on. What is on its way to the
    /// head-end may end first, within a second; a command that takes longer settles nothing.
    pub async fn restore(&self, snapshot: &Snapshot) {
        let _one_at_a_time = self.changing.lock().await;
        let _standstill = Standstill::begin(self);
        self.wait_for_answers().await;
        let generation = self.generation() + 1;
        let spec = snapshot.spec_named(&self.world().name);
        let (crm, cas) = (snapshot.crm.copy(generation), snapshot.cas.clone());
        let ledger = snapshot.ledger.for_generation(generation);
        self.journal.set_secrets(WorldSecrets::of(&spec, &crm.sessions));
        let old = self.change(|world| {
            world.restore_clock(snapshot.clock);
            world.change_faults(|book| *book = snapshot.faults.clone());
            world.count_on_from(snapshot.runs, snapshot.last_exchange);
            world.put(spec, crm, cas, ledger, self.journal.last_number())
        });
        self.was_replaced(old);
    }

    pub(super) async fn wait_for_answers(&self) {
        let _ = tokio::time::timeout(IN_FLIGHT_TIME, self.nothing_in_flight()).await;
    }

    /// Tells whoever waits for it. Letting go of a large world takes its time, so nobody waits for
    /// that.
    fn was_replaced<T: Send + 'static>(&self, old: T) {
        self.replaced.send_replace(());
        tokio::task::spawn_blocking(move || drop(old));
    }
}
