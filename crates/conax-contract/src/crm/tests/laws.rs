//! Laws that hold for every input.

use chrono::{Days, NaiveDate, NaiveDateTime};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

use crate::crm::{
    DateText, FieldsSet, Member, Operation, Reading, Refusal, RefusalCode, Shape, Writing,
    find_route, mask_json, mask_query, ok_object, parse_body, parse_body_or_empty, parse_query,
    read_call, refused,
};

use super::documented_responses::any_record;

/// A text that no message holds unless it repeats a secret.
const SECRET: &str = "s3cr3t-h6k9";

const READINGS: [Reading; 2] = [
    Reading {
        strict_identifiers: false,
        lenient_pairing_sets: true,
        smartcard_by_ca_id: true,
        pin_digit_count: None,
        ignores_unknown_fields: true,
    },
    Reading {
        strict_identifiers: true,
        lenient_pairing_sets: false,
        smartcard_by_ca_id: false,
        pin_digit_count: Some(4),
        ignores_unknown_fields: false,
    },
];

/// Names that mean something somewhere, and some that do not.
fn name() -> impl Strategy<Value = String> {
    let known: Vec<String> = Operation::ALL
        .into_iter()
        .flat_map(|operation| operation.parameters().iter())
        .map(|entry| entry.name.to_owned())
        .chain(
            ["id", "number", "serial_number", "smartcard_ca_id", "stb_ca_id", "Pin", "tokens"]
                .map(str::to_owned),
        )
        .collect();
    prop_oneof![
        8 => prop::sample::select(known),
        1 => "[a-z_.=\\[\\]%+]{0,12}",
        1 => any::<String>(),
    ]
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// Any JSON value, often a plausible one.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|truth| truth.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        (-1e300..1e300).prop_map(|number| quoted(&format!("{number}"))),
        "[0-9]{0,8}".prop_map(|text| quoted(&text)),
        any::<String>().prop_map(|text| quoted(&text)),
        prop::sample::select(vec!["EXPRESS", "PENDING", "2014-11-30T09:00:00", "express"])
            .prop_map(quoted),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|values| format!("[{}]", values.join(","))),
            members(inner),
        ]
    })
}

fn members(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::collection::vec((name(), value), 0..6).prop_map(|members| {
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
        format!("{{{}}}", members.join(","))
    })
}

/// An object whose secrets hold the one secret text, of one kind or another.
fn body_with_secrets() -> impl Strategy<Value = String> {
    let secret = prop::sample::select(vec![
        quoted(SECRET),
        format!("[{}]", quoted(SECRET)),
        format!("{{{}:1}}", quoted(SECRET)),
    ]);
    (members(json()), secret, any::<bool>()).prop_map(|(object, secret, last)| {
        let secrets = format!("\"token\":{secret},\"pin\":{secret},\"password\":{secret}");
        let inner = &object[1..object.len() - 1];
        match (inner.is_empty(), last) {
            (true, _) => format!("{{{secrets}}}"),
            (false, true) => format!("{{{inner},{secrets}}}"),
            (false, false) => format!("{{{secrets},{inner}}}"),
        }
    })
}

/// What every refusal owes to whoever reads it.
fn check_refusal(refusal: &Refusal) {
    assert_ne!(refusal.code, RefusalCode::UnexpectedFault, "{refusal:?}");
    let description = refusal.description.as_deref();
    for sentence in [Some(refusal.message.as_str()), description].into_iter().flatten() {
        assert!(!sentence.is_empty(), "{refusal:?}");
        assert!(sentence.ends_with(['.', '?']), "{refusal:?}");
        assert!(!sentence.contains(SECRET), "{refusal:?}");
        assert!(!sentence.contains(char::is_control), "{refusal:?}");
        assert!(sentence.chars().count() < 4_000, "{refusal:?}");
    }
    let written: serde_json::Value = serde_json::from_slice(&refused(refusal)).unwrap();
    assert_eq!(written["status"]["code"], refusal.code.code());
}

fn check_body(body: &[u8]) {
    let params = match parse_body(body) {
        Ok(params) => params,
        Err(refusal) => return check_refusal(&refusal),
    };
    for operation in Operation::ALL {
        for reading in &READINGS {
            match read_call(operation, &params, reading) {
                Ok(call) => assert!(!format!("{call:?}").contains(SECRET)),
                Err(refusal) => check_refusal(&refusal),
            }
        }
    }
    check_refusal(&Refusal::missing_token(&params));
}

fn check_query(query: &str) {
    let params = match parse_query(query) {
        Ok(params) => params,
        Err(refusal) => return check_refusal(&refusal),
    };
    for operation in Operation::ALL {
        for reading in &READINGS {
            if let Err(refusal) = read_call(operation, &params, reading) {
                check_refusal(&refusal);
            }
        }
    }
}

