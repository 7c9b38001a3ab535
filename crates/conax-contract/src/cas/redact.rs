//! Taking a secret out of what a head-end answered, after it was read.
//!
//! Not before: in raw bytes the same secret has many spellings (entities, CDATA, markup between
//! its characters), and the same characters in a namespace or an id are no secret. What was read
//! is searched as somebody reads it, with every character reference resolved, with and without
//! markup. This module knows no command; which secret was sent is told.

use std::ops::Range;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::axis_fault::{AxisDetail, AxisFault};
use super::decode_reply::DecodedReply;
use super::encoding::decode_text;
use super::field::WireElement;
use super::flatten::MASK;
use super::profile::Profile;
use super::xml;
use conax_model::command::CommandKind;

/// What a journal keeps in the place of an answer that repeats a secret.
pub const ANSWER_NOT_KEPT: &str = "(an answer that repeats the submitted PIN, not kept)";

/// The longest character reference that is resolved, in characters. Ours: leading zeros are legal.
const REFERENCE_LIMIT: usize = 32;

impl DecodedReply {
    /// The reply with a mask in the place of the secret; the status code and the transaction id
    /// stay as they are, here and in the flattened text.
    #[must_use]
    pub fn without(self, secret: &str) -> Self {
        let (flattened, spared) = redact_beside(&self.flattened, &self.spared, secret);
        Self {
            message: self.message.map(|message| redact_text(&message, secret)),
            flattened,
            spared,
            ..self
        }
    }
}

impl AxisFault {
    /// The fault with a mask in the place of the secret. The code and the names of the details
    /// stay as they are.
    #[must_use]
    pub fn without(self, secret: &str) -> Self {
        let detail =
            |detail: AxisDetail| AxisDetail { xml: redact_xml(&detail.xml, secret), ..detail };
        Self {
            string: redact_text(&self.string, secret),
            actor: redact_text(&self.actor, secret),
            details: self.details.into_iter().map(detail).collect(),
            ..self
        }
    }
}

/// Whether somebody who reads an answer finds the secret in it, outside its transaction id and
/// its namespaces.
#[must_use]
pub fn repeats_secret(
    profile: &Profile,
    operation: CommandKind,
    body: &[u8],
    secret: &str,
) -> bool {
    let reference = &profile.element(operation, WireElement::TransactionId).value;
    let readable = decode_text(None, body)
        .ok()
        .filter(|text| xml::read(text).is_ok())
        .and_then(|text| Readable::of(&text, reference));
    match readable {
        Some(Readable { text, beside }) => holds(&text, secret) || holds(&beside, secret),
        None => holds(&String::from_utf8_lossy(body), secret),
    }
}

/// What is to be read in a message, but for its transaction id.
#[derive(Default)]
struct Readable {
    /// Its text, joined with nothing.
    text: String,
    /// Names, attributes and comments, each on a line of its own.
    beside: String,
}

impl Readable {
    fn of(message: &str, reference: &str) -> Option<Self> {
        let mut reader = Reader::from_str(message);
        let mut readable = Self::default();
        let mut depth_in_reference = 0_usize;
        loop {
            let event = reader.read_event().ok()?;
            match &event {
                Event::Eof => return Some(readable),
                Event::Start(_) if depth_in_reference > 0 => depth_in_reference += 1,
                Event::Start(tag) if tag.local_name().into_inner() == reference => {
                    depth_in_reference = 1;
                }
                Event::End(_) => depth_in_reference = depth_in_reference.saturating_sub(1),
                _ if depth_in_reference > 0 => {}
                Event::Start(tag) | Event::Empty(tag) => readable.tag(tag)?,
                Event::Text(text) => readable.text.push_str(text),
                Event::CData(text) => readable.text.push_str(text),
                Event::GeneralRef(reference) => {
                    readable.text.push_str(&format!("&{};", &**reference));
                }
                Event::Comment(text) => readable.aside(text),
                Event::PI(text) => readable.aside(text),
                Event::Decl(_) | Event::DocType(_) => {}
            }
        }
    }

    fn tag(&mut self, tag: &BytesStart<'_>) -> Option<()> {
        self.aside(tag.local_name().into_inner());
        for attribute in tag.attributes() {
            let attribute = attribute.ok()?;
            let name = attribute.key.into_inner();
            if name != "xmlns" && !name.starts_with("xmlns:") {
                self.aside(&attribute.value);
            }
        }
        Some(())
    }

    fn aside(&mut self, text: &str) {
        self.beside.push_str(text);
        self.beside.push('\n');
    }
}

/// The text with a mask in the place of the secret.
fn redact_text(text: &str, secret: &str) -> String {
    masked(text, &found(&resolved(raw(text)), secret))
}

/// As [`redact_text`], for markup of ours: tags are left alone.
fn redact_xml(xml: &str, secret: &str) -> String {
    masked(xml, &found(&resolved(without_tags(raw(xml).as_slice())), secret))
}

