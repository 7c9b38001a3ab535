//! What it costs to keep a world as it is and to bring it back, in memory and as a file, beside a
//! plain clone of its book.

use std::sync::Arc;
use std::time::{Duration, Instant};

use conax_model::command::Command;
use conax_model::crm::ProvisioningRequest;
use conax_model::fault::StateChange;
use conax_model::id::TransactionId;
use conax_model::ledger::{CasEvent, CrmEvent};
use conax_sim::shared::Shared;
use conax_sim::snapshot::Snapshot;
use conax_sim::world::CasSide;

use super::table::{Figures, Table, verdict};
use super::{BenchError, Done, runtime, scaling};
use crate::print;

const STORED: u64 = 100_000;
const ROUNDS: usize = 7;
const BAR_MS: f64 = 250.0;

pub(super) fn run() -> Done {
    let runtime = runtime()?;
    print::aside(format_args!("storing {STORED} requests …"));
    let instance = runtime.block_on(scaling::fill(STORED))?.instance;
    remember(&instance.shared);
    let mut clone = Figures::default();
    for round in 0..=ROUNDS {
        let started = Instant::now();
        let copy = instance.shared.crm().book.clone();
        add(&mut clone, round, started);
        // Letting go of the copy is not part of making it.
        drop(copy);
    }
    let mut table = Table::new("\ttake\trestore\tboth\tsize\tbar\t");
    table.row(format!("plain clone of the book\t{:.1} ms\t\t\t\t\t", clone.median()));
    for (name, is_in_file) in [("in memory", false), ("sealed file", true)] {
        table.row(runtime.block_on(row(name, &instance.shared, is_in_file))?);
    }
    let (crm, conax) = instance.shared.ledger().lens();
    let events = crm + conax;
    table.print(&format!("a snapshot of {STORED} requests with {events} events of the ledger"));
    runtime.block_on(instance.close(Duration::from_secs(1)));
    Ok(())
}

/// Adds the milliseconds since then. The first round warms up.
fn add(figures: &mut Figures, round: usize, started: Instant) {
    if round > 0 {
        figures.add(started.elapsed().as_secs_f64() * 1e3);
    }
}

/// Takes snapshots and brings them back.
async fn row(name: &str, world: &Shared, is_in_file: bool) -> Done<String> {
    let (mut takes, mut restores, mut size) =
        (Figures::default(), Figures::default(), String::new());
    let (key, refused) = (&world.settings.snapshot_key, |error| BenchError::Answer(error));
    for round in 0..=ROUNDS {
        let started = Instant::now();
        let taken = world.take_snapshot().await;
        let file = is_in_file.then(|| taken.to_file(key));
        add(&mut takes, round, started);
        let started = Instant::now();
        let snapshot = match &file {
            None => taken,
            Some(file) => Snapshot::from_file(file, key, &world.settings)
                .map_err(|refusal| refused(refusal.to_string()))?,
        };
        world.restore(&snapshot).await;
        add(&mut restores, round, started);
        size =
            file.map_or(size, |file| format!("{:.1} MiB", file.len() as f64 / f64::from(1 << 20)));
    }
    let (take, restore) = (takes.median(), restores.median());
    let (both, met) = (take + restore, verdict(take + restore <= BAR_MS));
    Ok(format!(
        "{name}\t{take:.1} ms\t{restore:.1} ms\t{both:.1} ms\t{size}\t{BAR_MS:.0} ms\t{met}"
    ))
}

/// What a simulator remembers of its requests besides their rows: the head-end's transactions, and both
/// journals of the ledger.
fn remember(world: &Shared) {
    let now = world.clock.now();
    let rows: Vec<Arc<ProvisioningRequest>> = {
        let side = world.crm();
        side.book.all().map(Arc::clone).collect()
    };
    let settled = rows.iter().filter(|row| row.reference().is_some());
    for (row, exchange) in settled.zip(1..) {
        let id = world.change(|world| {
            let CasSide { state, ids, .. } = &mut *world.cas.lock();
            let domain = state.domains().next().cloned()?;
            let card = state.cards(now).next().map(|card| card.id)?;
            let command = Command::GetActiveSubscriptions { card };
            Some(state.apply(&domain, &command, now, ids).id)
        });
        let Some(id) = id else { return };
        note(world, row, exchange, id);
    }
}

/// The events of a request that was sent once and completed. No text is shared with another.
fn note(world: &Shared, row: &ProvisioningRequest, exchange: u64, transaction: TransactionId) {
    let Some(request) = row.number else { return };
    let reference = || row.reference().map(|text| Arc::from(&**text));
    let status = || Some(Arc::from("OK"));
    let crm = [
        CrmEvent::Acknowledged {
            request,
            kind: row.kind,
            cards: row.lanes().map(Arc::clone).collect(),
        },
        CrmEvent::Sent { request, exchange, left: true },
        CrmEvent::Answered { request, exchange, status: status(), reference: reference() },
        CrmEvent::Ended { request, completed: true, reference: reference(), error: None },
    ];
    let cas = [
        CasEvent::Received { exchange, request: Some(request), read: true, kind: Some(row.kind) },
        CasEvent::Did(StateChange::Executed {
            exchange,
            transaction,
            changed: true,
            late: false,
            is_part: false,
        }),
        CasEvent::Answered { exchange, status: status(), reference: reference(), spoilt: false },
    ];
    let generation = world.crm().generation;
    crm.into_iter().for_each(|event| world.note_crm(generation, event));
    world.note_cas(generation, cas);
}
