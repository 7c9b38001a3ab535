//! The WSDL 1.1 document: SOAP 1.1, document/literal wrapped, one service for each group.
//!
//! Ours as a document: no description of the real interface is public. Each operation says which
//! of its names have been seen outside and which are invented.

use std::collections::BTreeSet;

use super::node::Node;
use super::schema::schema;
use crate::cas::field::{Shape, WireElement, fields};
use conax_model::command::CommandKind;

use crate::cas::operation::CasService;
use crate::cas::profile::{Entry, Profile};
use crate::source::Source;

/// The namespace of the description itself. Ours.
const TARGET_NAMESPACE: &str = "urn:conax-sim:wsdl:v1";

/// The description of one service, or of all for `None` or a name that is no service.
///
/// `address` is scheme, host and port; the paths of the services are added to it.
#[must_use]
pub fn wsdl(profile: &Profile, service: Option<&str>, address: &str) -> String {
    let services = match service.and_then(CasService::from_key) {
        Some(service) => vec![service],
        None => CasService::ALL.to_vec(),
    };
    let operations: Vec<_> = services.iter().flat_map(|s| s.operations()).collect();
    let namespaces = namespaces(profile, &operations);
    let schemas = namespaces.iter().map(|namespace| schema(profile, namespace, &operations));
    definitions(&namespaces)
        .child(documentation(&overview(profile)))
        .child(Node::new("wsdl:types").children(schemas))
        .children(
            operations.iter().flat_map(|&operation| messages(profile, &namespaces, operation)),
        )
        .children(services.iter().map(|&service| port_type(profile, service)))
        .children(services.iter().map(|&service| binding(profile, service)))
        .children(services.iter().map(|&service| service_node(profile, service, address)))
        .document()
}

fn namespaces<'a>(profile: &'a Profile, operations: &[CommandKind]) -> Vec<&'a str> {
    let set: BTreeSet<_> =
        operations.iter().map(|&operation| profile.namespace(operation).value.as_str()).collect();
    set.into_iter().collect()
}

fn definitions(namespaces: &[&str]) -> Node {
    let root = Node::new("wsdl:definitions")
        .with("name", "conax-sim")
        .with("targetNamespace", TARGET_NAMESPACE)
        .with("xmlns:tns", TARGET_NAMESPACE)
        .with("xmlns:wsdl", "http://schemas.xmlsoap.org/wsdl/")
        .with("xmlns:soap", "http://schemas.xmlsoap.org/wsdl/soap/")
        .with("xmlns:xsd", "http://www.w3.org/2001/XMLSchema");
    namespaces
        .iter()
        .enumerate()
        .fold(root, |root, (index, namespace)| root.with(&format!("xmlns:ns{index}"), namespace))
}

fn documentation(text: &str) -> Node {
    Node::new("wsdl:documentation").containing(text)
}

fn overview(profile: &Profile) -> String {
    format!(
        "A simulator, not Conax. Profile {}: {}. Names marked attested have been seen in public \
         material; names marked inferred or ours are invented.",
        profile.name(),
        profile.description()
    )
}

fn messages(profile: &Profile, namespaces: &[&str], operation: CommandKind) -> [Node; 2] {
    let name = &profile.operation(operation).name.value;
    let namespace = profile.namespace(operation).value.as_str();
    let index = namespaces.iter().position(|&known| known == namespace);
    let prefix = format!("ns{}", index.unwrap_or_default());
    let message = |suffix: &str, element: &str| {
        let part = Node::new("wsdl:part")
            .with("name", "parameters")
            .with("element", &format!("{prefix}:{element}"));
        Node::new("wsdl:message").with("name", &format!("{name}{suffix}")).child(part)
    };
    [message("Input", name), message("Output", &profile.response_name(operation))]
}

fn port_type(profile: &Profile, service: CasService) -> Node {
    let operations = service.operations().map(|operation| {
        let name = &profile.operation(operation).name.value;
        let side = |side: &str, suffix: &str| {
            Node::new(side).with("message", &format!("tns:{name}{suffix}"))
        };
        Node::new("wsdl:operation")
            .with("name", name)
            .child(documentation(&provenance(profile, operation)))
            .child(side("wsdl:input", "Input"))
            .child(side("wsdl:output", "Output"))
    });
    Node::new("wsdl:portType")
        .with("name", &format!("{}PortType", camel_case(service)))
        .children(operations)
}

fn binding(profile: &Profile, service: CasService) -> Node {
    let name = camel_case(service);
    let style = Node::new("soap:binding")
        .with("style", "document")
        .with("transport", "http://schemas.xmlsoap.org/soap/http");
    let operations = service.operations().map(|operation| {
        let body =
            |side: &str| Node::new(side).child(Node::new("soap:body").with("use", "literal"));
        Node::new("wsdl:operation")
            .with("name", &profile.operation(operation).name.value)
            .child(Node::new("soap:operation").with("soapAction", "").with("style", "document"))
            .child(body("wsdl:input"))
            .child(body("wsdl:output"))
    });
    Node::new("wsdl:binding")
        .with("name", &format!("{name}Binding"))
        .with("type", &format!("tns:{name}PortType"))
        .child(style)
        .children(operations)
}

fn service_node(profile: &Profile, service: CasService, address: &str) -> Node {
    let name = camel_case(service);
    let path = &profile.service(service).path;
    let location = format!("{}{}", address.trim_end_matches('/'), path.value);
    let port = Node::new("wsdl:port")
        .with("name", &format!("{name}Port"))
        .with("binding", &format!("tns:{name}Binding"))
        .child(Node::new("soap:address").with("location", &location));
    Node::new("wsdl:service")
        .with("name", &format!("{name}Service"))
        .child(documentation(&format!("Path: {}.", path.source)))
        .child(port)
}

/// `user-text-messaging` to `UserTextMessaging`.
fn camel_case(service: CasService) -> String {
    service
        .name()
        .split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}

/// How each name of the operation is known, a sentence for each source.
fn provenance(profile: &Profile, operation: CommandKind) -> String {
    let name = profile.operation(operation).name.source;
    let namespace = profile.namespace(operation).source;
    let mut text = format!("Operation name: {name}. Namespace: {namespace}.");
    for source in Source::ALL {
        let names = element_names(profile, operation, source);
        if !names.is_empty() {
            text.push_str(&format!(" Elements {source}: {}.", names.join(", ")));
        }
    }
    text
}

fn element_names(profile: &Profile, operation: CommandKind, source: Source) -> Vec<&str> {
    wire_names(profile, operation)
        .into_iter()
        .filter(|entry| entry.source == source)
        .map(|entry| entry.value.as_str())
        .collect()
}

/// The elements of a request, lists and their items, in the order of the table.
#[must_use]
pub fn wire_names(profile: &Profile, operation: CommandKind) -> Vec<&Entry> {
    let mut elements: Vec<WireElement> = Vec::new();
    for field in fields(operation) {
        elements.push(field.element);
        if let Shape::List(item) | Shape::OptionalList(item) = field.shape {
            elements.push(item);
        }
    }
    let entries = elements.into_iter();
    entries.map(|element| profile.element(operation, element)).collect()
}
