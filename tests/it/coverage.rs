//! Coverage: three axes, never summed; gaps with the scenario that would fill them.

use conax_cli::exit::Exit;
use conax_contract::clause::Clause;
use conax_scenario::coverage::{Axis, skeleton};
use conax_tests::{Program, repository};

use crate::program::PATH;

const ORDER: (&str, &str) = (
    "order.scenario.yaml",
    "scenario: An order is carried out\nprotects: [show.by-number, REQ-17]\nsteps:
  - call: add_subscriptions
    with: { subscription: S60600, service: SPORT, smartcard: \"01900080208\" }
    keep: { request: number }
  - fault: { preset: f05, times: 1 }
  - wait: { request: $request, until: REJECTED, within: 1h }
",
);

#[test]
fn what_a_run_met_is_counted_on_each_axis_apart() {
    let run = Program::start(
        PATH,
        &["run", "order.scenario.yaml", "--coverage", "--report", "json"],
        &[ORDER],
    );
    let report = run.end().stdout;
    let begin = report.find('{').unwrap();
    let files = [("run.json", &report[begin..])];
    let counted = Program::run(PATH, &["coverage", "run.json"], &files, &[]);
    assert_eq!(counted.code, Some(0), "{}", counted.stderr);
    for piece in ["clauses ", "transitions     3 of   46", "cells           1 of  6", "besides"] {
        assert!(counted.stdout.contains(piece), "{piece}: {}", counted.stdout);
    }
    let wanted = ["coverage", "run.json", "--fail-under", "clauses=100,transitions=1"];
    let counted = Program::run(PATH, &wanted, &files, &[]);
    assert_eq!(counted.code, Some(i32::from(Exit::NotMet.code())));
    assert!(counted.stdout.contains("at least 100 % are wanted"), "{}", counted.stdout);
    let misspelt =
        Program::run(PATH, &["coverage", "run.json", "--fail-under", "clause=1"], &files, &[]);
    assert!(misspelt.stderr.contains("did you mean `clauses`?"), "{}", misspelt.stderr);
}

#[test]
fn every_gap_has_a_skeleton_that_is_a_scenario() {
    for axis in Axis::ALL {
        let gaps = axis.all().into_iter().enumerate();
        let skeletons: Vec<(String, String)> = gaps
            .map(|(at, gap)| (format!("gaps/{at}.scenario.yaml"), skeleton(axis, &gap)))
            .collect();
        let files: Vec<(&str, &str)> =
            skeletons.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let linted = Program::run(PATH, &["lint", "gaps"], &files, &[]);
        assert_eq!(linted.code, Some(0), "{}: {}{}", axis.name(), linted.stdout, linted.stderr);
    }
}

#[test]
fn every_skeleton_of_a_cell_meets_it() {
    let cells = Axis::Cells.all().into_iter();
    let of_one: Vec<String> = cells.filter(|id| id.contains(" CREATE_PAIRING ")).collect();
    let skeletons: Vec<(String, String)> = of_one
        .iter()
        .map(|id| {
            let name = format!("gaps/{}.scenario.yaml", id.replace(' ', "-"));
            (name, skeleton(Axis::Cells, id))
        })
        .collect();
    let files: Vec<(&str, &str)> =
        skeletons.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let arguments = ["run", "gaps", "--coverage", "-q", "--report", "json"];
    let ended = Program::run(PATH, &arguments, &files, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let files = [("run.json", ended.stdout.as_str())];
    let told = Program::run(PATH, &["coverage", "run.json", "--gaps", "cells"], &files, &[]);
    let left: Vec<&str> = told
        .stdout
        .lines()
        .filter(|line| line.starts_with("# gap") && line.contains(" CREATE_PAIRING "))
        .collect();
    assert_eq!(left, Vec::<&str>::new());
}

#[test]
fn skeletons_are_written_as_files_for_the_gaps_of_an_axis() {
    let empty = ("empty.json", "{ \"cases\": [{ \"verdict\": \"passed\", \"covers\": {} }] }");
    let arguments = ["coverage", "empty.json", "--gaps", "transitions", "--skeletons", "gaps"];
    let mut program = Program::start(PATH, &arguments, &[empty]);
    let ended = program.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stdout.contains("46 scenarios to be finished were written to gaps"),
        "{}",
        ended.stdout
    );
    let text = program.file("gaps/pairing-none-group.scenario.yaml");
    assert!(text.contains("call: create_pairing"), "{text}");
}

#[test]
fn every_documented_and_shown_clause_is_shown_by_a_verification_of_our_own() {
    let arguments = ["contract", "coverage", "--source", "documented,shown", "--fail-under", "100"];
    let ended = Program::run(PATH, &arguments, &[], &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(ended.stdout.contains("100 %"), "{}", ended.stdout);
}

#[test]
fn what_shipped_scenarios_protect_are_clauses_or_faults() {
    let listed = Program::run(
        PATH,
        &["run", &repository().join("scenarios").display().to_string(), "--list"],
        &[],
        &[],
    );
    assert_eq!(listed.code, Some(0));
    let mut unknown = Vec::new();
    let mut folders = vec![repository().join("scenarios")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("broken") {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(".scenario.yaml") {
                let text = std::fs::read_to_string(&path).unwrap();
                unknown.extend(protected(&text).into_iter().filter(|id| !is_known(id)));
            }
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
}

fn is_known(id: &str) -> bool {
    let is_fault = id.len() == 3 && id.starts_with('F') && id[1..].parse::<u8>().is_ok();
    is_fault || Clause::find(id).is_some()
}

/// The ids after `protects:`, in one line or in a list below it.
fn protected(text: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(rest) = line.trim_start().strip_prefix("protects:") else {
            continue;
        };
        let rest = rest.trim().trim_start_matches('[').trim_end_matches(']');
        ids.extend(rest.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()));
        while let Some(item) = lines.peek().and_then(|line| line.trim_start().strip_prefix("- ")) {
            if !rest.is_empty() {
                break;
            }
            ids.push(item.trim().to_owned());
            lines.next();
        }
    }
    ids
}

#[test]
fn clauses_are_listed_explained_and_a_misspelt_one_is_told() {
    let listed = Program::run(PATH, &["contract", "list", "--source", "ours"], &[], &[]);
    assert!(listed.stdout.contains("status.no-5xx  (ours, must)"), "{}", listed.stdout);
    let shown =
        Program::run(PATH, &["contract", "show", "add_to_existing_pairing.both-sets"], &[], &[]);
    insta::assert_snapshot!(shown.stdout);
    let misspelt = Program::run(PATH, &["contract", "show", "show.by-nmber"], &[], &[]);
    assert_eq!(misspelt.code, Some(i32::from(Exit::Usage.code())));
    assert!(misspelt.stderr.contains("did you mean `show.by-number`?"), "{}", misspelt.stderr);
}
