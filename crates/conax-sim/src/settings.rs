//! What a simulator is built with. Where the values come from is the command's business.

use std::net::SocketAddr;
use std::time::Duration;

use conax_contract::cas::{AxisClient, Profile};
use conax_contract::crm::{BasePath, HttpMode, Reading, Shape, SuccessTexts};
use conax_contract::fault::WrittenRule;
use conax_model::crm::TokenPolicy;
use conax_model::entropy::Seed;
use conax_model::secret::Secret;
use conax_model::time::SimTime;

use crate::clock::ClockMode;
use crate::http_server::{Cors, Limits};
use crate::journal::JournalLimits;
use crate::seal::SealKey;
use crate::tls::ConaxTls;

mod address;

pub use crate::tls::{TlsKeys, TlsMode};
pub use address::ConaxAddress;

/// Everything a simulator needs to know.
#[derive(Clone, Debug)]
pub struct SimulatorSettings {
    /// The seed of ids and of every other chance.
    pub seed: Seed,
    /// The simulated time at the start.
    pub start: SimTime,
    /// How simulated time passes.
    pub clock: ClockMode,
    /// How the provisioning API behaves.
    pub crm: CrmSettings,
    /// How the simulated head-end behaves on the wire.
    pub cas: CasDoorSettings,
    /// Whether the provisioning API speaks TLS.
    pub crm_tls: TlsMode,
    /// Whether the control API speaks TLS.
    pub control_tls: TlsMode,
    /// Which keys the certificates of the APIs have.
    pub tls_keys: TlsKeys,
    /// How requests are sent.
    pub dispatch: DispatchSettings,
    /// What each API bears.
    pub limits: Limits,
    /// What the journal keeps.
    pub journal: JournalLimits,
    /// The fault rules that hold from the start.
    pub faults: Vec<WrittenRule>,
    /// Whether a call may bring a fault of its own in a header.
    pub fault_header: bool,
    /// Whether a refused call is told the clause behind it in a header.
    pub clause_header: bool,
    /// Events each side of the ledger keeps.
    pub ledger_limit: usize,
    /// The bearer token the control API asks for, if any.
    pub control_token: Option<Secret>,
    /// Host names of the APIs beside their addresses and `localhost`: the control API is called by no
    /// others, and certificates are for these too.
    pub host_names: Vec<String>,
    /// Whether a gateway in front says under which address it was called (`Forwarded`).
    pub trusts_gateways: bool,
    /// How many worlds there may be side by side, the main one included.
    pub world_limit: usize,
    /// How many of them calls at the provisioning API and the Conax endpoint may make by naming
    /// them.
    pub worlds_by_call: WorldsByCall,
    /// How long nobody may use a world that a call made, of real time, before it is removed.
    pub world_idle_time: Option<Duration>,
    /// What snapshot files are sealed with.
    pub snapshot_key: SealKey,
    /// How worlds that were kept go on.
    pub revival: Revival,
}

impl SimulatorSettings {
    /// What everything is where nobody says anything else; only the key of snapshot files is a new
    /// one each time.
    #[must_use]
    pub fn new(seed: Seed, start: SimTime) -> Self {
        Self {
            seed,
            start,
            clock: ClockMode::Real,
            crm: CrmSettings::default(),
            cas: CasDoorSettings::default(),
            crm_tls: TlsMode::default(),
            control_tls: TlsMode::default(),
            tls_keys: TlsKeys::default(),
            dispatch: DispatchSettings::default(),
            limits: Limits::default(),
            journal: JournalLimits::default(),
            faults: Vec::new(),
            fault_header: false,
            clause_header: false,
            ledger_limit: 1_000_000,
            control_token: None,
            host_names: Vec::new(),
            trusts_gateways: false,
            world_limit: 256,
            worlds_by_call: WorldsByCall::On,
            world_idle_time: None,
            snapshot_key: SealKey::random(),
            revival: Revival::default(),
        }
    }
}

/// How many worlds may be made by calls that name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorldsByCall {
    /// None.
    Off,
    /// As many as there may be, but for a sixteenth that is left to the control API.
    On,
    /// So many.
    AtMost(usize),
}

impl WorldsByCall {
    /// How many that are, of so many worlds.
    #[must_use]
    pub const fn limit(self, world_limit: usize) -> usize {
        match self {
            Self::Off => 0,
            Self::On => world_limit.saturating_sub(1 + world_limit / 16),
            Self::AtMost(count) => count,
        }
    }
}

