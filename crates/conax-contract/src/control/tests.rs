//! Addresses and bodies of the control API in sentences.

use super::{AdvanceBody, ClockBody, ControlTarget, SettleBody, UtilityBody};

fn parse(path: &str, query: &str) -> String {
    match ControlTarget::parse(path, query) {
        Ok(target) => format!("{:?} {:?}", target.segments, target.query),
        Err(problem) => format!("{} {}", problem.status, problem.detail),
    }
}

#[test]
fn percent_signs_of_paths_and_queries_are_decoded() {
    assert_eq!(parse("/v1/", ""), r#"["v1"] []"#);
    assert_eq!(parse("/", "&&"), r#"[] []"#);
    assert_eq!(
        parse("/v1/cas/smart%63ards/a%2Fb%20c+d", "card=a%26b+c&%64oor=crm&x"),
        r#"["v1", "cas", "smartcards", "a/b c+d"] [("card", "a&b c"), ("door", "crm"), ("x", "")]"#
    );
    for (path, query) in [("/v1/%zz", ""), ("/v1/%ff", ""), ("/v1", "card=%4")] {
        let found = parse(path, query);
        assert!(found.starts_with("400 `"), "{found}");
    }
}

#[test]
fn only_dates_of_the_documented_form_and_of_four_digit_years_are_taken() {
    let with = |date: &str| {
        let body = format!(r#"{{"type":"DISPLAY_FINGERPRINT","display_date_time":"{date}"}}"#);
        UtilityBody::parse(body.as_bytes()).map(|(_, _, body)| body.display_date_time)
    };
    for date in ["2014-11-30T09:00:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59"] {
        assert!(with(date).is_ok_and(|date| date.is_some()), "{date}");
    }
    for date in [
        "0000-01-01T00:00:00",
        "-001-01-01T00:00:00",
        "+10000-01-01T00:00:00",
        "10000-01-01T00:00:00",
        "14-11-30T09:00:00",
        "2014-11-30T9:00:00",
        "2014-11-30T09:00:60",
        "2014-02-30T09:00:00",
        " 2014-11-30T09:00:00",
        "2014-11-30T09:00:00Z",
        "",
    ] {
        let problem = with(date).expect_err(date).to_string();
        assert!(problem.contains("expected one like `2014-11-30T09:00:00`"), "{problem}");
    }
}

#[test]
fn a_duration_or_a_date_advances_the_clock_and_not_both() {
    let read = |body: &str| match AdvanceBody::parse(body.as_bytes()) {
        Ok(body) => format!("{body:?}"),
        Err(problem) => problem.to_string(),
    };
    assert_eq!(read(r#"{"by": "10min"}"#), "AdvanceBody { time: By(600s), runs: false }");
    assert_eq!(
        read(r#"{"to": "2014-11-30T09:00:00"}"#),
        "AdvanceBody { time: To(2014-11-30T09:00:00), runs: false }"
    );
    assert!(read(r#"{"by": "10min", "runs": true}"#).contains("runs: true"));
    for (body, tells) in [
        ("", "found neither"),
        (r#"{"by":"1s","to":"2014-11-30T09:00:00"}"#, "found both"),
        (r#"{"by":"soon"}"#, "`by`: found the duration `soon`"),
        (r#"{"by":10}"#, "`by`: invalid type: integer `10`"),
        (r#"{"until":"1s"}"#, "unknown field `until`"),
        (r#"{"to":"tomorrow"}"#, "`to`: found the date `tomorrow`"),
    ] {
        assert!(read(body).contains(tells), "{body}: {}", read(body));
    }
}

#[test]
fn a_scale_comes_with_the_mode_it_belongs_to() {
    let read = |body: &str| ClockBody::parse(body.as_bytes()).map_err(|error| error.to_string());
    assert_eq!(read("{}"), Ok(ClockBody::default()));
    assert!(read(r#"{"mode":"scaled","scale":60}"#).is_ok());
    for (body, tells) in [
        (r#"{"mode":"scaled"}"#, "`scale` is missing"),
        (r#"{"scale":60}"#, "belongs to the mode `scaled`"),
        (r#"{"mode":"real","scale":2}"#, "belongs to the mode `scaled`"),
        (r#"{"mode":"fast"}"#, "expected one of `real`, `scaled`, `stepped`"),
        (r#"{"speed":60}"#, "unknown field `speed`"),
        ("", "the body: EOF"),
    ] {
        let found = read(body).expect_err(body);
        assert!(found.contains(tells), "{body}: {found}");
    }
    assert!(SettleBody::parse(b" ").is_ok_and(|body| body.limit.is_none()));
}

#[test]
fn a_text_that_xml_cannot_carry_or_that_is_too_long_is_no_utility_request() {
    let problem = |text: &str| {
        let body = serde_json::json!({
            "type": "SEND_MAIL_MESSAGE_TO_CLIENT", "smartcards": ["1"], "message_text": text,
        });
        UtilityBody::parse(body.to_string().as_bytes()).expect_err("a problem").to_string()
    };
    let sentence = problem("a\u{fffe}");
    assert!(sentence.starts_with("`message_text` has the character U+FFFE"), "{sentence}");
    assert_eq!(problem(&"x".repeat(1001)), "`message_text` has 1001 letters; the limit is 1000");
}
