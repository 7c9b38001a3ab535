//! Both journals of the ledger. They are long, so an event says nothing that its request says
//! already, and words that come again and again are written once.

use std::collections::HashMap;
use std::sync::Arc;

use conax_model::cas::RejectionCause;
use conax_model::command::CommandKind;
use conax_model::crm::{ProvisioningRequest, RequestBook};
use conax_model::fault::Deed;
use conax_model::id::TransactionId;
use conax_model::ledger::{At, CasEvent, CrmEvent};
use conax_model::time::SimTime;
use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};

use super::cas::numbered;
use super::command::CommandRecord;
use super::transaction::Texts;
use super::{Bits, UnknownValue, kind_number, kind_of};

/// An event, so many milliseconds after the one before it.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct AtRecord<T> {
    passed: i64,
    event: T,
}

/// A text among a few that come again and again.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) enum WordRecord<'a> {
    New(&'a str),
    /// The place of one that came before.
    Known(u32),
}

/// A reference, which as a rule is the one its request keeps.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) enum ReferenceRecord<'a> {
    None,
    OfRequest,
    Own(&'a str),
}

#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) enum CrmEventRecord<'a> {
    Acknowledged {
        request: u64,
        /// Kind and smartcards, where the request as it is does not tell them.
        #[serde(borrow)]
        own: Option<(u8, Texts<'a>)>,
    },
    Sent {
        request: u64,
        exchange: u64,
        left: bool,
    },
    Answered {
        request: u64,
        exchange: u64,
        #[serde(borrow)]
        status: Option<WordRecord<'a>>,
        #[serde(borrow)]
        reference: ReferenceRecord<'a>,
    },
    Failed {
        request: u64,
        exchange: u64,
        #[serde(borrow)]
        fault: WordRecord<'a>,
    },
    Recalled {
        request: u64,
        exchange: u64,
    },
    Ended {
        request: u64,
        completed: bool,
        #[serde(borrow)]
        reference: ReferenceRecord<'a>,
        #[serde(borrow)]
        error: Option<WordRecord<'a>>,
    },
}

#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) enum CasEventRecord<'a> {
    Received {
        exchange: u64,
        request: Option<u64>,
        read: bool,
        kind: Option<u8>,
    },
    Executed {
        exchange: u64,
        transaction: Bits,
        changed: bool,
        late: bool,
        is_part: bool,
    },
    Refused {
        exchange: u64,
        transaction: Bits,
        cause: u8,
        late: bool,
    },
    Pretended(u64, Bits),
    Held(u64, Bits),
    Undone(Vec<Bits>),
    Console(Bits, #[serde(borrow)] CommandRecord<'a>),
    Answered {
        exchange: u64,
        #[serde(borrow)]
        status: Option<WordRecord<'a>>,
        #[serde(borrow)]
        reference: ReferenceRecord<'a>,
        spoilt: bool,
    },
    NotAnswered(u64, #[serde(borrow)] WordRecord<'a>),
}

/// What writer and reader both know of the events so far.
struct Course<'a> {
    book: &'a RequestBook,
    last: SimTime,
    /// The requests of exchanges that came in and were not left yet.
    under_way: HashMap<u64, u64, FixedState>,
}

impl<'a> Course<'a> {
    fn new(book: &'a RequestBook) -> Self {
        Self {
            book,
            last: SimTime::from_millis(0),
            under_way: HashMap::default(),
        }
    }

    fn row(&self, request: u64) -> Option<&'a ProvisioningRequest> {
        self.book.by_number(request).map(|row| &**row)
    }

    fn received(&mut self, exchange: u64, request: Option<u64>) {
        if let Some(request) = request {
            self.under_way.insert(exchange, request);
        }
    }

    /// The request of an exchange that is left now.
    fn left(&mut self, exchange: u64) -> Option<&'a ProvisioningRequest> {
        let request = self.under_way.remove(&exchange)?;
        self.row(request)
    }
}

