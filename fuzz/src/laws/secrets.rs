//! Masking: a canary is never in the result.

use conax_contract::crm::{encode, is_secret_name, mask_json, mask_query};
use conax_contract::percent::decode_query;
use conax_contract::secret::KnownSecrets;
use serde_json::Value;

/// A text nothing else holds.
const CANARY: &str = "c4n4ry-k3pt-0ut";

pub(super) fn masking(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    known_secrets(&text);
    if let Ok(mut value) = serde_json::from_str::<Value>(&text)
        && (value.is_object() || value.is_array())
        && !value.to_string().contains(CANARY)
    {
        plant(&mut value);
        let masked = mask_json(value.to_string().as_bytes());
        assert!(!masked.contains(CANARY), "{masked}");
        assert!(serde_json::from_str::<Value>(&masked).is_ok(), "{masked}");
    }
    let pairs = text.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is_secret = decode_query(name).is_some_and(|name| is_secret_name(&name));
        format!("{name}={}", if is_secret { CANARY } else { value })
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    let masked = mask_query(&query);
    assert!(text.contains(CANARY) || !masked.contains(CANARY), "{query}\n{masked}");
}

/// A known secret in the middle of a text, plain and as others write it.
fn known_secrets(text: &str) {
    let mut known = KnownSecrets::default();
    known.add(CANARY);
    let middle = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at));
    let (before, after) = text.split_at(middle.unwrap_or_default());
    for written in [CANARY.to_owned(), encode(CANARY)] {
        let whole = format!("{before}{written}{after}");
        let masked = known.masked(&whole);
        assert!(!masked.contains(CANARY), "{whole}\n{masked}");
        assert_eq!(known.masked(&masked), masked, "masking again changes it");
    }
}

/// Puts the canary under every name of a secret.
fn plant(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match is_secret_name(name) {
                    true => *value = CANARY.into(),
                    false => plant(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plant),
        _ => {}
    }
}
