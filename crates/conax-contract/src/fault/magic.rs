//! Magic smartcards: numbers that always meet the same, with no configuration.
//!
//! `099000000NN` meets preset `fNN`; `09900000000` meets nothing. The range is Ours: no card of a
//! documented example is in it.

use conax_model::fault::Entry;

use super::catalogue::PRESETS;
use super::preset::{Form, Preset};

/// A magic smartcard.
#[derive(Clone, Debug, PartialEq)]
pub struct MagicCard {
    /// Its number, eleven digits.
    pub card: String,
    /// What it meets; nothing: everything goes well.
    pub preset: Option<&'static Preset>,
    /// The same as actions.
    pub entry: Option<Entry>,
}

/// Every magic smartcard, in order of its number.
#[must_use]
pub fn magic_cards() -> Vec<MagicCard> {
    let well = MagicCard { card: number(0), preset: None, entry: None };
    let presets = PRESETS.iter().filter(|preset| preset.magic);
    let cards = presets.map(|preset| MagicCard {
        card: number(preset.number),
        preset: Some(preset),
        entry: Form::of(preset).entry(),
    });
    std::iter::once(well).chain(cards).collect()
}

fn number(preset: u8) -> String {
    format!("099000000{preset:02}")
}
