//! What is printed of the differences, and the report.

use std::collections::BTreeSet;
use std::path::Path;

use conax_contract::text::{counted, visible_name};
use serde_json::json;

use super::compare::{CaseDifference, StepDifference};
use super::{Order, ended};
use crate::exit::Exit;
use crate::print;
use crate::run::each_once;
use crate::write::{not_written, write_file};

/// The form of the report.
const FORMAT: u32 = 1;
/// The most differences of a scenario that are printed; the report has all.
const SHOWN: usize = 12;

/// Prints the differences and writes the report.
pub(super) fn print_all(order: &Order, all: &[CaseDifference]) -> Exit {
    let different = || all.iter().filter(|case| !case.steps.is_empty());
    // First those that held on one side only.
    let (broken, others): (Vec<_>, Vec<_>) = different().partition(|case| breaks(case) > 0);
    let mut known = BTreeSet::new();
    let (mut more, mut file) = (0, None);
    for case in broken.into_iter().chain(others) {
        match without(case, &mut known) {
            Some(case) => print_case(&case),
            None => {
                more += 1;
                file = file.or(Some(&case.title));
            }
        }
    }
    if let Some(title) = file {
        print::result(format_args!(
            "{} more in nothing but what is told above, such as: {title}\n",
            counted(more, "scenario")
        ));
    }
    print_not_compared(all);
    let members: usize =
        different().flat_map(|case| &case.steps).map(|step| step.members.len()).sum();
    let verdicts: usize = different().map(breaks).sum();
    let noise: usize = all.iter().map(|case| case.noise).sum();
    let compared = all.iter().filter(|case| case.not_compared.is_none()).count();
    print::result(format_args!(
        "{} compared, {} different: {} held on one side only, {} answered differently; {noise} \
         left out as noise",
        counted(compared, "scenario"),
        different().count(),
        counted(verdicts, "step"),
        counted(members, "member")
    ));
    for warning in order.client.warnings() {
        print::result(format_args!("warning: {warning}"));
    }
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

/// Says that somebody stopped it before anything was compared, and writes a report that says so.
pub(super) fn stopped(order: &Order) -> Exit {
    let exit = ended(Exit::Interrupted, "it was stopped before both sides were played");
    match &order.report {
        None => exit,
        Some(path) => write_report(order, &[], path, exit),
    }
}

/// The case without differences that were told of another one; nothing if it has no other.
fn without(
    case: &CaseDifference,
    known: &mut BTreeSet<(String, String, String)>,
) -> Option<CaseDifference> {
    let mut case = case.clone();
    case.steps.retain_mut(|step| {
        let is_of_verdict = step.members.is_empty();
        step.members.retain(|member| {
            known.insert((member.place.clone(), member.left.clone(), member.right.clone()))
        });
        is_of_verdict || !step.members.is_empty()
    });
    (!case.steps.is_empty()).then_some(case)
}

fn breaks(case: &CaseDifference) -> usize {
    case.steps.iter().filter(|step| step.verdicts.is_some()).count()
}

fn print_case(case: &CaseDifference) {
    print::result(format_args!("{}:{}  {}", visible_name(&case.file), case.line, case.title));
    let mut left = SHOWN;
    for step in &case.steps {
        if left == 0 {
            break;
        }
        print_step(step, &mut left);
    }
    let all: usize = case.steps.iter().map(|step| step.members.len()).sum();
    if all > SHOWN {
        print::result(format_args!(
            "   {} in all; --report json=FILE has them",
            counted(all, "member")
        ));
    }
    print::result(format_args!("   again     {}\n", case.again));
}

fn print_step(step: &StepDifference, left: &mut usize) {
    let file = step.file.as_ref().map(|file| format!("{}:", visible_name(file)));
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
fn print_not_compared(all: &[CaseDifference]) {
    let reasons = all.iter().filter_map(|case| case.not_compared.as_ref());
    let reasons = reasons.map(|reason| format!("{}: {}", reason.side, reason.reason));
    for (reason, count) in each_once(reasons) {
        print::result(format_args!("{count} not compared: {reason}"));
    }
}

fn write_report(order: &Order, all: &[CaseDifference], path: &str, exit: Exit) -> Exit {
    let [left, right] = &order.sides;
    let shown: Vec<&CaseDifference> =
        all.iter().filter(|case| !case.steps.is_empty() || case.not_compared.is_some()).collect();
    let report = json!({
        "format": FORMAT,
        "version": env!("CARGO_PKG_VERSION"),
        "left": left.url,
        "right": right.url,
        "warnings": order.client.warnings(),
        "is_interrupted": exit == Exit::Interrupted,
        "scenarios": all.len(),
        "cases": shown,
    });
    let path = Path::new(path);
    match write_file(path, format!("{report:#}\n").as_bytes()) {
        Ok(()) => exit,
        Err(error) => not_written("the report ", path, &error).report(),
    }
}
