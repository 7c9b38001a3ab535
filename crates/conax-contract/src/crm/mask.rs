//! Calls as the journal may keep them: the same text with secrets replaced.
//!
//! Text that cannot be read is not kept at all, because nobody can say where its secrets are.

use serde::de::IgnoredAny;

use crate::percent::decode_query;
use crate::text::is_secret_name;

/// What stands in place of a secret.
const MASK: &str = "***";

/// The JSON text with the value of every secret member replaced by `"***"`, at any depth.
///
/// A body that is not JSON, or no object or list, becomes a note with its length.
#[must_use]
pub fn mask_json(body: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(body) else {
        return unreadable(body.len());
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let readable = serde_json::from_str::<IgnoredAny>(text).is_ok();
    if !readable || !text.trim_start().starts_with(['{', '[']) {
        return unreadable(body.len());
    }
    masked(text)
}

fn unreadable(length: usize) -> String {
    match length {
        0 => "(no body)".to_owned(),
        length => format!("({length} bytes that are no JSON object)"),
    }
}

/// Valid JSON with its secrets replaced; everything else as it was written.
fn masked(json: &str) -> String {
    let mut kept = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(quote) = rest.find('"') {
        let (before, text_on) = rest.split_at(quote);
        let (text, after) = text_on.split_at(text_end(text_on));
        kept.push_str(before);
        kept.push_str(text);
        rest = after;
        let value = after.trim_start();
        if let Some(value) = value.strip_prefix(':').map(str::trim_start)
            && is_secret_name(&unescaped(text))
        {
            kept.push_str(&after[..after.len() - value.len()]);
            kept.push('"');
            kept.push_str(MASK);
            kept.push('"');
            rest = &value[value_end(value)..];
        }
    }
    kept.push_str(rest);
    kept
}

/// The text a JSON string stands for; escapes must not hide the name of a secret.
fn unescaped(text: &str) -> String {
    serde_json::from_str(text).unwrap_or_default()
}

/// The length of the JSON string `json` starts with, its quotes included.
fn text_end(json: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    json.len()
}

/// The length of the JSON value `json` starts with.
fn value_end(json: &str) -> usize {
    let mut depth = 0_usize;
    let mut index = 0;
    while let Some(byte) = json.as_bytes().get(index) {
        match byte {
            b'"' => index += text_end(&json[index..]),
            b'{' | b'[' => {
                depth += 1;
                index += 1;
            }
            b'}' | b']' if depth == 0 => return index,
            b'}' | b']' => {
                depth -= 1;
                index += 1;
            }
            b',' if depth == 0 => return index,
            byte if byte.is_ascii_whitespace() && depth == 0 => return index,
            _ => {
                index += 1;
                continue;
            }
        }
        if depth == 0 {
            return index;
        }
    }
    json.len()
}

/// The query string with the value of every secret parameter replaced by `***`.
#[must_use]
pub fn mask_query(query: &str) -> String {
    let parts: Vec<String> = query.split('&').map(masked_pair).collect();
    parts.join("&")
}

/// Path and query with the value of every secret parameter replaced by `***`.
#[must_use]
pub fn mask_target(target: &str) -> String {
    match target.split_once('?') {
        Some((path, query)) => format!("{path}?{}", mask_query(query)),
        None => target.to_owned(),
    }
}

/// Whether a name is not one, but a secret's name with its value: `token%3D…`, `token:…`.
fn hides_secret(name: &str) -> bool {
    let Some(plain) = decode_query(name) else {
        return true;
    };
    plain.split_once(['=', ':', ' ']).is_some_and(|(name, _)| is_secret_name(name.trim()))
}

/// A long word of hexadecimal digits alone, without a name: most likely a token.
fn is_bare_token(word: &str) -> bool {
    word.len() >= 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn masked_pair(pair: &str) -> String {
    let Some((name, value)) = pair.split_once('=').filter(|(name, _)| !hides_secret(name)) else {
        // Misspelt beyond knowing which part of it is the value.
        return if hides_secret(pair) || is_bare_token(pair) {
            MASK.to_owned()
        } else {
            pair.to_owned()
        };
    };
    let (Some(plain_name), Some(plain_value)) = (decode_query(name), decode_query(value)) else {
        return format!("{name}={MASK}");
    };
    let mut parts = plain_name.split(['.', '[', ']']);
    let secret = is_secret_name(&plain_name) || parts.any(is_secret_name);
    if secret && !value.is_empty() {
        return format!("{name}={MASK}");
    }
    if plain_value.trim_start().starts_with(['{', '[']) {
        return format!("{name}={}", mask_json(plain_value.as_bytes()));
    }
    match plain_value.split_once('=') {
        Some((field, _)) if is_secret_name(field) => format!("{name}={field}={MASK}"),
        _ => pair.to_owned(),
    }
}
