//! Small inputs that fail: what is said of files people really have.

use std::io::{Read, Write};
use std::net::TcpListener;

use conax_contract::crm::Operation;
use conax_tests::{Call, Ended, HarnessBuilder, Program};
use serde_json::{Value, json};

use crate::program::PATH;

/// A file of the fixtures, as the program is to be told of it.
fn fixture(name: &str) -> String {
    format!("{}/../fixtures/inputs/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What the program says when it is called with these files beside it.
fn run(arguments: &[&str], files: &[(&str, &str)]) -> Ended {
    Program::run(PATH, arguments, files, &[])
}

#[test]
fn every_verb_that_reads_a_file_names_its_encoding() {
    let scenario = fixture("utf-16.scenario.yaml");
    for arguments in [
        &["lint", &scenario][..],
        &["run", &scenario],
        &["fmt", &scenario],
        &["explain", &scenario],
        &["serve", "--world", &scenario],
        &["serve", "--faults", &scenario],
        &["serve", "--config", &scenario],
        &["faults", "lint", &scenario],
        &["replay", &scenario],
        &["run", "--secrets-file", &scenario, "a.scenario.yaml"],
    ] {
        let scenario = "scenario: It works\nsteps: [process]\n";
        let told = run(arguments, &[("a.scenario.yaml", scenario)]);
        let text = format!("{}{}", told.stdout, told.stderr);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("UTF-16 (little-endian)"), "{arguments:?}\n{text}");
        assert!(words.contains("as UTF-8") && !words.contains("0:0"), "{arguments:?}\n{text}");
        assert!(told.code.is_some_and(|code| code > 1), "{arguments:?}: {:?}", told.code);
    }
}

#[test]
fn a_settings_file_and_a_profile_with_typographic_quotes_are_told_so() {
    for name in ["conax-sim.toml", "mine.toml"] {
        let told = run(&["lint", name], &[(name, "# settings\nseed = “1”\n")]);
        assert!(
            told.stdout.contains(&format!("{name}:2:8  a typographic quote (U+201C)")),
            "{told:?}"
        );
    }
}

const REFUSED: &str = include_str!("../../fixtures/inputs/refused.scenario.yaml");

#[test]
fn a_failure_tells_the_sentence_of_the_answer_wherever_it_is_told() {
    let files = [("a.scenario.yaml", REFUSED)];
    for format in ["", "junit", "tap", "github", "json", "html"] {
        let arguments = match format {
            "" => vec!["run", "a.scenario.yaml"],
            format => vec!["run", "-q", "--report", format, "a.scenario.yaml"],
        };
        let told = run(&arguments, &files);
        assert_eq!(told.code, Some(4), "{told:?}");
        let words = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("names no installed item"), "{format}: {words}");
    }
}

#[test]
fn nobody_at_the_target_is_one_line_and_no_failed_scenario() {
    let dead = "http://127.0.0.1:9";
    let two = "scenarios:\n  - { scenario: One, steps: [process] }\n  - { scenario: Two, steps: [{ call: show, with: { request: 1 } }] }\n";
    let living = Program::serve(PATH, &["--seed", "1"]);
    let crm = format!("http://{}", living.crm());
    for flags in [
        &["--target", dead][..],
        &["--target", dead, "--control", dead],
        &["--target", &crm, "--control", dead],
    ] {
        let mut arguments = vec!["run", "a.scenario.yaml", "--report", "junit"];
        arguments.extend(flags);
        let told = run(&arguments, &[("a.scenario.yaml", two)]);
        assert_eq!(told.code, Some(5), "{told:?}");
        assert_eq!(told.stderr.lines().count(), 1, "{}", told.stderr);
        assert!(told.stderr.contains(&format!("nothing answers at {dead}")), "{}", told.stderr);
        assert!(told.stdout.contains("failures=\"0\" errors=\"2\""), "{}", told.stdout);
    }
}

/// Takes one connection that asks nothing and one call, and is gone.
fn dying_target() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        drop(listener.accept());
        // The first look sees this API.
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let body = r#"{"status":{"code":"X","message":null,"description":null},"data":null}"#;
        let head = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        drop(stream);
        let (mut stream, _) = listener.accept().unwrap();
        drop(listener);
        let _ = stream.read(&mut [0; 4096]);
    });
    format!("http://{address}")
}

#[test]
fn a_target_that_dies_ends_the_run_and_no_scenario_has_failed() {
    let step = "steps: [{ call: show, with: { request: 1 } }]";
    let three = format!(
        "scenarios:\n  - {{ scenario: One, {step} }}\n  - {{ scenario: Two, {step} }}\n  - {{ scenario: Three, {step} }}\n"
    );
    let target = dying_target();
    let told = run(
        &["run", "a.scenario.yaml", "-j", "1", "--target", &target, "--report", "junit"],
        &[("a.scenario.yaml", &three)],
    );
    assert_eq!(told.code, Some(5), "{told:?}");
    assert!(told.stdout.contains("failures=\"0\" errors=\"1\""), "{}", told.stdout);
    assert!(told.stderr.contains(&format!("nothing answers at {target}")), "{}", told.stderr);
    assert!(told.stderr.contains("2 scenarios not begun"), "{}", told.stderr);
}

