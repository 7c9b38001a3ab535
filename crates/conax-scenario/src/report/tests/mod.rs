//! Laws and looks of the reports.

#[path = "../../../examples/sample_report/record.rs"]
mod sample;

use std::collections::BTreeSet;

use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use super::{Workspace, failure_text, github, html, json, json_schema, junit, tap};
use crate::coverage;
use crate::record::{self, CaseRecord, FindingRecord, RunRecord, StepRecord, Verdict};

#[test]
fn junit_has_a_case_for_every_row_and_skips_what_was_not_seen() {
    insta::assert_snapshot!(junit(&sample::rich()));
}

#[test]
fn tap_says_it_line_by_line() {
    insta::assert_snapshot!(tap(&sample::rich()));
}

#[test]
fn annotations_stand_at_the_line_of_the_step() {
    insta::assert_snapshot!(github(&sample::rich(), &Workspace::default()));
}

#[test]
fn a_story_tells_both_sides() {
    let run = sample::rich();
    let bad = run.cases.iter().filter(|case| case.verdict.is_bad());
    let stories: Vec<String> = bad.map(failure_text).collect();
    insta::assert_snapshot!(stories.join("\n"));
}

/// The names of the members of a value, and of what is in it.
fn keys(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                into.insert(name.clone());
                // What the control API tells of a difference is not ours to describe.
                if name != "drift" {
                    keys(value, into);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, into)),
        _ => {}
    }
}

/// The names a schema knows.
fn described(schema: &Value, into: &mut BTreeSet<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        into.extend(properties.keys().cloned());
    }
    match schema {
        Value::Object(members) => members.values().for_each(|inner| described(inner, into)),
        Value::Array(items) => items.iter().for_each(|inner| described(inner, into)),
        _ => {}
    }
}

#[test]
fn the_schema_describes_every_member_of_the_json_report_and_no_other() {
    let report: Value = serde_json::from_str(&json(&sample::rich())).expect("JSON");
    let schema: Value = serde_json::from_str(&json_schema()).expect("JSON");
    let (mut found, mut known) = (BTreeSet::new(), BTreeSet::new());
    keys(&report, &mut found);
    described(&schema, &mut known);
    assert_eq!(found, known);
}

/// A record in which this text stands wherever text stands.
fn saying(text: &str) -> RunRecord {
    let finding = FindingRecord {
        file: text.to_owned(),
        line: 1,
        message: text.to_owned(),
        expected: text.to_owned(),
        found: text.to_owned(),
        note: Some(text.to_owned()),
        ..FindingRecord::default()
    };
    let step = StepRecord {
        title: text.to_owned(),
        verdict: Verdict::Failed,
        findings: vec![finding],
        ..StepRecord::default()
    };
    let case = CaseRecord {
        file: text.to_owned(),
        name: text.to_owned(),
        row: Some(text.to_owned()),
        description: Some(text.to_owned()),
        tags: vec![text.to_owned()],
        verdict: Verdict::Failed,
        steps: vec![step],
        again: text.to_owned(),
        ..CaseRecord::default()
    };
    RunRecord { cases: vec![case], ..RunRecord::default() }
}

/// Whether text is well-formed XML with one root and no character XML forbids.
fn is_xml(text: &str) -> bool {
    let forbidden = |letter: char| {
        letter.is_control() && !matches!(letter, '\t' | '\n' | '\r' | '\u{7f}'..='\u{9f}')
            || matches!(letter, '\u{fffe}' | '\u{ffff}')
    };
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    let mut roots = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => {
                roots += usize::from(depth == 0);
                depth += 1;
            }
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    depth == 0 && roots == 1 && !text.contains(forbidden)
}

proptest! {
    #[test]
    fn junit_is_xml_whatever_is_said(text in "\\PC{0,40}|[\\x00-\\x7f]{0,40}|(]]>|<|&|\"|'){0,8}") {
        let report = junit(&saying(&text));
        prop_assert!(is_xml(&report), "{}", report);
    }

    #[test]
    fn data_does_not_break_out_of_the_page(text in "(</script|<!--|<script|[a-z>/ ]){0,10}") {
        let page = html(&saying(&text));
        let ours = html(&saying("")).matches("</script").count();
        prop_assert_eq!(page.matches("</script").count(), ours);
        prop_assert_eq!(page.matches("<!--").count(), html(&saying("")).matches("<!--").count());
    }

    #[test]
    fn an_annotation_is_one_line(text in "[\\x00-\\x7f]{0,40}|[%:,\r\n]{0,12}") {
        for line in github(&saying(&text), &Workspace::default()).lines() {
            prop_assert!(line.starts_with("::"), "{}", line);
        }
    }

    #[test]
    fn tap_has_one_line_for_each_scenario(text in "\\PC{0,40}|[#\\\\\r\n]{0,12}") {
        let report = tap(&saying(&text));
        let count = report.lines().filter(|line| line.starts_with("not ok ")).count();
        prop_assert_eq!(count, 1, "{}", report);
    }
}

