//! What needs a simulator: worlds, snapshot files, bytes on a connection, sequences of calls.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use conax_contract::clause::Strictness;
use conax_contract::proof::check;
use conax_contract::text::render;
use conax_contract::world::{Secrets, WorldSpec};
use conax_model::entropy::Seed;
use conax_model::time::SimTime;
use conax_scenario::document::Api;
use conax_scenario::explore::{Inventory, Move, Order, play, script};
use conax_scenario::target::{Ending, HttpCall, HttpReply, Target, TargetProblem};
use conax_sim::Simulator;
use conax_sim::clock::ClockMode;
use conax_sim::http_server::{Limits, serve_pipe};
use conax_sim::instance::Instance;
use conax_sim::settings::SimulatorSettings;
use conax_sim::snapshot::{SealKey, Snapshot};
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// What is read is written so that it reads the same; what opens settles, and proves it.
pub(super) fn world(input: &[u8]) {
    let Some(text) = super::files::text(input) else {
        return;
    };
    let world = match WorldSpec::parse(&text) {
        Ok(world) => world,
        Err(findings) => {
            assert!(!findings.is_empty());
            let _ = render("file", &text, &findings);
            return;
        }
    };
    let written = world.to_yaml(Secrets::Shown);
    let again = WorldSpec::parse(&written);
    assert!(again.as_ref() == Ok(&world), "it reads as something else: {again:?}\n{written}");
    let runtime = runtime();
    let _inside = runtime.enter();
    if let Ok(simulator) = Simulator::builder().world(world).start() {
        runtime.block_on(simulator.run());
        let ledger = simulator.ledger_file();
        let proof = check(ledger.lines());
        assert!(proof.is_ok(), "{proof:?}");
    }
}

/// A file that opens is written so that it opens as the same.
pub(super) fn snapshot(input: &[u8]) {
    let key = SealKey::parse(&"5a".repeat(32)).expect("a key");
    let settings = SimulatorSettings::new(Seed(0), SimTime::default());
    let read = |body: &[u8]| Snapshot::from_file(&key.seal(body), &key, &settings);
    let Ok(snapshot) = read(input) else {
        return;
    };
    let written = key.open(&snapshot.to_file(&key)).expect("a file of this key");
    let again = read(&written).expect("what was written opens");
    let twice = key.open(&again.to_file(&key)).expect("a file of this key");
    assert!(written == twice, "it is written as something else");
}

fn instance(world: WorldSpec) -> Instance {
    let start = conax_contract::text::parse_moment("2026-01-01T09:00:00").unwrap_or_default();
    let mut settings = SimulatorSettings::new(Seed(1), SimTime::from_calendar(start));
    settings.clock = ClockMode::Stepped;
    settings.dispatch.run_interval = None;
    Instance::in_process(settings, world, None).expect("a world that is shipped")
}

/// Whatever comes on a connection is answered in HTTP, or not at all, and then it ends.
pub(super) fn http_head(input: &[u8]) {
    let runtime = runtime();
    let answer = runtime.block_on(async {
        let instance = instance(WorldSpec::lab());
        let (mut client, server) = tokio::io::duplex(1 << 16);
        let limits = Limits { head_time: Duration::from_millis(200), ..Limits::default() };
        let serving = serve_pipe(server, instance.crm_router(), limits);
        let calling = async {
            let (mut from, mut to) = tokio::io::split(&mut client);
            let mut answer = Vec::new();
            let sending = async {
                let _ = to.write_all(input).await;
                let _ = to.shutdown().await;
            };
            let ((), end) = tokio::join!(sending, from.read_to_end(&mut answer));
            end.expect("a pipe ends in order");
            answer
        };
        tokio::join!(serving, calling).1
    });
    let is_http = answer.is_empty() || answer.starts_with(b"HTTP/1.");
    assert!(is_http, "{}", String::from_utf8_lossy(&answer));
}

