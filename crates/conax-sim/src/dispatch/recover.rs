//! What becomes of commands that were on their way when the simulator ended.

use std::collections::BTreeSet;

use conax_contract::cas;
use conax_model::crm::Ticket;
use conax_model::ledger::{CrmEvent, Remedy};

use crate::dispatch::book::{Returned, settle};
use crate::dispatch::settlement::{settlement_for, unsendable};
use crate::link::SendFailure;
use crate::settings::AfterLoss;
use crate::shared::Shared;

/// What the ledger says of a command whose answer nobody was there to read.
const ENDED: &str = "the CRM ended while Conax had the command";

/// Settles, or lets wait again, what was on its way when the simulator of this world ended.
pub(crate) fn recover(shared: &Shared) {
    let resend = shared.settings.revival.after_loss == AfterLoss::Resend;
    let lost: Vec<(Ticket, u64)> = shared.change(|world| {
        let is_foreign = world.ledger.is_foreign;
        let unanswered = world.ledger.unanswered();
        let (again, lost): (Vec<_>, Vec<_>) = unanswered
            .into_iter()
            .partition(|one| one.remedy(is_foreign, resend) == Remedy::SendAgain);
        let again: BTreeSet<_> = again.iter().map(|one| one.request).collect();
        let now = world.now();
        world.ledger.recall(now, &again);
        let mut side = world.crm.lock();
        let taken = lost
            .iter()
            .filter_map(|one| Some((side.book.take_sent_before(one.request)?, one.exchange)));
        taken.collect()
    });
    for (ticket, exchange) in lost {
        let returned = lost_answer(shared, &ticket, exchange);
        settle(shared, ticket, returned);
    }
}

fn lost_answer(shared: &Shared, ticket: &Ticket, exchange: u64) -> Returned {
    let now = shared.clock.now();
    let settlement = match &ticket.sending {
        Ok(command) => {
            let request = cas::encode_request(shared.settings.cas.profile, command);
            let fault = shared.settings.dispatch.axis.connection_reset();
            let failure = SendFailure { fault, was_sent: true };
            settlement_for(&request.flattened, &Err(failure), now)
        }
        Err(reason) => unsendable(*reason, now),
    };
    let failed = |request| CrmEvent::Failed { request, exchange, fault: ENDED.into() };
    Returned { settlement, event: ticket.number.map(failed), failure: Some(ENDED.into()) }
}