/// Events on their way out.
pub(in crate::snapshot) struct EventsOut<'a> {
    course: Course<'a>,
    words: HashMap<&'a str, u32, FixedState>,
}

impl<'a> EventsOut<'a> {
    /// Those about the requests of a book.
    pub(in crate::snapshot) fn new(book: &'a RequestBook) -> Self {
        Self {
            course: Course::new(book),
            words: HashMap::default(),
        }
    }

    fn passed(&mut self, at: SimTime) -> i64 {
        let before = std::mem::replace(&mut self.course.last, at);
        at.millis().wrapping_sub(before.millis())
    }

    fn word(&mut self, text: &'a str) -> WordRecord<'a> {
        let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        match *self.words.entry(text).or_insert(next) {
            place if place == next => WordRecord::New(text),
            place => WordRecord::Known(place),
        }
    }

    fn maybe(&mut self, text: Option<&'a Arc<str>>) -> Option<WordRecord<'a>> {
        text.map(|text| self.word(text))
    }

    pub(in crate::snapshot) fn crm(
        &mut self,
        one: &'a At<CrmEvent>,
    ) -> AtRecord<CrmEventRecord<'a>> {
        let passed = self.passed(one.at);
        let row = self.course.row(one.event.request());
        let event = match &one.event {
            CrmEvent::Acknowledged {
                request,
                kind,
                cards,
            } => CrmEventRecord::Acknowledged {
                request: *request,
                own: acknowledged(row, *kind, cards),
            },
            CrmEvent::Sent {
                request,
                exchange,
                left,
            } => CrmEventRecord::Sent {
                request: *request,
                exchange: *exchange,
                left: *left,
            },
            CrmEvent::Answered {
                request,
                exchange,
                status,
                reference,
            } => CrmEventRecord::Answered {
                request: *request,
                exchange: *exchange,
                status: self.maybe(status.as_ref()),
                reference: reference_of(row, reference.as_ref()),
            },
            CrmEvent::Failed {
                request,
                exchange,
                fault,
            } => CrmEventRecord::Failed {
                request: *request,
                exchange: *exchange,
                fault: self.word(fault),
            },
            CrmEvent::Recalled { request, exchange } => CrmEventRecord::Recalled {
                request: *request,
                exchange: *exchange,
            },
            CrmEvent::Ended {
                request,
                completed,
                reference,
                error,
            } => CrmEventRecord::Ended {
                request: *request,
                completed: *completed,
                reference: reference_of(row, reference.as_ref()),
                error: self.maybe(error.as_ref()),
            },
        };
        AtRecord { passed, event }
    }

    pub(in crate::snapshot) fn cas(
        &mut self,
        one: &'a At<CasEvent>,
    ) -> AtRecord<CasEventRecord<'a>> {
        let passed = self.passed(one.at);
        let event = match &one.event {
            CasEvent::Received {
                exchange,
                request,
                read,
                kind,
            } => {
                self.course.received(*exchange, *request);
                CasEventRecord::Received {
                    exchange: *exchange,
                    request: *request,
                    read: *read,
                    kind: kind.map(kind_number),
                }
            }
            CasEvent::Did(deed) => deed_record(deed),
            CasEvent::Answered {
                exchange,
                status,
                reference,
                spoilt,
            } => CasEventRecord::Answered {
                exchange: *exchange,
                status: self.maybe(status.as_ref()),
                reference: reference_of(self.course.left(*exchange), reference.as_ref()),
                spoilt: *spoilt,
            },
            CasEvent::NotAnswered { exchange, because } => {
                self.course.left(*exchange);
                CasEventRecord::NotAnswered(*exchange, self.word(because))
            }
        };
        AtRecord { passed, event }
    }
}

/// Kind and smartcards of a request, where the request as it is does not tell them.
pub(super) fn acknowledged<'a>(
    row: Option<&ProvisioningRequest>,
    kind: CommandKind,
    cards: &'a [Arc<str>],
) -> Option<(u8, Texts<'a>)> {
    let told = row.is_some_and(|row| row.kind == kind && row.lanes().eq(cards));
    (!told).then(|| {
        (
            kind_number(kind),
            cards.iter().map(|card| &**card).collect(),
        )
    })
}

