//! Whose reference a request has.

use conax_model::crm::{ProvisioningRequest, RequestBook};
use conax_model::ledger::{Reconciliation, Row};

/// What is strange about the reference of a request that Conax answered: that it belongs to
/// another, or to nobody. `is_known` tells whether a transaction is one Conax remembers.
pub(super) fn oddity(
    row: &Row,
    reference: &str,
    reconciliation: &Reconciliation,
    is_known: impl FnOnce(&str) -> bool,
) -> Option<String> {
    let has = |one: &Row| one.outcomes.iter().any(|id| id.to_string() == reference);
    // Of nothing that was done and refused there is nothing to compare it with.
    if has(row) || row.outcomes.is_empty() {
        return None;
    }
    if let Some(owner) = reconciliation.rows.values().find(|one| has(one)) {
        return Some(format!("that reference belongs to request {}", owner.request));
    }
    let mut others = reconciliation.foreign.iter();
    if others.any(|one| one.outcomes.iter().any(|id| id.to_string() == reference)) {
        return Some(
            "that reference belongs to what Conax did for somebody else than the CRM".to_owned(),
        );
    }
    Some(match is_known(reference) {
        true => "that reference belongs to what Conax did before the ledger begins".to_owned(),
        false => "that reference is not the one Conax did it under, and of nothing else that is \
                  known"
            .to_owned(),
    })
}

/// The other requests that have the reference of this one.
pub(super) fn shared_with(request: &ProvisioningRequest, book: &RequestBook) -> Option<String> {
    let reference = request.reference()?;
    let others = book.all().filter(|one| one.id != request.id);
    let others = others.filter(|one| one.reference() == Some(reference));
    let named: Vec<String> = others.filter_map(|one| one.number).map(|n| n.to_string()).collect();
    (!named.is_empty()).then(|| format!("request {} has the same reference", named.join(", ")))
}
