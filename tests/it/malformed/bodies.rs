//! Bodies that are no JSON, no object, or hold values of the wrong kind.

use conax_contract::crm::{Need, Operation, ValueKind};
use conax_tests::bodies::{creating, valid, with};
use conax_tests::{Call, Chance};
use serde_json::{Value, json};

use super::Malformed;

/// The operations with a body.
fn posting() -> Vec<Operation> {
    let all = Operation::ALL.into_iter();
    all.filter(|operation| operation.verb() == "POST").collect()
}

/// A body that would succeed, with its token.
pub(crate) fn good(operation: Operation, token: &str) -> Value {
    match operation {
        Operation::IssueToken => {
            json!({ "username": "mpadministrator", "password": "1234", "organisation": "CRMDEMO" })
        }
        Operation::ReleaseToken => json!({ "token": token }),
        Operation::IssueTokenForWebApiKey => json!({ "unit": "EE63A82C4FEBE02FF34E90DD1EBA5ABE" }),
        _ => with(valid(operation), "token", json!(token)),
    }
}

/// Values that are wrong for a parameter of this kind.
fn wrong_for(kind: ValueKind) -> Vec<Value> {
    let mut wrong =
        vec![json!([]), json!([[[]]]), json!(-1), json!(1.5), json!(1e300), json!(""), json!({})];
    let more = match kind {
        ValueKind::Text | ValueKind::Secret => json!([true, 0, "  ", { "text": "x" }]),
        ValueKind::Pin => json!([true, "12a4", " 1234", "１２３４", "1234\n", { "pin": "1" }]),
        ValueKind::Boolean => json!(["yes", "TRUE", 2, "2", " true", "null", "on"]),
        ValueKind::Date => json!([
            true,
            0,
            "now",
            "2014-11-30",
            "2014-13-01T00:00:00",
            "2014-02-29T00:00:00",
            "2014-11-30T09:00:00Z",
            "2014-11-30T9:00:00",
            "+014-11-30T09:00:00",
            "２０１４-11-30T09:00:00",
            "2014-11-30T09:00:60",
            "2014-11-30t09:00:00",
            "\u{0}",
        ]),
        ValueKind::Priority => {
            json!([true, 0, "express", "EXPRESS ", "URGENT", "NULL", "EXPRESS,REGULAR"])
        }
        ValueKind::Identifier(_) => json!([
            true, 0, { "name": "x" }, { "id": null }, { "id": "" }, { "id": " " }, { "id": 1 },
            { "id": {} }, { "id": ["x"] }, { "ID": "x" }, { "number": "1", "id": "1", "code": "1",
            "serial_number": "1", "alternative_code": "1" },
        ]),
        ValueKind::Set(_) => json!([
            true, 0, "1", ["1"], [null], [{}], [1], { "smartcard_ca_id": "1", "stb_ca_id": "1" },
            [{ "smartcard_ca_id": 1, "stb_ca_id": 1 }], [{ "smartcard_ca_id": "", "stb_ca_id": "" }],
            [{ "smartcard_ca_id": null, "stb_ca_id": null }], [[{ "stb_ca_id": "1" }]],
            [{ "ca_id": "1" }],
        ]),
        ValueKind::RequestType
        | ValueKind::LifeCycleState
        | ValueKind::Count
        | ValueKind::FieldNames => json!([]),
    };
    wrong.extend(more.as_array().expect("a list").clone());
    wrong
}

/// Each parameter of each operation with each wrong value, alone and missing.
pub(crate) fn wrong_values(token: &str) -> Vec<Malformed> {
    let mut calls = Vec::new();
    for operation in posting() {
        for entry in operation.parameters() {
            let mut values = wrong_for(entry.value);
            if entry.need == Need::Mandatory {
                values.push(Value::Null);
            }
            let tells = format!("`{}`", entry.name);
            for value in values {
                let body = with(good(operation, token), entry.name, value);
                let call = Call::operation(operation, &body.to_string());
                let tells = [tells.as_str(), "The token is not valid", "The login failed"];
                calls.push(Malformed::new(call, &tells));
            }
        }
    }
    for operation in creating() {
        for entry in operation.parameters() {
            if entry.need == Need::Mandatory {
                let mut body = good(operation, token);
                let members = body.as_object_mut().expect("an object");
                let value = members.remove(entry.name).unwrap_or_default();
                members.insert(format!("{}s", entry.name), value);
                let call = Call::operation(operation, &body.to_string());
                calls.push(Malformed::new(call, &[&format!("`{}`", entry.name)]));
            }
        }
    }
    calls
}

