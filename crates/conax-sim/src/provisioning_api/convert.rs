//! From a call to a new provisioning request: every part is looked up and must fit.
//!
//! Nothing is created unless everything fits. Look-ups never fall back to another field.

use std::sync::Arc;

use conax_contract::crm::{
    AddToExistingPairingCall, Classification as Needed, CreatePairingCall, ProcessName, Refusal,
    RefusalCode, ResetPinCall, ResetPinToGivenValueCall, ServiceIdentifier, SmartcardIdentifier,
    Submission, SubscriptionCall, SubscriptionIdentifier,
};
use conax_model::command::CommandKind;
use conax_model::crm::{
    Author, InstalledItem, ItemClassification, ItemKey, NewRequest, ParameterKey, ParameterValue,
    ProductClassification, ProductOnSale, ReferenceData, ServiceKey, Subscription, SubscriptionKey,
};
use conax_model::secret::Secret;
use conax_model::time::SimTime;

const SUBSCRIPTION: &str = "subscription_identifier";
const SERVICE: &str = "service_identifier";
const SMARTCARD: &str = "smartcard_identifier";
const SMARTCARD_SET: MemberSet = MemberSet {
    parameter: "smartcard_set",
    member: "smartcard_ca_id",
    recorded_as: ParameterKey::SmartcardCaId,
    needed: Needed::Smartcard,
    classification: ItemClassification::Smartcard,
};
const STB_SET: MemberSet = MemberSet {
    parameter: "stb_set",
    member: "stb_ca_id",
    recorded_as: ParameterKey::StbCaId,
    needed: Needed::Stb,
    classification: ItemClassification::Stb,
};

/// A set of CA ids: how it is spelled, what a request records, and what its members have to be.
struct MemberSet {
    parameter: &'static str,
    member: &'static str,
    recorded_as: ParameterKey,
    needed: Needed,
    classification: ItemClassification,
}

type Parameters = Vec<(ParameterKey, Option<ParameterValue>)>;

/// What is wrong with a call: everything is looked up, so that one refusal tells all of it.
#[derive(Default)]
struct Findings(Vec<Refusal>);

impl Findings {
    fn keep<T>(&mut self, looked_up: Result<T, Refusal>) -> Option<T> {
        looked_up.map_err(|refusal| self.0.push(refusal)).ok()
    }

    /// A smartcard that was found has to be on the subscription that was found.
    fn relate(
        &mut self,
        subscription: Option<&Subscription>,
        card: Option<&InstalledItem>,
        named: &SmartcardIdentifier<'_>,
    ) {
        if let (Some(subscription), Some(card)) = (subscription, card) {
            self.keep(require_item(subscription, card, SMARTCARD, named.value()));
        }
    }

    /// What was found, if nothing is wrong: the first finding in full, the others behind it.
    fn end<T>(self, found: Option<T>) -> Result<T, Refusal> {
        let mut findings = self.0.into_iter();
        let Some(first) = findings.next() else {
            return found.ok_or_else(|| Refusal::unexpected_fault("looking records up"));
        };
        let others: Vec<String> = findings.map(|refusal| refusal.message).collect();
        Err(match others.is_empty() {
            true => first,
            false => first.described(others.join(" ")),
        })
    }
}

/// What a call is made with: who, when, and what the CRM knows.
pub(super) struct Context<'a> {
    pub(super) reference: &'a ReferenceData,
    pub(super) author: Arc<Author>,
    pub(super) now: SimTime,
}

