//! `ledger check`: whether the rows and totals of a ledger file follow from its two journals.

use std::io::{BufRead, BufReader};
use std::path::Path;

use clap::{Arg, ArgMatches, Command};
use conax_contract::proof::{
    Checker, FORMAT, PROBLEM_LIMIT, ProofProblem, Proven, TotalsForm, begins_ledger,
};
use conax_contract::text::{counted, visible_name};
use conax_model::ledger::Totals;
use serde_json::json;

use crate::exit::Exit;
use crate::print;
use crate::read::{next_line, open};

/// The name that stands for standard input.
const STDIN: &str = "-";

/// What came of checking a file.
type Checked = Result<Result<Proven, Vec<ProofProblem>>, Unreadable>;

/// Why a file cannot be checked.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("failed to read the ledger: {0}")]
    Read(#[from] std::io::Error),
    #[error("not a ledger: expected a first line with `\"format\":\"{FORMAT}\"`")]
    NotALedger,
}

pub(super) fn command() -> Command {
    Command::new("check")
        .about("Verify a ledger from the two journals in it, line by line")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .required(true)
                .num_args(1..)
                .help("Ledger files; `-` is standard input"),
        )
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(["human", "json"])
                .default_value("human")
                .help("How to print: human, or json (an object for each file, on a line)"),
        )
        .after_help(
            "Ends with 4 if a proof does not hold, else with 3 if a file could not be read or is \
             not a ledger, else with 6 if of every request lines were let go, so that \
             nothing is proven.\n\nExample:\n  conax-sim ledger check mine.ledger.jsonl",
        )
}

/// Checks every file named.
pub(super) fn run(matches: &ArgMatches) -> Exit {
    let files = matches.get_many::<String>("file").into_iter().flatten();
    let as_json = matches.get_one::<String>("format").is_some_and(|format| format == "json");
    let mut exit = Exit::Met;
    for file in files {
        let checked = check(file);
        match as_json {
            true => print_json(file, &checked),
            false => print_human(&visible_name(file), &checked),
        }
        exit = match (exit, &checked) {
            (_, Ok(Err(_))) => Exit::NotMet,
            (Exit::Met | Exit::NothingRan, Err(_)) => Exit::Settings,
            (Exit::Met, Ok(Ok(proven))) if is_unproven(proven) => Exit::NothingRan,
            (exit, _) => exit,
        };
    }
    exit
}

/// Whether nothing of a ledger is proven, though there are requests in it.
const fn is_unproven(proven: &Proven) -> bool {
    proven.unproven > 0 && proven.unproven == proven.totals.acknowledged
}

fn check(file: &str) -> Checked {
    match file {
        STDIN => check_lines(std::io::stdin().lock()),
        file => check_lines(BufReader::new(open(Path::new(file))?.0)),
    }
}

/// Checks a file as it is read, until enough is wrong with it; no more than a line of it is kept.
fn check_lines(mut source: impl BufRead) -> Checked {
    let mut checker = Checker::default();
    let mut line = String::new();
    let mut is_first = true;
    while !checker.has_enough() && next_line(&mut source, &mut line)? {
        let text = line.strip_suffix('\n').unwrap_or(&line);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if std::mem::take(&mut is_first) && !begins_ledger(text) {
            return Err(Unreadable::NotALedger);
        }
        checker.take(text);
    }
    match is_first {
        true => Err(Unreadable::NotALedger),
        false => Ok(checker.finish()),
    }
}

fn print_human(file: &str, checked: &Checked) {
    match checked {
        Ok(Ok(proven)) => {
            print::result(format_args!("{file}\n\n{}", table(&proven.totals)));
            let requests = counted(proven.totals.acknowledged, "request");
            let lines = counted(journal_lines(proven), "journal line");
            match proven.unproven {
                0 => print::result(format_args!("proof holds: {requests}, {lines}")),
                unproven => print::result(format_args!("{}", partly_proven(proven, unproven))),
            }
        }
        Ok(Err(problems)) => {
            for problem in problems {
                print::result(format_args!("{file}:{problem}"));
            }
            print::result(summary(problems.len()));
        }
        Err(problem) => print::aside(format_args!("{file}: {problem}")),
    }
}

