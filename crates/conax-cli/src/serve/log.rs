//! A line for each exchange, rendered and written by a thread of its own so that no call waits for
//! it: a call leaves the exchange in a list, and the thread empties the list every few
//! milliseconds.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use conax_contract::crm::DateText;
use conax_sim::journal::{Exchange, Observer};
use serde::Serialize;

/// Exchanges that wait to be written at most; beyond that they are counted, not kept.
const WAITING_LIMIT: usize = 65_536;
/// How long the thread lets exchanges gather once there is one.
const GATHERING_TIME: Duration = Duration::from_millis(10);

/// Columns of the path in a line for a person.
const PATH_COLUMNS: usize = 26;

type Render = fn(&Exchange, &mut String);

/// The log of a running house.
pub(super) struct Log {
    waiting: Arc<Waiting>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Waiting {
    list: Mutex<List>,
    changed: Condvar,
}

#[derive(Default)]
struct List {
    exchanges: Vec<Arc<Exchange>>,
    left_out: u64,
    ended: bool,
}

impl Waiting {
    fn list(&self) -> MutexGuard<'_, List> {
        self.list
            .lock()
            .expect("nobody panics while holding the log")
    }

    /// What has gathered; none once the log has ended and all is written.
    fn gathered(&self) -> Option<List> {
        let mut list = self.list();
        while list.exchanges.is_empty() && !list.ended {
            list = self
                .changed
                .wait(list)
                .expect("nobody panics while holding the log");
        }
        if !list.ended {
            drop(list);
            std::thread::sleep(GATHERING_TIME);
            list = self.list();
        }
        let gathered = List {
            exchanges: std::mem::take(&mut list.exchanges),
            left_out: std::mem::take(&mut list.left_out),
            ended: list.ended,
        };
        (!gathered.exchanges.is_empty() || !gathered.ended).then_some(gathered)
    }
}

/// Starts a log of this form; none if it is `off`.
pub(super) fn start(form: &str) -> Option<Arc<Log>> {
    let render: Render = match form {
        "human" => human,
        "json" => json,
        _ => return None,
    };
    let waiting = Arc::new(Waiting::default());
    let source = Arc::clone(&waiting);
    let thread = std::thread::Builder::new().name("log".to_owned());
    let writer = thread.spawn(move || write_lines(&source, render)).ok();
    Some(Arc::new(Log {
        waiting,
        writer: Mutex::new(writer),
    }))
}

impl Log {
    /// Writes what is waiting and ends.
    pub(super) fn finish(&self) {
        self.waiting.list().ended = true;
        self.waiting.changed.notify_all();
        let writer = self
            .writer
            .lock()
            .expect("nobody panics while holding the log")
            .take();
        if let Some(writer) = writer {
            let _ = writer.join();
        }
    }
}

impl Observer for Log {
    fn exchanged(&self, exchange: &Arc<Exchange>) {
        let mut list = self.waiting.list();
        if list.exchanges.len() >= WAITING_LIMIT {
            list.left_out += 1;
            return;
        }
        list.exchanges.push(Arc::clone(exchange));
        if list.exchanges.len() == 1 {
            self.waiting.changed.notify_one();
        }
    }
}

fn write_lines(waiting: &Waiting, render: Render) {
    let mut text = String::new();
    while let Some(gathered) = waiting.gathered() {
        for exchange in &gathered.exchanges {
            render(exchange, &mut text);
        }
        if gathered.left_out > 0 {
            let _ = writeln!(
                text,
                "({} lines left out: exchanges came too fast)",
                gathered.left_out
            );
        }
        // Whoever closed standard error does not want the log.
        let _ = std::io::stderr().write_all(text.as_bytes());
        text.clear();
    }
}

/// One exchange for a person, in at most 80 columns where its parts allow.
fn human(exchange: &Exchange, line: &mut String) {
    push_time(exchange, line);
    let _ = write!(
        line,
        " {:<8} {:<4} ",
        exchange.surface.name(),
        exchange.method
    );
    push_path(&exchange.target, line);
    match exchange.http_status {
        Some(status) => {
            let _ = write!(line, " {status}");
        }
        None => line.push_str(" ---"),
    }
    push_duration(exchange.took, line);
    if let Some(number) = exchange.subject.request_number {
        let _ = write!(line, " #{number}");
    }
    if let Some(card) = &exchange.subject.card {
        line.push_str(" card ");
        push_plain(card, line);
    }
    if let Some(outcome) = &exchange.subject.outcome {
        line.push(' ');
        push_plain(outcome, line);
    }
    line.push('\n');
}

/// The simulated time of day.
fn push_time(exchange: &Exchange, line: &mut String) {
    let second = exchange
        .at
        .millis()
        .div_euclid(1000)
        .rem_euclid(24 * 60 * 60);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let _ = write!(line, "{hour:02}:{minute:02}:{:02}", second % 60);
}

/// The last part of a path, in a column of its own.
fn push_path(target: &str, line: &mut String) {
    let path = target.split('?').next().unwrap_or_default();
    let tail = path.trim_end_matches('/').rsplit('/').next();
    let tail = tail.filter(|tail| !tail.is_empty()).unwrap_or("/");
    let count = tail.chars().count();
    if count <= PATH_COLUMNS {
        push_plain(tail, line);
        line.extend(std::iter::repeat_n(' ', PATH_COLUMNS - count));
    } else {
        let end = tail
            .char_indices()
            .nth(PATH_COLUMNS - 1)
            .map_or(tail.len(), |(end, _)| end);
        push_plain(&tail[..end], line);
        line.push('…');
    }
}

fn push_duration(took: Duration, line: &mut String) {
    let micros = took.as_micros();
    let _ = match micros {
        0..10_000 => write!(line, "{micros:>6} us"),
        10_000..10_000_000 => write!(line, "{:>6} ms", micros / 1000),
        _ => write!(line, "{:>6} s ", micros / 1_000_000),
    };
}

/// Text from outside, without characters that would move the cursor.
fn push_plain(text: &str, line: &mut String) {
    line.extend(text.chars().map(|c| if c.is_control() { '.' } else { c }));
}

/// One exchange for a program.
#[derive(Serialize)]
struct Line<'a> {
    exchange: u64,
    at: DateText,
    door: &'static str,
    verb: &'a str,
    target: &'a str,
    http_status: Option<u16>,
    took_us: u64,
    request_number: Option<u64>,
    card: Option<&'a str>,
    outcome: Option<&'a str>,
}

fn json(exchange: &Exchange, line: &mut String) {
    let fields = Line {
        exchange: exchange.number,
        at: DateText::from_millis(exchange.at.millis()),
        door: exchange.surface.name(),
        verb: exchange.method.as_str(),
        target: &exchange.target,
        http_status: exchange.http_status,
        took_us: u64::try_from(exchange.took.as_micros()).unwrap_or(u64::MAX),
        request_number: exchange.subject.request_number,
        card: exchange.subject.card.as_deref(),
        outcome: exchange.subject.outcome.as_deref(),
    };
    if let Ok(text) = serde_json::to_string(&fields) {
        line.push_str(&text);
        line.push('\n');
    }
}
