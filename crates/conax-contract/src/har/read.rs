//! From the text of a file to exchanges, one after the other: a file of a browser has hundreds of
//! megabytes, of which little is wanted.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDateTime};
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::entry::{HarBody, HarEntry, HarPage};
use crate::percent::encode;

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HarHead {
    /// The program that wrote it.
    pub creator: String,
    /// What its exchanges belong to.
    pub pages: Vec<HarPage>,
    /// Members of the log whose names begin with `_`.
    pub own: Map<String, Value>,
}

/// Reads a file and hands over each exchange, in the order of the file.
///
/// # Errors
/// If it is no HAR file; the text tells what is wrong and where.
pub fn read_har(text: &str, each: impl FnMut(HarEntry)) -> Result<HarHead, String> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let head = FileSeed(each).deserialize(&mut reader).and_then(|head| {
        reader.end()?;
        Ok(head)
    });
    head.map_err(|error| error.to_string())
}

/// The origin of an address, and what comes after it: path and query.
#[must_use]
pub fn origin_and_target(url: &str) -> (&str, &str) {
    let url = url.split('#').next().unwrap_or_default();
    let authority = url.find("://").map_or(0, |at| at + 3);
    match url[authority..].find(['/', '?']) {
        Some(at) => url.split_at(authority + at),
        None => (url, "/"),
    }
}

struct FileSeed<F>(F);

impl<'de, F: FnMut(HarEntry)> DeserializeSeed<'de> for FileSeed<F> {
    type Value = HarHead;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<HarHead, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de, F: FnMut(HarEntry)> Visitor<'de> for FileSeed<F> {
    type Value = HarHead;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a HAR file, `{ \"log\": … }`")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<HarHead, A::Error> {
        let mut head = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "log" => head = Some(map.next_value_seed(LogSeed(&mut self.0))?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        head.ok_or_else(|| A::Error::missing_field("log"))
    }
}

struct LogSeed<'f, F>(&'f mut F);

impl<'de, F: FnMut(HarEntry)> DeserializeSeed<'de> for LogSeed<'_, F> {
    type Value = HarHead;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<HarHead, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de, F: FnMut(HarEntry)> Visitor<'de> for LogSeed<'_, F> {
    type Value = HarHead;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the log of a HAR file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<HarHead, A::Error> {
        let mut head = HarHead::default();
        let mut has_entries = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "creator" => {
                    head.creator = map.next_value::<Option<Creator>>()?.unwrap_or_default().name;
                }
                "pages" => {
                    let pages = map.next_value::<Option<Vec<Page>>>()?.unwrap_or_default();
                    head.pages = pages.into_iter().map(Page::into_noun).collect();
                }
                "entries" => {
                    has_entries = true;
                    map.next_value_seed(EntriesSeed(&mut *self.0))?;
                }
                own if own.starts_with('_') => {
                    let value = map.next_value()?;
                    head.own.insert(key, value);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match has_entries {
            true => Ok(head),
            false => Err(A::Error::missing_field("entries")),
        }
    }
}

struct EntriesSeed<'f, F>(&'f mut F);

impl<'de, F: FnMut(HarEntry)> DeserializeSeed<'de> for EntriesSeed<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(HarEntry)> Visitor<'de> for EntriesSeed<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the entries of a HAR file")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(entry) = entries.next_element::<Entry>()? {
            (self.0)(entry.into_noun());
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Creator {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    started_date_time: Option<String>,
    id: String,
    title: Option<String>,
}

