//! `coverage`: what runs and verifications met, on three axes that are never summed.

use std::path::Path;

use clap::{Arg, ArgMatches, Command};
use conax_contract::source::Source;
use conax_scenario::conformance::Standing;
use conax_scenario::coverage::{Account, Axis, AxisAccount, Covers, skeleton};
use conax_scenario::record::{RunRecord, Verdict};
use conax_scenario::verify::VerifyRecord;
use serde_json::Value;

use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, flag, meant, repeated, wrong};
use crate::print;
use crate::write::save;

/// Gaps that are printed of an axis; `--gaps` prints all.
const GAPS: usize = 8;

/// A share an axis must reach.
pub(crate) type Limit = (Axis, usize);

/// The verb.
pub(crate) fn command() -> Command {
    let axes = Axis::ALL.map(Axis::name);
    Command::new("coverage")
        .about("Count what runs and verifications met: clauses, transitions, fault × command × phase")
        .arg(Arg::new("report").value_name("REPORT").required(true).num_args(1..).help("JSON reports of `run --coverage` and of `verify`"))
        .arg(source_argument())
        .arg(fail_under_argument("AXIS=PERCENT,…", "End with 4 if less of an axis was met, such as clauses=100,transitions=80"))
        .arg(flag("gaps", "AXIS", "Print every gap of this axis, each with the scenario that would fill it").value_parser(axes))
        .arg(flag("skeletons", "DIR", "Write those scenarios as files, for all gaps of the axis of --gaps").requires("gaps"))
        .after_help(
            "Examples:\n  \
             conax-sim run scenarios --coverage --report json=run.json\n  \
             conax-sim verify --target self --report json=verify.json\n  \
             conax-sim coverage run.json verify.json --source documented,shown --fail-under clauses=100\n  \
             conax-sim coverage run.json --gaps transitions",
        )
}

/// `--fail-under`.
pub(crate) fn fail_under_argument(value: &'static str, help: &'static str) -> Arg {
    repeated("fail-under", value, help).value_delimiter(',')
}

/// Which sources count.
pub(crate) fn source_argument() -> Arg {
    repeated("source", "LIST", "Only clauses that are known so [default: all]")
        .value_delimiter(',')
        .value_parser(Source::ALL.map(Source::code))
}

/// The sources that were named; all if none.
pub(crate) fn sources_of(matches: &ArgMatches) -> Vec<Source> {
    let named = matches.texts("source");
    let named: Vec<Source> = named.iter().filter_map(|code| Source::from_code(code)).collect();
    match named.is_empty() {
        true => Source::ALL.to_vec(),
        false => named,
    }
}

/// The limits that were given; a number alone is about `usual`.
pub(crate) fn limits_of(matches: &ArgMatches, usual: Option<&str>) -> Result<Vec<Limit>, Failure> {
    let limit = |text: &String| {
        let (name, percent) = match (text.split_once('='), usual) {
            (Some((name, percent)), _) => (name, percent),
            (None, Some(usual)) => (usual, text.as_str()),
            (None, None) => {
                return Err(wrong("fail-under", text, "AXIS=PERCENT such as clauses=100"));
            }
        };
        let axis = Axis::from_name(name).ok_or_else(|| {
            let names = Axis::ALL.map(Axis::name);
            let hint = meant(name, names, || format!("the axes are {}", names.join(", ")));
            Failure::usage(format!("--fail-under: there is no axis `{name}`")).hint(hint)
        })?;
        let number = percent.trim_end_matches('%').parse::<usize>().ok();
        let number = number.filter(|number| *number <= 100);
        let number = number.ok_or_else(|| wrong("fail-under", percent, "a share from 0 to 100"))?;
        Ok((axis, number))
    };
    matches.texts("fail-under").iter().map(limit).collect()
}

/// Counts.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    count(matches).unwrap_or_else(Failure::report)
}

fn count(matches: &ArgMatches) -> Result<Exit, Failure> {
    let limits = limits_of(matches, None)?;
    let mut covers = Vec::new();
    for path in matches.texts("report") {
        covers.extend(read(&path).or_fail(Exit::Settings)?);
    }
    let (gaps, folder) = (matches.text("gaps"), matches.text("skeletons"));
    // What is written to files need not be read here.
    let printed = gaps.filter(|_| folder.is_none());
    let exit = conclude(&covers, &sources_of(matches), &limits, printed);
    if let (Some(axis), Some(folder)) = (gaps.and_then(Axis::from_name), folder) {
        write_skeletons(&covers, &sources_of(matches), axis, folder)?;
    }
    Ok(exit)
}

