//! No text, however broken, makes reading panic, and large worlds are read in time.

use std::fmt::Write;

use proptest::prelude::*;

use super::shipped::{SHIPPED, parsed};
use crate::text::render;
use crate::world::WorldSpec;

/// Reads `text` and renders what is said about it; both must end.
fn read_and_render(text: &str) {
    if let Err(findings) = WorldSpec::parse(text) {
        assert!(!findings.is_empty());
        assert!(!render("any", text, &findings).is_empty());
    }
}

/// Pieces that mean something to YAML, put together at random.
fn any_soup() -> impl Strategy<Value = String> {
    let pieces = vec![
        "world: ",
        "w",
        "\n",
        "  ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        ": ",
        ", ",
        "\"",
        "'",
        "|\n",
        ">\n",
        "&a ",
        "*a",
        "!t ",
        "? ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "#",
        "\t",
        "\u{feff}",
        "\r",
        "cas:",
        "smartcards",
        "id: ",
        "~",
        "01",
        "\\",
        "\u{85}",
        "\u{2028}",
        "日",
        "<<: ",
        "`",
        "@",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_and_render(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_soup_of_yaml_makes_reading_panic(text in any_soup()) {
        read_and_render(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_damage_to_the_demo_world_makes_reading_panic(
        place in any::<prop::sample::Index>(),
        cut in 0_usize..40,
        added in any_soup(),
    ) {
        let letters: Vec<char> = SHIPPED[0].1.chars().collect();
        let start = place.index(letters.len());
        let end = (start + cut).min(letters.len());
        let kept_before: String = letters[..start].iter().collect();
        let kept_after: String = letters[end..].iter().collect();
        read_and_render(&format!("{kept_before}{added}{kept_after}"));
    }
}

#[test]
fn a_world_of_many_smartcards_is_read_whole() {
    let mut text = "world: many\ncas:\n  products: [{ id: \"1\" }]\n  smartcards:\n".to_owned();
    for number in 0..2_000 {
        writeln!(text, "    - {{ id: \"{number:011}\", pin: \"1234\" }}").unwrap();
    }
    text.push_str("  entitlements:\n");
    for number in 0..2_000 {
        writeln!(text, "    - {{ smartcard: \"{number:011}\", product: \"1\" }}").unwrap();
    }
    let world = parsed("many", &text);
    assert_eq!(world.cas.smartcards.len(), 2_000);
    assert_eq!(world.cas.entitlements.len(), 2_000);
}

#[test]
fn a_world_with_a_mistake_on_every_line_tells_how_many_are_not_shown() {
    let mut text = "world: many\ncas:\n  entitlements:\n".to_owned();
    for number in 0..2_000 {
        writeln!(text, "    - {{ smartcard: \"{number:011}\", product: \"1\" }}").unwrap();
    }
    let findings = WorldSpec::parse(&text).expect_err("a broken world");
    assert_eq!(findings.len(), 201);
    assert_eq!(findings[200].message, "3800 more findings are not shown");
}