impl Page {
    fn into_noun(self) -> HarPage {
        HarPage {
            id: self.id,
            began: self.started_date_time.as_deref().and_then(moment),
            title: self.title.unwrap_or_default(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    pageref: Option<String>,
    started_date_time: Option<String>,
    time: Option<f64>,
    request: Request,
    response: Option<Response>,
    comment: Option<String>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    headers: Option<Vec<Pair>>,
    post_data: Option<PostData>,
    body_size: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Response {
    status: Option<f64>,
    headers: Option<Vec<Pair>>,
    content: Option<Content>,
    #[serde(rename = "redirectURL")]
    redirect_url: Option<String>,
    body_size: Option<f64>,
    #[serde(rename = "_error")]
    error: Option<String>,
}

/// Firefox names a file that was sent and gives it no value.
#[derive(Deserialize)]
struct Pair {
    name: String,
    value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PostData {
    mime_type: Option<String>,
    text: Option<String>,
    params: Option<Vec<Pair>>,
    comment: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Content {
    size: Option<f64>,
    mime_type: Option<String>,
    text: Option<String>,
    encoding: Option<String>,
    comment: Option<String>,
}

impl Entry {
    fn into_noun(mut self) -> HarEntry {
        let response = self.response.unwrap_or_default();
        let error = self.more.remove("_error").and_then(|error| error.as_str().map(str::to_owned));
        let status = response.status.and_then(whole).and_then(|status| u16::try_from(status).ok());
        let micros = self.time.and_then(|millis| whole((millis * 1000.0).round()));
        let call_headers = pairs(self.request.headers);
        let reply_headers = pairs(response.headers);
        self.more.retain(|name, _| name.starts_with('_'));
        HarEntry {
            began: self.started_date_time.as_deref().and_then(moment),
            took: Duration::from_micros(micros.unwrap_or(0)),
            call: posted(self.request.post_data, self.request.body_size, &call_headers),
            verb: self.request.method,
            url: self.request.url,
            call_headers,
            status: status.filter(|status| *status > 0),
            reply: answered(response.content, response.body_size, &reply_headers),
            reply_headers,
            problem: error.or(response.error),
            redirect: response.redirect_url.unwrap_or_default(),
            page: self.pageref,
            comment: self.comment.unwrap_or_default(),
            own: self.more,
        }
    }
}

fn pairs(pairs: Option<Vec<Pair>>) -> Vec<(String, String)> {
    pairs.into_iter().flatten().map(|pair| (pair.name, pair.value.unwrap_or_default())).collect()
}

/// A number of bytes; the format says -1 where it knows none.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in range")]
fn whole(number: f64) -> Option<u64> {
    (0.0..1e15).contains(&number).then_some(number as u64)
}

/// The value of a header.
#[must_use]
pub fn header<'h>(headers: &'h [(String, String)], wanted: &str) -> Option<&'h str> {
    let mut headers = headers.iter();
    let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    found.map(|(_, value)| value.as_str())
}

fn coded(wire: Option<f64>, headers: &[(String, String)]) -> Option<u64> {
    header(headers, "content-encoding")?;
    wire.and_then(whole)
}

fn posted(post: Option<PostData>, wire: Option<f64>, headers: &[(String, String)]) -> HarBody {
    let coded = coded(wire, headers);
    let size = wire.and_then(whole).unwrap_or(0);
    let Some(post) = post else {
        return HarBody { size, coded, ..HarBody::default() };
    };
    let comment = post.comment.unwrap_or_default();
    // A form has its fields in place of its text.
    let form = || {
        let params = pairs(post.params);
        let params =
            params.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        params.collect::<Vec<_>>().join("&")
    };
    let text = post.text.filter(|text| !text.is_empty()).unwrap_or_else(form);
    let text = (!text.is_empty()).then(|| text.into_bytes());
    HarBody {
        media: post.mime_type.unwrap_or_default(),
        size: text.as_ref().map_or(size, |text| text.len() as u64),
        text,
        coded,
        comment,
    }
}

fn answered(content: Option<Content>, wire: Option<f64>, headers: &[(String, String)]) -> HarBody {
    let content = content.unwrap_or_default();
    let is_base64 = content.encoding.is_some_and(|name| name.eq_ignore_ascii_case("base64"));
    let decoded = |text: String| match is_base64 {
        true => {
            let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
            STANDARD.decode(text).ok()
        }
        false => Some(text.into_bytes()),
    };
    let text = content.text.and_then(decoded);
    let size = content.size.and_then(whole).unwrap_or(0);
    // An empty text beside a size is one that was not saved.
    let text = text.filter(|text| !text.is_empty() || size == 0);
    HarBody {
        media: content.mime_type.unwrap_or_default(),
        size: text.as_ref().map_or(size, |text| text.len() as u64),
        text: text.filter(|text| !text.is_empty()),
        coded: coded(wire, headers),
        comment: content.comment.unwrap_or_default(),
    }
}

/// The forms programs write: with or without a fraction, of any length, the zone with a colon,
/// without one, or none at all.
fn moment(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    match zoned {
        Ok(moment) => Some(moment.naive_utc()),
        Err(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok(),
    }
}