/// What a report tells was met.
fn read(path: &str) -> Result<Vec<Covers>, String> {
    let text = crate::read::generated_text(path)
        .map_err(|error| format!("failed to read `{path}`: {error}"))?;
    let value: Value =
        serde_json::from_str(&text).map_err(|error| format!("`{path}` is no JSON: {error}"))?;
    if value["kind"] == VerifyRecord::KIND {
        let record: VerifyRecord = serde_json::from_value(value)
            .map_err(|error| format!("`{path}` is no report of `verify`: {error}"))?;
        let shown = record.clauses.iter().filter(|clause| clause.standing == Standing::Held);
        return Ok(vec![Covers {
            clauses: shown.map(|clause| clause.id.clone()).collect(),
            ..Covers::default()
        }]);
    }
    if value.get("cases").is_none() {
        return Err(format!(
            "`{path}` is no report of `run` or `verify`\n   hint: write one with --report json=FILE"
        ));
    }
    let record: RunRecord = serde_json::from_value(value)
        .map_err(|error| format!("`{path}` is no report of `run`: {error}"))?;
    if record.cases.iter().all(|case| case.covers.is_none()) {
        print::aside(format_args!(
            "{path}: made without --coverage, so only what scenarios say they protect counts"
        ));
    }
    // What a scenario says it protects counts if it was played and held.
    let held = record
        .cases
        .into_iter()
        .filter(|case| matches!(case.verdict, Verdict::Passed | Verdict::Partly));
    Ok(held
        .map(|case| {
            let mut covers = case.covers.unwrap_or_default();
            covers.clauses.extend(case.protects);
            covers
        })
        .collect())
}

/// Prints the account; how the program ends.
pub(crate) fn conclude(
    covers: &[Covers],
    sources: &[Source],
    limits: &[Limit],
    gaps: Option<&str>,
) -> Exit {
    let account = Account::of(covers.iter(), sources);
    let mut exit = Exit::Met;
    for axis in &account.axes {
        if gaps.is_some_and(|name| name != axis.axis.name()) {
            continue;
        }
        print_axis(axis, gaps.is_some());
    }
    for (axis, least) in limits {
        let Some(found) = account.axis(*axis) else {
            continue;
        };
        if found.percent() < *least {
            print::result(format_args!(
                "{}: {} % were met, at least {least} % are wanted",
                axis.name(),
                found.percent()
            ));
            exit = Exit::NotMet;
        }
    }
    exit
}

fn print_axis(account: &AxisAccount, shows_all: bool) {
    let all = account.met.len() + account.gaps.len();
    print::result(format_args!(
        "{:<12} {:>4} of {:>4}  {:>3} %  {}",
        account.axis.name(),
        account.met.len(),
        all,
        account.percent(),
        bar(account.percent())
    ));
    let own: Vec<&str> =
        account.others.iter().map(String::as_str).filter(|id| !is_fault(id)).collect();
    if !own.is_empty() {
        print::meaning("   besides", 12, &own.join(", "));
    }
    if account.gaps.is_empty() {
        return;
    }
    if !shows_all {
        print::meaning("   gaps", 12, &print::few(&account.gaps, GAPS));
        return;
    }
    for gap in &account.gaps {
        print::result(format_args!("\n# gap: {gap}\n{}", skeleton(account.axis, gap).trim_end()));
    }
}

/// Scenarios also protect what the catalogue of faults has, `F05`: an axis of its own.
fn is_fault(id: &str) -> bool {
    id.len() == 3 && id.starts_with(['F', 'f']) && id[1..].bytes().all(|byte| byte.is_ascii_digit())
}

fn bar(percent: usize) -> String {
    let filled = percent / 4;
    format!("{}{}", "█".repeat(filled), "·".repeat(25_usize.saturating_sub(filled)))
}

fn write_skeletons(
    covers: &[Covers],
    sources: &[Source],
    axis: Axis,
    folder: &str,
) -> Result<(), Failure> {
    let account = Account::of(covers.iter(), sources);
    let mut written = 0;
    for gap in account.axis(axis).into_iter().flat_map(|account| &account.gaps) {
        let name: String = gap
            .chars()
            .map(|sign| if sign.is_ascii_alphanumeric() || sign == '.' { sign } else { '-' })
            .collect();
        let path = Path::new(folder).join(format!("{name}.scenario.yaml"));
        save(&path, skeleton(axis, gap).as_bytes())?;
        written += 1;
    }
    print::result(format_args!("{written} scenarios to be finished were written to {folder}"));
    Ok(())
}
