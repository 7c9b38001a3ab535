//! Pages on a terminal.

use super::asked::unknown;
use super::page::Page;
use super::render::terminal;
use crate::args::command_line;

#[test]
fn every_verb_has_one_page_and_every_page_names_verbs_there_are() {
    let command_line = command_line();
    for verb in command_line.get_subcommands() {
        let pages = Page::all().filter(|page| page.verbs.contains(&verb.get_name()));
        assert_eq!(pages.count(), 1, "{}", verb.get_name());
    }
    for page in Page::all() {
        for verb in page.verbs {
            assert!(command_line.find_subcommand(verb).is_some(), "{verb}");
        }
    }
}

#[test]
fn prose_headings_and_tables_of_every_page_fit_eighty_columns() {
    for page in Page::all() {
        let text = terminal(page.text);
        assert!(text.lines().count() > 5, "{}", page.name);
        for line in text.lines().filter(|line| !line.starts_with("    ")) {
            let is_one_word = line.split_whitespace().count() <= 2;
            let length = line.chars().count();
            assert!(length <= 80 || is_one_word, "{}: {length}: {line}", page.name);
        }
        assert!(!text.contains("](") && !text.contains("<!--"), "{}", page.name);
    }
}

#[test]
fn markdown_becomes_text() {
    let markdown = "# A `title`\n\nWords with a [link](faults.md#rules), *some* **stress**, *.x and `a*b*c` that go\n\
        over the end of the line.\n\n- one\n  and a half\n- two, see\n  [`x`](https://x.example/y)\n\n\
        ```sh\nconax-sim serve\n```\n\n<!-- made of: x -->\n\n| key | what |\n|---|---|\n\
        | `a|b` | words |\n\n<!-- end -->\n";
    let text = "A `title`\n=========\n\nWords with a link (faults.md), some stress, *.x and `a*b*c` that go over the end\n\
        of the line.\n\n- one and a half\n- two, see `x` (https://x.example/y)\n\n    conax-sim serve\n\n  \
        key    what\n  -----\n  `a|b`  words\n\n";
    assert_eq!(terminal(markdown), text);
}

#[test]
fn a_wide_table_becomes_a_paragraph_a_row() {
    let long = "words ".repeat(20);
    let markdown = format!(
        "| setting | default | what it does |\n|---|---|---|\n| `{}` | 1 | {long} |\n",
        "x".repeat(40)
    );
    let text = terminal(&markdown);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], format!("  `{}`", "x".repeat(40)));
    assert!(lines[1].starts_with("      words words"), "{text}");
    assert_eq!(lines.last(), Some(&"      default: 1"));
    assert!(lines.len() > 2, "{text}");
}

#[test]
fn a_topic_nobody_knows_gets_the_nearest() {
    let unknown = |topic| unknown(topic, &command_line());
    assert!(unknown("fautls").contains("did you mean `faults`?"));
    assert!(unknown("operatng").contains("did you mean `operating`?"));
    assert!(unknown("healing").contains("help ledger-and-drift.md` has a section \"Healing\""));
    assert!(unknown("zzzzzzzz").contains("`conax-sim help` lists"));
}
