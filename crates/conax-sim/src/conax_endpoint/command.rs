//! One command at the head-end: judged, carried out or not, answered or not.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use conax_contract::cas::{
    self, CasReply, REPLY_CONTENT_TYPE, RequestRefusal, SoapFault, encode_fault, encode_reply,
};
use conax_model::cas::{Outcome, Rejection, RejectionCause, Transaction};
use conax_model::command::{Command, CommandKind};
use conax_model::fault::{
    AnswerFault, ConnectFault, End, Facts, Orders, Received, Stage, StateChange, Verdict,
};
use conax_model::id::{DomainName, TransactionId};
use conax_model::ledger::CasEvent;
use conax_model::time::SimTime;

use crate::conax_endpoint::routes::{Answer, header_text};
use crate::dispatch::wait_as_ruled;
use crate::fault::{WireFault, claimed_encoding, damage_bytes, damage_reply, fault_of_call};
use crate::http_server::ConnectionControl;
use crate::http_server::MetTlsFault;
use crate::journal::{FaultNote, Subject};
use crate::link::OwnRequest;
use crate::shared::Shared;
use crate::world::CasSide;

/// A body that was read, as far as it could be understood.
enum Heard {
    Command(Command),
    Invalid(CommandKind, Vec<String>),
    Fault(SoapFault),
}

/// What is the same for everything that happens in one exchange.
struct Exchange<'a> {
    shared: &'a Shared,
    domain: &'a DomainName,
    number: u64,
    generation: u64,
    on_connection: usize,
    heard: Heard,
}

/// Answers a body that came from somebody who may come in.
pub(super) async fn command(
    shared: &Shared,
    parts: &Parts,
    domain: &DomainName,
    body: &[u8],
    own: Option<&OwnRequest>,
) -> Answer {
    let headers = &parts.headers;
    let content_type = header_text(headers, &header::CONTENT_TYPE);
    let control = parts.extensions.get::<ConnectionControl>();
    let exchange = Exchange {
        number: own.map_or_else(|| shared.next_exchange(), |own| own.exchange),
        heard: hear(cas::decode_request(shared.settings.cas.profile, content_type, body)),
        generation: shared.generation(),
        on_connection: control.map_or(1, ConnectionControl::call_count),
        shared,
        domain,
    };
    let at_endpoint = shared.faults.enter();
    let mut verdict = match exchange.judge(own, headers) {
        Ok(verdict) => verdict,
        Err(sentence) => return Answer::text(StatusCode::BAD_REQUEST, sentence),
    };
    let note = FaultNote::of(&mut verdict);
    let mut orders = verdict.orders;
    went_on(&mut orders, parts);
    let received = exchange.received(own, &orders);
    let mut answer = exchange.carry_out(&orders, received).await;
    exchange.told(&answer, &orders);
    answer.at_endpoint = Some(at_endpoint);
    answer.subject.exchange = Some(exchange.number);
    answer.subject.faults = note.map(Arc::new);
    answer
}

/// A client that met a fault of the certificates and came nevertheless does not look at them.
fn went_on(orders: &mut Orders, parts: &Parts) {
    let met = parts.extensions.get::<MetTlsFault>();
    let met = met.map(|MetTlsFault(fault)| ConnectFault::Tls(*fault));
    if met.is_some() && orders.connect == met {
        orders.connect = None;
    }
}

fn hear(decoded: Result<Command, RequestRefusal>) -> Heard {
    match decoded {
        Ok(command) => Heard::Command(command),
        Err(RequestRefusal::Invalid { operation, problems }) => Heard::Invalid(operation, problems),
        Err(RequestRefusal::Fault(fault)) => Heard::Fault(fault),
    }
}

