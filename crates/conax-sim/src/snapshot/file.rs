//! A snapshot as the bytes of a file, and back: sections, each behind its length, of the model's
//! nouns as they are, in postcard's encoding. A change of a noun that is stored is a new format
//! (`seal`).
//!
//! Requests and events are many; sections are written and read side by side.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use conax_contract::world::{Secrets, WorldSpec};
use conax_model::cas::CasState;
use conax_model::crm::{BookParts, ProvisioningRequest, RequestBook, Sessions};
use conax_model::drift::Belief;
use conax_model::entropy::Ids;
use conax_model::fault::{FaultPlan, HeadEndMemory, RuleId};
use conax_model::ledger::{Ledger, LedgerParts, RowPart};
use conax_model::storage::sharing;
use conax_model::trace::TraceContext;
use postcard::{Deserializer, Serializer, de_flavors, ser_flavors};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Snapshot;
use super::journal::{Course, Short};
use crate::clock::{ClockMode, Reading};
use crate::fault::FaultBook;
use crate::seal::{self, FileRefusal, SealKey};
use crate::settings::SimulatorSettings;
use crate::world::{self, CasSide, CrmSide, own_cas_settings};

/// Everything but what is many. Texts are read as their own, so it borrows on the way out only.
#[derive(Serialize, Deserialize)]
struct Head<'a> {
    /// What both sides started from, as a world file.
    spec: Cow<'a, str>,
    clock: Reading,
    last_exchange: u64,
    runs: u64,
    /// Of requests, tokens and transactions.
    ids: [Ids; 3],
    book: BookParts,
    sessions: Cow<'a, Sessions>,
    start_belief: Cow<'a, Belief>,
    cas: Cow<'a, CasState>,
    /// Users of the head-end's gate and how often each failed in a row.
    failures: Vec<(Cow<'a, str>, u32)>,
    memory: Cow<'a, HeadEndMemory>,
    plan: Cow<'a, FaultPlan>,
    /// The rules of the plan as they were written, in JSON.
    written: BTreeMap<RuleId, String>,
    made_names: u64,
    ledger: LedgerParts,
    is_foreign: bool,
}

/// About what a request, what the ledger knows of it, and an event take in a file.
const ROW_BYTES: usize = 256;
const LEDGER_ROW_BYTES: usize = 40;
const EVENT_BYTES: usize = 32;

/// Rows and outcomes of the ledger, and its two journals.
const LEDGER_SECTIONS: usize = 4;

impl Snapshot {
    /// The snapshot as a sealed file.
    #[must_use]
    pub fn to_file(&self, key: &SealKey) -> Vec<u8> {
        let mut book = self.crm.book.parts();
        let rows = std::mem::take(&mut book.rows);
        let (events, _) = self.ledger.lens();
        let file = seal::room_for(rows.len() * ROW_BYTES + events * EVENT_BYTES);
        let file = thread::scope(|scope| {
            let ledger = scope.spawn(|| self.ledger_sections());
            let mut file = section(file, |writer| put(&self.head(book), writer));
            let (first, second) = rows.split_at(rows.len() / 2);
            for half in [first, second] {
                file = list(file, half.len(), half);
            }
            file.append(&mut ledger.join().expect("writing the ledger does not panic"));
            file
        });
        seal::seal(file, key)
    }

