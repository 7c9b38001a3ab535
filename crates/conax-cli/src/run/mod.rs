//! `run`: plays scenario files.
//!
//! Read on: `find` (which files), `load` (what is in them), `in_process` and `remote` (where they
//! are played), `output` (what is printed and written).

mod addresses;
mod again;
mod bundle;
mod find;
mod in_process;
mod library;
mod load;
mod output;
mod passing;
mod remote;
mod secret;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches, Command};
use conax_scenario::document::{FileFindings, Given, Reader, Scenario, Seeds};
use conax_scenario::record::{self, CaseRecord, FindingKind, RunRecord, Verdict};
use conax_scenario::run::{Case, Detail, Plan, Stop, run_all};
use conax_scenario::target::TargetProvider;

use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, cores, flag, meant, quoted, repeated, switch, wrong};
use crate::http_client::{self, is_unconnected};
use crate::print;
use crate::reports::{ReportOrder, write_reports};
use crate::run::again::secrets_of;
use crate::run::find::Chosen;
use crate::run::output::{FORMATS, Format, Printer};
use crate::signals::{stop_on_signal, unless_stopped};

pub(crate) use addresses::Addresses;
pub(crate) use bundle::{replay, replay_command};
pub(crate) use find::{ENDING, find, find_named, fitting, forward};
pub(crate) use in_process::{InProcess, usual_target};
pub(crate) use library::{Files, INCLUDE_FROM, built_in_world, include_from};
pub(crate) use load::{Choice, load_all, read_file};
pub(crate) use output::each_once;
pub(crate) use remote::{Remote, api_target};
pub(crate) use secret::Secrets;

/// The seed of a run that names none: the same every time.
const USUAL_SEED: u64 = 1;

/// The verb.
pub(crate) fn command() -> Command {
    Command::new("run")
        .about("Play scenario files, each against a fresh simulator in this process")
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .num_args(0..)
                .help(
                    "Files called *.scenario.yaml, or folders of them [default: scenarios]; \
                     `FILE:21` is the scenario around line 21, `FILE:[row 17]` a row of its table",
                ),
        )
        .arg(repeated("filter", "TEXT", "Only those with this in their file name or sentence; `~TEXT`: without it").short('f'))
        .arg(repeated("tag", "TAGS", "Only those with this tag; `a,b`: with one of them, `~a`: without it").short('t'))
        .arg(flag("seed", "N", "Seed of all of them, instead of those in the files [default: 1]"))
        .arg(flag("repeat", "N", "Play each so many times, each time with the next seed").default_value("1"))
        .arg(flag("jobs", "N", "How many are played at a time [default: one for each core]").short('j'))
        .arg(switch("fail-fast", "Begin no other one after one has failed"))
        .arg(flag("timeout", "TIME", "Real time a scenario may take").default_value("30s"))
        .arg(flag("target", "URL", "Play against this provisioning API instead, such as http://127.0.0.1:8080"))
        .arg(flag("control", "URL", "Control API of that target; without it, steps that need one are skipped").requires("target"))
        .arg(flag("cas", "URL", "Conax endpoint of that target, for raw calls").requires("target"))
        .arg(flag("control-token-file", "FILE", "File with the bearer token that control API asks for").requires("control"))
        .args(http_client::arguments())
        .arg(include_from())
        .arg(repeated("var", "NAME=VALUE", "Value of a variable, instead of the one in the files"))
        .arg(flag("secrets-file", "FILE", "File of NAME=VALUE lines with the secrets that scenarios name; else the environment has them"))
        .arg(repeated("report", "FORMAT[=FILE]", "Write a report: json, junit, tap, html, github or har; without a file, to standard output"))
        .arg(flag("bundle", "FILE", "Write everything that is needed to repeat the first failure elsewhere"))
        .arg(switch("coverage", "Note in the JSON report what each scenario met, for `conax-sim coverage`"))
        .arg(switch("check-determinism", "Play everything twice in another order and compare every byte"))
        .arg(switch("list", "Only list what would be played"))
        .arg(switch("watch", "Play again whenever a file changes"))
        .arg(switch("exit-zero", "End with 0 whatever came of the scenarios"))
        .arg(switch("quiet", "Print nothing about what went well").short('q').conflicts_with("verbose"))
        .arg(switch("verbose", "Print a line for every scenario").short('v'))
        .arg(
            Arg::new("color")
                .long("color")
                .value_name("WHEN")
                .value_parser(["auto", "always", "never"])
                .default_value("auto")
                .help("Colours in what is printed"),
        )
        .after_help(
            "Examples:\n  \
             conax-sim run scenarios\n  \
             conax-sim run scenarios --tag faults --report junit=results.xml\n  \
             conax-sim run scenarios/faults/f05.scenario.yaml:1 --seed 7\n  \
             conax-sim run my.scenario.yaml --watch\n  \
             conax-sim run scenarios --target http://127.0.0.1:8080 --control http://127.0.0.1:8082",
        )
}