/// Conceals what is outside the spared ranges; the text and where they are in it now.
fn redact_beside(text: &str, spared: &[Range<usize>], secret: &str) -> (String, Vec<Range<usize>>) {
    let (mut redacted, mut now_spared, mut done) = (String::new(), Vec::new(), 0);
    for range in spared {
        redacted.push_str(&redact_text(&text[done..range.start], secret));
        let start = redacted.len();
        redacted.push_str(&text[range.clone()]);
        now_spared.push(start..redacted.len());
        done = range.end;
    }
    redacted.push_str(&redact_text(&text[done..], secret));
    (redacted, now_spared)
}

fn holds(text: &str, secret: &str) -> bool {
    !found(&resolved(raw(text)), secret).is_empty()
}

/// A character as somebody reads it, and where it is written.
#[derive(Clone)]
struct Letter {
    character: char,
    written: Range<usize>,
}

fn raw(text: &str) -> Vec<Letter> {
    let letter = |(at, character): (usize, char)| Letter {
        character,
        written: at..at + character.len_utf8(),
    };
    text.char_indices().map(letter).collect()
}

/// The letters with every character reference resolved, also one that is written with references,
/// and without the NULs that a page in UTF-16 is full of.
fn resolved(letters: Vec<Letter>) -> Vec<Letter> {
    let mut read = Vec::with_capacity(letters.len());
    for letter in letters {
        if letter.character == '\0' {
            continue;
        }
        read.push(letter);
        while resolve_last(&mut read) {}
    }
    read
}

fn resolve_last(letters: &mut Vec<Letter>) -> bool {
    let Some((last, before)) = letters.split_last() else {
        return false;
    };
    if last.character != ';' {
        return false;
    }
    let near = before.len().saturating_sub(REFERENCE_LIMIT);
    let ampersand = before[near..].iter().rposition(|letter| letter.character == '&');
    let Some(start) = ampersand.map(|at| near + at) else {
        return false;
    };
    let name: String = before[start + 1..].iter().map(|letter| letter.character).collect();
    let Some(character) = referred(&name) else {
        return false;
    };
    let written = before[start].written.start..last.written.end;
    letters.truncate(start);
    letters.push(Letter { character, written });
    true
}

fn referred(name: &str) -> Option<char> {
    let number = |digits, radix| u32::from_str_radix(digits, radix).ok().map(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => {
            let number_of = name.strip_prefix('#')?;
            match number_of.strip_prefix(['x', 'X']) {
                Some(digits) => number(digits, 16)?,
                None => number(number_of, 10)?,
            }
        }
    }
}

/// The letters outside tags. The inside of a CDATA section is text.
fn without_tags(letters: &[Letter]) -> Vec<Letter> {
    let mut outside = Vec::with_capacity(letters.len());
    let mut rest = letters;
    while let Some((first, after)) = rest.split_first() {
        let markup = markup_len(rest);
        if markup == 0 {
            outside.push(first.clone());
            rest = after;
        } else {
            rest = &rest[markup..];
        }
    }
    outside
}

/// How many letters of markup the text begins with.
fn markup_len(letters: &[Letter]) -> usize {
    let begins_with = |mark: &str| {
        let mut letters = letters.iter();
        mark.chars().all(|wanted| letters.next().is_some_and(|found| found.character == wanted))
    };
    for mark in ["<![CDATA[", "]]>"] {
        if begins_with(mark) {
            return mark.len();
        }
    }
    if !begins_with("<") {
        return 0;
    }
    // A `<` that no `>` follows before the next one is text.
    let end = letters[1..].iter().position(|letter| matches!(letter.character, '<' | '>'));
    match end {
        Some(at) if letters[at + 1].character == '>' => at + 2,
        _ => 0,
    }
}

/// A written piece of the secret, and whether the secret begins with it.
struct Piece {
    written: Range<usize>,
    begins: bool,
}

/// The pieces of every occurrence, in order; an occurrence may be spread over markup.
fn found(letters: &[Letter], secret: &str) -> Vec<Piece> {
    let secret: Vec<char> =
        resolved(raw(secret.trim())).iter().map(|letter| letter.character).collect();
    let mut pieces = occurrences(letters, &secret);
    pieces.extend(occurrences(&without_tags(letters), &secret));
    pieces.sort_by_key(|piece| (piece.written.start, !piece.begins));
    pieces
}

fn occurrences(letters: &[Letter], secret: &[char]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if secret.is_empty() {
        return pieces;
    }
    let mut covered = 0;
    for (at, window) in letters.windows(secret.len()).enumerate() {
        let same = |(letter, wanted): (&Letter, &char)| letter.character == *wanted;
        if !window.iter().zip(secret).all(same) {
            continue;
        }
        // Occurrences may overlap: of the second one only what is new is a piece.
        let new = covered.max(at);
        pieces.extend(
            (new..at + secret.len()).map(|place| Piece {
                written: letters[place].written.clone(),
                begins: place == at,
            }),
        );
        covered = at + secret.len();
    }
    pieces
}

/// The text without the pieces, and with a mask where one begins.
fn masked(text: &str, pieces: &[Piece]) -> String {
    let (mut shown, mut done) = (String::with_capacity(text.len()), 0);
    for Piece { written, begins } in pieces {
        if written.start < done {
            continue;
        }
        shown.push_str(&text[done..written.start]);
        if *begins {
            shown.push_str(MASK);
        }
        done = written.end;
    }
    shown.push_str(&text[done..]);
    shown
}
