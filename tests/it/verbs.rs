//! The verbs of the built program: exit codes, settings, lint, help.

use std::net::TcpListener;

use conax_cli::exit::Exit;
use conax_tests::{Program, repository};

use crate::program::{PATH, run};

const BAD_WORLD: (&str, &str) = ("bad.world.yaml", "world: bad\norganisation: [\n");
const BAD_SETTINGS: (&str, &str) = ("conax-sim.toml", "prot = 8080\nrun-interval = \"soon\"\n");

/// Arguments, files and variables; the exit code and what standard error has to tell.
type ExitCase<'a> =
    (&'a [&'a str], &'a [(&'a str, &'a str)], &'a [(&'a str, &'a str)], Exit, &'a str);

#[test]
fn every_way_to_fail_has_its_exit_code_and_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let cases: &[ExitCase<'_>] = &[
        (&["--help"], &[], &[], Exit::Met, ""),
        (&["--version"], &[], &[], Exit::Met, ""),
        (&["config", "show"], &[], &[], Exit::Met, ""),
        (&[], &[], &[], Exit::Usage, "Usage:"),
        (&["sevre"], &[], &[], Exit::Usage, "'serve'"),
        (&["serve", "--prot", "1"], &[], &[], Exit::Usage, "'--port'"),
        (&["serve", "--port", "99999"], &[], &[], Exit::Usage, "expected a port from 0 to 65535"),
        (
            &["serve", "--shape", "round"],
            &[],
            &[],
            Exit::Usage,
            "`superset`, `r4-early` or `r4-late`",
        ),
        (&["serve", "--run-interval", "5"], &[], &[], Exit::Usage, "`500ms`, `10s` or `1h`"),
        (
            &["serve", "--run-interval", "1us"],
            &[],
            &[],
            Exit::Usage,
            "found `1us`, expected `off`, or at least 1ms",
        ),
        (&["serve"], &[], &[("CONAX_SIM_SEED", "seven")], Exit::Usage, "found `seven`"),
        (
            &["serve", "--world", "bad.world.yaml"],
            &[BAD_WORLD],
            &[],
            Exit::Settings,
            "bad.world.yaml:",
        ),
        (&["serve", "--world", "no.world.yaml"], &[], &[], Exit::Settings, "because: No such file"),
        (
            &["serve"],
            &[],
            &[("CONAX_SIM_SEDE", "7")],
            Exit::Settings,
            "did you mean `CONAX_SIM_SEED`?",
        ),
        (
            &["serve", "--world", "no.world.yaml"],
            &[],
            &[],
            Exit::Settings,
            "failed to read the world `no.world.yaml`",
        ),
        (
            &["serve", "--profile", "no.toml"],
            &[],
            &[],
            Exit::Settings,
            "failed to read the wire profile `no.toml`",
        ),
        (
            &["serve", "--control-token-file", "no.txt"],
            &[],
            &[],
            Exit::Settings,
            "failed to read the token file `no.txt`",
        ),
        (
            &["serve", "--conax-user", "a", "--conax-password-file", "no.txt"],
            &[],
            &[],
            Exit::Settings,
            "failed to read the password file `no.txt`",
        ),
        (
            &["serve", "--control-token-file", "empty.txt"],
            &[("empty.txt", "\n")],
            &[],
            Exit::Settings,
            "the token file `empty.txt` is empty",
        ),
        (&["serve"], &[BAD_SETTINGS], &[], Exit::Settings, "did you mean `port`?"),
        (&["serve"], &[BAD_SETTINGS], &[], Exit::Settings, "`run-interval`: found `soon`"),
        (&["config", "show"], &[BAD_SETTINGS], &[], Exit::Settings, "did you mean `port`?"),
        (&["serve", "-c", "no.toml"], &[], &[], Exit::Settings, "no.toml"),
        (&["serve", "--profile", "mine"], &[], &[], Exit::Settings, "found `mine`"),
        (&["serve", "--conax-user", "crm"], &[], &[], Exit::Settings, "`conax-password-file`"),
        (
            &["serve", "--port", &port],
            &[],
            &[],
            Exit::Surroundings,
            "because: Address already in use",
        ),
        (
            &["healthcheck", "--target", &format!("http://127.0.0.1:{}", 1)],
            &[],
            &[],
            Exit::Surroundings,
            "not ready",
        ),
        (&["lint", "bad.world.yaml"], &[BAD_WORLD], &[], Exit::Settings, ""),
        (&["lint", "conax-sim.toml"], &[BAD_SETTINGS], &[], Exit::Settings, ""),
        (&["lint", "no.world.yaml"], &[], &[], Exit::Settings, ""),
    ];
    for (arguments, files, variables, exit, tells) in cases {
        let ended = Program::run(PATH, arguments, files, variables);
        let story = format!("{arguments:?}: {ended:?}");
        assert_eq!(ended.code, Some(i32::from(exit.code())), "{story}");
        assert!(ended.stderr.contains(tells), "{story}");
        let complains = *exit != Exit::Met && arguments.first() != Some(&"lint");
        assert_eq!(complains, !ended.stderr.is_empty(), "{story}");
    }
}

