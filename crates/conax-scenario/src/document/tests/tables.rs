//! A table makes a case of every row.

use insta::assert_snapshot;

use super::{read, told};

const TABLE: &str = "\
scenario: An $thing card is refused
cases:
  - [thing, serial]
  - [unknown, \"99999999999\"]
  - [short, \"0190\"]
steps:
  - call: add_subscriptions
    with: { smartcard: $serial }
";

#[test]
fn every_row_is_a_scenario_named_by_what_is_in_it() {
    let titles: Vec<String> = read(TABLE).iter().map(|one| one.title()).collect();
    assert_eq!(
        titles,
        [
            "An unknown card is refused [thing=unknown, serial=99999999999]",
            "An short card is refused [thing=short, serial=0190]",
        ]
    );
}

#[test]
fn a_name_does_not_change_when_a_row_is_put_before_it() {
    let longer = TABLE.replace("  - [unknown,", "  - [other, \"1\"]\n  - [unknown,");
    let rows =
        |source: &str| -> Vec<String> { read(source).iter().map(|one| one.title()).collect() };
    assert_eq!(rows(&longer)[1..], rows(TABLE)[..]);
}

#[test]
fn equal_rows_are_told_apart_by_their_number() {
    let source = TABLE.replace("[short, \"0190\"]", "[unknown, \"99999999999\"]");
    let titles: Vec<String> = read(&source).iter().map(|one| one.title()).collect();
    assert!(titles[0].ends_with("row 1]"), "{titles:?}");
    assert!(titles[1].ends_with("row 2]"), "{titles:?}");
}

#[test]
fn what_is_wrong_with_every_row_is_told_once() {
    let source = TABLE.replace("smartcard:", "smartcart:");
    assert_snapshot!(told(&source), @r"
    a.scenario.yaml:8:13  `add_subscriptions` takes no parameter `smartcart`
        8 |     with: { smartcart: $serial }
          |             ^^^^^^^^^
       hint: did you mean `smartcard`?
    ");
}

#[test]
fn a_row_that_is_too_short_is_told() {
    let source = TABLE.replace("  - [short, \"0190\"]", "  - [short]");
    assert_snapshot!(told(&source), @r"
    a.scenario.yaml:5:6  the table has 2 columns, this row 1
        5 |   - [short]
          |      ^^^^^
       hint: the columns are thing, serial
    ");
}

#[test]
fn a_cell_may_be_anything_a_step_has() {
    let source = "\
scenario: It is $state after $pause
cases:
  - [pause, state, rule]
  - [10min, REJECTED, { preset: f01, times: 1 }]
steps:
  - fault: $rule
  - advance: $pause
  - wait: { request: \"4050\", until: $state, within: $pause }
";
    assert_eq!(read(source).len(), 1);
}

#[test]
fn a_cell_may_be_made_of_variables_and_a_variable_of_cells() {
    let source = "\
scenario: It says $text
vars: { half: abc, both: \"$thing!\" }
cases:
  - [thing, text]
  - [one, $half$half]
  - [two, $both]
steps: [process]
";
    let names: Vec<String> = read(source).into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["It says abcabc", "It says two!"]);
}