    fn head(&self, book: BookParts) -> Head<'_> {
        let failures = self.cas.authentication.failures();
        let written = self.faults.written.iter();
        Head {
            spec: self.spec.to_yaml(Secrets::Shown).into(),
            clock: self.clock,
            last_exchange: self.last_exchange,
            runs: self.runs,
            ids: [&self.crm.ids, &self.crm.token_ids, &self.cas.ids].map(Ids::clone),
            book,
            sessions: Cow::Borrowed(&self.crm.sessions),
            start_belief: Cow::Borrowed(&self.crm.start_belief),
            cas: Cow::Borrowed(&self.cas.state),
            failures: failures.map(|(user, count)| (user.into(), count)).collect(),
            memory: Cow::Borrowed(&self.cas.memory),
            plan: Cow::Borrowed(&self.faults.plan),
            written: written.map(|(id, rule)| (id.clone(), rule.to_string())).collect(),
            made_names: self.faults.made_names,
            ledger: self.ledger.other_parts(),
            is_foreign: self.ledger.is_foreign,
        }
    }

    /// What the ledger knows of each request and transaction, and both its journals.
    fn ledger_sections(&self) -> Vec<u8> {
        let (ledger, book) = (&self.ledger, &self.crm.book);
        let ((rows, outcomes), (crm, cas)) = (ledger.counts(), ledger.lens());
        let body = Vec::with_capacity(rows * LEDGER_ROW_BYTES + (crm + cas) * EVENT_BYTES);
        let of_rows = ledger.row_parts().map(|row| Short::of(book.by_number(row.request), row));
        let body = list(body, rows, of_rows);
        let body = list(body, outcomes, ledger.outcome_parts());
        let mut course = Course::new(book);
        let body = list(body, crm, ledger.crm_events().map(|one| course.shorten(one)));
        let mut course = Course::new(book);
        let body = list(body, cas, ledger.cas_events().map(|one| course.shorten(one)));
        self.traces(body)
    }

    /// Appends the traces requests belong to. Files without any end before it, as all did before.
    fn traces(&self, body: Vec<u8>) -> Vec<u8> {
        let trace = |row: &'_ Arc<ProvisioningRequest>| Some((row.number?, row.trace.clone()?));
        let traces: Vec<(u64, Arc<TraceContext>)> = self.crm.book.all().filter_map(trace).collect();
        match traces.is_empty() {
            true => body,
            false => list(body, traces.len(), &traces),
        }
    }

    /// The snapshot of a sealed file, for a simulator with these settings.
    ///
    /// # Errors
    /// If it is no such file, it is cut, altered or sealed with another key, or it does not fit.
    pub fn from_file(
        file: &[u8],
        key: &SealKey,
        settings: &SimulatorSettings,
    ) -> Result<Self, FileRefusal> {
        let opened = seal::open(file, key)?;
        let mut rest = opened.as_slice();
        let (head, first) = (part(&mut rest)?, part(&mut rest)?);
        let second = part(&mut rest)?;
        let read_rows = |part| read_list(part, |row: ProvisioningRequest| Ok(Arc::new(row)));
        let (head, rows) = thread::scope(|scope| {
            let first = scope.spawn(|| read_rows(first));
            let head: Head<'_> = read(head, next)?;
            let second = read_rows(second)?;
            let mut rows = first.join().expect("reading requests does not panic")?;
            rows.extend(second);
            Ok((head, rows))
        })?;
        head.revive(rows, rest, settings)
    }
}

impl Head<'_> {
    fn revive(
        self,
        rows: Vec<Arc<ProvisioningRequest>>,
        ledger: &[u8],
        settings: &SimulatorSettings,
    ) -> Result<Snapshot, FileRefusal> {
        let spec = WorldSpec::parse(&self.spec)
            .map_err(|findings| unfit(format!("its world has {} findings", findings.len())))?;
        let (ledger, rows) = with_traces(ledger, rows)?;
        let book = RequestBook::from_parts(BookParts { rows, ..self.book }).map_err(unfit)?;
        let mut ledger = read_ledger(ledger, self.ledger, &book, settings.ledger_limit)?;
        // It is one of a foreign head-end if ever one was there, or is now.
        ledger.is_foreign = self.is_foreign || settings.dispatch.conax_address.is_some();
        let [ids, token_ids, cas_ids] = self.ids;
        let sessions = self.sessions.into_owned();
        let belief = Arc::new(self.start_belief.into_owned());
        let crm = CrmSide::of(&spec, settings, sessions, book, [ids, token_ids], belief);
        let own = own_cas_settings(settings);
        let cas_settings = world::cas_settings(&spec.cas.settings, own).map_err(unfit)?;
        let mut authentication = world::authentication(&spec);
        for (user, count) in self.failures {
            authentication.set_failures(&user, count);
        }
        Ok(Snapshot {
            crm: crm.map_err(unfit)?,
            cas: CasSide {
                memory: self.memory.into_owned().with_settings(&cas_settings),
                state: self.cas.into_owned().with_settings(cas_settings),
                authentication,
                ids: cas_ids,
            },
            faults: FaultBook {
                plan: self.plan.into_owned(),
                written: written_rules(&self.written)?,
                made_names: self.made_names,
            },
            ledger,
            last_exchange: self.last_exchange,
            clock: possible(self.clock)?,
            spec: Arc::new(spec),
            runs: self.runs,
        })
    }
}

/// The sections of the ledger, and the requests with the traces of the section behind, if there is
/// one.
fn with_traces(
    ledger: &[u8],
    mut rows: Vec<Arc<ProvisioningRequest>>,
) -> Result<(&[u8], Vec<Arc<ProvisioningRequest>>), FileRefusal> {
    let mut rest = ledger;
    for _ in 0..LEDGER_SECTIONS {
        part(&mut rest)?;
    }
    let (ledger, mut rest) = ledger.split_at(ledger.len() - rest.len());
    if rest.is_empty() {
        return Ok((ledger, rows));
    }
    let traces = part(&mut rest)?;
    end(rest)?;
    let traces: Vec<(u64, TraceContext)> = read_list(traces, Ok)?;
    let mut traces: BTreeMap<u64, TraceContext> = traces.into_iter().collect();
    for row in &mut rows {
        if let Some(trace) = row.number.and_then(|number| traces.remove(&number)) {
            Arc::make_mut(row).trace = Some(Arc::new(trace));
        }
    }
    Ok((ledger, rows))
}

