//! What the head-end answers, and its bytes.

use super::envelope;
use super::field::WireElement;
use super::profile::Profile;
use super::xml::{Element, outer_xml};
use crate::text::render_moment;
use conax_model::cas::{ActiveEntitlement, Answer, Outcome, Period, Transaction};
use conax_model::command::CommandKind;
use conax_model::id::{PairingModuleId, SmartcardId};
use conax_model::time::SimTime;

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
    /// What was asked for, if the operation asks for something (Ours: no layout is known).
    pub answer: Answer,
}

impl CasReply {
    /// The reply that tells of a transaction, in the words of a profile.
    #[must_use]
    pub fn of(profile: &Profile, transaction: &Transaction) -> Self {
        let (status_code, message, answer) = match &transaction.outcome {
            Outcome::Accepted(answer) => ("OK", None, answer.clone()),
            Outcome::Rejected(rejection) => {
                let code = profile.status_code(rejection.cause);
                (code, Some(rejection.message.clone()), Answer::None)
            }
        };
        Self {
            status_code: status_code.to_owned(),
            transaction_id: Some(transaction.id.to_string()),
            message,
            answer,
        }
    }
}

/// The bytes of a reply: status code, then transaction id, then message, then the answer
/// (Inferred: the order that reproduces the documented example).
#[must_use]
pub fn encode_reply(profile: &Profile, operation: CommandKind, reply: &CasReply) -> Vec<u8> {
    let build = Build { profile, operation, namespace: &profile.namespace(operation).value };
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

    fn answer(&self, answer: &Answer) -> Option<Element> {
        match answer {
            Answer::None => None,
            Answer::ActiveSubscriptions(active) => {
                let items = active.iter().map(|item| self.active(item)).collect();
                Some(self.parent(WireElement::ActiveSubscriptionList, items))
            }
            Answer::CardPairing { paired, cards, modules }
            | Answer::ModulePairing { paired, cards, modules } => {
                let cards = cards.iter().map(SmartcardId::as_str);
                let modules = modules.iter().map(PairingModuleId::as_str);
                let children = vec![
                    self.leaf(WireElement::Paired, if *paired { "true" } else { "false" }),
                    self.list(WireElement::CardList, WireElement::Card, cards),
                    self.list(WireElement::ModuleList, WireElement::Module, modules),
                ];
                Some(self.parent(WireElement::PairingStatus, children))
            }
        }
    }

    /// One product a card is entitled to; an entitlement without an end has no end on the wire.
    fn active(&self, item: &ActiveEntitlement) -> Element {
        let moment = |element, time: SimTime| self.leaf(element, &render_moment(time.calendar()));
        let mut children = vec![
            self.leaf(WireElement::Product, item.product.as_str()),
            moment(WireElement::PeriodStart, item.start),
        ];
        if item.end < Period::OPEN_END {
            children.push(moment(WireElement::PeriodEnd, item.end));
        }
        self.parent(WireElement::ActiveSubscription, children)
    }

    fn list<'t>(
        &self,
        list: WireElement,
        item: WireElement,
        texts: impl Iterator<Item = &'t str>,
    ) -> Element {
        self.parent(list, texts.map(|text| self.leaf(item, text)).collect())
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
