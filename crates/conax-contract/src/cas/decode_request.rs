//! Bytes to a command, as the head-end reads it: liberal in spelling, exact about values.
//!
//! A message that cannot be understood becomes a SOAP fault; values that cannot be read become
//! problems, all of them at once. Neither ever quotes a PIN.

use super::encoding::decode_text;
use super::envelope;
use super::field::WireElement;
use super::profile::{NamespaceRule, Profile};
use super::request_values::{Values, limited, quoted};
use super::soap_fault::SoapFault;
use super::xml::{self, Element};
use conax_model::command::{Command, CommandKind, Fingerprint, RequestedPeriod, TextMessage};
use conax_model::id::{PairingModuleId, SmartcardId};
use conax_model::secret::Secret;

/// Why a message is not a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestRefusal {
    /// It is not understood at all: answered with a SOAP fault.
    Fault(SoapFault),
    /// The operation is understood and its values are not: answered with the status code of
    /// [`RejectionCause::InputValidation`](super::RejectionCause::InputValidation) and a transaction id.
    Invalid {
        /// The operation.
        operation: CommandKind,
        /// What is wrong, a sentence each, without any PIN.
        problems: Vec<String>,
    },
}

/// Reads the body of a posted message. The path does not matter: the operation is found by the
/// local name of the first element inside the SOAP body.
///
/// # Errors
///
/// When the message is not understood or its values cannot be read.
pub fn decode_request(
    profile: &Profile,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Command, RequestRefusal> {
    let root = read_xml(content_type, body).map_err(RequestRefusal::Fault)?;
    let (operation, element) = find_operation(profile, &root).map_err(RequestRefusal::Fault)?;
    let invalid = |problems| RequestRefusal::Invalid { operation, problems };
    let mut foreign = Vec::new();
    report_foreign(profile, operation, element, &mut foreign);
    if !foreign.is_empty() {
        return Err(invalid(limited(foreign)));
    }
    let mut values = Values::new(profile, operation, wrapper(profile, operation, element));
    let command = read_command(operation, &mut values);
    let problems = values.problems();
    if problems.is_empty() {
        return Ok(command);
    }
    Err(invalid(problems))
}

fn read_xml(content_type: Option<&str>, body: &[u8]) -> Result<Element, SoapFault> {
    if has_parts(content_type, body) {
        return Err(SoapFault::not_simulated(
            "MTOM and SOAP with attachments (multipart/related) are not simulated: send the \
             envelope alone, as text/xml.",
        ));
    }
    let text = decode_text(content_type, body).map_err(|error| {
        let detail = error.detail();
        SoapFault { detail, ..SoapFault::unparseable(error.to_string()) }
    })?;
    xml::read(&text).map_err(|error| SoapFault::unparseable(error.to_string()))
}

/// Whether the envelope is one part of several.
fn has_parts(content_type: Option<&str>, body: &[u8]) -> bool {
    let is_multipart = content_type.is_some_and(|text| {
        text.trim_start().get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"))
    });
    is_multipart && body.trim_ascii_start().starts_with(b"--")
}

fn find_operation<'a>(
    profile: &Profile,
    root: &'a Element,
) -> Result<(CommandKind, &'a Element), SoapFault> {
    let body = envelope::request_body(root, profile.namespaces())?;
    let element = envelope::only_element(body)?;
    let operation = profile.operation_named(&element.local).ok_or_else(|| {
        SoapFault::no_such_operation(&element.local, "the profile has no such operation")
    })?;
    let namespace = &profile.namespace(operation).value;
    if profile.namespaces() == NamespaceRule::Configured
        && element.namespace.as_ref() != Some(namespace)
    {
        let reason = format!("the operation is not in the namespace `{namespace}`");
        return Err(SoapFault::no_such_operation(&element.local, reason));
    }
    Ok((operation, element))
}

