//! A whole world: its outermost keys, and the checks that need the whole file.

use std::collections::BTreeMap;

use conax_model::crm::{InstalledItem, ProductOnSale, Unit};

use super::cas::CasSpec;
use super::crm::{SubscriptionSpec, TokenSpec, UserSpec, WebApiKeySpec, units};
use super::mask::Secrets;
use super::reading::{Masks, Reading, report_repeated};
use super::request::ProvisioningRequestSpec;
use super::table::{Record, Written, optional, or, or_usual, part, parts, record};
use crate::text::{
    Fields, Finding, Findings, Marked, Outline, fields, flag, number, placed, read, shown, text,
    untold_digits,
};

record! {
    /// A starting state of both systems, as a `*.world.yaml` file describes it.
    ///
    /// A parsed world is consistent: ids are unique and what is referred to exists. One exception is
    /// on purpose: a CA id of the CRM side need not be known to the CAS side, because a card that is
    /// not loaded at Conax is a case worth testing.
    pub struct WorldSpec {
        /// The name of the world, by which scenarios and commands refer to it (key `world`).
        name ("world"): String = |fields: &mut Fields<'_, '_>, key, _: &mut Reading| {
            // Without a name the rest is checked all the same.
            Some(fields.required(key, world_name).unwrap_or_default())
        };
        /// A sentence or two for people.
        description: Option<String> = optional(text);
        /// The organisation to log in to; absent in the file: [`WorldSpec::DEFAULT_ORGANISATION`].
        organisation: String = or(WorldSpec::DEFAULT_ORGANISATION.to_owned(), text);
        /// The number the next provisioning request gets; absent in the file: one above the highest
        /// number among the records, or 1.
        next_request_number: u64 = next_request_number;
        /// The provisioning provider as the CRM side has it set up.
        provider: ProviderSpec = part("the provider");
        /// Whether the magic smartcards are installed, on a subscription of their own, and loaded at
        /// Conax (key `magic_smartcards`; see [`crate::fault::magic_cards`]). Ours.
        magic_smartcards: bool = or_usual(flag);
        /// Units of the organisation.
        units: Vec<Unit> = units;
        /// People and programs that may log in.
        users: Vec<UserSpec> = parts("a user");
        /// Keys for the key login.
        web_api_keys: Vec<WebApiKeySpec> = parts("a web API key");
        /// Tokens that are valid from the start and never expire.
        tokens: Vec<TokenSpec> = parts("a token");
        /// Products of the CRM side; those classified as a service can be provisioned.
        services: Vec<ProductOnSale> = parts("a service");
        /// Subscriptions with their services and installed items.
        subscriptions: Vec<SubscriptionSpec> = parts("a subscription");
        /// Smartcards, set-top boxes and other things at customers.
        installed_items: Vec<InstalledItem> = parts("an installed item");
        /// Provisioning requests that exist from the start.
        provisioning_requests: Vec<ProvisioningRequestSpec> = parts("a provisioning request");
        /// The Conax side.
        cas: CasSpec = part("the CAS side");
    }
}

impl WorldSpec {
    /// The organisation of a world that names none.
    // Attested: the organisation of the documented login example.
    pub const DEFAULT_ORGANISATION: &str = "CRMDEMO";

    /// Whether this is a name for a world: names stand in addresses, where `.` and `..` are others,
    /// and on command lines.
    #[must_use]
    pub fn is_name(text: &str) -> bool {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=64).contains(&text.len()) && text.bytes().all(allowed) && ![".", ".."].contains(&text)
    }

    /// A world of this name with nothing in it.
    #[must_use]
    pub fn empty(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: None,
            organisation: Self::DEFAULT_ORGANISATION.to_owned(),
            next_request_number: 1,
            provider: ProviderSpec::default(),
            magic_smartcards: false,
            units: Vec::new(),
            users: Vec::new(),
            web_api_keys: Vec::new(),
            tokens: Vec::new(),
            services: Vec::new(),
            subscriptions: Vec::new(),
            installed_items: Vec::new(),
            provisioning_requests: Vec::new(),
            cas: CasSpec::default(),
        }
    }

    /// Reads a world file: YAML, or JSON with the same keys.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the file. A secret that is only a mask is
    /// wrong here; see [`WorldSpec::parse_masked`].
    pub fn parse(source: &str) -> Result<Self, Vec<Finding>> {
        parse_with(Masks::Refused, source)
    }

    /// Reads a world from a tree that may have been put together from several files.
    pub fn from_tree(root: &Marked, findings: &mut Findings) -> Option<Self> {
        read_world(root, &mut Reading::new(Masks::Refused), findings)
    }

    /// Like [`WorldSpec::parse`] for a world that was written with masked secrets and comes back.
    /// Before it is used, [`WorldSpec::unmask`] must fill them in.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the file.
    pub fn parse_masked(source: &str) -> Result<Self, Vec<Finding>> {
        parse_with(Masks::Allowed, source)
    }

    /// The world as a world file. With [`Secrets::Shown`] reading it gives the same world again.
    #[must_use]
    pub fn to_yaml(&self, secrets: Secrets) -> String {
        self.outline(secrets).to_yaml()
    }

    /// The world with the keys of a world file, to be written as YAML or serialized as JSON.
    #[must_use]
    pub fn outline(&self, secrets: Secrets) -> Outline {
        Written::outline(self, secrets)
    }
}

