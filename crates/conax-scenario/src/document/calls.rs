//! Reading steps that call somebody: documented operations, raw calls, screens of the CRM.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_contract::crm::{Member, Operation};
use conax_contract::text::{
    Entry, Fields, Finding, Findings, Marked, Meaning, Node, SHORTENED_HINT, Scalar, fields,
    is_shortened, mismatch, near_miss, near_or_known, shown, text,
};

use super::expect::{self, Root};
use super::spec::{Api, Body, Call, RawCall, ReplyExpectation, Token, Utility};
use super::template::{Names, Template, plain_text, template, text_template, undollared};

/// How QA people call a parameter, what the documentation calls it, and which member a single
/// value stands for.
pub(super) const SHORT: [(&str, &str, &str); 7] = [
    ("subscription", "subscription_identifier", "number"),
    ("service", "service_identifier", "code"),
    ("smartcard", "smartcard_identifier", "serial_number"),
    ("request", "provisioning_request_identifier", "number"),
    ("smartcards", "smartcard_set", "smartcard_ca_id"),
    ("stbs", "stb_set", "stb_ca_id"),
    ("fields", "fields_set", ""),
];

pub(super) fn call(fields: &mut Fields<'_, '_>, names: &mut Names) -> Option<Call> {
    let operation = fields.required("call", operation);
    let parameters = match operation {
        Some(operation) => {
            fields.optional("with", |value, findings| parameters(value, operation, names, findings))
        }
        None => fields.optional("with", |_, _| None),
    };
    let extra = fields.optional("extra", |value, findings| members(value, names, findings));
    let token = fields.optional("token", |value, findings| token(value, names, findings));
    let basic = fields.optional("basic", |value, findings| template(value, names, findings));
    let headers = headers(fields, names);
    let expectation = fields.optional("expect", |value, findings| {
        expect::reply(value, Root::Documented, names, findings)
    });
    let keep =
        fields.optional("keep", |value, findings| expect::keeps(value, Root::Documented, findings));
    if let (Some(operation), Some(expectation)) = (operation, &expectation) {
        unknown_members(operation, expectation, fields.findings);
    }
    let keep = keep.unwrap_or_default();
    keep.iter().for_each(|keep| names.add(&keep.name));
    let mut parameters = parameters.unwrap_or_default();
    parameters.extend(extra.unwrap_or_default());
    Some(Call {
        operation: operation?,
        parameters,
        token: token.unwrap_or(Token::Usual),
        basic,
        headers,
        expect: expectation.unwrap_or(ReplyExpectation { assumes_ok: true, ..Default::default() }),
        keep,
    })
}

/// Misspelt members: what is expected of them could never fail, or never hold. A name that is like
/// none was chosen on purpose, to be absent.
fn unknown_members(operation: Operation, expectation: &ReplyExpectation, findings: &mut Findings) {
    if operation.creates().is_none() && operation != Operation::Show {
        return;
    }
    let known = || Member::ALL.iter().map(|member| member.code());
    for expected in &expectation.members {
        let [root, member, ..] = expected.path.parts.as_slice() else {
            continue;
        };
        if root != "data" || member.contains('$') || known().any(|known| known == member) {
            continue;
        }
        if let Some(near) = near_miss(member, known()) {
            let message = format!("no request has a member {}", shown(member));
            let hint = format!("did you mean `{near}`?");
            findings.add(Finding::new(expected.span, message).with_hint(hint));
        }
    }
}

fn operation(marked: &Marked, findings: &mut Findings) -> Option<Operation> {
    let name = text(marked, findings)?;
    let found = Operation::from_name(&name);
    if found.is_none() {
        let names = || Operation::ALL.into_iter().map(Operation::name);
        let hint = near_or_known(&name, names);
        let message = format!("there is no operation {}", shown(&name));
        findings.add(Finding::new(marked.span, message).with_hint(hint));
    }
    found
}

