//! Calls as they were sent, and how a scenario writes the parts of them. Pure.

use std::collections::BTreeSet;

use conax_contract::crm::{IdentifierKind, Operation, encode};
use conax_contract::text::Outline;
use serde_json::Value;

use super::super::form::{Content, Exchange};
use super::placeholders::{map, variable, word};
use super::steps::Writer;

impl Writer<'_> {
    /// A call that is no documented one.
    pub(super) fn raw(&mut self, exchange: &Exchange) -> Outline {
        let call = &exchange.call;
        let mut path = call.path.replace('$', "$$");
        for (index, (name, value)) in call.parameters.iter().enumerate() {
            let value = match name.as_str() {
                "token" if self.placeholders.kept.contains(value) => {
                    format!("${}", variable(value))
                }
                "token" => "$token".to_owned(),
                _ => encode(&self.placeholders.sent(value)).replace("%24", "$"),
            };
            let sign = if index == 0 { '?' } else { '&' };
            path.push_str(&format!("{sign}{}={value}", encode(name)));
        }
        let mut raw = vec![("method", word(&call.verb)), ("path", Outline::text(&path))];
        if let Some(Value::Object(members)) = call.body.json() {
            let mut members = members.clone();
            let token = members.get("token").and_then(Value::as_str).map(str::to_owned);
            members.remove("token");
            let mut json = match self.placeholders.sent_value(&Value::Object(members)) {
                Outline::Map(fields) => fields,
                _ => Vec::new(),
            };
            if let Some(token) = token {
                let kept = self.placeholders.kept.contains(&token);
                let token = if kept { variable(&token) } else { "token".to_owned() };
                json.push(("token".to_owned(), word(&format!("${token}"))));
            }
            raw.push(("json", Outline::Map(json)));
        } else if let Some(body) = call.body.json() {
            raw.push(("json", self.placeholders.sent_value(body)));
        }
        let mut expect = Vec::new();
        if let Some(status) = exchange.reply.status {
            expect.push(("http".to_owned(), Outline::Whole(i64::from(status))));
        }
        let body = exchange.reply.body.json();
        if let Some(code) = body.and_then(|body| body["status"]["code"].as_str()) {
            expect.push(("status.code".to_owned(), Outline::text(code)));
        }
        map(vec![("raw", map(raw)), ("expect", Outline::Map(expect))])
    }
}

/// The parameters of a call, wherever they stand.
pub(super) fn sent(exchange: &Exchange) -> Vec<(String, Value)> {
    let text = |(name, value): &(String, String)| (name.clone(), Value::String(value.clone()));
    let query = exchange.call.parameters.iter().map(text);
    match exchange.call.body.json() {
        Some(Value::Object(members)) if exchange.call.verb != "GET" => {
            members.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
        }
        _ => query.collect(),
    }
}

/// Whether the path means something to us and meant nothing there.
fn knows_no_such_method(exchange: &Exchange) -> bool {
    let body = exchange.reply.body.json();
    match body.and_then(|body| body["status"]["code"].as_str()) {
        Some(code) => code.contains("UNKNOWNMETHOD") || code.contains("WRONGVERB"),
        None => matches!(exchange.reply.status, Some(404 | 405)),
    }
}

/// Whether the call is written as documented ones are: its parameters in one place, each once.
pub(super) fn is_of_the_form(operation: Operation, exchange: &Exchange) -> bool {
    let parameters = &exchange.call.parameters;
    let names: BTreeSet<&String> = parameters.iter().map(|(name, _)| name).collect();
    let is_written_well = match (operation.verb(), &exchange.call.body) {
        ("GET", body) => *body == Content::Empty && names.len() == parameters.len(),
        (_, Content::Json(body)) => body.is_object() && parameters.is_empty(),
        // A key login needs no parameters.
        (_, _) => operation == Operation::IssueTokenForWebApiKey && parameters.is_empty(),
    };
    is_written_well && !knows_no_such_method(exchange)
}

/// Whether the call asked for some members only.
pub(super) fn is_part(exchange: &Exchange) -> bool {
    let mut names = exchange.call.parameters.iter();
    names.any(|(name, value)| name == "fields_set" && !value.is_empty())
}

/// The one sub-field of an identifier, as a body or a query writes it.
pub(super) fn identifier(value: &Value) -> Option<(&str, Value)> {
    match value {
        Value::Object(members) if members.len() == 1 => {
            let (field, value) = members.iter().next()?;
            Some((field, value.clone()))
        }
        Value::String(text) => {
            let (field, value) = text.split_once('=')?;
            Some((field, Value::String(value.to_owned())))
        }
        _ => None,
    }
}

/// How a scenario calls it in short.
pub(super) const fn usual_field(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::ProvisioningRequest | IdentifierKind::Subscription => "number",
        IdentifierKind::Service => "code",
        IdentifierKind::Smartcard | IdentifierKind::ExistingSmartcard => "serial_number",
    }
}

/// How a scenario calls it in short.
pub(super) const fn short_name(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::ProvisioningRequest => "request",
        IdentifierKind::Subscription => "subscription",
        IdentifierKind::Service => "service",
        IdentifierKind::Smartcard | IdentifierKind::ExistingSmartcard => "smartcard",
    }
}
