//! One operation on the page: what it takes, what it answers, why it refuses, and a form to try it.

use super::form::form;
use super::markup::{code, escaped, long_code, prose, table, tag};
use crate::crm::{Operation, ParameterEntry, RefusalCode, ValueKind, mask_json};
use crate::openapi::{CrmApi, refusals_of};

/// The section of an operation.
pub(super) fn section(api: &CrmApi, operation: Operation) -> String {
    let path = format!("{}/{}", api.base_path.as_str(), operation.path());
    let verb = operation.verb();
    let name = operation.name();
    let parameters = parameters(api, operation);
    let form = form(operation, &path, &api.reading);
    let examples = examples(operation);
    let refusals = refusals(api, operation);
    format!(
        "<section class=\"operation\" id=\"{name}\">\
         <h3><a href=\"#{name}\">{title}</a> {tag}</h3>\
         <p class=\"address\"><b class=\"verb\">{verb}</b> {address}</p>\
         <p>{summary}</p>\
         <div class=\"columns\"><div class=\"parameters\"><h4>Parameters</h4>{parameters}</div>{form}</div>\
         {examples}{refusals}</section>\n",
        title = escaped(&name.replace('_', " ")),
        tag = tag(operation.source()),
        address = long_code(&path),
        summary = prose(operation.summary()),
    )
}

fn parameters(api: &CrmApi, operation: Operation) -> String {
    let rows = operation.parameters().iter().map(|entry| {
        let need = entry.need.code();
        vec![
            format!("{}<span class=\"need\">{need}</span>", long_code(entry.name)),
            format!("{}<span class=\"soft\">{}</span>", prose(entry.text), value(api, entry)),
            tag(entry.known_as()),
        ]
    });
    table(&["Parameter", "Meaning and value", "Known"], rows)
}

/// What a value has to be, with the sub-fields of an identifier and the member of a set.
fn value(api: &CrmApi, entry: &ParameterEntry) -> String {
    let text = escaped(&entry.value_text());
    match entry.value {
        ValueKind::Identifier(kind) => {
            let names = api.reading.sub_fields(kind);
            let names: Vec<String> = names.into_iter().map(code).collect();
            format!("{text}: {}", names.join(", "))
        }
        ValueKind::Set(kind) => format!("{text}: {}", code(kind.member())),
        _ => text,
    }
}

fn examples(operation: Operation) -> String {
    let call = operation.example_call().map(|text| ("call", mask_json(text.as_bytes())));
    let reply = operation.example_reply().map(|text| ("reply", mask_json(text.as_bytes())));
    call.into_iter()
        .chain(reply)
        .map(|(what, text)| {
            format!(
                "<details><summary>The documented {what} <span class=\"tag shown\">shown</span>\
                 </summary><pre tabindex=\"0\">{}</pre></details>\n",
                escaped(text.trim_end())
            )
        })
        .collect()
}

fn refusals(api: &CrmApi, operation: Operation) -> String {
    let codes = refusals_of(operation);
    let rows = codes.iter().map(|code| refusal(api, *code));
    let table = table(&["Code", "HTTP", "When", "Known"], rows);
    format!("<details><summary>{} refusals</summary>{table}</details>\n", codes.len())
}

/// A refusal with the HTTP status it has at this API.
fn refusal(api: &CrmApi, refusal: RefusalCode) -> Vec<String> {
    vec![
        long_code(refusal.code()),
        refusal.http_status(api.http_mode).to_string(),
        prose(refusal.text()),
        tag(refusal.source()),
    ]
}
