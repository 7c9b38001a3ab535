//! `diff`: plays the same scenarios on two sides and tells where they differ.
//!
//! The left side is played twice: what differs between it and itself is noise. Read on: `answers`
//! (what can be compared) and `compare` (what differs), both pure; `crate::run` plays.

mod answers;
mod compare;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Arg, ArgAction, ArgMatches, Command};
use conax_contract::text::parse_duration;
use conax_scenario::document::{FileFindings, Given, Reader, Scenario, Seeds};
use conax_scenario::record::CaseRecord;
use conax_scenario::run::{Case, Detail, Plan, Stop, run_all};
use conax_scenario::target::Theatre;
use serde_json::json;

use self::answers::Dates;
use self::compare::{CaseDifference, StepDifference, compare};
use crate::exit::Exit;
use crate::print;
use crate::run::{Addresses, Choice, Files, InProcess, Remote, Secrets, find, load_all};
use crate::signals::stop_on_signal;
use crate::write::write_file;

/// The form of the report.
const FORMAT: u32 = 1;
/// What stands for the simulator in this process.
const OURSELVES: &str = "self";
/// The most differences of a scenario that are printed; the report has all.
const TOLD: usize = 12;

/// The verb.
pub(crate) fn command() -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let many = |arg: Arg| arg.action(ArgAction::Append);
    Command::new("diff")
        .about("Play the same scenarios on two sides and tell where they differ")
        .arg(text("left", "URL", "One provisioning API; `self`: the simulator in this process").default_value(OURSELVES))
        .arg(text("right", "URL", "The other one").required(true))
        .arg(text("left-control", "URL", "Control door of the left side"))
        .arg(text("right-control", "URL", "Control door of the right side"))
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .num_args(0..)
                .help("Files called *.scenario.yaml, or folders of them [default: scenarios]"),
        )
        .arg(many(text("filter", "TEXT", "Only those with this in their file name or sentence; `~TEXT`: without it")).short('f'))
        .arg(many(text("tag", "TAGS", "Only those with this tag; `a,b`: with one of them, `~a`: without it")).short('t'))
        .arg(text("seed", "N", "Seed of all of them, instead of those in the files"))
        .arg(text("jobs", "N", "How many are played at a time [default: one for each core]").short('j'))
        .arg(text("timeout", "TIME", "Real time a scenario may take").default_value("30s"))
        .arg(text("secrets-file", "FILE", "File of NAME=VALUE lines: secrets that scenarios name, and the login of sides without a control door"))
        .arg(text("report", "json=FILE", "Write all differences to a file"))
        .after_help(
            "Ids are renamed and dates count from the beginning of a scenario, so what is told is \
             what matters. Ends with 4 if there is a difference.\n\n\
             Examples:\n  \
             conax-sim diff --right http://127.0.0.1:8080 --right-control http://127.0.0.1:8082 \\\n    \
             scenarios/documented\n  \
             conax-sim diff --left http://old:8080 --right http://new:8080 my.scenario.yaml",
        )
}

/// Plays and compares.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let order = match Order::of(matches) {
        Ok(order) => order,
        Err(problem) => {
            print::aside(format_args!("error: {problem}"));
            return Exit::Usage;
        }
    };
    match prepare(&order) {
        Ok(cases) if cases.is_empty() => {
            print::aside("no scenario was found or chosen");
            ended(Exit::NothingRan, "nothing was compared")
        }
        Ok(cases) => play(&order, cases),
        Err(Refused::NotFound(problem)) => {
            print::aside(format_args!("error: {problem}"));
            Exit::Usage
        }
        Err(Refused::Secrets(problem)) => {
            print::aside(format_args!("error: {problem}"));
            Exit::Settings
        }
        Err(Refused::Wrong(files)) => {
            for file in &files {
                print::result(file.render().trim_end());
            }
            ended(Exit::Settings, "something is wrong with the files")
        }
    }
}

