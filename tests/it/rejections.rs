//! Requests that Conax refuses: every cause a call can reach, and what the CRM keeps of it.

use std::collections::BTreeSet;

use conax_contract::cas::Profile;
use conax_model::cas::{Outcome, RejectionCause};
use conax_tests::bodies::{
    addition, at_once, given_pin, pairing, pin_reset, service_on_card, sport_on, with,
};
use conax_tests::{Harness, HarnessBuilder};
use serde_json::{Value, json};

/// A request that is refused: why, in which simulator, by which call.
struct Case {
    why: &'static str,
    /// A piece of the demo world and what stands there instead.
    world: Option<(&'static str, &'static str)>,
    operation: &'static str,
    body: Value,
}

fn case(why: &'static str, operation: &'static str, body: Value) -> Case {
    Case { why, world: None, operation, body }
}

/// The same in a head-end with one more setting.
fn with_setting(setting: &'static str, case: Case) -> Case {
    Case { world: Some(("    default_pin: \"0000\"\n", setting)), ..case }
}

fn cases() -> Vec<Case> {
    let on = |card: &str| service_on_card("S60666", "P1test", card);
    let cards = |card: &str| json!([{ "smartcard_ca_id": card }]);
    let add_card = |card: &str, added: &str| {
        let body = addition(card, &[]);
        with(conax_tests::bodies::without(body, "stb_set"), "smartcard_set", cards(added))
    };
    vec![
        case("the card was never loaded", "add_subscriptions", on("01900080294")),
        case("the card is retired", "add_subscriptions", on("01900080292")),
        case("the card is another operator's", "add_subscriptions", on("01900080293")),
        case("the card is blocked", "add_subscriptions", on("01900080291")),
        case(
            "a blocked card gets no PIN",
            "reset_pin_to_default_value",
            pin_reset("S60666", "01900080291"),
        ),
        Case {
            world: Some(("services: [P1test, BASIC, SPORT]", "services: [OLDIES, SPORT]")),
            ..case(
                "the product was withdrawn",
                "add_subscriptions",
                service_on_card("S60600", "OLDIES", "01900080208"),
            )
        },
        Case {
            world: Some(("    - { id: \"1111\", label: Basic }\n", "")),
            ..case(
                "the product was never made",
                "add_subscriptions",
                service_on_card("S60600", "BASIC", "01900080208"),
            )
        },
        case(
            "the PIN has three digits",
            "reset_pin_to_given_value",
            given_pin("S60600", "01900080208", "123"),
        ),
        case(
            "the keys of the box were never loaded",
            "create_pairing",
            pairing(&["01900080208"], &["3012345699"]),
        ),
        case(
            "the keys of the box were withdrawn",
            "create_pairing",
            pairing(&["01900080208"], &["3012345698"]),
        ),
        case(
            "the card to pair is not known",
            "create_pairing",
            pairing(&["99999999999"], &["3012345601"]),
        ),
        case(
            "the card is in no pairing",
            "add_to_existing_pairing",
            addition("01900080208", &["3012345601"]),
        ),
        case(
            "the added card is not known",
            "add_to_existing_pairing",
            add_card("S60058", "99999999999"),
        ),
        with_setting(
            "    repair_policy: reject\n",
            case(
                "the card is in another pairing",
                "create_pairing",
                pairing(&["0000-0000-0008"], &["3012345601"]),
            ),
        ),
        with_setting(
            "    cancel_missing: reject\n",
            case("there is nothing to cancel", "cancel_subscriptions", sport_on("01900080208")),
        ),
        with_setting(
            "    product_slot_limit: 2\n",
            case(
                "the card is full",
                "add_subscriptions",
                service_on_card("S60600", "BASIC", "01900080209"),
            ),
        ),
        with_setting(
            "    switched_off: [UPDATE_CA_PIN_TO_DEFAULT_VALUE]\n",
            case(
                "the command is switched off",
                "reset_pin_to_default_value",
                pin_reset("S60600", "01900080208"),
            ),
        ),
        with_setting(
            "    card_format: strict\n",
            case(
                "the id is none of a card",
                "reset_pin_to_default_value",
                pin_reset("S60058", "sc20000010"),
            ),
        ),
    ]
}