/// What the command line asks for.
struct Order {
    paths: Vec<String>,
    choice: Choice,
    seeds: Seeds,
    repeat: u64,
    jobs: usize,
    fail_fast: bool,
    timeout: Duration,
    variables: BTreeMap<String, String>,
    reports: Vec<ReportOrder<Format>>,
    target: Option<Addresses>,
    target_flags: String,
    secrets_file: Option<String>,
    include_from: Option<String>,
    is_forced_zero: bool,
}

/// Plays them.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let order = match Order::of(matches) {
        Ok(order) => Arc::new(order),
        Err(failure) => return failure.report(),
    };
    let printer = Printer::of(matches);
    if matches.get_flag("watch") {
        return output::watch(&order.paths, || {
            play_once(&order, matches, &printer);
        });
    }
    let exit = play_once(&order, matches, &printer);
    match order.is_forced_zero && matches!(exit, Exit::NotMet | Exit::NothingRan) {
        true => Exit::Met,
        false => exit,
    }
}

fn play_once(order: &Arc<Order>, matches: &ArgMatches, printer: &Printer) -> Exit {
    let stop = Arc::new(Stop::default());
    // Whoever watches ends by the signal.
    if !matches.get_flag("watch") {
        stop_on_signal(&stop);
    }
    let reader = Arc::clone(order);
    match unless_stopped(&stop, move || prepare(&reader)) {
        Some(Ok(Ok(cases))) if cases.is_empty() => printer.nothing_chosen(None),
        Some(Ok(Ok(cases))) => chosen(order, matches, (printer, &stop), cases),
        Some(Ok(Err(files))) => printer.wrong_files(&files),
        Some(Err(failure)) => failure.report(),
        None => {
            let record = order.record(Vec::new(), order.again_all(&[]), 0, (&stop, Duration::ZERO));
            order.report(&record, printer.conclude(&record))
        }
    }
}

/// Reads everything, for every repetition: the scenarios, or what is wrong with their files.
fn prepare(order: &Order) -> Result<Result<Vec<Case>, Vec<FileFindings>>, Failure> {
    let files = find(order.paths.iter()).or_fail(Exit::Usage)?;
    let mut cases = Vec::new();
    let library = order.library(files.iter().map(|file| &file.path));
    let mut reader = Reader::new(&library);
    for repetition in 0..order.repeat {
        let (found, wrong) = read_round(order, &files, repetition, &mut reader);
        if !wrong.is_empty() {
            return Ok(Err(wrong));
        }
        cases.extend(found);
    }
    match unknown_variable(order, &cases) {
        Some(failure) => Err(failure),
        None => Ok(Ok(cases)),
    }
}

/// A sentence on a variable of the command line that no scenario has.
fn unknown_variable(order: &Order, cases: &[Case]) -> Option<Failure> {
    let known = || cases.iter().flat_map(|case| case.scenario.variables.iter());
    let mut given = order.variables.keys();
    let unknown = given.find(|name| !known().any(|known| known == *name))?;
    let hint = meant(unknown, known().map(String::as_str), || {
        "a scenario has the variables of its `vars` and the columns of its `cases`".to_owned()
    });
    let problem = format!("--var: no scenario has a variable `{unknown}`");
    Some(Failure::usage(problem).hint(hint))
}

fn read_round(
    order: &Order,
    files: &[Chosen],
    repetition: u64,
    reader: &mut Reader<'_>,
) -> (Vec<Case>, Vec<FileFindings>) {
    let given =
        Given { seeds: Seeds { repetition, ..order.seeds }, variables: order.variables.clone() };
    let again = |scenario: &Scenario, file: &str| order.again(scenario, file);
    load_all(files, &given, reader, &again)
}

