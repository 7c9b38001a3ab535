//! What stands in a snapshot file: mirrors of the live state, made for writing.
//!
//! Texts are borrowed, on the way out from the state and on the way in from the file. A change of
//! anything here is a new format (`seal`).

mod account;
mod belief;
mod cas;
mod command;
mod crm;
mod fault;
mod ledger;
mod transaction;

use std::collections::HashMap;
use std::sync::Arc;

use conax_model::command::CommandKind;
use conax_model::crm::{Author, Unit, User};
use conax_model::time::SimTime;
use foldhash::fast::FixedState;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::clock::{ClockMode, Reading};

pub(super) use account::{LedgerRecord, LedgerRowRecord, OutcomeRecord};
pub(super) use belief::BeliefRecord;
pub(super) use cas::CasRecord;
pub(super) use crm::{CrmRecord, RowRecord, Texts};
pub(super) use fault::{MemoryRecord, PlanRecord};
pub(super) use ledger::{EventsIn, EventsOut};

/// A value in a file that means nothing to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it holds a {0} that is not known")]
pub(super) struct UnknownValue(pub(super) &'static str);

/// An id: sixteen bytes as they are, which is shorter and quicker than a number of that size.
pub(in crate::snapshot) struct Bits(u128);

impl Serialize for Bits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0.to_be_bytes())
    }
}

impl<'de> Deserialize<'de> for Bits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = <&[u8]>::deserialize(deserializer)?;
        let bytes = bytes.try_into().map_err(D::Error::custom)?;
        Ok(Self(u128::from_be_bytes(bytes)))
    }
}

/// A whole world.
#[derive(Serialize, Deserialize)]
pub(super) struct WorldRecord<'a> {
    /// What both sides started from, as a world file.
    pub(super) spec: &'a str,
    /// What the clock showed.
    pub(super) clock: ClockRecord,
    /// The number of the last exchange with the head-end.
    pub(super) last_exchange: u64,
    /// Processing runs so far.
    pub(super) runs: u64,
    /// Where the sources of ids are: requests, tokens, transactions.
    pub(super) positions: [Vec<u8>; 3],
    #[serde(borrow)]
    pub(super) authors: Vec<AuthorRecord<'a>>,
    #[serde(borrow)]
    pub(super) crm: CrmRecord<'a>,
    #[serde(borrow)]
    pub(super) cas: CasRecord<'a>,
    /// Users of the head-end's gate and how often each failed in a row.
    #[serde(borrow)]
    pub(super) failures: Vec<(&'a str, u32)>,
    /// What the head-end remembers for the sake of faults.
    #[serde(borrow)]
    pub(super) memory: MemoryRecord<'a>,
    #[serde(borrow)]
    pub(super) faults: PlanRecord<'a>,
    #[serde(borrow)]
    pub(super) start_belief: BeliefRecord<'a>,
    pub(super) ledger: LedgerRecord<'a>,
}

/// What a clock shows: milliseconds, and how time passes.
#[derive(Serialize, Deserialize)]
pub(super) struct ClockRecord {
    now: i64,
    mode: u8,
    scale: f64,
}

impl ClockRecord {
    pub(super) fn of(reading: Reading) -> Self {
        let (mode, scale) = match reading.mode {
            ClockMode::Real => (0, 1.0),
            ClockMode::Scaled(scale) => (1, scale),
            ClockMode::Stepped => (2, 0.0),
        };
        Self {
            now: reading.now.millis(),
            mode,
            scale,
        }
    }

    pub(super) fn revive(&self) -> Result<Reading, UnknownValue> {
        let mode = match self.mode {
            0 => ClockMode::Real,
            1 => ClockMode::scaled(self.scale).ok_or(UnknownValue("pace of the clock"))?,
            2 => ClockMode::Stepped,
            _ => return Err(UnknownValue("mode of the clock")),
        };
        Ok(Reading {
            mode,
            now: SimTime::from_millis(self.now),
        })
    }
}

