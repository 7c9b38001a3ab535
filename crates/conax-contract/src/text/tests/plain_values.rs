//! What a value without quotes means.

use crate::text::{Finding, Findings, Meaning, read, text};

fn meaning(written: &str) -> Meaning {
    let mut findings = Findings::new();
    let root = read(&format!("[{written}]"), &mut findings);
    let root = findings.into_result(root).expect("readable text");
    let crate::text::Node::List(items) = root.node else { panic!("a list") };
    items[0].meaning().expect("a single value")
}

/// What is said when `written` stands where text is expected.
fn as_text(written: &str) -> Result<String, Vec<Finding>> {
    let mut findings = Findings::new();
    let root = read(written, &mut findings);
    let value = root.and_then(|root| text(&root, &mut findings));
    findings.into_result(value)
}

#[test]
fn the_core_schema_decides() {
    for (written, expected) in [
        ("~", Meaning::Null),
        ("null", Meaning::Null),
        ("true", Meaning::Flag(true)),
        ("False", Meaning::Flag(false)),
        ("0", Meaning::Whole(0)),
        ("-17", Meaning::Whole(-17)),
        ("+17", Meaning::Number),
        ("01900080207", Meaning::Number),
        ("99999999999999999999", Meaning::Number),
        ("1e3", Meaning::Number),
        ("1.", Meaning::Number),
        ("-.5E-7", Meaning::Number),
        ("0x1F", Meaning::Number),
        ("0o17", Meaning::Number),
        (".inf", Meaning::Number),
        ("yes", Meaning::Disputed),
        ("OFF", Meaning::Disputed),
        ("n", Meaning::Disputed),
        ("1_000", Meaning::Disputed),
        ("12:30", Meaning::Disputed),
        ("2014-11-30", Meaning::Text),
        ("2014-11-30T09:00:00", Meaning::Text),
        ("stb01-3020-0005", Meaning::Text),
        ("0000-0000-0008", Meaning::Text),
        ("04FFBB37", Meaning::Text),
        ("0x", Meaning::Text),
        ("1e", Meaning::Text),
        (".", Meaning::Text),
        ("-", Meaning::Text),
        ("12:99", Meaning::Text),
        ("none", Meaning::Text),
    ] {
        // A lone hyphen is not a value but the start of an item.
        if written != "-" {
            assert_eq!(meaning(written), expected, "{written}");
        }
        let quoted = format!("\"{written}\"");
        assert_eq!(meaning(&quoted), Meaning::Text, "{quoted}");
    }
}

#[test]
fn what_may_be_taken_for_something_else_is_not_text_until_it_is_quoted() {
    for written in ["01900080207", "1e3", "yes", "no", "0x10", "~", "1234", "true", "12:30"] {
        let findings = as_text(written).expect_err(written);
        assert_eq!(findings[0].hint, Some(format!("write \"{written}\"")));
        for quoted in [format!("\"{written}\""), format!("'{written}'"), format!("|-\n {written}")]
        {
            assert_eq!(as_text(&quoted).as_deref(), Ok(written));
        }
    }
}
