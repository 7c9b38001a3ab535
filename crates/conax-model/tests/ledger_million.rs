//! A ledger of very many requests under mixed faults, of which it keeps few lines: its totals are
//! those of somebody who counts what he does, and what it keeps of a request is small.
//!
//! `CONAX_SIM_LEDGER_REQUESTS` says how many (2,000 where it is not set); from 100,000 on the memory
//! is measured too, where the system tells it.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "how many and how large: asked and told outside of what is tested"
)]

use std::collections::VecDeque;
use std::sync::Arc;

use conax_model::command::{Command, CommandKind};
use conax_model::entropy::{Dice, Ids, Seed};
use conax_model::fault::Deed;
use conax_model::id::{SmartcardId, TransactionId};
use conax_model::ledger::{CasEvent, CrmEvent, Ledger, Totals};
use conax_model::time::SimTime;

/// Bytes the ledger may keep of a finished request.
const BAR: f64 = 96.0;
/// Lines of each side that it keeps.
const LIMIT: usize = 10_000;
const KIND: CommandKind = CommandKind::AddSubscriptions;

/// What comes after so many requests more.
enum Later {
    Executed(u64, TransactionId),
    Lost(Vec<TransactionId>),
}

struct House {
    ledger: Ledger,
    counted: Totals,
    cards: Vec<Arc<str>>,
    ids: Ids,
    exchange: u64,
    later: VecDeque<(u64, Later)>,
    to_lose: Vec<TransactionId>,
}

impl House {
    fn new() -> Self {
        Self {
            ledger: Ledger::new(LIMIT),
            counted: Totals::default(),
            cards: (0..1000)
                .map(|card| format!("0195{card:07}").into())
                .collect(),
            ids: Ids::new(Seed(5), "cas"),
            exchange: 0,
            later: VecDeque::new(),
            to_lose: Vec::new(),
        }
    }

    fn crm(&mut self, event: CrmEvent) {
        self.ledger.crm(SimTime::from_millis(0), event);
    }

    fn cas(&mut self, event: CasEvent) {
        self.ledger.cas(SimTime::from_millis(0), event);
    }

    fn acknowledge(&mut self, request: u64) {
        let card = &self.cards[request as usize % self.cards.len()];
        let cards = vec![Arc::clone(card)];
        self.crm(CrmEvent::Acknowledged {
            request,
            kind: KIND,
            cards,
        });
        self.counted.acknowledged += 1;
    }

    fn send(&mut self, request: u64, left: bool) -> u64 {
        self.exchange += 1;
        let exchange = self.exchange;
        self.crm(CrmEvent::Sent {
            request,
            exchange,
            left,
        });
        if left {
            let (request, read, kind) = (Some(request), true, Some(KIND));
            self.cas(CasEvent::Received {
                exchange,
                request,
                read,
                kind,
            });
        }
        exchange
    }

    fn executed(&mut self, exchange: u64, is_part: bool) -> TransactionId {
        let transaction = self.ids.transaction_id();
        let (changed, late) = (true, false);
        let deed = Deed::Executed {
            exchange,
            transaction,
            changed,
            late,
            is_part,
        };
        self.cas(CasEvent::Did(deed));
        transaction
    }

    /// An answer is given and read, and the request ends by it.
    fn answered(&mut self, request: u64, exchange: u64, completed: bool) {
        let status = || Some(Arc::from(if completed { "OK" } else { "CLIENT_NOT_FOUND" }));
        let reference = None;
        self.cas(CasEvent::Answered {
            exchange,
            status: status(),
            reference,
            spoilt: false,
        });
        let reference = None;
        self.crm(CrmEvent::Answered {
            request,
            exchange,
            status: status(),
            reference,
        });
        self.ended(request, completed);
    }

    /// Nothing comes back, and the request ends by that.
    fn silent(&mut self, request: u64, exchange: u64, left: bool) {
        if left {
            self.cas(CasEvent::NotAnswered {
                exchange,
                because: "silence".into(),
            });
        }
        self.crm(CrmEvent::Failed {
            request,
            exchange,
            fault: "Read timed out".into(),
        });
        self.ended(request, false);
    }

    fn ended(&mut self, request: u64, completed: bool) {
        let (reference, error) = (None, None);
        self.crm(CrmEvent::Ended {
            request,
            completed,
            reference,
            error,
        });
        match completed {
            true => self.counted.completed += 1,
            false => self.counted.rejected += 1,
        }
    }

    /// Counts one that is completed and not done once.
    fn false_completion(&mut self) {
        self.counted.false_completions += 1;
        self.counted.unknown_to_crm += 1;
    }

