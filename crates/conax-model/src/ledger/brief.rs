//! What is kept of a request, of another client's exchange and of a transaction: as little as can be.

use std::sync::Arc;

use super::ExchangeNumber;
use super::chunks::Numbered;
use super::row::{Fate, Standing};
use crate::command::CommandKind;
use crate::crm::RequestNumber;
use crate::id::TransactionId;

/// For whom the head-end did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum Owner {
    /// A request of our own CRM.
    Request(RequestNumber),
    /// Another client, in an exchange.
    Stranger(ExchangeNumber),
    /// Somebody at its console.
    Console,
}

/// Yes or no to some questions, a bit each: they are asked of very many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(u8);

impl Marks {
    /// Of a request: it was sent; its command ever left; it left and no answer with a status code
    /// was read, the last time; the CRM stopped waiting for it.
    pub(super) const SENT: u8 = 1;
    pub(super) const LEFT: u8 = 2;
    pub(super) const UNANSWERED: u8 = 4;
    pub(super) const RECALLED: u8 = 8;
    /// Of a transaction: something was carried out in it; a part only; it was forgotten; it is
    /// another client's; it is the console's.
    pub(super) const EXECUTED: u8 = 1;
    pub(super) const PART: u8 = 2;
    pub(super) const UNDONE: u8 = 4;
    const STRANGER: u8 = 8;
    const CONSOLE: u8 = 16;

    pub(super) const fn has(self, mark: u8) -> bool {
        self.0 & mark != 0
    }

    pub(super) const fn set(&mut self, mark: u8, is_so: bool) {
        match is_so {
            true => self.0 |= mark,
            false => self.0 &= !mark,
        }
    }

    pub(super) fn of(marks: impl IntoIterator<Item = (u8, bool)>) -> Self {
        let mut all = Self::default();
        marks.into_iter().for_each(|(mark, is_so)| all.set(mark, is_so));
        all
    }
}

/// The smartcards of a request; most name one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cards {
    One(Arc<str>),
    /// None or several, which stand elsewhere.
    Other(CardList),
}

/// Where several smartcards stand, and how many they are; in one word, so that a request that names
/// one smartcard needs no more room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CardList(u64);

impl CardList {
    /// Bits of how many; a request is no larger than a call, which is limited.
    const COUNT_BITS: u32 = 24;

    pub(super) const fn new(first: usize, count: usize) -> Self {
        Self((first as u64) << Self::COUNT_BITS | count as u64)
    }

    pub(super) fn places(self) -> std::ops::Range<usize> {
        let first = (self.0 >> Self::COUNT_BITS) as usize;
        let count = self.0 & ((1 << Self::COUNT_BITS) - 1);
        first..first + count as usize
    }
}

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Brief {
    pub(super) request: RequestNumber,
    /// The last exchange, if there was one.
    pub(super) exchange: ExchangeNumber,
    pub(super) cards: Cards,
    pub(super) crm_count: u32,
    pub(super) cas_count: u32,
    pub(super) executions: u32,
    pub(super) undone: u32,
    /// Executions of a part only that were not undone.
    pub(super) parts: u32,
    pub(super) kind: CommandKind,
    pub(super) standing: Standing,
    pub(super) marks: Marks,
}

impl Numbered for Brief {
    fn number(&self) -> u64 {
        self.request
    }
}

impl Brief {
    pub(super) fn fate(&self, is_foreign: bool) -> Fate {
        if is_foreign && self.marks.has(Marks::LEFT) {
            return Fate::Unknown;
        }
        Fate::of(u64::from(self.executions - self.undone), u64::from(self.parts))
    }
}

/// Another client's exchange.
#[derive(Clone, Debug)]
pub(super) struct Stranger {
    pub(super) exchange: ExchangeNumber,
    pub(super) cas_count: u32,
    pub(super) executions: u32,
    pub(super) undone: u32,
}

impl Numbered for Stranger {
    fn number(&self) -> u64 {
        self.exchange
    }
}

/// A transaction. Bytes, because they are many and must not be aligned.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    transaction: [u8; 16],
    number: [u8; 8],
    pub(super) marks: Marks,
}

impl Outcome {
    pub(super) const fn transaction(&self) -> TransactionId {
        TransactionId::from_random_bits(u128::from_le_bytes(self.transaction))
    }

    pub(super) const fn owner(&self) -> Owner {
        let number = u64::from_le_bytes(self.number);
        match (self.marks.has(Marks::STRANGER), self.marks.has(Marks::CONSOLE)) {
            (_, true) => Owner::Console,
            (true, false) => Owner::Stranger(number),
            (false, false) => Owner::Request(number),
        }
    }

    pub(super) const fn part(&self) -> OutcomePart {
        OutcomePart {
            transaction: self.transaction(),
            owner: self.owner(),
            is_executed: self.marks.has(Marks::EXECUTED),
            is_part: self.marks.has(Marks::PART),
            is_undone: self.marks.has(Marks::UNDONE),
        }
    }

    pub(super) fn of(part: &OutcomePart) -> Self {
        let (is_stranger, is_console, number) = match part.owner {
            Owner::Request(number) => (false, false, number),
            Owner::Stranger(number) => (true, false, number),
            Owner::Console => (false, true, 0),
        };
        Self {
            transaction: part.transaction.bits().to_le_bytes(),
            number: number.to_le_bytes(),
            marks: Marks::of([
                (Marks::EXECUTED, part.is_executed),
                (Marks::PART, part.is_part),
                (Marks::UNDONE, part.is_undone),
                (Marks::STRANGER, is_stranger),
                (Marks::CONSOLE, is_console),
            ]),
        }
    }
}

/// A transaction, and for whom it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct OutcomePart {
    /// The transaction.
    pub transaction: TransactionId,
    /// For whom.
    pub owner: Owner,
    /// Whether something was carried out.
    pub is_executed: bool,
    /// Whether it was a part only of what was told.
    pub is_part: bool,
    /// Whether it was forgotten.
    pub is_undone: bool,
}
