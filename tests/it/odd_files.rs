//! Files of odd kinds, sizes and names: each ends in a sentence, none without an end.

#![cfg(unix)]

use conax_tests::{Ended, Program, repository};

use crate::program::{PATH, serve};
use crate::writing::in_shell;

const PASSES: &str = "scenario: It works\nsteps: [process]\n";

/// Every verb that reads a file, and the file.
const READERS: [&str; 14] = [
    "lint FILE",
    "run FILE",
    "fmt FILE",
    "explain FILE",
    "replay FILE",
    "coverage FILE",
    "faults lint FILE",
    "ledger check FILE",
    "record scenario FILE",
    "serve --world FILE",
    "serve --faults FILE",
    "serve --config FILE",
    "run --secrets-file FILE a.scenario.yaml",
    "verify --target self --only login --world FILE",
];

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn run(line: &str, files: &[(&str, &str)]) -> Ended {
    Program::run(PATH, &words(line), files, &[])
}

fn told(ended: &Ended) -> String {
    let text = format!("{}{}", ended.stdout, ended.stderr);
    words(&text).join(" ")
}

#[test]
fn a_device_is_no_file_for_any_verb() {
    let instance = serve(&[]);
    let load = format!("snapshot load FILE --target http://{}", instance.door());
    for line in READERS.into_iter().chain([load.as_str()]) {
        let ended = run(&line.replace("FILE", "/dev/zero"), &[("a.scenario.yaml", PASSES)]);
        assert_eq!(ended.code, Some(3), "{line}: {ended:?}");
        assert!(told(&ended).contains("it is not a file"), "{line}: {ended:?}");
    }
}

#[test]
fn a_file_of_text_beyond_the_bound_is_refused_with_both_sizes() {
    let large = [
        "lint big",
        "run big",
        "fmt big",
        "serve --world big",
        "serve --faults big",
        "run --secrets-file big a.scenario.yaml",
        "verify --target self --only login --world big",
    ];
    for line in large {
        let script = "truncate -s 50000000 big; exec \"$@\"";
        let ended = in_shell(script, &words(line), &[("a.scenario.yaml", PASSES)]);
        assert_eq!(ended.code, Some(3), "{line}: {ended:?}");
        let sentence = "it has 50000000 bytes, and at most 16777216 are read";
        assert!(told(&ended).contains(sentence), "{line}: {ended:?}");
    }
}

#[test]
fn what_a_pipe_or_standard_input_holds_is_read_and_an_endless_one_ends() {
    let files = [("a.scenario.yaml", PASSES)];
    let from = |line: &str, source: &str, input: &str| match line.contains(" p") {
        true => format!("mkfifo p; {source} >p 2>/dev/null & exec \"$@\""),
        false => format!("exec \"$@\" <{input}"),
    };
    for (line, sentence) in [
        ("run p", "1 scenario: 1 passed"),
        ("run /dev/stdin", "1 scenario: 1 passed"),
        ("lint p", "1 file checked, nothing found"),
        ("lint /dev/stdin", "1 file checked, nothing found"),
        ("explain p", "It works"),
    ] {
        let given = from(line, "cat a.scenario.yaml", "a.scenario.yaml");
        let ended = in_shell(&given, &words(line), &files);
        assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        assert!(told(&ended).contains(sentence), "{line}: {ended:?}");
    }
    for line in
        ["run p", "lint p", "run /dev/stdin", "serve --world p", "serve --config /dev/stdin"]
    {
        let endless = from(line, "yes", "/dev/zero");
        let ended = in_shell(&endless, &words(line), &files);
        assert_eq!(ended.code, Some(3), "{line}: {ended:?}");
        let sentence = "it has more than 16777216 bytes";
        assert!(told(&ended).contains(sentence), "{line}: {ended:?}");
    }
}

#[test]
fn a_ledger_that_never_ends_is_read_until_enough_is_wrong_with_it() {
    let ledger = repository().join("fixtures/ledger/example.ledger.jsonl");
    for (source, code, sentence) in [
        ("yes", 3, "not a ledger"),
        ("cat /dev/zero", 3, "a line of more than 1048576 bytes"),
        ("(head -n 1 \"$LEDGER\"; yes)", 4, "the first 20 problems are shown"),
    ] {
        let script = format!("LEDGER={}; {source} 2>/dev/null | \"$@\"", ledger.display());
        let ended = in_shell(&script, &["ledger", "check", "-"], &[]);
        assert_eq!(ended.code, Some(code), "{source}: {ended:?}");
        assert!(told(&ended).contains(sentence), "{source}: {ended:?}");
    }
}

#[test]
fn a_wrong_file_has_the_same_exit_code_whatever_it_is_for() {
    let files = [("wrong", "nothing: [of, ours\n")];
    for key in ["world", "faults", "profile", "config", "snapshot-key-file", "conax-ca-file"] {
        for name in ["wrong", "missing"] {
            let name = if key == "profile" { format!("{name}.toml") } else { name.to_owned() };
            let more = match key {
                "conax-ca-file" => " --conax-url https://127.0.0.1:9",
                _ => "",
            };
            let ended = run(&format!("serve --{key} {name}{more}"), &files);
            assert_eq!(ended.code, Some(3), "{key}: {ended:?}");
        }
    }
}