impl Exchange<'_> {
    fn command(&self) -> Option<&Command> {
        match &self.heard {
            Heard::Command(command) => Some(command),
            Heard::Invalid(..) | Heard::Fault(_) => None,
        }
    }

    fn kind(&self) -> Option<CommandKind> {
        match &self.heard {
            Heard::Command(command) => Some(command.kind()),
            Heard::Invalid(operation, _) => Some(*operation),
            Heard::Fault(_) => None,
        }
    }

    /// By the rule the call brought along, if that acts; else by the plan.
    fn judge(&self, own: Option<&OwnRequest>, headers: &HeaderMap) -> Result<Verdict, String> {
        let origin = own.and_then(|own| self.shared.faults.origin(own.exchange));
        let facts = Facts {
            command: self.command(),
            origin: origin.as_ref(),
            concurrency: self.shared.faults.at_endpoint(),
            on_connection: self.on_connection,
            now: self.shared.clock.now(),
        };
        if let Some(verdict) = fault_of_call(&self.shared.settings, headers, self.number, &facts)? {
            return Ok(verdict);
        }
        let stage = match own {
            Some(_) => Stage::Connected,
            None => Stage::Arrived,
        };
        Ok(self.shared.judge(stage, &facts))
    }

    /// Does and answers what the orders leave of it. That it was received is written down first; in
    /// the change in which it is done, if that is at once.
    async fn carry_out(&self, orders: &Orders, received: CasEvent) -> Answer {
        // A connection that was not to come about stands already: it breaks.
        let end = match orders.connect {
            Some(_) => Some(&End::Reset),
            None => orders.end_before.as_ref(),
        };
        let mut received = Some(received);
        if end.is_some() || !orders.delay_before.is_zero() {
            self.note(received.take());
        }
        wait_as_ruled(self.shared, orders.delay_before).await;
        if let Some(end) = end {
            return self.end(end, None);
        }
        let (mut answer, done) = self.act(orders, received);
        wait_as_ruled(self.shared, orders.delay_after).await;
        if let Some(end) = &orders.end_after {
            return self.end(end, done.as_ref());
        }
        answer.body = damage_bytes(answer.body, &orders.answer);
        if let Some(encoding) = claimed_encoding(&orders.answer) {
            answer.content_type = format!("text/xml;charset={encoding}").into();
        }
        answer.damage.clone_from(&orders.answer);
        answer
    }

    /// Carries the command out as far as the orders let it; what was recorded for it.
    fn act(&self, orders: &Orders, received: Option<CasEvent>) -> (Answer, Option<Transaction>) {
        let command = match &self.heard {
            Heard::Fault(fault) => {
                self.note(received);
                return (faulted(fault), None);
            }
            Heard::Invalid(operation, problems) => {
                return match self.refuse_unreadable(*operation, problems, received) {
                    Some(refusal) => (self.reply(&refusal, &orders.answer), Some(refusal)),
                    None => (self.left_behind(), None),
                };
            }
            Heard::Command(command) => command,
        };
        let what = Received { exchange: self.number, domain: self.domain, command };
        let done = self.at_head_end(received, |side, now| {
            let mut changes = side.memory.catch_up(&mut side.state, &mut side.ids, now);
            let mut done = side.memory.carry_out(&mut side.state, &mut side.ids, what, orders, now);
            changes.append(&mut done.changes);
            let before = side.memory.answered(done.answer.id);
            ((done.answer, before), changes)
        });
        match done {
            Some((answer, before)) => {
                (self.reply_after(before, &answer, &orders.answer), Some(answer))
            }
            None => (self.left_behind(), None),
        }
    }

    fn at_head_end<T>(
        &self,
        received: Option<CasEvent>,
        act: impl FnOnce(&mut CasSide, SimTime) -> (T, Vec<StateChange>),
    ) -> Option<T> {
        self.shared.at_head_end(self.generation, received, act)
    }

    /// The world it came to is another now, and has never heard of it.
    fn left_behind(&self) -> Answer {
        self.unanswered(WireFault::Reset)
    }

    /// Values that cannot be read are a rejection with a transaction of its own, not a fault.
    fn refuse_unreadable(
        &self,
        operation: CommandKind,
        problems: &[String],
        received: Option<CasEvent>,
    ) -> Option<Transaction> {
        let rejection = Rejection::new(RejectionCause::InputValidation, problems.join("; "));
        let kind = operation;
        self.at_head_end(received, |side, now| {
            let refusal = side.state.refuse(self.domain, kind, rejection, now, &mut side.ids);
            let changes = self.refused(&refusal);
            (refusal, changes)
        })
    }

    fn refused(&self, transaction: &Transaction) -> Vec<StateChange> {
        match &transaction.outcome {
            Outcome::Rejected(rejection) => vec![StateChange::Refused {
                exchange: self.number,
                transaction: transaction.id,
                cause: rejection.cause,
                late: false,
            }],
            Outcome::Accepted(_) => Vec::new(),
        }
    }

    fn note(&self, events: impl IntoIterator<Item = CasEvent>) {
        self.shared.note_cas(self.generation, events);
    }

    /// Ends otherwise than by the regular answer; `done` if that is after the command.
    fn end(&self, end: &End, done: Option<&Transaction>) -> Answer {
        match end {
            End::Silence => self.unanswered(WireFault::Silence),
            End::Reset => self.unanswered(WireFault::Reset),
            End::HangUp => self.unanswered(WireFault::HangUp),
            End::Http { status, content_type, body } => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::OK);
                let answer = Answer::new(status, content_type.clone(), body.clone());
                self.about(answer, format!("HTTP {}", status.as_u16()))
            }
            End::SoapFault { code, string } => {
                let operation = self.kind();
                let name = operation.map_or("", |operation| {
                    let profile = self.shared.settings.cas.profile;
                    profile.operation(operation).name.value.as_str()
                });
                let string = string.replace("{operation}", name);
                let answer = faulted(&SoapFault::new(code, string, "a fault rule"));
                self.about(answer, "SOAP fault")
            }
            End::Reject { cause, message } => self.reject(*cause, message.as_deref(), done),
        }
    }

    fn unanswered(&self, ending: WireFault) -> Answer {
        let answer = Answer::new(StatusCode::OK, "text/plain", "");
        Answer { ending: Some(ending), ..self.about(answer, ending.word()) }
    }

    /// The answer, with what it is about.
    fn about(&self, answer: Answer, outcome: impl Into<Arc<str>>) -> Answer {
        let cards = self.command().map(Command::cards).unwrap_or_default();
        Answer {
            subject: Subject {
                card: cards.first().map(|card| Arc::clone(card.text())),
                outcome: Some(outcome.into()),
                ..Subject::default()
            },
            ..answer
        }
    }

    /// A rejection nobody but the rule decided on. What was done already keeps its transaction.
    fn reject(
        &self,
        cause: RejectionCause,
        message: Option<&str>,
        done: Option<&Transaction>,
    ) -> Answer {
        let message = message.unwrap_or("refused by a fault rule");
        let rejection = Rejection::new(cause, message);
        let transaction = match (done, self.command()) {
            (Some(done), _) => {
                Transaction { outcome: Outcome::Rejected(rejection), ..done.clone() }
            }
            (None, Some(command)) => {
                let refusal = self.at_head_end(None, |side, now| {
                    let (state, ids) = (&mut side.state, &mut side.ids);
                    let refusal = state.refuse_command(self.domain, command, rejection, now, ids);
                    let changes = self.refused(&refusal);
                    (refusal, changes)
                });
                match refusal {
                    Some(refusal) => refusal,
                    None => return self.left_behind(),
                }
            }
            (None, None) => return faulted(&SoapFault::unparseable(message)),
        };
        self.reply(&transaction, &[])
    }

    fn reply(&self, transaction: &Transaction, damage: &[AnswerFault]) -> Answer {
        let answered = |side: &mut CasSide| side.memory.answered(transaction.id);
        let before = self.shared.change(|world| answered(&mut world.cas.lock()));
        self.reply_after(before, transaction, damage)
    }

    /// The reply to what was answered behind the transaction `before`.
    fn reply_after(
        &self,
        before: Option<TransactionId>,
        transaction: &Transaction,
        damage: &[AnswerFault],
    ) -> Answer {
        let profile = self.shared.settings.cas.profile;
        let mut reply = CasReply::of(profile, transaction);
        if !damage.is_empty() {
            self.shared.change(|world| {
                damage_reply(&mut reply, damage, before, &mut world.cas.lock().ids);
            });
        }
        let body = encode_reply(profile, transaction.kind, &reply);
        Answer {
            subject: Subject {
                card: transaction.cards.first().map(|card| Arc::clone(card.text())),
                outcome: Some(reply.status_code.as_str().into()),
                reference: reply.transaction_id.as_deref().map(Arc::from),
                ..Subject::default()
            },
            status_code: Some(reply.status_code.as_str())
                .filter(|code| !code.is_empty())
                .map(Arc::from),
            ..Answer::new(StatusCode::OK, REPLY_CONTENT_TYPE, body)
        }
    }

    /// That it was received. A command counts as read if the head-end does something about it.
    fn received(&self, own: Option<&OwnRequest>, orders: &Orders) -> CasEvent {
        let is_read = match (&orders.connect, &orders.end_before) {
            (Some(_), _) => false,
            (None, Some(End::Reject { .. })) => self.command().is_some(),
            (None, Some(_)) => false,
            (None, None) => !matches!(self.heard, Heard::Fault(_)),
        };
        CasEvent::Received {
            exchange: self.number,
            request: own.and_then(|own| own.number),
            read: is_read,
            kind: self.kind(),
        }
    }

    fn told(&self, answer: &Answer, orders: &Orders) {
        let exchange = self.number;
        self.note([match answer.ending {
            Some(ending) => CasEvent::NotAnswered { exchange, because: ending.word().into() },
            None => CasEvent::Answered {
                exchange,
                status: answer.status_code.clone(),
                reference: answer.subject.reference.clone(),
                spoilt: !orders.answer.is_empty() || orders.end_after.is_some(),
            },
        }]);
    }
}

fn faulted(fault: &SoapFault) -> Answer {
    Answer {
        subject: Subject {
            outcome: Some(format!("SOAP fault: {}", fault.string).into()),
            ..Subject::default()
        },
        ..Answer::new(StatusCode::INTERNAL_SERVER_ERROR, REPLY_CONTENT_TYPE, encode_fault(fault))
    }
}