/// Reports the elements inside the operation whose namespace the profile does not accept. They are
/// refused rather than passed over: without an optional value the request would mean something
/// else.
fn report_foreign(
    profile: &Profile,
    operation: CommandKind,
    parent: &Element,
    problems: &mut Vec<String>,
) {
    let expected = &profile.namespace(operation).value;
    for child in parent.children() {
        if !profile.accepts_value_namespace(operation, child.namespace.as_deref()) {
            let name = quoted(&child.local);
            let found = match &child.namespace {
                Some(namespace) => format!("namespace {}", quoted(namespace)),
                None => "no namespace".to_owned(),
            };
            problems.push(format!("{name} is in {found}; expected `{expected}`"));
        }
        report_foreign(profile, operation, child, problems);
    }
}

/// The element with the values: `<Operation>Request` inside the operation (Attested), or the
/// operation itself for clients that leave it out (Ours).
fn wrapper<'a>(profile: &Profile, operation: CommandKind, element: &'a Element) -> &'a Element {
    element
        .children()
        .find(|child| profile.is_request_name(operation, &child.local))
        .unwrap_or(element)
}

fn read_command(kind: CommandKind, values: &mut Values<'_>) -> Command {
    match kind {
        CommandKind::AddSubscriptions => Command::AddSubscriptions {
            card: values.card(),
            products: values.products(),
            period: RequestedPeriod {
                start: values.time(WireElement::PeriodStart),
                end: values.time(WireElement::PeriodEnd),
            },
        },
        CommandKind::CancelSubscriptions => {
            Command::CancelSubscriptions { card: values.card(), products: values.products() }
        }
        CommandKind::GetActiveSubscriptions => {
            Command::GetActiveSubscriptions { card: values.card() }
        }
        CommandKind::CreatePairing => {
            Command::CreatePairing { cards: values.cards(), modules: values.modules() }
        }
        CommandKind::AddToExistingPairing => Command::AddToExistingPairing {
            existing_card: values.identifier(WireElement::ExistingCard, SmartcardId::new),
            cards: values.cards(),
            modules: values.modules(),
        },
        CommandKind::GetPairingStatusForCard => {
            Command::GetPairingStatusForCard { card: values.card() }
        }
        CommandKind::GetPairingStatusForPairingModule => {
            Command::GetPairingStatusForPairingModule {
                module: values.identifier(WireElement::Module, PairingModuleId::new),
            }
        }
        CommandKind::UpdateCaPinToDefaultValue => {
            Command::UpdateCaPinToDefaultValue { card: values.card() }
        }
        CommandKind::UpdateCaPinToGivenValue => Command::UpdateCaPinToGivenValue {
            card: values.card(),
            pin: Secret::new(values.text(WireElement::Pin)),
        },
        CommandKind::DisplayFingerprint => Command::DisplayFingerprint(Fingerprint {
            card: values.optional_identifier(WireElement::Card).map(SmartcardId::new),
            display_at: values.time(WireElement::DisplayAt),
            position_x: values.integer(WireElement::PositionX),
            position_y: values.integer(WireElement::PositionY),
            height: values.integer(WireElement::Height),
            display_centiseconds: values.integer(WireElement::DisplayCentiseconds),
            slot: values.optional_identifier(WireElement::Slot),
        }),
        CommandKind::SendMailMessageToClient => {
            Command::SendMailMessageToClient(read_message(values))
        }
        CommandKind::SendBarkMessageToClient => Command::SendBarkMessageToClient {
            message: read_message(values),
            display_seconds: values.integer(WireElement::DisplaySeconds),
        },
        CommandKind::SendRepeatingBarkMessageToClient => {
            Command::SendRepeatingBarkMessageToClient {
                message: read_message(values),
                display_seconds: values.integer(WireElement::DisplaySeconds),
                repetition_count: values.required_integer(WireElement::RepetitionCount),
                repetition_interval_seconds: values
                    .required_integer(WireElement::RepetitionIntervalSeconds),
            }
        }
    }
}

fn read_message(values: &mut Values<'_>) -> TextMessage {
    TextMessage {
        cards: values.cards(),
        text: values.text(WireElement::Text),
        start: values.time(WireElement::StartIndication),
        sequence_number: values.integer(WireElement::SequenceNumber),
    }
}
