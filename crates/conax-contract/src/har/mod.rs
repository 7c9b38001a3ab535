//! HTTP Archive files (HAR 1.2), as browsers and proxies write and read them. Pure.
//!
//! `entry` has the nouns, `write` and `read` the form. Whoever writes one masks secrets before;
//! whoever reads one decides what of it concerns the documented APIs.

mod entry;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use entry::{HarBody, HarEntry, HarLog, HarPage, HarShown};
pub use read::{HarHead, header, origin_and_target, read_har};
pub use write::write_har;

/// The program of files that are written here.
pub const CREATOR: &str = "conax-sim";
/// Where an exchange was seen: `crm`, `cas`, `dispatch` or `control`.
pub const API: &str = "_api";
/// What in it is not by the contract.
pub const FINDINGS: &str = "_findings";
/// The provisioning API a file is about.
pub const TARGET: &str = "_target";
/// The Conax endpoint a file is about.
pub const CAS: &str = "_cas";

/// What stands for the address of an API that has none (RFC 2606): `crm`, `cas`, `control`.
#[must_use]
pub fn no_origin(api: &str) -> &'static str {
    match api {
        "cas" | "dispatch" => "http://conax.invalid",
        "control" => "http://control.invalid",
        _ => "http://crm.invalid",
    }
}
