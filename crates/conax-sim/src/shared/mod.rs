//! A world at work: what the APIs and the dispatcher share of it.
//!
//! The CRM side never sees the head-end's state and the other way round: they meet over bytes. Read
//! on: `parts` (what is behind which lock, and the one way to change it), `replace` (worlds,
//! snapshots), `ledger` (what both sides write down), `faults`.

mod calls;
mod faults;
mod ledger;
mod parts;
mod recorder;
mod replace;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::HeaderValue;
use conax_contract::world::WorldSpec;
use conax_model::secret::Secret;
use tokio::sync::watch;

use crate::clock::{Bell, Clock, Places};
use crate::fault::{FaultBook, FaultTraffic};
use crate::journal::{Journal, WorldSecrets};
use crate::link::ConaxLink;
use crate::settings::SimulatorSettings;
use crate::snapshot::{KeptSnapshots, Snapshot};
use crate::world::{self, Begun, WorldProblem};

pub use calls::Calls;
use parts::Parts;
pub use parts::{Part, Seen, WorldChange, WorldRead};
pub(crate) use recorder::TIME_KEPT_EVERY;

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
    /// Requests of processing runs on their way at a time.
    pub workers: Arc<Places>,
    /// Requests that go out at once on their way at a time.
    pub immediate: Arc<Places>,
    /// The way to the head-end.
    pub link: ConaxLink,
    /// What stands beside the fault plan.
    pub faults: FaultTraffic,
    /// Set when the simulator closes or the world is removed: nothing more is sent.
    pub closing: AtomicBool,
    /// Set when the world is removed.
    removed: AtomicBool,
    /// Says when the world is no more what it was: it was replaced, or removed.
    replaced: watch::Sender<()>,
    /// What the world was at some moments.
    pub snapshots: KeptSnapshots,
    /// One replaces or copies the world at a time.
    changing: tokio::sync::Mutex<()>,
    parts: Arc<Parts>,
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
        let secrets = WorldSecrets::of(&snapshot.spec, &snapshot.crm.sessions);
        journal.set_secrets(secrets);
        Self {
            faults: FaultTraffic::new(&snapshot.faults),
            parts: Parts::new(snapshot, &clock),
            clock,
            workers: Places::new(settings.dispatch.worker_count),
            // The rest of the connections the Conax endpoint takes is left to the workers.
            immediate: Places::new((settings.limits.connection_count / 2).max(1)),
            settings,
            journal,
            calls: Calls::default(),
            settled: Bell::default(),
            link,
            closing: AtomicBool::new(false),
            removed: AtomicBool::new(false),
            replaced: watch::Sender::default(),
            snapshots: KeptSnapshots::default(),
            changing: tokio::sync::Mutex::new(()),
        }
    }

    /// Ends the world for good: takes nothing more for sending, and waits a second for what is on
    /// its way.
    pub(crate) async fn end(&self) {
        self.removed.store(true, Ordering::Relaxed);
        self.closing.store(true, Ordering::Relaxed);
        self.settled.ring();
        self.wait_for_answers().await;
        self.end_in_store();
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