impl Order {
    fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let mut paths = matches.texts("path");
        if paths.is_empty() {
            paths.push("scenarios".to_owned());
        }
        let target = Addresses::of(matches)?;
        let target_flags =
            ["target", "control", "cas", "control-token-file", "secrets-file", INCLUDE_FROM];
        Ok(Self {
            paths,
            choice: Choice { tags: matches.texts("tag"), filters: matches.texts("filter") },
            seeds: Seeds {
                usual: matches.whole("seed")?.unwrap_or(USUAL_SEED),
                is_forced: matches.text("seed").is_some(),
                repetition: 0,
            },
            repeat: matches.whole("repeat")?.unwrap_or(1).clamp(1, 100_000),
            jobs: matches.whole("jobs")?.map_or_else(cores, |jobs| jobs.clamp(1, 256) as usize),
            fail_fast: matches.get_flag("fail-fast"),
            timeout: matches.time("timeout", "30s or 2min")?.unwrap_or_default(),
            variables: variables(&matches.texts("var"))?,
            reports: ReportOrder::all(matches, &FORMATS)?,
            target_flags: matches.again(&target_flags, quoted) + &http_client::flags(matches),
            target,
            secrets_file: matches.text("secrets-file").map(str::to_owned),
            include_from: matches.text(INCLUDE_FROM).map(str::to_owned),
            is_forced_zero: matches.get_flag("exit-zero"),
        })
    }

    /// The files that these scenarios may include.
    fn library<'o>(&'o self, files: impl Iterator<Item = &'o String>) -> Files {
        Files::beside(self.paths.iter().chain(files)).and_of(self.include_from.as_deref())
    }

    /// What is known afterwards.
    fn record(
        &self,
        cases: Vec<CaseRecord>,
        again: String,
        not_begun: usize,
        (stop, wall): (&Stop, Duration),
    ) -> RunRecord {
        RunRecord {
            format: record::FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: self.seeds.usual,
            target: match &self.target {
                None => "in-process".to_owned(),
                Some(addresses) => addresses.crm.url.clone(),
            },
            warnings: self.warnings(),
            is_interrupted: stop.is_interrupted(),
            again,
            not_begun,
            cases,
            wall,
        }
    }

    /// What every report has to say of how the target was called.
    fn warnings(&self) -> Vec<String> {
        self.target.as_ref().map_or(Vec::new(), |target| target.client.warnings())
    }

    fn report(&self, record: &RunRecord, exit: Exit) -> Exit {
        write_reports(&self.reports, exit, |format| format.render(record))
    }
}

fn variables(given: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| wrong("var", text, "NAME=VALUE"))?;
        Ok((name.to_owned(), value.to_owned()))
    };
    given.iter().map(pair).collect()
}

/// Plays what is chosen of the scenarios.
fn chosen(
    order: &Order,
    matches: &ArgMatches,
    (printer, stop): (&Printer, &Arc<Stop>),
    all: Vec<Case>,
) -> Exit {
    let near = order.choice.near(&all);
    let secrets = secrets_of(&all);
    let eraser = secrets.eraser();
    let cases: Vec<Case> = all
        .into_iter()
        .filter(|case| order.choice.takes(case))
        .map(|case| Case { again: eraser.masked(&case.again).into_owned(), ..case })
        .collect();
    if cases.is_empty() {
        return printer.nothing_chosen(near);
    }
    if matches.get_flag("list") {
        output::list(&cases);
        return Exit::Met;
    }
    let secrets = match Secrets::of(order.secrets_file.as_deref()) {
        Ok(secrets) => secrets,
        Err(problem) => return Failure::settings(problem).report(),
    };
    let provider = provider(order.target.as_ref(), secrets, order.timeout, stop);
    let plan = Plan {
        cases,
        jobs: order.jobs,
        fail_fast: order.fail_fast,
        detail: match (
            matches.get_flag("coverage"),
            order.reports.is_empty() && !matches.get_flag("check-determinism"),
        ) {
            (true, _) => Detail::Coverage,
            (false, true) => Detail::Failures,
            (false, false) => Detail::Everything,
        },
    };
    let target = order.target.as_ref();
    if let Some(problem) = target.and_then(|target| target.look(order.timeout, stop)) {
        return unreachable(order, matches, plan, &problem);
    }
    let record = play(order, &plan, &*provider, stop, printer);
    let mut exit = printer.conclude(&record);
    if matches.get_flag("check-determinism") && !stop.is_interrupted() {
        let second = Plan {
            cases: plan.cases.iter().rev().cloned().collect(),
            jobs: 1,
            fail_fast: plan.fail_fast,
            detail: plan.detail,
        };
        let silent = Printer::silent();
        let mut again = play(order, &second, &*provider, stop, &silent);
        again.cases.reverse();
        if let Some(problem) = output::difference(&record, &again) {
            print::aside(problem);
            exit = Exit::NotMet;
        }
    }
    if let Some(path) = matches.get_one::<String>("bundle") {
        exit = bundle::write_bundle(path, &record, order, exit);
    }
    order.report(&record, exit)
}

