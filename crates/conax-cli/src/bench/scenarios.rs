//! What playing scenarios costs: a folder of them in this process, and a hundred steps against a
//! served target beside the same steps as a Hurl file, if Hurl is there.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::BenchError;
use super::child::{self, Measured};
use super::table::{Table, median, verdict};
use crate::print;

const RUNS: usize = 20;
/// Seconds all shipped scenarios may take.
const FOLDER_BAR: f64 = 2.0;
/// Share of Hurl's time.
const HURL_BAR: f64 = 0.5;
/// The token of the demo world.
const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";
const REQUESTS: &str = "conax_web_services/provisioning_requests";

pub(super) fn run(folder: &str) -> Result<(), BenchError> {
    let mut table = Table::new(&["scenarios", "median", "worst", "bar", ""]);
    if Path::new(folder).is_dir() {
        let (time, worst) = times(&ours(&["run", folder, "-q"])?)?;
        table.row([
            format!("all of `{folder}`, in process"),
            format!("{:.0} ms", time * 1e3),
            format!("{:.0} ms", worst * 1e3),
            format!("{FOLDER_BAR:.0} s"),
            verdict(time <= FOLDER_BAR).to_owned(),
        ]);
    }
    hundred_steps(&mut table)?;
    table.print(&format!("{RUNS} runs of each, process start included"));
    print::result("");
    Ok(())
}

fn hundred_steps(table: &mut Table) -> Result<(), BenchError> {
    let instance = Measured::instance(&["--run-interval", "off"])?;
    let folder = std::env::temp_dir().join(format!("conax-sim-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(BenchError::Start)?;
    let write = |name: &str, text: String| -> Result<PathBuf, BenchError> {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(BenchError::Start)?;
        Ok(path)
    };
    let scenario = write("hundred.scenario.yaml", scenario())?;
    let hurl = write("hundred.hurl", hurl_file(&instance.address.to_string()))?;
    let secrets = write("secrets", format!("token={TOKEN}\n"))?;
    let measured = measure(table, &instance, [&scenario, &hurl, &secrets]);
    let _ = std::fs::remove_dir_all(&folder);
    measured
}

fn measure(
    table: &mut Table,
    instance: &Measured,
    [scenario, hurl, secrets]: [&Path; 3],
) -> Result<(), BenchError> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let target = format!("http://{}", instance.address);
    let (scenario, secrets) = (text(scenario), text(secrets));
    let arguments = ["run", &scenario, "-q", "--target", &target, "--secrets-file", &secrets];
    let (time, worst) = times(&ours(&arguments)?)?;
    let reference = times(&[vec!["hurl".to_owned(), "--test".to_owned(), text(hurl)]].concat());
    let (bar, met) = match &reference {
        Ok((reference, _)) => {
            (format!("{:.0} ms", reference * HURL_BAR * 1e3), verdict(time <= reference * HURL_BAR))
        }
        Err(_) => ("no hurl here".to_owned(), ""),
    };
    table.row([
        "100 steps against a served target".to_owned(),
        format!("{:.1} ms", time * 1e3),
        format!("{:.1} ms", worst * 1e3),
        bar,
        met.to_owned(),
    ]);
    if let Ok((time, worst)) = reference {
        table.row([
            "the same steps with hurl".to_owned(),
            format!("{:.1} ms", time * 1e3),
            format!("{:.1} ms", worst * 1e3),
            String::new(),
            String::new(),
        ]);
    }
    Ok(())
}

/// This program with arguments.
fn ours(arguments: &[&str]) -> Result<Vec<String>, BenchError> {
    let program = std::env::current_exe().map_err(BenchError::Start)?;
    let mut command = vec![program.to_string_lossy().into_owned()];
    command.extend(arguments.iter().map(ToString::to_string));
    Ok(command)
}

/// Median and worst time of a command, in seconds; the first run warms up and does not count.
fn times(command: &[String]) -> Result<(f64, f64), BenchError> {
    let (program, arguments) = command.split_first().expect("a command has a program");
    let mut times = Vec::new();
    for _ in 0..=RUNS {
        let started = Instant::now();
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = child::run(&mut command).map_err(BenchError::Start)?;
        times.push(started.elapsed().as_secs_f64());
        if !status.success() {
            return Err(BenchError::Answer(format!("{program} ended with {status}")));
        }
    }
    times.remove(0);
    let middle = median(&mut times);
    Ok((middle, times.last().copied().unwrap_or_default()))
}

fn scenario() -> String {
    let mut text = "scenario: A hundred steps\nsteps:\n".to_owned();
    for _ in 0..50 {
        text.push_str(
            "  - call: add_subscriptions
    with: { subscription: S60600, service: SPORT, smartcard: \"01900080208\" }
    expect: { status: OK, life_cycle_state: PENDING, type: ADD_SUBSCRIPTIONS }
    keep: { request: id }
  - call: show
    with: { request: { id: $request } }
    expect: { status: OK, id: $request }
",
        );
    }
    text
}

fn hurl_file(address: &str) -> String {
    let mut text = String::new();
    for _ in 0..50 {
        let _ = write!(
            text,
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
    }
    text
}
