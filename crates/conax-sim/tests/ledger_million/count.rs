//! Somebody who counts: what the API answered of each request, and what Conax recorded of each
//! command. Of the ledger, and of what it is written from, he knows nothing.
//!
//! A transaction is a request's if the API has told its id as the reference of that request (it was
//! answered before it was carried out), else if it is what the household's last order asks for.

use std::collections::{HashMap, VecDeque};

use conax_contract::crm::RefusalCode;
use conax_model::cas::{CasState, Transaction};
use conax_model::id::TransactionId;
use conax_sim::simulator::Totals;
use serde::Deserialize;

use crate::orders::{Order, STRANGER, household_of};

/// Transactions that are remembered: more than Conax loses at once.
const REMEMBERED: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Pending,
    Completed,
    Rejected,
}

/// What is known of a request.
#[derive(Clone, Copy, Debug)]
struct Counted {
    state: State,
    /// Whether its command left and nothing that tells its end was read, once or more often.
    is_unheard: bool,
    whole: u8,
    parts: u8,
}

/// A transaction that was seen; whose it is, and whether a part only, if it changed anything there.
struct Seen {
    id: TransactionId,
    of: Option<(usize, bool)>,
}

/// What the API says of a request, as far as it matters.
#[derive(Debug, Deserialize)]
pub struct Told {
    pub number: String,
    life_cycle_state: String,
    request: Option<String>,
    reference_number: Option<String>,
    error_code: Option<String>,
}

impl Told {
    /// Whether the CRM stored an error of its own client: what became of the order it cannot know.
    pub fn is_of_the_client(&self) -> bool {
        self.error_code.as_deref() == Some("AxisFault")
    }

    /// Whether it left, and no answer with a status code was read: the CRM stores what it sent, and
    /// its client's own error or that there is no code.
    fn is_unheard(&self) -> bool {
        let has_no_code = self.error_code.as_deref() == Some(RefusalCode::UnexpectedFault.code());
        self.request.is_some() && (self.is_of_the_client() || has_no_code)
    }
}

/// Who counts.
pub struct Count {
    first: u64,
    requests: Vec<Counted>,
    /// The last order of each household.
    last: Vec<Option<(usize, Order)>>,
    /// References of which nothing was seen yet.
    expected: HashMap<u128, usize>,
    seen: VecDeque<Seen>,
    foreign: u64,
    pub lost: u64,
    pub late: u64,
    pub recalled: u64,
}

impl Count {
    /// Requests are numbered from `first` on.
    pub fn new(first: u64) -> Self {
        Self {
            first,
            requests: Vec::new(),
            last: vec![None; STRANGER],
            expected: HashMap::new(),
            seen: VecDeque::new(),
            foreign: 0,
            lost: 0,
            late: 0,
            recalled: 0,
        }
    }

    /// An order is about to be made.
    pub fn orders(&mut self, order: &Order) {
        self.last[order.household] = Some((self.requests.len(), order.clone()));
        self.requests.push(Counted {
            state: State::Pending,
            is_unheard: false,
            whole: 0,
            parts: 0,
        });
    }

    /// The API says this of a request.
    pub fn told(&mut self, request: &Told) {
        let number = request.number.parse::<u64>();
        let place = (number.expect("requests have numbers") - self.first) as usize;
        let known = &mut self.requests[place];
        known.state = match request.life_cycle_state.as_str() {
            "PENDING" => State::Pending,
            "COMPLETED" => State::Completed,
            "REJECTED" => State::Rejected,
            other => panic!("a request is {other}"),
        };
        if known.state == State::Rejected {
            known.is_unheard |= request.is_unheard();
        }
        let Some(reference) = &request.reference_number else {
            return;
        };
        let bits = u128::from_str_radix(&reference.replace('-', ""), 16).expect("a UUID");
        if self.seen.iter().rev().all(|one| one.id.bits() != bits) {
            // The reference may be another one's who waits for it.
            self.expected.entry(bits).or_insert(place);
        }
    }

    /// Nobody waits for the answer to this request any more; it will be sent again.
    pub fn is_recalled(&mut self, household: usize) {
        if let Some((place, _)) = self.last[household] {
            self.requests[place].is_unheard = true;
            self.recalled += 1;
        }
    }

    /// Looks at what Conax has recorded since the last time, and at what it has no more.
    pub fn look(&mut self, conax: &CasState) {
        let mut fresh = Vec::new();
        let mut kept = 0;
        for transaction in conax.transactions().rev() {
            let place = self.seen.iter().rposition(|one| one.id == transaction.id);
            if let Some(place) = place {
                kept = place + 1;
                break;
            }
            fresh.push(transaction);
        }
        assert!(kept > 0 || self.seen.len() < REMEMBERED, "all is lost");
        for lost in self.seen.split_off(kept) {
            if let Some((request, is_part)) = lost.of {
                *self.times(request, is_part) -= 1;
                self.lost += 1;
            }
        }
        for transaction in fresh.into_iter().rev() {
            let of = self.owner(transaction);
            let of = of.filter(|_| transaction.outcome.is_accepted());
            if let Some((request, is_part)) = of {
                *self.times(request, is_part) += 1;
            }
            self.seen.push_back(Seen { id: transaction.id, of });
        }
        while self.seen.len() > REMEMBERED {
            self.seen.pop_front();
        }
    }

    fn times(&mut self, request: usize, is_part: bool) -> &mut u8 {
        let known = &mut self.requests[request];
        match is_part {
            true => &mut known.parts,
            false => &mut known.whole,
        }
    }

    /// Whose a transaction is, and whether it is a part of what was ordered.
    fn owner(&mut self, transaction: &Transaction) -> Option<(usize, bool)> {
        if let Some(request) = self.expected.remove(&transaction.id.bits()) {
            self.late += 1;
            return Some((request, false));
        }
        let household = household_of(transaction.cards[0].as_str());
        match self.last.get(household).and_then(Option::as_ref) {
            Some((request, order)) if order.kind == transaction.kind => {
                let mut names = order.names.iter();
                let is_whole = names.all(|name| transaction.inputs.contains(name.as_str()));
                Some((*request, !is_whole))
            }
            _ => {
                self.foreign += u64::from(transaction.outcome.is_accepted());
                None
            }
        }
    }

    /// Everything, counted.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals {
            acknowledged: self.requests.len() as u64,
            foreign_executions: self.foreign,
            ..Totals::default()
        };
        for known in &self.requests {
            *match (known.whole, known.parts) {
                (0, 0) => &mut totals.never,
                (0, _) => &mut totals.partly,
                (1, 0) => &mut totals.once,
                _ => &mut totals.twice,
            } += 1;
            let is_done = known.whole + known.parts > 0;
            let is_done_once = (known.whole, known.parts) == (1, 0);
            match known.state {
                State::Pending => totals.pending += 1,
                State::Completed => {
                    totals.completed += 1;
                    totals.false_completions += u64::from(!is_done_once);
                    totals.unknown_to_crm += u64::from(!is_done_once);
                }
                State::Rejected => {
                    totals.rejected += 1;
                    totals.unknown_to_crm += u64::from(is_done || known.is_unheard);
                }
            }
        }
        totals
    }
}
