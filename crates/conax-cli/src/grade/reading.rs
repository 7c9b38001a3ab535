//! What a call of the client meant, in the words of the field, for both seats alike.
//!
//! Pure. It reads what the contract says of the wire, and judges nothing.

use conax_contract::cas::operation_key;
use conax_contract::cas::{
    AxisClient, HttpAnswer, Profile, RequestRefusal, decode_reply, decode_request,
};
use conax_contract::crm::{Operation, Value as Parameter, parse_query};
use conax_model::command::{Command, CommandKind};
use serde_json::Value;

use super::observation::{Delivery, Exchange, Seat};

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Something that must not be done twice; equal orders have equal texts.
    Order(String),
    /// A question.
    Query,
    /// For a token, or for the end of one.
    Login,
    /// Nothing the API knows.
    Unknown,
}

/// What came of it, as the client could know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It was taken.
    Accepted,
    /// It was refused.
    Refused {
        /// The status code.
        code: String,
        /// Everything else that was said.
        message: String,
    },
    /// It was turned away for now.
    Busy,
    /// It was not understood.
    Fault,
    /// The client cannot know.
    Unknown,
}

/// A provisioning request in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) number: String,
    pub(crate) state: String,
    pub(crate) reference: String,
    /// What was said of its end.
    pub(crate) text: String,
}

/// A call, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) intent: Intent,
    pub(crate) end: End,
    /// Provisioning requests in the answer.
    pub(crate) items: Vec<Item>,
    /// Whether they are a list: a look at whatever is there, not at one that is known.
    pub(crate) is_list: bool,
    /// The transaction id in the answer.
    pub(crate) transaction: Option<String>,
    /// The smartcards that were sent to Conax.
    pub(crate) cards: Vec<String>,
    /// The token that was sent.
    pub(crate) token: Option<String>,
    /// The token that was given.
    pub(crate) new_token: Option<String>,
}

/// Reads a call and its answer.
pub(crate) fn read(seat: Seat, exchange: &Exchange) -> Read {
    match seat {
        Seat::A => read_api(exchange),
        Seat::C => read_conax(exchange),
    }
}

/// The same, as if the answer had been given where it was kept back: what the simulator knows and
/// the client may not.
pub(crate) fn read_given(seat: Seat, exchange: &Exchange) -> Read {
    let given = match exchange.got {
        Delivery::NotPassedOn => return read(seat, exchange),
        _ => Exchange { got: Delivery::Answer, is_left: false, ..exchange.clone() },
    };
    read(seat, &given)
}

/// What is asked, before there is an answer; for whoever sets traps.
pub(crate) fn intent(seat: Seat, exchange: &Exchange) -> Intent {
    match seat {
        Seat::A => api_intent(exchange),
        Seat::C => conax_intent(exchange).0,
    }
}

/// The token a call of the provisioning API carries.
pub(crate) fn token_of(exchange: &Exchange) -> Option<String> {
    let query = exchange.target.split_once('?').map_or("", |(_, query)| query);
    let in_query = parse_query(query);
    let in_query = in_query.ok().and_then(|params| match params.get("token") {
        Some(Parameter::Text(token)) => Some(token.to_string()),
        _ => None,
    });
    in_query.or_else(|| Some(body(&exchange.call)["token"].as_str()?.to_owned()))
}