fn written_rules(
    written: &BTreeMap<RuleId, String>,
) -> Result<BTreeMap<RuleId, Value>, FileRefusal> {
    let rules = written.iter();
    let rules = rules.map(|(id, rule)| Ok((id.clone(), rule.parse::<Value>().map_err(unfit)?)));
    rules.collect()
}

/// What a clock can show.
fn possible(reading: Reading) -> Result<Reading, FileRefusal> {
    match reading.mode {
        ClockMode::Scaled(scale) if ClockMode::scaled(scale).is_none() => {
            Err(unfit("no clock runs at its pace"))
        }
        _ => Ok(reading),
    }
}

fn read_ledger(
    mut rest: &[u8],
    others: LedgerParts,
    book: &RequestBook,
    limit: usize,
) -> Result<Ledger, FileRefusal> {
    let (rows, outcomes) = (part(&mut rest)?, part(&mut rest)?);
    let (crm, cas) = (part(&mut rest)?, part(&mut rest)?);
    end(rest)?;
    let parts = thread::scope(|scope| {
        let crm = scope.spawn(|| {
            let mut course = Course::new(book);
            read_list(crm, |event| course.whole(event))
        });
        let mut course = Course::new(book);
        Ok(LedgerParts {
            cas: read_list(cas, |event| course.whole(event))?,
            rows: read_list(rows, |row: Short<RowPart>| {
                let request = book.by_number(row.what.request);
                row.whole(request)
            })?,
            outcomes: read_list(outcomes, Ok)?,
            crm: crm.join().expect("reading events does not panic")?,
            ..others
        })
    })?;
    Ok(Ledger::from_parts(parts, limit))
}

pub(super) fn unfit(reason: impl ToString) -> FileRefusal {
    FileRefusal::Unfit(reason.to_string())
}

/// Where bytes are written. Postcard's own way to append to a list takes longer.
struct Bytes(Vec<u8>);

impl ser_flavors::Flavor for Bytes {
    type Output = Vec<u8>;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

fn put(value: &impl Serialize, writer: &mut Serializer<Bytes>) {
    let written = value.serialize(writer);
    written.expect("nouns hold nothing that cannot be written");
}

/// Appends a section: its length, and what is written in it.
fn section(mut body: Vec<u8>, write: impl FnOnce(&mut Serializer<Bytes>)) -> Vec<u8> {
    let place = body.len();
    body.extend_from_slice(&[0; size_of::<u64>()]);
    let begin = body.len();
    let output = Bytes(body);
    let mut writer = Serializer { output };
    sharing(|| write(&mut writer));
    let mut body = writer.output.0;
    let length = (body.len() - begin) as u64;
    body[place..begin].copy_from_slice(&length.to_le_bytes());
    body
}

/// Appends a section of so many things.
fn list<T: Serialize>(body: Vec<u8>, count: usize, all: impl IntoIterator<Item = T>) -> Vec<u8> {
    section(body, |writer| {
        put(&count, writer);
        all.into_iter().for_each(|one| put(&one, writer));
    })
}

type Reader<'a> = Deserializer<'a, de_flavors::Slice<'a>>;

/// Takes a section.
fn part<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], FileRefusal> {
    let cut = || unfit("a section is cut");
    let (length, behind) = rest.split_first_chunk().ok_or_else(cut)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| cut())?;
    let (part, after) = behind.split_at_checked(length).ok_or_else(cut)?;
    *rest = after;
    Ok(part)
}

/// Reads a section to its end.
fn read<'a, T>(
    section: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, FileRefusal>,
) -> Result<T, FileRefusal> {
    let mut reader = Deserializer::from_bytes(section);
    let found = sharing(|| read(&mut reader))?;
    end(reader.finalize().map_err(unfit)?)?;
    Ok(found)
}

fn end(rest: &[u8]) -> Result<(), FileRefusal> {
    match rest {
        [] => Ok(()),
        _ => Err(unfit("something is left over")),
    }
}

fn read_list<T: DeserializeOwned, U>(
    section: &[u8],
    mut each: impl FnMut(T) -> Result<U, FileRefusal>,
) -> Result<Vec<U>, FileRefusal> {
    read(section, |reader| {
        let count: usize = next(reader)?;
        let mut all = Vec::with_capacity(count.min(section.len()));
        for _ in 0..count {
            all.push(each(next(reader)?)?);
        }
        Ok(all)
    })
}

fn next<T: DeserializeOwned>(reader: &mut Reader<'_>) -> Result<T, FileRefusal> {
    T::deserialize(reader).map_err(unfit)
}
