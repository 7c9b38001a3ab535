//! Both journals together, when they are complete: what each exchange must have had.

use std::collections::BTreeSet;

use super::crm::shown;
use super::facts::{Answer, Exchange, Facts, OK, Reply, Returned};
use super::problem::Problems;
use crate::proof::write::HeadEnd;

/// Reports what the exchanges lack and where the two sides differ; `at_conax` are those that were
/// still at the head-end.
pub(super) fn close(facts: &Facts, at_conax: &BTreeSet<u64>, problems: &mut Problems) {
    for (number, exchange) in &facts.exchanges {
        let mut report = |found: String| problems.add(exchange.line, exchange.request, found);
        if exchange.left == Some(false) && exchange.returned.is_none() {
            report(format!(
                "exchange {number} never left, but did not fail: its `failed` line is missing"
            ));
        }
        if facts.head_end == HeadEnd::Simulated {
            if let Some(lack) = lack_of(exchange, at_conax.contains(number)) {
                report(format!("exchange {number} {lack}"));
            }
            if let Err(found) = outcomes_fit(exchange).and_then(|()| answers_fit(exchange)) {
                report(format!("exchange {number} {found}"));
            }
        }
    }
}

/// The line an exchange lacks at the head-end.
fn lack_of(exchange: &Exchange, is_at_conax: bool) -> Option<String> {
    if is_at_conax {
        let has_left = exchange.reply.is_some();
        return has_left.then(|| {
            "was left by the head-end; the header says that it is still there (`at_conax`)"
                .to_owned()
        });
    }
    let came_back = exchange.came_back();
    let Some(read) = exchange.read else {
        let expected = exchange.left == Some(true) && came_back;
        return expected
            .then(|| "left, but was never received: its `received` line is missing".to_owned());
    };
    let outcomes = &exchange.outcomes;
    let nothing_came = outcomes.held.is_none() && outcomes.count() == 0;
    let over = came_back || exchange.reply.is_some();
    if read && nothing_came && over {
        return Some(
            "was read, but nothing came of it: its `executed`, `refused`, `pretended` or `held` \
             line is missing"
                .to_owned(),
        );
    }
    (came_back && exchange.reply.is_none()).then(|| {
        "was received, but how the head-end left it is not told: its `answered` or \
         `not_answered` line is missing"
            .to_owned()
    })
}

/// Whether what came of a command, and the answer to it, can be told together.
fn outcomes_fit(exchange: &Exchange) -> Result<(), String> {
    let outcomes = &exchange.outcomes;
    if outcomes.refused_without_transaction && outcomes.count() > 1 {
        let count = outcomes.count();
        return Err(format!(
            "was refused without transaction and has {count} outcomes; expected only that one"
        ));
    }
    if let (Some(Some(promised)), Some(first)) = (&outcomes.held, outcomes.transactions.first())
        && promised != first
    {
        return Err(format!(
            "was held as transaction {promised}, but came later as {first}; expected the same"
        ));
    }
    match &exchange.reply {
        Some(Reply::Answered(answer)) if !outcomes.is_spoilt => answer_fits(exchange, answer),
        _ => Ok(()),
    }
}

fn answer_fits(exchange: &Exchange, answer: &Answer) -> Result<(), String> {
    let outcomes = &exchange.outcomes;
    let promised = outcomes.held.iter().flatten();
    if let Some(reference) = &answer.reference
        && !outcomes.transactions.iter().chain(promised).any(|own| **own == **reference)
    {
        return Err(format!(
            "was answered with reference `{reference}`; expected a transaction of its own"
        ));
    }
    let only_refused = outcomes.held.is_none() && outcomes.refused == outcomes.count();
    let expected = match &outcomes.last_refusal {
        Some(code) if only_refused => code,
        _ if outcomes.pretended > 0 => OK,
        _ => return Ok(()),
    };
    match &answer.status_code {
        Some(code) if **code != *expected => Err(format!(
            "was answered with status code `{code}`; expected `{expected}`, by what came of it"
        )),
        _ => Ok(()),
    }
}

/// Whether the CRM read what the head-end answered.
fn answers_fit(exchange: &Exchange) -> Result<(), String> {
    let Some(Returned::Answered(read)) = &exchange.returned else {
        return Ok(());
    };
    match &exchange.reply {
        None => Ok(()),
        Some(Reply::NotAnswered) => {
            Err("came back with an answer, but the head-end gave none; expected `failed`"
                .to_owned())
        }
        Some(Reply::Answered(given)) if given != read => Err(format!(
            "came back with {}; expected {}, as the head-end answered",
            in_words(read),
            in_words(given)
        )),
        Some(Reply::Answered(_)) => Ok(()),
    }
}

fn in_words(answer: &Answer) -> String {
    let code = shown(answer.status_code.as_ref());
    let reference = shown(answer.reference.as_ref());
    format!("status code {code} and reference {reference}")
}