/// A user, in a unit or not.
#[derive(Serialize, Deserialize)]
pub(super) struct AuthorRecord<'a> {
    #[serde(borrow)]
    user: UserRecord<'a>,
    #[serde(borrow)]
    unit: Option<UnitRecord<'a>>,
}

#[derive(Serialize, Deserialize)]
struct UserRecord<'a> {
    id: &'a str,
    username: &'a str,
    person_name: Option<&'a str>,
    email: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
struct UnitRecord<'a> {
    id: &'a str,
    name: Option<&'a str>,
    description: Option<&'a str>,
    alternative_code: Option<&'a str>,
    group_name: Option<&'a str>,
    community_name: Option<&'a str>,
}

fn shared(text: Option<&str>) -> Option<Arc<str>> {
    text.map(Arc::from)
}

impl<'a> From<&'a Author> for AuthorRecord<'a> {
    fn from(author: &'a Author) -> Self {
        let user = &author.user;
        Self {
            user: UserRecord {
                id: &user.id,
                username: &user.username,
                person_name: user.person_name.as_deref(),
                email: user.email.as_deref(),
            },
            unit: author.unit.as_ref().map(|unit| UnitRecord {
                id: &unit.id,
                name: unit.name.as_deref(),
                description: unit.description.as_deref(),
                alternative_code: unit.alternative_code.as_deref(),
                group_name: unit.group_name.as_deref(),
                community_name: unit.community_name.as_deref(),
            }),
        }
    }
}

impl From<&AuthorRecord<'_>> for Author {
    fn from(record: &AuthorRecord<'_>) -> Self {
        let user = &record.user;
        Self {
            user: Arc::new(User {
                id: user.id.into(),
                username: user.username.into(),
                person_name: shared(user.person_name),
                email: shared(user.email),
            }),
            unit: record.unit.as_ref().map(|unit| {
                Arc::new(Unit {
                    id: unit.id.into(),
                    name: shared(unit.name),
                    description: shared(unit.description),
                    alternative_code: shared(unit.alternative_code),
                    group_name: shared(unit.group_name),
                    community_name: shared(unit.community_name),
                })
            }),
        }
    }
}

/// The authors of a world, each written once.
#[derive(Default)]
pub(super) struct Authors<'a> {
    places: HashMap<*const Author, u32, FixedState>,
    all: Vec<&'a Author>,
}

impl<'a> Authors<'a> {
    /// Puts an author on the list.
    fn add(&mut self, author: &'a Arc<Author>) {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        if *self.places.entry(Arc::as_ptr(author)).or_insert(next) == next {
            self.all.push(author);
        }
    }

    /// The place of an author who is on the list.
    fn place(&self, author: &Arc<Author>) -> u32 {
        let place = self.places.get(&Arc::as_ptr(author));
        place.copied().unwrap_or(u32::MAX)
    }

    /// The list.
    pub(super) fn records(&self) -> Vec<AuthorRecord<'a>> {
        self.all.iter().copied().map(Into::into).collect()
    }
}

/// The authors of a file.
pub(super) struct KnownAuthors(Vec<Arc<Author>>);

impl KnownAuthors {
    /// Those of these records.
    pub(super) fn of(records: &[AuthorRecord<'_>]) -> Self {
        Self(records.iter().map(|one| Arc::new(one.into())).collect())
    }

    fn get(&self, place: u32) -> Result<Arc<Author>, UnknownValue> {
        let found = self.0.get(place as usize);
        found.map(Arc::clone).ok_or(UnknownValue("user"))
    }
}

fn kind_number(kind: CommandKind) -> u8 {
    kind as u8
}

fn kind_of(number: u8) -> Result<CommandKind, UnknownValue> {
    let kind = CommandKind::ALL.get(usize::from(number));
    kind.copied().ok_or(UnknownValue("kind of command"))
}

#[cfg(test)]
mod tests {
    //! Numbers stand for the values they stood for.

    use super::{CommandKind, kind_number, kind_of};

    #[test]
    fn every_kind_of_command_has_its_number() {
        for kind in CommandKind::ALL {
            assert_eq!(kind_of(kind_number(kind)), Ok(kind));
        }
        assert!(kind_of(13).is_err());
    }
}
