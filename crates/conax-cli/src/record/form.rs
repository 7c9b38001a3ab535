//! What a recording is: in memory as it was heard, and in the file without secrets.

use std::fmt;
use std::time::Duration;

use conax_scenario::document::Api;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The form of the file; a reader refuses one it does not know.
pub(crate) const FORMAT: u32 = 1;

/// An exchange as it was heard, secrets and all. It stays in memory.
pub(crate) struct Heard {
    /// Which API the client knocked at.
    pub(crate) api: Api,
    /// When it began, since the recording did.
    pub(crate) at: Duration,
    /// How long it took.
    pub(crate) took: Duration,
    /// What was sent.
    pub(crate) call: HeardCall,
    /// What came back, or why nothing did.
    pub(crate) reply: Result<HeardReply, String>,
}

/// A call as it was heard.
#[derive(Default)]
pub(crate) struct HeardCall {
    /// The verb.
    pub(crate) verb: String,
    /// Path and query.
    pub(crate) target: String,
    /// What the `Authorization` header says.
    pub(crate) authorization: Option<String>,
    /// What the `Accept-Encoding` header says.
    pub(crate) accept_encoding: Option<String>,
    /// The body, decoded if it can be.
    pub(crate) body: Vec<u8>,
    /// How it was compressed.
    pub(crate) coding: Option<Coding>,
}

/// A reply as it was heard.
#[derive(Default)]
pub(crate) struct HeardReply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body, decoded if it can be.
    pub(crate) body: Vec<u8>,
    /// How it was compressed.
    pub(crate) coding: Option<Coding>,
}

/// How a body was compressed on its way; the recording has it decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Coding {
    /// What the `Content-Encoding` header says.
    pub(crate) name: String,
    /// Bytes on the wire.
    pub(crate) coded_bytes: usize,
    /// Bytes once decoded; none if it could not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) decoded_bytes: Option<usize>,
}

impl Heard {
    /// Whether one of these stands in it.
    pub(crate) fn holds_any(&self, words: &[String]) -> bool {
        let texts = [
            Some(self.call.target.as_bytes()),
            Some(self.call.body.as_slice()),
            self.reply.as_ref().ok().map(|reply| reply.body.as_slice()),
        ];
        let holds = |text: &[u8], word: &str| {
            let word = word.as_bytes();
            text.windows(word.len()).any(|part| part == word)
        };
        let mut texts = texts.into_iter().flatten();
        !words.is_empty() && texts.any(|text| words.iter().any(|word| holds(text, word)))
    }
}

/// Tells the address only: the rest may be secret.
impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.call.path();
        write!(f, "{} {} {path}", self.api.name(), self.call.verb)
    }
}

impl HeardCall {
    /// The path without its query.
    pub(crate) fn path(&self) -> &str {
        let split = self.target.split_once('?');
        split.map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The query, without its question mark.
    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

/// A recording, as its file holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recording {
    /// The form of this file.
    pub(crate) recording: u32,
    /// The version of the program that made it.
    pub(crate) version: String,
    /// The provisioning API that was recorded.
    pub(crate) target: String,
    /// The Conax endpoint that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cas: Option<String>,
    /// What is to be known of how they were called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<String>,
    /// When it began, by the clock of the recording machine.
    pub(crate) began: String,
    /// What became of the ids.
    pub(crate) ids: Ids,
    /// What was said, in order of beginning.
    pub(crate) exchanges: Vec<Exchange>,
}

/// What becomes of ids, numbers and references.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ids {
    /// They get stable names.
    #[default]
    Renamed,
    /// They stay.
    Kept,
}

/// An exchange without secrets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exchange {
    /// Its number, from 1.
    pub(crate) number: usize,
    /// `crm` or `cas`.
    #[serde(rename = "door")]
    pub(crate) api: String,
    /// When it began, in milliseconds since the recording did.
    pub(crate) at_ms: u64,
    /// How long it took, in milliseconds.
    pub(crate) took_ms: u64,
    /// What was sent.
    pub(crate) call: Call,
    /// What came back.
    pub(crate) reply: Reply,
    /// Where it is not by the contract.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) findings: Vec<String>,
}

/// A call without secrets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Call {
    /// The verb.
    pub(crate) verb: String,
    /// The path.
    pub(crate) path: String,
    /// The parameters of the query, decoded, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) parameters: Vec<(String, String)>,
    /// The scheme of the `Authorization` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) authorization: Option<String>,
    /// What the client sent as `Accept-Encoding`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) accept_encoding: Option<String>,
    /// How its body was compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) coding: Option<Coding>,
    /// The body.
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub(crate) body: Content,
}

/// A reply without secrets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reply {
    /// The HTTP status; null if there was no reply.
    pub(crate) status: Option<u16>,
    /// Why there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
    /// How its body was compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) coding: Option<Coding>,
    /// The body.
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub(crate) body: Content,
}

/// A body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Content {
    /// None.
    #[default]
    Empty,
    /// An object or a list.
    Json(Value),
    /// A SOAP message.
    Xml(String),
    /// Something else, of which nobody can say where its secrets are.
    NotKept(String),
}

impl Content {
    fn is_empty(&self) -> bool {
        *self == Self::Empty
    }

    /// The JSON in it.
    pub(crate) const fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            Self::Empty | Self::Xml(_) | Self::NotKept(_) => None,
        }
    }
}
