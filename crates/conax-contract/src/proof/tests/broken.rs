//! What is said of proofs that do not hold.

use conax_model::ledger::{self, CrmEvent};

use super::fates::{Fate, SETTLED};
use super::play::{Play, problems};
use crate::proof::{ConaxEvent, HeadEnd, Line, encode_line};

/// Requests 4050 (fine), 4051 (refused), 4052 (silence, applied) and 4053 (undone by a restart).
fn play() -> Play {
    let wanted = ["fine", "refused", "silence, applied", "undone by a restart"];
    let fates = wanted.map(|name| {
        let known: &(&str, Fate) = SETTLED.iter().find(|(known, _)| *known == name).unwrap();
        known.1
    });
    Play::of(HeadEnd::Simulated, &fates, &[0])
}

fn told(lines: impl IntoIterator<Item = String>) -> String {
    let told: Vec<String> = problems(lines).iter().map(ToString::to_string).collect();
    told.join("\n")
}

/// The file without the first line that has this text.
fn without(text: &str) -> String {
    let mut lines = play().encoded();
    let place = lines.iter().position(|line| line.contains(text)).unwrap();
    lines.remove(place);
    told(lines)
}

/// The file in which a line was changed and its sum made to fit.
fn with(change: impl Fn(&mut Line) -> bool) -> String {
    let mut lines = play().lines();
    let changed = lines.iter_mut().find_map(|line| change(line).then_some(()));
    changed.unwrap();
    told(lines.iter().map(encode_line))
}

#[test]
fn a_missing_send_is_told_of_its_request() {
    insta::assert_snapshot!(without(r#""sent","request":4051"#), @"
    1  the header says `crm_lines` 16; the file has 15
    7  `crm` line 7 stands after line 5: line 6 is missing
    7  request 4051: exchange 1011 came back, but it was never sent: its `sent` line is missing
    31  request 4051: the row is not what follows from the journals: found `crm_lines` 4, expected 3
    ");
}

#[test]
fn a_missing_execution_is_told_of_its_request() {
    insta::assert_snapshot!(without(r#""executed","exchange":1021"#), @r#"
    1  the header says `conax_lines` 13; the file has 12
    11  request 4052: exchange 1021 was read, but nothing came of it: its `executed`, `refused`, `pretended` or `held` line is missing
    25  `conax` line 9 stands after line 7: line 8 is missing
    32  request 4052: the row is not what follows from the journals: found `conax` "once", expected "never"; `conax_lines` 3, expected 2; `executions` 1, expected 0; `transactions` ["00000003-0000-4000-8000-000000000001"], expected []
    34  the totals are not what follows from the journals: found `never` 2, expected 3; `once` 2, expected 1
    "#);
}

#[test]
fn a_missing_acknowledgement_is_told_of_its_request() {
    insta::assert_snapshot!(without(r#""acknowledged","request":4050"#), @"
    1  the header says `crm_lines` 16; the file has 15
    1  the header says `requests` 4; the file has 3
    2  `crm` line 2 stands first: line 1 is missing
    2  request 4050: `sent`, but it was never acknowledged: its `acknowledged` line is missing
    34  the totals are not what follows from the journals: found `acknowledged` 4, expected 3; `completed` 2, expected 1; `once` 2, expected 1
    ");
}

#[test]
fn a_missing_restart_is_told_of_the_request_it_undid() {
    insta::assert_snapshot!(without(r#""event":"undone""#), @r#"
    1  the header says `conax_lines` 13; the file has 12
    33  request 4053: the row is not what follows from the journals: found `conax` "never", expected "once"; `conax_lines` 4, expected 3; `known_to_crm` false, expected true; `undone` 1, expected 0
    34  the totals are not what follows from the journals: found `false_completions` 1, expected 0; `never` 2, expected 1; `once` 2, expected 3; `unknown_to_crm` 2, expected 1
    "#);
}

#[test]
fn a_line_edited_by_hand_is_told() {
    let lines = play().encoded();
    let edited = lines.iter().map(|line| line.replace("Read timed out", "Read timed OUT"));
    insta::assert_snapshot!(told(edited), @"
    12  request 4052: the line is not as it was written: its `sum` does not fit
    13  request 4052: the line is not as it was written: its `sum` does not fit
    ");
}

#[test]
fn another_reference_at_the_crm_is_told() {
    let found = with(|line| match line {
        Line::Crm(line) => match &mut line.event {
            CrmEvent::Answered { reference: Some(reference), .. } => {
                *reference = reference.replacen("00000001", "ffffffff", 1).into();
                true
            }
            _ => false,
        },
        _ => false,
    });
    insta::assert_snapshot!(found, @"
    3  request 4050: exchange 1001 came back with status code `OK` and reference `ffffffff-0000-4000-8000-000000000001`; expected status code `OK` and reference `00000001-0000-4000-8000-000000000001`, as the head-end answered
    5  request 4050: ended with reference `00000001-0000-4000-8000-000000000001`; expected `ffffffff-0000-4000-8000-000000000001`, as answered
    ");
}

#[test]
fn a_command_that_never_left_cannot_have_been_received() {
    let found = with(|line| match line {
        Line::Crm(line) => match &mut line.event {
            CrmEvent::Sent { request: 4052, left, .. } => {
                *left = false;
                true
            }
            _ => false,
        },
        _ => false,
    });
    insta::assert_snapshot!(found, @"24  request 4052: exchange 1021 was received, but it never left; expected `left` to be true");
}

#[test]
fn a_row_that_flatters_is_told_with_what_follows() {
    let found = with(|line| match line {
        Line::Row(row) if row.request == 4053 => {
            row.conax = ledger::Fate::Once;
            row.known_to_crm = true;
            true
        }
        _ => false,
    });
    insta::assert_snapshot!(found, @r#"34  request 4053: the row is not what follows from the journals: found `conax` "once", expected "never"; `known_to_crm` true, expected false"#);
}

#[test]
fn a_command_that_is_not_the_one_of_its_request_is_told() {
    let found = with(|line| match line {
        Line::Conax(line) => match &mut line.event {
            ConaxEvent::Executed { exchange: 1001, command, .. } => {
                *command = crate::cas::CommandKind::CreatePairing;
                true
            }
            _ => false,
        },
        _ => false,
    });
    insta::assert_snapshot!(found, @"19  request 4050: `create_pairing` was executed; expected the command of ADD_SUBSCRIPTIONS");
}

#[test]
fn totals_that_do_not_add_up_are_told() {
    let found = with(|line| match line {
        Line::Totals(totals) => {
            totals.once += 1;
            true
        }
        _ => false,
    });
    insta::assert_snapshot!(found, @"
    35  the totals are not what follows from the journals: found `once` 3, expected 2
    35  the totals do not add up; expected acknowledged = once + twice + partly + never + unknown = completed + rejected + pending + in_flight
    ");
}

#[test]
fn a_file_that_was_cut_is_told() {
    let mut lines = play().encoded();
    lines.truncate(lines.len() - 2);
    insta::assert_snapshot!(told(lines), @"
    14  request 4053: was acknowledged, but has no row: its `row` line is missing
    33  the file ends without totals: it was cut
    ");
}
