//! From nodes to values, with everything that is wrong at once.

use crate::text::{
    Fields, Finding, Findings, Word, fields, flag, items, number, placed, read, text, whole, word,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Colour {
    Red,
    Green,
}

impl Word for Colour {
    const ALL: &'static [Self] = &[Self::Red, Self::Green];

    fn word(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Green => "green",
        }
    }
}

#[derive(Debug, PartialEq)]
struct Box {
    name: String,
    colour: Option<Colour>,
    sizes: Vec<i64>,
    lids: Vec<bool>,
}

fn read_box(fields: &mut Fields<'_, '_>) -> Option<Box> {
    let name = fields.required("name", text);
    let colour = fields.optional("colour", word::<Colour>);
    let sizes = fields.list("sizes", whole);
    let lids = fields.maps("lids", "a lid", |lid| lid.required("open", flag));
    Some(Box { name: name?, colour, sizes, lids })
}

fn parse(source: &str) -> Result<Box, Vec<Finding>> {
    let mut findings = Findings::new();
    let root = read(source, &mut findings);
    let value = root.and_then(|root| fields(&root, &mut findings, "a box", read_box));
    findings.into_result(value)
}

/// What is said about `source`, a line per finding.
fn said(source: &str) -> String {
    let findings = parse(source).expect_err("findings");
    let lines: Vec<String> = findings
        .iter()
        .map(|it| {
            let hint = it.hint.as_deref().unwrap_or("-");
            format!("{}:{}-{} {} | {hint}", it.line, it.column, it.end_column, it.message)
        })
        .collect();
    lines.join("\n")
}

#[test]
fn a_map_becomes_a_value() {
    let read = parse("name: b\ncolour: green\nsizes: [1, 2]\nlids: [{ open: true }]");
    let expected = Box {
        name: "b".to_owned(),
        colour: Some(Colour::Green),
        sizes: vec![1, 2],
        lids: vec![true],
    };
    assert_eq!(read, Ok(expected));
}

#[test]
fn null_and_absent_are_the_same() {
    let expected = parse("name: b");
    assert!(expected.is_ok());
    assert_eq!(parse("name: b\ncolour: null\nsizes:\nlids: null"), expected);
}

#[test]
fn everything_is_reported_in_the_order_of_the_file() {
    assert_eq!(
        said("sizes: [1, x]\nlids: [{ opem: true }, 7]\ncolour: gren\nnmae: b\nweight: 3"),
        "1:12-13 `x` stands where a whole number is expected | \
         write digits without quotes, such as `20`\n\
         2:10-14 unknown key `opem` | did you mean `open`?\n\
         2:24-25 `7` stands where a lid is expected | write keys and values, `key: value`\n\
         3:9-13 `gren` is not one of the words allowed here | \
         did you mean `green`? allowed: `red`, `green`\n\
         4:1-5 unknown key `nmae` | did you mean `name`?\n\
         5:1-7 unknown key `weight` | known here: `name`, `colour`, `sizes`, `lids`"
    );
}

#[test]
fn one_slip_in_a_required_key_is_one_finding() {
    assert_eq!(said("nmae: b"), "1:1-5 unknown key `nmae` | did you mean `name`?");
    assert_eq!(said("sizes: []"), "1:1-10 `name` is missing from a box | -");
}

#[test]
fn a_key_that_is_there_is_not_suggested() {
    assert!(said("name: b\nnames: c").contains("known here"));
}

#[test]
fn a_required_key_without_a_value_is_not_called_missing() {
    assert_eq!(said("name:\nsizes: []"), "1:1-5 nothing is written after `name` | -");
}

#[test]
fn numbers_have_limits_and_places() {
    let mut findings = Findings::new();
    let root = read("[1, 300, -1, 7]", &mut findings).expect("a tree");
    let bytes = items(placed(number(0..=255_u8)))(&root, &mut findings).expect("a list");
    let kept: Vec<(u8, usize)> = bytes.iter().map(|it| (it.value, it.span.start.column)).collect();
    assert_eq!(kept, [(1, 2), (7, 14)]);
    let findings = findings.into_result(Some(())).expect_err("findings");
    assert_eq!(findings.len(), 2);
    assert_eq!(findings[0].hint.as_deref(), Some("write a number from 0 to 255"));
}

#[test]
fn more_findings_than_anybody_reads_are_counted() {
    let findings = parse(&("name: b\nsizes:\n".to_owned() + &"  - x\n".repeat(1_000)));
    let findings = findings.expect_err("findings");
    assert_eq!(findings.len(), Findings::LIMIT + 1);
    assert_eq!(findings[Findings::LIMIT].message, "800 more findings are not shown");
}
