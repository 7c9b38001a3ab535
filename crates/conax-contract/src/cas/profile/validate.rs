//! Whether the names of a profile can work together: legal, and telling things apart.

use std::collections::BTreeMap;

use super::entry::Profile;
use super::table::Problems;
use crate::cas::field::{Shape, WireElement, fields};
use conax_model::cas::RejectionCause;
use conax_model::command::CommandKind;

use crate::cas::operation::{CasService, operation_key};
use crate::cas::xml::is_ncname;

/// The elements that stand side by side in a reply.
const STATUS_BLOCK: [WireElement; 3] =
    [WireElement::StatusCode, WireElement::TransactionId, WireElement::StatusMessage];

pub(super) fn check(profile: &Profile, problems: &mut Problems) {
    check_suffixes(profile, problems);
    check_paths(profile, problems);
    check_operation_names(profile, problems);
    check_element_names(profile, problems);
    check_status_codes(profile, problems);
}

fn check_suffixes(profile: &Profile, problems: &mut Problems) {
    let suffixes = [
        ("envelope.request_suffix", &profile.request_suffix),
        ("envelope.response_suffix", &profile.response_suffix),
    ];
    for (key, suffix) in suffixes {
        check_name(key, &suffix.value, problems);
    }
}

fn check_name(key: &str, name: &str, problems: &mut Problems) {
    if !is_ncname(name) {
        problems.report(key, format!("is `{name}`"), "an XML name without prefix");
    }
}

fn check_paths(profile: &Profile, problems: &mut Problems) {
    let mut seen = BTreeMap::new();
    for service in CasService::ALL {
        let key = format!("services.{}.path", service.key());
        let path = profile.service(service).path.value.as_str();
        if !path.starts_with('/') || path.ends_with('/') || path.contains(['?', '#', ' ']) {
            let expected = "a path like `/ca-server/webservices/name`, without a slash at its end";
            problems.report(&key, format!("is `{path}`"), expected);
        }
        check_new(&mut seen, path, key, problems);
    }
}

fn check_operation_names(profile: &Profile, problems: &mut Problems) {
    let mut seen = BTreeMap::new();
    for operation in CommandKind::ALL {
        let entry = profile.operation(operation);
        let aliases = entry.aliases.iter().map(|alias| ("aliases", alias));
        for (key, name) in std::iter::once(("name", &entry.name.value)).chain(aliases) {
            let key = format!("operations.{}.{key}", operation_key(operation));
            check_name(&key, name, problems);
            check_new(&mut seen, name, key, problems);
        }
    }
}

fn check_element_names(profile: &Profile, problems: &mut Problems) {
    for (element, entry) in &profile.elements {
        let key = format!("elements.{}", element.key());
        check_name(&key, &entry.value, problems);
    }
    for operation in CommandKind::ALL {
        let prefix = format!("operations.{}.elements", operation_key(operation));
        for (element, entry) in &profile.operation(operation).elements {
            check_name(&format!("{prefix}.{}", element.key()), &entry.value, problems);
        }
        check_distinct(profile, operation, &request_elements(operation), problems);
        check_distinct(profile, operation, &STATUS_BLOCK, problems);
    }
}

/// The elements that stand side by side in a request. Items count as well: they may be loose.
fn request_elements(operation: CommandKind) -> Vec<WireElement> {
    let mut elements = Vec::new();
    for field in fields(operation) {
        elements.push(field.element);
        if let Shape::List(item) | Shape::OptionalList(item) = field.shape {
            elements.push(item);
        }
    }
    elements
}

fn check_distinct(
    profile: &Profile,
    operation: CommandKind,
    elements: &[WireElement],
    problems: &mut Problems,
) {
    let mut seen = BTreeMap::new();
    for &element in elements {
        let name = &profile.element(operation, element).value;
        let key = format!("operations.{}.elements.{}", operation_key(operation), element.key());
        check_new(&mut seen, name, key, problems);
    }
}

fn check_new<'a>(
    seen: &mut BTreeMap<&'a str, String>,
    name: &'a str,
    key: String,
    problems: &mut Problems,
) {
    if let Some(before) = seen.get(name) {
        let expected = format!("a name that `{before}` does not have");
        problems.report(&key, format!("is `{name}`"), expected);
    } else {
        seen.insert(name, key);
    }
}

fn check_status_codes(profile: &Profile, problems: &mut Problems) {
    for cause in RejectionCause::ALL {
        if profile.status_code(cause) == "OK" {
            let key = format!("statuses.{}", cause.code());
            problems.report(&key, "is `OK`", "a code that is not the code of success");
        }
    }
}
