//! Targets behind `https`, a proxy, or a gateway that compresses: the same verdicts as without, and
//! what is wrong in words.

use std::net::SocketAddr;
use std::sync::LazyLock;

use conax_cli::exit::Exit;
use conax_sim::Simulator;
use conax_tests::fronts::{Authority, Paper, compressing, connect_proxy, gzip};
use conax_tests::{Ended, Program, talk};
use rcgen::date_time_ymd;
use serde_json::Value;

use crate::program::{PATH, serve};

const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";
const REQUESTS: &str = "/crmapi/rest/v2/conax_web_services/provisioning_requests";
const STORY: (&str, &str) = (
    "a.scenario.yaml",
    "scenarios:\n  \
     - scenario: It is sent\n    \
       steps:\n      \
       - call: add_subscriptions\n        \
         with: { subscription: S60600, service: SPORT, smartcard: \"01900080208\" }\n        \
         keep: { request: number }\n      \
       - wait: { request: $request, until: COMPLETED, within: 1min }\n  \
     - scenario: This is not so\n    \
       steps:\n      \
       - call: show\n        \
         with: { request: 1 }\n        \
         expect: { status: OK }\n",
);

/// The authority of most tests: keys take a while to make.
static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

/// Environment variables with their values.
type Variables<'v> = &'v [(&'v str, &'v str)];

/// Runs the program beside the certificates there are; the machine knows another authority.
fn run(arguments: &[&str], variables: Variables) -> Ended {
    let other = Authority::new();
    let client = AUTHORITY.paper(&["client"], |_| ());
    let files = [
        STORY,
        ("ca.pem", AUTHORITY.pem.as_str()),
        ("machine.pem", other.pem.as_str()),
        ("client.pem", client.pem.as_str()),
        ("client.key", client.key.as_str()),
        ("secrets.txt", &format!("token={TOKEN}\n")),
        ("nothing.pem", "nothing\n"),
    ];
    let machine = [("SSL_CERT_FILE", "machine.pem")];
    Program::run(PATH, arguments, &files, &[&machine, variables].concat())
}

fn url(address: SocketAddr) -> String {
    format!("https://{address}")
}

/// The exit code, and that all of this was told.
fn tells(ended: &Ended, exit: Exit, told: &[&str]) {
    let all = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.code, Some(i32::from(exit.code())), "{all}");
    for told in told {
        assert!(all.contains(told), "{told}: {all}");
    }
}

#[test]
fn an_authority_nobody_named_ends_every_verb_with_5_and_the_reason() {
    let program = serve(&["--seed", "1"]);
    let (api, control) = (AUTHORITY.front(program.crm()), AUTHORITY.front(program.door()));
    let (api, control) = (url(api), url(control));
    let verbs: [&[&str]; 8] = [
        &["run", STORY.0, "--target", &api],
        &["verify", "--target", &api, "--read-only", "--secrets-file", "secrets.txt"],
        &["verify", "--init", "--target", &api, "--control", &control],
        &["explore", "--target", &api, "--control", &control, "--cases", "1"],
        &["diff", "--right", &api, STORY.0],
        &["clock", "show", "--target", &control],
        &["snapshot", "save", "a.snapshot", "--target", &control],
        &["healthcheck", "--target", &control],
    ];
    for verb in verbs {
        let told = ["signed by an authority that is not trusted", "--target-ca-file names"];
        tells(&run(verb, &[]), Exit::Surroundings, &told);
    }
    let trusted = run(&["healthcheck", "--target", &control], &[("SSL_CERT_FILE", "ca.pem")]);
    tells(&trusted, Exit::Met, &["ready"]);
}

