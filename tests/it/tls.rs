//! TLS at the Conax endpoint, over real sockets: who gets in, and what the CRM keeps of a handshake
//! that fails; and an API that is closed because nobody may connect.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use conax_contract::fault::WrittenRule;
use conax_model::fault::RuleId;
use conax_sim::instance::OpenInstance;
use conax_sim::settings::ConaxAddress;
use conax_sim::settings::TlsMode;
use conax_tests::bodies::{at_once, pin_reset};
use conax_tests::{Harness, HarnessBuilder, PATIENCE, Program, Reply, exchange, talk, until};
use serde_json::json;

use crate::program::{PATH, run, serve};

const REFUSED: &str = "java.net.ConnectException: Connection refused";

fn speaking(tls: TlsMode) -> HarnessBuilder {
    HarnessBuilder::demo().with(|settings| settings.cas.tls = tls)
}

/// A simulator that sends to the head-end of another one, over TLS.
fn before(instance: &OpenInstance) -> HarnessBuilder {
    let cas = instance.addresses.cas.unwrap();
    let ca = instance.papers.as_ref().unwrap().ca_pem.clone();
    HarnessBuilder::demo().with(|settings| {
        settings.dispatch.conax_address = ConaxAddress::parse(&format!("https://{cas}")).ok();
        settings.dispatch.tls.ca_pem = Some(ca);
    })
}

async fn reset_a_pin(harness: &Harness) -> Reply {
    let body = at_once(pin_reset("S60600", "01900080208"));
    let reply = harness.post("reset_pin_to_default_value", body);
    tokio::time::timeout(PATIENCE, reply).await.unwrap()
}

/// How a request ends.
async fn end(harness: &Harness) -> String {
    let reply = reset_a_pin(harness).await;
    match reply.member("life_cycle_state").as_str() {
        "REJECTED" => {
            assert_eq!(reply.member("error_code"), "AxisFault");
            let text = reply.member("error_description");
            let mut lines = text.lines();
            let line = lines.find_map(|line| line.trim_start().strip_prefix("faultString: "));
            line.unwrap_or("(no fault string)").to_owned()
        }
        state => state.to_owned(),
    }
}

fn preset(name: &str) -> WrittenRule {
    WrittenRule::of_preset(name).unwrap_or_else(|| panic!("there is no preset `{name}`"))
}

/// Adds a rule; its name.
fn add(harness: &Harness, rule: &WrittenRule) -> RuleId {
    let now = harness.now();
    harness.shared.change_faults(|book| book.add(rule, None, now))
}

fn remove(harness: &Harness, rule: &RuleId) {
    assert!(harness.shared.change_faults(|book| book.remove(rule)));
}

