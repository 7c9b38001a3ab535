//! Files that are no UTF-8, and characters that are not what they look like.

use crate::text::{Findings, NotUtf8, decode, quoted_look_alikes, read, render};

fn refused(bytes: &[u8]) -> NotUtf8 {
    decode(bytes.to_vec()).expect_err("this is no UTF-8")
}

fn shown(source: &str) -> String {
    let mut findings = Findings::new();
    let value = read(source, &mut findings);
    match findings.into_result(value) {
        Ok(_) => "nothing found".to_owned(),
        Err(findings) => render("f", source, &findings),
    }
}

#[test]
fn utf_16_is_named_with_its_place_and_its_text() {
    let little = include_bytes!("../../../../../fixtures/inputs/utf-16.scenario.yaml");
    let told = refused(little);
    insta::assert_snapshot!(render("f", &told.source, &[told.finding]), @r##"
    f:1:1  the file looks like UTF-16 (little-endian), UTF-8 is expected
        1 | scenario: A plain activation is completed
          | ^
       hint: save it as UTF-8: `iconv -f UTF-16 -t UTF-8`, or `Out-File -Encoding
             utf8` in PowerShell
    "##);
    let big: Vec<u8> = "a: b".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [big.clone(), [&[0xfe, 0xff], &big[..]].concat()] {
        let told = refused(&bytes);
        assert_eq!(told.source, "a: b");
        assert!(told.finding.message.contains("UTF-16 (big-endian)"), "{told}");
    }
    // Without a mark, UTF-8 would take it for text with zeros in it.
    let bare: Vec<u8> = "name: x".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(refused(&bare).to_string().contains("UTF-16 (little-endian)"));
}

#[test]
fn latin_1_is_named_with_the_letter_that_gave_it_away() {
    let told = refused(b"a: b\nname: Caf\xe9\n");
    insta::assert_snapshot!(render("f", &told.source, std::slice::from_ref(&told.finding)), @r##"
    f:2:10  the file looks like Latin-1 (or Windows-1252), UTF-8 is expected: the
       byte 0xE9, `é`, stands here
        2 | name: Café
          |          ^
       hint: save it as UTF-8: `iconv -f WINDOWS-1252 -t UTF-8`, or `Out-File
             -Encoding utf8` in PowerShell
    "##);
    assert!(told.to_string().contains("(line 2, column 10)"), "{told}");
    assert_eq!(
        refused(b"\x00\x01\x80").finding.message,
        "the file is no text: the byte 0x80 stands here"
    );
}

#[test]
fn a_byte_order_mark_of_utf_8_is_no_part_of_the_text() {
    let text = decode(b"\xef\xbb\xbfa: b".to_vec());
    assert_eq!(text.as_deref(), Ok("a: b"));
}

#[test]
fn a_blank_that_is_none_is_named() {
    let source = include_str!("../../../../../fixtures/inputs/space.scenario.yaml");
    insta::assert_snapshot!(shown(source), @r##"
    f:4:10  a no-break space (U+00A0) stands where a blank is expected
        4 |     with: { subscription: S60600, service: SPORT, smartcard: "0190008…
          |          ^
       hint: type the blank again; word processors and web pages put others in their
             place
    "##);
    for (source, column) in [
        ("a:\u{a0}b", 3),
        ("a:\u{a0}{ b: c }", 3),
        ("a: { b:\u{202f}c, d: e }", 8),
        ("\u{a0}\u{a0}a: b", 1),
        ("a: { b: c,\u{a0}d: e }", 11),
        ("a: S60600\u{a0}", 10),
        ("a: b\u{200b}: c", 5),
        ("a: 0190\u{202d}0080208", 8),
    ] {
        let told = shown(source);
        let place = format!("f:1:{column}  a");
        assert!(told.starts_with(&place) && told.contains("(U+"), "{source:?}: {told}");
    }
}

#[test]
fn typographic_quotes_and_dashes_are_named() {
    insta::assert_snapshot!(shown("with: { card: “01900080208”, service: ‘SPORT’ }"), @r##"
    f:1:15  a typographic quote (U+201C) stands where `"` is expected
        1 | with: { card: “01900080208”, service: ‘SPORT’ }
          |               ^
       hint: type a straight quote, `"`, on both sides; word processors and web
             pages put others in their place

    f:1:39  a typographic quote (U+2018) stands where `"` is expected
        1 | with: { card: “01900080208”, service: ‘SPORT’ }
          |                                       ^
       hint: type a straight quote, `"`, on both sides; word processors and web
             pages put others in their place
    "##);
    insta::assert_snapshot!(shown("steps:\n  - a: b\n  – c: d\n"), @r##"
    f:3:3  an en dash (U+2013) stands where a hyphen is expected
        3 |   – c: d
          |   ^
       hint: type a hyphen, `-`; word processors and web pages put others in their
             place
    "##);
    for source in [
        "steps:\n  – c: d\n",
        "– a: b",
        "at: 2014–11–30T09:00:00",
        "“name”: x",
        "a: «b»",
        "name：x\nb: c",
        "a: [“b”, c]",
        "a: -\u{a0}b",
        "a: S−60600",
    ] {
        let told = shown(source);
        assert!(told.contains("(U+"), "{source:?}: {told}");
    }
}

#[test]
fn a_sentence_may_hold_them_all() {
    for source in [
        "scenario: The “first” card – and no other",
        "scenario: 10\u{a0}% of them act",
        "scenario: \"“quoted”\"",
        "# – “comment”\na: b",
        "description: |\n  – a line\n  “and another”\n",
        "scenario: “first” things first",
        "name: Zoë’s cards",
    ] {
        assert_eq!(shown(source), "nothing found", "{source:?}");
    }
}

#[test]
fn what_is_wrong_for_another_reason_is_told_so() {
    let told = shown("a: “one” thing\nb: c\nc: d\ne: [f\n");
    assert!(told.contains("not readable as YAML"), "{told}");
}

#[test]
fn what_looks_like_a_number_or_a_code_between_quotes_is_none() {
    let shown = |source: &str| {
        let mut findings = Findings::new();
        if let Some(root) = read(source, &mut findings) {
            quoted_look_alikes(&root, source, &mut findings);
        }
        let found = findings.into_result(Some(()));
        found.map_or_else(|found| render("f", source, &found), |()| String::new())
    };
    for (source, column) in [
        ("a: \"0190–0008–0208\"", 9),
        ("a: '0190\u{2212}0008\u{2212}0208'", 9),
        ("a: \"S60600\u{a0}\"", 11),
        ("a: \"S60600\u{200b}\"", 11),
        ("a: \"SPORT\u{a0}\"", 10),
        ("a: \"\u{ff10}\u{ff11}900080208\"", 5),
        ("a: \"\u{660}1900080208\"", 5),
        ("a: \u{660}1900080208", 4),
        ("a: [x, \"0190\u{202d}0080208\"]", 13),
    ] {
        let told = shown(source);
        let place = format!("f:1:{column}  a");
        assert!(told.starts_with(&place) && told.contains("(U+"), "{source:?}: {told}");
    }
    for meant in [
        "a: \"S60600\\u00A0\"",
        "a: \"10–20\"",
        "a: \"from 0190–0008–0208 on\"",
        "a: \"Grüße–2014–11–30\"",
        "a: \"“5”\"",
        "a: \"[\u{ff10}-\u{ff19}]{4}|0190\u{ff10}\"",
        "a: \"\u{a0}\"",
        "\"a–123456\": b",
    ] {
        assert_eq!(shown(meant), "", "{meant:?}");
    }
}

#[test]
fn the_hint_on_utf_32_converts_from_it() {
    let mut bytes = b"\xff\xfe\x00\x00".to_vec();
    bytes.extend("a: b".bytes().flat_map(|byte| [byte, 0, 0, 0]));
    let told = refused(&bytes).finding;
    assert!(told.message.contains("UTF-32"), "{told:?}");
    assert!(told.hint.unwrap().contains("iconv -f UTF-32 "));
}

#[test]
fn a_letter_of_another_alphabet_in_a_latin_word_is_named() {
    let told = shown("sc\u{435}nario: x\n");
    let sentence = "f:1:3  a Cyrillic letter (U+0435) stands where `e` is expected\n";
    assert!(told.starts_with(sentence), "{told}");
    assert!(told.ends_with("   hint: type `e` again, with the Latin keyboard\n"), "{told}");
    for (source, column) in [
        ("a: SP\u{39f}RT", 6),
        ("a: \u{405}60600", 4),
        ("a: [x, \u{440}rocess]", 8),
        ("\u{430}b: c", 1),
    ] {
        let told = shown(source);
        let place = format!("f:1:{column}  a");
        assert!(told.starts_with(&place) && told.contains("(U+"), "{source:?}: {told}");
    }
    for meant in [
        "a: \u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}",
        "a: \u{3a9}-3x",
        "a: \u{391}12",
        "a: \u{41e}\u{41e}\u{41e}",
        "a: \u{435} in a sentence of words",
        "\u{438}\u{43c}\u{44f}: x",
    ] {
        assert_eq!(shown(meant), "nothing found", "{meant:?}");
    }
}
