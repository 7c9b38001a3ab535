//! The witness: hears every exchange, and keeps the verdicts.

use serde_json::{Map, Value};

use super::heard::Heard;
use super::memory::Memory;
use super::verdicts::Verdicts;
use super::{echo, object, reply};

/// Hears every exchange with one target, and judges.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    /// What is known of every clause so far.
    pub verdicts: Verdicts,
    memory: Memory,
}

impl Witness {
    /// Hears one exchange.
    pub fn hear(&mut self, heard: &Heard) {
        self.hear_together(&[heard]);
    }

    /// Hears exchanges that were made at the same time, so that nobody knows their order.
    pub fn hear_together(&mut self, heard: &[&Heard]) {
        let mut fine: Vec<&Heard> = Vec::with_capacity(heard.len());
        for heard in heard {
            if !reply::judge(heard, &mut self.verdicts) {
                continue;
            }
            echo::judge(heard, &mut self.verdicts);
            if prints_requests(heard) {
                object::judge(heard, &mut self.verdicts);
                fine.push(heard);
            }
        }
        self.memory.judge(&fine, &mut self.verdicts);
    }

    /// The requests that were created while it listened, with what was printed of them last.
    pub fn created(&self) -> impl Iterator<Item = (&str, &Map<String, Value>)> {
        self.memory.created()
    }
}

/// Whether the answer of the operation prints provisioning requests.
fn prints_requests(heard: &Heard) -> bool {
    use conax_contract::crm::Operation;
    heard.operation.creates().is_some()
        || matches!(heard.operation, Operation::Show | Operation::List)
}
