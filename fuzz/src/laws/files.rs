//! Files: what people write, and the ledger.

use std::collections::BTreeMap;

use conax_contract::fault::{WrittenRule, parse_rules};
use conax_contract::proof::{Line, PROBLEM_LIMIT, begins_ledger, check, encode_line};
use conax_contract::text::{Findings, Marked, Node, decode, is_unshowable, read, render, visible};
use conax_contract::world::built_in;
use conax_scenario::document::{Given, Library, Reader, tidy};

/// Keys of a flow map may have 1024 characters, quotes and escapes included.
const KEY_LIMIT: usize = 100;

/// The text of a file, if it is one.
pub(super) fn text(input: &[u8]) -> Option<String> {
    match decode(input.to_vec()) {
        Ok(text) => Some(text),
        Err(problem) => {
            let shown = render("file", &problem.source, &[problem.finding]);
            assert!(is_showable(&shown), "{shown:?}");
            None
        }
    }
}

fn is_showable(text: &str) -> bool {
    !text.contains(|letter| is_unshowable(letter) && letter != '\n')
}

/// A tree that is written again reads the same.
pub(super) fn yaml(input: &[u8]) {
    let Some(text) = text(input) else {
        return;
    };
    match tree(&text) {
        Ok(root) => {
            let mut longest = 0;
            let written = flow(&root, &mut longest);
            let again = tree(&written).map(|root| flow(&root, &mut 0));
            assert!(longest > KEY_LIMIT || again.as_ref() == Ok(&written), "{again:?}\n{written}");
        }
        Err(shown) => assert!(is_showable(&shown), "{shown:?}"),
    }
}

fn tree(text: &str) -> Result<Marked, String> {
    let mut findings = Findings::new();
    let root = read(text, &mut findings);
    findings.into_result(root).map_err(|findings| render("file", text, &findings))
}

/// The tree as JSON in which every value is text.
fn flow(marked: &Marked, longest: &mut usize) -> String {
    match &marked.node {
        Node::Scalar(scalar) => quoted(&scalar.text),
        Node::List(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, longest)).collect();
            format!("[{}]", items.join(", "))
        }
        Node::Map(entries) => {
            let entries = entries.iter().map(|entry| {
                *longest = entry.key.len().max(*longest);
                format!("{}: {}", quoted(&entry.key), flow(&entry.value, longest))
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    // What JSON leaves as it is and YAML does not know is written as an escape.
    let json = serde_json::Value::from(text).to_string();
    json.chars()
        .map(|letter| match letter {
            '\u{7f}'..='\u{9f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{feff}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                format!("\\u{:04x}", u32::from(letter))
            }
            letter => letter.to_string(),
        })
        .collect()
}

/// A rule as it is listed, read alone, is that rule.
pub(super) fn fault_rules(input: &[u8]) {
    let Some(text) = text(input) else {
        return;
    };
    match parse_rules(&text) {
        Ok(rules) => {
            for rule in &rules {
                let listed = rule.written.to_string();
                let again = WrittenRule::parse(&listed);
                let same = again.as_ref().is_ok_and(|again| again.as_slice() == [rule.clone()]);
                assert!(same, "{listed}\n{rule:?}\n{again:?}");
            }
        }
        Err(findings) => {
            let shown = render("file", &text, &findings);
            assert!(!findings.is_empty() && is_showable(&shown), "{shown:?}");
        }
    }
}

/// What begins another file in an input.
const NEXT_FILE: &str = "\n=== ";

/// The files of an input: the scenario, and those it may include, each behind a line with its name.
struct Files<'i>(BTreeMap<&'i str, &'i str>);

impl Library for Files<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        let text = self.0.get(path).ok_or_else(|| "there is no such file".to_owned())?;
        Ok((*text).to_owned())
    }

    fn built_in_world(&self, name: &str) -> Option<String> {
        built_in(name).map(str::to_owned)
    }
}

/// Everything is read or told; the tidy form is tidy, and means the same.
pub(super) fn scenario(input: &[u8]) {
    let Some(text) = text(input) else {
        return;
    };
    if text.contains("crowd") {
        // It is as large as it says.
        return;
    }
    let mut parts = text.split(NEXT_FILE);
    let source = parts.next().unwrap_or_default();
    let files = Files(parts.filter_map(|part| part.split_once('\n')).collect());
    let read = |source: &str| {
        let read = Reader::new(&files).read("a.scenario.yaml", source, &Given::seed(1));
        read.map(|scenarios| scenarios.len()).map_err(|wrong| {
            let shown: Vec<String> = wrong.iter().map(|file| file.render()).collect();
            assert!(shown.iter().all(|shown| is_showable(shown)), "{}", visible(&shown.join("")));
        })
    };
    let count = read(source);
    if let Ok(tidied) = tidy(source) {
        assert_eq!(tidy(&tidied).as_ref(), Ok(&tidied), "tidy is not tidy");
        assert_eq!(read(&tidied), count, "tidied, it means something else\n{tidied}");
    }
}

/// What is proven is written as it was read.
pub(super) fn ledger(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let lines: Vec<&str> = text.lines().collect();
    match check(&lines) {
        Ok(_) => {
            assert!(lines.first().is_some_and(|first| begins_ledger(first)));
            for line in lines {
                let (before_sum, _) = line.rsplit_once(",\"sum\":").expect("a line with its sum");
                let read = serde_json::from_str(&format!("{before_sum}}}"));
                let read: Line = read.expect("a line that was checked");
                assert_eq!(encode_line(&read), line);
            }
        }
        Err(problems) => assert!((1..=PROBLEM_LIMIT).contains(&problems.len())),
    }
}
