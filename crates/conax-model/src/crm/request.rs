//! A provisioning request: one row of the book.

use std::sync::Arc;

use crate::command::CommandKind;
use crate::crm::reference::Author;
use crate::crm::settlement::ErrorText;
use crate::id::HexId;
use crate::secret::Secret;
use crate::source::Source;
use crate::time::SimTime;
use crate::trace::TraceContext;
use crate::word_list;

/// The business number of a provisioning request; strictly increasing (law C6).
pub type RequestNumber = u64;

word_list! {
    /// How urgent a provisioning request is (Documented; what it changes is Inferred: EXPRESS is sent
    /// first of those that may leave).
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum Priority {
        /// The default.
        Regular = "REGULAR", Documented;
        /// Before the regular ones.
        Express = "EXPRESS", Documented;
    }
}

/// Where a request is in its life. The last two are final (law C1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum State {
    /// Not sent yet, or on its way: the interface does not tell the two apart (Documented).
    Pending,
    /// Accepted by the head-end.
    Completed {
        /// The head-end's reference; absent only if it answered without one (fault F23).
        #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::own"))]
        reference: Option<Arc<str>>,
    },
    /// Refused by the head-end or by the CRM, or its outcome is unknown to the CRM.
    Rejected {
        /// What the CRM stored as the error.
        error: ErrorText,
        /// What the head-end itself said, if it said anything.
        provider_error: Option<ErrorText>,
    },
}

word_list! {
    /// The name of an item of `parameters_set`.
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum ParameterKey {
        /// The subscription's link to its provisioning distributor.
        SubProvisioningDistributionId = "sub_provisioning_distribution_id", Shown;
        /// The CA id of the service.
        ServiceCaId = "service_ca_id", Shown;
        /// The CA id of a smartcard.
        SmartcardCaId = "smartcard_ca_id", Shown;
        /// The CA id of a set-top box.
        StbCaId = "stb_ca_id", Shown;
        /// The smartcard's link to its provisioning distributor.
        SmartcardSubProvisioningDistributionId = "smartcard_sub_provisioning_distribution_id", Shown;
        /// The set-top box's link, with the "distributor" the example prints.
        StbSubProvisioningDistributorId = "stb_sub_provisioning_distributor_id", Shown;
        /// The CA id of the smartcard that names the pairing.
        ExistingSmartcardCaId = "existing_smartcard_ca_id", Shown;
        /// The submitted PIN; its value is never printed.
        CaPin = "ca_pin", Shown;
        /// When the fingerprint is to be shown.
        DisplayDateTime = "display_date_time", Shown;
        /// Where the fingerprint is shown, from the top.
        PositionY = "position_y", Shown;
        /// Where the fingerprint is shown, from the left.
        PositionX = "position_x", Shown;
        /// How high the fingerprint is.
        Height = "height", Shown;
        /// How long it is shown.
        DisplayDuration = "display_duration", Shown;
        /// Which fingerprint slot is used.
        FingerprintSlot = "fingerprint_slot", Shown;
        /// The text of a mail or bark message.
        MessageText = "message_text", Ours;
        /// The number by which a later message replaces an earlier one.
        MessageSequenceNumber = "message_sequence_number", Ours;
        /// How often a bark message is shown.
        RepetitionCount = "repetition_count", Ours;
        /// The pause between two showings.
        RepetitionInterval = "repetition_interval", Ours;
    }
}

impl ParameterKey {
    /// Whether the item prints its `id` before its value.
    // Shown: only the `stb_ca_id` items do, in both examples that have one.
    #[must_use]
    pub const fn prints_id_first(self) -> bool {
        matches!(self, Self::StbCaId)
    }

    /// Whether its value is a number where it comes from our own control API.
    // Ours: the one example that has such items prints them as null.
    #[must_use]
    pub const fn holds_number(self) -> bool {
        matches!(
            self,
            Self::PositionY
                | Self::PositionX
                | Self::Height
                | Self::DisplayDuration
                | Self::MessageSequenceNumber
                | Self::RepetitionCount
                | Self::RepetitionInterval
        )
    }
}

