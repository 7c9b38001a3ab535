//! What the head-end answers, and its bytes.

use chrono::NaiveDateTime;

use super::envelope;
use super::field::WireElement;
use super::profile::Profile;
use super::xml::{Element, outer_xml};
use crate::text::render_moment;
use conax_model::command::CommandKind;

/// The content type of every reply and fault (Ours: the plain form of what clients send).
pub const REPLY_CONTENT_TYPE: &str = "text/xml;charset=UTF-8";

/// A reply of the head-end: accepted or refused, with HTTP status 200 either way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasReply {
    /// `OK`, or the code of a refusal (Attested: every reply has one); empty only as a fault.
    pub status_code: String,
    /// The id of the transaction, refused or not (Attested); absent only as a fault.
    pub transaction_id: Option<String>,
    /// Why it was refused.
    pub message: Option<String>,
    /// What was asked for, if the operation asks for something.
    pub answer: CasAnswer,
}

/// What a query answers (Ours: no layout is known).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CasAnswer {
    /// Nothing.
    #[default]
    None,
    /// What a card is entitled to.
    ActiveSubscriptions(Vec<ActiveSubscription>),
    /// What a card or pairing module is paired with.
    PairingStatus {
        /// Whether it is paired at all.
        paired: bool,
        /// The cards of the pairing.
        cards: Vec<String>,
        /// The pairing modules of the pairing.
        modules: Vec<String>,
    },
}

/// One product a card is entitled to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveSubscription {
    /// The product.
    pub product: String,
    /// When the entitlement starts; absent: not told.
    pub start: Option<NaiveDateTime>,
    /// When it ends; absent: open-ended.
    pub end: Option<NaiveDateTime>,
}

/// The bytes of a reply: status code, then transaction id, then message, then the answer
/// (Inferred: the order that reproduces the documented example).
#[must_use]
pub fn encode_reply(profile: &Profile, operation: CommandKind, reply: &CasReply) -> Vec<u8> {
    let build = Build {
        profile,
        operation,
        namespace: &profile.namespace(operation).value,
    };
    let mut children = vec![build.status(reply)];
    children.extend(build.answer(&reply.answer));
    let name = profile.response_name(operation);
    let response = Element::parent(&name, build.namespace, children);
    envelope::wrap_reply(&outer_xml(&response, ""))
}

struct Build<'a> {
    profile: &'a Profile,
    operation: CommandKind,
    namespace: &'a str,
}

impl Build<'_> {
    fn status(&self, reply: &CasReply) -> Element {
        let mut children = Vec::with_capacity(3);
        if !reply.status_code.is_empty() {
            children.push(self.leaf(WireElement::StatusCode, &reply.status_code));
        }
        if let Some(id) = &reply.transaction_id {
            children.push(self.leaf(WireElement::TransactionId, id));
        }
        if let Some(message) = &reply.message {
            children.push(self.leaf(WireElement::StatusMessage, message));
        }
        self.parent(WireElement::TransactionStatus, children)
    }

    fn answer(&self, answer: &CasAnswer) -> Option<Element> {
        match answer {
            CasAnswer::None => None,
            CasAnswer::ActiveSubscriptions(subscriptions) => {
                let items = subscriptions.iter().map(|item| self.subscription(item));
                Some(self.parent(WireElement::ActiveSubscriptionList, items.collect()))
            }
            CasAnswer::PairingStatus {
                paired,
                cards,
                modules,
            } => {
                let children = vec![
                    self.leaf(WireElement::Paired, if *paired { "true" } else { "false" }),
                    self.list(WireElement::CardList, WireElement::Card, cards),
                    self.list(WireElement::ModuleList, WireElement::Module, modules),
                ];
                Some(self.parent(WireElement::PairingStatus, children))
            }
        }
    }

    fn subscription(&self, item: &ActiveSubscription) -> Element {
        let mut children = vec![self.leaf(WireElement::Product, &item.product)];
        let period = [
            (WireElement::PeriodStart, item.start),
            (WireElement::PeriodEnd, item.end),
        ];
        for (element, time) in period {
            if let Some(time) = time {
                children.push(self.leaf(element, &render_moment(time)));
            }
        }
        self.parent(WireElement::ActiveSubscription, children)
    }

    fn list(&self, list: WireElement, item: WireElement, texts: &[String]) -> Element {
        let items = texts.iter().map(|text| self.leaf(item, text));
        self.parent(list, items.collect())
    }

    fn leaf(&self, element: WireElement, text: &str) -> Element {
        Element::leaf(self.name(element), self.namespace, text)
    }

    fn parent(&self, element: WireElement, children: Vec<Element>) -> Element {
        Element::parent(self.name(element), self.namespace, children)
    }

    fn name(&self, element: WireElement) -> &str {
        &self.profile.element(self.operation, element).value
    }
}