#[test]
fn what_is_wrong_with_a_connection_is_told_with_the_way_out() {
    let program = serve(&[]);
    let control = program.door();
    let showing = |paper: Paper| url(AUTHORITY.front_showing(&paper, control));
    let dated = |from: i32, to: i32| {
        showing(AUTHORITY.paper(&["127.0.0.1"], |params| {
            params.not_before = date_time_ymd(from, 1, 1);
            params.not_after = date_time_ymd(to, 1, 1);
        }))
    };
    let other = |names: &[&str]| showing(AUTHORITY.paper(names, |_| ()));
    let mutual = url(AUTHORITY.mutual_front(control));
    let plain = format!("http://{}", AUTHORITY.front(control));
    let ca: &[&str] = &["--target-ca-file", "ca.pem"];
    let two = &["--target-ca-file", "machine.pem", "--target-ca-file", "ca.pem"];
    let certificate =
        &["--target-client-cert-file", "client.pem", "--target-client-key-file", "client.key"];
    let localhost = format!("https://localhost:{}", AUTHORITY.front(control).port());
    let cases: [(&str, &[&str], Exit, &str); 13] = [
        (&localhost, two, Exit::Met, "ready"),
        (&dated(2000, 2001), ca, Exit::Surroundings, "its certificate has expired on 2001-01-01"),
        (&dated(2190, 2191), ca, Exit::Surroundings, "is not valid before 2190-01-01"),
        (
            &other(&["a.example", "b.example"]),
            ca,
            Exit::Surroundings,
            "its certificate is for a.example, b.example and not for `127.0.0.1`",
        ),
        (&url(control), ca, Exit::Surroundings, "does not speak TLS; an http address may be meant"),
        (&plain, ca, Exit::NotMet, "what answers there is not HTTP"),
        (&mutual, ca, Exit::Surroundings, "it asks for a client certificate; --target-client-cert"),
        (&mutual, &[ca, certificate].concat(), Exit::Met, "ready"),
        ("https://127.0.0.1:9", ca, Exit::Surroundings, "127.0.0.1:9 refused the connection"),
        ("https://[::1]:9", ca, Exit::Surroundings, "not answer: "),
        (&mutual, &["--target-ca-file", "no.pem"], Exit::Settings, "the CA file `no.pem`"),
        (&mutual, &["--target-ca-file", "nothing.pem"], Exit::Settings, "no PEM certificate"),
        ("https://u:canary@x", ca, Exit::Surroundings, "an address of a target holds no user"),
    ];
    for (target, flags, exit, told) in cases {
        let ended = run(&[&["healthcheck", "--target", target], flags].concat(), &[]);
        tells(&ended, exit, &[told]);
        assert!(!ended.stderr.contains("canary"), "{}", ended.stderr);
    }
}

/// A report without what tells the target.
fn report(arguments: &[&str]) -> (Option<i32>, Value) {
    let ended = run(arguments, &[]);
    let read = serde_json::from_str(&ended.stdout);
    let mut report: Value = read.unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    report["again"].take();
    report["target"].take();
    for exchange in report["exchanges"].as_array_mut().into_iter().flatten() {
        exchange["curl"].take();
    }
    for case in report["cases"].as_array_mut().into_iter().flatten() {
        case["again"].take();
        // Both sides talk at the same time: whose word came first is a matter of chance.
        case["exchanges"].take();
    }
    (ended.code, report)
}

#[test]
fn with_the_file_of_the_authority_verdicts_are_those_of_http() {
    let program = serve(&["--seed", "1"]);
    let [plain, secured] = [false, true].map(|is_tls| {
        let target = |address| match is_tls {
            true => url(AUTHORITY.front(address)),
            false => format!("http://{address}"),
        };
        let (api, control) = (target(program.crm()), target(program.door()));
        let common = ["--report", "json", "--quiet", "--target-ca-file", "ca.pem"];
        let run = ["run", STORY.0, "--jobs", "1", "--target", &api, "--control", &control];
        let verify = ["verify", "--target", &api, "--read-only", "--rate", "10000/s"];
        let verify = [&verify[..], &["--secrets-file", "secrets.txt"]].concat();
        [&run[..], &verify].map(|verb| report(&[verb, &common[..]].concat()))
    });
    for (plain, secured) in plain.iter().zip(&secured) {
        let [left, right] = [plain, secured].map(|(code, report)| format!("{code:?} {report:#}"));
        let differs = left.lines().zip(right.lines()).find(|(left, right)| left != right);
        assert_eq!(differs, None);
    }
    let [(ran, run), (_, verified)] = plain;
    assert_eq!(ran, Some(i32::from(Exit::NotMet.code())));
    let verdicts = ["/cases/0/verdict", "/cases/1/verdict"].map(|at| run.pointer(at).unwrap());
    assert_eq!(verdicts, ["passed", "failed"]);
    assert!(verified["calls"].as_u64() > Some(20), "{verified}");
}

