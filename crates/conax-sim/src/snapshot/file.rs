//! A snapshot as the bytes of a file, and back: one record of the world, then one of each request,
//! then one of each event of the ledger, side by side.
//!
//! Requests and events are many. The length of the first half of the requests and of the CRM's
//! journal is told, so that two threads can read, as two write.

use std::sync::Arc;
use std::thread;

use conax_contract::world::{Secrets, WorldSpec};
use conax_model::cas::CasState;
use conax_model::crm::{ProvisioningRequest, RequestBook, Sessions};
use conax_model::drift::Belief;
use conax_model::entropy::Ids;
use conax_model::ledger::{At, CasEvent, CrmEvent, Ledger, LedgerParts, OutcomePart, RowPart};
use serde::{Deserialize, Serialize};

use super::Snapshot;
use super::record::{
    Authors, BeliefRecord, CasRecord, ClockRecord, CrmRecord, EventsIn, EventsOut, KnownAuthors,
    LedgerRecord, LedgerRowRecord, MemoryRecord, OutcomeRecord, PlanRecord, RowRecord, Texts,
    UnknownValue, WorldRecord,
};
use super::seal::{self, FileRefusal, SealKey};
use crate::settings::HouseSettings;
use crate::shared::{CasSide, CrmSide, own_cas_settings};
use crate::world;

impl Snapshot {
    /// The snapshot as a sealed file.
    #[must_use]
    pub fn to_file(&self, key: &SealKey) -> Vec<u8> {
        let (events, _) = self.ledger.lens();
        let size = self.crm.book.all().count() * ROW_BYTES + events * EVENT_BYTES;
        let body = self.write(seal::room_for(size));
        seal::seal(body, key)
    }

    fn write(&self, body: Vec<u8>) -> Vec<u8> {
        let spec = self.spec.to_yaml(Secrets::Shown);
        let mut authors = Authors::default();
        let book = self.crm.book.parts();
        let crm = CrmRecord::of(&book, &self.crm.sessions, &mut authors);
        let (cas, memory) = (self.cas.state.parts(), self.cas.memory.parts());
        let (plan, belief) = (self.faults.plan.parts(), self.crm.start_belief.parts());
        let failures = self.cas.gate.failures();
        let ledger = self.ledger.other_parts();
        let record = WorldRecord {
            spec: &spec,
            clock: ClockRecord::of(self.clock),
            last_exchange: self.last_exchange,
            runs: self.runs,
            positions: [&self.crm.ids, &self.crm.token_ids, &self.cas.ids]
                .map(|ids| ids.position().to_vec()),
            authors: authors.records(),
            crm,
            cas: CasRecord::of(&cas),
            failures: failures.collect(),
            memory: MemoryRecord::of(&memory),
            faults: PlanRecord::of(&self.faults, &plan),
            start_belief: BeliefRecord::of(&belief),
            ledger: LedgerRecord::of(&self.ledger, &ledger),
        };
        thread::scope(|scope| {
            let events = scope.spawn(|| self.events());
            let (first, second) = book.rows.split_at(book.rows.len() / 2);
            let (mut body, place) = with_length(written(&record, body));
            body = write_rows(first, &authors, body);
            set_length(&mut body, place);
            body = write_rows(second, &authors, body);
            body.append(&mut events.join().expect("writing events does not panic"));
            body
        })
    }

    /// What the ledger knows of each request, and both its journals.
    fn events(&self) -> Vec<u8> {
        let (count, _) = self.ledger.lens();
        let (rows, _) = self.ledger.counts();
        let room = Vec::with_capacity(count * EVENT_BYTES + rows * LEDGER_ROW_BYTES);
        let (mut body, place) = with_length(room);
        for row in self.ledger.row_parts() {
            body = written(&LedgerRowRecord::of(&row, &self.crm.book), body);
        }
        for part in self.ledger.outcome_parts() {
            body = written(&OutcomeRecord::of(&part), body);
        }
        set_length(&mut body, place);
        let (mut body, place) = with_length(body);
        let mut events = EventsOut::new(&self.crm.book);
        for one in self.ledger.crm_events() {
            body = written(&events.crm(one), body);
        }
        set_length(&mut body, place);
        let mut events = EventsOut::new(&self.crm.book);
        for one in self.ledger.cas_events() {
            body = written(&events.cas(one), body);
        }
        body
    }