#[test]
fn a_page_holds_every_scenario_of_a_large_run() {
    let page = html(&sample::large(100));
    assert_eq!(page.matches("id=\"case-data-").count(), 100);
}

#[test]
fn annotations_name_files_as_the_workflow_does() {
    let mut run = saying("x");
    for (here, root, named, told) in [
        ("/w/sub", "/w", "../a.scenario.yaml", "a.scenario.yaml"),
        ("/w/sub", "/w/", "b/./a.scenario.yaml", "sub/b/a.scenario.yaml"),
        ("/w", "/w", "/w/a.scenario.yaml", "a.scenario.yaml"),
        ("/w", "/w", "/elsewhere/a.scenario.yaml", "/elsewhere/a.scenario.yaml"),
        ("/work", "/w", "a.scenario.yaml", "a.scenario.yaml"),
        ("C:\\w\\sub", "C:\\w", "..\\a.scenario.yaml", "a.scenario.yaml"),
        ("/w/sub", "", "../a.scenario.yaml", "../a.scenario.yaml"),
    ] {
        run.cases[0].file = named.to_owned();
        run.cases[0].steps[0].findings[0].file = named.to_owned();
        let workspace = Workspace { here: here.to_owned(), root: root.to_owned() };
        let text = github(&run, &workspace);
        let file = format!("::error file={},", told.replace(':', "%3A"));
        assert!(text.starts_with(&file), "{here} {root} {named}: {text}");
    }
}

#[test]
fn nothing_that_is_told_moves_a_cursor_or_turns_a_line_around() {
    let run = saying("A \u{1b}[31mplain\u{7} \u{202e}x\u{9b}y");
    let is_odd = |letter: char| {
        letter.is_control() && !matches!(letter, '\n' | '\t')
            || matches!(letter, '\u{202a}'..='\u{202e}')
    };
    for text in [failure_text(&run.cases[0]), github(&run, &Workspace::default()), tap(&run)] {
        assert!(!text.contains(is_odd), "{text:?}");
        assert!(text.contains("1B}[31mplain"), "{text:?}");
    }
    for text in [junit(&run), html(&run)] {
        assert!(!text.contains(is_odd), "{text:?}");
        assert!(text.contains("\\u{202E}x"), "{text:?}");
    }
    let text = json(&run);
    assert!(!text.contains(is_odd), "{text:?}");
    let read: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(read["cases"][0]["name"], "A \u{1b}[31mplain\u{7} \u{202e}x\u{9b}y");
}

#[test]
fn every_report_tells_the_sentence_of_the_answer() {
    let mut run = saying("x");
    run.cases[0].steps[0].findings[0].answer = Some("names no installed item".to_owned());
    for text in [
        failure_text(&run.cases[0]),
        junit(&run),
        tap(&run),
        github(&run, &Workspace::default()),
        json(&run),
        html(&run),
    ] {
        assert!(text.contains("names no installed item"), "{text}");
    }
}

#[test]
fn every_text_of_a_record_is_reached() {
    let mut run = sample::rich();
    for case in &mut run.cases {
        case.each_text(|text| *text = "*".to_owned());
        case.steps
            .iter_mut()
            .flat_map(|step| &mut step.findings)
            .for_each(|finding| finding.source.clear());
        let value = serde_json::to_value(&*case).expect("a record is JSON");
        assert_only_stars("", &value);
    }
}

/// Words of the record's own stand in a few members; everything else can be reached.
#[track_caller]
fn assert_only_stars(name: &str, value: &Value) {
    const OWN: [&str; 6] = ["verdict", "kind", "began", "door", "status", "covers"];
    match value {
        Value::String(text) => {
            assert!(text == "*" || text.is_empty() || OWN.contains(&name), "{name}: {text}")
        }
        Value::Array(items) => items.iter().for_each(|item| assert_only_stars(name, item)),
        Value::Object(members) if name != "covers" => {
            members.iter().for_each(|(name, value)| assert_only_stars(name, value));
        }
        _ => {}
    }
}
