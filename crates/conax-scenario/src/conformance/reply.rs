//! What one answer shows by itself: the status block, and what is around it.

use serde_json::Value;

use super::exchange::Exchange;
use super::kinds::shown;
use super::verdicts::{Break, Verdicts};

/// Judges the outside of an answer. Whether its `data` can be looked at as well.
pub(super) fn judge(exchange: &Exchange, verdicts: &mut Verdicts) -> bool {
    let at = |path: &str, expected: &str, found: String| {
        Break::at(exchange.number, path, expected, found)
    };
    verdicts.judge("status.no-5xx", exchange.http_status < 500, || {
        at("", "no HTTP 5xx", format!("HTTP {}", exchange.http_status))
    });
    let is_json = exchange.reply.as_ref().is_some_and(Value::is_object);
    verdicts.judge("status.json", is_json, || at("", "a JSON object", "something else".to_owned()));
    if !is_json {
        return false;
    }
    let status = exchange.status();
    let has_block = status.as_object().is_some_and(|members| {
        members.len() == 3
            && ["code", "message", "description"].iter().all(|name| members.contains_key(*name))
            && members["code"].is_string()
    });
    verdicts.judge("status.block", has_block, || {
        at("status", "`code`, `message` and `description`", shown("status", Some(status)))
    });
    // A block that lacks something may still say how it went.
    if !status["code"].is_string() {
        return false;
    }
    match exchange.is_ok() {
        true => success(exchange, verdicts),
        false if exchange.is_ok_by_another_name() => verdicts.note_success(exchange.code()),
        false => {}
    }
    if !exchange.is_ok() {
        refusal(exchange, verdicts);
    }
    exchange.is_ok()
}

fn success(exchange: &Exchange, verdicts: &mut Verdicts) {
    let status = exchange.status();
    // Pages from R7 on print empty text.
    let is_empty = |name: &str| status[name].is_null() || status[name] == "";
    verdicts.judge("status.success-texts", is_empty("message") && is_empty("description"), || {
        let found = format!(
            "message {}, description {}",
            shown("message", status.get("message")),
            shown("description", status.get("description"))
        );
        Break::at(exchange.number, "status", "null or empty text for both", found)
    });
    verdicts.judge("status.ok", exchange.http_status == 200, || {
        let found = format!("OK with HTTP {}", exchange.http_status);
        Break::at(exchange.number, "status.code", "OK with HTTP 200", found)
    });
}

fn refusal(exchange: &Exchange, verdicts: &mut Verdicts) {
    let (number, code) = (exchange.number, exchange.code());
    let gives = verdicts.is_success(code);
    let is_refusal = !code.eq_ignore_ascii_case("ok") && !gives;
    verdicts.judge("status.ok", is_refusal, || {
        let found = match gives {
            true => format!("{code}, as of answers with data"),
            false => code.to_owned(),
        };
        Break::at(number, "status.code", "OK, or the code of a refusal", found)
    });
    // What is no refusal has no text and code of one, which is told already.
    let rendered = (!is_refusal).then_some("status.ok");
    let message = exchange.status().get("message");
    let has_message = message.and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    verdicts.judge("status.message", has_message, || {
        Break::at(number, "status.message", "a text for a person", shown("message", message))
            .caused_by(rendered)
    });
    let is_class = code.starts_with("COM.CRM.EXCEPTION.")
        && code.ends_with("EXCEPTION")
        && code
            .bytes()
            .all(|byte| byte == b'.' || byte.is_ascii_uppercase() || byte.is_ascii_digit());
    verdicts.judge("status.code-form", is_class, || {
        Break::at(number, "status.code", "COM.CRM.EXCEPTION.….…EXCEPTION", code).caused_by(rendered)
    });
    if !exchange.is_routed {
        return;
    }
    verdicts.judge("status.http-200", exchange.http_status == 200, || {
        Break::at(number, "", "HTTP 200", format!("HTTP {}", exchange.http_status))
    });
}
