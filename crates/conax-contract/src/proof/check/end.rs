//! How a request ends at the CRM must follow from how its last exchange came back.

use std::sync::Arc;

use super::crm::{shown, under_way};
use super::facts::{Facts, OK, Returned};

/// Takes in the end of a request.
pub(super) fn ended(
    facts: &mut Facts,
    request: u64,
    completed: bool,
    with: (Option<Arc<str>>, Option<Arc<str>>),
) -> Result<(), String> {
    if let Some(exchange) = under_way(facts, request) {
        facts.requests.entry(request).or_default().completed = Some(completed);
        return Err(format!(
            "ended, but exchange {exchange} never came back: its `answered`, `failed` or \
             `recalled` line is missing"
        ));
    }
    let chain = facts.requests.entry(request).or_default();
    if chain.completed.replace(completed).is_some() {
        return Err("ended a second time; expected one `ended`".to_owned());
    }
    let last = chain.exchanges.last();
    let last = last.and_then(|exchange| facts.exchanges.get(exchange)?.returned.as_ref());
    match completed {
        true => completed_fits(last, with),
        false => rejected_fits(last, with),
    }
}

/// Whether COMPLETED, with its reference, follows from how the last exchange came back.
fn completed_fits(
    last: Option<&Returned>,
    (reference, error): (Option<Arc<str>>, Option<Arc<str>>),
) -> Result<(), String> {
    let Some(Returned::Answered(answer)) = last else {
        let found = last.map_or("nothing was sent", |_| "no answer was read");
        return Err(format!("ended COMPLETED, but {found}; expected an answer `{OK}` before it"));
    };
    let code = shown(answer.status_code.as_ref());
    if answer.status_code.as_deref() != Some(OK) {
        return Err(format!(
            "ended COMPLETED after an answer with status code {code}; expected REJECTED"
        ));
    }
    if reference != answer.reference {
        let (found, expected) = (shown(reference.as_ref()), shown(answer.reference.as_ref()));
        return Err(format!("ended with reference {found}; expected {expected}, as answered"));
    }
    match error {
        Some(error) => Err(format!("ended COMPLETED with error `{error}`; expected none")),
        None => Ok(()),
    }
}

/// Whether REJECTED, with its error, follows from how the last exchange came back.
fn rejected_fits(
    last: Option<&Returned>,
    (reference, error): (Option<Arc<str>>, Option<Arc<str>>),
) -> Result<(), String> {
    if let Some(reference) = reference {
        return Err(format!("ended REJECTED with reference `{reference}`; expected none"));
    }
    let expected = match last {
        Some(Returned::Answered(answer)) => answer.status_code.as_ref(),
        Some(Returned::Failed(fault)) => Some(fault),
        Some(Returned::Recalled) => {
            return Err(
                "ended REJECTED, but its last exchange was recalled; expected `sent` after that"
                    .to_owned(),
            );
        }
        None => None,
    };
    if matches!(last, Some(Returned::Answered(_))) && expected.is_some_and(|code| **code == *OK) {
        return Err(format!("ended REJECTED after an answer `{OK}`; expected COMPLETED"));
    }
    match (&error, expected) {
        (None, _) => Err("ended REJECTED without `error`; expected the reason".to_owned()),
        (Some(found), Some(expected)) if found != expected => Err(format!(
            "ended with error `{found}`; expected `{expected}`, as its last exchange came back"
        )),
        _ => Ok(()),
    }
}