/// Bodies that are no object, or hold a name twice.
pub(crate) fn wrong_shapes(token: &str) -> Vec<Malformed> {
    let mut calls = Vec::new();
    for operation in posting() {
        let whole = good(operation, token).to_string();
        let first = operation.parameters()[0].name;
        let doubled = whole.replacen('{', &format!("{{\"{first}\":\"x\","), 1);
        for (body, tell) in [
            (String::new(), "body"),
            (" \r\n\t".to_owned(), "body"),
            ("null".to_owned(), "body"),
            ("[]".to_owned(), "body"),
            (format!("[{whole}]"), "body"),
            ("\"text\"".to_owned(), "body"),
            ("17".to_owned(), "body"),
            ("true".to_owned(), "body"),
            (format!("{whole}{whole}"), "line 1"),
            (format!("{whole},"), "line 1"),
            (format!("{}\n,}}", whole.trim_end_matches('}')), "line 2"),
            (whole.replace('"', "'"), "line 1"),
            (whole.replace(':', "="), "line 1"),
            (format!("// a remark\n{whole}"), "line 1"),
            (format!("<call>{whole}</call>"), "XML"),
            (format!("token={token}&x=1"), "form"),
            (format!("{{\"deep\":{}{}}}", "[".repeat(500), "]".repeat(500)), "deep"),
            (format!("{{\"deep\":{}", "{\"a\":".repeat(500)), "line 1"),
            ("{\"a\":\u{1}}".to_owned(), "line 1"),
            ("{\"a\":\"\u{1}\"}".to_owned(), "line 1"),
            ("{\"a\":\"\\ud800\"}".to_owned(), "line 1"),
            ("{\"a\":\"\\x41\"}".to_owned(), "line 1"),
            ("{\"a\":01}".to_owned(), "line 1"),
            ("{\"a\":1e999}".to_owned(), "line 1"),
            ("{\"a\":NaN}".to_owned(), "line 1"),
            ("{a:1}".to_owned(), "line 1"),
            ("{\"a\":1,}".to_owned(), "line 1"),
            ("\u{feff}\u{feff}{}".to_owned(), "line 1"),
            (doubled, first),
        ] {
            // Attested: this login is sent without a body.
            let needs_none = operation == Operation::IssueTokenForWebApiKey;
            let tell = if needs_none && body.trim().is_empty() { "The login failed" } else { tell };
            let call = Call::operation(operation, &body);
            calls.push(Malformed::new(call, &[tell]));
        }
        for bytes in [
            &b"\xff\xfe{\x00}\x00"[..],
            b"{\"a\":\"\xff\"}",
            b"{\"a\":\"\xc3\x28\"}",
            b"{\"\xed\xa0\x80\":1}",
            b"\x1f\x8b\x08\x00\x00\x00",
        ] {
            let mut call = Call::operation(operation, "");
            call.body = bytes.to_vec();
            calls.push(Malformed::new(call, &["UTF-8", "line 1"]));
        }
    }
    calls
}

/// A good body, damaged so that it is no JSON any more.
pub(crate) fn broken_json(token: &str, chance: &mut Chance) -> Malformed {
    let operation = *chance.pick(&posting());
    let whole = good(operation, token).to_string().into_bytes();
    let mut body = whole.clone();
    match chance.below(4) {
        0 => body.truncate(1 + chance.below(whole.len() - 1)),
        // No byte below the blank may stand in JSON but tabs and line ends.
        1 => {
            let byte = *chance.pick(&[0, 1, 7, 8, 11, 12, 14, 27, 31]);
            body.insert(chance.below(whole.len()), byte);
        }
        2 => {
            let quotes: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] == b'"').collect();
            body.remove(*chance.pick(&quotes));
        }
        // A byte that starts no character, or goes on with none.
        _ => {
            let byte = *chance.pick(&[0x80, 0xbf, 0xc0, 0xc1, 0xf5, 0xfe, 0xff]);
            body.insert(chance.below(whole.len()), byte);
        }
    }
    let mut call = Call::operation(operation, "");
    call.body = body;
    Malformed::new(call, &["line 1"])
}