/// What is proven of a ledger of which lines were let go, and what is not.
fn partly_proven(proven: &Proven, unproven: u64) -> String {
    let header = &proven.header;
    let lines = counted(journal_lines(proven), "journal line");
    let rest = format!(
        "{} not proven: {} of the CRM's journal and {} of Conax's were let go (`ledger-limit`), so \
         their rows and their part of the totals are as they were told",
        counted(unproven, "request"),
        counted(header.crm_let_go, "line"),
        header.conax_let_go,
    );
    match proven.totals.acknowledged - unproven {
        0 => format!("nothing is proven: {rest}"),
        requests => format!("proof holds: {}, {lines}\n{rest}", counted(requests, "request")),
    }
}

fn summary(count: usize) -> String {
    match count {
        PROBLEM_LIMIT.. => format!("proof does not hold: the first {count} problems are shown"),
        count => format!("proof does not hold: {}", counted(count, "problem")),
    }
}

fn journal_lines(proven: &Proven) -> u64 {
    proven.header.crm_lines + proven.header.conax_lines
}

/// What was proven, a line for each number; the two ways to count the requests side by side.
fn table(totals: &Totals) -> String {
    let rows = [
        ("done once", totals.once, Some(("completed", totals.completed))),
        ("done twice", totals.twice, Some(("rejected", totals.rejected))),
        ("done in part", totals.partly, Some(("pending", totals.pending))),
        ("never done", totals.never, Some(("in flight", totals.in_flight))),
        ("unknown", totals.unknown, None),
        ("acknowledged", totals.acknowledged, Some(("acknowledged", totals.acknowledged))),
    ];
    // No count is above these two.
    let most = totals.acknowledged.max(totals.foreign_executions);
    let digits = most.to_string().len().max(5) + 1;
    let left = 15 + digits;
    let mut text = format!("  {:<left$}{}\n", "at Conax", "at the CRM");
    for (conax, done, ended) in rows {
        text.push_str(&format!("  {conax:<12}{done:>digits$}"));
        if let Some((crm, ended)) = ended {
            text.push_str(&format!("   {crm:<12}{ended:>digits$}"));
        }
        text.push('\n');
    }
    let asides = [
        ("not known to the CRM", totals.unknown_to_crm),
        ("false completions", totals.false_completions),
        ("foreign executions", totals.foreign_executions),
    ];
    for (name, count) in asides {
        let width = left + 12 + digits - 20;
        text.push_str(&format!("\n  {name:<20}{count:>width$}"));
    }
    text.push('\n');
    text
}

fn print_json(file: &str, checked: &Checked) {
    print::result(match checked {
        Ok(Ok(proven)) => json!({
            "file": file,
            "holds": true,
            "journal_lines": journal_lines(proven),
            "unproven": proven.unproven,
            "totals": TotalsForm::serialize(&proven.totals, serde_json::value::Serializer).ok(),
        }),
        Ok(Err(problems)) => {
            let problems: Vec<_> = problems
                .iter()
                .map(|problem| {
                    json!({
                        "line": problem.line,
                        "request": problem.request,
                        "message": problem.message,
                    })
                })
                .collect();
            json!({ "file": file, "holds": false, "problems": problems })
        }
        Err(problem) => {
            print::aside(format_args!("{file}: {problem}"));
            json!({ "file": file, "holds": null, "error": problem.to_string() })
        }
    });
}

#[cfg(test)]
mod tests {
    //! How totals are laid out.

    use super::{Totals, table};

    #[test]
    fn columns_are_as_wide_as_their_numbers() {
        let totals = Totals {
            acknowledged: 1_234_567,
            once: 1_000_000,
            never: 234_567,
            completed: 1_000_000,
            rejected: 234_567,
            foreign_executions: 3,
            ..Totals::default()
        };
        assert_eq!(
            table(&totals),
            "  at Conax               at the CRM
  done once    1000000   completed    1000000
  done twice         0   rejected      234567
  done in part       0   pending            0
  never done    234567   in flight          0
  unknown            0
  acknowledged 1234567   acknowledged 1234567

  not known to the CRM                      0
  false completions                         0
  foreign executions                        3
"
        );
    }
}
