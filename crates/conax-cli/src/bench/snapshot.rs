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

use super::table::{Table, median, verdict};
use super::{BenchError, runtime, scaling};
use crate::print;

const STORED: u64 = 100_000;
const ROUNDS: usize = 7;
const BAR: Duration = Duration::from_millis(250);

/// Milliseconds of one thing, round by round.
#[derive(Default)]
struct Figures(Vec<f64>);

impl Figures {
    fn measure<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        self.add(started);
        result
    }

    fn add(&mut self, started: Instant) {
        self.0.push(started.elapsed().as_secs_f64() * 1e3);
    }

    /// The first round warms up.
    fn median(&mut self) -> f64 {
        median(self.0.get_mut(1..).unwrap_or_default())
    }
}

pub(super) fn run() -> Result<(), BenchError> {
    let runtime = runtime()?;
    print::aside(format_args!("storing {STORED} requests …"));
    let instance = runtime.block_on(scaling::fill(STORED))?.instance;
    remember(&instance.shared);
    let mut clone = Figures::default();
    for _ in 0..=ROUNDS {
        // Letting go of the copy is not part of making it.
        let _copy = clone.measure(|| instance.shared.crm().book.clone());
    }
    let mut table = Table::new(&["", "take", "restore", "both", "size", "bar", ""]);
    let clone = clone.median();
    table.row(["plain clone of the book", &millis(clone), "", "", "", "", ""].map(str::to_owned));
    let (take, restore) = runtime.block_on(in_memory(&instance.shared));
    table.row(row("in memory", take, restore, String::new()));
    let (take, restore, bytes) = runtime.block_on(in_a_file(&instance.shared))?;
    let size = format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
    table.row(row("sealed file", take, restore, size));
    let (crm, conax) = instance.shared.ledger().lens();
    let events = crm + conax;
    table.print(&format!("a snapshot of {STORED} requests with {events} events of the ledger"));
    runtime.block_on(instance.close(Duration::from_secs(1)));
    Ok(())
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
        let id = {
            let mut side = world.cas();
            let CasSide { state, ids, .. } = &mut *side;
            let domain = state.domains().next().cloned();
            let card = state.cards(now).next().map(|card| card.id);
            let (Some(domain), Some(card)) = (domain, card) else {
                return;
            };
            let command = Command::GetActiveSubscriptions { card };
            state.apply(&domain, &command, now, ids).id
        };
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

fn millis(figure: f64) -> String {
    format!("{figure:.1} ms")
}

fn row(name: &str, take: f64, restore: f64, size: String) -> [String; 7] {
    let bar = BAR.as_secs_f64() * 1e3;
    [
        name.to_owned(),
        millis(take),
        millis(restore),
        millis(take + restore),
        size,
        format!("{bar:.0} ms"),
        verdict(take + restore <= bar).to_owned(),
    ]
}

async fn in_memory(world: &Shared) -> (f64, f64) {
    let (mut take, mut restore) = (Figures::default(), Figures::default());
    for _ in 0..=ROUNDS {
        let started = Instant::now();
        let snapshot = world.take_snapshot().await;
        take.add(started);
        let started = Instant::now();
        world.restore(&snapshot).await;
        restore.add(started);
    }
    (take.median(), restore.median())
}

async fn in_a_file(world: &Shared) -> Result<(f64, f64, usize), BenchError> {
    let (mut take, mut restore) = (Figures::default(), Figures::default());
    let (key, mut bytes) = (&world.settings.snapshot_key, 0);
    for _ in 0..=ROUNDS {
        let started = Instant::now();
        let file = world.take_snapshot().await.to_file(key);
        take.add(started);
        bytes = file.len();
        let started = Instant::now();
        let snapshot = Snapshot::from_file(&file, key, &world.settings)
            .map_err(|refusal| BenchError::Answer(refusal.to_string()))?;
        world.restore(&snapshot).await;
        restore.add(started);
    }
    Ok((take.median(), restore.median(), bytes))
}
