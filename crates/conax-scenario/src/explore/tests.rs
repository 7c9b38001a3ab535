//! Moves become lines, and lines a file that reads.

use super::moves::Order;
use super::*;
use crate::document::{Api, Given, Library, Reader};
use crate::target::{Ending, HttpCall, HttpReply, Target, TargetProblem};
use conax_contract::clause::Strictness::{Must, Should};
use proptest::prelude::{ProptestConfig, proptest};

struct NoFiles;

impl Library for NoFiles {
    fn built_in_world(&self, name: &str) -> Option<String> {
        conax_contract::world::built_in(name).map(str::to_owned)
    }

    fn read(&self, path: &str) -> Result<String, String> {
        Err(format!("there is no `{path}` here"))
    }
}

#[test]
fn moves_become_lines_whose_file_says_the_same() {
    let order = Order { priority: 2, ..Order::default() };
    let moves = [
        Move::Order(order),
        Move::Pass(10),
        Move::Show { which: 0, by_number: true, fields: 0 },
        Move::Conax(0),
    ];
    let inventory = Inventory::own();
    let lines = script(&moves, &inventory, conax_contract::clause::Strictness::May);
    let text = scenario_text(
        &lines,
        &inventory,
        (conax_contract::clause::Strictness::May, None),
        "conax-sim explore --seed 1",
    );
    insta::assert_snapshot!(text);
}

/// A target that takes whatever it is told.
struct TakesAll;

impl Target for TakesAll {
    fn exchange(&mut self, calls: Vec<HttpCall>) -> Vec<Result<HttpReply, TargetProblem>> {
        let body = br#"{"status":{"code":"OK","message":null,"description":null},"data":{}}"#;
        let reply = || HttpReply { status: 200, body: body.to_vec() };
        calls.iter().map(|_| Ok(reply())).collect()
    }

    fn has(&self, _: Api) -> bool {
        false
    }

    fn token(&self) -> Option<String> {
        None
    }

    fn elapsed_ms(&mut self) -> Option<u64> {
        None
    }

    fn sleep(&mut self, _: std::time::Duration) {}

    fn is_over(&self) -> Option<Ending> {
        None
    }
}

#[test]
fn what_may_be_read_otherwise_is_asked_only_where_it_counts_and_is_told_by_its_clause() {
    let mut inventory = Inventory::own();
    inventory.eyes = Eyes::Api;
    let both_sets = Order { operation: 3, ..Order::default() };
    let moves = [Move::WrongOrder(both_sets, 13)];
    assert_eq!(script(&moves, &inventory, Must), []);
    let lines = script(&moves, &inventory, Should);
    let expected = "add_to_existing_pairing.both-sets";
    assert_eq!(lines[0].clause.map(|clause| clause.id.as_str()), Some(expected));
    let no_filter = [Move::WrongList(0)];
    let lines = script(&no_filter, &inventory, Must);
    let failure = play(&lines, &mut TakesAll, &inventory, Must);
    // The list that is no list is heard first; the refusal that is missing comes with it.
    assert!(failure.is_some_and(|failure| failure.clause.is_some()));
    let wrong_login = Move::Login(0);
    let lines = script(&[wrong_login], &inventory, Must);
    let failure = play(&lines, &mut TakesAll, &inventory, Must);
    assert!(failure.is_some_and(|failure| failure.clause.is_some()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is found can be written and read again.
    #[test]
    fn every_sequence_is_a_scenario_file_that_reads(moves in sequences(12)) {
        let inventory = Inventory::own();
        let lines = script(&moves, &inventory, conax_contract::clause::Strictness::May);
        if !lines.is_empty() {
            let text = scenario_text(&lines, &inventory, (conax_contract::clause::Strictness::May, None), "again");
            let read = Reader::new(&NoFiles).read("found.scenario.yaml", &text, &Given::seed(1));
            assert!(read.is_ok(), "{text}\n{read:?}");
        }
    }
}
