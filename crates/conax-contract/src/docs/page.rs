//! The page as a whole.

use super::clauses::{clause_section, known_section};
use super::lists::{answer_section, secret_names};
use super::markup::{code, escaped, tag};
use super::operation::section;
use crate::clause::Clause;
use crate::crm::{HttpMode, Operation, SuccessTexts};
use crate::openapi::CrmApi;
use crate::source::Source;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// The page of the provisioning API as this API serves it, with `clauses` as they are known.
///
/// Its forms send their calls through the control API, which may ask for a token.
#[must_use]
pub fn docs_page(api: &CrmApi, asks_for_token: bool, clauses: &[Clause]) -> String {
    let operations: String = Operation::ALL.map(|it| section(api, it)).concat();
    let parts = [
        ("{{style}}", STYLE.to_owned()),
        ("{{places}}", places(clauses)),
        ("{{legend}}", legend()),
        ("{{settings}}", settings(api)),
        ("{{control}}", control_token(asks_for_token)),
        ("{{operations}}", operations),
        ("{{answers}}", answer_section(api.writing.shape)),
        ("{{known}}", known_section()),
        ("{{clauses}}", clause_section(clauses)),
        ("{{version}}", env!("CARGO_PKG_VERSION").to_owned()),
        ("{{secrets}}", secret_names().join(" ")),
        ("{{script}}", SCRIPT.to_owned()),
    ];
    filled(PAGE, &parts)
}

/// The page with its marks filled in, in order; what is filled in is never looked at again.
fn filled(page: &str, parts: &[(&str, String)]) -> String {
    let mut whole = String::with_capacity(page.len());
    let mut rest = page;
    for (mark, text) in parts {
        let (before, after) = rest.split_once(mark).expect("the page has every mark, in order");
        whole.push_str(before);
        whole.push_str(text);
        rest = after;
    }
    whole + rest
}

fn places(clauses: &[Clause]) -> String {
    let operations = Operation::ALL.into_iter().map(|operation| {
        let name = operation.name();
        let verb = operation.verb();
        let title = escaped(&name.replace('_', " "));
        format!("<li><a href=\"#{name}\"><b class=\"verb\">{verb}</b> {title}</a></li>")
    });
    let more = [("answers", "Answers", true), ("clauses", "Clauses", !clauses.is_empty())];
    let more = more.into_iter().filter(|(.., shown)| *shown);
    let more = more.map(|(id, title, _)| format!("<li><a href=\"#{id}\">{title}</a></li>"));
    operations.chain(more).collect()
}

/// The settings in force that a caller notices.
fn settings(api: &CrmApi) -> String {
    let base = match api.base_path.as_str() {
        "" => "/",
        base => base,
    };
    let errors = match api.http_mode {
        HttpMode::Business200 => "200, with a status code of their own",
        HttpMode::Mapped => "4xx",
    };
    let texts = match api.writing.success_texts {
        SuccessTexts::Null => "null",
        SuccessTexts::Empty => "empty",
    };
    let identifiers = match api.reading.strict_identifiers {
        true => "strict",
        false => "lenient",
    };
    let rows = [
        ("Base path", code(base)),
        ("HTTP status of refusals", escaped(errors)),
        ("Shape", code(api.writing.shape.code())),
        ("Texts of success", escaped(texts)),
        ("Identifiers in a GET", escaped(identifiers)),
    ];
    rows.map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>")).concat()
}

fn legend() -> String {
    let rows = Source::ALL
        .map(|source| format!("<li>{} <span>{}</span></li>", tag(source), escaped(source.text())));
    rows.concat()
}

fn control_token(asks_for_token: bool) -> String {
    if !asks_for_token {
        return String::new();
    }
    "<p class=\"field\"><label for=\"control-token\">Token of the control API \
     <span class=\"need\">mandatory</span></label><input id=\"control-token\" type=\"password\" \
     autocomplete=\"new-password\"></p>"
        .to_owned()
}
