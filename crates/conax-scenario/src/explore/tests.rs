//! Moves become lines, and lines a file that reads.

use super::moves::Order;
use super::*;
use crate::document::{Given, Library, Reader};
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
    let order = Order {
        priority: 2,
        ..Order::default()
    };
    let moves = [
        Move::Order(order),
        Move::Pass(10),
        Move::Show {
            which: 0,
            by_number: true,
            fields: 0,
        },
        Move::Conax(0),
    ];
    let lab = Lab::own();
    let lines = script(&moves, &lab, conax_contract::clause::Strictness::May);
    let text = scenario_text(
        &lines,
        &lab,
        (conax_contract::clause::Strictness::May, None),
        "conax-sim explore --seed 1",
    );
    insta::assert_snapshot!(text);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is found can be written and read again.
    #[test]
    fn every_sequence_is_a_scenario_file_that_reads(moves in sequences(12)) {
        let lab = Lab::own();
        let lines = script(&moves, &lab, conax_contract::clause::Strictness::May);
        if !lines.is_empty() {
            let text = scenario_text(&lines, &lab, (conax_contract::clause::Strictness::May, None), "again");
            let read = Reader::new(&NoFiles).read("found.scenario.yaml", &text, &Given::seed(1));
            assert!(read.is_ok(), "{text}\n{read:?}");
        }
    }
}
