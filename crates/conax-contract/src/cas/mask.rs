//! Exchange bodies for a journal: the text as it was, PINs masked.
//!
//! Masking keeps the spelling of the message and so works on markup, not on the tree. What is not
//! well-formed is not shown: nobody can say where its PIN ends.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::encoding::decode_text;
use super::flatten::MASK;
use super::profile::Profile;
use super::redact::ANSWER_NOT_KEPT;
use super::xml;

/// The body as text, with the text of every element whose name ends in `pin` masked. A body that
/// is not well-formed XML becomes a note with its size.
#[must_use]
pub fn mask_secrets(body: &[u8]) -> String {
    mask_body(body, &Secrets { profile: None })
}

/// As [`mask_secrets`], and masks what the profile calls a PIN as well.
#[must_use]
pub fn mask_secrets_for(profile: &Profile, body: &[u8]) -> String {
    mask_body(body, &Secrets { profile: Some(profile) })
}

/// The body as it is, or masked if there is reason to believe that it holds a PIN. For pages that
/// are no XML and that somebody wants to read.
pub(super) fn mask_if_pin<'a>(profile: &Profile, body: &'a [u8]) -> Cow<'a, str> {
    let text = String::from_utf8_lossy(body);
    let secrets = Secrets { profile: Some(profile) };
    if secrets.may_be_in(&text) { Cow::Owned(mask_body(body, &secrets)) } else { text }
}

/// What is a secret.
struct Secrets<'a> {
    profile: Option<&'a Profile>,
}

impl Secrets<'_> {
    /// Whether an element or attribute of this name holds a PIN. A profile knows better than a
    /// name that ends in `pin` by chance, as that of an operation may.
    fn is_secret(&self, local: &str) -> bool {
        let is_operation = |profile: &Profile| profile.is_operation_or_request_name(local);
        let by_chance = self.profile.is_some_and(is_operation);
        let by_profile = self.names().any(|name| name == local);
        by_profile || (!by_chance && local.to_ascii_lowercase().ends_with("pin"))
    }

    /// Whether a text may hold a PIN: it has a word that ends in `pin`.
    fn may_be_in(&self, text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        let ends_a_word = |at: usize| {
            let next = lower[at + "pin".len()..].chars().next();
            !next.is_some_and(char::is_alphanumeric)
        };
        lower.match_indices("pin").any(|(at, _)| ends_a_word(at))
            || self.names().any(|name| text.contains(name))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.profile.into_iter().flat_map(Profile::pin_names)
    }
}

fn mask_body(body: &[u8], secrets: &Secrets<'_>) -> String {
    if body.is_empty() {
        return String::new();
    }
    if body == ANSWER_NOT_KEPT.as_bytes() {
        return ANSWER_NOT_KEPT.to_owned();
    }
    decode_text(None, body)
        .ok()
        .filter(|text| xml::read(text).is_ok())
        .and_then(|text| mask_text(&text, secrets))
        .unwrap_or_else(|| format!("[{} bytes that are not well-formed XML]", body.len()))
}

fn mask_text(text: &str, secrets: &Secrets<'_>) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut shown = String::with_capacity(text.len());
    let mut depth_in_secret = 0_usize;
    loop {
        let start = usize::try_from(reader.buffer_position()).ok()?;
        let event = reader.read_event().ok()?;
        let end = usize::try_from(reader.buffer_position()).ok()?;
        let raw = text.get(start..end)?;
        match event {
            Event::Eof => return Some(shown),
            Event::Start(_) if depth_in_secret > 0 => depth_in_secret += 1,
            Event::Start(tag) => {
                shown.push_str(&mask_tag(raw, &tag, secrets)?);
                if secrets.is_secret(tag.local_name().into_inner()) {
                    depth_in_secret = 1;
                    shown.push_str(MASK);
                }
            }
            Event::End(_) if depth_in_secret > 1 => depth_in_secret -= 1,
            Event::End(_) => {
                depth_in_secret = 0;
                shown.push_str(raw);
            }
            _ if depth_in_secret > 0 => {}
            Event::Empty(tag) => shown.push_str(&mask_tag(raw, &tag, secrets)?),
            Event::Comment(_) | Event::PI(_) if secrets.may_be_in(raw) => {}
            _ => shown.push_str(raw),
        }
    }
}

/// The tag with the values of secret attributes masked, which are all but namespaces in a secret
/// element.
fn mask_tag<'a>(raw: &'a str, tag: &BytesStart<'_>, secrets: &Secrets<'_>) -> Option<Cow<'a, str>> {
    let secret_element = secrets.is_secret(tag.local_name().into_inner());
    let mut masked = format!("<{}", tag.name().into_inner());
    let mut has_secret = false;
    for attribute in tag.attributes() {
        let attribute = attribute.ok()?;
        let name = attribute.key.into_inner();
        let is_namespace = name == "xmlns" || name.starts_with("xmlns:");
        let local = attribute.key.local_name().into_inner();
        let secret = !is_namespace && (secret_element || secrets.is_secret(local));
        has_secret |= secret;
        let value = if secret { MASK } else { &attribute.value };
        // A value in single quotes may hold a double quote.
        masked.push_str(&format!(" {name}=\"{}\"", value.replace('"', "&quot;")));
    }
    masked.push_str(if raw.ends_with("/>") { "/>" } else { ">" });
    Some(if has_secret { Cow::Owned(masked) } else { Cow::Borrowed(raw) })
}
