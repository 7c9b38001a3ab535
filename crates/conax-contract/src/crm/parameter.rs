//! The parameters of every operation, as one table per operation.
//!
//! Only names, needs and kinds of values; how a value is read is in `read`.

use super::codes::IdentifierField;
use crate::source::Source;

/// Whether a parameter has to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// It has to be given.
    Mandatory,
    /// It may be left out.
    Optional,
    /// Of all parameters so marked, exactly one has to be given.
    SemiOptional,
}

impl Need {
    /// The word the documentation uses.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mandatory => "mandatory",
            Self::Optional => "optional",
            Self::SemiOptional => "semi-optional",
        }
    }
}

/// What a parameter's value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueKind {
    /// Non-empty text.
    Text,
    /// Non-empty text that is never repeated to anybody.
    Secret,
    /// Digits that are never repeated to anybody.
    Pin,
    /// A boolean, in any of its accepted forms.
    Boolean,
    /// A date of the documented form.
    Date,
    /// A priority.
    Priority,
    /// One of the thirteen types.
    RequestType,
    /// One of the three states.
    LifeCycleState,
    /// A whole number, zero or more.
    Count,
    /// Names of fields, separated by commas.
    FieldNames,
    /// An object that names a record by exactly one of its sub-fields.
    Identifier(IdentifierKind),
    /// A list of objects with one CA id each.
    Set(SetKind),
}

impl ValueKind {
    /// How it is known that the value has to be so.
    ///
    /// The documents elide the types of booleans, dates, identifiers, sets and the PIN; the examples
    /// and another page have them. That an identifier has exactly one sub-field follows from the
    /// restriction on parameters, which does not speak of sub-fields.
    #[must_use]
    pub const fn source(self) -> Source {
        match self {
            Self::Text
            | Self::Secret
            | Self::Priority
            | Self::RequestType
            | Self::LifeCycleState
            | Self::FieldNames => Source::Documented,
            Self::Date | Self::Set(_) => Source::Shown,
            Self::Boolean | Self::Count => Source::Attested,
            Self::Pin | Self::Identifier(_) => Source::Inferred,
        }
    }

    /// A noun phrase for documents: what the value has to be.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Secret => "text (secret)",
            Self::Pin => "digits as text or a whole number (secret)",
            Self::Boolean => "true, false, 1 or 0",
            Self::Date => "a date YYYY-MM-DDThh:mm:ss",
            Self::Priority => "REGULAR or EXPRESS",
            Self::RequestType => "one of the thirteen types",
            Self::LifeCycleState => "PENDING, REJECTED or COMPLETED",
            Self::Count => "a whole number, 0 or more",
            Self::FieldNames => "field names separated by commas",
            Self::Identifier(_) => "an object with exactly one of its sub-fields",
            Self::Set(_) => "a list of objects with one CA id each",
        }
    }
}

/// The kinds of identifiers, which differ in their sub-fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifierKind {
    /// Names a provisioning request.
    ProvisioningRequest,
    /// Names a subscription.
    Subscription,
    /// Names a product that is a service.
    Service,
    /// Names an installed item that is a smartcard.
    Smartcard,
    /// Names a smartcard for an operation on an existing card: its CA id does as well.
    ExistingSmartcard,
}

impl IdentifierKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::ProvisioningRequest,
        Self::Subscription,
        Self::Service,
        Self::Smartcard,
        Self::ExistingSmartcard,
    ];

    /// The documented sub-fields, of which exactly one is given.
    #[must_use]
    pub const fn fields(self) -> &'static [IdentifierField] {
        use IdentifierField as Field;
        match self {
            Self::ProvisioningRequest | Self::Subscription => &[Field::Id, Field::Number],
            Self::Service => &[Field::Id, Field::Code, Field::AlternativeCode],
            Self::Smartcard | Self::ExistingSmartcard => {
                &[Field::Id, Field::SerialNumber, Field::AlternativeCode]
            }
        }
    }
}

/// The kinds of sets, which differ in the member that carries the CA id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetKind {
    /// Smartcards.
    Smartcards,
    /// Set-top boxes.
    Stbs,
}

impl SetKind {
    /// The name of the member that carries the CA id.
    // Shown: both spellings, in the pairing examples.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::Smartcards => "smartcard_ca_id",
            Self::Stbs => "stb_ca_id",
        }
    }
}

