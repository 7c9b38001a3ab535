//! `conax-sim grade`: the two sample clients get the marks that stand beside them, and whatever is
//! asked wrongly is told.

use conax_tests::{Ended, Program, repository, until};
use serde_json::Value;

use crate::program::PATH;

const CARELESS: &str = env!("CARGO_BIN_EXE_careless_client");
const CAREFUL: &str = env!("CARGO_BIN_EXE_careful_client");
const ONE_SLIP: &str = env!("CARGO_BIN_EXE_one_slip_client");

fn grade(arguments: &[&str]) -> Ended {
    let arguments = [&["grade"], arguments].concat();
    Program::run(PATH, &arguments, &[], &[("PATH", "/usr/bin:/bin")])
}

/// Every verdict, as the file beside the client writes it.
fn verdicts(seat: &str, timeout: &str, client: &str) -> String {
    let ended = grade(&[
        "--seat",
        seat,
        "--timeout",
        timeout,
        "--jobs",
        "8",
        "--report",
        "json",
        "--",
        client,
    ]);
    let report: Value = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr));
    let laws = report["laws"].as_array().unwrap().iter();
    let lines = laws.map(|law| {
        let text = |name: &str| law[name].as_str().unwrap();
        format!("{seat} {} {}\n", text("verdict"), text("law"))
    });
    lines.collect()
}

fn expected(client: &str, seat: &str) -> String {
    let path = repository().join(format!("fixtures/grade/{client}.laws"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| line.starts_with(&format!("{seat} ")));
    lines.map(|line| format!("{line}\n")).collect()
}

// The time-out ends the careless client where it would wait for ever, and is waited out; the careful
// one gives up long before, so its time-out may be generous.

#[test]
fn the_careless_client_breaks_the_laws_beside_it_at_seat_a() {
    assert_eq!(verdicts("a", "4s", CARELESS), expected("careless", "a"));
}

#[test]
fn the_careless_client_breaks_the_laws_beside_it_at_seat_c() {
    assert_eq!(verdicts("c", "4s", CARELESS), expected("careless", "c"));
}

#[test]
fn the_careful_client_keeps_every_law_at_seat_a() {
    assert_eq!(verdicts("a", "20s", CAREFUL), expected("careful", "a"));
}

#[test]
fn the_careful_client_keeps_every_law_at_seat_c() {
    assert_eq!(verdicts("c", "20s", CAREFUL), expected("careful", "c"));
}

#[test]
fn every_law_stands_beside_both_clients() {
    let list = grade(&["--list"]).stdout;
    let laws = list.lines().filter(|line| line.starts_with("  client."));
    let mut count = 0;
    for line in laws {
        count += 1;
        let (law, rest) = line.trim().split_once(' ').unwrap();
        let (_, seats) = rest.split_once("seat ").unwrap();
        for seat in ["a", "c"].into_iter().filter(|seat| seats[..4].contains(seat)) {
            for (client, verdicts) in
                [("careful", &["kept"][..]), ("careless", &["kept", "broken", "not exercised"])]
            {
                let expected = expected(client, seat);
                let mut lines = verdicts.iter().map(|verdict| format!("{seat} {verdict} {law}\n"));
                assert!(lines.any(|line| expected.contains(&line)), "{client}: {law}");
            }
        }
    }
    assert!(count > 10, "{list}");
}

/// The laws a client with one slip breaks, each with its scenes.
fn broken_by(seat: &str, slip: &str) -> Vec<String> {
    let scenes = ["calm", "hang-up", "lost-order", "rejected", "rejected-with-ok", "slow-run"];
    let of_seat = scenes.iter().filter(|name| seat == "a" || **name != "slow-run");
    let scenes: Vec<&str> = of_seat.flat_map(|name| ["--scene", *name]).collect();
    let usual = ["--seat", seat, "--jobs", "6", "--report", "json"];
    let ended = grade(&[&usual[..], &scenes, &["--", ONE_SLIP, slip]].concat());
    let report: Value = serde_json::from_str(&ended.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr));
    let laws = report["laws"].as_array().unwrap().iter();
    let broken = laws.filter(|law| law["verdict"] == "broken");
    let lines = broken.map(|law| {
        let scenes = law["scenes"].as_array().unwrap().iter();
        let scenes: Vec<&str> = scenes.map(|scene| scene.as_str().unwrap()).collect();
        format!("{}: {}", law["law"].as_str().unwrap(), scenes.join(" "))
    });
    lines.collect()
}

