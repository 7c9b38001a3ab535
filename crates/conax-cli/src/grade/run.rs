//! One scene: a fresh simulator behind an API of its own, the client started with what it needs to
//! know, and what was seen of it.

use std::net::SocketAddr;
use std::time::Duration;

use conax_contract::crm::BasePath;
use conax_contract::secret::SecretText;
use conax_contract::world::{CardFormat, TokenSpec, WorldSpec};
use conax_model::entropy::{Dice, Ids, Seed};
use conax_model::secret::Secret;
use conax_model::time::SimTime;
use conax_sim::settings::CasAuthentication;
use conax_sim::{Simulator, SimulatorError};
use serde_json::{Value, json};

use super::child::{self, Child};
use super::observation::{Canary, Observation, Seat};
use super::proxy::Proxy;
use super::scene::{Scene, Settles};

/// The demo world's words for who gets what.
const SUBSCRIPTION: &str = "S60600";
const SERVICE: &str = "SPORT";
const PRODUCT: &str = "1002";
const CARD: &str = "01900080208";
/// The smartcard of the order that was there before.
const OTHER_CARD: &str = "01900080210";
const ORGANISATION: &str = "CRMDEMO";
const USER: &str = "MPAdministrator";

/// Why a scene could not be played.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SceneError {
    /// The client cannot be started.
    #[error("the command `{command}` cannot be started")]
    NotStarted {
        /// The program.
        command: String,
        /// Why.
        source: std::io::Error,
    },
    /// No port is free.
    #[error("no API can be opened for the client")]
    NoApi(#[source] std::io::Error),
    /// The simulator cannot be built.
    #[error("the simulator of scene `{scene}` cannot be built")]
    NoSimulator {
        /// The scene.
        scene: &'static str,
        /// Why.
        source: SimulatorError,
    },
    /// A file of the client's cannot be read.
    #[error("the log file `{path}` cannot be read")]
    NoLog {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// The client, and what all scenes have in common.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) seat: Seat,
    pub(crate) seed: u64,
    pub(crate) deadline: Duration,
    /// The program and its arguments.
    pub(crate) command: Vec<String>,
    /// Files that are searched for secrets.
    pub(crate) logs: Vec<String>,
    /// The time of day.
    pub(crate) now: SimTime,
}

/// What nobody may read: made for one scene, so that what is found can only come from it.
struct Secrets {
    token: String,
    password: String,
    pin: String,
    check_digit: usize,
}

impl Secrets {
    fn new(seed: u64, scene: &str) -> Self {
        let name = format!("grade {scene}");
        let mut ids = Ids::new(Seed(seed), &name);
        let mut dice = Dice::new(Seed(seed), &name);
        Self {
            token: ids.hex_id().to_string(),
            password: format!("secret{}", ids.hex_id()),
            pin: pin(&mut dice),
            check_digit: dice.below(10),
        }
    }

    fn canaries(&self, seat: Seat) -> Vec<Canary> {
        let canary = |name, value: &String| Canary { name, value: value.clone() };
        let mut canaries = vec![canary("PIN", &self.pin), canary("password", &self.password)];
        if seat == Seat::A {
            canaries.push(canary("token", &self.token));
        }
        canaries
    }
}

/// A PIN that is, read from either side, never a year of this century, nor a number of a request of
/// the demo world.
fn pin(dice: &mut Dice) -> String {
    let mut digit = |from: usize| char::from(b'0' + (from + dice.below(10 - from)) as u8);
    let outer = [digit(6), digit(6)];
    [outer[0], digit(0), digit(0), outer[1]].iter().collect()
}

/// Plays a scene.
pub(crate) async fn run_scene(client: &Client, scene: &Scene) -> Result<Observation, SceneError> {
    let failed = |source| SceneError::NoSimulator { scene: scene.name, source };
    let secrets = Secrets::new(client.seed, scene.name);
    let simulator = simulator(client, &secrets).map_err(failed)?;
    let (known_number, known_reference) = earlier_order(&simulator).await.map_err(failed)?;
    if !scene.fault.is_empty() {
        simulator.add_fault(scene.fault).map_err(failed)?;
    }
    let api = Proxy::open(simulator.clone(), client.seat, scene, client.deadline).await;
    let (proxy, address) = api.map_err(SceneError::NoApi)?;
    let variables = variables(client, scene, &secrets, address, &known_reference);
    let child = Child { command: &client.command, variables: &variables, logs: &client.logs };
    let (ended, written) = child::run(child, proxy.time_is_up()).await?;
    let (exchanges, tokens) = proxy.seen();
    if scene.settles != Settles::Never {
        simulator.run().await;
    }
    let (is_entitled, done_count) = held_at_conax(&simulator).await.map_err(failed)?;
    Ok(Observation {
        scene: scene.name,
        seat: client.seat,
        deadline: client.deadline,
        is_unsettled: scene.settles == Settles::Never,
        exchanges,
        ended,
        written,
        canaries: secrets.canaries(client.seat).into_iter().chain(tokens).collect(),
        known_reference,
        known_number,
        is_entitled,
        done_count,
    })
}

fn simulator(client: &Client, secrets: &Secrets) -> Result<Simulator, SimulatorError> {
    let mut world = WorldSpec::demo();
    world.magic_smartcards = false;
    for user in &mut world.users {
        user.password = Some(SecretText::new(secrets.password.clone()));
    }
    world.tokens.push(TokenSpec {
        token: SecretText::new(secrets.token.clone()),
        username: USER.to_owned(),
        unit: None,
    });
    // The head-end takes both forms of a number: that it forgives must not hide what is sent.
    world.cas.settings.card_format = Some(CardFormat::StrictOrPrinted);
    let own_domain = world.cas.domains.first_mut();
    let user = own_domain.map_or_else(String::new, |domain| {
        domain.password = Some(SecretText::new(secrets.password.clone()));
        domain.username.clone().unwrap_or_default()
    });
    let password = Secret::new(secrets.password.as_str());
    Simulator::builder()
        .seed(client.seed)
        .world(world)
        .clock("real")
        .with(|settings| {
            settings.start = client.now;
            settings.cas.authentication = CasAuthentication::Basic;
            settings.dispatch.credentials = Some((user, password));
        })
        .start()
}

/// An order of another smartcard, long done: its number and its reference.
async fn earlier_order(simulator: &Simulator) -> Result<(String, String), SimulatorError> {
    let mut body = order_of_another();
    body["process_immediately"] = json!(true);
    let reply = simulator.post("add_subscriptions", body).await?;
    let text = |member: &str| reply["data"][member].as_str().unwrap_or_default().to_owned();
    Ok((text("number"), text("reference_number")))
}

/// An order of somebody else's, for another smartcard.
pub(crate) fn order_of_another() -> Value {
    json!({
        "subscription_identifier": { "number": SUBSCRIPTION },
        "service_identifier": { "code": SERVICE },
        "smartcard_identifier": { "serial_number": OTHER_CARD },
    })
}

/// Whether Conax has the service on the card, and how many orders for the card it carried out.
async fn held_at_conax(simulator: &Simulator) -> Result<(bool, usize), SimulatorError> {
    let path = format!("/v1/cas/smartcards/{CARD}");
    let reply = simulator.control("GET", &path, "").await?;
    let card: Value = reply.json().unwrap_or_default();
    let list = |name: &str| card[name].as_array().into_iter().flatten();
    let is_done = |transaction: &&Value| {
        let command = transaction["command"].as_str().unwrap_or_default();
        transaction["status_code"] == "OK" && !command.starts_with("GET_")
    };
    Ok((
        list("entitlements").any(|entitlement| entitlement["product"] == PRODUCT),
        list("transactions").filter(is_done).count(),
    ))
}

/// What the client is told.
fn variables(
    client: &Client,
    scene: &Scene,
    secrets: &Secrets,
    address: SocketAddr,
    known_reference: &str,
) -> Vec<(&'static str, String)> {
    let printed = format!("{CARD}{}", secrets.check_digit);
    let mut variables = vec![
        ("CONAX_SIM_SEAT", client.seat.letter().to_owned()),
        ("CONAX_SIM_TASK", scene.task.word().to_owned()),
        ("CONAX_SIM_DEADLINE_S", client.deadline.as_secs_f64().to_string()),
        ("CONAX_SIM_PASSWORD", secrets.password.clone()),
        ("CONAX_SIM_KNOWN_REFERENCE", known_reference.to_owned()),
        ("CONAX_SIM_PIN", secrets.pin.clone()),
    ];
    match client.seat {
        Seat::A => variables.extend([
            ("CONAX_SIM_CRM_URL", format!("http://{address}{}", BasePath::default().as_str())),
            ("CONAX_SIM_TOKEN", secrets.token.clone()),
            ("CONAX_SIM_USER", USER.to_owned()),
            ("CONAX_SIM_ORGANISATION", ORGANISATION.to_owned()),
            ("CONAX_SIM_SUBSCRIPTION", SUBSCRIPTION.to_owned()),
            ("CONAX_SIM_SERVICE", SERVICE.to_owned()),
            ("CONAX_SIM_SMARTCARD", CARD.to_owned()),
        ]),
        Seat::C => variables.extend([
            ("CONAX_SIM_CAS_URL", format!("http://{address}")),
            ("CONAX_SIM_USER", "crm".to_owned()),
            ("CONAX_SIM_SERVICE", PRODUCT.to_owned()),
            ("CONAX_SIM_SMARTCARD", printed),
        ]),
    }
    variables
}

/// What the client is told, for `--help`.
pub(crate) const VARIABLES: &[(&str, &str)] = &[
    ("CONAX_SIM_SEAT", "a or c"),
    ("CONAX_SIM_TASK", "activate: the service on the smartcard; set-pin: the PIN of the smartcard"),
    ("CONAX_SIM_DEADLINE_S", "seconds it has from its first call on; then it is ended"),
    ("CONAX_SIM_CRM_URL", "seat a: the API, its base path included"),
    ("CONAX_SIM_TOKEN", "seat a: a token"),
    ("CONAX_SIM_ORGANISATION", "seat a: to log in with, besides user and password"),
    ("CONAX_SIM_SUBSCRIPTION", "seat a: number of the subscription"),
    ("CONAX_SIM_CAS_URL", "seat c: Conax; HTTP Basic with user and password"),
    ("CONAX_SIM_USER", "user name"),
    ("CONAX_SIM_PASSWORD", "password"),
    ("CONAX_SIM_SERVICE", "seat a: code of the service; seat c: id of the product"),
    (
        "CONAX_SIM_SMARTCARD",
        "seat a: serial number; seat c: as printed on the card, 12 digits with the check digit",
    ),
    ("CONAX_SIM_PIN", "the PIN to set; not to be found anywhere else"),
    ("CONAX_SIM_KNOWN_REFERENCE", "reference of an order that was done before"),
];
