//! Healing: the requests that make both sides equal, created as CRM.COM's reset runs do (Attested:
//! that there are such runs; Inferred: what they create).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use conax_contract::crm::ProcessName;
use conax_model::command::{Command, CommandKind};
use conax_model::crm::{
    Author, NewRequest, ParameterName, ParameterValue, Priority, ReferenceData, RequestNumber,
};
use conax_model::time::SimTime;

use super::cure::start;
use super::drift::{DriftEntry, NOT_OURS, OpenOrder, drift};
use crate::dispatch::{WorldReplaced, create_and_send};
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
        format!(
            "what is left may heal by itself: {}; then look again",
            both.join("; ")
        )
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
    let entries = drift(shared);
    let (author, reference, generation) = author(shared)?;
    let now = shared.clock.now();
    let (open, closed): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.is_open());
    let left_out: BTreeSet<&String> = open.iter().flat_map(|entry| &entry.cards).collect();
    let open: BTreeSet<OpenOrder> = open.iter().flat_map(|entry| entry.open.clone()).collect();
    let left_out = left_out.into_iter().cloned().collect();
    let mut requests = Vec::new();
    for command in closed.iter().flat_map(|entry| &entry.heals) {
        let scheduled = start(command).unwrap_or(now.whole_second());
        let Some(new) = request_for(command, &reference, &author, scheduled) else {
            continue;
        };
        let row = create_and_send(shared, new, now, generation, None).await;
        let row = row.map_err(|WorldReplaced| "the world was replaced meanwhile; heal again")?;
        requests.extend(row.number);
    }
    Ok(Healing {
        drift_count: entries.len(),
        requests,
        left_out,
        open: open.into_iter().collect(),
        cannot_heal: closed.iter().filter_map(|entry| sentence(entry)).collect(),
    })
}

fn sentence(entry: &DriftEntry) -> Option<String> {
    let why = entry.cannot_heal.as_ref()?;
    let of = [entry.cards.join(" "), entry.items.join(" ")].join(" ");
    Some(format!("{} {}: {why}", entry.kind, of.trim_end()))
}

type Who = (Arc<Author>, Arc<ReferenceData>, u64);

fn author(shared: &Shared) -> Result<Who, String> {
    let world = shared.world();
    let first = world.users.first();
    let first = first.ok_or("the world has no user in whose name requests could be created")?;
    let side = shared.crm();
    let author = side.reference.user(&first.username).map(Arc::clone);
    let author = author.ok_or("the world's first user is gone")?;
    Ok((author, Arc::clone(&side.reference), side.generation))
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
    let subscription = cards
        .first()
        .and_then(|card| reference.subscription_of_card(card.as_str()));
    let mut parameters = Vec::new();
    let distribution = match command.kind() {
        CommandKind::AddSubscriptions | CommandKind::CancelSubscriptions => (
            ParameterName::Distribution,
            subscription.and_then(|one| one.distribution_id.clone()),
        ),
        _ => (
            ParameterName::SmartcardDistribution,
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
                parameters.push((ParameterName::Product, text(product.as_str())));
            }
        }
        Command::CreatePairing { modules, .. } => {
            for module in modules {
                parameters.push((ParameterName::SetTopBox, text(module.as_str())));
            }
        }
        Command::UpdateCaPinToDefaultValue { .. } => {}
        _ => return None,
    }
    for card in cards {
        parameters.push((ParameterName::Smartcard, text(card.as_str())));
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
    })
}