#[test]
fn one_mistake_at_seat_a_breaks_the_law_that_names_it_and_no_other() {
    for (slip, broken) in [
        ("none", &[][..]),
        ("resends-after-a-look", &["client.no-blind-resend: hang-up"]),
        ("looks-where-it-cannot-be", &["client.no-blind-resend: hang-up"]),
        ("guesses-done", &["client.success-means-done: lost-order"]),
        ("takes-the-first", &["client.takes-only-its-own: lost-order hang-up"]),
        ("takes-the-last", &["client.takes-only-its-own: lost-order hang-up"]),
        ("takes-what-is-completed", &["client.takes-only-its-own: lost-order hang-up"]),
        (
            "takes-rejected-for-done",
            &[
                "client.reads-the-status-code: rejected-with-ok",
                "client.success-means-done: rejected",
            ],
        ),
        ("orders-again-when-completed", &["client.sends-an-order-once: calm slow-run hang-up"]),
        (
            "orders-again-while-pending",
            &["client.sends-an-order-once: calm slow-run rejected rejected-with-ok"],
        ),
    ] {
        assert_eq!(broken_by("a", slip), broken, "{slip}");
    }
}

#[test]
fn one_mistake_at_seat_c_breaks_the_law_that_names_it_and_no_other() {
    for (slip, broken) in [
        ("none", &[][..]),
        ("resends-after-a-look", &["client.no-blind-resend: hang-up"]),
        ("guesses-done", &["client.success-means-done: lost-order"]),
        (
            "takes-rejected-for-done",
            &[
                "client.reads-the-status-code: rejected-with-ok",
                "client.success-means-done: rejected",
            ],
        ),
        ("orders-again-when-completed", &["client.sends-an-order-once: calm"]),
    ] {
        assert_eq!(broken_by("c", slip), broken, "{slip}");
    }
}