/// How worlds go on that were kept in a store while no simulator ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revival {
    /// What clocks did meanwhile that do not follow the machine's.
    pub clock: ClockWhileDown,
    /// What becomes of commands that another Conax may have.
    pub after_loss: AfterLoss,
}

/// What a clock does while no simulator runs; one that is real and was never set follows the
/// machine's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockWhileDown {
    /// It stands.
    #[default]
    Stand,
    /// Time passes as it did before; a stepped clock stands.
    Pass,
}

/// What becomes of a command that another Conax may have when the simulator ended before it read
/// the answer. Our own head-end is sent such commands again: it knows what it has carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterLoss {
    /// Its request is rejected, as if the connection had been lost.
    #[default]
    Settle,
    /// It is sent again: Conax may carry it out twice.
    Resend,
}

/// How the provisioning API behaves.
#[derive(Clone, Debug)]
pub struct CrmSettings {
    /// The path the API is served under, besides `/`.
    pub base_path: BasePath,
    /// Which generation of the documented object is printed.
    pub shape: Shape,
    /// How business errors travel.
    pub http_mode: HttpMode,
    /// What the texts of a successful status hold.
    pub success_texts: SuccessTexts,
    /// How strictly calls are read.
    pub reading: Reading,
    /// Pages of which origins may call it from a browser.
    pub cors: Cors,
    /// How long a login token lives.
    pub tokens: TokenPolicy,
    /// How long a web API key's token lives.
    pub key_tokens: TokenPolicy,
}

impl Default for CrmSettings {
    fn default() -> Self {
        Self {
            base_path: BasePath::default(),
            shape: Shape::Superset,
            http_mode: HttpMode::Business200,
            success_texts: SuccessTexts::Null,
            reading: Reading::default(),
            cors: Cors::default(),
            tokens: TokenPolicy::default(),
            // Attested: `web-api-key.two-hours`.
            key_tokens: TokenPolicy::Fixed(Duration::from_secs(2 * 60 * 60)),
        }
    }
}

/// How the simulated head-end behaves on the wire.
#[derive(Clone, Debug)]
pub struct CasDoorSettings {
    /// Names on the wire.
    pub profile: &'static Profile,
    /// Whether a client has to say who it is.
    pub authentication: CasAuthentication,
    /// Whether its API speaks TLS.
    pub tls: TlsMode,
}

impl Default for CasDoorSettings {
    fn default() -> Self {
        Self {
            profile: Profile::public(),
            authentication: CasAuthentication::Off,
            tls: TlsMode::default(),
        }
    }
}

/// Whether a client of the head-end has to say who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CasAuthentication {
    /// Nobody has to; whoever does is taken for whom it says.
    Off,
    /// Everybody has to (Attested: HTTP Basic).
    Basic,
    /// Everybody has to, and a user is locked out after this many failures in a row (Ours).
    BasicWithLockout {
        /// Failures in a row that lock a user out.
        failure_limit: u32,
    },
}

/// How requests are sent to the head-end.
#[derive(Clone, Debug)]
pub struct DispatchSettings {
    /// Another head-end than the one of this simulator.
    pub conax_address: Option<ConaxAddress>,
    /// How TLS is spoken.
    pub tls: ConaxTls,
    /// User name and password the CRM sends, if it sends any.
    pub credentials: Option<(String, Secret)>,
    /// From the start of one processing run to the next; absent: runs are made by hand only.
    pub run_interval: Option<Duration>,
    /// Requests on their way at a time, in one run.
    pub worker_count: usize,
    /// How long connecting may take.
    pub connect_time: Duration,
    /// How long each wait for bytes may take.
    pub read_time: Duration,
    /// The machine of the CRM's SOAP client, as stored errors show it.
    pub axis: AxisClient,
}

impl Default for DispatchSettings {
    fn default() -> Self {
        Self {
            conax_address: None,
            tls: ConaxTls::default(),
            credentials: None,
            run_interval: Some(Duration::from_secs(5)),
            worker_count: 4,
            connect_time: Duration::from_secs(10),
            // The default of Axis 1.
            read_time: Duration::from_secs(600),
            axis: AxisClient::default(),
        }
    }
}

/// The addresses of the APIs that are opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApiAddresses {
    /// The provisioning API.
    pub crm: Option<SocketAddr>,
    /// The simulated head-end.
    pub cas: Option<SocketAddr>,
    /// The control API.
    pub control: Option<SocketAddr>,
}
