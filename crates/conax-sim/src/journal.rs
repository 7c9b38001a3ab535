//! Every exchange at every API, in order, bounded in number and in bytes.
//!
//! Bodies are kept as they were and masked when they are shown, so that the request path pays for
//! a copy only. Nothing outside this module can read an unmasked body.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::http::Method;
use conax_contract::cas::{self, Profile};
use conax_contract::crm;
use conax_model::time::SimTime;
use conax_model::trace::TraceContext;

mod note;
mod notice;
mod secrets;
mod shown;
#[cfg(test)]
mod tests;

pub use note::FaultNote;
pub use notice::{Notice, Noticed};
pub use secrets::WorldSecrets;
pub use shown::Shown;

/// Characters of a path with its query that are shown.
const TARGET_LIMIT: usize = 2048;
/// Characters that are kept behind those: of a secret that is cut, nobody would know that it is one.
const TARGET_MARGIN: usize = 256;
/// Characters of a smartcard, an outcome and a method that are kept.
const TEXT_LIMIT: usize = 128;

/// The surfaces where exchanges are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Surface {
    /// The provisioning API.
    Crm,
    /// The simulated head-end.
    Cas,
    /// The control API.
    Control,
    /// The CRM's side of its exchanges with a head-end, wherever that is.
    Dispatch,
}

impl Surface {
    /// Every surface.
    pub const ALL: [Self; 4] = [Self::Crm, Self::Cas, Self::Control, Self::Dispatch];

    /// The name of the surface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crm => "crm",
            Self::Cas => "cas",
            Self::Control => "control",
            Self::Dispatch => "dispatch",
        }
    }

    /// The surface with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|surface| surface.name() == name)
    }

    fn masked(self, profile: &Profile, body: &[u8]) -> String {
        match self {
            _ if body.is_empty() => String::new(),
            Self::Crm | Self::Control => crm::mask_json(body),
            Self::Cas | Self::Dispatch => cas::mask_secrets_for(profile, body),
        }
    }
}

/// What an exchange was about, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subject {
    /// The smartcard concerned (CA id).
    pub card: Option<Arc<str>>,
    /// The provisioning request concerned.
    pub request_number: Option<u64>,
    /// The end in a few words: a status code, a transport failure.
    pub outcome: Option<Arc<str>>,
    /// The exchange with the head-end, as both sides count it.
    pub exchange: Option<u64>,
    /// The transaction id the head-end told.
    pub reference: Option<Arc<str>>,
    /// Which fault rules acted, and which nearly did.
    pub faults: Option<Arc<FaultNote>>,
    /// The trace it belongs to, as whoever called named it.
    pub trace: Option<Arc<TraceContext>>,
    /// From when on the request could be sent, if it was sent.
    pub turn: Option<SimTime>,
}

/// One exchange.
pub struct Exchange {
    /// Its number, counted over all APIs in order of their end.
    pub number: u64,
    /// When it began.
    pub at: SimTime,
    /// Where it was seen.
    pub surface: Surface,
    /// HTTP method.
    pub method: Method,
    /// HTTP status of the reply; absent if none was read.
    pub http_status: Option<u16>,
    /// How long it took.
    pub took: Duration,
    /// What it was about.
    pub subject: Subject,
    world: Arc<str>,
    target: Box<str>,
    profile: &'static Profile,
    /// Those of the world it happened in.
    secrets: Arc<WorldSecrets>,
    call: Box<[u8]>,
    call_len: usize,
    reply: bytes::Bytes,
    reply_len: usize,
}

impl Exchange {
    /// The name of the world it happened in.
    #[must_use]
    pub fn world(&self) -> &str {
        &self.world
    }

    /// The bytes it takes, with everything it holds.
    #[must_use]
    pub fn size(&self) -> usize {
        let text = |text: &Option<Arc<str>>| text.as_deref().map_or(0, str::len);
        size_of::<Self>()
            + self.method.as_str().len()
            + self.target.len()
            + text(&self.subject.card)
            + text(&self.subject.outcome)
            + self.subject.faults.as_deref().map_or(0, FaultNote::size)
            + self.subject.trace.as_deref().map_or(0, size_of_val)
            + self.call.len()
            + self.reply.len()
    }
}

