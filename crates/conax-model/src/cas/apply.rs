//! The one API: decide, then do, then record.
//!
//! Checks come in one order for every command, so that a wrong command always gets the same
//! rejection (Ours): is the kind available, is the domain known, are the values well formed, is
//! the smartcard there, managed and usable, are product or module there, is there a conflict, is
//! there room.

use crate::command::{Command, CommandKind};
use crate::entropy::Ids;
use crate::id::{DomainName, SmartcardId, TransactionId};
use crate::time::SimTime;

use super::decision::{CasChange, Change, Step, Verdict};
use super::inputs;
use super::state::CasState;
use super::transaction::{Effect, Outcome, Rejection, RejectionCause, Transaction};
use super::wording::quoted;

/// The part of a transaction that is known before anything is decided.
struct Asked {
    domain: DomainName,
    kind: CommandKind,
    cards: Vec<SmartcardId>,
    inputs: String,
}

fn transaction(
    asked: Asked,
    outcome: Outcome,
    effect: Effect,
    now: SimTime,
    id: TransactionId,
) -> Transaction {
    Transaction {
        id,
        at: now,
        domain: asked.domain,
        kind: asked.kind,
        cards: asked.cards,
        inputs: asked.inputs,
        outcome,
        effect,
    }
}

impl CasState {
    /// Decides about a command, carries it out if it is accepted, and records it.
    pub fn apply(
        &mut self,
        domain: &DomainName,
        command: &Command,
        now: SimTime,
        ids: &mut Ids,
    ) -> Transaction {
        self.apply_as(ids.transaction_id(), domain, command, now)
    }

    /// Like [`Self::apply`], as the transaction with this id.
    pub fn apply_as(
        &mut self,
        id: TransactionId,
        domain: &DomainName,
        command: &Command,
        now: SimTime,
    ) -> Transaction {
        let (outcome, effect) = match self.decide(domain, command, now) {
            Ok(decision) => {
                self.enact(decision.change, now);
                (Outcome::Accepted(decision.answer), decision.effect)
            }
            Err(rejection) => (Outcome::Rejected(rejection), Effect::Nothing),
        };
        let asked = self.asked(domain, command);
        self.record(asked, outcome, effect, now, id)
    }

    /// What [`Self::apply`] would answer, with an id of its own; nothing is changed or recorded.
    pub fn pretend(
        &self,
        domain: &DomainName,
        command: &Command,
        now: SimTime,
        ids: &mut Ids,
    ) -> Transaction {
        let outcome = match self.decide(domain, command, now) {
            Ok(decision) => Outcome::Accepted(decision.answer),
            Err(rejection) => Outcome::Rejected(rejection),
        };
        transaction(
            self.asked(domain, command),
            outcome,
            Effect::Nothing,
            now,
            ids.transaction_id(),
        )
    }

    /// Records a transaction that was made by [`Self::pretend`].
    pub fn record_pretended(&mut self, transaction: Transaction) {
        let limit = self.settings.transaction_limit;
        self.noted.note(|steps| steps.0.push(Step::Recorded(transaction.clone())));
        self.transactions.append(transaction, limit);
    }

    /// What was carried out and recorded since this was last asked; nothing if all of the state is
    /// new. From now on it is noted.
    pub fn changes(&mut self) -> Option<CasChange> {
        self.noted.take()
    }

    /// Carries out and records what was in a state like this.
    pub fn apply_change(&mut self, change: CasChange) {
        for step in change.0 {
            match step {
                Step::CarriedOut(change, at) => self.enact(change, at),
                Step::Recorded(transaction) => self.record_pretended(transaction),
            }
        }
    }

    /// Does again what was done before, and remembers it as the same transaction.
    pub fn repeat(&mut self, command: &Command, done: &Transaction) {
        if done.outcome.is_accepted()
            && let Ok(decision) = self.decide(&done.domain, command, done.at)
        {
            self.enact(decision.change, done.at);
        }
        self.record_pretended(done.clone());
    }

    /// Records the rejection of a command whose values could not be read.
    pub fn refuse(
        &mut self,
        domain: &DomainName,
        kind: CommandKind,
        rejection: Rejection,
        now: SimTime,
        ids: &mut Ids,
    ) -> Transaction {
        let asked =
            Asked { domain: domain.clone(), kind, cards: Vec::new(), inputs: String::new() };
        self.record(asked, Outcome::Rejected(rejection), Effect::Nothing, now, ids.transaction_id())
    }