/// One of the two.
struct Side {
    name: &'static str,
    url: String,
    /// Where it is; nothing: in this process.
    addresses: Option<Addresses>,
}

impl Side {
    fn of(matches: &ArgMatches, name: &'static str, control: &str) -> Result<Self, String> {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let url = text(name).unwrap_or_default();
        let control = text(control);
        let addresses = match (url.as_str(), &control) {
            (OURSELVES, None) => None,
            (OURSELVES, Some(_)) => {
                return Err(format!("--{name}-control: `self` has its own control door"));
            }
            _ => Some(Addresses::at(&url, control)?),
        };
        Ok(Self {
            name,
            url,
            addresses,
        })
    }

    /// Whether the scenario gives it its time.
    fn is_given_time(&self) -> bool {
        self.addresses.as_ref().is_none_or(Addresses::has_control)
    }

    fn theatre(&self, order: &Order, stop: &Arc<Stop>) -> Result<Box<dyn Theatre>, String> {
        let (secrets, timeout) = (order.secrets()?, order.timeout);
        let stop = Arc::clone(stop);
        Ok(match &self.addresses {
            None => Box::new(InProcess {
                secrets,
                timeout,
                stop,
            }),
            Some(addresses) => Box::new(Remote::new(addresses.clone(), secrets, timeout, stop)),
        })
    }
}

/// What the command line asks for.
struct Order {
    sides: [Side; 2],
    paths: Vec<String>,
    choice: Choice,
    seeds: Seeds,
    jobs: usize,
    timeout: Duration,
    secrets_file: Option<String>,
    report: Option<String>,
}