/// What opens a target for each scenario: at addresses, or in this process.
pub(crate) fn provider(
    addresses: Option<&Addresses>,
    secrets: Secrets,
    timeout: Duration,
    stop: &Arc<Stop>,
) -> Box<dyn TargetProvider> {
    let stop = Arc::clone(stop);
    match addresses {
        None => Box::new(InProcess { secrets, timeout, stop }),
        Some(addresses) => Box::new(Remote::new(addresses.clone(), secrets, timeout, stop)),
    }
}

/// Nobody answers at the target: nothing is played, and the reports say why.
fn unreachable(order: &Order, matches: &ArgMatches, plan: Plan, problem: &str) -> Exit {
    print::aside(format_args!("error: {problem}; nothing was played"));
    let cases = plan.cases.iter().map(|case| CaseRecord {
        file: case.file.clone(),
        line: case.scenario.span.start.line,
        name: case.scenario.name.clone(),
        row: case.scenario.row.as_ref().map(|row| row.content.clone()),
        seed: case.scenario.seed.unwrap_or_default(),
        verdict: Verdict::Error,
        reason: Some(problem.to_owned()),
        again: case.again.clone(),
        ..CaseRecord::default()
    });
    let record = RunRecord {
        format: record::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: order.seeds.usual,
        target: order.target.as_ref().map_or(String::new(), |one| one.crm.url.clone()),
        warnings: order.warnings(),
        again: order.again_all(&plan.cases),
        cases: cases.collect(),
        ..RunRecord::default()
    };
    let mut exit = Exit::Surroundings;
    if let Some(path) = matches.get_one::<String>("bundle") {
        exit = bundle::write_bundle(path, &record, order, exit);
    }
    order.report(&record, exit)
}

fn play(
    order: &Order,
    plan: &Plan,
    provider: &dyn TargetProvider,
    stop: &Stop,
    printer: &Printer,
) -> RunRecord {
    let began = Instant::now();
    printer.begin(plan.cases.len(), order.seeds.usual);
    let stopwatch = || began.elapsed();
    let gone = OnceLock::new();
    let heard = |case: &CaseRecord| {
        printer.case_ended(case);
        let target = order.target.as_ref().filter(|_| gave_no_answer(case));
        if let Some(problem) = target.and_then(Addresses::problem) {
            // Whatever came after would tell the same of every scenario.
            let _ = gone.set(problem);
            stop.wish();
        }
    };
    let mut cases = run_all(plan, provider, stop, (&stopwatch, &heard));
    if let Some(problem) = gone.get() {
        for case in cases.iter_mut().filter(|case| gave_no_answer(case)) {
            case.verdict = Verdict::Error;
            case.reason = Some(problem.clone());
        }
    }
    let not_begun = plan.cases.len() - cases.len();
    let again = order.again_all(&plan.cases);
    order.record(cases, again, not_begun, (stop, began.elapsed()))
}

/// Whether a scenario went wrong only because no answers came.
fn gave_no_answer(case: &CaseRecord) -> bool {
    let mut findings = case.findings();
    case.verdict.is_bad() && findings.all(|(_, finding)| finding.kind != FindingKind::Expectation)
}

/// Whether a scenario broke off because the target was gone.
fn is_unreachable(case: &CaseRecord) -> bool {
    let reason = case.reason.as_deref().unwrap_or_default();
    gave_no_answer(case) && is_unconnected(reason)
}

/// How a run ends, by what came of it.
fn exit_of(record: &RunRecord) -> Exit {
    let counts = record.counts();
    if record.is_interrupted {
        return Exit::Interrupted;
    }
    let only_unreachable = counts.failed == 0
        && record
            .cases
            .iter()
            .filter(|case| case.verdict == Verdict::Error)
            .all(|case| case.steps.is_empty() || is_unreachable(case));
    match (counts.failed + counts.errors, counts.passed + counts.partly) {
        (0, 0) => Exit::NothingRan,
        (0, _) => Exit::Met,
        (_, _) if only_unreachable => Exit::Surroundings,
        (_, _) => Exit::NotMet,
    }
}
