//! The form of every closed list of words: an enum whose spellings stand in one place.
//!
//! `ALL` feeds documents and tests, `code()` is the only place with the spelling, and each word
//! carries its source. What is written above a word is what documents say of it.

/// Declares an enum of words, each written `Variant = "SPELLING", Source;`.
#[macro_export]
macro_rules! word_list {
    (
        $(#[$list:meta])*
        pub enum $name:ident {
            $($(#[doc = $text:literal])+ $variant:ident = $code:literal, $source:ident;)+
        }
    ) => {
        $(#[$list])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[doc = $text])+ $variant,)+
        }

        impl $name {
            /// Every word of the list, in its documented order.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$variant),+];

            /// The word as it is spelled.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The word with this spelling.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// One sentence on what the word means.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($text),+).trim_ascii(),)+
                }
            }

            /// How the word is known.
            #[must_use]
            pub const fn source(self) -> $crate::source::Source {
                match self {
                    $(Self::$variant => $crate::source::Source::$source,)+
                }
            }
        }
    };
}

/// Makes the first word of each list its default.
macro_rules! first_word_is_default {
    ($($list:ty),+ $(,)?) => {
        $(impl Default for $list {
            fn default() -> Self {
                Self::ALL[0]
            }
        })+
    };
}

pub(crate) use first_word_is_default;
