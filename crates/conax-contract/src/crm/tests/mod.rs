//! Tests of the provisioning API: documented pairs, refusals word by word, laws.

mod documented_bodies;
mod documented_responses;
mod laws;
mod lists;
mod masks;
mod refusals;
mod routes;
mod variants;
