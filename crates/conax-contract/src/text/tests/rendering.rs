//! Findings beside their lines.

use proptest::prelude::*;

use crate::text::{Finding, render};

fn finding(line: usize, columns: (usize, usize), message: &str, hint: Option<&str>) -> Finding {
    Finding {
        line,
        column: columns.0,
        end_column: columns.1,
        message: message.to_owned(),
        hint: hint.map(str::to_owned),
    }
}

#[test]
fn a_finding_shows_place_line_mark_and_hint() {
    let source = "a: b\n    serial_nummer: \"S60058\"\n";
    let hint = Some("did you mean `serial_number`?");
    let shown = finding(2, (5, 18), "unknown key `serial_nummer`", hint);
    insta::assert_snapshot!(render("mine.world.yaml", source, &[shown]), @r#"
    mine.world.yaml:2:5  unknown key `serial_nummer`
        2 |     serial_nummer: "S60058"
          |     ^^^^^^^^^^^^^
       hint: did you mean `serial_number`?
    "#);
}

#[test]
fn two_findings_are_a_blank_line_apart() {
    let source = "a\nb";
    let both = [finding(1, (1, 2), "one", None), finding(2, (1, 1), "two", None)];
    insta::assert_snapshot!(render("f", source, &both), @r"
    f:1:1  one
        1 | a
          | ^

    f:2:1  two
        2 | b
          | ^
    ");
}

#[test]
fn tabs_and_wide_letters_do_not_move_the_mark() {
    let source = "\tname: \"日本\", x: 1";
    insta::assert_snapshot!(render("f", source, &[finding(1, (14, 15), "here", None)]), @r#"
    f:1:14  here
        1 |     name: "日本", x: 1
          |                   ^
    "#);
}

#[test]
fn characters_that_would_move_the_cursor_are_replaced() {
    let source = "a\u{1b}[31m\u{202e}b";
    let shown = render("f", source, &[finding(1, (7, 8), "odd `\u{7}\n`", None)]);
    insta::assert_snapshot!(shown, @r"
    f:1:7  odd `��`
        1 | a�[31m�b
          |       ^
    ");
}

#[test]
fn a_long_line_is_shown_around_its_mark() {
    let source = format!("{}HERE{}", "a".repeat(500), "b".repeat(500));
    insta::assert_snapshot!(render("f", &source, &[finding(1, (501, 505), "here", None)]), @r"
    f:1:501  here
        1 | …aaaaaaaaaaaaaaaaaaaaaaaHEREbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…
          |                         ^^^^
    ");
}

#[test]
fn long_words_of_ours_are_broken_at_spaces() {
    let long = "word ".repeat(20);
    insta::assert_snapshot!(render("f", "a", &[finding(1, (1, 2), &long, Some(&long))]), @r"
    f:1:1  word word word word word word word word word word word word word word
       word word word word word word 
        1 | a
          | ^
       hint: word word word word word word word word word word word word word word
             word word word word word word
    ");
}

#[test]
fn a_place_outside_the_file_shows_no_line() {
    assert_eq!(render("f", "a", &[finding(9, (1, 1), "gone", None)]), "f:9:1  gone\n");
    assert_eq!(render("f", "a", &[]), "");
}

#[test]
fn lines_are_counted_as_the_reader_counts_them() {
    for source in ["a\nb\nc", "a\r\nb\r\nc", "a\rb\rc"] {
        let shown = render("f", source, &[finding(3, (1, 2), "here", None)]);
        assert!(shown.contains("    3 | c\n"), "{shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_place_makes_rendering_panic(
        source in "(?s).{0,200}",
        line in 0_usize..5,
        column in 0_usize..300,
        end_column in 0_usize..300,
    ) {
        let found = finding(line, (column, end_column), "m", None);
        let shown = render("f", &source, &[found]);
        for line in shown.lines().filter(|line| line.is_ascii()) {
            prop_assert!(line.len() <= 80, "{}", line);
        }
    }
}
