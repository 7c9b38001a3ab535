//! A command to bytes, as the CRM sends it.

use std::collections::BTreeMap;

use super::envelope;
use super::field::WireElement;
use super::flatten::flatten;
use conax_model::command::{Command, CommandKind, Fingerprint, TextMessage};
use conax_model::id::{PairingModuleId, ProductId, SmartcardId};
use conax_model::secret::Secret;
use conax_model::time::SimTime;

use super::operation::CasService;
use super::profile::Profile;
use super::xml::{Element, outer_xml};
use crate::text::render_moment;

/// The content type of a request (Inferred: as Axis 1 writes it).
const REQUEST_CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// A request ready to be posted.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedRequest {
    /// The bytes of the body. They hold a submitted PIN in clear.
    pub body: Vec<u8>,
    /// The path of the service.
    pub path: String,
    /// The value of the `Content-Type` header.
    pub content_type: &'static str,
    /// The value of the `SOAPAction` header, quotes included.
    pub soap_action: Option<String>,
    /// All text of the SOAP body in document order, joined with nothing; the PIN masked.
    pub flattened: String,
}

impl std::fmt::Debug for EncodedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncodedRequest")
            .field("path", &self.path)
            .field("flattened", &self.flattened)
            .field("body_size", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The bytes of a command under a profile.
#[must_use]
pub fn encode_request(profile: &Profile, command: &Command) -> EncodedRequest {
    let operation = command.kind();
    let namespace = &profile.namespace(operation).value;
    let mut values = Values::new(profile, operation);
    write_values(command, &mut values);
    let wrapper = Element::parent(&profile.request_name(operation), namespace, values.in_order());
    let name = &profile.operation(operation).name.value;
    let element = Element::parent(name, namespace, vec![wrapper]);
    EncodedRequest {
        body: envelope::wrap_request(&outer_xml(&element, "")),
        path: profile.service(CasService::of(operation)).path.value.clone(),
        content_type: REQUEST_CONTENT_TYPE,
        // Inferred: Axis 1 always sends the header, and the WSDL gives no action.
        soap_action: Some("\"\"".to_owned()),
        flattened: flatten(&element),
    }
}

fn write_values(command: &Command, values: &mut Values<'_>) {
    match command {
        Command::AddSubscriptions { card, products, period } => {
            values.card(card);
            values.products(products);
            values.time(WireElement::PeriodStart, period.start);
            values.time(WireElement::PeriodEnd, period.end);
        }
        Command::CancelSubscriptions { card, products } => {
            values.card(card);
            values.products(products);
        }
        Command::GetActiveSubscriptions { card }
        | Command::GetPairingStatusForCard { card }
        | Command::UpdateCaPinToDefaultValue { card } => values.card(card),
        Command::GetPairingStatusForPairingModule { module } => {
            values.text(WireElement::Module, module.as_str());
        }
        Command::UpdateCaPinToGivenValue { card, pin } => {
            values.card(card);
            values.secret(WireElement::Pin, pin);
        }
        Command::CreatePairing { cards, modules } => {
            values.cards(cards);
            values.modules(modules);
        }
        Command::AddToExistingPairing { existing_card, cards, modules } => {
            values.text(WireElement::ExistingCard, existing_card.as_str());
            if !cards.is_empty() {
                values.cards(cards);
            }
            if !modules.is_empty() {
                values.modules(modules);
            }
        }
        Command::DisplayFingerprint(fingerprint) => write_fingerprint(fingerprint, values),
        Command::SendMailMessageToClient(message) => write_message(message, values),
        Command::SendBarkMessageToClient { message, display_seconds } => {
            write_message(message, values);
            values.integer(WireElement::DisplaySeconds, *display_seconds);
        }
        Command::SendRepeatingBarkMessageToClient {
            message,
            display_seconds,
            repetition_count,
            repetition_interval_seconds,
        } => {
            write_message(message, values);
            values.integer(WireElement::DisplaySeconds, *display_seconds);
            values.integer(WireElement::RepetitionCount, Some(*repetition_count));
            let interval = Some(*repetition_interval_seconds);
            values.integer(WireElement::RepetitionIntervalSeconds, interval);
        }
    }
}

fn write_fingerprint(fingerprint: &Fingerprint, values: &mut Values<'_>) {
    let card = fingerprint.card.as_ref().map(SmartcardId::as_str);
    values.optional_text(WireElement::Card, card);
    values.time(WireElement::DisplayAt, fingerprint.display_at);
    values.integer(WireElement::PositionX, fingerprint.position_x);
    values.integer(WireElement::PositionY, fingerprint.position_y);
    values.integer(WireElement::Height, fingerprint.height);
    let duration = fingerprint.display_centiseconds;
    values.integer(WireElement::DisplayCentiseconds, duration);
    values.optional_text(WireElement::Slot, fingerprint.slot.as_deref());
}

fn write_message(message: &TextMessage, values: &mut Values<'_>) {
    values.cards(&message.cards);
    values.text(WireElement::Text, &message.text);
    values.time(WireElement::StartIndication, message.start);
    values.integer(WireElement::SequenceNumber, message.sequence_number);
}

/// The values of one request as elements, put in order at the end.
struct Values<'a> {
    profile: &'a Profile,
    operation: CommandKind,
    namespace: &'a str,
    written: BTreeMap<WireElement, Element>,
}