#[test]
fn every_api_of_a_served_simulator_speaks_tls_with_one_authority() {
    for mode in ["on", "mutual"] {
        let tls = ["--cas-tls", mode, "--crm-tls", mode, "--control-tls", mode];
        let program = serve(&[&tls[..], &["--cas-tls-dir", "."]].concat());
        let banner = program.stderr();
        assert_eq!(banner.matches("curl -s https://").count(), 1, "{banner}");
        let (api, control) = (url(program.crm()), url(program.door()));
        let [ca, pem, key] = ["ca.pem", "client.pem", "client.key"].map(|name| program.path(name));
        let flags = [
            "--target-ca-file",
            ca.to_str().unwrap(),
            "--target-client-cert-file",
            pem.to_str().unwrap(),
            "--target-client-key-file",
            key.to_str().unwrap(),
        ];
        let sent = ["run", STORY.0, "--filter", "It is sent", "--control", &control];
        let verbs: [&[&str]; 3] = [
            &[&sent[..], &["--target", &api]].concat(),
            &["clock", "show", "--target", &control],
            &["healthcheck", "--target", &control],
        ];
        for verb in verbs {
            tells(&run(&[verb, &flags].concat(), &[]), Exit::Met, &[]);
        }
        for address in [program.crm(), program.door()] {
            let plain = talk(address, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n");
            assert_eq!(plain.http_status(), Some(400), "{}", plain.text);
            assert!(plain.text.contains("use an `https` address"), "{}", plain.text);
        }
        let stranger = run(&["healthcheck", "--target", &control, flags[0], flags[1]], &[]);
        let exit = if mode == "on" { Exit::Met } else { Exit::Surroundings };
        tells(&stranger, exit, &[]);
    }
}

#[test]
fn a_target_whose_certificate_nobody_looked_at_is_named_so_in_every_report() {
    let program = serve(&["--seed", "1"]);
    let api = url(AUTHORITY.front(program.crm()));
    let control = url(AUTHORITY.front(program.door()));
    let warning = "--target-insecure: the certificates of https targets were not checked";
    let played = ["run", STORY.0, "--target", &api, "--control", &control, "--target-insecure"];
    for format in ["json", "junit", "tap", "html", "github"] {
        let ended = run(&[&played[..], &["--report", format]].concat(), &[]);
        tells(&ended, Exit::NotMet, &[]);
        assert!(ended.stdout.contains(warning), "{format}: {}", ended.stdout);
        assert!(ended.stderr.contains(warning), "{format}: {}", ended.stderr);
    }
    assert!(run(&played, &[]).stdout.contains(warning), "the terminal says it as well");
    let verified = ["verify", "--target", &api, "--read-only", "--only", "reading"];
    let more = ["--secrets-file", "secrets.txt", "--rate", "10000/s", "--target-insecure"];
    let verified = [&verified[..], &more].concat();
    for format in ["json", "junit", "html", "sarif"] {
        let ended = run(&[&verified[..], &["--report", format]].concat(), &[]);
        assert!(ended.stdout.contains(warning), "{format}: {ended:?}");
        assert!(ended.stderr.contains(warning), "{format}: {ended:?}");
    }
    assert!(run(&verified, &[]).stdout.contains(warning), "the terminal says it as well");
}

#[test]
fn https_targets_are_called_through_the_proxy_of_the_environment() {
    let program = serve(&[]);
    let control = url(AUTHORITY.front(program.door()));
    let place = control.trim_start_matches("https://").to_owned();
    let (proxy, asked) = connect_proxy("200 OK");
    let (refusing, _) = connect_proxy("407 Proxy Authentication Required");
    let proxy = format!("http://user:canary@{proxy}");
    let refusing = refusing.to_string();
    let cases: [(Variables, Exit, &str); 6] = [
        (&[("HTTPS_PROXY", &proxy)], Exit::Met, "ready"),
        (&[("https_proxy", &proxy), ("NO_PROXY", "127.0.0.1")], Exit::Met, "ready"),
        (&[("HTTP_PROXY", "127.0.0.1:9")], Exit::Met, "ready"),
        (&[("HTTPS_PROXY", &refusing)], Exit::Surroundings, "HTTP 407 Proxy Authentication"),
        (&[("HTTPS_PROXY", "127.0.0.1:9")], Exit::Surroundings, "of the proxy: 127.0.0.1:9 refus"),
        (&[("HTTPS_PROXY", "ftp://canary")], Exit::Surroundings, "HTTPS_PROXY is not like http:"),
    ];
    let command = ["healthcheck", "--target", &control, "--target-ca-file", "ca.pem"];
    for (variables, exit, told) in cases {
        let ended = run(&command, variables);
        tells(&ended, exit, &[told]);
        assert!(!ended.stderr.contains("canary"), "{}", ended.stderr);
    }
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].starts_with(&format!("CONNECT {place} HTTP/1.1\r\n")), "{asked:?}");
    assert!(asked[0].contains("proxy-authorization: Basic dXNlcjpjYW5hcnk="), "{asked:?}");
}

