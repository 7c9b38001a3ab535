//! Mail and bark messages: their limits, their successors, their time on air.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::command::TextMessage;
use crate::id::{DomainName, SmartcardId};
use crate::time::SimTime;
use crate::word_list;

use super::decision::{Change, Decision, Verdict};
use super::schedule::{Planned, ShowState, Shown};
use super::settings::{BatchAtomicity, IntervalRule, TextAlphabet};
use super::state::CasState;
use super::transaction::{Effect, Rejection, RejectionCause};

/// The interval of repetition is a byte of tens of seconds (Attested: 10 to 2550, steps of 10).
const INTERVAL_STEP_SECONDS: i64 = 10;
const INTERVAL_LIMIT_SECONDS: i64 = 2550;
/// The count of repetitions is one byte (Inferred; a set-top box keeps one byte, Attested).
const REPETITION_LIMIT: i64 = 255;

word_list! {
    /// The kinds of message.
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum MessageKind {
        /// Goes to the mailbox.
        Mail = "mail", Ours;
        /// Shown on screen once.
        Bark = "bark", Ours;
        /// Shown on screen again and again.
        RepeatingBark = "repeating_bark", Ours;
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mail => "mail",
            Self::Bark => "bark message",
            Self::RepeatingBark => "repeating bark message",
        })
    }
}

/// How a message is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Repetition {
    /// How many times it is shown: 1 to 255.
    pub count: u8,
    /// Seconds from one showing to the next: 10 to 2550 in steps of 10.
    pub interval_seconds: u16,
}

/// A message for one smartcard as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// Its number; later messages have higher ones.
    pub number: u64,
    /// Whose box shows it.
    pub card: SmartcardId,
    /// What kind of message.
    pub kind: MessageKind,
    /// The text.
    pub text: Arc<str>,
    /// The sequence number modulo 256, if one was sent.
    pub sequence: Option<u8>,
    /// How long it stays on screen, in seconds; nothing for a mail.
    pub display_seconds: Option<u32>,
    /// How it is repeated, if it is.
    pub repetition: Option<Repetition>,
    /// When it starts.
    pub start: SimTime,
    /// When it was or will be over.
    pub end: SimTime,
    /// Its state.
    pub state: ShowState,
}

/// What successors share: card, kind and sequence modulo 256 (Inferred: a set-top box keeps one
/// byte of it). Without a sequence number there are no successors.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct MessageKey {
    pub(super) card: SmartcardId,
    pub(super) kind: MessageKind,
    pub(super) sequence: Option<u8>,
}

/// What is stored of a message besides its key and times.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Message {
    #[cfg_attr(feature = "storage", serde(deserialize_with = "crate::storage::shared"))]
    pub(super) text: Arc<str>,
    pub(super) display_seconds: Option<u32>,
    pub(super) repetition: Option<Repetition>,
}

impl MessageView {
    pub(super) fn new(number: u64, shown: &Shown<MessageKey, Message>, now: SimTime) -> Self {
        let MessageKey { card, kind, sequence } = &shown.planned.key;
        let message = &shown.planned.item;
        Self {
            number,
            card: card.clone(),
            kind: *kind,
            text: Arc::clone(&message.text),
            sequence: *sequence,
            display_seconds: message.display_seconds,
            repetition: message.repetition,
            start: shown.planned.start,
            end: shown.over_at(),
            state: shown.state(now),
        }
    }
}

/// How a kind of message is shown, checked.
pub(super) struct Showing {
    kind: MessageKind,
    display_seconds: Option<u32>,
    repetition: Option<Repetition>,
    duration: Duration,
}

impl CasState {
    /// A mail is on air for a set time; it has no display.
    pub(super) fn mail_showing(&self) -> Showing {
        Showing {
            kind: MessageKind::Mail,
            display_seconds: None,
            repetition: None,
            duration: self.settings.mail_air_time,
        }
    }

