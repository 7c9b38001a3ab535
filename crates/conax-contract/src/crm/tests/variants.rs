//! Other ways of writing the same call, switches, and answers that no example shows.

use crate::crm::{
    Call, FieldsSet, Member, Operation, Reading, Refusal, RefusalCode, Shape, SuccessTexts,
    Writing, ok_empty, ok_list, ok_object, ok_token, parse_body, parse_body_or_empty, parse_query,
    read_call, refused,
};

use super::documented_responses::any_record;

const LENIENT: Reading = Reading {
    strict_identifiers: false,
    lenient_pairing_sets: true,
    smartcard_by_ca_id: true,
    pin_digit_count: None,
    ignores_unknown_fields: true,
};

const STRICT: Reading = Reading {
    strict_identifiers: true,
    lenient_pairing_sets: false,
    smartcard_by_ca_id: false,
    pin_digit_count: Some(4),
    ignores_unknown_fields: false,
};

/// The call in one line, or the message of the refusal.
fn post(operation: Operation, body: &str, reading: &Reading) -> String {
    let params = parse_body(body.as_bytes()).unwrap();
    told(read_call(operation, &params, reading))
}

fn get(operation: Operation, query: &str, reading: &Reading) -> String {
    let params = parse_query(query).unwrap();
    told(read_call(operation, &params, reading))
}

fn told(call: Result<Call<'_>, Refusal>) -> String {
    match call {
        Ok(call) => format!("{call:?}"),
        Err(refusal) => format!("refused: {}", refusal.message),
    }
}

#[test]
fn a_query_names_a_request_in_many_ways_unless_reading_is_strict() {
    let ways = [
        "provisioning_request_identifier=number=4049",
        "provisioning_request_identifier=number%3D4049",
        "provisioning_request_identifier=id=FA2BA704F393A8BE1A6CF108A4C8B214",
        "provisioning_request_identifier=number=4=0=4=9",
        "provisioning_request_identifier={\"number\":\"4049\"}",
        "provisioning_request_identifier=%7B%22number%22:%20%2240\\u0034\\u0039%22%7D",
        "provisioning_request_identifier.number=4049",
        "provisioning_request_identifier[number]=4049",
        "provisioning_request_identifier%5Bnumber%5D=4049",
        "number=4049",
        "id=1&number=",
        "provisioning_request_identifier=number=40+49",
    ];
    let mut story = String::new();
    for way in ways {
        let loose = get(Operation::Show, way, &Reading::default());
        let strict = get(Operation::Show, way, &STRICT);
        story.push_str(&format!("{way}\n    {}\n", loose.replace("FieldsSet(2097151)", "all")));
        if strict != loose {
            story.push_str(&format!("    strict: {strict}\n"));
        }
    }
    insta::assert_snapshot!(story);
}

#[test]
fn booleans_come_in_six_forms() {
    let immediate = |value: &str| {
        let body = format!(
            r#"{{"subscription_identifier":{{"id":"1"}},"smartcard_identifier":{{"id":"2"}},
                "process_immediately":{value}}}"#
        );
        let params = parse_body(body.as_bytes()).unwrap();
        match read_call(Operation::ResetPinToDefaultValue, &params, &LENIENT).unwrap() {
            Call::ResetPinToDefaultValue(call) => call.submission.process_immediately,
            other => panic!("read as {other:?}"),
        }
    };
    for value in ["true", "1", "\"true\"", "\"1\""] {
        assert!(immediate(value), "{value}");
    }
    for value in ["false", "0", "\"false\"", "\"0\"", "null"] {
        assert!(!immediate(value), "{value}");
    }
}

#[test]
fn a_smartcard_can_be_named_by_its_ca_id_where_the_documentation_says_so() {
    let bodies = [
        r#"{"subscription_identifier":{"id":"1"},"smartcard_identifier":"sc20000010"}"#,
        r#"{"subscription_identifier":{"id":"1"},
            "smartcard_identifier":{"smartcard_ca_id":"sc20000010"}}"#,
    ];
    let mut story = String::new();
    for body in bodies {
        for (name, reading) in [("lenient", LENIENT), ("strict", STRICT)] {
            let told = post(Operation::ResetPinToDefaultValue, body, &reading);
            story.push_str(&format!("{name}: {told}\n"));
        }
    }
    insta::assert_snapshot!(story);
}

