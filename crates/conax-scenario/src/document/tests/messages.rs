//! What is wrong with a file is told at once, each thing at its place, with a way out.

use insta::assert_snapshot;

use super::{read, told, with_steps};

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
    assert!(told(misspelt).contains("did you mean `$card`?"), "{}", told(misspelt));
    let map = "scenario: x\nvars: { it: [a, b] }\nsteps:\n  - expect conax: { card: x$it, entitled: none }\n";
    assert!(told(map).contains("cannot stand within text"), "{}", told(map));
}

/// What is said of steps, in one line for each thing: its place and the sentence.
fn sentences(steps: &str) -> Vec<String> {
    let told = told(&with_steps(steps)).replace("\n   ", " ");
    let lines = told.lines().filter(|line| line.starts_with("a.scenario.yaml:"));
    lines
        .map(|line| {
            line.split(" | ")
                .next()
                .unwrap_or_default()
                .trim_end_matches(char::is_numeric)
                .trim()
                .to_owned()
        })
        .collect()
}

#[test]
fn what_a_spreadsheet_leaves_of_a_card_is_refused_wherever_it_stands() {
    for steps in [
        "  - call: show\n    with: { request: 1.90008E+09 }\n",
        "  - call: add_subscriptions\n    with: { smartcard: \"1.90008E+09\" }\n",
        "  - call: add_subscriptions\n    with: { smartcard_identifier: { serial_number: 1.90008E+09 } }\n",
        "  - call: create_pairing\n    with: { smartcards: [1.90008E+09] }\n",
        "  - expect conax: { card: 1.90008E+09, entitled: none }\n",
        "  - repeat: { for: card, in: [1.90008E+09], steps: [process] }\n",
        "  - raw: { path: /x, json: [{ serial: \n      1.90008E+09 }] }\n",
    ] {
        let told = told(&with_steps(steps));
        let known = ["what a spreadsheet leaves of a number", "neither a number"];
        assert!(known.iter().any(|one| told.contains(one)), "{steps}\n{told}");
    }
    let comma = "  - raw:\n      path: /x\n      json:\n        serial: 1,90008E+09\n";
    assert!(told(&with_steps(comma)).contains("a spreadsheet shortens long numbers"));
    let rows = "scenario: It works\ncases:\n  - [card]\n  - [1.90008E+09]\nsteps: [process]\n";
    assert!(told(rows).contains("a spreadsheet shortens long numbers"));
}

#[test]
fn a_fraction_identifies_nothing() {
    assert_eq!(
        sentences("  - call: add_subscriptions\n    with: { smartcard: 1900080207.0 }\n"),
        ["a.scenario.yaml:4:24  `1900080207.0` identifies nothing"]
    );
    read(&with_steps(
        "  - call: add_subscriptions\n    with: { service: P1test }\n    extra: { smartcard_identifier: 1.5 }\n",
    ));
}

#[test]
fn a_variable_without_its_dollar_sign_is_told() {
    let keeping = "  - call: show\n    with: { request: 4050 }\n    keep: { request: number, state: life_cycle_state }\n";
    for (step, found) in [
        (
            "  - wait: { request: request, until: COMPLETED, within: 1min }\n",
            "`request` is a word here",
        ),
        (
            "  - wait: { request: reqest, until: COMPLETED, within: 1min }\n",
            "`reqest` is neither a number nor an id",
        ),
        ("  - call: show\n    with: { request: request }\n", "`request` is a word here"),
        (
            "  - call: show\n    with: { provisioning_request_identifier: { number: request } }\n",
            "`request` is a word here",
        ),
        ("  - expect conax: { card: state, entitled: none }\n", "`state` is a word here"),
        ("  - repeat: { for: one, in: request, steps: [process] }\n", "`request` is a word here"),
        ("  - call: add_subscriptions\n    with: { start_date: now }\n", "`now` is a word here"),
    ] {
        let told = told(&with_steps(&format!("{keeping}{step}")));
        assert!(
            told.contains(found)
                && told.contains("for its value") | told.contains("did you mean `$"),
            "{step}\n{told}"
        );
    }
    for dressed in
        ["\"{request}\"", "\"{{ request }}\"", "\"${request}\"", "$ request", "<request>"]
    {
        let step = format!("  - call: show\n    with: {{ request: {dressed} }}\n");
        let told = told(&with_steps(&format!("{keeping}{step}")));
        assert!(
            told.contains("is text here") && told.contains("write `$request` for its value"),
            "{step}\n{told}"
        );
    }
    let vars = "scenario: It works\nvars: { card: \"01900080207\" }\nsteps:\n  - call: add_subscriptions\n    with: { smartcard: card }\n";
    assert!(told(vars).contains("`card` is a word here"));
    read(&with_steps(&format!(
        "{keeping}  - call: show\n    with: {{ request: \"request\" }}\n  - wait: {{ request: $request, until: COMPLETED, within: 1min }}\n"
    )));
}

#[test]
fn a_card_without_quotes_is_told_beside_whatever_else_is_wrong() {
    for step in [
        "  - call: add_subscription\n    with: { smartcard: 01900080207 }\n",
        "  - cal: add_subscriptions\n    with: { smartcard: 01900080207 }\n",
        "  - call: show\n    wait: 1min\n    with: { smartcard: 01900080207 }\n",
        "  - call: add_subscriptions\n    with: { smartcart: 01900080207 }\n",
        "  - expct conax: { card: 01900080207 }\n",
        "  - call: show\n    wiht: { smartcard: { serial_number: 01900080207 } }\n",
    ] {
        let told = sentences(step);
        let of_card = told.iter().filter(|one| one.contains("`01900080207` without quotes"));
        assert_eq!((of_card.count(), told.len()), (1, 2), "{step}\n{told:#?}");
    }
}
