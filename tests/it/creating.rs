//! What the six creating operations make of their parameters.

use conax_contract::crm::{Operation, Reading, RefusalCode};
use conax_tests::bodies::{
    addition, creating, given_pin, pairing, pin_reset, sport_on, valid, with,
};
use conax_tests::{Call, HarnessBuilder};
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn every_call_makes_one_pending_request_of_its_type_with_the_defaults() {
    let harness = HarnessBuilder::demo().open();
    let mut story = String::new();
    for operation in creating() {
        let reply = harness.post(operation.name(), valid(operation)).await;
        let expected = operation.creates().unwrap();
        assert_eq!(reply.member("type"), expected.code());
        for (member, default) in [
            ("life_cycle_state", "PENDING"),
            ("priority", "REGULAR"),
            ("process_immediately", "0"),
            ("scheduled_date", "2014-09-24T15:00:00"),
            ("sequence_number", "null"),
            ("process_id", "null"),
            ("name", "null"),
        ] {
            assert_eq!(reply.member(member), default, "{} {member}", operation.name());
        }
        story.push_str(&format!(
            "{} {} by {}: {}\n",
            reply.number(),
            expected.code(),
            reply.member("process_name"),
            reply.parameters()
        ));
    }
    insta::assert_snapshot!(story);
}

#[tokio::test(start_paused = true)]
async fn the_same_call_again_makes_another_request() {
    let harness = HarnessBuilder::demo().open();
    let first = harness.post("add_subscriptions", sport_on("01900080208")).await;
    let second = harness.post("add_subscriptions", sport_on("01900080208")).await;
    assert_ne!(first.id(), second.id());
    assert_eq!((first.number(), second.number()), ("4050".to_owned(), "4051".to_owned()));
    assert_eq!(harness.numbers("type=ADD_SUBSCRIPTIONS").await, "3702 3704 4050 4051");
}

#[tokio::test(start_paused = true)]
async fn the_reply_the_shown_and_the_listed_request_are_one() {
    let harness = HarnessBuilder::demo().open();
    for operation in creating() {
        let created = harness.post(operation.name(), valid(operation)).await;
        let shown = harness.show(&created.number()).await;
        let listed = harness.list("life_cycle_state=PENDING").await;
        assert_eq!(created.ok(), shown.ok());
        assert_eq!(listed.last(), Some(shown.ok()));
    }
}

