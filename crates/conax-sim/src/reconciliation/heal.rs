//! Healing: the requests that make both sides equal, created as CRM.COM's reset runs do (Attested:
//! that there are such runs; Inferred: what they create).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use conax_contract::crm::ProcessName;
use conax_model::command::{Command, CommandKind};
use conax_model::crm::{
    Author, NewRequest, ParameterKey, ParameterValue, Priority, ReferenceData, RequestBook,
    RequestNumber,
};
use conax_model::time::SimTime;

use super::cure::start;
use super::cut::Cut;
use super::drift::{DriftEntry, NOT_OURS, OpenOrder, drift_in};
use crate::dispatch::{WorldReplaced, create_if};
use crate::shared::Shared;

/// What was done to heal.
#[derive(Clone, Debug)]
pub struct Healing {
    /// How many differences there were.
    pub drift_count: usize,
    /// The requests that were created.
    pub requests: Vec<RequestNumber>,
    /// Smartcards left out, because requests about them have not ended.
    pub left_out: Vec<String>,
    /// These requests.
    pub open: Vec<OpenOrder>,
    /// What nothing heals, or not whole, and why.
    pub cannot_heal: Vec<String>,
}

impl Healing {
    /// What to do next.
    #[must_use]
    pub fn next(&self) -> Cow<'static, str> {
        match (self.requests.is_empty(), self.left_out.is_empty()) {
            (true, true) if !self.cannot_heal.is_empty() => {
                "nothing that Conax would take heals it: see `cannot_heal`".into()
            }
            (true, true) => "nothing to send".into(),
            (true, false) => self.wait().into(),
            (false, _) => "a processing run sends them; look at the drift again then".into(),
        }
    }

    fn wait(&self) -> String {
        let named = |is_held: bool| {
            let found = self.open.iter().filter(|one| one.is_held == is_held);
            let found: Vec<String> = found.map(|one| one.request.to_string()).collect();
            (!found.is_empty()).then(|| found.join(", "))
        };
        let open = named(false).map(|open| {
            format!("the CRM has not ended request {open} (`why` says what it waits for)")
        });
        let held = named(true).map(|held| {
            format!(
                "Conax holds back request {held} and will carry it out (let time pass, or send \
                 the next command of the card)"
            )
        });
        let both: Vec<String> = held.into_iter().chain(open).collect();
        if both.is_empty() {
            return "what is left was ordered anew meanwhile; look again".to_owned();
        }
        format!("what is left may heal by itself: {}; then look again", both.join("; "))
    }
}

/// Creates the requests that would heal every difference there is now; processing runs send them.
///
/// # Errors
/// If the head-end is another one, or the world has no user in whose name they could be created.
pub async fn heal(shared: &Arc<Shared>) -> Result<Healing, String> {
    if shared.ledger().is_foreign {
        return Err(NOT_OURS.to_owned());
    }
    Plan::of(shared).carry_out(shared)
}

/// What is to be healed, as it was in a cut.
struct Plan {
    cut: Cut,
    entries: Vec<DriftEntry>,
}

impl Plan {
    fn of(shared: &Shared) -> Self {
        let cut = Cut::of(shared);
        Self { entries: drift_in(shared, &cut), cut }
    }

    /// Creates its requests, but for those about what was ordered, or became due, since.
    fn carry_out(&self, shared: &Shared) -> Result<Healing, String> {
        let entries = self.entries.iter();
        let (mut open, closed): (Vec<_>, Vec<_>) = entries.partition(|entry| entry.is_open());
        let mut requests = Vec::new();
        for entry in &closed {
            match self.create(shared, entry, &requests)? {
                Some(created) => requests.extend(created),
                None => open.push(entry),
            }
        }
        let left_out: BTreeSet<&String> = open.iter().flat_map(|entry| &entry.cards).collect();
        let orders: BTreeSet<&OpenOrder> = open.iter().flat_map(|entry| &entry.open).collect();
        Ok(Healing {
            drift_count: self.entries.len(),
            requests,
            left_out: left_out.into_iter().cloned().collect(),
            open: orders.into_iter().copied().collect(),
            cannot_heal: closed.iter().filter_map(|entry| sentence(entry)).collect(),
        })
    }

    /// All requests that heal one difference, or none: what was ordered since the cut was not seen
    /// in it, and is not undone.
    fn create(
        &self,
        shared: &Shared,
        entry: &DriftEntry,
        requests: &[RequestNumber],
    ) -> Result<Option<Vec<RequestNumber>>, String> {
        let (author, reference) = author(shared)?;
        let now = shared.clock.now();
        let orders = entry.heals.iter().filter_map(|command| {
            let scheduled = start(command).unwrap_or(now.whole_second());
            request_for(command, &reference, &author, scheduled)
        });
        let is_as_it_was = |book: &RequestBook| entry.is_as_it_was(&self.cut, book, requests, now);
        create_if(shared, orders.collect(), self.cut.generation, is_as_it_was)
            .map_err(|WorldReplaced| "the world was replaced meanwhile; heal again".to_owned())
    }
}

fn sentence(entry: &DriftEntry) -> Option<String> {
    let why = entry.cannot_heal.as_ref()?;
    let of = [entry.cards.join(" "), entry.items.join(" ")].join(" ");
    Some(format!("{} {}: {why}", entry.kind, of.trim_end()))
}

