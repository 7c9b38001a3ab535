//! What a running simulator says on standard error, written by a thread of its own so that no call and
//! no stop waits for it: lines for exchanges, the banner, the last words.
//!
//! A call leaves its exchange in a list, and the thread renders and writes what has gathered every
//! few milliseconds. Where nobody reads, the thread waits; everybody else goes on.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use conax_contract::crm::DateText;
use conax_model::time::SimTime;
use conax_sim::journal::{Exchange, Notice, Observer, Unanswered};
use serde::Serialize;

use crate::control_client::TARGET;

mod notice;
#[cfg(test)]
mod tests;

/// Bytes of the exchanges that wait to be written at most; what is beyond is counted, not kept.
const WAITING_LIMIT: usize = 16 << 20;
/// How long the thread lets exchanges gather once there is one.
const GATHERING_TIME: Duration = Duration::from_millis(10);
/// How long the end waits for what is not written yet: whoever reads, reads faster.
const LAST_TIME: Duration = Duration::from_secs(1);

/// Columns of the path in a line for a person.
const PATH_COLUMNS: usize = 26;
/// Columns of a method, a smartcard and an outcome in a line for a person.
const METHOD_COLUMNS: usize = 12;
const TEXT_COLUMNS: usize = 64;

/// How lines are written: of an exchange that has ended, and of one that does not end.
#[derive(Clone, Copy)]
struct Form {
    exchange: fn(&Exchange, &mut String),
    unanswered: fn(&Unanswered, &Place, &mut String),
    notice: fn(&Notice, &mut String),
}

const HUMAN: Form = Form { exchange: human, unanswered: human_unanswered, notice: notice::human };
const JSON: Form = Form { exchange: json, unanswered: json_unanswered, notice: notice::json };

/// The log of a running simulator.
pub(super) struct Log {
    waiting: Arc<Waiting>,
    has_lines: bool,
}

#[derive(Default)]
struct Waiting {
    list: Mutex<List>,
    changed: Condvar,
    place: OnceLock<Place>,
}

/// What a printed command has to name, so that it reaches the world it is about.
#[derive(Default)]
pub(super) struct Place {
    /// The address of the control API; none if it is closed.
    pub(super) control: Option<String>,
    /// The world that commands are about if they name none.
    pub(super) main_world: String,
}

#[derive(Default)]
struct List {
    entries: Vec<Entry>,
    /// What the exchanges among them take.
    bytes: usize,
    left_out: u64,
    ended: bool,
    written: bool,
}

enum Entry {
    Exchange(Arc<Exchange>),
    Unanswered(Unanswered),
    Notice(Notice),
    Words(String),
}

impl Waiting {
    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().expect("nobody panics while holding the log")
    }

    /// What has gathered; none once the log has ended and all is written.
    fn gathered(&self) -> Option<(Vec<Entry>, u64)> {
        let mut list = self
            .changed
            .wait_while(self.list(), |list| list.entries.is_empty() && !list.ended)
            .expect("nobody panics while holding the log");
        if !list.ended {
            drop(list);
            std::thread::sleep(GATHERING_TIME);
            list = self.list();
        }
        list.bytes = 0;
        let entries = std::mem::take(&mut list.entries);
        let left_out = std::mem::take(&mut list.left_out);
        (!entries.is_empty() || !list.ended).then_some((entries, left_out))
    }

    fn add(&self, list: &mut List, entry: Entry) {
        list.entries.push(entry);
        if list.entries.len() == 1 {
            self.changed.notify_all();
        }
    }

    fn write(&self, form: Option<Form>) {
        let mut text = String::new();
        let nowhere = Place::default();
        while let Some((entries, left_out)) = self.gathered() {
            for entry in &entries {
                match (entry, form) {
                    (Entry::Exchange(exchange), Some(form)) => (form.exchange)(exchange, &mut text),
                    (Entry::Unanswered(one), Some(form)) => {
                        let place = self.place.get().unwrap_or(&nowhere);
                        (form.unanswered)(one, place, &mut text);
                    }
                    (Entry::Notice(one), Some(form)) => (form.notice)(one, &mut text),
                    (Entry::Exchange(_) | Entry::Unanswered(_) | Entry::Notice(_), None) => {}
                    (Entry::Words(words), _) => text.push_str(words),
                }
            }
            if left_out > 0 {
                let _ = writeln!(text, "({left_out} lines left out: exchanges came too fast)");
            }
            // Whoever closed standard error does not want the log.
            let _ = std::io::stderr().write_all(text.as_bytes());
            text.clear();
        }
        self.list().written = true;
        self.changed.notify_all();
    }
}

