//! Which fault rules met the command of a request, and how much of that is known.
//!
//! What rules did stands in the journal only, which lets go of old exchanges, and which begins anew
//! with a fork, a snapshot that is loaded, and another world. What is not known is not denied.

use std::collections::BTreeMap;
use std::sync::Arc;

use conax_model::crm::RequestNumber;
use conax_model::fault::{Acted, NearMiss};
use conax_model::ledger::{ExchangeNumber, Row, Standing};
use conax_model::time::SimTime;

use crate::journal::{Exchange, FaultNote, Surface};
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

/// What the journal has of exchanges with the head-end, by request.
pub(super) struct Kept {
    of: BTreeMap<RequestNumber, Vec<Arc<Exchange>>>,
    lost_none: bool,
    is_foreign: bool,
}

impl Kept {
    /// All it has of this world.
    pub(super) fn all(shared: &Shared) -> Self {
        Self::about(shared, |_| true)
    }

    fn about(shared: &Shared, is_wanted: impl Fn(RequestNumber) -> bool) -> Self {
        let is_its = |exchange: &Exchange| {
            let request = exchange.subject.request_number;
            exchange.subject.exchange.is_some() && request.is_some_and(&is_wanted)
        };
        let since = shared.first_of_world();
        let excerpt = shared.journal.excerpt(since, usize::MAX, is_its);
        let mut of: BTreeMap<RequestNumber, Vec<Arc<Exchange>>> = BTreeMap::new();
        for exchange in excerpt.exchanges {
            if let Some(request) = exchange.subject.request_number {
                of.entry(request).or_default().push(exchange);
            }
        }
        Self { of, lost_none: excerpt.dropped == 0, is_foreign: shared.ledger().is_foreign }
    }

    /// What rules did with this request of the ledger.
    pub(super) fn met(&self, row: &Row) -> Met {
        let without = |known| Met { known, notes: Vec::new(), began: None };
        if self.is_foreign {
            return without(Known::Elsewhere);
        }
        if row.exchanges.is_empty() {
            return without(Known::NothingSent);
        }
        let kept = self.of.get(&row.request).into_iter().flatten();
        let is_its = |exchange: &&Arc<Exchange>| {
            let number = exchange.subject.exchange;
            number.is_some_and(|number| row.exchanges.contains(&number))
        };
        let kept: Vec<Arc<Exchange>> = kept.filter(is_its).map(Arc::clone).collect();
        Met {
            known: known(row, &kept, self.lost_none),
            began: kept.last().map(|exchange| exchange.at),
            notes: kept.iter().filter_map(|one| one.subject.faults.clone()).collect(),
        }
    }
}

impl Met {
    /// What rules did with this request of the ledger.
    pub(super) fn of(shared: &Shared, row: Option<&Row>) -> Self {
        match row {
            Some(row) => Kept::about(shared, |request| request == row.request).met(row),
            None => Self { known: Known::Before, notes: Vec::new(), began: None },
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
