//! What is told in the two journals.

use std::sync::Arc;

use conax_model::command::CommandKind;
use conax_model::ledger::CrmEvent;
use serde::{Deserialize, Serialize};

use super::form;

/// How the model's [`CrmEvent`] is written.
#[derive(Serialize, Deserialize)]
#[serde(remote = "CrmEvent", tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum CrmEventForm {
    Acknowledged {
        request: u64,
        #[serde(rename = "type", with = "form::request_type")]
        kind: CommandKind,
        cards: Vec<Arc<str>>,
    },
    Sent {
        request: u64,
        exchange: u64,
        left: bool,
    },
    Answered {
        request: u64,
        exchange: u64,
        #[serde(rename = "status_code", default, skip_serializing_if = "Option::is_none")]
        status: Option<Arc<str>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<Arc<str>>,
    },
    Failed {
        request: u64,
        exchange: u64,
        fault: Arc<str>,
    },
    Recalled {
        request: u64,
        exchange: u64,
    },
    Ended {
        request: u64,
        #[serde(rename = "state", with = "form::completed")]
        completed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<Arc<str>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Arc<str>>,
    },
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
        status_code: Option<Arc<str>>,
        /// Transaction the answer names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<Arc<str>>,
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
