//! The simulator: three APIs, the dispatcher between the CRM side and the head-end, and the clock.
//!
//! The APIs ([`provisioning_api`], [`conax_endpoint`], [`control_api`]) turn bytes into calls on the two
//! machines of `conax-model` and back; [`dispatch`] carries provisioning requests from one to the
//! other, over bytes ([`link`]). The simulator reads no arguments, no environment and no files, and prints
//! nothing.
//!
//! Read on: [`simulator`] (for tests in Rust: start here if you come from outside), [`instance`] (how
//! it is built and opened), [`shared`] (what is behind which lock).

pub mod authentication;
pub mod clock;
pub mod conax_endpoint;
pub mod control_api;
pub mod dispatch;
pub mod fault;
pub mod http_server;
pub mod instance;
pub mod journal;
pub mod link;
pub mod provisioning_api;
pub mod reconciliation;
mod seal;
pub mod settings;
pub mod shared;
pub mod simulator;
pub mod snapshot;
pub mod store;
pub mod tls;
pub mod world;
pub mod worlds;

pub use simulator::{OpenSimulator, Simulator, SimulatorError};
