//! Take, send, settle: one way for processing runs and for requests that go out at once.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::Method;
use bytes::Bytes;
use conax_contract::cas::{self, DecodedReply, EncodedRequest, HttpAnswer};
use conax_contract::fault::WrittenRule;
use conax_model::command::Command;
use conax_model::crm::{
    ImmediateTake, NewRequest, Priority, ProvisioningRequest, RequestNumber, Settled, Ticket,
};
use conax_model::fault::{ConnectFault, Facts, Origin, Stage, TlsFault, Verdict};
use conax_model::id::HexId;
use conax_model::ledger::CrmEvent;
use conax_model::time::SimTime;
use conax_model::trace::TraceContext;

use crate::clock::Activity;
use crate::dispatch::book::{Returned, record, settle, take_at_once};
use crate::dispatch::redact::{redact_body, redact_fault, redact_reply};
use crate::dispatch::settlement::{settlement_for, unsendable};
use crate::journal::{Ended, FaultNote, Subject, Surface, Unanswered};
use crate::link::{Kept, SendFailure, Sending, WireReply};
use crate::settings::SimulatorSettings;
use crate::shared::Shared;

/// After how much real time an exchange is one that hangs.
const LONG: Duration = Duration::from_secs(1);

/// What became of one attempt to send.
#[derive(Debug)]
pub enum DispatchOutcome {
    /// A request was sent and has ended.
    Settled(Arc<ProvisioningRequest>),
    /// Nothing may leave now.
    NothingDue,
    /// The world was replaced while the command was on its way.
    BookReplaced,
}

/// The world was replaced, or removed, while a call was under way; what the call was about is no
/// more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorldReplaced;

/// Records a request in the book of this generation and, if it is to be processed immediately,
/// sends it.
///
/// It is sent on a task of its own: a caller that hangs up drops this future, not the sending. A
/// request that is not sent now (the provider is not effective, the simulator closes) stays pending.
/// Caller and task are one activity, so that the caller counts as soon as the task has ended.
///
/// # Errors
/// If the world was replaced or removed before the request was recorded, or before it ended.
pub async fn create_and_send(
    shared: &Arc<Shared>,
    new: NewRequest,
    now: SimTime,
    generation: u64,
    fault: Option<WrittenRule>,
) -> Result<Arc<ProvisioningRequest>, WorldReplaced> {
    let row = record(shared, new, now, generation, fault).ok_or(WorldReplaced)?;
    if row.process_immediately != Some(true) {
        return Ok(row);
    }
    let (sender, id) = (Arc::clone(shared), row.id);
    let activity = Activity::current().unwrap_or_else(|| shared.clock.activity());
    let dispatch = async move { dispatch_at_once(&sender, id, generation).await };
    let task = tokio::spawn(activity.run(dispatch));
    // Conax may be silent for minutes; nobody waits for it once there is another world.
    let sent = tokio::select! {
        biased;
        sent = task => sent.unwrap_or(DispatchOutcome::NothingDue),
        () = shared.until_replaced(generation) => DispatchOutcome::BookReplaced,
    };
    match sent {
        _ if shared.is_removed() => Err(WorldReplaced),
        DispatchOutcome::Settled(settled) => Ok(settled),
        DispatchOutcome::NothingDue | DispatchOutcome::BookReplaced => {
            still_there(shared, row, generation)
        }
    }
}

/// A request that has not ended, unless the world that is there now does not have it: a snapshot
/// that was taken while it was on its way does.
fn still_there(
    shared: &Shared,
    row: Arc<ProvisioningRequest>,
    generation: u64,
) -> Result<Arc<ProvisioningRequest>, WorldReplaced> {
    let side = shared.crm();
    let is_there = side.generation == generation || side.book.by_id(row.id) == Some(&row);
    is_there.then_some(row).ok_or(WorldReplaced)
}

/// Sends a request that was created to be sent at once, as soon as its smartcards are free.
async fn dispatch_at_once(shared: &Shared, id: HexId, generation: u64) -> DispatchOutcome {
    loop {
        match take_at_once(shared, id, generation) {
            ImmediateTake::CardBusy => {}
            taken => return dispatch_taken(shared, taken).await,
        }
        // It may be settled just now: listen first, then look again.
        let settled = shared.settled.listen();
        match take_at_once(shared, id, generation) {
            ImmediateTake::CardBusy => settled.heard().await,
            taken => return dispatch_taken(shared, taken).await,
        }
    }
}

async fn dispatch_taken(shared: &Shared, taken: ImmediateTake) -> DispatchOutcome {
    let ImmediateTake::Taken(ticket) = taken else {
        return DispatchOutcome::NothingDue;
    };
    let _place = shared.immediate.take().await;
    carry_out(shared, *ticket).await
}

