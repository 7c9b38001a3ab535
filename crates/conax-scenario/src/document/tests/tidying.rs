//! The formatter.

use proptest::prelude::*;

use super::super::tidy;
use conax_contract::text::{Findings, Marked, Node, read};

#[test]
fn digits_get_quotes_braces_their_blanks_and_comments_stay() {
    let source = "scenario: x   \r\n\r\n\r\n# why\nsteps:\n- expect conax: {card: 01900080207, entitled: [ A,B ]} # c\n\n\n";
    let tidied = tidy(source).expect("a sound file");
    assert_eq!(
        tidied,
        "scenario: x\n\n# why\nsteps:\n- expect conax: { card: \"01900080207\", entitled: [A,B] } # c\n"
    );
}

#[test]
fn a_colon_or_comma_has_one_blank_behind_it_but_in_text_and_comments() {
    let source = "scenario:   untidy,   it   is   #  a:   b,   c\nsteps:\n  - call:  add_subscriptions\n    \
         with: { subscription:   S60600,   service:  \"a:   b,  c\",  \"x\":   [a,b,   c ,  d] }\n";
    let tidied = tidy(source).expect("a sound file");
    assert_eq!(
        tidied,
        "scenario: untidy,   it   is   #  a:   b,   c\nsteps:\n  - call: add_subscriptions\n    \
         with: { subscription: S60600, service: \"a:   b,  c\", \"x\": [a,b, c , d] }\n"
    );
    assert_eq!(tree(&tidied), tree(source));
}

#[test]
fn blocks_of_text_stay_as_they_are() {
    let source = "steps:\n  - raw:\n      path: /\n      body: |\n        <a>  \n\n\n        </a>\n      method: POST\n";
    assert_eq!(tidy(source).expect("a sound file"), source);
}

#[test]
fn numbers_that_are_numbers_stay_numbers() {
    let source = "vars: { count: 5, share: 0.5 }\nworld: { crowd: { smartcards: 1000 } }\n";
    assert_eq!(tidy(source).expect("a sound file"), source);
}

/// The tree without its places and the style of its values.
fn bare(marked: &Marked) -> String {
    match &marked.node {
        Node::Scalar(scalar) => format!("{:?}", scalar.text),
        Node::List(items) => {
            let items: Vec<String> = items.iter().map(bare).collect();
            format!("[{}]", items.join(","))
        }
        Node::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|entry| format!("{}:{}", entry.key, bare(&entry.value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

fn tree(source: &str) -> Option<String> {
    let mut findings = Findings::new();
    let root = read(source, &mut findings);
    findings.into_result(root).ok().map(|root| bare(&root))
}

/// Pieces of files, put together.
fn file() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        "[a-z]{1,6}",
        "0[0-9]{3,10}",
        "[0-9]{1,5}",
        Just("yes".to_owned()),
        Just("'it''s'".to_owned()),
        Just("\"a \\\" } b\"".to_owned()),
        Just("{a:   1,b: [ 1,   2 ],   c: d ,  \"e\":   f}".to_owned()),
        Just("  x:1,  y".to_owned()),
        Just("[ x,{ y: 01 } ]".to_owned()),
        Just("{}".to_owned()),
    ];
    let line = ("[a-z]{1,4}", value, prop_oneof![Just(""), Just("  "), Just(" # note ")]);
    prop::collection::vec(line, 1..8).prop_map(|lines| {
        let lines = lines.into_iter().enumerate();
        lines.map(|(index, (key, value, end))| format!("{key}{index}: {value}{end}\n")).collect()
    })
}

proptest! {
    #[test]
    fn tidying_twice_is_tidying_once_and_means_the_same(source in file()) {
        let once = tidy(&source).expect("a sound file");
        prop_assert_eq!(&tidy(&once).expect("still a sound file"), &once);
        prop_assert_eq!(tree(&once), tree(&source), "{}", once);
    }
}

#[test]
fn a_file_keeps_the_line_breaks_it_has() {
    let windows = "scenario:   x\r\n\r\n\r\ndescription: |\r\n  a\r\n  b\r\nsteps: [ process ]\r\n";
    let tidied = tidy(windows).expect("a sound file");
    let expected = "scenario: x\n\ndescription: |\n  a\n  b\nsteps: [process]\n";
    assert_eq!(tidied, expected.replace('\n', "\r\n"));
    assert_eq!(tidy(&windows.replace("\r\n", "\n")).expect("a sound file"), expected);
    // Of two kinds, one stays.
    let mixed = tidy("scenario: x\r\nsteps: [process]\n").expect("a sound file");
    assert_eq!(mixed, "scenario: x\nsteps: [process]\n");
}

#[test]
fn a_map_without_brackets_stays_above_the_lines_that_belong_to_it() {
    let source = "scenario: x\n:     a: { b: c }\n      d: e\n";
    assert_eq!(tidy(source).expect("a sound file"), source);
}
