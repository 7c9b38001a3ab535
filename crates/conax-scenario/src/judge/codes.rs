//! `entitled` names products by their CA ids. Who writes the code of a service there compares
//! nothing, which is told before it is played and when it fails.

use std::collections::BTreeMap;

use conax_contract::text::Finding;
use conax_contract::world::ProductOnSale;
use serde_json::Value;

use super::matching::describe;
use crate::document::{Action, Matcher, Scenario, Step};

/// That what is wanted names a service by its code, and the CA id its product has.
pub(crate) fn code_for_ca_id(
    wanted: &Matcher,
    services: &[ProductOnSale],
    scope: &BTreeMap<String, Value>,
) -> Option<String> {
    let said = describe(wanted, scope);
    let is_part = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    let mut words = said.split(|letter| !is_part(letter));
    words.find_map(|word| {
        let is_ca_id = |one: &ProductOnSale| one.ca_id.as_deref() == Some(word);
        let is_code = |one: &&ProductOnSale| {
            &*one.code == word || one.alternative_code.as_deref() == Some(word)
        };
        let named = services.iter().find(is_code)?;
        let ca_id = named.ca_id.as_ref()?;
        (!services.iter().any(is_ca_id)).then(|| {
            format!(
                "`{word}` is the code of a service, and `entitled` takes the CA id of its product, \
                 which is `{ca_id}` in `services` of the world"
            )
        })
    })
}

/// The steps of a scenario's own file that name a product by the code of its service.
#[must_use]
pub fn codes_for_ca_ids(scenario: &Scenario) -> Vec<Finding> {
    fn of_step(step: &Step, services: &[ProductOnSale], found: &mut Vec<Finding>) {
        match &step.action {
            Action::ExpectConax(wanted) => found.extend(wanted.entitled.as_ref().and_then(|one| {
                let problem = code_for_ca_id(&one.value, services, &BTreeMap::new())?;
                Some(Finding::new(one.span, problem))
            })),
            Action::Repeat(repeat) => {
                repeat.steps.iter().for_each(|step| of_step(step, services, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    let steps = scenario.steps.iter().chain(&scenario.cleanup);
    for step in steps.filter(|step| step.file.is_none()) {
        of_step(step, &scenario.world.spec.services, &mut found);
    }
    found
}
