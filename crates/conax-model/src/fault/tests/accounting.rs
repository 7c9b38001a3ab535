//! The changes account for the records: what was executed and not undone is what the head-end holds.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::proptest;

use super::carrying_out::{HeadEnd, any_command};
use crate::command::Command;
use crate::fault::{CommandFault, Effect, Orders, StateChange};
use crate::id::{SmartcardId, TransactionId};

/// What the changes told so far add up to.
#[derive(Default)]
struct Account {
    executed: BTreeSet<TransactionId>,
    undone: BTreeSet<TransactionId>,
}

impl Account {
    fn take(&mut self, changes: &[StateChange]) {
        for change in changes {
            match change {
                StateChange::Executed { transaction, .. }
                | StateChange::Console { transaction, .. } => {
                    assert!(self.executed.insert(*transaction), "{change:?} once more");
                }
                StateChange::Undone { transactions } => {
                    assert!(!transactions.is_empty(), "nothing was undone");
                    for transaction in transactions {
                        assert!(self.executed.contains(transaction), "{change:?} of what?");
                        assert!(self.undone.insert(*transaction), "{change:?} once more");
                    }
                }
                StateChange::Refused { .. }
                | StateChange::Pretended { .. }
                | StateChange::Held { .. } => {}
            }
        }
    }

    fn is_what_is_held(&self, head_end: &HeadEnd) {
        let kept: BTreeSet<_> = self.executed.difference(&self.undone).copied().collect();
        let transactions = head_end.state.transactions();
        let accepted = transactions.filter(|one| one.outcome.is_accepted());
        assert_eq!(kept, accepted.map(|one| one.id).collect());
    }
}

fn question(card: &str) -> Command {
    Command::GetActiveSubscriptions { card: SmartcardId::new(card) }
}

fn loses(seconds: u64) -> Orders {
    Orders { besides: vec![CommandFault::Lose(Duration::from_secs(seconds))], ..Orders::default() }
}

fn stale() -> Orders {
    Orders { effect: Some(Effect::Stale(Duration::from_secs(5))), ..Orders::default() }
}

#[test]
fn a_restart_forgets_that_a_question_was_answered_from_the_past() {
    let (mut head_end, mut account) = (HeadEnd::new(), Account::default());
    account.take(&head_end.tell(&question("a"), &stale()).1);
    account.take(&head_end.tell(&question("a"), &loses(30)).1);
    account.is_what_is_held(&head_end);
    assert_eq!(account.undone.len(), 2);
}

#[test]
fn what_was_refused_is_not_undone() {
    let (mut head_end, mut account) = (HeadEnd::new(), Account::default());
    let (accepted, changes) = head_end.tell(&question("nobody"), &loses(30));
    assert!(!accepted);
    account.take(&changes);
    account.is_what_is_held(&head_end);
}

fn any_orders() -> impl Strategy<Value = Orders> {
    let effect = prop_oneof![
        4 => Just(None),
        1 => Just(Some(Effect::FalseOk)),
        1 => Just(Some(Effect::Twice)),
        1 => Just(Some(Effect::Swap)),
        1 => (1..30_u64).prop_map(|time| Some(Effect::Late(Duration::from_secs(time)))),
        1 => (1..70_u64).prop_map(|time| Some(Effect::Stale(Duration::from_secs(time)))),
        1 => (0..2_usize).prop_map(|count| Some(Effect::Partial(count))),
    ];
    let besides = prop_oneof![
        2 => (0..70_u64).prop_map(|time| CommandFault::Lose(Duration::from_secs(time))),
        1 => (-90_000..90_000_i64).prop_map(CommandFault::ClockSkew),
        1 => Just(CommandFault::ConsoleCancel),
    ];
    let besides = proptest::collection::vec(besides, 0..2);
    (effect, besides).prop_map(|(effect, besides)| Orders { effect, besides, ..Orders::default() })
}

fn any_told() -> impl Strategy<Value = Command> {
    prop_oneof![3 => any_command(), 1 => Just(question("a"))]
}

proptest! {
    #[test]
    fn the_state_changes_account_for_what_the_head_end_holds(
        steps in proptest::collection::vec((any_told(), any_orders(), 0..20_u64), 0..20),
    ) {
        let (mut head_end, mut account) = (HeadEnd::new(), Account::default());
        for (command, orders, time) in &steps {
            account.take(&head_end.tell(command, orders).1);
            account.is_what_is_held(&head_end);
            account.take(&head_end.pass(*time));
            account.is_what_is_held(&head_end);
        }
    }
}
