//! Which verbs and paths lead where.

use crate::crm::{BasePath, Operation, Route, find_route};

fn describe(verb: &str, path: &str) -> String {
    match find_route(&BasePath::default(), verb, path) {
        Route::Operation(operation) => operation.name().to_owned(),
        Route::WrongVerb { operation, allowed } => {
            format!("{} wants {allowed}", operation.name())
        }
        Route::Unknown { nearest } => format!("nowhere, near {}", nearest.unwrap_or("nothing")),
    }
}

#[test]
fn every_operation_is_found_in_all_the_ways_its_path_is_written() {
    for operation in Operation::ALL {
        let path = operation.path();
        for written in [
            format!("/crmapi/rest/v2/{path}"),
            format!("/crmapi/rest/v2/{path}/"),
            format!("/crmapi/rest/v2//{path}"),
            format!("/{path}"),
            format!("/{path}/"),
            format!("/crmapi/rest/v2/{}", path.replace('_', "%5f")),
        ] {
            assert_eq!(describe(operation.verb(), &written), operation.name());
        }
    }
}

#[test]
fn another_base_path_replaces_the_documented_one() {
    let base = BasePath::parse("api/").unwrap();
    assert_eq!(base.as_str(), "/api");
    let path = Operation::Show.path();
    let route = |written: &str| find_route(&base, "GET", written);
    let found = Route::Operation(Operation::Show);
    assert_eq!(route(&format!("/api/{path}")), found);
    assert_eq!(route(&format!("/{path}")), found);
    let below_the_old_one = route(&format!("/crmapi/rest/v2/{path}"));
    assert_eq!(below_the_old_one, Route::Unknown { nearest: Some(path) });
}

#[test]
fn the_root_can_be_the_base_path() {
    for text in ["", "/"] {
        let base = BasePath::parse(text).unwrap();
        let path = format!("/{}", Operation::List.path());
        assert_eq!(find_route(&base, "GET", &path), Route::Operation(Operation::List));
    }
}

#[test]
fn base_paths_that_cannot_be_served_are_refused() {
    let refusals: Vec<String> = ["/a b", "/a?b", "/a/../b", "/a//b", "/ä", "/a%20b", "/a#b"]
        .into_iter()
        .map(|text| BasePath::parse(text).unwrap_err().to_string())
        .collect();
    insta::assert_snapshot!(refusals.join("\n"), @"
    base path `/a b` holds a blank or a character outside ASCII; a base path is like `/crmapi/rest/v2`
    base path `/a?b` holds one of `?`, `#`, `%`, `\\`; a base path is like `/crmapi/rest/v2`
    base path `/a/../b` holds an empty or relative segment; a base path is like `/crmapi/rest/v2`
    base path `/a//b` holds an empty or relative segment; a base path is like `/crmapi/rest/v2`
    base path `/ä` holds a blank or a character outside ASCII; a base path is like `/crmapi/rest/v2`
    base path `/a%20b` holds one of `?`, `#`, `%`, `\\`; a base path is like `/crmapi/rest/v2`
    base path `/a#b` holds one of `?`, `#`, `%`, `\\`; a base path is like `/crmapi/rest/v2`
    ");
}

#[test]
fn wrong_verbs_and_unknown_paths_say_what_was_meant() {
    const REQUESTS: &str = "/crmapi/rest/v2/conax_web_services/provisioning_requests";
    let calls = [
        ("POST", format!("{REQUESTS}/show")),
        ("GET", format!("{REQUESTS}/create_pairing")),
        ("get", format!("{REQUESTS}/list")),
        ("HEAD", format!("{REQUESTS}/list")),
        ("PUT", "/authentication/token".to_owned()),
        ("GET", format!("{REQUESTS}/shwo")),
        ("POST", format!("{REQUESTS}/add_subscription")),
        ("POST", format!("{REQUESTS}/Add_Subscriptions")),
        ("POST", format!("{REQUESTS}/remove_pairing")),
        ("POST", "/v1/authentication/token".to_owned()),
        ("POST", "/crmapi/rest/v1/authentication/token".to_owned()),
        ("GET", "/provisioning_requests/list".to_owned()),
        ("GET", "/crmapi/rest/v2".to_owned()),
        ("GET", "/".to_owned()),
        ("GET", String::new()),
        ("GET", "/%ff%zz".to_owned()),
        ("GET", format!("/{}", "a".repeat(100_000))),
    ];
    let story: Vec<String> = calls
        .iter()
        .map(|(verb, path)| {
            let shown: String = path.chars().take(80).collect();
            format!("{verb} {shown}\n    {}", describe(verb, path))
        })
        .collect();
    insta::assert_snapshot!(story.join("\n"));
}
