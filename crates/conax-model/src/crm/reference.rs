//! What the CRM knows besides provisioning requests: units, users, products, installed items and
//! the subscriptions that tie them together.
//!
//! Look-ups never fall back to another field: a serial number is not searched as a CA id.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::secret::Secret;
use crate::word_list;
use crate::word_list::first_word_is_default;

/// A look-up table nobody iterates.
type Index = HashMap<Arc<str>, usize, FixedState>;

/// An organisational unit of the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Unit {
    /// Id of the unit.
    pub id: Arc<str>,
    /// Name shown to people.
    pub name: Option<Arc<str>>,
    /// Description.
    pub description: Option<Arc<str>>,
    /// Alternative code.
    pub alternative_code: Option<Arc<str>>,
    /// Name of the unit's group.
    pub group_name: Option<Arc<str>>,
    /// Name of the unit's community; records of some builds do not have it (Shown).
    pub community_name: Option<Arc<str>>,
}

/// A person or program that may log in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct User {
    /// Id of the user.
    pub id: Arc<str>,
    /// Login name; compared without case (Inferred from the documented login example).
    pub username: Arc<str>,
    /// Full name.
    pub person_name: Option<Arc<str>>,
    /// E-mail address; null in every documented example.
    pub email: Option<Arc<str>>,
}

/// Who did something, and for which unit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Author {
    /// The user.
    pub user: Arc<User>,
    /// The unit the user was logged in to.
    pub unit: Option<Arc<Unit>>,
}

word_list! {
    /// What a product of the CRM side is.
    pub enum ProductClassification {
        /// A service, which can be provisioned.
        Service = "service", Documented;
        /// A thing that is sold; refused where a service is asked for.
        PhysicalGood = "physical_good", Attested;
        /// Anything else; refused where a service is asked for.
        Other = "other", Ours;
    }
}

first_word_is_default!(ProductClassification);

word_list! {
    /// What an installed item is.
    pub enum ItemClassification {
        /// A smartcard of the provisioning provider.
        Smartcard = "smartcard", Documented;
        /// A set-top box.
        Stb = "stb", Documented;
        /// Anything else, such as an antenna: it cannot be provisioned.
        Other = "other", Ours;
    }
}

/// A product the operator sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductOnSale {
    /// Id of the product.
    pub id: Arc<str>,
    /// Code of the product.
    pub code: Arc<str>,
    /// Alternative code.
    pub alternative_code: Option<Arc<str>>,
    /// What the head-end calls it; always there for a service.
    pub ca_id: Option<Arc<str>>,
    /// Service, or not.
    pub classification: ProductClassification,
}

/// A device the operator has handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledItem {
    /// Id of the item.
    pub id: Arc<str>,
    /// Serial number; not its CA id, though examples exist where both are equal.
    pub serial_number: Arc<str>,
    /// Alternative code.
    pub alternative_code: Option<Arc<str>>,
    /// What the head-end calls it; always there for smartcards and set-top boxes.
    pub ca_id: Option<Arc<str>>,
    /// Smartcard, set-top box or neither.
    pub classification: ItemClassification,
}

/// A subscription: what a customer has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// Id of the subscription.
    pub id: Arc<str>,
    /// Business number of the subscription.
    pub number: Option<Arc<str>>,
    /// Provisioning distribution of its services.
    pub distribution_id: Option<Arc<str>>,
    /// Provisioning distribution of its smartcards.
    pub smartcard_distribution_id: Option<Arc<str>>,
    /// Provisioning distributor of its set-top boxes.
    pub stb_distributor_id: Option<Arc<str>>,
    /// Ids of its products.
    pub products: BTreeSet<Arc<str>>,
    /// Ids of its installed items.
    pub items: BTreeSet<Arc<str>>,
}