impl<'a> Values<'a> {
    fn new(profile: &'a Profile, operation: CommandKind) -> Self {
        Self {
            profile,
            operation,
            namespace: &profile.namespace(operation).value,
            written: BTreeMap::new(),
        }
    }

    fn name(&self, element: WireElement) -> &'a str {
        &self.profile.element(self.operation, element).value
    }

    fn text(&mut self, element: WireElement, text: &str) {
        let leaf = Element::leaf(self.name(element), self.namespace, text);
        self.written.insert(element, leaf);
    }

    fn optional_text(&mut self, element: WireElement, text: Option<&str>) {
        if let Some(text) = text {
            self.text(element, text);
        }
    }

    fn secret(&mut self, element: WireElement, secret: &Secret) {
        let leaf = Element::secret(self.name(element), self.namespace, secret);
        self.written.insert(element, leaf);
    }

    fn time(&mut self, element: WireElement, time: Option<SimTime>) {
        let text = time.map(|time| render_moment(time.calendar()));
        self.optional_text(element, text.as_deref());
    }

    fn integer(&mut self, element: WireElement, number: Option<i64>) {
        let text = number.map(|number| number.to_string());
        self.optional_text(element, text.as_deref());
    }

    fn card(&mut self, card: &SmartcardId) {
        self.text(WireElement::Card, card.as_str());
    }

    fn cards(&mut self, cards: &[SmartcardId]) {
        let texts = cards.iter().map(SmartcardId::as_str);
        self.list(WireElement::CardList, WireElement::Card, texts);
    }

    fn modules(&mut self, modules: &[PairingModuleId]) {
        let texts = modules.iter().map(PairingModuleId::as_str);
        self.list(WireElement::ModuleList, WireElement::Module, texts);
    }

    fn products(&mut self, products: &[ProductId]) {
        let texts = products.iter().map(ProductId::as_str);
        self.list(WireElement::ProductList, WireElement::Product, texts);
    }

    fn list<'t>(
        &mut self,
        list: WireElement,
        item: WireElement,
        texts: impl Iterator<Item = &'t str>,
    ) {
        let name = self.name(item);
        let items = texts.map(|text| Element::leaf(name, self.namespace, text)).collect();
        let element = Element::parent(self.name(list), self.namespace, items);
        self.written.insert(list, element);
    }

    fn in_order(mut self) -> Vec<Element> {
        let order = &self.profile.operation(self.operation).order;
        order.iter().filter_map(|element| self.written.remove(element)).collect()
    }
}