#[test]
fn a_name_that_stands_twice_in_a_file_of_secrets_is_told_with_its_line() {
    for (secrets, sentence) in [
        ("a=1\n# note\nb=2\n a =3\n", "line 4: a second value of `a`"),
        ("a=1\n=2\n", "line 2: expected `name=value`"),
    ] {
        let files = [("secrets", secrets), ("a.scenario.yaml", PASSES)];
        for line in [
            "run --secrets-file secrets a.scenario.yaml",
            "verify --target self --only login --secrets-file secrets",
            "diff --right self --secrets-file secrets a.scenario.yaml",
        ] {
            let ended = run(line, &files);
            assert_eq!(ended.code, Some(3), "{line}: {ended:?}");
            assert!(told(&ended).contains(sentence), "{line}: {ended:?}");
        }
    }
}

#[test]
fn an_empty_name_is_called_so() {
    let files = [
        (
            "a.scenario.yaml",
            "scenario: x\nvars: { \"\": a }\nsteps: [{ \"\": a }, { call: show, with: { \"\": a } }]\n",
        ),
        ("a.faults.yaml", "faults: [{ preset: f05, \"\": 1 }]\n"),
        ("a.world.yaml", "world: x\n\"\": 1\n"),
    ];
    for line in ["lint .", "lint a.faults.yaml", "lint a.world.yaml", "run ''"] {
        let arguments: Vec<&str> =
            words(line).into_iter().map(|word| word.trim_matches('\'')).collect();
        let ended = Program::run(PATH, &arguments, &files, &[]);
        assert!(told(&ended).contains("\"\" (an empty name)"), "{line}: {ended:?}");
        assert!(!told(&ended).contains("``"), "{line}: {ended:?}");
    }
}

#[test]
fn the_name_of_a_file_breaks_no_line_and_moves_no_cursor() {
    let fails = "scenario: x\nsteps: [{ call: show, with: { request: 1 } }]\n";
    let files = [
        ("d/a\nb\u{1b}[31m.scenario.yaml", fails),
        ("e/c\nd\u{1b}[31m.scenario.yaml", "scenario: x\nsteps:   [nothing]\n"),
    ];
    let lines = [
        "run d",
        "run d --list",
        "run e",
        "lint e",
        "fmt --check e",
        "explain d",
        "run d -q --report tap",
        "run d -q --report github",
        "diff --left self --right self d",
    ];
    for line in lines {
        let ended = run(line, &files);
        let text = format!("{}{}", ended.stdout, ended.stderr);
        assert!(text.contains("scenario.yaml") || line.starts_with("diff"), "{line}: {ended:?}");
        let is_raw = |line: &str| line.starts_with("b\\u{1B}") || line.starts_with("d\\u{1B}");
        assert!(!text.lines().any(is_raw) && !text.contains('\u{1b}'), "{line}: {ended:?}");
    }
    let missing = ["run", "no\nsuch", "--list"];
    let ended = Program::run(PATH, &missing, &[], &[]);
    assert!(ended.stderr.contains("no\\u{A}such"), "{ended:?}");
    let again = run("run d", &files);
    let command = again.stdout.lines().find_map(|line| line.trim().strip_prefix("again"));
    let command = command.unwrap().trim().strip_prefix("conax-sim ").unwrap();
    let script = format!(
        "exec bash -c \"\\\"\\$0\\\" {}\" \"$1\"",
        command.replace('$', "\\$").replace('\\', "\\\\").replace("\\\\$", "\\$")
    );
    let ended = in_shell(&script, &[], &files);
    assert_eq!(ended.code, Some(4), "{command}\n{ended:?}");
    assert!(ended.stdout.contains("1 scenario: 1 failed"), "{ended:?}");
}

#[test]
fn a_folder_that_is_made_for_a_file_is_told() {
    let files = [("a.scenario.yaml", PASSES)];
    for (line, folder) in [
        ("run a.scenario.yaml --report junit=not/there/x.xml", "not/there"),
        ("verify --target self --only login --report json=there/x.json", "there"),
    ] {
        let ended = run(line, &files);
        assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        let sentence = format!("created the folder `{folder}`\n");
        assert_eq!(ended.stderr.matches(&sentence).count(), 1, "{line}: {ended:?}");
    }
    let ended = run("run a.scenario.yaml --report junit=x.xml", &files);
    assert!(!ended.stderr.contains("created"), "{ended:?}");
}

#[test]
fn a_service_where_a_ca_id_is_due_is_told_before_and_when_it_fails() {
    let scenario = "scenario: x\nsteps:\n  - call: add_subscriptions\n    \
                    with: { subscription: S60600, service: SPORT, smartcard: \"01900080208\" }\n  - settle\n  \
                    - expect conax: { card: \"01900080208\", entitled: [SPORT] }\n";
    let files = [("a.scenario.yaml", scenario)];
    let sentence = "`SPORT` is the code of a service, and `entitled` takes the CA id of its product, which is `1002`";
    for (line, code) in [("lint a.scenario.yaml", 3), ("run a.scenario.yaml", 4)] {
        let ended = run(line, &files);
        assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
        assert!(told(&ended).contains(sentence), "{line}: {ended:?}");
    }
    let right = scenario.replace("[SPORT]", "[\"1002\"]");
    let ended = run("lint a.scenario.yaml", &[("a.scenario.yaml", &right)]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
