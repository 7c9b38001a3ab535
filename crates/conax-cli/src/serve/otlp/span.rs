//! What of an exchange becomes a span. Pure but for [`Heard::now`].
//!
//! A request is a tree: the call that made it, below it the wait in the queue and the command,
//! below that what the head-end answered. Ids follow from the trace, the request and the exchange,
//! so each part names its parent without knowing it.

use std::sync::Arc;

use conax_contract::crm::DateText;
use conax_contract::text::render_moment;
use conax_model::trace::span_of;
use conax_sim::journal::{Exchange, Surface};

/// Whether a clock runs with the real one: dates are whole milliseconds, and take their way here.
const AS_ONE_MILLIS: i64 = 2_000;

/// An exchange, and when it was heard of.
pub(super) struct Heard {
    /// The exchange.
    pub(super) exchange: Arc<Exchange>,
    /// Real time, in milliseconds since 1970.
    pub(super) unix_ms: i64,
    /// By how much the local time of this machine is ahead of that.
    pub(super) ahead_ms: i64,
}

/// Which service a span is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// The CRM: its API, and its side of the calls to Conax.
    Crm,
    /// The head-end.
    Conax,
}

/// What kind of work it is, as OpenTelemetry counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Within the CRM.
    Internal = 1,
    /// A call that was taken.
    Server = 2,
    /// A call that was made.
    Client = 3,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    /// A text.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// A list of texts.
    Texts(Vec<String>),
}

/// A span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) service: Service,
    pub(super) trace: u128,
    pub(super) id: u64,
    /// The span it is a part of.
    pub(super) parent: Option<u64>,
    pub(super) state: Option<String>,
    pub(super) name: String,
    pub(super) kind: Kind,
    /// From when to when, in nanoseconds since 1970.
    pub(super) from_ns: i128,
    pub(super) to_ns: i128,
    pub(super) attributes: Vec<(&'static str, Attribute)>,
    /// What went wrong.
    pub(super) error: Option<String>,
}

impl Heard {
    /// One that has just ended.
    pub(super) fn now(exchange: &Arc<Exchange>) -> Self {
        let now = chrono::Local::now();
        let ahead_ms = i64::from(now.offset().local_minus_utc()) * 1000;
        Self { exchange: Arc::clone(exchange), unix_ms: now.timestamp_millis(), ahead_ms }
    }

    /// What is to be taken off a simulated date to have a real one; none if its clock does not run
    /// with the real one.
    fn is_real(&self) -> bool {
        let took = i64::try_from(self.exchange.took.as_millis()).unwrap_or(i64::MAX);
        let ended = self.exchange.at.millis().saturating_add(took);
        (ended - self.ahead_ms - self.unix_ms).abs() <= AS_ONE_MILLIS
    }
}

/// Parts a span's id is made of, so that those of one exchange differ.
const CALL: u64 = 1 << 60;
const OTHER_CALL: u64 = 2 << 60;
const QUEUE: u64 = 3 << 60;
const COMMAND: u64 = 4 << 60;
const ANSWER: u64 = 5 << 60;

/// The spans of an exchange; none if its trace is not recorded by anybody.
pub(super) fn spans_of(heard: &Heard, seed: u64) -> Vec<Span> {
    let exchange = &*heard.exchange;
    let subject = &exchange.subject;
    if subject.trace.as_deref().is_some_and(|trace| !trace.is_sampled()) {
        return Vec::new();
    }
    let own = own_trace(exchange, seed);
    let trace = subject.trace.as_deref().map_or(own, |trace| trace.trace);
    let span = span_with(heard, trace);
    match exchange.surface {
        Surface::Crm => vec![call(exchange, span)],
        Surface::Dispatch => {
            let command = command(exchange, span);
            queue(heard, &command).into_iter().chain([command]).collect()
        }
        Surface::Cas => vec![answer(exchange, span)],
        Surface::Control => Vec::new(),
    }
}

/// The trace of a request, or of an exchange without one, that came without any.
fn own_trace(exchange: &Exchange, seed: u64) -> u128 {
    let world = exchange.world().bytes();
    let world = world.fold(seed, |hash, byte| span_of(u128::from(hash), u64::from(byte)));
    let about = exchange.subject.request_number.unwrap_or(OTHER_CALL | exchange.number);
    let (high, low) = (span_of(u128::from(world), about), span_of(u128::from(about), world));
    u128::from(high) << 64 | u128::from(low)
}

