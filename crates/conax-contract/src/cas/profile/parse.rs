//! TOML to profile: sections in, every problem out.
//!
//! A file may name a shipped profile as its `base` and say only what differs. An entry with its
//! source is replaced as a whole, so that a new name never keeps an old source.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::entry::{Entry, NamespaceRule, OperationEntry, Profile, ServiceEntry};
use super::error::ProfileError;
use super::table::{Problems, Section};
use super::{shipped, validate};
use crate::cas::field::{WireElement, fields};
use conax_model::cas::RejectionCause;
use conax_model::command::CommandKind;

use crate::cas::operation::{CasService, operation_key};

const SECTIONS: [&str; 8] = [
    "base",
    "description",
    "namespaces",
    "envelope",
    "services",
    "operations",
    "elements",
    "statuses",
];

pub(super) fn parse(name: &str, text: &str) -> Result<Profile, ProfileError> {
    let mut problems = Problems::default();
    let profile = with_base(name, text, &mut problems)?.map(|table| {
        let profile = read_profile(name, &Section::root(&table), &mut problems);
        if problems.0.is_empty() {
            validate::check(&profile, &mut problems);
        }
        profile
    });
    match profile {
        Some(profile) if problems.0.is_empty() => Ok(profile),
        _ => Err(ProfileError::Invalid { profile: name.to_owned(), problems: problems.0 }),
    }
}

/// The table of the file over the table of its base; nothing if there is no such base, because
/// then everything it would have given seems to be missing.
fn with_base(
    name: &str,
    text: &str,
    problems: &mut Problems,
) -> Result<Option<Table>, ProfileError> {
    let table: Table =
        text.parse().map_err(|source| ProfileError::Syntax { profile: name.to_owned(), source })?;
    if !table.contains_key("base") {
        return Ok(Some(table));
    }
    let base = Section::root(&table).choice("base", &shipped::NAMES, |name| name, problems);
    let Some(base) = base.and_then(shipped::text) else {
        return Ok(None);
    };
    let merged = with_base(name, base, problems)?.map(|mut below| {
        merge(&mut below, table);
        below
    });
    Ok(merged)
}

fn merge(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) if !is_entry(below) => {
                merge(below, above);
            }
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn is_entry(table: &Table) -> bool {
    table.contains_key("source")
}

fn read_profile(name: &str, root: &Section<'_>, problems: &mut Problems) -> Profile {
    root.only(&SECTIONS, problems);
    let envelope = root.section("envelope", problems);
    envelope.only(&["request_suffix", "response_suffix", "common_namespace"], problems);
    Profile {
        name: name.to_owned(),
        description: root.text("description", problems).unwrap_or_default(),
        namespaces: read_rule(root, problems),
        common_namespace: envelope.entry("common_namespace", problems),
        request_suffix: envelope.entry("request_suffix", problems),
        response_suffix: envelope.entry("response_suffix", problems),
        services: read_services(root, problems),
        operations: read_operations(root, problems),
        elements: read_entries(root, "elements", &WireElement::ALL, WireElement::key, problems),
        statuses: read_entries(
            root,
            "statuses",
            &RejectionCause::ALL,
            RejectionCause::code,
            problems,
        ),
    }
}

fn read_rule(root: &Section<'_>, problems: &mut Problems) -> NamespaceRule {
    let name = |rule| match rule {
        NamespaceRule::Any => "any",
        NamespaceRule::Configured => "configured",
    };
    let all = [NamespaceRule::Any, NamespaceRule::Configured];
    root.choice("namespaces", &all, name, problems).unwrap_or(NamespaceRule::Any)
}

fn read_services(
    root: &Section<'_>,
    problems: &mut Problems,
) -> BTreeMap<CasService, ServiceEntry> {
    let services = root.section("services", problems);
    services.only(&CasService::ALL.map(CasService::key), problems);
    let mut read = BTreeMap::new();
    for service in CasService::ALL {
        let section = services.section(service.key(), problems);
        section.only(&["path", "namespace"], problems);
        let entry = ServiceEntry {
            path: section.entry("path", problems),
            namespace: section.entry("namespace", problems),
        };
        read.insert(service, entry);
    }
    read
}

fn read_operations(
    root: &Section<'_>,
    problems: &mut Problems,
) -> BTreeMap<CommandKind, OperationEntry> {
    let operations = root.section("operations", problems);
    operations.only(&CommandKind::ALL.map(operation_key), problems);
    let mut read = BTreeMap::new();
    for operation in CommandKind::ALL {
        let section = operations.section(operation_key(operation), problems);
        section.only(&["name", "aliases", "namespace", "order", "elements"], problems);
        let entry = OperationEntry {
            name: section.entry("name", problems),
            aliases: section.texts("aliases", problems),
            namespace: section.optional_entry("namespace", problems),
            order: read_order(operation, &section, problems),
            elements: read_overrides(&section, problems),
        };
        read.insert(operation, entry);
    }
    read
}

/// The order of an operation's values: as written, or the usual one.
fn read_order(
    operation: CommandKind,
    section: &Section<'_>,
    problems: &mut Problems,
) -> Vec<WireElement> {
    let usual: Vec<_> = fields(operation).iter().map(|field| field.element).collect();
    if section.get("order").is_none() {
        return usual;
    }
    let written = section.texts("order", problems);
    let order: Vec<_> = written.iter().filter_map(|key| WireElement::from_key(key)).collect();
    let (mut wanted, mut given) = (usual.clone(), order.clone());
    wanted.sort_unstable();
    given.sort_unstable();
    if order.len() != written.len() || wanted != given {
        let keys: Vec<_> = usual.iter().map(|element| element.key()).collect();
        let found = format!("is `{}`", written.join(", "));
        problems.report(
            &section.key("order"),
            found,
            format!("each of these once: `{}`", keys.join(", ")),
        );
    }
    order
}

fn read_overrides(
    operation: &Section<'_>,
    problems: &mut Problems,
) -> BTreeMap<WireElement, Entry> {
    let section = operation.section("elements", problems);
    section.only(&WireElement::ALL.map(WireElement::key), problems);
    WireElement::ALL
        .into_iter()
        .filter_map(|element| Some((element, section.optional_entry(element.key(), problems)?)))
        .collect()
}

fn read_entries<T: Copy + Ord>(
    root: &Section<'_>,
    key: &str,
    all: &[T],
    name: fn(T) -> &'static str,
    problems: &mut Problems,
) -> BTreeMap<T, Entry> {
    let section = root.section(key, problems);
    let names: Vec<_> = all.iter().map(|&member| name(member)).collect();
    section.only(&names, problems);
    all.iter().map(|&member| (member, section.entry(name(member), problems))).collect()
}
