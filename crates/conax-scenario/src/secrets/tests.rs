//! What is found again, and what is left alone.

use super::Secrets;
use crate::target::HttpCall;

fn masked(secret: &str, text: &str) -> String {
    let mut secrets = Secrets::default();
    secrets.add(secret);
    secrets.eraser().masked(text)
}

#[test]
fn a_secret_is_found_in_every_form() {
    for (secret, text) in [
        ("739", "pin 739"),
        ("7391", "[pin=7391, x=1]"),
        ("7391", "NzM5MQ=="),
        ("7391", "x NzM5MQ y"),
        ("7391", "%37%33%39%31"),
        ("7391", "&#55;&#51;&#57;&#49;"),
        ("7391", "&#x37;&#x33;&#x39;&#x31;"),
        ("a&b c", "a&amp;b c"),
        ("a&b c", "a%26b%20c and a%26b+c"),
        ("a\"b", "{\"x\":\"a\\\"b\"}"),
        ("CANARYCANARY", "xxCANARYCANARYxx"),
        ("CANARYCANARY", "a long text that ends CANARYCA…"),
    ] {
        let told = masked(secret, text);
        assert!(told.contains("***"), "{secret}: {told}");
        assert!(!told.contains(secret) && !told.contains("CANARY"), "{told}");
    }
}

#[test]
fn digits_of_a_longer_number_are_no_secret() {
    for text in [
        "17391",
        "73910",
        "card 0190-7391-0208",
        "2014-09-24T15:00:00.7391",
        "x7391",
    ] {
        assert_eq!(masked("7391", text), text);
    }
    assert_eq!(masked("7391", "7391."), "***.");
    assert_eq!(masked("7391", "it is 7391-x"), "it is ***-x");
}

#[test]
fn a_call_is_searched_in_every_corner() {
    let mut secrets = Secrets::default();
    secrets.add_call(&HttpCall {
        headers: vec![
            (
                "Authorization".to_owned(),
                "Basic Y3JtOkNBTkFSWTE=".to_owned(),
            ),
            ("x-pin".to_owned(), "CANARY2".to_owned()),
        ],
        body: b"{\"a\": {\"new_pin\": [\"CANARY3\", {\"x\": 98765}]}}".to_vec(),
        ..HttpCall::get(
            crate::document::Door::Crm,
            "/x?a.token=CANARY4&pin=CANARY%35",
        )
    });
    secrets.add_call(&HttpCall {
        body: b"<a><x:caPin>CANARY6</x:caPin></a>".to_vec(),
        ..HttpCall::get(crate::document::Door::Cas, "/")
    });
    let told = secrets
        .eraser()
        .masked("CANARY1 CANARY2 CANARY3 98765 CANARY4 CANARY5 CANARY%35 CANARY6 Y3JtOkNBTkFSWTE=");
    assert_eq!(told, "*** *** *** *** *** *** *** *** ***");
}
