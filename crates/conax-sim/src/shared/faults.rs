//! The fault plan of a world, as it is asked and changed.

use conax_contract::fault::WrittenRule;
use conax_model::fault::{Facts, Stage, TlsFault, Verdict};
use conax_model::time::SimTime;

use super::Shared;
use crate::fault::FaultBook;
use crate::http_server::EndpointState;

impl Shared {
    /// Judges an exchange.
    pub fn judge(&self, stage: Stage, facts: &Facts<'_>) -> Verdict {
        match self.faults.is_quiet() {
            true => Verdict::default(),
            false => self.change(|world| world.judge(stage, facts)),
        }
    }

    /// Changes the fault plan; the head-end remembers its past as far back as it now has to.
    pub fn change_faults<T>(&self, change: impl FnOnce(&mut FaultBook) -> T) -> T {
        self.change(|world| world.change_faults(change))
    }

    /// Forgets the rule that a call brought along for its request, once that has ended.
    pub(crate) fn forget_rule_of(&self, request: u64) {
        if !self.faults.has_rules_of_requests() {
            return;
        }
        let rule = WrittenRule::name_for_request(request);
        let is_there = self.fault_plan().plan.find(&rule).is_some();
        if is_there {
            self.change_faults(|book| book.remove(&rule));
        }
    }

    /// Whether everybody is refused a connection now.
    #[must_use]
    pub fn refuses_everybody(&self, now: SimTime) -> bool {
        self.faults.may_refuse_everybody() && self.fault_plan().plan.refuses_everybody(now)
    }

    /// What is wrong with the certificates the Conax endpoint shows everybody now.
    #[must_use]
    pub fn tls_fault_for_everybody(&self, now: SimTime) -> Option<TlsFault> {
        match self.faults.is_quiet() {
            true => None,
            false => self.fault_plan().plan.tls_fault_for_everybody(now),
        }
    }

    /// Whether the Conax endpoint is to be closed now. If so the API says that it is, before
    /// anybody is judged who may connect again.
    #[must_use]
    pub fn closes_endpoint(&self, now: SimTime, endpoint: &EndpointState) -> bool {
        if !self.faults.may_refuse_everybody() {
            return false;
        }
        let book = self.fault_plan();
        let refuses = book.plan.refuses_everybody(now);
        if refuses {
            endpoint.close();
        }
        refuses
    }
}
