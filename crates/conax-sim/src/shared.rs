//! What the doors and the dispatcher share: the two machines behind their locks, the clock, the
//! journal.
//!
//! The two locks are never held together, and neither across a wait. The CRM side never sees the
//! head-end's state and the other way round: they meet over bytes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_contract::world::WorldSpec;
use conax_model::cas::{AddedSets, CasSettings, CasState};
use conax_model::crm::{ReferenceData, RequestBook, Sessions};
use conax_model::entropy::Ids;
use conax_model::secret::Secret;
use conax_model::time::SimTime;
use tokio::sync::{Notify, Semaphore};

use crate::cas_door::Gate;
use crate::clock::Clock;
use crate::dispatch::ConaxLink;
use crate::journal::Journal;
use crate::settings::HouseSettings;
use crate::snapshot::{KeptSnapshots, Snapshot};
use crate::world::{self, WorldProblem};

/// The CRM side of a world.
pub struct CrmSide {
    /// Counts the worlds this side has had.
    pub generation: u64,
    /// What calls look up.
    pub reference: Arc<ReferenceData>,
    /// Login tokens.
    pub sessions: Sessions,
    /// Provisioning requests.
    pub book: RequestBook,
    /// Ids of requests and their parameters.
    pub ids: Ids,
    /// Login tokens to come.
    pub token_ids: Ids,
    /// Set while the world is about to change: nothing is taken for sending.
    pub is_changing: bool,
    /// What the CRM says at the head-end's gate.
    conax_authorization: Option<HeaderValue>,
}

impl CrmSide {
    /// The CRM side of a world that goes on: what is looked up comes from its starting state.
    pub(crate) fn of(
        spec: &WorldSpec,
        settings: &HouseSettings,
        sessions: Sessions,
        book: RequestBook,
        [ids, token_ids]: [Ids; 2],
    ) -> Result<Self, WorldProblem> {
        Ok(Self {
            generation: 0,
            reference: Arc::new(world::reference_data(spec)?),
            sessions,
            book,
            ids,
            token_ids,
            is_changing: false,
            conax_authorization: conax_authorization(spec, settings),
        })
    }

    /// A copy in which nothing is on its way; see [`RequestBook::copy`].
    pub(crate) fn copy(&self, generation: u64) -> Self {
        Self {
            generation,
            reference: Arc::clone(&self.reference),
            sessions: self.sessions.clone(),
            book: self.book.copy(generation),
            ids: self.ids.clone(),
            token_ids: self.token_ids.clone(),
            is_changing: false,
            conax_authorization: self.conax_authorization.clone(),
        }
    }
}

/// The head-end's side of a world.
#[derive(Clone)]
pub struct CasSide {
    /// Cards, entitlements, pairings, messages, transactions.
    pub state: CasState,
    /// Who may come in.
    pub gate: Gate,
    /// Transaction ids.
    pub ids: Ids,
}

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
        self.0.settled.notify_waiters();
    }
}

/// One world: what the doors and the dispatcher share.
pub struct Shared {
    /// How the world was built.
    pub settings: HouseSettings,
    /// Simulated time.
    pub clock: Clock,
    /// Every exchange.
    pub journal: Journal,
    /// Wakes those who wait for a request to be settled.
    pub settled: Notify,
    /// Processing runs so far.
    pub runs: AtomicU64,
    /// Requests of processing runs on their way at a time.
    pub workers: Arc<Semaphore>,
    /// Requests that go out at once on their way at a time.
    pub immediate: Semaphore,
    /// The way to the head-end.
    pub link: ConaxLink,
    /// Set when the house closes or the world is removed: nothing more is sent.
    pub closing: AtomicBool,
    /// What the world was at some moments.
    pub snapshots: KeptSnapshots,
    changing: tokio::sync::Mutex<()>,
    crm: Mutex<CrmSide>,
    cas: Mutex<CasSide>,
    world: Mutex<Arc<WorldSpec>>,
}

impl Shared {
    /// Brings a world to life.
    ///
    /// # Errors
    /// If the world contradicts itself in a way only the live state can tell.
    pub fn new(
        settings: HouseSettings,
        world: WorldSpec,
        journal: Journal,
        link: ConaxLink,
    ) -> Result<Self, WorldProblem> {
        let beginning = Snapshot {
            crm: crm_side(&world, &settings, 0, settings.start)?,
            cas: cas_side(&world, &settings, settings.start)?,
            spec: Arc::new(world),
            runs: 0,
            clock: settings.start,
        };
        Ok(Self::from_snapshot(settings, beginning, journal, link))
    }

    /// A world that goes on from a snapshot.
    #[must_use]
    pub fn from_snapshot(
        settings: HouseSettings,
        snapshot: Snapshot,
        journal: Journal,
        link: ConaxLink,
    ) -> Self {
        Self {
            clock: Clock::starting_at(snapshot.clock),
            workers: Arc::new(Semaphore::new(settings.dispatch.worker_count)),
            // The rest of the connections the head-end's door takes is left to the workers.
            immediate: Semaphore::new((settings.limits.connection_count / 2).max(1)),
            settings,
            journal,
            settled: Notify::new(),
            runs: AtomicU64::new(snapshot.runs),
            link,
            closing: AtomicBool::new(false),
            snapshots: KeptSnapshots::default(),
            changing: tokio::sync::Mutex::new(()),
            crm: Mutex::new(snapshot.crm),
            cas: Mutex::new(snapshot.cas),
            world: Mutex::new(snapshot.spec),
        }
    }

