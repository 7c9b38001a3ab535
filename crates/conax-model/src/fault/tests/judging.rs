//! Who is met, how often, and what nearly happened.

use std::sync::Arc;
use std::time::Duration;

use crate::command::{Command, CommandKind};
use crate::crm::Priority;
use crate::entropy::Seed;
use crate::fault::{
    Action, ConnectFault, Cycle, End, Entry, Facts, FaultPlan, FaultRule, Miss, Origin, Pattern,
    Per, Phase, RuleId, Script, Selector, Shadow, Stage, Throttle, TlsFault, What,
};
use crate::id::SmartcardId;
use crate::time::SimTime;

const START: SimTime = SimTime::from_millis(0);

fn entry(title: &str, what: What) -> Entry {
    let phase = match what {
        What::Connect(_) => Phase::Connect,
        _ => Phase::BeforeApply,
    };
    Entry { title: title.into(), actions: vec![Action { phase, what }] }
}

fn silence() -> Entry {
    entry("silence", What::End(End::Silence))
}

fn refuse() -> Entry {
    entry("refuse", What::Connect(ConnectFault::Refused))
}

fn ok() -> Entry {
    Entry { title: "ok".into(), actions: Vec::new() }
}

fn rule(id: &str, script: Script) -> FaultRule {
    FaultRule {
        id: RuleId::new(id),
        selector: Selector::default(),
        script,
        per: Per::Exchange,
        times: None,
        ttl: None,
        paused: false,
    }
}

fn plan(rules: impl IntoIterator<Item = FaultRule>) -> FaultPlan {
    let mut plan = FaultPlan::new(Seed(7));
    for rule in rules {
        plan.add(rule, None, START);
    }
    plan
}

fn asks(card: &str) -> Command {
    Command::GetActiveSubscriptions { card: SmartcardId::new(card) }
}

fn at(command: &Command, millis: i64) -> Facts<'_> {
    Facts {
        command: Some(command),
        origin: None,
        concurrency: 1,
        on_connection: 1,
        now: SimTime::from_millis(millis),
    }
}

