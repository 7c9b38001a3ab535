//! Delays: whether draws follow their distribution, and how exactly a delay comes out on sockets.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::Method;
use conax_model::entropy::{Dice, Seed};
use conax_model::fault::DelayShape;
use tokio::task::JoinSet;

use super::load::{self, QUESTION};
use super::process::Measured;
use super::rates::FaultFile;
use super::table::{Table, quantile, verdict};
use super::{BenchError, Done, runtime};
use crate::print;

const DRAWS: u32 = 100_000;
/// Calls on their way at a time, and how long each is to take.
const CALLS: u32 = 1000;
const ASKED: Duration = Duration::from_millis(50);
const ROUNDS: usize = 5;
/// What the middle call, and the hundredth slowest, may take beyond that.
const BARS: [(f64, f64); 2] = [(0.50, 1.5), (0.99, 5.0)];

pub(super) fn run() -> Done {
    distributions();
    let runtime = runtime()?;
    let asked = FaultFile::write("delay", "faults: [{ do: { delay: 50ms } }]\n")?;
    let mut table = Table::new("1,000 calls at a time\tp50 beyond\tp99 beyond\tworst");
    let sleeps = runtime.block_on(plain_sleeps());
    let prompt = runtime.block_on(calls(&Measured::instance(&["--run-interval", "off"])?))?;
    let delayed = runtime.block_on(calls(&asked.instance()?))?;
    let beyond = |times: &[Duration], asked: Duration, share: f64| {
        (quantile(times, share).as_secs_f64() - asked.as_secs_f64()) * 1e3
    };
    for (name, times, asked) in [
        ("tokio sleeps of 50 ms", &sleeps, ASKED),
        ("no delay asked", &prompt, Duration::ZERO),
        ("50 ms asked", &delayed, ASKED),
    ] {
        let [p50, p99, worst] = [0.50, 0.99, 1.0].map(|share| beyond(times, asked, share));
        table.row(format!("{name}\t{p50:.2} ms\t{p99:.2} ms\t{worst:.2} ms"));
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
    let mut table = Table::new("family\tdistance\tbound\t");
    for (name, shape) in families {
        let distance = distance(&shape);
        table.row(format!("{name}\t{distance:.5}\t{bound:.5}\t{}", verdict(distance <= bound)));
    }
    table.print(&format!("{DRAWS} draws of each family against its distribution"));
}

fn distance(shape: &DelayShape) -> f64 {
    let mut dice = Dice::new(Seed(1), "bench");
    let mut draws: Vec<Duration> =
        (0..DRAWS).map(|_| shape.draw(&mut dice, Duration::ZERO)).collect();
    draws.sort_unstable();
    let distances = draws.iter().zip(0_u32..).map(|(draw, before)| {
        let share = shape.share_up_to(*draw).unwrap_or_default();
        let step = |count: u32| (share - f64::from(count) / f64::from(DRAWS)).abs();
        step(before).max(step(before + 1))
    });
    distances.fold(0.0, f64::max)
}

async fn plain_sleeps() -> Vec<Duration> {
    let mut all = Vec::new();
    for _ in 0..ROUNDS {
        let mut sleeps = JoinSet::new();
        for number in 0..CALLS {
            sleeps.spawn(async move {
                tokio::time::sleep(ASKED * number / CALLS).await;
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

async fn calls(instance: &Measured) -> Done<Vec<Duration>> {
    let address = instance.conax()?;
    let mut all = Vec::new();
    for round in 0..=ROUNDS {
        let mut calls = JoinSet::new();
        for number in 0..CALLS {
            let mut connection = load::connect(address).await?;
            calls.spawn(async move {
                tokio::time::sleep(ASKED * number / CALLS).await;
                let (began, body) = (Instant::now(), Bytes::from_static(QUESTION.as_bytes()));
                load::exchange(&mut connection, Method::POST, "/", body).await?;
                Ok::<_, BenchError>(began.elapsed())
            });
        }
        let times = calls.join_all().await.into_iter().collect::<Done<Vec<_>>>()?;
        // The first round warms up.
        if round > 0 {
            all.extend(times);
        }
    }
    all.sort_unstable();
    Ok(all)
}
