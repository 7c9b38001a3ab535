//! The login methods: tokens issued and released.

use std::sync::{Arc, MutexGuard};

use axum::http::{HeaderMap, header};
use conax_contract::crm::{IssueTokenCall, Refusal};
use conax_model::crm::{Author, ReferenceData, TokenPolicy};

use crate::authentication::basic_credentials;
use crate::shared::Shared;
use crate::world::CrmSide;

/// Logs in with a user name and a password.
pub(super) fn issue_token(shared: &Shared, call: &IssueTokenCall<'_>) -> Result<String, Refusal> {
    let policy = shared.settings.crm.tokens;
    let side = shared.crm();
    let reference = Arc::clone(&side.reference);
    let known = reference.log_in(&call.username, call.password.expose(), &call.organisation);
    let author = known.ok_or_else(Refusal::invalid_credentials)?;
    let author = in_unit(&reference, author, call.unit.as_deref())?;
    Ok(issue(shared, side, author, policy))
}

/// Logs in with a web API key, given as the user name of a Basic `Authorization` header.
pub(super) fn issue_token_for_key(
    shared: &Shared,
    headers: &HeaderMap,
    unit: Option<&str>,
) -> Result<String, Refusal> {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    // Attested: the key is the user name, the password is empty.
    let key = header
        .and_then(basic_credentials)
        .filter(|(_, password)| password.expose().is_empty())
        .map(|(key, _)| conax_model::secret::Secret::new(key))
        .ok_or_else(Refusal::invalid_web_api_key)?;
    let policy = shared.settings.crm.key_tokens;
    let side = shared.crm();
    let reference = Arc::clone(&side.reference);
    let author = reference.web_api_key(&key).ok_or_else(Refusal::invalid_web_api_key)?;
    let author = in_unit(&reference, author, unit)?;
    Ok(issue(shared, side, author, policy))
}

/// Ends a token.
pub(super) fn release_token(shared: &Shared, token: &str) -> Result<(), Refusal> {
    let now = shared.clock.now();
    match shared.crm().sessions.release(token, now) {
        true => Ok(()),
        false => Err(Refusal::invalid_token()),
    }
}

fn issue(
    shared: &Shared,
    mut side: MutexGuard<'_, CrmSide>,
    author: Arc<Author>,
    policy: TokenPolicy,
) -> String {
    let now = shared.clock.now();
    let CrmSide { sessions, token_ids, .. } = &mut *side;
    let token = sessions.issue(author, policy, now, token_ids);
    drop(side);
    shared.journal.secrets().add_token(&token);
    token
}

/// The user in another unit than their own, if one is asked for.
fn in_unit(
    reference: &ReferenceData,
    author: &Arc<Author>,
    unit: Option<&str>,
) -> Result<Arc<Author>, Refusal> {
    let Some(id) = unit else {
        return Ok(Arc::clone(author));
    };
    let unit = reference.unit(id).ok_or_else(Refusal::invalid_credentials)?;
    Ok(Arc::new(Author { user: Arc::clone(&author.user), unit: Some(Arc::clone(unit)) }))
}