/// What each of so many exchanges meets, a second apart.
fn titles(plan: &mut FaultPlan, count: i64) -> String {
    let command = asks("1");
    let titles = (0..count).map(|second| {
        let verdict = plan.judge(Stage::Arrived, &at(&command, second * 1000));
        let titles: Vec<&str> = verdict.acted.iter().map(|acted| &*acted.title).collect();
        if titles.is_empty() { "-".to_owned() } else { titles.join("+") }
    });
    titles.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_sequence_gives_each_exchange_its_entry_and_is_spent_then() {
    let mut plan = plan([rule("s", Script::Sequence(vec![silence(), refuse(), ok()]))]);
    assert_eq!(titles(&mut plan, 5), "silence refuse ok - -");
    let rule = &plan.rules[0];
    assert_eq!((rule.hits, rule.missed, rule.status(START).code()), (3, 2, "spent"));
}

#[test]
fn a_circle_begins_again() {
    let mut plan = plan([rule("c", Script::Circle(vec![silence(), ok()]))]);
    assert_eq!(titles(&mut plan, 5), "silence ok silence ok silence");
}

#[test]
fn hits_are_counted_in_turns() {
    let turns = |selector: Selector, times| {
        let mut plan =
            plan([FaultRule { selector, times, ..rule("r", Script::Always(silence())) }]);
        titles(&mut plan, 7).replace("silence", "x").replace(' ', "")
    };
    let every = Selector { every: Some(3), ..Selector::default() };
    assert_eq!(turns(every.clone(), None), "--x--x-");
    assert_eq!(turns(every.clone(), Some(1)), "--x----");
    assert_eq!(turns(Selector { after: 2, ..every }, None), "----x--");
    let first = Selector { first: Some(2), ..Selector::default() };
    assert_eq!(turns(first.clone(), None), "xx-----");
    assert_eq!(turns(Selector { after: 3, ..first }, None), "---xx--");
}

#[test]
fn times_windows_and_lives_are_those_of_the_clock() {
    let acts = |change: fn(&mut FaultRule)| {
        let mut rule = rule("r", Script::Always(silence()));
        change(&mut rule);
        titles(&mut plan([rule]), 6).replace("silence", "x").replace(' ', "")
    };
    let second = SimTime::from_millis;
    assert_eq!(acts(|rule| rule.ttl = Some(Duration::from_secs(3))), "xxx---");
    assert_eq!(acts(|rule| rule.selector.from = Some(SimTime::from_millis(4000))), "----xx");
    assert_eq!(acts(|rule| rule.selector.until = Some(SimTime::from_millis(2000))), "xx----");
    assert_eq!(second(1), SimTime::from_millis(1));
    assert_eq!(
        acts(|rule| {
            rule.selector.cycle =
                Some(Cycle { on: Duration::from_secs(1), off: Duration::from_secs(2) });
        }),
        "x--x--"
    );
}

#[test]
fn everything_a_selector_names_must_hold_and_the_one_thing_that_does_not_is_told() {
    let origin = Origin {
        request: Some(4050),
        priority: Some(Priority::Express),
        subscription: Some(Arc::from("S60600")),
    };
    let command = asks("01900080208");
    let facts = Facts { origin: Some(&origin), ..at(&command, 0) };
    let pattern = |text: &str| Some(Pattern::new(text));
    let all = Selector {
        kinds: vec![CommandKind::GetActiveSubscriptions],
        card: pattern("0190*8"),
        subscription: pattern("S?0600"),
        priority: Some(Priority::Express),
        above: Some(0),
        ..Selector::default()
    };
    let miss = |selector: Selector| {
        let mut plan = plan([FaultRule { selector, ..rule("r", Script::Always(silence())) }]);
        let verdict = plan.judge(Stage::Arrived, &facts);
        assert_eq!(verdict.acted.is_empty(), verdict.orders.is_nothing());
        match (verdict.acted.len(), verdict.near.first()) {
            (1, _) => "acts".to_owned(),
            (_, Some(near)) => near.why(),
            _ => "no near miss".to_owned(),
        }
    };
    assert_eq!(miss(all.clone()), "acts");
    assert_eq!(
        miss(Selector { card: pattern("01900080207"), ..all.clone() }),
        "card 01900080208 is not 01900080207"
    );
    assert_eq!(
        miss(Selector { product: pattern("P1test"), ..all.clone() }),
        "no product is known, it wants P1test"
    );
    assert_eq!(miss(Selector { above: Some(4), ..all.clone() }), "1 exchanges are not above 4");
    assert_eq!(
        miss(Selector { priority: Some(Priority::Regular), ..all.clone() }),
        "priority Express is not Regular"
    );
    let two = Selector { card: pattern("2"), above: Some(4), ..all };
    assert_eq!(miss(two), "no near miss");
}

#[test]
fn the_first_rule_that_acts_decides_and_delays_let_later_ones_act() {
    let delay = entry("slow", What::Delay(crate::fault::DelayShape::Fixed(Duration::from_secs(2))));
    let mut plan = plan([
        rule("slow", Script::Always(delay)),
        rule("first", Script::Always(silence())),
        rule("second", Script::Always(entry("reset", What::End(End::Reset)))),
    ]);
    let command = asks("1");
    let verdict = plan.judge(Stage::Arrived, &at(&command, 0));
    assert_eq!(verdict.orders.delay_before, Duration::from_secs(2));
    assert_eq!(verdict.orders.end_before, Some(End::Silence));
    assert_eq!(verdict.near[0].miss, Miss::Overruled);
    assert_eq!(plan.shadows(), [Shadow { rule: RuleId::new("second"), by: RuleId::new("first") }]);
}

#[test]
fn our_own_crm_is_judged_once_while_connecting_and_once_when_the_command_is_there() {
    let sequence = || Script::Sequence(vec![silence(), refuse()]);
    let mut plan = plan([rule("s", sequence())]);
    let command = asks("1");
    let facts = at(&command, 0);
    let mut met = Vec::new();
    for _ in 0..3 {
        let connecting = plan.judge(Stage::Connect, &facts);
        met.push(match connecting.orders.connect {
            Some(_) => "refused".to_owned(),
            None => format!("{:?}", plan.judge(Stage::Connected, &facts).orders.end_before),
        });
    }
    assert_eq!(met, ["Some(Silence)", "refused", "None"]);
}

#[test]
fn a_client_that_sends_again_shares_its_entry_if_the_rule_says_so() {
    let with = |per| {
        let script = Script::Sequence(vec![silence(), entry("reset", What::End(End::Reset))]);
        let mut plan = plan([FaultRule { per, ..rule("r", script) }]);
        let origin = |request| Origin { request: Some(request), ..Origin::default() };
        let exchanges = [(1, "a"), (1, "a"), (2, "a"), (3, "b")];
        let titles = exchanges.map(|(request, card)| {
            let (command, origin) = (asks(card), origin(request));
            let facts = Facts { origin: Some(&origin), ..at(&command, 0) };
            let verdict = plan.judge(Stage::Connected, &facts);
            verdict.acted.first().map_or("-".to_owned(), |acted| acted.title.to_string())
        });
        titles.join(" ")
    };
    assert_eq!(with(Per::Exchange), "silence reset - -");
    assert_eq!(with(Per::Attempt), "silence silence reset -");
    assert_eq!(with(Per::Command), "silence silence silence reset");
}

#[test]
fn a_token_bucket_lets_the_burst_and_then_the_rate_through() {
    let throttle = What::Throttle(Throttle { per_second: 0.5, burst: 2, rejects: false });
    let mut plan = plan([rule("t", Script::Always(entry("x", throttle)))]);
    assert_eq!(titles(&mut plan, 8), "- - - x - x - x");
}

#[test]
fn a_dry_run_and_a_question_count_nothing() {
    let mut plan = plan([rule("s", Script::Sequence(vec![refuse()]))]);
    let command = asks("1");
    let facts = at(&command, 0);
    for _ in 0..3 {
        assert_eq!(plan.dry_run(&facts).orders.connect, Some(ConnectFault::Refused));
        assert_eq!(plan.why_not(&RuleId::new("s"), &facts), None);
    }
    assert!(plan.pause(&RuleId::new("s"), true));
    assert!(plan.dry_run(&facts).orders.is_nothing());
    assert_eq!(plan.why_not(&RuleId::new("s"), &facts).as_deref(), Some("it is paused"));
}

#[test]
fn rules_are_replaced_moved_and_removed_by_name() {
    let mut plan = plan(["a", "b", "c"].map(|id| rule(id, Script::Always(ok()))));
    assert!(plan.reorder(&RuleId::new("c"), 0));
    plan.add(rule("b", Script::Always(silence())), Some(1), START);
    assert!(plan.remove(&RuleId::new("a")) && !plan.remove(&RuleId::new("a")));
    let ids: Vec<String> = plan.rules.iter().map(|view| view.rule.id.to_string()).collect();
    assert_eq!(ids, ["c", "b"]);
}

#[test]
fn the_dice_of_one_rule_do_not_depend_on_the_others() {
    let chance = |id: &str| FaultRule {
        selector: Selector { probability: Some(0.5), ..Selector::default() },
        ..rule(id, Script::Always(silence()))
    };
    let alone = titles(&mut plan([chance("x")]), 64);
    let never = FaultRule {
        selector: Selector { card: Some(Pattern::new("2")), ..Selector::default() },
        ..chance("y")
    };
    assert_eq!(alone, titles(&mut plan([never, chance("x")]), 64));
    assert!(alone.contains('-') && alone.contains("silence"));
}

#[test]
fn only_a_rule_that_refuses_everybody_closes_the_door() {
    assert!(plan([rule("r", Script::Always(refuse()))]).refuses_everybody(START));
    let choosy = FaultRule {
        selector: Selector { card: Some(Pattern::new("1")), ..Selector::default() },
        ..rule("r", Script::Always(refuse()))
    };
    assert!(!plan([choosy]).refuses_everybody(START));
    assert!(!plan([rule("r", Script::Sequence(vec![refuse()]))]).refuses_everybody(START));
}

#[test]
fn of_the_rules_that_keep_everybody_out_the_first_decides() {
    let tls = |fault| entry("tls", What::Connect(ConnectFault::Tls(fault)));
    let expired = || rule("t", Script::Always(tls(TlsFault::Expired)));
    let refusing = || rule("r", Script::Always(refuse()));
    let first = plan([expired(), refusing()]);
    assert_eq!(first.tls_fault_for_everybody(START), Some(TlsFault::Expired));
    assert!(!first.refuses_everybody(START) && first.may_refuse_everybody());
    let second = plan([refusing(), expired()]);
    assert!(second.refuses_everybody(START));
    assert_eq!(second.tls_fault_for_everybody(START), None);
    let choosy = FaultRule {
        selector: Selector { card: Some(Pattern::new("1")), ..Selector::default() },
        ..expired()
    };
    assert_eq!(plan([choosy]).tls_fault_for_everybody(START), None);
}

#[test]
fn a_rule_that_rests_may_keep_everybody_out_later() {
    let mut plan = plan([rule("r", Script::Always(refuse()))]);
    plan.pause(&RuleId::new("r"), true);
    assert!(!plan.refuses_everybody(START) && plan.may_refuse_everybody());
}
