//! What each operation reads, in one function per shape of call.
//!
//! Every parameter is read before the first `?`, so that one refusal names all that is wrong.

use crate::crm::call::{
    AddToExistingPairingCall, Call, CreatePairingCall, IssueTokenCall, ListCall, ListFilter,
    ResetPinCall, ResetPinToGivenValueCall, ShowCall, Submission, SubscriptionCall,
};
use crate::crm::found::word_list;
use crate::crm::identifier::{
    RequestIdentifier, ServiceIdentifier, SmartcardIdentifier, SubscriptionIdentifier,
};
use crate::crm::operation::Operation;
use crate::crm::parameter::{IdentifierKind, SetKind};
use crate::crm::params::Params;
use crate::crm::refusal::Refusal;
use crate::crm::refusal_code::RefusalCode;
use crate::crm::value::Value;

use super::reader::{Reader, Reading};

/// Reads the parameters of a call of `operation`. Unknown parameters are ignored.
///
/// The token of a call is not looked at, except where it is what the call is about: see
/// [`Params::token`].
///
/// # Errors
/// When something is wrong with the parameters: the first thing as the message, the others as
/// the description.
pub fn read_call<'a>(
    operation: Operation,
    params: &'a Params<'a>,
    reading: &Reading,
) -> Result<Call<'a>, Refusal> {
    let mut reader = Reader::new(operation, params, reading);
    let call = reader.call();
    reader.finish(call)
}

