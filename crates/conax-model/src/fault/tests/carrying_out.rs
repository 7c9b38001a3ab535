//! What faults do to the head-end's state, and what they leave alone.

use std::time::Duration;

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert_eq, proptest};

use crate::cas::{
    CardSpec, CardState, CasSettings, CasState, KeyState, ModuleSpec, ProductKind, ProductSpec,
    ProductState,
};
use crate::command::{Command, RequestedPeriod};
use crate::entropy::{Ids, Seed};
use crate::fault::{CommandFault, Effect, HeadEndMemory, Orders, Received, StateChange};
use crate::id::{DomainName, PairingModuleId, ProductId, SmartcardId};
use crate::time::SimTime;

pub(super) struct HeadEnd {
    pub(super) state: CasState,
    memory: HeadEndMemory,
    ids: Ids,
    domain: DomainName,
    now: SimTime,
    exchange: u64,
}

impl HeadEnd {
    pub(super) fn new() -> Self {
        let domain = DomainName::new("crm");
        let mut state = CasState::new(CasSettings::default());
        state.add_domain(domain.clone());
        for product in ["1", "2"] {
            state.load_product(ProductSpec {
                id: ProductId::new(product),
                label: String::new(),
                kind: ProductKind::Subscription,
                state: ProductState::Defined,
            });
        }
        for card in ["a", "b"] {
            state.load_card(CardSpec {
                id: SmartcardId::new(card),
                domain: domain.clone(),
                state: CardState::Stock,
                pin: None,
            });
        }
        let mut memory = HeadEndMemory::default();
        memory.keep_past(Duration::from_secs(60), &state);
        Self {
            state,
            memory,
            ids: Ids::new(Seed(7), "cas"),
            domain,
            now: SimTime::from_millis(1_000_000),
            exchange: 0,
        }
    }

    pub(super) fn tell(&mut self, command: &Command, orders: &Orders) -> (bool, Vec<StateChange>) {
        self.exchange += 1;
        let received = Received { exchange: self.exchange, domain: &self.domain, command };
        let done =
            self.memory.carry_out(&mut self.state, &mut self.ids, received, orders, self.now);
        (done.answer.outcome.is_accepted(), done.changes)
    }

    pub(super) fn pass(&mut self, seconds: u64) -> Vec<StateChange> {
        self.now = self.now + Duration::from_secs(seconds);
        self.memory.catch_up(&mut self.state, &mut self.ids, self.now)
    }

    fn active(&self, card: &str) -> String {
        let active = self.state.active_products(&SmartcardId::new(card), self.now);
        active.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }
}

fn add(card: &str, product: &str) -> Command {
    Command::AddSubscriptions {
        card: SmartcardId::new(card),
        products: vec![ProductId::new(product)],
        period: RequestedPeriod::default(),
    }
}

fn cancel(card: &str, product: &str) -> Command {
    Command::CancelSubscriptions {
        card: SmartcardId::new(card),
        products: vec![ProductId::new(product)],
    }
}

fn effect(effect: Effect) -> Orders {
    Orders { effect: Some(effect), ..Orders::default() }
}

fn besides(fault: CommandFault) -> Orders {
    Orders { besides: vec![fault], ..Orders::default() }
}

#[test]
fn a_false_ok_is_an_ok_that_changes_nothing_and_a_refusal_stays_one() {
    let mut head_end = HeadEnd::new();
    let (accepted, changes) = head_end.tell(&add("a", "1"), &effect(Effect::FalseOk));
    assert!(accepted && matches!(changes[..], [StateChange::Pretended { .. }]));
    assert_eq!(head_end.active("a"), "");
    assert_eq!(head_end.state.transaction_count(), 0);
    let (accepted, changes) = head_end.tell(&add("nobody", "1"), &effect(Effect::FalseOk));
    assert!(!accepted && matches!(changes[..], [StateChange::Refused { .. }]));
}

/// What came of a pairing of these cards and modules of which a part was carried out: whether it was
/// a part, and who is paired.
fn paired_in_part(cards: &[&str], modules: &[&str], count: usize) -> (Option<bool>, usize, usize) {
    let mut head_end = HeadEnd::new();
    for module in modules {
        head_end
            .state
            .load_module(ModuleSpec { id: PairingModuleId::new(*module), key: KeyState::Loaded });
    }
    let command = Command::CreatePairing {
        cards: cards.iter().copied().map(SmartcardId::new).collect(),
        modules: modules.iter().copied().map(PairingModuleId::new).collect(),
    };
    let (accepted, changes) = head_end.tell(&command, &effect(Effect::Partial(count)));
    assert!(accepted, "{changes:?}");
    let is_part = match &changes[..] {
        [StateChange::Executed { is_part, .. }] => Some(*is_part),
        [StateChange::Pretended { .. }] => None,
        other => panic!("{other:?}"),
    };
    let pairings = head_end.state.pairings();
    let [cards, modules] = pairings.fold([0, 0], |[cards, modules], pairing| {
        [cards + pairing.cards.len(), modules + pairing.modules.len()]
    });
    (is_part, cards, modules)
}

#[test]
fn a_part_of_a_pairing_lacks_boxes_as_it_lacks_cards() {
    let (cards, modules) = (["a", "b"], ["m", "n"]);
    for (cards, modules, count, received) in [
        (&cards[..1], &modules[..2], 0, (Some(true), 1, 1)),
        (&cards[..2], &modules[..1], 0, (Some(true), 1, 1)),
        (&cards[..2], &modules[..2], 0, (Some(true), 1, 1)),
        (&cards[..1], &modules[..1], 0, (None, 0, 0)),
        (&cards[..1], &modules[..2], 1, (Some(true), 1, 1)),
        (&cards[..2], &modules[..2], 2, (Some(false), 2, 2)),
        (&cards[..1], &modules[..1], 1, (Some(false), 1, 1)),
    ] {
        let found = paired_in_part(cards, modules, count);
        assert_eq!(found, received, "{cards:?} {modules:?} {count}");
    }
}

