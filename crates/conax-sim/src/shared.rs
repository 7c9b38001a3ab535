//! What the APIs and the dispatcher share: the two machines behind their locks, the clock, the
//! journal.
//!
//! The locks of the two sides are never held together, and no lock across a wait. The CRM side never
//! sees the head-end's state and the other way round: they meet over bytes.
//!
//! What changes a side and is written down in the ledger happens under the ledger's lock, which is
//! always taken first: a snapshot has both or neither.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::http::HeaderValue;
use conax_contract::fault::WrittenRule;
use conax_contract::world::WorldSpec;
use conax_model::fault::StateChange;
use conax_model::ledger::{CasEvent, CrmEvent, Ledger};
use conax_model::secret::Secret;
use conax_model::time::SimTime;
use tokio::sync::watch;

use crate::clock::{Bell, Clock, Places};
use crate::fault::{FaultBook, FaultPlanStore};
use crate::journal::{Journal, WorldSecrets};
use crate::link::ConaxLink;
use crate::settings::SimulatorSettings;
use crate::snapshot::{KeptSnapshots, Snapshot};
use crate::world::{self, Begun, CasSide, CrmSide, WorldProblem};

/// How long a change of the world waits for what is on its way.
const CHANGE_PATIENCE: Duration = Duration::from_secs(1);

/// While it lives, nothing is taken for sending; whoever waits to send looks again afterwards.
struct Change<'a>(&'a Shared);

impl<'a> Change<'a> {
    fn begin(shared: &'a Shared) -> Self {
        shared.crm().is_changing = true;
        Self(shared)
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.0.crm().is_changing = false;
        self.0.settled.ring();
    }
}

/// Calls that have no answer yet.
#[derive(Debug, Default)]
pub struct Calls(AtomicUsize);

impl Calls {
    /// A call has come in; it is over when this is dropped.
    pub(crate) fn begin(&self) -> UnderWay<'_> {
        self.0.fetch_add(1, Ordering::SeqCst);
        UnderWay(&self.0)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A call that has no answer yet.
pub(crate) struct UnderWay<'a>(&'a AtomicUsize);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// One world: what the APIs and the dispatcher share.
pub struct Shared {
    /// How the world was built.
    pub settings: SimulatorSettings,
    /// Simulated time.
    pub clock: Clock,
    /// Every exchange.
    pub journal: Journal,
    /// Calls of both APIs that have no answer yet.
    pub calls: Calls,
    /// Wakes those who wait for a request to be settled.
    pub settled: Bell,
    /// Processing runs so far.
    pub runs: AtomicU64,
    /// Requests of processing runs on their way at a time.
    pub workers: Arc<Places>,
    /// Requests that go out at once on their way at a time.
    pub immediate: Arc<Places>,
    /// The way to the head-end.
    pub link: ConaxLink,
    /// The fault plan.
    pub faults: FaultPlanStore,
    /// Set when the simulator closes or the world is removed: nothing more is sent.
    pub closing: AtomicBool,
    /// Set when the world is removed.
    removed: AtomicBool,
    /// Says when the world is no more what it was: it was replaced, or removed.
    replaced: watch::Sender<()>,
    /// What the world was at some moments.
    pub snapshots: KeptSnapshots,
    changing: tokio::sync::Mutex<()>,
    /// How often the world was replaced, as the CRM side has it; read without its lock.
    generation: AtomicU64,
    crm: Mutex<CrmSide>,
    cas: Mutex<CasSide>,
    ledger: Mutex<Ledger>,
    world: Mutex<Arc<WorldSpec>>,
    /// The last exchange of the journal before this world.
    journal_before: AtomicU64,
}

impl Shared {
    /// Brings a world to life.
    ///
    /// # Errors
    /// If the world contradicts itself in a way only the live state can tell.
    pub fn new(
        settings: SimulatorSettings,
        world: WorldSpec,
        clock: Clock,
        journal: Journal,
        link: ConaxLink,
    ) -> Result<Self, WorldProblem> {
        let start = settings.start;
        let faults = FaultBook::of_instance(&settings, &world, start);
        let begun = world::begin(&world, &settings, 0, start, faults.plan.memory())?;
        let Begun { crm, cas, ledger } = begun;
        let beginning = Snapshot {
            crm,
            cas,
            faults,
            ledger,
            last_exchange: 0,
            spec: Arc::new(world),
            runs: 0,
            clock: clock.reading(),
        };
        Ok(Self::from_snapshot(settings, beginning, clock, journal, link))
    }

