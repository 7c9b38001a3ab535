//! What a side has in place of the records a scenario names, and back. Pure.
//!
//! A side with a world of its own has other subscriptions, services and smartcards. A target
//! file tells them; each record of the scenario's world that a call names gets one
//! of the same kind, in order of appearance. What has none is lacking there.

use std::collections::BTreeMap;
use std::sync::Arc;

use conax_contract::crm::Operation;
use conax_contract::world::{
    InstalledItem, ItemClassification, KeyState, ProductClassification, ProductOnSale,
    ProductState, SubscriptionSpec, WorldSpec,
};
use conax_scenario::verify::{Named, TargetWorld, works_at_conax};
use serde_json::{Map, Value};

use crate::json::walk;

/// Why a call says something else there, in words that follow the name of the side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lack(String);

impl Lack {
    /// It has not what the call names.
    pub(super) fn of(what: &str, name: &str) -> Self {
        Self(format!("it has no {what} {name}"))
    }

    /// It has what the call names as something that nobody has.
    fn not_nobody(value: &str) -> Self {
        Self(format!("it has `{value}`, which the scenario's world has not"))
    }

    pub(super) fn words(&self) -> &str {
        &self.0
    }
}

/// The kinds of records that calls name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Subscription,
    Service,
    Item,
}

const IDENTIFIERS: [(&str, Kind); 3] = [
    ("subscription_identifier", Kind::Subscription),
    ("service_identifier", Kind::Service),
    ("smartcard_identifier", Kind::Item),
];
const SETS: [&str; 2] = ["smartcard_set", "stb_set"];
/// The members of replies that name records.
const PRINTED: [(&str, Kind); 4] = [
    ("service_ca_id", Kind::Service),
    ("smartcard_ca_id", Kind::Item),
    ("existing_smartcard_ca_id", Kind::Item),
    ("stb_ca_id", Kind::Item),
];

/// Texts of replies in which records may be named.
const TEXTS: [&str; 4] = ["request", "response", "error_description", "provider_error_description"];

/// Who has what in place of what.
pub(super) struct Counterparts {
    ours: Arc<WorldSpec>,
    theirs: TargetWorld,
    password: Option<String>,
    /// By kind and the id of our record.
    given: BTreeMap<(Kind, String), Named>,
}

/// The keys a record may be known under, in the order in which they are tried.
const KEYS: [&str; 6] = ["id", "number", "code", "serial_number", "alternative_code", "ca_id"];

impl Kind {
    /// The values records of this kind are known under, each with its key.
    fn values(self, record: &Named) -> impl Iterator<Item = (&'static str, &str)> + Clone {
        let keys = KEYS.iter().filter(move |key| **key != "ca_id" || self == Self::Item);
        keys.filter_map(|key| Some((*key, record.value(key)?)))
    }
}

impl Counterparts {
    pub(super) const fn new(
        ours: Arc<WorldSpec>,
        theirs: TargetWorld,
        password: Option<String>,
    ) -> Self {
        Self { ours, theirs, password, given: BTreeMap::new() }
    }

