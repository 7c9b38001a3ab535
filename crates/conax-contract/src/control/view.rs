//! Views that follow from a noun of the model: each member stands once.

/// Declares a view and how it is made; a row is `member: Type = value;`.
macro_rules! view {
    (
        $(#[$doc:meta])*
        pub struct $view:ident of $noun:ident: $of:ty {
            $($(#[$of_member:meta])* $member:ident: $type:ty = $value:expr;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
        pub struct $view {
            $($(#[$of_member])* pub $member: $type,)+
        }

        impl From<&$of> for $view {
            fn from($noun: &$of) -> Self {
                Self { $($member: $value,)+ }
            }
        }
    };
}

pub(super) use view;
