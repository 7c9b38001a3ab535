//! Fingerprints: jobs that show the number of a smartcard on screen.
//!
//! Limits are those of a set-top box (Attested: 16 bits for position and duration, 8 for height).

use std::time::Duration;

use crate::command::Fingerprint;
use crate::id::{DomainName, SmartcardId};
use crate::time::SimTime;

use super::decision::{Change, Decision, Verdict};
use super::message::out_of_range;
use super::schedule::{Planned, ShowState, Shown};
use super::settings::{FingerprintPixels, OverlappingFingerprints};
use super::state::CasState;
use super::transaction::{Effect, Rejection, RejectionCause};
use super::wording::quoted;

/// The slot if none is sent. Ours: the only one shown.
const DEFAULT_SLOT: char = 'A';

/// A fingerprint job as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FingerprintView {
    /// Its number; later jobs have higher ones.
    pub number: u64,
    /// The SMS domain that sent it.
    pub domain: DomainName,
    /// Whose box shows it; nothing: those of all cards of the domain.
    pub card: Option<SmartcardId>,
    /// The slot, A to Z.
    pub slot: char,
    /// Left edge in pixels; nothing: where the head-end puts it.
    pub position_x: Option<u16>,
    /// Top edge in pixels; nothing: where the head-end puts it.
    pub position_y: Option<u16>,
    /// Height of the text; nothing: what the head-end takes.
    pub height: Option<u8>,
    /// How long it is shown, in hundredths of a second.
    pub display_centiseconds: u16,
    /// When it starts.
    pub start: SimTime,
    /// When it was or will be over.
    pub end: SimTime,
    /// Its state.
    pub state: ShowState,
}

/// Whose screens and which slot. The cards of a domain lie together, the job for all first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct FingerprintKey {
    pub(super) domain: DomainName,
    pub(super) slot: char,
    pub(super) card: Option<SmartcardId>,
}

/// What is stored of a job besides its key and times.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct FingerprintJob {
    pub(super) position_x: Option<u16>,
    pub(super) position_y: Option<u16>,
    pub(super) height: Option<u8>,
    pub(super) display_centiseconds: u16,
}

impl FingerprintView {
    pub(super) fn new(
        number: u64,
        shown: &Shown<FingerprintKey, FingerprintJob>,
        now: SimTime,
    ) -> Self {
        let FingerprintKey { domain, slot, card } = &shown.planned.key;
        let job = &shown.planned.item;
        Self {
            number,
            domain: domain.clone(),
            card: card.clone(),
            slot: *slot,
            position_x: job.position_x,
            position_y: job.position_y,
            height: job.height,
            display_centiseconds: job.display_centiseconds,
            start: shown.planned.start,
            end: shown.over_at(),
            state: shown.state(now),
        }
    }
}

impl CasState {
    /// Each command is a job of its own (Inferred), unless it meets another in its slot.
    pub(super) fn decide_fingerprint(
        &self,
        domain: &DomainName,
        fingerprint: &Fingerprint,
        now: SimTime,
    ) -> Verdict {
        let item = self.read_job(fingerprint)?;
        let slot = read_slot(fingerprint.slot.as_deref())?;
        let start = self.show_start(fingerprint.display_at, now)?;
        let card = fingerprint.card.as_ref();
        let card = card.map(|card| self.read_managed(domain, card)).transpose()?;
        let key = FingerprintKey { domain: domain.clone(), slot, card };
        let end = start + Duration::from_millis(u64::from(item.display_centiseconds) * 10);
        let job = Planned { key, start, end, item };
        let limit = self.settings.live_fingerprint_limit;
        if !self.fingerprints.has_room(1, limit, now) {
            let message = format!("there is no room for more than {limit} fingerprints at a time");
            return Err(Rejection::new(RejectionCause::CapacityExceeded, message));
        }
        let replaced = self.replaced_fingerprints(&job, now)?;
        let effect = Effect::FingerprintScheduled {
            number: self.fingerprints.next_number(),
            replaced_count: replaced.len(),
        };
        Ok(Decision::change(Change::ScheduleFingerprint { replaced, job }, effect))
    }