    /// The parameters of a call as that side knows them.
    pub(super) fn put_in(
        &mut self,
        operation: Operation,
        parameters: &mut Map<String, Value>,
    ) -> Result<(), Lack> {
        if operation == Operation::IssueToken {
            return self.put_in_login(parameters);
        }
        if operation == Operation::IssueTokenForWebApiKey {
            return Err(Lack::of("web API key", "of the scenario's world"));
        }
        self.knows_request(parameters)?;
        let context = self.context(parameters);
        for (name, kind) in IDENTIFIERS {
            let members = parameters.get_mut(name).and_then(Value::as_object_mut);
            if let Some(members) = members {
                self.put_in_identifier(kind, context.as_ref(), members)?;
            }
        }
        for name in SETS {
            let items = parameters.get_mut(name).and_then(Value::as_array_mut);
            for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
                self.put_in_identifier(Kind::Item, context.as_ref(), item)?;
            }
        }
        Ok(())
    }

    /// A request that was there before is nowhere else.
    fn knows_request(&self, parameters: &Map<String, Value>) -> Result<(), Lack> {
        let identifier = parameters.get("provisioning_request_identifier");
        let members = identifier.and_then(Value::as_object).into_iter().flatten();
        let values: Vec<&str> = members.filter_map(|(_, value)| value.as_str()).collect();
        let mut requests = self.ours.provisioning_requests.iter();
        let known = requests.find(|one| {
            values.contains(&one.id.as_str())
                || one.number.as_deref().is_some_and(|number| values.contains(&number))
        });
        match known {
            Some(known) => {
                Err(Lack::of("provisioning request", known.number.as_ref().unwrap_or(&known.id)))
            }
            None => Ok(()),
        }
    }

    fn put_in_login(&self, parameters: &mut Map<String, Value>) -> Result<(), Lack> {
        let given = |name: &str| parameters.get(name).and_then(Value::as_str);
        let mut users = self.ours.users.iter();
        let username = given("username").unwrap_or_default();
        let Some(user) = users.find(|user| user.user.username.eq_ignore_ascii_case(username))
        else {
            return Ok(());
        };
        let lack = || Lack::of("login for user", &user.user.username);
        let login = self.theirs.login.as_ref().ok_or_else(lack)?;
        let password = self.password.as_ref().ok_or_else(lack)?;
        let of_ours = user.password.as_ref().map(|password| password.expose());
        let mut changes = vec![("username", login.username.clone())];
        if given("password") == of_ours {
            changes.push(("password", password.clone()));
        }
        if given("organisation") == Some(self.ours.organisation.as_str()) {
            changes.push(("organisation", login.organisation.clone()));
        }
        let is_ours = |unit: &str| self.ours.units.iter().any(|one| &*one.id == unit);
        if given("unit").is_some_and(is_ours) {
            let unit = login.unit.clone().ok_or_else(|| Lack::of("unit", "to log in for"))?;
            changes.push(("unit", unit));
        }
        for (name, value) in changes {
            parameters.insert(name.to_owned(), Value::String(value));
        }
        Ok(())
    }

    /// The subscription a call is about.
    fn context(&self, parameters: &Map<String, Value>) -> Option<SubscriptionSpec> {
        let members = parameters.get("subscription_identifier")?.as_object()?;
        let values: Vec<&str> = members.values().filter_map(Value::as_str).collect();
        let mut all = self.ours.subscriptions.iter();
        let is_it = |one: &&SubscriptionSpec| {
            values.contains(&one.id.as_str()) || values.contains(&one.number.as_str())
        };
        let of_items = |set: &str| {
            let value = parameters.get(set)?.as_object()?.values().next()?.as_str()?;
            let item = self.item(value)?;
            let mut all = self.ours.subscriptions.iter();
            all.find(|one| holds(one, item))
        };
        let found = all.find(is_it).or_else(|| of_items("smartcard_identifier"));
        found.cloned()
    }

    fn item(&self, value: &str) -> Option<&InstalledItem> {
        let mut items = self.ours.installed_items.iter();
        items.find(|item| {
            let keys = [Some(&item.id), Some(&item.serial_number)];
            let more = [item.alternative_code.as_ref(), item.ca_id.as_ref()];
            keys.into_iter().chain(more).flatten().any(|key| **key == *value)
        })
    }

    fn put_in_identifier(
        &mut self,
        kind: Kind,
        context: Option<&SubscriptionSpec>,
        members: &mut Map<String, Value>,
    ) -> Result<(), Lack> {
        for (key, value) in members.iter_mut() {
            let Some(ours) = value.as_str().map(str::to_owned) else {
                continue;
            };
            let Some(record) = self.record(kind, &ours) else {
                if self.is_there(&ours) {
                    return Err(Lack::not_nobody(&ours));
                }
                // Nobody has it: what is said of that can be compared.
                continue;
            };
            // A value that stands under another key than its own stays wrong.
            let mut its_own = kind.values(&record).filter(|(_, known)| *known == ours);
            let first = its_own.clone().next();
            let found = its_own.find(|(attribute, _)| key.ends_with(attribute)).or(first);
            let attribute = found.map_or(key.as_str(), |(attribute, _)| attribute);
            let there = self.counterpart(kind, context, &record)?;
            let theirs = match attribute.ends_with("ca_id") {
                true => there.ca_id.clone(),
                false => there.value(attribute).map(str::to_owned),
            };
            let lack = || Lack::of(&format!("`{attribute}` in place of"), &record.label());
            *value = Value::String(theirs.ok_or_else(lack)?);
        }
        Ok(())
    }

    /// Whether the file of that side names something so.
    fn is_there(&self, value: &str) -> bool {
        self.theirs.texts().any(|text| text == value)
    }

    fn record(&self, kind: Kind, value: &str) -> Option<Named> {
        let ours = &self.ours;
        let records: Vec<Named> = match kind {
            Kind::Subscription => ours.subscriptions.iter().map(Named::of_subscription).collect(),
            Kind::Service => ours.services.iter().map(Named::of_service).collect(),
            Kind::Item => ours.installed_items.iter().map(Named::of_item).collect(),
        };
        let mut records = records.into_iter();
        records.find(|record| kind.values(record).any(|(_, known)| known == value))
    }

    /// What stands there for a record of ours.
    fn counterpart(
        &mut self,
        kind: Kind,
        context: Option<&SubscriptionSpec>,
        record: &Named,
    ) -> Result<&Named, Lack> {
        let place = (kind, record.value("id").unwrap_or_default().to_owned());
        if !self.given.contains_key(&place) {
            let candidates = self.candidates(kind, context, record);
            let is_free = |one: &&Named| !self.given.values().any(|taken| taken == *one);
            let free = candidates.iter().find(is_free).cloned();
            let what = match kind {
                Kind::Subscription => "subscription in place of",
                Kind::Service => "service in place of",
                Kind::Item => "installed item in place of",
            };
            let free = free.ok_or_else(|| Lack::of(what, &record.label()))?;
            self.given.insert(place.clone(), free);
        }
        Ok(&self.given[&place])
    }

    /// Those that may stand for a record: alike in kind, and in whether the subscription has it.
    fn candidates(
        &self,
        kind: Kind,
        context: Option<&SubscriptionSpec>,
        record: &Named,
    ) -> Vec<Named> {
        let (theirs, id) = (&self.theirs, record.value("id").unwrap_or_default());
        let one = |named: &Option<Named>| named.iter().cloned().collect();
        match kind {
            Kind::Subscription => one(&theirs.subscription),
            Kind::Service => {
                let mut all = self.ours.services.iter();
                let Some(service) = all.find(|service| *service.id == *id) else {
                    return Vec::new();
                };
                let is_on_it = context.is_none_or(|one| {
                    let mut keys = one.services.iter();
                    keys.any(|key| *key == *service.code || *key == *service.id)
                });
                match (service.classification, is_on_it) {
                    (ProductClassification::Service, true) if self.is_sold(service) => {
                        one(&theirs.service)
                    }
                    // What Conax makes of it is not told of that side's.
                    (ProductClassification::Service, true) => Vec::new(),
                    (ProductClassification::Service, false) => one(&theirs.service_elsewhere),
                    _ => one(&theirs.no_service),
                }
            }
            Kind::Item => {
                let Some(item) = self.item(id) else {
                    return Vec::new();
                };
                let is_on_it = context.is_none_or(|one| holds(one, item));
                match (item.classification, is_on_it) {
                    (ItemClassification::Smartcard, true) if works_at_conax(&self.ours, item) => {
                        theirs.smartcards.clone()
                    }
                    // Why Conax takes no orders for it is not told of that side's.
                    (ItemClassification::Smartcard, true) => Vec::new(),
                    (ItemClassification::Smartcard, false) => one(&theirs.smartcard_elsewhere),
                    (ItemClassification::Stb, true) if !self.is_loaded(item) => Vec::new(),
                    (ItemClassification::Stb, true) => {
                        let of = |ca_id: &String| {
                            let full = theirs.no_smartcard.clone();
                            let full = full.filter(|one| one.ca_id.as_ref() == Some(ca_id));
                            full.unwrap_or_else(|| Named::of_ca_id(ca_id))
                        };
                        theirs.stbs.iter().map(of).collect()
                    }
                    _ => one(&theirs.no_smartcard),
                }
            }
        }
    }

    fn is_sold(&self, service: &ProductOnSale) -> bool {
        let mut products = self.ours.cas.products.iter();
        products.any(|product| {
            Some(product.id.as_str()) == service.ca_id.as_deref()
                && product.state == ProductState::Defined
        })
    }

    fn is_loaded(&self, item: &InstalledItem) -> bool {
        let mut modules = self.ours.cas.pairing_modules.iter();
        modules.any(|module| {
            Some(module.id.as_str()) == item.ca_id.as_deref() && module.key == KeyState::Loaded
        })
    }

    /// A reply with our records in place of theirs.
    pub(super) fn take_back(&self, reply: &mut Value) {
        walk(reply, &mut |name, value| {
            let kind = PRINTED.iter().find(|(known, _)| *known == name);
            let ours = match (kind, value.as_str()) {
                (Some((_, kind)), Some(theirs)) => self.ours_of(*kind, theirs),
                (None, Some(text)) if TEXTS.contains(&name) => Some(self.with_ours(text)),
                _ => return true,
            };
            if let Some(ours) = ours {
                *value = Value::String(ours);
            }
            false
        });
    }

    /// A text with our CA ids in place of theirs.
    fn with_ours(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for ((kind, id), there) in &self.given {
            let ours = self.record(*kind, id).and_then(|record| record.ca_id);
            if let (Some(ours), Some(theirs)) = (ours, &there.ca_id) {
                text = text.replace(theirs, &ours);
            }
        }
        text
    }

    /// The CA id of the record of ours that stands for the one with this CA id.
    fn ours_of(&self, kind: Kind, ca_id: &str) -> Option<String> {
        let mut given = self.given.iter().filter(|((known, _), _)| *known == kind);
        let ((_, id), _) = given.find(|(_, there)| there.ca_id.as_deref() == Some(ca_id))?;
        self.record(kind, id)?.ca_id
    }
}

