//! What a journal shows of a body.

use crate::cas::{Profile, mask_secrets, mask_secrets_for};

#[track_caller]
fn check(body: &str, expected: &str) {
    assert_eq!(mask_secrets(body.as_bytes()), expected);
}

#[test]
fn the_text_of_a_pin_is_masked_whatever_it_looks_like() {
    check("<a><CaPin>4821</CaPin></a>", "<a><CaPin>****</CaPin></a>");
    check("<a><CaPin></CaPin></a>", "<a><CaPin>****</CaPin></a>");
    check(
        "<a><n:ca_pin xmlns:n='u'>1</n:ca_pin></a>",
        "<a><n:ca_pin xmlns:n='u'>****</n:ca_pin></a>",
    );
    check("<PIN><![CDATA[1]]>&#50;<!-- 3 --><x>4</x></PIN>", "<PIN>****</PIN>");
    check("<a><NewPin>1</NewPin><Pin>2</Pin>b</a>", "<a><NewPin>****</NewPin><Pin>****</Pin>b</a>");
}

#[test]
fn a_pin_in_an_attribute_or_a_comment_is_masked() {
    check("<a Pin='1' b='2'/>", "<a Pin=\"****\" b=\"2\"/>");
    check("<CaPin value=\"1\"/>", "<CaPin value=\"****\"/>");
    check("<a><!-- <CaPin>1</CaPin> --></a>", "<a></a>");
    check("<a><!-- nothing --></a>", "<a><!-- nothing --></a>");
}

#[test]
fn the_rest_is_shown_as_it_was() {
    let body =
        "<?xml version='1.0'?>\r\n<a  b = '1'>&lt;\n<UpdateCaPinToGivenValue/><c ></c ></a>\n";
    check(body, body);
    check("", "");
}

#[test]
fn what_is_not_well_formed_becomes_a_note() {
    check("<a><CaPin>4821</a>", "[18 bytes that are not well-formed XML]");
    assert_eq!(mask_secrets(b"\xFF\xFE<\0"), "[4 bytes that are not well-formed XML]");
}

#[test]
fn a_profile_adds_its_own_name_of_the_pin() {
    let text = "base = \"public\"\n[elements]\npin = { value = \"Code\", source = \"ours\" }\n";
    let profile = Profile::parse("mine", text).unwrap();
    let body = b"<a><Code>4821</Code></a>";
    assert_eq!(mask_secrets_for(&profile, body), "<a><Code>****</Code></a>");
}