#[tokio::test(start_paused = true)]
async fn process_immediately_is_taken_in_all_its_spellings() {
    let harness = HarnessBuilder::demo().open();
    for (spelling, printed) in [
        (json!(true), "1"),
        (json!(1), "1"),
        (json!("true"), "1"),
        (json!("1"), "1"),
        (json!(false), "0"),
        (json!(0), "0"),
        (json!("false"), "0"),
        (json!("0"), "0"),
        (Value::Null, "0"),
    ] {
        let body = with(sport_on("01900080208"), "process_immediately", spelling.clone());
        let reply = harness.post("add_subscriptions", body).await;
        assert_eq!(reply.member("process_immediately"), printed, "{spelling}");
        let sent = reply.member("life_cycle_state") == "COMPLETED";
        assert_eq!(sent, printed == "1", "{spelling}");
    }
    for wrong in
        [json!("yes"), json!("TRUE"), json!(2), json!(-1), json!(0.5), json!([]), json!("")]
    {
        let body = with(sport_on("01900080208"), "process_immediately", wrong);
        let reply = harness.post("add_subscriptions", body).await;
        let message = reply.refused(RefusalCode::InvalidParameterValue);
        assert!(message.contains("`process_immediately` must be true, false, 1 or 0"), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_priority_is_one_of_two_words_and_regular_unless_said() {
    let harness = HarnessBuilder::demo().open();
    for operation in creating() {
        for (priority, printed) in
            [(json!("EXPRESS"), "EXPRESS"), (json!("REGULAR"), "REGULAR"), (Value::Null, "REGULAR")]
        {
            let body = with(valid(operation), "priority", priority);
            assert_eq!(harness.post(operation.name(), body).await.member("priority"), printed);
        }
        for (wrong, hint) in [
            (json!("express"), "Did you mean `EXPRESS`?"),
            (json!("URGENT"), "Did you mean `EXPRESS`?"),
            (json!("NORMAL"), "Did you mean `REGULAR`?"),
            (json!("SOON"), "found `SOON`"),
            (json!(1), "found the number 1"),
        ] {
            let reply =
                harness.post(operation.name(), with(valid(operation), "priority", wrong)).await;
            let message = reply.refused(RefusalCode::InvalidParameterValue);
            assert!(message.contains(hint), "{message}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_newer_date_wins_over_the_older_and_only_two_operations_know_the_older() {
    let harness = HarnessBuilder::demo().open();
    for operation in creating() {
        let knows_start = operation.parameter("start_date").is_some();
        assert_eq!(
            knows_start,
            matches!(operation, Operation::AddSubscriptions | Operation::CancelSubscriptions)
        );
        let (older, newer) = ("2014-11-30T09:00:00", "2015-01-31T23:59:59");
        let start = with(valid(operation), "start_date", json!(older));
        let both = with(start.clone(), "scheduled_date", json!(newer));
        let only_newer = with(valid(operation), "scheduled_date", json!(newer));
        let of_start = if knows_start { older } else { "2014-09-24T15:00:00" };
        for (body, expected) in [(start, of_start), (both, newer), (only_newer, newer)] {
            let reply = harness.post(operation.name(), body).await;
            assert_eq!(reply.member("scheduled_date"), expected, "{}", operation.name());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn any_date_of_the_calendar_is_taken_and_printed_unchanged() {
    let harness = HarnessBuilder::demo().open();
    for date in [
        "0001-01-01T00:00:00",
        "1999-12-31T23:59:59",
        "2016-02-29T12:00:00",
        "2014-09-24T15:00:00",
        "9999-12-31T23:59:59",
    ] {
        let body = with(sport_on("01900080208"), "start_date", json!(date));
        assert_eq!(harness.post("add_subscriptions", body).await.member("scheduled_date"), date);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_date_is_refused_with_the_form_that_is_one() {
    let harness = HarnessBuilder::demo().open();
    let mut story = String::new();
    for wrong in [
        json!("2014-11-30"),
        json!("2014-11-30 09:00:00"),
        json!("2014-11-30T09:00:00Z"),
        json!("2014-11-30T09:00:00+02:00"),
        json!("2014-11-30T09:00:00.000"),
        json!("30/11/2014"),
        json!("2014-02-30T09:00:00"),
        json!("2014-11-30T24:00:00"),
        json!("0000-01-01T00:00:00"),
        json!("soon"),
        json!(""),
        json!(1_417_338_000),
        json!({ "date": "2014-11-30" }),
    ] {
        let body = with(sport_on("01900080208"), "start_date", wrong);
        let reply = harness.post("add_subscriptions", body).await;
        story.push_str(reply.refused(RefusalCode::InvalidParameterValue));
        story.push('\n');
    }
    insta::assert_snapshot!(story);
    assert_eq!(harness.request_count(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_creation_is_printed_in_whole_seconds() {
    let harness = HarnessBuilder::demo().open();
    harness.passes(std::time::Duration::from_millis(61_999)).await;
    let reply = harness.post("add_subscriptions", sport_on("01900080208")).await;
    assert_eq!(reply.member("scheduled_date"), "2014-09-24T15:01:01");
    assert_eq!(reply.ok()["log_information"]["created_date"], "2014-09-24T15:01:01");
    // What is due at its creation is due for the very next run.
    assert_eq!(harness.run().await.completed_count, 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_subscription_pairing_sets_are_taken_as_they_are() {
    let harness = HarnessBuilder::demo().open();
    let body = pairing(
        &["01900080208", "01900080209", "99999999999"],
        &["3012345601", "x-1", "01900080210"],
    );
    let reply = harness.post("create_pairing", body).await;
    assert_eq!(
        reply.parameters(),
        "smartcard_ca_id=01900080208 smartcard_ca_id=01900080209 smartcard_ca_id=99999999999 \
         stb_ca_id=01900080210 stb_ca_id=3012345601 stb_ca_id=x-1"
    );
}

#[tokio::test(start_paused = true)]
async fn an_addition_takes_one_set_unless_the_instance_is_told_to_take_both() {
    let cards = json!([{ "smartcard_ca_id": "01900080209" }]);
    let stbs_only = addition("01900080208", &["3012345601"]);
    let both = with(stbs_only.clone(), "smartcard_set", cards.clone());
    let none = conax_tests::bodies::without(stbs_only.clone(), "stb_set");
    let cards_only = with(none.clone(), "smartcard_set", cards);
    for lenient in [false, true] {
        let reading = Reading { lenient_pairing_sets: lenient, ..Reading::default() };
        let harness = HarnessBuilder::demo().with(|settings| settings.crm.reading = reading).open();
        for (body, taken) in [
            (stbs_only.clone(), true),
            (cards_only.clone(), true),
            (both.clone(), lenient),
            (none.clone(), false),
        ] {
            let reply = harness.post("add_to_existing_pairing", body).await;
            match taken {
                true => assert_eq!(reply.code(), "OK", "{}", reply.text),
                false => {
                    let message = reply.refused(RefusalCode::SemiOptionalParameters);
                    assert!(message.contains("`smartcard_set`, `stb_set`"), "{message}");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn distributions_are_printed_exactly_when_a_subscription_was_named() {
    let harness = HarnessBuilder::demo().open();
    let body = pairing(&["01900080208"], &["3012345601"]);
    let without = harness.post("create_pairing", body.clone()).await;
    assert!(!without.parameters().contains("distribut"), "{}", without.parameters());
    let body = with(body, "subscription_identifier", json!({ "number": "S60600" }));
    let named = harness.post("create_pairing", body).await;
    assert_eq!(named.parameters().matches("distribut").count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_pin_is_taken_as_digits_or_as_a_number_and_reaches_the_card_as_it_was_given() {
    let harness = HarnessBuilder::demo().open();
    for (pin, stored) in [(json!("0042"), "0042"), (json!(1234), "1234")] {
        let body = with(pin_reset("S60600", "01900080208"), "pin", pin);
        let body = with(body, "process_immediately", json!(true));
        let reply = harness.post("reset_pin_to_given_value", body).await;
        assert_eq!(reply.member("life_cycle_state"), "COMPLETED");
        assert_eq!(harness.pin("01900080208"), stored);
    }
    for wrong in [
        json!("12a4"),
        json!(""),
        json!(-1),
        json!(12.5),
        json!(null),
        json!("１２３４"),
        json!(["1"]),
    ] {
        let body = with(pin_reset("S60600", "01900080208"), "pin", wrong);
        let reply = harness.post("reset_pin_to_given_value", body).await;
        assert!(reply.message().contains("`pin`"), "{}", reply.text);
    }
}

#[tokio::test(start_paused = true)]
async fn the_number_of_digits_of_a_pin_is_checked_when_the_instance_is_told_to() {
    let reading = Reading { pin_digit_count: Some(4), ..Reading::default() };
    let harness = HarnessBuilder::demo().with(|settings| settings.crm.reading = reading).open();
    for (pin, taken) in [("123", false), ("1234", true), ("12345", false)] {
        let reply =
            harness.post("reset_pin_to_given_value", given_pin("S60600", "01900080208", pin)).await;
        assert_eq!(reply.code() == "OK", taken);
        assert!(!reply.text.contains(&format!("`{pin}`")));
    }
}

#[tokio::test(start_paused = true)]
async fn parameters_nobody_knows_are_ignored() {
    let harness = HarnessBuilder::demo().open();
    for operation in creating() {
        let mut body = valid(operation);
        for name in ["pin_number", "fields_set", "colour", "data", "status", ""] {
            body = with(body, name, json!({ "any": ["thing", 1] }));
        }
        assert_eq!(harness.post(operation.name(), body).await.code(), "OK");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_are_the_same_whatever_the_order_of_their_members() {
    let harness = HarnessBuilder::demo().open();
    let body = format!(
        r#"{{"priority":"EXPRESS","smartcard_identifier":{{"serial_number":"01900080208"}},
            "token":"{}","service_identifier":{{"code":"SPORT"}},
            "subscription_identifier":{{"number":"S60600"}}}}"#,
        harness.token
    );
    let reply = harness.send(Call::operation(Operation::AddSubscriptions, &body)).await;
    assert_eq!(reply.member("priority"), "EXPRESS");
}
