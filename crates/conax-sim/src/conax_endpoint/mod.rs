//! The simulated head-end: SOAP 1.1 over HTTP POST.
//!
//! Liberal in, exact out (see the codec in `conax-contract`). A command that was understood is
//! answered with HTTP 200 and a transaction id, accepted or not; what cannot be understood is a
//! SOAP fault with HTTP 500 (Attested); who may not come in gets 401 or 403 and changes nothing.

mod command;
mod connect_faults;
mod routes;

pub(crate) use connect_faults::{DoorKeeper, speech};
pub(crate) use routes::described;
pub use routes::{framework_answer, router, world_router};
