//! `show` and `list`: what they take, what they leave out, how they page.

use conax_contract::crm::{CommandKind, LifeCycleState, Operation, encode};
use serde_json::{Map, Value, json};

use super::misnamed;
use super::orders::with;
use crate::document::Api;
use crate::target::{HttpCall, query};
use crate::verify::session::Session;

/// The clauses on pages.
pub(super) const PAGING: &[&str] = &[
    "list.number-of-results-limits",
    "list.offset-skips",
    "list.pages-join",
    "list.paging-values",
    "list.number_of_results",
    "list.offset",
    "same.page-by-one",
];

/// A reference nobody gave.
const NO_REFERENCE: &str = "00000000-0000-4000-8000-000000000000";

pub(super) fn run(session: &mut Session<'_>) {
    lists(session);
    match session.some_request() {
        Some(request) => shows(session, &request),
        None => session.untestable(
            &[
                "show.by-id",
                "show.by-number",
                "show.one-record",
                "show.example",
                "show.fields-set-all",
                "show.fields-set-exact",
                "show.fields_set",
                "identifier.escaped",
                "identifier.case",
            ],
            "there is no request to show",
        ),
    }
    refused(session);
    projections(session);
    pages(session);
    references(session);
}

impl Session<'_> {
    /// A request that exists there: with a number, if there is one.
    pub(super) fn some_request(&mut self) -> Option<Value> {
        if let Some(id) = self.created().first().cloned() {
            let shown = self
                .call(Operation::Show, json!({ "provisioning_request_identifier": { "id": id } }));
            return shown
                .filter(crate::conformance::Exchange::is_ok)
                .map(|exchange| exchange.data().clone());
        }
        LifeCycleState::ALL.into_iter().rev().find_map(|state| {
            let list = self.call(Operation::List, json!({ "life_cycle_state": state.code() }))?;
            list.data().as_array()?.last().cloned()
        })
    }
}

fn lists(session: &mut Session<'_>) {
    for state in LifeCycleState::ALL {
        session.accepted(
            &["list.life_cycle_state", "list.method"],
            Operation::List,
            json!({ "life_cycle_state": state.code() }),
        );
    }
    for request_type in CommandKind::ALL {
        session.accepted(&["list.type"], Operation::List, json!({ "type": request_type.code() }));
    }
}

fn shows(session: &mut Session<'_>, request: &Value) {
    let operation = Operation::Show;
    let by = |field: &str| json!({ "provisioning_request_identifier": { field: request[field] } });
    let clauses = [
        "show.by-id",
        "show.method",
        "show.provisioning_request_identifier",
        "provisioning-request-identifier.keys",
    ];
    session.accepted(&clauses, operation, by("id"));
    let has_number = request["number"].is_string();
    match has_number {
        true => {
            session.accepted(
                &["show.by-number", "provisioning-request-identifier.keys"],
                operation,
                by("number"),
            );
        }
        false => session.untestable(&["show.by-number"], "its requests have no number"),
    }
    let fields = with(&by("id"), "fields_set", "id,type,life_cycle_state".into());
    session.accepted(&["show.fields_set"], operation, fields);
    let one = with(&by("id"), "fields_set", "log_information".into());
    session.accepted(&["show.fields_set"], operation, one);
    escaped(session, request);
    misnamed::request(session, request);
    other_case(session, request);
    let both = HttpCall::get(
        Api::Crm,
        format!(
            "/{}?token={}&provisioning_request_identifier=id={}&provisioning_request_identifier=number={}",
            operation.path(),
            encode(&session.token),
            encode(request["id"].as_str().unwrap_or_default()),
            encode(request["number"].as_str().unwrap_or("1")),
        ),
    );
    // How two sub-fields are written in a query is documented nowhere: all it shows is what becomes
    // of a parameter that is there twice.
    if let Some(exchange) = session.call_unheard(operation, both) {
        let what = "a parameter that is given twice";
        session.judge_refused(&["body.each-parameter-once"], &exchange, what);
    }
}

/// The same id in the other case, if it has letters.
fn other_case(session: &mut Session<'_>, request: &Value) {
    let Some(other) = misnamed::other_case(request["id"].as_str().unwrap_or_default()) else {
        session.untestable(&["identifier.case"], "its ids have no letters");
        return;
    };
    let call = json!({ "provisioning_request_identifier": { "id": other } });
    session.refused(&["identifier.case"], Operation::Show, call);
}

