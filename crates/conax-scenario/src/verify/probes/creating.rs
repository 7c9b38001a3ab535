//! The six operations, in every documented form.

use conax_contract::crm::{Need, Operation, ValueKind};
use serde_json::{Value, json};

use super::orders::{self, FAR, with, without};
use crate::verify::session::{Options, Session};
use crate::verify::world::{Named, TargetWorld};

/// A date after the one that is far away, on another day and at another time.
const FARTHER: &str = "2037-05-02T10:30:00";

/// An order and what its acceptance shows.
struct Creation {
    operation: Operation,
    parameters: Value,
    clauses: Vec<String>,
}

pub(super) fn creations(world: &TargetWorld, _: &Options) -> usize {
    let opposites = orders::order(Operation::AddSubscriptions, world, 0).map_or(0, |_| 2);
    let forms = orders::creating().map(|operation| of(operation, world).len());
    let pairing = orders::order(Operation::CreatePairing, world, 0);
    let asked = usize::from(pairing.is_some() && world.subscription.is_some());
    forms.sum::<usize>() + opposites + asked
}

pub(super) fn run(session: &mut Session<'_>) {
    for operation in orders::creating() {
        let creations = of(operation, session.world);
        if creations.is_empty() {
            let ids: Vec<String> = operation
                .parameters()
                .iter()
                .map(|entry| format!("{}.{}", operation.name(), entry.name))
                .chain(
                    ["method", "creates", "example"]
                        .map(|end| format!("{}.{end}", operation.name())),
                )
                .collect();
            for id in &ids {
                session.untestable(&[id], "the world file names too little to give such an order");
            }
        }
        if operation == Operation::CreatePairing {
            needs_subscription(session, creations.first());
        }
        let also = tie(session, operation);
        for creation in creations {
            let clauses = creation.clauses.iter().map(String::as_str);
            let clauses: Vec<&str> =
                clauses.filter(|id| also.is_none() || *id != OPTIONAL).collect();
            let mut parameters = creation.parameters;
            if let Some(subscription) = &also {
                parameters = with(&parameters, "subscription_identifier", subscription.clone());
            }
            session.accepted(&clauses, creation.operation, parameters);
        }
    }
    opposite(session);
    not_given(session);
}

const OPTIONAL: &str = "create_pairing.subscription-optional";

/// The subscription that orders of this operation need at this target, and no document asks for.
pub(super) fn tie(session: &Session<'_>, operation: Operation) -> Option<Value> {
    let pairs = matches!(operation, Operation::CreatePairing | Operation::AddToExistingPairing);
    let subscription = session.world.subscription.as_ref()?;
    (session.ties_pairings && pairs).then(|| subscription.identifier())
}

/// Looks whether pairings are taken with a subscription and not without: that breaks one clause,
/// and the others are tried with it.
fn needs_subscription(session: &mut Session<'_>, least: Option<&Creation>) -> Option<()> {
    let least = least?;
    let subscription = session.world.subscription.as_ref()?.identifier();
    let without = session.ask(least.operation, least.parameters.clone())?;
    if without.is_ok() {
        return None;
    }
    let parameters = with(&least.parameters, "subscription_identifier", subscription);
    session.accepted(&[], least.operation, parameters)?;
    let expected = "a pairing that belongs to no subscription";
    session.judge(&[OPTIONAL], &without, false, expected, "it was refused");
    session.ties_pairings = true;
    Some(())
}

/// An activation while the cancellation of the same waits.
fn opposite(session: &mut Session<'_>) {
    let Some(order) = orders::order(Operation::AddSubscriptions, session.world, 0) else {
        return;
    };
    let waits = with(&order, "start_date", FAR.into());
    let cancellation = session.accepted(&[], Operation::CancelSubscriptions, waits.clone());
    let clauses = ["add_subscriptions.opposite-pending"];
    match cancellation {
        Some(_) => {
            // The same order was taken when no cancellation waited.
            if session.accepted(&clauses, Operation::AddSubscriptions, waits).is_none() {
                session.blocked();
            }
        }
        None => session.untestable(&clauses, "its cancellations are refused"),
    }
}

/// What the world file lacks to try these.
fn not_given(session: &mut Session<'_>) {
    let world = session.world;
    let lacks =
        |named: Option<&Named>, key: &str| named.is_none_or(|named| named.by(key).is_none());
    if ["id", "number"].iter().any(|key| lacks(world.subscription.as_ref(), key)) {
        session.untestable(
            &["subscription-identifier.keys"],
            "the world file gives not all keys of a subscription",
        );
    }
}

