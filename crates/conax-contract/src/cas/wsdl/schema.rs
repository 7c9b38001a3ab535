//! The element of each operation and of its reply as XML Schema.

use super::node::Node;
use crate::cas::field::{Field, Kind, Shape, WireElement, fields};
use crate::cas::profile::Profile;
use conax_model::command::CommandKind;

/// The schema of one namespace, with the elements of the operations in it.
pub(super) fn schema(profile: &Profile, namespace: &str, operations: &[CommandKind]) -> Node {
    let elements = operations
        .iter()
        .filter(|&&operation| profile.namespace(operation).value == namespace)
        .flat_map(|&operation| {
            let writer = Writer { profile, operation };
            [writer.request(), writer.response()]
        });
    Node::new("xsd:schema")
        .with("targetNamespace", namespace)
        .with("elementFormDefault", "qualified")
        .children(elements)
}

struct Writer<'a> {
    profile: &'a Profile,
    operation: CommandKind,
}

impl Writer<'_> {
    fn request(&self) -> Node {
        let order = &self.profile.operation(self.operation).order;
        let fields = order.iter().filter_map(|&element| {
            fields(self.operation).iter().find(|field| field.element == element)
        });
        let inside = named(
            &self.profile.request_name(self.operation),
            fields.map(|field| self.field(field)),
        );
        named(&self.profile.operation(self.operation).name.value, [inside])
    }

    fn field(&self, field: &Field) -> Node {
        match field.shape {
            Shape::Required(kind) => self.leaf(field.element, type_of(kind)),
            Shape::Optional(kind) => optional(self.leaf(field.element, type_of(kind))),
            Shape::List(item) => self.list(field.element, item),
            Shape::OptionalList(item) => optional(self.list(field.element, item)),
        }
    }

    fn response(&self) -> Node {
        let status = [
            self.leaf(WireElement::StatusCode, "xsd:string"),
            optional(self.leaf(WireElement::TransactionId, "xsd:string")),
            optional(self.leaf(WireElement::StatusMessage, "xsd:string")),
        ];
        let status = self.parent(WireElement::TransactionStatus, status);
        let children = std::iter::once(status).chain(self.answer().map(optional));
        named(&self.profile.response_name(self.operation), children)
    }

    fn answer(&self) -> Option<Node> {
        match self.operation {
            CommandKind::GetActiveSubscriptions => {
                let item = [
                    self.leaf(WireElement::Product, "xsd:string"),
                    optional(self.leaf(WireElement::PeriodStart, "xsd:dateTime")),
                    optional(self.leaf(WireElement::PeriodEnd, "xsd:dateTime")),
                ];
                let item = repeated(self.parent(WireElement::ActiveSubscription, item));
                Some(self.parent(WireElement::ActiveSubscriptionList, [item]))
            }
            CommandKind::GetPairingStatusForCard
            | CommandKind::GetPairingStatusForPairingModule => {
                let children = [
                    self.leaf(WireElement::Paired, "xsd:boolean"),
                    self.list(WireElement::CardList, WireElement::Card),
                    self.list(WireElement::ModuleList, WireElement::Module),
                ];
                Some(self.parent(WireElement::PairingStatus, children))
            }
            _ => None,
        }
    }

    fn leaf(&self, element: WireElement, xsd_type: &str) -> Node {
        let entry = self.profile.element(self.operation, element);
        Node::new("xsd:element").with("name", &entry.value).with("type", xsd_type)
    }

    fn list(&self, list: WireElement, item: WireElement) -> Node {
        self.parent(list, [repeated(self.leaf(item, "xsd:string"))])
    }

    fn parent(&self, element: WireElement, children: impl IntoIterator<Item = Node>) -> Node {
        let entry = self.profile.element(self.operation, element);
        named(&entry.value, children)
    }
}

fn named(name: &str, children: impl IntoIterator<Item = Node>) -> Node {
    let sequence = Node::new("xsd:sequence").children(children);
    Node::new("xsd:element").with("name", name).child(Node::new("xsd:complexType").child(sequence))
}

fn optional(node: Node) -> Node {
    node.with("minOccurs", "0")
}

fn repeated(node: Node) -> Node {
    node.with("minOccurs", "0").with("maxOccurs", "unbounded")
}

const fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "xsd:string",
        Kind::Time => "xsd:dateTime",
        Kind::Integer => "xsd:long",
    }
}
