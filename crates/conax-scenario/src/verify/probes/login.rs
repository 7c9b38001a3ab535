//! Ways to a token, and calls without one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_contract::crm::Operation;
use serde_json::{Value, json};

use super::orders::{self, with};
use crate::conformance::{Break, Exchange};
use crate::document::Api;
use crate::target::HttpCall;
use crate::verify::session::{Options, Session};
use crate::verify::world::{LoginWorld, TargetWorld};

const LOGIN: &[&str] = &[
    "token.login",
    "token.login-mandatory",
    "token.user-name-case",
    "token.unit",
    "token.several",
    "token.release",
    "token.release-only",
    "token.form",
    "issue_token.method",
    "issue_token.username",
    "issue_token.password",
    "issue_token.organisation",
    "issue_token.unit",
    "release_token.method",
    "release_token.token",
    "same.tokens",
];

/// One order is given with a token of its own, and two with and without a unit.
pub(super) fn creations(world: &TargetWorld, _: &Options) -> usize {
    let has_order = orders::order(Operation::AddSubscriptions, world, 0).is_some();
    match &world.login {
        Some(login) if has_order => 1 + 2 * usize::from(login.unit.is_some()),
        _ => 0,
    }
}

impl Session<'_> {
    /// Gets a token, unless there is one; what the login answered.
    pub(crate) fn log_in(&mut self) -> Option<Exchange> {
        let (login, password) = (self.world.login.as_ref()?, self.credentials.password.as_ref()?);
        if !self.token.is_empty() || self.options.is_read_only {
            return None;
        }
        let exchange = self.call(Operation::IssueToken, login_body(login, password))?;
        if let Some(token) = token_of(&exchange) {
            self.token = token;
        }
        Some(exchange)
    }
}

fn login_body(login: &LoginWorld, password: &str) -> Value {
    json!({
        "username": login.username,
        "password": password,
        "organisation": login.organisation,
    })
}

fn token_of(exchange: &Exchange) -> Option<String> {
    exchange.data()["token"].as_str().map(str::to_owned)
}

pub(super) fn run(session: &mut Session<'_>) {
    key_login(session);
    let (Some(login), Some(password)) = (&session.world.login, &session.credentials.password)
    else {
        session.untestable(LOGIN, "it takes a login in the world file, and its password");
        return;
    };
    let body = login_body(login, password);
    refused_logins(session, login, &body);
    let clauses = [
        "token.login",
        "issue_token.method",
        "issue_token.username",
        "issue_token.password",
        "issue_token.organisation",
    ];
    let first = session.accepted(&clauses, Operation::IssueToken, body.clone());
    let other_case = match login.username.chars().any(char::is_lowercase) {
        true => login.username.to_uppercase(),
        false => login.username.to_lowercase(),
    };
    match other_case == login.username {
        true => session.untestable(
            &["token.user-name-case"],
            "the user name in the world file has no letters",
        ),
        false => {
            let other_case = with(&body, "username", other_case.into());
            session.accepted(&["token.user-name-case"], Operation::IssueToken, other_case);
        }
    }
    let second = session.accepted(&["token.login"], Operation::IssueToken, body.clone());
    let tokens = (first.as_ref().and_then(token_of), second.as_ref().and_then(token_of));
    if let (Some(first), Some(second)) = tokens {
        several(session, &first, &second);
    }
    unit(session, login, &body);
}

fn refused_logins(session: &mut Session<'_>, login: &LoginWorld, body: &Value) {
    for name in ["username", "password", "organisation"] {
        let id = format!("issue_token.{name}");
        let clauses = ["token.login-mandatory", id.as_str()];
        session.refused(&clauses, Operation::IssueToken, orders::without(body, name));
        let wrong = with(body, name, format!("not-{}", login.organisation).into());
        session.refused(&["token.login-mandatory"], Operation::IssueToken, wrong);
    }
    // Who looks at its beginning only takes this one.
    let almost = format!("{}x", body["password"].as_str().unwrap_or_default());
    let almost = with(body, "password", almost.into());
    session.refused(&["token.login-mandatory"], Operation::IssueToken, almost);
}

