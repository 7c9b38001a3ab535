//! The body that creates a provisioning request as a CRM.COM utility does.
//!
//! Seven of the thirteen types have no creating method in the documented API; in the product they
//! come from screens (Attested). Names of members follow the documented items where those are
//! shown (fingerprint); the rest is Ours.

use chrono::NaiveDateTime;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::control::body::{BodyProblem, documented_date, read};
use crate::crm::{CommandKind, DateText, Priority};
use crate::text::TextFault;

/// A request to create.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UtilityBody {
    /// One of the seven types, as `type`.
    #[serde(rename = "type")]
    pub request_type: String,
    /// Login name of the user in whose name it is created; absent: the world's first user.
    pub username: Option<String>,
    /// CA ids of the smartcards; none for a fingerprint on every card.
    #[serde(default)]
    pub smartcards: Vec<String>,
    /// CA id of the set-top box, for its pairing status.
    pub stb: Option<String>,
    /// Text of a message.
    pub message_text: Option<String>,
    /// Sequence number of a message.
    pub message_sequence_number: Option<i64>,
    /// How long it is shown: seconds for a message, hundredths for a fingerprint.
    pub display_duration: Option<i64>,
    /// How many times a repeating message is shown.
    pub repetition_count: Option<i64>,
    /// Seconds from one showing to the next.
    pub repetition_interval: Option<i64>,
    /// When a fingerprint is shown, or a message for the first time.
    #[serde(default, deserialize_with = "documented_date")]
    #[schemars(with = "Option<DateText>")]
    pub display_date_time: Option<NaiveDateTime>,
    /// Left edge of a fingerprint.
    pub position_x: Option<i64>,
    /// Top edge of a fingerprint.
    pub position_y: Option<i64>,
    /// Height of a fingerprint.
    pub height: Option<i64>,
    /// Slot of a fingerprint.
    pub fingerprint_slot: Option<String>,
    /// `REGULAR` or `EXPRESS`.
    pub priority: Option<String>,
    /// Whether the call itself sends it.
    #[serde(default)]
    pub process_immediately: bool,
    /// When to send it.
    #[serde(default, deserialize_with = "documented_date")]
    #[schemars(with = "Option<DateText>")]
    pub scheduled_date: Option<NaiveDateTime>,
}

/// The types a utility creates.
const TYPES: [CommandKind; 7] = [
    CommandKind::GetActiveSubscriptions,
    CommandKind::GetPairingStatusForCard,
    CommandKind::GetPairingStatusForPairingModule,
    CommandKind::DisplayFingerprint,
    CommandKind::SendMailMessageToClient,
    CommandKind::SendBarkMessageToClient,
    CommandKind::SendRepeatingBarkMessageToClient,
];

impl UtilityBody {
    /// Reads a body.
    ///
    /// # Errors
    /// If it is not such a JSON object, or a member is missing, unknown or does not belong to the
    /// type.
    pub fn parse(body: &[u8]) -> Result<(CommandKind, Priority, Self), BodyProblem> {
        let parsed: Self = read(body)?;
        let request_type = parsed.checked_type()?;
        let priority = match parsed.priority.as_deref() {
            None => Priority::Regular,
            Some(code) => Priority::from_code(code).ok_or_else(|| {
                BodyProblem(format!("`priority`: found `{code}`, allowed REGULAR, EXPRESS"))
            })?,
        };
        parsed.check_members(request_type)?;
        parsed.check_texts()?;
        Ok((request_type, priority, parsed))
    }

    fn checked_type(&self) -> Result<CommandKind, BodyProblem> {
        let found = CommandKind::from_code(&self.request_type);
        if let Some(found) = found.filter(|found| TYPES.contains(found)) {
            return Ok(found);
        }
        let hint = match found {
            Some(_) => "; the documented API creates the others",
            None => "",
        };
        let allowed = TYPES.map(CommandKind::code).join(", ");
        Err(BodyProblem(format!("`type`: found `{}`, allowed {allowed}{hint}", self.request_type)))
    }

