//! Bundles of failures: what is said of the secrets in them, and what a replay compares.

use conax_tests::{Ended, Program};

use crate::program::PATH;

fn run_in(arguments: &[&str], files: &[(&str, &str)]) -> Ended {
    Program::run(PATH, arguments, files, &[])
}

/// A scenario that fails, whose step is made of this.
fn failing(before: &str, with: &str) -> String {
    format!(
        "scenario: It fails\n{before}steps:\n  - call: reset_pin_to_given_value\n    with: {{ \
         subscription: S60600, smartcard: \"01900080208\", {with} }}\n    expect: {{ status: NOPE }}\n"
    )
}

#[test]
fn a_bundle_says_that_it_holds_secrets_if_one_stands_in_it() {
    let world = "world: mine\nusers: [{ id: \"1\", username: ANNA, password: letmein }]\n";
    let with_world = failing("world: mine.world.yaml\n", "pin: $CARDPIN")
        .replace("steps:", "secrets: [CARDPIN]\nsteps:");
    for (source, arguments, says) in [
        (failing("secrets: [CARDPIN]\n", "pin: $CARDPIN"), &[][..], false),
        (failing("", "pin: \"7391\""), &[], true),
        (failing("vars: { code: \"7391\" }\n", "pin: $code"), &[], true),
        (failing("vars: { code: { digits: 4 } }\n", "pin: $code"), &[], false),
        (
            failing("secrets: [CARDPIN]\nvars: { code: x }\n", "pin: $CARDPIN, priority: $code"),
            &["--var", "code=1234567"],
            false,
        ),
        (failing("vars: { code: x }\n", "pin: $code"), &["--var", "code=73915"], true),
        (failing("cases:\n  - [code]\n  - [\"7391\"]\n", "pin: $code"), &[], true),
        (with_world, &[], true),
    ] {
        let files = [
            ("a.scenario.yaml", source.as_str()),
            ("s", "CARDPIN=86420\n"),
            ("mine.world.yaml", world),
        ];
        let usual = ["run", "a.scenario.yaml", "--secrets-file", "s", "--bundle", "b"];
        let told = run_in(&[&usual, arguments].concat(), &files);
        assert!(told.stderr.contains("bundled: "), "{source}\n{told:?}");
        assert_eq!(told.stderr.contains("it holds secrets"), says, "{source}\n{told:?}");
    }
}

/// The bundle of a failing scenario that takes a secret from outside, and what was said of it.
fn bundle(arguments: &[&str]) -> (String, String) {
    let source = failing("secrets: [CARDPIN]\n", "pin: $CARDPIN");
    let files = [("a.scenario.yaml", source.as_str()), SECRETS];
    let usual = ["run", "a.scenario.yaml", "--bundle", "it.conaxrun"];
    let mut program = Program::start(PATH, &[&usual, arguments].concat(), &files);
    let ended = program.ended();
    (program.file("it.conaxrun"), ended.stderr)
}

const SECRETS: (&str, &str) = ("my.secrets", "CARDPIN=86420\n");
const GIVEN: [&str; 2] = ["--secrets-file", "my.secrets"];

#[test]
fn the_commands_of_a_bundle_name_the_file_of_its_secrets() {
    let (text, told) = bundle(&GIVEN);
    let command = "conax-sim replay it.conaxrun --secrets-file my.secrets\n";
    assert!(told.contains(&format!("bundled: {command}")), "{told}");
    let files = [("it.conaxrun", text.as_str()), SECRETS];
    let again = run_in(&[&["replay", "it.conaxrun"], &GIVEN[..]].concat(), &files);
    assert_eq!(again.code, Some(4), "{again:?}");
    assert!(again.stdout.contains(command), "{again:?}");
    assert!(again.stdout.contains("the same as recorded, byte for byte"), "{again:?}");
    let (_, told) = bundle(&[]);
    let command = "bundled: conax-sim replay it.conaxrun --secrets-file FILE\n";
    assert!(told.contains(command), "{told}");
}

#[test]
fn a_replay_without_its_secrets_says_so_in_one_sentence() {
    let (text, _) = bundle(&GIVEN);
    let told = run_in(&["replay", "it.conaxrun"], &[("it.conaxrun", text.as_str())]);
    assert_eq!(
        told.stderr,
        "error: it.conaxrun: it takes `CARDPIN` from outside: give `--secrets-file FILE` with lines such \
         as `CARDPIN=VALUE`, or set the environment variables\n"
    );
    assert_eq!((told.code, told.stdout.as_str()), (Some(3), ""));
}

#[test]
fn a_replay_says_what_differs() {
    let (text, _) = bundle(&GIVEN);
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&version), "{text}");
    for (from, to, says) in [
        (
            "\"found\": \"OK\"",
            "\"found\": \"KO\"",
            "failed as recorded, but not byte for byte: `steps[0].findings[0].found` was `\"KO\"`, is \
             `\"OK\"`\n",
        ),
        (
            "\"verdict\": \"failed\"",
            "\"verdict\": \"passed\"",
            "not as recorded: it passed then, it failed now\n",
        ),
    ] {
        assert!(text.contains(from), "{from}\n{text}");
        let changed = text.replacen(from, to, 1);
        let files = [("it.conaxrun", changed.as_str()), SECRETS];
        let told = run_in(&[&["replay", "it.conaxrun"], &GIVEN[..]].concat(), &files);
        assert!(told.stdout.contains(says), "{says}\n{told:?}");
        assert!(!told.stdout.contains("version"), "{told:?}");
        let older = changed.replacen(&version, "\"version\": \"0.0.1\"", 1);
        let files = [("it.conaxrun", older.as_str()), SECRETS];
        let told = run_in(&[&["replay", "it.conaxrun"], &GIVEN[..]].concat(), &files);
        assert!(told.stdout.contains("; made by version 0.0.1, this is"), "{told:?}");
    }
}

#[test]
fn explain_shows_no_value_that_stands_under_a_secret_name_somewhere() {
    let source = "scenario: Who logs in\nvars: { word: \"73915\" }\nsteps:\n  - raw: { path: \"/x?y=73915\" }\n\
                  \x20 - call: issue_token\n    with: { username: $word, password: $word, organisation: A }\n\
                  \x20   expect: { status: NOPE }\n";
    let told = run_in(&["explain", "a.scenario.yaml"], &[("a.scenario.yaml", source)]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.stdout.contains("username=***"), "{told:?}");
    assert!(!told.stdout.contains("73915"), "{told:?}");
}
