//! The house: three doors, the dispatcher between the CRM side and the head-end, and the clock.
//!
//! The doors ([`crm_door`], [`cas_door`], [`control_door`]) turn bytes into calls on the two
//! machines of `conax-model` and back; [`dispatch`] carries provisioning requests from one to the
//! other, over bytes. The house reads no arguments, no environment and no files, and prints
//! nothing.
//!
//! Read on: [`simulator`] (for tests in Rust: start here if you come from outside), [`house`] (how
//! it is built and opened), [`shared`] (what is behind which lock).

pub mod cas_door;
pub mod clock;
pub mod control_door;
pub mod crm_door;
pub mod dispatch;
pub mod doorway;
pub mod fault;
pub mod house;
pub mod journal;
pub mod reckoning;
pub mod settings;
pub mod shared;
pub mod simulator;
pub mod snapshot;
pub mod tls;
pub mod world;
pub mod worlds;

pub use simulator::{OpenSimulator, Simulator, SimulatorError};
