//! What the control API prints. Names follow the head-end's words; dates have the documented
//! form, in simulated time.

use serde::Serialize;

use super::faults::{ActedView, NearMissView};
use crate::crm::DateText;

/// The process is alive.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HealthView {
    /// Always `ok`.
    pub status: &'static str,
}

/// The APIs answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadyView {
    /// `ready`, or `closing` while the simulator shuts down.
    pub status: &'static str,
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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VersionView {
    /// Name of the program.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// What the API offers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntriesView {
    /// Every entry.
    pub entries: Vec<EntryView>,
}

/// One entry of the API.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntryView {
    /// HTTP verb.
    pub verb: &'static str,
    /// Path.
    pub path: &'static str,
    /// What it does.
    pub summary: &'static str,
}

/// How many provisioning requests stand where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct QueueView {
    /// Pending, due later.
    pub scheduled: usize,
    /// Pending, due, not sent.
    pub due: usize,
    /// Sent, no answer yet.
    pub in_flight: usize,
    /// Pending and left alone by processing runs.
    pub held: usize,
    /// Accepted.
    pub completed: usize,
    /// Refused.
    pub rejected: usize,
}

/// What one processing run did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorldsView {
    /// The world a call is about that names none.
    pub main: String,
    /// Their names, the main one first.
    pub worlds: Vec<String>,
    /// How many there may be.
    pub limit: usize,
}

/// A world as it was at one moment, in numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SnapshotsView {
    /// All of them, by name.
    pub snapshots: Vec<SnapshotView>,
    /// How many are kept at most.
    pub limit: usize,
}

/// A world was replaced or reset.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JournalView {
    /// The exchanges, in order of their end.
    pub exchanges: Vec<ExchangeView>,
    /// The highest number among them: give it as `since` to read on.
    pub last: u64,
    /// Exchanges that were dropped since the start, because the journal is bounded.
    pub dropped: u64,
}

/// One exchange.
#[derive(Clone, Debug, PartialEq, Serialize)]
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

/// A smartcard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SmartcardView {
    /// CA id.
    pub id: String,
    /// The SMS domain that manages it.
    pub domain: String,
    /// stock, in_use, blocked or retired.
    pub state: &'static str,
    /// Its entitlements.
    pub entitlements: Vec<EntitlementView>,
    /// What it is paired with.
    pub pairing: Option<PairingView>,
}

/// An entitlement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntitlementView {
    /// The product.
    pub product: String,
    /// future or active.
    pub state: &'static str,
    /// When it starts.
    pub start: DateText,
    /// When it ends; null: never.
    pub end: Option<DateText>,
}

/// A pairing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairingView {
    /// Since when.
    pub since: DateText,
    /// Its smartcards.
    pub smartcards: Vec<String>,
    /// Its pairing modules.
    pub pairing_modules: Vec<String>,
}

/// Everything about one smartcard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SmartcardDetailsView {
    /// The smartcard.
    #[serde(flatten)]
    pub card: SmartcardView,
    /// Its messages.
    pub messages: Vec<MessageView>,
    /// What it was named in, newest last.
    pub transactions: Vec<TransactionView>,
}

/// A product.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProductView {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// subscription, ppv or token.
    pub kind: &'static str,
    /// defined or withdrawn.
    pub state: &'static str,
}

/// A pairing module.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairingModuleView {
    /// Its id.
    pub id: String,
    /// Whether its key may be used: loaded or withdrawn.
    pub key: &'static str,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MessageView {
    /// Its number.
    pub number: u64,
    /// The smartcard.
    pub card: String,
    /// mail, bark or repeating_bark.
    pub kind: &'static str,
    /// queued, on_air, done or replaced.
    pub state: &'static str,
    /// The text.
    pub text: String,
    /// Its sequence number, modulo 256.
    pub sequence_number: Option<u8>,
    /// How long it is shown each time, in seconds.
    pub display_seconds: Option<u32>,
    /// How many times it is shown.
    pub repetition_count: Option<u8>,
    /// Seconds from one showing to the next.
    pub repetition_interval_seconds: Option<u16>,
    /// When it is first shown.
    pub start: DateText,
    /// When it is over.
    pub end: DateText,
}

/// A fingerprint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FingerprintView {
    /// Its number.
    pub number: u64,
    /// The smartcard; null: every one of the domain.
    pub card: Option<String>,
    /// scheduled, on_air, done or replaced.
    pub state: &'static str,
    /// Its slot.
    pub slot: char,
    /// Left edge in pixels.
    pub position_x: Option<u16>,
    /// Top edge in pixels.
    pub position_y: Option<u16>,
    /// Height.
    pub height: Option<u8>,
    /// How long it is shown, in hundredths of a second.
    pub display_centiseconds: u16,
    /// When it is shown.
    pub start: DateText,
    /// When it is over.
    pub end: DateText,
}

/// What the head-end did with one command.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TransactionView {
    /// Its id, the CRM's reference number.
    pub id: String,
    /// When.
    pub at: DateText,
    /// The SMS domain that gave the command.
    pub domain: String,
    /// The kind of command, spelled like the documented type.
    pub command: &'static str,
    /// The smartcards it named.
    pub smartcards: Vec<String>,
    /// Its values, secrets masked.
    pub inputs: String,
    /// OK, or the status code of the rejection.
    pub status_code: String,
    /// Why it was rejected.
    pub message: Option<String>,
    /// What it changed.
    pub effect: String,
}
