//! From a recording to the text of a HAR file.

use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use conax_contract::crm::encode;
use conax_contract::har::{
    API, CAS, FINDINGS, HarBody, HarEntry, HarLog, HarPage, TARGET, no_origin, origin_and_target,
    write_har,
};
use conax_contract::text::parse_moment;
use serde_json::{Map, Value};

use super::super::form::{Call, Coding, Content, Exchange, Recording};
use super::super::redact::MASK;

/// The page all exchanges belong to; it tells when the recording began.
const PAGE: &str = "recording";

/// The text of the file.
pub(in super::super) fn export(recording: &Recording) -> String {
    let began = parse_moment(&recording.began).unwrap_or_default();
    let mut own = vec![(TARGET.to_owned(), recording.target.clone().into())];
    own.extend(recording.cas.clone().map(|cas| (CAS.to_owned(), Value::from(cas))));
    let page = HarPage {
        id: PAGE.to_owned(),
        began: Some(began),
        title: format!("Recorded from {}", recording.target),
    };
    let mut comment = vec!["Dates are those of the recording machine, without a zone.".to_owned()];
    comment.extend(recording.warnings.iter().map(|warning| format!("Warning: {warning}.")));
    write_har(&HarLog {
        version: recording.version.clone(),
        comment: comment.join(" "),
        pages: vec![page],
        entries: recording.exchanges.iter().map(|one| entry(recording, one, began)).collect(),
        own: own.into_iter().collect(),
    })
}

fn entry(recording: &Recording, exchange: &Exchange, began: NaiveDateTime) -> HarEntry {
    let at = TimeDelta::milliseconds(i64::try_from(exchange.at_ms).unwrap_or(0));
    let target = match exchange.api.as_str() {
        "cas" => recording.cas.as_deref(),
        _ => Some(recording.target.as_str()),
    };
    let origin = target.map_or(no_origin(&exchange.api), |target| origin_and_target(target).0);
    let (call, reply) = (&exchange.call, &exchange.reply);
    let (call_body, call_headers) = side(&call.body, call.coding.as_ref(), headers(call));
    let (reply_body, reply_headers) = side(&reply.body, reply.coding.as_ref(), Vec::new());
    HarEntry {
        began: Some(began.checked_add_signed(at).unwrap_or(began)),
        took: Duration::from_millis(exchange.took_ms),
        verb: call.verb.clone(),
        url: format!("{origin}{}", target_of(call)),
        call_headers,
        call: call_body,
        status: reply.status,
        reply_headers,
        reply: reply_body,
        problem: reply.problem.clone(),
        page: Some(PAGE.to_owned()),
        own: own(exchange),
        ..HarEntry::default()
    }
}

fn own(exchange: &Exchange) -> Map<String, Value> {
    let api = (API.to_owned(), Value::from(exchange.api.as_str()));
    let findings = (FINDINGS.to_owned(), Value::from(exchange.findings.clone()));
    Map::from_iter([api, findings])
}

fn target_of(call: &Call) -> String {
    let parameters = call.parameters.iter();
    let parameters = parameters.map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    match parameters.collect::<Vec<_>>().join("&") {
        query if query.is_empty() => call.path.clone(),
        query => format!("{}?{query}", call.path),
    }
}

/// What of its headers the recording knows.
fn headers(call: &Call) -> Vec<(String, String)> {
    let authorization = call.authorization.as_ref().map(|scheme| format!("{scheme} {MASK}"));
    let known =
        [("Authorization", authorization), ("Accept-Encoding", call.accept_encoding.clone())];
    known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn side(
    content: &Content,
    coding: Option<&Coding>,
    known: Vec<(String, String)>,
) -> (HarBody, Vec<(String, String)>) {
    let mut body = match content {
        Content::Empty => HarBody::default(),
        Content::Json(value) => HarBody::of("application/json", value.to_string()),
        Content::Xml(text) => HarBody::of("text/xml", text.as_bytes()),
        Content::NotKept(why) => HarBody::left_out("", why),
    };
    let mut headers = [known, body.headers()].concat();
    if let Some(coding) = coding {
        headers.push(("Content-Encoding".to_owned(), coding.name.clone()));
        body.coded = Some(coding.coded_bytes as u64);
        // As long as it was when it was heard: its secrets had their own lengths.
        body.size = coding.decoded_bytes.map_or(body.size, |bytes| bytes as u64);
    }
    (body, headers)
}
