//! `verify`: our own simulator keeps every clause, wrong ones do not, and nobody is surprised by
//! what is sent.

use std::collections::BTreeSet;

use conax_cli::exit::Exit;
use conax_tests::{Ended, Program, exchange};
use serde_json::Value;

use crate::program::PATH;

fn verify(arguments: &[&str], files: &[(&str, &str)]) -> Ended {
    let all: Vec<&str> = ["verify"].iter().chain(arguments).copied().collect();
    Program::run(PATH, &all, files, &[])
}

fn record(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr))
}

/// The ids of the clauses that stand so.
fn standing(record: &Value, standing: &str) -> BTreeSet<String> {
    let clauses = record["clauses"].as_array().unwrap().iter();
    let those = clauses.filter(|clause| clause["standing"] == standing);
    those.map(|clause| clause["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn our_own_simulator_breaks_no_clause_and_shows_every_documented_and_shown_one() {
    for seed in ["1", "2", "3"] {
        let ended = verify(
            &["--target", "self", "--seed", seed, "--strict", "may", "--report", "json"],
            &[],
        );
        assert_eq!(ended.code, Some(i32::from(Exit::Met.code())), "{}", ended.stderr);
        let record = record(&ended);
        assert_eq!(standing(&record, "broken"), BTreeSet::new());
        let untested = record["clauses"].as_array().unwrap().iter().filter(|clause| {
            clause["standing"] == "not-testable"
                && matches!(clause["source"].as_str(), Some("documented" | "shown"))
        });
        assert_eq!(untested.count(), 0);
    }
}

#[test]
fn it_says_beforehand_what_it_will_create_and_creates_just_that() {
    let ended = verify(&["--target", "self", "--report", "json"], &[]);
    let created = record(&ended)["created"].as_u64().unwrap();
    assert!(
        ended.stderr.contains(&format!("will create {created} requests on subscription S60600")),
        "{}",
        ended.stderr
    );
    let dry = verify(&["--target", "self", "--dry-run"], &[]);
    assert!(dry.stderr.contains(&format!("will create {created} requests")), "{}", dry.stderr);
    assert_eq!(dry.stdout, "");
}

#[test]
fn refusals_alone_can_be_asked_for() {
    let ended = verify(&["--target", "self", "--only", "refusals", "--report", "json"], &[]);
    let record = record(&ended);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(standing(&record, "held").contains("refusal.changes-nothing"));
    assert!(standing(&record, "not-testable").contains("create.parallel"));
    assert_eq!(record["created"], 0);
}

const TOKEN: (&str, &str) = ("secrets", "token=04FFBB37FED475A778F122709CBAC1D5\n");

#[test]
fn read_only_sends_gets_and_nothing_else() {
    let served = Program::serve(PATH, &["--run-interval", "1h"]);
    let target = format!("http://{}", served.crm());
    let ended = verify(
        &[
            "--target",
            &target,
            "--read-only",
            "--secrets-file",
            "secrets",
            "--rate",
            "5000/s",
            "--report",
            "json",
        ],
        &[TOKEN],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("sends GETs only and creates nothing"), "{}", ended.stderr);
    let record = record(&ended);
    assert!(standing(&record, "held").contains("same.projection"));
    let journal = exchange(served.door(), "GET", "/v1/journal?api=crm&limit=10000", "").json();
    let exchanges = journal["exchanges"].as_array().unwrap();
    assert_eq!(exchanges.len() as u64, record["calls"].as_u64().unwrap());
    assert!(exchanges.iter().all(|exchange| exchange["verb"] == "GET"));
}

#[test]
fn a_template_made_by_asking_and_a_password_are_enough_for_a_first_run() {
    let served = Program::serve(PATH, &["--run-interval", "1s"]);
    let target = format!("http://{}", served.crm());
    let control = format!("http://{}", served.door());
    let asked = verify(&["--init", "--target", &target, "--secrets-file", "secrets"], &[TOKEN]);
    assert!(asked.stdout.contains("# login: {"), "{}", asked.stdout);
    assert!(asked.stdout.contains("requests were found there"), "{}", asked.stdout);
    let template = verify(&["--init", "--target", &target, "--control", &control], &[]);
    assert!(template.stdout.contains("subscription: {"), "{}", template.stdout);
    let files = [("crm.target.yaml", template.stdout.as_str()), ("secrets", "password=1234\n")];
    let ended = verify(
        &[
            "--target",
            &target,
            "--world",
            "crm.target.yaml",
            "--secrets-file",
            "secrets",
            "--rate",
            "5000/s",
            "--report",
            "json",
        ],
        &files,
    );
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let held = standing(&record(&ended), "held");
    assert!(held.contains("add_subscriptions.completes"), "{}", ended.stderr);
    assert!(held.contains("token.login"));
}

#[test]
fn user_and_organisation_of_the_login_may_stand_among_the_secrets() {
    let served = Program::serve(PATH, &["--run-interval", "1h"]);
    let target = format!("http://{}", served.crm());
    let secrets = "username=MPAdministrator\npassword=1234\norganisation=CRMDEMO\n";
    let arguments = [
        "--target",
        &target,
        "--secrets-file",
        "secrets",
        "--only",
        "login",
        "--rate",
        "5000/s",
        "--report",
        "json",
    ];
    let ended = verify(&arguments, &[("secrets", secrets)]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(standing(&record(&ended), "held").contains("token.login"));
    let asked = verify(
        &["--init", "--target", &target, "--secrets-file", "secrets"],
        &[("secrets", secrets)],
    );
    let login = "login: { username: \"MPAdministrator\", organisation: \"CRMDEMO\" }";
    assert!(asked.stdout.contains(login), "{}", asked.stdout);
    // The requests of this world tell of no subscription, smartcard or box to give orders for.
    assert_eq!(asked.code, Some(i32::from(Exit::NothingRan.code())));
}

#[test]
fn a_target_file_that_would_say_nothing_is_no_success() {
    let inventory = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/worlds/lab.world.yaml");
    let served = Program::serve(PATH, &["--run-interval", "1h", "--world", inventory]);
    let target = format!("http://{}", served.crm());
    let init = |target: &str, secrets: &str| {
        let all = ["--init", "--target", target, "--secrets-file", "secrets"];
        verify(&all, &[("secrets", secrets)])
    };
    let refused = [
        (target.as_str(), "", Exit::Usage, "--secrets-file"),
        (
            target.as_str(),
            "token=00000000000000000000000000000001\n",
            Exit::Settings,
            "it refuses to list requests",
        ),
        (&answering(NO_PAGE), TOKEN.1, Exit::Surroundings, "this is not the provisioning API"),
    ];
    for (target, secrets, exit, piece) in refused {
        let ended = init(target, secrets);
        assert_eq!(ended.code, Some(i32::from(exit.code())), "{}", ended.stderr);
        assert_eq!(ended.stdout, "");
        assert!(ended.stderr.contains(piece), "{}", ended.stderr);
    }
    let ended = init(&target, "token=1AB00000000000000000000000000ACE\n");
    assert_eq!(ended.code, Some(i32::from(Exit::NothingRan.code())));
    assert!(ended.stderr.contains("filled in by hand"), "{}", ended.stderr);
    let served = Program::serve(PATH, &["--run-interval", "1h"]);
    let target = format!("http://{}", served.crm());
    let ended = init(&target, TOKEN.1);
    assert_eq!(ended.code, Some(i32::from(Exit::NothingRan.code())));
    // What it has found out stands in the file, and it does not say that there was nothing.
    for piece in ["requests were found there", "CA ids"] {
        assert!(ended.stdout.contains(piece), "{}", ended.stdout);
    }
    let sentence = "the API tells neither subscriptions nor keys of smartcards";
    assert!(ended.stderr.contains(sentence), "{}", ended.stderr);
}

#[test]
fn what_init_prints_passes_lint_and_a_world_of_a_simulator_is_told_apart() {
    let template = verify(&["--init", "--target", "self"], &[]);
    assert_eq!(template.code, Some(0));
    let text = template.stdout.as_str();
    for name in ["crm.target.yaml", "target.yaml", "old.world.yaml"] {
        let ended = Program::run(PATH, &["lint", name], &[(name, text)], &[]);
        assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    }
    let wrong = ("crm.target.yaml", "subscripton: { id: \"1\" }\n");
    let ended = Program::run(PATH, &["lint", "crm.target.yaml"], &[wrong], &[]);
    assert!(ended.stdout.contains("did you mean `subscription`?"), "{}", ended.stdout);
    let demo = Program::run(PATH, &["world"], &[], &[]);
    let arguments = ["--target", "http://127.0.0.1:1", "--world", "demo.world.yaml"];
    let ended = verify(&arguments, &[("demo.world.yaml", &demo.stdout)]);
    assert_eq!(ended.code, Some(i32::from(Exit::Settings.code())));
    assert!(ended.stderr.contains("hint: this is a world of a simulator"), "{}", ended.stderr);
}

#[test]
fn a_world_file_that_is_wrong_is_told_with_its_lines() {
    let ended = verify(
        &["--target", "http://127.0.0.1:1", "--world", "w.yaml"],
        &[("w.yaml", "subscripton: { id: \"1\" }\nservice: {}\n")],
    );
    assert_eq!(ended.code, Some(i32::from(Exit::Settings.code())));
    assert!(ended.stderr.contains("did you mean `subscription`?"), "{}", ended.stderr);
    assert!(ended.stderr.contains("named by no key"), "{}", ended.stderr);
}

#[test]
fn a_target_that_is_not_there_is_told() {
    let ended = verify(&["--target", "http://127.0.0.1:1"], &[]);
    assert_eq!(ended.code, Some(i32::from(Exit::Usage.code())));
    assert!(ended.stderr.contains("needs a token"), "{}", ended.stderr);
    let there = ["--target", "http://127.0.0.1:1", "--timeout", "2s", "-q"];
    let with = ["--secrets-file", "secrets"];
    let ended = verify(&[&there[..], &with].concat(), &[TOKEN]);
    assert_eq!(
        ended.code,
        Some(i32::from(Exit::Surroundings.code())),
        "{}{}",
        ended.stdout,
        ended.stderr
    );
    assert_eq!(ended.stdout, "");
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    let ended = verify(&["--target", "self", "--only", "refusal"], &[]);
    assert_eq!(ended.code, Some(i32::from(Exit::Usage.code())));
    assert!(ended.stderr.contains("did you mean `refusals`?"), "{}", ended.stderr);
}

#[test]
fn a_break_is_told_with_its_sentence_and_a_command_and_a_baseline_takes_it_as_known() {
    let served = Program::serve(PATH, &["--http-errors", "4xx", "--run-interval", "1h"]);
    let target = format!("http://{}", served.crm());
    let common = [
        "--target",
        &target,
        "--read-only",
        "--strict",
        "should",
        "--secrets-file",
        "secrets",
        "--rate",
        "5000/s",
    ];
    let with = |more: &[&str], files: &[(&str, &str)]| {
        let all: Vec<&str> = common.iter().chain(more).copied().collect();
        verify(&all, files)
    };
    let ended = with(&[], &[TOKEN]);
    assert_eq!(ended.code, Some(i32::from(Exit::NotMet.code())), "{}", ended.stderr);
    for piece in [
        "status.http-200  broken (should; inferred: from public clients)",
        "expected  HTTP 200",
        "again     curl -s '",
    ] {
        assert!(ended.stdout.contains(piece), "{piece}: {}", ended.stdout);
    }
    assert!(!ended.stdout.contains("04FFBB37FED475A778F122709CBAC1D5"), "{}", ended.stdout);
    let known = ("known", "status.http-200  # this build has a status for each refusal\n");
    let ended = with(&["--baseline", "known"], &[TOKEN, known]);
    assert_eq!(ended.code, Some(0), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("known deviations, still there: status.http-200"),
        "{}",
        ended.stdout
    );
    let fixed = ("known", "status.http-200\nstatus.block\n");
    let ended = with(&["--baseline", "known"], &[TOKEN, fixed]);
    assert_eq!(ended.code, Some(i32::from(Exit::NotMet.code())));
    assert!(ended.stdout.contains("that are fixed"), "{}", ended.stdout);
    let misspelt = ("known", "status.blok\n");
    let ended = with(&["--baseline", "known"], &[TOKEN, misspelt]);
    assert_eq!(ended.code, Some(i32::from(Exit::Settings.code())));
    assert!(
        ended.stderr.contains("line 1: `status.blok` is no clause; did you mean `status.block`?"),
        "{}",
        ended.stderr
    );
}

#[test]
fn reports_have_no_secret_and_say_what_is_broken() {
    let served = Program::serve(PATH, &["--http-errors", "4xx", "--run-interval", "1h"]);
    let target = format!("http://{}", served.crm());
    for (format, piece) in [
        ("junit", "<failure type=\"clause\""),
        ("sarif", "\"ruleId\": \"status.http-200\""),
        ("html", "<h2>Broken</h2>"),
        ("json", "\"standing\": \"broken\""),
    ] {
        let ended = verify(
            &[
                "--target",
                &target,
                "--read-only",
                "--strict",
                "should",
                "--secrets-file",
                "secrets",
                "--rate",
                "5000/s",
                "--report",
                format,
                "-q",
            ],
            &[TOKEN],
        );
        assert!(ended.stdout.contains(piece), "{format}: {}", ended.stdout);
        assert!(!ended.stdout.contains("04FFBB37"), "{format}");
    }
}

#[test]
fn known_wrong_implementations_are_caught_and_shown_in_few_steps() {
    let names = ["pin-echoed", "page-skips-one", "sent-twice", "executed-twice", "third-is-lost"];
    let chosen: Vec<&str> = names.iter().flat_map(|name| ["--defect", name]).collect();
    let all: Vec<&str> = ["--target", "self", "--prove-power"].into_iter().chain(chosen).collect();
    let ended = verify(&all, &[]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("5 of 5 defects caught"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("not found"), "{}", ended.stdout);
}

/// What a server of static files answers.
pub(crate) const NO_PAGE: &str = "HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\ncontent-length: 22\r\nconnection: close\r\n\r\n<html>no page</html>\r\n";

/// A server that answers every call with this; its address.
pub(crate) fn answering(reply: &'static str) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { break };
            let mut call = [0; 4096];
            let _ = stream.read(&mut call);
            let _ = stream.write_all(reply.as_bytes());
        }
    });
    format!("http://{address}")
}

#[test]
fn what_is_not_this_api_at_all_is_told_in_one_sentence_after_one_look() {
    let pages = NO_PAGE;
    let other = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 19\r\nconnection: close\r\n\r\n{\"error\":\"no path\"}";
    let password = ("secrets", "username=a\npassword=1234\norganisation=b\n");
    for (reply, secrets) in [(pages, TOKEN), (other, TOKEN), (pages, password)] {
        let target = answering(reply);
        let arguments = ["--target", &target, "--secrets-file", "secrets", "-q"];
        let ended = verify(&arguments, &[secrets]);
        assert_eq!(ended.code, Some(i32::from(Exit::Surroundings.code())));
        assert_eq!(ended.stdout, "");
        let sentence = format!("error: {target}: this is not the provisioning API: ");
        assert!(ended.stderr.starts_with(&sentence), "{}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    }
}

#[test]
fn a_token_that_opens_nothing_is_told_and_nothing_is_judged() {
    let served = Program::serve(PATH, &["--run-interval", "1h"]);
    let target = format!("http://{}", served.crm());
    let arguments = ["--target", &target, "--secrets-file", "secrets", "-q"];
    for (secret, pieces) in [
        (
            "token=00000000000000000000000000000001\n",
            ["it refuses the token: ", "hint: token, or username"],
        ),
        (
            "username=MPAdministrator\npassword=wrong\norganisation=CRMDEMO\n",
            ["it refuses the login of `MPAdministrator`: ", "hint: token, or username"],
        ),
    ] {
        let ended = verify(&arguments, &[("secrets", secret)]);
        assert_eq!(ended.code, Some(i32::from(Exit::Settings.code())));
        for piece in pieces {
            assert!(ended.stderr.contains(piece), "{}", ended.stderr);
        }
        assert!(!ended.stderr.contains('…'), "{}", ended.stderr);
        assert_eq!(ended.stdout, "");
    }
}

/// A served conax-sim with such settings, verified as a stranger would be.
fn stranger(settings: &[&str], strict: &str) -> Ended {
    let all: Vec<&str> = ["--run-interval", "1s"].iter().chain(settings).copied().collect();
    let served = Program::serve(PATH, &all);
    let target = format!("http://{}", served.crm());
    let control = format!("http://{}", served.door());
    let template = verify(&["--init", "--target", &target, "--control", &control], &[]);
    let files = [("target.yaml", template.stdout.as_str()), ("secrets", "password=1234\n")];
    let arguments = [
        "--target",
        &target,
        "--world",
        "target.yaml",
        "--secrets-file",
        "secrets",
        "--rate",
        "5000/s",
        "--strict",
        strict,
        "--report",
        "json",
    ];
    verify(&arguments, &files)
}

#[test]
fn another_reading_of_the_documents_is_no_must() {
    let ended = stranger(&["--success-texts", "empty", "--pairing-sets", "both"], "must");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let record = record(&ended);
    // What was taken instead of refused is told by one clause.
    let broken = standing(&record, "broken");
    let one = BTreeSet::from(["add_to_existing_pairing.both-sets".to_owned()]);
    assert_eq!(broken, one, "{}", ended.stderr);
}
