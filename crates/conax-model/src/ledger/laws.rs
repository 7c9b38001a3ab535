//! Whatever happens and however little is kept of it, rows and totals follow from all that happened.
//!
//! [`Whole`] computes them from every event there was, which is another way than the ledger's own.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::{CasEvent, CrmEvent, ExchangeNumber, Fate, Ledger, Row, Standing, events};
use crate::command::Command;
use crate::crm::RequestNumber;
use crate::entropy::{Ids, Seed};
use crate::fault::StateChange;
use crate::id::{SmartcardId, TransactionId};
use crate::time::SimTime;

mod whole;

use whole::Whole;

/// Something that happens: what, and to which of those it can happen to.
type Step = (u8, u8, u8);

/// An exchange as the two sides know of it.
struct Exchange {
    request: Option<RequestNumber>,
    is_received: bool,
}

/// A simulator without machines: what happens in it is written down in several ledgers, and kept.
struct Instance {
    ledgers: Vec<Ledger>,
    crm: Vec<CrmEvent>,
    cas: Vec<CasEvent>,
    requests: u64,
    exchanges: Vec<Exchange>,
    executed: Vec<TransactionId>,
    ids: Ids,
    now: i64,
}

impl Instance {
    fn new(limits: &[usize]) -> Self {
        Self {
            ledgers: limits.iter().map(|limit| Ledger::new(*limit)).collect(),
            crm: Vec::new(),
            cas: Vec::new(),
            requests: 0,
            exchanges: Vec::new(),
            executed: Vec::new(),
            ids: Ids::new(Seed(3), "cas"),
            now: 0,
        }
    }

    fn crm(&mut self, event: CrmEvent) {
        let now = SimTime::from_millis(self.now);
        for ledger in &mut self.ledgers {
            ledger.crm(now, event.clone());
        }
        self.crm.push(event);
    }

    fn cas(&mut self, event: CasEvent) {
        let now = SimTime::from_millis(self.now);
        for ledger in &mut self.ledgers {
            ledger.cas(now, event.clone());
        }
        self.cas.push(event);
    }

    /// A request that was acknowledged.
    fn request(&self, which: u8) -> Option<RequestNumber> {
        (self.requests > 0).then(|| 100 + u64::from(which) % self.requests)
    }

    /// The exchange a request was sent in last.
    fn last_of(&self, request: RequestNumber) -> Option<ExchangeNumber> {
        let sent = self.exchanges.iter().rposition(|one| one.request == Some(request));
        sent.map(|place| place as u64 + 1)
    }

    fn received(&self, which: u8) -> Option<ExchangeNumber> {
        let received: Vec<usize> =
            (0..self.exchanges.len()).filter(|place| self.exchanges[*place].is_received).collect();
        let count = received.len();
        (count > 0).then(|| received[usize::from(which) % count] as u64 + 1)
    }

    fn step(&mut self, (what, which, how): Step) -> Option<()> {
        self.now += 1;
        match what {
            0..3 => self.acknowledge(how),
            3..6 => self.send(self.request(which)?, how % 5 > 0),
            6..8 => self.come_back(self.request(which)?, how)?,
            8..10 => self.end(self.request(which)?, how % 2 == 0),
            10 => self.recall(self.request(which)?),
            11..14 => self.receive(which, how),
            14..19 => self.happen(self.received(which)?, how),
            19 => self.forget(usize::from(how) % 4),
            _ => self.at_console(how),
        }
        Some(())
    }

    fn acknowledge(&mut self, how: u8) {
        let request = 100 + self.requests;
        self.requests += 1;
        let cards = (0..how % 3).map(|card| card.to_string().into()).collect();
        self.crm(events::acknowledged(request, cards));
    }

    fn send(&mut self, request: RequestNumber, left: bool) {
        self.exchanges.push(Exchange { request: Some(request), is_received: false });
        let exchange = self.exchanges.len() as u64;
        self.crm(events::sent(request, exchange, left));
    }

    fn come_back(&mut self, request: RequestNumber, how: u8) -> Option<()> {
        let exchange = self.last_of(request)?;
        self.crm(match how % 3 {
            0 => CrmEvent::Failed { request, exchange, fault: "silence".into() },
            how => events::read(request, exchange, (how == 1).then_some("OK")),
        });
        Some(())
    }

    fn end(&mut self, request: RequestNumber, completed: bool) {
        self.crm(events::ended(request, completed));
    }

    /// As a snapshot does; the ledgers write it down themselves.
    fn recall(&mut self, request: RequestNumber) {
        let now = SimTime::from_millis(self.now);
        for ledger in &mut self.ledgers {
            ledger.recall(now, &BTreeSet::from([request]));
        }
        if Whole::of(&self.crm, &self.cas).rows[&request].standing == Standing::InFlight
            && let Some(exchange) = self.last_of(request)
        {
            self.crm.push(CrmEvent::Recalled { request, exchange });
        }
    }

    fn receive(&mut self, which: u8, how: u8) {
        let sent: Vec<usize> =
            (0..self.exchanges.len()).filter(|place| !self.exchanges[*place].is_received).collect();
        let place = match how % 4 {
            0 => None,
            _ => sent.get(usize::from(which) % sent.len().max(1)).copied(),
        };
        let place = place.unwrap_or_else(|| {
            self.exchanges.push(Exchange { request: None, is_received: true });
            self.exchanges.len() - 1
        });
        let one = &mut self.exchanges[place];
        one.is_received = true;
        let received = events::received(place as u64 + 1, one.request);
        self.cas(received);
    }