/// Sends what a ticket stands for, and settles it.
///
/// Run it on a task of its own, as an activity: a ticket must be settled, whoever stops waiting.
pub(super) async fn carry_out(shared: &Shared, ticket: Ticket) -> DispatchOutcome {
    let returned = match &ticket.sending {
        Err(reason) => Returned {
            settlement: unsendable(*reason, shared.clock.now()),
            event: None,
            failure: None,
        },
        Ok(command) => send(shared, &ticket, command).await,
    };
    let settled = settle(shared, ticket, returned);
    if let Settled::Done(row) = &settled
        && let Some(number) = row.number
    {
        shared.forget_rule_of(number);
    }
    shared.settled.ring();
    match settled {
        Settled::Done(row) => DispatchOutcome::Settled(row),
        Settled::BookReplaced => DispatchOutcome::BookReplaced,
    }
}

/// Sends a command and reads what comes back.
async fn send(shared: &Shared, ticket: &Ticket, command: &Command) -> Returned {
    let request = cas::encode_request(shared.settings.cas.profile, command);
    let (at, mark) = (shared.clock.now(), shared.clock.mark());
    let exchange = shared.next_exchange();
    let trace = ticket.trace.as_ref().map(|trace| Arc::new(trace.child(ticket.id, exchange)));
    let exchanged = exchanged(shared, ticket, command, (&request, trace.as_deref()), exchange);
    let (answer, note) = told_if_it_hangs(shared, ticket, exchanged).await;
    let (reply, read) = read(&shared.settings, command, answer);
    let event = ticket.number.map(|request| return_of(request, exchange, &read));
    let settlement = settlement_for(&request.flattened, &read, shared.clock.now());
    // In another world the number is another request's.
    let is_of_world = ticket.generation == shared.generation();
    shared.journal.record(Ended {
        at,
        surface: Surface::Dispatch,
        method: &Method::POST,
        target: shared.link.path(&request),
        http_status: reply.as_ref().map(|reply| reply.http_status),
        took: mark.elapsed(),
        subject: Subject {
            card: command.cards().first().map(|card| Arc::clone(card.text())),
            request_number: ticket.number.filter(|_| is_of_world),
            outcome: Some(outcome_text(&read)),
            exchange: Some(exchange),
            reference: reference(&read),
            faults: note.map(Arc::new),
            trace,
            turn: Some(ticket.turn),
        },
        call: &request.body,
        reply: reply.map_or_else(Bytes::new, |reply| {
            redact_body(shared.settings.cas.profile, command, reply.body)
        }),
    });
    Returned { settlement, event, failure: read.err().map(|failure| failure.fault.string.into()) }
}

/// Waits for an exchange; if it takes long for whoever looks on, the log says so, and until when.
async fn told_if_it_hangs<T>(
    shared: &Shared,
    ticket: &Ticket,
    exchanged: impl Future<Output = T>,
) -> T {
    if !shared.journal.is_heard() {
        return exchanged.await;
    }
    let began = shared.clock.now();
    let mut exchanged = pin!(exchanged);
    tokio::select! {
        biased;
        done = &mut exchanged => return done,
        () = tokio::time::sleep(LONG) => {}
    }
    let longest = shared.settings.dispatch.connect_time + shared.settings.dispatch.read_time;
    shared.journal.waits(&Unanswered {
        world: shared.world().name.clone(),
        at: shared.clock.now(),
        until: began + longest,
        request_number: ticket.number,
    });
    exchanged.await
}

/// Connects, unless the fault plan is against it, sends and reads; what rule was against it.
async fn exchanged(
    shared: &Shared,
    ticket: &Ticket,
    command: &Command,
    (request, trace): (&EncodedRequest, Option<&TraceContext>),
    exchange: u64,
) -> (Result<WireReply, SendFailure>, Option<FaultNote>) {
    let _announced = announce(shared, ticket, command, exchange);
    let mut verdict = judge_connection(shared, command, exchange);
    let note = FaultNote::of(&mut verdict);
    let in_spite_of = in_spite_of(shared, verdict.orders.connect);
    if let (Some(fault), None) = (verdict.orders.connect, in_spite_of) {
        wait_as_ruled(shared, verdict.orders.delay_before).await;
        let failure = shared.link.fail_to_connect(fault).await;
        note_sent(shared, ticket, exchange, false);
        return (Err(failure), note);
    }
    let is_refused = || shared.refuses_everybody(shared.clock.now());
    shared.link.wait_for_door(is_refused).await;
    let authorization = shared.conax_authorization();
    let has_left = AtomicBool::new(false);
    // Written down before it leaves: the head-end's side writes down that it came.
    let leaving = || {
        has_left.store(true, Ordering::Relaxed);
        note_sent(shared, ticket, exchange, true);
        // No byte leaves before it is kept that it will.
        let store = shared.store().map(Arc::clone)?;
        Some(Box::pin(async move { store.kept_at_last().await }) as Kept)
    };
    let sending = Sending {
        request,
        number: ticket.number,
        exchange,
        authorization: authorization.as_ref(),
        in_spite_of,
        trace,
        leaving: &leaving,
    };
    let answer = shared.link.exchange(sending).await;
    if !has_left.load(Ordering::Relaxed) {
        note_sent(shared, ticket, exchange, false);
    }
    (answer, note)
}