fn parameters(
    marked: &Marked,
    operation: Operation,
    names: &Names,
    findings: &mut Findings,
) -> Option<Vec<(String, Template)>> {
    let Node::Map(entries) = &marked.node else {
        let finding = mismatch(marked, "parameters");
        findings.add(finding.with_hint("write `with: { smartcard: \"01900080207\" }`"));
        return None;
    };
    let mut read: Vec<(String, Template)> = Vec::new();
    for entry in entries {
        let short = SHORT.iter().find(|(short, ..)| *short == entry.key);
        let name = short.map_or(entry.key.as_str(), |(_, long, _)| long);
        if operation.parameter(name).is_none() || name == "token" {
            findings.add(unknown_parameter(entry, operation));
            continue;
        }
        if read.iter().any(|(other, _)| other == name) {
            let message = format!("`{name}` is given twice");
            findings.add(Finding::new(entry.key_span, message));
            continue;
        }
        let Some(value) = parameter_value(&entry.value, (name, names), findings) else {
            continue;
        };
        let value = match short {
            Some((_, _, member)) => lengthened(value, member),
            None => value,
        };
        read.push((name.to_owned(), value));
    }
    Some(read)
}

/// A value of a documented parameter: no identifier is a fraction, and none is called like a
/// variable.
fn parameter_value(
    marked: &Marked,
    (parameter, names): (&str, &Names),
    findings: &mut Findings,
) -> Option<Template> {
    let is_identifier = SHORT.iter().any(|(_, long, _)| *long == parameter);
    let mut singles = Vec::new();
    collect_singles(marked, &mut singles);
    for (single, scalar) in singles {
        let digits = scalar.meaning() == Meaning::Number && !scalar.text.starts_with("0x");
        if let Some(finding) = undollared(single, names) {
            findings.add(finding);
        } else if is_shortened(&scalar.text) {
            let message =
                format!("{} is what a spreadsheet leaves of a number", shown(&scalar.text));
            findings.add(Finding::new(single.span, message).with_hint(SHORTENED_HINT));
        } else if digits && is_identifier && scalar.text.contains(['.', 'e', 'E']) {
            let message = format!("{} identifies nothing", shown(&scalar.text));
            let hint = "write digits between double quotes; to send a fraction on purpose, write \
                        it under `extra`";
            findings.add(Finding::new(single.span, message).with_hint(hint));
        } else {
            continue;
        }
        return None;
    }
    template(marked, names, findings)
}

fn collect_singles<'m>(marked: &'m Marked, singles: &mut Vec<(&'m Marked, &'m Scalar)>) {
    match &marked.node {
        Node::Scalar(scalar) => singles.push((marked, scalar)),
        Node::List(items) => items.iter().for_each(|item| collect_singles(item, singles)),
        Node::Map(entries) => {
            entries.iter().for_each(|entry| collect_singles(&entry.value, singles))
        }
    }
}

/// The documented form of a value that was written in the short one.
fn lengthened(value: Template, member: &str) -> Template {
    let one = |value: Template| match value {
        map @ Template::Map(_) => map,
        single => Template::Map(vec![(member.to_owned(), single)]),
    };
    match (member, value) {
        ("", Template::List(items)) => {
            let names: Vec<String> =
                items.iter().filter_map(Template::plain).map(|value| plain_text(&value)).collect();
            Template::text(&names.join(","))
        }
        ("", other) => other,
        ("smartcard_ca_id" | "stb_ca_id", Template::List(items)) => {
            Template::List(items.into_iter().map(one).collect())
        }
        (_, value) => one(value),
    }
}

fn unknown_parameter(entry: &Entry, operation: Operation) -> Finding {
    if entry.key == "token" {
        let message = "the token is no parameter here";
        return Finding::new(entry.key_span, message)
            .with_hint("every call carries one; write `token: …` beside `with` for another one");
    }
    let known = || {
        operation
            .parameters()
            .iter()
            .map(|parameter| parameter.name)
            .filter(|name| *name != "token")
            .map(|name| {
                let short = SHORT.iter().find(|(_, long, _)| *long == name);
                short.map_or(name, |(short, ..)| short)
            })
    };
    let message = format!("`{}` takes no parameter {}", operation.name(), shown(&entry.key));
    let hint = match near_miss(&entry.key, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "it takes {}; to send something else on purpose, write it under `extra`",
            known().collect::<Vec<_>>().join(", ")
        ),
    };
    Finding::new(entry.key_span, message).with_hint(hint)
}

fn members(
    marked: &Marked,
    names: &Names,
    findings: &mut Findings,
) -> Option<Vec<(String, Template)>> {
    match template(marked, names, findings)? {
        Template::Map(members) => Some(members),
        _ => {
            let finding = mismatch(marked, "keys and values");
            findings.add(finding.with_hint("write `{ name: value }`"));
            None
        }
    }
}

