//! The control API: the clock, the world, processing runs, the journal and the head-end's state.
//!
//! Our own interface, JSON. `GET` never changes anything, `PUT` replaces, `POST` acts. What it
//! offers is listed in `conax_contract::control::ControlEntry`.

mod clock;
mod convert;
mod description;
mod faults;
mod guard;
mod har;
mod queries;
mod reconciliation;
mod reply;
mod routes;
mod snapshots;
mod try_call;
mod utilities;
mod worlds;

pub use reply::framework_answer;
pub use routes::router;
