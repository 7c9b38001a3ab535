//! A snapshot as the bytes of a file, and back: one record of the world, then one of each request.

use std::sync::Arc;

use conax_contract::world::{Secrets, WorldSpec};
use conax_model::cas::CasState;
use conax_model::crm::{ProvisioningRequest, RequestBook, Sessions};
use conax_model::drift::Belief;
use conax_model::entropy::Ids;
use conax_model::fault::HeadEndMemory;
use serde::Serialize;

use super::Snapshot;
use super::record::{
    Authors, CasRecord, ClockRecord, CrmRecord, KnownAuthors, RowRecord, Texts, UnknownValue,
    WorldRecord,
};
use super::seal::{self, FileRefusal, SealKey};
use crate::fault::FaultBook;
use crate::settings::HouseSettings;
use crate::shared::{CasSide, CrmSide, ledger_of, own_cas_settings};
use crate::world;

impl Snapshot {
    /// The snapshot as a sealed file.
    #[must_use]
    pub fn to_file(&self, key: &SealKey) -> Vec<u8> {
        let spec = self.spec.to_yaml(Secrets::Shown);
        let mut authors = Authors::default();
        let book = self.crm.book.parts();
        let crm = CrmRecord::of(&book, &self.crm.sessions, &mut authors);
        let cas = self.cas.state.parts();
        let failures = self.cas.gate.failures();
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
        };
        let mut body = written(&record, Vec::with_capacity(book.rows.len() * ROW_BYTES));
        for row in &book.rows {
            body = written(&RowRecord::of(row, &authors), body);
        }
        seal::seal(body, key)
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
        let (record, rows) =
            postcard::take_from_bytes::<WorldRecord<'_>>(&opened).map_err(unfit)?;
        record.revive(rows, settings)
    }
}

/// About what a request takes in a file.
const ROW_BYTES: usize = 256;

fn written(record: &impl Serialize, body: Vec<u8>) -> Vec<u8> {
    postcard::to_extend(record, body).expect("records hold nothing that cannot be written")
}

/// The requests of a file.
fn revived(
    mut rows: &[u8],
    count: usize,
    authors: &KnownAuthors,
) -> Result<Vec<Arc<ProvisioningRequest>>, FileRefusal> {
    let mut texts = Texts::for_rows(count.min(rows.len()));
    let mut revived = Vec::with_capacity(count.min(rows.len()));
    for _ in 0..count {
        let (row, rest) = postcard::take_from_bytes::<RowRecord<'_>>(rows).map_err(unfit)?;
        revived.push(row.revive(authors, &mut texts).map_err(unfit)?);
        rows = rest;
    }
    match rows {
        [] => Ok(revived),
        _ => Err(unfit(UnknownValue("rest"))),
    }
}

fn unfit(reason: impl ToString) -> FileRefusal {
    FileRefusal::Unfit(reason.to_string())
}

impl WorldRecord<'_> {
    fn revive(self, rows: &[u8], settings: &HouseSettings) -> Result<Snapshot, FileRefusal> {
        let spec = WorldSpec::parse(self.spec)
            .map_err(|findings| unfit(format!("its world has {} findings", findings.len())))?;
        let positions = self.positions.each_ref();
        let [ids, token_ids, cas_ids] = positions.map(|position| ids_at(position));
        let authors = KnownAuthors::of(&self.authors);
        let mut sessions = Sessions::default();
        self.crm
            .revive_sessions(&mut sessions, &authors)
            .map_err(unfit)?;
        let rows = revived(rows, self.crm.row_count, &authors)?;
        let book = RequestBook::from_parts(self.crm.revive_book(rows)).map_err(unfit)?;
        let own = own_cas_settings(settings);
        let start = world::cas_state(&spec, own.clone(), settings.start).map_err(unfit)?;
        let belief = Arc::new(Belief::at_start(&start, settings.start));
        let crm = CrmSide::of(&spec, settings, sessions, book, [ids?, token_ids?], belief);
        let crm = crm.map_err(unfit)?;
        let cas_settings = world::cas_settings(&spec.cas.settings, own).map_err(unfit)?;
        let mut gate = world::gate(&spec);
        for (user, count) in self.failures {
            gate.set_failures(user, count);
        }
        let cas = CasSide {
            state: CasState::from_parts(cas_settings, self.cas.revive().map_err(unfit)?),
            gate,
            ids: cas_ids?,
            memory: HeadEndMemory::default(),
        };
        let clock = self.clock.revive().map_err(unfit)?;
        Ok(Snapshot {
            faults: FaultBook::of_house(settings, &spec, clock.now),
            ledger: ledger_of(&crm, settings, clock.now),
            last_exchange: self.last_exchange,
            crm,
            cas,
            spec: Arc::new(spec),
            runs: self.runs,
            clock,
        })
    }
}

fn ids_at(position: &[u8]) -> Result<Ids, FileRefusal> {
    let position = position
        .try_into()
        .map_err(|_| unfit(UnknownValue("position of ids")))?;
    Ok(Ids::at(position))
}
