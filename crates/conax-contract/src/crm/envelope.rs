//! Whole answers: the status block first, then the data, written straight into one buffer.

use conax_model::crm::ProvisioningRequest;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::fields::{FieldsSet, Shape};
use super::refusal::Refusal;
use super::written::write_request;

/// The content type of every answer, refusals included.
pub const CONTENT_TYPE: &str = "application/json;charset=UTF-8";

/// How answers are written, where builds of the real product differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Writing {
    /// Which members a provisioning request has.
    pub shape: Shape,
    /// What the texts of a status block without trouble are.
    pub success_texts: SuccessTexts,
}

/// What `message` and `description` are when a call succeeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuccessTexts {
    /// Null, as in every documented example.
    #[default]
    Null,
    /// Empty text, as on newer pages (Attested).
    Empty,
}

impl SuccessTexts {
    const fn text(self) -> Option<&'static str> {
        match self {
            Self::Null => None,
            Self::Empty => Some(""),
        }
    }
}

/// A usual record takes this many bytes, rounded up.
const RECORD_BYTES: usize = 1536;

/// A status block takes this many bytes, rounded up.
const STATUS_BYTES: usize = 128;

/// The answer with one provisioning request.
#[must_use]
pub fn ok_object(writing: Writing, fields: FieldsSet, row: &ProvisioningRequest) -> Vec<u8> {
    let members = fields.intersection(writing.shape.members());
    let mut bytes = encoded(STATUS_BYTES + RECORD_BYTES, &Envelope::ok(writing, Empty {}));
    bytes.truncate(bytes.len() - OBJECT_END.len());
    write_request(&mut bytes, row, members);
    bytes.push(b'}');
    bytes
}

/// The answer with a list of provisioning requests.
///
/// Each is asked for when it is written.
#[must_use]
pub fn ok_list<'a, I>(writing: Writing, fields: FieldsSet, rows: I) -> Vec<u8>
where
    I: Iterator<Item = &'a ProvisioningRequest>,
{
    let (mut list, mut bytes) = ListWriter::begin(writing, fields);
    // The lower bound may be huge for an iterator that lies; a reserve is only a hint.
    bytes.reserve(rows.size_hint().0.min(1024) * RECORD_BYTES);
    for row in rows {
        list.item(row, &mut bytes);
    }
    ListWriter::end(&mut bytes);
    bytes
}

/// A successful list, written piece by piece: a long one need not be in memory as a whole.
#[derive(Clone, Copy, Debug)]
pub struct ListWriter {
    members: FieldsSet,
    is_first: bool,
}

/// What an empty object and the end of the envelope are written as.
const OBJECT_END: &[u8] = b"{}}";

/// What closes the list and the envelope.
const LIST_END: &[u8] = b"]}";

impl ListWriter {
    /// Begins a list; the bytes are its beginning.
    #[must_use]
    pub fn begin(writing: Writing, fields: FieldsSet) -> (Self, Vec<u8>) {
        let nothing: [(); 0] = [];
        let mut bytes = encoded(STATUS_BYTES, &Envelope::ok(writing, nothing));
        bytes.truncate(bytes.len() - LIST_END.len());
        let members = fields.intersection(writing.shape.members());
        (Self { members, is_first: true }, bytes)
    }

    /// Appends one request.
    pub fn item(&mut self, row: &ProvisioningRequest, bytes: &mut Vec<u8>) {
        if !self.is_first {
            bytes.push(b',');
        }
        self.is_first = false;
        let members = self.members;
        write_request(bytes, row, members);
    }

    /// Appends the end.
    pub fn end(bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(LIST_END);
    }
}

/// The answer to a login.
#[must_use]
pub fn ok_token(writing: Writing, token: &str) -> Vec<u8> {
    let data = Token { token };
    encoded(STATUS_BYTES + 64 + token.len(), &Envelope::ok(writing, data))
}

/// The answer of an operation without a result.
// Attested: such methods print an empty object.
#[must_use]
pub fn ok_empty(writing: Writing) -> Vec<u8> {
    encoded(STATUS_BYTES, &Envelope::ok(writing, Empty {}))
}

/// The answer to a refused call: the status block alone.
// Ours: the documentation says nothing about the data of a refusal.
#[must_use]
pub fn refused(refusal: &Refusal) -> Vec<u8> {
    let status = Status {
        message: Some(&refusal.message),
        description: refusal.description.as_deref(),
        code: refusal.code.code(),
    };
    let length = refusal.message.len() + refusal.description.as_ref().map_or(0, String::len);
    let envelope = Envelope::<Empty> { status, data: None };
    encoded(STATUS_BYTES + length, &envelope)
}

fn encoded(capacity: usize, envelope: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(capacity);
    write(&mut bytes, envelope);
    bytes
}

fn write(bytes: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(bytes, value).expect("a vector takes every write and all names are text");
}

#[derive(serde::Serialize)]
struct Envelope<'s, D> {
    status: Status<'s>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<D>,
}

impl<D> Envelope<'_, D> {
    const fn ok(writing: Writing, data: D) -> Self {
        let text = writing.success_texts.text();
        Self { status: Status { message: text, description: text, code: "OK" }, data: Some(data) }
    }
}

#[derive(serde::Serialize)]
struct Status<'s> {
    message: Option<&'s str>,
    description: Option<&'s str>,
    code: &'s str,
}

#[derive(serde::Serialize)]
struct Token<'t> {
    token: &'t str,
}

struct Empty {}

impl Serialize for Empty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_map(Some(0))?.end()
    }
}
