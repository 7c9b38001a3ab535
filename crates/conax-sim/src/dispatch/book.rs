//! What the dispatcher changes in a world: requests are recorded, taken and settled, each in one
//! change together with its line in the ledger.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use conax_contract::fault::WrittenRule;
use conax_model::crm::{
    ImmediateTake, NewRequest, ProvisioningRequest, RequestBook, RequestNumber, Settled,
    Settlement, State, Ticket,
};
use conax_model::id::HexId;
use conax_model::ledger::{CrmEvent, Ledger};
use conax_model::time::SimTime;

use crate::dispatch::send::WorldReplaced;
use crate::shared::Shared;
use crate::world::{CrmSide, acknowledgement};

/// Records requests that processing runs send, all or none: none if the book is not as it has to be
/// by then.
///
/// # Errors
/// If the world was replaced before.
pub(crate) fn create_if(
    shared: &Shared,
    news: Vec<NewRequest>,
    generation: u64,
    is_as_it_was: impl FnOnce(&RequestBook) -> bool,
) -> Result<Option<Vec<RequestNumber>>, WorldReplaced> {
    shared.change(|world| {
        let now = world.now();
        let mut side = world.crm.lock();
        if side.generation != generation {
            return Err(WorldReplaced);
        }
        if !is_as_it_was(&side.book) {
            return Ok(None);
        }
        let rows = news.into_iter().map(|new| {
            let new = NewRequest { process_immediately: false, ..new };
            enter(world.ledger, &mut side, new, now, now).number
        });
        Ok(Some(rows.collect::<Vec<_>>().into_iter().flatten().collect()))
    })
}

/// Records a request and writes down that it was; its command is to meet this fault, once.
pub(super) fn record(
    shared: &Shared,
    new: NewRequest,
    now: SimTime,
    generation: u64,
    fault: Option<WrittenRule>,
) -> Option<Arc<ProvisioningRequest>> {
    shared.change(|world| {
        let noted = world.now();
        let row = {
            let mut side = world.crm.lock();
            let is_there = side.generation == generation;
            is_there.then(|| enter(world.ledger, &mut side, new, now, noted))?
        };
        // No run takes the request without its fault.
        if let (Some(rule), Some(number)) = (fault, row.number) {
            let rule = rule.for_request(number);
            world.change_faults(|book| book.add(&rule, Some(0), noted));
        }
        Some(row)
    })
}

fn enter(
    ledger: &mut Ledger,
    side: &mut CrmSide,
    new: NewRequest,
    now: SimTime,
    noted: SimTime,
) -> Arc<ProvisioningRequest> {
    let row = side.book.create(new, now, &mut side.ids);
    if let Some(event) = acknowledgement(&row) {
        ledger.crm(noted, event);
    }
    row
}

/// What became of the wish to take the next request that is due.
#[derive(Debug)]
pub(super) enum Take {
    /// It may be sent now.
    Taken(Box<Ticket>),
    /// Nothing may leave now; once something else has ended, something may.
    NothingDue,
    /// The world is about to change, or is being copied: look again afterwards.
    NotNow,
    /// Nothing more leaves: the simulator closes, or this world is no more.
    Over,
}

/// Takes the next request of the book of this generation that is due by `due`.
pub(super) fn take_due(shared: &Shared, due: SimTime, generation: u64) -> Take {
    shared.change(|world| {
        let mut side = world.crm.lock();
        if shared.closing.load(Ordering::Relaxed) || side.generation != generation {
            return Take::Over;
        }
        if side.is_changing {
            return Take::NotNow;
        }
        match side.book.take_due(due) {
            Some(ticket) => Take::Taken(Box::new(ticket)),
            None => Take::NothingDue,
        }
    })
}

pub(super) fn take_at_once(shared: &Shared, id: HexId, generation: u64) -> ImmediateTake {
    shared.change(|world| {
        let mut side = world.crm.lock();
        if shared.closing.load(Ordering::Relaxed) || side.generation != generation {
            return ImmediateTake::NotWaiting;
        }
        if side.is_changing {
            return ImmediateTake::CardBusy;
        }
        side.book.take_at_once(id)
    })
}

/// How a command came back.
pub(super) struct Returned {
    pub(super) settlement: Settlement,
    /// What the ledger says of it; nothing if nothing was sent.
    pub(super) event: Option<CrmEvent>,
    /// What failed if no answer was read.
    pub(super) failure: Option<Arc<str>>,
}

/// Settles a request and writes down how it came back and how it ended.
pub(super) fn settle(shared: &Shared, ticket: Ticket, returned: Returned) -> Settled {
    let number = ticket.number;
    shared.change(|world| {
        let now = world.now();
        let settled = world.crm.lock().book.settle(ticket, returned.settlement);
        if let (Settled::Done(row), Some(request)) = (&settled, number) {
            let end = ended(request, row, returned.failure);
            for event in returned.event.into_iter().chain([end]) {
                world.ledger.crm(now, event);
            }
        }
        settled
    })
}

/// With what was wrong: the failure if no answer was read, else the code it was rejected with.
fn ended(request: u64, row: &ProvisioningRequest, failure: Option<Arc<str>>) -> CrmEvent {
    let error = match &row.state {
        State::Rejected { error, .. } => Some(failure.unwrap_or_else(|| Arc::clone(&error.code))),
        State::Pending | State::Completed { .. } => None,
    };
    CrmEvent::Ended {
        request,
        completed: matches!(row.state, State::Completed { .. }),
        reference: row.reference().map(Arc::clone),
        error,
    }
}
