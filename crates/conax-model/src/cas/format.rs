//! Which ids the head-end accepts, and in which form it keeps them.
//!
//! The documented examples mix digits, dashes and letters (Shown), a real wire carries eleven
//! digits (Attested); so strictness is a setting and lenient is the default.

use crate::id::{PairingModuleId, ProductId, SmartcardId};

use super::transaction::Rejection;
use super::wording::quoted;
use crate::word_list;
use crate::word_list::first_word_is_default;

/// The longest id of the lenient formats. Inferred.
const LENIENT_LENGTH: usize = 32;

word_list! {
    /// How smartcard ids look.
    pub enum CardFormat {
        /// Letters, digits and dashes, 1 to 32 of them (Inferred from the shown demonstration data).
        Lenient = "lenient", Inferred;
        /// Exactly 11 digits (Attested: the form on the wire, without the check digit).
        Strict = "strict", Attested;
        /// As strict, but the printed form (12 digits, or `ddd dddd dddd - d`) is taken too and its
        /// check digit dropped (Attested: clients drop it; its rule is unknown, so it is not checked).
        StrictOrPrinted = "strict_or_printed", Attested;
    }
}

first_word_is_default!(CardFormat, ModuleFormat, ProductFormat);

impl CardFormat {
    /// The id as the head-end keeps it, or why it is refused.
    pub(super) fn read(self, id: &SmartcardId) -> Result<SmartcardId, Rejection> {
        let text = id.as_str();
        match self {
            Self::Lenient if is_lenient(text) => return Ok(id.clone()),
            Self::Strict | Self::StrictOrPrinted if is_digits(text, 11..=11) => {
                return Ok(id.clone());
            }
            Self::StrictOrPrinted => {
                if let Some(digits) = without_check_digit(text) {
                    return Ok(SmartcardId::new(digits));
                }
            }
            Self::Lenient | Self::Strict => {}
        }
        Err(Rejection::invalid(format!("smartcard {} is not {}", quoted(id), self.allowed())))
    }

    const fn allowed(self) -> &'static str {
        match self {
            Self::Lenient => "1 to 32 letters, digits and dashes",
            Self::Strict => "11 digits (a printed 12th digit is a check digit: leave it out)",
            Self::StrictOrPrinted => "11 digits, 12 digits or `ddd dddd dddd - d`",
        }
    }
}

word_list! {
    /// How pairing module ids look.
    pub enum ModuleFormat {
        /// Letters, digits and dashes, 1 to 32 of them (Inferred from the shown demonstration data).
        Lenient = "lenient", Inferred;
        /// 10 or 11 digits (Inferred from attested chip ids).
        Strict = "strict", Inferred;
    }
}

impl ModuleFormat {
    /// Checks the id, or tells why it is refused.
    pub(super) fn check(self, id: &PairingModuleId) -> Result<(), Rejection> {
        let (fits, allowed) = match self {
            Self::Lenient => (is_lenient(id.as_str()), "1 to 32 letters, digits and dashes"),
            Self::Strict => (is_digits(id.as_str(), 10..=11), "10 or 11 digits"),
        };
        if fits {
            return Ok(());
        }
        let found = quoted(id);
        Err(Rejection::invalid(format!("pairing module {found} is not {allowed}")))
    }
}

word_list! {
    /// How product ids look.
    pub enum ProductFormat {
        /// Letters, digits and dashes, 1 to 32 of them (Inferred from the shown demonstration data).
        Lenient = "lenient", Inferred;
        /// A number from 1 to 65535 (Attested: digits only, 16 bits on the card).
        Strict = "strict", Attested;
    }
}

impl ProductFormat {
    /// Checks the id, or tells why it is refused.
    pub(super) fn check(self, id: &ProductId) -> Result<(), Rejection> {
        let text = id.as_str();
        let (fits, allowed) = match self {
            Self::Lenient => (is_lenient(text), "1 to 32 letters, digits and dashes"),
            Self::Strict => (is_product_number(text), "a number from 1 to 65535"),
        };
        if fits {
            return Ok(());
        }
        let found = quoted(id);
        Err(Rejection::invalid(format!("product {found} is not {allowed}")))
    }
}

fn is_lenient(text: &str) -> bool {
    let characters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=LENIENT_LENGTH).contains(&text.len()) && text.bytes().all(characters)
}

fn is_digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_product_number(text: &str) -> bool {
    is_digits(text, 1..=5) && text.parse::<u16>().is_ok_and(|number| number > 0)
}

/// The eleven digits of a printed card number.
fn without_check_digit(text: &str) -> Option<String> {
    let digits = if is_digits(text, 12..=12) {
        text.to_owned()
    } else {
        let (number, check) = text.split_once(" - ")?;
        let groups: Vec<&str> = number.split(' ').collect();
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        (lengths == [3, 4, 4]).then(|| format!("{}{check}", groups.concat()))?
    };
    is_digits(&digits, 12..=12).then(|| digits[..11].to_owned())
}