#[test]
fn answers_that_a_gateway_compresses_are_judged_as_they_are_meant() {
    let plain = serve(&["--seed", "1"]);
    let simulator = Simulator::builder().seed(1).start().unwrap();
    let (compressed, _) = compressing(simulator);
    let [plain, compressed] = [plain.crm(), compressed].map(|address| {
        let target = format!("http://{address}");
        let verify = ["verify", "--target", &target, "--read-only", "--rate", "10000/s"];
        let more = ["--secrets-file", "secrets.txt", "--report", "json", "--quiet"];
        report(&[&verify[..], &more].concat())
    });
    assert_eq!(plain.0, compressed.0);
    let standings = |report: &Value| -> Vec<String> {
        let clauses = report["clauses"].as_array().unwrap().iter();
        clauses.map(|clause| format!("{} {}", clause["id"], clause["standing"])).collect()
    };
    assert_eq!(standings(&plain.1), standings(&compressed.1));
}

#[test]
fn a_recorder_hands_a_compressed_answer_on_and_keeps_what_it_means() {
    let (target, asked) = compressing(Simulator::builder().seed(1).start().unwrap());
    let target = url(AUTHORITY.front(target));
    let arguments = ["record", "--target", &target, "-o", "a.json", "--target-ca-file", "ca.pem"];
    let files = [("ca.pem", AUTHORITY.pem.as_str())];
    let mut recorder =
        Program::start(PATH, &[&arguments[..], &["--exchanges", "1"]].concat(), &files);
    recorder.wait_for("Ctrl-C ends it");
    let query = format!("token={TOKEN}&provisioning_request_identifier=number=4049");
    let call = format!(
        "GET {REQUESTS}/show?{query} HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip, br;q=0.5\r\n\
         connection: close\r\n\r\n"
    );
    let reply = talk(recorder.crm(), call.as_bytes());
    assert!(reply.text.contains("content-encoding: gzip\r\n"), "{}", reply.text);
    assert_eq!(recorder.ended().code, Some(0));
    let kept: Value = serde_json::from_str(&recorder.file("a.json")).unwrap();
    let exchange = &kept["exchanges"][0];
    assert_eq!(exchange["call"]["accept_encoding"], "gzip, br;q=0.5");
    assert_eq!(*asked.lock().unwrap(), ["gzip, br;q=0.5"], "the target hears what the client said");
    assert!(exchange["reply"]["body"]["json"]["data"].is_object(), "{exchange}");
    let coding = &exchange["reply"]["coding"];
    assert_eq!(coding["name"], "gzip");
    let (coded, decoded) = (coding["coded_bytes"].as_u64(), coding["decoded_bytes"].as_u64());
    assert!(coded > Some(20) && coded < decoded, "{coding}");
    assert!(gzip(b"{}").starts_with(b"\x1f\x8b"));
}

#[test]
fn a_recorder_speaks_https_with_clients_that_know_its_authority() {
    let program = serve(&["--seed", "1", "--run-interval", "50ms"]);
    let target = format!("http://{}", program.crm());
    let arguments = [
        "record",
        "--target",
        &target,
        "-o",
        "a.conaxrec.json",
        "--tls",
        "--tls-keys",
        "ecdsa,rsa",
        "--tls-dir",
        ".",
    ];
    let mut recorder = Program::start(PATH, &arguments, &[]);
    recorder.wait_for("Ctrl-C ends it");
    assert!(recorder.stderr().contains("provisioning API  https://"), "{}", recorder.stderr());
    let api = url(recorder.crm());
    let ca = recorder.path("ca.pem");
    let control = format!("http://{}", program.door());
    let plain = ["run", STORY.0, "--target", &api, "--control", &control];
    let ended = run(&[&plain[..], &["--target-ca-file", &ca.to_string_lossy()]].concat(), &[]);
    tells(&ended, Exit::NotMet, &["1 passed", "1 failed"]);
    // Whoever does not know the authority, and whoever does not speak TLS, is not heard.
    tells(&run(&plain, &[]), Exit::Surroundings, &["signed by an authority that is not trusted"]);
    let _ = talk(recorder.crm(), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    recorder.ask_to_stop();
    assert_eq!(recorder.ended().code, Some(0), "{}", recorder.stderr());
    let recording: Value =
        serde_json::from_str(&recorder.file("a.conaxrec.json")).expect("a recording");
    let exchanges = recording["exchanges"].as_array().expect("exchanges");
    assert!(exchanges.iter().all(|one| one["reply"]["status"] == 200), "{recording}");
}