/// One field that names a subscription.
#[derive(Clone, Copy, Debug)]
pub enum SubscriptionKey<'a> {
    /// By id.
    Id(&'a str),
    /// By business number.
    Number(&'a str),
}

/// One field that names a product.
#[derive(Clone, Copy, Debug)]
pub enum ServiceKey<'a> {
    /// By id.
    Id(&'a str),
    /// By code.
    Code(&'a str),
    /// By alternative code.
    AlternativeCode(&'a str),
}

/// One field that names an installed item.
#[derive(Clone, Copy, Debug)]
pub enum ItemKey<'a> {
    /// By id.
    Id(&'a str),
    /// By serial number.
    SerialNumber(&'a str),
    /// By alternative code.
    AlternativeCode(&'a str),
    /// By CA id.
    CaId(&'a str),
}

/// Everything the CRM looks up while it answers a call. Never changed by a call.
#[derive(Clone, Debug, Default)]
pub struct ReferenceData {
    units: Vec<Arc<Unit>>,
    unit_by_id: Index,
    logins: HashMap<String, Login, FixedState>,
    keys: HashMap<Secret, Arc<Author>, FixedState>,
    organisation: Option<Arc<str>>,
    products: Vec<ProductOnSale>,
    product_by_id: Index,
    product_by_code: Index,
    product_by_alternative_code: Index,
    items: Vec<InstalledItem>,
    item_by_id: Index,
    item_by_serial_number: Index,
    item_by_alternative_code: Index,
    item_by_ca_id: Index,
    subscriptions: Vec<Subscription>,
    subscription_by_id: Index,
    subscription_by_number: Index,
    subscription_by_item: Index,
}

#[derive(Clone, Debug)]
struct Login {
    password: Option<Secret>,
    author: Arc<Author>,
}

impl ReferenceData {
    /// Data without anything in it; `organisation` is the name a login must give.
    #[must_use]
    pub fn new(organisation: Option<Arc<str>>) -> Self {
        Self { organisation, ..Self::default() }
    }

    /// Adds a unit.
    pub fn add_unit(&mut self, unit: Arc<Unit>) {
        self.unit_by_id.insert(Arc::clone(&unit.id), self.units.len());
        self.units.push(unit);
    }

    /// Adds a user; without a password only tokens and keys let this user in.
    pub fn add_login(&mut self, author: Arc<Author>, password: Option<Secret>) {
        self.logins.insert(author.user.username.to_lowercase(), Login { password, author });
    }

    /// Adds a web API key.
    pub fn add_web_api_key(&mut self, key: Secret, author: Arc<Author>) {
        self.keys.insert(key, author);
    }

    /// Adds a product.
    pub fn add_product(&mut self, product: ProductOnSale) {
        let index = self.products.len();
        insert(&mut self.product_by_id, Some(&product.id), index);
        insert(&mut self.product_by_code, Some(&product.code), index);
        insert(&mut self.product_by_alternative_code, product.alternative_code.as_ref(), index);
        self.products.push(product);
    }

    /// Adds an installed item.
    pub fn add_item(&mut self, item: InstalledItem) {
        let index = self.items.len();
        insert(&mut self.item_by_id, Some(&item.id), index);
        insert(&mut self.item_by_serial_number, Some(&item.serial_number), index);
        insert(&mut self.item_by_alternative_code, item.alternative_code.as_ref(), index);
        insert(&mut self.item_by_ca_id, item.ca_id.as_ref(), index);
        self.items.push(item);
    }

    /// Adds a subscription.
    pub fn add_subscription(&mut self, subscription: Subscription) {
        let index = self.subscriptions.len();
        insert(&mut self.subscription_by_id, Some(&subscription.id), index);
        insert(&mut self.subscription_by_number, subscription.number.as_ref(), index);
        for item in &subscription.items {
            insert(&mut self.subscription_by_item, Some(item), index);
        }
        self.subscriptions.push(subscription);
    }

    /// The unit with this id.
    #[must_use]
    pub fn unit(&self, id: &str) -> Option<&Arc<Unit>> {
        self.unit_by_id.get(id).map(|&index| &self.units[index])
    }

    /// The user a name, a password and an organisation log in; the reason is not told apart, so
    /// that a caller cannot probe for user names.
    #[must_use]
    pub fn log_in(
        &self,
        username: &str,
        password: &str,
        organisation: &str,
    ) -> Option<&Arc<Author>> {
        let known = self.organisation.as_deref().is_none_or(|name| name == organisation);
        let login = self.logins.get(&username.to_lowercase()).filter(|_| known)?;
        let right = login.password.as_ref().is_some_and(|known| known.expose() == password);
        right.then_some(&login.author)
    }

    /// The user a login name belongs to.
    #[must_use]
    pub fn user(&self, username: &str) -> Option<&Arc<Author>> {
        self.logins.get(&username.to_lowercase()).map(|login| &login.author)
    }

    /// The user a web API key belongs to.
    #[must_use]
    pub fn web_api_key(&self, key: &Secret) -> Option<&Arc<Author>> {
        self.keys.get(key)
    }

    /// The product a key names.
    #[must_use]
    pub fn product(&self, key: ServiceKey<'_>) -> Option<&ProductOnSale> {
        let index = match key {
            ServiceKey::Id(id) => self.product_by_id.get(id),
            ServiceKey::Code(code) => self.product_by_code.get(code),
            ServiceKey::AlternativeCode(code) => self.product_by_alternative_code.get(code),
        };
        index.map(|&index| &self.products[index])
    }

    /// The installed item a key names.
    #[must_use]
    pub fn item(&self, key: ItemKey<'_>) -> Option<&InstalledItem> {
        let index = match key {
            ItemKey::Id(id) => self.item_by_id.get(id),
            ItemKey::SerialNumber(number) => self.item_by_serial_number.get(number),
            ItemKey::AlternativeCode(code) => self.item_by_alternative_code.get(code),
            ItemKey::CaId(ca_id) => self.item_by_ca_id.get(ca_id),
        };
        index.map(|&index| &self.items[index])
    }

    /// The subscription the smartcard with this CA id is at.
    #[must_use]
    pub fn subscription_of_card(&self, ca_id: &str) -> Option<&Subscription> {
        let item = self.item(ItemKey::CaId(ca_id))?;
        let index = self.subscription_by_item.get(&item.id)?;
        Some(&self.subscriptions[*index])
    }

    /// The subscription a key names.
    #[must_use]
    pub fn subscription(&self, key: SubscriptionKey<'_>) -> Option<&Subscription> {
        let index = match key {
            SubscriptionKey::Id(id) => self.subscription_by_id.get(id),
            SubscriptionKey::Number(number) => self.subscription_by_number.get(number),
        };
        index.map(|&index| &self.subscriptions[index])
    }
}

fn insert(index: &mut Index, key: Option<&Arc<str>>, position: usize) {
    if let Some(key) = key {
        index.entry(Arc::clone(key)).or_insert(position);
    }
}
