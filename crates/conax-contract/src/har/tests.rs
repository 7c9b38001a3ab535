//! What is written is read again, and files as other programs write them are read.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{HarBody, HarEntry, HarHead, HarLog, HarPage, origin_and_target, read_har, write_har};

fn read(text: &str) -> (HarHead, Vec<HarEntry>) {
    let mut entries = Vec::new();
    let head = read_har(text, |entry| entries.push(entry)).expect(text);
    (head, entries)
}

/// The one exchange of a file.
fn only(entry: &Value) -> HarEntry {
    let text = json!({ "log": { "entries": [entry] } }).to_string();
    read(&text).1.pop().expect("an exchange")
}

fn problem(text: &str) -> String {
    read_har(text, |_| ()).expect_err(text)
}

fn moment(millis: i64) -> NaiveDateTime {
    DateTime::from_timestamp_millis(millis).expect("a date").naive_utc()
}

prop_compose! {
    fn headers(coded: bool)(
        mut headers in prop::collection::vec(("[a-b]{1,3}", "[ -~é]{0,6}"), 0..3)
    ) -> Vec<(String, String)> {
        if coded {
            headers.push(("Content-Encoding".to_owned(), "gzip".to_owned()));
        }
        headers
    }
}

fn body(coded: bool) -> impl Strategy<Value = HarBody> {
    let coded = if coded { Some(7) } else { None };
    let there =
        ("[a-z]{0,3}", "[ -~é\"]{1,20}", "[a-z]{0,3}").prop_map(move |(media, text, why)| {
            HarBody { coded, comment: why, ..HarBody::of(&media, text) }
        });
    let left_out = ("[a-z]{0,3}", "[a-z]{1,3}").prop_map(move |(media, why)| HarBody {
        coded,
        size: coded.unwrap_or(0),
        ..HarBody::left_out(&media, &why)
    });
    let none = Just(HarBody { coded, size: coded.unwrap_or(0), ..HarBody::default() });
    prop_oneof![there, left_out, none]
}

fn side() -> impl Strategy<Value = (Vec<(String, String)>, HarBody)> {
    any::<bool>().prop_flat_map(|coded| (headers(coded), body(coded)))
}

prop_compose! {
    fn entry()(
        (call_headers, call) in side(),
        (reply_headers, reply) in side(),
        (at, took) in (0_i64..4_000_000_000_000, 0_u64..1_000_000_000_000),
        verb in "[A-Z]{1,6}",
        url in "http://[a-z]{1,4}(:[1-9]{2})?/[a-z/]{0,6}(\\?[a-z]{1,3}=[a-z%+]{0,4})?",
        status in prop::option::of(100_u16..600),
        (problem, page) in (prop::option::of("[a-z]{1,6}"), prop::option::of("[a-z]{1,6}")),
        (redirect, comment) in ("[a-z]{0,3}", "[a-z]{0,3}"),
        own in prop::option::of("_[a-d]{2}"),
    ) -> HarEntry {
        HarEntry {
            began: Some(moment(at)),
            took: Duration::from_micros(took),
            verb, url, call_headers, call, status, reply_headers, reply, problem, redirect, page,
            comment,
            own: own.into_iter().map(|name| (name, json!({ "of": ["ours"] }))).collect(),
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        entries in prop::collection::vec(entry(), 0..4),
        own in "[ -~é]{0,9}",
    ) {
        let own: Map<String, Value> = [("_of".to_owned(), json!(own))].into_iter().collect();
        let log = HarLog {
            entries: entries.clone(),
            own: own.clone(),
            pages: vec![HarPage {
                id: "p".to_owned(), began: Some(moment(0)), title: "x".to_owned()
            }],
            ..HarLog::default()
        };
        let head = HarHead { creator: "conax-sim".to_owned(), pages: log.pages.clone(), own };
        prop_assert_eq!(read(&write_har(&log)), (head, entries));
    }

    #[test]
    fn bytes_that_are_no_text_are_read_again(bytes in prop::collection::vec(any::<u8>(), 1..40)) {
        let entry = HarEntry { reply: HarBody::of("x/y", bytes), ..HarEntry::default() };
        let log = HarLog { entries: vec![entry.clone()], ..HarLog::default() };
        let (_, read) = read(&write_har(&log));
        prop_assert_eq!(&read[0].reply, &entry.reply);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}", cut in 0_usize..1000) {
        let _ = read_har(&text, |_| ());
        let whole = write_har(&HarLog { entries: vec![HarEntry::default()], ..HarLog::default() });
        let _ = read_har(whole.get(..cut).unwrap_or(&whole), |_| ());
        let _ = origin_and_target(&text);
    }
}