#[test]
fn a_process_that_starts_slowly_has_all_its_time_from_its_first_call_on() {
    let law = ["--law", "client.has-a-time-out", "--scene", "lost-answer"];
    let script = format!("sleep 1.2; exec {CAREFUL}");
    let client = ["--timeout", "1s", "--", "sh", "-c", &script];
    let ended = grade(&[&law[..], &client].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(ended.stdout.contains("1 kept"), "{}", ended.stdout);
}

#[test]
fn a_secret_is_found_in_another_form_and_told_in_none() {
    let script = format!(
        "exec {CAREFUL} 2>&1 | cat; \
         echo pin $(printf %s $CONAX_SIM_PIN | base64); echo $CONAX_SIM_PIN | rev"
    );
    let law = ["--law", "client.keeps-secrets-out-of-logs", "--scene", "pin"];
    let ended = grade(&[&law[..], &["--", "sh", "-c", &script]].concat());
    assert_eq!(ended.code, Some(4), "{}", ended.stdout);
    let told = "the PIN, in base64, in standard output, line 1";
    assert!(ended.stdout.contains(told), "{}", ended.stdout);
}

#[test]
fn laws_and_scenes_are_listed() {
    let ended = grade(&["--list"]);
    assert_eq!(ended.code, Some(0));
    insta::assert_snapshot!(ended.stdout);
}

#[test]
fn a_broken_law_is_told_with_its_calls_and_the_command_that_shows_it_again() {
    let ended = grade(&["--law", "client.no-blind-resend", "--scene", "hang-up", "--", CARELESS]);
    assert_eq!(ended.code, Some(4));
    insta::assert_snapshot!(ended.stdout.replace(CARELESS, "careless_client"));
}

#[test]
fn nothing_exercised_is_not_a_success() {
    let ended = grade(&["--scene", "calm", "--scene", "hang-up", "--", "true"]);
    assert_eq!(ended.code, Some(6), "{}", ended.stdout);
    assert!(ended.stdout.contains("it made no call"), "{}", ended.stdout);
}

#[test]
fn a_command_that_cannot_be_started_is_told() {
    let ended = grade(&["--", "./no-such-client"]);
    assert_eq!(ended.code, Some(5));
    assert!(ended.stderr.contains("`./no-such-client` cannot be started"), "{}", ended.stderr);
}

#[test]
fn slips_are_told_with_what_was_meant() {
    for (arguments, code, told) in [
        (
            &["--law", "client.no-blind-resent", "--", "true"][..],
            3,
            "did you mean `client.no-blind-resend`?",
        ),
        (&["--law", "client.drops-the-check-digit", "--", "true"], 3, "for seat a"),
        (&["--scene", "hangup", "--", "true"], 3, "did you mean `hang-up`?"),
        (&["--timeout", "soon", "--", "true"], 2, "--timeout: found `soon`"),
        (&["--seed", "x", "--", "true"], 2, "--seed: found `x`"),
        (&["--report", "pdf", "--", "true"], 2, "expected one of json, junit, html"),
        (&["--seat", "b", "--", "true"], 2, "invalid value 'b'"),
        (&["--scene", "calm"], 2, "COMMAND"),
    ] {
        let ended = grade(arguments);
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(told), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn what_nobody_may_read_is_in_no_report_and_a_log_is_searched() {
    let folder = std::env::temp_dir().join(format!("conax-tests-grade-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (log, junit, html, json) =
        (file("client.log"), file("grade.xml"), file("grade.html"), file("grade.json"));
    let script = format!(
        "echo $CONAX_SIM_TOKEN $CONAX_SIM_PASSWORD $CONAX_SIM_PIN >> {log}; exec {CARELESS}"
    );
    let ended = grade(&[
        "--scene",
        "pin",
        "--log",
        &log,
        "--report",
        &format!("junit={junit}"),
        "--report",
        &format!("html={html}"),
        "--report",
        &format!("json={json}"),
        "--",
        "sh",
        "-c",
        &script,
        "client",
        "--password",
        "from-the-command-line",
    ]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    let read = |path: &String| std::fs::read_to_string(path).unwrap();
    let secrets = read(&log);
    let reports = [ended.stdout, ended.stderr, read(&junit), read(&html), read(&json)];
    for secret in secrets.split_whitespace().chain(["from-the-command-line"]) {
        for report in &reports {
            assert!(!report.contains(secret), "{secret} in {report}");
        }
    }
    assert_eq!(secrets.split_whitespace().count(), 3);
    let found = |text: &str| reports[4].contains(text);
    assert!(found("the token in standard output, line 1"), "{}", reports[4]);
    let report: Value = serde_json::from_str(&reports[4]).unwrap();
    assert_eq!(report["format"], "conax-sim-grade/1");
    assert!(reports[2].contains("<failure type=\"law\""), "{}", reports[2]);
    assert!(reports[2].contains("<skipped "), "{}", reports[2]);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn everybody_a_client_started_ends_with_it() {
    let file = std::env::temp_dir().join(format!("conax-tests-grade-{}.pid", std::process::id()));
    let path = file.display();
    let script = format!("sleep 300 & echo $! > {path}; exec {CARELESS}");
    let ended = grade(&["--scene", "lost-answer", "--timeout", "1s", "--", "sh", "-c", &script]);
    assert_eq!(ended.code, Some(4), "{}", ended.stdout);
    let started = std::fs::read_to_string(&file).unwrap();
    // Of a process that has ended and that nobody has asked about, the command line is empty.
    let command = format!("/proc/{}/cmdline", started.trim());
    until("the end of what the client started", || {
        match std::fs::read_to_string(&command).unwrap_or_default() {
            line if line.is_empty() => Ok(()),
            line => Err(line),
        }
    });
    std::fs::remove_file(&file).unwrap();
}
