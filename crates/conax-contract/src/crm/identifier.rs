//! Identifiers: a record named by exactly one of its sub-fields.
//!
//! Whether such a record exists is for somebody else to say.

use std::borrow::Cow;

use super::codes::IdentifierField as Field;

/// Declares an identifier with one variant per sub-field.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident { $($variant:ident),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name<'a> {
            $(
                #[doc = concat!("By its ", stringify!($variant), ".")]
                $variant(Cow<'a, str>),
            )+
        }

        impl<'a> $name<'a> {
            /// The identifier by this sub-field, if it has such a one.
            pub(super) fn of(field: Field, value: Cow<'a, str>) -> Option<Self> {
                match field {
                    $(Field::$variant => Some(Self::$variant(value)),)+
                    _ => None,
                }
            }

            /// The sub-field that names the record.
            #[must_use]
            pub const fn field(&self) -> Field {
                match self {
                    $(Self::$variant(_) => Field::$variant,)+
                }
            }

            /// The value of that sub-field.
            #[must_use]
            pub fn value(&self) -> &str {
                match self {
                    $(Self::$variant(value))|+ => value,
                }
            }
        }
    };
}

identifier! {
    /// Names a provisioning request.
    RequestIdentifier { Id, Number }
}

identifier! {
    /// Names a subscription.
    SubscriptionIdentifier { Id, Number }
}

identifier! {
    /// Names a product.
    ServiceIdentifier { Id, Code, AlternativeCode }
}

identifier! {
    /// Names an installed item. The CA id only comes from the three operations on an existing
    /// smartcard, where the documentation speaks of it although its examples do not send it.
    SmartcardIdentifier { Id, SerialNumber, AlternativeCode, SmartcardCaId }
}
