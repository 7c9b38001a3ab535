//! The two machines of conax-sim as pure code: the provisioning book of CRM.COM (`crm`) and the
//! conditional-access state of Conax (`cas`).
//!
//! Nothing here waits, logs, reads a file or asks what time it is: the time, ids and chance are
//! arguments, and every change returns a value. The spelling of the documented interface is not
//! known here either; it lives in `conax-contract`. With the feature `storage` the nouns derive
//! serde's traits, so that they are stored as they are; no format is known here.
//!
//! Read on: [`command`] (what the head-end can be told), [`crm::RequestBook`], [`cas::CasState`],
//! [`fault::FaultPlan`].

pub mod cas;
pub mod command;
#[cfg(test)]
mod counted;
pub mod crm;
pub mod drift;
pub mod entropy;
pub mod fault;
pub mod id;
pub mod ledger;
mod noted;
pub mod secret;
pub mod source;
#[cfg(feature = "storage")]
pub mod storage;
pub mod time;
pub mod trace;
mod word_list;
