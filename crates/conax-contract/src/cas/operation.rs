//! The thirteen operations of the head-end, the services that group them, and why one is refused.
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

keyed! {
    /// What the head-end can be asked to do (Documented: the thirteen types of provisioning
    /// requests; Inferred: each is one operation).
    CasOperation, 13 {
        /// Entitles a card to products.
        AddSubscriptions = "add_subscriptions",
        /// Ends entitlements of a card.
        CancelSubscriptions = "cancel_subscriptions",
        /// Asks which products a card is entitled to.
        GetActiveSubscriptions = "get_active_subscriptions",
        /// Pairs cards with pairing modules.
        CreatePairing = "create_pairing",
        /// Adds cards or pairing modules to a pairing.
        AddToExistingPairing = "add_to_existing_pairing",
        /// Asks what a card is paired with.
        GetPairingStatusForCard = "get_pairing_status_for_card",
        /// Asks what a pairing module is paired with.
        GetPairingStatusForPairingModule = "get_pairing_status_for_pairing_module",
        /// Shows a fingerprint on screen.
        DisplayFingerprint = "display_fingerprint",
        /// Sets the PIN of a card to the operator's default.
        UpdateCaPinToDefaultValue = "update_ca_pin_to_default_value",
        /// Sets the PIN of a card to a given value.
        UpdateCaPinToGivenValue = "update_ca_pin_to_given_value",
        /// Puts a mail into mailboxes.
        SendMailMessageToClient = "send_mail_message_to_client",
        /// Shows a message on screen once.
        SendBarkMessageToClient = "send_bark_message_to_client",
        /// Shows a message on screen again and again.
        SendRepeatingBarkMessageToClient = "send_repeating_bark_message_to_client",
    }
}

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

keyed! {
    /// Why the head-end refuses a command; a profile says which status code carries each.
    StatusCause, 13 {
        /// A value is malformed or out of range.
        InputValidation = "input_validation",
        /// The card is not known.
        ClientNotFound = "client_not_found",
        /// The card belongs to another subscriber management system.
        ClientNotManagedBySms = "client_not_managed_by_sms",
        /// The operation is not licensed, or not possible for this card.
        FeatureNotAvailable = "feature_not_available",
        /// An internal failure.
        SystemError = "system_error",
        /// The product is not known.
        ProductNotFound = "product_not_found",
        /// There is nothing to cancel.
        SubscriptionNotFound = "subscription_not_found",
        /// The pairing module is not known.
        PairingModuleNotFound = "pairing_module_not_found",
        /// The card is in no pairing.
        PairingNotFound = "pairing_not_found",
        /// A card or module is in another pairing.
        PairingConflict = "pairing_conflict",
        /// The card is blocked.
        ClientBlocked = "client_blocked",
        /// A limit of the head-end is reached.
        CapacityExceeded = "capacity_exceeded",
        /// Too many requests in too little time.
        TooManyRequests = "too_many_requests",
    }
}

impl CasOperation {
    /// The service the operation belongs to (Attested for the bark message; else Inferred).
    #[must_use]
    pub const fn service(self) -> CasService {
        match self {
            Self::AddSubscriptions | Self::CancelSubscriptions | Self::GetActiveSubscriptions => {
                CasService::Authorization
            }
            Self::CreatePairing
            | Self::AddToExistingPairing
            | Self::GetPairingStatusForCard
            | Self::GetPairingStatusForPairingModule => CasService::Pairing,
            Self::DisplayFingerprint => CasService::Fingerprinting,
            Self::UpdateCaPinToDefaultValue | Self::UpdateCaPinToGivenValue => CasService::CaPin,
            Self::SendMailMessageToClient
            | Self::SendBarkMessageToClient
            | Self::SendRepeatingBarkMessageToClient => CasService::UserTextMessaging,
        }
    }
}

impl CasService {
    /// The name of the service in paths and namespaces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.key()
    }

    /// The operations of the service, in documented order.
    pub fn operations(self) -> impl Iterator<Item = CasOperation> {
        CasOperation::ALL
            .into_iter()
            .filter(move |operation| operation.service() == self)
    }
}
