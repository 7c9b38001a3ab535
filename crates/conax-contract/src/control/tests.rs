//! Addresses and bodies of the control door in sentences.

use super::{ControlTarget, UtilityBody};

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
        parse(
            "/v1/cas/smart%63ards/a%2Fb%20c+d",
            "card=a%26b+c&%64oor=crm&x"
        ),
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
    for date in [
        "2014-11-30T09:00:00",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59",
    ] {
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
        assert!(
            problem.contains("expected one like `2014-11-30T09:00:00`"),
            "{problem}"
        );
    }
}
