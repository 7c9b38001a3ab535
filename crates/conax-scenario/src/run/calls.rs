//! From steps to HTTP calls.

use std::collections::BTreeMap;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_contract::crm::encode;
use serde_json::{Map, Value};

use crate::document::{Api, Body, Call, RawCall, Template, Token, plain_text};
use crate::target::HttpCall;

type Scope = BTreeMap<String, Value>;

/// The call of a documented operation.
pub(super) fn documented(
    call: &Call,
    scope: &Scope,
    usual_token: Option<&str>,
) -> Result<HttpCall, String> {
    let mut members = Map::new();
    let token = match &call.token {
        Token::Absent => None,
        Token::Given(token) => Some(token.fill(scope)?),
        Token::Usual if !call.operation.needs_token() => None,
        Token::Usual => match scope.get("token") {
            Some(token) => Some(token.clone()),
            None => usual_token.map(|token| Value::String(token.to_owned())),
        },
    };
    if let Some(token) = token {
        members.insert("token".to_owned(), token);
    }
    // The release of a token names it as an ordinary parameter.
    let names_token = !members.contains_key("token")
        && matches!(call.token, Token::Usual)
        && call.operation.parameter("token").is_some();
    if let Some(token) = scope.get("token").filter(|_| names_token) {
        members.insert("token".to_owned(), token.clone());
    }
    for (name, value) in &call.parameters {
        members.insert(name.clone(), value.fill(scope)?);
    }
    let path = format!("/{}", call.operation.path());
    let mut headers = filled_headers(&call.headers, scope)?;
    if let Some(basic) = &call.basic {
        headers.push(("authorization".to_owned(), basic_header(basic, scope)?));
    }
    let body = Value::Object(members);
    let http = if call.operation.verb() == "GET" {
        HttpCall { headers, ..HttpCall::get(Api::Crm, format!("{path}{}", query(&body))) }
    } else {
        let mut http = HttpCall::post(Api::Crm, path, &body);
        http.headers.extend(headers);
        http
    };
    Ok(http)
}

/// `user:password`, or a key alone, which is the user without a password.
fn basic_header(basic: &Template, scope: &Scope) -> Result<String, String> {
    let text = basic.fill_text(scope)?;
    let pair = match text.contains(':') {
        true => text,
        false => format!("{text}:"),
    };
    Ok(format!("Basic {}", STANDARD.encode(pair)))
}

fn filled_headers(
    headers: &[(String, Template)],
    scope: &Scope,
) -> Result<Vec<(String, String)>, String> {
    headers.iter().map(|(name, value)| Ok((name.clone(), value.fill_text(scope)?))).collect()
}

/// The parameters as a query; an identifier is written `number=4050`.
fn query(body: &Value) -> String {
    let mut query = String::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        let value = match value {
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| format!("{key}={}", plain_text(value)))
                .collect::<Vec<_>>()
                .join(","),
            value => plain_text(value),
        };
        let sign = if query.is_empty() { '?' } else { '&' };
        let _ = write!(query, "{sign}{}={}", encode(name), encode(&value));
    }
    query
}

/// Any call.
pub(super) fn raw(call: &RawCall, scope: &Scope) -> Result<HttpCall, String> {
    let mut headers = filled_headers(&call.headers, scope)?;
    let mut say_type = |media: &str| {
        let is_given = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if !is_given {
            headers.push(("content-type".to_owned(), media.to_owned()));
        }
    };
    let body = match &call.body {
        Body::Empty => Vec::new(),
        Body::Bytes(bytes) => bytes.clone(),
        Body::Text(text) => {
            let text = text.fill_text(scope)?;
            if call.api == Api::Cas {
                say_type("text/xml; charset=utf-8");
            }
            text.into_bytes()
        }
        Body::Json(value) => {
            say_type("application/json");
            value.fill(scope)?.to_string().into_bytes()
        }
    };
    Ok(HttpCall {
        api: call.api,
        method: call.method.clone(),
        target: call.path.fill_text(scope)?,
        headers,
        body,
    })
}