/// Starts a log with exchanges in this form, or without them.
///
/// # Errors
/// If the system has no thread for it.
pub(super) fn start(form: &str) -> std::io::Result<Arc<Log>> {
    let form = match form {
        "human" => Some(HUMAN),
        "json" => Some(JSON),
        _ => None,
    };
    let waiting = Arc::new(Waiting::default());
    let source = Arc::clone(&waiting);
    let thread = std::thread::Builder::new().name("log".to_owned());
    thread.spawn(move || source.write(form))?;
    Ok(Arc::new(Log { waiting, has_lines: form.is_some() }))
}

impl Log {
    /// Who hears of exchanges; nobody if they are not logged.
    pub(super) fn observer(self: &Arc<Self>) -> Option<Arc<dyn Observer>> {
        self.has_lines.then(|| Arc::clone(self) as Arc<dyn Observer>)
    }

    /// From now on commands that are printed reach this place.
    pub(super) fn set_place(&self, place: Place) {
        // It is set once, before anything can be on its way.
        let _ = self.waiting.place.set(place);
    }

    /// Says something among the lines, without waiting until it is written.
    pub(super) fn say(&self, words: String) {
        let mut list = self.waiting.list();
        self.waiting.add(&mut list, Entry::Words(words));
    }

    /// Writes what is waiting and ends; does not wait for ever if nobody reads it.
    pub(super) fn finish(&self) {
        let mut list = self.waiting.list();
        list.ended = true;
        self.waiting.changed.notify_all();
        let waiting =
            self.waiting.changed.wait_timeout_while(list, LAST_TIME, |list| !list.written);
        drop(waiting);
    }
}

impl Observer for Log {
    fn exchanged(&self, exchange: &Arc<Exchange>) {
        let mut list = self.waiting.list();
        if list.bytes >= WAITING_LIMIT {
            list.left_out += 1;
            return;
        }
        list.bytes += exchange.size();
        let entry = Entry::Exchange(Arc::clone(exchange));
        self.waiting.add(&mut list, entry);
    }

    fn waits(&self, unanswered: &Unanswered) {
        let mut list = self.waiting.list();
        self.waiting.add(&mut list, Entry::Unanswered(unanswered.clone()));
    }

    fn notices(&self, notice: &Notice) {
        let mut list = self.waiting.list();
        self.waiting.add(&mut list, Entry::Notice(notice.clone()));
    }
}

/// What lets the time pass that a request waits for.
fn way_out(unanswered: &Unanswered, place: &Place) -> Option<String> {
    let control = place.control.as_ref()?;
    let left = unanswered.until.since(unanswered.at).as_secs() + 1;
    let mut command = format!("conax-sim clock advance {left}s");
    if control != TARGET {
        let _ = write!(command, " --target {control}");
    }
    if unanswered.world != place.main_world {
        let _ = write!(command, " --world {}", unanswered.world);
    }
    Some(command)
}

/// A request that waits, for a person.
fn human_unanswered(unanswered: &Unanswered, place: &Place, line: &mut String) {
    push_time(unanswered.at, line);
    line.push_str(" dispatch ");
    if let Some(number) = unanswered.request_number {
        let _ = write!(line, "#{number} ");
    }
    line.push_str("has no answer of Conax yet, and may wait until ");
    push_time(unanswered.until, line);
    line.push('\n');
    if let Some(command) = way_out(unanswered, place) {
        let _ = writeln!(line, "         to let that time pass: {command}");
    }
}

/// A request that waits, for a program.
fn json_unanswered(unanswered: &Unanswered, place: &Place, line: &mut String) {
    let fields = UnansweredLine {
        at: DateText::from(unanswered.at),
        waits_for: "conax",
        until: DateText::from(unanswered.until),
        world: &unanswered.world,
        request_number: unanswered.request_number,
        way_out: way_out(unanswered, place),
    };
    if let Ok(text) = serde_json::to_string(&fields) {
        line.push_str(&text);
        line.push('\n');
    }
}

#[derive(Serialize)]
struct UnansweredLine<'a> {
    at: DateText,
    waits_for: &'static str,
    until: DateText,
    world: &'a str,
    request_number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    way_out: Option<String>,
}

