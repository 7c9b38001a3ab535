//! What the doors and the dispatcher share: the two machines behind their locks, the clock, the
//! journal.
//!
//! The two locks are never held together, and neither across a wait. The CRM side never sees the
//! head-end's state and the other way round: they meet over bytes.

use std::sync::atomic::{AtomicBool, AtomicU64};
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

use crate::cas_door::Gate;
use crate::clock::{Bell, Clock, Places};
use crate::dispatch::ConaxLink;
use crate::journal::Journal;
use crate::settings::HouseSettings;
use crate::world::{self, WorldProblem};

/// The CRM side of the house.
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

/// The head-end's side of the house.
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
        self.0.settled.ring();
    }
}

/// What the doors and the dispatcher share.
pub struct Shared {
    /// How the house was built.
    pub settings: HouseSettings,
    /// Simulated time.
    pub clock: Clock,
    /// Every exchange.
    pub journal: Journal,
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
    /// Set when the house closes: nothing more is sent.
    pub closing: AtomicBool,
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
        clock: Clock,
        journal: Journal,
        link: ConaxLink,
    ) -> Result<Self, WorldProblem> {
        let crm = crm_side(&world, &settings, 0, settings.start)?;
        let cas = cas_side(&world, &settings, settings.start)?;
        Ok(Self {
            clock,
            workers: Places::new(settings.dispatch.worker_count),
            // The rest of the connections the head-end's door takes is left to the workers.
            immediate: Places::new((settings.limits.connection_count / 2).max(1)),
            settings,
            journal,
            settled: Bell::default(),
            runs: AtomicU64::new(0),
            link,
            closing: AtomicBool::new(false),
            changing: tokio::sync::Mutex::new(()),
            crm: Mutex::new(crm),
            cas: Mutex::new(cas),
            world: Mutex::new(Arc::new(world)),
        })
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
        let _ = tokio::time::timeout(CHANGE_PATIENCE, self.nothing_in_flight()).await;
        *self
            .world
            .lock()
            .expect("nobody panics while holding the world") = spec;
        *self.cas() = cas;
        *self.crm() = crm;
        Ok(())
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

fn cas_side(
    spec: &WorldSpec,
    settings: &HouseSettings,
    now: SimTime,
) -> Result<CasSide, WorldProblem> {
    // A CRM that sends both sets at once is of use only with a head-end that takes them.
    let added_sets = match settings.crm.reading.lenient_pairing_sets {
        true => AddedSets::OneOrBoth,
        false => AddedSets::One,
    };
    let own = CasSettings {
        added_sets,
        ..CasSettings::default()
    };
    Ok(CasSide {
        state: world::cas_state(spec, own, now)?,
        gate: world::gate(spec),
        ids: Ids::new(settings.seed, "cas"),
    })
}
