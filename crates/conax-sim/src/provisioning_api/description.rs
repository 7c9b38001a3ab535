//! The API's own document: the provisioning API with the settings in force.

use conax_contract::crm::{Refusal, RefusalCode, Writing};
use conax_contract::openapi::{CrmApi, OPENAPI_PATH};

use crate::settings::CrmSettings;

/// The API as its document describes it, seen from `origin`.
pub(crate) fn described(settings: &CrmSettings, origin: String) -> CrmApi {
    CrmApi {
        base_path: settings.base_path.clone(),
        http_mode: settings.http_mode,
        writing: Writing { shape: settings.shape, success_texts: settings.success_texts },
        reading: settings.reading,
        origin,
    }
}

/// The document is only read.
pub(super) fn wrong_verb(verb: &str) -> Refusal {
    let message = format!("`{OPENAPI_PATH}` takes GET; found `{verb}`.");
    Refusal::new(RefusalCode::WrongVerb, message)
}