/// Every form an order of this operation can have.
fn of(operation: Operation, world: &TargetWorld) -> Vec<Creation> {
    let Some(least) = orders::order(operation, world, 0) else {
        return Vec::new();
    };
    // As much as can be waits for a day that does not come, so that Conax is not told everything.
    let waits = match operation.parameter("start_date") {
        Some(_) => with(&least, "start_date", FAR.into()),
        None => with(&least, "scheduled_date", FAR.into()),
    };
    let mut creations = Creations { operation, list: Vec::new() };
    let name = operation.name();
    let mandatory = operation.parameters().iter().filter(|entry| entry.need == Need::Mandatory);
    let mut shown: Vec<String> = mandatory.map(|entry| format!("{name}.{}", entry.name)).collect();
    shown.push(format!("{name}.method"));
    creations.add_all(least.clone(), shown);
    creations.add(&with(&waits, "priority", "EXPRESS".into()), &["priority.echo"], &["priority"]);
    creations.add(&with(&waits, "priority", "REGULAR".into()), &["priority.echo"], &["priority"]);
    creations.add(
        &waits,
        &["priority.default", "process-immediately.default"],
        &["start_date", "scheduled_date"],
    );
    for form in [json!(false), json!(0), json!("false"), json!("0")] {
        creations.add(
            &with(&waits, "process_immediately", form),
            &["process-immediately.forms"],
            &["process_immediately"],
        );
    }
    creations.add(
        &with(&least, "scheduled_date", FAR.into()),
        &["scheduled-date.kept"],
        &["scheduled_date"],
    );
    if operation.parameter("start_date").is_some() {
        creations.add(&with(&waits, "scheduled_date", FARTHER.into()), &[], &[]);
    }
    creations.add(
        &with(&least, "scheduled_date", "1999-12-31T23:59:59".into()),
        &["scheduled-date.past"],
        &[],
    );
    identifiers(&mut creations, world, &waits);
    of_one(&mut creations, world, &waits);
    creations.list
}

struct Creations {
    operation: Operation,
    list: Vec<Creation>,
}

impl Creations {
    /// An order that shows these clauses, and those of these parameters of the operation.
    fn add(&mut self, order: &Value, clauses: &[&str], parameters: &[&str]) {
        let given =
            |name: &&&str| order.get(**name).is_some() && self.operation.parameter(name).is_some();
        let own = parameters.iter().filter(given);
        let own = own.map(|parameter| format!("{}.{parameter}", self.operation.name()));
        let clauses = clauses.iter().map(|id| (*id).to_owned()).chain(own).collect();
        self.add_all(order.clone(), clauses);
    }

    fn add_all(&mut self, parameters: Value, clauses: Vec<String>) {
        self.list.push(Creation { operation: self.operation, parameters, clauses });
    }
}

/// The same order with every key its records are known under.
fn identifiers(creations: &mut Creations, world: &TargetWorld, order: &Value) {
    let records = [
        ("subscription_identifier", world.subscription.as_ref(), "subscription-identifier.keys"),
        ("service_identifier", world.service.as_ref(), "service-identifier.keys"),
        ("smartcard_identifier", world.smartcards.first(), "smartcard-identifier.keys"),
    ];
    for (parameter, named, keys) in records {
        let entry = creations.operation.parameter(parameter);
        let (Some(entry), Some(named)) = (entry, named) else {
            continue;
        };
        let keys = match entry.value {
            ValueKind::Identifier(conax_contract::crm::IdentifierKind::ExistingSmartcard) => {
                "existing-smartcard-identifier.keys"
            }
            _ => keys,
        };
        for key in named.keys() {
            if let Some(identifier) = named.by(key) {
                creations.add(&with(order, parameter, identifier), &[keys], &[parameter]);
            }
        }
    }
}

/// What only one operation has.
fn of_one(creations: &mut Creations, world: &TargetWorld, order: &Value) {
    match creations.operation {
        Operation::CreatePairing => {
            creations.add(
                order,
                &["create_pairing.subscription-optional", "create_pairing.sets"],
                &["smartcard_set", "stb_set"],
            );
            let cards = world.smartcards.iter().filter_map(|card| card.ca_id.as_ref());
            let cards: Vec<Value> =
                cards.map(|ca_id| json!({ "smartcard_ca_id": ca_id })).collect();
            creations.add(
                &with(order, "smartcard_set", cards.into()),
                &["create_pairing.each-member"],
                &["smartcard_set"],
            );
        }
        Operation::AddToExistingPairing => {
            creations.add(
                order,
                &["add_to_existing_pairing.one-set", "add_to_existing_pairing.sets"],
                &["stb_set"],
            );
            let second = world.smartcards.get(1).and_then(|card| card.ca_id.as_ref());
            if let Some(ca_id) = second {
                let cards = json!([{ "smartcard_ca_id": ca_id }]);
                let order = with(&without(order, "stb_set"), "smartcard_set", cards);
                creations.add(&order, &["add_to_existing_pairing.one-set"], &["smartcard_set"]);
            }
        }
        Operation::ResetPinToGivenValue => {
            let pin = orders::pin(world).parse::<u64>().unwrap_or(0);
            creations.add(
                &with(order, "pin", pin.into()),
                &["reset_pin_to_given_value.pin-forms"],
                &["pin"],
            );
        }
        _ => {}
    }
    if let (true, Some(subscription)) = (
        matches!(creations.operation, Operation::CreatePairing | Operation::AddToExistingPairing),
        &world.subscription,
    ) {
        let order = with(order, "subscription_identifier", subscription.identifier());
        creations.add(&order, &[], &["subscription_identifier"]);
    }
}
