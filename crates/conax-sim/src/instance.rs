//! The whole simulator: built from settings and a world, opened on sockets, closed in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use conax_contract::world::WorldSpec;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::conax_endpoint;
use crate::control_api;
use crate::dispatch::run_on_interval;
use crate::http_server::{Descriptors, FrameworkAnswers, Listener, OnRefused, TlsSpeech};
use crate::journal::{Notice, Noticed, Observer, Surface};
use crate::link::Approach;
use crate::provisioning_api;
use crate::settings::{ApiAddresses, DispatchSettings, SimulatorSettings};
use crate::shared::Shared;
use crate::tls::{LinkTls, Papers, TlsProblem, Vouching};
use crate::world::WorldProblem;
use crate::worlds::{KeptWorlds, Surroundings, Worlds, remove_idle};

/// Why a simulator cannot open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// An address cannot be bound.
    #[error("failed to open the {door} API on {address}")]
    Bind {
        /// The API.
        door: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The world contradicts itself.
    #[error(transparent)]
    World(#[from] WorldProblem),
    /// The store holds other worlds.
    #[error(
        "the store {store} holds {there} and no world `{asked}`: start with the world it was begun \
         with, or name another store"
    )]
    OtherStore {
        /// What the store is called.
        store: String,
        /// The worlds in it.
        there: String,
        /// The world that was to be opened.
        asked: String,
    },
    /// TLS cannot be spoken as it was set.
    #[error(transparent)]
    Tls(#[from] TlsProblem),
}

/// A simulator without sockets: its APIs are routers, and what it sends goes to its own head-end.
#[derive(Clone)]
pub struct Instance {
    /// The main world.
    pub shared: Arc<Shared>,
    /// All worlds.
    pub worlds: Arc<Worlds>,
}

impl Instance {
    /// Builds a simulator whose CRM reaches its head-end in this process, over the same bytes.
    ///
    /// # Errors
    /// If the world contradicts itself.
    pub fn in_process(
        settings: SimulatorSettings,
        world: WorldSpec,
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<Self, WorldProblem> {
        Self::in_process_kept(settings, world, observer, None)
    }

    /// The same, and its worlds are kept in a store.
    ///
    /// # Errors
    /// If the world contradicts itself.
    pub fn in_process_kept(
        settings: SimulatorSettings,
        world: WorldSpec,
        observer: Option<Arc<dyn Observer>>,
        kept: Option<KeptWorlds>,
    ) -> Result<Self, WorldProblem> {
        let surroundings = Surroundings {
            observer,
            doors: ApiAddresses::default(),
            connections: Vec::new(),
            approach: Approach::default(),
            head_end: conax_endpoint::world_router,
            runs_on_interval: false,
            store: kept.as_ref().map(|kept| Arc::clone(&kept.store)),
        };
        let settings = SimulatorSettings {
            dispatch: DispatchSettings { conax_address: None, ..settings.dispatch },
            ..settings
        };
        let start = settings.start;
        let (kept, now) = kept.map_or((Vec::new(), start), |kept| (kept.worlds, kept.machine_now));
        Ok(Self::of(Worlds::open(settings, world, surroundings, kept, now)?))
    }

    /// The APIs of these worlds without their sockets.
    #[must_use]
    pub fn of(worlds: Arc<Worlds>) -> Self {
        Self { shared: Arc::clone(worlds.main()), worlds }
    }

    /// The provisioning API.
    pub fn crm_router(&self) -> Router {
        provisioning_api::router(Arc::clone(&self.worlds))
    }

    /// The simulated head-end.
    pub fn cas_router(&self) -> Router {
        conax_endpoint::router(Arc::clone(&self.worlds))
    }

    /// The control API.
    pub fn control_router(&self) -> Router {
        control_api::router(Arc::clone(&self.worlds))
    }
}

/// A simulator that listens.
pub struct OpenInstance {
    /// The main world.
    pub shared: Arc<Shared>,
    /// All worlds.
    pub worlds: Arc<Worlds>,
    /// Where the APIs really are.
    pub addresses: ApiAddresses,
    /// What a client needs, if an API speaks TLS.
    pub papers: Option<Papers>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    stop_cas: watch::Sender<bool>,
    cas_task: JoinSet<()>,
}

/// How often the simulator looks at its clock for no reason; see [`beat`].
const BEAT: Duration = Duration::from_secs(1);

/// Keeps a timer near at hand until the simulator closes.
///
/// Each call sets timers (for its head, its body) that are never reached. Setting one that would
/// be the next to run out wakes the thread that waits for timers, at the cost of half a call; with
/// a nearer one in place none is woken.
async fn beat(mut stop: watch::Receiver<bool>) {
    while tokio::time::timeout(BEAT, stop.wait_for(|&stopped| stopped)).await.is_err() {}
}

/// Does something until the simulator closes.
async fn until(mut stop: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        _ = stop.wait_for(|&stopped| stopped) => {}
        () = work => {}
    }
}

