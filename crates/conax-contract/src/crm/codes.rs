//! The words that values are made of: types, states, priorities, process names.
//!
//! What a word makes the simulated CRM do is not known here. Read on in `call`, where the words
//! come in, and in `written`, where they go out.

use super::code_list::code_list;

code_list! {
    /// Where a provisioning request is in its life.
    pub enum LifeCycleState {
        /// Created and not yet sent.
        Pending = "PENDING", Documented;
        /// Refused by the CRM's provider side or by Conax. Final.
        Rejected = "REJECTED", Documented;
        /// Carried out by Conax. Final.
        Completed = "COMPLETED", Documented;
    }
}

code_list! {
    /// The process that submitted a provisioning request.
    pub enum ProcessName {
        /// A provisioning request processing run.
        ProvisioningRequestProcessing = "PROVISIONING_REQUEST_PROCESSING", Attested;
        /// The mail and bark message utility.
        MailBarkMessageUtility = "MAIL_BARK_MESSAGE_UTILITY", Attested;
        /// The pairing utility.
        PairingUtility = "PAIRING_UTILITY", Attested;
        /// The fingerprinting utility, with the double I the documentation prints.
        FingerprintingUtility = "FIINGERPRINTING_UTILITY", Attested;
        /// Resetting a PIN, as the documentation lists it.
        ResetPin = "RESET_PIN", Attested;
        /// Resetting a PIN, as the example prints it.
        ResetPinUtility = "RESET_PIN_UTILITY", Shown;
        /// By hand.
        Manual = "MANUAL", Shown;
    }
}

code_list! {
    /// The sub-fields by which an identifier can name its record.
    pub enum IdentifierField {
        /// The id of the record.
        Id = "id", Shown;
        /// Its business number.
        Number = "number", Shown;
        /// Its code.
        Code = "code", Attested;
        /// Its serial number.
        SerialNumber = "serial_number", Shown;
        /// Its alternative code.
        AlternativeCode = "alternative_code", Attested;
        /// Its CA id, which the three methods on an existing smartcard take as well.
        SmartcardCaId = "smartcard_ca_id", Ours;
    }
}
