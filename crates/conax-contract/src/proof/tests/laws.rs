//! Laws: what holds for every proof, and that nothing in it is idle.

use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::Index;
use serde_json::Value;

use super::alter::{changed, is_witnessed};
use super::fates::{ELSEWHERE, Fate, OPEN, SETTLED};
use super::play::{Play, Subject, name, problems};
use crate::proof::{HeadEnd, Line, check, encode_line};

fn fate(of: &'static [(&'static str, Fate)]) -> impl Strategy<Value = Fate> {
    prop::sample::select(of).prop_map(|(_, fate)| fate)
}

fn play() -> impl Strategy<Value = Play> {
    let picks = || prop::collection::vec(any::<u16>(), 1..40);
    let here = prop_oneof![2 => fate(SETTLED), 1 => fate(OPEN)];
    let here = (prop::collection::vec(here, 1..9), picks());
    let elsewhere = (prop::collection::vec(fate(ELSEWHERE), 1..9), picks());
    prop_oneof![
        4 => here.prop_map(|(fates, picks)| Play::of(HeadEnd::Simulated, &fates, &picks)),
        1 => elsewhere.prop_map(|(fates, picks)| Play::of(HeadEnd::Another, &fates, &picks)),
    ]
}

/// Every fate once.
fn everything() -> Play {
    let fates: Vec<Fate> = SETTLED.iter().chain(OPEN).map(|(_, fate)| *fate).collect();
    Play::of(HeadEnd::Simulated, &fates, &[3, 1, 4, 1, 5, 9, 2, 6])
}

/// The file without one line of a journal, nothing else made to fit.
fn torn(play: &Play, index: usize) -> Vec<String> {
    let mut lines = play.encoded();
    lines.remove(index + 1);
    lines
}

/// The rows made to agree with a journal that lacks a line of these subjects.
fn recounted(mut play: Play, subjects: &[Subject], of_crm: bool) -> Play {
    for row in &mut play.rows {
        if subjects.contains(&Subject::Request(row.request)) {
            let count = if of_crm {
                &mut row.crm_lines
            } else {
                &mut row.conax_lines
            };
            *count -= 1;
        }
    }
    play
}

/// The number a line of the journals has in its own.
fn numbered(index: usize, crm_len: usize) -> u64 {
    index.checked_sub(crm_len).unwrap_or(index) as u64 + 1
}

fn renumber(line: &mut Line, to: u64) {
    match line {
        Line::Crm(line) => line.n = to,
        Line::Conax(line) => line.n = to,
        line => panic!("{line:?} has no number"),
    }
}

#[test]
fn each_fate_alone_has_the_row_its_author_says() {
    for (head_end, fates) in [
        (HeadEnd::Simulated, SETTLED),
        (HeadEnd::Simulated, OPEN),
        (HeadEnd::Another, ELSEWHERE),
    ] {
        for (fate, script) in fates {
            let found = Play::of(head_end, &[*script], &[0]).problems();
            assert_eq!(found, [], "{fate}");
        }
    }
}