/// Refuses a store that was begun with another world.
fn check_main(world: &WorldSpec, kept: Option<&KeptWorlds>) -> Result<(), OpenError> {
    let Some(kept) = kept else { return Ok(()) };
    let names = kept.worlds.iter().map(|one| one.head.name.as_str());
    let names: Vec<&str> = names.collect();
    if names.is_empty() || names.contains(&world.name.as_str()) {
        return Ok(());
    }
    Err(OpenError::OtherStore {
        store: kept.store.name().to_owned(),
        there: format!("`{}`", names.join("`, `")),
        asked: world.name.clone(),
    })
}

/// How a simulator closed, counted over all its worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Requests that were on their way and got no answer within the grace period: what the
    /// head-end did with them is not known to the CRM.
    pub in_flight_count: usize,
    /// Requests that were recorded and not sent.
    pub pending_count: usize,
}

impl OpenInstance {
    /// Opens the APIs that have an address and starts processing runs.
    ///
    /// # Errors
    /// If an address cannot be bound, the world contradicts itself, or TLS cannot be spoken as set.
    pub async fn open(
        settings: SimulatorSettings,
        world: WorldSpec,
        doors: ApiAddresses,
        observer: Option<Arc<dyn Observer>>,
        kept: Option<KeptWorlds>,
    ) -> Result<Self, OpenError> {
        check_main(&world, kept.as_ref())?;
        let descriptors = Arc::new(Descriptors::of(&settings.limits));
        let bind = async |api, address| bind(api, address, &settings, &descriptors).await;
        let crm = bind(Surface::Crm, doors.crm).await?;
        let cas = bind(Surface::Cas, doors.cas).await?;
        let control = bind(Surface::Control, doors.control).await?;
        let addresses = ApiAddresses {
            crm: address(crm.as_ref()),
            cas: address(cas.as_ref()),
            control: address(control.as_ref()),
        };
        let modes = [settings.crm_tls, settings.cas.tls, settings.control_tls];
        let vouching = Vouching::of(&modes, settings.tls_keys)?;
        let speech = |mode, address: Option<SocketAddr>| match (&vouching, address) {
            (Some(vouching), Some(address)) => {
                vouching.api(mode, address.ip(), &settings.host_names)
            }
            _ => Ok(None),
        };
        let door = speech(settings.cas.tls, addresses.cas)?;
        let crm_tls = speech(settings.crm_tls, addresses.crm)?;
        let control_tls = speech(settings.control_tls, addresses.control)?;
        let approach = approach(&settings, addresses.cas.and(vouching.as_ref()))?;
        let papers = vouching.map(|vouching| vouching.papers);
        let door_state = approach.door.clone();
        let listeners = [(Surface::Crm, &crm), (Surface::Cas, &cas), (Surface::Control, &control)];
        let places = |(api, listener): (Surface, &Option<Listener>)| {
            Some((api, Arc::clone(listener.as_ref()?.places())))
        };
        let surroundings = Surroundings {
            observer: observer.clone(),
            doors: addresses,
            connections: listeners.into_iter().filter_map(places).collect(),
            approach,
            head_end: conax_endpoint::world_router,
            runs_on_interval: true,
            store: kept.as_ref().map(|kept| Arc::clone(&kept.store)),
        };
        let start = settings.start;
        let (kept, machine_now) =
            kept.map_or((Vec::new(), start), |kept| (kept.worlds, kept.machine_now));
        let worlds = Worlds::open(settings, world, surroundings, kept, machine_now)?;
        let shared = Arc::clone(worlds.main());
        let (stop, stopped) = watch::channel(false);
        let (stop_cas, cas_stopped) = watch::channel(false);
        let (mut tasks, mut cas_task) = (JoinSet::new(), JoinSet::new());
        if let Some(listener) = crm {
            let router = provisioning_api::router(Arc::clone(&worlds));
            let listener = listener.speaking(crm_tls.map(TlsSpeech::sound)).telling(on_refused(
                Surface::Crm,
                &shared,
                observer.clone(),
            ));
            tasks.spawn(listener.serve(router, stopped.clone()));
        }
        if let Some(listener) = cas {
            let listener = listener
                .kept_by(Arc::new(conax_endpoint::DoorKeeper::new(&worlds, door_state)))
                .speaking(door.map(|door| conax_endpoint::speech(&worlds, door)))
                .telling(on_refused(Surface::Cas, &shared, observer.clone()));
            cas_task
                .spawn(listener.serve(conax_endpoint::router(Arc::clone(&worlds)), cas_stopped));
        }
        if let Some(listener) = control {
            let router = control_api::router(Arc::clone(&worlds));
            let listener = listener
                .speaking(control_tls.map(TlsSpeech::sound))
                .telling(on_refused(Surface::Control, &shared, observer));
            tasks.spawn(listener.serve(router, stopped.clone()));
        }
        if worlds.store().is_some() {
            tasks.spawn(until(stopped.clone(), Arc::clone(&worlds).keep_time()));
        }
        tasks.spawn(beat(stopped.clone()));
        if let Some(idle) = shared.settings.world_idle_time {
            tasks.spawn(remove_idle(Arc::clone(&worlds), idle, stopped.clone()));
        }
        if let Some(interval) = shared.settings.dispatch.run_interval {
            tasks.spawn(run_on_interval(Arc::clone(&shared), interval, stopped));
        }
        Ok(Self { shared, worlds, addresses, papers, stop, tasks, stop_cas, cas_task })
    }

