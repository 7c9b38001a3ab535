//! What exists at a target: the small file a verification needs, and where else it comes from.

use std::collections::BTreeMap;
use std::time::Duration;

use conax_contract::crm::IdentifierKind;
use conax_contract::text::{Fields, Finding, Findings, Marked, duration, fields, read, text};
use conax_contract::world::{
    CardState, CasSmartcardSpec, InstalledItem, ItemClassification, ProductClassification,
    ProductOnSale, SubscriptionSpec, WorldSpec,
};
use serde_json::{Map, Value};

/// How long requests may take until they are sent, if the file says nothing.
const USUAL_PATIENCE: Duration = Duration::from_secs(30);

/// A record by the keys it is known under, such as `id` and `number`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    keys: BTreeMap<String, String>,
    /// Its CA id, if it is known.
    pub ca_id: Option<String>,
}

impl Named {
    /// The identifier by its first key of these.
    #[must_use]
    pub fn identifier(&self) -> Value {
        let order = ["number", "code", "serial_number", "id", "alternative_code"];
        let first = order.iter().find_map(|key| self.by(key));
        first.unwrap_or(Value::Null)
    }

    /// The identifier by this key, if it is known under it.
    #[must_use]
    pub fn by(&self, key: &str) -> Option<Value> {
        let value = self.keys.get(key)?;
        let value = Value::String(value.clone());
        Some(Value::Object(Map::from_iter([(key.to_owned(), value)])))
    }

    /// The keys it is known under, each with its value.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.keys.iter();
        pairs.map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The keys it is known under.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }

    /// How it is called in sentences.
    #[must_use]
    pub fn label(&self) -> String {
        let identifier = self.identifier();
        let value = identifier.as_object().and_then(|members| members.values().next());
        value.and_then(Value::as_str).unwrap_or("?").to_owned()
    }

    /// Its value under this key, or its CA id.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        match key {
            "ca_id" => self.ca_id.as_deref(),
            key => self.keys.get(key).map(String::as_str),
        }
    }

    /// A subscription of a world of ours.
    #[must_use]
    pub fn of_subscription(one: &SubscriptionSpec) -> Self {
        Self::of([("id", Some(one.id.as_str())), ("number", Some(one.number.as_str()))], None)
    }

    /// A service of a world of ours.
    #[must_use]
    pub fn of_service(one: &ProductOnSale) -> Self {
        let alternative_code = one.alternative_code.as_deref();
        let keys = [
            ("id", Some(&*one.id)),
            ("code", Some(&*one.code)),
            ("alternative_code", alternative_code),
        ];
        Self::of(keys, one.ca_id.as_deref())
    }

    /// A smartcard or a set-top box of a world of ours.
    #[must_use]
    pub fn of_item(one: &InstalledItem) -> Self {
        let keys = [
            ("id", Some(&*one.id)),
            ("serial_number", Some(&*one.serial_number)),
            ("alternative_code", one.alternative_code.as_deref()),
        ];
        Self::of(keys, one.ca_id.as_deref())
    }

    /// Something of which only the CA id is known.
    #[must_use]
    pub fn of_ca_id(ca_id: &str) -> Self {
        Self::of([], Some(ca_id))
    }

    fn of<const N: usize>(keys: [(&str, Option<&str>); N], ca_id: Option<&str>) -> Self {
        let known = keys.iter();
        let known =
            known.filter_map(|(key, value)| Some(((*key).to_owned(), (*value)?.to_owned())));
        Self { keys: known.collect(), ca_id: ca_id.map(str::to_owned) }
    }
}

/// Who logs in; the password is no part of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginWorld {
    /// The user.
    pub username: String,
    /// The organisation.
    pub organisation: String,
    /// A unit, by its id.
    pub unit: Option<String>,
}

/// What exists at a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetWorld {
    /// Who logs in.
    pub login: Option<LoginWorld>,
    /// A subscription the requests are for.
    pub subscription: Option<Named>,
    /// A service of it.
    pub service: Option<Named>,
    /// Smartcards of it.
    pub smartcards: Vec<Named>,
    /// CA ids of set-top boxes of it.
    pub stbs: Vec<String>,
    /// A product that is no service.
    pub no_service: Option<Named>,
    /// An item that is no smartcard.
    pub no_smartcard: Option<Named>,
    /// A service that is not on the subscription.
    pub service_elsewhere: Option<Named>,
    /// A smartcard that is not on the subscription.
    pub smartcard_elsewhere: Option<Named>,
    /// An order the API takes and Conax rejects.
    pub rejected: Option<RejectedWorld>,
    /// How long requests may take until they are sent.
    pub timeouts: Option<Duration>,
}