/// The inner `=` of an identifier, escaped and not.
fn escaped(session: &mut Session<'_>, request: &Value) {
    let id = request["id"].as_str().unwrap_or_default().to_owned();
    let parameters =
        json!({ "token": session.token, "provisioning_request_identifier": { "id": id } });
    let members: Map<String, Value> = parameters.as_object().cloned().unwrap_or_default();
    let strictly = |text: &str| encode(text).replace('=', "%3D");
    let call = HttpCall::get(
        Api::Crm,
        format!("/{}{}", Operation::Show.path(), query(&members, strictly)),
    );
    if let Some(exchange) = session.call_as(Operation::Show, parameters.clone(), call) {
        session.judge_accepted(&["identifier.escaped"], &exchange);
    }
    let usual = json!({ "provisioning_request_identifier": { "id": id } });
    session.accepted(&["show.strict-form"], Operation::Show, usual);
}

fn refused(session: &mut Session<'_>) {
    let show = Operation::Show;
    session.refused(
        &["show.exactly-one-identifier", "show.provisioning_request_identifier"],
        show,
        json!({}),
    );
    for nobody in
        [json!({ "id": "00000000000000000000000000000000" }), json!({ "number": "999999999999" })]
    {
        session.refused(
            &["show.found"],
            show,
            json!({ "provisioning_request_identifier": nobody }),
        );
    }
    let list = Operation::List;
    let filters = ["list.type", "list.life_cycle_state", "list.reference_number"];
    session.refused(&["list.one-filter", filters[0], filters[1], filters[2]], list, json!({}));
    for (two, own) in [
        (json!({ "type": "ADD_SUBSCRIPTIONS", "life_cycle_state": "PENDING" }), filters[0]),
        (json!({ "type": "ADD_SUBSCRIPTIONS", "reference_number": NO_REFERENCE }), filters[2]),
        (json!({ "life_cycle_state": "COMPLETED", "reference_number": NO_REFERENCE }), filters[1]),
    ] {
        session.refused(&["list.one-filter", own], list, two);
    }
    for wrong in ["ADD_SUBSCRIPTION", "add_subscriptions", "7"] {
        session.refused(&["list.type-values", "list.type"], list, json!({ "type": wrong }));
    }
    for wrong in ["DONE", "pending", "1"] {
        session.refused(
            &["list.state-values", "list.life_cycle_state"],
            list,
            json!({ "life_cycle_state": wrong }),
        );
    }
    for wrong in ["colour", "id,colour", "ID", "log_information.created_date"] {
        session.refused(
            &["fields-set.unknown-names"],
            list,
            json!({ "life_cycle_state": "COMPLETED", "fields_set": wrong }),
        );
    }
    let empty = json!({ "type": "", "life_cycle_state": "COMPLETED", "fields_set": "id" });
    session.accepted(&["list.empty-filter"], list, empty);
}

fn projections(session: &mut Session<'_>) {
    for state in LifeCycleState::ALL {
        for fields in ["id", "life_cycle_state,priority", "type,parameters_set,log_information"] {
            let call = json!({ "life_cycle_state": state.code(), "fields_set": fields });
            session.accepted(&["list.fields_set"], Operation::List, call);
        }
    }
}

fn pages(session: &mut Session<'_>) {
    let Some((filter, whole)) = session.longest_list() else {
        return;
    };
    if whole.len() < 2 {
        session.untestable(PAGING, "no list of it has two requests");
        return;
    }
    if !session.does_page(&filter, &whole) {
        session.untestable(PAGING, "its lists have no pages, which exist from R13 on");
        return;
    }
    paging_values(session);
    let page = |session: &mut Session<'_>,
                limit: usize,
                offset: usize,
                clauses: &[&str]|
     -> Option<(crate::conformance::Exchange, Vec<Value>)> {
        let mut call = with(&filter, "number_of_results", limit.to_string().into());
        if offset > 0 {
            call = with(&call, "offset", offset.to_string().into());
        }
        let exchange =
            session.accepted(clauses, Operation::List, with(&call, "fields_set", "id".into()))?;
        let ids = ids_of(exchange.data());
        Some((exchange, ids))
    };
    let Some((exchange, first)) = page(session, 1, 0, &["list.number_of_results"]) else {
        return;
    };
    session.judge(
        &["list.number-of-results-limits", "list.number_of_results"],
        &exchange,
        first.len() == 1,
        "one request",
        &format!("{}", first.len()),
    );
    if first.len() == 1 && (first != whole[..1] || !session.is_in_order(&filter, &whole)) {
        // Pages in another order than the list, or a list without an order: no offset says where
        // they begin.
        let expected = "the first request of the whole list, whenever it is asked for";
        session.judge(&["list.pages-join"], &exchange, false, expected, "another one");
        return;
    }
    if let Some((exchange, found)) = page(session, 1, 1, &["list.offset"]) {
        session.judge(
            &["list.offset-skips", "list.offset"],
            &exchange,
            found == whole[1..2],
            "the second request",
            "something else",
        );
    }
    if let Some((exchange, found)) = page(session, 10, whole.len(), &["list.offset"]) {
        session.judge(
            &["list.offset-skips", "list.offset"],
            &exchange,
            found.is_empty(),
            "none beyond the end",
            "some",
        );
    }
    let mut joined = Vec::new();
    let size = whole.len().div_ceil(2);
    for offset in [0, size] {
        if let Some((exchange, found)) = page(session, size, offset, &[]) {
            joined.extend(found);
            if offset > 0 {
                session.judge(
                    &["list.pages-join"],
                    &exchange,
                    joined == whole,
                    "two halves are the whole list",
                    "something else",
                );
            }
        }
    }
}