fn reference_of<'a>(
    row: Option<&ProvisioningRequest>,
    reference: Option<&'a Arc<str>>,
) -> ReferenceRecord<'a> {
    let kept = row.and_then(ProvisioningRequest::reference);
    match reference {
        None => ReferenceRecord::None,
        Some(reference) if kept == Some(reference) => ReferenceRecord::OfRequest,
        Some(reference) => ReferenceRecord::Own(reference),
    }
}

fn deed_record(deed: &Deed) -> CasEventRecord<'_> {
    let bits = |id: &TransactionId| Bits(id.bits());
    match deed {
        Deed::Executed {
            exchange,
            transaction,
            changed,
            late,
            is_part,
        } => CasEventRecord::Executed {
            exchange: *exchange,
            transaction: bits(transaction),
            changed: *changed,
            late: *late,
            is_part: *is_part,
        },
        Deed::Refused {
            exchange,
            transaction,
            cause,
            late,
        } => CasEventRecord::Refused {
            exchange: *exchange,
            transaction: bits(transaction),
            cause: *cause as u8,
            late: *late,
        },
        Deed::Pretended {
            exchange,
            transaction,
        } => CasEventRecord::Pretended(*exchange, bits(transaction)),
        Deed::Held {
            exchange,
            transaction,
        } => CasEventRecord::Held(*exchange, bits(transaction)),
        Deed::Undone { transactions } => {
            CasEventRecord::Undone(transactions.iter().map(bits).collect())
        }
        Deed::Console {
            transaction,
            command,
        } => CasEventRecord::Console(bits(transaction), command.into()),
    }
}

/// Events on their way in.
pub(in crate::snapshot) struct EventsIn<'a> {
    course: Course<'a>,
    words: Vec<Arc<str>>,
}

impl<'a> EventsIn<'a> {
    /// Those about the requests of a book.
    pub(in crate::snapshot) fn new(book: &'a RequestBook) -> Self {
        Self {
            course: Course::new(book),
            words: Vec::new(),
        }
    }

    fn at<T>(&mut self, passed: i64, event: T) -> At<T> {
        let at = SimTime::from_millis(self.course.last.millis().wrapping_add(passed));
        self.course.last = at;
        At { at, event }
    }

    fn word(&mut self, record: &WordRecord<'_>) -> Result<Arc<str>, UnknownValue> {
        match record {
            WordRecord::New(text) => {
                let word: Arc<str> = Arc::from(*text);
                self.words.push(Arc::clone(&word));
                Ok(word)
            }
            WordRecord::Known(place) => {
                let known = self.words.get(*place as usize);
                known.map(Arc::clone).ok_or(UnknownValue("word"))
            }
        }
    }

    fn maybe(&mut self, record: Option<&WordRecord<'_>>) -> Result<Option<Arc<str>>, UnknownValue> {
        record.map(|record| self.word(record)).transpose()
    }

    pub(in crate::snapshot) fn crm(
        &mut self,
        record: AtRecord<CrmEventRecord<'_>>,
    ) -> Result<At<CrmEvent>, UnknownValue> {
        let event = match record.event {
            CrmEventRecord::Acknowledged { request, own } => {
                let (kind, cards) = acknowledgement(self.course.row(request), own)?;
                CrmEvent::Acknowledged {
                    request,
                    kind,
                    cards,
                }
            }
            CrmEventRecord::Sent {
                request,
                exchange,
                left,
            } => CrmEvent::Sent {
                request,
                exchange,
                left,
            },
            CrmEventRecord::Answered {
                request,
                exchange,
                status,
                reference,
            } => CrmEvent::Answered {
                request,
                exchange,
                status: self.maybe(status.as_ref())?,
                reference: reference.revive(self.course.row(request))?,
            },
            CrmEventRecord::Failed {
                request,
                exchange,
                fault,
            } => CrmEvent::Failed {
                request,
                exchange,
                fault: self.word(&fault)?,
            },
            CrmEventRecord::Recalled { request, exchange } => {
                CrmEvent::Recalled { request, exchange }
            }
            CrmEventRecord::Ended {
                request,
                completed,
                reference,
                error,
            } => CrmEvent::Ended {
                request,
                completed,
                reference: reference.revive(self.course.row(request))?,
                error: self.maybe(error.as_ref())?,
            },
        };
        Ok(self.at(record.passed, event))
    }