fn any_date() -> impl Strategy<Value = NaiveDateTime> {
    let days = 0..3_652_059_u64;
    (days, 0..24_u32, 0..60_u32, 0..60_u32).prop_map(|(days, hour, minute, second)| {
        NaiveDate::from_ymd_opt(1, 1, 1)
            .unwrap()
            .checked_add_days(Days::new(days))
            .unwrap()
            .and_hms_opt(hour, minute, second)
            .unwrap()
    })
}

proptest! {
    // Half the usual number: the bodies are large, and the suite should stay quick.
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_body(&bytes);
        let _ = parse_body_or_empty(&bytes);
        let _ = mask_json(&bytes);
        check_query(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_object_makes_reading_panic_or_betray_a_secret(body in body_with_secrets()) {
        check_body(body.as_bytes());
    }

    #[test]
    fn a_cut_body_is_refused_without_its_secrets(body in body_with_secrets(), cut in 0.0..1.0_f64) {
        let length = (body.len() as f64 * cut) as usize;
        check_body(&body.as_bytes()[..length]);
    }

    #[test]
    fn no_query_makes_reading_panic_or_betray_a_secret(
        pairs in prop::collection::vec((name(), ".{0,12}"), 0..5),
    ) {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let query = format!("token={SECRET}&{}&pin={SECRET}&password={SECRET}", pairs.join("&"));
        check_query(&query);
        assert!(!mask_query(&query).contains(SECRET));
    }

    #[test]
    fn a_kept_body_has_no_secret_and_stays_json(body in body_with_secrets()) {
        let kept = mask_json(body.as_bytes());
        assert!(!kept.contains(SECRET), "{kept}");
        assert!(serde_json::from_str::<serde::de::IgnoredAny>(&kept).is_ok(), "{kept}");
    }

    #[test]
    fn what_has_no_secret_is_kept_as_it_is(
        values in prop::collection::vec("[a-z\"\\\\{}:,\u{e4}]{0,8}", 0..5),
    ) {
        let members: Vec<String> = values
            .iter()
            .zip(1..)
            .map(|(value, place)| format!("\"m{place}\" : {}", quoted(value)))
            .collect();
        let body = format!("{{ {} }}", members.join(" , "));
        assert_eq!(mask_json(body.as_bytes()), body);
    }

    #[test]
    fn a_query_is_decoded_as_it_was_encoded(value in ".{1,20}") {
        let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let query = format!("reference_number={encoded}");
        let params = parse_query(&query).unwrap();
        let call = read_call(Operation::List, &params, &Reading::default());
        let told = format!("{call:?}");
        let blank = value.trim().is_empty();
        assert_eq!(told.contains(&format!("ReferenceNumber({value:?})")), !blank, "{told}");
    }

    #[test]
    fn exactly_the_named_members_are_printed(bits in 0..(1_u32 << 21)) {
        let named: Vec<&str> = Member::ALL
            .into_iter()
            .filter(|member| bits & (1 << *member as u32) != 0)
            .map(Member::code)
            .collect();
        let fields = match named.as_slice() {
            [] => FieldsSet::NONE,
            named => FieldsSet::parse(&format!(" {} ,unknown", named.join(" ,"))),
        };
        let written = ok_object(Writing::default(), fields, &any_record());
        let answer: serde_json::Value = serde_json::from_slice(&written).unwrap();
        let printed: Vec<&String> = answer["data"].as_object().unwrap().keys().collect();
        assert_eq!(printed.len(), named.len());
        assert!(named.iter().all(|name| printed.iter().any(|printed| printed == name)));
    }

    #[test]
    fn a_shape_prints_no_other_member(bits in 0..(1_u32 << 21)) {
        let fields: FieldsSet = Member::ALL
            .into_iter()
            .filter(|member| bits & (1 << *member as u32) != 0)
            .collect();
        for shape in Shape::ALL {
            let printed = fields.intersection(shape.members());
            assert!(printed.members().all(|member| shape.members().contains(member)));
            assert!(printed.members().all(|member| fields.contains(member)));
        }
    }

    #[test]
    fn a_date_comes_back_as_it_went_out(date in any_date()) {
        let text = DateText::new(date).text();
        let body = format!(
            "{{\"smartcard_set\":[{{\"smartcard_ca_id\":\"1\"}}],\
             \"stb_set\":[{{\"stb_ca_id\":\"1\"}}],\"scheduled_date\":\"{text}\"}}"
        );
        let params = parse_body(body.as_bytes()).unwrap();
        let call = read_call(Operation::CreatePairing, &params, &Reading::default()).unwrap();
        assert!(format!("{call:?}").contains(&format!("scheduled_date: Some({date:?})")));
        let millis = date.and_utc().timestamp_millis();
        assert_eq!(DateText::from_millis(millis), DateText::new(date));
    }

    #[test]
    fn every_point_in_time_can_be_printed(millis in any::<i64>()) {
        let text = DateText::from_millis(millis).text();
        assert_eq!(text.len(), 19);
        assert_eq!(&text[10..11], "T");
    }

    #[test]
    fn no_path_makes_routing_panic(verb in ".{0,8}", path in ".{0,60}") {
        let _ = find_route(&Default::default(), &verb, &path);
    }
}
