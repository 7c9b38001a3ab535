//! The witness: hears every exchange, and keeps the verdicts.

use serde_json::{Map, Value};

use super::creators::Creators;
use super::exchange::Exchange;
use super::memory::Memory;
use super::pins::Pins;
use super::records::Records;
use super::verdicts::Verdicts;
use super::{causes, echo, object, reply};

/// Hears every exchange with one target, and judges.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    /// What is known of every clause so far.
    pub verdicts: Verdicts,
    memory: Memory,
    records: Records,
    creators: Creators,
    pins: Pins,
}

impl Witness {
    /// A witness that knows the CA ids of these records.
    #[must_use]
    pub fn knowing(records: Records) -> Self {
        Self { records, ..Self::default() }
    }

    /// Hears one exchange.
    pub fn observe(&mut self, exchange: &Exchange) {
        self.observe_together(&[exchange]);
    }

    /// Hears exchanges that were made at the same time, so that nobody knows their order.
    pub fn observe_together(&mut self, together: &[&Exchange]) {
        let mut fine: Vec<&Exchange> = Vec::with_capacity(together.len());
        for exchange in together {
            if !reply::judge(exchange, &mut self.verdicts) {
                continue;
            }
            // The answer may be that of another call.
            let is_alone = together.len() == 1;
            let cause = (!is_alone).then_some("create.parallel");
            self.verdicts.meanwhile(cause);
            echo::judge(exchange, &self.records, &mut self.verdicts);
            self.verdicts.meanwhile(None);
            if prints_requests(exchange) {
                object::judge(exchange, &mut self.verdicts);
                if is_alone {
                    self.creators.judge(exchange, &mut self.verdicts);
                }
                fine.push(exchange);
            } else {
                self.creators.remember(exchange);
            }
        }
        self.memory.judge(&fine, &mut self.verdicts);
        self.look_for_pins(together);
    }

    fn look_for_pins(&mut self, together: &[&Exchange]) {
        for exchange in together {
            self.pins.note(exchange);
        }
        for exchange in together {
            let is_created = |id: &str| self.memory.is_created(id);
            self.pins.judge(exchange, is_created, &mut self.verdicts);
        }
    }

    /// Stars out the PINs that were sent.
    pub(crate) fn hide_pins(&self, text: &mut String) {
        self.pins.hide(text);
    }

    /// Requests that a list lacked and that nobody saw since, by their ids.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        self.memory.missing()
    }

    /// Whether another request has the id or the number of this one as well, so that nothing follows
    /// for either from what is shown of it.
    #[must_use]
    pub fn is_twice(&self, id: &str) -> bool {
        self.memory.is_twice(id)
    }

    /// The target does not know a request any more that it told of.
    pub fn lost(&mut self, id: &str) {
        self.memory.lost(id, &mut self.verdicts);
    }

    /// Nothing more will be heard: what has one cause is told once.
    #[must_use]
    pub fn conclude(&self) -> Verdicts {
        let mut verdicts = self.verdicts.clone();
        self.memory.conclude(&mut verdicts);
        causes::conclude(&mut verdicts);
        verdicts
    }

    /// The requests that were created while it listened, with what was printed of them last.
    pub fn created(&self) -> impl Iterator<Item = (&str, &Map<String, Value>)> {
        self.memory.created()
    }
}

/// Whether the answer of the operation prints provisioning requests.
fn prints_requests(exchange: &Exchange) -> bool {
    use conax_contract::crm::Operation;
    exchange.operation.creates().is_some()
        || matches!(exchange.operation, Operation::Show | Operation::List)
}