#[test]
fn the_command_that_repeats_a_run_is_the_one_that_was_given() {
    let files = [
        ("deep er/a.scenario.yaml", "scenario: One\ntags: [x]\nvars: { a: b }\nsteps: [process]\n"),
        ("b.scenario.yaml", "scenario: Two\ntags: [x]\nsteps: [process]\n"),
    ];
    let told = run(
        &[
            "run",
            "deep er",
            "b.scenario.yaml:1",
            "--tag",
            "x,y",
            "-f",
            "~nothing",
            "--seed",
            "7",
            "--var",
            "a=c d",
            "--report",
            "json",
            "-q",
        ],
        &files,
    );
    let report: Value = serde_json::from_str(&told.stdout).expect("a report");
    assert_eq!(
        report["again"],
        "conax-sim run 'deep er' b.scenario.yaml:1 --tag x,y --filter '~nothing' --seed 7 --var 'a=c d'"
    );
    let told = run(&["run", ".", "--report", "html", "-q"], &files);
    assert!(told.stdout.contains("\"again\":\"conax-sim run .\""), "{}", told.stdout);
}

#[test]
fn annotations_are_relative_to_the_workspace_and_move_no_cursor() {
    let files =
        [("sub/fails.scenario.yaml", include_str!("../../fixtures/inputs/fails.scenario.yaml"))];
    let told = Program::run(
        PATH,
        &["run", "sub/../sub/fails.scenario.yaml", "--report", "github", "-q"],
        &files,
        &[("GITHUB_WORKSPACE", "sub")],
    );
    assert!(told.stdout.starts_with("::error file=fails.scenario.yaml,line="), "{}", told.stdout);
    for text in [&told.stdout, &told.stderr] {
        assert!(text.contains("1B}[31m") && !text.contains('\u{1b}'), "{text:?}");
    }
    for flag in ["--list", "-v", "--color=always"] {
        let told = run(&["run", "sub", flag], &files);
        assert!(!told.stdout.contains("\u{1b}[31mplain"), "{flag}: {}", told.stdout);
    }
}

async fn refusal(body: &str) -> String {
    let harness = HarnessBuilder::demo().open();
    let answer = harness.send(Call::operation(Operation::AddSubscriptions, body)).await;
    answer.text
}

#[tokio::test]
async fn a_card_as_printed_is_refused_with_the_card_it_would_be() {
    let printed = include_str!("../../fixtures/inputs/printed.json");
    let twelve = include_str!("../../fixtures/inputs/twelve.json");
    let with = |number: &str| {
        let mut body: Value = serde_json::from_str(twelve).expect("JSON");
        body["smartcard_identifier"] = json!({ "serial_number": number });
        body.to_string()
    };
    let known = "the known `01900080208`";
    for (body, sentence) in [
        (
            twelve.to_owned(),
            format!(
                "twelve digits is a card as it is printed, with a check digit at its end: without it, this is {known}"
            ),
        ),
        (
            printed.to_owned(),
            format!("without it, and without blanks and hyphens, this is {known}"),
        ),
        (with("0190 0080 208"), format!("Without blanks and hyphens it is {known}")),
        (with("0190-0080-208"), format!("Without blanks and hyphens it is {known}")),
        (with("0190\u{a0}0080\u{a0}208"), format!("Without blanks and hyphens it is {known}")),
        (with("999999999999"), "write the eleven digits before it".to_owned()),
    ] {
        let told = refusal(&body).await;
        assert!(told.contains(&sentence) && told.contains("INSTALLEDITEM"), "{body}\n{told}");
    }
    for number in ["0190008020", "S60600", "0190008020800", "-"] {
        let told = refusal(&with(number)).await;
        assert!(told.contains("names no installed item") && !told.contains("known `"), "{told}");
        assert!(!told.contains("twelve"), "{told}");
    }
}

#[test]
fn a_rule_that_is_turned_down_to_nothing_never_acts() {
    for share in ["0", "0%", "0.0", "\"0%\""] {
        let scenario = format!(
            "scenario: It works\nfaults: {{ preset: f05, when: {{ probability: {share} }} }}\nsteps:\n  \
             - call: add_subscriptions\n    with: {{ subscription: S60600, service: SPORT, smartcard: \"01900080208\" }}\n    \
             keep: {{ request: number }}\n  - wait: {{ request: $request, until: COMPLETED, within: 15min }}\n"
        );
        let told = run(&["run", "a.scenario.yaml"], &[("a.scenario.yaml", &scenario)]);
        assert_eq!(told.code, Some(0), "{share}: {told:?}");
    }
    for share in ["-1%", "101%", "1.5", "x"] {
        let rule = format!("faults: [{{ preset: f05, when: {{ probability: {share} }} }}]\n");
        let told = run(&["lint", "a.faults.yaml"], &[("a.faults.yaml", &rule)]);
        assert!(told.stdout.contains("a share from 0 to 1"), "{share}: {told:?}");
    }
}