    /// The CRM side, locked. Never hold it across a wait or together with the other side.
    pub fn crm(&self) -> MutexGuard<'_, CrmSide> {
        self.crm
            .lock()
            .expect("nobody panics while holding the CRM side")
    }

    /// The head-end's side, locked. Never hold it across a wait or together with the other side.
    pub fn cas(&self) -> MutexGuard<'_, CasSide> {
        self.cas
            .lock()
            .expect("nobody panics while holding the head-end's side")
    }

    /// The world both sides started from.
    pub fn world(&self) -> Arc<WorldSpec> {
        Arc::clone(
            &self
                .world
                .lock()
                .expect("nobody panics while holding the world"),
        )
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
        let crm = crm_side(&spec, &self.settings, generation, now)?;
        let cas = cas_side(&spec, &self.settings, now)?;
        let _change = Change::begin(self);
        self.wait_for_answers().await;
        self.put(spec, crm, cas);
        Ok(())
    }

    /// The world as it is now. What is on its way to the head-end may end first, within a second;
    /// a command that takes longer waits again in the snapshot.
    pub async fn take_snapshot(&self) -> Snapshot {
        let _one_at_a_time = self.changing.lock().await;
        let _change = Change::begin(self);
        self.wait_for_answers().await;
        let crm = {
            let side = self.crm();
            side.copy(side.generation)
        };
        Snapshot {
            crm,
            cas: self.cas().clone(),
            spec: self.world(),
            runs: self.runs.load(Ordering::Relaxed),
            clock: self.clock.reading(),
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
        self.put(snapshot.spec_named(&name), crm, snapshot.cas.clone());
    }

    /// Takes nothing more for sending, and waits a second for what is on its way.
    pub(crate) async fn end(&self) {
        self.closing.store(true, Ordering::Relaxed);
        self.settled.notify_waiters();
        self.wait_for_answers().await;
    }

    async fn wait_for_answers(&self) {
        let _ = tokio::time::timeout(CHANGE_PATIENCE, self.nothing_in_flight()).await;
    }

    /// Puts new sides in the place of the old ones. Letting go of a large world takes its time, so
    /// nobody waits for it.
    fn put(&self, spec: Arc<WorldSpec>, crm: CrmSide, cas: CasSide) {
        *self
            .world
            .lock()
            .expect("nobody panics while holding the world") = spec;
        let old_cas = std::mem::replace(&mut *self.cas(), cas);
        let old_crm = std::mem::replace(&mut *self.crm(), crm);
        tokio::task::spawn_blocking(move || drop((old_cas, old_crm)));
    }

    /// Waits until no command is on its way.
    pub async fn nothing_in_flight(&self) {
        loop {
            let settled = self.settled.notified();
            tokio::pin!(settled);
            settled.as_mut().enable();
            if self.crm().book.queue_length().in_flight == 0 {
                return;
            }
            settled.await;
        }
    }

    /// The `Authorization` header the CRM sends to the head-end.
    #[must_use]
    pub fn conax_authorization(&self) -> Option<HeaderValue> {
        self.crm().conax_authorization.clone()
    }

    /// Whether the control door lets this bearer token in.
    #[must_use]
    pub fn admits(&self, bearer: Option<&str>) -> bool {
        let token = self.settings.control_token.as_ref();
        token.is_none_or(|token| bearer.is_some_and(|given| same_secret(token, given)))
    }
}

/// The credentials that were set, or, at our own head-end, those of the CRM's own domain.
fn conax_authorization(spec: &WorldSpec, settings: &HouseSettings) -> Option<HeaderValue> {
    let set = settings.dispatch.credentials.as_ref();
    let own = spec
        .cas
        .domains
        .first()
        .filter(|_| settings.dispatch.conax_address.is_none());
    let (user, password) = match (set, own) {
        (Some((user, password)), _) => (user.as_str(), password.expose()),
        (None, Some(domain)) => (
            domain.username.as_deref()?,
            domain.password.as_ref()?.expose(),
        ),
        (None, None) => return None,
    };
    let encoded = STANDARD.encode(format!("{user}:{password}"));
    let mut header = HeaderValue::from_str(&format!("Basic {encoded}")).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// Compares without telling by its duration where the difference is.
fn same_secret(secret: &Secret, given: &str) -> bool {
    let (secret, given) = (secret.expose().as_bytes(), given.as_bytes());
    let differing = secret
        .iter()
        .zip(given)
        .fold(0, |sum, (left, right)| sum | (left ^ right));
    secret.len() == given.len() && differing == 0
}

fn crm_side(
    spec: &WorldSpec,
    settings: &HouseSettings,
    generation: u64,
    now: SimTime,
) -> Result<CrmSide, WorldProblem> {
    let seed = settings.seed;
    let reference = world::reference_data(spec)?;
    Ok(CrmSide {
        generation,
        sessions: world::sessions(spec, &reference)?,
        book: world::request_book(spec, generation, now)?,
        reference: Arc::new(reference),
        ids: Ids::new(seed, "crm"),
        token_ids: Ids::new(seed, "tokens"),
        is_changing: false,
        conax_authorization: conax_authorization(spec, settings),
    })
}

/// The head-end's settings where the world does not say anything else.
pub(crate) fn own_cas_settings(settings: &HouseSettings) -> CasSettings {
    // A CRM that sends both sets at once is of use only with a head-end that takes them.
    let added_sets = match settings.crm.reading.lenient_pairing_sets {
        true => AddedSets::OneOrBoth,
        false => AddedSets::One,
    };
    CasSettings {
        added_sets,
        ..CasSettings::default()
    }
}

fn cas_side(
    spec: &WorldSpec,
    settings: &HouseSettings,
    now: SimTime,
) -> Result<CasSide, WorldProblem> {
    Ok(CasSide {
        state: world::cas_state(spec, own_cas_settings(settings), now)?,
        gate: world::gate(spec),
        ids: Ids::new(settings.seed, "cas"),
    })
}