    fn check_members(&self, request_type: CommandKind) -> Result<(), BodyProblem> {
        let (needed, allowed) = members_of(request_type);
        for (name, given) in self.members() {
            let is_needed = needed.contains(&name);
            if given && !is_needed && !allowed.contains(&name) {
                return Err(BodyProblem(format!(
                    "`{name}` does not belong to {}; it takes {}",
                    request_type.code(),
                    [needed, allowed].concat().join(", ")
                )));
            }
            if is_needed && !given {
                return Err(BodyProblem(format!("`{name}` is missing")));
            }
        }
        match (request_type, self.smartcards.len()) {
            (
                CommandKind::GetActiveSubscriptions
                | CommandKind::GetPairingStatusForCard
                | CommandKind::DisplayFingerprint,
                count,
            ) if count > 1 => Err(BodyProblem(format!("`smartcards`: found {count}, allowed one"))),
            _ => Ok(()),
        }
    }

    /// Refuses a text that is not kept, or could not be sent to Conax as it is.
    fn check_texts(&self) -> Result<(), BodyProblem> {
        let cards = self.smartcards.iter().map(|card| ("smartcards", card));
        let others = [
            ("stb", &self.stb),
            ("message_text", &self.message_text),
            ("fingerprint_slot", &self.fingerprint_slot),
        ];
        let others = others.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
        for (name, text) in cards.chain(others) {
            if let Some(fault) = TextFault::of(text) {
                return Err(BodyProblem(format!("`{name}` {fault}")));
            }
        }
        Ok(())
    }

    /// Every member that depends on the type, and whether it was given.
    fn members(&self) -> [(&'static str, bool); 12] {
        [
            ("smartcards", !self.smartcards.is_empty()),
            ("stb", self.stb.is_some()),
            ("message_text", self.message_text.is_some()),
            ("message_sequence_number", self.message_sequence_number.is_some()),
            ("display_duration", self.display_duration.is_some()),
            ("repetition_count", self.repetition_count.is_some()),
            ("repetition_interval", self.repetition_interval.is_some()),
            ("display_date_time", self.display_date_time.is_some()),
            ("position_x", self.position_x.is_some()),
            ("position_y", self.position_y.is_some()),
            ("height", self.height.is_some()),
            ("fingerprint_slot", self.fingerprint_slot.is_some()),
        ]
    }
}

type Names = &'static [&'static str];

/// The members a type needs, and those it may have besides.
fn members_of(request_type: CommandKind) -> (Names, Names) {
    match request_type {
        CommandKind::GetActiveSubscriptions | CommandKind::GetPairingStatusForCard => {
            (&["smartcards"], &[])
        }
        CommandKind::GetPairingStatusForPairingModule => (&["stb"], &[]),
        CommandKind::DisplayFingerprint => (
            &[],
            &[
                "smartcards",
                "display_date_time",
                "position_x",
                "position_y",
                "height",
                "display_duration",
                "fingerprint_slot",
            ],
        ),
        CommandKind::SendMailMessageToClient => {
            (&["smartcards", "message_text"], &["display_date_time", "message_sequence_number"])
        }
        CommandKind::SendBarkMessageToClient => (
            &["smartcards", "message_text"],
            &["display_date_time", "message_sequence_number", "display_duration"],
        ),
        CommandKind::SendRepeatingBarkMessageToClient => (
            &["smartcards", "message_text", "repetition_count", "repetition_interval"],
            &["display_date_time", "message_sequence_number", "display_duration"],
        ),
        CommandKind::AddSubscriptions
        | CommandKind::CancelSubscriptions
        | CommandKind::CreatePairing
        | CommandKind::AddToExistingPairing
        | CommandKind::UpdateCaPinToDefaultValue
        | CommandKind::UpdateCaPinToGivenValue => (&[], &[]),
    }
}
