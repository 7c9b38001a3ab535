//! What a person sees when the simulator opens and closes.

use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

use conax_contract::world::WorldSpec;
use conax_sim::clock::ClockMode;
use conax_sim::http_server::Descriptors;
use conax_sim::instance::{Closing, OpenInstance};

use crate::serve::log::Place;

/// What the banner tells of the world.
pub(super) struct WorldSummary {
    name: String,
    smartcards: usize,
    subscriptions: usize,
    requests: usize,
    is_demo: bool,
}

impl WorldSummary {
    pub(super) fn of(world: &WorldSpec, is_demo: bool) -> Self {
        Self {
            name: world.name.clone(),
            smartcards: world.cas.smartcards.len(),
            subscriptions: world.subscriptions.len(),
            requests: world.provisioning_requests.len(),
            is_demo,
        }
    }
}

/// Where the APIs are and what to try.
pub(super) fn banner(open: &OpenInstance, world: &WorldSummary, token_was_made: bool) -> String {
    let mut text = String::new();
    // Writing to a text never fails.
    let _ = write_banner(&mut text, open, world, token_was_made);
    text
}

fn write_banner(
    text: &mut String,
    open: &OpenInstance,
    world: &WorldSummary,
    token_was_made: bool,
) -> std::fmt::Result {
    let settings = &open.shared.settings;
    writeln!(text, "conax-sim {}   seed {}", env!("CARGO_PKG_VERSION"), settings.seed.0)?;
    writeln!(
        text,
        "world {}: {} smartcards, {} subscriptions, {} provisioning requests",
        world.name, world.smartcards, world.subscriptions, world.requests
    )?;
    write_store(text, open)?;
    write_state(text, open)?;
    let base = settings.crm.base_path.as_str();
    write_api(text, "provisioning API", settings.crm_tls.scheme(), open.addresses.crm, base)?;
    let cas_scheme = settings.cas.tls.scheme();
    match (open.addresses.cas, &settings.dispatch.conax_address) {
        (None, None) => writeln!(text, "  simulated Conax   in this process, without a port")?,
        (cas, _) => write_api(text, "simulated Conax", cas_scheme, cas, "/?wsdl")?,
    }
    write_api(text, "control API", settings.control_tls.scheme(), open.addresses.control, "/v1")?;
    write_exposure(text, open, token_was_made)?;
    write_descriptors(text, open)?;
    if let (Some(crm), Some(control), true) =
        (open.addresses.crm, open.addresses.control, world.is_demo)
    {
        let [crm, control] = [(settings.crm_tls, crm), (settings.control_tls, control)]
            .map(|(mode, address)| format!("{}://{}", mode.scheme(), reachable(address)));
        let next = open.shared.crm().book.next_number();
        write_commands(text, &crm, &control, next)?;
    } else {
        writeln!(text)?;
    }
    match settings.dispatch.run_interval {
        Some(interval) => write!(text, "Processing runs every {interval:?}.")?,
        None => write!(text, "Processing runs by hand: POST /v1/runs at the control API.")?,
    }
    writeln!(text, " Ctrl-C stops.\n")
}

/// Where the worlds are kept, and what was there.
fn write_store(text: &mut String, open: &OpenInstance) -> std::fmt::Result {
    let Some(store) = open.worlds.store() else {
        return Ok(());
    };
    let (name, requests) = (store.name(), open.shared.crm().book.queue_length().all());
    if !open.worlds.goes_on() {
        return writeln!(text, "store {name}: begins");
    }
    write!(text, "store {name}: goes on with {requests} provisioning requests")?;
    match open.worlds.names().len() {
        1 => writeln!(text),
        worlds => writeln!(text, " in the main world, {worlds} worlds"),
    }
}

/// What is not as it usually is: the clock, and what goes wrong.
fn write_state(text: &mut String, open: &OpenInstance) -> std::fmt::Result {
    let clock = &open.shared.clock;
    if clock.mode() != ClockMode::Real {
        let now = clock.now().whole_second().calendar();
        writeln!(text, "clock {}, now {}", clock.mode().name(), now.format("%FT%T"))?;
    }
    match rule_count(open) {
        0 => {}
        1 => writeln!(text, "faults: 1 rule; GET /v1/faults at the control API shows it")?,
        count => {
            writeln!(text, "faults: {count} rules; GET /v1/faults at the control API shows them")?
        }
    }
    writeln!(text)
}

fn rule_count(open: &OpenInstance) -> usize {
    open.shared.fault_plan().plan.rules.len()
}