record! {
    /// The provisioning provider as the CRM side has it set up.
    #[derive(Copy)]
    pub struct ProviderSpec {
        /// Whether commands are sent at all (Attested: `provider.not-effective`); absent in the file: yes.
        effective: bool = or(true, flag);
    }
}

impl Default for ProviderSpec {
    fn default() -> Self {
        Self { effective: true }
    }
}

fn parse_with(masks: Masks, source: &str) -> Result<WorldSpec, Vec<Finding>> {
    let mut findings = Findings::new();
    let world = read(source, &mut findings).and_then(|root| {
        let world = read_world(&root, &mut Reading::new(masks), &mut findings);
        if !findings.is_empty() {
            untold_digits(&root, &mut findings);
        }
        world
    });
    findings.into_result(world)
}

fn read_world(root: &Marked, reading: &mut Reading, findings: &mut Findings) -> Option<WorldSpec> {
    let world = fields(root, findings, "a world", |fields| {
        // For editors; it says nothing about the world.
        let _schema = fields.optional("$schema", text);
        let mut world = WorldSpec::read(fields, reading)?;
        check_next_number(&mut world, reading, fields);
        Some(world)
    });
    if world.is_some() {
        reading.names.resolve(findings);
        check_services_used(reading, findings);
        check_items_used(reading, findings);
    }
    world
}

fn world_name(marked: &Marked, findings: &mut Findings) -> Option<String> {
    let name = text(marked, findings)?;
    if !WorldSpec::is_name(&name) {
        let message = format!("{} is not a name for a world", shown(&name));
        let hint = "use up to 64 letters, digits, `-`, `_` and `.`, but not `.` or `..`";
        findings.add(Finding::new(marked.span, message).with_hint(hint));
    }
    Some(name)
}

/// The number given; without one it follows from the records.
fn next_request_number(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    reading: &mut Reading,
) -> Option<u64> {
    reading.next_number = fields.optional(key, placed(number(1..=u64::MAX >> 1)));
    Some(reading.next_number.as_ref().map_or(0, |number| number.value))
}

/// One above the highest number in use, unless one is given; a finding if that is in use already.
fn check_next_number(world: &mut WorldSpec, reading: &Reading, fields: &mut Fields<'_, '_>) {
    let highest = reading.request_numbers.iter().max_by_key(|number| number.value);
    let Some(given) = &reading.next_number else {
        let next = highest.map_or(1, |highest| highest.value.saturating_add(1));
        world.next_request_number = next;
        return;
    };
    if let Some(highest) = highest.filter(|highest| highest.value >= given.value) {
        let (number, line) = (highest.value, highest.span.start.line);
        let message = format!("the provisioning request on line {line} has number {number}");
        let hint = format!("write a number above {number}, or leave the key out");
        fields.findings.add(Finding::new(given.span, message).with_hint(hint));
    }
}

fn check_services_used(reading: &Reading, findings: &mut Findings) {
    for service in &reading.services_used {
        if reading.no_services.contains(&service.value) {
            let message = format!("{} is not a service", shown(&service.value));
            let hint = "a subscription holds products with `classification: service`";
            findings.add(Finding::new(service.span, message).with_hint(hint));
        }
    }
}

/// An item is at one customer.
fn check_items_used(reading: &Reading, findings: &mut Findings) {
    let mut first_uses: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (subscription, item) in &reading.items_used {
        let Some(position) = reading.item_positions.get(&item.value) else {
            continue;
        };
        let Some((first_subscription, first_line)) = first_uses.get(position) else {
            first_uses.insert(*position, (*subscription, item.span.start.line));
            continue;
        };
        let where_to = if first_subscription == subscription {
            "twice on this subscription"
        } else {
            "on two subscriptions"
        };
        let again = format!("installed item {} is {where_to}", shown(&item.value));
        report_repeated(again, *first_line, item.span, findings);
    }
}