    /// A bark message is on air for as long as it is displayed.
    pub(super) fn bark_showing(&self, display_seconds: Option<i64>) -> Result<Showing, Rejection> {
        let display_seconds = self.read_display(display_seconds)?;
        Ok(Showing {
            kind: MessageKind::Bark,
            display_seconds: Some(display_seconds),
            repetition: None,
            duration: Duration::from_secs(display_seconds.into()),
        })
    }

    /// A repeating bark message is on air for count times interval (Inferred).
    pub(super) fn repeating_showing(
        &self,
        display_seconds: Option<i64>,
        count: i64,
        interval_seconds: i64,
    ) -> Result<Showing, Rejection> {
        let display_seconds = self.read_display(display_seconds)?;
        let repetition = read_repetition(count, interval_seconds)?;
        let interval = u32::from(repetition.interval_seconds);
        let rule = self.settings.interval_rule;
        if rule == IntervalRule::AtLeastDisplay && interval < display_seconds {
            return Err(Rejection::invalid(format!(
                "the repetition interval of {interval} seconds is shorter than the display of \
                 {display_seconds}"
            )));
        }
        Ok(Showing {
            kind: MessageKind::RepeatingBark,
            display_seconds: Some(display_seconds),
            repetition: Some(repetition),
            duration: Duration::from_secs(interval.into()) * u32::from(repetition.count),
        })
    }

    /// Queues a message for each smartcard; an equal sequence number replaces the earlier one.
    pub(super) fn decide_message(
        &self,
        domain: &DomainName,
        message: &TextMessage,
        showing: &Showing,
        now: SimTime,
    ) -> Verdict {
        self.check_text(showing.kind, &message.text)?;
        let start = self.show_start(message.start, now)?;
        let (cards, left_out) = self.read_batch(domain, &message.cards)?;
        let limit = self.settings.live_message_limit;
        if !self.messages.has_room(cards.len(), limit, now) {
            let message = format!("there is no room for more than {limit} messages at a time");
            return Err(Rejection::new(RejectionCause::CapacityExceeded, message));
        }
        let text: Arc<str> = message.text.as_str().into();
        let planned = |card: &SmartcardId| Planned {
            key: MessageKey {
                card: card.clone(),
                kind: showing.kind,
                sequence: message.sequence_number.map(low_byte),
            },
            start,
            end: start + showing.duration,
            item: Message {
                text: Arc::clone(&text),
                display_seconds: showing.display_seconds,
                repetition: showing.repetition,
            },
        };
        let messages: Vec<_> = cards.iter().map(planned).collect();
        let replaced = self.replaced_messages(&messages, now);
        let effect = Effect::MessageQueued {
            kind: showing.kind,
            cards: cards.into_iter().collect(),
            replaced_count: replaced.len(),
            left_out,
        };
        let change = Change::QueueMessages { replaced, messages };
        Ok(Decision::change(change, effect))
    }

    fn replaced_messages(
        &self,
        successors: &[Planned<MessageKey, Message>],
        now: SimTime,
    ) -> Vec<u64> {
        let keys = successors.iter().map(|successor| &successor.key);
        keys.filter(|key| key.sequence.is_some())
            .flat_map(|key| self.messages.living(key.clone()..=key.clone(), now))
            .map(|(number, _)| number)
            .collect()
    }

    /// The smartcards of a batch, each once (Ours: naming one twice sends one message), and why
    /// others were left out.
    fn read_batch(
        &self,
        domain: &DomainName,
        cards: &[SmartcardId],
    ) -> Result<(BTreeSet<SmartcardId>, Vec<Rejection>), Rejection> {
        let limit = self.settings.batch_limit;
        if cards.is_empty() || cards.len() > limit {
            return Err(Rejection::invalid(format!(
                "{} smartcards are named; 1 to {limit} are allowed",
                cards.len()
            )));
        }
        let mut reached = BTreeSet::new();
        let mut left_out = Vec::new();
        for card in cards {
            match self.read_managed(domain, card) {
                Ok(card) => {
                    reached.insert(card);
                }
                Err(rejection) if self.settings.batch_atomicity == BatchAtomicity::Whole => {
                    return Err(rejection);
                }
                Err(rejection) => left_out.push(rejection),
            }
        }
        match left_out.first() {
            Some(rejection) if reached.is_empty() => Err(rejection.clone()),
            _ => Ok((reached, left_out)),
        }
    }

