//! Paths, verbs and queries that are wrong.

use conax_contract::crm::Operation;
use conax_tests::{BASE, Call, Chance};

use super::{Malformed, bodies};

const LOOKING: [Operation; 2] = [Operation::Show, Operation::List];

/// Queries of `show` and `list` that are wrong, each with the name that has to be told.
fn queries() -> Vec<(Operation, String, &'static str)> {
    const WHICH: &str = "`provisioning_request_identifier`";
    let mut queries = Vec::new();
    let name = "provisioning_request_identifier";
    for wrong in [
        "",
        "=",
        "=4049",
        "==",
        "=name=4049",
        "=id=",
        "=number=%20",
        "=%7B",
        "=%7B%7D",
        "=%7B%22id%22:1%7D",
        "=%7B%22id%22:%22x%22,%22number%22:%22y%22%7D",
        "=[]",
        "=null",
        "=%7B%22id%22%7D",
        "=%7B%22id%22:%22a%22,%22id%22:%22b%22%7D",
        ".id=",
        ".name=x",
        "[]=x",
        "[id]=",
        "[colour]=x",
        ".=x",
        "=number=nobodys",
        "=id=4049",
        "=ID=x",
    ] {
        queries.push((Operation::Show, format!("{name}{wrong}"), WHICH));
    }
    for wrong in ["", "id=", "number=", "Number=4049", "id=4049", "number=0", "number=-1"] {
        queries.push((Operation::Show, wrong.to_owned(), WHICH));
    }
    for wrong in ["id=1&number=2", "number=1&provisioning_request_identifier.id=2"] {
        queries.push((Operation::Show, wrong.to_owned(), WHICH));
    }
    for wrong in [
        "",
        "type",
        "type=&life_cycle_state=",
        "state=PENDING",
        "fields_set=id",
        "TYPE=PENDING",
        "type=CREATE_PAIRING&life_cycle_state=PENDING",
        "type=x&reference_number=y",
        "life_cycle_state=x&reference_number=y",
    ] {
        queries.push((Operation::List, wrong.to_owned(), "`life_cycle_state`"));
    }
    for wrong in [
        "add_subscriptions",
        "ADD_SUBSCRIPTIONS%20",
        "PENDINGS",
        "1",
        "%00",
        "%F0%9F%92%A9",
        "*",
        "%60",
        "ADD_SUBSCRIPTIONS,CREATE_PAIRING",
        "%E2%80%AE",
    ] {
        queries.push((Operation::List, format!("type={wrong}"), "`type`"));
        queries.push((Operation::List, format!("life_cycle_state={wrong}"), "`life_cycle_state`"));
        for name in ["number_of_results", "offset"] {
            let query = format!("type=CREATE_PAIRING&{name}={wrong}");
            let told = if name == "offset" { "`offset`" } else { "`number_of_results`" };
            if wrong != "1" {
                queries.push((Operation::List, query, told));
            }
        }
    }
    for name in ["type", "token", "x"] {
        let told = if name == "x" { "`x`" } else { "more than once" };
        queries.push((Operation::List, format!("type=CREATE_PAIRING&{name}=1&{name}=2"), told));
    }
    queries
}

/// `show` and `list` with wrong queries, with the token before and behind.
pub(crate) fn wrong_queries(token: &str) -> Vec<Malformed> {
    let mut calls = Vec::new();
    for (operation, query, tell) in queries() {
        for query in [format!("token={token}&{query}"), format!("{query}&token={token}")] {
            let call = Call::operation(operation, &query);
            calls.push(Malformed::new(call, &[tell, "more than once"]));
        }
    }
    for operation in LOOKING {
        for odd in ["%", "%2", "%zz", "x=%", "x=%ff", "%ff=x", "x=%c3%28", "x=%ed%a0%80"] {
            let query = format!("token={token}&type=CREATE_PAIRING&number=4049&{odd}");
            let call = Call::operation(operation, &query);
            calls.push(Malformed::new(call, &["cannot be decoded"]));
        }
        for wrong in ["", "token", "token=", "token=x", "Token=x", "token=%20", "tok=x"] {
            let query = format!("{wrong}&type=CREATE_PAIRING&number=4049");
            let call = Call::operation(operation, &query);
            calls.push(Malformed::new(call, &["`token`", "The token is not valid"]));
        }
        let huge = format!("token={token}&x={}", "y".repeat(9_000));
        calls.push(Malformed::new(Call::operation(operation, &huge), &["limit is 8192"]));
        let many = format!("token={token}&{}", "a&".repeat(2_000));
        calls.push(Malformed::new(Call::operation(operation, &many), &["`a`"]));
    }
    calls
}

