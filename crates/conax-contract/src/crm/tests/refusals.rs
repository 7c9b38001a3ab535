//! What people read when a call is refused, word by word.
//!
//! One file holds all inputs with their answers, so that it can be read from top to bottom.

use crate::crm::{Call, Operation, Reading, Refusal, parse_body, parse_query, read_call};

use Operation::{
    AddSubscriptions, AddToExistingPairing, CreatePairing, IssueToken, List, ReleaseToken,
    ResetPinToDefaultValue, ResetPinToGivenValue, Show,
};

/// Bodies that are not one JSON object.
const UNREADABLE_BODIES: [&[u8]; 33] = [
    b"",
    b"   \r\n ",
    b"null",
    b"true",
    b"17",
    b"\"text\"",
    b"[]",
    b"[{\"token\":\"T\"}]",
    b"{",
    b"{}}",
    b"{} {}",
    b"{\"token\"}",
    b"{\"token\":}",
    b"{\"token\":\"T\",}",
    b"{\"token\":\"T\"",
    b"{\"token\":\"T",
    b"{\"token\" \"T\"}",
    b"{\"priority\":\"EXPRESS\"\n \"token\":\"T\"}",
    b"{\n  \"priority\": EXPRESS\n}",
    b"{token:\"T\"}",
    b"{'token':'T'}",
    b"{\"priority\":tru}",
    b"{\"pin\":01234}",
    b"{\"pin\":1.}",
    b"{\"a\":1e999}",
    b"{\"a\":\"\\q\"}",
    b"{\"a\":\"\\ud800\"}",
    b"{\"a\":\"line\nbreak\"}",
    b"token=T&priority=EXPRESS",
    b"<request><token>T</token></request>",
    b"{\"name\":\"caf\xe9\"}",
    b"{\n\"a\": 1,\n\"b\": \"\xff\"}",
    b"\xff\xfe{\x00}\x00",
];

