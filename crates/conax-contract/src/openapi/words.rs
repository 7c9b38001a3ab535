//! The closed lists of words, each word with how it is known.

use serde_json::{Map, Value, json};

use super::sourced::{SOURCE_OF, described};
use crate::crm::{CommandKind, LifeCycleState, Priority, ProcessName, RefusalCode};
use crate::source::Source;

/// A list of words under the name it has in a document.
pub(super) fn lists() -> [(&'static str, Value); 4] {
    [
        (
            "RequestType",
            list(
                CommandKind::ALL.map(|word| (word.code(), word.text(), word.source())),
                "What a provisioning request asks of Conax.",
            ),
        ),
        (
            "LifeCycleState",
            list(
                LifeCycleState::ALL.map(|word| (word.code(), word.text(), word.source())),
                "Where a provisioning request is in its life.",
            ),
        ),
        (
            "Priority",
            list(
                Priority::ALL.map(|word| (word.code(), word.text(), word.source())),
                "How urgent a provisioning request is.",
            ),
        ),
        ("RefusalCode", refusal_codes(&RefusalCode::ALL)),
    ]
}

/// A word, what it means, how it is known.
type Row = (&'static str, &'static str, Source);

/// Exactly these words.
fn list<const N: usize>(words: [Row; N], about: &str) -> Value {
    let weakest = words.iter().map(|(_, _, source)| *source).max();
    let mut schema = json!({ "type": "string", "enum": words.map(|(code, ..)| code).to_vec() });
    schema[SOURCE_OF] = sources(words.map(|(code, _, source)| (code, source)));
    let rows = words.map(|(code, text, source)| format!("- `{code}`: {text} [{source}]"));
    let about = format!("{about}\n\n{}\n\n", rows.join("\n"));
    described(schema, &about, weakest.unwrap_or(Source::Ours))
}

fn sources(words: impl IntoIterator<Item = (&'static str, Source)>) -> Value {
    let pairs = words.into_iter().map(|(code, source)| (code.to_owned(), source.code().into()));
    Value::Object(pairs.collect::<Map<String, Value>>())
}

/// Exactly these codes of refusals, each with when it is used.
pub(super) fn refusal_codes(codes: &[RefusalCode]) -> Value {
    let names: Vec<&str> = codes.iter().map(|code| code.code()).collect();
    let rows: Vec<String> = codes
        .iter()
        .map(|code| format!("- `{}`: {} [{}]", code.code(), code.text(), code.source()))
        .collect();
    let mut schema = json!({ "type": "string", "enum": names });
    schema[SOURCE_OF] = sources(codes.iter().map(|code| (code.code(), code.source())));
    let text = format!("Why the call is refused:\n\n{}\n\n", rows.join("\n"));
    let weakest = codes.iter().map(|code| code.source()).max();
    described(schema, &text, weakest.unwrap_or(Source::Ours))
}

/// The process names that are known; a record may carry another one.
pub(super) fn process_name() -> Value {
    let names = ProcessName::ALL.map(ProcessName::code);
    let mut schema = json!({ "type": ["string", "null"], "examples": names });
    schema[SOURCE_OF] = sources(ProcessName::ALL.map(|name| (name.code(), name.source())));
    schema
}
