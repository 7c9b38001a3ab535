//! Lines as a scenario file, which `run` plays.

use std::fmt::Write;

use conax_contract::clause::{Clause, Strictness};
use conax_contract::text::render_duration;
use serde_json::Value;

use super::inventory::{Eyes, Inventory};
use super::line::{ApiCall, Line, Token, Want, What};
use super::play::Failure;
use super::script::START;

/// A scenario file that plays these lines and fails where they failed.
#[must_use]
pub fn scenario_text(
    lines: &[Line],
    inventory: &Inventory,
    (least, failure): (Strictness, Option<&Failure>),
    again: &str,
) -> String {
    let mut out = String::from(
        "# Found by exploration, and shrunk. Who reads it needs nothing besides this file.\n",
    );
    let _ = writeln!(out, "# again: {again}\n");
    let _ = writeln!(out, "scenario: {}", quoted(&sentence(failure)));
    out.push_str("tags: [explored]\n");
    if let Some(clause) = failure.and_then(|failure| failure.clause) {
        let _ = writeln!(out, "protects: [{clause}]");
    }
    let _ = writeln!(out, "contract: {least}");
    if inventory.eyes == Eyes::Everything {
        let _ = writeln!(out, "world: lab\nclock: {START}");
    }
    out.push_str("steps:\n");
    for (index, line) in lines.iter().enumerate() {
        step(&mut out, line, &lines[index + 1..]);
    }
    out
}

fn sentence(failure: Option<&Failure>) -> String {
    let Some(failure) = failure else {
        return "Nothing is wrong with these steps".to_owned();
    };
    let clause = failure.clause.and_then(Clause::find);
    match clause {
        Some(clause) => format!(
            "{} — and does not here ({})",
            clause.statement.trim_end_matches('.'),
            clause.id
        ),
        None => {
            let place = if failure.path.is_empty() { "the answer" } else { &failure.path };
            format!("{place} should be {}, and is {}", failure.expected, failure.found)
        }
    }
}

fn step(out: &mut String, line: &Line, rest: &[Line]) {
    match &line.what {
        What::Call(api_call) => {
            out.push_str("  - ");
            call(out, api_call, "    ");
            expectations(out, line, "    ");
            keeps(out, line.keep.iter(), rest, "    ");
        }
        What::Together(calls) => {
            out.push_str("  - parallel:\n");
            for (api_call, keep) in calls.iter().zip(line.keep.chunks(2)) {
                out.push_str("      - ");
                call(out, api_call, "        ");
                keeps(out, keep.iter(), rest, "        ");
            }
        }
        What::Raw { verb, path, body } => {
            let body = body.as_ref().map(|body| format!(", body: {}", quoted(body)));
            let _ = writeln!(
                out,
                "  - raw: {{ door: crm, method: {verb}, path: {}{} }}",
                quoted(path),
                body.unwrap_or_default()
            );
            expectations(out, line, "    ");
            keeps(out, line.keep.iter(), rest, "    ");
        }
        What::Pass(time) => {
            let _ = writeln!(out, "  - advance: {}", render_duration(*time));
        }
        What::Fault(rule) => {
            let _ = writeln!(out, "  - fault: {}", flow(rule));
        }
        What::Conax(card) => {
            let _ = write!(out, "  - expect conax: {{ card: {}", quoted(card));
            for (name, want) in &line.expect {
                if let Want::Is(value) = want {
                    let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
                    let value = if is_empty { "none".to_owned() } else { flow(value) };
                    let _ = write!(out, ", {name}: {value}");
                }
            }
            out.push_str(" }\n");
        }
        What::Ledger => {
            let members: Vec<String> = line.expect.iter().map(member).collect();
            let _ = writeln!(out, "  - expect ledger: {{ {} }}", members.join(", "));
        }
        What::NoDrift => out.push_str("  - expect drift: none\n"),
    }
}