    /// Closes: no new connections and no new commands; what is on its way may end within `grace`.
    pub async fn close(mut self, grace: Duration) -> Closing {
        self.worlds.begin_closing();
        let _ = self.stop.send(true);
        // The head-end closes last: what is on its way to it still gets its answer.
        let ended = async {
            while self.tasks.join_next().await.is_some() {}
            self.worlds.nothing_in_flight().await;
            let _ = self.stop_cas.send(true);
            while self.cas_task.join_next().await.is_some() {}
        };
        let _ = tokio::time::timeout(grace, ended).await;
        self.worlds.keep_time_at_last();
        if let Some(store) = self.worlds.store().map(Arc::clone) {
            let _ = tokio::task::spawn_blocking(move || store.close()).await;
        }
        let mut left = Closing { in_flight_count: 0, pending_count: 0 };
        for world in self.worlds.all() {
            let length = world.crm().book.queue_length();
            left.in_flight_count += length.in_flight;
            left.pending_count += length.due + length.scheduled;
        }
        left
    }
}

async fn bind(
    api: Surface,
    address: Option<SocketAddr>,
    settings: &SimulatorSettings,
    descriptors: &Arc<Descriptors>,
) -> Result<Option<Listener>, OpenError> {
    let Some(address) = address else {
        return Ok(None);
    };
    let answers: FrameworkAnswers = match api {
        Surface::Crm => provisioning_api::framework_answer,
        Surface::Cas => conax_endpoint::framework_answer,
        Surface::Control | Surface::Dispatch => control_api::framework_answer,
    };
    let bound = Listener::bind(address, settings.limits, Some(answers)).await;
    let bound = bound.map_err(|source| OpenError::Bind { door: api.name(), address, source })?;
    Ok(Some(bound.sharing(Arc::clone(descriptors), api == Surface::Control)))
}

/// Tells the observer of connections that an API turned away.
fn on_refused(api: Surface, main: &Arc<Shared>, observer: Option<Arc<dyn Observer>>) -> OnRefused {
    let main = Arc::downgrade(main);
    Box::new(move |reason, count| {
        if let (Some(observer), Some(main)) = (&observer, main.upgrade()) {
            let what = Noticed::ConnectionsRefused { api, reason, count };
            observer.notices(&Notice { at: main.clock.now(), what });
        }
    })
}

fn address(listener: Option<&Listener>) -> Option<SocketAddr> {
    listener.map(Listener::address)
}

/// What the links to a head-end know of it.
fn approach(settings: &SimulatorSettings, own: Option<&Vouching>) -> Result<Approach, TlsProblem> {
    let tls = &settings.dispatch.tls;
    let tls = match (&settings.dispatch.conax_address, own) {
        (Some(address), _) if address.is_tls() => Some(LinkTls::abroad(tls, address.host())?),
        (None, Some(own)) => own.link(settings.cas.tls, tls.verify)?,
        _ => None,
    };
    Ok(Approach { tls, door: Arc::default() })
}