impl Context<'_> {
    /// `add_subscriptions` and `cancel_subscriptions`.
    pub(super) fn change_subscriptions(
        &self,
        kind: CommandKind,
        call: &SubscriptionCall<'_>,
    ) -> Result<NewRequest, Refusal> {
        let mut findings = Findings::default();
        let subscription = findings.keep(self.subscription(&call.subscription));
        let service = findings.keep(self.service(&call.service));
        if let (Some(subscription), Some(service)) = (subscription, service) {
            let value = call.service.value();
            findings.keep(require_service(subscription, service, value));
        }
        let card = findings.keep(self.smartcard(&call.smartcard));
        findings.relate(subscription, card, &call.smartcard);
        let found = subscription.zip(service).zip(card);
        let ((subscription, service), card) = findings.end(found)?;
        let mut parameters = Vec::with_capacity(3);
        push(
            &mut parameters,
            ParameterKey::SubProvisioningDistributionId,
            subscription.distribution_id.as_ref(),
        );
        push(&mut parameters, ParameterKey::ServiceCaId, service.ca_id.as_ref());
        push(&mut parameters, ParameterKey::SmartcardCaId, card.ca_id.as_ref());
        let date = call.requested_date().map(SimTime::from_calendar);
        Ok(self.request(kind, &call.submission, date, parameters))
    }

    /// `create_pairing`.
    pub(super) fn create_pairing(
        &self,
        call: &CreatePairingCall<'_>,
    ) -> Result<NewRequest, Refusal> {
        let mut findings = Findings::default();
        let subscription = call.subscription.as_ref();
        let subscription = subscription.and_then(|key| findings.keep(self.subscription(key)));
        let mut parameters = Vec::with_capacity(call.smartcards.len() + call.stbs.len() + 2);
        for (ca_ids, set) in [(&call.stbs, &STB_SET), (&call.smartcards, &SMARTCARD_SET)] {
            self.push_members(&mut parameters, subscription, (ca_ids, set), &mut findings);
        }
        findings.end(Some(()))?;
        if let Some(subscription) = subscription {
            let (stb, card) =
                (&subscription.stb_distributor_id, &subscription.smartcard_distribution_id);
            push(&mut parameters, ParameterKey::StbSubProvisioningDistributorId, stb.as_ref());
            push(
                &mut parameters,
                ParameterKey::SmartcardSubProvisioningDistributionId,
                card.as_ref(),
            );
        }
        Ok(self.request(CommandKind::CreatePairing, &call.submission, None, parameters))
    }

    /// `add_to_existing_pairing`.
    pub(super) fn add_to_existing_pairing(
        &self,
        call: &AddToExistingPairingCall<'_>,
    ) -> Result<NewRequest, Refusal> {
        let mut findings = Findings::default();
        let subscription = call.subscription.as_ref();
        let subscription = subscription.and_then(|key| findings.keep(self.subscription(key)));
        let card = findings.keep(self.smartcard(&call.smartcard));
        findings.relate(subscription, card, &call.smartcard);
        let mut parameters = Vec::with_capacity(call.smartcards.len() + call.stbs.len() + 1);
        let existing = card.and_then(|card| card.ca_id.as_ref());
        push(&mut parameters, ParameterKey::ExistingSmartcardCaId, existing);
        for (ca_ids, set) in [(&call.stbs, &STB_SET), (&call.smartcards, &SMARTCARD_SET)] {
            self.push_members(&mut parameters, subscription, (ca_ids, set), &mut findings);
        }
        findings.end(card)?;
        let kind = CommandKind::AddToExistingPairing;
        Ok(NewRequest {
            // Shown: this is the one creating method whose answer names a process.
            process_name: Some(ProcessName::Manual.code().into()),
            ..self.request(kind, &call.submission, None, parameters)
        })
    }

    /// `reset_pin_to_default_value`.
    pub(super) fn reset_pin(&self, call: &ResetPinCall<'_>) -> Result<NewRequest, Refusal> {
        let parameters = self.pin_parameters(&call.subscription, &call.smartcard)?;
        let kind = CommandKind::UpdateCaPinToDefaultValue;
        Ok(self.request(kind, &call.submission, None, parameters))
    }

    /// `reset_pin_to_given_value`.
    pub(super) fn set_pin(
        &self,
        call: &ResetPinToGivenValueCall<'_>,
    ) -> Result<NewRequest, Refusal> {
        let mut parameters = self.pin_parameters(&call.subscription, &call.smartcard)?;
        parameters.push((ParameterKey::CaPin, None));
        let kind = CommandKind::UpdateCaPinToGivenValue;
        Ok(NewRequest {
            pin: Some(Secret::new(call.pin.expose())),
            ..self.request(kind, &call.submission, None, parameters)
        })
    }

    fn pin_parameters(
        &self,
        subscription: &SubscriptionIdentifier<'_>,
        smartcard: &SmartcardIdentifier<'_>,
    ) -> Result<Parameters, Refusal> {
        let mut findings = Findings::default();
        let subscription = findings.keep(self.subscription(subscription));
        let card = findings.keep(self.smartcard(smartcard));
        findings.relate(subscription, card, smartcard);
        let (subscription, card) = findings.end(subscription.zip(card))?;
        let mut parameters = Vec::with_capacity(3);
        let distribution = subscription.smartcard_distribution_id.as_ref();
        push(&mut parameters, ParameterKey::SmartcardSubProvisioningDistributionId, distribution);
        push(&mut parameters, ParameterKey::SmartcardCaId, card.ca_id.as_ref());
        Ok(parameters)
    }

    fn request(
        &self,
        kind: CommandKind,
        submission: &Submission,
        date: Option<SimTime>,
        parameters: Parameters,
    ) -> NewRequest {
        let asked = submission.scheduled_date.map(SimTime::from_calendar).or(date);
        NewRequest {
            kind,
            // Shown: without a date, the second of the creation.
            scheduled: asked.unwrap_or(self.now.whole_second()),
            process_immediately: submission.process_immediately,
            priority: submission.priority,
            process_name: None,
            author: Arc::clone(&self.author),
            parameters,
            pin: None,
            trace: None,
        }
    }

    fn subscription(&self, key: &SubscriptionIdentifier<'_>) -> Result<&Subscription, Refusal> {
        let found = self.reference.subscription(match key {
            SubscriptionIdentifier::Id(id) => SubscriptionKey::Id(id),
            SubscriptionIdentifier::Number(number) => SubscriptionKey::Number(number),
        });
        found.ok_or_else(|| {
            let (field, code) = (key.field().code(), RefusalCode::SubscriptionNotFound);
            Refusal::not_found(code, SUBSCRIPTION, field, key.value(), "subscription")
        })
    }

    fn service(&self, key: &ServiceIdentifier<'_>) -> Result<&ProductOnSale, Refusal> {
        let found = self.reference.product(match key {
            ServiceIdentifier::Id(id) => ServiceKey::Id(id),
            ServiceIdentifier::Code(code) => ServiceKey::Code(code),
            ServiceIdentifier::AlternativeCode(code) => ServiceKey::AlternativeCode(code),
        });
        let product = found.ok_or_else(|| {
            let (field, code) = (key.field().code(), RefusalCode::ProductNotFound);
            Refusal::not_found(code, SERVICE, field, key.value(), "product")
        })?;
        if product.classification == ProductClassification::Service {
            return Ok(product);
        }
        let found = "a product of another classification";
        Err(Refusal::wrong_classification(SERVICE, key.value(), Needed::Service, found))
    }

    fn smartcard(&self, key: &SmartcardIdentifier<'_>) -> Result<&InstalledItem, Refusal> {
        let found = self.reference.item(match key {
            SmartcardIdentifier::Id(id) => ItemKey::Id(id),
            SmartcardIdentifier::SerialNumber(number) => ItemKey::SerialNumber(number),
            SmartcardIdentifier::AlternativeCode(code) => ItemKey::AlternativeCode(code),
            SmartcardIdentifier::SmartcardCaId(ca_id) => ItemKey::CaId(ca_id),
        });
        let item = found.ok_or_else(|| {
            let (field, code) = (key.field().code(), RefusalCode::InstalledItemNotFound);
            let refusal = Refusal::not_found(code, SMARTCARD, field, key.value(), "installed item");
            refusal.with(near_card(self.reference, key.value()))
        })?;
        if item.classification == ItemClassification::Smartcard {
            return Ok(item);
        }
        let found = classification_text(item.classification);
        Err(Refusal::wrong_classification(SMARTCARD, key.value(), Needed::Smartcard, found))
    }

    fn push_members(
        &self,
        parameters: &mut Parameters,
        subscription: Option<&Subscription>,
        (ca_ids, set): (&[&str], &MemberSet),
        findings: &mut Findings,
    ) {
        for ca_id in ca_ids {
            findings.keep(self.require_member(subscription, ca_id, set));
            parameters.push((set.recorded_as, Some(self.text(ca_id))));
        }
    }

    /// The sets hold CA ids. Nothing says that they must be known here, so without a subscription
    /// they are taken as they are; with one they are looked up, since the answer then tells where
    /// they are distributed (Inferred), and must be of their kind and on it.
    fn require_member(
        &self,
        subscription: Option<&Subscription>,
        ca_id: &str,
        set: &MemberSet,
    ) -> Result<(), Refusal> {
        let Some(subscription) = subscription else {
            return Ok(());
        };
        let item = self.reference.item(ItemKey::CaId(ca_id)).ok_or_else(|| {
            let (code, what) = (RefusalCode::InstalledItemNotFound, "installed item");
            Refusal::not_found(code, set.parameter, set.member, ca_id, what)
                .with(near_card(self.reference, ca_id))
        })?;
        if item.classification != set.classification {
            let found = classification_text(item.classification);
            return Err(Refusal::wrong_classification(set.parameter, ca_id, set.needed, found));
        }
        require_item(subscription, item, set.parameter, ca_id)
    }

    /// A CA id as shared text: the CRM's own copy if it knows it.
    fn text(&self, ca_id: &str) -> ParameterValue {
        let known = self.reference.item(ItemKey::CaId(ca_id));
        let known = known.and_then(|item| item.ca_id.clone());
        ParameterValue::Text(known.unwrap_or_else(|| ca_id.into()))
    }
}

