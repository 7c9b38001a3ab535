//! Addresses of collectors, and what they refuse.

use super::{collector, refused};

#[test]
fn a_collector_is_named_with_or_without_the_path_of_spans() {
    for (text, prefix) in [
        ("http://127.0.0.1:4318", ""),
        ("http://127.0.0.1:4318/", ""),
        ("http://127.0.0.1:4318/v1/traces", ""),
        ("https://collector.example/otlp/v1/traces/", "/otlp"),
    ] {
        assert_eq!(collector(text).expect(text).prefix, prefix, "{text}");
    }
    assert!(collector("127.0.0.1:4318").is_err());
    assert!(collector("http://u:canary@x").is_err_and(|problem| !problem.contains("canary")));
}

#[test]
fn what_a_collector_refuses_is_counted() {
    assert_eq!(refused(b"{}"), 0);
    assert_eq!(refused(b""), 0);
    assert_eq!(refused(br#"{"partialSuccess": {"rejectedSpans": "3"}}"#), 3);
    assert_eq!(refused(br#"{"partialSuccess": {"rejectedSpans": 2, "errorMessage": "x"}}"#), 2);
}
