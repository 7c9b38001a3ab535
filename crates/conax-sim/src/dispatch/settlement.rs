//! How a request ends, given what came back: a pure table.

use std::sync::Arc;

use conax_contract::cas::DecodedReply;
use conax_contract::crm::{ParameterKey, RejectionText};
use conax_model::crm::{ErrorText, Settlement, State, Unsendable};
use conax_model::time::SimTime;

use crate::link::SendFailure;

/// The status code that means the head-end accepted the command (Attested).
const ACCEPTED: &str = "OK";
/// The error code of everything that is not an answer of the head-end (Attested on a sibling
/// page: CRM.COM's SOAP client is Axis 1).
const AXIS_FAULT: &str = "AxisFault";

/// The end of a request that was sent.
pub(super) fn settlement_for(
    request: &str,
    read: &Result<DecodedReply, SendFailure>,
    executed: SimTime,
) -> Settlement {
    match read {
        Ok(reply) => Settlement {
            executed,
            request: Some(request.into()),
            response: Some(reply.flattened.as_str().into()),
            end: answered(reply),
        },
        // Law C4: no response was read, so none is stored. What never left is not stored either.
        Err(failure) => Settlement {
            executed,
            request: failure.was_sent.then(|| request.into()),
            response: None,
            end: State::Rejected {
                error: error(AXIS_FAULT, &failure.fault.render()),
                provider_error: None,
            },
        },
    }
}

/// The end of a request no command could be made of.
pub(super) fn unsendable(reason: Unsendable, executed: SimTime) -> Settlement {
    let missing: ParameterKey = reason.missing;
    let text = RejectionText::item_missing(missing);
    Settlement {
        executed,
        request: None,
        response: None,
        end: State::Rejected { error: error(text.code, &text.description), provider_error: None },
    }
}

fn answered(reply: &DecodedReply) -> State {
    match reply.status_code.as_deref() {
        Some(ACCEPTED) => {
            State::Completed { reference: reply.transaction_id.as_deref().map(Arc::from) }
        }
        Some(code) => refused(code, reply.message.as_deref()),
        None => {
            let text = RejectionText::no_status_code();
            State::Rejected { error: error(text.code, &text.description), provider_error: None }
        }
    }
}

/// Refused by the head-end: its words stand in both pairs of error members (Ours; documented is
/// only that the error comes from CRM.COM or Conax).
fn refused(code: &str, message: Option<&str>) -> State {
    let provider_error = error(code, message.unwrap_or_default());
    let error = match message {
        Some(_) => provider_error.clone(),
        // Law C3: a rejected request has a description.
        None => error(code, &RejectionText::without_message(code)),
    };
    State::Rejected { error, provider_error: Some(provider_error) }
}

fn error(code: &str, description: &str) -> ErrorText {
    ErrorText { code: code.into(), description: description.into() }
}
