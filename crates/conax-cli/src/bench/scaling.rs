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
    NewRequest, ParameterKey, ParameterValue, Priority, Settled, Settlement, State,
};
use conax_model::entropy::Seed;
use conax_model::time::SimTime;
use conax_sim::instance::OpenInstance;
use conax_sim::provisioning_api;
use conax_sim::settings::ApiAddresses;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::table::{Figures, Table, verdict};
use super::{BenchError, Done, check, load, runtime};
use crate::print;
use crate::settings::{self, Settings};
use crate::world;

const SMALL: u64 = 1_000;
const CALLS: u64 = 2_000;
const ROUNDS: u64 = 5;
const BAR: f64 = 1.3;
const PROVISIONING: &str = "conax_web_services/provisioning_requests";
/// The demo world's documented token.
const TOKEN: &str = "04FFBB37FED475A778F122709CBAC1D5";

/// The query of the n-th call.
type Query = fn(&Stored, u64) -> String;

const PROBES: [(&str, Query); 6] = [
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

    /// Microseconds a client sees, call after call on one connection.
    async fn measure_call(&self, query: Query) -> Done<f64> {
        let mut connection = load::connect(self.address).await?;
        let ask = async |target: String| {
            load::exchange(&mut connection, Method::GET, &target, Bytes::new()).await
        };
        self.measure(query, ask).await
    }

    /// What the look-up and its answer cost without a connection.
    async fn measure_router(&self, query: Query) -> Done<f64> {
        let ask = async |target: String| {
            let call = Request::get(target).body(Body::empty());
            let call = call.expect("queries of the bench are URIs");
            let Ok(reply) = self.router.clone().oneshot(call).await;
            let body = reply.into_body().collect().await;
            Ok(body.map_err(|error| BenchError::Answer(error.to_string()))?.to_bytes())
        };
        self.measure(query, ask).await
    }

    async fn measure(
        &self,
        query: Query,
        mut ask: impl AsyncFnMut(String) -> Done<Bytes>,
    ) -> Done<f64> {
        let mut figures = Figures::default();
        for round in 0..=ROUNDS {
            let target = |nth| format!("/{PROVISIONING}/{}", query(self, nth + round * CALLS));
            let targets: Vec<String> = (0..CALLS).map(target).collect();
            let started = Instant::now();
            for target in targets {
                check(&ask(target).await?, b"COMPLETED")?;
            }
            // The first round warms up.
            if round > 0 {
                figures.add(started.elapsed().as_secs_f64() * 1e6 / CALLS as f64);
            }
        }
        Ok(figures.median())
    }
}

pub(super) fn run(stored: u64) -> Done {
    let runtime = runtime()?;
    print::aside(format_args!("storing {SMALL} and {stored} requests …"));
    let small = runtime.block_on(fill(SMALL))?;
    let large = runtime.block_on(fill(stored))?;
    let mut table = Table::new(&format!("us/call\t{SMALL}\t{stored}\tratio\t\trouter alone\t"));
    for (name, query) in PROBES {
        let few = runtime.block_on(small.measure_call(query))?;
        let many = runtime.block_on(large.measure_call(query))?;
        let alone = runtime.block_on(small.measure_router(query))?;
        let alone_many = runtime.block_on(large.measure_router(query))?;
        let (ratio, met) = (many / few, verdict(many / few <= BAR));
        table.row(format!(
            "{name}\t{few:.0}\t{many:.0}\t{ratio:.2}\t{met}\t{alone:.1}\t{alone_many:.1}"
        ));
    }
    table.print(&format!("stored requests: {SMALL} against {stored}; bar: ratio at most {BAR}"));
    print::result("");
    for stored in [small, large] {
        runtime.block_on(stored.instance.close(Duration::from_secs(1)));
    }
    Ok(())
}

/// A simulator in which this many requests were recorded, sent and accepted.
pub(super) async fn fill(count: u64) -> Done<Stored> {
    let answer = |error: &dyn std::error::Error| BenchError::Answer(error.to_string());
    let missing = |what: &str| BenchError::Answer(what.to_owned());
    let start = SimTime::from_millis(1_417_338_000_000);
    let (settings, _) = settings::instance(&Settings::defaults(), Seed(1), start, None)
        .map_err(|error| answer(&error))?;
    let world = world::read("demo").map_err(|error| answer(&error))?;
    let first_number = world.next_request_number;
    let addresses =
        ApiAddresses { crm: Some((Ipv4Addr::LOCALHOST, 0).into()), ..ApiAddresses::default() };
    let instance = OpenInstance::open(settings, world, addresses, None, None).await;
    let instance = instance.map_err(|error| answer(&error))?;
    let address = instance.addresses.crm.ok_or_else(|| missing("no address"))?;
    let mut ids = Vec::new();
    instance.shared.change(|world| {
        let side = &mut *world.crm.lock();
        let author = side.reference.user("MPAdministrator").map(Arc::clone);
        let author = author.ok_or_else(|| missing("no user in the demo world"))?;
        // Requests of the simulator share texts with its reference data, and so do these.
        let [distribution, product] = ["23423", "P1test"].map(Arc::<str>::from);
        let cards: Vec<Arc<str>> =
            (0..100_000).map(|number| format!("{number:011}").into()).collect();
        for number in 0..count {
            let parameters = [
                (ParameterKey::SubProvisioningDistributionId, &distribution),
                (ParameterKey::ServiceCaId, &product),
                (ParameterKey::SmartcardCaId, &cards[number as usize % cards.len()]),
            ];
            let text = |text| Some(ParameterValue::Text(Arc::clone(text)));
            let new = NewRequest {
                kind: CommandKind::AddSubscriptions,
                scheduled: start,
                process_immediately: false,
                priority: Priority::Regular,
                process_name: None,
                author: Arc::clone(&author),
                parameters: parameters.map(|(key, value)| (key, text(value))).to_vec(),
                pin: None,
                trace: None,
            };
            ids.push(side.book.create(new, start, &mut side.ids).id.to_string());
            let ticket = side.book.take_due(start).ok_or_else(|| missing("nothing is due"))?;
            let settled = side.book.settle(ticket, accepted(number, start));
            debug_assert!(matches!(settled, Settled::Done(_)));
        }
        Ok::<_, BenchError>(())
    })?;
    let router = provisioning_api::router(Arc::clone(&instance.worlds));
    Ok(Stored { router, instance, address, ids, first_number })
}

fn accepted(number: u64, at: SimTime) -> Settlement {
    Settlement {
        executed: at,
        request: Some("01900080207P1test".into()),
        response: Some("OK38a4254b-6663-4cb5-9764-e2a292264515".into()),
        end: State::Completed { reference: Some(format!("reference-{number}").into()) },
    }
}
