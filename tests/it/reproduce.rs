//! What is stored of each preset leads back to it: named among the answers, with a state change that
//! is so, and with a command that makes the same text again.

use std::collections::BTreeMap;
use std::time::Duration;

use conax_contract::crm::Operation;
use conax_contract::fault::{Applied, PRESETS, Preset, Reproduction, Variant, reproduce};
use conax_tests::bodies::{at_once, creating, service_on_card, valid, with};
use conax_tests::{Harness, HarnessBuilder, Reply};
use serde_json::json;

/// What became of an order that met a preset.
#[derive(Clone)]
struct Stored {
    code: String,
    description: String,
    shown: String,
    /// How often it was carried out.
    executions: u64,
}

/// A preset or a variant of one, by its name.
fn names() -> Vec<(&'static Preset, String)> {
    let own = |preset: &'static Preset| (preset, preset.id());
    let variant = |preset: &'static Preset, variant: &Variant| {
        (preset, format!("{}/{}", preset.id(), variant.name))
    };
    let all = PRESETS.iter().flat_map(|preset| {
        let variants = preset.variants.iter().map(|one| variant(preset, one));
        std::iter::once(own(preset)).chain(variants.collect::<Vec<_>>())
    });
    all.collect()
}

/// A simulator in which this order is taken if nothing goes wrong.
async fn ready(operation: Operation) -> Harness {
    let harness = HarnessBuilder::demo().open();
    if operation == Operation::AddToExistingPairing {
        let body = at_once(valid(Operation::CreatePairing));
        let reply = harness.post("create_pairing", body).await;
        assert_eq!(reply.member("life_cycle_state"), "COMPLETED");
    }
    harness
}

async fn order(harness: &Harness, operation: Operation) -> Reply {
    harness.post(operation.name(), at_once(valid(operation))).await
}

/// Orders as often as it takes to meet the preset; what is stored of the last order, if it was
/// rejected.
async fn met(name: &str, rule: &str, operation: Operation) -> Option<Stored> {
    let harness = ready(operation).await;
    harness.fault(rule);
    match &name[..3] {
        "f15" => {
            for _ in 0..5 {
                order(&harness, operation).await;
            }
        }
        "f46" => {
            order(&harness, operation).await;
            harness.passes(Duration::from_secs(360)).await;
        }
        _ => {}
    }
    let reply = order(&harness, operation).await;
    if reply.member("life_cycle_state") != "REJECTED" {
        return None;
    }
    let number = reply.number();
    harness.shared.catch_up();
    let rows = harness.shared.ledger().reconcile().rows;
    Some(Stored {
        code: reply.member("error_code"),
        description: reply.member("error_description"),
        shown: harness.show(&number).await.text,
        executions: rows[&number.parse().unwrap()].executions,
    })
}

fn rule_of(name: &str) -> String {
    match name {
        // Silence beyond four at a time.
        "f16" => "{ preset: f16, when: { above: 0 } }".to_owned(),
        name => format!("{{ preset: {name} }}"),
    }
}

fn best(found: &Reproduction) -> Vec<&str> {
    match found.alike.as_slice() {
        [] => found.candidates[..1].iter().map(|one| one.name.as_str()).collect(),
        alike => alike.iter().map(String::as_str).collect(),
    }
}

/// What is wrong with the answer to a text that was stored of this preset.
fn wrong(name: &str, stored: &Stored, found: &Reproduction) -> Vec<String> {
    let Some(own) = found.candidates.iter().find(|one| one.name == name) else {
        let named: Vec<&String> = found.candidates.iter().map(|one| &one.name).collect();
        return vec![format!("is not named: {named:?}")];
    };
    let mut wrong = Vec::new();
    let did = stored.executions > 0;
    let is_so = match own.applied {
        Applied::Yes => did,
        Applied::No => !did,
        Applied::Otherwise => true,
    };
    if !is_so {
        wrong.push(format!("state changed: {}", own.applied.code()));
    }
    let experiment = found.experiment.as_deref().unwrap_or_default();
    if experiment.starts_with("none of") && did || experiment.starts_with("each of") && !did {
        wrong.push(format!("in spite of `{experiment}`"));
    }
    if !best(found).contains(&name) {
        wrong.push(format!("is not among the best: {:?}", best(found)));
    }
    wrong
}

#[tokio::test(start_paused = true)]
async fn what_is_stored_of_each_preset_leads_back_to_it_and_can_be_had_again() {
    let mut findings = Vec::new();
    // The four texts of one error mostly lead to the same rule.
    let mut played: BTreeMap<(String, &str), Option<Stored>> = BTreeMap::new();
    for (preset, name) in names() {
        for operation in creating() {
            let Some(stored) = met(&name, &rule_of(&name), operation).await else {
                continue;
            };
            let both = format!("{}: {}", stored.code, stored.description);
            for (what, text) in [
                ("code", &stored.code),
                ("description", &stored.description),
                ("both", &both),
                ("shown", &stored.shown),
            ] {
                let found = reproduce(text);
                let place = format!("{name} {} {what}", operation.name());
                let told = wrong(&name, &stored, &found);
                findings.extend(told.into_iter().map(|one| format!("{place}: {one}")));
                let Some(first) = found.candidates.first() else {
                    continue;
                };
                let rule = format!("{{ preset: {}, times: 1 }}", first.name);
                let key = (rule.clone(), operation.name());
                let again = match played.get(&key) {
                    Some(again) => again.clone(),
                    None => met(&first.name, &rule, operation).await,
                };
                played.insert(key, again.clone());
                let is_same = again.as_ref().is_some_and(|again| {
                    again.code == stored.code
                        && (what == "code" || again.description == stored.description)
                });
                if !is_same {
                    let again = again.map(|again| again.description);
                    findings.push(format!("{place}: {rule} stores {again:?}"));
                }
                if ["f15", "f16", "f46"].contains(&preset.id().as_str())
                    && first.name.starts_with(&preset.id())
                {
                    assert!(first.takes.is_some(), "{place}");
                }
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn what_conax_itself_refuses_is_not_taken_for_silence_or_success() {
    let harness = HarnessBuilder::demo().open();
    let body = service_on_card("S60666", "P1test", "01900080294");
    let reply = harness.post("add_subscriptions", at_once(body)).await;
    let found = reproduce(&reply.member("error_description"));
    for one in &found.candidates {
        assert_eq!(one.applied, Applied::No, "{one:?}");
    }
    let found = reproduce(&with(json!({}), "error", json!("a poem about null cats")).to_string());
    assert_eq!(found.candidates, []);
}