impl TargetWorld {
    /// Every key and CA id of its records.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let order = self.rejected.as_ref();
        let order = order.map(|order| [&order.subscription, &order.service, &order.smartcard]);
        let named = [
            &self.subscription,
            &self.service,
            &self.no_service,
            &self.no_smartcard,
            &self.service_elsewhere,
            &self.smartcard_elsewhere,
        ];
        let named = named.into_iter().flatten();
        let named = named.chain(&self.smartcards).chain(order.into_iter().flatten());
        let texts = named.flat_map(|named| {
            let keys = named.pairs().map(|(_, text)| text);
            keys.chain(named.ca_id.as_deref())
        });
        texts.chain(self.stbs.iter().map(String::as_str))
    }
}

/// An order the API takes and Conax rejects, such as one for a blocked smartcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedWorld {
    /// The subscription.
    pub subscription: Named,
    /// A service of it.
    pub service: Named,
    /// A smartcard of it.
    pub smartcard: Named,
}

impl TargetWorld {
    /// Reads a file; everything that is wrong with it at once.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(source: &str) -> Result<Self, Vec<Finding>> {
        let mut findings = Findings::new();
        let marked = read(source, &mut findings);
        let world = marked.and_then(|marked| {
            fields(&marked, &mut findings, "what exists at a target", |fields| {
                Some(Self::read(fields))
            })
        });
        findings.into_result(world)
    }

    fn read(all: &mut Fields<'_, '_>) -> Self {
        let mut one = |key, kind| all.optional(key, named(kind));
        Self {
            subscription: one("subscription", IdentifierKind::Subscription),
            service: one("service", IdentifierKind::Service),
            no_service: one("no_service", IdentifierKind::Service),
            no_smartcard: one("no_smartcard", IdentifierKind::Smartcard),
            service_elsewhere: one("service_elsewhere", IdentifierKind::Service),
            smartcard_elsewhere: one("smartcard_elsewhere", IdentifierKind::Smartcard),
            login: all.optional("login", |marked, findings| {
                fields(marked, findings, "a login", |fields| {
                    Some(LoginWorld {
                        username: fields.required("username", text)?,
                        organisation: fields.required("organisation", text)?,
                        unit: fields.optional("unit", text),
                    })
                })
            }),
            smartcards: all.list("smartcards", named(IdentifierKind::Smartcard)),
            stbs: all.list("stbs", text),
            rejected: all.optional("rejected", |marked, findings| {
                fields(marked, findings, "an order", |fields| {
                    Some(RejectedWorld {
                        subscription: fields
                            .required("subscription", named(IdentifierKind::Subscription))?,
                        service: fields.required("service", named(IdentifierKind::Service))?,
                        smartcard: fields
                            .required("smartcard", named(IdentifierKind::Smartcard))?,
                    })
                })
            }),
            timeouts: all.optional("patience", duration),
        }
    }

    /// What a world of conax-sim has that serves: a subscription with a service, smartcards and
    /// set-top boxes, and what is not on it.
    #[must_use]
    pub fn of(spec: &WorldSpec) -> Self {
        let fit = spec.subscriptions.iter().max_by_key(|subscription| {
            let cards = spec.installed_items.iter().filter(|item| {
                works_at_conax(spec, item)
                    && subscription.installed_items.iter().any(|one| **one == *item.serial_number)
            });
            (cards.count(), subscription.services.len())
        });
        let Some(subscription) = fit else {
            return Self::default();
        };
        let is_here = |item: &&InstalledItem| {
            subscription.installed_items.iter().any(|one| **one == *item.serial_number)
        };
        let services = || spec.services.iter();
        let on_it = |service: &&ProductOnSale| {
            subscription.services.iter().any(|one| **one == *service.code)
        };
        let is_service =
            |service: &&ProductOnSale| service.classification == ProductClassification::Service;
        let is_card = |item: &&InstalledItem| item.classification == ItemClassification::Smartcard;
        let items = || spec.installed_items.iter();
        // The one with the most keys lets the most be tested.
        let best = services()
            .filter(on_it)
            .filter(is_service)
            .max_by_key(|service| service.alternative_code.is_some());
        let mut cards: Vec<&InstalledItem> = items()
            .filter(is_here)
            .filter(is_card)
            .filter(|item| works_at_conax(spec, item))
            .collect();
        // So does one whose CA id is none of its keys.
        let is_plain = |item: &InstalledItem| item.ca_id.as_ref() == Some(&item.serial_number);
        cards.sort_by_key(|item| (is_plain(item), item.alternative_code.is_none()));
        Self {
            login: spec
                .users
                .iter()
                .find(|user| user.password.is_some())
                .or(spec.users.first())
                .map(|user| LoginWorld {
                    username: user.user.username.to_string(),
                    organisation: spec.organisation.clone(),
                    unit: spec.units.last().map(|unit| unit.id.to_string()),
                }),
            subscription: Some(Named::of_subscription(subscription)),
            service: best.map(Named::of_service),
            smartcards: cards.into_iter().map(Named::of_item).collect(),
            stbs: items()
                .filter(is_here)
                .filter(|item| item.classification == ItemClassification::Stb)
                .filter_map(|item| item.ca_id.as_deref().map(str::to_owned))
                .collect(),
            no_service: services().find(|service| !is_service(service)).map(Named::of_service),
            no_smartcard: items().find(|item| is_here(item) && !is_card(item)).map(Named::of_item),
            service_elsewhere: services()
                .find(|service| is_service(service) && !on_it(service))
                .map(Named::of_service),
            smartcard_elsewhere: items()
                .find(|item| is_card(item) && !is_here(item))
                .map(Named::of_item),
            rejected: rejected(spec),
            timeouts: None,
        }
    }

    /// How long requests may take until they are sent.
    #[must_use]
    pub fn timeouts(&self) -> Duration {
        self.timeouts.unwrap_or(USUAL_PATIENCE)
    }
}