fn refuses(address: SocketAddr) -> Result<(), String> {
    match TcpStream::connect(address) {
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_crm_reaches_a_head_end_that_speaks_tls_and_one_that_wants_a_certificate() {
    for tls in [TlsMode::On, TlsMode::Mutual] {
        let (_instance, harness) = speaking(tls).open_apis().await;
        // The second command goes out on the connection of the first.
        for _ in 0..2 {
            assert_eq!(end(&harness).await, "COMPLETED", "{tls:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_speak_tls_is_told_so() {
    let (instance, _harness) = speaking(TlsMode::On).open_apis().await;
    let cas = instance.addresses.cas.unwrap();
    let reply = talk(cas, b"GET /?wsdl HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(reply.http_status(), Some(400));
    assert!(reply.text.contains("speaks TLS"), "{}", reply.text);
    let harness = HarnessBuilder::demo().open_before(cas).await;
    assert_eq!(end(&harness).await, "(400)Bad Request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_certificates_is_the_same_in_process_and_on_sockets() {
    for name in ["f09", "f09/self-signed", "f09/wrong-host", "f10"] {
        let with_fault = |tls| speaking(tls).with(|settings| settings.faults = vec![preset(name)]);
        let expected = reset_a_pin(&with_fault(TlsMode::Off).open()).await;
        for tls in [TlsMode::Off, TlsMode::On, TlsMode::Mutual] {
            let (_instance, harness) = with_fault(tls).open_apis().await;
            let reply = reset_a_pin(&harness).await;
            assert_eq!(reply.member("life_cycle_state"), "REJECTED");
            assert_eq!(reply.member("response"), "null");
            let text = reply.member("error_description");
            assert!(text.contains("javax.net.ssl.SSL"), "{text}");
            assert_eq!(text, expected.member("error_description"), "{name} {tls:?}");
            assert!(harness.transactions().is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_that_looks_at_no_certificates_completes_in_spite_of_them() {
    for (name, expected) in [
        ("f09", "COMPLETED"),
        ("f09/self-signed", "COMPLETED"),
        ("f09/wrong-host", "COMPLETED"),
        ("f10", "javax.net.ssl.SSLHandshakeException: Received fatal alert: bad_certificate"),
    ] {
        let credulous = |tls| {
            speaking(tls).with(|settings| {
                settings.faults = vec![preset(name)];
                settings.dispatch.tls.verify = false;
            })
        };
        assert_eq!(end(&credulous(TlsMode::Off).open()).await, expected);
        for tls in [TlsMode::On, TlsMode::Mutual] {
            let (_instance, harness) = credulous(tls).open_apis().await;
            assert_eq!(end(&harness).await, expected, "{name} {tls:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_crm_reaches_the_head_end_with_its_ca_and_with_a_certificate_if_it_wants_one() {
    let (instance, _) = speaking(TlsMode::On).open_apis().await;
    let (_other, harness) = before(&instance).open_apis().await;
    assert_eq!(end(&harness).await, "COMPLETED");

    let (instance, _) = speaking(TlsMode::Mutual).open_apis().await;
    let (_other, harness) = before(&instance).open_apis().await;
    let failure = end(&harness).await;
    assert!(failure.contains("certificate_required"), "{failure}");
    let papers = instance.papers.clone().unwrap();
    let (_other, harness) = before(&instance)
        .with(|settings| {
            settings.dispatch.tls.client = Some((papers.client_pem, papers.client_key));
        })
        .open_apis()
        .await;
    assert_eq!(end(&harness).await, "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_crm_does_not_trust_the_ca_of_a_stranger() {
    let (instance, _) = speaking(TlsMode::On).open_apis().await;
    let (stranger, _) = speaking(TlsMode::On).open_apis().await;
    let ca = stranger.papers.as_ref().unwrap().ca_pem.clone();
    let (_other, harness) = before(&instance)
        .with(|settings| settings.dispatch.tls.ca_pem = Some(ca))
        .open_apis()
        .await;
    let end = end(&harness).await;
    assert!(end.contains("signature check failed"), "{end}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_for_everybody_shows_its_certificate_to_another_crm() {
    let (instance, harness) = speaking(TlsMode::On).open_apis().await;
    let (_other, other) = before(&instance).open_apis().await;
    let (_careless, careless) =
        before(&instance).with(|settings| settings.dispatch.tls.verify = false).open_apis().await;
    for (name, expected) in [
        ("f09", "timestamp check failed"),
        ("f09/self-signed", "unable to find valid certification path"),
        ("f09/wrong-host", "hostname in certificate didn't match"),
    ] {
        let rule = add(&harness, &preset(name));
        let failure = end(&other).await;
        assert!(failure.contains(expected), "{name}: {failure}");
        assert_eq!(end(&careless).await, "COMPLETED", "{name}");
        remove(&harness, &rule);
    }
    assert_eq!(end(&other).await, "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn endings_without_an_answer_are_the_same_on_tls() {
    for name in ["f03", "f03/hang-up", "f06", "f08", "f08/headers-only"] {
        let with_fault = |tls| speaking(tls).with(|settings| settings.faults = vec![preset(name)]);
        let (_instance, harness) = with_fault(TlsMode::Off).open_apis().await;
        let plain = end(&harness).await;
        let (_instance, harness) = with_fault(TlsMode::On).open_apis().await;
        assert_eq!(end(&harness).await, plain, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_times_out_on_tls_costs_no_time_when_stepped() {
    let silent = preset("f05");
    let (_instance, harness) = speaking(TlsMode::On)
        .stepped()
        .with(|settings| settings.faults = vec![silent])
        .open_apis()
        .await;
    let (end, _) = tokio::join!(end(&harness), async {
        until_waiting(&harness).await;
        harness.advance(Duration::from_secs(3600)).await
    });
    assert!(end.contains("Read timed out"), "{end}");
}

/// Until somebody waits for simulated time.
async fn until_waiting(harness: &Harness) {
    let waiting = async {
        while harness.shared.clock.waiting().is_empty() || !harness.shared.clock.is_at_rest() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_rule_refuses_everybody_nobody_listens_at_the_door() {
    let (instance, harness) = HarnessBuilder::demo().open_apis().await;
    let cas = instance.addresses.cas.unwrap();
    assert_eq!(end(&harness).await, "COMPLETED");
    for _ in 0..3 {
        let rule = add(&harness, &preset("f01"));
        until("a closed API", || refuses(cas));
        assert_eq!(end(&harness).await, REFUSED);
        remove(&harness, &rule);
        // Our own CRM waits for the API; others find it open soon.
        assert_eq!(end(&harness).await, "COMPLETED");
        until("an open API", || TcpStream::connect(cas).map_err(|error| error.to_string()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_ends_with_its_window_on_a_stepped_clock() {
    let mut rule = preset("f01");
    rule.rule.ttl = Some(Duration::from_secs(600));
    let (instance, harness) = HarnessBuilder::demo()
        .stepped()
        .with(|settings| settings.faults = vec![rule])
        .open_apis()
        .await;
    let cas = instance.addresses.cas.unwrap();
    until("a closed API", || refuses(cas));
    assert_eq!(end(&harness).await, REFUSED);
    harness.advance(Duration::from_secs(600)).await;
    assert_eq!(end(&harness).await, "COMPLETED");
    assert!(refuses(cas).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_is_spent_opens_the_door() {
    let mut rule = preset("f01");
    rule.rule.times = Some(1);
    let (instance, harness) = HarnessBuilder::demo().open_apis().await;
    let cas = instance.addresses.cas.unwrap();
    add(&harness, &rule);
    until("a closed API", || refuses(cas));
    assert_eq!(end(&harness).await, REFUSED);
    assert_eq!(end(&harness).await, "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_everybody_out_of_the_main_world_keeps_nobody_out_of_another() {
    let (instance, harness) = speaking(TlsMode::On).open_apis().await;
    let cas = instance.addresses.cas.unwrap();
    let (_other, foreign) = before(&instance).open_apis().await;
    for name in ["f01", "f09"] {
        let rule = add(&harness, &preset(name));
        if name == "f01" {
            until("a closed API", || refuses(cas));
        }
        let beside = harness.beside("beside").await;
        assert_eq!(end(&beside).await, "COMPLETED");
        // The API cannot tell for which world a client comes until it calls.
        let failure = end(&foreign).await;
        assert_eq!(failure, "java.net.SocketException: Connection reset");
        assert_ne!(end(&harness).await, "COMPLETED");
        remove(&harness, &rule);
        instance.worlds.remove("beside").await.unwrap();
    }
}

#[test]
fn the_program_writes_the_papers_by_which_another_one_reaches_it() {
    let papers = std::env::temp_dir().join(format!("conax-tests-papers-{}", std::process::id()));
    let paper = |name: &str| Path::new(&papers).join(name).display().to_string();
    let folder = papers.display().to_string();
    let head_end = serve(&["--cas-tls", "mutual", "--cas-tls-dir", &folder]);
    let cas = head_end.cas();
    let address = format!("https://{cas}");
    let files = [paper("ca.pem"), paper("client.pem"), paper("client.key")];
    let crm = serve(&[
        "--conax-url",
        &address,
        "--conax-ca-file",
        &files[0],
        "--conax-client-cert-file",
        &files[1],
        "--conax-client-key-file",
        &files[2],
    ]);
    let body = json!({
        "type": "SEND_BARK_MESSAGE_TO_CLIENT",
        "smartcards": ["01900080208"],
        "message_text": "over TLS",
        "process_immediately": true,
    });
    let created = exchange(crm.door(), "POST", "/v1/provisioning-requests", &body.to_string());
    let created = &created.json()["data"];
    assert_eq!(created["life_cycle_state"], "COMPLETED", "{created}");
    let key = std::fs::read_to_string(&files[2]).unwrap();
    let secret = key.lines().nth(1).unwrap();
    for ended in [crm.stop(), head_end.stop()] {
        assert!(!ended.stdout.contains(secret) && !ended.stderr.contains(secret));
    }
    std::fs::remove_dir_all(&papers).unwrap();
}

#[test]
fn settings_of_tls_that_do_not_fit_together_say_what_is_missing() {
    let https = "https://127.0.0.1:1";
    for (arguments, expected) in [
        (&["--cas-tls-dir", "papers"][..], "needs `cas-tls on`"),
        (&["--conax-url", https], "needs a `conax-ca-file`"),
        (&["--conax-ca-file", "ca.pem"], "needs an `https` address"),
        (
            &["--conax-url", https, "--conax-ca-file", "none.pem"],
            "failed to read the CA file `none.pem`",
        ),
        (
            &[
                "--conax-url",
                https,
                "--conax-tls-verify",
                "off",
                "--conax-client-cert-file",
                "client.pem",
            ],
            "needs a `conax-client-key-file`",
        ),
    ] {
        let ended = run(&[&["serve"], arguments].concat());
        assert_eq!(ended.code, Some(3), "{}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    }
    let files = [("ca.pem", "not a certificate")];
    let arguments = ["serve", "--conax-url", https, "--conax-ca-file", "ca.pem"];
    let ended = Program::run(PATH, &arguments, &files, &[]);
    assert_eq!(ended.code, Some(3));
    assert!(ended.stderr.contains("holds no PEM certificate"));
}