/// Two tokens live side by side and see the same; a released one is dead.
fn several(session: &mut Session<'_>, first: &str, second: &str) {
    let list =
        |token: &str| json!({ "token": token, "type": "ADD_SUBSCRIPTIONS", "fields_set": "id" });
    let own = orders::order(Operation::AddSubscriptions, session.world, 0);
    let own = own.map(|order| with(&order, "start_date", orders::FAR.into()));
    // What one token made the other one has to see.
    if let Some(order) = own {
        let order = with(&order, "token", first.into());
        session.accepted(&["token.several"], Operation::AddSubscriptions, order);
    }
    let with_first = session.accepted(&["token.several"], Operation::List, list(first));
    let with_second = session.accepted(&[], Operation::List, list(second));
    if let (Some(one), Some(other)) = (&with_first, &with_second) {
        let is_empty = |exchange: &Exchange| exchange.data().as_array().is_none_or(Vec::is_empty);
        let tells = !is_empty(one) || !is_empty(other);
        let why = "both tokens see nothing";
        let same = one.data() == other.data();
        let number = other.number;
        session.verdicts().judge_telling("same.tokens", same, (tells, why), || {
            let expected = "what the other token of the user sees";
            Break::at(number, "data", expected, "something else")
        });
    }
    // At a target with one token a user the earlier one is dead already.
    let released = match with_first {
        Some(_) => first,
        None => second,
    };
    let is_released = release(session, released);
    if with_first.is_some() && with_second.is_some() && is_released {
        // It lived until then.
        session.accepted(&["token.release-only"], Operation::List, list(second));
    } else {
        let why = "there are no two tokens of a user, one of which could be released";
        session.untestable(&["token.release-only"], why);
    }
    session.renew_token();
}

/// A released token is dead, where tokens can be released. Whether it was released.
fn release(session: &mut Session<'_>, token: &str) -> bool {
    let clauses = ["release_token.method", "release_token.token"];
    let operation = Operation::ReleaseToken;
    let release = json!({ "token": token });
    let Some(exchange) = session.ask(operation, release) else {
        return false;
    };
    if !exchange.is_ok() && is_no_method(session, &exchange) {
        let why = "it has no such method, which pages know from R10 on";
        session.untestable(&["token.release", clauses[0], clauses[1]], why);
        return false;
    }
    session.observe(&exchange);
    session.judge_accepted(&clauses, &exchange);
    session.refused(&[clauses[1]], operation, json!({}));
    if !exchange.is_ok() {
        session.untestable(&["token.release"], "it releases no token");
        return false;
    }
    let list = json!({ "token": token, "type": "ADD_SUBSCRIPTIONS", "fields_set": "id" });
    session.refused(&["token.release"], Operation::List, list);
    true
}

/// Whether a refusal is that of a method which does not exist.
fn is_no_method(session: &mut Session<'_>, exchange: &Exchange) -> bool {
    let path = "/authentication/token/no_such_method";
    let call = HttpCall::post(Api::Crm, path, &json!({}));
    let unknown = session.call_unheard(Operation::ReleaseToken, call);
    unknown.is_some_and(|unknown| {
        unknown.code() == exchange.code() && unknown.http_status == exchange.http_status
    })
}

fn unit(session: &mut Session<'_>, login: &LoginWorld, body: &Value) {
    let order = orders::order(Operation::AddSubscriptions, session.world, 0);
    let (Some(unit), Some(order)) = (&login.unit, order) else {
        session.untestable(
            &["token.unit", "issue_token.unit"],
            "the login in the world file names no unit",
        );
        return;
    };
    let order = with(&order, "start_date", orders::FAR.into());
    let usual = session.accepted(&[], Operation::AddSubscriptions, order.clone());
    let wanted = with(body, "unit", unit.clone().into());
    let exchange = session.accepted(&["issue_token.unit"], Operation::IssueToken, wanted);
    let Some(token) = exchange.as_ref().and_then(token_of) else {
        return;
    };
    let order = with(&order, "token", token.into());
    let made = session.accepted(&[], Operation::AddSubscriptions, order);
    session.renew_token();
    let Some(made) = made else {
        return;
    };
    let unit_of =
        |exchange: &Exchange| exchange.data()["log_information"]["created_by_unit"]["id"].clone();
    let found = unit_of(&made);
    if found.is_null()
        || usual.is_some_and(|usual| unit_of(&usual) == found && found == unit.as_str())
    {
        let why = match found.is_null() {
            true => "its requests do not tell their unit",
            false => "the unit in the world file is the user's own; name another one",
        };
        session.untestable(&["token.unit"], why);
        return;
    }
    let holds = found == unit.as_str();
    session.judge(
        &["token.unit", "issue_token.unit"],
        &made,
        holds,
        "created_by_unit is the unit of the login",
        "another one",
    );
}

