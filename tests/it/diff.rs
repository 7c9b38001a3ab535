//! `diff`: two sides that differ in one thing differ in just that, and equal sides in nothing.

use std::net::TcpListener;

use conax_cli::exit::Exit;
use conax_tests::{Ended, Program};
use serde_json::Value;

use crate::program::{PATH, serve};

/// A scenario for every difference that is planted.
const STORY: (&str, &str) = (
    "story.scenario.yaml",
    r#"scenarios:
  - scenario: An order is carried out
    tags: [order]
    steps:
      - call: add_subscriptions
        with: { subscription: S60600, service: SPORT, smartcard: "01900080208" }
        keep: { request: id }
      - wait: { request: $request, until: COMPLETED, within: 1min }
  - scenario: A PIN is given
    tags: [pin]
    steps:
      - call: reset_pin_to_given_value
        with: { subscription: S60600, smartcard: "01900080208", pin: "0815" }
        expect: { life_cycle_state: PENDING }
        keep: { request: id }
      - wait: { request: $request, until: COMPLETED, within: 1min }
  - scenario: An order for nothing is refused
    tags: [refused]
    steps:
      - call: add_subscriptions
        with: { subscription: S60600, service: NOTHING, smartcard: "01900080208" }
        expect: { status: { starts with: COM. } }
  - scenario: A request is asked for in an undocumented way
    tags: [lenient]
    steps:
      - call: show
        extra: { provisioning_request_identifier.number: "4049" }
        expect: { status: { is: text } }
  - scenario: Both sets are added to a pairing
    tags: [sets]
    steps:
      - call: add_to_existing_pairing
        with: { smartcard: S60058, smartcards: ["01900080210"], stbs: ["3012345601"] }
        expect: { status: { is: text } }
  - scenario: A login lasts
    tags: [life]
    steps:
      - call: issue_token
        with: { username: mpadministrator, password: "1234", organisation: CRMDEMO }
        keep: { mine: token }
      - repeat:
          times: 3
          steps:
            - advance: 50min
            - call: show
              token: $mine
              with: { request: "4049", fields: number }
"#,
);

/// Compares with a served simulator; what was said, and the report.
fn compared(settings: &[&str], arguments: &[&str]) -> (Ended, Value) {
    let instance = serve(settings);
    let right = format!("http://{}", instance.crm());
    let control = format!("http://{}", instance.door());
    let usual = ["diff", "--right", &right, "--right-control", &control];
    let rest = ["--report", "json=/dev/stderr", STORY.0];
    let ended = Program::run(PATH, &[&usual, arguments, &rest].concat(), &[STORY], &[]);
    let report = serde_json::from_str(&ended.stderr);
    let report = report.unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr));
    (ended, report)
}

/// Every difference in a line: verdicts, and members with what both sides answered.
fn lines(report: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut lines = Vec::new();
    for case in list(&report["cases"]) {
        for step in list(&case["steps"]) {
            let title = step["title"].as_str().unwrap_or_default();
            let title = title.split(' ').take(2).collect::<Vec<_>>().join(" ");
            if let [left, right] = list(&step["verdicts"]).as_slice() {
                lines.push(format!("{title}: {left} {right}"));
            }
            for member in list(&step["members"]) {
                let text = |name: &str| member[name].as_str().unwrap_or("?").to_owned();
                let (place, left, right) = (text("place"), text("left"), text("right"));
                lines.push(format!("{title}: {place} {left} -> {right}"));
            }
        }
    }
    lines
}

