//! Why: a causal chain in sentences, computed from the state.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use conax_contract::text::render_duration;
use conax_model::crm::{ProvisioningRequest, RequestNumber, State, WaitsFor};
use conax_model::drift::{ended_after_and_done_before, ended_before_and_done_after};
use conax_model::fault::Miss;
use conax_model::id::HexId;
use conax_model::ledger::{Fate, Row};
use conax_model::time::SimTime;

use super::advice::{advice, refusal};
use super::cut::{Cut, steps};
use super::met::{GONE, Known, Met};
use super::reference::{oddity, shared_with};
use super::rule::about_rule;
use super::story::{self, date, named};
use crate::clock::ClockMode;
use crate::shared::Shared;

/// What is asked about a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Why this rule did, or did not, act on it.
    pub fault: Option<String>,
    /// Why it is, or is not, in the list with this filter: name and value.
    pub list: Option<(String, String)>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The request.
    pub request: Option<RequestNumber>,
    /// Its state.
    pub state: &'static str,
    /// What is so, and why, and why that: from the effect to its cause.
    pub because: Vec<String>,
    /// What to do next.
    pub next: Option<String>,
}

/// There is no such request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no provisioning request `{0}`")]
pub struct NotFound(pub String);

/// The request with this number or id.
///
/// # Errors
/// If there is none.
pub fn find_request(shared: &Shared, name: &str) -> Result<Arc<ProvisioningRequest>, NotFound> {
    let side = shared.crm();
    let by_number = name.parse().ok().and_then(|number| side.book.by_number(number));
    let found = by_number.or_else(|| HexId::parse(name).and_then(|id| side.book.by_id(id)));
    found.map(Arc::clone).ok_or_else(|| NotFound(name.to_owned()))
}

/// Answers a question about a request.
#[must_use]
pub fn why(shared: &Shared, row: &ProvisioningRequest, question: &Question) -> Why {
    why_in(shared, &OnceCell::new(), row, question)
}

/// The same, in a cut that is made once, if at all.
fn why_in(
    shared: &Shared,
    cut: &OnceCell<Cut>,
    row: &ProvisioningRequest,
    question: &Question,
) -> Why {
    let mut answer =
        Why { request: row.number, state: state(row), because: Vec::new(), next: None };
    let teller = Teller { shared, row, cut, now: shared.clock.now() };
    match (&question.fault, &question.list) {
        (Some(rule), _) => answer.because = about_rule(shared, row, rule),
        (None, Some((name, value))) => teller.about_list(name, value, &mut answer),
        (None, None) => teller.about_state(&mut answer),
    }
    answer
}

fn state(row: &ProvisioningRequest) -> &'static str {
    match row.state {
        State::Pending => "PENDING",
        State::Completed { .. } => "COMPLETED",
        State::Rejected { .. } => "REJECTED",
    }
}

/// The request of one of its smartcards that a request waits for.
const fn stands_before(wait: &WaitsFor) -> Option<(&Arc<str>, Option<RequestNumber>)> {
    match wait {
        WaitsFor::Card { card, with } => Some((card, *with)),
        WaitsFor::AtOnce { card, request }
        | WaitsFor::Earlier { card, request }
        | WaitsFor::Express { card, request } => Some((card, *request)),
        WaitsFor::Held
        | WaitsFor::Provider
        | WaitsFor::Date(_)
        | WaitsFor::Answer
        | WaitsFor::Run { .. } => None,
    }
}

fn due(before: usize) -> String {
    match before {
        0 => "it is due and the next to leave".to_owned(),
        1 => "it is due; one other leaves first".to_owned(),
        before => format!("it is due; {before} others leave first"),
    }
}

fn rounded(time: Duration) -> String {
    let whole = Duration::from_secs(time.as_secs());
    match whole.is_zero() {
        true => render_duration(time),
        false => render_duration(whole),
    }
}

struct Teller<'a> {
    shared: &'a Shared,
    row: &'a ProvisioningRequest,
    cut: &'a OnceCell<Cut>,
    now: SimTime,
}