/// Only sizes: the rest may hold secrets.
impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange")
            .field("number", &self.number)
            .field("surface", &self.surface)
            .field("method", &self.method)
            .field("http_status", &self.http_status)
            .field("call_len", &self.call_len)
            .field("reply_len", &self.reply_len)
            .finish_non_exhaustive()
    }
}

/// An exchange that ends now.
pub struct Ended<'a> {
    /// When it began.
    pub at: SimTime,
    /// Where it was seen.
    pub surface: Surface,
    /// HTTP method.
    pub method: &'a Method,
    /// Path and query as received.
    pub target: &'a str,
    /// HTTP status of the reply; absent if none was read.
    pub http_status: Option<u16>,
    /// How long it took.
    pub took: Duration,
    /// What it was about.
    pub subject: Subject,
    /// The body that was sent.
    pub call: &'a [u8],
    /// The body that came back.
    pub reply: bytes::Bytes,
}

/// What a journal keeps at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalLimits {
    /// Number of exchanges.
    pub exchange_limit: usize,
    /// Bytes of all exchanges together.
    pub byte_limit: usize,
    /// Bytes of one body; of a longer one only the length is kept.
    pub body_limit: usize,
}

impl Default for JournalLimits {
    fn default() -> Self {
        Self { exchange_limit: 10_000, byte_limit: 16 << 20, body_limit: 64 << 10 }
    }
}

/// Somebody who wants to hear of every exchange when it ends. Must be quick.
pub trait Observer: Send + Sync {
    /// An exchange ended.
    fn exchanged(&self, exchange: &Arc<Exchange>);

    /// A request has been on its way to Conax for a while, of real time.
    fn waits(&self, _: &Unanswered) {}

    /// Something happened that is no exchange.
    fn notices(&self, _: &Notice) {}

    /// What it counts, for the metrics.
    fn counters(&self) -> Vec<Counter> {
        Vec::new()
    }
}

/// Something that is counted, for the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Its name.
    pub name: &'static str,
    /// What it counts.
    pub help: &'static str,
    /// How much of it there was.
    pub value: u64,
}

/// A request that is on its way to Conax and has no answer yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// The name of its world.
    pub world: String,
    /// The simulated time.
    pub at: SimTime,
    /// When the CRM stops waiting, if nothing comes.
    pub until: SimTime,
    /// The number of the request.
    pub request_number: Option<u64>,
}

/// The journal of a simulator.
pub struct Journal {
    limits: JournalLimits,
    profile: &'static Profile,
    kept: Mutex<Kept>,
    secrets: RwLock<Arc<WorldSecrets>>,
    world: Arc<str>,
    observer: Option<Arc<dyn Observer>>,
}

#[derive(Default)]
struct Kept {
    last: u64,
    exchanges: VecDeque<Arc<Exchange>>,
    bytes: usize,
    dropped: u64,
    /// By surface and HTTP status; 0 stands for none.
    counts: BTreeMap<(Surface, u16), u64>,
}

/// A part of the journal.
#[derive(Debug)]
pub struct Excerpt {
    /// The exchanges, in order of their end.
    pub exchanges: Vec<Arc<Exchange>>,
    /// How many exchanges were dropped since the start, because of the limits.
    pub dropped: u64,
}

