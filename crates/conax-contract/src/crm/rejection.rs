//! Why the CRM itself rejects a provisioning request, without a word from Conax.

use super::refusal_code::RefusalCode;
use crate::crm::ParameterKey;

/// What the CRM stores as `error_code` and `error_description`.
///
/// Ours: documented is only that the error comes from CRM.COM or Conax; no such text is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectionText {
    /// The code.
    pub code: &'static str,
    /// The text.
    pub description: String,
}

impl RejectionText {
    /// The request lacks an item without which there is no command to send.
    #[must_use]
    pub fn item_missing(key: ParameterKey) -> Self {
        Self {
            code: RefusalCode::MandatoryParameterMissing.code(),
            description: format!(
                "The request has no `{}` in its `parameters_set`, so nothing was sent.",
                key.code()
            ),
        }
    }

    /// What is stored when Conax refused without a word of why.
    #[must_use]
    pub fn without_message(code: &str) -> String {
        format!("Conax answered `{code}` without a message.")
    }

    /// Conax answered without saying whether it accepted.
    #[must_use]
    pub fn no_status_code() -> Self {
        Self {
            code: RefusalCode::UnexpectedFault.code(),
            description: "The answer of Conax has no StatusCode, so whether it carried out the \
                          command is not known."
                .to_owned(),
        }
    }
}