#[test]
fn swapped_orders_of_one_card_end_the_other_way_round() {
    let mut head_end = HeadEnd::new();
    head_end.tell(&add("a", "1"), &effect(Effect::Swap));
    head_end.tell(&add("b", "1"), &Orders::default());
    assert_eq!((head_end.active("a").as_str(), head_end.active("b").as_str()), ("", "1"));
    let (_, changes) = head_end.tell(&cancel("a", "1"), &Orders::default());
    assert!(matches!(
        changes[..],
        [StateChange::Executed { late: false, .. }, StateChange::Executed { late: true, .. }]
    ));
    assert_eq!(head_end.active("a"), "1", "cancelled first, added then");
}

#[test]
fn a_late_order_is_carried_out_at_its_time() {
    let mut head_end = HeadEnd::new();
    head_end.tell(&add("a", "1"), &effect(Effect::Late(Duration::from_secs(30))));
    head_end.pass(29);
    assert_eq!(head_end.active("a"), "");
    assert_eq!(head_end.memory.next_due(), Some(head_end.now + Duration::from_secs(1)));
    head_end.pass(1);
    assert_eq!(head_end.active("a"), "1");
}

#[test]
fn a_restart_loses_what_was_done_since_and_nothing_else() {
    let mut head_end = HeadEnd::new();
    head_end.tell(&add("a", "1"), &Orders::default());
    head_end.pass(40);
    head_end.tell(&add("a", "2"), &Orders::default());
    head_end.pass(1);
    let orders = besides(CommandFault::Lose(Duration::from_secs(30)));
    let (accepted, changes) = head_end.tell(&add("b", "1"), &orders);
    assert!(accepted);
    assert!(matches!(&changes[1], StateChange::Undone { transactions } if transactions.len() == 2));
    assert_eq!((head_end.active("a").as_str(), head_end.active("b").as_str()), ("1", ""));
}

#[test]
fn a_restart_loses_nothing_of_what_was_refused() {
    let mut head_end = HeadEnd::new();
    let orders = besides(CommandFault::Lose(Duration::from_secs(30)));
    let (accepted, changes) = head_end.tell(&add("nobody", "1"), &orders);
    assert!(!accepted);
    assert!(matches!(&changes[..], [StateChange::Refused { .. }]), "{changes:?}");
}

#[test]
fn a_stale_read_answers_from_the_past_and_changes_nothing() {
    let mut head_end = HeadEnd::new();
    head_end.tell(&add("a", "1"), &Orders::default());
    head_end.pass(10);
    let ask = Command::GetActiveSubscriptions { card: SmartcardId::new("a") };
    let mut count = |age: u64| {
        head_end.exchange += 1;
        let received =
            Received { exchange: head_end.exchange, domain: &head_end.domain, command: &ask };
        let orders = effect(Effect::Stale(Duration::from_secs(age)));
        let (state, ids) = (&mut head_end.state, &mut head_end.ids);
        let done = head_end.memory.carry_out(state, ids, received, &orders, head_end.now);
        match done.answer.outcome {
            crate::cas::Outcome::Accepted(crate::cas::Answer::ActiveSubscriptions(active)) => {
                active.len()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((count(5), count(30)), (1, 0));
    assert_eq!(head_end.active("a"), "1");
}

#[test]
fn a_skewed_clock_and_a_console_leave_their_marks() {
    let mut head_end = HeadEnd::new();
    head_end.tell(&add("a", "1"), &besides(CommandFault::ClockSkew(3_600_000)));
    assert_eq!(head_end.active("a"), "");
    head_end.pass(3600);
    assert_eq!(head_end.active("a"), "1");
    let (_, changes) = head_end.tell(&add("a", "2"), &besides(CommandFault::ConsoleCancel));
    assert!(matches!(changes[..], [StateChange::Executed { .. }, StateChange::Console { .. }]));
    assert_eq!(head_end.active("a"), "");
}

pub(super) fn any_command() -> impl Strategy<Value = Command> {
    let card = prop_oneof![Just("a"), Just("b"), Just("nobody")];
    let product = prop_oneof![Just("1"), Just("2"), Just("3")];
    (card, product, any::<bool>()).prop_map(|(card, product, adds)| {
        if adds { add(card, product) } else { cancel(card, product) }
    })
}

proptest! {
    /// Law I19: the state does not depend on when or how, or whether at all, it is answered.
    #[test]
    fn the_state_is_independent_of_the_answer(
        commands in proptest::collection::vec((any_command(), any::<bool>()), 0..20),
    ) {
        let (mut received, mut lost) = (HeadEnd::new(), HeadEnd::new());
        for (command, breaks) in &commands {
            received.tell(command, &Orders::default());
            let orders = Orders {
                delay_after: Duration::from_secs(600),
                end_after: breaks.then_some(crate::fault::End::Reset),
                ..Orders::default()
            };
            lost.tell(command, &orders);
        }
        prop_assert_eq!(format!("{:?}", received.state), format!("{:?}", lost.state));
    }

    /// Done twice is done once, as far as the state goes (law I5).
    #[test]
    fn what_is_executed_twice_is_as_if_once(commands in proptest::collection::vec(any_command(), 0..20)) {
        let (mut once, mut twice) = (HeadEnd::new(), HeadEnd::new());
        for command in &commands {
            once.tell(command, &Orders::default());
            twice.tell(command, &effect(Effect::Twice));
        }
        prop_assert_eq!((once.active("a"), once.active("b")), (twice.active("a"), twice.active("b")));
    }
}