#[test]
fn just_what_was_planted_is_told() {
    let invalid = "\"COM.CRM.EXCEPTION.WEBAPI.INVALIDPARAMETERVALUEEXCEPTION\"";
    let semi = "\"COM.CRM.EXCEPTION.WEBAPI.SEMIOPTIONALPARAMETERSEXCEPTION\"";
    let refused = |title: &str, code: &str| vec![format!("{title}: status.code {code} -> \"OK\"")];
    let cases: &[(&[&str], &str, Vec<String>)] = &[
        (
            &["--shape", "r4-late"],
            "order",
            ["call add_subscriptions", "wait until"]
                .iter()
                .flat_map(|title| {
                    ["code", "description"]
                        .map(|name| format!("{title}: data.provider_error_{name} null -> absent"))
                })
                .collect(),
        ),
        (
            &["--shape", "r4-early"],
            "order",
            vec![
                "call add_subscriptions: data.number \"number-1\" -> absent".to_owned(),
                "call add_subscriptions: data.reference_number null -> absent".to_owned(),
                "wait until: data.number \"number-1\" -> absent".to_owned(),
                "wait until: data.reference_number \"reference-1\" -> absent".to_owned(),
            ],
        ),
        (
            &["--http-errors", "4xx"],
            "refused",
            vec!["call add_subscriptions: http 200 -> 404".to_owned()],
        ),
        (
            &["--success-texts", "empty"],
            "pin",
            ["call reset_pin_to_given_value", "wait until"]
                .iter()
                .flat_map(|title| {
                    ["description", "message"]
                        .map(|name| format!("{title}: status.{name} null -> \"\""))
                })
                .collect(),
        ),
        (&["--pin-digits", "6"], "pin", {
            let title = "call reset_pin_to_given_value";
            vec![
                format!("{title}: \"passed\" \"failed\""),
                format!("{title}: status.code \"OK\" -> {invalid}"),
            ]
        }),
        (&["--pairing-sets", "both"], "sets", refused("call add_to_existing_pairing", semi)),
        (
            &["--identifiers", "strict"],
            "lenient",
            vec!["call show: status.code \"OK\" -> ".to_owned()],
        ),
        (
            &["--token-life", "fixed 2h"],
            "life",
            vec![
                "call show: \"passed\" \"failed\"".to_owned(),
                "call show: status.code \"OK\" -> \
                 \"COM.CRM.EXCEPTION.AUTHENTICATION.INVALIDTOKENEXCEPTION\""
                    .to_owned(),
            ],
        ),
    ];
    for (settings, tag, planted) in cases {
        let (ended, report) = compared(settings, &["--tag", tag]);
        let found = lines(&report);
        assert_eq!(ended.code, Some(4), "{settings:?}: {}", ended.stdout);
        // What a call that was refused does not have besides is told as well.
        let told: Vec<&String> = found
            .iter()
            .filter(|line| {
                !line.contains(": data ") && !line.contains(": status.message")
                    || settings.contains(&"empty")
            })
            .collect();
        assert_eq!(told.len(), planted.len(), "{settings:?}: {found:#?}");
        for (line, wanted) in told.iter().zip(planted) {
            assert!(line.starts_with(wanted.as_str()), "{settings:?}: {line}, not {wanted}");
        }
    }
}

