//! Which values an operation carries, in which shape and order: one table for all directions.
//!
//! Encoding sorts by it, the WSDL is written from it, profiles may reorder it. What the elements
//! are called is the profile's business.

use super::operation::keyed;
use conax_model::command::CommandKind;

keyed! {
    /// An element with a value or a list on the wire, by its meaning.
    WireElement, 30 {
        /// One card.
        Card = "card",
        /// A list of cards.
        CardList = "card_list",
        /// The card that names an existing pairing.
        ExistingCard = "existing_card",
        /// One product.
        Product = "product",
        /// A list of products.
        ProductList = "product_list",
        /// One pairing module.
        Module = "module",
        /// A list of pairing modules.
        ModuleList = "module_list",
        /// When an entitlement starts.
        PeriodStart = "period_start",
        /// When an entitlement ends.
        PeriodEnd = "period_end",
        /// When a fingerprint is shown.
        DisplayAt = "display_at",
        /// Left edge of a fingerprint.
        PositionX = "position_x",
        /// Top edge of a fingerprint.
        PositionY = "position_y",
        /// Height of a fingerprint.
        Height = "height",
        /// How long a fingerprint is shown, in hundredths of a second.
        DisplayCentiseconds = "display_centiseconds",
        /// The slot of a fingerprint.
        Slot = "slot",
        /// A PIN.
        Pin = "pin",
        /// The text of a message.
        Text = "text",
        /// How long a message is shown, in seconds.
        DisplaySeconds = "display_seconds",
        /// When showing a message starts.
        StartIndication = "start_indication",
        /// The sequence number of a message.
        SequenceNumber = "sequence_number",
        /// How many times a message is shown.
        RepetitionCount = "repetition_count",
        /// Seconds from one showing to the next.
        RepetitionIntervalSeconds = "repetition_interval_seconds",
        /// The status block of a reply.
        TransactionStatus = "transaction_status",
        /// The status code of a reply.
        StatusCode = "status_code",
        /// The transaction id of a reply.
        TransactionId = "transaction_id",
        /// The message of a reply.
        StatusMessage = "status_message",
        /// The list of active subscriptions in a reply.
        ActiveSubscriptionList = "active_subscription_list",
        /// One active subscription in a reply.
        ActiveSubscription = "active_subscription",
        /// The pairing status in a reply.
        PairingStatus = "pairing_status",
        /// Whether there is a pairing.
        Paired = "paired",
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, identifiers included.
    Text,
    /// A local time without zone.
    Time,
    /// A whole number.
    Integer,
}

/// How often a value comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Exactly once.
    Required(Kind),
    /// Once or not at all.
    Optional(Kind),
    /// A list element that is always there, with items.
    List(WireElement),
    /// A list element that is left out when it would be empty.
    OptionalList(WireElement),
}

/// One value of an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// The element that carries the value, or the element around the list.
    pub element: WireElement,
    /// How often it comes.
    pub shape: Shape,
}

const fn text(element: WireElement) -> Field {
    Field { element, shape: Shape::Required(Kind::Text) }
}

const fn optional(element: WireElement, kind: Kind) -> Field {
    Field { element, shape: Shape::Optional(kind) }
}

const fn list(element: WireElement, item: WireElement) -> Field {
    Field { element, shape: Shape::List(item) }
}

const fn optional_list(element: WireElement, item: WireElement) -> Field {
    Field { element, shape: Shape::OptionalList(item) }
}

const fn number(element: WireElement) -> Field {
    Field { element, shape: Shape::Required(Kind::Integer) }
}

const ADD_SUBSCRIPTIONS: &[Field] = &[
    text(WireElement::Card),
    list(WireElement::ProductList, WireElement::Product),
    optional(WireElement::PeriodStart, Kind::Time),
    optional(WireElement::PeriodEnd, Kind::Time),
];
const CANCEL_SUBSCRIPTIONS: &[Field] =
    &[text(WireElement::Card), list(WireElement::ProductList, WireElement::Product)];
const ONE_CARD: &[Field] = &[text(WireElement::Card)];
const ONE_MODULE: &[Field] = &[text(WireElement::Module)];
const CREATE_PAIRING: &[Field] = &[
    list(WireElement::CardList, WireElement::Card),
    list(WireElement::ModuleList, WireElement::Module),
];
const ADD_TO_EXISTING_PAIRING: &[Field] = &[
    text(WireElement::ExistingCard),
    optional_list(WireElement::CardList, WireElement::Card),
    optional_list(WireElement::ModuleList, WireElement::Module),
];
const DISPLAY_FINGERPRINT: &[Field] = &[
    optional(WireElement::Card, Kind::Text),
    optional(WireElement::DisplayAt, Kind::Time),
    optional(WireElement::PositionX, Kind::Integer),
    optional(WireElement::PositionY, Kind::Integer),
    optional(WireElement::Height, Kind::Integer),
    optional(WireElement::DisplayCentiseconds, Kind::Integer),
    optional(WireElement::Slot, Kind::Text),
];
const CARD_AND_PIN: &[Field] = &[text(WireElement::Card), text(WireElement::Pin)];
const MAIL: &[Field] = &[
    list(WireElement::CardList, WireElement::Card),
    text(WireElement::Text),
    optional(WireElement::StartIndication, Kind::Time),
    optional(WireElement::SequenceNumber, Kind::Integer),
];
// Attested: this order, by a public client of the messaging service.
const BARK: &[Field] = &[
    list(WireElement::CardList, WireElement::Card),
    text(WireElement::Text),
    optional(WireElement::DisplaySeconds, Kind::Integer),
    optional(WireElement::StartIndication, Kind::Time),
    optional(WireElement::SequenceNumber, Kind::Integer),
];
// Inferred: the order of the bark message, with the repetition after the duration.
const REPEATING_BARK: &[Field] = &[
    list(WireElement::CardList, WireElement::Card),
    text(WireElement::Text),
    optional(WireElement::DisplaySeconds, Kind::Integer),
    number(WireElement::RepetitionCount),
    number(WireElement::RepetitionIntervalSeconds),
    optional(WireElement::StartIndication, Kind::Time),
    optional(WireElement::SequenceNumber, Kind::Integer),
];

/// The values of an operation, in the order they are sent unless the profile says otherwise.
pub(super) const fn fields(operation: CommandKind) -> &'static [Field] {
    match operation {
        CommandKind::AddSubscriptions => ADD_SUBSCRIPTIONS,
        CommandKind::CancelSubscriptions => CANCEL_SUBSCRIPTIONS,
        CommandKind::GetActiveSubscriptions
        | CommandKind::GetPairingStatusForCard
        | CommandKind::UpdateCaPinToDefaultValue => ONE_CARD,
        CommandKind::GetPairingStatusForPairingModule => ONE_MODULE,
        CommandKind::CreatePairing => CREATE_PAIRING,
        CommandKind::AddToExistingPairing => ADD_TO_EXISTING_PAIRING,
        CommandKind::DisplayFingerprint => DISPLAY_FINGERPRINT,
        CommandKind::UpdateCaPinToGivenValue => CARD_AND_PIN,
        CommandKind::SendMailMessageToClient => MAIL,
        CommandKind::SendBarkMessageToClient => BARK,
        CommandKind::SendRepeatingBarkMessageToClient => REPEATING_BARK,
    }
}