/// What the documentation says about one parameter of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterEntry {
    /// Its name.
    pub name: &'static str,
    /// Whether it has to be given.
    pub need: Need,
    /// What its value has to be.
    pub value: ValueKind,
    /// How its name and whether it has to be given are known.
    pub source: Source,
    /// One sentence on what it means.
    pub text: &'static str,
    /// How that sentence is known: where the documents elide it, not as well as the name.
    pub meaning: Source,
}

impl ParameterEntry {
    const fn new(name: &'static str, value: ValueKind, text: &'static str) -> Self {
        let (need, source) = (Need::Mandatory, Source::Documented);
        Self { name, need, value, source, text, meaning: source }
    }

    const fn optional(self) -> Self {
        let need = Need::Optional;
        Self { need, ..self }
    }

    const fn semi_optional(self) -> Self {
        let need = Need::SemiOptional;
        Self { need, ..self }
    }

    const fn known(self, source: Source) -> Self {
        let meaning = source;
        Self { source, meaning, ..self }
    }

    /// What it means is known less well than its name.
    const fn meant(self, meaning: Source) -> Self {
        Self { meaning, ..self }
    }

    /// How the parameter is known with all that is said of it: as well as the weakest part.
    #[must_use]
    pub fn known_as(&self) -> Source {
        self.source.max(self.meaning)
    }

    /// What its value has to be; with how that is known, if the parameter is known better.
    #[must_use]
    pub fn value_text(&self) -> String {
        let (text, source) = (self.value.text(), self.value.source());
        match source > self.source {
            true => format!("{text} ({source})"),
            false => text.to_owned(),
        }
    }
}

// Documented without a mark; that it is mandatory in effect is inferred.
const TOKEN: ParameterEntry =
    ParameterEntry::new("token", ValueKind::Secret, "The token a login method returned.");

const FIELDS_SET: ParameterEntry = ParameterEntry::new(
    "fields_set",
    ValueKind::FieldNames,
    "The fields the answer should have; all when absent.",
)
.optional();

const SUBSCRIPTION: ParameterEntry = ParameterEntry::new(
    "subscription_identifier",
    ValueKind::Identifier(IdentifierKind::Subscription),
    "The subscription the service, smartcard or pairing belongs to.",
);

const SERVICE: ParameterEntry = ParameterEntry::new(
    "service_identifier",
    ValueKind::Identifier(IdentifierKind::Service),
    "The service to add or cancel; only products classified as services.",
);

const SMARTCARD: ParameterEntry = ParameterEntry::new(
    "smartcard_identifier",
    ValueKind::Identifier(IdentifierKind::Smartcard),
    "The smartcard; only items the provisioning provider classifies as smartcards.",
);

const EXISTING_SMARTCARD: ParameterEntry = ParameterEntry::new(
    "smartcard_identifier",
    ValueKind::Identifier(IdentifierKind::ExistingSmartcard),
    "The smartcard the operation is about.",
);

const SMARTCARD_SET: ParameterEntry = ParameterEntry::new(
    "smartcard_set",
    ValueKind::Set(SetKind::Smartcards),
    "The smartcards, each by its CA id.",
);

const STB_SET: ParameterEntry = ParameterEntry::new(
    "stb_set",
    ValueKind::Set(SetKind::Stbs),
    "The set-top boxes, each by its CA id.",
);

const PROCESS_IMMEDIATELY: ParameterEntry = ParameterEntry::new(
    "process_immediately",
    ValueKind::Boolean,
    "Whether the call itself sends the request to Conax; not so when absent.",
)
.optional()
// The documents have its name and nothing else; page 489617 says what it is for.
.meant(Source::Attested);

const START_DATE: ParameterEntry = ParameterEntry::new(
    "start_date",
    ValueKind::Date,
    "When the request takes effect; at once when absent.",
)
.optional()
// The documents have its name and nothing else; the examples answer with it as `scheduled_date`.
.meant(Source::Inferred);

const PRIORITY: ParameterEntry = ParameterEntry::new(
    "priority",
    ValueKind::Priority,
    "The priority of the request; REGULAR when absent.",
)
.optional();

// Attested from release 7 on for two of the operations, inferred for the others.
const SCHEDULED_DATE: ParameterEntry = ParameterEntry::new(
    "scheduled_date",
    ValueKind::Date,
    "When the request should be processed; wins over `start_date`.",
)
.optional()
.known(Source::Inferred);

const UNIT: ParameterEntry = ParameterEntry::new(
    "unit",
    ValueKind::Text,
    "The id of the unit to log in to; the user's own when absent.",
)
.optional()
.known(Source::Attested);