#[test]
fn both_sets_are_taken_only_when_reading_is_lenient() {
    let body = r#"{"smartcard_identifier":{"id":"1"},
        "smartcard_set":[{"smartcard_ca_id":"a"},{"smartcard_ca_id":"b"}],
        "stb_set":[{"stb_ca_id":"c","colour":"red"}]}"#;
    let told =
        [LENIENT, STRICT].map(|reading| post(Operation::AddToExistingPairing, body, &reading));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_whole_number_is_whole_however_it_is_written() {
    let immediately = |value: &str| {
        let body = format!(
            r#"{{"subscription_identifier":{{"id":"1"}},"service_identifier":{{"id":"1"}},
                "smartcard_identifier":{{"id":"1"}},"process_immediately":{value}}}"#
        );
        post(Operation::AddSubscriptions, &body, &LENIENT)
    };
    for (written, plain) in [("1.0", "1"), ("1e0", "1"), ("0.0", "0"), ("-0", "0")] {
        assert_eq!(immediately(written), immediately(plain), "{written}");
    }
    let pin = |value: &str| {
        let body = format!(
            r#"{{"subscription_identifier":{{"id":"1"}},"smartcard_identifier":{{"id":"1"}},
                "pin":{value}}}"#
        );
        let params = parse_body(body.as_bytes()).unwrap();
        match read_call(Operation::ResetPinToGivenValue, &params, &LENIENT) {
            Ok(Call::ResetPinToGivenValue(call)) => Some(call.pin.expose().to_owned()),
            _ => None,
        }
    };
    for (written, digits) in [
        ("1234.0", Some("1234")),
        ("12e2", Some("1200")),
        ("1e19", Some("10000000000000000000")),
        ("12.5", None),
        ("0.9999999999999999", None),
        ("-1.0", None),
        ("1e20", None),
    ] {
        assert_eq!(pin(written).as_deref(), digits, "{written}");
    }
}

#[test]
fn a_pin_keeps_its_leading_zeros_and_may_be_a_number() {
    let pin = |value: &str, reading: &Reading| {
        let body = format!(
            r#"{{"subscription_identifier":{{"id":"1"}},"smartcard_identifier":{{"id":"2"}},
                "pin":{value}}}"#
        );
        let params = parse_body(body.as_bytes()).unwrap();
        match read_call(Operation::ResetPinToGivenValue, &params, reading) {
            Ok(Call::ResetPinToGivenValue(call)) => call.pin.expose().to_owned(),
            Ok(other) => panic!("read as {other:?}"),
            Err(refusal) => refusal.message,
        }
    };
    let default = Reading::default();
    assert_eq!(pin("\"0012\"", &default), "0012");
    assert_eq!(pin("1234", &default), "1234");
    assert_eq!(pin("\"123456789\"", &default), "123456789");
    assert_eq!(
        pin("\"123456789\"", &STRICT),
        "The parameter `pin` must have 4 digits; found 9. Its value is not shown."
    );
}

#[test]
fn counts_beyond_the_machine_mean_as_many_as_it_can_count() {
    let query = "type=ADD_SUBSCRIPTIONS&number_of_results=99999999999999999999999&offset=007";
    let params = parse_query(query).unwrap();
    match read_call(Operation::List, &params, &Reading::default()).unwrap() {
        Call::List(call) => {
            assert_eq!(call.number_of_results, Some(usize::MAX));
            assert_eq!(call.offset, 7);
        }
        other => panic!("read as {other:?}"),
    }
}

#[test]
fn the_newer_date_wins_over_the_older_one() {
    let dates = |members: &str| {
        let body = format!(
            r#"{{"subscription_identifier":{{"id":"1"}},"service_identifier":{{"id":"2"}},
                "smartcard_identifier":{{"id":"3"}}{members}}}"#
        );
        let params = parse_body(body.as_bytes()).unwrap();
        match read_call(Operation::AddSubscriptions, &params, &LENIENT).unwrap() {
            Call::AddSubscriptions(call) => format!("{:?}", call.requested_date()),
            other => panic!("read as {other:?}"),
        }
    };
    let start = r#","start_date":"2014-11-30T09:00:00""#;
    let scheduled = r#","scheduled_date":"2014-12-01T10:00:00""#;
    assert_eq!(dates(""), "None");
    assert_eq!(dates(start), "Some(2014-11-30T09:00:00)");
    assert_eq!(dates(scheduled), "Some(2014-12-01T10:00:00)");
    assert_eq!(dates(&format!("{start}{scheduled}")), "Some(2014-12-01T10:00:00)");
}

