//! Looking at the head-end, the ledger, the drift and the exchanges.

use std::collections::BTreeMap;

use conax_contract::crm::encode;
use conax_contract::text::{Placed, Span};
use conax_contract::world::ProductOnSale;
use serde_json::{Value, json};

use crate::document::Matcher;
use crate::document::{
    Api, ConaxExpectation, DriftExpectation, ExchangeExpectation, Expected, Path, REQUEST_TEXT,
};
use crate::judge::{Mismatch, code_for_ca_id, expected_words, judge};
use crate::target::HttpCall;

type Scope = BTreeMap<String, Value>;

/// The call that tells of a smartcard.
pub(super) fn smartcard_call(card: &str) -> HttpCall {
    HttpCall::get(Api::Control, format!("/v1/cas/smartcards/{}", encode(card)))
}

/// Holds what Conax has of a smartcard against what is expected.
pub(super) fn judge_conax(
    wanted: &ConaxExpectation,
    services: &[ProductOnSale],
    found: &Value,
    scope: &Scope,
) -> Vec<Mismatch> {
    let active: Vec<&Value> = found["entitlements"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|entitlement| entitlement["state"] == "active")
        .map(|entitlement| &entitlement["product"])
        .collect();
    let shown = json!({ "entitled": active, "paired": found["pairing"] });
    let mut expected = Vec::new();
    expected.extend(wanted.entitled.as_ref().map(|one| named("entitled", one)));
    expected.extend(wanted.paired.as_ref().map(|one| named("paired", one)));
    let mut mismatches = judge(&shown, &expected, scope);
    let first = mismatches.first_mut();
    let first = first.filter(|mismatch| mismatch.path.starts_with("entitled"));
    if let (Some(mismatch), Some(one)) = (first, &wanted.entitled) {
        let code = code_for_ca_id(&one.value, services, scope);
        let notes = [mismatch.note.take(), code].into_iter().flatten();
        mismatch.note = Some(notes.collect::<Vec<_>>().join("; ")).filter(|note| !note.is_empty());
    }
    mismatches.extend(judge(found, &wanted.members, scope));
    mismatches
}

fn named(name: &str, placed: &Placed<Matcher>) -> Expected {
    Expected { path: Path::parse(name), span: placed.span, matcher: placed.value.clone() }
}

/// What was counted since the beginning: a world may begin with requests.
pub(super) fn since(totals: &Value, before: &Value) -> Value {
    let members = totals.as_object().into_iter().flatten();
    let counted = members.map(|(name, count)| {
        let now = count.as_i64().unwrap_or(0);
        (name.clone(), Value::from(now - before[name].as_i64().unwrap_or(0)))
    });
    Value::Object(counted.collect())
}

/// Holds the drift against what is expected.
pub(super) fn judge_drift(
    wanted: &DriftExpectation,
    span: Span,
    found: &Value,
    scope: &Scope,
) -> Vec<Mismatch> {
    let mut entries: Vec<Value> = found["drift"].as_array().cloned().unwrap_or_default();
    for entry in &mut entries {
        if let Some(number) = entry["request"].as_u64() {
            entry[REQUEST_TEXT] = number.to_string().into();
        }
    }
    let matchers = match wanted {
        DriftExpectation::None => Vec::new(),
        DriftExpectation::Exactly(list) => list
            .iter()
            .map(|one| Placed { value: Matcher::Members(one.value.clone()), span: one.span })
            .collect(),
    };
    let expected =
        Expected { path: Path::parse("drift"), span, matcher: Matcher::AnyOrder(matchers) };
    let value = json!({ "drift": entries });
    let mut mismatches = judge(&value, &[expected], scope);
    for mismatch in &mut mismatches {
        mismatch.found = match entries.as_slice() {
            [] => "none".to_owned(),
            entries => entries.iter().map(in_words).collect::<Vec<_>>().join("; "),
        };
        mismatch.expected = match wanted {
            DriftExpectation::None => "none".to_owned(),
            DriftExpectation::Exactly(list) => {
                let words = list.iter().map(|one| wanted_words(&one.value, scope));
                words.collect::<Vec<_>>().join("; ")
            }
        };
        mismatch.note = entries.first().and_then(because);
    }
    mismatches
}

/// A difference that is expected, in words.
fn wanted_words(members: &[Expected], scope: &Scope) -> String {
    let words = members.iter().map(|member| {
        let value = match &member.matcher {
            Matcher::Contains(inner) => expected_words(inner, scope),
            matcher => expected_words(matcher, scope),
        };
        format!("{} {value}", member.path.text)
    });
    words.collect::<Vec<_>>().join(", ")
}

/// A difference in words.
fn in_words(entry: &Value) -> String {
    let list = |name: &str| {
        let items = entry[name].as_array().into_iter().flatten();
        items.filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
    };
    format!(
        "card {} {} {}: crm {}, conax {}",
        list("smartcards"),
        entry["kind"].as_str().unwrap_or("?"),
        list("items"),
        entry["crm"].as_str().unwrap_or("?"),
        entry["conax"].as_str().unwrap_or("?"),
    )
}

fn because(entry: &Value) -> Option<String> {
    entry["because"].as_str().map(|why| format!("because {why}"))
}

/// The call that tells of exchanges.
pub(super) fn exchanges_call(
    wanted: &ExchangeExpectation,
    scope: &Scope,
) -> Result<HttpCall, String> {
    let mut target = format!("/v1/journal?limit=10000&api={}", wanted.api);
    if let Some(card) = &wanted.card {
        target.push_str(&format!("&card={}", encode(&card.fill_text(scope)?)));
    }
    if let Some(request) = &wanted.request {
        target.push_str(&format!("&request={}", encode(&request.fill_text(scope)?)));
    }
    Ok(HttpCall::get(Api::Control, target))
}

/// Holds the number of exchanges against what is expected.
pub(super) fn judge_exchanges(
    wanted: &ExchangeExpectation,
    found: &Value,
    scope: &Scope,
) -> Vec<Mismatch> {
    let count = found["exchanges"].as_array().map_or(0, Vec::len);
    let dropped = found["dropped"].as_u64().unwrap_or(0);
    if dropped > 0 {
        // A number that is too small would be worse than none.
        return vec![Mismatch {
            span: wanted.count.span,
            path: "count".to_owned(),
            expected: "every exchange".to_owned(),
            found: format!("the journal has let go of {dropped}"),
            note: Some("look at the ledger, which counts all of them".to_owned()),
        }];
    }
    judge(&json!({ "count": count }), &[named("count", &wanted.count)], scope)
}
