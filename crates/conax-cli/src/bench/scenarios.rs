//! What playing scenarios costs: a folder of them in this process, and a hundred steps against a
//! served target beside the same steps as a Hurl file, if Hurl is there.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::process::{self, Measured};
use super::table::{Figures, Table, verdict};
use super::{BenchError, Done};
use crate::print;

const RUNS: usize = 20;
/// Seconds all shipped scenarios may take.
const FOLDER_BAR: f64 = 2.0;
/// Share of Hurl's time.
const HURL_BAR: f64 = 0.5;
/// The token of the demo world.
const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";
const REQUESTS: &str = "conax_web_services/provisioning_requests";

pub(super) fn run(folder: &str) -> Done {
    let mut table = Table::new("scenarios\tmedian\tworst\tbar\t");
    if Path::new(folder).is_dir() {
        let times = times(&ours(&["run", folder, "-q"])?)?;
        table.row(format!(
            "all of `{folder}`, in process\t{:.0} ms\t{:.0} ms\t{FOLDER_BAR:.0} s\t{}",
            times.median(),
            times.worst(),
            verdict(times.median() <= FOLDER_BAR * 1e3)
        ));
    }
    hundred_steps(&mut table)?;
    table.print(&format!("{RUNS} runs of each, process start included"));
    print::result("");
    Ok(())
}

fn hundred_steps(table: &mut Table) -> Done {
    let instance = Measured::instance(&["--run-interval", "off"])?;
    let folder = std::env::temp_dir().join(format!("conax-sim-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(BenchError::Start)?;
    let measured = measure(table, &instance, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    measured
}

fn measure(table: &mut Table, instance: &Measured, folder: &Path) -> Done {
    let write = |name: &str, text: String| -> Done<String> {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(BenchError::Start)?;
        Ok(path.to_string_lossy().into_owned())
    };
    let scenario = write("hundred.scenario.yaml", scenario())?;
    let hurl = write("hundred.hurl", hurl_file(&instance.address.to_string()))?;
    let secrets = write("secrets", format!("token={TOKEN}\n"))?;
    let target = format!("http://{}", instance.address);
    let arguments = ["run", &scenario, "-q", "--target", &target, "--secrets-file", &secrets];
    let measured = times(&ours(&arguments)?)?;
    let reference = times(&["hurl".to_owned(), "--test".to_owned(), hurl]).ok();
    let (bar, met) = match &reference {
        Some(reference) => {
            let bar = reference.median() * HURL_BAR;
            (format!("{bar:.0} ms"), verdict(measured.median() <= bar))
        }
        None => ("no hurl here".to_owned(), ""),
    };
    let (median, worst) = (measured.median(), measured.worst());
    table.row(format!(
        "100 steps against a served target\t{median:.1} ms\t{worst:.1} ms\t{bar}\t{met}"
    ));
    if let Some(reference) = reference {
        let (median, worst) = (reference.median(), reference.worst());
        table.row(format!("the same steps with hurl\t{median:.1} ms\t{worst:.1} ms\t\t"));
    }
    Ok(())
}

/// This program with arguments.
fn ours(arguments: &[&str]) -> Done<Vec<String>> {
    let program = std::env::current_exe().map_err(BenchError::Start)?;
    let program = program.to_string_lossy().into_owned();
    Ok([program].into_iter().chain(arguments.iter().map(ToString::to_string)).collect())
}

/// Milliseconds a command takes; the first run warms up and does not count.
fn times(command: &[String]) -> Done<Figures> {
    let (program, arguments) = command.split_first().expect("a command has a program");
    let mut times = Figures::default();
    for run in 0..=RUNS {
        let started = Instant::now();
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = process::run(&mut command).map_err(BenchError::Start)?;
        let time = started.elapsed().as_secs_f64() * 1e3;
        if !status.success() {
            return Err(BenchError::Answer(format!("{program} ended with {status}")));
        }
        if run > 0 {
            times.add(time);
        }
    }
    Ok(times)
}

fn scenario() -> String {
    let steps = "  - call: add_subscriptions
    with: { subscription: S60600, service: SPORT, smartcard: \"01900080208\" }
    expect: { status: OK, life_cycle_state: PENDING, type: ADD_SUBSCRIPTIONS }
    keep: { request: id }
  - call: show
    with: { request: { id: $request } }
    expect: { status: OK, id: $request }
";
    format!("scenario: A hundred steps\nsteps:\n{}", steps.repeat(50))
}

fn hurl_file(address: &str) -> String {
    let steps = format!(
        r#"POST http://{address}/{REQUESTS}/add_subscriptions
{{ "token": "{TOKEN}", "subscription_identifier": {{"number": "S60600"}},
   "service_identifier": {{"code": "SPORT"}},
   "smartcard_identifier": {{"serial_number": "01900080208"}} }}
HTTP 200
[Captures]
id: jsonpath "$.data.id"
[Asserts]
jsonpath "$.status.code" == "OK"
jsonpath "$.data.life_cycle_state" == "PENDING"
jsonpath "$.data.type" == "ADD_SUBSCRIPTIONS"

GET http://{address}/{REQUESTS}/show?token={TOKEN}&provisioning_request_identifier=id={{{{id}}}}
HTTP 200
[Asserts]
jsonpath "$.status.code" == "OK"
jsonpath "$.data.id" == "{{{{id}}}}"

"#
    );
    steps.repeat(50)
}