#[test]
fn a_body_may_be_empty_only_where_the_caller_says_so() {
    for body in [&b""[..], b" \r\n\t", b"\xef\xbb\xbf"] {
        assert!(parse_body(body).is_err());
        let params = parse_body_or_empty(body).unwrap();
        let call = read_call(Operation::IssueTokenForWebApiKey, &params, &Reading::default());
        assert_eq!(call, Ok(Call::IssueTokenForWebApiKey { unit: None }));
    }
    assert!(parse_body_or_empty(b"[]").is_err());
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_body() {
    let params = parse_body(b"\xef\xbb\xbf{\"token\":\"T\"}").unwrap();
    assert_eq!(params.token(), Some("T"));
}

#[test]
fn answers_without_a_record() {
    let newer = Writing { success_texts: SuccessTexts::Empty, ..Writing::default() };
    let refusal = Refusal::invalid_token().described("More.");
    let answers = [
        ok_token(Writing::default(), "T\"1"),
        ok_empty(Writing::default()),
        ok_empty(newer),
        ok_list(newer, FieldsSet::ALL, [].into_iter()),
        refused(&Refusal::invalid_token()),
        refused(&refusal),
    ]
    .map(|bytes| String::from_utf8(bytes).unwrap());
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn the_shape_and_the_fields_asked_for_decide_together() {
    let fields = FieldsSet::parse(" id , number,provider_error_code,unknown,reference_number");
    let answers = Shape::ALL.map(|shape| {
        let writing = Writing { shape, ..Writing::default() };
        String::from_utf8(ok_object(writing, fields, &any_record())).unwrap()
    });
    insta::assert_snapshot!(answers.join("\n"), @r#"
    {"status":{"message":null,"description":null,"code":"OK"},"data":{"number":null,"provider_error_code":null,"id":"81F2271B9CFFA72D16DB4D2467FAC617","reference_number":null}}
    {"status":{"message":null,"description":null,"code":"OK"},"data":{"provider_error_code":null,"id":"81F2271B9CFFA72D16DB4D2467FAC617"}}
    {"status":{"message":null,"description":null,"code":"OK"},"data":{"number":null,"id":"81F2271B9CFFA72D16DB4D2467FAC617","reference_number":null}}
    "#);
    assert_eq!(FieldsSet::parse(" , ,"), FieldsSet::ALL);
    assert_eq!(FieldsSet::parse("nothing_known"), FieldsSet::NONE);
    assert_eq!(FieldsSet::ALL.members().count(), Member::ALL.len());
}

#[test]
fn a_name_in_fields_set_that_no_member_has_is_refused_or_ignored() {
    let list = |fields: &str, reading: &Reading| {
        let query = format!("life_cycle_state=PENDING&fields_set={fields}");
        let params = parse_query(&query).unwrap();
        match read_call(Operation::List, &params, reading) {
            Ok(Call::List(call)) => {
                call.fields.members().map(Member::code).collect::<Vec<_>>().join(",")
            }
            Ok(other) => format!("{other:?}"),
            Err(refusal) => refusal.to_string(),
        }
    };
    for (fields, hint) in [
        ("id,nmber", "Was `number` meant?"),
        ("ID", "Was `id` meant?"),
        ("log_information.created_date", "What is inside a field cannot be asked for alone."),
        ("colour", "`colour`"),
    ] {
        let refused = list(fields, &STRICT);
        assert!(refused.contains("`fields_set`") && refused.contains(hint), "{refused}");
        assert!(!list(fields, &LENIENT).contains("`fields_set`"), "{fields}");
    }
    assert_eq!(list("id,colour", &LENIENT), "id");
    assert_eq!(list("%20id%20,%20,number", &STRICT), "number,id");
}

#[test]
fn shapes_have_as_many_members_as_the_examples() {
    let counts = Shape::ALL.map(|shape| shape.members().members().count());
    assert_eq!(counts, [21, 19, 19]);
}

#[test]
fn refusals_of_the_resolver_and_the_door_are_full_sentences() {
    use crate::crm::Classification;
    let id = "98D375E905CD31F4CC780342525B2078";
    let refusals = [
        Refusal::not_found(
            RefusalCode::SubscriptionNotFound,
            "subscription_identifier",
            "id",
            id,
            "subscription",
        ),
        Refusal::not_found(
            RefusalCode::ProductNotFound,
            "service_identifier",
            "code",
            "a\u{0}b\n`c`\u{202e}",
            "product",
        ),
        Refusal::wrong_classification(
            "service_identifier",
            "P1",
            Classification::Service,
            "a product classified as a commodity",
        ),
        Refusal::not_related_to_subscription("smartcard_identifier", "S1", "S60058"),
        Refusal::invalid_credentials(),
        Refusal::invalid_web_api_key(),
        Refusal::unknown_method("/x", None),
        Refusal::unknown_method("/lst", Some(Operation::List.path())),
        Refusal::wrong_verb(Operation::List, "POST"),
        Refusal::body_too_large(1024),
        Refusal::of_protocol(RefusalCode::UriTooLong),
        Refusal::unexpected_fault("00000001"),
    ];
    let mut story: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    for body in [
        "{}",
        r#"{"token":""}"#,
        r#"{"token":5}"#,
        r#"{"token":null}"#,
        r#"{"Token":"T"}"#,
        r#"{"token":"T"}"#,
    ] {
        let params = parse_body(body.as_bytes()).unwrap();
        story.push(format!("{body}: {}", Refusal::missing_token(&params)));
    }
    insta::assert_snapshot!(story.join("\n"));
}
