//! Delays: whether draws follow their distribution, and how exactly a delay comes out on sockets.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::Method;
use conax_model::entropy::{Dice, Seed};
use conax_model::fault::DelayShape;
use tokio::task::JoinSet;

use super::child::Measured;
use super::faults::FaultFile;
use super::load::{self, QUESTION};
use super::table::{Table, verdict};
use super::{BenchError, runtime};
use crate::print;

const DRAWS: u32 = 100_000;
/// Calls on their way at a time, and how long each is to take.
const CALLS: usize = 1000;
const ASKED: Duration = Duration::from_millis(50);
const ROUNDS: usize = 5;
/// What the middle call, and the hundredth slowest, may take beyond that.
const BARS: [(f64, f64); 2] = [(0.50, 1.5), (0.99, 5.0)];

pub(super) fn run() -> Result<(), BenchError> {
    distributions();
    let runtime = runtime()?;
    let asked = FaultFile::write("delay", "faults: [{ do: { delay: 50ms } }]\n")?;
    let mut table = Table::new(&["1,000 calls at a time", "p50 beyond", "p99 beyond", "worst"]);
    let sleeps = runtime.block_on(plain_sleeps());
    let prompt = runtime.block_on(calls(&Measured::instance(&["--run-interval", "off"])?))?;
    let delayed = runtime.block_on(calls(&asked.instance()?))?;
    let beyond = |times: &[Duration], asked: Duration, share: f64| {
        let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        let time = times.get(place).copied().unwrap_or_default();
        (time.as_secs_f64() - asked.as_secs_f64()) * 1e3
    };
    for (name, times, asked) in [
        ("tokio sleeps of 50 ms", &sleeps, ASKED),
        ("no delay asked", &prompt, Duration::ZERO),
        ("50 ms asked", &delayed, ASKED),
    ] {
        table.row([
            name.to_owned(),
            format!("{:.2} ms", beyond(times, asked, 0.50)),
            format!("{:.2} ms", beyond(times, asked, 0.99)),
            format!("{:.2} ms", beyond(times, asked, 1.0)),
        ]);
    }
    table.print(&format!("a connection for each call, begun evenly within 50 ms; {ROUNDS} rounds"));
    for (share, bar) in BARS {
        let found = beyond(&delayed, ASKED, share);
        print::result(format_args!(
            "  bar: p{:.0} at most {bar} ms beyond: {found:.2} ms, {}",
            share * 100.0,
            verdict(found <= bar)
        ));
    }
    print::result("");
    Ok(())
}

/// The Kolmogorov-Smirnov distance of many draws of each family.
fn distributions() {
    let ms = Duration::from_millis;
    let families = [
        ("uniform(10ms, 90ms)", DelayShape::Uniform { from: ms(10), to: ms(90) }),
        ("normal(500ms, 50ms)", DelayShape::Normal { mean: ms(500), deviation: ms(50) }),
        (
            "log-normal(median 90ms, sigma 0.4)",
            DelayShape::LogNormal { median: ms(90), sigma: 0.4 },
        ),
        ("exponential(mean 50ms)", DelayShape::Exponential { mean: ms(50) }),
        ("pareto(min 20ms, alpha 1.5)", DelayShape::Pareto { min: ms(20), alpha: 1.5 }),
        ("weibull(scale 50ms, shape 0.8)", DelayShape::Weibull { scale: ms(50), shape: 0.8 }),
    ];
    // One honest sample in a hundred lies beyond.
    let bound = 1.63 / f64::from(DRAWS).sqrt();
    let mut table = Table::new(&["family", "distance", "bound", ""]);
    for (name, shape) in families {
        let distance = distance(&shape);
        table.row([
            name.to_owned(),
            format!("{distance:.5}"),
            format!("{bound:.5}"),
            verdict(distance <= bound).to_owned(),
        ]);
    }
    table.print(&format!("{DRAWS} draws of each family against its distribution"));
}

fn distance(shape: &DelayShape) -> f64 {
    let mut dice = Dice::new(Seed(1), "bench");
    let mut draws: Vec<Duration> =
        (0..DRAWS).map(|_| shape.draw(&mut dice, Duration::ZERO)).collect();
    draws.sort_unstable();
    let steps = draws.iter().zip(0_u32..);
    let distances = steps.map(|(draw, before)| {
        let share = shape.share_up_to(*draw).unwrap_or_default();
        let (low, high) =
            (f64::from(before) / f64::from(DRAWS), f64::from(before + 1) / f64::from(DRAWS));
        (share - low).abs().max((share - high).abs())
    });
    distances.fold(0.0, f64::max)
}

/// When the call of this number begins.
fn begin(number: usize) -> Duration {
    ASKED * u32::try_from(number).unwrap_or(0) / u32::try_from(CALLS).unwrap_or(1)
}

async fn plain_sleeps() -> Vec<Duration> {
    let mut all = Vec::new();
    for _ in 0..ROUNDS {
        let mut sleeps = JoinSet::new();
        for number in 0..CALLS {
            sleeps.spawn(async move {
                tokio::time::sleep(begin(number)).await;
                let began = Instant::now();
                tokio::time::sleep(ASKED).await;
                began.elapsed()
            });
        }
        all.extend(sleeps.join_all().await);
    }
    all.sort_unstable();
    all
}

async fn calls(instance: &Measured) -> Result<Vec<Duration>, BenchError> {
    let address = instance.cas.ok_or_else(|| BenchError::Answer("no Conax endpoint".to_owned()))?;
    let body = Bytes::from_static(QUESTION.as_bytes());
    let mut all = Vec::new();
    for round in 0..=ROUNDS {
        let mut calls = JoinSet::new();
        for number in 0..CALLS {
            let mut connection = load::connect(address).await?;
            let body = body.clone();
            calls.spawn(async move {
                tokio::time::sleep(begin(number)).await;
                let began = Instant::now();
                load::exchange(&mut connection, Method::POST, "/", body).await?;
                Ok::<_, BenchError>(began.elapsed())
            });
        }
        let times = calls.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
        // The first round warms up.
        if round > 0 {
            all.extend(times);
        }
    }
    all.sort_unstable();
    Ok(all)
}