impl<'a> Reader<'a, '_> {
    fn call(&mut self) -> Option<Call<'a>> {
        match self.operation {
            Operation::Show => self.show().map(Call::Show),
            Operation::List => self.list().map(Call::List),
            Operation::AddSubscriptions => self.subscription_call().map(Call::AddSubscriptions),
            Operation::CancelSubscriptions => {
                self.subscription_call().map(Call::CancelSubscriptions)
            }
            Operation::CreatePairing => self.create_pairing().map(Call::CreatePairing),
            Operation::AddToExistingPairing => {
                self.add_to_existing_pairing().map(Call::AddToExistingPairing)
            }
            Operation::ResetPinToDefaultValue => self.reset_pin().map(Call::ResetPinToDefaultValue),
            Operation::ResetPinToGivenValue => {
                self.reset_pin_to_given_value().map(Call::ResetPinToGivenValue)
            }
            Operation::IssueToken => self.issue_token().map(Call::IssueToken),
            Operation::ReleaseToken => {
                let token = self.token()?;
                Some(Call::ReleaseToken { token })
            }
            Operation::IssueTokenForWebApiKey => {
                let unit = self.optional_text("unit")?;
                Some(Call::IssueTokenForWebApiKey { unit })
            }
        }
    }

    fn show(&mut self) -> Option<ShowCall<'a>> {
        let request = self.mandatory_identifier(
            "provisioning_request_identifier",
            IdentifierKind::ProvisioningRequest,
            RequestIdentifier::of,
        );
        let fields = self.fields_set();
        Some(ShowCall { request: request?, fields: fields? })
    }

    fn list(&mut self) -> Option<ListCall<'a>> {
        let filter = self.list_filter();
        let fields = self.fields_set();
        let number_of_results = self.count("number_of_results");
        let offset = self.count("offset");
        Some(ListCall {
            filter: filter?,
            fields: fields?,
            number_of_results: number_of_results?,
            offset: offset?.unwrap_or(0),
        })
    }

    /// The one filter of a list.
    fn list_filter(&mut self) -> Option<ListFilter<'a>> {
        const FILTERS: [&str; 3] = ["type", "life_cycle_state", "reference_number"];
        self.exactly_one(&FILTERS)?;
        if let Some(value) = self.params.given("type") {
            self.request_type(value).map(ListFilter::Type)
        } else if let Some(value) = self.params.given("life_cycle_state") {
            self.life_cycle_state(value).map(ListFilter::LifeCycleState)
        } else {
            self.mandatory_text("reference_number").map(ListFilter::ReferenceNumber)
        }
    }

    fn subscription_call(&mut self) -> Option<SubscriptionCall<'a>> {
        let subscription = self.mandatory_subscription();
        let service = self.mandatory_identifier(
            "service_identifier",
            IdentifierKind::Service,
            ServiceIdentifier::of,
        );
        let smartcard = self.mandatory_smartcard(IdentifierKind::Smartcard);
        let start_date = self.date("start_date");
        let submission = self.submission();
        Some(SubscriptionCall {
            subscription: subscription?,
            service: service?,
            smartcard: smartcard?,
            submission: submission?,
            start_date: start_date?,
        })
    }

    fn create_pairing(&mut self) -> Option<CreatePairingCall<'a>> {
        let subscription = self.optional_subscription();
        let smartcards = self.mandatory_set("smartcard_set", SetKind::Smartcards);
        let stbs = self.mandatory_set("stb_set", SetKind::Stbs);
        let submission = self.submission();
        Some(CreatePairingCall {
            subscription: subscription?,
            smartcards: smartcards?,
            stbs: stbs?,
            submission: submission?,
        })
    }

    fn add_to_existing_pairing(&mut self) -> Option<AddToExistingPairingCall<'a>> {
        let subscription = self.optional_subscription();
        let smartcard = self.mandatory_smartcard(IdentifierKind::ExistingSmartcard);
        let allowed = self.pairing_sets();
        let smartcards = self.optional_set("smartcard_set", SetKind::Smartcards);
        let stbs = self.optional_set("stb_set", SetKind::Stbs);
        let submission = self.submission();
        allowed?;
        Some(AddToExistingPairingCall {
            subscription: subscription?,
            smartcard: smartcard?,
            smartcards: smartcards?,
            stbs: stbs?,
            submission: submission?,
        })
    }

    /// Whether as many of the two sets are given as may be.
    fn pairing_sets(&mut self) -> Option<()> {
        const SETS: [&str; 2] = ["smartcard_set", "stb_set"];
        let both = SETS.iter().all(|name| self.params.given(name).is_some());
        if both && self.reading.lenient_pairing_sets {
            return Some(());
        }
        self.exactly_one(&SETS)
    }

    fn reset_pin(&mut self) -> Option<ResetPinCall<'a>> {
        let subscription = self.mandatory_subscription();
        let smartcard = self.mandatory_smartcard(IdentifierKind::ExistingSmartcard);
        let submission = self.submission();
        Some(ResetPinCall {
            subscription: subscription?,
            smartcard: smartcard?,
            submission: submission?,
        })
    }

    fn reset_pin_to_given_value(&mut self) -> Option<ResetPinToGivenValueCall<'a>> {
        let subscription = self.mandatory_subscription();
        let smartcard = self.mandatory_smartcard(IdentifierKind::ExistingSmartcard);
        let pin = self.pin();
        let submission = self.submission();
        Some(ResetPinToGivenValueCall {
            subscription: subscription?,
            smartcard: smartcard?,
            pin: pin?,
            submission: submission?,
        })
    }

    fn issue_token(&mut self) -> Option<IssueTokenCall<'a>> {
        let username = self.mandatory_text("username");
        let password = self.mandatory_secret("password");
        let organisation = self.mandatory_text("organisation");
        let unit = self.optional_text("unit");
        Some(IssueTokenCall {
            username: username?,
            password: password?,
            organisation: organisation?,
            unit: unit?,
        })
    }

    fn mandatory_subscription(&mut self) -> Option<SubscriptionIdentifier<'a>> {
        self.mandatory_identifier(
            "subscription_identifier",
            IdentifierKind::Subscription,
            SubscriptionIdentifier::of,
        )
    }

    fn optional_subscription(&mut self) -> Option<Option<SubscriptionIdentifier<'a>>> {
        self.optional_identifier(
            "subscription_identifier",
            IdentifierKind::Subscription,
            SubscriptionIdentifier::of,
        )
    }

    fn mandatory_smartcard(&mut self, kind: IdentifierKind) -> Option<SmartcardIdentifier<'a>> {
        self.mandatory_identifier("smartcard_identifier", kind, SmartcardIdentifier::of)
    }

    fn submission(&mut self) -> Option<Submission> {
        let process_immediately = self.boolean("process_immediately");
        let priority = self.priority();
        let scheduled_date = self.date("scheduled_date");
        Some(Submission {
            process_immediately: process_immediately?,
            priority: priority?,
            scheduled_date: scheduled_date?,
        })
    }

    /// Refuses unless exactly one of the semi-optional parameters `names` is given.
    fn exactly_one(&mut self, names: &[&'static str]) -> Option<()> {
        let given: Vec<&str> =
            names.iter().copied().filter(|name| self.params.given(name).is_some()).collect();
        let found = match given.as_slice() {
            [_] => return Some(()),
            [] => self.without_value(names),
            several => format!("found {} together", word_list(several.iter().copied())),
        };
        let meant = match given.first() {
            Some(_) => String::new(),
            None => names
                .iter()
                .map(|name| self.meant_by_another(name))
                .find(|meant| !meant.is_empty())
                .unwrap_or_default(),
        };
        let message = format!(
            "Exactly one of the parameters {} must be given; {found}.{meant}",
            word_list(names.iter().copied())
        );
        self.refuse(RefusalCode::SemiOptionalParameters, message)
    }

    /// Which of `names` are there and count as left out, for a message.
    fn without_value(&self, names: &[&'static str]) -> String {
        let state = |name: &&'static str| match self.params.get(name) {
            None => None,
            Some(Value::Null) => Some(format!("`{name}` is null")),
            Some(_) => Some(format!("`{name}` is given without a value")),
        };
        let states: Vec<String> = names.iter().filter_map(state).collect();
        if states.is_empty() {
            return "found none".to_owned();
        }
        states.join(", ")
    }
}