#[test]
fn of_a_proof_with_every_fate_no_line_of_a_journal_can_be_missing() {
    let play = everything();
    assert_eq!(play.problems(), []);
    for index in 0..play.journal_len() {
        for subject in play.subjects(index) {
            let found = problems(torn(&play, index));
            assert!(
                name(&found, &subject),
                "{:?}\n{found:#?}",
                play.lines()[index + 1]
            );
            let found = play.without(index).problems();
            assert!(
                name(&found, &subject),
                "{:?}\n{found:#?}",
                play.lines()[index + 1]
            );
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
            assert!(
                name(&found, &subject),
                "{:?}\n{found:#?}",
                play.lines()[index + 1]
            );
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
        for field in fields
            .into_iter()
            .filter(|field| is_witnessed(&play, index, field))
        {
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
        for field in value
            .as_object()
            .unwrap()
            .keys()
            .filter(|field| *field != "line")
        {
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

proptest! {
    #[test]
    fn every_proof_that_was_played_holds(play in play()) {
        prop_assert_eq!(check(play.encoded()), Ok(play.totals));
    }

    #[test]
    fn every_line_reads_back_as_it_was_written(play in play()) {
        for line in play.lines() {
            let text = encode_line(&line);
            let summed = crate::proof::sum::without_sum(&text).unwrap();
            prop_assert!(summed.fits);
            prop_assert_eq!(serde_json::from_str::<Line>(&summed.text).unwrap(), line);
        }
    }

    #[test]
    fn without_any_one_line_of_a_journal_no_proof_holds(play in play(), place in any::<Index>()) {
        let index = place.index(play.journal_len());
        let torn = problems(torn(&play, index));
        let mended = play.without(index).problems();
        for subject in play.subjects(index) {
            prop_assert!(name(&torn, &subject), "{:#?}", torn);
            prop_assert!(name(&mended, &subject), "{:#?}", mended);
        }
    }

    #[test]
    fn no_letter_of_a_journal_can_be_changed(
        play in play(),
        place in any::<Index>(),
        letter in any::<Index>(),
        by in 32_u8..127,
    ) {
        let index = place.index(play.journal_len());
        let mut lines = play.encoded();
        let line = &mut lines[index + 1];
        let at = letter.index(line.len());
        let by = char::from(by).to_string();
        if line[at..=at] != by {
            line.replace_range(at..=at, &by);
            let found = problems(lines);
            let mut subjects = play.subjects(index).into_iter();
            prop_assert!(subjects.any(|subject| name(&found, &subject)), "{:#?}", found);
        }
    }

    #[test]
    fn without_any_row_no_proof_holds(play in play(), place in any::<Index>()) {
        let index = 1 + play.journal_len() + place.index(play.rows.len() + play.foreign.len());
        let mut lines = play.encoded();
        lines.remove(index);
        let found = problems(lines);
        let subject = match &play.lines()[index] {
            Line::Row(row) => Subject::Request(row.request),
            Line::Foreign(row) => match row.exchange {
                Some(exchange) => Subject::Exchange(exchange),
                None => Subject::Console(row.transactions[0].clone()),
            },
            line => panic!("{line:?} is no row"),
        };
        prop_assert!(name(&found, &subject), "{:#?}", found);
    }

    #[test]
    fn two_lines_that_change_their_numbers_are_noticed(
        play in play(),
        first in any::<Index>(),
        second in any::<Index>(),
    ) {
        let (first, second) = (first.index(play.journal_len()), second.index(play.journal_len()));
        let crm_len = play.crm.len();
        let (first_n, second_n) = (numbered(first, crm_len), numbered(second, crm_len));
        if first_n != second_n {
            let mut lines = play.lines();
            renumber(&mut lines[first + 1], second_n);
            renumber(&mut lines[second + 1], first_n);
            let found = problems(lines.iter().map(encode_line));
            prop_assert!(found.iter().any(|problem| problem.message.contains("` line ")));
        }
    }

    #[test]
    fn a_file_that_was_cut_is_noticed(play in play(), end in any::<Index>()) {
        let mut lines = play.encoded();
        lines.truncate(end.index(lines.len()));
        prop_assert!(check(lines).is_err());
    }

    #[test]
    fn no_lines_in_any_order_make_the_checker_panic(
        play in play(),
        order in prop::collection::vec(any::<Index>(), 0..60),
        noise in any::<String>(),
    ) {
        let lines = play.encoded();
        let mut shuffled: Vec<String> =
            order.iter().map(|place| lines[place.index(lines.len())].clone()).collect();
        shuffled.push(noise);
        let found = check(shuffled).unwrap_err();
        prop_assert!(!found.is_empty() && found.len() <= crate::proof::PROBLEM_LIMIT);
    }
}

#[test]
fn unknown_members_are_refused_in_every_kind_of_line() {
    let play = everything();
    for line in play.lines() {
        let mut value = serde_json::to_value(&line).unwrap();
        value["surplus"] = Value::from(1);
        let read = serde_json::from_value::<Line>(value);
        assert!(
            read.is_err_and(|error| error.to_string().contains("surplus")),
            "{line:?}"
        );
    }
}
