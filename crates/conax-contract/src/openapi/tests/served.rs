//! The settings of an API are seen in its document.

use serde_json::{Value, json};

use super::completeness::resolved;
use super::fits::fits;
use crate::crm::{BasePath, Operation, Reading, Shape, SuccessTexts, Writing};
use crate::openapi::{ControlApi, CrmApi, control_document, crm_document};

fn body<'d>(document: &'d Value, operation: &str) -> &'d Value {
    &document["components"]["schemas"][operation]
}

fn success(document: &Value, operation: Operation) -> Value {
    let path = format!("/{}", operation.path());
    let item = &document["paths"][path][operation.verb().to_lowercase()];
    let schema = &item["responses"]["200"]["content"]["application/json"]["schema"];
    let schema = schema.get("oneOf").map_or(schema, |branches| &branches[0]);
    resolved(schema, document)
}

#[test]
fn the_servers_are_the_base_path_and_the_root() {
    let urls = |base: &str, origin: &str| {
        let api = CrmApi {
            base_path: BasePath::parse(base).unwrap(),
            origin: origin.to_owned(),
            ..CrmApi::default()
        };
        let document = crm_document(&api);
        let servers = document["servers"].as_array().unwrap().clone();
        servers.iter().map(|server| server["url"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(urls("/crmapi/rest/v2", ""), ["/crmapi/rest/v2", "/"]);
    assert_eq!(urls("/", "http://x:1"), ["http://x:1/"]);
    assert_eq!(urls("/a", "/worlds/w"), ["/worlds/w/a", "/worlds/w/"]);
}

#[test]
fn a_request_has_exactly_the_members_of_the_shape() {
    for shape in Shape::ALL {
        let writing = Writing { shape, success_texts: SuccessTexts::Empty };
        let document = crm_document(&CrmApi { writing, ..CrmApi::default() });
        let schema = success(&document, Operation::CreatePairing);
        let members = schema["properties"]["data"]["properties"].as_object().unwrap();
        assert_eq!(members.len(), shape.members().members().count(), "{shape:?}");
        let type_member = &members["type"]["const"];
        assert_eq!(type_member, "CREATE_PAIRING");
        let texts = &schema["properties"]["status"]["properties"]["message"]["const"];
        assert_eq!(texts, "");
    }
}

#[test]
fn how_strictly_calls_are_read_is_seen() {
    let strict =
        Reading { smartcard_by_ca_id: false, pin_digit_count: Some(4), ..Reading::default() };
    let lenient = Reading { lenient_pairing_sets: true, ..Reading::default() };
    let described = |reading| crm_document(&CrmApi { reading, ..CrmApi::default() });
    let (strict, lenient) = (described(strict), described(lenient));
    let pin = |pin: Value, card: Value| {
        json!({ "token": "t", "subscription_identifier": { "id": "1" },
                "smartcard_identifier": card, "pin": pin })
    };
    let fits_in =
        |document: &Value, name: &str, value: &Value| fits(body(document, name), value, document);
    let card = || json!({ "id": "1" });
    for (value, in_strict) in [
        (pin(json!("0012"), card()), true),
        (pin(json!(1234), card()), true),
        (pin(json!("12"), card()), false),
        (pin(json!(999), card()), false),
        (pin(json!(10000), card()), false),
        (pin(json!("0012"), json!("019")), false),
    ] {
        assert_eq!(fits_in(&strict, "ResetPinToGivenValueCall", &value), in_strict, "{value}");
        assert!(fits_in(&lenient, "ResetPinToGivenValueCall", &value), "{value}");
    }
    let sets = json!({ "token": "t", "smartcard_identifier": { "id": "1" },
                       "smartcard_set": [{ "smartcard_ca_id": "1" }],
                       "stb_set": [{ "stb_ca_id": "1" }] });
    assert!(fits_in(&lenient, "AddToExistingPairingCall", &sets));
    assert!(!fits_in(&strict, "AddToExistingPairingCall", &sets));
}

#[test]
fn a_control_door_with_a_token_says_so_of_all_but_its_open_entries() {
    let with_token = ControlApi { asks_for_token: true, ..ControlApi::default() };
    let document = control_document(&with_token);
    let needs = |path: &str| document["paths"][path]["get"]["security"] != json!([]);
    assert!(needs("/v1/journal") && needs("/openapi.json"));
    assert!(!needs("/v1/health") && !needs("/docs"));
    let open = control_document(&ControlApi::default());
    assert!(open["components"].get("securitySchemes").is_none());
}