/// A line of JSON for programs that started this one: where the APIs really are.
pub(super) fn json(
    open: &OpenInstance,
    world: &WorldSummary,
    token_was_made: bool,
) -> serde_json::Value {
    let url = |scheme: &str, address: Option<SocketAddr>| {
        address.map(|address| format!("{scheme}://{}", reachable(address)))
    };
    let settings = &open.shared.settings;
    let token = open.shared.settings.control_token.as_ref().filter(|_| token_was_made);
    serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "seed": open.shared.settings.seed.0,
        "world": world.name,
        "store": open.worlds.store().map(|store| store.name()),
        "clock": open.shared.clock.mode().name(),
        "faults": rule_count(open),
        "crm": url(settings.crm_tls.scheme(), open.addresses.crm),
        "base_path": open.shared.settings.crm.base_path.as_str(),
        "cas": url(settings.cas.tls.scheme(), open.addresses.cas),
        "control": url(settings.control_tls.scheme(), open.addresses.control),
        "control_token": token.map(|token| token.expose()),
    })
}

fn write_api(
    text: &mut String,
    name: &str,
    scheme: &str,
    address: Option<SocketAddr>,
    path: &str,
) -> std::fmt::Result {
    match address {
        Some(address) => {
            let address = reachable(address);
            writeln!(text, "  {name:<17} {scheme}://{address}{path}")
        }
        None => writeln!(text, "  {name:<17} closed"),
    }
}

/// Whoever can reach the APIs can use them; that is worth a warning.
fn write_exposure(
    text: &mut String,
    open: &OpenInstance,
    token_was_made: bool,
) -> std::fmt::Result {
    let doors = [open.addresses.crm, open.addresses.cas, open.addresses.control];
    let exposed = doors.into_iter().flatten().any(|address| !address.ip().is_loopback());
    if exposed {
        writeln!(text, "\nwarning: these APIs can be reached from other machines; this is a")?;
        writeln!(text, "         simulator, its logins protect nothing")?;
    }
    if let (true, Some(token)) = (token_was_made, &open.shared.settings.control_token) {
        writeln!(text, "\ncontrol token for this run: {}", token.expose())?;
        writeln!(text, "         send it as `Authorization: Bearer …`, or give your own with")?;
        writeln!(text, "         --control-token-file")?;
    }
    Ok(())
}

/// Connections that the settings allow and the system does not.
fn write_descriptors(text: &mut String, open: &OpenInstance) -> std::fmt::Result {
    let limits = &open.shared.settings.limits;
    let doors = [open.addresses.crm, open.addresses.cas, open.addresses.control];
    let wanted = doors.into_iter().flatten().count() * limits.connection_count;
    match limits.descriptor_count {
        Some(count) if Descriptors::for_connections(count) < wanted => {
            let room = Descriptors::for_connections(count);
            writeln!(
                text,
                "\nwarning: the system leaves {count} file descriptors (`ulimit -n`), so"
            )?;
            writeln!(text, "         all APIs together hold {room} connections, fewer than the")?;
            writeln!(text, "         {wanted} of `connection-limit`")
        }
        _ => Ok(()),
    }
}

/// Where the commands that the log prints have to go.
pub(super) fn place(open: &OpenInstance) -> Place {
    let (control, scheme) = (open.addresses.control, open.shared.settings.control_tls.scheme());
    Place {
        control: control.map(|address| format!("{scheme}://{}", reachable(address))),
        main_world: open.shared.world().name.clone(),
    }
}

/// An address as another program on this machine would name it.
fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// The documented call, the run that sends it, and its end. The token is the documented one of
/// the demo world.
fn write_commands(text: &mut String, crm: &str, control: &str, number: u64) -> std::fmt::Result {
    writeln!(
        text,
        r#"
Try, in another terminal:

  # 1. record a provisioning request: PENDING
  curl -s {crm}/conax_web_services/provisioning_requests/add_subscriptions \
    -d '{{"token": "04FFBB37FED475A778F122709CBAC1D5",
         "subscription_identifier": {{"id": "98D375E905CD31F4CC780342525B2078"}},
         "service_identifier": {{"id": "5C2DCFDD743632AC57AE8147B6EE665E"}},
         "smartcard_identifier": {{"id": "ABE63350738749C47F404687DA5E5A47"}}}}'

  # 2. make the processing run that sends it to Conax
  curl -s -X POST {control}/v1/runs

  # 3. see how it ended: COMPLETED, with Conax's reference number
  curl -s -G {crm}/conax_web_services/provisioning_requests/show \
    -d token=04FFBB37FED475A778F122709CBAC1D5 \
    -d provisioning_request_identifier=number={number}
"#
    )
}

/// That the simulator is closing.
pub(super) fn stopping(grace: Duration) -> String {
    format!("stopping: waiting up to {grace:?} for what is on its way to Conax\n")
}

/// How the simulator closed.
pub(super) fn closed(closing: Closing, store: Option<&str>) -> String {
    let unanswered = match closing.in_flight_count {
        0 => String::new(),
        count => format!(
            "{count} requests were on their way and got no answer in time: whether Conax carried \
             them out is not known\n"
        ),
    };
    let where_they_are = match store {
        None => "the book is in memory".to_owned(),
        Some(store) => format!("they are in {store}"),
    };
    format!(
        "{unanswered}stopped; {} recorded requests were not sent ({where_they_are})\n",
        closing.pending_count
    )
}