fn call(out: &mut String, api_call: &ApiCall, indent: &str) {
    let _ = writeln!(out, "call: {}", api_call.operation.name());
    match &api_call.token {
        Token::Usual => {}
        // A login sends none anyway.
        Token::Absent if !api_call.operation.needs_token() => {}
        Token::Absent => {
            let _ = writeln!(out, "{indent}token: none");
        }
        Token::Text(text) => {
            let _ = writeln!(out, "{indent}token: {}", variable(text));
        }
    }
    let (known, extra) = parameters(api_call);
    for (key, members) in [("with", known), ("extra", extra)] {
        if !members.is_empty() {
            let _ = writeln!(out, "{indent}{key}: {{ {} }}", members.join(", "));
        }
    }
}

/// The parameters of the operation, and those that do not exist.
fn parameters(api_call: &ApiCall) -> (Vec<String>, Vec<String>) {
    let (mut known, mut extra) = (Vec::new(), Vec::new());
    for (name, value) in api_call.parameters.as_object().into_iter().flatten() {
        let member = format!("{name}: {}", flow(value));
        match api_call.operation.parameter(name) {
            Some(_) => known.push(member),
            None => extra.push(member),
        }
    }
    (known, extra)
}

fn expectations(out: &mut String, line: &Line, indent: &str) {
    if line.expect.is_empty() {
        return;
    }
    let members: Vec<String> = line.expect.iter().map(member).collect();
    let short = format!("{indent}expect: {{ {} }}", members.join(", "));
    if short.chars().count() <= 100 {
        let _ = writeln!(out, "{short}");
        return;
    }
    let _ = writeln!(out, "{indent}expect:");
    for member in members {
        let _ = writeln!(out, "{indent}  {member}");
    }
}

fn member((path, want): &(String, Want)) -> String {
    let value = match want {
        Want::Is(value) => flow(value),
        Want::Not(value) => format!("{{ not: {} }}", flow(value)),
        Want::Something => "{ is: something }".to_owned(),
        Want::Absent => "{ is: absent }".to_owned(),
        Want::Length(length) => format!("{{ length: {length} }}"),
    };
    format!("{path}: {value}")
}

/// What is kept, if a later line asks for it.
fn keeps<'k>(
    out: &mut String,
    keep: impl Iterator<Item = &'k (String, &'static str)>,
    rest: &[Line],
    indent: &str,
) {
    let is_used = |name: &str| rest.iter().any(|line| uses(line, &format!("${name}")));
    let used: Vec<String> = keep
        .filter(|(name, _)| is_used(name))
        .map(|(name, path)| format!("{name}: {path}"))
        .collect();
    if !used.is_empty() {
        let _ = writeln!(out, "{indent}keep: {{ {} }}", used.join(", "));
    }
}

fn uses(line: &Line, name: &str) -> bool {
    let in_call = |api_call: &ApiCall| {
        has(&api_call.parameters, name)
            || matches!(&api_call.token, Token::Text(text) if text == name)
    };
    let in_what = match &line.what {
        What::Call(api_call) => in_call(api_call),
        What::Together(calls) => calls.iter().any(in_call),
        What::Raw { path, body, .. } => {
            let texts = [Some(path), body.as_ref()];
            texts.into_iter().flatten().any(|text| names_in(text).any(|found| found == name))
        }
        _ => false,
    };
    in_what
        || line.expect.iter().any(|(_, want)| matches!(want, Want::Is(value) if has(value, name)))
}

/// Every `$name` of a text.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('$').map(|(at, _)| {
        let rest = &text[at + 1..];
        let end = rest.find(|sign: char| !sign.is_ascii_alphanumeric());
        &text[at..at + 1 + end.unwrap_or(rest.len())]
    })
}

fn has(value: &Value, name: &str) -> bool {
    match value {
        Value::String(text) => text == name,
        Value::Array(items) => items.iter().any(|item| has(item, name)),
        Value::Object(members) => members.values().any(|value| has(value, name)),
        _ => false,
    }
}

/// A value in one line.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => variable(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{name}: {}", flow(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        value => value.to_string(),
    }
}

/// A text; a variable stands without quotes.
fn variable(text: &str) -> String {
    match text.starts_with('$') {
        true => text.to_owned(),
        false => quoted(text),
    }
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}
