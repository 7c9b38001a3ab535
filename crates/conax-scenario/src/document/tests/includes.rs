//! Steps of other files.

use insta::assert_snapshot;

use super::super::Action;
use super::{Shelf, read_with, told_with, with_steps};

fn shelf(files: &[(&'static str, &'static str)]) -> Shelf {
    Shelf(files.iter().copied().collect())
}

const LOGIN: (&str, &str) = (
    "steps/login.yaml",
    "given: [user]\nsteps:\n  - call: issue_token\n    with: { username: $user }\n    keep: { token: token }\n",
);

const USE_LOGIN: &str = "  - { use: steps/login.yaml, with: { user: admin }, keep: { mine: token } }\n  - { call: list, token: $mine }\n";

#[test]
fn what_steps_keep_is_known_by_the_name_it_is_given() {
    let scenarios = read_with(&with_steps(USE_LOGIN), &shelf(&[LOGIN])).expect("a sound file");
    let Action::Use(included) = &scenarios[0].steps[0].action else {
        panic!("an include");
    };
    assert_eq!(included.steps.len(), 1);
    assert_eq!(included.steps[0].file.as_deref(), Some("steps/login.yaml"));
}

#[test]
fn what_steps_need_and_do_not_get_is_told_where_they_are_used() {
    let steps = "  - { use: steps/login.yaml, with: { usr: admin } }\n";
    assert_snapshot!(told_with(&with_steps(steps), &shelf(&[LOGIN])));
}

#[test]
fn what_is_wrong_with_included_steps_is_told_in_their_file() {
    let broken = ("steps/login.yaml", "steps:\n  - cal: list\n");
    let steps = "  - use: steps/login.yaml\n";
    assert_snapshot!(told_with(&with_steps(steps), &shelf(&[broken])), @r"
    steps/login.yaml:2:5  there is no step `cal`
        2 |   - cal: list
          |     ^^^
       hint: did you mean `call`?
    ");
}

#[test]
fn a_circle_is_refused_with_its_way() {
    let one = ("one.yaml", "steps:\n  - use: two.yaml\n");
    let two = ("two.yaml", "steps:\n  - use: ./one.yaml\n");
    let steps = "  - use: one.yaml\n";
    assert_snapshot!(told_with(&with_steps(steps), &shelf(&[one, two])), @r"
    two.yaml:2:10  `./one.yaml` includes itself
        2 |   - use: ./one.yaml
          |          ^^^^^^^^^^
       hint: the way is a.scenario.yaml → one.yaml → two.yaml → one.yaml
    ");
}

#[test]
fn a_file_that_is_not_there_is_told_with_where_it_was_looked_for() {
    assert_snapshot!(told_with(&with_steps("  - use: ../x.yaml\n"), &shelf(&[])), @r"
    a.scenario.yaml:3:10  failed to read `../x.yaml`: there is none
        3 |   - use: ../x.yaml
          |          ^^^^^^^^^
       hint: the path is relative to the file it stands in
    ");
}
