//! The login methods: tokens issued and released.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use conax_contract::crm::{IssueTokenCall, Refusal};
use conax_model::crm::{Author, ReferenceData, TokenPolicy};

use crate::authentication::basic_credentials;
use crate::shared::Shared;
use crate::world::CrmSide;

/// Logs in with a user name and a password.
pub(super) fn issue_token(shared: &Shared, call: &IssueTokenCall<'_>) -> Result<String, Refusal> {
    let policy = shared.settings.crm.tokens;
    issue(shared, policy, |reference| {
        let known = reference.log_in(&call.username, call.password.expose(), &call.organisation);
        let author = known.ok_or_else(Refusal::invalid_credentials)?;
        in_unit(reference, author, call.unit.as_deref())
    })
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
    issue(shared, shared.settings.crm.key_tokens, |reference| {
        let author = reference.web_api_key(&key).ok_or_else(Refusal::invalid_web_api_key)?;
        in_unit(reference, author, unit)
    })
}

/// Ends a token.
pub(super) fn release_token(shared: &Shared, token: &str) -> Result<(), Refusal> {
    let was_valid = shared.change(|world| {
        let now = world.now();
        world.crm.lock().sessions.release(token, now)
    });
    was_valid.then_some(()).ok_or_else(Refusal::invalid_token)
}

/// A token for whom the reference data knows.
fn issue(
    shared: &Shared,
    policy: TokenPolicy,
    who: impl FnOnce(&ReferenceData) -> Result<Arc<Author>, Refusal>,
) -> Result<String, Refusal> {
    let token = shared.change(|world| {
        let now = world.now();
        let CrmSide { reference, sessions, token_ids, .. } = &mut *world.crm.lock();
        Ok(sessions.issue(who(reference)?, policy, now, token_ids))
    })?;
    shared.journal.secrets().add_token(&token);
    Ok(token)
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
