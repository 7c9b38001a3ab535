//! Holding a reply against a documented example.

use conax_contract::crm::Operation;
use conax_contract::text::Span;
use serde_json::Value;

use super::matching::{Mismatch, in_words};
use crate::document::ExampleExpectation;

/// Everything in which a reply differs from the documented example, both ways.
#[must_use]
pub fn judge_example(wanted: &ExampleExpectation, reply: &Value) -> Vec<Mismatch> {
    let example = Operation::from_name(&wanted.operation.value)
        .and_then(Operation::example_reply)
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    let Some(example) = example else {
        return Vec::new();
    };
    let mut comparison =
        Comparison { except: &wanted.except, span: wanted.operation.span, mismatches: Vec::new() };
    comparison.compare("", Some(&example), Some(reply));
    comparison.mismatches
}

/// The order of a request's parameters means nothing: those of two examples differ in it (Shown).
const ANY_ORDER: &str = "parameters_set";

struct Comparison<'e> {
    except: &'e [String],
    span: Span,
    mismatches: Vec<Mismatch>,
}

impl Comparison<'_> {
    fn compare(&mut self, path: &str, wanted: Option<&Value>, found: Option<&Value>) {
        if self.is_excepted(path) {
            return;
        }
        match (wanted, found) {
            (Some(Value::Object(wanted)), Some(Value::Object(found))) => {
                for (name, value) in wanted {
                    self.compare(&inner(path, name), Some(value), found.get(name));
                }
                for (name, value) in found {
                    if !wanted.contains_key(name) {
                        self.compare(&inner(path, name), None, Some(value));
                    }
                }
            }
            (Some(Value::Array(wanted)), Some(Value::Array(found)))
                if wanted.len() == found.len() =>
            {
                let found = match path.rsplit('.').next() {
                    Some(ANY_ORDER) => self.put_in_order(path, wanted, found),
                    _ => found.iter().collect(),
                };
                for (index, (wanted, found)) in wanted.iter().zip(found).enumerate() {
                    self.compare(&inner(path, &index.to_string()), Some(wanted), Some(found));
                }
            }
            (wanted, found) if wanted == found => {}
            (wanted, found) => self.mismatches.push(Mismatch {
                span: self.span,
                path: path.to_owned(),
                expected: in_words(wanted),
                found: in_words(found),
                note: None,
            }),
        }
    }

    /// The items in the order of those they are like; what is like none takes what is left.
    fn put_in_order<'v>(&self, path: &str, wanted: &[Value], found: &'v [Value]) -> Vec<&'v Value> {
        let mut left: Vec<&Value> = found.iter().collect();
        let mut likes: Vec<Option<&Value>> = Vec::new();
        for one in wanted {
            let like = left.iter().position(|item| self.is_like(path, one, item));
            likes.push(like.map(|at| left.remove(at)));
        }
        let mut left = left.into_iter();
        let ordered = likes.into_iter().map(|like| like.or_else(|| left.next()));
        ordered.flatten().collect()
    }

    fn is_like(&self, path: &str, wanted: &Value, found: &Value) -> bool {
        let mut try_call =
            Comparison { except: self.except, span: self.span, mismatches: Vec::new() };
        try_call.compare(&inner(path, "0"), Some(wanted), Some(found));
        try_call.mismatches.is_empty()
    }

    /// A member is excepted by its name wherever it is, or by its whole path, with or without
    /// `data.` before it.
    fn is_excepted(&self, path: &str) -> bool {
        let last = path.rsplit('.').next().unwrap_or(path);
        let below = path.strip_prefix("data.").unwrap_or(path);
        self.except.iter().any(|name| name == last || name == path || name == below)
    }
}

fn inner(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}
