//! The worlds of a simulator, side by side. Each is a [`Shared`] of its own: two sides, journal, clock,
//! queue and runs, so that whoever uses one does not see the others.
//!
//! The main world is the one the simulator was opened with; it is there as long as the simulator. The
//! others are made when they are first named, as fresh copies of what the main world starts from,
//! and removed at the control API.

mod idle;
mod kept;
mod refusal;
mod routing;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use conax_contract::world::WorldSpec;
use conax_model::entropy::Seed;
use conax_model::time::SimTime;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::clock::{Clock, ClockMode};
use crate::dispatch::run_on_interval;
use crate::http_server::Places;
use crate::journal::{Journal, Observer, Surface};
use crate::link::{Approach, ConaxLink};
use crate::settings::{ApiAddresses, SimulatorSettings};
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::store::{Opened, Store};
use crate::world::WorldProblem;

pub(crate) use idle::remove_idle;
pub use kept::KeptWorlds;
pub use refusal::WorldRefusal;
pub(crate) use refusal::sentence;
use refusal::{check_name, shown};
pub use routing::WORLD_HEADER;
pub(crate) use routing::{WorldOfCall, named_world, world_of};

/// What worlds are made with besides settings and a starting state.
pub(crate) struct Surroundings {
    /// Who hears of every exchange.
    pub(crate) observer: Option<Arc<dyn Observer>>,
    /// Where our own APIs are, as far as they are open.
    pub(crate) doors: ApiAddresses,
    /// The connections of each API that listens.
    pub(crate) connections: Vec<(Surface, Arc<Places>)>,
    /// What links know of the API they lead to.
    pub(crate) approach: Approach,
    /// The head-end of a world as a router, for links in this process.
    pub(crate) head_end: fn(Arc<Shared>) -> Router,
    /// Whether worlds make processing runs of themselves.
    pub(crate) runs_on_interval: bool,
    /// Where what changes is kept, if anywhere.
    pub(crate) store: Option<Arc<Store>>,
}

impl Surroundings {
    fn link(&self, settings: &SimulatorSettings, clock: &Clock) -> ConaxLink {
        ConaxLink::of(settings, self.doors.cas, &self.approach, clock)
    }

    /// Lets the link of a world lead to the head-end of that world, if it stays in this process.
    fn lead_home(&self, world: &Arc<Shared>) {
        let (world_of_link, head_end) = (Arc::downgrade(world), self.head_end);
        world.link.lead_to(move || world_of_link.upgrade().map(head_end));
    }
}

/// How a world begins that is made for somebody; what is left away is as in the main world.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Beginning {
    /// Its seed.
    pub seed: Option<Seed>,
    /// How its time passes; stepped, it makes no processing runs of itself either.
    pub clock: Option<ClockMode>,
    /// What its clock shows first.
    pub start: Option<SimTime>,
}

/// Who makes a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// A call at the provisioning API or the Conax endpoint that names it.
    Call,
    /// The control API, or whoever embeds the simulator.
    Control,
}

/// A world beside the main one. Its runs end when it goes.
struct Resident {
    world: Arc<Shared>,
    stop_runs: watch::Sender<bool>,
    maker: Maker,
    used_at: Mutex<Instant>,
    /// Requests of the starting state that nobody will ever send.
    held_at_start: usize,
}

/// All worlds of a simulator.
pub struct Worlds {
    main: Arc<Shared>,
    main_name: String,
    /// A clock nobody touches: where the clock of a world that is made now begins.
    beginning: Clock,
    surroundings: Surroundings,
    /// Whether the main world was kept in a store before.
    goes_on: bool,
    others: RwLock<BTreeMap<String, Resident>>,
    /// One world is made or removed at a time.
    making: tokio::sync::Mutex<()>,
}

impl Worlds {
    /// Brings the main world to life.
    pub(crate) fn open(
        settings: SimulatorSettings,
        spec: WorldSpec,
        surroundings: Surroundings,
        kept: Vec<Opened>,
        machine_now: SimTime,
    ) -> Result<Arc<Self>, WorldProblem> {
        let main_name = spec.name.clone();
        let beginning = Clock::new(settings.clock, settings.start);
        let (main_kept, others_kept): (Vec<_>, Vec<_>) =
            kept.into_iter().partition(|one| one.head.name == main_name);
        let (main, number) = match main_kept.into_iter().next() {
            Some(opened) => {
                let link = |settings: &_, clock: &_| surroundings.link(settings, clock);
                let (main, number) = surroundings.revive(opened, machine_now, &settings, link);
                (main, Some(number))
            }
            None => {
                let clock = Clock::new(settings.clock, settings.start);
                let journal = journal(&settings, &surroundings).of_world(&main_name);
                let link = surroundings.link(&settings, &clock);
                (Shared::new(settings.clone(), spec, clock, journal, link)?, None)
            }
        };
        let main = Arc::new(main);
        surroundings.lead_home(&main);
        surroundings.keep(&main, Maker::Control, number);
        let worlds = Arc::new(Self {
            main,
            main_name,
            beginning,
            surroundings,
            goes_on: number.is_some(),
            others: RwLock::default(),
            making: tokio::sync::Mutex::default(),
        });
        for opened in others_kept {
            worlds.go_on(opened, machine_now, &settings);
        }
        Ok(worlds)
    }