type Who = (Arc<Author>, Arc<ReferenceData>);

fn author(shared: &Shared) -> Result<Who, String> {
    let world = shared.world();
    let first = world.users.first();
    let first = first.ok_or("the world has no user in whose name requests could be created")?;
    let side = shared.crm();
    let author = side.reference.user(&first.user.username).map(Arc::clone);
    let author = author.ok_or("the world's first user is gone")?;
    Ok((author, Arc::clone(&side.reference)))
}

/// The provisioning request that makes the CRM send this command.
fn request_for(
    command: &Command,
    reference: &ReferenceData,
    author: &Arc<Author>,
    scheduled: SimTime,
) -> Option<NewRequest> {
    let text = |text: &str| Some(ParameterValue::Text(text.into()));
    let cards = command.cards();
    let subscription = cards.first().and_then(|card| reference.subscription_of_card(card.as_str()));
    let mut parameters = Vec::new();
    let distribution = match command.kind() {
        CommandKind::AddSubscriptions | CommandKind::CancelSubscriptions => (
            ParameterKey::SubProvisioningDistributionId,
            subscription.and_then(|one| one.distribution_id.clone()),
        ),
        _ => (
            ParameterKey::SmartcardSubProvisioningDistributionId,
            subscription.and_then(|one| one.smartcard_distribution_id.clone()),
        ),
    };
    if let (name, Some(value)) = distribution {
        parameters.push((name, text(&value)));
    }
    match command {
        Command::AddSubscriptions { products, .. }
        | Command::CancelSubscriptions { products, .. } => {
            for product in products {
                parameters.push((ParameterKey::ServiceCaId, text(product.as_str())));
            }
        }
        Command::CreatePairing { modules, .. } => {
            for module in modules {
                parameters.push((ParameterKey::StbCaId, text(module.as_str())));
            }
        }
        Command::UpdateCaPinToDefaultValue { .. } => {}
        _ => return None,
    }
    for card in cards {
        parameters.push((ParameterKey::SmartcardCaId, text(card.as_str())));
    }
    Some(NewRequest {
        kind: command.kind(),
        scheduled,
        process_immediately: false,
        priority: Priority::Regular,
        process_name: Some(ProcessName::ProvisioningRequestProcessing.code().into()),
        author: Arc::clone(author),
        parameters,
        pin: None,
        trace: None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::Plan;
    use crate::Simulator;

    const CARD: &str = "01900080208";

    fn sport(at_once: bool) -> Value {
        json!({
            "subscription_identifier": { "number": "S60600" },
            "service_identifier": { "code": "SPORT" },
            "smartcard_identifier": { "serial_number": CARD },
            "process_immediately": at_once,
        })
    }

    /// Conax has carried the addition out, and the CRM does not know that.
    async fn with_surplus() -> Simulator {
        let simulator = Simulator::builder().fault("{ preset: f05, times: 1 }");
        let simulator = simulator.start().expect("a simulator");
        let _ = simulator.post("add_subscriptions", sport(true)).await;
        assert_eq!(simulator.drift().len(), 1);
        simulator
    }

    fn carried_out(simulator: &Simulator, plan: &Plan) -> (usize, Vec<String>) {
        let healing =
            plan.carry_out(&simulator.instance().shared).expect("a plan that is carried out");
        (healing.requests.len(), healing.left_out)
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_ordered_after_the_comparison_is_not_undone() {
        let simulator = with_surplus().await;
        let plan = Plan::of(&simulator.instance().shared);
        let again = simulator.post("add_subscriptions", sport(true)).await;
        assert_eq!(again.expect("an answer")["data"]["life_cycle_state"], "COMPLETED");
        assert_eq!(carried_out(&simulator, &plan), (0, vec![CARD.to_owned()]));
        assert!(simulator.drift().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_became_due_after_the_comparison_is_waited_for() {
        let simulator = with_surplus().await;
        let now = simulator.instance().shared.clock.now() + Duration::from_secs(60);
        let mut later = sport(false);
        later["scheduled_date"] = json!(now.calendar().format("%Y-%m-%dT%H:%M:%S").to_string());
        simulator.post("add_subscriptions", later).await.expect("an answer");
        let plan = Plan::of(&simulator.instance().shared);
        simulator.instance().shared.clock.advance(Duration::from_secs(61)).await;
        assert_eq!(carried_out(&simulator, &plan), (0, vec![CARD.to_owned()]));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_created_in_a_world_that_took_the_place_of_the_compared_one() {
        let simulator = with_surplus().await;
        let shared = &simulator.instance().shared;
        let plan = Plan::of(shared);
        shared.reset_world().await.expect("a reset");
        let count = shared.crm().book.all().count();
        assert!(plan.carry_out(shared).unwrap_err().contains("replaced"));
        assert_eq!(shared.crm().book.all().count(), count);
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_healing_of_the_same_comparison_creates_nothing() {
        let simulator = with_surplus().await;
        let plan = Plan::of(&simulator.instance().shared);
        assert_eq!(carried_out(&simulator, &plan), (1, Vec::new()));
        assert_eq!(carried_out(&simulator, &plan), (0, vec![CARD.to_owned()]));
    }
}
