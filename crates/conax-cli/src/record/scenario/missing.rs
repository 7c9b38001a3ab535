//! What a world lacks of what a recording names, as far as the recorded replies tell. Pure.

use std::collections::{BTreeMap, BTreeSet};

use conax_contract::crm::Operation;
use conax_contract::text::Outline;
use conax_contract::world::{
    InstalledItem, ItemClassification, ProductOnSale, SubscriptionSpec, WorldSpec,
};
use serde_json::Value;

use super::super::form::Exchange;
use super::placeholders::{map, word};
use super::registry::{is_ok, operation_of, records};

/// Additions to a world, and what was guessed to make them.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// The organisation, if the world has another one.
    pub(super) organisation: Option<String>,
    /// People who log in.
    pub(super) users: Vec<Outline>,
    /// Requests that were there before the recording began.
    pub(super) requests: Vec<Outline>,
    /// Sentences for people.
    pub(super) guesses: Vec<String>,
    subscriptions: BTreeMap<String, Subscription>,
    services: BTreeMap<String, Outline>,
    items: BTreeMap<String, Outline>,
    products: BTreeSet<String>,
    smartcards: BTreeSet<String>,
    modules: BTreeSet<String>,
    pairings: BTreeSet<String>,
    made_up: usize,
}

/// A subscription that is new, or has more than the world says.
#[derive(Debug, Default)]
struct Subscription {
    id: String,
    number: Option<String>,
    links: BTreeMap<&'static str, String>,
    services: BTreeSet<String>,
    items: BTreeSet<String>,
}

/// The links of a subscription: as a parameter prints them and as a world calls them.
const LINKS: [(&str, &str); 3] = [
    ("sub_provisioning_distribution_id", "provisioning_distribution_id"),
    ("smartcard_sub_provisioning_distribution_id", "smartcard_provisioning_distribution_id"),
    ("stb_sub_provisioning_distributor_id", "stb_provisioning_distributor_id"),
];

/// What a recording needs besides a world.
pub(super) fn missing(exchanges: &[Exchange], world: &WorldSpec) -> Missing {
    let mut added = Missing::default();
    let ends = ends(exchanges);
    let creates = |exchange: &&Exchange| {
        let operation = operation_of(exchange);
        is_ok(exchange) && operation.is_some_and(|operation| operation.creates().is_some())
    };
    for exchange in exchanges.iter().filter(creates) {
        if let (Some(call), Some(view)) = (exchange.call.body.json(), records(exchange).first()) {
            let operation = operation_of(exchange).unwrap_or(Operation::AddSubscriptions);
            let ended = names_of(view).find_map(|name| ends.get(name).copied());
            let ended = ended.unwrap_or(view);
            added.add_call(operation, call, view, ended, world);
        }
    }
    added
}

/// The last that was seen of every request, by its id and its number.
fn ends(exchanges: &[Exchange]) -> BTreeMap<&str, &Value> {
    let views = exchanges.iter().flat_map(records);
    let whole = views.filter(|view| view["life_cycle_state"].is_string());
    whole.flat_map(|view| names_of(view).map(move |name| (name, view))).collect()
}

fn names_of(view: &Value) -> impl Iterator<Item = &str> {
    let names = ["id", "number"].into_iter();
    names.filter_map(|name| view[name].as_str())
}

impl Missing {
    fn add_call(
        &mut self,
        operation: Operation,
        call: &Value,
        view: &Value,
        ended: &Value,
        world: &WorldSpec,
    ) {
        let code = ended["error_code"].as_str().unwrap_or_default();
        // What Conax did not know in the recording it must not know here.
        let is_loaded = !code.contains("NOT_FOUND");
        let mut subscription = self.subscription(&call["subscription_identifier"], view, world);
        if let Some(service) = self.service(&call["service_identifier"], view, world) {
            if let Some(subscription) = &mut subscription {
                subscription.services.insert(service);
            }
            self.load_product(view, world);
        }
        let mut items = Vec::new();
        items.extend(self.smartcard(&call["smartcard_identifier"], view, world));
        items.extend(self.set(&call["smartcard_set"], ItemClassification::Smartcard, world));
        items.extend(self.set(&call["stb_set"], ItemClassification::Stb, world));
        for item in &items {
            if is_loaded {
                self.load(item, world);
            }
            if let Some(subscription) = &mut subscription {
                subscription.items.insert(item.serial.clone());
            }
        }
        if operation == Operation::AddToExistingPairing && ended["life_cycle_state"] == "COMPLETED"
        {
            self.pair(parameter(view, "existing_smartcard_ca_id"), world);
        }
        if let Some(subscription) = subscription {
            self.keep(subscription, world);
        }
    }

