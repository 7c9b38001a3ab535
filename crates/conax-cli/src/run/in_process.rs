//! A fresh simulator for every scenario, in this process, with a clock that stands until it is
//! told to move: isolated, and the same bytes every time.

use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use chrono::NaiveDateTime;
use conax_contract::text::parse_moment;
use conax_contract::world::WorldSpec;
use conax_model::entropy::Seed;
use conax_model::time::SimTime;
use conax_scenario::document::{Api, Scenario};
use conax_scenario::run::Stop;
use conax_scenario::target::{
    Ending, HttpCall, HttpReply, Refusal, Target, TargetProblem, TargetProvider,
};
use conax_sim::clock::ClockMode;
use conax_sim::fault::WireFault;
use conax_sim::instance::Instance;
use http_body_util::BodyExt;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use crate::run::remote::in_time;
use crate::run::secret::Secrets;
use crate::settings::{self, Settings};

/// Where scenarios are played in this process.
pub(crate) struct InProcess {
    /// Values of secrets.
    pub(crate) secrets: Secrets,
    /// How long, of real time, a scenario may take.
    pub(crate) timeout: Duration,
    /// The wish to stop.
    pub(crate) stop: Arc<Stop>,
}

impl TargetProvider for InProcess {
    fn open(&self, scenario: &Scenario) -> Result<Box<dyn Target>, Refusal> {
        let instance = instance(scenario).map_err(Refusal::Invalid)?;
        let stop = Arc::clone(&self.stop);
        let target = target(instance, &scenario.world.spec, self.timeout, stop);
        target.map_err(Refusal::Unreachable)
    }

    fn secret(&self, name: &str) -> Option<String> {
        self.secrets.value(name)
    }
}

/// The simulator a scenario asks for.
fn instance(scenario: &Scenario) -> Result<Instance, String> {
    let mut chosen = Settings::defaults();
    for setting in &scenario.settings {
        chosen.set(&setting.name.value, &setting.value.value);
    }
    let usual = parse_moment(Scenario::DEFAULT_CLOCK).unwrap_or_default();
    let start = scenario.clock.unwrap_or(usual);
    stepped_instance(&chosen, scenario.seed.unwrap_or_default(), start, &scenario.world.spec)
}

/// A simulator whose time stands until it is told to pass, and that sends nothing by itself.
fn stepped_instance(
    settings: &Settings,
    seed: u64,
    start: NaiveDateTime,
    world: &WorldSpec,
) -> Result<Instance, String> {
    let start = SimTime::from_calendar(start);
    let (mut instance, _) =
        settings::instance(settings, Seed(seed), start, None).map_err(|error| error.to_string())?;
    instance.clock = ClockMode::Stepped;
    instance.dispatch.run_interval = None;
    Instance::in_process(instance, world.clone(), None).map_err(|problem| problem.to_string())
}

/// A simulator in this process as a target, with the usual settings.
pub(crate) fn usual_target(
    seed: u64,
    start: NaiveDateTime,
    world: &WorldSpec,
    stop: Arc<Stop>,
) -> Result<Box<dyn Target>, String> {
    let instance = stepped_instance(&Settings::defaults(), seed, start, world)?;
    target(instance, world, NO_LIMIT, stop)
}

/// More than anything in process takes; what it waits for is simulated time.
const NO_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

fn target(
    instance: Instance,
    world: &WorldSpec,
    timeout: Duration,
    stop: Arc<Stop>,
) -> Result<Box<dyn Target>, String> {
    let runtime =
        Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let token = world.tokens.first();
    Ok(Box::new(InProcessTarget {
        token: token.map(|token| token.token.expose().to_owned()),
        start: instance.shared.clock.now(),
        instance,
        runtime,
        stop,
        timeout,
        began: Instant::now(),
    }))
}

struct InProcessTarget {
    instance: Instance,
    // After the simulator: what it spawned ends with it.
    runtime: Runtime,
    token: Option<String>,
    start: SimTime,
    stop: Arc<Stop>,
    timeout: Duration,
    began: Instant,
}