/// Paging values that are none.
fn paging_values(session: &mut Session<'_>) {
    for wrong in ["-1", "many", "1.5"] {
        for name in ["number_of_results", "offset"] {
            let own = format!("list.{name}");
            session.refused(
                &["list.paging-values", &own],
                Operation::List,
                json!({ "life_cycle_state": "COMPLETED", name: wrong }),
            );
        }
    }
}

fn ids_of(data: &Value) -> Vec<Value> {
    let items = data.as_array().into_iter().flatten();
    items.map(|item| item["id"].clone()).collect()
}

impl Session<'_> {
    /// Whether either paging parameter makes any difference to this list.
    pub(super) fn does_page(&mut self, filter: &Value, whole: &[Value]) -> bool {
        ["number_of_results", "offset"].iter().any(|name| {
            let call = with(&with(filter, name, "1".into()), "fields_set", "id".into());
            let exchange = self.call(Operation::List, call);
            exchange.is_some_and(|exchange| !exchange.is_ok() || ids_of(exchange.data()) != whole)
        })
    }

    /// Whether the list, asked for again, has its requests in the same order.
    fn is_in_order(&mut self, filter: &Value, whole: &[Value]) -> bool {
        let exchange = self.call(Operation::List, with(filter, "fields_set", "id".into()));
        let again = exchange.map(|exchange| ids_of(exchange.data())).unwrap_or_default();
        // What was created since is not in the first list.
        let mut known = again.iter().filter(|id| whole.contains(id));
        again.is_empty() || whole.iter().all(|id| known.next() == Some(id))
    }

    /// The filter with the most requests, of those whose requests stay where they are, and their ids.
    pub(super) fn longest_list(&mut self) -> Option<(Value, Vec<Value>)> {
        let types = CommandKind::ALL.into_iter().map(|kind| json!({ "type": kind.code() }));
        let mut best: Option<(Value, Vec<Value>)> = None;
        for filter in types {
            let exchange = self.call(Operation::List, with(&filter, "fields_set", "id".into()))?;
            let ids = ids_of(exchange.data());
            if best.as_ref().is_none_or(|(_, longest)| ids.len() > longest.len()) {
                best = Some((filter, ids));
            }
        }
        best
    }
}

fn references(session: &mut Session<'_>) {
    let none = json!({ "reference_number": NO_REFERENCE });
    if let Some(exchange) =
        session.accepted(&["list.nothing-found", "list.reference_number"], Operation::List, none)
    {
        let is_empty = exchange.data().as_array().is_some_and(Vec::is_empty);
        session.judge(
            &["list.nothing-found", "list.by-reference-number"],
            &exchange,
            is_empty,
            "an empty list",
            "something else",
        );
    }
    let completed = session.call(Operation::List, json!({ "life_cycle_state": "COMPLETED" }));
    let found = completed.as_ref().and_then(|exchange| {
        let mut items = exchange.data().as_array()?.iter();
        items.find(|item| item["reference_number"].is_string()).cloned()
    });
    match found {
        Some(item) => session.look_up_reference(&item),
        None => session.untestable(
            &["list.by-reference-number"],
            "it has no COMPLETED request with a reference",
        ),
    }
}

impl Session<'_> {
    /// A completed request is found by its reference.
    pub(super) fn look_up_reference(&mut self, item: &Value) {
        let call = json!({ "reference_number": item["reference_number"] });
        let clauses = ["list.by-reference-number", "list.reference_number"];
        if let Some(exchange) = self.accepted(&clauses, Operation::List, call) {
            let ids = ids_of(exchange.data());
            let holds = ids.contains(&item["id"]);
            self.judge(
                &clauses,
                &exchange,
                holds,
                "the request with this reference",
                "a list without it",
            );
        }
        misnamed::reference(self, item);
    }
}