fn token(marked: &Marked, names: &Names, findings: &mut Findings) -> Option<Token> {
    if matches!(&marked.node, Node::Scalar(scalar) if scalar.text == "none") {
        return Some(Token::Absent);
    }
    template(marked, names, findings).map(Token::Given)
}

fn headers(fields: &mut Fields<'_, '_>, names: &Names) -> Vec<(String, Template)> {
    let read = fields.optional("headers", |value, findings| members(value, names, findings));
    read.unwrap_or_default()
}

pub(super) fn raw(fields: &mut Fields<'_, '_>, names: &mut Names) -> Option<RawCall> {
    let parts = fields.required("raw", |value, findings| {
        self::fields(value, findings, "a raw call", |fields| {
            let api = fields.optional("door", api).unwrap_or(Api::Crm);
            let method = fields.optional("method", text);
            let path = fields.required("path", |value, findings| match &value.node {
                Node::Scalar(scalar) => text_template(&scalar.text, value.span, names, findings),
                Node::List(_) | Node::Map(_) => {
                    findings.add(mismatch(value, "a path"));
                    None
                }
            });
            let headers = headers(fields, names);
            let body = body(fields, names)?;
            let usual = match body {
                Body::Empty => "GET",
                Body::Text(_) | Body::Json(_) | Body::Bytes(_) => "POST",
            };
            Some((api, method.unwrap_or_else(|| usual.to_owned()), path?, headers, body))
        })
    });
    let expectation = fields
        .optional("expect", |value, findings| expect::reply(value, Root::Body, names, findings));
    let keep =
        fields.optional("keep", |value, findings| expect::keeps(value, Root::Body, findings));
    let keep = keep.unwrap_or_default();
    keep.iter().for_each(|keep| names.add(&keep.name));
    let (api, method, path, headers, body) = parts?;
    Some(RawCall {
        api,
        method,
        path,
        headers,
        body,
        expect: expectation.unwrap_or_default(),
        keep,
    })
}

fn api(marked: &Marked, findings: &mut Findings) -> Option<Api> {
    const DOORS: [Api; 3] = [Api::Crm, Api::Cas, Api::Control];
    let name = text(marked, findings)?;
    let found = DOORS.into_iter().find(|api| api.name() == name);
    if found.is_none() {
        let finding = Finding::new(marked.span, format!("{} is not an API", shown(&name)));
        findings.add(finding.with_hint("allowed: `crm`, `cas`, `control`"));
    }
    found
}

fn body(fields: &mut Fields<'_, '_>, names: &Names) -> Option<Body> {
    let value = |value: &Marked, findings: &mut Findings| template(value, names, findings);
    let json = fields.optional("json", value);
    let plain = fields.optional("body", |marked, findings| match &marked.node {
        Node::Scalar(scalar) => text_template(&scalar.text, marked.span, names, findings),
        Node::List(_) | Node::Map(_) => {
            let finding = mismatch(marked, "a text");
            findings.add(finding.with_hint("write `json:` for a value that is sent as JSON"));
            None
        }
    });
    let bytes = fields.optional("base64", |marked, findings| {
        let text = text(marked, findings)?;
        let decoded = STANDARD.decode(text.split_whitespace().collect::<String>());
        if let Err(error) = &decoded {
            findings.add(Finding::new(marked.span, format!("this is not base64: {error}")));
        }
        decoded.ok()
    });
    match (json, plain, bytes) {
        (None, None, None) => Some(Body::Empty),
        (Some(json), None, None) => Some(Body::Json(json)),
        (None, Some(plain), None) => Some(Body::Text(plain)),
        (None, None, Some(bytes)) => Some(Body::Bytes(bytes)),
        _ => {
            fields.refuse("a call has one body", "keep one of `body`, `json` and `base64`");
            None
        }
    }
}

pub(super) fn utility(fields: &mut Fields<'_, '_>, names: &mut Names) -> Option<Utility> {
    let members = fields.required("utility", |value, findings| members(value, names, findings));
    let keep =
        fields.optional("keep", |value, findings| expect::keeps(value, Root::Documented, findings));
    let keep = keep.unwrap_or_default();
    keep.iter().for_each(|keep| names.add(&keep.name));
    Some(Utility { members: members?, keep })
}
