//! A simulator in this process, and a language to call it in.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use conax_contract::crm::Operation;
use conax_contract::fault::WrittenRule;
use conax_contract::text::render;
use conax_model::cas::{CasState, Outcome};
use conax_model::id::SmartcardId;
use conax_model::time::SimTime;
use conax_sim::clock::Advanced;
use conax_sim::dispatch::{RunReport, run_once, run_through};
use conax_sim::instance::Instance;
use conax_sim::shared::Shared;
use conax_sim::worlds::{Maker, WORLD_HEADER};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::calls::{Call, with_token};
use crate::check::{Expected, Memory};
use crate::harness_builder::date;
use crate::reply::{ControlReply, Reply};
use crate::story::{call_line, journal_text};

/// Calls that are told when a test fails.
const TOLD_LIMIT: usize = 20;
/// Bytes of the journal that are told when a test fails.
const TOLD_BYTES: usize = 20_000;

/// A simulator and the story of what was done with it.
pub struct Harness {
    /// What the APIs of the simulator share.
    pub shared: Arc<Shared>,
    /// The token of calls that bring none.
    pub token: String,
    instance: Instance,
    world: Option<String>,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    calls: Vec<String>,
    memory: Memory,
}

impl Harness {
    pub(crate) fn new(instance: Instance, token: String) -> Self {
        Self {
            shared: Arc::clone(&instance.shared),
            token,
            instance,
            world: None,
            told: Mutex::default(),
        }
    }

