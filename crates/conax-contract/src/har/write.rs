//! From exchanges to the text of a file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDateTime;
use serde::Serialize;
use serde_json::{Map, Value};

use super::CREATOR;
use super::entry::{HarBody, HarEntry, HarLog, HarPage};
use super::read::origin_and_target;
use crate::percent::decode_query;

/// The text of a file.
#[must_use]
pub fn write_har(log: &HarLog) -> String {
    let file = File {
        log: Log {
            version: "1.2",
            creator: Creator { name: CREATOR, version: &log.version },
            pages: log.pages.iter().map(page).collect(),
            entries: log.entries.iter().map(entry).collect(),
            comment: &log.comment,
            own: &log.own,
        },
    };
    let text = serde_json::to_string_pretty(&file).expect("a HAR file has no keys but text");
    text + "\n"
}

#[derive(Serialize)]
struct File<'a> {
    log: Log<'a>,
}

#[derive(Serialize)]
struct Log<'a> {
    version: &'static str,
    creator: Creator<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pages: Vec<Page<'a>>,
    entries: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    comment: &'a str,
    #[serde(flatten)]
    own: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct Creator<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    started_date_time: String,
    id: &'a str,
    title: &'a str,
    page_timings: Empty,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pageref: Option<&'a str>,
    started_date_time: String,
    time: f64,
    request: Request<'a>,
    response: Response<'a>,
    cache: Empty,
    timings: Timings,
    #[serde(skip_serializing_if = "str::is_empty")]
    comment: &'a str,
    #[serde(flatten)]
    own: &'a Map<String, Value>,
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct Timings {
    send: f64,
    wait: f64,
    receive: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    method: &'a str,
    url: &'a str,
    http_version: &'static str,
    cookies: [Empty; 0],
    headers: Vec<Pair<'a>>,
    query_string: Vec<DecodedPair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData<'a>>,
    headers_size: i64,
    body_size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    status: u16,
    status_text: &'static str,
    http_version: &'static str,
    cookies: [Empty; 0],
    headers: Vec<Pair<'a>>,
    content: Content<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: &'a str,
    headers_size: i64,
    body_size: u64,
}

#[derive(Serialize)]
struct Pair<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct DecodedPair {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData<'a> {
    mime_type: &'a str,
    text: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    comment: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    compression: Option<i64>,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    comment: &'a str,
}

fn page(page: &HarPage) -> Page<'_> {
    Page {
        started_date_time: date(page.began.unwrap_or_default()),
        id: &page.id,
        title: &page.title,
        page_timings: Empty {},
    }
}

fn entry(entry: &HarEntry) -> Entry<'_> {
    let time = entry.took.as_secs_f64() * 1000.0;
    Entry {
        pageref: entry.page.as_deref(),
        started_date_time: date(entry.began.unwrap_or_default()),
        time,
        request: request(entry),
        response: response(entry),
        cache: Empty {},
        timings: Timings { send: 0.0, wait: time, receive: 0.0 },
        comment: &entry.comment,
        own: &entry.own,
        error: entry.problem.as_deref(),
    }
}

fn request(entry: &HarEntry) -> Request<'_> {
    let call = &entry.call;
    let is_there = call.text.is_some() || call.is_left_out();
    Request {
        method: &entry.verb,
        url: &entry.url,
        http_version: "HTTP/1.1",
        cookies: [],
        headers: pairs(&entry.call_headers),
        query_string: query(&entry.url),
        post_data: is_there.then(|| PostData {
            mime_type: &call.media,
            text: String::from_utf8_lossy(call.text.as_deref().unwrap_or_default()).into_owned(),
            comment: &call.comment,
        }),
        headers_size: -1,
        body_size: call.coded.unwrap_or(call.size),
    }
}

fn response(entry: &HarEntry) -> Response<'_> {
    let reply = &entry.reply;
    Response {
        status: entry.status.unwrap_or(0),
        status_text: "",
        http_version: "HTTP/1.1",
        cookies: [],
        headers: pairs(&entry.reply_headers),
        content: content(reply),
        redirect_url: &entry.redirect,
        headers_size: -1,
        body_size: reply.coded.unwrap_or(reply.size),
    }
}

fn content(body: &HarBody) -> Content<'_> {
    let (text, encoding) = match body.text.as_deref().map(std::str::from_utf8) {
        None => (None, None),
        Some(Ok(text)) => (Some(text.to_owned()), None),
        Some(Err(_)) => {
            (Some(STANDARD.encode(body.text.as_deref().unwrap_or_default())), Some("base64"))
        }
    };
    let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    Content {
        size: body.size,
        compression: body.coded.map(|coded| signed(body.size) - signed(coded)),
        mime_type: &body.media,
        text,
        encoding,
        comment: &body.comment,
    }
}

fn pairs(headers: &[(String, String)]) -> Vec<Pair<'_>> {
    headers.iter().map(|(name, value)| Pair { name, value }).collect()
}

fn query(url: &str) -> Vec<DecodedPair> {
    let (_, target) = origin_and_target(url);
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let decoded =
        |text: &str| decode_query(text).map_or_else(|| text.to_owned(), |text| text.into_owned());
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            DecodedPair { name: decoded(name), value: decoded(value) }
        })
        .collect()
}

/// The format wants a zone. What has none, as simulated time, is told as UTC.
fn date(moment: NaiveDateTime) -> String {
    moment.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
