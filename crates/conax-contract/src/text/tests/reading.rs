//! From text to a tree with places.

use crate::text::{Findings, Limits, Marked, Node, Style, read, read_within};

/// The tree of `text` on one line, every value with the place of its start and end.
fn places(text: &str) -> String {
    let mut findings = Findings::new();
    let root = read(text, &mut findings);
    let root = findings.into_result(root).expect("readable text");
    outlined(&root)
}

fn outlined(marked: &Marked) -> String {
    let (start, end) = (marked.span.start, marked.span.end);
    let place = format!("@{}:{}-{}:{}", start.line, start.column, end.line, end.column);
    let inner: Vec<String> = match &marked.node {
        Node::Scalar(scalar) => {
            let quote = if scalar.style == Style::Quoted { "'" } else { "" };
            return format!("{quote}{}{quote}{place}", scalar.text);
        }
        Node::List(items) => items.iter().map(outlined).collect(),
        Node::Map(entries) => entries
            .iter()
            .map(|entry| {
                let key = entry.key_span.start;
                let value = outlined(&entry.value);
                format!("{}@{}:{}={value}", entry.key, key.line, key.column)
            })
            .collect(),
    };
    format!("[{}]{place}", inner.join(" "))
}

/// The first thing said about `text`.
fn refusal(text: &str) -> String {
    let mut findings = Findings::new();
    let root = read(text, &mut findings);
    let findings = findings.into_result(root).expect_err("unreadable text");
    format!("{}:{} {}", findings[0].line, findings[0].column, findings[0].message)
}

#[test]
fn every_value_knows_its_place() {
    assert_eq!(
        places("a: b\nc:\n  - 'd'\n  - e: f\n"),
        "[a@1:1=b@1:4-1:5 c@2:1=['d'@3:5-3:8 [e@4:5=f@4:8-4:9]@4:5-4:9]@3:3-4:9]@1:1-4:9"
    );
}

#[test]
fn json_is_read_like_yaml() {
    assert_eq!(
        places("{\"a\": [1, null],\n \"b\": {}}"),
        "[a@1:2=[1@1:8-1:9 null@1:11-1:15]@1:7-1:16 b@2:2=[]@2:7-2:9]@1:1-2:10"
    );
}

#[test]
fn columns_count_characters_and_all_line_ends_are_one() {
    assert_eq!(places("ü: 日本 # x\r\nb: c"), "[ü@1:1=日本@1:4-1:6 b@2:1=c@2:4-2:5]@1:1-2:5");
    assert_eq!(places("a: b\rb: c"), "[a@1:1=b@1:4-1:5 b@2:1=c@2:4-2:5]@1:1-2:5");
}

#[test]
fn an_empty_value_stands_behind_its_key() {
    assert_eq!(places("a:\n\n\nb: c"), "[a@1:1=@1:2-1:2 b@4:1=c@4:4-4:5]@1:1-4:5");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    assert_eq!(places("\u{feff}a: b").split('@').next(), Some("[a"));
}

#[test]
fn blocks_of_text_are_text() {
    assert_eq!(places("a: |\n  0190\n").split('@').nth(1), Some("1:1='0190\n'"));
}

#[test]
fn what_is_not_one_plain_document_is_refused() {
    for (text, expected) in [
        ("", "1:1 nothing is written in this file"),
        ("# only a comment", "1:1 nothing is written in this file"),
        ("a: 1\n---\nb: 2", "2:1 a second document begins here"),
        ("a: &x 1", "1:4 anchors are not used in these files"),
        ("a: !!int 1", "1:4 tags are not used in these files"),
        ("? [a]\n: b", "1:3 a key must be a single value"),
        ("{a: 1", "1:6 not readable as YAML: "),
    ] {
        let found = refusal(text);
        assert!(found.starts_with(expected), "{text}: {found}");
    }
}

#[test]
fn a_key_written_again_is_reported_and_the_first_is_kept() {
    let mut findings = Findings::new();
    let root = read("a: 1\nb: 2\na: 3\nb: 4\na: 5", &mut findings).expect("a tree");
    assert!(outlined(&root).starts_with("[a@1:1=1@1:4-1:5 b@2:1=2@2:4-2:5]"));
    let findings = findings.into_result(Some(())).expect_err("findings");
    let said: Vec<String> = findings
        .iter()
        .map(|it| format!("{} {} {}", it.line, it.message, it.hint.as_deref().unwrap_or("")))
        .collect();
    assert_eq!(
        said,
        [
            "3 key `a` is written twice the first one is on line 1",
            "4 key `b` is written twice the first one is on line 2",
            "5 key `a` is written twice the first one is on line 1",
        ]
    );
}

#[test]
fn depth_and_size_have_limits() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(refusal(&nested(33)).contains("nested more than 32 deep"));
    assert!(!places(&nested(32)).is_empty());
    let limits = Limits { byte_limit: 4, depth_limit: 1 };
    let mut findings = Findings::new();
    assert!(read_within(limits, "a: bc", &mut findings).is_none());
    let findings = findings.into_result(Some(())).expect_err("findings");
    assert_eq!(findings[0].message, "the file is longer than 4 bytes");
}