    /// The same simulator, with every call about the world of this name, which is made if need be.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn beside(&self, world: &str) -> Self {
        let shared = self.instance.worlds.find_or_make(world, Maker::Control).await;
        Self {
            shared: shared.expect("a world that can be made"),
            token: self.token.clone(),
            instance: self.instance.clone(),
            world: Some(world.to_owned()),
            told: Mutex::default(),
        }
    }

    /// Calls a documented POST by its name. The token is added unless the body has one.
    pub async fn post(&self, name: &str, body: Value) -> Reply {
        let body = with_token(body, &self.token);
        let call = Call::operation(operation(name), &body.to_string());
        self.send(call.with_header("content-type", "application/json")).await
    }

    /// Calls a documented GET by its name. The token is added to the query.
    pub async fn get(&self, name: &str, query: &str) -> Reply {
        let query = format!("token={}&{query}", self.token);
        self.send(Call::operation(operation(name), &query)).await
    }

    /// Shows the request with this number.
    pub async fn show(&self, number: &str) -> Reply {
        let query = format!("provisioning_request_identifier=number={number}");
        self.get("show", &query).await
    }

    /// The requests a filter of `list` lets through.
    #[track_caller]
    pub fn list(&self, query: &str) -> impl Future<Output = Vec<Value>> {
        let query = query.to_owned();
        async move {
            let reply = self.get("list", &query).await;
            reply.ok().as_array().expect("a list").clone()
        }
    }

    /// The numbers of the requests a filter of `list` lets through; `-` for one without.
    pub async fn numbers(&self, query: &str) -> String {
        let listed = self.list(query).await;
        let numbers = listed.iter().map(|one| one["number"].as_str().unwrap_or("-"));
        numbers.collect::<Vec<_>>().join(" ")
    }

    /// The state of the request with this number.
    pub async fn state(&self, number: &str) -> String {
        self.show(number).await.member("life_cycle_state")
    }

    /// Sends any call to the provisioning API and checks its reply.
    ///
    /// # Panics
    /// If the reply is not of the documented form, or contradicts an earlier one.
    pub async fn send(&self, call: Call) -> Reply {
        let expected = Expected::of(&call, &self.shared.settings.crm);
        let line = call_line(&call);
        let reply = self.answer(self.instance.crm_router(), &call).await;
        let (head, bytes) = reply;
        let text = String::from_utf8(bytes).expect("a reply is UTF-8");
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        let mut findings = expected.findings(&head, &json);
        {
            let mut told = self.told();
            told.calls.push(format!("{line}\n    {} {text}", head.status().as_u16()));
            if expected.prints_whole_requests() && findings.is_empty() {
                findings.extend(told.memory.findings(&json["data"]));
            }
        }
        assert!(findings.is_empty(), "{line}\n  {}", findings.join("\n  "));
        let allow = head.headers().get("allow");
        Reply {
            http_status: head.status().as_u16(),
            allow: allow.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            text,
            json,
            call: line,
        }
    }

    /// Calls the control API.
    ///
    /// # Panics
    /// If the reply is not JSON, or a refusal no problem details.
    pub async fn control(&self, verb: &str, target: &str, body: &str) -> ControlReply {
        self.control_call(Call::new(verb, target, body)).await
    }

    /// Calls the control API with any call.
    ///
    /// # Panics
    /// If the reply is not JSON, or a refusal no problem details.
    pub async fn control_call(&self, call: Call) -> ControlReply {
        let line = call_line(&call);
        let target = call.target.clone();
        let (head, bytes) = self.answer(self.instance.control_router(), &call).await;
        let text = String::from_utf8(bytes).expect("a reply is UTF-8");
        let http_status = head.status().as_u16();
        self.told().calls.push(format!("{line}\n    {http_status}"));
        let content_type = head.headers().get("content-type");
        let content_type = content_type.map_or("", |value| value.to_str().unwrap_or_default());
        let path = target.split('?').next().unwrap_or_default();
        let expected = match (http_status, path.trim_end_matches('/')) {
            (200, "/v1/metrics") => "text/plain; version=0.0.4",
            (200, "/v1/ledger/file") => "application/x-ndjson",
            (200, "/docs") => "text/html;charset=UTF-8",
            (200 | 201 | 503, _) => "application/json",
            _ => "application/problem+json",
        };
        assert_eq!(content_type, expected, "{line}\n{text}");
        let json = serde_json::from_str(&text);
        let is_json = expected.contains("/json") || expected.contains("+json");
        assert!(json.is_ok() || !is_json, "the control API speaks JSON: {text}");
        ControlReply {
            http_status,
            content_type: content_type.to_owned(),
            json: json.unwrap_or_default(),
            text,
        }
    }

    /// Calls the control API for bytes; the HTTP status and the body.
    pub async fn control_bytes(&self, call: Call) -> (u16, Vec<u8>) {
        let (head, bytes) = self.answer(self.instance.control_router(), &call).await;
        (head.status().as_u16(), bytes)
    }

    /// Calls the head-end; its HTTP status and body.
    pub async fn conax(&self, call: Call) -> (u16, String) {
        let (head, bytes) = self.answer(self.instance.cas_router(), &call).await;
        let text = String::from_utf8(bytes).expect("a reply is UTF-8");
        (head.status().as_u16(), text)
    }

    async fn answer(&self, router: Router, call: &Call) -> (axum::http::Response<()>, Vec<u8>) {
        let mut request = call.request();
        if let Some(world) = self.world.as_ref().and_then(|name| name.parse().ok()) {
            request.headers_mut().insert(WORLD_HEADER, world);
        }
        let Ok(response) = router.oneshot(request).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a reply has a body").to_bytes();
        (axum::http::Response::from_parts(parts, ()), bytes.to_vec())
    }

    /// Calls the provisioning API without looking at the answer: what is not of the API wears no
    /// status block.
    pub async fn crm_bytes(&self, call: Call) -> (u16, Vec<u8>) {
        let (head, bytes) = self.answer(self.instance.crm_router(), &call).await;
        (head.status().as_u16(), bytes)
    }

    /// Makes a processing run.
    pub async fn run(&self) -> RunReport {
        run_once(&self.shared).await
    }

    /// Makes a processing run and lets pass just as much time as it waits for.
    ///
    /// # Panics
    /// If the run does.
    pub async fn run_through(&self) {
        run_through(&self.shared).await;
    }

    /// Adds a fault rule, as a file would have it.
    ///
    /// # Panics
    /// If it is none.
    pub fn fault(&self, rule: &str) {
        let rules = WrittenRule::parse(rule)
            .unwrap_or_else(|findings| panic!("{}", render("rule", rule, &findings)));
        let now = self.now();
        self.shared.change_faults(|book| {
            for rule in &rules {
                book.add(rule, None, now);
            }
        });
    }

    /// Removes every fault rule.
    pub fn calm(&self) {
        self.shared.change_faults(|book| book.clear());
    }

    /// Lets time pass on tokio's clock, which must be paused.
    pub async fn passes(&self, time: Duration) {
        tokio::time::advance(time).await;
    }

    /// Lets simulated time pass at once, event by event.
    ///
    /// # Panics
    /// If the simulator does not come to rest.
    pub async fn advance(&self, time: Duration) -> Advanced {
        let advanced = self.shared.clock.advance(time).await;
        assert!(advanced.at_rest, "the simulator does not come to rest");
        advanced
    }

    /// Lets simulated time pass at once until this date.
    ///
    /// # Panics
    /// If the simulator does not come to rest.
    pub async fn advance_to(&self, text: &str) -> Advanced {
        let advanced = self.shared.clock.advance_to(date(text)).await;
        assert!(advanced.at_rest, "the simulator does not come to rest");
        advanced
    }

    /// Lets whatever was started in the background go on until nothing moves.
    pub async fn settles(&self) {
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
    }

    /// The simulated time.
    #[must_use]
    pub fn now(&self) -> SimTime {
        self.shared.clock.now()
    }

    /// Looks at the head-end.
    pub fn look<T>(&self, look: impl FnOnce(&CasState, SimTime) -> T) -> T {
        let now = self.now();
        look(&self.shared.cas().state, now)
    }

    /// The products active on a smartcard, in order.
    #[must_use]
    pub fn active(&self, card: &str) -> String {
        let card = SmartcardId::new(card);
        let active = self.look(|state, now| state.active_products(&card, now));
        let names: Vec<String> = active.iter().map(ToString::to_string).collect();
        names.join(" ")
    }

    /// What a smartcard is paired with: `cards + modules`, or nothing.
    #[must_use]
    pub fn paired(&self, card: &str) -> String {
        let card = SmartcardId::new(card);
        self.look(|state, _| {
            state.pairing_of_card(&card).map_or_else(String::new, |pairing| {
                let cards: Vec<_> = pairing.cards.iter().map(ToString::to_string).collect();
                let modules: Vec<_> = pairing.modules.iter().map(ToString::to_string).collect();
                format!("{} + {}", cards.join(" "), modules.join(" "))
            })
        })
    }

    /// The PIN of a smartcard.
    ///
    /// # Panics
    /// If the head-end does not have the smartcard.
    #[must_use]
    pub fn pin(&self, card: &str) -> String {
        let card = SmartcardId::new(card);
        let card = self.look(|state, now| state.card(&card, now));
        card.expect("a smartcard the head-end has").pin.expose()
    }

    /// What the head-end did, in order: one line for each command.
    #[must_use]
    pub fn transactions(&self) -> Vec<String> {
        self.look(|state, _| {
            let lines = state.transactions().map(|transaction| {
                let end = match &transaction.outcome {
                    Outcome::Accepted(_) => "OK".to_owned(),
                    Outcome::Rejected(rejection) => format!("{:?}", rejection.cause),
                };
                format!("{:?} {} {end}", transaction.kind, transaction.inputs)
            });
            lines.collect()
        })
    }

    /// How many provisioning requests there are.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.shared.crm().book.all().count()
    }

    /// Forgets what was printed: the world is another now.
    pub fn forget(&self) {
        self.told().memory.forget();
    }

    /// The journal in full, secrets masked.
    #[must_use]
    pub fn journal(&self) -> String {
        journal_text(&self.shared.journal)
    }

    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        match self.told.lock() {
            Ok(told) => told,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}

/// Only tells the story; nothing is verified here.
impl Drop for Harness {
    #[expect(clippy::print_stderr, reason = "the story of a failure is for a person")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seed = self.shared.settings.seed.0;
            let told = self.told();
            let left_out = told.calls.len().saturating_sub(TOLD_LIMIT);
            eprintln!("seed {seed}\n\ncalls ({left_out} earlier ones left out):");
            for call in told.calls.iter().skip(left_out) {
                eprintln!("  {call}");
            }
            let journal = self.journal();
            let start = journal.len().saturating_sub(TOLD_BYTES);
            let start = journal[start..].find('\n').map_or(start, |end| start + end);
            eprintln!("\njournal (its end):\n{}", &journal[start..]);
        }
    }
}

fn operation(name: &str) -> Operation {
    Operation::from_name(name).unwrap_or_else(|| panic!("there is no operation `{name}`"))
}