    /// Records the rejection of a command for a reason from outside, such as a fault.
    pub fn refuse_command(
        &mut self,
        domain: &DomainName,
        command: &Command,
        rejection: Rejection,
        now: SimTime,
        ids: &mut Ids,
    ) -> Transaction {
        let asked = self.asked(domain, command);
        self.record(asked, Outcome::Rejected(rejection), Effect::Nothing, now, ids.transaction_id())
    }

    fn record(
        &mut self,
        asked: Asked,
        outcome: Outcome,
        effect: Effect,
        now: SimTime,
        id: TransactionId,
    ) -> Transaction {
        let transaction = transaction(asked, outcome, effect, now, id);
        self.record_pretended(transaction.clone());
        transaction
    }

    fn asked(&self, domain: &DomainName, command: &Command) -> Asked {
        let cards = command.cards().into_iter().take(self.settings.batch_limit);
        Asked {
            domain: domain.clone(),
            kind: command.kind(),
            cards: cards.map(|card| self.normal_card_id(card)).collect(),
            inputs: inputs::in_words(command),
        }
    }

    fn decide(&self, domain: &DomainName, command: &Command, now: SimTime) -> Verdict {
        self.check_available(domain, command.kind())?;
        match command {
            Command::AddSubscriptions { card, products, period } => {
                self.decide_add(domain, card, products, *period, now)
            }
            Command::CancelSubscriptions { card, products } => {
                self.decide_cancel(domain, card, products, now)
            }
            Command::GetActiveSubscriptions { card } => {
                self.decide_active_subscriptions(domain, card, now)
            }
            Command::CreatePairing { cards, modules } => {
                self.decide_create_pairing(domain, cards, modules)
            }
            Command::AddToExistingPairing { existing_card, cards, modules } => {
                self.decide_add_to_pairing(domain, existing_card, cards, modules)
            }
            Command::GetPairingStatusForCard { card } => self.decide_card_pairing(domain, card),
            Command::GetPairingStatusForPairingModule { module } => {
                self.decide_module_pairing(domain, module)
            }
            Command::UpdateCaPinToDefaultValue { card } => self.decide_default_pin(domain, card),
            Command::UpdateCaPinToGivenValue { card, pin } => {
                self.decide_given_pin(domain, card, pin)
            }
            Command::DisplayFingerprint(fingerprint) => {
                self.decide_fingerprint(domain, fingerprint, now)
            }
            Command::SendMailMessageToClient(message) => {
                self.decide_message(domain, message, &self.mail_showing(), now)
            }
            Command::SendBarkMessageToClient { message, display_seconds } => {
                let showing = self.bark_showing(*display_seconds)?;
                self.decide_message(domain, message, &showing, now)
            }
            Command::SendRepeatingBarkMessageToClient {
                message,
                display_seconds,
                repetition_count: count,
                repetition_interval_seconds: interval,
            } => {
                let showing = self.repeating_showing(*display_seconds, *count, *interval)?;
                self.decide_message(domain, message, &showing, now)
            }
        }
    }

    fn check_available(&self, domain: &DomainName, kind: CommandKind) -> Result<(), Rejection> {
        if self.settings.switched_off.contains(&kind) {
            return Err(Rejection::new(
                RejectionCause::FeatureNotAvailable,
                format!("the command `{kind:?}` is switched off in this head-end"),
            ));
        }
        if self.domains.contains(domain) {
            return Ok(());
        }
        Err(Rejection::new(
            RejectionCause::ClientNotManagedBySms,
            format!("SMS domain {} is not known to this head-end", quoted(domain)),
        ))
    }

    fn enact(&mut self, change: Change, now: SimTime) {
        if !matches!(change, Change::Nothing) {
            self.noted.note(|steps| steps.0.push(Step::CarriedOut(change.clone(), now)));
        }
        match change {
            Change::Nothing => {}
            Change::SetEntitlements { card, products } => {
                self.set_entitlements(&card, products, now);
            }
            Change::FormPairing { cards, modules } => self.pairings.form(cards, modules, now),
            Change::GrowPairing { existing_card, cards, modules } => {
                self.pairings.grow(&existing_card, cards, modules)
            }
            Change::SetPin { card, pin } => {
                if let Some(card) = self.cards.get_mut(&card) {
                    card.pin = pin;
                }
            }
            Change::QueueMessages { replaced, messages } => {
                let finished_limit = self.settings.finished_limit;
                self.messages.settle(now, finished_limit);
                self.messages.put(&replaced, messages, now);
            }
            Change::ScheduleFingerprint { replaced, job } => {
                let finished_limit = self.settings.finished_limit;
                self.fingerprints.settle(now, finished_limit);
                self.fingerprints.put(&replaced, [job], now);
            }
        }
    }
}