/// How many digits a smartcard has, and how many are printed on it: the last one is a check digit.
const CARD_DIGITS: usize = 11;

/// What a number that names nothing may be: a card as it is printed, with a check digit, in groups.
fn near_card(reference: &ReferenceData, value: &str) -> Option<String> {
    let is_filling =
        |letter: char| letter.is_whitespace() || "-\u{2010}\u{2011}\u{2013}.".contains(letter);
    let digits: String = value.chars().filter(|letter| !is_filling(*letter)).collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let known = |number: &str| {
        let keys = [ItemKey::SerialNumber(number), ItemKey::CaId(number)];
        keys.into_iter().any(|key| reference.item(key).is_some())
    };
    let is_grouped = digits.len() < value.len();
    if is_grouped && known(&digits) {
        return Some(format!("Without blanks and hyphens it is the known `{digits}`."));
    }
    if digits.len() != CARD_DIGITS + 1 {
        return None;
    }
    let number = &digits[..CARD_DIGITS];
    let lead =
        "A number of twelve digits is a card as it is printed, with a check digit at its end";
    Some(match (known(number), is_grouped) {
        (true, false) => format!("{lead}: without it, this is the known `{number}`."),
        (true, true) => {
            format!(
                "{lead}: without it, and without blanks and hyphens, this is the known `{number}`."
            )
        }
        (false, _) => {
            format!("{lead}: write the eleven digits before it, without blanks and hyphens.")
        }
    })
}

