//! The wire of conax-sim.
//!
//! The documented provisioning API (`crm`), the Conax SOAP endpoint (`cas`), the control API
//! (`control`), the contract as clauses (`clause`), what a person writes (`world`, `fault`), traffic
//! as browsers keep it (`har`) and the ledger with its checker (`proof`): their catalogues, wire
//! types and codecs; and what describes them to others (`openapi`, `docs`).
//! Nothing here knows a machine of the model, a socket or async code; its nouns are used as they are.

pub mod cas;
pub mod clause;
pub mod control;
pub mod crm;
pub mod docs;
pub mod fault;
pub mod har;
pub mod known;
pub mod openapi;
pub mod percent;
pub mod proof;
pub mod secret;
pub use conax_model::source;
pub mod text;
pub mod trace;
pub mod world;