    /// The subscription an identifier names, with nothing in it.
    fn subscription(
        &mut self,
        identifier: &Value,
        view: &Value,
        world: &WorldSpec,
    ) -> Option<Subscription> {
        let (field, value) = named(identifier)?;
        let is_it = |one: &&SubscriptionSpec| match field {
            "id" => one.id == value,
            _ => one.number == value,
        };
        if let Some(known) = world.subscriptions.iter().find(is_it) {
            return Some(Subscription { id: known.id.clone(), ..Subscription::default() });
        }
        let known = self.subscriptions.values().find(|one| match field {
            "id" => one.id == value,
            _ => one.number.as_deref() == Some(value),
        });
        let (id, number) = match known {
            Some(known) => (known.id.clone(), known.number.clone()),
            None if field == "id" => (value.to_owned(), Some(format!("S{}", self.next()))),
            None => (self.made_up_id("50"), Some(value.to_owned())),
        };
        let link =
            |(printed, called): (&str, &'static str)| Some((called, parameter(view, printed)?));
        Some(Subscription {
            id,
            number,
            links: LINKS.into_iter().filter_map(link).collect(),
            ..Subscription::default()
        })
    }

    /// Adds to a subscription what it lacks.
    fn keep(&mut self, mut subscription: Subscription, world: &WorldSpec) {
        let known = world.subscriptions.iter().find(|one| one.id == subscription.id);
        if let Some(known) = known {
            let is_service = |code: &String| known.services.contains(code);
            let holds = |serial: &String| {
                let mut others = world.subscriptions.iter();
                others.any(|one| one.installed_items.contains(serial))
            };
            subscription.services.retain(|code| !is_service(code));
            subscription.items.retain(|serial| !holds(serial));
            if subscription.services.is_empty() && subscription.items.is_empty() {
                return;
            }
        } else if !self.subscriptions.contains_key(&subscription.id) {
            let name = subscription.number.clone().unwrap_or_default();
            self.guesses.push(format!(
                "the world has no subscription {name}; its services and items are those of the calls"
            ));
        }
        let kept = self.subscriptions.entry(subscription.id.clone()).or_default();
        kept.id = subscription.id;
        kept.number = subscription.number;
        kept.links.extend(subscription.links);
        kept.services.extend(subscription.services);
        kept.items.extend(subscription.items);
    }

    /// The code of the service an identifier names.
    fn service(&mut self, identifier: &Value, view: &Value, world: &WorldSpec) -> Option<String> {
        let (field, value) = named(identifier)?;
        let is_it = |one: &&ProductOnSale| match field {
            "id" => &*one.id == value,
            "code" => &*one.code == value,
            _ => one.alternative_code.as_deref() == Some(value),
        };
        if let Some(known) = world.services.iter().find(is_it) {
            return Some(known.code.to_string());
        }
        let ca_id = parameter(view, "service_ca_id");
        let code = match field {
            "code" => value.to_owned(),
            _ => format!("SERVICE-{value}"),
        };
        if !self.services.contains_key(&code) {
            let id = match field {
                "id" => value.to_owned(),
                _ => self.made_up_id("5E"),
            };
            let mut fields = vec![("id", Outline::text(&id)), ("code", word(&code))];
            if field == "alternative_code" {
                fields.push(("alternative_code", word(value)));
            }
            fields.extend(ca_id.map(|ca_id| ("ca_id", word(&ca_id))));
            self.services.insert(code.clone(), map(fields));
            self.guesses.push(format!(
                "the world has no service {value}; its CA id is the one that was sent"
            ));
        }
        Some(code)
    }

    fn load_product(&mut self, view: &Value, world: &WorldSpec) {
        let product = parameter(view, "service_ca_id");
        let is_known = |id: &String| world.cas.products.iter().any(|one| one.id.as_str() == id);
        self.products.extend(product.filter(|id| !is_known(id)));
    }

    /// The smartcard an identifier names.
    fn smartcard(&mut self, identifier: &Value, view: &Value, world: &WorldSpec) -> Option<Item> {
        let (field, value) = named(identifier)?;
        let is_it = |one: &&InstalledItem| match field {
            "id" => &*one.id == value,
            "serial_number" => &*one.serial_number == value,
            "alternative_code" => one.alternative_code.as_deref() == Some(value),
            _ => one.ca_id.as_deref() == Some(value),
        };
        if let Some(known) = world.installed_items.iter().find(is_it) {
            return Some(Item::of(known));
        }
        let printed = parameter(view, "existing_smartcard_ca_id");
        let ca_id = printed.or_else(|| parameter(view, "smartcard_ca_id"));
        let ca_id = ca_id.unwrap_or_else(|| value.to_owned());
        let serial = match field {
            "serial_number" => value.to_owned(),
            _ => ca_id.clone(),
        };
        let item = Item { serial, ca_id, classification: ItemClassification::Smartcard };
        let (mut id, mut alternative_code) = (None, None);
        match field {
            "id" => id = Some(value),
            "alternative_code" => alternative_code = Some(value),
            _ => {}
        }
        self.add_item(&item, id, alternative_code);
        Some(item)
    }

    /// The items of a set.
    fn set(
        &mut self,
        set: &Value,
        classification: ItemClassification,
        world: &WorldSpec,
    ) -> Vec<Item> {
        let names = set.as_array().into_iter().flatten();
        let ca_ids = names.filter_map(|one| one.as_object()?.values().next()?.as_str());
        let mut items = Vec::new();
        for ca_id in ca_ids {
            let mut all = world.installed_items.iter();
            match all.find(|one| one.ca_id.as_deref() == Some(ca_id)) {
                Some(known) => items.push(Item::of(known)),
                None => {
                    let item =
                        Item { serial: ca_id.to_owned(), ca_id: ca_id.to_owned(), classification };
                    self.add_item(&item, None, None);
                    items.push(item);
                }
            }
        }
        items
    }

    fn add_item(&mut self, item: &Item, id: Option<&str>, alternative_code: Option<&str>) {
        if self.items.contains_key(&item.serial) {
            return;
        }
        let id = id.map_or_else(|| self.made_up_id("17"), str::to_owned);
        let kind = match item.classification {
            ItemClassification::Stb => "stb",
            ItemClassification::Smartcard | ItemClassification::Other => "smartcard",
        };
        let mut fields = vec![
            ("id", Outline::text(&id)),
            ("serial_number", Outline::text(&item.serial)),
            ("ca_id", Outline::text(&item.ca_id)),
            ("classification", word(kind)),
        ];
        fields.extend(alternative_code.map(|code| ("alternative_code", Outline::text(code))));
        self.items.insert(item.serial.clone(), map(fields));
        self.guesses.push(format!(
            "the world has no {kind} {}; that Conax knows it is guessed",
            item.serial
        ));
    }

    fn load(&mut self, item: &Item, world: &WorldSpec) {
        // What the world has, it has on purpose, or not.
        if !self.items.contains_key(&item.serial) {
            return;
        }
        let ca_id = item.ca_id.clone();
        let cas = &world.cas;
        match item.classification {
            ItemClassification::Stb
                if !cas.pairing_modules.iter().any(|one| one.id.as_str() == ca_id) =>
            {
                self.modules.insert(ca_id);
            }
            ItemClassification::Smartcard if !cas.smartcards.iter().any(|one| one.id == ca_id) => {
                self.smartcards.insert(ca_id);
            }
            _ => {}
        }
    }

    /// A pairing that must have been there: something was added to it.
    fn pair(&mut self, card: Option<String>, world: &WorldSpec) {
        let Some(card) = card else { return };
        let mut pairings = world.cas.pairings.iter();
        if !pairings.any(|one| one.smartcards.contains(&card)) && self.pairings.insert(card.clone())
        {
            self.guesses.push(format!("what smartcard {card} was paired with before is guessed"));
        }
    }

    const fn next(&mut self) -> usize {
        self.made_up += 1;
        self.made_up
    }

    fn made_up_id(&mut self, kind: &str) -> String {
        format!("FEED{kind}{:026X}", self.next())
    }

    /// The additions as a scenario writes them, to what it starts from; nothing if there are none.
    pub(super) fn outline(&self, from: &str) -> Outline {
        let ids = |ids: &BTreeSet<String>| {
            let ids: Vec<&String> = ids.iter().collect();
            Outline::list(&ids, |id| map(vec![("id", Outline::text(id))]))
        };
        let texts = |texts: &BTreeSet<String>| {
            let texts: Vec<&String> = texts.iter().collect();
            Outline::list(&texts, |text| Outline::text(text))
        };
        let subscriptions: Vec<&Subscription> = self.subscriptions.values().collect();
        let subscription = |one: &&Subscription| {
            let link = |name: &str| Outline::optional_text(one.links.get(name));
            Outline::map([
                ("id", Outline::text(&one.id)),
                ("number", Outline::optional_text(one.number.as_ref())),
                (LINKS[0].1, link(LINKS[0].1)),
                (LINKS[1].1, link(LINKS[1].1)),
                (LINKS[2].1, link(LINKS[2].1)),
                ("services", texts(&one.services)),
                ("installed_items", texts(&one.items)),
            ])
        };
        let pairings: Vec<&String> = self.pairings.iter().collect();
        let before = |card: &&String| Outline::text(&format!("before-{card}"));
        let mut modules = match ids(&self.modules) {
            Outline::List(modules) => modules,
            _ => Vec::new(),
        };
        modules.extend(pairings.iter().map(|card| map(vec![("id", before(card))])));
        let cas = Outline::map([
            ("products", ids(&self.products)),
            ("smartcards", ids(&self.smartcards)),
            ("pairing_modules", Outline::List(modules)),
            (
                "pairings",
                Outline::list(&pairings, |card| {
                    let one = |outline: Outline| Outline::List(vec![outline]);
                    map(vec![
                        ("smartcards", one(Outline::text(card))),
                        ("pairing_modules", one(before(card))),
                    ])
                }),
            ),
        ]);
        let fields = Outline::map([
            ("organisation", Outline::optional_text(self.organisation.as_ref())),
            ("users", Outline::List(self.users.clone())),
            ("services", Outline::List(self.services.values().cloned().collect())),
            ("subscriptions", Outline::list(&subscriptions, subscription)),
            ("installed_items", Outline::List(self.items.values().cloned().collect())),
            ("provisioning_requests", Outline::List(self.requests.clone())),
            ("cas", cas),
        ]);
        match fields {
            Outline::Map(fields) if !fields.is_empty() => {
                let from = ("from".to_owned(), word(from));
                Outline::Map([from].into_iter().chain(fields).collect())
            }
            _ => Outline::Null,
        }
    }
}

/// A smartcard or a set-top box.
struct Item {
    serial: String,
    ca_id: String,
    classification: ItemClassification,
}

impl Item {
    fn of(spec: &InstalledItem) -> Self {
        Self {
            serial: spec.serial_number.to_string(),
            ca_id: spec.ca_id.as_deref().unwrap_or_default().to_owned(),
            classification: spec.classification,
        }
    }
}

/// The one field by which an identifier names its record.
fn named(identifier: &Value) -> Option<(&str, &str)> {
    let (field, value) = identifier.as_object()?.iter().next()?;
    Some((field, value.as_str()?))
}

/// The value of the first item of this name.
fn parameter(view: &Value, name: &str) -> Option<String> {
    let items = view["parameters_set"].as_array()?;
    let value = items.iter().find_map(|item| item[name].as_str())?;
    Some(value.to_owned())
}
