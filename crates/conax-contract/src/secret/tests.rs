//! What is found again, and what is left alone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::KnownSecrets;

fn masked(secret: &str, text: &str) -> String {
    let mut secrets = KnownSecrets::default();
    secrets.add(secret);
    secrets.masked(text).into_owned()
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
    for text in ["17391", "73910", "card 0190-7391-0208", "2014-09-24T15:00:00.7391", "x7391"] {
        assert_eq!(masked("7391", text), text);
    }
    assert_eq!(masked("7391", "7391."), "***.");
    assert_eq!(masked("7391", "it is 7391-x"), "it is ***-x");
}

#[test]
fn a_call_is_searched_in_every_corner() {
    let mut secrets = KnownSecrets::default();
    secrets.add_header("Authorization", "Basic Y3JtOkNBTkFSWTE=");
    secrets.add_header("x-pin", "CANARY2");
    let body = br#"{"a": {"new_pin": ["CANARY3", {"x": 98765}]}}"#;
    secrets.add_call("/x?a.token=CANARY4&pin=CANARY%35", body);
    let body = b"<a><x:caPin>CANARY6</x:caPin><x:other>LEFT</x:other></a>";
    secrets.add_call("/", body);
    let text = "CANARY1 CANARY2 CANARY3 98765 CANARY4 CANARY5 CANARY%35 CANARY6 \
                Y3JtOkNBTkFSWTE= LEFT other";
    let told = secrets.masked(text);
    assert_eq!(told, "*** *** *** *** *** *** *** *** *** LEFT other");
}

#[test]
fn what_a_text_says_is_searched_and_not_only_its_letters() {
    for (secret, text, told) in [
        ("7391", "a=%37391&b=7%33%391", "a=***&b=***"),
        ("7391", "%2537391", "***"),
        ("conax-demo", "Basic Y3JtOmNvbmF4LWRlbW8=.", "Basic ***."),
        ("conax-demo", "/x/Y29uYXgtZGVtbw==/y", "/x/***/y"),
        ("conax-demo", "/x?q=Y29uYXgtZGVtbw%3D%3D", "/x?q=***"),
        ("a\"b", r#"{"x":"a\u0022b"}"#, r#"{"x":"***"}"#),
        ("é&<x", "&#233;&amp;&lt;x", "***"),
        ("04FFBB37FED475A778F122709CBAC1D5", "/04ffbb37fed475a778f122709cbac1d5/", "/***/"),
    ] {
        assert_eq!(masked(secret, text), told, "{text}");
    }
}

proptest! {
    #[test]
    fn a_text_without_secrets_stays_as_it_is(text in "\\PC{0,60}|[%&\\\\;#xu0-9a-f]{0,40}") {
        prop_assert_eq!(masked("a secret nobody writes", &text), text);
    }

    #[test]
    fn a_secret_is_found_in_percent_signs_of_any_letters(
        secret in "[A-Za-z0-9é&+ ]{8,20}",
        hidden in any::<u32>(),
    ) {
        let mut text = String::new();
        for (index, byte) in secret.bytes().enumerate() {
            match byte.is_ascii_alphanumeric() && hidden >> (index % 32) & 1 == 0 {
                true => text.push(char::from(byte)),
                false => text.push_str(&format!("%{byte:02x}")),
            }
        }
        prop_assert_eq!(masked(&secret, &format!("/x?y={text}&z=1")), "/x?y=***&z=1");
    }

    #[test]
    fn a_secret_is_found_in_base64_whatever_stands_around_it(
        (before, secret, after) in ("[a-z:/ ]{0,5}", "[A-Za-z0-9]{8,20}", "[a-z:/ ]{0,5}"),
    ) {
        let text = STANDARD.encode(format!("{before}{secret}{after}"));
        prop_assert_eq!(masked(&secret, &format!("x {text} y")), "x *** y");
    }
}
