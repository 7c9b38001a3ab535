//! Variables, given, made up and kept.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::template::pieces_of;
use super::super::{Action, Given, Piece, Reader, Shift, Template};
use super::{Shelf, read, told, with_steps};

fn scope() -> BTreeMap<String, Value> {
    [
        ("made".to_owned(), json!({ "id": "A1", "list": [{ "number": 7 }] })),
        ("now".to_owned(), json!("2014-11-30T23:55:00")),
    ]
    .into()
}

#[track_caller]
fn fill(text: &str) -> Value {
    let filled = Template::Text(pieces_of(text)).fill(&scope());
    filled.unwrap_or_else(|problem| panic!("{problem}"))
}

#[test]
fn a_variable_alone_takes_its_value_as_it_is() {
    assert_eq!(fill("$made.list.0.number"), json!(7));
    assert_eq!(fill("$made"), scope()["made"]);
}

#[test]
fn a_variable_within_text_is_written_out() {
    assert_eq!(fill("id=$made.id, number $made.list.0.number."), json!("id=A1, number 7."));
}

#[test]
fn two_dollar_signs_are_one() {
    assert_eq!(fill("$$5 of $made.id"), json!("$5 of A1"));
}

#[test]
fn time_is_added_to_a_date() {
    assert_eq!(fill("$now+10min"), json!("2014-12-01T00:05:00"));
    assert_eq!(fill("$now-1d"), json!("2014-11-29T23:55:00"));
}

#[test]
fn what_a_variable_does_not_have_is_told() {
    let problem = Template::Text(pieces_of("$made.number")).fill(&scope());
    assert_eq!(problem, Err("`$made` has no member `number`".to_owned()));
}

#[test]
fn a_value_is_put_in_before_the_steps_are_read() {
    let scenarios = read("scenario: x\nvars: { pause: 10min }\nsteps:\n  - advance: $pause\n");
    assert!(matches!(scenarios[0].steps[0].action, Action::Advance(_)));
}

#[test]
fn a_name_that_is_kept_later_is_not_known_yet() {
    let steps =
        "  - call: show\n    with: { request: $one }\n  - call: list\n    keep: { one: data }\n";
    let told = told(&with_steps(steps));
    assert!(told.contains("nothing is called `$one` here"), "{told}");
}

/// The token of the first step of a scenario with a made-up card.
fn made_up(seed: u64, more: &str) -> Value {
    let source = format!(
        "scenario: x\nvars: {{ {more}card: {{ digits: 11 }}, one: {{ pick: [a, b, c] }} }}\nsteps:\n  - \
         call: list\n    extra: {{ x: [$card, $one] }}\n"
    );
    let scenarios = Reader::new(&Shelf::default())
        .read("a", &source, &Given::seed(seed))
        .expect("a sound file");
    match &scenarios[0].steps[0].action {
        Action::Call(call) => call.parameters[0].1.plain().expect("no variables are left"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn made_up_values_follow_the_seed_alone() {
    assert_eq!(made_up(7, ""), made_up(7, ""));
    assert_ne!(made_up(7, ""), made_up(8, ""));
    // Another variable shifts nobody's value.
    assert_eq!(made_up(7, ""), made_up(7, "other: { digits: 5 }, "));
}

proptest! {
    #[test]
    fn any_text_is_read_into_pieces_that_make_it_again(text in "[a-z$.+ ]{0,30}") {
        let written: String = pieces_of(&text).iter().map(written_again).collect();
        prop_assert_eq!(pieces_of(&written), pieces_of(&text));
    }
}

fn written_again(piece: &Piece) -> String {
    match piece {
        Piece::Plain(text) => text.replace('$', "$$"),
        Piece::Variable { name, path, shift } => {
            let path: String = path.iter().map(|part| format!(".{part}")).collect();
            let shift = match shift {
                Shift::None => String::new(),
                Shift::Later(time) => format!("+{}", conax_contract::text::render_duration(*time)),
                Shift::Earlier(time) => {
                    format!("-{}", conax_contract::text::render_duration(*time))
                }
            };
            format!("${name}{path}{shift}")
        }
    }
}