/// Bodies that are objects and still no set of parameters, with what they are sent to.
const BODIES: [(Operation, &str); 66] = [
    (AddSubscriptions, "{}"),
    (CreatePairing, "{}"),
    (AddToExistingPairing, "{}"),
    (ResetPinToDefaultValue, "{}"),
    (ResetPinToGivenValue, "{}"),
    (IssueToken, "{}"),
    (ReleaseToken, "{}"),
    (AddSubscriptions, r#"{"token":"T","token":"U"}"#),
    (
        AddSubscriptions,
        r#"{"subscripton_identifier":{"id":"1"},"service_identifier":{"id":"2"},"smartcard_identifier":{"id":"3"}}"#,
    ),
    (
        AddSubscriptions,
        r#"{"subscriptionIdentifier":{"id":"1"},"Service_Identifier":{"id":"2"},"SMARTCARD":{"id":"3"}}"#,
    ),
    (
        AddSubscriptions,
        r#"{"subscription_id":"1","service_code":"2","smartcard_serial_number":"3"}"#,
    ),
    (
        AddSubscriptions,
        r#"{"subscription_identifier":null,"service_identifier":{"id":"2"},"smartcard_identifier":{"id":"3"}}"#,
    ),
    (
        AddSubscriptions,
        r#"{"subscription_identifier":"S60058","service_identifier":"P1","smartcard_identifier":"01900080207"}"#,
    ),
    (
        AddSubscriptions,
        r#"{"subscription_identifier":17,"service_identifier":[],"smartcard_identifier":true}"#,
    ),
    (
        AddSubscriptions,
        r#"{"subscription_identifier":{},"service_identifier":{"name":"x"},"smartcard_identifier":{"serialNumber":"3"}}"#,
    ),
    (
        AddSubscriptions,
        r#"{"subscription_identifier":{"id":"1","number":"S1"},"service_identifier":{"id":"1","code":"2","alternative_code":"3"},"smartcard_identifier":{"id":"3"}}"#,
    ),
    (
        AddSubscriptions,
        r#"{"subscription_identifier":{"id":"1","id":"1"},"service_identifier":{"id":""},"smartcard_identifier":{"id":"  "}}"#,
    ),
    (
        AddSubscriptions,
        r#"{"subscription_identifier":{"id":null},"service_identifier":{"id":5},"smartcard_identifier":{"id":{"id":"3"}}}"#,
    ),
    (
        AddSubscriptions,
        r#"{"subscription_identifier":{"code":"1"},"service_identifier":{"number":"2"},"smartcard_identifier":{"smartcard_ca_id":"3"}}"#,
    ),
    (
        AddSubscriptions,
        r#"{"subscription_identifier":{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6},"service_identifier":{"id":"2"},"smartcard_identifier":{"id":"3"}}"#,
    ),
    (AddSubscriptions, r#"{@,"priority":"URGENT"}"#),
    (AddSubscriptions, r#"{@,"priority":"express"}"#),
    (AddSubscriptions, r#"{@,"priority":"EXPRES"}"#),
    (AddSubscriptions, r#"{@,"priority":"normal"}"#),
    (AddSubscriptions, r#"{@,"priority":"purple"}"#),
    (AddSubscriptions, r#"{@,"priority":""}"#),
    (AddSubscriptions, r#"{@,"priority":1}"#),
    (AddSubscriptions, r#"{@,"priority":["EXPRESS"]}"#),
    (
        AddSubscriptions,
        r#"{@,"priority":"a very long text that goes on and on and on and on, far beyond what anybody wants to read"}"#,
    ),
    (AddSubscriptions, r#"{@,"priority":"tab\tline\nbell\u0007back`tick\u202e"}"#),
    (AddSubscriptions, r#"{@,"process_immediately":"yes"}"#),
    (AddSubscriptions, r#"{@,"process_immediately":"TRUE"}"#),
    (AddSubscriptions, r#"{@,"process_immediately":2}"#),
    (AddSubscriptions, r#"{@,"process_immediately":0.5}"#),
    (AddSubscriptions, r#"{@,"process_immediately":-1}"#),
    (AddSubscriptions, r#"{@,"process_immediately":{}}"#),
    (AddSubscriptions, r#"{@,"start_date":"2014-11-30"}"#),
    (AddSubscriptions, r#"{@,"start_date":"2014-11-30 09:00:00"}"#),
    (AddSubscriptions, r#"{@,"start_date":"2014-11-30T09:00:00Z"}"#),
    (AddSubscriptions, r#"{@,"start_date":"2014-11-30T09:00:00+02:00"}"#),
    (AddSubscriptions, r#"{@,"start_date":"2014-11-30T09:00:00.000Z"}"#),
    (AddSubscriptions, r#"{@,"start_date":"30/11/2014 09:00:00"}"#),
    (AddSubscriptions, r#"{@,"start_date":"2014-02-29T09:00:00"}"#),
    (AddSubscriptions, r#"{@,"start_date":"2014-13-01T09:00:00"}"#),
    (AddSubscriptions, r#"{@,"start_date":"2014-11-30T24:00:00"}"#),
    (AddSubscriptions, r#"{@,"start_date":"2014-11-30T23:59:60"}"#),
    (AddSubscriptions, r#"{@,"start_date":"0000-01-01T00:00:00"}"#),
    (AddSubscriptions, r#"{@,"start_date":"+2014-1-30T09:00:00","scheduled_date":1417334400}"#),
    (AddSubscriptions, r#"{@,"scheduled_date":""}"#),
    (CreatePairing, r#"{"smartcard_set":[],"stb_set":{"stb_ca_id":"1"}}"#),
    (
        CreatePairing,
        r#"{"smartcard_set":["01900080207"],"stb_set":[{"stb_ca_id":"1"},{"stb_caid":"2"}]}"#,
    ),
    (CreatePairing, r#"{"smartcard_set":[{"smartcard_ca_id":""}],"stb_set":[{"stb_ca_id":7}]}"#),
    (
        CreatePairing,
        r#"{"smartcard_set":[{"smartcard_ca_id":"  "}],"stb_set":[{"stb_ca_id":"\t"}]}"#,
    ),
    (CreatePairing, r#"{"smartcard_set":[{}],"stb_set":[{"stb_ca_id":"1","stb_ca_id":"1"}]}"#),
    (CreatePairing, r#"{"smartcards":[{"smartcard_ca_id":"1"}],"stb_list":[{"stb_ca_id":"1"}]}"#),
    (
        AddToExistingPairing,
        r#"{"smartcard_identifier":{"id":"1"},"smartcard_set":[{"smartcard_ca_id":"1"}],"stb_set":[{"stb_ca_id":"2"}]}"#,
    ),
    (AddToExistingPairing, r#"{"smartcard_identifier":{"ca_id":"1"},"smartcard_set":null}"#),
    (
        AddToExistingPairing,
        r#"{"smartcard_identifier":{"id":"1","smartcard_ca_id":"2"},"stb_set":[{"stb_ca_id":"2"}]}"#,
    ),
    (AddToExistingPairing, r#"{"smartcard_identifier":7,"stb_set":[{"stb_ca_id":"2"}]}"#),
    (AddToExistingPairing, r#"{"smartcard_identifier":"","stbset":[{"stb_ca_id":"2"}]}"#),
    (
        ResetPinToGivenValue,
        r#"{"subscription_identifier":{"id":"1"},"smartcard_identifier":{"id":"2"},"PIN":"1234"}"#,
    ),
    (
        ResetPinToGivenValue,
        r#"{"subscription_identifier":{"id":"1"},"smartcard_identifier":{"id":"2"},"pin":"12a4"}"#,
    ),
    (
        ResetPinToGivenValue,
        r#"{"subscription_identifier":{"id":"1"},"smartcard_identifier":{"id":"2"},"pin":""}"#,
    ),
    (
        ResetPinToGivenValue,
        r#"{"subscription_identifier":{"id":"1"},"smartcard_identifier":{"id":"2"},"pin":-1234}"#,
    ),
    (
        ResetPinToGivenValue,
        r#"{"subscription_identifier":{"id":"1"},"smartcard_identifier":{"id":"2"},"pin":["1234"]}"#,
    ),
    (IssueToken, r#"{"username":"","password":17,"organization":"CRMDEMO","unit":[]}"#),
];

/// Query strings, with what they are sent to.
const QUERIES: [(Operation, &str); 41] = [
    (Show, ""),
    (Show, "token=T"),
    (Show, "token=T&token=U"),
    (Show, "provisioning_request_identifier="),
    (Show, "provisioning_request_identifier"),
    (Show, "provisioning_request_identifier=4049"),
    (Show, "provisioning_request_identifier=nr=4049"),
    (Show, "provisioning_request_identifier=Number=4049"),
    (Show, "provisioning_request_identifier=number="),
    (Show, "provisioning_request_identifier=number=%20"),
    (Show, "provisioning_request_identifer=number=4049"),
    (Show, "provisioningRequestIdentifier=number=4049"),
    (Show, "provisioning_request_identifier.nummer=4049"),
    (Show, "provisioning_request_identifier=id=1&number=4049"),
    (Show, "provisioning_request_identifier.id=1&provisioning_request_identifier[number]=4049"),
    (Show, "provisioning_request_identifier=id=1&provisioning_request_identifier=number=4049"),
    (Show, "provisioning_request_identifier=number=4049&number=4049"),
    (Show, "provisioning_request_identifier={}"),
    (Show, "provisioning_request_identifier={\"id\":1}"),
    (Show, "provisioning_request_identifier={\"id\":\"1\""),
    (Show, "provisioning_request_identifier={\"id\":\"1\",\"number\":\"2\"}"),
    (Show, "token=%zz&number=4049"),
    (Show, "token=%ff&number=4049"),
    (Show, "n%umber=4049"),
    (List, ""),
    (List, "type="),
    (List, "reference_number="),
    (List, "type=&life_cycle_state="),
    (List, "type=ADD_SUBSCRIPTIONS&life_cycle_state=PENDING"),
    (List, "Type=ADD_SUBSCRIPTIONS"),
    (List, "state=PENDING"),
    (List, "type=add_subscription"),
    (List, "type=reset_pin_to_default_value"),
    (List, "type=ADD%20SUBSCRIPTIONS"),
    (List, "type=EVERYTHING"),
    (List, "life_cycle_state=pending"),
    (List, "life_cycle_state=DONE"),
    (List, "reference_number=%20%09"),
    (List, "type=CREATE_PAIRING&number_of_results=ten&offset=-1"),
    (List, "type=CREATE_PAIRING&number_of_results=1.5&offset=+1"),
    (List, "type=&life_cycle_state=&reference_number=&number_of_results=all"),
];

/// Three identifiers that are right, for bodies that are about something else.
const IDENTIFIERS: &str = r#""subscription_identifier":{"id":"1"},"service_identifier":{"id":"2"},"smartcard_identifier":{"id":"3"}"#;

fn story_of(input: &str, refused: Result<Call<'_>, Refusal>) -> String {
    let refusal = match refused {
        Err(refusal) => refusal,
        Ok(call) => panic!("{input} is taken as {call:?}"),
    };
    let code = refusal.code.code().trim_start_matches("COM.CRM.EXCEPTION.");
    let others =
        refusal.description.map_or_else(String::new, |others| format!("    ALSO {others}\n"));
    format!("{input}\n    {code}\n    {}\n{others}\n", refusal.message)
}

#[test]
fn refusals_say_which_parameter_what_was_found_and_what_is_allowed() {
    let mut story = String::new();
    let reading = Reading::default();
    for body in UNREADABLE_BODIES {
        let refused = parse_body(body).map(|params| panic!("{body:?} is taken as {params:?}"));
        story.push_str(&story_of(&body.escape_ascii().to_string(), refused));
    }
    for (operation, body) in BODIES {
        let whole = body.replacen('@', IDENTIFIERS, 1);
        let params = parse_body(whole.as_bytes());
        let refused = params
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|params| read_call(operation, params, &reading));
        let input = format!("{} {}", operation.name(), body.replacen('@', "…", 1));
        story.push_str(&story_of(&input, refused));
    }
    for (operation, query) in QUERIES {
        let params = parse_query(query);
        let refused = params
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|params| read_call(operation, params, &reading));
        let input = format!("{}?{query}", operation.name());
        story.push_str(&story_of(&input, refused));
    }
    insta::assert_snapshot!(story);
}

#[test]
fn json_that_goes_too_deep_is_refused() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let refusal = parse_body(deep.as_bytes()).unwrap_err();
    assert!(refusal.message.contains("nested too deeply"), "{refusal}");
}