fn instance(case: &Case) -> HarnessBuilder {
    match case.world {
        None => HarnessBuilder::demo(),
        Some((piece, replacement)) => HarnessBuilder::demo_with(piece, replacement),
    }
}

fn last_cause(harness: &Harness) -> RejectionCause {
    harness.look(|state, _| match &state.transactions().last().unwrap().outcome {
        Outcome::Rejected(rejection) => rejection.cause,
        Outcome::Accepted(_) => panic!("accepted"),
    })
}

#[tokio::test(start_paused = true)]
async fn every_cause_a_call_can_reach_is_told_in_both_pairs_of_error_members() {
    let mut story = String::new();
    let mut causes = BTreeSet::new();
    for case in cases() {
        let harness = instance(&case).open();
        let number = harness.post(case.operation, case.body.clone()).await.number();
        assert_eq!(harness.run().await.rejected_count, 1, "{}", case.why);
        let shown = harness.show(&number).await;
        let (code, text) = (shown.member("error_code"), shown.member("error_description"));
        assert_eq!(shown.member("provider_error_code"), code);
        assert_eq!(shown.member("provider_error_description"), text);
        assert_eq!(shown.member("reference_number"), "null");
        let cause = last_cause(&harness);
        causes.insert(cause);
        story.push_str(&format!("{}: {cause:?}\n  {code}: {text}\n", case.why));
        // What came back is kept as it was: the code, the transaction, the text.
        let id = harness.look(|state, _| state.transactions().last().unwrap().id.to_string());
        assert_eq!(shown.member("response"), format!("{code}{id}{text}"));
    }
    insta::assert_snapshot!(story);
    // The other two are never decided by the head-end: they are faults.
    let faults = [RejectionCause::SystemError, RejectionCause::TooManyRequests];
    let all = RejectionCause::ALL.into_iter();
    let expected: BTreeSet<_> = all.filter(|cause| !faults.contains(cause)).collect();
    assert_eq!(causes, expected);
}

#[tokio::test(start_paused = true)]
async fn a_rejection_is_the_same_at_once_and_in_a_run() {
    for case in cases() {
        let harness = instance(&case).open();
        let at_once = harness.post(case.operation, at_once(case.body.clone())).await;
        let number = harness.post(case.operation, case.body).await.number();
        harness.run().await;
        let in_a_run = harness.show(&number).await;
        for member in ["error_code", "error_description", "life_cycle_state", "request"] {
            assert_eq!(at_once.member(member), in_a_run.member(member), "{}", case.why);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejected_command_changes_nothing_at_the_head_end() {
    for case in cases() {
        let harness = instance(&case).open();
        let picture = |harness: &Harness| {
            harness.look(|state, now| {
                let cards: Vec<String> = state
                    .cards(now)
                    .map(|card| {
                        let active = state.entitlements(&card.id, now);
                        let pairing = state.pairing_of_card(&card.id);
                        format!("{card:?} {active:?} {pairing:?} {}", card.pin.expose())
                    })
                    .collect();
                cards.join("\n")
            })
        };
        let before = picture(&harness);
        let _ = harness.post(case.operation, at_once(case.body)).await;
        assert_eq!(picture(&harness), before, "{}", case.why);
    }
}

#[tokio::test(start_paused = true)]
async fn another_wire_profile_tells_the_same_causes_by_its_own_codes() {
    let mut story = String::new();
    for name in Profile::names() {
        let harness = HarnessBuilder::demo()
            .with(|settings| settings.cas.profile = Profile::shipped(name).unwrap())
            .open();
        let body = at_once(service_on_card("S60666", "P1test", "01900080291"));
        let reply = harness.post("add_subscriptions", body).await;
        story.push_str(&format!("{name}: {}\n", reply.member("error_code")));
    }
    insta::assert_snapshot!(story, @r"
    public: CLIENT_NOT_MANAGED_BY_SMS
    extended: CLIENT_BLOCKED
    guess: CLIENT_NOT_MANAGED_BY_SMS
    strict: CLIENT_NOT_MANAGED_BY_SMS
    ");
}
