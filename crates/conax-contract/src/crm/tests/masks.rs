//! What the journal keeps of a call.

use crate::crm::{mask_json, mask_query};

#[test]
fn secrets_are_replaced_at_any_depth_and_the_rest_is_kept_as_written() {
    let bodies = [
        r#"{"token":"T1","pin":"1234","a":[1, 2]}"#,
        r#"{ "pin" : 1234 , "b" : {"ca_pin":[1,{"x":"}"}],"c":"d"} }"#,
        r#"[{"password":null},{"Access_Token":{"a":1}},{"accessToken":true}]"#,
        r#"{"tok\u0065n":"hidden \" quote","key":"k","keys":"kept"}"#,
        r#"{"a":"\"token\":\"text, not a member\"","PIN":-1.5e3}"#,
        r#"["token","kept",{"token":"gone"}]"#,
        "{}",
        "",
        "token=T1&pin=1234",
        r#"{"token":"T1""#,
        r#""T1""#,
        "1234",
    ];
    let story: Vec<String> =
        bodies.iter().map(|body| format!("{body}\n    {}", mask_json(body.as_bytes()))).collect();
    insta::assert_snapshot!(story.join("\n"));
}

#[test]
fn bytes_that_are_no_text_are_not_kept() {
    assert_eq!(mask_json(b"{\"pin\":\"\xff\"}"), "(11 bytes that are no JSON object)");
    assert_eq!(mask_json(b"\xef\xbb\xbf{\"pin\":1}"), r#"{"pin":"***"}"#);
}

#[test]
fn secrets_of_a_query_are_replaced() {
    let queries = [
        "token=T1&type=ADD_SUBSCRIPTIONS",
        "fields_set=id%2Cnumber&token=T%201",
        "t%6fken=T1",
        "TOKEN=T1&access_token=T2",
        "user.token=T1&user[pin]=2",
        "provisioning_request_identifier=id=1",
        "provisioning_request_identifier=token=T1",
        r#"x={"token":"T1"}"#,
        "x=%7B%22token%22%3A%22T1%22%7D",
        "x=%7B%22token%22%3A%22T1%22",
        "token",
        "token=",
        "x=%zz",
        "",
        "&&a=b",
    ];
    let story: Vec<String> =
        queries.iter().map(|query| format!("{query}\n    {}", mask_query(query))).collect();
    insta::assert_snapshot!(story.join("\n"));
}

#[test]
fn any_name_with_the_word_pin_is_a_secret() {
    for name in ["default_pin", "defaultPin", "DEFAULT-PIN", "new_pin", "pin_number", "caPin"] {
        let body = format!(r#"{{"{name}":"7391"}}"#);
        assert_eq!(mask_json(body.as_bytes()), format!(r#"{{"{name}":"***"}}"#));
        assert_eq!(mask_query(&format!("{name}=7391")), format!("{name}=***"));
    }
    assert_eq!(mask_query("mapping=1&shipping=2"), "mapping=1&shipping=2");
}
