//! Laws: what holds for every proof, and that nothing in it is idle.

use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::Index;

use super::fates::{ELSEWHERE, Fate, OPEN, SETTLED};
use super::play::{Play, Subject, name, problems};
use crate::proof::{Checker, HeadEnd, Line, check, encode_line};

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

/// The file without one line of a journal, nothing else made to fit.
pub(super) fn torn(play: &Play, index: usize) -> Vec<String> {
    let mut lines = play.encoded();
    lines.remove(index + 1);
    lines
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
    for (head_end, fates) in
        [(HeadEnd::Simulated, SETTLED), (HeadEnd::Simulated, OPEN), (HeadEnd::Another, ELSEWHERE)]
    {
        for (fate, script) in fates {
            let found = Play::of(head_end, &[*script], &[0]).problems();
            assert_eq!(found, [], "{fate}");
        }
    }
}

proptest! {
    #[test]
    fn every_proof_that_was_played_holds(play in play()) {
        prop_assert_eq!(check(play.encoded()), Ok(play.totals));
    }

    #[test]
    fn of_a_proof_whose_first_lines_were_let_go_the_rest_is_proven(
        play in play(),
        crm in any::<Index>(),
        conax in any::<Index>(),
    ) {
        let crm = crm.index(play.crm.len() + 1);
        let lines = play.cut(crm, conax.index(play.conax.len() + 1));
        let cut = lines.iter().filter_map(|line| match line {
            Line::Row(row) => Some(row.crm_let_go + row.conax_let_go > 0),
            _ => None,
        });
        let unproven = cut.filter(|cut| *cut).count() as u64;
        let mut checker = Checker::default();
        lines.iter().for_each(|line| checker.take(&encode_line(line)));
        let proven = checker.finish();
        prop_assert_eq!(proven.map(|proven| (proven.totals, proven.unproven)), Ok((play.totals, unproven)));
    }

    #[test]
    fn of_what_is_left_of_a_cut_proof_no_line_can_be_missing(
        play in play(),
        crm in any::<Index>(),
        conax in any::<Index>(),
        place in any::<Index>(),
    ) {
        let (crm, conax) = (crm.index(play.crm.len() + 1), conax.index(play.conax.len() + 1));
        let mut lines = play.cut(crm, conax);
        lines.remove(place.index(lines.len()));
        let found = problems(lines.iter().map(encode_line));
        prop_assert!(!found.is_empty());
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
