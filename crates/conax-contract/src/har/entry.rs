//! What a HAR file says, as far as it is of use here.

use std::time::Duration;

use chrono::NaiveDateTime;
use serde_json::{Map, Value};

use super::API;

/// A file that is to be written.
#[derive(Clone, Debug, Default)]
pub struct HarLog {
    /// The version of the program that writes it.
    pub version: String,
    /// What the file is, and what is to be known of it.
    pub comment: String,
    /// What its exchanges belong to.
    pub pages: Vec<HarPage>,
    /// The exchanges, in order of their beginning.
    pub entries: Vec<HarEntry>,
    /// Members of the log that the format leaves to programs; their names begin with `_`.
    pub own: Map<String, Value>,
}

/// A group of exchanges: a scenario, a page in a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HarPage {
    /// What its exchanges call it.
    pub id: String,
    /// When it began; nothing if the file does not say it in a readable way.
    pub began: Option<NaiveDateTime>,
    /// What it is called.
    pub title: String,
}

/// One exchange.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HarEntry {
    /// When it began, in UTC; nothing if the file does not say it in a readable way.
    pub began: Option<NaiveDateTime>,
    /// How long it took.
    pub took: Duration,
    /// The verb.
    pub verb: String,
    /// The whole address with its query.
    pub url: String,
    /// Headers of the call.
    pub call_headers: Vec<(String, String)>,
    /// The body of the call.
    pub call: HarBody,
    /// The HTTP status; nothing if no answer came.
    pub status: Option<u16>,
    /// Headers of the answer.
    pub reply_headers: Vec<(String, String)>,
    /// The body of the answer.
    pub reply: HarBody,
    /// Why no answer came.
    pub problem: Option<String>,
    /// Where the answer sends the client.
    pub redirect: String,
    /// The page it belongs to.
    pub page: Option<String>,
    /// What is worth knowing of it.
    pub comment: String,
    /// Members that the format leaves to programs; their names begin with `_`.
    pub own: Map<String, Value>,
}

/// An exchange as a journal shows it: secrets masked, a note in brackets where a body is not shown.
#[derive(Clone, Copy, Debug)]
pub struct HarShown<'a> {
    /// Where it was seen: `crm`, `cas`, `dispatch` or `control`.
    pub api: &'a str,
    /// The address of that API, without a path.
    pub origin: &'a str,
    /// When it began.
    pub began: NaiveDateTime,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// The verb.
    pub verb: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// The HTTP status; nothing if no answer came.
    pub status: Option<u16>,
    /// The trace it belongs to.
    pub traceparent: Option<&'a str>,
    /// What was sent.
    pub call: &'a str,
    /// What came back.
    pub reply: &'a str,
}

impl HarEntry {
    /// The exchange as a file has it.
    #[must_use]
    pub fn shown(exchange: &HarShown<'_>) -> Self {
        let trace = exchange.traceparent.map(|it| ("traceparent".to_owned(), it.to_owned()));
        let (call, reply) = (HarBody::shown(exchange.call), HarBody::shown(exchange.reply));
        Self {
            began: Some(exchange.began),
            took: Duration::from_micros(exchange.took_us),
            verb: exchange.verb.to_owned(),
            url: format!("{}{}", exchange.origin, exchange.target),
            call_headers: call.headers().into_iter().chain(trace).collect(),
            status: exchange.status,
            reply_headers: reply.headers(),
            problem: exchange.status.is_none().then(|| match exchange.reply {
                "" => "no answer".to_owned(),
                why => why.to_owned(),
            }),
            call,
            reply: if exchange.status.is_some() { reply } else { HarBody::default() },
            own: Map::from_iter([(API.to_owned(), exchange.api.into())]),
            ..Self::default()
        }
    }
}

/// A body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HarBody {
    /// Its content type.
    pub media: String,
    /// The body, decoded; nothing if there was none, or if the file does not have it.
    pub text: Option<Vec<u8>>,
    /// Its bytes, decoded.
    pub size: u64,
    /// Its bytes on the wire, if it was compressed there.
    pub coded: Option<u64>,
    /// Why the file does not have it.
    pub comment: String,
}

impl HarBody {
    /// A body that is there.
    #[must_use]
    pub fn of(media: &str, text: impl Into<Vec<u8>>) -> Self {
        let text = text.into();
        Self {
            media: media.to_owned(),
            size: text.len() as u64,
            text: Some(text),
            ..Self::default()
        }
    }

    /// One that is not there, and why.
    #[must_use]
    pub fn left_out(media: &str, why: &str) -> Self {
        Self { media: media.to_owned(), comment: why.to_owned(), ..Self::default() }
    }

    /// A body as the journal shows it: a message, or in brackets why it shows none.
    #[must_use]
    pub fn shown(shown: &str) -> Self {
        match shown.trim_start().chars().next() {
            None => Self::default(),
            Some('<') => Self::of("text/xml", shown),
            Some('{' | '[') => Self::of("application/json", shown),
            Some(_) if shown == "(no body)" => Self::default(),
            Some(_) => Self::left_out("", shown),
        }
    }

    /// The headers it brings along.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, String)> {
        let media = Some(&self.media).filter(|media| !media.is_empty());
        media.map(|media| ("Content-Type".to_owned(), media.clone())).into_iter().collect()
    }

    /// Whether there was one that the file does not have.
    #[must_use]
    pub fn is_left_out(&self) -> bool {
        self.text.is_none() && (self.size > 0 || !self.comment.is_empty())
    }
}
