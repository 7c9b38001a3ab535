//! A last look at everything that was created: what was acknowledged is there, what has ended
//! stays as it is, what has a date ahead still waits.

use std::time::Duration;

use conax_contract::crm::{LifeCycleState, Operation};
use serde_json::json;

use super::{dated, orders};
use crate::verify::session::{Options, Session};
use crate::verify::world::TargetWorld;

/// How long after everything has ended: what is tidied away may go some seconds later.
const LATER: Duration = Duration::from_secs(5);

/// One order, which tells what time it is there.
pub(super) fn creations(world: &TargetWorld, _: &Options) -> usize {
    usize::from(orders::order(Operation::AddSubscriptions, world, 0).is_some())
}

pub(super) fn run(session: &mut Session<'_>) {
    let created = session.created().to_vec();
    if !created.is_empty() {
        session.let_pass(LATER);
    }
    let mut looks = Vec::new();
    for id in &created {
        looks.extend(session.is_still_there(id));
    }
    for operation in orders::creating() {
        let made = operation.creates().map_or("", |made| made.code());
        session.call(Operation::List, json!({ "type": made }));
    }
    for state in LifeCycleState::ALL {
        session.call(Operation::List, json!({ "life_cycle_state": state.code() }));
    }
    dated::judge_waiting(session, &looks);
}