    /// The snapshot of a sealed file, for a house with these settings.
    ///
    /// # Errors
    /// If it is no such file, it is cut, altered or sealed with another key, or it does not fit.
    pub fn from_file(
        file: &[u8],
        key: &SealKey,
        settings: &HouseSettings,
    ) -> Result<Self, FileRefusal> {
        let opened = seal::open(file, key)?;
        let mut rest = opened.as_slice();
        let record: WorldRecord<'_> = next(&mut rest)?;
        record.revive(rest, settings)
    }
}

/// About what a request takes in a file.
const ROW_BYTES: usize = 256;
/// About what the ledger's knowledge of a request takes in a file.
const LEDGER_ROW_BYTES: usize = 40;
/// About what an event of each side takes in a file.
const EVENT_BYTES: usize = 32;

fn written(record: &impl Serialize, body: Vec<u8>) -> Vec<u8> {
    postcard::to_extend(record, body).expect("records hold nothing that cannot be written")
}

/// Reads the next record.
fn next<'a, T: Deserialize<'a>>(rest: &mut &'a [u8]) -> Result<T, FileRefusal> {
    let (record, after) = postcard::take_from_bytes(rest).map_err(unfit)?;
    *rest = after;
    Ok(record)
}

fn write_rows<'a>(
    rows: &'a [Arc<ProvisioningRequest>],
    authors: &Authors<'a>,
    mut body: Vec<u8>,
) -> Vec<u8> {
    for row in rows {
        body = written(&RowRecord::of(row, authors), body);
    }
    body
}

/// Leaves room for the length of what is written next, and says where.
fn with_length(mut body: Vec<u8>) -> (Vec<u8>, usize) {
    let place = body.len();
    body.extend_from_slice(&[0; LENGTH_LEN]);
    (body, place)
}

/// Writes the length of everything behind this place.
fn set_length(body: &mut [u8], place: usize) {
    let (before, behind) = body.split_at_mut(place + LENGTH_LEN);
    before[place..].copy_from_slice(&(behind.len() as u64).to_le_bytes());
}

const LENGTH_LEN: usize = size_of::<u64>();

/// Takes a part whose length is written before it.
fn part<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], FileRefusal> {
    let cut = || unfit(UnknownValue("length"));
    let (length, behind) = rest.split_first_chunk().ok_or_else(cut)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| cut())?;
    let (part, after) = behind.split_at_checked(length).ok_or_else(cut)?;
    *rest = after;
    Ok(part)
}

/// Nothing may be left over.
fn read_out(rest: &[u8]) -> Result<(), FileRefusal> {
    match rest {
        [] => Ok(()),
        _ => Err(unfit(UnknownValue("rest"))),
    }
}

/// The requests of a file, in two halves.
fn revived(
    rest: &mut &[u8],
    count: usize,
    authors: &KnownAuthors,
) -> Result<Vec<Arc<ProvisioningRequest>>, FileRefusal> {
    let mut first = part(rest)?;
    let (mut rows, second) = thread::scope(|scope| {
        let half = scope.spawn(move || {
            let rows = revived_rows(&mut first, count / 2, authors)?;
            read_out(first).map(|()| rows)
        });
        let second = revived_rows(rest, count - count / 2, authors);
        let first = half.join().expect("reading requests does not panic");
        Ok((first?, second?))
    })?;
    rows.extend(second);
    Ok(rows)
}

fn revived_rows(
    rest: &mut &[u8],
    count: usize,
    authors: &KnownAuthors,
) -> Result<Vec<Arc<ProvisioningRequest>>, FileRefusal> {
    let expected = count.min(rest.len());
    let mut texts = Texts::for_rows(expected);
    let mut revived = Vec::with_capacity(expected);
    for _ in 0..count {
        let row: RowRecord<'_> = next(rest)?;
        revived.push(row.revive(authors, &mut texts).map_err(unfit)?);
    }
    Ok(revived)
}

/// The ledger of a file, which ends with it. It is one of a foreign head-end if ever one was there,
/// or is now.
fn revived_ledger(
    mut rest: &[u8],
    record: LedgerRecord<'_>,
    book: &RequestBook,
    settings: &HouseSettings,
) -> Result<Ledger, FileRefusal> {
    let account = part(&mut rest)?;
    let crm = part(&mut rest)?;
    let is_foreign = record.is_foreign || settings.dispatch.conax_address.is_some();
    let crm_count = record.crm_count;
    let parts = thread::scope(|scope| {
        let crm = scope.spawn(move || revived_crm(crm, crm_count, book));
        let cas = revived_cas(rest, record.cas_count, book)?;
        let (rows, outcomes) = revived_account(account, &record, book)?;
        let crm = crm.join().expect("reading events does not panic")?;
        Ok(LedgerParts {
            rows,
            outcomes,
            crm,
            cas,
            ..record.revive()
        })
    })?;
    let mut ledger = Ledger::from_parts(parts, settings.ledger_limit);
    ledger.is_foreign = is_foreign;
    Ok(ledger)
}

