//! A line for each exchange, written by a thread of its own so that no call waits for it.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use conax_sim::journal::{Exchange, Observer};

/// Lines that wait to be written at most; beyond that they are counted, not kept.
const WAITING_LIMIT: usize = 8192;

#[derive(Clone, Copy)]
enum Form {
    Human,
    Json,
}

/// The log of a running house.
pub(super) struct Log {
    form: Form,
    lines: Mutex<Option<SyncSender<String>>>,
    left_out: AtomicU64,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// Starts a log of this form; none if it is `off`.
pub(super) fn start(form: &str) -> Option<Arc<Log>> {
    let form = match form {
        "human" => Form::Human,
        "json" => Form::Json,
        _ => return None,
    };
    let (sender, receiver) = sync_channel(WAITING_LIMIT);
    let writer = std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || write_lines(&receiver))
        .ok();
    Some(Arc::new(Log {
        form,
        lines: Mutex::new(Some(sender)),
        left_out: AtomicU64::new(0),
        writer: Mutex::new(writer),
    }))
}

impl Log {
    /// Writes what is waiting and ends.
    pub(super) fn finish(&self) {
        let left_out = self.left_out.load(Ordering::Relaxed);
        if left_out > 0 {
            self.write(format!(
                "{left_out} lines were left out: exchanges came too fast\n"
            ));
        }
        *self
            .lines
            .lock()
            .expect("nobody panics while holding the log") = None;
        let writer = self
            .writer
            .lock()
            .expect("nobody panics while holding the log")
            .take();
        if let Some(writer) = writer {
            let _ = writer.join();
        }
    }

    fn write(&self, line: String) {
        let lines = self
            .lines
            .lock()
            .expect("nobody panics while holding the log");
        let written = lines
            .as_ref()
            .is_some_and(|lines| lines.try_send(line).is_ok());
        if !written {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Observer for Log {
    fn exchanged(&self, exchange: &Exchange) {
        let line = match self.form {
            Form::Human => human(exchange),
            Form::Json => json(exchange),
        };
        self.write(line);
    }
}

/// Collects what is waiting and writes it at once.
fn write_lines(lines: &Receiver<String>) {
    let mut batch = String::new();
    while let Ok(line) = lines.recv() {
        batch.push_str(&line);
        for line in lines.try_iter().take(256) {
            batch.push_str(&line);
        }
        let _ = std::io::stderr().write_all(batch.as_bytes());
        batch.clear();
    }
}

/// One exchange for a person, in at most 80 columns where its parts allow.
fn human(exchange: &Exchange) -> String {
    let mut line = String::with_capacity(96);
    let time = exchange.at.calendar();
    let path = exchange.target.split('?').next().unwrap_or_default();
    let tail = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path);
    let status = exchange
        .http_status
        .map_or("---".to_owned(), |status| status.to_string());
    let _ = write!(
        line,
        "{} {:<8} {:<4} {} {status} {:>7.1?}",
        time.format("%H:%M:%S"),
        exchange.surface.name(),
        exchange.method,
        short(tail),
        exchange.took,
    );
    if let Some(number) = exchange.subject.request_number {
        let _ = write!(line, " #{number}");
    }
    if let Some(card) = &exchange.subject.card {
        let _ = write!(line, " card {card}");
    }
    if let Some(outcome) = &exchange.subject.outcome {
        let _ = write!(line, " {}", plain(outcome));
    }
    line.push('\n');
    line
}

/// A path in a column of its own.
fn short(path: &str) -> String {
    let path = plain(path);
    if path.chars().count() <= 26 {
        return format!("{path:<26}");
    }
    let start: String = path.chars().take(25).collect();
    format!("{start}…")
}

/// Text from outside, without characters that would move the cursor.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '.' } else { c })
        .collect()
}

fn json(exchange: &Exchange) -> String {
    let line = serde_json::json!({
        "exchange": exchange.number,
        "at": exchange.at.calendar().format("%Y-%m-%dT%H:%M:%S%.3f").to_string(),
        "door": exchange.surface.name(),
        "verb": &*exchange.method,
        "target": &*exchange.target,
        "http_status": exchange.http_status,
        "took_us": u64::try_from(exchange.took.as_micros()).unwrap_or(u64::MAX),
        "request_number": exchange.subject.request_number,
        "card": exchange.subject.card.as_deref(),
        "outcome": exchange.subject.outcome.as_deref(),
    });
    format!("{line}\n")
}