/// The parameters of `show`.
pub(super) const SHOW: &[ParameterEntry] = &[
    TOKEN,
    // Documented as semi-optional; being the only such parameter it is mandatory in effect.
    ParameterEntry::new(
        "provisioning_request_identifier",
        ValueKind::Identifier(IdentifierKind::ProvisioningRequest),
        "The provisioning request to return.",
    )
    .semi_optional()
    .known(Source::Attested),
    FIELDS_SET,
];

/// The parameters of `list`.
pub(super) const LIST: &[ParameterEntry] = &[
    TOKEN,
    ParameterEntry::new("type", ValueKind::RequestType, "Returns the requests of this type.")
        .semi_optional(),
    ParameterEntry::new(
        "life_cycle_state",
        ValueKind::LifeCycleState,
        "Returns the requests in this state.",
    )
    .semi_optional(),
    ParameterEntry::new(
        "reference_number",
        ValueKind::Text,
        "Returns the requests with this reference of Conax.",
    )
    .semi_optional(),
    FIELDS_SET,
    ParameterEntry::new(
        "number_of_results",
        ValueKind::Count,
        "How many requests to return at most; no limit when absent.",
    )
    .optional()
    .known(Source::Attested),
    ParameterEntry::new("offset", ValueKind::Count, "How many requests to skip; none when absent.")
        .optional()
        .known(Source::Attested),
];

/// The parameters of `add_subscriptions`.
pub(super) const ADD_SUBSCRIPTIONS: &[ParameterEntry] = &[
    TOKEN,
    SUBSCRIPTION,
    SERVICE,
    SMARTCARD,
    PROCESS_IMMEDIATELY,
    START_DATE,
    PRIORITY,
    SCHEDULED_DATE,
];

/// The parameters of `cancel_subscriptions`.
pub(super) const CANCEL_SUBSCRIPTIONS: &[ParameterEntry] = &[
    TOKEN,
    SUBSCRIPTION,
    SERVICE,
    SMARTCARD,
    PROCESS_IMMEDIATELY,
    START_DATE,
    PRIORITY,
    SCHEDULED_DATE.known(Source::Attested),
];

/// The parameters of `create_pairing`.
pub(super) const CREATE_PAIRING: &[ParameterEntry] = &[
    TOKEN,
    SUBSCRIPTION.optional(),
    PROCESS_IMMEDIATELY,
    PRIORITY,
    SMARTCARD_SET,
    STB_SET,
    SCHEDULED_DATE.known(Source::Attested),
];

/// The parameters of `add_to_existing_pairing`.
pub(super) const ADD_TO_EXISTING_PAIRING: &[ParameterEntry] = &[
    TOKEN,
    SUBSCRIPTION.optional(),
    EXISTING_SMARTCARD,
    PROCESS_IMMEDIATELY,
    PRIORITY,
    SMARTCARD_SET.semi_optional(),
    STB_SET.semi_optional(),
    SCHEDULED_DATE,
];

/// The parameters of `reset_pin_to_default_value`.
pub(super) const RESET_PIN_TO_DEFAULT_VALUE: &[ParameterEntry] =
    &[TOKEN, SUBSCRIPTION, EXISTING_SMARTCARD, PROCESS_IMMEDIATELY, PRIORITY, SCHEDULED_DATE];

/// The parameters of `reset_pin_to_given_value`.
pub(super) const RESET_PIN_TO_GIVEN_VALUE: &[ParameterEntry] = &[
    TOKEN,
    SUBSCRIPTION,
    EXISTING_SMARTCARD,
    ParameterEntry::new("pin", ValueKind::Pin, "The new PIN."),
    PROCESS_IMMEDIATELY,
    PRIORITY,
    SCHEDULED_DATE,
];

/// The parameters of `authentication/token`.
pub(super) const ISSUE_TOKEN: &[ParameterEntry] = &[
    ParameterEntry::new("username", ValueKind::Text, "The login name.").known(Source::Attested),
    ParameterEntry::new("password", ValueKind::Secret, "The password.").known(Source::Attested),
    ParameterEntry::new("organisation", ValueKind::Text, "The organisation to log in to.")
        .known(Source::Attested),
    UNIT,
];

/// The parameters of `authentication/token/release`.
pub(super) const RELEASE_TOKEN: &[ParameterEntry] = &[TOKEN.known(Source::Attested)];

/// The parameters of `authentication/web_api_key/token`.
pub(super) const ISSUE_TOKEN_FOR_WEB_API_KEY: &[ParameterEntry] = &[UNIT];
