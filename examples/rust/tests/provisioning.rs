//! How a test in Rust uses the simulator: in this process, without sockets, each test with one of
//! its own.
//!
//! ```sh
//! cargo test --manifest-path examples/rust/Cargo.toml
//! ```

use std::time::Duration;

use conax_sim::simulator::Fate;
use conax_sim::{Simulator, SimulatorError};
use serde_json::{Value, json};

/// A body that adds SPORT to a smartcard of the demo world.
fn sport_on(subscription: &str, card: &str) -> Value {
    json!({
        "subscription_identifier": { "number": subscription },
        "service_identifier": { "code": "SPORT" },
        "smartcard_identifier": { "serial_number": card },
    })
}

/// The state of a request.
async fn state(simulator: &Simulator, number: &Value) -> Result<Value, SimulatorError> {
    let number = number.as_str().unwrap_or_default();
    let query = format!("provisioning_request_identifier=number={number}");
    let shown = simulator.get("show", &query).await?;
    Ok(shown["data"]["life_cycle_state"].clone())
}

#[tokio::test]
async fn a_request_is_pending_until_a_run_completes_it() -> Result<(), SimulatorError> {
    let simulator = Simulator::builder().seed(1).start()?;
    let body = sport_on("S60600", "01900080208");
    let created = simulator.post("add_subscriptions", body).await?;
    let number = &created["data"]["number"];
    assert_eq!(created["data"]["life_cycle_state"], "PENDING");

    assert_eq!(simulator.run().await.completed_count, 1);
    assert_eq!(state(&simulator, number).await?, "COMPLETED");
    assert_eq!(simulator.ledger().totals.once, 1);
    Ok(())
}

// This one stands in docs/embedding.md.
#[tokio::test]
async fn a_lost_answer_is_found_and_healed() -> Result<(), SimulatorError> {
    let simulator = Simulator::builder().seed(1).fault("f05").start()?;
    let body = sport_on("S60600", "01900080208");
    simulator.post("add_subscriptions", body).await?;
    simulator.run().await; // ten simulated minutes of waiting, none of yours
    let ledger = simulator.ledger();
    assert_eq!(ledger.rows[&4050].fate, Fate::Once); // Conax did it …
    assert_eq!(ledger.totals.unknown_to_crm, 1); // … and the CRM does not know
    simulator.clear_faults();
    simulator.heal().await?;
    simulator.run().await;
    assert!(simulator.drift().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_magic_smartcard_needs_no_fault_rule() -> Result<(), SimulatorError> {
    let simulator = Simulator::builder().seed(1).start()?;
    for (card, end) in [("09900000000", "COMPLETED"), ("09900000014", "REJECTED")] {
        let mut body = sport_on("S99000", card);
        body["process_immediately"] = json!(true);
        let ended = simulator.post("add_subscriptions", body).await?;
        assert_eq!(ended["data"]["life_cycle_state"], end, "{card}");
    }
    Ok(())
}

#[tokio::test]
async fn next_month_begins_when_the_clock_says_so() -> Result<(), SimulatorError> {
    let simulator =
        Simulator::builder().seed(1).clock("stepped from 2026-01-31T23:55:00").start()?;
    let mut body = sport_on("S60600", "01900080208");
    body["start_date"] = json!("2026-02-01T00:00:00");
    let created = simulator.post("add_subscriptions", body).await?;
    let number = &created["data"]["number"];

    assert_eq!(simulator.run().await.completed_count, 0);
    assert_eq!(state(&simulator, number).await?, "PENDING");
    simulator.advance(Duration::from_secs(10 * 60)).await;
    assert_eq!(simulator.run().await.completed_count, 1);
    assert_eq!(state(&simulator, number).await?, "COMPLETED");
    Ok(())
}