    /// Lets a world beside the main one go on.
    fn go_on(&self, opened: Opened, machine_now: SimTime, settings: &SimulatorSettings) {
        let name = opened.head.name.clone();
        let link = |settings: &_, clock: &_| self.link_of(settings, &name, clock);
        let maker = match opened.head.is_made_by_call {
            true => Maker::Call,
            false => Maker::Control,
        };
        let (world, number) = self.surroundings.revive(opened, machine_now, settings, link);
        self.move_in(&name, world, maker, Some(number));
    }

    /// The world the simulator was opened with.
    #[must_use]
    pub fn main(&self) -> &Arc<Shared> {
        &self.main
    }

    /// The name of the main world.
    #[must_use]
    pub fn main_name(&self) -> &str {
        &self.main_name
    }

    /// Where the APIs of the simulator are, as far as they are open.
    #[must_use]
    pub const fn doors(&self) -> &ApiAddresses {
        &self.surroundings.doors
    }

    /// The connections of each API that listens.
    #[must_use]
    pub fn connections(&self) -> &[(Surface, Arc<Places>)] {
        &self.surroundings.connections
    }

    /// The names of all worlds: the main one, then the others in alphabetical order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![self.main_name.clone()];
        names.extend(self.others().keys().cloned());
        names
    }

    /// Whether the main world is not the only one.
    #[must_use]
    pub fn has_others(&self) -> bool {
        !self.others().is_empty()
    }

    /// All worlds, the main one first.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Shared>> {
        let mut all = vec![Arc::clone(&self.main)];
        all.extend(self.others().values().map(|resident| Arc::clone(&resident.world)));
        all
    }

    /// The world of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Arc<Shared>> {
        if name == self.main_name {
            return Some(Arc::clone(&self.main));
        }
        let others = self.others();
        let found = others.get(name)?;
        found.is_used();
        Some(Arc::clone(&found.world))
    }

    /// The world of this name.
    ///
    /// # Errors
    /// If there is none.
    pub fn known(&self, name: &str) -> Result<Arc<Shared>, WorldRefusal> {
        self.find(name).ok_or_else(|| WorldRefusal::Unknown {
            name: shown(name),
            there: format!("`{}`", self.names().join("`, `")),
        })
    }

    /// The world of this name, made as a fresh copy of the main one's starting state if nobody
    /// made it yet.
    ///
    /// # Errors
    /// If the name is none, or there are too many worlds.
    pub async fn find_or_make(
        self: &Arc<Self>,
        name: &str,
        maker: Maker,
    ) -> Result<Arc<Shared>, WorldRefusal> {
        if let Some(found) = self.find(name) {
            return Ok(found);
        }
        check_name(name)?;
        let _one_at_a_time = self.making.lock().await;
        if let Some(found) = self.find(name) {
            return Ok(found);
        }
        let spec = WorldSpec { name: name.to_owned(), ..WorldSpec::clone(&self.main.world()) };
        self.make(spec, Beginning::default(), maker).await
    }

    /// Replaces the world of the name the starting state has, or makes it; whether it was made.
    ///
    /// # Errors
    /// If the starting state contradicts itself or there are too many worlds; then nothing is
    /// changed.
    pub async fn put(
        self: &Arc<Self>,
        spec: WorldSpec,
        beginning: Beginning,
    ) -> Result<bool, WorldRefusal> {
        check_name(&spec.name)?;
        let _one_at_a_time = self.making.lock().await;
        match self.find(&spec.name) {
            // Its clock has begun, and its seed has been drawn from.
            Some(_) if beginning != Beginning::default() => Err(WorldRefusal::Taken(spec.name)),
            Some(world) => {
                self.keep(&spec.name);
                world.replace_world(spec).await?;
                Ok(false)
            }
            None => self.make(spec, beginning, Maker::Control).await.map(|_| true),
        }
    }

    /// A world that a call made is from now on one of the control API, which removes it.
    pub(crate) fn keep(&self, name: &str) {
        if let Some(resident) = self.others_mut().get_mut(name) {
            resident.maker = Maker::Control;
        }
    }

    /// Makes a world of this name that goes on from a snapshot.
    ///
    /// # Errors
    /// If the name is none or taken, or there are too many worlds.
    pub async fn make_from(
        &self,
        snapshot: Snapshot,
        name: &str,
    ) -> Result<Arc<Shared>, WorldRefusal> {
        check_name(name)?;
        let _one_at_a_time = self.making.lock().await;
        if self.find(name).is_some() {
            return Err(WorldRefusal::Taken(name.to_owned()));
        }
        self.check_room(name, Maker::Control)?;
        let settings = self.main.settings.clone();
        let clock = Clock::new(snapshot.clock.mode, snapshot.clock.now);
        let (journal, link) = self.equipment(&settings, name, &clock);
        let snapshot = Snapshot { spec: snapshot.spec_named(name), ..snapshot };
        let world = Shared::from_snapshot(settings, snapshot, clock, journal, link);
        Ok(self.move_in(name, world, Maker::Control, None))
    }

    /// Removes a world for good. What is on its way in it may end first, within a second.
    ///
    /// # Errors
    /// If it is the main one, or there is none of this name.
    pub async fn remove(&self, name: &str) -> Result<(), WorldRefusal> {
        let _one_at_a_time = self.making.lock().await;
        if name == self.main_name {
            return Err(WorldRefusal::IsMain(name.to_owned()));
        }
        // It stays until its last commands have found it.
        self.known(name)?.end().await;
        let removed = self.others_mut().remove(name);
        if let Some(removed) = removed {
            let _ = removed.stop_runs.send(true);
        }
        Ok(())
    }

    /// Lets no world send anything more, and ends the runs of all but the main one.
    pub(crate) fn begin_closing(&self) {
        self.main.closing.store(true, Ordering::Relaxed);
        for resident in self.others_mut().values() {
            resident.world.closing.store(true, Ordering::Relaxed);
            let _ = resident.stop_runs.send(true);
        }
    }

    /// Waits until no world has a command on its way.
    pub(crate) async fn nothing_in_flight(&self) {
        for world in self.all() {
            world.nothing_in_flight().await;
        }
    }

    /// Bringing a large world to life takes its time, so it is not done where calls are waited for.
    async fn make(
        self: &Arc<Self>,
        spec: WorldSpec,
        beginning: Beginning,
        maker: Maker,
    ) -> Result<Arc<Shared>, WorldRefusal> {
        self.check_room(&spec.name, maker)?;
        let name = spec.name.clone();
        let mut settings = SimulatorSettings {
            start: beginning.start.unwrap_or_else(|| self.beginning.now()),
            seed: beginning.seed.unwrap_or(self.main.settings.seed),
            clock: beginning.clock.unwrap_or(self.main.settings.clock),
            ..self.main.settings.clone()
        };
        if beginning.clock == Some(ClockMode::Stepped) {
            settings.dispatch.run_interval = None;
        }
        let clock = Clock::new(settings.clock, settings.start);
        let (journal, link) = self.equipment(&settings, &name, &clock);
        let making =
            tokio::task::spawn_blocking(move || Shared::new(settings, spec, clock, journal, link));
        let world = making.await.expect("making a world does not panic")?;
        Ok(self.move_in(&name, world, maker, None))
    }

    /// Refuses a world there is no place for.
    fn check_room(&self, name: &str, maker: Maker) -> Result<(), WorldRefusal> {
        let settings = &self.main.settings;
        let others = self.others();
        if others.len() + 1 >= settings.world_limit {
            return Err(WorldRefusal::TooMany(settings.world_limit));
        }
        let by_call = settings.worlds_by_call.limit(settings.world_limit);
        let made = || others.values().filter(|one| one.maker == Maker::Call).count();
        match maker {
            Maker::Call if by_call == 0 => Err(WorldRefusal::NotByCall(shown(name))),
            Maker::Call if made() >= by_call => Err(WorldRefusal::TooManyByCall(by_call)),
            Maker::Call | Maker::Control => Ok(()),
        }
    }

    fn equipment(
        &self,
        settings: &SimulatorSettings,
        name: &str,
        clock: &Clock,
    ) -> (Journal, ConaxLink) {
        let link = self.link_of(settings, name, clock);
        (journal(settings, &self.surroundings).of_world(name), link)
    }

    fn link_of(&self, settings: &SimulatorSettings, name: &str, clock: &Clock) -> ConaxLink {
        let link = self.surroundings.link(settings, clock);
        match settings.dispatch.conax_address {
            // Another head-end knows nothing of our worlds.
            Some(_) => link,
            None => link.with_header(WORLD_HEADER, name),
        }
    }

    /// A world that was made, or whose last change that is kept has this number.
    fn move_in(&self, name: &str, world: Shared, maker: Maker, number: Option<u64>) -> Arc<Shared> {
        let world = Arc::new(world);
        self.surroundings.lead_home(&world);
        self.surroundings.keep(&world, maker, number);
        let (stop_runs, stopped) = watch::channel(false);
        let mut others = self.others_mut();
        let closing = self.main.closing.load(Ordering::Relaxed);
        world.closing.store(closing, Ordering::Relaxed);
        let interval = world.settings.dispatch.run_interval;
        if let Some(interval) = interval.filter(|_| self.surroundings.runs_on_interval) {
            tokio::spawn(run_on_interval(Arc::clone(&world), interval, stopped));
        }
        let used_at = Mutex::new(Instant::now());
        let held_at_start = world.crm().book.queue_length().held;
        let resident =
            Resident { world: Arc::clone(&world), stop_runs, maker, used_at, held_at_start };
        others.insert(name.to_owned(), resident);
        world
    }

    fn others(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, Resident>> {
        self.others.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn others_mut(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<String, Resident>> {
        self.others.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn journal(settings: &SimulatorSettings, surroundings: &Surroundings) -> Journal {
    let observer = surroundings.observer.clone();
    Journal::new(settings.journal, settings.cas.profile, observer)
}
