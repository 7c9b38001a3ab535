//! What is told in the two journals.

use serde::{Deserialize, Serialize};

use super::form;
use super::words::EndState;
use crate::cas::CommandKind;
use crate::crm::RequestType;

/// What the CRM side did with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum CrmEvent {
    /// The request was recorded and its number given out.
    Acknowledged {
        /// Its number.
        request: u64,
        /// What it asks for.
        #[serde(rename = "type", with = "form::request_type")]
        request_type: RequestType,
        /// The smartcards it is about (CA ids).
        cards: Vec<String>,
    },
    /// Its command was sent; told before the first byte leaves.
    Sent {
        /// Its number.
        request: u64,
        /// Number of the exchange, the same in both journals.
        exchange: u64,
        /// False if no connection ever stood, so that nothing left; `failed` follows.
        left: bool,
    },
    /// An answer was read.
    Answered {
        /// Its number.
        request: u64,
        /// Number of the exchange.
        exchange: u64,
        /// Status code of the answer, if it had one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status_code: Option<String>,
        /// Transaction the answer named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// No answer was read.
    Failed {
        /// Its number.
        request: u64,
        /// Number of the exchange.
        exchange: u64,
        /// What went wrong, in a few words.
        fault: String,
    },
    /// The world went back to a snapshot in which the exchange had not come back: the CRM waits for
    /// it no longer, and the request waits to be sent again.
    Recalled {
        /// Its number.
        request: u64,
        /// Number of the exchange.
        exchange: u64,
    },
    /// The request was settled.
    Ended {
        /// Its number.
        request: u64,
        /// How.
        state: EndState,
        /// The reference number of a completed request.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// Why it was rejected: the status code, the fault, or why nothing could be sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
}

impl CrmEvent {
    /// The request it is about.
    #[must_use]
    pub const fn request(&self) -> u64 {
        match self {
            Self::Acknowledged { request, .. }
            | Self::Sent { request, .. }
            | Self::Answered { request, .. }
            | Self::Failed { request, .. }
            | Self::Recalled { request, .. }
            | Self::Ended { request, .. } => *request,
        }
    }

    /// The exchange it is about, if it is about one.
    #[must_use]
    pub const fn exchange(&self) -> Option<u64> {
        match self {
            Self::Sent { exchange, .. }
            | Self::Answered { exchange, .. }
            | Self::Failed { exchange, .. }
            | Self::Recalled { exchange, .. } => Some(*exchange),
            Self::Acknowledged { .. } | Self::Ended { .. } => None,
        }
    }
}

/// What the head-end did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum ConaxEvent {
    /// Something came in.
    Received {
        /// Number of the exchange; one the CRM did not give if a foreign client sent it.
        exchange: u64,
        /// The request it was sent for; absent if a foreign client sent it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<u64>,
        /// Whether a command was taken from it; if so, something came of it.
        read: bool,
    },
    /// The command was carried out.
    Executed {
        /// Number of the exchange.
        exchange: u64,
        /// The transaction.
        transaction: String,
        /// Which command.
        #[serde(with = "form::command")]
        command: CommandKind,
        /// Whether anything is different now.
        changed: bool,
        /// Whether it had been held.
        late: bool,
        /// Whether it was a part only of what was sent.
        #[serde(default, skip_serializing_if = "is_false")]
        partly: bool,
    },
    /// The command was not carried out.
    Refused {
        /// Number of the exchange.
        exchange: u64,
        /// The transaction, if one was opened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transaction: Option<String>,
        /// Why.
        status_code: String,
    },
    /// The command will be answered `OK`, and nothing is done.
    Pretended {
        /// Number of the exchange.
        exchange: u64,
        /// The transaction of the answer.
        transaction: String,
    },
    /// The command is kept and may be carried out later.
    Held {
        /// Number of the exchange.
        exchange: u64,
        /// The transaction, if it is given out already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transaction: Option<String>,
    },
    /// Executed transactions were lost.
    Undone {
        /// Which.
        transactions: Vec<String>,
        /// Why, in a few words.
        because: String,
    },
    /// A command at the head-end's own console, by nobody's request.
    Console {
        /// The transaction.
        transaction: String,
        /// Which command.
        #[serde(with = "form::command")]
        command: CommandKind,
    },
    /// An answer was given.
    Answered {
        /// Number of the exchange.
        exchange: u64,
        /// Status code of the answer; absent if it has none that can be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status_code: Option<String>,
        /// Transaction the answer names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        /// Whether a fault spoilt what it says: then status code and reference need not follow from
        /// what was done.
        #[serde(default, skip_serializing_if = "is_false")]
        spoilt: bool,
    },
    /// No answer is given.
    NotAnswered {
        /// Number of the exchange.
        exchange: u64,
        /// Why, in a few words.
        because: String,
    },
}

impl ConaxEvent {
    /// The exchange it is about, if it is about one.
    #[must_use]
    pub const fn exchange(&self) -> Option<u64> {
        match self {
            Self::Received { exchange, .. }
            | Self::Executed { exchange, .. }
            | Self::Refused { exchange, .. }
            | Self::Pretended { exchange, .. }
            | Self::Held { exchange, .. }
            | Self::Answered { exchange, .. }
            | Self::NotAnswered { exchange, .. } => Some(*exchange),
            Self::Undone { .. } | Self::Console { .. } => None,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(flag: &bool) -> bool {
    !*flag
}