fn span_with(heard: &Heard, trace: u128) -> Span {
    let exchange = &*heard.exchange;
    let (from_ns, is_real) = (nanos(heard, exchange.at.millis()), heard.is_real());
    let took = i128::try_from(exchange.took.as_nanos()).unwrap_or(i128::MAX);
    let time = if is_real { "real" } else { "simulated" };
    let mut attributes = vec![
        ("conax_sim.world", Attribute::Text(exchange.world().to_owned())),
        ("conax_sim.time", Attribute::Text(time.to_owned())),
        ("conax_sim.began", Attribute::Text(render_moment(exchange.at.calendar()))),
    ];
    let subject = &exchange.subject;
    let number = |name, number: Option<u64>| number.map(|it| (name, Attribute::Whole(it)));
    attributes.extend(number("conax_sim.request_number", subject.request_number));
    attributes.extend(number("conax_sim.exchange", subject.exchange));
    attributes.extend(exchange.masked_card().map(|card| ("conax_sim.card", Attribute::Text(card))));
    let outcome = subject.outcome.as_deref().map(|it| Attribute::Text(it.to_owned()));
    attributes.extend(outcome.map(|it| ("conax_sim.outcome", it)));
    let acted = subject.faults.as_deref().map(|note| {
        note.acted.iter().map(|acted| format!("{}: {}", acted.rule, acted.title)).collect()
    });
    let acted = acted.filter(|acted: &Vec<String>| !acted.is_empty());
    attributes.extend(acted.map(|acted| ("conax_sim.fault_rules", Attribute::Texts(acted))));
    Span {
        service: Service::Crm,
        trace,
        id: 0,
        parent: None,
        state: subject.trace.as_deref().and_then(|trace| trace.state.as_deref()).map(str::to_owned),
        name: String::new(),
        kind: Kind::Server,
        from_ns,
        to_ns: from_ns + took,
        attributes,
        error: error_of(exchange),
    }
}

/// A date in nanoseconds since 1970: of a clock that runs with the real one a real date, else the
/// simulated one as if it were in UTC.
fn nanos(heard: &Heard, millis: i64) -> i128 {
    let ahead = if heard.is_real() { heard.ahead_ms } else { 0 };
    i128::from(millis - ahead) * 1_000_000
}

fn error_of(exchange: &Exchange) -> Option<String> {
    let outcome = exchange.subject.outcome.as_deref();
    let is_wrong = match (exchange.http_status, exchange.surface) {
        (None, _) => true,
        (Some(status), _) if status >= 500 => true,
        (_, Surface::Crm) => outcome.is_some_and(|outcome| outcome.contains("EXCEPTION")),
        (_, Surface::Cas | Surface::Dispatch) => outcome.is_some_and(|outcome| outcome != "OK"),
        (_, Surface::Control) => false,
    };
    is_wrong.then(|| outcome.unwrap_or("no answer").to_owned())
}

/// A call of the provisioning API; the parent of what becomes of its request, if it made one.
fn call(exchange: &Exchange, span: Span) -> Span {
    let target = exchange.masked_target();
    let path = target.split('?').next().unwrap_or_default();
    let operation = path.rsplit('/').next().unwrap_or_default();
    let method = exchange.method.as_str();
    let of_request = exchange.subject.request_number.filter(|_| method == "POST");
    let part = of_request.map_or(OTHER_CALL | exchange.number, |number| CALL | number);
    Span {
        id: span_of(span.trace, part),
        parent: exchange.subject.trace.as_deref().map(|trace| trace.span),
        name: format!("{method} {operation}"),
        ..with_http(exchange, span, path)
    }
}

fn with_http(exchange: &Exchange, mut span: Span, path: &str) -> Span {
    let method = Attribute::Text(exchange.method.to_string());
    span.attributes.push(("http.request.method", method));
    span.attributes.push(("url.path", Attribute::Text(path.to_owned())));
    let status = exchange.http_status.map(|it| Attribute::Whole(u64::from(it)));
    span.attributes.extend(status.map(|it| ("http.response.status_code", it)));
    span
}

fn of_exchange(exchange: &Exchange) -> u64 {
    exchange.subject.exchange.unwrap_or(exchange.number)
}

/// The id of a command: the one the head-end was told, if it was told one.
fn command_id(exchange: &Exchange, trace: u128) -> u64 {
    match exchange.subject.trace.as_deref() {
        Some(told) => told.span,
        None => span_of(trace, COMMAND | of_exchange(exchange)),
    }
}

fn command(exchange: &Exchange, span: Span) -> Span {
    let trace = span.trace;
    let target = exchange.masked_target();
    Span {
        id: command_id(exchange, trace),
        parent: exchange.subject.request_number.map(|number| span_of(trace, CALL | number)),
        name: "command".to_owned(),
        kind: Kind::Client,
        ..with_http(exchange, span, &target)
    }
}

/// The wait before a command, if there was one.
fn queue(heard: &Heard, command: &Span) -> Option<Span> {
    let exchange = &*heard.exchange;
    let turn = exchange.subject.turn.filter(|turn| *turn < exchange.at)?;
    let kept = ["conax_sim.world", "conax_sim.time", "conax_sim.request_number"];
    let mut attributes = command.attributes.clone();
    attributes.retain(|(name, _)| kept.contains(name));
    let began = DateText::from(turn).text().to_owned();
    attributes.push(("conax_sim.began", Attribute::Text(began)));
    Some(Span {
        id: span_of(command.trace, QUEUE | of_exchange(exchange)),
        name: "wait in the queue".to_owned(),
        kind: Kind::Internal,
        from_ns: nanos(heard, turn.millis()),
        to_ns: command.from_ns,
        attributes,
        error: None,
        ..command.clone()
    })
}

/// What the head-end made of a command.
fn answer(exchange: &Exchange, span: Span) -> Span {
    let trace = span.trace;
    let target = exchange.masked_target();
    // A stranger's call without a trace has no parent.
    let is_ours = exchange.subject.request_number.is_some();
    let has_parent = is_ours || exchange.subject.trace.is_some();
    Span {
        service: Service::Conax,
        id: span_of(trace, ANSWER | of_exchange(exchange)),
        parent: has_parent.then(|| command_id(exchange, trace)),
        name: "answer".to_owned(),
        ..with_http(exchange, span, &target)
    }
}
