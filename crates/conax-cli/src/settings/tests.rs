//! The table and the settings file in sentences.

use std::path::Path;

use conax_model::entropy::Seed;
use conax_model::time::SimTime;
use conax_sim::clock::ClockMode;
use conax_sim::settings::SimulatorSettings;

use super::resolve::{check_file, unknown_variables};
use super::{SETTINGS, Settings, instance};

fn findings(text: &str) -> String {
    check_file(Path::new("conax-sim.toml"), text).join("\n")
}

#[test]
fn every_default_passes_its_own_check() {
    for entry in SETTINGS {
        assert_eq!((entry.check)(entry.default), Ok(()), "{}", entry.key);
    }
}

#[test]
fn every_setting_has_one_name() {
    for (index, entry) in SETTINGS.iter().enumerate() {
        let again = SETTINGS[index + 1..].iter().any(|other| other.key == entry.key);
        assert!(!again, "{} stands twice in the table", entry.key);
        assert!(entry.variable().starts_with("CONAX_SIM_"), "{}", entry.variable());
    }
}

#[test]
fn the_defaults_make_an_instance_with_all_apis_on_this_machine() {
    let start = SimTime::from_millis(0);
    let (instance, doors) =
        instance(&Settings::defaults(), Seed(1), start, None).expect("defaults fit");
    for address in [doors.crm, doors.cas, doors.control] {
        assert!(address.expect("every API is open").ip().is_loopback());
    }
    assert_eq!(instance.cas.profile.name(), "public");
}

#[test]
fn the_defaults_of_the_program_are_those_of_the_library() {
    let start = SimTime::from_millis(0);
    let (program, _) = instance(&Settings::defaults(), Seed(1), start, None).expect("defaults fit");
    let library = SimulatorSettings::new(Seed(1), start);
    assert_eq!(format!("{program:#?}"), format!("{library:#?}"));
}

#[test]
fn a_misspelt_key_is_refused_with_the_name_that_was_meant() {
    assert_eq!(
        findings("seed = 7\nrun-intervall = \"1s\"\n"),
        "conax-sim.toml:2:1  unknown setting `run-intervall`\n   hint: did you mean `run-interval`?"
    );
    assert!(findings("run_interval = \"1s\"").contains("did you mean `run-interval`?"));
}

#[test]
fn everything_wrong_is_told_at_once_with_its_place() {
    let findings = findings("workers = 0\n\nshape = \"round\"\nlog = true\n");
    let lines: Vec<&str> = findings.lines().collect();
    assert_eq!(
        lines,
        [
            "conax-sim.toml:1:11  `workers`: found `0`, expected a whole number from 1 to 65536",
            "conax-sim.toml:3:9  `shape`: found `round`, expected `superset`, `r4-early` or \
             `r4-late`",
            "conax-sim.toml:4:7  `log`: expected a text or a number, found a boolean",
        ]
    );
}

#[test]
fn text_that_is_not_toml_is_refused_with_its_place() {
    assert!(findings("seed = = 7").starts_with("conax-sim.toml:1:8  "));
}

#[test]
fn a_misspelt_variable_is_refused_with_the_name_that_was_meant() {
    let names =
        ["PATH", "CONAX_SIM_SEED", "CONAX_SIM_SEDE", "CONAX_SIM_RUNINTERVAL", "CONAX_SIM_X"];
    let found = unknown_variables(names.into_iter().map(str::to_owned));
    assert_eq!(
        found,
        [
            "unknown environment variable `CONAX_SIM_RUNINTERVAL`\n   hint: did you mean \
             `CONAX_SIM_RUN_INTERVAL`?",
            "unknown environment variable `CONAX_SIM_SEDE`\n   hint: did you mean `CONAX_SIM_SEED`?",
            "unknown environment variable `CONAX_SIM_X`\n   hint: unset it; `conax-sim serve --help` \
             names every variable",
        ]
    );
}

#[test]
fn a_clock_is_a_pace_and_perhaps_a_start() {
    let date = SimTime::from_millis(1_417_337_940_000);
    for (text, clock) in [
        ("real", (ClockMode::Real, None)),
        ("stepped", (ClockMode::Stepped, None)),
        ("x60", (ClockMode::Scaled(60.0), None)),
        ("x0.5", (ClockMode::Scaled(0.5), None)),
        ("real from 2014-11-30T08:59:00", (ClockMode::Real, Some(date))),
        ("stepped from 2014-11-30T08:59:00", (ClockMode::Stepped, Some(date))),
    ] {
        assert_eq!(super::values::clock(text), Ok(clock), "{text}");
    }
    for (text, tells) in [
        ("fast", "found `fast`, expected `real`, `stepped` or a factor"),
        ("x0", "found `x0`"),
        ("xinf", "found `xinf`"),
        ("60", "found `60`"),
        ("stepped from noon", "found `noon`, expected a date"),
    ] {
        let problem = super::values::clock(text).expect_err(text);
        assert!(problem.contains(tells), "{problem}");
    }
}