impl Order {
    fn of(matches: &ArgMatches) -> Result<Self, String> {
        let text = |name: &str| matches.get_one::<String>(name);
        let many = |name: &str| -> Vec<String> {
            let values = matches.get_many::<String>(name);
            values.into_iter().flatten().cloned().collect()
        };
        let whole = |name: &str, usual: u64| match text(name) {
            None => Ok(usual),
            Some(text) => text
                .parse()
                .map_err(|_| format!("--{name}: found `{text}`, expected a number")),
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let jobs = whole("jobs", cores as u64)?;
        let timeout = text("timeout").map_or("", String::as_str);
        let mut paths = many("path");
        if paths.is_empty() {
            paths.push("scenarios".to_owned());
        }
        let report = match text("report").map(|text| text.split_once('=')) {
            None => None,
            Some(Some(("json", file))) if !file.is_empty() => Some(file.to_owned()),
            Some(_) => return Err("--report: expected json=FILE".to_owned()),
        };
        Ok(Self {
            sides: [
                Side::of(matches, "left", "left-control")?,
                Side::of(matches, "right", "right-control")?,
            ],
            paths,
            choice: Choice {
                tags: many("tag"),
                filters: many("filter"),
            },
            seeds: Seeds {
                usual: whole("seed", 1)?,
                is_forced: text("seed").is_some(),
                repetition: 0,
            },
            jobs: usize::try_from(jobs).unwrap_or(1),
            timeout: parse_duration(timeout).ok_or_else(|| {
                format!("--timeout: found `{timeout}`, expected a time such as 30s or 2min")
            })?,
            secrets_file: text("secrets-file").cloned(),
            report,
        })
    }

    fn secrets(&self) -> Result<Secrets, String> {
        match &self.secrets_file {
            None => Ok(Secrets::default()),
            Some(path) => Secrets::read(path),
        }
    }

    /// The command that compares a scenario again.
    fn again(&self, scenario: &Scenario, file: &str) -> String {
        let part = match &scenario.row {
            Some(row) => format!("'{file}:[{}]'", row.content),
            None => format!("{file}:{}", scenario.span.start.line),
        };
        let seed = scenario.seed.unwrap_or_default();
        let [left, right] = &self.sides;
        let side = |side: &Side| {
            let control = side.addresses.as_ref().and_then(Addresses::control);
            let control = control.map(|url| format!(" --{}-control {url}", side.name));
            format!(
                " --{} {}{}",
                side.name,
                side.url,
                control.unwrap_or_default()
            )
        };
        let secrets = self.secrets_file.as_ref();
        let secrets = secrets.map(|path| format!(" --secrets-file {path}"));
        format!(
            "conax-sim diff{}{} {part} --seed {seed}{}",
            side(left),
            side(right),
            secrets.unwrap_or_default()
        )
    }
}

enum Refused {
    NotFound(String),
    Secrets(String),
    Wrong(Vec<FileFindings>),
}

fn prepare(order: &Order) -> Result<Vec<Case>, Refused> {
    order.secrets().map_err(Refused::Secrets)?;
    let files = find(order.paths.iter()).map_err(Refused::NotFound)?;
    let given = Given {
        seeds: order.seeds,
        ..Given::default()
    };
    let mut reader = Reader::new(&Files);
    let again = |scenario: &Scenario, file: &str| order.again(scenario, file);
    let (cases, wrong) = load_all(&files, &given, &mut reader, &again);
    if !wrong.is_empty() {
        return Err(Refused::Wrong(wrong));
    }
    let chosen = cases.into_iter().filter(|case| order.choice.takes(case));
    Ok(chosen.collect())
}

fn play(order: &Order, cases: Vec<Case>) -> Exit {
    let stop = Arc::new(Stop::default());
    stop_on_signal(&stop);
    let plan = Plan {
        cases,
        jobs: order.jobs,
        fail_fast: false,
        detail: Detail::Everything,
    };
    let [left, right] = &order.sides;
    let mut rounds = Vec::new();
    for side in [left, left, right] {
        match play_side(order, side, &plan, &stop) {
            Ok(records) => rounds.push(records),
            Err(problem) => {
                print::aside(format_args!("error: {problem}"));
                return Exit::Settings;
            }
        }
        if stop.is_interrupted() {
            return ended(
                Exit::Interrupted,
                "it was stopped before both sides were played",
            );
        }
    }
    let dates = match left.is_given_time() && right.is_given_time() {
        true => Dates::SinceBeginning,
        false => Dates::Kind,
    };
    let [left, again, right] = rounds.as_slice() else {
        return Exit::OurBug;
    };
    let all = left.iter().zip(again).zip(right);
    let differences: Vec<CaseDifference> = all
        .map(|((left, again), right)| compare(left, again, right, dates))
        .collect();
    tell(order, &differences)
}

fn play_side(
    order: &Order,
    side: &Side,
    plan: &Plan,
    stop: &Arc<Stop>,
) -> Result<Vec<CaseRecord>, String> {
    let theatre = side.theatre(order, stop)?;
    let began = Instant::now();
    Ok(run_all(
        plan,
        &*theatre,
        stop,
        (&|| began.elapsed(), &|_| {}),
    ))
}

/// Prints the differences and writes the report.
fn tell(order: &Order, all: &[CaseDifference]) -> Exit {
    let different = || all.iter().filter(|case| !case.steps.is_empty());
    // First those that held on one side only.
    let (broken, others): (Vec<_>, Vec<_>) = different().partition(|case| breaks(case) > 0);
    for case in broken.into_iter().chain(others) {
        tell_case(case);
    }
    tell_not_compared(all);
    let members: usize = different()
        .flat_map(|case| &case.steps)
        .map(|step| step.members.len())
        .sum();
    let verdicts: usize = different().map(breaks).sum();
    let noise: usize = all.iter().map(|case| case.noise).sum();
    let compared = all
        .iter()
        .filter(|case| case.not_compared.is_none())
        .count();
    print::result(format_args!(
        "{} compared, {} different: {} held on one side only, {} answered differently; {noise} \
         left out as noise",
        counted(compared, "scenario"),
        different().count(),
        counted(verdicts, "step"),
        counted(members, "member")
    ));
    let is_unreachable = all.iter().any(|case| {
        let reason = case.not_compared.as_ref();
        reason.is_some_and(|reason| reason.is_unreachable)
    });
    let exit = match (different().count(), compared) {
        (1.., _) => ended(Exit::NotMet, "the sides differ"),
        (0, _) if is_unreachable => ended(Exit::Surroundings, "a side does not answer"),
        (0, 0) => ended(Exit::NothingRan, "nothing was compared"),
        (0, _) => Exit::Met,
    };
    match &order.report {
        None => exit,
        Some(path) => write_report(order, all, path, exit),
    }
}

fn breaks(case: &CaseDifference) -> usize {
    case.steps
        .iter()
        .filter(|step| step.verdicts.is_some())
        .count()
}

fn tell_case(case: &CaseDifference) {
    print::result(format_args!("{}:{}  {}", case.file, case.line, case.title));
    let mut left = TOLD;
    for step in &case.steps {
        if left == 0 {
            break;
        }
        tell_step(step, &mut left);
    }
    let all: usize = case.steps.iter().map(|step| step.members.len()).sum();
    if all > TOLD {
        print::result(format_args!(
            "   {} in all; --report json=FILE has them",
            counted(all, "member")
        ));
    }
    print::result(format_args!("   again     {}\n", case.again));
}

fn tell_step(step: &StepDifference, left: &mut usize) {
    let file = step.file.as_ref().map(|file| format!("{file}:"));
    let place = format!("line {}{}", file.unwrap_or_default(), step.line);
    print::result(format_args!("   {place}  {}", step.title));
    if let Some([ours, theirs]) = step.verdicts {
        let how = match ours {
            "passed" => "held on the left, broke on the right".to_owned(),
            _ if theirs == "passed" => "broke on the left, held on the right".to_owned(),
            _ => format!("{ours} on the left, {theirs} on the right"),
        };
        print::result(format_args!("      {how}"));
        for finding in &step.findings {
            print::result(format_args!("      {finding}"));
        }
    }
    for member in step.members.iter().take(*left) {
        print::result(format_args!("      {}", member.place));
        print::result(format_args!("         left   {}", member.left));
        print::result(format_args!("         right  {}", member.right));
    }
    *left = left.saturating_sub(step.members.len());
}

/// Tells why scenarios were not compared, each reason once.
fn tell_not_compared(all: &[CaseDifference]) {
    let mut reasons: Vec<(String, usize)> = Vec::new();
    for reason in all.iter().filter_map(|case| case.not_compared.as_ref()) {
        let text = format!("{}: {}", reason.side, reason.reason);
        match reasons.iter_mut().find(|(known, _)| *known == text) {
            Some((_, count)) => *count += 1,
            None => reasons.push((text, 1)),
        }
    }
    for (reason, count) in reasons {
        print::result(format_args!("{count} not compared: {reason}"));
    }
}

fn write_report(order: &Order, all: &[CaseDifference], path: &str, exit: Exit) -> Exit {
    let [left, right] = &order.sides;
    let told: Vec<&CaseDifference> = all
        .iter()
        .filter(|case| !case.steps.is_empty() || case.not_compared.is_some())
        .collect();
    let report = json!({
        "format": FORMAT,
        "version": env!("CARGO_PKG_VERSION"),
        "left": left.url,
        "right": right.url,
        "scenarios": all.len(),
        "cases": told,
    });
    match write_file(Path::new(path), format!("{report:#}\n").as_bytes()) {
        Ok(()) => exit,
        Err(error) => {
            print::aside(format_args!(
                "error: failed to write the report `{path}`: {error}"
            ));
            Exit::ReportNotWritten
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// Says how it ended.
fn ended(exit: Exit, what: &str) -> Exit {
    print::result(format_args!("exit {}: {what}", exit.code()));
    exit
}