    /// A world that goes on from a snapshot, on this clock.
    #[must_use]
    pub fn from_snapshot(
        settings: SimulatorSettings,
        snapshot: Snapshot,
        clock: Clock,
        journal: Journal,
        link: ConaxLink,
    ) -> Self {
        let faults = FaultPlanStore::new(snapshot.faults);
        faults.continue_after(snapshot.last_exchange);
        let secrets = WorldSecrets::of(&snapshot.spec, &snapshot.crm.sessions);
        journal.set_secrets(secrets);
        Self {
            faults,
            ledger: Mutex::new(snapshot.ledger),
            clock,
            workers: Places::new(settings.dispatch.worker_count),
            // The rest of the connections the Conax endpoint takes is left to the workers.
            immediate: Places::new((settings.limits.connection_count / 2).max(1)),
            settings,
            journal,
            calls: Calls::default(),
            settled: Bell::default(),
            runs: AtomicU64::new(snapshot.runs),
            link,
            closing: AtomicBool::new(false),
            removed: AtomicBool::new(false),
            replaced: watch::Sender::default(),
            snapshots: KeptSnapshots::default(),
            changing: tokio::sync::Mutex::new(()),
            generation: AtomicU64::new(snapshot.crm.generation),
            crm: Mutex::new(snapshot.crm),
            cas: Mutex::new(snapshot.cas),
            world: Mutex::new(snapshot.spec),
            journal_before: AtomicU64::new(0),
        }
    }