    /// A request and what becomes of it, counted when it is decided.
    fn play(&mut self, request: u64, fate: usize) {
        self.acknowledge(request);
        if fate == 0 {
            self.counted.pending += 1;
            self.counted.never += 1;
            return;
        }
        let exchange = self.send(request, fate != 1);
        match fate {
            1 => {
                self.silent(request, exchange, false);
                self.counted.never += 1;
            }
            2 => {
                let transaction = self.ids.transaction_id();
                let cause = conax_model::cas::RejectionCause::InputValidation;
                let late = false;
                let refused = Deed::Refused {
                    exchange,
                    transaction,
                    cause,
                    late,
                };
                self.cas(CasEvent::Did(refused));
                self.answered(request, exchange, false);
                self.counted.never += 1;
            }
            3 | 4 => {
                if fate == 3 {
                    self.executed(exchange, false);
                    self.counted.once += 1;
                } else {
                    self.counted.never += 1;
                }
                self.silent(request, exchange, true);
                self.counted.unknown_to_crm += 1;
            }
            5 | 6 => {
                self.executed(exchange, fate == 6);
                if fate == 5 {
                    self.executed(exchange, false);
                    self.counted.twice += 1;
                } else {
                    self.counted.partly += 1;
                }
                self.answered(request, exchange, true);
                self.false_completion();
            }
            7 => {
                let transaction = self.ids.transaction_id();
                self.cas(CasEvent::Did(Deed::Pretended {
                    exchange,
                    transaction,
                }));
                self.answered(request, exchange, true);
                self.counted.never += 1;
                self.false_completion();
            }
            8..=10 => self.play_late(request, exchange, fate),
            11 => {
                self.executed(exchange, false);
                self.crm(CrmEvent::Recalled { request, exchange });
                let again = self.send(request, true);
                self.executed(again, false);
                self.answered(request, again, true);
                self.counted.twice += 1;
                self.false_completion();
            }
            _ => {
                self.executed(exchange, false);
                self.answered(request, exchange, true);
                self.counted.once += 1;
            }
        }
    }

    /// A request of which more is heard when it is long finished at the CRM.
    fn play_late(&mut self, request: u64, exchange: u64, fate: usize) {
        let due = request + 5_000;
        match fate {
            8 => {
                let transaction = self.ids.transaction_id();
                self.cas(CasEvent::Did(Deed::Held {
                    exchange,
                    transaction,
                }));
                self.later
                    .push_back((due, Later::Executed(exchange, transaction)));
                self.counted.once += 1;
            }
            9 => {
                let lost = self.executed(exchange, false);
                self.to_lose.push(lost);
                if self.to_lose.len() == 50 {
                    let lost = std::mem::take(&mut self.to_lose);
                    self.later.push_back((due, Later::Lost(lost)));
                }
                // Until it is lost.
                self.counted.once += 1;
            }
            _ => {
                self.executed(exchange, false);
                let again = self.ids.transaction_id();
                self.later
                    .push_back((due, Later::Executed(exchange, again)));
                self.counted.twice += 1;
                self.false_completion();
            }
        }
        self.answered(request, exchange, true);
    }

    fn let_later_come(&mut self, until: u64) {
        while self.later.front().is_some_and(|(due, _)| *due <= until) {
            match self.later.pop_front() {
                Some((_, Later::Executed(exchange, transaction))) => {
                    let (changed, late, is_part) = (true, true, false);
                    let deed = Deed::Executed {
                        exchange,
                        transaction,
                        changed,
                        late,
                        is_part,
                    };
                    self.cas(CasEvent::Did(deed));
                }
                Some((_, Later::Lost(transactions))) => {
                    for _ in &transactions {
                        self.counted.once -= 1;
                        self.counted.never += 1;
                        self.false_completion();
                    }
                    self.cas(CasEvent::Did(Deed::Undone { transactions }));
                }
                None => {}
            }
        }
    }

    /// Somebody else's command, and one at the console.
    fn others(&mut self) {
        self.exchange += 1;
        let exchange = self.exchange;
        let (request, read, kind) = (None, true, Some(KIND));
        self.cas(CasEvent::Received {
            exchange,
            request,
            read,
            kind,
        });
        self.executed(exchange, false);
        self.cas(CasEvent::NotAnswered {
            exchange,
            because: "reset".into(),
        });
        let card = SmartcardId::new(Arc::clone(&self.cards[7]));
        let command = Command::UpdateCaPinToDefaultValue { card };
        let transaction = self.ids.transaction_id();
        self.cas(CasEvent::Did(Deed::Console {
            transaction,
            command,
        }));
        self.counted.foreign_executions += 2;
    }
}

/// Bytes the process holds, where the system tells it.
fn memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0)
}

#[test]
fn the_totals_are_those_of_an_independent_count_and_a_finished_request_takes_96_bytes_at_most() {
    let count: u64 = std::env::var("CONAX_SIM_LEDGER_REQUESTS")
        .map_or(2_000, |text| text.parse().expect("a number of requests"));
    let mut house = House::new();
    let mut chance = Dice::new(Seed(11), "fates");
    // What the journals keep is there before it is measured.
    let warm = count.min(20_000);
    let mut before = None;
    for number in 0..count {
        if number == warm {
            before = memory();
        }
        // One half goes well.
        let fate = chance.below(26);
        house.play(4050 + number, fate);
        house.let_later_come(4050 + number);
        if number % 1000 == 999 {
            house.others();
        }
        if number % 100_000 == 99_999 {
            // A copy goes on by itself; what it shared is shared no longer.
            house.ledger = house.ledger.clone();
        }
    }
    if let (Some(before), Some(after), true) = (before, memory(), count >= 100_000) {
        let each = (after - before) / (count - warm) as f64;
        println!("{each:.1} bytes a request, bar {BAR}");
        assert!(each <= BAR, "{each:.1} bytes a request");
    }
    house.let_later_come(u64::MAX);
    assert_eq!(house.ledger.totals(), house.counted);
    assert!(house.ledger.totals().add_up());
    let reckoning = house.ledger.reckon();
    assert_eq!(reckoning.totals, house.counted);
    assert_eq!(reckoning.rows.len() as u64, count);
    let kept = house.ledger.lens();
    assert!(kept.0 <= LIMIT && kept.1 <= LIMIT);
}
