//! What becomes of commands that were on their way when the CRM ended: a pure table.

use std::collections::BTreeSet;

use super::brief::Marks;
use super::row::Standing;
use super::{CasEvent, ExchangeNumber, Ledger};
use crate::crm::RequestNumber;

/// A command that was sent and got no answer before the CRM ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// The request.
    pub request: RequestNumber,
    /// The exchange.
    pub exchange: ExchangeNumber,
    /// Whether the command may have left.
    pub has_left: bool,
    /// Whether our own head-end wrote down that it decided on it.
    pub is_decided: bool,
}

/// What is right for a command without an answer (Ours).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// It is sent again: nobody has it, or who has it has done nothing.
    SendAgain,
    /// Its answer is lost, and so the request is rejected.
    LostAnswer,
}

impl Unanswered {
    /// What is right for it at our own head-end, or at another Conax, of which nobody knows what it
    /// did; there it is sent again only if that was asked for.
    #[must_use]
    pub const fn remedy(&self, is_foreign: bool, resend: bool) -> Remedy {
        match (self.has_left, is_foreign) {
            (false, _) => Remedy::SendAgain,
            (true, true) if resend => Remedy::SendAgain,
            (true, true) => Remedy::LostAnswer,
            (true, false) if self.is_decided => Remedy::LostAnswer,
            (true, false) => Remedy::SendAgain,
        }
    }
}

impl Ledger {
    /// The commands that were sent and have no answer, by request.
    #[must_use]
    pub fn unanswered(&self) -> Vec<Unanswered> {
        let briefs = self.account.briefs.iter();
        let briefs = briefs.filter(|brief| brief.standing == Standing::InFlight);
        let mut found: Vec<_> = briefs
            .map(|brief| Unanswered {
                request: brief.request,
                exchange: brief.exchange,
                has_left: brief.marks.has(Marks::UNANSWERED),
                is_decided: false,
            })
            .collect();
        if found.is_empty() {
            return found;
        }
        let decided = self.cas_events().filter_map(|one| match &one.event {
            CasEvent::Did(change) => change.exchange(),
            _ => None,
        });
        let decided: BTreeSet<ExchangeNumber> = decided.collect();
        found.iter_mut().for_each(|one| one.is_decided = decided.contains(&one.exchange));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Remedy, Unanswered};

    #[test]
    fn what_was_on_its_way_is_never_silently_sent_twice() {
        let one =
            |has_left, is_decided| Unanswered { request: 1, exchange: 1, has_left, is_decided };
        let rows = [
            // Has left, decided; at another Conax, sent again if unknown; what is right.
            ((false, false), (false, false), Remedy::SendAgain),
            ((false, false), (true, false), Remedy::SendAgain),
            ((true, false), (false, false), Remedy::SendAgain),
            ((true, true), (false, false), Remedy::LostAnswer),
            ((true, true), (false, true), Remedy::LostAnswer),
            ((true, false), (true, false), Remedy::LostAnswer),
            ((true, false), (true, true), Remedy::SendAgain),
        ];
        for ((has_left, is_decided), (is_foreign, resend), remedy) in rows {
            let found = one(has_left, is_decided).remedy(is_foreign, resend);
            assert_eq!(found, remedy, "{has_left} {is_decided} {is_foreign} {resend}");
        }
    }
}