impl CommandKind {
    /// The items a request of this type can carry, each with how that use is known.
    #[must_use]
    pub const fn parameter_keys(self) -> &'static [(ParameterKey, Source)] {
        use ParameterKey as Key;
        match self {
            Self::AddSubscriptions | Self::CancelSubscriptions => &[
                (Key::SubProvisioningDistributionId, Source::Shown),
                (Key::ServiceCaId, Source::Shown),
                (Key::SmartcardCaId, Source::Shown),
            ],
            Self::CreatePairing => &[
                (Key::StbCaId, Source::Shown),
                (Key::SmartcardCaId, Source::Shown),
                (Key::StbSubProvisioningDistributorId, Source::Shown),
                (Key::SmartcardSubProvisioningDistributionId, Source::Shown),
            ],
            Self::AddToExistingPairing => &[
                (Key::ExistingSmartcardCaId, Source::Shown),
                (Key::StbCaId, Source::Shown),
                (Key::SmartcardCaId, Source::Inferred),
            ],
            Self::UpdateCaPinToDefaultValue => &[
                (Key::SmartcardSubProvisioningDistributionId, Source::Shown),
                (Key::SmartcardCaId, Source::Shown),
            ],
            Self::UpdateCaPinToGivenValue => &[
                (Key::SmartcardSubProvisioningDistributionId, Source::Shown),
                (Key::SmartcardCaId, Source::Shown),
                (Key::CaPin, Source::Shown),
            ],
            Self::DisplayFingerprint => &[
                (Key::DisplayDateTime, Source::Shown),
                (Key::PositionY, Source::Shown),
                (Key::PositionX, Source::Shown),
                (Key::SmartcardCaId, Source::Shown),
                (Key::Height, Source::Shown),
                (Key::DisplayDuration, Source::Shown),
                (Key::FingerprintSlot, Source::Shown),
            ],
            Self::GetActiveSubscriptions | Self::GetPairingStatusForCard => {
                &[(Key::SmartcardCaId, Source::Ours)]
            }
            Self::GetPairingStatusForPairingModule => &[(Key::StbCaId, Source::Ours)],
            Self::SendMailMessageToClient => &[
                (Key::SmartcardCaId, Source::Ours),
                (Key::MessageText, Source::Ours),
                (Key::DisplayDateTime, Source::Ours),
                (Key::MessageSequenceNumber, Source::Ours),
            ],
            Self::SendBarkMessageToClient => &[
                (Key::SmartcardCaId, Source::Ours),
                (Key::MessageText, Source::Ours),
                (Key::DisplayDateTime, Source::Ours),
                (Key::MessageSequenceNumber, Source::Ours),
                (Key::DisplayDuration, Source::Ours),
            ],
            Self::SendRepeatingBarkMessageToClient => &[
                (Key::SmartcardCaId, Source::Ours),
                (Key::MessageText, Source::Ours),
                (Key::DisplayDateTime, Source::Ours),
                (Key::MessageSequenceNumber, Source::Ours),
                (Key::DisplayDuration, Source::Ours),
                (Key::RepetitionCount, Source::Ours),
                (Key::RepetitionInterval, Source::Ours),
            ],
        }
    }
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum ParameterValue {
    /// A text.
    Text(
        #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
        Arc<str>,
    ),
    /// A number.
    Number(i64),
    /// A date.
    Date(SimTime),
}

/// The id of a parameter item.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum ParameterId {
    /// One the book made.
    Generated(HexId),
    /// One a loaded record brought along, in any form.
    Given(Arc<str>),
}

/// One item of a request's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Parameter {
    /// Id of the item.
    pub id: ParameterId,
    /// What it is.
    pub name: ParameterKey,
    /// Its value; absent values are printed as null.
    pub value: Option<ParameterValue>,
}

