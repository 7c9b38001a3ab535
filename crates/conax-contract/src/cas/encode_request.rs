//! A request to bytes, as the CRM sends it.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::envelope;
use super::field::WireElement;
use super::flatten::flatten;
use conax_model::command::CommandKind;

use super::operation::CasService;
use super::profile::Profile;
use super::request::CasRequest;
use super::xml::{Element, outer_xml};
use crate::secret::SecretText;
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

/// The bytes of a request under a profile.
#[must_use]
pub fn encode_request(profile: &Profile, request: &CasRequest) -> EncodedRequest {
    let operation = request.operation();
    let namespace = &profile.namespace(operation).value;
    let mut values = Values::new(profile, operation);
    write_values(request, &mut values);
    let wrapper = Element::parent(
        &profile.request_name(operation),
        namespace,
        values.in_order(),
    );
    let name = &profile.operation(operation).name.value;
    let element = Element::parent(name, namespace, vec![wrapper]);
    EncodedRequest {
        body: envelope::wrap_request(&outer_xml(&element, "")),
        path: profile
            .service(CasService::of(operation))
            .path
            .value
            .clone(),
        content_type: REQUEST_CONTENT_TYPE,
        // Inferred: Axis 1 always sends the header, and the WSDL gives no action.
        soap_action: Some("\"\"".to_owned()),
        flattened: flatten(&element),
    }
}

fn write_values(request: &CasRequest, values: &mut Values<'_>) {
    match request {
        CasRequest::AddSubscriptions {
            card,
            products,
            start,
            end,
        } => {
            values.text(WireElement::Card, card);
            values.list(WireElement::ProductList, WireElement::Product, products);
            values.time(WireElement::PeriodStart, *start);
            values.time(WireElement::PeriodEnd, *end);
        }
        CasRequest::CancelSubscriptions { card, products } => {
            values.text(WireElement::Card, card);
            values.list(WireElement::ProductList, WireElement::Product, products);
        }
        CasRequest::GetActiveSubscriptions { card }
        | CasRequest::GetPairingStatusForCard { card }
        | CasRequest::UpdateCaPinToDefaultValue { card } => values.text(WireElement::Card, card),
        CasRequest::GetPairingStatusForPairingModule { module } => {
            values.text(WireElement::Module, module);
        }
        CasRequest::UpdateCaPinToGivenValue { card, pin } => {
            values.text(WireElement::Card, card);
            values.secret(WireElement::Pin, pin);
        }
        CasRequest::CreatePairing { .. } | CasRequest::AddToExistingPairing { .. } => {
            write_pairing(request, values);
        }
        CasRequest::DisplayFingerprint { .. } => write_fingerprint(request, values),
        CasRequest::SendMailMessageToClient { .. }
        | CasRequest::SendBarkMessageToClient { .. }
        | CasRequest::SendRepeatingBarkMessageToClient { .. } => write_message(request, values),
    }
}

fn write_pairing(request: &CasRequest, values: &mut Values<'_>) {
    if let CasRequest::CreatePairing { cards, modules } = request {
        values.list(WireElement::CardList, WireElement::Card, cards);
        values.list(WireElement::ModuleList, WireElement::Module, modules);
    }
    if let CasRequest::AddToExistingPairing {
        existing_card,
        cards,
        modules,
    } = request
    {
        values.text(WireElement::ExistingCard, existing_card);
        values.optional_list(WireElement::CardList, WireElement::Card, cards);
        values.optional_list(WireElement::ModuleList, WireElement::Module, modules);
    }
}

fn write_fingerprint(request: &CasRequest, values: &mut Values<'_>) {
    if let CasRequest::DisplayFingerprint {
        card,
        display_at,
        position_x,
        position_y,
        height,
        display_centiseconds,
        slot,
    } = request
    {
        values.optional_text(WireElement::Card, card.as_deref());
        values.time(WireElement::DisplayAt, *display_at);
        values.integer(WireElement::PositionX, *position_x);
        values.integer(WireElement::PositionY, *position_y);
        values.integer(WireElement::Height, *height);
        values.integer(WireElement::DisplayCentiseconds, *display_centiseconds);
        values.optional_text(WireElement::Slot, slot.as_deref());
    }
}

fn write_message(request: &CasRequest, values: &mut Values<'_>) {
    if let CasRequest::SendMailMessageToClient {
        cards,
        text,
        start,
        sequence_number,
    }
    | CasRequest::SendBarkMessageToClient {
        cards,
        text,
        start,
        sequence_number,
        ..
    }
    | CasRequest::SendRepeatingBarkMessageToClient {
        cards,
        text,
        start,
        sequence_number,
        ..
    } = request
    {
        values.list(WireElement::CardList, WireElement::Card, cards);
        values.text(WireElement::Text, text);
        values.time(WireElement::StartIndication, *start);
        values.integer(WireElement::SequenceNumber, *sequence_number);
    }
    if let CasRequest::SendBarkMessageToClient {
        display_seconds, ..
    }
    | CasRequest::SendRepeatingBarkMessageToClient {
        display_seconds, ..
    } = request
    {
        values.integer(WireElement::DisplaySeconds, *display_seconds);
    }
    if let CasRequest::SendRepeatingBarkMessageToClient {
        repetition_count,
        repetition_interval_seconds,
        ..
    } = request
    {
        values.integer(WireElement::RepetitionCount, Some(*repetition_count));
        let interval = Some(*repetition_interval_seconds);
        values.integer(WireElement::RepetitionIntervalSeconds, interval);
    }
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

    fn secret(&mut self, element: WireElement, secret: &SecretText<'static>) {
        let leaf = Element::secret(self.name(element), self.namespace, secret);
        self.written.insert(element, leaf);
    }

    fn time(&mut self, element: WireElement, time: Option<NaiveDateTime>) {
        let text = time.map(render_moment);
        self.optional_text(element, text.as_deref());
    }

    fn integer(&mut self, element: WireElement, number: Option<i64>) {
        let text = number.map(|number| number.to_string());
        self.optional_text(element, text.as_deref());
    }

    fn list(&mut self, list: WireElement, item: WireElement, texts: &[String]) {
        let name = self.name(item);
        let items = texts
            .iter()
            .map(|text| Element::leaf(name, self.namespace, text))
            .collect();
        let element = Element::parent(self.name(list), self.namespace, items);
        self.written.insert(list, element);
    }

    fn optional_list(&mut self, list: WireElement, item: WireElement, texts: &[String]) {
        if !texts.is_empty() {
            self.list(list, item, texts);
        }
    }

    fn in_order(mut self) -> Vec<Element> {
        let order = &self.profile.operation(self.operation).order;
        order
            .iter()
            .filter_map(|element| self.written.remove(element))
            .collect()
    }
}