/// Wrong verbs, and paths that are nearly right.
pub(crate) fn wrong_targets(token: &str) -> Vec<Malformed> {
    let mut calls = Vec::new();
    for operation in Operation::ALL {
        let path = format!("{BASE}/{}", operation.path());
        let body = bodies::good(operation_with_body(operation), token).to_string();
        for verb in
            ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "post", "BREW", "GET", "POST"]
        {
            if verb != operation.verb() {
                let call = Call::new(verb, &path, body.clone());
                calls.push(Malformed::new(call, &[&format!("takes {}", operation.verb())]));
            }
        }
        let action = operation.path();
        for wrong in [
            format!("{BASE}/{action}s"),
            format!("{BASE}/{action}/4049"),
            format!("{BASE}/{action}.json"),
            format!("{BASE}/{action}%00"),
            format!("{BASE}/{action}%2f..%2flist"),
            format!("{BASE}/{}", action.to_uppercase()),
            format!("{BASE}/{}", action.replace('/', "-")),
            format!("/crmapi/rest/v1/{action}"),
            format!("/crmapi/rest/v2{action}"),
            format!("/crmapi/{action}"),
            format!("{BASE}/x/{action}"),
            format!("{BASE}/{}", &action[1..]),
            format!("{BASE}/{action};v=1"),
            format!("{BASE}/{action}%ff"),
            format!("{BASE}/{action}%"),
            format!("{BASE}/{action}/%F0%9F%92%A9"),
        ] {
            for verb in ["GET", "POST"] {
                let call = Call::new(verb, &wrong, body.clone());
                calls.push(Malformed::new(call, &["There is no method at `"]));
            }
        }
    }
    for path in
        ["/", "//", "/*", "/favicon.ico", "/v1", "/?wsdl", "/crmapi", "/%2e%2e/%2e%2e/etc/passwd"]
    {
        let call = Call::new("GET", path, "");
        calls.push(Malformed::new(call, &["There is no method at `"]));
    }
    calls
}

/// An operation whose body shows that bodies are not looked at before verb and path.
fn operation_with_body(operation: Operation) -> Operation {
    match operation.verb() {
        "POST" => operation,
        _ => Operation::AddSubscriptions,
    }
}

/// A random path below the base path that names nothing.
pub(crate) fn broken_path(chance: &mut Chance) -> Malformed {
    let operation = *chance.pick(&Operation::ALL);
    let mut path = operation.path().to_owned();
    for _ in 0..=chance.below(3) {
        let at = chance.below(path.len());
        let letter = *chance.pick(&["x", "%20", "/", "Q", "%E2%82%AC", "9", "%5C", "."]);
        path.insert_str(at, letter);
    }
    // Only slashes at the ends would leave the path what it was.
    let path = format!("{BASE}/~{path}");
    let verb: &&str = chance.pick(&["GET", "POST", "PUT"]);
    let call = Call::new(verb, &path, "{}");
    Malformed::new(call, &["There is no method at `"])
}

/// A query with a parameter that cannot be decoded, somewhere among good ones.
pub(crate) fn broken_query(token: &str, chance: &mut Chance) -> Malformed {
    let operation = *chance.pick(&LOOKING);
    let mut parts =
        vec![format!("token={token}"), "type=CREATE_PAIRING".to_owned(), "number=4049".to_owned()];
    let byte = chance.byte() | 0x80;
    let bad = match chance.below(3) {
        0 => format!("x=%{byte:02x}"),
        1 => format!("%{byte:02x}=x"),
        _ => format!("x=y%{}", chance.pick(&["g1", "1", "-1", "1z", "%", "u0041"])),
    };
    parts.insert(chance.below(4), bad);
    let call = Call::operation(operation, &parts.join("&"));
    Malformed::new(call, &["cannot be decoded"])
}