#[test]
fn each_exit_code_is_in_the_help() {
    let help = run(&["--help"]).stdout;
    for exit in Exit::ALL {
        assert!(help.contains(&format!("{}  {}", exit.code(), exit.meaning())));
    }
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
    let file = ("conax-sim.toml", "seed = 3\nport = 3000\nshape = \"r4-late\"\n");
    let variables = [("CONAX_SIM_SEED", "2"), ("CONAX_SIM_PORT", "2000")];
    let arguments = ["config", "show", "--origin", "--seed", "1"];
    let shown = Program::run(PATH, &arguments, &[file], &variables).stdout;
    let line = |key: &str| {
        let found = shown.lines().find(|line| line.starts_with(&format!("{key} = ")));
        found.unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("seed"), "seed = \"1\" # --seed");
    assert_eq!(line("port"), "port = \"2000\" # CONAX_SIM_PORT");
    assert!(line("shape").starts_with("shape = \"r4-late\" # "));
    assert!(line("shape").ends_with("conax-sim.toml:3"));
    assert_eq!(line("log"), "log = \"human\" # default");
}

#[test]
fn the_settings_that_are_shown_are_a_settings_file() {
    let shown = run(&["config", "show"]).stdout;
    let files = [("conax-sim.toml", shown.as_str())];
    let again = Program::run(PATH, &["config", "show"], &files, &[]);
    assert_eq!(again.stdout, shown, "{}", again.stderr);
    let linted = Program::run(PATH, &["lint", "conax-sim.toml"], &files, &[]);
    assert_eq!(linted.stdout, "1 file checked, nothing found\n");
}

#[test]
fn lint_tells_of_each_broken_world_what_stands_beside_it() {
    let folder = repository().join("fixtures/worlds/broken");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".world.yaml").map(str::to_owned))
        .collect();
    names.sort();
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let paths: Vec<String> =
        names.iter().map(|name| format!("worlds/broken/{name}.world.yaml")).collect();
    let worlds: Vec<String> =
        names.iter().map(|name| read(&format!("{name}.world.yaml"))).collect();
    let files: Vec<(&str, &str)> =
        paths.iter().map(String::as_str).zip(worlds.iter().map(String::as_str)).collect();
    let arguments: Vec<&str> =
        std::iter::once("lint").chain(paths.iter().map(String::as_str)).collect();
    let ended = Program::run(PATH, &arguments, &files, &[]);
    let mut expected = String::new();
    for name in &names {
        expected.push_str(read(&format!("{name}.expected.txt")).trim_end());
        expected.push('\n');
    }
    expected.push_str(&format!("{0} files checked, {0} with findings\n", names.len()));
    assert_eq!(ended.stdout, expected);
    assert_eq!(ended.code, Some(3));
}

#[test]
fn lint_finds_nothing_in_the_worlds_that_are_shipped() {
    let demo = run(&["world"]).stdout;
    let shipped =
        std::fs::read_to_string(repository().join("fixtures/worlds/demo.world.yaml")).unwrap();
    assert_eq!(demo, shipped);
    let linted = Program::run(PATH, &["lint", "my.world.yaml"], &[("my.world.yaml", &demo)], &[]);
    assert_eq!((linted.code, linted.stdout.as_str()), (Some(0), "1 file checked, nothing found\n"));
}

#[test]
fn completions_know_every_verb() {
    let script = run(&["completions", "bash"]);
    assert_eq!(script.code, Some(0));
    assert!(script.stdout.contains("complete -F"), "a script for bash");
    for verb in [
        "serve",
        "lint",
        "config",
        "world",
        "ledger",
        "snapshot",
        "healthcheck",
        "completions",
        "--run-interval",
    ] {
        assert!(script.stdout.contains(verb), "{verb}");
    }
}