/// Whether a subscription has an installed item.
fn holds(subscription: &SubscriptionSpec, item: &InstalledItem) -> bool {
    let mut held = subscription.installed_items.iter();
    held.any(|key| *key == *item.serial_number || *key == *item.id)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use conax_contract::crm::Operation;
    use conax_contract::world::WorldSpec;
    use conax_scenario::verify::TargetWorld;
    use serde_json::{Value, json};

    use super::Counterparts;

    const THERE: &str = r#"login: { username: Nina, organisation: TRIALS }
subscription: { number: C-1 }
service: { code: NEWS, ca_id: "7101" }
smartcards:
  - { serial_number: SN-1, ca_id: "01500000017" }
  - { serial_number: SN-2, ca_id: "01500000025" }
stbs: ["3500000001"]
smartcard_elsewhere: { serial_number: SN-9, ca_id: "01500000109" }
"#;

    fn there() -> Counterparts {
        let theirs = TargetWorld::parse(THERE).expect("a target file");
        let password = Some("secret".to_owned());
        Counterparts::new(Arc::new(WorldSpec::demo()), theirs, password)
    }

    fn put_in(
        there: &mut Counterparts,
        operation: Operation,
        call: &Value,
    ) -> Result<Value, String> {
        let mut parameters = call.as_object().cloned().unwrap_or_default();
        let put_in = there.put_in(operation, &mut parameters);
        put_in.map_err(|lack| lack.words().to_owned())?;
        Ok(Value::Object(parameters))
    }

    fn order(service: &str, card: &str) -> Value {
        json!({
            "subscription_identifier": { "number": "S60600" },
            "service_identifier": { "code": service },
            "smartcard_identifier": { "serial_number": card },
        })
    }

    #[test]
    fn each_record_has_one_of_its_kind_there_and_keeps_it() {
        let mut there = there();
        let add = Operation::AddSubscriptions;
        let one = put_in(&mut there, add, &order("SPORT", "01900080209")).expect("it has all");
        assert_eq!(one["subscription_identifier"], json!({ "number": "C-1" }));
        assert_eq!(one["service_identifier"], json!({ "code": "NEWS" }));
        assert_eq!(one["smartcard_identifier"], json!({ "serial_number": "SN-1" }));
        let two = put_in(&mut there, add, &order("SPORT", "01900080208")).expect("it has all");
        assert_eq!(two["smartcard_identifier"], json!({ "serial_number": "SN-2" }));
        let again = put_in(&mut there, add, &order("SPORT", "01900080209")).expect("it has all");
        assert_eq!(again, one);
        let mut reply = json!({ "data": {
            "parameters_set": [{ "smartcard_ca_id": "01500000017" }, { "service_ca_id": "SN-1" }],
            "request": "01500000025,7101",
        } });
        there.take_back(&mut reply);
        let items = &reply["data"]["parameters_set"];
        assert_eq!(items[0]["smartcard_ca_id"], "01900080209");
        assert_eq!(items[1]["service_ca_id"], "SN-1", "what is wrong stays wrong");
        assert_eq!(reply["data"]["request"], "01900080208,1002");
    }

    #[test]
    fn what_has_no_counterpart_is_lacking_and_what_nobody_has_stays() {
        let mut there = there();
        let add = Operation::AddSubscriptions;
        for card in ["01900080208", "01900080209"] {
            put_in(&mut there, add, &order("SPORT", card)).expect("it has all");
        }
        for (call, rendered) in [
            (order("P1test", "01900080208"), "it has no service in place of P1test"),
            (order("SPORT", "01900080210"), "it has no installed item in place of 01900080210"),
            (order("NEWS", "01900080208"), "it has `NEWS`, which the scenario's world has not"),
        ] {
            assert_eq!(put_in(&mut there, add, &call), Err(rendered.to_owned()));
        }
        let nobody =
            put_in(&mut there, add, &order("NOTHING", "190008020")).expect("nobody has it");
        assert_eq!(nobody["service_identifier"], json!({ "code": "NOTHING" }));
        let shown = json!({ "provisioning_request_identifier": { "number": "4049" } });
        let lack = put_in(&mut there, Operation::Show, &shown);
        assert_eq!(lack, Err("it has no provisioning request 4049".to_owned()));
    }

    #[test]
    fn a_login_is_that_sides_and_a_wrong_one_stays_wrong() {
        let mut there = there();
        let login = |password: &str| json!({ "username": "mpadministrator", "password": password, "organisation": "CRMDEMO" });
        let right = put_in(&mut there, Operation::IssueToken, &login("1234")).expect("it has it");
        assert_eq!(
            right,
            json!({ "username": "Nina", "password": "secret", "organisation": "TRIALS" })
        );
        let wrong = put_in(&mut there, Operation::IssueToken, &login("1")).expect("it has it");
        assert_eq!(wrong["password"], "1");
    }
}
