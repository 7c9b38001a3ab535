//! What the CRM stores of a failure is what Axis 1.4 makes of it, line for line.
//!
//! The dumps under `fixtures/axis` are those of the real client, on Java 17; they are made by
//! `tests/foreign/axis/dumps.py`.

use std::path::{Path, PathBuf};

use conax_contract::cas::{AxisClient, CommandKind, HttpAnswer, Profile, decode_reply};
use conax_contract::fault::{WrittenRule, reproduce};
use conax_sim::settings::TlsMode;
use conax_tests::bodies::{at_once, pin_reset, sport_on};
use conax_tests::{Harness, HarnessBuilder, Reply, ScriptedConax};

const CARD: &str = "01900080208";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/axis").join(name)
}

/// The dump of the real client, or nothing where it threw nothing.
fn dump_of_axis(name: &str) -> Option<String> {
    let file = folder(&format!("{name}.txt"));
    let text = std::fs::read_to_string(file).ok()?;
    let (first, dump) = text.split_once('\n').unwrap();
    assert_eq!(first, "# Axis 1.4 on Java 17");
    Some(dump.strip_suffix('\n').unwrap().to_owned())
}

/// The machine the dumps were made on.
fn machine() -> AxisClient {
    AxisClient { host: "HOST".into(), java: 17 }
}

fn measured() -> HarnessBuilder {
    HarnessBuilder::demo().with(|settings| settings.dispatch.axis = machine())
}

fn stored(reply: &Reply) -> Option<String> {
    let code = reply.member("error_code");
    (code == "AxisFault").then(|| reply.member("error_description"))
}

async fn add(harness: &Harness) -> Reply {
    harness.post("add_subscriptions", at_once(sport_on(CARD))).await
}

/// What a preset makes the CRM store. One that throttles meets the sixth call.
async fn stored_of(harness: &Harness, name: &str) -> Option<String> {
    for _ in 0..if name == "f15" { 5 } else { 0 } {
        add(harness).await;
    }
    stored(&add(harness).await)
}

/// The presets the real client threw at, by the names of their files.
fn thrown() -> Vec<String> {
    let files = folder("presets").read_dir().unwrap();
    let name = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut names: Vec<String> = files.map(|file| name(file.unwrap().path())).collect();
    names.sort();
    assert!(names.len() > 24, "{names:?}");
    // Silence beyond four at a time is the silence of f04.
    assert_eq!(dump_of_axis("presets/f16"), dump_of_axis("presets/f04"));
    names.retain(|name| name != "f16");
    names
}

