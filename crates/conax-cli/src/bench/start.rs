//! From starting the process to its first answer, and what it holds when idle.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::Method;

use super::child::Measured;
use super::table::{Table, median, verdict};
use super::{BenchError, load, runtime};
use crate::print;

const RUNS: usize = 20;
/// Milliseconds to the first answer.
const TIME_BAR: f64 = 20.0;
/// Mebibytes when idle.
const MEMORY_BAR: f64 = 20.0;
const SHOW: &str = "/conax_web_services/provisioning_requests/show\
                    ?token=04FFBB37FED475A778F122709CBAC1D5\
                    &provisioning_request_identifier=number=4049";

pub(super) fn run() -> Result<(), BenchError> {
    let runtime = runtime()?;
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let started = Instant::now();
        let instance = Measured::instance(&[])?;
        let answer = runtime.block_on(async {
            let mut connection = load::connect(instance.address).await?;
            load::exchange(&mut connection, Method::GET, SHOW, Bytes::new()).await
        })?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        if !answer.windows(9).any(|window| window == b"COMPLETED") {
            return Err(BenchError::Answer(String::from_utf8_lossy(&answer).into_owned()));
        }
        // Idle is what is left once the start has settled.
        std::thread::sleep(Duration::from_millis(50));
        memory.extend(instance.resident_kib().map(|kib| kib as f64 / 1024.0));
    }
    let (time, worst) = (median(&mut times), times.last().copied().unwrap_or_default());
    let resident = median(&mut memory);
    let mut table = Table::new(&["start", "median", "worst", "bar", ""]);
    table.row([
        "process start to first answer".to_owned(),
        format!("{time:.1} ms"),
        format!("{worst:.1} ms"),
        format!("{TIME_BAR:.0} ms"),
        verdict(time <= TIME_BAR).to_owned(),
    ]);
    table.row([
        "resident memory, idle".to_owned(),
        format!("{resident:.1} MiB"),
        format!("{:.1} MiB", memory.last().copied().unwrap_or_default()),
        format!("{MEMORY_BAR:.0} MiB"),
        verdict(resident <= MEMORY_BAR).to_owned(),
    ]);
    table.print(&format!("{RUNS} starts with the demo world, all APIs open"));
    print::result("");
    Ok(())
}