type AccountParts = (Vec<RowPart>, Vec<OutcomePart>);

fn revived_account(
    mut rest: &[u8],
    record: &LedgerRecord<'_>,
    book: &RequestBook,
) -> Result<AccountParts, FileRefusal> {
    let mut rows = Vec::with_capacity(record.row_count.min(rest.len()));
    for _ in 0..record.row_count {
        let row: LedgerRowRecord<'_> = next(&mut rest)?;
        rows.push(row.revive(book).map_err(unfit)?);
    }
    let mut outcomes = Vec::with_capacity(record.outcome_count.min(rest.len()));
    for _ in 0..record.outcome_count {
        let outcome: OutcomeRecord = next(&mut rest)?;
        outcomes.push(outcome.revive());
    }
    read_out(rest).map(|()| (rows, outcomes))
}

fn revived_crm(
    mut rest: &[u8],
    count: usize,
    book: &RequestBook,
) -> Result<Vec<At<CrmEvent>>, FileRefusal> {
    let (mut revived, mut events) = (
        Vec::with_capacity(count.min(rest.len())),
        EventsIn::new(book),
    );
    for _ in 0..count {
        revived.push(events.crm(next(&mut rest)?).map_err(unfit)?);
    }
    read_out(rest).map(|()| revived)
}

fn revived_cas(
    mut rest: &[u8],
    count: usize,
    book: &RequestBook,
) -> Result<Vec<At<CasEvent>>, FileRefusal> {
    let (mut revived, mut events) = (
        Vec::with_capacity(count.min(rest.len())),
        EventsIn::new(book),
    );
    for _ in 0..count {
        revived.push(events.cas(next(&mut rest)?).map_err(unfit)?);
    }
    read_out(rest).map(|()| revived)
}

fn unfit(reason: impl ToString) -> FileRefusal {
    FileRefusal::Unfit(reason.to_string())
}

impl WorldRecord<'_> {
    fn revive(self, mut rest: &[u8], settings: &HouseSettings) -> Result<Snapshot, FileRefusal> {
        let spec = WorldSpec::parse(self.spec)
            .map_err(|findings| unfit(format!("its world has {} findings", findings.len())))?;
        let positions = self.positions.each_ref();
        let [ids, token_ids, cas_ids] = positions.map(|position| ids_at(position));
        let authors = KnownAuthors::of(&self.authors);
        let mut sessions = Sessions::default();
        self.crm
            .revive_sessions(&mut sessions, &authors)
            .map_err(unfit)?;
        let rows = revived(&mut rest, self.crm.row_count, &authors)?;
        let book = RequestBook::from_parts(self.crm.revive_book(rows)).map_err(unfit)?;
        let ledger = revived_ledger(rest, self.ledger, &book, settings)?;
        let belief = Belief::from_parts(self.start_belief.revive().map_err(unfit)?);
        let ids = [ids?, token_ids?];
        let crm = CrmSide::of(&spec, settings, sessions, book, ids, Arc::new(belief));
        let own = own_cas_settings(settings);
        let cas_settings = world::cas_settings(&spec.cas.settings, own).map_err(unfit)?;
        let mut gate = world::gate(&spec);
        for (user, count) in self.failures {
            gate.set_failures(user, count);
        }
        Ok(Snapshot {
            crm: crm.map_err(unfit)?,
            cas: CasSide {
                memory: self.memory.revive(&cas_settings).map_err(unfit)?,
                state: CasState::from_parts(cas_settings, self.cas.revive().map_err(unfit)?),
                gate,
                ids: cas_ids?,
            },
            faults: self.faults.revive().map_err(unfit)?,
            ledger,
            last_exchange: self.last_exchange,
            clock: self.clock.revive().map_err(unfit)?,
            spec: Arc::new(spec),
            runs: self.runs,
        })
    }
}

fn ids_at(position: &[u8]) -> Result<Ids, FileRefusal> {
    let position = position
        .try_into()
        .map_err(|_| unfit(UnknownValue("position of ids")))?;
    Ok(Ids::at(position))
}
