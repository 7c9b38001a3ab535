//! What the control API offers: one list.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::body::{ForkBody, RestoreBody, SNAPSHOT_TYPE, SnapshotBody};
use super::clock::{AdvanceMembers, ClockBody, SettleBody};
use super::described::{CreatedReply, FaultFile, OpenApiDocument, WorldFile};
use super::faults::{
    DriftsView, DryRunBody, DryRunView, FaultChangeBody, FaultView, FaultsView, HealingView,
    LedgerView, PresetsView, WhyView,
};
use super::head_end::{
    FingerprintView, MessageView, PairingModuleView, PairingView, ProductView,
    SmartcardDetailsView, SmartcardView, TransactionView,
};
use super::try_call::{TryBody, TryView};
use super::utility::UtilityBody;
use super::views::{
    AdvancedView, ClockView, EntriesView, HealthView, JournalView, QueueView, ReadyView, RunView,
    SettledView, SnapshotView, SnapshotsView, VersionView, WorldView, WorldsView,
};
use crate::fault::Reproduction;

/// The schema of a body or an answer, with a name of its own.
pub type Described = fn(&mut SchemaGenerator) -> Schema;

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// One entry of the control API.
#[derive(Clone, Copy, Debug)]
pub struct ControlEntry {
    /// HTTP verb.
    pub verb: &'static str,
    /// Path; a part in braces stands for a name.
    pub path: &'static str,
    /// What it does; a word that ends in `=` is a parameter of its query.
    pub summary: &'static str,
    /// Media types of bodies it takes, the first of them rather than the others.
    pub takes: &'static [&'static str],
    /// Media types of its answers.
    pub answers: &'static [&'static str],
    /// What a JSON body is; nothing is read where there is none.
    pub body: Option<Described>,
    /// What a JSON answer is.
    pub reply: Option<Described>,
    /// HTTP statuses of what went well.
    pub statuses: &'static [u16],
}

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";
const HTML: &str = "text/html";
const TEXT: &str = "text/plain";
const LINES: &str = "application/x-ndjson";

const fn entry(verb: &'static str, path: &'static str, summary: &'static str) -> ControlEntry {
    // Whoever sends JSON may say so or not.
    let takes: &[&str] = match verb.as_bytes() {
        b"GET" | b"DELETE" => &[],
        _ => &[JSON],
    };
    ControlEntry {
        verb,
        path,
        summary,
        takes,
        answers: &[JSON],
        body: None,
        reply: None,
        statuses: &[200],
    }
}

