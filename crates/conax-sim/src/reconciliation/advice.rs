//! What to do next about a request that has ended.

use conax_model::cas::{CasState, Outcome};
use conax_model::command::{Command, CommandKind};
use conax_model::crm::ProvisioningRequest;
use conax_model::ledger::{Fate, Row, Standing};

use super::cure::Trial;
use super::cut::Cut;
use super::drift::{DriftEntry, drift_in};
use crate::shared::Shared;

/// What Conax said when it refused what a request told it, though the CRM may not have read it.
pub(super) fn refusal(row: &Row, cas: &CasState) -> Option<String> {
    if row.executions > 0 {
        return None;
    }
    let last = row.outcomes.last()?;
    let mut told = cas.transactions().rev();
    match &told.find(|one| one.id == *last)?.outcome {
        Outcome::Rejected(rejection) => Some(rejection.message.clone()),
        Outcome::Accepted(_) => None,
    }
}

/// What to do about a request: nothing if the CRM thinks rightly of it and nothing came of it.
pub(super) fn advice(
    shared: &Shared,
    cut: &Cut,
    row: &Row,
    request: &ProvisioningRequest,
) -> Option<String> {
    if row.fate == Fate::Unknown {
        let says = "what Conax did is not known: ask it before the order is sent again";
        return (!row.known_to_crm()).then(|| says.to_owned());
    }
    let differs = drift_in(shared, cut);
    let differs = differs.iter().find(|one| one.request == Some(row.request));
    if row.known_to_crm() {
        return differs.map(|one| format!("both sides differ: {}", cure(one)));
    }
    Some(match (row.standing, row.fate, differs) {
        _ if row.is_held => "let time pass, or send the next command of the card".to_owned(),
        (_, _, Some(one)) => format!("the CRM does not know that: {}", cure(one)),
        (Standing::Rejected, Fate::Never, None) => format!(
            "the CRM cannot know that; both sides agree{}",
            once_more(shared, cut, row, request)
        ),
        (_, Fate::Twice, None) if is_message(row.kind) => {
            "the CRM does not know that; of what a card may watch nothing differs, but a message \
             is shown twice"
                .to_owned()
        }
        _ => "the CRM does not know that, but both sides do not differ because of it: see GET \
              /v1/drift"
            .to_owned(),
    })
}

fn cure(one: &DriftEntry) -> String {
    if let Some(open) = one.open.first() {
        return format!(
            "see GET /v1/drift; request {} of the same card has not ended, so look again after it",
            open.request
        );
    }
    match one.heals.is_empty() {
        true => "see GET /v1/drift, and there why nothing heals it".to_owned(),
        false => "see GET /v1/drift, and POST /v1/drift/heal to make both sides equal".to_owned(),
    }
}

const fn is_message(kind: CommandKind) -> bool {
    matches!(
        kind,
        CommandKind::DisplayFingerprint
            | CommandKind::SendMailMessageToClient
            | CommandKind::SendBarkMessageToClient
            | CommandKind::SendRepeatingBarkMessageToClient
    )
}

/// Whether sending the order again is of use.
fn once_more(shared: &Shared, cut: &Cut, row: &Row, request: &ProvisioningRequest) -> String {
    if refusal(row, &cut.cas).is_some() {
        return ", and Conax refused it: mend the order before it is sent again".to_owned();
    }
    let Ok(command) = request.command() else {
        return match request.kind {
            CommandKind::UpdateCaPinToGivenValue => ". Its PIN is forgotten here, so whether \
                                                     Conax would take it now is not known"
                .to_owned(),
            _ => String::new(),
        };
    };
    would_take(shared, cut.cas.clone(), command)
}

fn would_take(shared: &Shared, cas: CasState, command: Command) -> String {
    let mut try_call = Trial::on(cas, shared, shared.clock.now());
    if !try_call.is_let_in() {
        return "; Conax does not let the CRM in, whatever is sent".to_owned();
    }
    match try_call.refusal(&[command]) {
        Some(refusal) => format!("; sent again now it would come to nothing: {refusal}"),
        None => ", so the order can be sent again".to_owned(),
    }
}
