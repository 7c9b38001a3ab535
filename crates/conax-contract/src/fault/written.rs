//! What was written, as JSON: how a rule is shown to whoever lists it.

use serde_json::{Map, Value};

use crate::text::{Marked, Meaning, Node};

/// The value of a node.
pub(super) fn written(marked: &Marked) -> Value {
    match &marked.node {
        Node::List(items) => Value::Array(items.iter().map(written).collect()),
        Node::Map(entries) => {
            let members = entries.iter().map(|one| (one.key.clone(), written(&one.value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Node::Scalar(scalar) => match scalar.meaning() {
            Meaning::Flag(flag) => flag.into(),
            Meaning::Whole(number) => number.into(),
            Meaning::Null => Value::Null,
            _ => scalar
                .text
                .parse::<f64>()
                .ok()
                .filter(|_| scalar.meaning() != Meaning::Text)
                .map_or_else(|| Value::String(scalar.text.clone()), Value::from),
        },
    }
}
