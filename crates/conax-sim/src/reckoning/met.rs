//! Which fault rules met the command of a request, and how much of that is known.
//!
//! What rules did stands in the journal only, which lets go of old exchanges, and which begins anew
//! with a fork, a snapshot that is loaded, and another world. What is not known is not denied.

use std::sync::Arc;

use conax_model::fault::{Acted, NearMiss};
use conax_model::ledger::{ExchangeNumber, Row, Standing};
use conax_model::time::SimTime;

use crate::fault::FaultNote;
use crate::journal::{Exchange, Surface};
use crate::shared::Shared;

/// Why it is not known any more what rules did.
pub(super) const GONE: &str = "the journal does not have its exchange with Conax any more \
                               (`journal-limit`, a fork, or a snapshot)";

/// How much is known of what rules did with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// All of it.
    All,
    /// Not all of it, and never more.
    Gone,
    /// Not all of it yet: an exchange is under way.
    UnderWay,
    /// Nothing was sent, so there is nothing to know.
    NothingSent,
    /// It was there from the start.
    Before,
    /// It is sent to another head-end, and rules are for our own.
    Elsewhere,
}

/// What rules did with a request.
pub(super) struct Met {
    pub(super) known: Known,
    notes: Vec<Arc<FaultNote>>,
    /// When the last of its exchanges that is known began.
    pub(super) began: Option<SimTime>,
}

impl Met {
    /// What rules did with this request of the ledger.
    pub(super) fn of(shared: &Shared, row: Option<&Row>) -> Self {
        let without = |known| Self {
            known,
            notes: Vec::new(),
            began: None,
        };
        let Some(row) = row else {
            return without(Known::Before);
        };
        if shared.ledger().is_foreign {
            return without(Known::Elsewhere);
        }
        if row.exchanges.is_empty() {
            return without(Known::NothingSent);
        }
        let is_its = |exchange: &Exchange| {
            exchange.subject.request_number == Some(row.request)
                && exchange
                    .subject
                    .exchange
                    .is_some_and(|number| row.exchanges.contains(&number))
        };
        let since = shared.first_of_world();
        let excerpt = shared.journal.excerpt(since, usize::MAX, is_its);
        let kept = excerpt.exchanges;
        let lost_none = excerpt.dropped == 0;
        Self {
            known: known(row, &kept, lost_none),
            began: kept.last().map(|exchange| exchange.at),
            notes: kept
                .iter()
                .filter_map(|one| one.subject.faults.clone())
                .collect(),
        }
    }

    /// The rules that acted.
    pub(super) fn acted(&self) -> impl Iterator<Item = &Acted> {
        self.notes.iter().flat_map(|note| &note.acted)
    }

    /// The rules that nearly did.
    pub(super) fn near(&self) -> impl Iterator<Item = &NearMiss> {
        self.notes.iter().flat_map(|note| &note.near)
    }
}

fn known(row: &Row, kept: &[Arc<Exchange>], lost_none: bool) -> Known {
    let under_way = match row.standing {
        Standing::InFlight => row.exchanges.last(),
        Standing::Pending | Standing::Completed | Standing::Rejected => None,
    };
    let mut ended = row.exchanges.iter().filter(|one| Some(*one) != under_way);
    match ended.all(|exchange| is_whole(*exchange, row, kept, lost_none)) {
        false => Known::Gone,
        true if under_way.is_some() => Known::UnderWay,
        true => Known::All,
    }
}

/// Rules act while the CRM connects, and at the head-end: both sides tell of theirs in an entry of
/// their own, of which the head-end's is the older one.
fn is_whole(exchange: ExchangeNumber, row: &Row, kept: &[Arc<Exchange>], lost_none: bool) -> bool {
    let at = |surface: Surface| {
        let mut found = kept.iter();
        found.find(|one| one.surface == surface && one.subject.exchange == Some(exchange))
    };
    let Some(sent) = at(Surface::Dispatch) else {
        return false;
    };
    let note = sent.subject.faults.as_ref();
    let ended_before = note.is_some_and(|note| !note.acted.is_empty());
    lost_none || !row.has_left || ended_before || at(Surface::Cas).is_some()
}
