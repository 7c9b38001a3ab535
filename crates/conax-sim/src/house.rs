//! The whole house: built from settings and a world, opened on sockets, closed in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use conax_contract::world::WorldSpec;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cas_door;
use crate::clock::Clock;
use crate::control_door;
use crate::crm_door;
use crate::dispatch::{ConaxLink, LinkSettings, Reuse, run_on_interval};
use crate::doorway::Listener;
use crate::journal::{Journal, Observer};
use crate::settings::{DoorAddresses, HouseSettings};
use crate::shared::Shared;
use crate::tls::{DoorTls, LinkTls, Papers, TlsProblem};
use crate::world::WorldProblem;

/// Why a house cannot open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// An address cannot be bound.
    #[error("failed to open the {door} door on {address}")]
    Bind {
        /// The door.
        door: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The world contradicts itself.
    #[error(transparent)]
    World(#[from] WorldProblem),
    /// TLS cannot be spoken as it was set.
    #[error(transparent)]
    Tls(#[from] TlsProblem),
}

/// A house without sockets: its doors are routers, and what it sends goes to its own head-end.
#[derive(Clone)]
pub struct House {
    /// What the doors share.
    pub shared: Arc<Shared>,
}

impl House {
    /// Builds a house whose CRM reaches its head-end in this process, over the same bytes.
    ///
    /// # Errors
    /// If the world contradicts itself.
    pub fn in_process(
        settings: HouseSettings,
        world: WorldSpec,
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<Self, WorldProblem> {
        let journal = Journal::new(settings.journal, settings.cas.profile, observer);
        let clock = Clock::new(settings.clock, settings.start);
        let link = ConaxLink::in_process(link_settings(&settings), &clock);
        let shared = Arc::new(Shared::new(settings, world, clock, journal, link)?);
        shared.link.lead_to(&shared);
        Ok(Self { shared })
    }

    /// The provisioning API.
    pub fn crm_router(&self) -> Router {
        crm_door::router(Arc::clone(&self.shared))
    }

    /// The simulated head-end.
    pub fn cas_router(&self) -> Router {
        cas_door::router(Arc::clone(&self.shared))
    }

    /// The control door.
    pub fn control_router(&self) -> Router {
        control_door::router(Arc::clone(&self.shared))
    }
}

/// A house that listens.
pub struct OpenHouse {
    /// What the doors share.
    pub shared: Arc<Shared>,
    /// Where the doors really are.
    pub addresses: DoorAddresses,
    /// What a client of the head-end's door needs, if that speaks TLS.
    pub papers: Option<Papers>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    stop_cas: watch::Sender<bool>,
    cas_task: JoinSet<()>,
}

/// How often the house looks at its clock for no reason; see [`beat`].
const BEAT: Duration = Duration::from_secs(1);

/// Keeps a timer near at hand until the house closes.
///
/// Each call sets timers (for its head, its body) that are never reached. Setting one that would
/// be the next to run out wakes the thread that waits for timers, at the cost of half a call; with
/// a nearer one in place none is woken.
async fn beat(mut stop: watch::Receiver<bool>) {
    while tokio::time::timeout(BEAT, stop.wait_for(|&stopped| stopped))
        .await
        .is_err()
    {}
}

/// How a house closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Requests that were on their way and got no answer within the grace period: what the
    /// head-end did with them is not known to the CRM.
    pub in_flight_count: usize,
    /// Requests that were recorded and not sent.
    pub pending_count: usize,
}

impl OpenHouse {
    /// Opens the doors that have an address and starts processing runs.
    ///
    /// # Errors
    /// If an address cannot be bound, the world contradicts itself, or TLS cannot be spoken as set.
    pub async fn open(
        settings: HouseSettings,
        world: WorldSpec,
        doors: DoorAddresses,
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<Self, OpenError> {
        let crm = bind("crm", doors.crm, &settings).await?;
        let cas = bind("cas", doors.cas, &settings).await?;
        let control = bind("control", doors.control, &settings).await?;
        let addresses = DoorAddresses {
            crm: address(crm.as_ref()),
            cas: address(cas.as_ref()),
            control: address(control.as_ref()),
        };
        let journal = Journal::new(settings.journal, settings.cas.profile, observer);
        let clock = Clock::new(settings.clock, settings.start);
        let (door, link) = door_and_link(&settings, addresses.cas, &clock)?;
        let papers = door.as_ref().map(|door| door.papers().clone());
        let shared = Arc::new(Shared::new(settings, world, clock, journal, link)?);
        shared.link.lead_to(&shared);
        let (stop, stopped) = watch::channel(false);
        let (stop_cas, cas_stopped) = watch::channel(false);
        let (mut tasks, mut cas_task) = (JoinSet::new(), JoinSet::new());
        if let Some(listener) = crm {
            tasks.spawn(listener.serve(crm_door::router(Arc::clone(&shared)), stopped.clone()));
        }
        if let Some(listener) = cas {
            let listener = listener
                .kept_by(Arc::new(cas_door::DoorKeeper(Arc::clone(&shared))))
                .speaking(door.map(|door| cas_door::speech(&shared, door)));
            cas_task.spawn(listener.serve(cas_door::router(Arc::clone(&shared)), cas_stopped));
        }
        if let Some(listener) = control {
            let router = control_door::router(Arc::clone(&shared));
            tasks.spawn(listener.serve(router, stopped.clone()));
        }
        tasks.spawn(beat(stopped.clone()));
        if let Some(interval) = shared.settings.dispatch.run_interval {
            tasks.spawn(run_on_interval(Arc::clone(&shared), interval, stopped));
        }
        Ok(Self {
            shared,
            addresses,
            papers,
            stop,
            tasks,
            stop_cas,
            cas_task,
        })
    }

    /// Closes: no new connections and no new commands; what is on its way may end within `grace`.
    pub async fn close(mut self, grace: Duration) -> Closing {
        self.shared.closing.store(true, Ordering::Relaxed);
        let _ = self.stop.send(true);
        // The head-end closes last: what is on its way to it still gets its answer.
        let ended = async {
            while self.tasks.join_next().await.is_some() {}
            self.shared.nothing_in_flight().await;
            let _ = self.stop_cas.send(true);
            while self.cas_task.join_next().await.is_some() {}
        };
        let _ = tokio::time::timeout(grace, ended).await;
        let length = self.shared.crm().book.queue_length();
        Closing {
            in_flight_count: length.in_flight,
            pending_count: length.due + length.scheduled,
        }
    }
}

async fn bind(
    door: &'static str,
    address: Option<SocketAddr>,
    settings: &HouseSettings,
) -> Result<Option<Listener>, OpenError> {
    let Some(address) = address else {
        return Ok(None);
    };
    let answers = match door {
        "crm" => Some(crm_door::framework_answer as fn(u16) -> Vec<u8>),
        "cas" => Some(cas_door::framework_answer as fn(u16) -> Vec<u8>),
        _ => Some(control_door::framework_answer as fn(u16) -> Vec<u8>),
    };
    let bound = Listener::bind(address, settings.limits, answers).await;
    bound.map(Some).map_err(|source| OpenError::Bind {
        door,
        address,
        source,
    })
}

fn address(listener: Option<&Listener>) -> Option<SocketAddr> {
    listener.map(Listener::address)
}

/// The TLS of the head-end's door, and the way to the head-end: another one if it was named, else
/// our own door, else our own state.
fn door_and_link(
    settings: &HouseSettings,
    own: Option<SocketAddr>,
    clock: &Clock,
) -> Result<(Option<DoorTls>, ConaxLink), TlsProblem> {
    let tls = &settings.dispatch.tls;
    let made = match own {
        Some(own) => DoorTls::new(settings.cas.tls, own.ip(), tls.verify)?,
        None => None,
    };
    let (door, home) = made.map_or((None, None), |(door, home)| (Some(door), Some(home)));
    let link = link_settings(settings);
    let link = match (&settings.dispatch.conax_address, own) {
        (Some(address), _) => {
            let abroad = || LinkTls::abroad(tls, address.host());
            let abroad = address.is_tls().then(abroad).transpose()?;
            ConaxLink::network(address.clone(), abroad, link, clock)
        }
        (None, Some(own)) => ConaxLink::network(own.into(), home, link, clock),
        (None, None) => ConaxLink::in_process(link, clock),
    };
    Ok((door, link))
}

fn link_settings(settings: &HouseSettings) -> LinkSettings {
    LinkSettings {
        connect_time: settings.dispatch.connect_time,
        read_time: settings.dispatch.read_time,
        reuse: match settings.dispatch.conax_address {
            Some(_) => Reuse::Never,
            None => Reuse::WhileFresh,
        },
    }
}
