//! Each broken world beside what is said about it.

use crate::text::render;
use crate::world::WorldSpec;

macro_rules! broken {
    ($($name:literal),+ $(,)?) => {
        &[$((
            $name,
            include_str!(concat!("../../../../../fixtures/worlds/broken/", $name, ".world.yaml")),
            include_str!(concat!("../../../../../fixtures/worlds/broken/", $name, ".expected.txt")),
        )),+]
    };
}

/// Name, world and expected text.
const BROKEN: &[(&str, &str, &str)] = broken![
    "ambiguous-scalars",
    "anchors",
    "bad-word",
    "colon",
    "dates",
    "duplicate-key",
    "duplicate-names",
    "empty",
    "long-lines",
    "masks",
    "missing-key",
    "not-a-map",
    "pairings",
    "pins",
    "record-numbers",
    "records",
    "settings",
    "smartcards",
    "tab",
    "twelve-mistakes",
    "two-documents",
    "unclosed-brace",
    "unclosed-quote",
    "unknown-key",
    "unknown-reference",
    "wrong-class",
    "wrong-type",
];

/// What is said about the broken world `name`.
fn message(name: &str, text: &str) -> String {
    let findings = WorldSpec::parse(text).expect_err("a broken world");
    render(&format!("worlds/broken/{name}.world.yaml"), text, &findings)
}

#[test]
fn every_broken_world_is_refused_with_its_message() {
    for (name, text, expected) in BROKEN {
        let found = message(name, text);
        assert!(found == *expected, "{name}: found\n{found}\nexpected\n{expected}");
    }
}

#[test]
fn every_broken_world_is_in_the_list() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/worlds/broken");
    let file_count = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(file_count, 2 * BROKEN.len());
}

#[test]
fn twelve_mistakes_give_twelve_findings_with_line_and_hint_in_one_go() {
    let (_, text, _) = BROKEN.iter().find(|(name, ..)| *name == "twelve-mistakes").unwrap();
    let findings = WorldSpec::parse(text).expect_err("a broken world");
    assert_eq!(findings.len(), 12);
    for finding in &findings {
        assert!(finding.line > 1 && finding.hint.is_some(), "{finding:?}");
        assert!(finding.end_column > finding.column, "{finding:?}");
    }
}

#[test]
fn no_message_repeats_a_secret() {
    let text = "world: w\nusers:\n  - { id: \"1\", username: a, password: 7531 }\ntokens:\n  \
                - { token: 8642e1, username: a }\n  - { token: \"secret\", username: a }\n  \
                - { token: \"secret\", username: a }\ncas:\n  smartcards: [{ id: \"1\", pin: \"97531\" }]\n";
    let findings = WorldSpec::parse(text).expect_err("a broken world");
    assert_eq!(findings.len(), 4);
    let said = format!("{findings:?}");
    for secret in ["7531", "8642", "secret"] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn an_item_is_on_one_subscription_even_where_a_file_is_one_line() {
    let text = "{world: w, installed_items: [{id: i, serial_number: s, classification: other}], \
                subscriptions: [{id: a, number: a, installed_items: [s, i]}, \
                {id: b, number: b, installed_items: [i]}]}";
    let findings = WorldSpec::parse(text).expect_err("a broken world");
    let said: Vec<&str> = findings.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "installed item `i` is twice on this subscription",
            "installed item `i` is on two subscriptions",
        ]
    );
}