#[test]
fn equal_sides_do_not_differ_wherever_they_are() {
    let (ended, report) = compared(&[], &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(lines(&report).is_empty());
    assert!(ended.stdout.contains("6 scenarios compared, 0 different"), "{}", ended.stdout);
    let arguments = ["diff", "--left", "self", "--right", "self", STORY.0];
    let ended = Program::run(PATH, &arguments, &[STORY], &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
}

#[test]
fn a_side_with_a_clock_of_its_own_is_compared_by_what_does_not_depend_on_it() {
    let instance = Program::serve(PATH, &["--run-interval", "50ms", "--shape", "r4-late"]);
    let url = format!("http://{}", instance.crm());
    let secrets = ("secrets.txt", "token=04FFBB37FED475A778F122709CBAC1D5\n");
    let usual = ["diff", "--right", &url, "--secrets-file", secrets.0, "--tag", "order"];
    let report = ["--report", "json=/dev/stderr", STORY.0];
    let ended = Program::run(PATH, &[&usual[..], &report].concat(), &[STORY, secrets], &[]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    let lines = lines(&serde_json::from_str(&ended.stderr).expect("JSON"));
    assert_eq!(lines, [""; 0]);
}

/// The demo world with other names for everything the story is about.
fn other_world() -> std::path::PathBuf {
    let mut world = Program::run(PATH, &["world"], &[], &[]).stdout;
    for (ours, theirs) in [
        ("S60600", "C77001"),
        ("SPORT", "NEWSHD"),
        ("\"1002\"", "\"7002\""),
        ("01900080208", "02200000017"),
        ("MPAdministrator", "Nightshift"),
        ("04FFBB37FED475A778F122709CBAC1D5", "A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0"),
    ] {
        assert!(world.contains(ours), "{ours}");
        world = world.replace(ours, theirs);
    }
    let name = format!("conax-tests-diff-{}.world.yaml", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, world).expect("a file can be written");
    path
}

const TARGET: (&str, &str) = (
    "other.target.yaml",
    r#"login: { username: Nightshift, organisation: CRMDEMO }
subscription: { number: C77001 }
service: { code: NEWSHD, ca_id: "7002" }
smartcards: [{ serial_number: "02200000017", ca_id: "02200000017" }]
"#,
);

/// Compares what is the same everywhere with a simulator of another world, at its own time.
fn compared_with_another_world(settings: &[&str], arguments: &[&str]) -> (Ended, Value) {
    compared_by_tags("order,pin,refused,anywhere", settings, arguments)
}

fn compared_by_tags(tags: &str, settings: &[&str], arguments: &[&str]) -> (Ended, Value) {
    let world = other_world();
    let usual = ["--run-interval", "50ms", "--world", world.to_str().expect("UTF-8")];
    let instance = Program::serve(PATH, &[&usual[..], settings].concat());
    let right = format!("http://{}", instance.crm());
    let name = "scenarios/documented/any-implementation.scenario.yaml";
    let scenario = std::fs::read_to_string(conax_tests::repository().join(name)).expect("a file");
    let files = [
        STORY,
        TARGET,
        ("any.scenario.yaml", scenario.as_str()),
        ("secrets.txt", "username=Nightshift\npassword=1234\norganisation=CRMDEMO\n"),
    ];
    let usual = ["diff", "--right", &right, "--secrets-file", "secrets.txt"];
    let chosen = ["--tag", tags, "--jobs", "4"];
    let rest = ["--report", "json=/dev/stderr", "any.scenario.yaml", STORY.0];
    let arguments = [&usual[..], &chosen, arguments, &rest].concat();
    // What the first comparison leaves behind is nobody's difference.
    let _ = Program::run(PATH, &arguments, &files, &[]);
    let ended = Program::run(PATH, &arguments, &files, &[]);
    let report = serde_json::from_str(&ended.stderr);
    let report = report.unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr));
    (ended, report)
}

#[test]
fn another_world_another_clock_and_what_was_left_behind_are_no_differences() {
    for open in [&[][..], &["--shape", "r4-late"], &["--success-texts", "empty"]] {
        let (ended, report) = compared_with_another_world(open, &["--right-world", TARGET.0]);
        assert_eq!(ended.code, Some(0), "{open:?}: {}", ended.stdout);
        assert_eq!(lines(&report), [""; 0]);
        assert!(
            ended.stdout.contains("5 scenarios compared, 0 different"),
            "{open:?}: {}",
            ended.stdout
        );
    }
}

#[test]
fn what_is_planted_in_another_world_is_still_found() {
    for (settings, planted) in [
        (&["--http-errors", "4xx"][..], "call add_subscriptions: http 200 -> 404"),
        (&["--faults", "f28"], "wait until: data.life_cycle_state \"COMPLETED\" -> \"REJECTED\""),
    ] {
        let (ended, report) = compared_with_another_world(settings, &["--right-world", TARGET.0]);
        assert_eq!(ended.code, Some(4), "{settings:?}: {}", ended.stdout);
        let found = lines(&report);
        assert!(found.iter().any(|line| line == planted), "{found:#?}");
    }
}

#[test]
fn what_a_side_lacks_is_told_and_no_difference() {
    let (ended, report) = compared_by_tags("order", &[], &[]);
    assert_eq!(ended.code, Some(6), "{}", ended.stdout);
    assert!(lines(&report).is_empty());
    let told = "1 not compared: right: it refuses every call with subscription S60600 or service \
                SPORT or installed item 01900080208, as if it had none";
    assert!(ended.stdout.contains(told), "{}", ended.stdout);
    let (ended, _) = compared_by_tags("lenient", &[], &["--right-world", TARGET.0]);
    assert!(
        ended.stdout.contains("right: it has no provisioning request 4049"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_fault_of_one_side_breaks_the_step_that_meets_it() {
    let instance = Program::serve(PATH, &["--run-interval", "50ms", "--faults", "f28"]);
    let url = format!("http://{}", instance.crm());
    let secrets = ("secrets.txt", "token=04FFBB37FED475A778F122709CBAC1D5\n");
    let usual = ["diff", "--right", &url, "--secrets-file", secrets.0, "--tag", "order"];
    let report = ["--report", "json=/dev/stderr", STORY.0];
    let ended = Program::run(PATH, &[&usual[..], &report].concat(), &[STORY, secrets], &[]);
    assert_eq!(ended.code, Some(4), "{}{}", ended.stdout, ended.stderr);
    let lines = lines(&serde_json::from_str(&ended.stderr).expect("JSON"));
    assert_eq!(lines[0], "wait until: \"passed\" \"failed\"");
    let told = "wait until: data.life_cycle_state \"COMPLETED\" -> \"REJECTED\"";
    assert!(lines.iter().any(|line| line == told), "{lines:#?}");
    assert!(lines.iter().all(|line| line.starts_with("wait until")), "{lines:#?}");
}

#[test]
fn what_is_told_can_be_read_and_its_last_line_compares_again() {
    let instance = serve(&["--pin-digits", "6"]);
    let right = format!("http://{}", instance.crm());
    let control = format!("http://{}", instance.door());
    let usual = ["diff", "--right", &right, "--right-control", &control];
    let ended = Program::run(PATH, &[&usual[..], &[STORY.0]].concat(), &[STORY], &[]);
    let again = ended.stdout.lines().find_map(|line| line.trim().strip_prefix("again "));
    let again = again.unwrap_or_else(|| panic!("{}", ended.stdout));
    let arguments: Vec<&str> = again.split_whitespace().skip(1).collect();
    let other = Program::run(PATH, &arguments, &[STORY], &[]);
    let part = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains("compared"));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    assert_eq!(part(&other.stdout), part(&ended.stdout));
    let shown = part(&ended.stdout).replace(again, "COMMAND");
    insta::assert_snapshot!(shown);
}

#[test]
fn every_way_to_end_has_its_exit_code() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let instance = Program::serve(PATH, &["--seed", "7"]);
    let (api, control) = (instance.crm(), instance.door());
    let (api, control) = (format!("http://{api}"), format!("http://{control}"));
    let wrong = ("wrong.scenario.yaml", "scenario: x\nstep: []\n");
    let cases: [(&[&str], Exit, &str); 10] = [
        (
            &["--right", "self", "--tag", "unknown", STORY.0],
            Exit::NothingRan,
            "nothing was compared",
        ),
        (&["--right", "self", "nowhere"], Exit::Usage, "there is no file"),
        (&["--right", "ftp://x", STORY.0], Exit::Usage, "no address of a target"),
        (&["--right", "self", "--right-control", "http://x", STORY.0], Exit::Usage, "`self`"),
        (&["--right", "self", wrong.0], Exit::Settings, "did you mean `steps`?"),
        (
            &["--right", "self", "--report", "json=.", STORY.0],
            Exit::ReportNotWritten,
            "failed to write",
        ),
        (
            &["--right", &url, "--right-control", &url, STORY.0],
            Exit::Surroundings,
            "right side: nothing answers at",
        ),
        (
            &["--left", &url, "--right", &url, STORY.0],
            Exit::Surroundings,
            "left side: nothing answers at",
        ),
        (&["--right", &control, STORY.0], Exit::Surroundings, "this is not the provisioning API"),
        (
            &["--right", &api, STORY.0],
            Exit::NothingRan,
            "it refuses the token; --secrets-file names one",
        ),
    ];
    for (arguments, exit, told) in cases {
        let ended = Program::run(PATH, &[&["diff"], arguments].concat(), &[STORY, wrong], &[]);
        let all = format!("{}{}", ended.stdout, ended.stderr);
        assert_eq!(ended.code, Some(i32::from(exit.code())), "{arguments:?}: {all}");
        assert!(all.contains(told), "{arguments:?}: {all}");
    }
}
