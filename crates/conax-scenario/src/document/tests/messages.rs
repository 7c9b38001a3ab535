//! What is wrong with a file is told at once, each thing at its place, with a way out.

use insta::assert_snapshot;

use super::{told, with_steps};

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let source = "\
scenario: Everything is wrong
tag: [a]
clock: yesterday
steps:
  - cal: add_subscriptions
  - call: add_subscription
  - call: add_subscriptions
    with: { smartcart: \"1\", subscription: $sub }
    expect: OK
  - wait: { request: $request, until: COMPLETE, within: 5 }
  - proces
  - fault: f99
";
    assert_snapshot!(told(source));
}

#[test]
fn digits_without_quotes_are_refused_where_they_would_lose_their_zero() {
    assert_snapshot!(told(&with_steps("  - expect conax: { card: 01900080207, entitled: none }\n")), @r#"
    a.scenario.yaml:3:27  `01900080207` without quotes is a number, which has no
       leading zero
        3 |   - expect conax: { card: 01900080207, entitled: none }
          |                           ^^^^^^^^^^^
       hint: write "01900080207" if it is text, such as the number of a smartcard
    "#);
}

#[test]
fn two_steps_behind_one_dash_are_told_apart() {
    assert_snapshot!(told(&with_steps("  - call: show\n    advance: 10min\n")), @r"
    a.scenario.yaml:3:5  `call` and `advance` are two steps
        3 |   - call: show
          |     ^^^^
       hint: begin each step with a `- ` of its own
    ");
}

#[test]
fn an_operation_as_a_step_is_told_how_to_be_called() {
    assert_snapshot!(told(&with_steps("  - add_subscriptions: { service: P1test }\n")), @r"
    a.scenario.yaml:3:5  there is no step `add_subscriptions`
        3 |   - add_subscriptions: { service: P1test }
          |     ^^^^^^^^^^^^^^^^^
       hint: write `call: add_subscriptions`, and its parameters under `with`
    ");
}

#[test]
fn a_scenario_without_steps_says_nothing() {
    assert_snapshot!(told("scenario: Nothing\nsteps: []\n"), @r"
    a.scenario.yaml:1:1  the scenario has no steps
        1 | scenario: Nothing
          | ^^^^^^^^
       hint: write at least one step
    ");
}

#[test]
fn only_calls_are_made_at_the_same_time() {
    assert_snapshot!(told(&with_steps("  - parallel: [process, { call: list }]\n")), @r"
    a.scenario.yaml:3:16  only calls can be made at the same time
        3 |   - parallel: [process, { call: list }]
          |                ^^^^^^^
       hint: keep `call` and `raw` under `parallel`, and put other steps after it
    ");
}

#[test]
fn a_fault_rule_in_a_scenario_is_checked_like_any_other() {
    assert_snapshot!(told(&with_steps("  - fault: { preset: f05, when: { cart: \"1\" } }\n")), @r#"
    a.scenario.yaml:3:35  unknown key `cart`
        3 |   - fault: { preset: f05, when: { cart: "1" } }
          |                                   ^^^^
       hint: did you mean `card`?
    "#);
}

#[test]
fn a_misspelt_member_is_told_because_expecting_its_absence_could_not_fail() {
    let source = with_steps(
        "  - call: show\n    with: { request: \"1\" }\n    expect: { refrence_number: { is: absent } }\n",
    );
    assert_snapshot!(told(&source), @r"
    a.scenario.yaml:5:15  no request has a member `refrence_number`
        5 |     expect: { refrence_number: { is: absent } }
          |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       hint: did you mean `reference_number`?
    ");
}

#[test]
fn words_that_are_written_together_are_told_apart() {
    let source = with_steps("  - { call: list, expect: { status: { oneof: [OK] } } }\n");
    assert_snapshot!(told(&source), @r"
    a.scenario.yaml:3:39  `oneof` says nothing here
        3 |   - { call: list, expect: { status: { oneof: [OK] } } }
          |                                       ^^^^^
       hint: did you mean `one of`?
    ");
}

#[test]
fn a_misspelt_member_of_a_card_is_told() {
    let source =
        with_steps("  - expect conax: { card: \"1\", entitled: none, mesages: { is: absent } }\n");
    assert!(told(&source).contains("did you mean `messages`?"));
}

#[test]
fn a_variable_that_is_wrong_is_told_once_and_a_misspelt_one_with_its_neighbour() {
    let wrong = "scenario: x\nvars: { card: 0190 }\nsteps:\n  - expect conax: { card: a$card, entitled: none }\n";
    assert_eq!(told(wrong).matches("hint:").count(), 1, "{}", told(wrong));
    let misspelt = "scenario: x\nvars: { card: \"1\" }\nsteps:\n  - expect conax: { card: $crad, entitled: none }\n";
    assert!(
        told(misspelt).contains("did you mean `$card`?"),
        "{}",
        told(misspelt)
    );
    let map = "scenario: x\nvars: { it: [a, b] }\nsteps:\n  - expect conax: { card: x$it, entitled: none }\n";
    assert!(
        told(map).contains("cannot stand within text"),
        "{}",
        told(map)
    );
}
