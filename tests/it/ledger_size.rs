//! The ledger is right at any size: however little is kept of its journals, rows, totals, drift and
//! healing are what they are with everything kept, and what cannot be proven any more is said.

use std::time::Duration;

use conax_contract::proof::{Checker, Proven};
use conax_model::ledger::{Fate, Standing};
use conax_sim::reconciliation::{drift, heal, ledger_lines, metrics};
use conax_tests::bodies::{at_once, given_pin, pairing, sport_on};
use conax_tests::{Harness, HarnessBuilder};

use crate::worlds::add_at_conax;

const CARD: &str = "01900080208";

fn keeping(limit: usize) -> Harness {
    let empty = HarnessBuilder::demo().with_world(|world| world.provisioning_requests.clear());
    let harness_builder = empty.with(|settings| {
        settings.ledger_limit = limit;
        settings.dispatch.run_interval = None;
    });
    harness_builder.open()
}

/// What is proven of the ledger's file.
fn proven(harness: &Harness) -> Proven {
    let mut checker = Checker::default();
    let lines = ledger_lines(&harness.shared);
    lines.iter().for_each(|line| checker.take(line));
    checker.finish().unwrap_or_else(|problems| panic!("{problems:#?}\n{}", lines.join("\n")))
}

/// Where each request stands, and what became of it.
fn rows(harness: &Harness) -> Vec<(Standing, Fate)> {
    harness.shared.catch_up();
    let rows = harness.shared.ledger().reconcile().rows;
    rows.values().map(|row| (row.standing, row.fate)).collect()
}

#[tokio::test(start_paused = true)]
async fn six_orders_are_six_rows_though_eight_lines_are_kept() {
    let harness = keeping(8);
    for _ in 0..6 {
        let order = at_once(sport_on(CARD));
        let reply = harness.post("add_subscriptions", order).await;
        assert_eq!(reply.member("life_cycle_state"), "COMPLETED");
    }
    let view = harness.control("GET", "/v1/ledger", "").await.json;
    let totals = &view["totals"];
    assert_eq!([&totals["acknowledged"], &totals["completed"], &totals["once"]], [6, 6, 6]);
    assert_eq!(totals["foreign_executions"], 0);
    assert_eq!((&view["adds_up"], &view["is_full"]), (&true.into(), &true.into()));
    let let_go: Vec<u64> = view["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["lines_let_go"].as_u64().unwrap())
        .collect();
    assert_eq!(let_go, [7, 7, 7, 5, 0, 0]);
    let proven = proven(&harness);
    assert_eq!((proven.totals.once, proven.unproven), (6, 4));
    assert_eq!(proven.header.crm_let_go, 16);
}

#[tokio::test(start_paused = true)]
async fn no_other_client_is_invented_and_nothing_is_healed_though_three_lines_are_kept() {
    for limit in [0, 1, 3] {
        let harness = keeping(limit);
        let order = at_once(given_pin("S60600", CARD, "7391"));
        let reply = harness.post("reset_pin_to_given_value", order).await;
        assert_eq!(reply.member("life_cycle_state"), "COMPLETED");
        assert_eq!(drift(&harness.shared).len(), 0, "{limit}");
        assert!(heal(&harness.shared).await.unwrap().requests.is_empty());
        proven(&harness);
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_late_of_an_order_changes_its_row_though_no_line_of_it_is_kept() {
    let harness = keeping(0);
    harness.fault("{ do: { late: 30s }, times: 1 }");
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    for _ in 0..3 {
        let order = at_once(sport_on("01900080209"));
        let _ = harness.post("add_subscriptions", order).await;
    }
    let held = harness.shared.ledger().reconcile().rows;
    assert!(held.values().next().unwrap().is_held);
    assert_eq!(rows(&harness)[0], (Standing::Completed, Fate::Never));
    harness.passes(Duration::from_secs(40)).await;
    assert_eq!(rows(&harness)[0], (Standing::Completed, Fate::Once));
    proven(&harness);
}

#[tokio::test(start_paused = true)]
async fn a_restart_that_loses_orders_is_told_of_each_though_no_line_of_them_is_kept() {
    let harness = keeping(2);
    harness.fault("{ name: lose, do: { lose: 60s }, when: { every: 4 } }");
    for _ in 0..4 {
        let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    }
    assert_eq!(rows(&harness), [(Standing::Completed, Fate::Never); 4]);
    assert_eq!(proven(&harness).unproven, 4);
    let lost = drift(&harness.shared);
    assert!(lost[0].because.contains("has lost it since"), "{lost:?}");
}

#[tokio::test(start_paused = true)]
async fn a_command_of_another_client_stays_one_though_no_line_of_it_is_kept() {
    let harness = keeping(1);
    harness.conax(add_at_conax(CARD)).await;
    let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    let proven = proven(&harness);
    assert_eq!(proven.totals.foreign_executions, 1);
    assert_eq!((proven.totals.once, proven.header.unproven), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn half_a_pairing_is_done_partly_and_everybody_says_so() {
    let harness = keeping(1000);
    harness.fault("{ preset: f36, times: 1 }");
    let order = at_once(pairing(&[CARD, "01900080209"], &["3012345601"]));
    let reply = harness.post("create_pairing", order).await;
    assert_eq!(reply.member("life_cycle_state"), "COMPLETED");
    assert_eq!(rows(&harness), [(Standing::Completed, Fate::Partly)]);
    let view = harness.control("GET", "/v1/ledger?only=unknown", "").await.json;
    assert_eq!(view["rows"][0]["conax"], "partly");
    let totals = proven(&harness).totals;
    assert_eq!((totals.partly, totals.false_completions, totals.unknown_to_crm), (1, 1, 1));
    assert!(metrics(&harness.shared).contains("conax_sim_conax_did{times=\"partly\"} 1\n"));
    let found = drift(&harness.shared);
    assert!(found[0].because.contains("Conax carried out a part of it"), "{found:?}");
    let number = found[0].request.unwrap();
    let why = harness.control("GET", &format!("/v1/requests/{number}/why"), "").await.json;
    assert!(why["because"].to_string().contains("Conax really carried out a part of it only"));
    heal(&harness.shared).await.unwrap();
    harness.run().await;
    assert_eq!(drift(&harness.shared).len(), 0);
}

#[tokio::test(start_paused = true)]
async fn why_does_not_say_that_no_rule_acted_where_the_journal_has_let_go_of_it() {
    let empty = HarnessBuilder::demo().with_world(|world| world.provisioning_requests.clear());
    let harness = empty.with(|settings| settings.journal.exchange_limit = 2).open();
    harness.fault("{ preset: f35, times: 1 }");
    for _ in 0..3 {
        let _ = harness.post("add_subscriptions", at_once(sport_on(CARD))).await;
    }
    let first = *harness.shared.ledger().reconcile().rows.keys().next().unwrap();
    let path = format!("/v1/requests/{first}/why");
    let why = harness.control("GET", &path, "").await.json["because"].to_string();
    assert!(why.contains("is not known any more") && !why.contains("no fault rule"), "{why}");
}
