//! What comes of a command at the head-end, and how an exchange is left.

use super::facts::{Answer, Done, Facts, Owner, Reply, Use};
use crate::cas::CommandKind;
use crate::cas::operation_key;
use crate::proof::write::ConaxEvent;

/// Nothing, or why it cannot be.
pub(super) type Found = Result<(), String>;

/// Takes in what came of an exchange, or how it was left.
pub(super) fn after(facts: &mut Facts, line: usize, exchange: u64, event: ConaxEvent) -> Found {
    let owner = facts.owner_of(exchange);
    match event {
        ConaxEvent::Executed { transaction, command, late, partly, .. } => {
            let fits = executed_fits(facts, exchange, command, late);
            let outcomes = &mut facts.exchanges.entry(exchange).or_default().outcomes;
            outcomes.executed += 1;
            outcomes.transactions.push(transaction.clone());
            let done = match partly {
                true => Done::Part,
                false => Done::All,
            };
            opened(facts, line, &owner, (&transaction, done)).and(fits)
        }
        ConaxEvent::Refused { transaction, status_code, .. } => {
            let outcomes = &mut facts.exchanges.entry(exchange).or_default().outcomes;
            outcomes.refused += 1;
            outcomes.last_refusal = Some(status_code);
            outcomes.refused_without_transaction |= transaction.is_none();
            let Some(transaction) = transaction else {
                return Ok(());
            };
            outcomes.transactions.push(transaction.clone());
            opened(facts, line, &owner, (&transaction, Done::Nothing))
        }
        ConaxEvent::Pretended { transaction, .. } => {
            let outcomes = &mut facts.exchanges.entry(exchange).or_default().outcomes;
            outcomes.pretended += 1;
            outcomes.transactions.push(transaction.clone());
            opened(facts, line, &owner, (&transaction, Done::Nothing))
        }
        ConaxEvent::Held { transaction, .. } => held(facts, exchange, transaction),
        ConaxEvent::Answered { status_code, reference, spoilt, .. } => {
            let outcomes = &mut facts.exchanges.entry(exchange).or_default().outcomes;
            outcomes.is_spoilt = spoilt;
            let answer = Answer { status_code, reference };
            replied(facts, exchange, Reply::Answered(answer))
        }
        _ => replied(facts, exchange, Reply::NotAnswered),
    }
}

/// Whether a command is that of its request, and late if it was held.
fn executed_fits(facts: &mut Facts, exchange: u64, command: CommandKind, late: bool) -> Found {
    let known = facts.exchanges.entry(exchange).or_default();
    let was_held = known.outcomes.held.is_some();
    let asked = known.request.and_then(|request| facts.requests.get(&request)?.request_type);
    match asked {
        Some(asked) if asked != command => Err(format!(
            "`{}` was executed; expected the command of {}",
            operation_key(command),
            asked.code()
        )),
        _ if late && !was_held => Err(format!(
            "exchange {exchange} was executed late, but it was never held: its `held` line is \
             missing"
        )),
        _ if was_held && !late => Err(format!(
            "exchange {exchange} was held and then executed; expected `late` to be true"
        )),
        _ => Ok(()),
    }
}

fn held(facts: &mut Facts, exchange: u64, transaction: Option<String>) -> Found {
    let outcomes = &mut facts.exchanges.entry(exchange).or_default().outcomes;
    let first = outcomes.held.is_none() && outcomes.count() == 0;
    outcomes.held = Some(transaction);
    match first {
        true => Ok(()),
        false => Err(format!(
            "exchange {exchange} was held after something had come of it; expected `held` first"
        )),
    }
}

fn replied(facts: &mut Facts, exchange: u64, reply: Reply) -> Found {
    let known = facts.exchanges.entry(exchange).or_default();
    match known.reply.replace(reply) {
        None => Ok(()),
        Some(_) => Err(format!(
            "exchange {exchange} was left a second time; expected one `answered` or `not_answered`"
        )),
    }
}

/// Takes in a transaction, which must be new.
pub(super) fn opened(
    facts: &mut Facts,
    line: usize,
    owner: &Owner,
    (transaction, done): (&str, Done),
) -> Found {
    if facts.let_go.transactions.contains(transaction) {
        return Err(format!(
            "transaction {transaction} stands for something else, of which lines were let go; \
             expected a new one"
        ));
    }
    if let Some(known) = facts.transactions.get(transaction) {
        let first = known.line;
        return Err(format!(
            "transaction {transaction} stands for something else on line {first}; expected a new \
             one"
        ));
    }
    let opened = Use { line, owner: owner.clone(), done, undone: false };
    facts.transactions.insert(transaction.to_owned(), opened);
    let tally = facts.tally(line, owner);
    tally.executions += u64::from(done != Done::Nothing);
    tally.parts += u64::from(done == Done::Part);
    tally.transactions.push(transaction.to_owned());
    Ok(())
}
