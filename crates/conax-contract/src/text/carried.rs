//! What a text may be that is kept with a request and sent to Conax: so long, and of characters that
//! XML can carry.

use std::fmt;

/// Letters that an identifier, a CA id or another text of a call may have.
// Ours: nothing public says. The longest documented text is a mail of 141 letters.
pub const TEXT_LIMIT: usize = 1000;

/// Why a text is neither kept nor sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// It has more letters than the limit.
    TooLong {
        /// How many.
        count: usize,
    },
    /// No XML document may contain this character.
    Character {
        /// The character.
        character: char,
        /// Its place, counted from one.
        place: usize,
    },
}

impl TextFault {
    /// What is wrong with a text, if anything is.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        // A letter has a byte or more.
        if text.len() > TEXT_LIMIT {
            let count = text.chars().count();
            if count > TEXT_LIMIT {
                return Some(Self::TooLong { count });
            }
        }
        let (index, character) =
            text.chars().enumerate().find(|(_, character)| !is_xml_character(*character))?;
        Some(Self::Character { character, place: index + 1 })
    }
}

/// Goes on after what the text is: `the parameter … has …`.
impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { count } => write!(f, "has {count} letters; the limit is {TEXT_LIMIT}"),
            Self::Character { character, place } => {
                let code = u32::from(*character);
                write!(f, "has the character U+{code:04X} as its letter {place}, and XML, which ")?;
                write!(f, "carries it to Conax, allows no such character")
            }
        }
    }
}

/// Whether a document may contain the character at all (Documented: XML 1.0, fifth edition).
#[must_use]
pub const fn is_xml_character(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    //! Where the limits are.

    use super::{TEXT_LIMIT, TextFault};

    #[test]
    fn a_text_has_so_many_letters_and_only_such_as_xml_allows() {
        let sentence = |text: &str| TextFault::of(text).map(|fault| fault.to_string());
        for fits in ["", "a", "a\tb\r\n", "\u{fffd}\u{10ffff}", &"ä".repeat(TEXT_LIMIT)] {
            assert_eq!(sentence(fits), None, "{fits}");
        }
        let long = sentence(&"ä".repeat(TEXT_LIMIT + 1));
        assert_eq!(long.as_deref(), Some("has 1001 letters; the limit is 1000"));
        for (text, found) in [
            ("ä\u{fffe}", "U+FFFE as its letter 2"),
            ("\u{ffff}", "U+FFFF as its letter 1"),
            ("ab\0", "U+0000 as its letter 3"),
            ("\u{1b}[2J", "U+001B as its letter 1"),
        ] {
            let sentence = sentence(text).expect("a fault");
            assert!(sentence.contains(found), "{sentence}");
        }
    }
}
