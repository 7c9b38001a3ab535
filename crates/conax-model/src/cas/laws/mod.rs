//! The laws of the conditional-access state (I1 to I20) as properties, one test each.
//!
//! `generate` makes settings and sequences of commands over a small universe, so that cards,
//! products and modules meet often; `bench` runs them; `facts` says what two states have in
//! common; `reference` is a second opinion that shares no code with the machine.
//!
//! I4 is a law of the wire (how an answer is spelled), so it is not here.
//!
//! More cases: `PROPTEST_CASES=10000 cargo test --release -p conax-model cas`.

mod bench;
mod entitlement_laws;
mod facts;
mod generate;
mod message_laws;
mod pairing_laws;
mod reach;
mod record_laws;
mod reference;
mod state_laws;