    /// The CRM side, locked. Never hold it across a wait or together with the other side.
    pub fn crm(&self) -> MutexGuard<'_, CrmSide> {
        self.crm.lock().expect("nobody panics while holding the CRM side")
    }

    /// The head-end's side, locked. Never hold it across a wait or together with the other side.
    pub fn cas(&self) -> MutexGuard<'_, CasSide> {
        self.cas.lock().expect("nobody panics while holding the head-end's side")
    }

    /// The world both sides started from.
    pub fn world(&self) -> Arc<WorldSpec> {
        Arc::clone(&self.world.lock().expect("nobody panics while holding the world"))
    }

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
        let generation = self.crm().generation + 1;
        let memory = self.faults.book().plan.memory();
        let begun = world::begin(&spec, &self.settings, generation, now, memory)?;
        let _change = Change::begin(self);
        self.clock.end_advances();
        self.wait_for_answers().await;
        let has_magic = spec.magic_smartcards;
        self.put(spec, begun.crm, begun.cas, begun.ledger);
        self.change_faults(|book| book.set_magic(has_magic));
        Ok(())
    }

    /// The world as it is now. What is on its way to the head-end may end first, within a second;
    /// a command that takes longer waits again in the snapshot.
    pub async fn take_snapshot(&self) -> Snapshot {
        let _one_at_a_time = self.changing.lock().await;
        let _change = Change::begin(self);
        self.wait_for_answers().await;
        self.catch_up();
        let clock = self.clock.reading();
        let ledger_now = self.ledger();
        let (crm, on_its_way) = {
            let side = self.crm();
            let on_its_way = side.book.in_flight().filter_map(|row| row.number);
            (side.copy(side.generation), on_its_way.collect())
        };
        let cas = self.cas().clone();
        let mut ledger = ledger_now.clone();
        drop(ledger_now);
        ledger.recall(clock.now, &on_its_way);
        let faults = self.faults.book().clone();
        Snapshot {
            crm,
            cas,
            faults,
            ledger,
            last_exchange: self.faults.last_exchange(),
            spec: self.world(),
            runs: self.runs.load(Ordering::Relaxed),
            clock,
        }
    }

    /// Brings the world back to what it was; the journal goes on. What is on its way to the
    /// head-end may end first, within a second; a command that takes longer settles nothing.
    pub async fn restore(&self, snapshot: &Snapshot) {
        let _one_at_a_time = self.changing.lock().await;
        let _change = Change::begin(self);
        self.wait_for_answers().await;
        let generation = self.crm().generation + 1;
        let crm = snapshot.crm.copy(generation);
        self.clock.restore(snapshot.clock);
        self.runs.store(snapshot.runs, Ordering::Relaxed);
        let name = self.world().name.clone();
        self.change_faults(|book| *book = snapshot.faults.clone());
        self.faults.continue_after(snapshot.last_exchange);
        let ledger = snapshot.ledger.for_generation(generation);
        self.put(snapshot.spec_named(&name), crm, snapshot.cas.clone(), ledger);
    }

    /// Ends the world for good: takes nothing more for sending, and waits a second for what is on
    /// its way.
    pub(crate) async fn end(&self) {
        self.removed.store(true, Ordering::Relaxed);
        self.closing.store(true, Ordering::Relaxed);
        self.settled.ring();
        self.wait_for_answers().await;
        self.replaced.send_replace(());
    }

    /// Waits until the world of this generation is replaced or removed.
    pub async fn until_replaced(&self, generation: u64) {
        let mut replaced = self.replaced.subscribe();
        while self.generation() == generation && !self.is_removed() {
            if replaced.changed().await.is_err() {
                return;
            }
        }
    }

    /// Whether the world was removed: what is still under way in it ends nowhere.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.removed.load(Ordering::Relaxed)
    }

    async fn wait_for_answers(&self) {
        let _ = tokio::time::timeout(CHANGE_PATIENCE, self.nothing_in_flight()).await;
    }

    /// Puts new sides in the place of the old ones. Letting go of a large world takes its time, so
    /// nobody waits for it.
    fn put(&self, spec: Arc<WorldSpec>, crm: CrmSide, cas: CasSide, ledger: Ledger) {
        let secrets = WorldSecrets::of(&spec, &crm.sessions);
        self.journal.set_secrets(secrets);
        *self.world.lock().expect("nobody panics while holding the world") = spec;
        let mut ledger_now = self.ledger();
        self.generation.store(crm.generation, Ordering::Relaxed);
        let old_cas = std::mem::replace(&mut *self.cas(), cas);
        let old_crm = std::mem::replace(&mut *self.crm(), crm);
        let old_ledger = std::mem::replace(&mut *ledger_now, ledger);
        drop(ledger_now);
        let last = self.journal.last_number();
        self.journal_before.store(last, Ordering::Relaxed);
        self.replaced.send_replace(());
        tokio::task::spawn_blocking(move || drop((old_cas, old_crm, old_ledger)));
    }

    /// Counts the worlds that were here: another number than before says that the world was
    /// replaced.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// The number in the journal after which everything is about this world.
    pub(crate) fn first_of_world(&self) -> u64 {
        self.journal_before.load(Ordering::Relaxed)
    }

    /// Both journals of the ledger, locked. Never take it while a side is locked.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().expect("nobody panics while holding the ledger")
    }

    /// Writes down what the CRM's side did, in the ledger of this generation.
    pub fn note_crm(&self, generation: u64, event: CrmEvent) {
        let now = self.clock.now();
        let mut ledger = self.ledger();
        if ledger.generation == generation {
            ledger.crm(now, event);
        }
    }

    /// Writes down what the head-end's side did, in the ledger of this generation.
    pub fn note_cas(&self, generation: u64, events: impl IntoIterator<Item = CasEvent>) {
        let now = self.clock.now();
        let mut ledger = self.ledger();
        if ledger.generation == generation {
            events.into_iter().for_each(|event| ledger.cas(now, event));
        }
    }

    /// When the head-end next does something that it held back.
    #[must_use]
    pub fn next_held(&self) -> Option<SimTime> {
        self.cas().memory.next_due()
    }

    /// Lets the head-end do what it held back and is due by now. It is done as of the time it was
    /// due, so nothing is different if this comes later; whoever looks calls it first.
    pub fn catch_up(&self) {
        let mut ledger = self.ledger();
        let now = self.clock.now();
        let changes = {
            let mut side = self.cas();
            let side = &mut *side;
            side.memory.catch_up(&mut side.state, &mut side.ids, now)
        };
        for change in changes {
            ledger.cas(now, CasEvent::Did(change));
        }
    }

    /// Lets the head-end do something and writes it down; nothing if the world is another by now.
    pub fn at_head_end<T>(
        &self,
        generation: u64,
        act: impl FnOnce(&mut CasSide, SimTime) -> (T, Vec<StateChange>),
    ) -> Option<T> {
        let mut ledger = self.ledger();
        if ledger.generation != generation {
            return None;
        }
        let now = self.clock.now();
        let (done, changes) = act(&mut self.cas(), now);
        for change in changes {
            ledger.cas(now, CasEvent::Did(change));
        }
        Some(done)
    }

    /// Changes the fault plan; the head-end remembers its past as far back as it now has to.
    pub fn change_faults<T>(&self, change: impl FnOnce(&mut FaultBook) -> T) -> T {
        let (changed, memory) = self.faults.change(change);
        let mut side = self.cas();
        let side = &mut *side;
        side.memory.keep_past(memory, &side.state);
        changed
    }

    /// Forgets the rule that a call brought along for its request, once that has ended.
    pub(crate) fn forget_rule_of(&self, request: u64) {
        if !self.faults.has_rules_of_requests() {
            return;
        }
        let rule = WrittenRule::name_for_request(request);
        let is_there = self.faults.book().plan.find(&rule).is_some();
        if is_there {
            self.change_faults(|book| book.remove(&rule));
        }
    }

    /// Waits until no command is on its way.
    pub async fn nothing_in_flight(&self) {
        loop {
            let settled = self.settled.listen();
            if self.crm().book.queue_length().in_flight == 0 {
                return;
            }
            settled.heard().await;
        }
    }

    /// The `Authorization` header the CRM sends to the head-end.
    #[must_use]
    pub fn conax_authorization(&self) -> Option<HeaderValue> {
        self.crm().conax_authorization.clone()
    }

    /// Whether the control API lets this bearer token in.
    #[must_use]
    pub fn admits(&self, bearer: Option<&str>) -> bool {
        let token = self.settings.control_token.as_ref();
        token.is_none_or(|token| bearer.is_some_and(|given| same_secret(token, given)))
    }
}

/// Compares without telling by its duration where the difference is.
fn same_secret(secret: &Secret, given: &str) -> bool {
    let (secret, given) = (secret.expose().as_bytes(), given.as_bytes());
    let differing = secret.iter().zip(given).fold(0, |sum, (left, right)| sum | (left ^ right));
    secret.len() == given.len() && differing == 0
}