    /// Ours: a blocked card still gets messages and fingerprints; the table of transitions names
    /// only what it must not gain.
    pub(super) fn read_managed(
        &self,
        domain: &DomainName,
        card: &SmartcardId,
    ) -> Result<SmartcardId, Rejection> {
        let card = self.settings.card_format.read(card)?;
        self.managed_card(domain, &card)?;
        Ok(card)
    }

    fn check_text(&self, kind: MessageKind, text: &str) -> Result<(), Rejection> {
        let limit = match kind {
            MessageKind::Mail => self.settings.mail_text_limit,
            MessageKind::Bark | MessageKind::RepeatingBark => self.settings.bark_text_limit,
        };
        let length = text.chars().count();
        if text.trim().is_empty() || length > limit {
            return Err(Rejection::invalid(format!(
                "the text has {length} characters{}; a {kind} has 1 to {limit}",
                if length > limit { "" } else { ", none of them visible" }
            )));
        }
        let alphabet = self.settings.text_alphabet;
        let mut characters = text.chars().zip(1..);
        match characters.find(|(character, _)| !is_allowed(alphabet, *character)) {
            Some((character, position)) => Err(Rejection::invalid(format!(
                "character {position} of the text, U+{:04X}, is not supported",
                u32::from(character)
            ))),
            None => Ok(()),
        }
    }

    fn read_display(&self, seconds: Option<i64>) -> Result<u32, Rejection> {
        let Some(seconds) = seconds else {
            return Ok(self.settings.default_display_seconds);
        };
        let limit = self.settings.display_seconds_limit;
        let read = u32::try_from(seconds).ok();
        read.filter(|seconds| (1..=limit).contains(seconds))
            .ok_or_else(|| out_of_range("the display duration in seconds", seconds, 1, limit))
    }
}

/// The sequence number as a set-top box keeps it: its lowest byte, also of a negative one.
fn low_byte(sequence: i64) -> u8 {
    sequence.to_le_bytes()[0]
}

fn read_repetition(count: i64, interval_seconds: i64) -> Result<Repetition, Rejection> {
    let read_count = u8::try_from(count).ok().filter(|count| *count > 0);
    let steps = interval_seconds % INTERVAL_STEP_SECONDS == 0;
    let range = INTERVAL_STEP_SECONDS..=INTERVAL_LIMIT_SECONDS;
    let in_steps = (steps && range.contains(&interval_seconds)).then_some(interval_seconds);
    let read_interval = in_steps.and_then(|seconds| u16::try_from(seconds).ok());
    match (read_count, read_interval) {
        (Some(count), Some(interval_seconds)) => Ok(Repetition { count, interval_seconds }),
        (None, _) => Err(out_of_range("the repetition count", count, 1, REPETITION_LIMIT)),
        (_, None) => Err(Rejection::invalid(format!(
            "the repetition interval is `{interval_seconds}` seconds; \
             10 to {INTERVAL_LIMIT_SECONDS} in steps of {INTERVAL_STEP_SECONDS} are allowed"
        ))),
    }
}

fn is_allowed(alphabet: TextAlphabet, character: char) -> bool {
    let control = character.is_control() && !matches!(character, '\n' | '\r' | '\t');
    !control
        && match alphabet {
            TextAlphabet::Unicode => true,
            TextAlphabet::Latin1 => u32::from(character) < 256,
        }
}

/// A number outside its range.
pub(super) fn out_of_range(
    what: &str,
    found: i64,
    least: impl fmt::Display,
    most: impl fmt::Display,
) -> Rejection {
    Rejection::invalid(format!("{what} is `{found}`; {least} to {most} are allowed"))
}
