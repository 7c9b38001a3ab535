//! How requests end: sent by their call, by a run when they are due, and not before.

use conax_contract::crm::Operation;
use serde_json::{Value, json};

use super::orders::{self, FAR, with};
use crate::conformance::Heard;
use crate::verify::session::{Options, Session};
use crate::verify::world::TargetWorld;

/// Forms of yes.
const YES: [&str; 3] = ["true", "1", "\"true\""];

pub(super) fn creations(world: &TargetWorld, _: &Options) -> usize {
    let has = |operation: &Operation| orders::order(*operation, world, 0).is_some();
    let adds = usize::from(has(&Operation::AddSubscriptions));
    let rejected = usize::from(world.rejected.is_some()) * 2;
    orders::creating().filter(has).count() + adds * (YES.len() + 1) + rejected
}

pub(super) fn run(session: &mut Session<'_>) {
    let created = session.created().to_vec();
    at_once(session);
    rejected(session);
    let all = session.created().to_vec();
    if all.is_empty() {
        session.untestable(
            &["law.c1", "request.states", "request.none-lost"],
            "no request was created",
        );
        return;
    }
    let due: Vec<String> = all
        .iter()
        .filter(|id| !is_far(session, id))
        .cloned()
        .collect();
    let ended = session.wait_for_ends(&due);
    completes(session, &all);
    not_before(session, &created);
    ends_once(session, &all);
    if ended.is_empty() {
        let why = format!("nothing was sent within {:?}", session.world.patience());
        session.untestable(
            &[
                "request.completed-members",
                "request.updated",
                "law.c5",
                "request.ends-once",
            ],
            &why,
        );
    }
}

/// What was printed of a request last.
fn known(session: &Session<'_>, id: &str, member: &str) -> Value {
    let mut created = session.witness.created();
    let object = created.find_map(|(known, object)| (known == id).then_some(object));
    object
        .and_then(|object| object.get(member))
        .cloned()
        .unwrap_or_default()
}

fn is_far(session: &Session<'_>, id: &str) -> bool {
    known(session, id, "scheduled_date") == FAR && known(session, id, "process_immediately") != 1
}

/// Sent by their call.
fn at_once(session: &mut Session<'_>) {
    for operation in orders::creating() {
        let Some(order) = orders::order(operation, session.world, 0) else {
            continue;
        };
        let own = format!("{}.process_immediately", operation.name());
        session.accepted(
            &[&own],
            operation,
            with(&order, "process_immediately", true.into()),
        );
    }
    let operation = Operation::AddSubscriptions;
    let Some(order) = orders::order(operation, session.world, 0) else {
        return;
    };
    for form in YES {
        let form: Value = serde_json::from_str(form).unwrap_or_default();
        let form = with(&order, "process_immediately", form);
        session.accepted(&["process-immediately.forms"], operation, form);
    }
    let dated = with(
        &with(&order, "start_date", FAR.into()),
        "process_immediately",
        true.into(),
    );
    if let Some(heard) = session.accepted(&[], operation, dated) {
        let state = &heard.data()["life_cycle_state"];
        let holds = state != "PENDING" && heard.data()["scheduled_date"] == FAR;
        session.judge(
            &["process-immediately.with-date"],
            &heard,
            holds,
            "sent, with the date as given",
            "something else",
        );
    }
}

/// An order Conax rejects: sent by its call, and by a run.
fn rejected(session: &mut Session<'_>) {
    let clauses = [
        "process-immediately.rejected",
        "request.rejected-members",
        "law.c3",
    ];
    let Some(order) = &session.world.rejected else {
        session.untestable(&clauses, "the world file names no order that Conax rejects");
        return;
    };
    let order = json!({
        "subscription_identifier": order.subscription.identifier(),
        "service_identifier": order.service.identifier(),
        "smartcard_identifier": order.smartcard.identifier(),
    });
    let operation = Operation::AddSubscriptions;
    session.accepted(&[], operation, order.clone());
    let at_once = with(&order, "process_immediately", true.into());
    if let Some(heard) = session.accepted(&[clauses[0]], operation, at_once) {
        let state = heard.data()["life_cycle_state"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        session.judge(
            &[clauses[0]],
            &heard,
            state == "REJECTED",
            "REJECTED",
            &state,
        );
    }
}

/// One of each type has to end COMPLETED.
fn completes(session: &mut Session<'_>, all: &[String]) {
    for operation in orders::creating() {
        let own = format!("{}.completes", operation.name());
        let made = operation.creates().map_or("", |made| made.code());
        let of_type: Vec<&String> = all
            .iter()
            .filter(|id| known(session, id, "type") == made)
            .collect();
        let with_state = |state: &str| {
            of_type
                .iter()
                .find(|id| known(session, id, "life_cycle_state") == state)
        };
        if let Some(id) = with_state("COMPLETED").map(|id| (*id).clone()) {
            let shown = show(session, &id);
            if let Some(heard) = shown {
                let state = heard.data()["life_cycle_state"] == "COMPLETED";
                session.judge(&[&own], &heard, state, "COMPLETED", "another state");
                if heard.data()["reference_number"].is_string() {
                    session.look_up_reference(&heard.data().clone());
                }
            }
        } else if with_state("REJECTED").is_some() {
            let why = "its Conax rejected every such request";
            session.untestable(&[&own], why);
        } else {
            session.untestable(&[&own], "no such request was sent in time");
        }
    }
}

fn show(session: &mut Session<'_>, id: &str) -> Option<Heard> {
    session.call(
        Operation::Show,
        json!({ "provisioning_request_identifier": { "id": id } }),
    )
}

/// What has a date far away still waits.
fn not_before(session: &mut Session<'_>, created: &[String]) {
    let far: Vec<String> = created
        .iter()
        .filter(|id| is_far(session, id))
        .take(4)
        .cloned()
        .collect();
    for id in far {
        if let Some(heard) = show(session, &id) {
            let state = heard.data()["life_cycle_state"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            session.judge(
                &["scheduled-date.not-before"],
                &heard,
                state == "PENDING",
                "PENDING until its date",
                &state,
            );
        }
    }
}

/// Everything that was created is still there, and what has ended stays as it is.
fn ends_once(session: &mut Session<'_>, all: &[String]) {
    for id in all {
        session.is_still_there(id);
    }
    for state in ["COMPLETED", "REJECTED", "PENDING"] {
        session.call(Operation::List, json!({ "life_cycle_state": state }));
    }
}