/// A smartcard that is blocked or retired at Conax, with a service of its subscription.
fn rejected(spec: &WorldSpec) -> Option<RejectedWorld> {
    let is_refused = |item: &&InstalledItem| {
        let known = |card: &&CasSmartcardSpec| Some(card.id.as_str()) == item.ca_id.as_deref();
        let card = spec.cas.smartcards.iter().find(known);
        card.is_some_and(|card| matches!(card.state, CardState::Blocked | CardState::Retired))
    };
    let item = spec.installed_items.iter().find(is_refused)?;
    let subscription = spec.subscriptions.iter().find(|subscription| {
        subscription.installed_items.iter().any(|one| **one == *item.serial_number)
    })?;
    let code = subscription.services.first()?;
    let service = spec.services.iter().find(|service| *service.code == **code)?;
    Some(RejectedWorld {
        subscription: Named::of_subscription(subscription),
        service: Named::of_service(service),
        smartcard: Named::of_item(item),
    })
}

/// Whether Conax takes orders for a smartcard of a world of ours.
#[must_use]
pub fn works_at_conax(spec: &WorldSpec, item: &InstalledItem) -> bool {
    let known =
        spec.cas.smartcards.iter().find(|card| Some(card.id.as_str()) == item.ca_id.as_deref());
    let own = spec.cas.domains.first().map(|domain| domain.name.as_str());
    known.is_some_and(|card| {
        matches!(card.state, CardState::Stock | CardState::InUse)
            && own.is_none_or(|own| card.domain == own)
    })
}

/// Reads a record by the keys that identifiers of its kind have, and its CA id.
fn named(kind: IdentifierKind) -> impl Fn(&Marked, &mut Findings) -> Option<Named> {
    move |marked, findings| {
        fields(marked, findings, "a record by its keys, such as { id: \"…\" }", |fields| {
            let mut keys = BTreeMap::new();
            for field in kind.fields() {
                if let Some(value) = fields.optional(field.code(), text) {
                    keys.insert(field.code().to_owned(), value);
                }
            }
            let ca_id = fields.optional("ca_id", text);
            if keys.is_empty() {
                fields.refuse("it is named by no key", "give at least one");
                return None;
            }
            Some(Named { keys, ca_id })
        })
    }
}
