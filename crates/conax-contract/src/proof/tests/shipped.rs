//! The shipped ledger is one that was played, and holds.

use super::fates::{Fate, OPEN, SETTLED};
use super::play::Play;
use crate::proof::{HeadEnd, begins_ledger, check};

const SHIPPED: &str = include_str!("../../../../../fixtures/ledger/example.ledger.jsonl");

const FATES: [&str; 13] = [
    "fine",
    "refused",
    "connect refused",
    "silence, not applied",
    "silence, applied",
    "executed twice",
    "pretended",
    "held, executed late",
    "undone by a restart",
    "on its way",
    "pending",
    "a stranger's command",
    "the console",
];

fn fate(name: &str) -> Fate {
    let mut fates = SETTLED.iter().chain(OPEN);
    fates.find(|(known, _)| *known == name).unwrap().1
}

#[test]
fn the_shipped_ledger_holds_and_is_the_one_that_was_played() {
    let play = Play::of(HeadEnd::Simulated, &FATES.map(fate), &[0]);
    let played = format!("{}\n", play.encoded().join("\n"));
    assert_eq!(check(SHIPPED.lines()), Ok(play.totals));
    assert_eq!(played, SHIPPED);
}

#[test]
fn a_ledger_of_before_there_were_parts_still_holds() {
    let mut lines: Vec<String> = SHIPPED.lines().map(str::to_owned).collect();
    let last = lines.pop().unwrap();
    let totals = crate::proof::sum::without_sum(&last).unwrap().text;
    let before = totals.replace("\"partly\":0,", "");
    assert_ne!(before, totals);
    lines.push(crate::proof::sum::with_sum(&before));
    assert!(check(&lines).is_ok());
}

#[test]
fn only_a_header_of_our_format_begins_a_ledger() {
    let first = SHIPPED.lines().next().unwrap();
    assert!(begins_ledger(first));
    assert!(!begins_ledger(&first.replace("ledger 1", "ledger 2")));
    for other in ["", "{}", "[1]", "world: demo", SHIPPED.lines().last().unwrap()] {
        assert!(!begins_ledger(other), "{other}");
    }
}