    fn happen(&mut self, exchange: ExchangeNumber, how: u8) {
        let transaction = self.ids.transaction_id();
        let late = how.is_multiple_of(2);
        let event = match how % 10 {
            0..4 => {
                self.executed.push(transaction);
                events::executed(exchange, transaction, late, how % 4 == 3)
            }
            4 => CasEvent::Did(StateChange::Pretended { exchange, transaction }),
            5 => CasEvent::Did(StateChange::Held { exchange, transaction }),
            6 => CasEvent::Did(StateChange::Refused {
                exchange,
                transaction,
                cause: crate::cas::RejectionCause::InputValidation,
                late,
            }),
            7 => CasEvent::NotAnswered { exchange, because: "reset".into() },
            _ => CasEvent::Answered { exchange, status: None, reference: None, spoilt: false },
        };
        self.cas(event);
    }

    fn forget(&mut self, count: usize) {
        let from = self.executed.len().saturating_sub(count);
        let transactions = self.executed.split_off(from);
        if !transactions.is_empty() {
            self.cas(CasEvent::Did(StateChange::Undone { transactions }));
        }
    }

    fn at_console(&mut self, how: u8) {
        let transaction = self.ids.transaction_id();
        self.executed.push(transaction);
        let card = SmartcardId::new(how.to_string());
        let command = Command::UpdateCaPinToDefaultValue { card };
        self.cas(CasEvent::Did(StateChange::Console { transaction, command }));
    }
}

/// What is compared of a row.
fn told(row: &Row) -> (Standing, Fate, bool, u64, u64, &[ExchangeNumber]) {
    let counts = (row.crm_count, row.cas_count);
    let exchanges = row.exchanges.as_slice();
    (row.standing, row.fate, row.known_to_crm(), counts.0, counts.1, exchanges)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec((0..21_u8, any::<u8>(), any::<u8>()), 0..120)
}

proptest! {
    /// What is kept of the journals changes no row and no total.
    #[test]
    fn rows_and_totals_are_right_whatever_is_kept(steps in steps(), limit in 0..20_usize) {
        let mut instance = Instance::new(&[limit, usize::MAX]);
        for step in steps {
            instance.step(step);
        }
        let whole = Whole::of(&instance.crm, &instance.cas);
        for ledger in &instance.ledgers {
            let reconciliation = ledger.reconcile();
            prop_assert_eq!(reconciliation.totals, whole.totals());
            prop_assert_eq!(ledger.totals(), whole.totals());
            prop_assert!(reconciliation.totals.add_up());
            let found: Vec<_> = reconciliation.rows.values().map(told).collect();
            let expected: Vec<_> = whole.rows.values().map(|row| {
                let (counts, exchanges) = ((row.count, row.tally.count), row.exchanges.as_slice());
                (row.standing, row.fate(), row.is_known(), counts.0, counts.1, exchanges)
            }).collect();
            prop_assert_eq!(found, expected);
            let executed: Vec<Vec<TransactionId>> =
                reconciliation.rows.values().map(|row| row.transactions.clone()).collect();
            let expected: Vec<Vec<TransactionId>> = whole.rows.values()
                .map(|row| row.tally.executed.iter().map(|(id, _)| *id).collect()).collect();
            prop_assert_eq!(executed, expected);
        }
    }

    /// What a row says was let go of its lines is what the journals lack of them.
    #[test]
    fn each_row_says_how_many_lines_were_let_go(steps in steps(), limit in 0..20_usize) {
        let mut instance = Instance::new(&[limit]);
        for step in steps {
            instance.step(step);
        }
        let ledger = &instance.ledgers[0];
        let (crm, cas) = ledger.lens();
        prop_assert!(crm <= limit && cas <= limit);
        prop_assert_eq!(ledger.let_go(), ((instance.crm.len() - crm) as u64, (instance.cas.len() - cas) as u64));
        let lost_crm = &instance.crm[..instance.crm.len() - crm];
        let lost_cas = &instance.cas[..instance.cas.len() - cas];
        let at_crm = Whole::of(lost_crm, &[]).rows;
        let at_cas = Whole::of(&instance.crm, lost_cas).rows;
        for (request, row) in ledger.reconcile().rows {
            let lost = (at_crm.get(&request).map_or(0, |row| row.count), at_cas[&request].tally.count);
            prop_assert_eq!((row.crm_let_go, row.cas_let_go), lost, "request {}", request);
        }
    }

    /// A ledger that was taken apart and put together goes on as if nothing had happened.
    #[test]
    fn a_ledger_of_its_parts_is_the_same_and_goes_on_the_same(
        before in steps(), after in steps(), limit in 0..20_usize,
    ) {
        let mut instance = Instance::new(&[limit]);
        before.into_iter().for_each(|step| { instance.step(step); });
        let ledger = &instance.ledgers[0];
        let parts = super::LedgerParts {
            rows: ledger.row_parts().collect(),
            outcomes: ledger.outcome_parts().collect(),
            crm: ledger.crm_events().cloned().collect(),
            cas: ledger.cas_events().cloned().collect(),
            ..ledger.other_parts()
        };
        instance.ledgers.push(Ledger::from_parts(parts, limit));
        after.into_iter().for_each(|step| { instance.step(step); });
        let [left, right] = &instance.ledgers[..] else { unreachable!() };
        let told = |ledger: &Ledger| {
            let reconciliation = ledger.reconcile();
            (reconciliation.rows, reconciliation.foreign, reconciliation.totals, reconciliation.carried_out)
        };
        prop_assert_eq!(told(left), told(right));
        prop_assert_eq!(left.let_go(), right.let_go());
        prop_assert!(left.crm_events().eq(right.crm_events()));
        prop_assert!(left.cas_events().eq(right.cas_events()));
        prop_assert!(left.at_head_end().eq(right.at_head_end()));
    }
}
