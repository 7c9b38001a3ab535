//! Secrets do not get out, and come back where they are known.

use super::shipped::{parsed, shipped};
use crate::secret::SecretText;
use crate::world::{Secrets, WorldSpec};

/// A world with a secret of every kind, none of which occurs in it by another name.
const SECRETIVE: &str = r#"
world: secretive
users:
  - { id: "1", username: Anna, password: "pass-anna" }
  - { id: "2", username: bert }
web_api_keys:
  - { key: "KEYKEYKEYKEYKEYKEYAAAA", username: anna }
tokens:
  - { token: "TOKENTOKENTOKENTOKENBBBB", username: anna }
  - { token: "shorttoken", username: bert }
provisioning_requests:
  - id: "8D145AE7FAE341C1DBC2F5425B8854D0"
    type: UPDATE_CA_PIN_TO_GIVEN_VALUE
    scheduled_date: 2014-10-07T18:24:41
    life_cycle_state: PENDING
    log_information:
      created_date: 2014-10-07T18:24:41
      created_by_user: { id: "1", username: anna }
    parameters_set:
      - { ca_pin: "7531", id: "610A89DC991ED28575C173518AB0796F" }
cas:
  settings: { default_pin: "8642" }
  domains: [{ name: crm, username: crm, password: "pass-crm" }]
  smartcards: [{ id: "01900080207", pin: "9753" }]
"#;

const SECRETS: [&str; 8] = [
    "pass-anna",
    "KEYKEYKEYKEYKEYKEYAAAA",
    "TOKENTOKENTOKENTOKENBBBB",
    "shorttoken",
    "7531",
    "8642",
    "pass-crm",
    "9753",
];

fn secretive() -> WorldSpec {
    parsed("secretive", SECRETIVE)
}

/// The world as it comes back from somebody who read it masked and replaced `from` by `to`.
fn edited(world: &WorldSpec, from: &str, to: &str) -> WorldSpec {
    let masked = world.to_yaml(Secrets::Masked);
    assert!(masked.contains(from), "{masked}");
    WorldSpec::parse_masked(&masked.replace(from, to)).unwrap()
}

#[test]
fn no_secret_is_in_masked_or_debug_output() {
    let world = secretive();
    let yaml = world.to_yaml(Secrets::Masked);
    let json = serde_json::to_string(&world.outline(Secrets::Masked)).unwrap();
    let debug = format!("{world:?}");
    for secret in SECRETS {
        assert!(SECRETIVE.contains(secret), "{secret}");
        for output in [&yaml, &json, &debug] {
            assert!(!output.contains(secret), "{secret} in {output}");
        }
    }
}

#[test]
fn tokens_and_keys_show_their_end_and_nothing_else_does() {
    let yaml = secretive().to_yaml(Secrets::Masked);
    for shown in [
        "key: \"***AAAA\"",
        "token: \"***BBBB\"",
        // Four of ten letters would be too many.
        "token: \"***\"",
        "password: \"***\"",
        "pin: \"***\"",
        "ca_pin: \"***\"",
    ] {
        assert!(yaml.contains(shown), "{shown} in {yaml}");
    }
}

#[test]
fn a_masked_world_that_comes_back_is_the_world() {
    for current in [secretive(), shipped("demo")] {
        let mut world = WorldSpec::parse_masked(&current.to_yaml(Secrets::Masked)).unwrap();
        assert_ne!(world, current);
        world.unmask(&current).unwrap();
        assert_eq!(world, current);
    }
}

#[test]
fn a_masked_world_comes_back_as_json_too() {
    let current = shipped("demo");
    let json = serde_json::to_string_pretty(&current.outline(Secrets::Masked)).unwrap();
    let mut world = WorldSpec::parse_masked(&json).unwrap();
    world.unmask(&current).unwrap();
    assert_eq!(world, current);
}

#[test]
fn new_secrets_stay() {
    let current = secretive();
    let mut world = edited(&current, "token: \"***BBBB\"", "token: \"new\"");
    world.unmask(&current).unwrap();
    assert_eq!(world.tokens[0].token, SecretText::new("new"));
    assert_eq!(world.tokens[1], current.tokens[1]);
}

#[test]
fn passwords_follow_the_username_whatever_its_case() {
    let current = secretive();
    let mut world = edited(&current, "username: \"Anna\"", "username: \"ANNA\"");
    world.unmask(&current).unwrap();
    assert_eq!(world.users[0].password, current.users[0].password);
}

#[test]
fn masks_of_what_is_not_there_are_refused() {
    let current = secretive();
    let refusal = |from: &str, to: &str| edited(&current, from, to).unmask(&current).unwrap_err();
    let unknown_user = edited_user(&current).unmask(&current).unwrap_err();
    assert_eq!(
        unknown_user,
        ["the password of user `bert` is masked and the current world has none to fill in; \
          write it"]
    );
    assert_eq!(
        refusal("***BBBB", "***CCCC"),
        ["token `***CCCC` is masked and the current world has none that looks like it; write it"]
    );
    assert_eq!(
        refusal("01900080207", "01900080208"),
        ["the PIN of smartcard `01900080208` is masked and the current world has none to fill \
          in; write it"]
    );
}

/// The second user, who has no password, claims a masked one.
fn edited_user(current: &WorldSpec) -> WorldSpec {
    edited(current, "username: \"bert\" }\nweb", "username: \"bert\", password: \"***\" }\nweb")
}

#[test]
fn masks_that_could_be_several_are_refused() {
    let text = "world: w\nusers: [{ id: \"1\", username: a }]\ntokens:\n  \
                - { token: \"AAAAAAAAAAAASAME\", username: a }\n  \
                - { token: \"BBBBBBBBBBBBSAME\", username: a }\n";
    let current = parsed("w", text);
    let mut world = WorldSpec::parse_masked(&current.to_yaml(Secrets::Masked)).unwrap();
    let refusals = world.unmask(&current).unwrap_err();
    let refusal = "token `***SAME` stands for any of 2 of the current world; write it";
    assert_eq!(refusals, [refusal, refusal]);
}