#[test]
fn dates_are_read_in_all_forms_programs_write_them() {
    let began = |text: &str| {
        only(&json!({
            "startedDateTime": text, "request": { "method": "GET", "url": "http://x/" },
        }))
        .began
    };
    let whole = moment(1_417_338_000_000);
    for (text, millis) in [
        ("2014-11-30T09:00:00.000Z", 0),
        ("2014-11-30T09:00:00Z", 0),
        ("2014-11-30T10:00:00.25+01:00", 250),
        ("2014-11-30T10:00:00.2500000+0100", 250),
        ("2014-11-30T09:00:00", 0),
        ("2014-11-30T09:00:00.5", 500),
    ] {
        let expected = whole + chrono::TimeDelta::milliseconds(millis);
        assert_eq!(began(text), Some(expected), "{text}");
    }
    assert_eq!(began("yesterday"), None);
}

#[test]
fn bodies_are_read_in_all_forms_programs_write_them() {
    let entry = only(&json!({
        "request": {
            "method": "POST", "url": "http://x/", "bodySize": 9,
            "postData": {
                "mimeType": "application/x-www-form-urlencoded",
                "params": [{ "name": "a b", "value": "ü" }, { "name": "file" }],
            },
        },
        "response": {
            "status": 200,
            "content": { "size": 5, "mimeType": "x", "encoding": "base64", "text": "aGVs\nbG8=" },
        },
    }));
    assert_eq!(entry.call.text.as_deref(), Some(&b"a%20b=%C3%BC&file="[..]));
    assert_eq!(entry.reply.text.as_deref(), Some(&b"hello"[..]));
    // Chrome without content, and an answer that was blocked.
    let entry = only(&json!({
        "time": null,
        "request": { "method": "POST", "url": "http://x/", "bodySize": 12, "headers": null },
        "response": {
            "status": 200, "content": { "size": 812, "mimeType": "application/json" },
            "_transferSize": 300, "_error": null,
        },
    }));
    assert!(entry.call.is_left_out() && entry.reply.is_left_out());
    let entry = only(&json!({
        "request": { "method": "GET", "url": "http://x/", "bodySize": -1 },
        "response": {
            "status": 0, "content": { "size": 0 }, "bodySize": -1, "_error": "net::ERR_FAILED",
        },
    }));
    assert_eq!((entry.status, entry.problem.as_deref()), (None, Some("net::ERR_FAILED")));
    assert!(!entry.call.is_left_out() && !entry.reply.is_left_out());
}

#[test]
fn what_is_no_har_file_is_told_with_its_place() {
    for (text, tells) in [
        ("", "EOF while parsing a value at line 1"),
        ("[]", "expected a HAR file, `{ \"log\": … }` at line 1"),
        ("{}", "missing field `log` at line 1"),
        ("{\"log\": {}}", "missing field `entries`"),
        ("{\"log\": {\"entries\": [{}]}}", "missing field `request`"),
        ("{\"log\": {\"entries\": [{\"request\": {\"method\": \"GET\"}}]}}", "missing field `url`"),
        ("{\"log\": {\"entries\": []}} x", "trailing characters"),
        ("{\"log\": {\"entries\": [{\"re", "EOF while parsing a string at line 1"),
    ] {
        assert!(problem(text).contains(tells), "{text}: {}", problem(text));
    }
}

#[test]
fn an_address_is_cut_behind_its_authority() {
    for (url, origin, target) in [
        ("http://x:80/a?b#c", "http://x:80", "/a?b"),
        ("https://[::1]:8080?x", "https://[::1]:8080", "?x"),
        ("http://x", "http://x", "/"),
        ("/a/b", "", "/a/b"),
        ("data:text/html,x", "data:text", "/html,x"),
    ] {
        assert_eq!(origin_and_target(url), (origin, target));
    }
}