    /// The jobs this one takes the place of, or the refusal to do so.
    ///
    /// Ours: a job for all cards covers those for one card; the reverse would end the show of
    /// every other card.
    fn replaced_fingerprints(
        &self,
        job: &Planned<FingerprintKey, FingerprintJob>,
        now: SimTime,
    ) -> Result<Vec<u64>, Rejection> {
        let meeting: Vec<_> = self.meeting_fingerprints(job, now).collect();
        match (self.settings.overlapping_fingerprints, meeting.first()) {
            (OverlappingFingerprints::Refuse, Some((number, _))) => Err(Rejection::invalid(
                format!("fingerprint {number} is in slot {} at that time", job.key.slot),
            )),
            (OverlappingFingerprints::Refuse | OverlappingFingerprints::Replace, _) => Ok(meeting
                .into_iter()
                .filter(|(_, other)| job.key.card.is_none() || other.card == job.key.card)
                .map(|(number, _)| number)
                .collect()),
        }
    }

    /// The jobs that share a screen, the slot and some of the time.
    fn meeting_fingerprints<'a>(
        &'a self,
        job: &'a Planned<FingerprintKey, FingerprintJob>,
        now: SimTime,
    ) -> impl Iterator<Item = (u64, &'a FingerprintKey)> {
        let for_all = FingerprintKey { card: None, ..job.key.clone() };
        let slot = (&job.key.domain, job.key.slot);
        let whole_slot = self
            .fingerprints
            .living(for_all.clone().., now)
            .take_while(move |(_, other)| {
                let key = &other.planned.key;
                (&key.domain, key.slot) == slot
            })
            .filter(|_| job.key.card.is_none());
        let one_card = self
            .fingerprints
            .living(for_all.clone()..=for_all, now)
            .chain(self.fingerprints.living(job.key.clone()..=job.key.clone(), now))
            .filter(|_| job.key.card.is_some());
        whole_slot
            .chain(one_card)
            .filter(|(_, other)| other.planned.start < job.end && job.start < other.over_at())
            .map(|(number, other)| (number, &other.planned.key))
    }

    fn read_job(&self, fingerprint: &Fingerprint) -> Result<FingerprintJob, Rejection> {
        let (width, height) = match self.settings.fingerprint_pixels {
            FingerprintPixels::Lenient => (u16::MAX, u16::MAX),
            FingerprintPixels::Strict => (1919, 1079),
        };
        let text_height = read_number("the height", fingerprint.height, 0, u16::from(u8::MAX))?;
        let duration = fingerprint.display_centiseconds;
        let duration = read_number("the display duration in centiseconds", duration, 1, u16::MAX)?;
        Ok(FingerprintJob {
            position_x: read_number("position x", fingerprint.position_x, 0, width)?,
            position_y: read_number("position y", fingerprint.position_y, 0, height)?,
            height: text_height.and_then(|height| u8::try_from(height).ok()),
            display_centiseconds: duration
                .unwrap_or(self.settings.default_fingerprint_centiseconds),
        })
    }
}

fn read_number(
    what: &str,
    found: Option<i64>,
    least: u16,
    most: u16,
) -> Result<Option<u16>, Rejection> {
    let Some(found) = found else {
        return Ok(None);
    };
    let read = u16::try_from(found).ok();
    read.filter(|number| (least..=most).contains(number))
        .map(Some)
        .ok_or_else(|| out_of_range(what, found, least, most))
}

fn read_slot(slot: Option<&str>) -> Result<char, Rejection> {
    let Some(text) = slot else {
        return Ok(DEFAULT_SLOT);
    };
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(slot @ 'A'..='Z'), None) => Ok(slot),
        _ => Err(Rejection::invalid(format!(
            "the fingerprint slot is {}; one letter from A to Z is allowed",
            quoted(text)
        ))),
    }
}
