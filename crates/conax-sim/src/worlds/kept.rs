//! Worlds that were kept in a store go on.

use std::sync::Arc;
use std::time::Duration;

use conax_model::entropy::Seed;
use conax_model::time::SimTime;

use super::{Maker, Surroundings, Worlds, journal};
use crate::clock::{Clock, ClockMode, Reading};
use crate::dispatch::recover;
use crate::link::ConaxLink;
use crate::settings::{ClockWhileDown, SimulatorSettings};
use crate::shared::{Shared, TIME_KEPT_EVERY};
use crate::store::{Entry, Opened, Store, WorldHead};

/// By how much a clock that is the machine's may differ from it.
const LIKE_THE_MACHINES: Duration = Duration::from_secs(10);

/// A store, and the worlds that were in it.
pub struct KeptWorlds {
    /// Where what changes is kept from now on.
    pub store: Arc<Store>,
    /// The worlds that go on.
    pub worlds: Vec<Opened>,
    /// What the machine's clock shows, as a simulated time.
    pub machine_now: SimTime,
}

/// What a clock shows first that showed `reading` so long ago.
fn after(
    reading: Reading,
    idle: Duration,
    machine_now: SimTime,
    while_down: ClockWhileDown,
) -> Reading {
    let Reading { mode, now } = reading;
    let passed = match mode {
        ClockMode::Stepped => Duration::ZERO,
        mode => mode.simulated(idle),
    };
    let is_machines = mode == ClockMode::Real && are_alike(now + passed, machine_now);
    let now = match while_down {
        // Simulated time never goes back (law I20).
        _ if is_machines => now.max(machine_now),
        ClockWhileDown::Pass => now + passed,
        ClockWhileDown::Stand => now,
    };
    Reading { mode, now }
}

/// Whether two times are as good as one.
fn are_alike(one: SimTime, other: SimTime) -> bool {
    one.millis().abs_diff(other.millis()) <= LIKE_THE_MACHINES.as_millis() as u64
}

/// A world that goes on, and the settings it was made with.
fn settings_of(opened: &Opened, settings: &SimulatorSettings) -> SimulatorSettings {
    let mut settings = SimulatorSettings { seed: Seed(opened.head.seed), ..settings.clone() };
    if !opened.head.makes_runs {
        settings.dispatch.run_interval = None;
    }
    settings
}

impl Surroundings {
    /// Brings a world back; what is on its way in it is settled once [`go_on`] is called.
    pub(super) fn revive(
        &self,
        mut opened: Opened,
        machine_now: SimTime,
        settings: &SimulatorSettings,
        link: impl FnOnce(&SimulatorSettings, &Clock) -> ConaxLink,
    ) -> (Shared, u64) {
        let settings = settings_of(&opened, settings);
        let while_down = settings.revival.clock;
        let reading = after(opened.snapshot.clock, opened.idle, machine_now, while_down);
        opened.snapshot.clock = reading;
        let clock = Clock::new(reading.mode, reading.now);
        let journal = journal(&settings, self).of_world(&opened.head.name);
        let link = link(&settings, &clock);
        let world = Shared::from_snapshot(settings, opened.snapshot, clock, journal, link);
        for (name, snapshot) in opened.snapshots {
            // As many as were kept before.
            let _ = world.snapshots.keep(&name, snapshot);
        }
        (world, opened.number)
    }

    /// From now on what changes in a world is kept, if anything is; the last change that is kept
    /// has this number, or it is a new world.
    pub(super) fn keep(&self, world: &Shared, maker: Maker, number: Option<u64>) {
        let Some(store) = &self.store else { return };
        if number.is_none() {
            store.push(Entry::Begin(WorldHead {
                name: world.world().name.clone(),
                seed: world.settings.seed.0,
                makes_runs: world.settings.dispatch.run_interval.is_some(),
                is_made_by_call: maker == Maker::Call,
            }));
        }
        world.record_in(Arc::clone(store), number.unwrap_or(0));
        if number.is_some() {
            recover(world);
        }
    }
}

impl Worlds {
    /// The store the worlds are kept in.
    #[must_use]
    pub fn store(&self) -> Option<&Arc<Store>> {
        self.surroundings.store.as_ref()
    }

    /// Whether the main world goes on that was kept in a store.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// Lets the store know again and again how far time has come, for ever.
    pub(crate) async fn keep_time(self: Arc<Self>) {
        loop {
            tokio::time::sleep(TIME_KEPT_EVERY).await;
            for world in self.all() {
                if world.clock.mode() != ClockMode::Stepped {
                    world.keep_time(false);
                }
            }
        }
    }

    /// Keeps what the clocks show: nobody reads them any more.
    pub(crate) fn keep_time_at_last(&self) {
        for world in self.all() {
            world.keep_time(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ClockMode, ClockWhileDown, Duration, Reading, SimTime, after};

    #[test]
    fn a_clock_that_is_the_machines_follows_it_and_another_stands_or_passes_and_none_goes_back() {
        let at = |seconds: i64| SimTime::from_millis(seconds * 1000);
        let scaled = ClockMode::Scaled(60.0);
        let cases = [
            // The mode, what it showed, how long ago, the machine's clock; standing, passing.
            (ClockMode::Real, 1_000, 100, 1_101, 1_101, 1_101),
            (ClockMode::Real, 1_000, 100, 1_095, 1_095, 1_095),
            (ClockMode::Real, 1_000, 0, 995, 1_000, 1_000),
            (ClockMode::Real, 5_000, 100, 1_101, 5_000, 5_100),
            (scaled, 1_000, 100, 1_101, 1_000, 7_000),
            (ClockMode::Stepped, 1_000, 100, 1_101, 1_000, 1_000),
        ];
        for (mode, shown, idle, machine, standing, passing) in cases {
            let reading = Reading { mode, now: at(shown) };
            let idle = Duration::from_secs(idle);
            for (while_down, now) in
                [(ClockWhileDown::Stand, standing), (ClockWhileDown::Pass, passing)]
            {
                let found = after(reading, idle, at(machine), while_down);
                assert_eq!(found, Reading { mode, now: at(now) }, "{reading:?} {while_down:?}");
            }
        }
    }
}