/// The laws of `explore` judge moves that the bytes choose.
pub(super) fn sequence(input: &[u8]) {
    let moves: Vec<Move> = input.chunks(MOVE_BYTES).take(MOVE_LIMIT).map(one).collect();
    let inventory = Inventory::own();
    let lines = script(&moves, &inventory, Strictness::May);
    let world = WorldSpec::lab();
    let token = world.tokens.first().map(|token| token.token.expose().to_owned());
    let runtime = runtime();
    let mut target = InProcess { instance: instance(world), runtime, token };
    let failure = play(&lines, &mut target, &inventory, Strictness::May);
    assert!(failure.is_none(), "{failure:?}\n{lines:#?}");
}

const MOVE_BYTES: usize = 10;
const MOVE_LIMIT: usize = 24;

/// A move of some bytes.
fn one(bytes: &[u8]) -> Move {
    let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
    let order = || Order {
        operation: at(1) % 6,
        card: at(2) % 3,
        service: at(3) % 2,
        priority: at(4) % 3,
        minutes: at(5) % 60,
        scheduled: at(6) % 2 == 1,
        at_once: at(7) % 7,
        key: at(8) % 3,
        variant: at(9) % 4,
    };
    match at(0) % 14 {
        0 => Move::WrongOrder(order(), at(1) / 6 % 16),
        1 => Move::Together(2 + at(1) % 3),
        2 => Move::Show { which: at(1) % 4, by_number: at(2) % 2 == 1, fields: at(3) % 5 },
        3 => Move::WrongShow(at(1) % 4),
        4 => Move::Odd(at(1) % 6),
        5 => Move::List { filter: at(1) % 12, fields: at(2) % 5, page: at(3) % 8 },
        6 => Move::WrongList(at(1) % 10),
        7 => Move::Login(at(1) % 6),
        8 => Move::Pass(1 + at(1) % 89),
        9 => Move::Fault { preset: at(1) % 5, card: at(2) % 3 },
        10 => Move::Conax(at(1) % 3),
        11 => Move::Ledger,
        12 => Move::Drift,
        _ => Move::Order(order()),
    }
}

/// The three APIs as a target.
struct InProcess {
    instance: Instance,
    // After the simulator: what it spawned ends with it.
    runtime: Runtime,
    token: Option<String>,
}

impl InProcess {
    fn router(&self, api: Api) -> Router {
        match api {
            Api::Crm => self.instance.crm_router(),
            Api::Cas => self.instance.cas_router(),
            Api::Control => self.instance.control_router(),
        }
    }
}

impl Target for InProcess {
    fn exchange(&mut self, calls: Vec<HttpCall>) -> Vec<Result<HttpReply, TargetProblem>> {
        // One after the other: what calls at the same time may do is for `explore` to find.
        let made = calls.into_iter().map(|call| {
            let moves_clock = call.moves_clock();
            let call_made = answer(self.router(call.api), call);
            self.runtime.block_on(async {
                match moves_clock {
                    true => call_made.await,
                    false => self.instance.shared.clock.passing(call_made).await,
                }
            })
        });
        made.collect()
    }

    fn has(&self, _: Api) -> bool {
        true
    }

    fn token(&self) -> Option<String> {
        self.token.clone()
    }

    fn elapsed_ms(&mut self) -> Option<u64> {
        None
    }

    fn sleep(&mut self, _: Duration) {}

    fn is_over(&self) -> Option<Ending> {
        None
    }
}

async fn answer(router: Router, call: HttpCall) -> Result<HttpReply, TargetProblem> {
    let no_call = |error: axum::http::Error| TargetProblem::NoReply(error.to_string());
    let mut request = Request::builder().method(call.method.as_str()).uri(&call.target);
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    let Ok(response) = router.oneshot(request.body(Body::from(call.body)).map_err(no_call)?).await;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await;
    let body = body.map_err(|error| TargetProblem::NoReply(error.to_string()))?;
    Ok(HttpReply { status, body: body.to_bytes().to_vec() })
}
