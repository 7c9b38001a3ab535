//! From data to text and back.

use proptest::prelude::*;

use crate::text::{Findings, Marked, Meaning, Node, Outline, Style, read};

fn sample() -> Outline {
    Outline::map([
        ("name", Outline::text("0190")),
        ("nothing", Outline::Null),
        ("none", Outline::List(Vec::new())),
        ("word", Outline::Word("in_use".to_owned())),
        ("small", Outline::Map(vec![("a".to_owned(), Outline::Whole(1))])),
        (
            "large",
            Outline::List(vec![
                Outline::Map(vec![
                    ("a".to_owned(), Outline::text(&"x".repeat(100))),
                    ("b".to_owned(), Outline::List(vec![Outline::Flag(true)])),
                ]),
                Outline::List(vec![Outline::List(vec![Outline::Null])]),
                Outline::text("end"),
            ]),
        ),
    ])
}

#[test]
fn people_get_block_style_with_small_maps_between_braces() {
    let expected = format!(
        "name: \"0190\"\nword: in_use\nsmall: {{ a: 1 }}\nlarge:\n  - a: \"{}\"\n    b: [true]\n  \
         - \n    - [null]\n  - \"end\"\n",
        "x".repeat(100)
    );
    assert_eq!(sample().to_yaml(), expected);
}

#[test]
fn programs_get_json_with_the_keys_in_order() {
    let json = serde_json::to_string(&sample()).unwrap().replace(&"x".repeat(100), "x");
    assert_eq!(
        json,
        r#"{"name":"0190","word":"in_use","small":{"a":1},"large":[{"a":"x","b":[true]},[[null]],"end"]}"#
    );
}

/// The data a tree stands for.
fn data(marked: &Marked) -> Outline {
    match &marked.node {
        Node::List(items) => Outline::List(items.iter().map(data).collect()),
        Node::Map(entries) => {
            let fields = entries.iter().map(|entry| (entry.key.clone(), data(&entry.value)));
            Outline::Map(fields.collect())
        }
        Node::Scalar(scalar) => match (scalar.style, scalar.meaning()) {
            (Style::Plain, Meaning::Null) => Outline::Null,
            (Style::Plain, Meaning::Flag(value)) => Outline::Flag(value),
            (Style::Plain, Meaning::Whole(value)) => Outline::Whole(value),
            _ => Outline::text(&scalar.text),
        },
    }
}

fn read_back(text: &str) -> Outline {
    let mut findings = Findings::new();
    let root = read(text, &mut findings);
    data(&findings.into_result(root).expect(text))
}

fn any_outline() -> impl Strategy<Value = Outline> {
    let text = prop_oneof!["(?s).{0,12}", "[ -~]{0,12}", "[\"\\\\\\n\\t\\r:#{}-]{0,6}"];
    let leaf = prop_oneof![
        Just(Outline::Null),
        any::<bool>().prop_map(Outline::Flag),
        any::<i64>().prop_map(Outline::Whole),
        text.prop_map(Outline::Text),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        let fields = prop::collection::btree_map("[a-z_]{1,8}|\\PC{1,8}|yes|", inner.clone(), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Outline::List),
            fields.prop_map(|fields| Outline::Map(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_reads_as_what_it_was(outline in any_outline()) {
        prop_assert_eq!(&read_back(&outline.to_yaml()), &outline);
        prop_assert_eq!(&read_back(&serde_json::to_string(&outline).unwrap()), &outline);
    }
}
