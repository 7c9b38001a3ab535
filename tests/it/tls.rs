//! TLS at the head-end's door, over real sockets: who gets in, and what the CRM keeps of a handshake
//! that fails; and a door that is closed because nobody may connect.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use conax_contract::fault::WrittenRule;
use conax_model::fault::RuleId;
use conax_sim::dispatch::ConaxAddress;
use conax_sim::house::OpenHouse;
use conax_sim::settings::CasTls;
use conax_tests::bodies::{at_once, pin_reset};
use conax_tests::{PATIENCE, Program, Reply, Stage, Staging, exchange, talk, until};
use serde_json::json;

use crate::program::{PATH, run, serve};

const REFUSED: &str = "java.net.ConnectException: Connection refused";

fn speaking(tls: CasTls) -> Staging {
    Staging::demo().with(|settings| settings.cas.tls = tls)
}

/// A house that sends to the head-end of another one, over TLS.
fn before(house: &OpenHouse) -> Staging {
    let cas = house.addresses.cas.unwrap();
    let ca = house.papers.as_ref().unwrap().ca_pem.clone();
    Staging::demo().with(|settings| {
        settings.dispatch.conax_address = ConaxAddress::parse(&format!("https://{cas}")).ok();
        settings.dispatch.tls.ca_pem = Some(ca);
    })
}

async fn reset_a_pin(stage: &Stage) -> Reply {
    let body = at_once(pin_reset("S60600", "01900080208"));
    let reply = stage.post("reset_pin_to_default_value", body);
    tokio::time::timeout(PATIENCE, reply).await.unwrap()
}