#[tokio::test(start_paused = true)]
async fn each_preset_stores_the_dump_of_the_real_client() {
    for file in thrown() {
        let name = file.replace('_', "/");
        let rule = WrittenRule::of_preset(&name).unwrap();
        let harness = measured().with(|settings| settings.faults = vec![rule]).open();
        let found = stored_of(&harness, &name).await;
        assert_eq!(found, dump_of_axis(&format!("presets/{file}")), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_sockets_each_preset_stores_the_same() {
    for file in thrown() {
        let name = file.replace('_', "/");
        if ["f02", "f04", "f05"].contains(&name.as_str()) {
            // They take their time, and meet no socket.
            continue;
        }
        let rule = WrittenRule::of_preset(&name).unwrap();
        let tls = match &file[..3] {
            "f09" | "f10" => TlsMode::Mutual,
            _ => TlsMode::Off,
        };
        let (_instance, harness) = measured()
            .with(|settings| {
                settings.faults = vec![rule];
                settings.cas.tls = tls;
            })
            .open_apis()
            .await;
        let found = stored_of(&harness, &name).await;
        assert_eq!(found, dump_of_axis(&format!("presets/{file}")), "{name}");
    }
}

#[tokio::test]
async fn each_answer_of_another_head_end_stores_the_dump_of_the_real_client() {
    let conax = ScriptedConax::listen().await;
    let harness = measured().open_before(conax.address()).await;
    let mut different = Vec::new();
    for file in folder("answers").read_dir().unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "http") {
            continue;
        }
        let name = format!("answers/{}", path.file_stem().unwrap().to_str().unwrap());
        let answer = async {
            let (stream, _) = conax.command().await;
            ScriptedConax::answer_raw(stream, &std::fs::read(&path).unwrap()).await;
        };
        let ordered =
            harness.post("reset_pin_to_default_value", at_once(pin_reset("S60600", CARD)));
        let (reply, ()) = tokio::join!(ordered, answer);
        let (found, expected) = (stored(&reply), dump_of_axis(&name));
        if found != expected {
            different.push(format!("{name}\n{found:#?}\n{expected:#?}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn what_is_told_of_the_machine_follows_the_settings_and_has_a_fixed_default() {
    let garbled = |harness_builder: HarnessBuilder| {
        let rule = WrittenRule::of_preset("f17").unwrap();
        harness_builder.with(|settings| settings.faults = vec![rule]).open()
    };
    let text = stored(&add(&garbled(HarnessBuilder::demo())).await).unwrap();
    assert!(text.ends_with("\n\t{http://xml.apache.org/axis/}hostname:crm.example"), "{text}");
    assert!(text.contains("SAXParseException; lineNumber: 1; columnNumber: "), "{text}");
    let older = HarnessBuilder::demo().with(|settings| settings.dispatch.axis.java = 6);
    let text = stored(&add(&garbled(older)).await).unwrap();
    assert!(text.contains("SAXParseException: The element type &quot;StatusCode&quot;"), "{text}");
}

/// A stub fails on elements its WSDL does not have; which WSDL the real CRM had is not known.
const OF_THE_STUB: &str = "Invalid element in v1.";

/// What the client throws at this body.
fn thrown_at(body: &[u8]) -> String {
    let answer = HttpAnswer {
        status: 200,
        reason: "OK",
        content_type: Some("text/xml;charset=UTF-8"),
        body,
    };
    let operation = CommandKind::AddSubscriptions;
    match decode_reply(Profile::public(), operation, answer, &machine()) {
        Ok(_) => "(no fault)".to_owned(),
        Err(fault) => fault.render(),
    }
}

fn wire(name: &str) -> Vec<u8> {
    std::fs::read(folder("../wire").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn a_document_that_is_no_answer_is_told_as_by_axis() {
    let mut different = Vec::new();
    for case in dump_of_axis("documents").unwrap().split("== ").skip(1) {
        let (name, expected) = case.split_once('\n').unwrap();
        let (found, expected) = (thrown_at(&wire(&format!("{name}.xml"))), expected.trim_end());
        if found != expected && !expected.contains(OF_THE_STUB) {
            different.push(format!("== {name}\n{found}\n-- axis\n{expected}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn a_reply_cut_after_any_byte_is_told_as_by_axis() {
    let body = wire("replies/public/add_subscriptions.xml");
    let cuts = dump_of_axis("cuts").unwrap();
    for line in cuts.lines() {
        let (length, expected) = line.split_once(' ').unwrap();
        let dump = thrown_at(&body[..length.parse().unwrap()]);
        let string = dump.lines().find_map(|line| line.strip_prefix(" faultString: "));
        assert_eq!(string.unwrap_or(&dump), expected, "cut after {length} bytes");
    }
    assert_eq!(cuts.lines().count(), body.len() + 1);
}

#[test]
fn the_dump_of_the_real_client_leads_back_to_every_preset_that_may_have_made_it() {
    let mut told = String::new();
    let mut names = thrown();
    names.push("f16".to_owned());
    for file in names {
        let name = file.replace('_', "/");
        let found = reproduce(&dump_of_axis(&format!("presets/{file}")).unwrap());
        let best = found.candidates.first().unwrap_or_else(|| panic!("{name}: nothing"));
        assert!((best.score - 1.0).abs() < f64::EPSILON, "{name}");
        let alike = match found.alike.is_empty() {
            true => vec![best.name.clone()],
            false => found.alike,
        };
        assert!(alike.contains(&name), "{name}: {alike:?}");
        told.push_str(&format!("{name}: {}\n", alike.join(" ")));
    }
    insta::assert_snapshot!(told);
}