/// One row of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct ProvisioningRequest {
    /// Id of the request.
    pub id: HexId,
    /// Business number; absent only in loaded records of the first builds.
    pub number: Option<RequestNumber>,
    /// What the head-end is to be told.
    pub kind: CommandKind,
    /// Order of sending, only in loaded records.
    pub sequence_number: Option<i64>,
    /// When it is to be sent.
    pub scheduled: SimTime,
    /// When it was sent and answered.
    pub executed: Option<SimTime>,
    /// Whether the creating call asked to send it at once; absent in loaded records.
    pub process_immediately: Option<bool>,
    /// How urgent it is.
    pub priority: Priority,
    /// Where it is in its life.
    pub state: State,
    /// The text that was sent, flattened, without secrets.
    #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::own"))]
    pub request: Option<Arc<str>>,
    /// The text that came back, flattened.
    #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::own"))]
    pub response: Option<Arc<str>>,
    /// The process that made it.
    #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
    pub process_name: Option<Arc<str>>,
    /// Id of that process.
    #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
    pub process_id: Option<Arc<str>>,
    /// A member of the documented object that is null in every example.
    #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
    pub name: Option<Arc<str>>,
    /// When it was created.
    pub created: SimTime,
    /// When it was last changed.
    pub updated: SimTime,
    /// Who created it.
    #[cfg_attr(feature = "storage", serde(with = "crate::storage::once"))]
    pub created_by: Arc<Author>,
    /// Who changed it last.
    #[cfg_attr(feature = "storage", serde(with = "crate::storage::once"))]
    pub updated_by: Arc<Author>,
    /// Its parameters, in no meaningful order.
    pub parameters: Box<[Parameter]>,
    /// Its place in the order in which requests were settled; absent while pending and in loaded
    /// records.
    pub settled_order: Option<u64>,
    /// Processing runs leave it alone (Ours: how the demo world keeps its oldest records pending).
    pub held: bool,
    /// The trace the creating call belongs to. Stored beside the rows, since few have one.
    #[cfg_attr(feature = "storage", serde(skip))]
    pub trace: Option<Arc<TraceContext>>,
    /// The submitted PIN, until the request is settled.
    pub(super) pin: Option<Secret>,
}

/// What a new request is made of.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// What the head-end is to be told.
    pub kind: CommandKind,
    /// When to send it.
    pub scheduled: SimTime,
    /// Whether the creating call sends it.
    pub process_immediately: bool,
    /// How urgent it is.
    pub priority: Priority,
    /// The process that makes it.
    pub process_name: Option<Arc<str>>,
    /// Who makes it.
    pub author: Arc<Author>,
    /// Its parameters.
    pub parameters: Vec<(ParameterKey, Option<ParameterValue>)>,
    /// The submitted PIN, if there is one.
    pub pin: Option<Secret>,
    /// The trace the call belongs to.
    pub trace: Option<Arc<TraceContext>>,
}

/// A record that exists before the simulator starts.
#[derive(Clone, Debug)]
pub struct LoadedRequest(pub ProvisioningRequest);

impl LoadedRequest {
    /// A record from its parts; it has no PIN.
    #[must_use]
    pub fn new(id: HexId, kind: CommandKind, scheduled: SimTime, author: Arc<Author>) -> Self {
        Self(ProvisioningRequest {
            id,
            number: None,
            kind,
            sequence_number: None,
            scheduled,
            executed: None,
            process_immediately: None,
            priority: Priority::Regular,
            state: State::Pending,
            request: None,
            response: None,
            process_name: None,
            process_id: None,
            name: None,
            created: scheduled,
            updated: scheduled,
            created_by: Arc::clone(&author),
            updated_by: author,
            parameters: Box::default(),
            settled_order: None,
            held: false,
            trace: None,
            pin: None,
        })
    }

    /// The record with a PIN that is still to be sent.
    #[must_use]
    pub fn with_pin(mut self, pin: Secret) -> Self {
        self.0.pin = Some(pin);
        self
    }
}

impl ProvisioningRequest {
    /// The texts of all parameters of this name.
    pub fn texts(&self, name: ParameterKey) -> impl Iterator<Item = &Arc<str>> {
        self.parameters.iter().filter(move |parameter| parameter.name == name).filter_map(
            |parameter| match &parameter.value {
                Some(ParameterValue::Text(text)) => Some(text),
                _ => None,
            },
        )
    }

    /// The smartcards whose order of sending this request takes part in.
    pub fn lanes(&self) -> impl Iterator<Item = &Arc<str>> {
        self.texts(ParameterKey::SmartcardCaId)
            .chain(self.texts(ParameterKey::ExistingSmartcardCaId))
    }

    /// When it became, or becomes, due for a processing run: on its date, and not before it was
    /// created.
    #[must_use]
    pub fn became_due(&self) -> SimTime {
        self.scheduled.max(self.created)
    }

    /// From when on it could leave: sent at once, it does not wait for its date.
    #[must_use]
    pub fn turn(&self) -> SimTime {
        match self.process_immediately {
            Some(true) => self.created,
            Some(false) | None => self.became_due(),
        }
    }

    /// The head-end's reference, once it accepted the request.
    #[must_use]
    pub fn reference(&self) -> Option<&Arc<str>> {
        match &self.state {
            State::Completed { reference } => reference.as_ref(),
            State::Pending | State::Rejected { .. } => None,
        }
    }
}