/// Adds a parameter; one whose value the subscription does not have is left out (Inferred: the
/// example without a subscription has no distribution either).
fn push(parameters: &mut Parameters, name: ParameterKey, value: Option<&Arc<str>>) {
    if let Some(value) = value {
        parameters.push((name, Some(ParameterValue::Text(Arc::clone(value)))));
    }
}

fn require_service(
    subscription: &Subscription,
    service: &ProductOnSale,
    value: &str,
) -> Result<(), Refusal> {
    match subscription.products.contains(&service.id) {
        true => Ok(()),
        false => Err(unrelated(SERVICE, value, subscription)),
    }
}

fn require_item(
    subscription: &Subscription,
    item: &InstalledItem,
    parameter: &str,
    value: &str,
) -> Result<(), Refusal> {
    if subscription.items.contains(&item.id) {
        return Ok(());
    }
    Err(unrelated(parameter, value, subscription))
}

fn unrelated(parameter: &str, value: &str, subscription: &Subscription) -> Refusal {
    let name = subscription.number.as_ref().unwrap_or(&subscription.id);
    Refusal::not_related_to_subscription(parameter, value, name)
}

fn classification_text(classification: ItemClassification) -> &'static str {
    match classification {
        ItemClassification::Smartcard => "a smartcard",
        ItemClassification::Stb => "a set-top box",
        ItemClassification::Other => "an item of another classification",
    }
}
