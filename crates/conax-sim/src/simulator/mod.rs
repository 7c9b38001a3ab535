//! The simulator as a library, for tests in Rust.
//!
//! ```
//! use conax_sim::Simulator;
//! use conax_sim::simulator::Fate;
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), conax_sim::SimulatorError> {
//! // The demo world, no sockets, a clock that stands still; one answer will get lost.
//! let simulator = Simulator::builder()
//!     .seed(1)
//!     .fault("{ preset: f05, times: 1 }")
//!     .start()?;
//!
//! let created = simulator
//!     .post("add_subscriptions", json!({
//!         "subscription_identifier": { "number": "S60600" },
//!         "service_identifier": { "code": "SPORT" },
//!         "smartcard_identifier": { "serial_number": "01900080208" },
//!     }))
//!     .await?;
//! assert_eq!(created["data"]["life_cycle_state"], "PENDING");
//!
//! // The CRM waits ten minutes for the answer and gives up. Here that takes no time.
//! assert_eq!(simulator.run().await.rejected_count, 1);
//!
//! // But Conax has carried it out.
//! let ledger = simulator.ledger();
//! assert_eq!((ledger.totals.once, ledger.totals.unknown_to_crm), (1, 1));
//! assert_eq!(ledger.rows[&4050].fate, Fate::Once);
//! assert_eq!(simulator.drift().len(), 1);
//!
//! simulator.heal().await?;
//! simulator.run().await;
//! assert!(simulator.drift().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! Two kinds: [`SimulatorBuilder::start`] makes a [`Simulator`] without sockets, whose APIs are
//! called as functions; [`SimulatorBuilder::open`] makes an [`OpenSimulator`], which listens on
//! free ports for the program under test and does everything the first can as well.
//!
//! Each simulator is a simulator of its own, so tests need not know of each other. The same seed and
//! the same calls in the same order give the same bytes, if they run on one thread, as in
//! `#[tokio::test]`, or if runs have one worker. The clock stands still unless a test moves it, or
//! something a test awaits needs time: [`Simulator::post`], [`Simulator::get`] and
//! [`Simulator::run`] let pass as much as they wait for, so a time-out of ten minutes costs none.
//!
//! Nothing here knows how the program reads its arguments and files, and nothing is printed.
//! Read on: `builder`, `in_process` (what a running simulator can do), `on_ports`.

mod builder;
mod error;
mod in_process;
mod on_ports;
mod reply;

pub use axum::http;
pub use conax_contract::world::WorldSpec;
pub use conax_model::ledger::{Fate, Reconciliation, Row, Standing, Totals};

pub use crate::clock::Advanced;
pub use crate::dispatch::{RunReport, Settling, SettlingEnd};
pub use crate::instance::Closing;
pub use crate::reconciliation::{DriftEntry, Healing};
pub use crate::settings::SimulatorSettings;

pub use builder::SimulatorBuilder;
pub use error::SimulatorError;
pub use in_process::Simulator;
pub use on_ports::OpenSimulator;
pub use reply::{Api, Reply};