impl Journal {
    /// An empty journal; the wire profile tells which elements hold secrets.
    #[must_use]
    pub fn new(
        limits: JournalLimits,
        profile: &'static Profile,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        Self {
            limits,
            profile,
            kept: Mutex::default(),
            secrets: RwLock::default(),
            world: Arc::from(""),
            observer,
        }
    }

    /// The journal of the world of this name.
    #[must_use]
    pub fn of_world(self, name: &str) -> Self {
        Self { world: name.into(), ..self }
    }

    /// What whoever hears of exchanges counts.
    #[must_use]
    pub fn counters(&self) -> Vec<Counter> {
        self.observer.as_ref().map_or_else(Vec::new, |observer| observer.counters())
    }

    /// Takes the secrets of the world that holds from now on.
    pub fn set_secrets(&self, secrets: WorldSecrets) {
        *self.secrets.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(secrets);
    }

    /// The secrets of the world.
    #[must_use]
    pub fn secrets(&self) -> Arc<WorldSecrets> {
        Arc::clone(&self.secrets.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Records an exchange that ended; its number.
    ///
    /// Numbers are given here and not at the beginning: whoever reads on from the highest number
    /// seen would miss what began before and ended later.
    pub fn record(&self, ended: Ended<'_>) -> u64 {
        let exchange = self.keep(self.exchange(ended));
        if let Some(observer) = &self.observer {
            observer.exchanged(&exchange);
        }
        exchange.number
    }

    /// Whether somebody hears of exchanges.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.observer.is_some()
    }

    /// Tells whoever hears of exchanges that one does not come to its end.
    pub fn waits(&self, waiting: &Unanswered) {
        if let Some(observer) = &self.observer {
            observer.waits(waiting);
        }
    }

    fn keep(&self, exchange: Exchange) -> Arc<Exchange> {
        let mut exchange = Arc::new(exchange);
        // Declared before the lock, so that what is dropped is freed after it is released.
        let mut _oldest = None;
        let mut kept = self.kept();
        kept.last += 1;
        if let Some(exchange) = Arc::get_mut(&mut exchange) {
            exchange.number = kept.last;
        }
        let counted = (exchange.surface, exchange.http_status.unwrap_or(0));
        *kept.counts.entry(counted).or_default() += 1;
        kept.bytes += exchange.size();
        kept.exchanges.push_back(Arc::clone(&exchange));
        while kept.exchanges.len() > self.limits.exchange_limit
            || kept.bytes > self.limits.byte_limit
        {
            let Some(oldest) = kept.exchanges.pop_front() else {
                break;
            };
            kept.bytes -= oldest.size();
            kept.dropped += 1;
            _oldest = Some(oldest);
        }
        exchange
    }

    /// Up to `limit` kept exchanges with numbers above `since` that `wanted` lets through.
    pub fn excerpt(&self, since: u64, limit: usize, wanted: impl Fn(&Exchange) -> bool) -> Excerpt {
        let kept = self.kept();
        let exchanges = kept.exchanges.iter().filter(|exchange| exchange.number > since);
        let exchanges = exchanges.filter(|exchange| wanted(exchange)).take(limit);
        Excerpt { exchanges: exchanges.cloned().collect(), dropped: kept.dropped }
    }

    /// The number of the last exchange that was recorded; 0 before the first.
    #[must_use]
    pub fn last_number(&self) -> u64 {
        self.kept().last
    }

    /// How many exchanges there were, by surface and HTTP status; 0 stands for none.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<(Surface, u16), u64> {
        self.kept().counts.clone()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().expect("nobody panics while holding the journal")
    }

    fn exchange(&self, ended: Ended<'_>) -> Exchange {
        let limit = self.limits.body_limit;
        let (call_len, reply_len) = (ended.call.len(), ended.reply.len());
        Exchange {
            number: 0,
            at: ended.at,
            surface: ended.surface,
            method: short_method(ended.method),
            target: cut(ended.target, TARGET_LIMIT + TARGET_MARGIN).into(),
            http_status: ended.http_status,
            took: ended.took,
            subject: Subject {
                card: ended.subject.card.map(short_text),
                outcome: ended.subject.outcome.map(short_text),
                ..ended.subject
            },
            world: Arc::clone(&self.world),
            profile: self.profile,
            secrets: self.secrets(),
            call: if call_len > limit { Box::default() } else { ended.call.into() },
            call_len,
            reply: if reply_len > limit { bytes::Bytes::new() } else { ended.reply },
            reply_len,
        }
    }
}

/// A method of our own making may be as long as a head.
fn short_method(method: &Method) -> Method {
    let start = method.as_str().get(..TEXT_LIMIT);
    start.and_then(|start| start.parse().ok()).unwrap_or_else(|| method.clone())
}

fn short_text(text: Arc<str>) -> Arc<str> {
    match cut(&text, TEXT_LIMIT) {
        Cow::Borrowed(_) => text,
        Cow::Owned(start) => start.into(),
    }
}

/// The text, or its first characters and a mark that there were more.
fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => Cow::Borrowed(text),
        Some((end, _)) => format!("{}…", &text[..end]).into(),
    }
}
