//! Whether Conax would take what heals: tried on a copy of it, without faults.

use conax_model::cas::{CasState, Outcome, Rejection, RejectionCause, RepairPolicy};
use conax_model::command::Command;
use conax_model::entropy::{Ids, Seed};
use conax_model::id::DomainName;
use conax_model::time::SimTime;

use crate::authentication::Entry;
use crate::shared::Shared;

/// A copy of the head-end, and who tells it.
pub(super) struct Trial {
    cas: CasState,
    domain: Option<DomainName>,
    ids: Ids,
    now: SimTime,
}

impl Trial {
    /// On this copy of the head-end, which comes to nothing else.
    pub(super) fn on(cas: CasState, shared: &Shared, now: SimTime) -> Self {
        let header = shared.conax_authorization();
        let header = header.as_ref().and_then(|header| header.to_str().ok());
        let mode = shared.settings.cas.authentication;
        let mut authentication = shared.cas().authentication.clone();
        Self {
            cas,
            domain: match authentication.enter(mode, header) {
                Entry::As(domain) => Some(domain),
                // Nothing it is told now comes in, and what it would say then is not known.
                Entry::Unknown | Entry::LockedOut => None,
            },
            ids: Ids::new(Seed(0), "cure"),
            now,
        }
    }

    /// Whether Conax takes any command of the CRM at all.
    pub(super) fn is_let_in(&self) -> bool {
        self.domain.is_some()
    }

    /// Why Conax would not take these commands, one after the other.
    pub(super) fn refusal(&mut self, commands: &[Command]) -> Option<String> {
        let domain = self.domain.clone()?;
        commands.iter().find_map(|command| {
            let at = start(command).unwrap_or(self.now);
            let told = self.cas.apply(&domain, command, at, &mut self.ids);
            match told.outcome {
                Outcome::Accepted(_) => None,
                Outcome::Rejected(rejection) => Some(self.sentence(command, &rejection)),
            }
        })
    }

    fn sentence(&self, command: &Command, rejection: &Rejection) -> String {
        let kind = command.kind().code();
        let repairs = self.cas.settings().repair_policy == RepairPolicy::Replace;
        let policy = match rejection.cause {
            RejectionCause::PairingConflict if !repairs => {
                "; by its `repair_policy: reject` no pairing takes the place of another, and no \
                 command ends one: what is missing can be added with ADD_TO_EXISTING_PAIRING"
            }
            _ => "",
        };
        format!("Conax would reject {kind}: {}{policy}", rejection.message)
    }
}

/// From when on a command is to be given; absent: from now on.
pub(super) const fn start(command: &Command) -> Option<SimTime> {
    match command {
        Command::AddSubscriptions { period, .. } => period.start,
        _ => None,
    }
}
