//! From starting the process to its first answer, and what it holds when idle.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::Method;

use super::process::Measured;
use super::table::{Figures, Table, verdict};
use super::{Done, check, load, runtime};
use crate::print;

const RUNS: usize = 20;
/// Milliseconds to the first answer.
const TIME_BAR: f64 = 20.0;
/// Mebibytes when idle.
const MEMORY_BAR: f64 = 20.0;
const SHOW: &str = "/conax_web_services/provisioning_requests/show\
                    ?token=04FFBB37FED475A778F122709CBAC1D5\
                    &provisioning_request_identifier=number=4049";

pub(super) fn run() -> Done {
    let runtime = runtime()?;
    let (mut times, mut memory) = (Figures::default(), Figures::default());
    for _ in 0..RUNS {
        let started = Instant::now();
        let instance = Measured::instance(&[])?;
        let answer = runtime.block_on(async {
            let mut connection = load::connect(instance.address).await?;
            load::exchange(&mut connection, Method::GET, SHOW, Bytes::new()).await
        })?;
        times.add(started.elapsed().as_secs_f64() * 1e3);
        check(&answer, b"COMPLETED")?;
        // Idle is what is left once the start has settled.
        std::thread::sleep(Duration::from_millis(50));
        instance.resident_kib().into_iter().for_each(|kib| memory.add(kib as f64 / 1024.0));
    }
    let mut table = Table::new("start\tmedian\tworst\tbar\t");
    for (name, figures, unit, bar) in [
        ("process start to first answer", times, "ms", TIME_BAR),
        ("resident memory, idle", memory, "MiB", MEMORY_BAR),
    ] {
        let (median, worst) = (figures.median(), figures.worst());
        let met = verdict(median <= bar);
        table.row(format!("{name}\t{median:.1} {unit}\t{worst:.1} {unit}\t{bar:.0} {unit}\t{met}"));
    }
    table.print(&format!("{RUNS} starts with the demo world, all APIs open"));
    print::result("");
    Ok(())
}
