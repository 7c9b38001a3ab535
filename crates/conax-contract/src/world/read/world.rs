//! The outermost keys of a world file, and the checks that need the whole file.

use std::collections::BTreeMap;

use super::reading::{Masks, Reading, report_repeated};
use super::{cas, crm, record};
use crate::text::{
    Fields, Finding, Findings, Marked, Placed, fields, flag, number, placed, read, shown, text,
    untold_digits,
};
use crate::world::spec::{ProviderSpec, WorldSpec};

impl WorldSpec {
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
        let name = fields.required("world", world_name);
        let description = fields.optional("description", text);
        let organisation = fields.optional("organisation", text);
        let next_number = fields.optional("next_request_number", placed(number(1..=u64::MAX >> 1)));
        let world = WorldSpec {
            name: name.unwrap_or_default(),
            description,
            organisation: organisation
                .unwrap_or_else(|| WorldSpec::DEFAULT_ORGANISATION.to_owned()),
            next_request_number: 0,
            provider: fields.optional("provider", read_provider).unwrap_or_default(),
            magic_smartcards: fields.optional("magic_smartcards", flag).unwrap_or(false),
            units: crm::read_units(fields, reading),
            users: crm::read_users(fields, reading),
            web_api_keys: crm::read_web_api_keys(fields, reading),
            tokens: crm::read_tokens(fields, reading),
            services: crm::read_services(fields, reading),
            subscriptions: crm::read_subscriptions(fields, reading),
            installed_items: crm::read_installed_items(fields, reading),
            provisioning_requests: record::read_records(fields, reading),
            cas: cas::read_cas(fields, reading).unwrap_or_default(),
        };
        let next_request_number = next_request_number(next_number, reading, fields);
        Some(WorldSpec { next_request_number, ..world })
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
        let hint = "use up to 64 letters, digits, `-`, `_` and `.`";
        findings.add(Finding::new(marked.span, message).with_hint(hint));
    }
    Some(name)
}

fn read_provider(marked: &Marked, findings: &mut Findings) -> Option<ProviderSpec> {
    fields(marked, findings, "the provider", |fields| {
        let effective = fields.optional("effective", flag).unwrap_or(true);
        Some(ProviderSpec { effective })
    })
}

/// The number given, or one above the highest in use; a finding if it is in use already.
fn next_request_number(
    given: Option<Placed<u64>>,
    reading: &Reading,
    fields: &mut Fields<'_, '_>,
) -> u64 {
    let highest = reading.request_numbers.iter().max_by_key(|number| number.value);
    let Some(given) = given else {
        return highest.map_or(1, |highest| highest.value.saturating_add(1));
    };
    if let Some(highest) = highest.filter(|highest| highest.value >= given.value) {
        let (number, line) = (highest.value, highest.span.start.line);
        let message = format!("the provisioning request on line {line} has number {number}");
        let hint = format!("write a number above {number}, or leave the key out");
        fields.findings.add(Finding::new(given.span, message).with_hint(hint));
    }
    given.value
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