impl InProcessTarget {
    fn router(&self, api: Api) -> Router {
        match api {
            Api::Crm => self.instance.crm_router(),
            Api::Cas => self.instance.cas_router(),
            Api::Control => self.instance.control_router(),
        }
    }
}

impl Target for InProcessTarget {
    fn exchange(&mut self, calls: Vec<HttpCall>) -> Vec<Result<HttpReply, TargetProblem>> {
        let moves_clock = calls.iter().any(HttpCall::moves_clock);
        let made: Vec<_> =
            calls.into_iter().map(|call| (self.router(call.api), request(call))).collect();
        let count = made.len();
        let clock = self.instance.shared.clock.clone();
        let left = self.timeout.saturating_sub(self.began.elapsed());
        let (timeout, stop) = (self.timeout, Arc::clone(&self.stop));
        self.runtime.block_on(async {
            // Not on tasks of their own: a call must count as something that is being done before
            // time may pass, and it does so when it is first looked at.
            let all = all_of(made.into_iter().map(|(router, request)| answer(router, request)));
            let answered = async {
                match moves_clock {
                    true => all.await,
                    false => clock.passing(all).await,
                }
            };
            match in_time(left, &stop, answered).await {
                Ok(replies) => replies,
                Err(TargetProblem::TimedOut(_)) => {
                    vec![Err(TargetProblem::TimedOut(timeout)); count]
                }
                Err(problem) => vec![Err(problem); count],
            }
        })
    }

    fn has(&self, _: Api) -> bool {
        true
    }

    fn token(&self) -> Option<String> {
        self.token.clone()
    }

    fn elapsed_ms(&mut self) -> Option<u64> {
        let passed = self.instance.shared.clock.now().since(self.start);
        u64::try_from(passed.as_millis()).ok()
    }

    fn sleep(&mut self, time: Duration) {
        self.stop.sleep(time);
    }

    fn is_over(&self) -> Option<Ending> {
        ending(&self.stop, self.began, self.timeout)
    }
}

/// Whether a scenario has to end now.
pub(super) fn ending(stop: &Stop, began: Instant, timeout: Duration) -> Option<Ending> {
    if stop.is_interrupted() {
        return Some(Ending::Interrupted);
    }
    (began.elapsed() > timeout).then_some(Ending::TimedOut(timeout))
}

/// Waits for all of these, which are looked at in their order.
async fn all_of<F: Future>(works: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut works: Vec<_> = works.map(|work| (Box::pin(work), None)).collect();
    std::future::poll_fn(|context| {
        let mut all_done = true;
        for (work, done) in &mut works {
            if done.is_none() {
                match work.as_mut().poll(context) {
                    Poll::Ready(output) => *done = Some(output),
                    Poll::Pending => all_done = false,
                }
            }
        }
        if all_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    works.into_iter().filter_map(|(_, done)| done).collect()
}

async fn answer(
    router: Router,
    request: Result<Request<Body>, TargetProblem>,
) -> Result<HttpReply, TargetProblem> {
    let Ok(response) = router.oneshot(request?).await;
    if let Some(fault) = response.extensions().get::<WireFault>() {
        return Err(TargetProblem::NoReply(match fault {
            WireFault::Silence => "no answer came".to_owned(),
            WireFault::Reset => "the connection was reset".to_owned(),
            WireFault::HangUp => "the connection was closed without an answer".to_owned(),
        }));
    }
    let status = response.status().as_u16();
    let body = response.into_body().collect().await;
    let body =
        body.map_err(|error| TargetProblem::NoReply(format!("the answer broke off: {error}")))?;
    Ok(HttpReply { status, body: body.to_bytes().to_vec() })
}

fn request(call: HttpCall) -> Result<Request<Body>, TargetProblem> {
    let mut request = Request::builder().method(call.method.as_str()).uri(&call.target);
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    let refused = |error: axum::http::Error| {
        TargetProblem::NoReply(format!(
            "`{} {}` is no HTTP call: {error}",
            call.method, call.target
        ))
    };
    request.body(Body::from(call.body)).map_err(refused)
}