impl ControlEntry {
    const fn taking(self, takes: &'static [&'static str]) -> Self {
        Self { takes, ..self }
    }

    const fn answering(self, answers: &'static [&'static str]) -> Self {
        Self { answers, ..self }
    }

    const fn reads<B: JsonSchema>(self) -> Self {
        Self { body: Some(schema_of::<B>), ..self }
    }

    const fn prints<V: JsonSchema>(self) -> Self {
        Self { reply: Some(schema_of::<V>), ..self }
    }

    /// Something is made; of that name there may have been one.
    const fn with(self, statuses: &'static [u16]) -> Self {
        Self { statuses, ..self }
    }

    /// The names of the parameters of its query, besides `world`.
    pub fn query_names(&self) -> impl Iterator<Item = &'static str> {
        self.summary.split([' ', ',']).filter_map(|word| word.split_once('=')).map(|(name, _)| name)
    }

    /// The parts of the path that stand for a name.
    pub fn path_names(&self) -> impl Iterator<Item = &'static str> {
        let parts = self.path.split('/');
        parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Whether nobody needs a token for it: probes have none, nor has a browser that opens a page,
    /// and neither learns more than that the process is there.
    #[must_use]
    pub fn is_open(&self) -> bool {
        ["/v1/health", "/docs"].contains(&self.path)
    }

    /// Whether a call may name a world by a query parameter or a header.
    #[must_use]
    pub fn is_about_a_world(&self) -> bool {
        let instance = ["/v1", "/v1/health", "/v1/version", "/docs"];
        let in_path = self.path.starts_with("/v1/worlds");
        !in_path && !instance.contains(&self.path) && !self.path.ends_with("/openapi.json")
    }

    /// Everything the API offers.
    pub const ALL: &'static [Self] = &[
        entry("GET", "/v1", "this list").prints::<EntriesView>(),
        entry("GET", "/docs", "the provisioning API as a page, with calls to try")
            .answering(&[HTML]),
        entry("GET", "/openapi.json", "the OpenAPI document of an API; api=")
            .prints::<OpenApiDocument>(),
        entry("GET", "/v1/openapi.json", "the OpenAPI document of an API; api=")
            .prints::<OpenApiDocument>(),
        entry(
            "POST",
            "/v1/try",
            "make a call of the provisioning API, in JSON; how the page tries them",
        )
        .reads::<TryBody>()
        .prints::<TryView>(),
        entry("GET", "/v1/health", "the process is alive").prints::<HealthView>(),
        entry("GET", "/v1/ready", "the APIs answer; the queue in numbers").prints::<ReadyView>(),
        entry("GET", "/v1/version", "name and version").prints::<VersionView>(),
        entry("GET", "/v1/clock", "simulated time, how it passes, and who waits for it")
            .prints::<ClockView>(),
        entry("PUT", "/v1/clock", "set the date or the mode; mode, scale, now")
            .reads::<ClockBody>()
            .prints::<ClockView>(),
        entry(
            "POST",
            "/v1/clock/advance",
            "let time pass at once: by a duration, or to a date; runs",
        )
        .reads::<AdvanceMembers>()
        .prints::<AdvancedView>(),
        entry(
            "POST",
            "/v1/clock/settle",
            "let time pass until nothing more is due; limit, request, runs",
        )
        .reads::<SettleBody>()
        .prints::<SettledView>(),
        entry("GET", "/v1/worlds", "the worlds there are").prints::<WorldsView>(),
        entry("GET", "/v1/worlds/{name}", "the starting state in force, secrets masked")
            .prints::<WorldFile>(),
        entry(
            "PUT",
            "/v1/worlds/{name}",
            "replace a world by a YAML or JSON file, or make one; seed=, clock=",
        )
        .reads::<WorldFile>()
        .prints::<WorldView>()
        .with(&[200, 201])
        .taking(&[YAML, JSON]),
        entry("DELETE", "/v1/worlds/{name}", "remove a world; the main one stays")
            .prints::<WorldsView>(),
        entry(
            "POST",
            "/v1/worlds/{name}/reset",
            "start again from the world's starting state; its clock goes on",
        )
        .prints::<WorldView>(),
        entry("POST", "/v1/worlds/{name}/fork", "copy the world as it is now under another name")
            .reads::<ForkBody>()
            .prints::<WorldView>()
            .with(&[201]),
        entry(
            "POST",
            "/v1/worlds/{name}/snapshot",
            "keep the world as it is now, in memory or as a sealed file",
        )
        .reads::<SnapshotBody>()
        .prints::<SnapshotView>()
        .with(&[200, 201])
        .answering(&[JSON, SNAPSHOT_TYPE]),
        entry(
            "POST",
            "/v1/worlds/{name}/restore",
            "bring the world back to a snapshot, or to a snapshot file",
        )
        .reads::<RestoreBody>()
        .prints::<SnapshotView>()
        .taking(&[JSON, SNAPSHOT_TYPE]),
        entry("GET", "/v1/worlds/{name}/snapshots", "the snapshots of the world")
            .prints::<SnapshotsView>(),
        entry("DELETE", "/v1/worlds/{name}/snapshots/{snapshot}", "let go of a snapshot")
            .prints::<SnapshotsView>(),
        entry("GET", "/v1/runs", "the queue, and what is on its way to Conax")
            .prints::<QueueView>(),
        entry("POST", "/v1/runs", "make a processing run now; answers when it has ended")
            .prints::<RunView>(),
        entry(
            "POST",
            "/v1/provisioning-requests",
            "create a request as a CRM.COM utility does: fingerprint, messages, queries",
        )
        .reads::<UtilityBody>()
        .prints::<CreatedReply>()
        .with(&[201]),
        entry(
            "GET",
            "/v1/journal",
            "exchanges at all APIs, as JSON or as a HAR file; since=, limit=, api=, card=, \
             request=, format=",
        )
        .prints::<JournalView>(),
        entry("GET", "/v1/faults", "the fault rules in order, with their counts")
            .prints::<FaultsView>(),
        entry("POST", "/v1/faults", "add rules: YAML or JSON, one or a file of them; place=")
            .reads::<FaultFile>()
            .prints::<FaultsView>()
            .with(&[201])
            .taking(&[YAML, JSON]),
        entry("DELETE", "/v1/faults", "remove every rule").prints::<FaultsView>(),
        entry("GET", "/v1/faults/{rule}", "one rule").prints::<FaultView>(),
        entry("PATCH", "/v1/faults/{rule}", "pause a rule, or put it at another place")
            .reads::<FaultChangeBody>()
            .prints::<FaultView>(),
        entry("DELETE", "/v1/faults/{rule}", "remove a rule").prints::<FaultsView>(),
        entry("POST", "/v1/faults/dry-run", "what a command would meet now; nothing is counted")
            .reads::<DryRunBody>()
            .prints::<DryRunView>(),
        entry("GET", "/v1/presets", "the catalogue of faults, weathers, magic smartcards")
            .prints::<PresetsView>(),
        entry("GET", "/v1/ledger", "what Conax really did with each request; only=unknown")
            .prints::<LedgerView>(),
        entry(
            "GET",
            "/v1/ledger/file",
            "both journals, rows and totals, for `conax-sim ledger check`",
        )
        .answering(&[LINES]),
        entry("GET", "/v1/drift", "where CRM and Conax differ, why, and what would heal it")
            .prints::<DriftsView>(),
        entry("POST", "/v1/drift/heal", "create the requests that heal every difference")
            .prints::<HealingView>(),
        entry(
            "GET",
            "/v1/requests/{number}/why",
            "why a request is where it is; fault=RULE, list=NAME=VALUE",
        )
        .prints::<WhyView>(),
        entry("POST", "/v1/reproduce", "which faults of the catalogue make this stored error")
            .prints::<Reproduction>()
            .taking(&[TEXT]),
        entry("GET", "/v1/metrics", "metrics in Prometheus' text form").answering(&[TEXT]),
        entry("GET", "/v1/cas/smartcards", "smartcards of the head-end; offset=, limit=")
            .prints::<Vec<SmartcardView>>(),
        entry(
            "GET",
            "/v1/cas/smartcards/{id}",
            "one smartcard with its entitlements, pairing, messages and transactions",
        )
        .prints::<SmartcardDetailsView>(),
        entry("GET", "/v1/cas/products", "products of the head-end").prints::<Vec<ProductView>>(),
        entry("GET", "/v1/cas/pairing-modules", "pairing modules of the head-end")
            .prints::<Vec<PairingModuleView>>(),
        entry("GET", "/v1/cas/pairings", "which smartcards work in which modules")
            .prints::<Vec<PairingView>>(),
        entry("GET", "/v1/cas/messages", "mails and bark messages with their states")
            .prints::<Vec<MessageView>>(),
        entry("GET", "/v1/cas/fingerprints", "fingerprints with their states")
            .prints::<Vec<FingerprintView>>(),
        entry("GET", "/v1/cas/transactions", "what the head-end did; limit=, card=")
            .prints::<Vec<TransactionView>>(),
    ];
}
