//! The services that group the thirteen operations of the head-end, one for each kind of command.
//!
//! Nothing here is a name on the wire: those are in the `profile`. Keys are the names that
//! profile files use.

/// Builds an enum together with the list of its members and their keys in profile files.
macro_rules! keyed {
    (
        $(#[$doc:meta])*
        $name:ident, $count:literal {
            $($(#[$member_doc:meta])* $member:ident = $key:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$member_doc])* $member,)+
        }

        impl $name {
            /// Every member, in order.
            pub const ALL: [Self; $count] = [$(Self::$member,)+];

            /// The name of the member in profile files.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$member => $key,)+
                }
            }

            /// The member with this key.
            #[must_use]
            pub fn from_key(key: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|member| member.key() == key)
            }
        }
    };
}

pub(super) use keyed;

use conax_model::command::CommandKind;

keyed! {
    /// A group of operations with a path and a namespace of its own (Attested for two of them:
    /// one service per domain).
    CasService, 5 {
        /// Entitlements.
        Authorization = "authorization",
        /// Pairings.
        Pairing = "pairing",
        /// Fingerprints.
        Fingerprinting = "fingerprinting",
        /// PINs.
        CaPin = "ca-pin",
        /// Mails and barks.
        UserTextMessaging = "user-text-messaging",
    }
}

impl CasService {
    /// The service an operation belongs to (Attested for the bark message; else Inferred).
    #[must_use]
    pub const fn of(operation: CommandKind) -> Self {
        match operation {
            CommandKind::AddSubscriptions
            | CommandKind::CancelSubscriptions
            | CommandKind::GetActiveSubscriptions => Self::Authorization,
            CommandKind::CreatePairing
            | CommandKind::AddToExistingPairing
            | CommandKind::GetPairingStatusForCard
            | CommandKind::GetPairingStatusForPairingModule => Self::Pairing,
            CommandKind::DisplayFingerprint => Self::Fingerprinting,
            CommandKind::UpdateCaPinToDefaultValue | CommandKind::UpdateCaPinToGivenValue => {
                Self::CaPin
            }
            CommandKind::SendMailMessageToClient
            | CommandKind::SendBarkMessageToClient
            | CommandKind::SendRepeatingBarkMessageToClient => Self::UserTextMessaging,
        }
    }

    /// The name of the service in paths and namespaces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.key()
    }

    /// The operations of the service, in documented order.
    pub fn operations(self) -> impl Iterator<Item = CommandKind> {
        CommandKind::ALL.into_iter().filter(move |operation| Self::of(*operation) == self)
    }
}

/// The name of an operation in profile files.
#[must_use]
pub const fn operation_key(operation: CommandKind) -> &'static str {
    match operation {
        CommandKind::AddSubscriptions => "add_subscriptions",
        CommandKind::CancelSubscriptions => "cancel_subscriptions",
        CommandKind::GetActiveSubscriptions => "get_active_subscriptions",
        CommandKind::CreatePairing => "create_pairing",
        CommandKind::AddToExistingPairing => "add_to_existing_pairing",
        CommandKind::GetPairingStatusForCard => "get_pairing_status_for_card",
        CommandKind::GetPairingStatusForPairingModule => "get_pairing_status_for_pairing_module",
        CommandKind::DisplayFingerprint => "display_fingerprint",
        CommandKind::UpdateCaPinToDefaultValue => "update_ca_pin_to_default_value",
        CommandKind::UpdateCaPinToGivenValue => "update_ca_pin_to_given_value",
        CommandKind::SendMailMessageToClient => "send_mail_message_to_client",
        CommandKind::SendBarkMessageToClient => "send_bark_message_to_client",
        CommandKind::SendRepeatingBarkMessageToClient => "send_repeating_bark_message_to_client",
    }
}

/// The operation with this name in profile files.
#[must_use]
pub fn operation_of_key(key: &str) -> Option<CommandKind> {
    CommandKind::ALL.into_iter().find(|operation| operation_key(*operation) == key)
}