/// Waits as long as the fault plan wants it.
pub(crate) async fn wait_as_ruled(shared: &Shared, time: Duration) {
    if time.is_zero() {
        return;
    }
    let mark = shared.clock.mark();
    shared.clock.sleep(time).await;
    shared.faults.delayed(time, mark.elapsed());
}

/// While it lives, the fault plan knows where an exchange comes from.
struct Announced<'a>(&'a Shared, u64);

impl Drop for Announced<'_> {
    fn drop(&mut self) {
        self.0.faults.forget(self.1);
    }
}

fn announce<'a>(
    shared: &'a Shared,
    ticket: &Ticket,
    command: &Command,
    exchange: u64,
) -> Option<Announced<'a>> {
    if shared.faults.is_quiet() {
        return None;
    }
    let origin = origin(shared, ticket.number, ticket.priority, command);
    shared.faults.announce(exchange, origin);
    Some(Announced(shared, exchange))
}

/// What the fault plan is told of a request of our own whose command is sent.
pub(crate) fn origin(
    shared: &Shared,
    request: Option<RequestNumber>,
    priority: Priority,
    command: &Command,
) -> Origin {
    let reference = Arc::clone(&shared.crm().reference);
    let card = command.cards().first().map(|card| card.as_str());
    let subscription = card.and_then(|card| reference.subscription_of_card(card));
    Origin {
        request,
        priority: Some(priority),
        subscription: subscription.and_then(|subscription| subscription.number.clone()),
    }
}

/// Only on the way to our own head-end: nothing is wrong with the way to another.
fn judge_connection(shared: &Shared, command: &Command, exchange: u64) -> Verdict {
    if !shared.link.leads_home() {
        return Verdict::default();
    }
    let origin = shared.faults.origin(exchange);
    let facts = Facts {
        command: Some(command),
        origin: origin.as_ref(),
        concurrency: shared.faults.at_endpoint() + 1,
        on_connection: 1,
        now: shared.clock.now(),
    };
    shared.judge(Stage::Connect, &facts)
}

/// A fault of the head-end's certificates, if the CRM does not look at them.
fn in_spite_of(shared: &Shared, fault: Option<ConnectFault>) -> Option<TlsFault> {
    match fault? {
        ConnectFault::Tls(TlsFault::ClientCertificate) => None,
        ConnectFault::Tls(fault) if !shared.settings.dispatch.tls.verify => Some(fault),
        _ => None,
    }
}

fn note_sent(shared: &Shared, ticket: &Ticket, exchange: u64, left: bool) {
    if let Some(request) = ticket.number {
        let sent = CrmEvent::Sent { request, exchange, left };
        shared.note_crm(ticket.generation, sent);
    }
}

fn return_of(request: u64, exchange: u64, read: &Result<DecodedReply, SendFailure>) -> CrmEvent {
    match read {
        Ok(reply) => CrmEvent::Answered {
            request,
            exchange,
            status: reply.status_code.as_deref().map(Arc::from),
            reference: reference(read),
        },
        Err(failure) => {
            CrmEvent::Failed { request, exchange, fault: failure.fault.string.as_str().into() }
        }
    }
}

fn reference(read: &Result<DecodedReply, SendFailure>) -> Option<Arc<str>> {
    let reply = read.as_ref().ok()?;
    reply.transaction_id.as_deref().map(Arc::from)
}

/// What the CRM's SOAP client makes of an answer; without the PIN it may repeat.
fn read(
    settings: &SimulatorSettings,
    command: &Command,
    answer: Result<WireReply, SendFailure>,
) -> (Option<WireReply>, Result<DecodedReply, SendFailure>) {
    match answer {
        Err(failure) => (None, Err(failure)),
        Ok(reply) => {
            let answer = HttpAnswer {
                status: reply.http_status,
                reason: &reply.reason,
                content_type: reply.content_type.as_deref(),
                body: &reply.body,
            };
            let decoded = cas::decode_reply(
                settings.cas.profile,
                command.kind(),
                answer,
                &settings.dispatch.axis,
            );
            let decoded = decoded.map(|reply| redact_reply(command, reply));
            let decoded = decoded.map_err(|fault| SendFailure {
                fault: redact_fault(command, fault),
                was_sent: true,
            });
            (Some(reply), decoded)
        }
    }
}

fn outcome_text(read: &Result<DecodedReply, SendFailure>) -> Arc<str> {
    match read {
        Ok(reply) => reply.status_code.as_deref().unwrap_or("no status code").into(),
        Err(failure) => failure.fault.string.as_str().into(),
    }
}