fn key_login(session: &mut Session<'_>) {
    let clauses = [
        "web-api-key.login",
        "issue_token_for_web_api_key.method",
        "issue_token_for_web_api_key.unit",
        "web-api-key.unknown",
    ];
    let Some(key) = &session.credentials.web_api_key else {
        session.untestable(&clauses, "it takes a Web API key, `web_api_key` among the secrets");
        return;
    };
    let call = |key: &str, body: &Value| {
        let path = format!("/{}", Operation::IssueTokenForWebApiKey.path());
        let mut call = HttpCall::post(Api::Crm, path, body);
        let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
        call.headers.push(("authorization".to_owned(), basic));
        call
    };
    let operation = Operation::IssueTokenForWebApiKey;
    let good = session.call_as(operation, json!({}), call(key, &json!({})));
    if let Some(exchange) = &good {
        session.judge_accepted(&clauses[..2], exchange);
    }
    let unit = session.world.login.as_ref().and_then(|login| login.unit.clone());
    if let Some(unit) = unit {
        let body = json!({ "unit": unit });
        if let Some(exchange) = session.call_as(operation, body.clone(), call(key, &body)) {
            session.judge_accepted(&clauses[2..3], &exchange);
        }
    }
    // Who refuses the right key refuses no wrong one.
    let is_taken = good.is_some_and(|exchange| exchange.is_ok());
    for wrong in ["0000".to_owned(), format!("{key}x")] {
        let exchange = session.call_as(operation, json!({}), call(&wrong, &json!({})));
        match exchange {
            Some(exchange) if is_taken || exchange.is_ok() => {
                session.judge_refused(&clauses[3..], &exchange, "a key nobody has");
            }
            _ => session.untestable(&clauses[3..], "it takes no Web API key"),
        }
    }
}

/// Calls without a valid token.
pub(super) fn run_token(session: &mut Session<'_>) {
    let clauses = ["token.first"];
    for operation in Operation::ALL.into_iter().filter(|operation| operation.needs_token()) {
        if session.options.is_read_only && operation.verb() != "GET" {
            continue;
        }
        let own = format!("{}.token", operation.name());
        let valid = valid(session, operation);
        session.refused(&["token.mandatory", &own], operation, with(&valid, "token", Value::Null));
        let unknown = json!("00000000000000000000000000000000");
        session.refused(&["token.unknown", &own], operation, with(&valid, "token", unknown));
        // Nothing but the token is told to who has none.
        let wrong = session
            .call(operation, json!({ "token": null, "priority": "URGENT", "type": "NOTHING" }));
        if let Some(exchange) = wrong {
            let text = exchange.status().to_string();
            let tells = ["priority", "URGENT", "NOTHING", "identifier"]
                .iter()
                .any(|word| text.contains(word));
            session.judge(
                &clauses,
                &exchange,
                !tells && !exchange.is_ok(),
                "nothing but the missing token",
                "more than that",
            );
        }
    }
}

fn valid(session: &mut Session<'_>, operation: Operation) -> Value {
    match operation {
        Operation::Show => match session.some_request() {
            Some(request) => json!({ "provisioning_request_identifier": { "id": request["id"] } }),
            None => json!({ "provisioning_request_identifier": { "number": "1" } }),
        },
        Operation::List => json!({ "life_cycle_state": "PENDING", "fields_set": "id" }),
        operation => orders::order(operation, session.world, 0).unwrap_or_else(|| json!({})),
    }
}