    pub(in crate::snapshot) fn cas(
        &mut self,
        record: AtRecord<CasEventRecord<'_>>,
    ) -> Result<At<CasEvent>, UnknownValue> {
        let event = match record.event {
            CasEventRecord::Received {
                exchange,
                request,
                read,
                kind,
            } => {
                self.course.received(exchange, request);
                CasEvent::Received {
                    exchange,
                    request,
                    read,
                    kind: kind.map(kind_of).transpose()?,
                }
            }
            CasEventRecord::Answered {
                exchange,
                status,
                reference,
                spoilt,
            } => CasEvent::Answered {
                exchange,
                status: self.maybe(status.as_ref())?,
                reference: reference.revive(self.course.left(exchange))?,
                spoilt,
            },
            CasEventRecord::NotAnswered(exchange, because) => {
                self.course.left(exchange);
                CasEvent::NotAnswered {
                    exchange,
                    because: self.word(&because)?,
                }
            }
            deed => CasEvent::Did(deed.revive_deed()?),
        };
        Ok(self.at(record.passed, event))
    }
}

/// Kind and smartcards of a request.
pub(super) fn acknowledgement(
    row: Option<&ProvisioningRequest>,
    own: Option<(u8, Texts<'_>)>,
) -> Result<(CommandKind, Vec<Arc<str>>), UnknownValue> {
    match (own, row) {
        (Some((kind, cards)), _) => {
            Ok((kind_of(kind)?, cards.into_iter().map(Arc::from).collect()))
        }
        (None, Some(row)) => Ok((row.kind, row.lanes().map(Arc::clone).collect())),
        (None, None) => Err(UnknownValue("request")),
    }
}

impl ReferenceRecord<'_> {
    fn revive(self, row: Option<&ProvisioningRequest>) -> Result<Option<Arc<str>>, UnknownValue> {
        match self {
            Self::None => Ok(None),
            Self::Own(text) => Ok(Some(text.into())),
            Self::OfRequest => {
                let kept = row.and_then(ProvisioningRequest::reference);
                kept.map(|kept| Some(Arc::clone(kept)))
                    .ok_or(UnknownValue("reference"))
            }
        }
    }
}

impl CasEventRecord<'_> {
    fn revive_deed(self) -> Result<Deed, UnknownValue> {
        let id = |bits: Bits| TransactionId::from_random_bits(bits.0);
        Ok(match self {
            Self::Executed {
                exchange,
                transaction,
                changed,
                late,
                is_part,
            } => Deed::Executed {
                exchange,
                transaction: id(transaction),
                changed,
                late,
                is_part,
            },
            Self::Refused {
                exchange,
                transaction,
                cause,
                late,
            } => Deed::Refused {
                exchange,
                transaction: id(transaction),
                cause: numbered(&RejectionCause::ALL, cause, "cause of a rejection")?,
                late,
            },
            Self::Pretended(exchange, transaction) => Deed::Pretended {
                exchange,
                transaction: id(transaction),
            },
            Self::Held(exchange, transaction) => Deed::Held {
                exchange,
                transaction: id(transaction),
            },
            Self::Undone(transactions) => Deed::Undone {
                transactions: transactions.into_iter().map(id).collect(),
            },
            Self::Console(transaction, command) => Deed::Console {
                transaction: id(transaction),
                command: command.into(),
            },
            Self::Received { .. } | Self::Answered { .. } | Self::NotAnswered(..) => {
                return Err(UnknownValue("deed"));
            }
        })
    }
}
