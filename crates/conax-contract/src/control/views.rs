//! What the control API prints. Names follow the head-end's words; dates have the documented
//! form, in simulated time.

use conax_model::crm::QueueLength;
use schemars::JsonSchema;
use serde::Serialize;

use super::faults::{ActedView, NearMissView};
use super::view::view;
use crate::crm::DateText;

/// The process is alive.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct HealthView {
    /// Always `ok`.
    pub status: &'static str,
}

/// The APIs answer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReadyView {
    /// `ready`, `closing` while the simulator shuts down, or `store fails`.
    pub status: &'static str,
    /// Why the store fails, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Simulated time.
    pub now: DateText,
    /// Name of the world.
    pub world: String,
    /// The seed of the run.
    pub seed: u64,
    /// Where provisioning requests stand.
    pub queue: QueueView,
}

/// Name and version.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct VersionView {
    /// Name of the program.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// What the API offers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EntriesView {
    /// Every entry.
    pub entries: Vec<EntryView>,
}

/// One entry of the API.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EntryView {
    /// HTTP verb.
    pub verb: &'static str,
    /// Path.
    pub path: &'static str,
    /// What it does.
    pub summary: &'static str,
}

view! {
    /// How many provisioning requests stand where.
    #[derive(Copy, Eq)]
    pub struct QueueView of length: QueueLength {
        /// Pending, due later.
        scheduled: usize = length.scheduled;
        /// Pending, due, not sent.
        due: usize = length.due;
        /// Sent, no answer yet.
        in_flight: usize = length.in_flight;
        /// Pending and left alone by processing runs.
        held: usize = length.held;
        /// Accepted.
        completed: usize = length.completed;
        /// Refused.
        rejected: usize = length.rejected;
    }
}

/// What one processing run did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RunView {
    /// Number of the run.
    pub number: u64,
    /// When it began.
    pub started: DateText,
    /// When it ended.
    pub finished: DateText,
    /// Requests that ended completed.
    pub completed: usize,
    /// Requests that ended rejected.
    pub rejected: usize,
    /// Where requests stand afterwards.
    pub queue: QueueView,
}

/// The clock.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ClockView {
    /// real, scaled or stepped.
    pub mode: &'static str,
    /// What it shows.
    pub now: DateText,
    /// How many times as fast it runs, if it is scaled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// How many wait for simulated time.
    pub waiting: usize,
    /// When the first of them has waited long enough.
    pub next: Option<DateText>,
    /// How many calls of both APIs have no answer yet, but for the one that asks: at rest, these
    /// wait for simulated time.
    pub calls: usize,
    /// Whether nothing is being done: whatever goes on waits.
    pub at_rest: bool,
}

/// Time that passed at once.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AdvancedView {
    /// The date before.
    pub from: DateText,
    /// The date after.
    pub now: DateText,
    /// How many waits ended.
    pub fired: usize,
    /// Whether the simulator came to rest whenever it had to; if not, time stopped there.
    pub at_rest: bool,
}

/// What [`SettledView`] says when all is done.
pub const NOTHING_DUE: &str = "nothing due";

/// Time that passed until nothing more was due.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SettledView {
    /// The date before.
    pub from: DateText,
    /// The date after.
    pub now: DateText,
    /// How many times something was done or waited for.
    pub steps: usize,
    /// How many processing runs were made for it.
    pub runs: usize,
    /// [`NOTHING_DUE`], or what keeps it going.
    pub says: String,
}

/// The worlds there are.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WorldsView {
    /// The world a call is about that names none.
    pub main: String,
    /// Their names, the main one first.
    pub worlds: Vec<String>,
    /// How many there may be.
    pub limit: usize,
}

/// A world as it was at one moment, in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SnapshotView {
    /// The name it is kept under; null: it came from a file.
    pub snapshot: Option<String>,
    /// What the clock of the world showed.
    pub now: DateText,
    /// Its provisioning requests.
    pub queue: QueueView,
    /// Its tokens.
    pub tokens: usize,
    /// Smartcards of its head-end.
    pub smartcards: usize,
    /// Commands its head-end ever got.
    pub transactions: u64,
}

/// The snapshots of a world.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SnapshotsView {
    /// All of them, by name.
    pub snapshots: Vec<SnapshotView>,
    /// How many are kept at most.
    pub limit: usize,
}

/// A world was replaced or reset.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WorldView {
    /// Its name.
    pub world: String,
    /// Smartcards at the head-end.
    pub smartcards: usize,
    /// Subscriptions in the CRM.
    pub subscriptions: usize,
    /// Provisioning requests it starts with.
    pub provisioning_requests: usize,
}

/// A part of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct JournalView {
    /// The exchanges, in order of their end.
    pub exchanges: Vec<ExchangeView>,
    /// The highest number among them: give it as `since` to read on.
    pub last: u64,
    /// Exchanges that were dropped since the start, because the journal is bounded.
    pub dropped: u64,
}

/// One exchange.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ExchangeView {
    /// Its number, counted over all APIs.
    pub number: u64,
    /// When it began.
    pub at: DateText,
    /// Milliseconds of that second that had passed.
    pub at_millis: u16,
    /// Where it was seen: crm, cas, control, or dispatch (the CRM's side of its calls to Conax).
    pub door: &'static str,
    /// HTTP verb.
    pub verb: String,
    /// Path and query, secrets masked.
    pub target: String,
    /// HTTP status of the answer; null if none was read.
    pub http_status: Option<u16>,
    /// How long it took, in microseconds: of real time, or of simulated time if the clock is
    /// stepped.
    pub took_us: u64,
    /// The smartcard concerned.
    pub card: Option<String>,
    /// The provisioning request concerned.
    pub request_number: Option<u64>,
    /// Its end in a few words.
    pub outcome: Option<String>,
    /// The exchange with the head-end, as both sides count it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<u64>,
    /// The trace it belongs to, as the header of W3C Trace Context has it: that of a call at an API
    /// as it came, that of a command with a span of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The fault rules that acted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<ActedView>,
    /// The fault rules that nearly acted, and why they did not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<NearMissView>,
    /// The body that was sent, secrets masked.
    pub call: String,
    /// The body that came back, secrets masked.
    pub reply: String,
}
