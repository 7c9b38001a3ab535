//! A rule as it was written: the model's rule, and its text for whoever lists it.

use conax_model::fault::{FaultRule, Per, Phase, RuleId, TlsFault};
use serde_json::Value;

use crate::text::words_of_lists;

words_of_lists!(Per, Phase, TlsFault);

/// A rule, and how it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenRule {
    /// The rule; without a name if none was written.
    pub rule: FaultRule,
    /// The rule as it was written, as JSON.
    pub written: Value,
}

impl WrittenRule {
    /// What the rule is called that a call brought along for its provisioning request.
    #[must_use]
    pub fn name_for_request(number: u64) -> RuleId {
        RuleId::new(format!("request-{number}"))
    }

    /// The rule for the command of one provisioning request, once, as if it had been written so.
    #[must_use]
    pub fn for_request(mut self, number: u64) -> Self {
        self.rule.id = Self::name_for_request(number);
        self.rule.selector.request = Some(number);
        self.rule.times = Some(1);
        self.written["name"] = (*self.rule.id.0).into();
        self.written["when"]["request"] = number.into();
        self.written["times"] = 1.into();
        self
    }
}
