//! Take, send, settle: one function for processing runs and for requests that go out at once.

use std::sync::Arc;

use axum::http::Method;
use conax_contract::cas::{self, CasOperation, DecodedReply, Profile};
use conax_model::command::Command;
use conax_model::crm::{ImmediateTake, ProvisioningRequest, Settled, Settlement, Ticket};
use conax_model::id::HexId;
use conax_model::time::SimTime;

use crate::dispatch::conceal::conceal;
use crate::dispatch::convert::cas_request;
use crate::dispatch::link::{SendFailure, WireReply};
use crate::dispatch::settlement::{settlement_for, unsendable};
use crate::journal::{Ended, Subject, Surface};
use crate::shared::Shared;

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

/// Sends the next request that is due by `due`.
///
/// Run it on a task of its own: a ticket that was taken must be settled, whoever stops waiting.
pub async fn dispatch_next(shared: &Shared, due: SimTime) -> DispatchOutcome {
    let Some(ticket) = shared.crm().book.take_due(due) else {
        return DispatchOutcome::NothingDue;
    };
    carry_out(shared, ticket).await
}

/// Sends a request that was created to be sent at once, as soon as its smartcards are free.
///
/// Run it on a task of its own, like [`dispatch_next`].
pub async fn dispatch_at_once(shared: &Shared, id: HexId) -> DispatchOutcome {
    loop {
        let settled = shared.settled.notified();
        tokio::pin!(settled);
        settled.as_mut().enable();
        let take = shared.crm().book.take_at_once(id);
        match take {
            ImmediateTake::Taken(ticket) => return carry_out(shared, *ticket).await,
            ImmediateTake::NotWaiting => return DispatchOutcome::NothingDue,
            ImmediateTake::CardBusy => settled.await,
        }
    }
}

async fn carry_out(shared: &Shared, ticket: Ticket) -> DispatchOutcome {
    let settlement = match &ticket.sending {
        Err(reason) => unsendable(*reason, shared.clock.now()),
        Ok(command) => send(shared, &ticket, command).await,
    };
    let settled = shared.crm().book.settle(ticket, settlement);
    shared.settled.notify_waiters();
    match settled {
        Settled::Done(row) => DispatchOutcome::Settled(row),
        Settled::BookReplaced => DispatchOutcome::BookReplaced,
    }
}

async fn send(shared: &Shared, ticket: &Ticket, command: &Command) -> Settlement {
    let (profile, cas_request) = (shared.settings.cas.profile, cas_request(command));
    let request = cas::encode_request(profile, &cas_request);
    let (at, mark) = (shared.clock.now(), shared.clock.mark());
    let answer = shared
        .link
        .exchange(&request, shared.conax_authorization())
        .await;
    let answer = answer.map(|reply| WireReply {
        body: conceal(command, reply.body),
        ..reply
    });
    let (reply, read) = read(profile, cas_request.operation(), answer);
    let settlement = settlement_for(&request.flattened, &read, shared.clock.now());
    shared.journal.record(Ended {
        at,
        surface: Surface::Dispatch,
        method: &Method::POST,
        target: shared.link.path(&request),
        http_status: reply.as_ref().map(|reply| reply.http_status),
        took: mark.elapsed(),
        subject: Subject {
            card: command.cards().first().map(|card| Arc::clone(card.text())),
            request_number: ticket.number,
            outcome: Some(outcome_text(&read)),
        },
        call: &request.body,
        reply: reply.map(|reply| reply.body).unwrap_or_default(),
    });
    settlement
}

/// What the CRM's SOAP client makes of an answer.
fn read(
    profile: &Profile,
    operation: CasOperation,
    answer: Result<WireReply, SendFailure>,
) -> (Option<WireReply>, Result<DecodedReply, SendFailure>) {
    match answer {
        Err(failure) => (None, Err(failure)),
        Ok(reply) => {
            let content_type = reply.content_type.as_deref();
            let decoded = cas::decode_reply(
                profile,
                operation,
                &reply.body,
                content_type,
                reply.http_status,
            );
            let decoded = decoded.map_err(|fault| SendFailure {
                fault,
                was_sent: true,
            });
            (Some(reply), decoded)
        }
    }
}

fn outcome_text(read: &Result<DecodedReply, SendFailure>) -> Arc<str> {
    match read {
        Ok(reply) => reply
            .status_code
            .as_deref()
            .unwrap_or("no status code")
            .into(),
        Err(failure) => failure.fault.string.as_str().into(),
    }
}
