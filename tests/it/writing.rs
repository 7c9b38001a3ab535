//! What is written where nothing more can be written: no file is half a file, and a result that is
//! not there is no success.

#![cfg(unix)]

use conax_cli::exit::Exit;
use conax_tests::{Ended, Program, repository};

use crate::program::{PATH, serve};

/// What stands in a file before the program is to replace it.
const OLD: &str = "the old one\n";
const UNTIDY: &str = "scenario: A file of somebody   \n\n\n\nsteps: [settle]\n";
const PASSES: (&str, &str) =
    ("a.scenario.yaml", "scenario: It comes to rest\nsteps:\n  - settle\n");
const FAILS: (&str, &str) = (
    "b.scenario.yaml",
    "scenario: It is not so\nsteps:\n  - call: list\n    expect: { status: OK }\n",
);

/// Runs a script of the shell whose arguments are the program and these.
pub(crate) fn in_shell(script: &str, arguments: &[&str], files: &[(&str, &str)]) -> Ended {
    let arguments = [&["-c", script, "sh", PATH], arguments].concat();
    Program::run("sh", &arguments, files, &[("PATH", "/usr/bin:/bin")])
}

/// Runs the program where no file can grow, and then tells what is in the folder.
fn on_a_full_disk(line: &str, files: &[(&str, &str)]) -> Ended {
    // As on a full disk every write to a file fails; no signal ends the program for it.
    let script = "(trap '' XFSZ; ulimit -f 0; exec \"$@\") >/dev/null
                  code=$?; cat out; ls -A; exit $code";
    in_shell(script, &words(line), files)
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn code(exit: Exit) -> Option<i32> {
    Some(i32::from(exit.code()))
}

#[test]
fn a_disk_that_is_full_leaves_every_file_as_it_was() {
    let instance = serve(&[]);
    let (door, crm) = (instance.door(), instance.crm());
    let failed = Exit::ReportNotWritten;
    let record = format!("record --target http://{crm} --for 1ms --overwrite -o out");
    let ledger = format!("ledger save out --target http://{door}");
    let snapshot = format!("snapshot save out --target http://{door}");
    let cases = [
        ("run a.scenario.yaml --report json=out", failed),
        ("run a.scenario.yaml --report junit=out", failed),
        ("run a.scenario.yaml --report tap=out", failed),
        ("run a.scenario.yaml --report html=out", failed),
        ("run b.scenario.yaml --report github=out", failed),
        ("run b.scenario.yaml --bundle out", failed),
        ("verify --target self --only login --report sarif=out", failed),
        ("verify --target self --only login --write-baseline out", failed),
        ("grade --scene rejected --report html=out -- true", failed),
        ("diff --right self a.scenario.yaml --report json=out", failed),
        (&record, failed),
        (&ledger, Exit::Surroundings),
        (&snapshot, Exit::Surroundings),
    ];
    let left = format!("{OLD}{}\n{}\nout\n", PASSES.0, FAILS.0);
    for (line, exit) in cases {
        // What was heard so far stays beside.
        let part = if line == record { "out.part\n" } else { "" };
        let left = format!("{left}{part}");
        let ended = on_a_full_disk(line, &[("out", OLD), PASSES, FAILS]);
        assert_eq!((ended.code, &ended.stdout), (code(exit), &left), "{line}: {}", ended.stderr);
        assert!(ended.stderr.contains("failed to write"), "{line}: {}", ended.stderr);
    }
}

#[test]
fn a_disk_that_is_full_leaves_the_scenario_that_was_to_be_tidied() {
    let files = [("out/mine.scenario.yaml", UNTIDY)];
    let script = "(trap '' XFSZ; ulimit -f 0; exec \"$@\") >/dev/null
                  code=$?; cat out/*; ls -A out; exit $code";
    let ended = in_shell(script, &["fmt", "out"], &files);
    let left = format!("{UNTIDY}mine.scenario.yaml\n");
    assert_eq!((ended.code, ended.stdout), (code(Exit::Surroundings), left), "{}", ended.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_printed_is_no_success() {
    let instance = serve(&[]);
    let (door, crm) = (instance.door(), instance.crm());
    let ledger = repository().join("fixtures/ledger/example.ledger.jsonl");
    let check = format!("ledger check {}", ledger.display());
    let at_doors = [
        format!("record --target http://{crm} --format json -o a.conaxrec.json"),
        format!("ledger show --target http://{door}"),
        format!("ledger save a.ledger --target http://{door}"),
        format!("snapshot save a.snapshot --target http://{door}"),
        format!("clock show --target http://{door}"),
        format!("drift show --target http://{door}"),
        format!("faults plan --target http://{door}"),
        format!("healthcheck --target http://{door}"),
    ];
    let alone = [
        "--help",
        "--version",
        "run --help",
        "world",
        "contract list",
        "contract show status.ok",
        "schema scenario",
        "explain .",
        "config show",
        "completions bash",
        "faults list",
        "faults magic",
        "lint .",
        "fmt --check .",
        "run .",
        "run . --list",
        "run . --report json",
        "verify --target self --only login",
        "verify --target self --init",
        "verify --target self --only login --report json",
        "explore --cases 1",
        "grade --list",
        "grade --scene rejected -- true",
        "grade --scene rejected --report json -- true",
        "diff --right self .",
        "serve --format json --port 0 --cas-port 0 --control-port 0",
        &check,
    ];
    let lines = alone.into_iter().chain(at_doors.iter().map(String::as_str));
    for line in lines {
        let ended = in_shell("exec \"$@\" >/dev/full", &words(line), &[PASSES]);
        let story = format!("{line}: {ended:?}");
        assert_eq!(ended.code, code(Exit::ReportNotWritten), "{story}");
        assert!(ended.stderr.contains("standard output"), "{story}");
        assert!(ended.stderr.contains("No space left"), "{story}");
    }
}
