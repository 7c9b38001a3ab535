//! What a request, a stranger or the console does, event by event.

use std::sync::Arc;

use conax_model::ledger::{CrmEvent, Fate, Standing};

use crate::cas::CommandKind;
use crate::proof::{ConaxEvent, ForeignRow, Row};

/// The events of one subject and the row it ought to have.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    pub crm: Vec<CrmEvent>,
    pub conax: Vec<ConaxEvent>,
    /// Transactions a restart undoes in the end.
    pub lost: Vec<String>,
    pub row: Option<Row>,
    pub foreign: Option<ForeignRow>,
    index: u64,
    transactions: Vec<String>,
    executions: u64,
}

fn some(text: &str) -> Option<Arc<str>> {
    (!text.is_empty()).then(|| text.into())
}

/// Empty texts stand for what is absent; exchanges and transactions are counted from 1.
impl Script {
    pub fn new(index: usize) -> Self {
        Self { index: index as u64, ..Self::default() }
    }

    pub fn request(&self) -> u64 {
        4050 + self.index
    }

    pub fn request_type(&self) -> CommandKind {
        CommandKind::ALL[self.index as usize % CommandKind::ALL.len()]
    }

    fn command(&self) -> CommandKind {
        CommandKind::ALL[self.index as usize % CommandKind::ALL.len()]
    }

    pub fn exchange(&self, turn: u64) -> u64 {
        1000 + 10 * self.index + turn
    }

    pub fn transaction(&self, turn: u64) -> String {
        format!("{:08x}-0000-4000-8000-{turn:012x}", self.index + 1)
    }

    fn named<T: From<String>>(&self, turn: u64) -> Option<T> {
        (turn > 0).then(|| self.transaction(turn).into())
    }

    pub fn acknowledged(mut self) -> Self {
        self.crm.push(CrmEvent::Acknowledged {
            request: self.request(),
            kind: self.request_type(),
            cards: vec!["01900080208".into()],
        });
        self
    }

    pub fn sent(mut self, turn: u64, left: bool) -> Self {
        self.crm.push(CrmEvent::Sent {
            request: self.request(),
            exchange: self.exchange(turn),
            left,
        });
        self
    }

    pub fn answered(mut self, turn: u64, code: &str, transaction: u64) -> Self {
        self.crm.push(CrmEvent::Answered {
            request: self.request(),
            exchange: self.exchange(turn),
            status: some(code),
            reference: self.named(transaction),
        });
        self
    }

    pub fn failed(mut self, turn: u64, fault: &str) -> Self {
        self.crm.push(CrmEvent::Failed {
            request: self.request(),
            exchange: self.exchange(turn),
            fault: fault.into(),
        });
        self
    }

    pub fn recalled(mut self, turn: u64) -> Self {
        self.crm
            .push(CrmEvent::Recalled { request: self.request(), exchange: self.exchange(turn) });
        self
    }

    pub fn completed(mut self, transaction: u64) -> Self {
        self.crm.push(CrmEvent::Ended {
            request: self.request(),
            completed: true,
            reference: self.named(transaction),
            error: None,
        });
        self
    }

    pub fn rejected(mut self, error: &str) -> Self {
        self.crm.push(CrmEvent::Ended {
            request: self.request(),
            completed: false,
            reference: None,
            error: some(error),
        });
        self
    }

    pub fn received(mut self, turn: u64, read: bool) -> Self {
        self.conax.push(ConaxEvent::Received {
            exchange: self.exchange(turn),
            request: (!self.crm.is_empty()).then(|| self.request()),
            read,
        });
        self
    }

    pub fn executed(self, turn: u64, transaction: u64, late: bool) -> Self {
        self.done(turn, transaction, late, false)
    }

    pub fn executed_partly(self, turn: u64, transaction: u64) -> Self {
        self.done(turn, transaction, false, true)
    }

    fn done(mut self, turn: u64, transaction: u64, late: bool, partly: bool) -> Self {
        self.executions += 1;
        self.transactions.push(self.transaction(transaction));
        self.conax.push(ConaxEvent::Executed {
            exchange: self.exchange(turn),
            transaction: self.transaction(transaction),
            command: self.command(),
            changed: transaction == 1,
            late,
            partly,
        });
        self
    }

    pub fn refused(mut self, turn: u64, transaction: u64, code: &str) -> Self {
        self.transactions.extend(self.named::<String>(transaction));
        self.conax.push(ConaxEvent::Refused {
            exchange: self.exchange(turn),
            transaction: self.named(transaction),
            status_code: code.to_owned(),
        });
        self
    }

    pub fn pretended(mut self, turn: u64, transaction: u64) -> Self {
        self.transactions.push(self.transaction(transaction));
        self.conax.push(ConaxEvent::Pretended {
            exchange: self.exchange(turn),
            transaction: self.transaction(transaction),
        });
        self
    }

    pub fn held(mut self, turn: u64, transaction: u64) -> Self {
        self.conax.push(ConaxEvent::Held {
            exchange: self.exchange(turn),
            transaction: self.named(transaction),
        });
        self
    }

    pub fn replied(mut self, turn: u64, code: &str, transaction: u64) -> Self {
        self.conax.push(ConaxEvent::Answered {
            exchange: self.exchange(turn),
            status_code: some(code),
            reference: self.named(transaction),
            spoilt: false,
        });
        self
    }

    pub fn silent(mut self, turn: u64) -> Self {
        self.conax.push(ConaxEvent::NotAnswered {
            exchange: self.exchange(turn),
            because: "silence".to_owned(),
        });
        self
    }

    pub fn console(mut self) -> Self {
        self.executions += 1;
        self.transactions.push(self.transaction(1));
        self.conax.push(ConaxEvent::Console {
            transaction: self.transaction(1),
            command: self.command(),
        });
        self
    }

    /// A restart undoes every transaction there was.
    pub fn lost(mut self) -> Self {
        self.lost.clone_from(&self.transactions);
        self
    }

    /// The row of a request, in words of the one who wrote the fate.
    pub fn is(mut self, crm: Standing, conax: Fate, known_to_crm: bool) -> Self {
        self.row = Some(Row {
            request: self.request(),
            request_type: self.request_type(),
            crm,
            conax,
            executions: self.executions,
            undone: self.lost.len() as u64,
            known_to_crm,
            transactions: self.transactions.clone(),
            crm_lines: self.crm.len() as u64,
            conax_lines: self.conax.len() as u64,
            crm_let_go: 0,
            conax_let_go: 0,
        });
        self
    }

    /// The row of a stranger, or of the console without exchange.
    pub fn foreign_row(mut self, exchange: Option<u64>) -> Self {
        self.foreign = Some(ForeignRow {
            exchange,
            transactions: self.transactions.clone(),
            executions: self.executions,
            undone: self.lost.len() as u64,
            conax_lines: self.conax.len() as u64,
            conax_let_go: 0,
        });
        self
    }
}
