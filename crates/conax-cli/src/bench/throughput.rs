//! add_subscriptions against a bare axum handler, both as processes of their own, in turns.

use std::time::Duration;

use super::child::Measured;
use super::load::{self, Load};
use super::table::{Table, median, verdict};
use super::{BenchError, runtime};
use crate::print;

/// The documented method.
pub(super) const PATH: &str = "/conax_web_services/provisioning_requests/add_subscriptions";
const BODY: &str = include_str!("../../../../fixtures/contract/add_subscriptions.request.json");
const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
/// The share of the reference's throughput the simulator has to reach.
const BAR: f64 = 0.60;

/// Starts one side of the comparison.
type Start = fn() -> Result<Measured, BenchError>;

struct Figures {
    rates: Vec<f64>,
    processor_us: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
}

pub(super) fn run(seconds: u64) -> Result<(), BenchError> {
    let time = Duration::from_secs(seconds);
    let candidates: [(&str, Start); 3] = [
        ("bare axum handler", || Measured::start(&["bench", "reference"])),
        ("conax-sim", || Measured::instance(&["--run-interval", "off"])),
        ("… with its log", || Measured::instance(&["--run-interval", "off", "--log", "json"])),
    ];
    let mut figures: Vec<Figures> = candidates.iter().map(|_| Figures::new()).collect();
    let runtime = runtime()?;
    for _ in 0..ROUNDS {
        for ((_, start), figures) in candidates.iter().zip(&mut figures) {
            // A process per round: what an earlier round recorded must not weigh on this one.
            runtime.block_on(figures.measure(&start()?, time))?;
        }
    }
    let mut table = Table::new(&[
        "add_subscriptions",
        "calls/s",
        "spread",
        "ratio",
        "CPU us/call",
        "p50",
        "p99",
    ]);
    let base = median(&mut figures[0].rates);
    for ((name, _), figures) in candidates.iter().zip(&mut figures) {
        table.row(figures.row(name, base));
    }
    table.print(&format!(
        "{CONNECTIONS} connections kept alive, loopback; {ROUNDS} rounds of {seconds} s in turns,\n\
         a new process each; {} cores for both sides",
        std::thread::available_parallelism().map_or(0, usize::from)
    ));
    let ratio = median(&mut figures[1].rates) / base;
    print::result(format_args!(
        "  bar: at least {BAR:.2} of the bare handler: {ratio:.2}, {}\n",
        verdict(ratio >= BAR)
    ));
    Ok(())
}

impl Figures {
    fn new() -> Self {
        Self { rates: Vec::new(), processor_us: Vec::new(), p50: Vec::new(), p99: Vec::new() }
    }

    async fn measure(&mut self, process: &Measured, time: Duration) -> Result<(), BenchError> {
        let before = process.processor_seconds();
        let load = Load { path: PATH, body: BODY, expected: b"\"OK\"", connections: CONNECTIONS };
        let round = load::post(process.address, load, time).await?;
        if let (Some(before), Some(after)) = (before, process.processor_seconds()) {
            self.processor_us.push((after - before) * 1e6 / round.answers as f64);
        }
        self.rates.push(round.rate());
        self.p50.push(round.quantile(0.50).as_secs_f64() * 1e6);
        self.p99.push(round.quantile(0.99).as_secs_f64() * 1e6);
        Ok(())
    }

    fn row(&mut self, name: &str, base: f64) -> [String; 7] {
        let rate = median(&mut self.rates);
        let spread = self
            .rates
            .last()
            .zip(self.rates.first())
            .map_or(0.0, |(most, least)| (most - least) / rate * 100.0);
        [
            name.to_owned(),
            format!("{rate:.0}"),
            format!("{spread:.0} %"),
            format!("{:.2}", rate / base),
            format!("{:.1}", median(&mut self.processor_us)),
            format!("{:.0} us", median(&mut self.p50)),
            format!("{:.0} us", median(&mut self.p99)),
        ]
    }
}
