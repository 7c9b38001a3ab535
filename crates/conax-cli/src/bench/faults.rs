//! What fault rules that do not match cost: questions at the Conax endpoint, in turns.

use std::path::PathBuf;
use std::time::Duration;

use super::child::Measured;
use super::load::{self, Load, QUESTION};
use super::table::{Table, median, verdict};
use super::{BenchError, runtime};
use crate::print;

const LOAD: Load = Load { path: "/", body: QUESTION, expected: b">OK<", connections: 16 };
const ROUNDS: usize = 7;
/// The share of throughput that rules which do not match may cost.
const BAR: f64 = 0.02;

/// A file that goes when it is dropped.
pub(super) struct FaultFile(PathBuf);

impl FaultFile {
    pub(super) fn write(name: &str, text: &str) -> Result<Self, BenchError> {
        let name = format!("conax-sim-bench-{}-{name}.faults.yaml", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).map_err(BenchError::Start)?;
        Ok(Self(path))
    }

    pub(super) fn instance(&self) -> Result<Measured, BenchError> {
        let path = self.0.to_string_lossy();
        Measured::instance(&["--run-interval", "off", "--faults", path.as_ref()])
    }
}

impl Drop for FaultFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// This many rules for cards nobody asks about.
fn rules(count: usize) -> String {
    let rule = |number: usize| {
        format!(
            "  - {{ name: other-{number}, preset: f05, when: {{ card: \"018000{number:05}\" }} }}\n"
        )
    };
    format!("faults:\n{}", (0..count).map(rule).collect::<String>())
}

pub(super) fn run(seconds: u64) -> Result<(), BenchError> {
    let time = Duration::from_secs(seconds);
    let (one, twenty) =
        (FaultFile::write("one", &rules(1))?, FaultFile::write("twenty", &rules(20))?);
    let plain = || Measured::instance(&["--run-interval", "off"]);
    let one = || one.instance();
    let twenty = || twenty.instance();
    type Start<'a> = &'a dyn Fn() -> Result<Measured, BenchError>;
    let candidates: [(&str, Start<'_>); 3] = [
        ("no rules", &plain),
        ("1 rule that does not match", &one),
        ("20 rules that do not match", &twenty),
    ];
    let mut rates: [Vec<f64>; 3] = Default::default();
    let mut processor_us: [Vec<f64>; 3] = Default::default();
    let runtime = runtime()?;
    for _ in 0..ROUNDS {
        for (place, (_, start)) in candidates.iter().enumerate() {
            let instance = start()?;
            let before = instance.processor_seconds();
            let address =
                instance.cas.ok_or_else(|| BenchError::Answer("no Conax endpoint".to_owned()))?;
            let round = runtime.block_on(load::post(address, LOAD, time))?;
            if let (Some(before), Some(after)) = (before, instance.processor_seconds()) {
                processor_us[place].push((after - before) * 1e6 / round.answers as f64);
            }
            rates[place].push(round.rate());
        }
    }
    let mut table = Table::new(&["questions at the head-end", "calls/s", "ratio", "CPU us/call"]);
    let base = median(&mut rates[0]);
    let mut cost = Vec::new();
    for (place, (name, _)) in candidates.iter().enumerate() {
        let rate = median(&mut rates[place]);
        cost.push(1.0 - rate / base);
        table.row([
            (*name).to_owned(),
            format!("{rate:.0}"),
            format!("{:.3}", rate / base),
            format!("{:.1}", median(&mut processor_us[place])),
        ]);
    }
    table.print(&format!(
        "{} connections kept alive, loopback; {ROUNDS} rounds of {seconds} s in turns",
        LOAD.connections
    ));
    print::result(format_args!(
        "  bar: a rule that does not match costs at most 2 %: {:.1} %, {}; twenty: {:.1} %, {}\n",
        cost[1] * 100.0,
        verdict(cost[1] <= BAR),
        cost[2] * 100.0,
        verdict(cost[2] <= BAR),
    ));
    Ok(())
}
