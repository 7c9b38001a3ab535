//! Excerpts of files that hold secrets.

use proptest::prelude::*;

use crate::text::{Finding, Place, Span, render};

/// Every line of a file as an excerpt, and a message that repeats the secret.
fn shown(source: &str, secret: &str) -> String {
    let lines = source.lines().count();
    let findings: Vec<Finding> = (1..=lines)
        .map(|line| {
            let start = Place { line, column: 1 };
            Finding::new(Span { start, end: start }, format!("`{secret}` is wrong"))
        })
        .collect();
    render("f", source, &findings)
}

#[test]
fn values_under_secret_names_are_starred_in_excerpts_and_messages() {
    for source in [
        "users:\n  - username: \"ANNA\"\n    pasword: \"CANARY\"\n",
        "users:\n- username: ANNA\n  psw: CANARY\n",
        "tokens:\n  - { tokn: \"CANARY\", user: ANNA }\n",
        "tokens: [CANARY]\n",
        "tokens:\n  - CANARY\n",
        "users:\n  - password: [ \"CANARY\" ]\n",
        "users:\n  - password: { CANARYKEY: CANARY }\n".replace("CANARYKEY", "x").as_str(),
        "web_api_keys:\n  - key: CANARY\n",
        "web_api_key:\n  - kee: CANARY\n",
        "cas:\n  domains:\n    - { username: x, pw: CANARY }\n",
        "cas:\n  smartcards:\n    - { id: \"1\", pin: \"CANARY\" }\n",
        "{\"users\": [{\"username\": \"ANNA\", \"pasword\": \"CANARY\"}]}",
        "{ \"tokens\":\n  [\n    { \"token\":\n  \"CANARY\" }]}",
        "password: \"CANARY\n",
        "password: 'CANARY\n  CANARY'\n",
        "password: |\n  CANARY\n",
        "users: { a: [ { b: CANARY\n",
        "# password: CANARY\n",
        "password: CANARY # no: CANARY\n",
        "name: CANARY\ntokens:\n  - { token: CANARY }\n",
        "steps:\n  - call: change_pin\n    with: { pin: CANARY }\n",
        "cases:\n  - [service, pin]\n  - [SPORT, CANARY]\n  - [\"NEWS\", \"CANARY\"]\n",
        "cases:\n- [service, code]\n- [SPORT, CANARY]\nsteps:\n- with: { pin: $code }\n",
        "vars: { code: CANARY }\nsteps:\n  - with: { pin: \"$code\" }\n",
        "steps:\n  - with: { pin: $code }\ncleanup:\n  - with: { priority: CANARY, pin: CANARY }\n",
    ] {
        let told = shown(source, "CANARY");
        assert!(!told.contains("CANARY"), "{source}\n{told}");
    }
}

#[test]
fn what_is_no_secret_stays_readable() {
    for (source, kept) in [
        ("units:\n  - name: HEAD\n", "name: HEAD"),
        ("tokens:\n  - { token: x }\nunits:\n  - name: HEAD\n", "name: HEAD"),
        (
            "steps:\n  - { token: none, with: { pin: $code } }\n",
            "{ token: none, with: { pin: $code } }",
        ),
        ("keep: { number: 4050 }", "number: 4050"),
        ("cases:\n  - [service, pin]\n  - [SPORT, \"7391\"]\n", "[SPORT, \"****\"]"),
        ("repeat: { for: card, in: [a, b] }", "in: [a, b]"),
    ] {
        let told = shown(source, "x");
        assert!(told.contains(kept), "{source}\n{told}");
    }
}

proptest! {
    #[test]
    fn stars_move_nothing(source in "[a-z:\\[\\]{}\"' ,#\n-]{0,80}") {
        let redacted = super::super::redact::Redacted::of(&source);
        prop_assert_eq!(redacted.text.chars().count(), source.chars().count());
        prop_assert_eq!(redacted.text.lines().count(), source.lines().count());
    }

    #[test]
    fn a_password_is_starred_whatever_stands_around_it(
        before in "([a-z]{1,6}: ([a-z]{1,6}|\\[[a-z]{1,3}, [a-z]{1,3}\\])\n){0,4}",
        indent in 0_usize..6,
        quote in prop::sample::select(vec!["\"", "'", ""]),
    ) {
        let source = format!("{before}users:\n{}- password: {quote}CANARY{quote}\n", " ".repeat(indent));
        let told = shown(&source, "CANARY");
        prop_assert!(!told.contains("CANARY"), "{}", told);
    }
}
