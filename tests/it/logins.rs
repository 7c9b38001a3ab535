//! The login methods: tokens issued, kept alive, expired, released.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_contract::crm::{Operation, RefusalCode};
use conax_model::crm::TokenPolicy;
use conax_tests::bodies::{pin_reset, with};
use conax_tests::{Call, Harness, HarnessBuilder, Reply};
use serde_json::{Value, json};

const KEY: &str = "5D1C7F0A9E3B4C62A8F0D7E41B9C2A36";
const HOUR: Duration = Duration::from_secs(60 * 60);
const INSTANT: Duration = Duration::from_millis(1);

fn credentials() -> Value {
    json!({ "username": "MPAdministrator", "password": "1234", "organisation": "CRMDEMO" })
}

async fn log_in(harness: &Harness, body: Value) -> Reply {
    harness.send(Call::operation(Operation::IssueToken, &body.to_string())).await
}

async fn log_in_by_key(harness: &Harness, authorization: &str, body: &str) -> Reply {
    let call = Call::operation(Operation::IssueTokenForWebApiKey, body);
    harness.send(call.with_header("authorization", authorization)).await
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

async fn works(harness: &Harness, token: &str) -> bool {
    let query = format!("token={token}&number=4049");
    let reply = harness.send(Call::operation(Operation::Show, &query)).await;
    if reply.code() != "OK" {
        let _ = reply.refused(RefusalCode::InvalidToken);
    }
    reply.code() == "OK"
}

#[tokio::test(start_paused = true)]
async fn a_login_gives_a_token_of_its_own_each_time() {
    let harness = HarnessBuilder::demo().open();
    let first = log_in(&harness, credentials()).await.member("token");
    let second = log_in(&harness, credentials()).await.member("token");
    assert_ne!(first, second);
    assert!(works(&harness, &first).await && works(&harness, &second).await);
}

#[tokio::test(start_paused = true)]
async fn the_case_of_a_login_name_does_not_matter() {
    let harness = HarnessBuilder::demo().open();
    for name in ["MPAdministrator", "mpadministrator", "MPADMINISTRATOR"] {
        let reply = log_in(&harness, with(credentials(), "username", json!(name))).await;
        assert_eq!(reply.code(), "OK", "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_let_nobody_in_and_do_not_tell_which_is_wrong() {
    let harness = HarnessBuilder::demo().open();
    let mut messages = std::collections::BTreeSet::new();
    for (name, wrong) in [
        ("username", "somebody"),
        ("password", "12345"),
        ("password", "4321"),
        ("organisation", "CRMLIVE"),
    ] {
        let reply = log_in(&harness, with(credentials(), name, json!(wrong))).await;
        messages.insert(reply.refused(RefusalCode::InvalidCredentials).to_owned());
        assert!(!reply.text.contains(wrong), "{}", reply.text);
    }
    assert_eq!(messages.len(), 1, "{messages:?}");
}

#[tokio::test(start_paused = true)]
async fn each_part_of_the_credentials_is_needed() {
    let harness = HarnessBuilder::demo().open();
    for name in ["username", "password", "organisation"] {
        let reply = log_in(&harness, conax_tests::bodies::without(credentials(), name)).await;
        let message = reply.refused(RefusalCode::MandatoryParameterMissing);
        assert!(message.contains(&format!("`{name}`")), "{message}");
    }
    let reply = log_in(&harness, with(credentials(), "password", json!(1234))).await;
    assert!(!reply.refused(RefusalCode::InvalidParameterValue).contains("1234"));
}

#[tokio::test(start_paused = true)]
async fn a_login_is_to_the_users_own_unit_unless_another_is_named() {
    let harness = HarnessBuilder::demo().open();
    for (unit, name) in [
        (Value::Null, "Admin Unit"),
        (json!("48305F8849E3C18B227C5BE3A27BA6DF"), "Admin Unit"),
        (json!("EE63A82C4FEBE02FF34E90DD1EBA5ABE"), "Second Unit"),
    ] {
        let token = log_in(&harness, with(credentials(), "unit", unit)).await.member("token");
        let body = with(pin_reset("S60600", "01900080208"), "token", json!(token));
        let reply = harness.post("reset_pin_to_default_value", body).await;
        assert_eq!(reply.ok()["log_information"]["created_by_unit"]["name"], name);
        assert_eq!(reply.ok()["log_information"]["updated_by_unit"]["name"], name);
    }
    let reply = log_in(&harness, with(credentials(), "unit", json!("nowhere"))).await;
    // Which of the credentials is wrong is not told.
    assert!(reply.refused(RefusalCode::InvalidCredentials).contains("unit"));
}

#[tokio::test(start_paused = true)]
async fn an_idle_token_dies_at_the_end_of_its_hour_and_use_starts_the_hour_again() {
    let harness = HarnessBuilder::demo().open();
    let used = log_in(&harness, credentials()).await.member("token");
    let unused = log_in(&harness, credentials()).await.member("token");
    for _ in 0..3 {
        harness.passes(HOUR - INSTANT).await;
        assert!(works(&harness, &used).await);
    }
    assert!(!works(&harness, &unused).await);
    harness.passes(HOUR).await;
    assert!(!works(&harness, &used).await, "dead at the very end of the hour");
    assert!(!works(&harness, &used).await, "and it stays dead");
}

#[tokio::test(start_paused = true)]
async fn a_fixed_token_dies_two_hours_after_its_issue_used_or_not() {
    let harness = HarnessBuilder::demo()
        .with(|settings| settings.crm.tokens = TokenPolicy::Fixed(2 * HOUR))
        .open();
    let token = log_in(&harness, credentials()).await.member("token");
    harness.passes(HOUR).await;
    assert!(works(&harness, &token).await);
    harness.passes(HOUR - INSTANT).await;
    assert!(works(&harness, &token).await);
    harness.passes(INSTANT).await;
    assert!(!works(&harness, &token).await);
}

#[tokio::test(start_paused = true)]
async fn the_tokens_of_the_world_never_expire() {
    let harness = HarnessBuilder::demo().open();
    harness.passes(24 * 365 * HOUR).await;
    let token = harness.token.clone();
    assert!(works(&harness, &token).await);
}

#[tokio::test(start_paused = true)]
async fn a_released_token_is_unusable_and_the_others_are_not() {
    let harness = HarnessBuilder::demo().open();
    let released = log_in(&harness, credentials()).await.member("token");
    let kept = log_in(&harness, credentials()).await.member("token");
    let body = json!({ "token": released }).to_string();
    let release = || harness.send(Call::operation(Operation::ReleaseToken, &body));
    assert_eq!(release().await.ok(), &json!({}));
    let _ = release().await.refused(RefusalCode::InvalidToken);
    assert!(!works(&harness, &released).await && works(&harness, &kept).await);

    harness.passes(2 * HOUR).await;
    let body = json!({ "token": kept }).to_string();
    let late = harness.send(Call::operation(Operation::ReleaseToken, &body)).await;
    let _ = late.refused(RefusalCode::InvalidToken);
    for wrong in ["{}", r#"{"token":null}"#, r#"{"token":""}"#, r#"{"token":7}"#] {
        let reply = harness.send(Call::operation(Operation::ReleaseToken, wrong)).await;
        let _ = reply.refused(RefusalCode::InvalidToken);
    }
}

#[tokio::test(start_paused = true)]
async fn a_web_api_key_is_the_user_name_of_a_basic_header_with_an_empty_password() {
    let harness = HarnessBuilder::demo().open();
    let header = basic(KEY, "");
    for authorization in [header.clone(), header.replacen("Basic", "basic", 1)] {
        for body in ["", "{}", "  "] {
            let reply = log_in_by_key(&harness, &authorization, body).await;
            assert!(works(&harness, &reply.member("token")).await, "{authorization} {body}");
        }
    }
    let unit = r#"{"unit":"EE63A82C4FEBE02FF34E90DD1EBA5ABE"}"#;
    let token = log_in_by_key(&harness, &header, unit).await.member("token");
    let body = with(pin_reset("S60600", "01900080208"), "token", json!(token));
    let reply = harness.post("reset_pin_to_default_value", body).await;
    assert_eq!(reply.ok()["log_information"]["created_by_unit"]["name"], "Second Unit");
}

#[tokio::test(start_paused = true)]
async fn anything_but_a_known_key_lets_nobody_in() {
    let harness = HarnessBuilder::demo().open();
    for authorization in [
        basic("nobodys", ""),
        basic(KEY, "password"),
        basic("", KEY),
        format!("Bearer {KEY}"),
        format!("Basic {KEY}"),
        "Basic".to_owned(),
        String::new(),
    ] {
        let reply = log_in_by_key(&harness, &authorization, "").await;
        let message = reply.refused(RefusalCode::InvalidCredentials);
        assert!(message.contains("`Authorization`"), "{message}");
    }
    let call = Call::operation(Operation::IssueTokenForWebApiKey, "");
    let _ = harness.send(call).await.refused(RefusalCode::InvalidCredentials);
}

#[tokio::test(start_paused = true)]
async fn the_token_of_a_key_lives_two_hours_used_or_not() {
    let harness = HarnessBuilder::demo().open();
    let token = log_in_by_key(&harness, &basic(KEY, ""), "").await.member("token");
    harness.passes(HOUR).await;
    assert!(works(&harness, &token).await);
    harness.passes(HOUR - INSTANT).await;
    assert!(works(&harness, &token).await);
    harness.passes(INSTANT).await;
    assert!(!works(&harness, &token).await);
}

#[tokio::test(start_paused = true)]
async fn a_login_has_no_place_in_a_header_of_another_call() {
    let harness = HarnessBuilder::demo().open();
    let call = Call::operation(Operation::Show, "number=4049")
        .with_header("authorization", &format!("Bearer {}", harness.token));
    let _ = harness.send(call).await.refused(RefusalCode::InvalidToken);
}