/// One exchange for a person, in at most 80 columns where its parts allow.
fn human(exchange: &Exchange, line: &mut String) {
    push_time(exchange.at, line);
    let _ = write!(line, " {:<8} ", exchange.surface.name());
    push_column(exchange.method.as_str(), 4, METHOD_COLUMNS, line);
    line.push(' ');
    push_path(&exchange.masked_target(), line);
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
    if let Some(card) = &exchange.masked_card() {
        line.push_str(" card ");
        push_column(card, 0, TEXT_COLUMNS, line);
    }
    if let Some(outcome) = &exchange.subject.outcome {
        line.push(' ');
        push_column(short_code(outcome), 0, TEXT_COLUMNS, line);
    }
    for rule in rules(exchange) {
        let _ = write!(line, " [{rule}]");
    }
    line.push('\n');
}

/// The fault rules that acted.
fn rules(exchange: &Exchange) -> impl Iterator<Item = &str> {
    let note = exchange.subject.faults.as_deref();
    let acted = note.into_iter().flat_map(|note| &note.acted);
    acted.map(|acted| &*acted.rule.0)
}

/// A code without what all codes of the API share.
fn short_code(outcome: &str) -> &str {
    let code = outcome.strip_prefix("COM.CRM.EXCEPTION.");
    code.and_then(|code| code.strip_suffix("EXCEPTION")).unwrap_or(outcome)
}

/// The simulated time of day.
fn push_time(at: SimTime, line: &mut String) {
    let second = at.millis().div_euclid(1000).rem_euclid(24 * 60 * 60);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let _ = write!(line, "{hour:02}:{minute:02}:{:02}", second % 60);
}

/// The last part of a path, in a column of its own.
fn push_path(target: &str, line: &mut String) {
    let path = target.split('?').next().unwrap_or_default();
    let tail = path.trim_end_matches('/').rsplit('/').next();
    let tail = tail.filter(|tail| !tail.is_empty()).unwrap_or("/");
    push_column(tail, PATH_COLUMNS, PATH_COLUMNS, line);
}

fn push_duration(took: Duration, line: &mut String) {
    let micros = took.as_micros();
    let _ = match micros {
        0..10_000 => write!(line, "{micros:>6} us"),
        10_000..10_000_000 => write!(line, "{:>6} ms", micros / 1000),
        _ => write!(line, "{:>6} s ", micros / 1_000_000),
    };
}

/// Text from outside in a column: filled up to `least` characters, cut at `most`, and without what
/// would move the cursor or turn the line around.
fn push_column(text: &str, least: usize, most: usize, line: &mut String) {
    let count = text.chars().take(most + 1).count();
    let plain = |letter| if is_plain(letter) { letter } else { '.' };
    if count > most {
        line.extend(text.chars().take(most - 1).map(plain));
        line.push('…');
    } else {
        line.extend(text.chars().map(plain));
        line.extend(std::iter::repeat_n(' ', least.saturating_sub(count)));
    }
}

/// Neither a control character nor an invisible mark or one of direction.
fn is_plain(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter,
            '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}')
}

/// One exchange for a program.
#[derive(Serialize)]
struct Line<'a> {
    exchange: u64,
    at: DateText,
    door: &'static str,
    verb: &'a str,
    target: String,
    http_status: Option<u16>,
    took_us: u64,
    request_number: Option<u64>,
    card: Option<String>,
    outcome: Option<&'a str>,
    /// The exchange with the head-end, as both sides count it: it joins the lines of both APIs.
    #[serde(skip_serializing_if = "Option::is_none")]
    conax_exchange: Option<u64>,
    /// The transaction id the head-end told.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    /// The fault rules that acted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<&'a str>,
}

fn json(exchange: &Exchange, line: &mut String) {
    let fields = Line {
        exchange: exchange.number,
        at: DateText::from(exchange.at),
        door: exchange.surface.name(),
        verb: exchange.method.as_str(),
        target: exchange.masked_target(),
        http_status: exchange.http_status,
        took_us: u64::try_from(exchange.took.as_micros()).unwrap_or(u64::MAX),
        request_number: exchange.subject.request_number,
        card: exchange.masked_card(),
        outcome: exchange.subject.outcome.as_deref(),
        conax_exchange: exchange.subject.exchange,
        reference: exchange.subject.reference.as_deref(),
        faults: rules(exchange).collect(),
    };
    if let Ok(text) = serde_json::to_string(&fields) {
        line.push_str(&text);
        line.push('\n');
    }
}
