//! Exchanges as spans for a collector of OpenTelemetry, by OTLP over HTTP in JSON.
//!
//! A thread of its own makes spans of what has gathered and posts them. Nobody waits for it: what
//! comes faster than the collector takes it, or while that is away, is counted and let go.
//!
//! Read on: `span` (pure: what becomes a span, and which ids it has), `json` (how it is written).

mod json;
mod span;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use conax_sim::journal::{Counter, Exchange, Notice, Observer, Surface, Unanswered};
use hyper::body::Bytes;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use serde_json::Value;

use self::json::export_request;
use self::span::{Heard, spans_of};
use crate::http_client::{Address, CallError, Client, Connection, waited};

/// Exchanges that wait to be sent at most.
const WAITING_LIMIT: usize = 4096;
/// What they take at most, in bytes.
const WAITING_BYTES: usize = 16 << 20;
/// Exchanges of one post.
const BATCH: usize = 512;
/// How long exchanges gather once there is one.
const GATHERING_TIME: Duration = Duration::from_millis(200);
/// How long a collector may take for a post.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long nothing is sent after a post that failed.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the end waits for what is not sent yet.
const LAST_TIME: Duration = Duration::from_secs(1);
/// The path of spans below the address of a collector (Documented: OTLP 1.x).
const PATH: &str = "/v1/traces";

/// Sends spans.
pub(super) struct Exporter {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    sent: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    heard: VecDeque<Heard>,
    bytes: usize,
    ended: bool,
    is_done: bool,
}

/// The address of a collector.
///
/// # Errors
/// If it is none.
pub(crate) fn collector(text: &str) -> Result<Address, String> {
    let base = text.trim_end_matches('/');
    Address::parse(base.strip_suffix(PATH).unwrap_or(base))
}

/// Starts one.
///
/// # Errors
/// If the system has no thread for it.
pub(super) fn start(address: Address, seed: u64) -> std::io::Result<Arc<Exporter>> {
    let exporter = Arc::new(Exporter {
        waiting: Mutex::default(),
        changed: Condvar::new(),
        sent: AtomicU64::new(0),
        dropped: AtomicU64::new(0),
    });
    let sender = Arc::clone(&exporter);
    let thread = std::thread::Builder::new().name("otlp".to_owned());
    thread.spawn(move || {
        // Without a runtime nothing is sent, and all of it is counted.
        let _ = waited(sender.send_all(&address, seed));
        sender.waiting().is_done = true;
        sender.changed.notify_all();
    })?;
    Ok(exporter)
}

impl Exporter {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().expect("nobody panics while holding the spans")
    }

    async fn send_all(&self, address: &Address, seed: u64) {
        let client = Client::of_machine();
        let mut kept: Option<Connection> = None;
        while let Some(batch) = self.gathered() {
            let (count, body) =
                export_request(batch.iter().flat_map(|heard| spans_of(heard, seed)));
            if count == 0 {
                continue;
            }
            let call = client.call(kept.take(), address, request(body));
            let answer = tokio::time::timeout(PATIENCE, call).await;
            let is_taken = match answer {
                Ok((Ok(reply), connection)) if (200..300).contains(&reply.status()) => {
                    kept = connection;
                    let refused = refused(&reply.body).min(count);
                    self.sent.fetch_add(count - refused, Ordering::Relaxed);
                    self.dropped.fetch_add(refused, Ordering::Relaxed);
                    true
                }
                Ok((Ok(_) | Err(CallError::NoAddress(_)), _)) | Ok((Err(_), _)) | Err(_) => false,
            };
            if !is_taken {
                self.dropped.fetch_add(count, Ordering::Relaxed);
                self.pause();
            }
        }
    }

    /// What has gathered; none once the simulator has ended and all is sent.
    fn gathered(&self) -> Option<Vec<Heard>> {
        let is_idle = |waiting: &mut Waiting| waiting.heard.is_empty() && !waiting.ended;
        let mut waiting = self
            .changed
            .wait_while(self.waiting(), is_idle)
            .expect("nobody panics while holding the spans");
        if !waiting.ended && waiting.heard.len() < BATCH {
            let is_small = |waiting: &mut Waiting| waiting.heard.len() < BATCH && !waiting.ended;
            let gathered = self.changed.wait_timeout_while(waiting, GATHERING_TIME, is_small);
            waiting = gathered.expect("nobody panics while holding the spans").0;
        }
        let count = waiting.heard.len().min(BATCH);
        let batch: Vec<Heard> = waiting.heard.drain(..count).collect();
        waiting.bytes -= batch.iter().map(|heard| heard.exchange.size()).sum::<usize>();
        (!batch.is_empty()).then_some(batch)
    }

    /// Leaves a collector alone that is away, unless the simulator ends.
    fn pause(&self) {
        let waiting = self.waiting();
        let paused = self.changed.wait_timeout_while(waiting, PAUSE, |waiting| !waiting.ended);
        drop(paused);
    }

    /// Sends what is waiting and ends; does not wait for a collector that is away.
    pub(super) fn finish(&self) {
        let mut waiting = self.waiting();
        waiting.ended = true;
        self.changed.notify_all();
        let done = self.changed.wait_timeout_while(waiting, LAST_TIME, |waiting| !waiting.is_done);
        drop(done);
    }
}

fn request(body: String) -> Request<Bytes> {
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = hyper::Uri::from_static(PATH);
    let json = hyper::header::HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, json);
    request
}

/// The spans a collector has not taken, of those that were posted.
fn refused(body: &[u8]) -> u64 {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let count = &answer["partialSuccess"]["rejectedSpans"];
    let text = count.as_str().and_then(|text| text.parse().ok());
    text.or_else(|| count.as_u64()).unwrap_or(0)
}

impl Observer for Exporter {
    fn exchanged(&self, exchange: &Arc<Exchange>) {
        if exchange.surface == Surface::Control {
            return;
        }
        let heard = Heard::now(exchange);
        let mut waiting = self.waiting();
        if waiting.heard.len() >= WAITING_LIMIT || waiting.bytes >= WAITING_BYTES {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.bytes += exchange.size();
        waiting.heard.push_back(heard);
        if matches!(waiting.heard.len(), 1 | BATCH) {
            self.changed.notify_all();
        }
    }

    fn counters(&self) -> Vec<Counter> {
        let counter = |name, help, count: &AtomicU64| Counter {
            name,
            help,
            value: count.load(Ordering::Relaxed),
        };
        vec![
            counter("otlp_spans_sent_total", "Spans the collector has taken.", &self.sent),
            counter(
                "otlp_spans_dropped_total",
                "Spans, or exchanges, that no collector got: it was away, slow, or refused them.",
                &self.dropped,
            ),
        ]
    }
}

/// Several who hear of exchanges.
pub(super) struct Observers(pub(super) Vec<Arc<dyn Observer>>);

impl Observer for Observers {
    fn exchanged(&self, exchange: &Arc<Exchange>) {
        self.0.iter().for_each(|one| one.exchanged(exchange));
    }

    fn waits(&self, unanswered: &Unanswered) {
        self.0.iter().for_each(|one| one.waits(unanswered));
    }

    fn notices(&self, notice: &Notice) {
        self.0.iter().for_each(|one| one.notices(notice));
    }

    fn counters(&self) -> Vec<Counter> {
        self.0.iter().flat_map(|one| one.counters()).collect()
    }
}
