//! What holds for every input: a law for each way into the program, as functions that panic when
//! it is broken.
//!
//! Read on: `crm` (calls), `cas` (SOAP), `secrets` (masking), `files` (what people and the program
//! write), `simulator` (what needs one).

mod cas;
mod crm;
mod files;
mod secrets;
mod simulator;

/// A law.
pub struct Law {
    /// Its name, which its target and its corpus have as well.
    pub name: &'static str,
    /// Panics when the input breaks it.
    pub holds: fn(&[u8]),
    /// Bytes it may use beside those in proportion to the input.
    pub memory: usize,
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

macro_rules! laws {
    ($($law:ident: $name:literal, $holds:path, $memory:expr;)*) => {
        $(
            #[doc = concat!("The law of `", $name, "`.")]
            pub const $law: Law = Law { name: $name, holds: $holds, memory: $memory };
        )*
        /// All of them.
        pub const LAWS: &[&Law] = &[$(&$law),*];
    };
}

laws! {
    JSON_BODY: "json_body", crm::json_body, 256 * KIB;
    QUERY: "query", crm::query, 256 * KIB;
    MASKING: "masking", secrets::masking, 256 * KIB;
    SOAP_REQUEST: "soap_request", cas::request, 256 * KIB;
    SOAP_REPLY: "soap_reply", cas::reply, 256 * KIB;
    YAML: "yaml", files::yaml, 256 * KIB;
    FAULT_RULES: "fault_rules", files::fault_rules, MIB;
    SCENARIO: "scenario", files::scenario, 64 * MIB;
    LEDGER: "ledger", files::ledger, MIB;
    WORLD: "world", simulator::world, 16 * MIB;
    SNAPSHOT: "snapshot", simulator::snapshot, 16 * MIB;
    HTTP_HEAD: "http_head", simulator::http_head, 16 * MIB;
    SEQUENCE: "sequence", simulator::sequence, 16 * MIB;
}
