//! Calls a second, of processes in turns: `add_subscriptions` against a bare axum handler, and
//! questions at the Conax endpoint with fault rules that do not match.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::load::{self, CONNECTIONS, Load, QUESTION};
use super::process::Measured;
use super::table::{Figures, Table, quantile, verdict};
use super::{BenchError, Done, runtime};
use crate::print;

/// The documented method.
pub(super) const PATH: &str = "/conax_web_services/provisioning_requests/add_subscriptions";
const BODY: &str = include_str!("../../../../fixtures/contract/add_subscriptions.request.json");
/// The share of the reference's throughput the simulator has to reach.
const THROUGHPUT_BAR: f64 = 0.60;
/// The share of throughput that rules which do not match may cost.
const FAULTS_BAR: f64 = 0.02;

/// How one side of the comparison is started.
type Start<'a> = &'a dyn Fn() -> Done<Measured>;

/// What one side did, round by round.
#[derive(Default)]
struct Side {
    rates: Figures,
    processor_us: Figures,
    p50: Figures,
    p99: Figures,
}

impl Side {
    async fn measure(&mut self, process: &Measured, (address, load, time): Work) -> Done {
        let before = process.processor_seconds();
        let (waits, time) = load::post(address, load, time).await?;
        if let (Some(before), Some(after)) = (before, process.processor_seconds()) {
            self.processor_us.add((after - before) * 1e6 / waits.len() as f64);
        }
        self.rates.add(waits.len() as f64 / time.as_secs_f64());
        self.p50.add(quantile(&waits, 0.50).as_secs_f64() * 1e6);
        self.p99.add(quantile(&waits, 0.99).as_secs_f64() * 1e6);
        Ok(())
    }
}

/// Where what is posted, and for how long.
type Work = (SocketAddr, Load, Duration);

/// Measures some sides in turns, a new process each time: what an earlier round recorded must not
/// weigh on this one.
fn in_turns(
    sides: &[(&str, Start<'_>)],
    rounds: usize,
    work: impl Fn(&Measured) -> Done<Work>,
) -> Done<Vec<Side>> {
    let mut measured: Vec<Side> = sides.iter().map(|_| Side::default()).collect();
    let runtime = runtime()?;
    for _ in 0..rounds {
        for ((_, start), side) in sides.iter().zip(&mut measured) {
            let process = start()?;
            runtime.block_on(side.measure(&process, work(&process)?))?;
        }
    }
    Ok(measured)
}

pub(super) fn throughput(seconds: u64) -> Done {
    const ROUNDS: usize = 5;
    let bare = || Measured::start(&["bench", "reference"]);
    let ours = || Measured::instance(&["--run-interval", "off"]);
    let logging = || Measured::instance(&["--run-interval", "off", "--log", "json"]);
    let sides: [(&str, Start<'_>); 3] =
        [("bare axum handler", &bare), ("conax-sim", &ours), ("… with its log", &logging)];
    let load = Load { path: PATH, body: BODY, expected: b"\"OK\"" };
    let time = Duration::from_secs(seconds);
    let measured = in_turns(&sides, ROUNDS, |process| Ok((process.address, load, time)))?;
    let mut table = Table::new("add_subscriptions\tcalls/s\tspread\tratio\tCPU us/call\tp50\tp99");
    let base = measured[0].rates.median();
    for ((name, _), Side { rates, processor_us, p50, p99 }) in sides.iter().zip(&measured) {
        table.row(format!(
            "{name}\t{:.0}\t{:.0} %\t{:.2}\t{:.1}\t{:.0} us\t{:.0} us",
            rates.median(),
            rates.spread(),
            rates.median() / base,
            processor_us.median(),
            p50.median(),
            p99.median()
        ));
    }
    table.print(&format!(
        "{CONNECTIONS} connections kept alive, loopback; {ROUNDS} rounds of {seconds} s in turns,\n\
         a new process each; {} cores for both sides",
        std::thread::available_parallelism().map_or(0, usize::from)
    ));
    let ratio = measured[1].rates.median() / base;
    print::result(format_args!(
        "  bar: at least {THROUGHPUT_BAR:.2} of the bare handler: {ratio:.2}, {}\n",
        verdict(ratio >= THROUGHPUT_BAR)
    ));
    Ok(())
}

pub(super) fn faults(seconds: u64) -> Done {
    const ROUNDS: usize = 7;
    let (one, twenty) =
        (FaultFile::write("one", &rules(1))?, FaultFile::write("twenty", &rules(20))?);
    let plain = || Measured::instance(&["--run-interval", "off"]);
    let (one, twenty) = (|| one.instance(), || twenty.instance());
    let sides: [(&str, Start<'_>); 3] = [
        ("no rules", &plain),
        ("1 rule that does not match", &one),
        ("20 rules that do not match", &twenty),
    ];
    let load = Load { path: "/", body: QUESTION, expected: b">OK<" };
    let time = Duration::from_secs(seconds);
    let measured = in_turns(&sides, ROUNDS, |process| Ok((process.conax()?, load, time)))?;
    let mut table = Table::new("questions at the head-end\tcalls/s\tratio\tCPU us/call");
    let ratio = |side: &Side| side.rates.median() / measured[0].rates.median();
    for ((name, _), side) in sides.iter().zip(&measured) {
        let (rate, processor_us) = (side.rates.median(), side.processor_us.median());
        table.row(format!("{name}\t{rate:.0}\t{:.3}\t{processor_us:.1}", ratio(side)));
    }
    table.print(&format!(
        "{CONNECTIONS} connections kept alive, loopback; {ROUNDS} rounds of {seconds} s in turns"
    ));
    let [one, twenty] = [&measured[1], &measured[2]].map(|side| 1.0 - ratio(side));
    print::result(format_args!(
        "  bar: a rule that does not match costs at most 2 %: {:.1} %, {}; twenty: {:.1} %, {}\n",
        one * 100.0,
        verdict(one <= FAULTS_BAR),
        twenty * 100.0,
        verdict(twenty <= FAULTS_BAR),
    ));
    Ok(())
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

/// A file that goes when it is dropped.
pub(super) struct FaultFile(PathBuf);

impl FaultFile {
    pub(super) fn write(name: &str, text: &str) -> Done<Self> {
        let name = format!("conax-sim-bench-{}-{name}.faults.yaml", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).map_err(BenchError::Start)?;
        Ok(Self(path))
    }

    pub(super) fn instance(&self) -> Done<Measured> {
        let path = self.0.to_string_lossy();
        Measured::instance(&["--run-interval", "off", "--faults", path.as_ref()])
    }
}

impl Drop for FaultFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
