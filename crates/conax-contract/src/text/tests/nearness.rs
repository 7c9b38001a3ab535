//! "Did you mean".

use crate::text::near_miss;

const KEYS: [&str; 5] = ["id", "serial_number", "classification", "stb", "state"];

#[test]
fn slips_are_recognised_and_other_words_are_not() {
    for (found, expected) in [
        ("serial_nummer", Some("serial_number")),
        ("Serial Number", Some("serial_number")),
        ("SERIAL-NUMBER", Some("serial_number")),
        ("clasification", Some("classification")),
        ("sbt", Some("stb")),
        ("ids", Some("id")),
        ("colour", None),
        ("", None),
        ("x", None),
    ] {
        assert_eq!(near_miss(found, KEYS), expected, "{found}");
    }
}

#[test]
fn a_very_long_word_is_not_compared() {
    assert_eq!(near_miss(&"serial_number".repeat(100), KEYS), None);
}
