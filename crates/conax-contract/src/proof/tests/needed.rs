//! Of a proof with every fate, each line and each member is needed.

use serde_json::Value;

use super::alter::{changed, is_witnessed};
use super::fates::{Fate, OPEN, SETTLED};
use super::laws::torn;
use super::play::{Play, Subject, name, problems};
use crate::proof::{HeadEnd, Line, encode_line};

/// Every fate once.
fn everything() -> Play {
    let fates: Vec<Fate> = SETTLED.iter().chain(OPEN).map(|(_, fate)| *fate).collect();
    Play::of(HeadEnd::Simulated, &fates, &[3, 1, 4, 1, 5, 9, 2, 6])
}

/// The rows made to agree with a journal that lacks a line of these subjects.
fn recounted(mut play: Play, subjects: &[Subject], of_crm: bool) -> Play {
    for row in &mut play.rows {
        if subjects.contains(&Subject::Request(row.request)) {
            let count = if of_crm { &mut row.crm_lines } else { &mut row.conax_lines };
            *count -= 1;
        }
    }
    play
}

#[test]
fn of_a_proof_with_every_fate_no_line_of_a_journal_can_be_missing() {
    let play = everything();
    assert_eq!(play.problems(), []);
    for index in 0..play.journal_len() {
        for subject in play.subjects(index) {
            let found = problems(torn(&play, index));
            assert!(name(&found, &subject), "{:?}\n{found:#?}", play.lines()[index + 1]);
            let found = play.without(index).problems();
            assert!(name(&found, &subject), "{:?}\n{found:#?}", play.lines()[index + 1]);
        }
    }
}

#[test]
fn of_a_settled_request_no_line_can_be_missing_even_if_nothing_is_counted() {
    let fates: Vec<Fate> = SETTLED.iter().map(|(_, fate)| *fate).collect();
    let play = Play::of(HeadEnd::Simulated, &fates, &[2, 7, 1, 8]);
    for index in 0..play.journal_len() {
        let subjects = play.subjects(index);
        let of_crm = index < play.crm.len();
        let found = recounted(play.without(index), &subjects, of_crm).problems();
        for subject in subjects {
            assert!(name(&found, &subject), "{:?}\n{found:#?}", play.lines()[index + 1]);
        }
    }
}

#[test]
fn what_a_line_says_stands_against_another_line_whatever_its_sum() {
    let play = everything();
    let mut altered = 0;
    for index in 0..play.journal_len() {
        let line = serde_json::to_value(&play.lines()[index + 1]).unwrap();
        let fields: Vec<&String> = line.as_object().unwrap().keys().collect();
        for field in fields.into_iter().filter(|field| is_witnessed(&play, index, field)) {
            let mut lines = play.encoded();
            lines[index + 1] = encode_line(&changed(&line, field));
            let found = problems(lines);
            let subject = &play.subjects(index)[0];
            assert!(name(&found, subject), "{field} of {line}\n{found:#?}");
            altered += 1;
        }
    }
    assert!(altered > 250, "{altered} members were altered");
}

#[test]
fn every_member_of_every_row_and_of_the_totals_must_follow() {
    let play = everything();
    for (index, line) in play.lines().iter().enumerate() {
        let request = match line {
            Line::Row(row) => Some(row.request),
            Line::Foreign(_) | Line::Totals(_) => None,
            _ => continue,
        };
        let value = serde_json::to_value(line).unwrap();
        for field in value.as_object().unwrap().keys().filter(|field| *field != "line") {
            let mut lines = play.encoded();
            lines[index] = encode_line(&changed(&value, field));
            let found = problems(lines);
            let told = found.iter().any(|problem| problem.request == request);
            assert!(told, "{field} of {value}\n{found:#?}");
        }
    }
}

#[test]
fn the_counts_of_the_header_must_be_those_of_the_file() {
    let play = everything();
    let header = serde_json::to_value(&play.lines()[0]).unwrap();
    for field in ["crm_lines", "conax_lines", "requests", "format", "head_end"] {
        let mut lines = play.encoded();
        lines[0] = encode_line(&changed(&header, field));
        assert_ne!(problems(lines), [], "{field}");
    }
}

#[test]
fn unknown_members_are_refused_in_every_kind_of_line() {
    let play = everything();
    for line in play.lines() {
        let mut value = serde_json::to_value(&line).unwrap();
        value["surplus"] = Value::from(1);
        let read = serde_json::from_value::<Line>(value);
        assert!(read.is_err_and(|error| error.to_string().contains("surplus")), "{line:?}");
    }
}