#[test]
fn the_help_of_every_verb_fits_eighty_columns() {
    for verb in [
        &[][..],
        &["serve"],
        &["lint"],
        &["config", "show"],
        &["world"],
        &["faults"],
        &["faults", "list"],
        &["faults", "show"],
        &["faults", "magic"],
        &["faults", "weathers"],
        &["faults", "lint"],
        &["faults", "plan"],
        &["faults", "add"],
        &["faults", "clear"],
        &["why"],
        &["reproduce"],
        &["drift", "show"],
        &["drift", "heal"],
        &["ledger", "check"],
        &["ledger", "show"],
        &["ledger", "save"],
        &["clock"],
        &["clock", "show"],
        &["clock", "advance"],
        &["clock", "settle"],
        &["snapshot"],
        &["snapshot", "save"],
        &["snapshot", "load"],
        &["healthcheck"],
        &["completions"],
        &["run"],
        &["replay"],
        &["grade"],
        &["explain"],
        &["fmt"],
        &["schema"],
        &["diff"],
        &["record"],
        &["record", "scenario"],
    ] {
        let ended = run(&[verb, &["--help"]].concat());
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        let help = ended.stdout.replace("conax-sim-under-test", "conax-sim");
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{verb:?}: {line}");
        }
        if verb != ["config", "show"] {
            insta::assert_snapshot!(format!("help{}", verb.concat()), help);
        }
    }
}

#[test]
fn a_plan_says_where_it_turns_an_order_round() {
    let scenario = "scenario: x\nsteps:
  - call: add_subscriptions
    with: { subscription: S60600, service: SPORT, smartcard: \"01900080208\" }
  - call: cancel_subscriptions
    with: { subscription: S60600, service: BASIC, smartcard: \"01900080208\", priority: EXPRESS }
  - call: cancel_subscriptions
    with: { subscription: S60600, service: SPORT, smartcard: \"01900080208\", priority: EXPRESS }
  - settle
  - call: cancel_subscriptions
    with: { subscription: S60600, service: SPORT, smartcard: \"01900080208\", priority: EXPRESS }
";
    let files = [("x.scenario.yaml", scenario)];
    let ended = Program::run(PATH, &["explain", "x.scenario.yaml"], &files, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let told = lines.iter().position(|line| line.contains("turns the order round"));
    let told = told.expect("a line that says so");
    assert!(lines[told - 1].trim_start().starts_with("7  call cancel"), "{}", ended.stdout);
    assert!(lines[told].contains("EXPRESS, it leaves before the REGULAR call of line 3"));
    assert_eq!(ended.stdout.matches("turns the order round").count(), 1);
}

#[test]
fn a_plan_says_where_a_pairing_of_another_card_takes_the_same_box_first() {
    let scenario = "scenario: x\nsteps:
  - call: create_pairing
    with: { subscription: S60600, smartcards: [\"01900080208\"], stbs: [\"3012345601\"] }
  - call: create_pairing
    with: { subscription: S60600, smartcards: [\"01900080209\"], stbs: [X], priority: EXPRESS }
  - call: create_pairing
    with:
      subscription: S60600
      smartcards: [\"01900080209\"]
      stbs: [\"3012345601\"]
      priority: EXPRESS
";
    let files = [("x.scenario.yaml", scenario)];
    let ended = Program::run(PATH, &["explain", "x.scenario.yaml"], &files, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let sentence = "turns the order round: EXPRESS, it leaves before the REGULAR call of line 3, \
                    for the same set-top box, which still waits";
    assert_eq!(ended.stdout.matches(sentence).count(), 1, "{}", ended.stdout);
    assert_eq!(ended.stdout.matches("turns the order round").count(), 1);
}

#[test]
fn a_password_in_an_address_is_refused_and_not_repeated() {
    let url = "http://someone:canary@127.0.0.1:9081/";
    let file = format!("conax-url = \"{url}\"\n");
    let files = [("conax-sim.toml", file.as_str())];
    for ended in [
        run(&["serve", "--conax-url", url]),
        Program::run(PATH, &["serve"], &[], &[("CONAX_SIM_CONAX_URL", url)]),
        Program::run(PATH, &["serve"], &files, &[]),
        Program::run(PATH, &["config", "show"], &files, &[]),
        Program::run(PATH, &["lint", "conax-sim.toml"], &files, &[]),
    ] {
        let told = format!("{}{}", ended.stdout, ended.stderr);
        assert!([Some(2), Some(3)].contains(&ended.code), "{told}");
        assert!(told.contains("`conax-password-file`"), "{told}");
        assert!(!told.contains("canary") && !told.contains("someone"), "{told}");
    }
}

#[test]
fn an_entitlement_that_is_over_is_no_reason_to_refuse_a_world() {
    let demo = run(&["world"]).stdout;
    let over = "    - { smartcard: \"01900080208\", product: P1test, end: 2001-01-01T00:00:00 }\n";
    let world = format!("{}\n{over}", demo.trim_end());
    let files = [("over.world.yaml", world.as_str())];
    let linted = Program::run(PATH, &["lint", "over.world.yaml"], &files, &[]);
    assert_eq!(linted.code, Some(0), "{}", linted.stdout);
}
