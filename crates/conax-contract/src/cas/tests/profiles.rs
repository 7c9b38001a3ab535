//! Profiles: those that come with the program, and those somebody writes.

use std::error::Error;

use super::samples::sample;
use crate::cas::{
    CasService, CommandKind, NamespaceRule, Profile, RejectionCause, decode_request,
    encode_request, mask_secrets_for, wsdl,
};
use crate::source::Source;

fn refusal(text: &str) -> String {
    let error = Profile::parse("mine", text).unwrap_err();
    match error.source() {
        Some(source) => format!("{error}\n{source}"),
        None => error.to_string(),
    }
}

#[test]
fn the_shipped_profiles_are_named_and_described() {
    let lines = Profile::names().map(|name| {
        let profile = Profile::shipped(name).unwrap();
        assert_eq!(profile.name(), name);
        format!("{name} ({:?}): {}", profile.namespaces(), profile.description())
    });
    insta::assert_snapshot!("shipped_profiles", lines.join("\n"));
    assert_eq!(Profile::public().name(), "public");
    assert_eq!(Profile::shipped("other"), None);
}

#[test]
fn a_cause_has_this_status_code_and_this_source() {
    let mut text = String::new();
    for cause in RejectionCause::ALL {
        let of = |name| {
            let entry = Profile::shipped(name).unwrap().status(cause);
            format!("{} ({})", entry.value, entry.source)
        };
        text.push_str(&format!("{cause:?}: {}; guess: {}\n", of("public"), of("guess")));
    }
    insta::assert_snapshot!("status_codes", text);
}

#[test]
fn only_names_seen_outside_are_under_a_conax_namespace_in_public() {
    for operation in CommandKind::ALL {
        let name = Profile::public().operation(operation).name.source;
        let namespace = Profile::public().namespace(operation);
        let is_conax = namespace.value.starts_with("http://www.conax.com/");
        assert_eq!(is_conax, name == Source::Attested, "{operation:?}");
        assert_eq!(is_conax, namespace.source == Source::Attested, "{operation:?}");
    }
}

#[test]
fn strict_differs_from_public_in_what_it_understands_only() {
    let strict = Profile::shipped("strict").unwrap();
    assert_eq!(strict.namespaces(), NamespaceRule::Configured);
    for operation in CommandKind::ALL {
        assert_eq!(strict.operation(operation), Profile::public().operation(operation));
        assert_eq!(strict.namespace(operation), Profile::public().namespace(operation));
    }
}

#[test]
fn a_service_is_found_by_its_path() {
    let found = |path: &str| Profile::public().service_at(path);
    let path = "/ca-server/webservices/client/authorization";
    assert_eq!(found(path), Some(CasService::Authorization));
    assert_eq!(found(&format!("{path}/")), Some(CasService::Authorization));
    assert_eq!(found("/"), None);
}

const MINE: &str = r#"
base = "strict"
description = "As our head-end calls things"

[services.ca-pin]
namespace = { value = "urn:mine", source = "documented" }

[operations.update_ca_pin_to_given_value]
name = { value = "SetPin", source = "documented" }
aliases = ["ChangePin"]
order = ["pin", "card"]
elements = { card = { value = "Card", source = "documented" } }

[elements]
pin = { value = "Digits", source = "documented" }
"#;

#[test]
fn a_profile_over_a_shipped_one_renames_reorders_and_round_trips() {
    let profile = Profile::parse("mine", MINE).unwrap();
    let request = sample(CommandKind::UpdateCaPinToGivenValue);
    let encoded = encode_request(&profile, &request);
    assert_eq!(decode_request(&profile, None, &encoded.body), Ok(request));
    let shown = mask_secrets_for(&profile, &encoded.body);
    assert!(
        shown.ends_with(
            "<SetPin xmlns=\"urn:mine\"><SetPinRequest><Digits>****</Digits>\
             <Card>01900080207</Card></SetPinRequest></SetPin></soapenv:Body></soapenv:Envelope>"
        ),
        "{shown}"
    );
    assert_eq!(encoded.flattened, "****01900080207");
    assert!(wsdl(&profile, Some("ca-pin"), "http://host").contains("SetPinResponse"));
}

#[test]
fn everything_wrong_with_a_profile_is_told_at_once() {
    insta::assert_snapshot!(
        "profile_problems",
        refusal(
            r#"
        base = "public"
        namespaces = "every"
        servces = {}
        [services.pairing]
        path = "/x"
        [operations.create_pairing]
        order = ["card_list"]
        aliases = ["A", 1]
        [elements]
        card = { value = "", source = "atested" }
        product = { value = "Product" }
        [statuses]
        client_not_fond = { value = "X", source = "ours" }
    "#
        )
    );
}

#[test]
fn a_base_that_does_not_exist_is_the_only_thing_told() {
    insta::assert_snapshot!(refusal("base = \"publik\"\nnamespaces = 1\n"), @r"
    profile `mine` is not usable
      `base` is `publik`; expected one of `public`, `extended`, `guess`, `strict`; hint: did you mean `public`?
    ");
}

#[test]
fn a_profile_without_base_must_be_complete() {
    let told = refusal("description = \"d\"\nnamespaces = \"any\"\n");
    // Three names of the envelope, two of each service, and everything else once.
    assert_eq!(told.matches(" is missing; ").count(), 3 + 2 * 5 + 13 + 30 + 13, "{told}");
}

#[test]
fn names_that_cannot_work_together_are_told() {
    insta::assert_snapshot!(
        "profile_conflicts",
        refusal(
            r#"
        base = "public"
        [services.pairing]
        path = { value = "pairing/", source = "ours" }
        [operations.create_pairing]
        name = { value = "GetActiveSubscriptions", source = "ours" }
        [operations.add_subscriptions]
        aliases = ["1st"]
        [operations.update_ca_pin_to_given_value.elements]
        pin = { value = "CaClientId", source = "ours" }
        [elements]
        status_code = { value = "x:y", source = "ours" }
        [statuses]
        system_error = { value = "OK", source = "ours" }
    "#
        )
    );
}

#[test]
fn text_that_is_not_toml_is_told_with_its_place() {
    insta::assert_snapshot!(refusal("base = \"public\"\nnamespaces = any\n"), @r"
    profile `mine` is not valid TOML
    TOML parse error at line 2, column 14
      |
    2 | namespaces = any
      |              ^^^
    string values must be quoted, expected literal string
    ");
}
