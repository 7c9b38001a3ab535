//! Whether looking up slows down with the number of stored requests.
//!
//! The simulator is in this process. What counts is what a client sees, over a connection that is kept
//! alive; beside it stands what the look-up and its answer alone cost, with the router called as a
//! function.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request};
use conax_model::command::CommandKind;
use conax_model::crm::{
    Author, NewRequest, ParameterKey, ParameterValue, Priority, Settled, Settlement, State,
};
use conax_model::entropy::Seed;
use conax_model::time::SimTime;
use conax_sim::instance::OpenInstance;
use conax_sim::provisioning_api;
use conax_sim::settings::ApiAddresses;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::table::{Table, median, verdict};
use super::{BenchError, load, runtime};
use crate::print;
use crate::settings::{self, Settings};
use crate::world;

const SMALL: u64 = 1_000;
const CALLS: u64 = 2_000;
const ROUNDS: usize = 5;
const BAR: f64 = 1.3;
/// The demo world's documented token.
const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";

/// What is measured: a name, and the query of the n-th call.
type Probe = (&'static str, fn(&Stored, u64) -> String);

const PROBES: [Probe; 6] = [
    ("show by id", |stored, nth| show(&format!("id={}", stored.ids[stored.place(nth)]))),
    ("show by number", |stored, nth| {
        show(&format!("number={}", stored.first_number + stored.place(nth) as u64))
    }),
    ("list by reference_number", |stored, nth| {
        list(&format!("reference_number=reference-{}", stored.place(nth)))
    }),
    ("list by state, first 10", |_, _| list("life_cycle_state=COMPLETED&number_of_results=10")),
    ("list by state, 10 from the middle", |stored, _| {
        let middle = stored.ids.len() / 2;
        list(&format!("life_cycle_state=COMPLETED&number_of_results=10&offset={middle}"))
    }),
    ("list by state, first 100", |_, _| list("life_cycle_state=COMPLETED&number_of_results=100")),
];

fn show(identifier: &str) -> String {
    format!("show?token={TOKEN}&provisioning_request_identifier={identifier}")
}

fn list(filter: &str) -> String {
    format!("list?token={TOKEN}&{filter}")
}

/// A simulator with many requests, and how to find them.
pub(super) struct Stored {
    pub(super) instance: OpenInstance,
    router: Router,
    address: SocketAddr,
    ids: Vec<String>,
    first_number: u64,
}

impl Stored {
    /// Spreads calls over all requests, so that caches do not flatter the larger book.
    fn place(&self, nth: u64) -> usize {
        (nth.wrapping_mul(0x9e37_79b9_7f4a_7c15) % self.ids.len() as u64) as usize
    }
}

pub(super) fn run(stored: u64) -> Result<(), BenchError> {
    let runtime = runtime()?;
    print::aside(format_args!("storing {SMALL} and {stored} requests …"));
    let small = runtime.block_on(fill(SMALL))?;
    let large = runtime.block_on(fill(stored))?;
    let few = SMALL.to_string();
    let many = stored.to_string();
    let mut table = Table::new(&["us/call", &few, &many, "ratio", "", "router alone", ""]);
    for (name, query) in PROBES {
        let few = runtime.block_on(measure_call(&small, query))?;
        let many = runtime.block_on(measure_call(&large, query))?;
        let alone = runtime.block_on(measure_router(&small, query))?;
        let alone_many = runtime.block_on(measure_router(&large, query))?;
        table.row([
            name.to_owned(),
            format!("{few:.0}"),
            format!("{many:.0}"),
            format!("{:.2}", many / few),
            verdict(many / few <= BAR).to_owned(),
            format!("{alone:.1}"),
            format!("{alone_many:.1}"),
        ]);
    }
    table.print(&format!("stored requests: {SMALL} against {stored}; bar: ratio at most {BAR}"));
    print::result("");
    for stored in [small, large] {
        runtime.block_on(stored.instance.close(Duration::from_secs(1)));
    }
    Ok(())
}

/// What a client sees, call after call on one connection.
async fn measure_call(
    stored: &Stored,
    query: fn(&Stored, u64) -> String,
) -> Result<f64, BenchError> {
    let mut connection = load::connect(stored.address).await?;
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS as u64 {
        let queries: Vec<_> =
            (0..CALLS).map(|nth| target(&query(stored, nth + round * CALLS))).collect();
        let started = Instant::now();
        for target in queries {
            let body = load::exchange(&mut connection, Method::GET, &target, Bytes::new()).await?;
            check(&body)?;
        }
        rounds.push(started.elapsed().as_secs_f64() * 1e6 / CALLS as f64);
    }
    // The first round warms up.
    Ok(median(&mut rounds[1..]))
}

fn target(query: &str) -> String {
    format!("/conax_web_services/provisioning_requests/{query}")
}

fn check(body: &[u8]) -> Result<(), BenchError> {
    match body.windows(9).any(|window| window == b"COMPLETED") {
        true => Ok(()),
        false => Err(BenchError::Answer(String::from_utf8_lossy(body).into_owned())),
    }
}

/// What the look-up and its answer cost without a connection.
async fn measure_router(
    stored: &Stored,
    query: fn(&Stored, u64) -> String,
) -> Result<f64, BenchError> {
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS as u64 {
        let queries: Vec<_> = (0..CALLS).map(|nth| query(stored, nth + round * CALLS)).collect();
        let started = Instant::now();
        for query in queries {
            let call = Request::get(target(&query)).body(Body::empty());
            let call = call.expect("queries of the bench are URIs");
            let Ok(reply) = stored.router.clone().oneshot(call).await;
            let body = reply.into_body().collect().await;
            check(&body.map_err(|error| BenchError::Answer(error.to_string()))?.to_bytes())?;
        }
        rounds.push(started.elapsed().as_secs_f64() * 1e6 / CALLS as f64);
    }
    // The first round warms up.
    Ok(median(&mut rounds[1..]))
}

/// A simulator in which this many requests were recorded, sent and accepted.
pub(super) async fn fill(count: u64) -> Result<Stored, BenchError> {
    let broken = |error: &dyn std::error::Error| BenchError::Answer(error.to_string());
    let start = SimTime::from_millis(1_417_338_000_000);
    let (settings, _) = settings::instance(&Settings::defaults(), Seed(1), start, None)
        .map_err(|error| broken(&error))?;
    let world = world::read("demo").map_err(|error| broken(&error))?;
    let first_number = world.next_request_number;
    let doors =
        ApiAddresses { crm: Some((Ipv4Addr::LOCALHOST, 0).into()), ..ApiAddresses::default() };
    let instance = OpenInstance::open(settings, world, doors, None).await;
    let instance = instance.map_err(|error| broken(&error))?;
    let address = instance.addresses.crm.ok_or_else(|| BenchError::Answer("no address".into()))?;
    let (mut ids, texts) = (Vec::new(), Texts::new());
    {
        let mut side = instance.shared.crm();
        let side = &mut *side;
        let author = side.reference.user("MPAdministrator").map(Arc::clone);
        let author =
            author.ok_or_else(|| BenchError::Answer("no user in the demo world".into()))?;
        for number in 0..count {
            let new = request(Arc::clone(&author), &texts, number, start);
            ids.push(side.book.create(new, start, &mut side.ids).id.to_string());
            let ticket = side.book.take_due(start);
            let ticket = ticket.ok_or_else(|| BenchError::Answer("nothing is due".into()))?;
            let settled = side.book.settle(ticket, accepted(number, start));
            debug_assert!(matches!(settled, Settled::Done(_)));
        }
    }
    Ok(Stored {
        router: provisioning_api::router(Arc::clone(&instance.worlds)),
        instance,
        address,
        ids,
        first_number,
    })
}

/// The texts that requests of the simulator share with its reference data.
struct Texts {
    distribution: Arc<str>,
    product: Arc<str>,
    cards: Vec<Arc<str>>,
}

impl Texts {
    fn new() -> Self {
        Self {
            distribution: "23423".into(),
            product: "P1test".into(),
            cards: (0..100_000).map(|number| format!("{number:011}").into()).collect(),
        }
    }

    fn parameters(&self, number: u64) -> Vec<(ParameterKey, Option<ParameterValue>)> {
        let card = &self.cards[(number % self.cards.len() as u64) as usize];
        let text = |text: &Arc<str>| Some(ParameterValue::Text(Arc::clone(text)));
        vec![
            (ParameterKey::SubProvisioningDistributionId, text(&self.distribution)),
            (ParameterKey::ServiceCaId, text(&self.product)),
            (ParameterKey::SmartcardCaId, text(card)),
        ]
    }
}

fn request(author: Arc<Author>, texts: &Texts, number: u64, at: SimTime) -> NewRequest {
    NewRequest {
        kind: CommandKind::AddSubscriptions,
        scheduled: at,
        process_immediately: false,
        priority: Priority::Regular,
        process_name: None,
        author,
        parameters: texts.parameters(number),
        pin: None,
    }
}

fn accepted(number: u64, at: SimTime) -> Settlement {
    Settlement {
        executed: at,
        request: Some("01900080207P1test".into()),
        response: Some("OK38a4254b-6663-4cb5-9764-e2a292264515".into()),
        end: State::Completed { reference: Some(format!("reference-{number}").into()) },
    }
}
