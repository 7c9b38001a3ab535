//! Secrets never leave: canaries are sent in by every way there is, and looked for everywhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_contract::crm::Operation;
use conax_model::secret::Secret;
use conax_tests::bodies::{at_once, given_pin, pin_reset, with};
use conax_tests::{Call, Harness, HarnessBuilder, repository};
use serde_json::json;

const PIN: &str = "7391";
const PASSWORD: &str = "canary-password";
const TOKEN: &str = "CA4A8117CA4A8117CA4A8117CA4A8117";
const KEY: &str = "CA4A8118CA4A8118CA4A8118CA4A8118";
const CONAX_PASSWORD: &str = "canary-conax";
const CONTROL_TOKEN: &str = "canary-control";

const CANARIES: [&str; 6] = [PIN, PASSWORD, TOKEN, KEY, CONAX_PASSWORD, CONTROL_TOKEN];

/// The demo world with a canary in place of every secret.
fn world() -> String {
    let path = repository().join("fixtures/worlds/demo.world.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    let replaced = [
        ("password: \"1234\"", format!("password: \"{PASSWORD}\"")),
        ("04FFBB37FED475A778F122709CBAC1D5", TOKEN.to_owned()),
        ("5D1C7F0A9E3B4C62A8F0D7E41B9C2A36", KEY.to_owned()),
        ("conax-demo", CONAX_PASSWORD.to_owned()),
        ("default_pin: \"0000\"", format!("default_pin: \"{PIN}\"")),
    ];
    replaced.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

fn instance() -> Harness {
    HarnessBuilder::text(&world())
        .with(|settings| {
            settings.control_token = Some(Secret::new(CONTROL_TOKEN));
            let password = Secret::new(CONAX_PASSWORD);
            settings.dispatch.credentials = Some(("crm".to_owned(), password));
        })
        .open()
}

/// Everything that came out, in which no canary may be.
#[derive(Default)]
struct Outside(Vec<String>);

impl Outside {
    fn hear(&mut self, text: impl Into<String>) {
        self.0.push(text.into());
    }

    #[track_caller]
    fn check(&self, secrets: &[String]) {
        for secret in secrets {
            let leak = self.0.iter().find(|text| text.contains(secret));
            assert!(leak.is_none(), "`{secret}` stands in {}", leak.unwrap());
        }
    }
}

fn secrets() -> Vec<String> {
    CANARIES.map(str::to_owned).to_vec()
}

fn credentials(password: &str) -> serde_json::Value {
    json!({ "username": "mpadministrator", "password": password, "organisation": "CRMDEMO" })
}

/// Logs in and out by all ways; the tokens that were issued are secrets too.
async fn log_in(harness: &Harness, outside: &mut Outside) -> Vec<String> {
    let log_in = |body: String| harness.send(Call::operation(Operation::IssueToken, &body));
    let issued = log_in(credentials(PASSWORD).to_string()).await.member("token");
    let basic = format!("Basic {}", STANDARD.encode(format!("{KEY}:")));
    let by_key = Call::operation(Operation::IssueTokenForWebApiKey, "");
    let by_key = harness.send(by_key.with_header("authorization", &basic)).await;
    for body in [
        credentials(&format!("{PASSWORD}x")).to_string(),
        with(credentials(PASSWORD), "username", json!("nobody")).to_string(),
        with(credentials(PASSWORD), "unit", json!({ "password": PASSWORD })).to_string(),
        with(credentials(PASSWORD), "password", json!([PASSWORD])).to_string(),
        credentials(PASSWORD).to_string().replace('"', "'"),
        format!("{} {PASSWORD}", credentials(PASSWORD)),
        format!("username=x&password={PASSWORD}"),
        format!("{{\"password\": {PASSWORD}}}"),
    ] {
        outside.hear(log_in(body).await.text);
    }
    let body = json!({ "token": issued }).to_string();
    let released = Call::operation(Operation::ReleaseToken, &body);
    outside.hear(harness.send(released).await.text);
    vec![issued, by_key.member("token")]
}

/// Sets PINs in every way, most of them wrong.
async fn set_pins(harness: &Harness, outside: &mut Outside) {
    let body = || given_pin("S60600", "01900080208", PIN);
    for body in [
        at_once(body()),
        body(),
        with(body(), "pin", json!(PIN.parse::<u32>().unwrap())),
        with(body(), "pin", json!(format!("{PIN}x"))),
        with(body(), "pin", json!([PIN])),
        with(body(), "pin", json!({ "value": PIN })),
        with(body(), "pin", json!(format!("-{PIN}"))),
        with(body(), "priority", json!("SOON")),
        with(body(), "token", json!(format!("{TOKEN}x"))),
        with(body(), "ca_pin", json!(PIN)),
        at_once(given_pin("S60666", "01900080291", PIN)),
    ] {
        outside.hear(harness.post("reset_pin_to_given_value", body).await.text);
    }
    let text = with(body(), "token", json!(TOKEN)).to_string();
    for broken in
        [text.replacen(':', "=", 1), text.replace('"', ""), text[..text.len() - 1].to_owned()]
    {
        let call = Call::operation(Operation::ResetPinToGivenValue, &broken);
        outside.hear(harness.send(call).await.text);
    }
    // The default PIN is a canary too: it must not be told by those who set it.
    let reset = at_once(pin_reset("S60600", "01900080209"));
    outside.hear(harness.post("reset_pin_to_default_value", reset).await.text);
    harness.run().await;
}

/// Secrets in places where they do not belong.
async fn misplace(harness: &Harness, outside: &mut Outside) {
    for query in [
        format!("token={TOKEN}&number=4049&pin={PIN}"),
        format!("token={TOKEN}&token={TOKEN}"),
        format!("Token={TOKEN}&password={PASSWORD}&key={KEY}"),
        format!("number=4049&token=%ff{TOKEN}"),
        format!("token={TOKEN}&provisioning_request_identifier=token={TOKEN}"),
        format!("token={TOKEN}&provisioning_request_identifier=%7B%22pin%22:%22{PIN}%22%7D"),
        format!("token={TOKEN}&fields_set=pin&access_token={TOKEN}"),
    ] {
        outside.hear(harness.send(Call::operation(Operation::Show, &query)).await.text);
    }
    for state in ["PENDING", "COMPLETED", "REJECTED"] {
        let query = format!("life_cycle_state={state}");
        outside.hear(harness.get("list", &query).await.text);
    }
}

/// The head-end called directly, by friends and strangers.
async fn command_conax(harness: &Harness, outside: &mut Outside) {
    let body = format!("<pin>{PIN}</pin><CaPin>{PIN}</CaPin>");
    for password in [CONAX_PASSWORD, "wrong"] {
        let basic = STANDARD.encode(format!("crm:{password}"));
        for body in [body.clone(), format!("<a>{body}</b>"), format!("{{\"pin\":\"{PIN}\"}}")] {
            let call = Call::new("POST", "/ca-server", body)
                .with_header("authorization", &format!("Basic {basic}"));
            outside.hear(harness.conax(call).await.1);
        }
    }
}

/// Everything the control API shows, and the world put back as it is.
async fn look(harness: &Harness, outside: &mut Outside) {
    let bearer = format!("Bearer {CONTROL_TOKEN}");
    let call = |verb: &str, target: &str, body: &str| {
        harness.control_call(Call::new(verb, target, body).with_header("authorization", &bearer))
    };
    for target in [
        "/v1",
        "/v1/ready",
        "/v1/worlds",
        "/v1/worlds/demo",
        "/v1/runs",
        "/v1/journal?limit=100000",
        "/v1/cas/smartcards",
        "/v1/cas/smartcards/01900080208",
        "/v1/cas/products",
        "/v1/cas/pairing-modules",
        "/v1/cas/pairings",
        "/v1/cas/messages",
        "/v1/cas/fingerprints",
        "/v1/cas/transactions",
    ] {
        let reply = call("GET", target, "").await;
        assert_eq!(reply.http_status, 200, "{target}: {}", reply.text);
        outside.hear(reply.text);
    }
    outside.hear(call("PUT", "/v1/worlds/demo", &world()).await.text);
    outside.hear(call("PUT", "/v1/worlds/other", &world()).await.text);
    let wrong = world().replace("effective: true", "effective: perhaps");
    outside.hear(call("PUT", "/v1/worlds/demo", &wrong).await.text);
    outside.hear(harness.control("GET", "/v1/runs", "").await.text);
    let journal = call("GET", "/v1/journal?limit=100000&api=control", "").await;
    outside.hear(journal.text);
}

#[tokio::test(start_paused = true)]
async fn no_secret_stands_in_a_reply_the_journal_or_what_the_control_door_shows() {
    let harness = instance();
    let mut outside = Outside::default();
    let mut secrets = secrets();
    secrets.extend(log_in(&harness, &mut outside).await);
    set_pins(&harness, &mut outside).await;
    misplace(&harness, &mut outside).await;
    command_conax(&harness, &mut outside).await;
    look(&harness, &mut outside).await;
    harness.forget();
    outside.hear(harness.journal());
    outside.check(&secrets);
}

#[tokio::test(start_paused = true)]
async fn the_canaries_really_went_in() {
    let harness = instance();
    let mut outside = Outside::default();
    log_in(&harness, &mut outside).await;
    set_pins(&harness, &mut outside).await;
    assert_eq!(harness.pin("01900080208"), PIN);
    assert_eq!(harness.pin("01900080209"), PIN);
    assert!(harness.journal().contains("***"));
}

#[tokio::test(start_paused = true)]
async fn no_secret_stands_in_debug_output() {
    let harness = instance();
    let mut outside = Outside::default();
    log_in(&harness, &mut outside).await;
    // Still pending, so its PIN is still kept.
    let _ = harness.post("reset_pin_to_given_value", given_pin("S60600", "01900080210", PIN)).await;
    outside.hear(format!("{:?}", harness.shared.settings));
    outside.hear(format!("{:?}", harness.shared.world()));
    outside.hear(format!("{:?}", harness.shared.crm().book));
    outside.hear(format!("{:?}", harness.shared.crm().reference));
    outside.hear(format!("{:?}", harness.shared.cas().state));
    outside.hear(format!("{:?}", harness.shared.cas().authentication));
    let excerpt = harness.shared.journal.excerpt(0, usize::MAX, |_| true);
    outside.hear(format!("{excerpt:?}"));
    outside.check(&secrets());
}

#[tokio::test(start_paused = true)]
async fn a_pin_is_forgotten_when_its_request_is_settled() {
    let harness = instance();
    // Without its PIN no command can be made of it any more.
    let kept = |harness: &Harness| {
        let side = harness.shared.crm();
        side.book.all().last().unwrap().command().is_ok()
    };
    let body = given_pin("S60600", "01900080210", PIN);
    let _ = harness.post("reset_pin_to_given_value", body).await;
    assert!(kept(&harness));
    harness.run().await;
    assert!(!kept(&harness));
}