/// How a request ends.
async fn end(stage: &Stage) -> String {
    let reply = reset_a_pin(stage).await;
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
fn add(stage: &Stage, rule: &WrittenRule) -> RuleId {
    let now = stage.now();
    stage.shared.change_faults(|book| book.add(rule, None, now))
}

fn remove(stage: &Stage, rule: &RuleId) {
    assert!(stage.shared.change_faults(|book| book.remove(rule)));
}

fn refuses(address: SocketAddr) -> Result<(), String> {
    match TcpStream::connect(address) {
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_crm_reaches_a_head_end_that_speaks_tls_and_one_that_wants_a_certificate() {
    for tls in [CasTls::On, CasTls::Mutual] {
        let (_house, stage) = speaking(tls).open_doors().await;
        // The second command goes out on the connection of the first.
        for _ in 0..2 {
            assert_eq!(end(&stage).await, "COMPLETED", "{tls:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_speak_tls_is_told_so() {
    let (house, _stage) = speaking(CasTls::On).open_doors().await;
    let cas = house.addresses.cas.unwrap();
    let reply = talk(cas, b"GET /?wsdl HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(reply.http_status(), Some(400));
    assert!(reply.text.contains("speaks TLS"), "{}", reply.text);
    let stage = Staging::demo().open_before(cas).await;
    assert_eq!(end(&stage).await, "(400)Bad Request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_certificates_is_the_same_in_process_and_on_sockets() {
    for name in ["f09", "f09/self-signed", "f09/wrong-host", "f10"] {
        let with_fault = |tls| speaking(tls).with(|settings| settings.faults = vec![preset(name)]);
        let expected = reset_a_pin(&with_fault(CasTls::Off).open()).await;
        for tls in [CasTls::Off, CasTls::On, CasTls::Mutual] {
            let (_house, stage) = with_fault(tls).open_doors().await;
            let reply = reset_a_pin(&stage).await;
            assert_eq!(reply.member("life_cycle_state"), "REJECTED");
            assert_eq!(reply.member("response"), "null");
            let text = reply.member("error_description");
            assert!(text.contains("javax.net.ssl.SSL"), "{text}");
            assert_eq!(text, expected.member("error_description"), "{name} {tls:?}");
            assert!(stage.transactions().is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crm_that_looks_at_no_certificates_completes_in_spite_of_them() {
    for (name, expected) in [
        ("f09", "COMPLETED"),
        ("f09/self-signed", "COMPLETED"),
        ("f09/wrong-host", "COMPLETED"),
        (
            "f10",
            "javax.net.ssl.SSLHandshakeException: Received fatal alert: bad_certificate",
        ),
    ] {
        let credulous = |tls| {
            speaking(tls).with(|settings| {
                settings.faults = vec![preset(name)];
                settings.dispatch.tls.verify = false;
            })
        };
        assert_eq!(end(&credulous(CasTls::Off).open()).await, expected);
        for tls in [CasTls::On, CasTls::Mutual] {
            let (_house, stage) = credulous(tls).open_doors().await;
            assert_eq!(end(&stage).await, expected, "{name} {tls:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_crm_reaches_the_head_end_with_its_ca_and_with_a_certificate_if_it_wants_one() {
    let (house, _) = speaking(CasTls::On).open_doors().await;
    let (_other, stage) = before(&house).open_doors().await;
    assert_eq!(end(&stage).await, "COMPLETED");

    let (house, _) = speaking(CasTls::Mutual).open_doors().await;
    let (_other, stage) = before(&house).open_doors().await;
    let failure = end(&stage).await;
    assert!(failure.contains("certificate_required"), "{failure}");
    let papers = house.papers.clone().unwrap();
    let (_other, stage) = before(&house)
        .with(|settings| {
            settings.dispatch.tls.client = Some((papers.client_pem, papers.client_key));
        })
        .open_doors()
        .await;
    assert_eq!(end(&stage).await, "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_crm_does_not_trust_the_ca_of_a_stranger() {
    let (house, _) = speaking(CasTls::On).open_doors().await;
    let (stranger, _) = speaking(CasTls::On).open_doors().await;
    let ca = stranger.papers.as_ref().unwrap().ca_pem.clone();
    let (_other, stage) = before(&house)
        .with(|settings| settings.dispatch.tls.ca_pem = Some(ca))
        .open_doors()
        .await;
    let end = end(&stage).await;
    assert!(end.contains("signature check failed"), "{end}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_for_everybody_shows_its_certificate_to_another_crm() {
    let (house, stage) = speaking(CasTls::On).open_doors().await;
    let (_other, other) = before(&house).open_doors().await;
    let (_careless, careless) = before(&house)
        .with(|settings| settings.dispatch.tls.verify = false)
        .open_doors()
        .await;
    for (name, expected) in [
        ("f09", "timestamp check failed"),
        ("f09/self-signed", "unable to find valid certification path"),
        ("f09/wrong-host", "hostname in certificate didn't match"),
    ] {
        let rule = add(&stage, &preset(name));
        let failure = end(&other).await;
        assert!(failure.contains(expected), "{name}: {failure}");
        assert_eq!(end(&careless).await, "COMPLETED", "{name}");
        remove(&stage, &rule);
    }
    assert_eq!(end(&other).await, "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn endings_without_an_answer_are_the_same_on_tls() {
    for name in ["f03", "f03/hang-up", "f06", "f08", "f08/headers-only"] {
        let with_fault = |tls| speaking(tls).with(|settings| settings.faults = vec![preset(name)]);
        let (_house, stage) = with_fault(CasTls::Off).open_doors().await;
        let plain = end(&stage).await;
        let (_house, stage) = with_fault(CasTls::On).open_doors().await;
        assert_eq!(end(&stage).await, plain, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_times_out_on_tls_costs_no_time_when_stepped() {
    let silent = preset("f05");
    let (_house, stage) = speaking(CasTls::On)
        .stepped()
        .with(|settings| settings.faults = vec![silent])
        .open_doors()
        .await;
    let (end, _) = tokio::join!(end(&stage), async {
        until_waiting(&stage).await;
        stage.advance(Duration::from_secs(3600)).await
    });
    assert!(end.contains("Read timed out"), "{end}");
}

/// Until somebody waits for simulated time.
async fn until_waiting(stage: &Stage) {
    let waiting = async {
        while stage.shared.clock.waiting().is_empty() || !stage.shared.clock.is_at_rest() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_rule_refuses_everybody_nobody_listens_at_the_door() {
    let (house, stage) = Staging::demo().open_doors().await;
    let cas = house.addresses.cas.unwrap();
    assert_eq!(end(&stage).await, "COMPLETED");
    for _ in 0..3 {
        let rule = add(&stage, &preset("f01"));
        until("a closed door", || refuses(cas));
        assert_eq!(end(&stage).await, REFUSED);
        remove(&stage, &rule);
        // Our own CRM waits for the door; others find it open soon.
        assert_eq!(end(&stage).await, "COMPLETED");
        until("an open door", || {
            TcpStream::connect(cas).map_err(|error| error.to_string())
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_ends_with_its_window_on_a_stepped_clock() {
    let mut rule = preset("f01");
    rule.rule.ttl = Some(Duration::from_secs(600));
    let (house, stage) = Staging::demo()
        .stepped()
        .with(|settings| settings.faults = vec![rule])
        .open_doors()
        .await;
    let cas = house.addresses.cas.unwrap();
    until("a closed door", || refuses(cas));
    assert_eq!(end(&stage).await, REFUSED);
    stage.advance(Duration::from_secs(600)).await;
    assert_eq!(end(&stage).await, "COMPLETED");
    assert!(refuses(cas).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_is_spent_opens_the_door() {
    let mut rule = preset("f01");
    rule.rule.times = Some(1);
    let (house, stage) = Staging::demo().open_doors().await;
    let cas = house.addresses.cas.unwrap();
    add(&stage, &rule);
    until("a closed door", || refuses(cas));
    assert_eq!(end(&stage).await, REFUSED);
    assert_eq!(end(&stage).await, "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_everybody_out_of_the_main_world_keeps_nobody_out_of_another() {
    let (house, stage) = speaking(CasTls::On).open_doors().await;
    let cas = house.addresses.cas.unwrap();
    let (_other, foreign) = before(&house).open_doors().await;
    for name in ["f01", "f09"] {
        let rule = add(&stage, &preset(name));
        if name == "f01" {
            until("a closed door", || refuses(cas));
        }
        let beside = stage.beside("beside").await;
        assert_eq!(end(&beside).await, "COMPLETED");
        // The door cannot tell for which world a client comes until it calls.
        let failure = end(&foreign).await;
        assert_eq!(failure, "java.net.SocketException: Connection reset");
        assert_ne!(end(&stage).await, "COMPLETED");
        remove(&stage, &rule);
        house.worlds.remove("beside").await.unwrap();
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
    let created = exchange(
        crm.door(),
        "POST",
        "/v1/provisioning-requests",
        &body.to_string(),
    );
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
