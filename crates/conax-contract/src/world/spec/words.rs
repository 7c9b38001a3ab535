//! The form of every closed list of words in a world: an enum whose spellings stand in one place.

/// Declares an enum of words, each written `Variant = "spelling"`.
macro_rules! words {
    (
        $(#[$list:meta])*
        pub enum $name:ident {
            $($(#[$word:meta])* $variant:ident = $spelling:literal,)+
        }
    ) => {
        $(#[$list])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$word])* $variant,)+
        }

        impl $crate::text::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $spelling,)+
                }
            }
        }
    };
}

pub(super) use words;
