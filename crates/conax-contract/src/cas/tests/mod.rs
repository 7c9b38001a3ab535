//! Tests of the Conax wire, against raw messages and as laws.

mod answers;
mod axis_fault;
mod fixtures;
mod garbage;
mod laws;
mod masking;
mod profiles;
mod replies;
mod requests;
mod samples;
mod sent;
mod strategies;
mod wsdl;