impl Teller<'_> {
    fn cut(&self) -> &Cut {
        self.cut.get_or_init(|| Cut::of(self.shared))
    }

    fn about_state(&self, answer: &mut Why) {
        self.about_outcome(answer);
        let turned = self.cut().turned_round().iter();
        let about_it = turned.filter(|one| [one.request, one.by].contains(&self.row.number));
        answer.because.extend(about_it.map(|one| one.because.clone()));
    }

    fn about_outcome(&self, answer: &mut Why) {
        match &self.row.state {
            State::Pending => self.pending(answer),
            State::Completed { reference } => {
                let executed =
                    self.row.executed.map_or(String::new(), |at| format!(" at {}", date(at)));
                answer.because.push(match reference {
                    Some(reference) => {
                        format!("Conax answered OK{executed}, with reference {reference}")
                    }
                    None => format!("Conax answered OK{executed}, without a transaction id"),
                });
                self.whose_reference(answer);
                self.rules(answer);
                self.what_conax_did(answer);
            }
            State::Rejected { error, provider_error } => {
                let first = error.description.lines().find(|line| line.contains("faultString"));
                let text = first.map_or(&*error.description, str::trim);
                let text = text.strip_prefix("faultString: ").unwrap_or(text);
                answer.because.push(match provider_error {
                    Some(_) => format!("Conax refused it: {}: {text}", error.code),
                    None => format!("no answer that says OK was read: {}: {text}", error.code),
                });
                self.rules(answer);
                self.what_conax_did(answer);
            }
        }
    }

    fn reconciled(&self) -> Option<&Row> {
        self.cut().reconciliation.rows.get(&self.row.number?)
    }

    fn what_conax_did(&self, answer: &mut Why) {
        let Some(row) = self.reconciled() else {
            answer
                .because
                .push("it was there from the start: what Conax did is not known here".to_owned());
            return;
        };
        if row.exchanges.is_empty() {
            answer.because.push("nothing was sent to Conax for it".to_owned());
            return;
        }
        let said = match (row.fate, row.undone, row.is_held) {
            (Fate::Once, _, _) => "Conax really carried it out, once",
            (Fate::Twice, _, _) => "Conax really carried it out more than once",
            (Fate::Partly, _, _) => "Conax really carried out a part of it only",
            (Fate::Never, _, true) => "Conax holds it back and will carry it out later",
            (Fate::Never, 0, _) if row.has_left => "Conax really did not carry it out",
            (Fate::Never, 0, _) => "the command never left: no connection came about",
            (Fate::Never, _, _) => "Conax carried it out and has lost it since",
            (Fate::Unknown, _, _) => "what Conax really did is not known: it is another head-end",
        };
        answer.because.push(match self.refused_unheard(row) {
            Some(message) => format!("{said}: it refused it: {message}"),
            None => said.to_owned(),
        });
        self.out_of_turn(row, answer);
        self.at_console(row, answer);
        answer.next = advice(self.shared, self.cut(), row, self.row);
    }

    /// Why Conax refused it, if the CRM has not read that.
    fn refused_unheard(&self, row: &Row) -> Option<String> {
        match &self.row.state {
            State::Rejected { provider_error: None, .. } => refusal(row, &self.cut().cas),
            _ => None,
        }
    }

    /// What was done at the head-end's console while it was carried out.
    fn at_console(&self, row: &Row, answer: &mut Why) {
        let edits = self.cut().ledger.console_edits().filter(|(.., exchange)| {
            exchange.is_some_and(|exchange| row.exchanges.contains(&exchange))
        });
        answer.because.extend(edits.map(|(at, command, _)| {
            let cards: Vec<&str> = command.cards().iter().map(|card| card.as_str()).collect();
            let done = story::console(at, command);
            format!("{done} of smartcard {}, right after it", cards.join(", "))
        }));
    }

    /// That its reference is another's.
    fn whose_reference(&self, answer: &mut Why) {
        let Some(reference) = self.row.reference() else {
            return;
        };
        let cut = self.cut();
        let is_known = |reference: &str| {
            let mut told = cut.cas.transactions();
            told.any(|one| one.id.to_string() == reference)
        };
        let row = self.reconciled();
        let odd = row.and_then(|row| oddity(row, reference, &cut.reconciliation, is_known));
        answer.because.extend(odd.or_else(|| shared_with(self.row, &cut.book)));
    }

    /// That Conax carried it out behind a request of the same card, or box, that was sent later, or
    /// before one that was sent earlier.
    fn out_of_turn(&self, row: &Row, answer: &mut Why) {
        let cut = self.cut();
        let modules = cut.modules(row);
        let shares = |other: &&Row| {
            let has_card = other.cards.iter().any(|card| row.cards.contains(card));
            has_card || {
                let mut others = cut.modules(other).into_iter();
                !modules.is_empty() && others.any(|one| modules.contains(&one))
            }
        };
        let rows: Vec<&Row> = cut.reconciliation.rows.values().filter(shares).collect();
        let steps = steps(cut, &rows);
        let Some(own) = steps.iter().find(|step| step.of.request == row.request) else {
            return;
        };
        let before = ended_after_and_done_before(&steps, own);
        let before = before.map(|before| story::carried_out_after(row, before));
        let after = ended_before_and_done_after(&steps, own);
        let after = after.map(|after| story::carried_out_before(row, after));
        answer.because.extend(before.into_iter().chain(after));
    }

    /// The rules that acted on its exchanges, that none did, or that it is not known.
    fn rules(&self, answer: &mut Why) {
        let met = Met::of(self.shared, self.reconciled());
        let acted: Vec<String> = met.acted().map(story::acted).collect();
        let has_acted = !acted.is_empty();
        answer.because.extend(acted);
        answer.because.extend(match (met.known, has_acted) {
            (Known::Gone, true) => {
                Some(format!("whether another fault rule acted is not known any more: {GONE}"))
            }
            (Known::Gone, false) => {
                Some(format!("whether a fault rule acted is not known any more: {GONE}"))
            }
            (Known::UnderWay, false) => {
                Some("which fault rules act on it is told when the exchange has ended".to_owned())
            }
            (Known::All | Known::NothingSent | Known::Elsewhere, false) => {
                Some("no fault rule acted".to_owned())
            }
            (_, true) | (Known::Before, false) => None,
        });
        // That others are used up says nothing where one acted.
        for near in met.near().filter(|near| !(has_acted && near.miss == Miss::Spent)) {
            answer.because.push(format!("rule {} nearly acted: {}", near.rule(), near.why()));
        }
    }

    fn pending(&self, answer: &mut Why) {
        let Some(number) = self.row.number else {
            answer.because.push("it has no number: it was loaded as it is and stays so".to_owned());
            return;
        };
        let waits = self.shared.change(|world| world.crm.lock().book.waits_for(number, self.now));
        let mut told_of = BTreeSet::new();
        for wait in waits {
            self.waits_for(&wait, answer);
            // Whoever else stands before it at this smartcard waits for the first of them too.
            if let Some((card, other)) = stands_before(&wait)
                && told_of.insert(Arc::clone(card))
            {
                self.blame(other, answer);
            }
        }
    }

    fn waits_for(&self, wait: &WaitsFor, answer: &mut Why) {
        let because = &mut answer.because;
        match wait {
            WaitsFor::Held => because.push(
                "the world holds it: processing runs leave it alone (key `held` of its record)"
                    .to_owned(),
            ),
            WaitsFor::Provider => {
                because.push("the provider is not effective, and then nothing is sent".to_owned());
                answer.next = Some("set `provider: { effective: true }` in the world".to_owned());
            }
            WaitsFor::Date(due) => {
                because.push(format!(
                    "it is due at {}, in {}; the clock shows {}",
                    date(*due),
                    rounded(due.since(self.now)),
                    date(self.now)
                ));
                self.clock_stands(answer);
            }
            WaitsFor::Answer => self.in_flight(answer),
            WaitsFor::Card { card, with } => because.push(format!(
                "smartcard {card} is busy with {}, which is on its way to Conax: per smartcard \
                 one leaves at a time",
                named(*with)
            )),
            WaitsFor::AtOnce { card, request } => because.push(format!(
                "{} of the same smartcard {card} is to be sent at once and leaves before it",
                named(*request)
            )),
            WaitsFor::Earlier { card, request } => because.push(format!(
                "{} of the same smartcard {card} became due, or was created, before it and leaves \
                 first",
                named(*request)
            )),
            WaitsFor::Express { card, request } => because.push(format!(
                "EXPRESS {} of the same smartcard {card} leaves before it",
                named(*request)
            )),
            WaitsFor::Run { before } => match self.workers() {
                Some(busy) => self.waits_for_worker(*before, &busy, answer),
                None => self.waits_for_run(*before, answer),
            },
        }
    }

    /// Why the one in front has not left or come back, one step further.
    fn blame(&self, other: Option<RequestNumber>, answer: &mut Why) {
        let Some(number) = other else { return };
        let Ok(row) = find_request(self.shared, &number.to_string()) else {
            return;
        };
        let mut theirs = why_in(self.shared, self.cut, &row, &Question::default());
        for sentence in theirs.because.drain(..) {
            answer.because.push(format!("request {number}: {sentence}"));
        }
        answer.next = answer.next.take().or(theirs.next);
    }

    fn in_flight(&self, answer: &mut Why) {
        let row = self.reconciled();
        let exchange = row.as_ref().and_then(|row| row.exchanges.last().copied());
        answer.because.push(match exchange {
            Some(exchange) => format!(
                "it is on its way to Conax, in exchange {exchange}, and no answer has come; the CRM \
                 waits {} for each part of one",
                rounded(self.shared.settings.dispatch.read_time)
            ),
            None => "it is about to be sent".to_owned(),
        });
        self.rules(answer);
        self.clock_stands(answer);
    }

    /// What occupies the workers; nothing if one is free.
    fn workers(&self) -> Option<Vec<Option<RequestNumber>>> {
        if self.shared.workers.has_free() {
            return None;
        }
        let side = self.shared.crm();
        let by_runs = side.book.in_flight().filter(|row| row.process_immediately != Some(true));
        let busy: Vec<_> = by_runs.map(|row| row.number).collect();
        (!busy.is_empty()).then_some(busy)
    }

    /// Runs send with so many workers at a time, and a run that finds none free waits for one.
    fn waits_for_worker(&self, before: usize, busy: &[Option<RequestNumber>], answer: &mut Why) {
        let due = due(before);
        let workers = match self.shared.settings.dispatch.worker_count {
            1 => "the only worker is busy".to_owned(),
            count => format!("all {count} workers are busy"),
        };
        let with: Vec<String> = busy.iter().map(|request| named(*request)).collect();
        answer.because.push(format!(
            "{due}, but {workers} with what is on its way to Conax (`workers`): {}",
            with.join(", ")
        ));
        // Whoever is back first makes room; they left in this order.
        self.blame(busy.first().copied().flatten(), answer);
    }

    fn waits_for_run(&self, before: usize, answer: &mut Why) {
        answer.because.push(due(before));
        match self.shared.settings.dispatch.run_interval {
            Some(interval) => answer.because.push(format!(
                "processing runs are made every {}, and the next one has not come",
                rounded(interval)
            )),
            None => {
                answer.because.push("processing runs are made by hand only".to_owned());
                answer.next = Some("make one: POST /v1/runs".to_owned());
            }
        }
        self.clock_stands(answer);
    }

    fn clock_stands(&self, answer: &mut Why) {
        if self.shared.clock.mode() == ClockMode::Stepped {
            answer
                .because
                .push("the clock is stepped: time passes only when it is told to".to_owned());
            answer.next.get_or_insert_with(|| {
                "let time pass: POST /v1/clock/advance or /v1/clock/settle".to_owned()
            });
        }
    }

    fn about_list(&self, name: &str, value: &str, answer: &mut Why) {
        let found = match name {
            "life_cycle_state" => state(self.row).to_owned(),
            "type" => self.row.kind.code().to_owned(),
            "reference_number" => {
                self.row.reference().map_or("none".to_owned(), ToString::to_string)
            }
            _ => {
                answer.because.push(format!(
                    "a list has no filter `{name}`; it takes exactly one of type, \
                     life_cycle_state, reference_number"
                ));
                return;
            }
        };
        if found == value {
            answer.because.push(format!(
                "it is in that list: its {name} is {value}; lists are in order of creation, so a \
                 page may begin behind it or end before it"
            ));
            return;
        }
        answer.because.push(format!("the list asks for {name}={value}, and its {name} is {found}"));
        if name != "type" {
            self.about_state(answer);
        }
    }
}