fn body(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn operation(exchange: &Exchange) -> Option<Operation> {
    let path = exchange.target.split('?').next().unwrap_or_default();
    let path = path.trim_end_matches('/');
    Operation::ALL.into_iter().find(|operation| {
        let before = path.strip_suffix(operation.path());
        exchange.verb == operation.verb() && before.is_some_and(|rest| rest.ends_with('/'))
    })
}

fn api_intent(exchange: &Exchange) -> Intent {
    match operation(exchange) {
        Some(Operation::Show | Operation::List) => Intent::Query,
        Some(operation) if operation.creates().is_none() => Intent::Login,
        Some(operation) => Intent::Order(api_key(operation, &body(&exchange.call))),
        None => Intent::Unknown,
    }
}

/// Who is to get what: dates, priorities, tokens and PINs do not make another order of it.
fn api_key(operation: Operation, call: &Value) -> String {
    let mut key = operation.name().to_owned();
    for (name, value) in call.as_object().into_iter().flatten() {
        if name.ends_with("_identifier") || name.ends_with("_set") {
            key.push_str(&format!(" {name}={value}"));
        }
    }
    key
}

fn read_api(exchange: &Exchange) -> Read {
    let reply = body(&exchange.reply);
    let data = &reply["data"];
    let items = match data {
        Value::Array(items) => items.iter().filter_map(item).collect(),
        data => item(data).into_iter().collect(),
    };
    let end = api_end(exchange, &reply);
    let is_read = end == End::Accepted;
    Read {
        intent: api_intent(exchange),
        end,
        items: if is_read { items } else { Vec::new() },
        is_list: data.is_array(),
        transaction: None,
        cards: Vec::new(),
        token: token_of(exchange),
        new_token: data["token"].as_str().map(str::to_owned),
    }
}

fn api_end(exchange: &Exchange, reply: &Value) -> End {
    if is_lost(exchange) {
        return End::Unknown;
    }
    let code = reply["status"]["code"].as_str();
    match (exchange.status, code) {
        (Some(503), _) => End::Busy,
        (_, Some("OK")) => End::Accepted,
        (_, Some(code)) => End::Refused {
            code: code.to_owned(),
            message: words(&reply["status"], &["message", "description"]),
        },
        (_, None) => End::Fault,
    }
}

fn item(data: &Value) -> Option<Item> {
    Some(Item {
        // An object without a number (the older shape) is told apart by its id.
        number: (data["number"].as_str().or(data["id"].as_str()))?.to_owned(),
        state: data["life_cycle_state"].as_str()?.to_owned(),
        reference: words(data, &["reference_number"]),
        text: words(data, &["response", "error_code", "error_description"]),
    })
}

fn words(value: &Value, members: &[&str]) -> String {
    let texts = members.iter().filter_map(|member| value[*member].as_str());
    texts.collect::<Vec<_>>().join(" ")
}

/// Whether the client has no answer that it could read.
fn is_lost(exchange: &Exchange) -> bool {
    let is_kept_back = !matches!(exchange.got, Delivery::Answer | Delivery::TrapAnswer);
    exchange.is_left || is_kept_back
}

fn conax_intent(exchange: &Exchange) -> (Intent, Option<Command>) {
    let content_type = exchange.content_type.as_deref();
    let call = decode_request(Profile::public(), content_type, exchange.call.as_bytes());
    match call {
        Ok(command) => (intent_of(&command), Some(command)),
        // It is an order that cannot be carried out; which one does not matter.
        Err(RequestRefusal::Invalid { operation, .. }) => {
            (Intent::Order(format!("{} {}", operation_key(operation), exchange.call)), None)
        }
        Err(RequestRefusal::Fault(_)) => (Intent::Unknown, None),
    }
}

fn intent_of(command: &Command) -> Intent {
    let order = |what: String| Intent::Order(format!("{} {what}", operation_key(command.kind())));
    match command {
        Command::GetActiveSubscriptions { .. }
        | Command::GetPairingStatusForCard { .. }
        | Command::GetPairingStatusForPairingModule { .. } => Intent::Query,
        Command::AddSubscriptions { card, products, .. }
        | Command::CancelSubscriptions { card, products } => {
            order(format!("{card} {}", joined(products)))
        }
        Command::CreatePairing { modules, .. } | Command::AddToExistingPairing { modules, .. } => {
            order(format!("{} with {}", joined(command.cards()), joined(modules)))
        }
        Command::UpdateCaPinToDefaultValue { .. }
        | Command::UpdateCaPinToGivenValue { .. }
        | Command::DisplayFingerprint(_) => order(joined(command.cards())),
        Command::SendMailMessageToClient(message)
        | Command::SendBarkMessageToClient { message, .. }
        | Command::SendRepeatingBarkMessageToClient { message, .. } => {
            order(format!("{} {}", joined(&message.cards), message.text))
        }
    }
}

fn joined<T: ToString>(ids: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = ids.into_iter().map(|id| id.to_string()).collect();
    texts.join(" ")
}

fn read_conax(exchange: &Exchange) -> Read {
    let (intent, command) = conax_intent(exchange);
    let (end, transaction) = conax_end(exchange, command.as_ref());
    Read {
        intent,
        end,
        items: Vec::new(),
        is_list: false,
        transaction,
        cards: command.iter().flat_map(Command::cards).map(ToString::to_string).collect(),
        token: None,
        new_token: None,
    }
}

fn conax_end(exchange: &Exchange, command: Option<&Command>) -> (End, Option<String>) {
    if is_lost(exchange) {
        return (End::Unknown, None);
    }
    let status = exchange.status.unwrap_or_default();
    if status == 503 {
        return (End::Busy, None);
    }
    // The names of the status block are the same for every operation.
    let operation = command.map_or(CommandKind::AddSubscriptions, Command::kind);
    let answer =
        HttpAnswer { status, reason: "", content_type: None, body: exchange.reply.as_bytes() };
    let decoded = decode_reply(Profile::public(), operation, answer, &AxisClient::default());
    let Ok(reply) = decoded else {
        return (End::Fault, None);
    };
    let end = match reply.status_code.as_deref() {
        Some("OK") => End::Accepted,
        Some(code) => End::Refused {
            code: code.to_owned(),
            message: reply.message.clone().unwrap_or_default(),
        },
        None => End::Fault,
    };
    (end, reply.transaction_id)
}
