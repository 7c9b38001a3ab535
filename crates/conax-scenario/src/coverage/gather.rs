//! What one scenario met, from what the target tells of itself in the end. Pure: the caller asks.

use std::collections::{BTreeMap, BTreeSet};

use conax_contract::crm::CommandKind;
use conax_contract::fault::PRESETS;
use serde_json::Value;

use super::Covers;
use super::space::phases;
use crate::conformance::Verdicts;

/// What the target tells of itself, as its control API answers.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The ledger's rows.
    pub ledger: Value,
    /// The head-end's transactions, oldest first.
    pub transactions: Value,
    /// Its smartcards.
    pub smartcards: Value,
    /// Its messages.
    pub messages: Value,
    /// Its fingerprints.
    pub fingerprints: Value,
    /// The journal's exchanges.
    pub exchanges: Value,
}

/// What was met, on every axis.
#[must_use]
pub fn gather(seen: &Seen, verdicts: Option<&Verdicts>) -> Covers {
    let shown = verdicts.into_iter().flat_map(Verdicts::iter);
    let clauses = shown
        .filter(|(_, verdict)| verdict.held + verdict.broken > 0)
        .map(|(clause, _)| clause.id.clone());
    Covers {
        clauses: clauses.collect(),
        transitions: transitions(seen).into_iter().collect(),
        cells: cells(seen).into_iter().collect(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn transitions(seen: &Seen) -> BTreeSet<String> {
    let mut taken = BTreeSet::new();
    for row in list(&seen.ledger) {
        if let (Some(kind), Some(end @ ("COMPLETED" | "REJECTED"))) =
            (row["type"].as_str(), row["crm"].as_str())
            && row["is_held"] != true
            && list(&row["exchanges"]).next().is_some()
        {
            taken.insert(format!("request PENDING>{end} {kind}"));
        }
    }
    let mut fold = Fold::default();
    for transaction in list(&seen.transactions) {
        fold.add(transaction);
    }
    taken.extend(fold.taken.into_iter().map(str::to_owned));
    by_states(seen, &mut taken);
    taken
}

/// What the states of the end tell of the way to them.
fn by_states(seen: &Seen, taken: &mut BTreeSet<String>) {
    for card in list(&seen.smartcards) {
        for entitlement in list(&card["entitlements"]) {
            if entitlement["state"] == "expired" {
                taken.insert("entitlement active>expired".to_owned());
            }
        }
    }
    for message in list(&seen.messages) {
        let steps: &[&str] = match message["state"].as_str() {
            Some("on_air") => &["message queued>on_air"],
            Some("done") => &["message queued>on_air", "message on_air>done"],
            Some("replaced") => &["message queued>replaced"],
            _ => &[],
        };
        taken.extend(steps.iter().map(|step| (*step).to_owned()));
    }
    for fingerprint in list(&seen.fingerprints) {
        let steps: &[&str] = match fingerprint["state"].as_str() {
            Some("on_air") => &["fingerprint scheduled>on_air"],
            Some("done") => &["fingerprint scheduled>on_air", "fingerprint on_air>done"],
            Some("replaced") => &["fingerprint scheduled>replaced"],
            _ => &[],
        };
        taken.extend(steps.iter().map(|step| (*step).to_owned()));
    }
}

/// The head-end's transitions as a fold over its transactions.
#[derive(Default)]
struct Fold {
    taken: BTreeSet<&'static str>,
    /// How entitlements stand: by smartcard and product, in words of the transaction.
    entitled: BTreeMap<(String, String), &'static str>,
    paired: BTreeSet<String>,
    used: BTreeSet<String>,
}

impl Fold {
    fn add(&mut self, transaction: &Value) {
        let effect = transaction["effect"].as_str().unwrap_or_default();
        let cards: Vec<String> =
            list(&transaction["smartcards"]).filter_map(Value::as_str).map(str::to_owned).collect();
        if effect == "nothing" || effect.is_empty() {
            return;
        }
        match transaction["command"].as_str().unwrap_or_default() {
            "ADD_SUBSCRIPTIONS" => self.added(&cards, effect, transaction),
            "CANCEL_SUBSCRIPTIONS" => self.cancelled(&cards, effect),
            "CREATE_PAIRING" => {
                for card in cards {
                    self.uses(&card);
                    let step = match self.paired.insert(card) {
                        true => "pairing none>group",
                        false => "pairing group>replaced",
                    };
                    self.taken.insert(step);
                }
            }
            "ADD_TO_EXISTING_PAIRING" => {
                self.taken.insert("pairing group>grown");
            }
            "UPDATE_CA_PIN_TO_DEFAULT_VALUE" => {
                self.taken.insert("pin any>default");
            }
            "UPDATE_CA_PIN_TO_GIVEN_VALUE" => {
                self.taken.insert("pin any>given");
            }
            _ => {}
        }
    }

    fn uses(&mut self, card: &str) {
        if self.used.insert(card.to_owned()) {
            self.taken.insert("smartcard stock>in_use");
        }
    }

    /// `added 1002 to 0190… from DATE until DATE`.
    fn added(&mut self, cards: &[String], effect: &str, transaction: &Value) {
        let at = transaction["at"].as_str().unwrap_or_default();
        let is_future = effect
            .split(" from ")
            .nth(1)
            .and_then(|rest| rest.get(..at.len()))
            .is_some_and(|from| from > at);
        for card in cards {
            self.uses(card);
            for product in products(effect, "added ", " to ") {
                let key = (card.clone(), product);
                let (now, step) = match (self.entitled.get(&key).copied(), is_future) {
                    (Some("cancelled"), _) => ("active", "entitlement cancelled>active"),
                    (_, true) => ("future", "entitlement none>future"),
                    (_, false) => ("active", "entitlement none>active"),
                };
                self.taken.insert(step);
                self.entitled.insert(key, now);
            }
        }
    }

    fn cancelled(&mut self, cards: &[String], effect: &str) {
        for card in cards {
            for product in products(effect, "cancelled ", " on ") {
                let step = match self.entitled.insert((card.clone(), product), "cancelled") {
                    Some("future") => "entitlement future>cancelled",
                    _ => "entitlement active>cancelled",
                };
                self.taken.insert(step);
            }
        }
    }
}

/// The products an effect names, between these words.
fn products(effect: &str, before: &str, after: &str) -> Vec<String> {
    let inside = effect.strip_prefix(before).and_then(|rest| rest.split(after).next());
    let inside = inside.unwrap_or_default().split(", ");
    inside.map(|product| product.trim_matches('`').to_owned()).collect()
}

fn cells(seen: &Seen) -> BTreeSet<String> {
    let types: BTreeMap<u64, &str> = list(&seen.ledger)
        .filter_map(|row| Some((row["request"].as_u64()?, row["type"].as_str()?)))
        .collect();
    let mut met = BTreeSet::new();
    for exchange in list(&seen.exchanges) {
        let by_number =
            exchange["request_number"].as_u64().and_then(|number| types.get(&number).copied());
        let kind = by_number.or_else(|| command_of(exchange["call"].as_str().unwrap_or_default()));
        let Some(kind) = kind else { continue };
        for acted in list(&exchange["faults"]) {
            let title = acted["fault"].as_str().unwrap_or_default();
            let preset =
                PRESETS.iter().find(|preset| title.starts_with(&format!("{} ", preset.id())));
            let Some(preset) = preset else { continue };
            let phases = phases(preset);
            let is_variant = preset.variants.iter().any(|variant| title.ends_with(variant.name));
            let phase = match (is_variant, phases.as_slice()) {
                (true, [_, other, ..]) => other,
                (_, [first, ..]) => first,
                (_, []) => continue,
            };
            met.insert(format!("{} {kind} {phase}", preset.id()));
        }
    }
    met
}

/// The kind of command a SOAP body tells, by the name of its first element.
fn command_of(body: &str) -> Option<&'static str> {
    let inside = body.split_once("Body>")?.1.trim_start();
    let name: String = inside
        .trim_start_matches('<')
        .chars()
        .take_while(|sign| sign.is_ascii_alphanumeric() || *sign == ':')
        .collect();
    let name = name.rsplit(':').next()?.to_lowercase();
    let plain = |code: &str| code.replace('_', "").to_lowercase();
    let found = CommandKind::ALL
        .into_iter()
        .find(|kind| plain(kind.code()) == name || format!("{}s", plain(kind.code())) == name);
    found.map(CommandKind::code)
}
