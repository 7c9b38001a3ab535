//! What the documented examples, and changed ones, break.

use conax_contract::crm::{BasePath, Operation};
use serde_json::{Value, json};

use super::*;

fn example(operation: Operation) -> Exchange {
    let reply = operation.example_reply().unwrap_or_default();
    let call = operation.example_call().unwrap_or("{}");
    let target = format!("/{}", operation.path());
    let (target, body) = match operation {
        Operation::Show => {
            (format!("{target}?token=t&provisioning_request_identifier=number=4049"), "")
        }
        Operation::List => (format!("{target}?token=t&life_cycle_state=PENDING"), ""),
        _ => (target, call),
    };
    Exchange::read(
        0,
        &BasePath::default(),
        (operation.verb(), &target, body.as_bytes()),
        (200, reply.as_bytes()),
    )
    .expect("the documented call is one")
}

fn broken(witness: &Witness) -> Vec<String> {
    let breaks = witness.verdicts.breaks();
    breaks
        .map(|(clause, breaks)| format!("{} {}: {}", clause.id, breaks[0].path, breaks[0].found))
        .collect()
}

#[test]
fn the_documented_examples_break_only_what_they_contradict_among_themselves() {
    let mut seen = Vec::new();
    for operation in
        Operation::ALL.into_iter().filter(|operation| operation.example_reply().is_some())
    {
        let mut witness = Witness::default();
        witness.observe(&example(operation));
        let lines = broken(&witness).into_iter();
        seen.extend(lines.map(|line| format!("{}: {line}", operation.name())));
    }
    // Both print a date weeks ahead that no printed call asked for.
    insta::assert_snapshot!(seen.join("\n"), @r"
    create_pairing: scheduled-date.default data.scheduled_date: 2014-10-30T09:00:00
    reset_pin_to_default_value: scheduled-date.default data.scheduled_date: 2014-10-29T09:00:00
    ");
}

/// The printed `show`, changed, breaks these clauses.
fn check(change: impl FnOnce(&mut Value), expected: &[&str]) {
    let mut exchange = example(Operation::Show);
    change(exchange.reply.as_mut().expect("the example is JSON"));
    let mut witness = Witness::default();
    witness.observe(&exchange);
    let ids: Vec<String> = witness.verdicts.breaks().map(|(clause, _)| clause.id.clone()).collect();
    assert_eq!(ids, expected);
}

#[test]
fn a_flag_printed_as_true_is_told() {
    check(
        |reply| reply["data"]["process_immediately"] = json!(true),
        &["show.example", "request.process_immediately"],
    );
}

#[test]
fn a_completed_request_without_its_reference_is_told() {
    check(
        |reply| reply["data"]["reference_number"] = Value::Null,
        &["request.reference-number", "request.response-text", "law.c2"],
    );
}

#[test]
fn another_request_than_the_one_named_is_told() {
    check(|reply| reply["data"]["number"] = json!("4050"), &["show.one-record", "show.by-number"]);
}

#[test]
fn a_status_block_with_a_member_more_is_told() {
    check(|reply| reply["status"]["detail"] = json!("x"), &["status.block"]);
}

#[test]
fn a_request_that_changes_after_its_end_is_told() {
    let mut witness = Witness::default();
    let mut exchange = example(Operation::Show);
    witness.observe(&exchange);
    let reply = exchange.reply.as_mut().expect("the example is JSON");
    reply["data"]["life_cycle_state"] = json!("PENDING");
    witness.observe(&exchange);
    let ids: Vec<&str> = witness.verdicts.breaks().map(|(clause, _)| clause.id.as_str()).collect();
    assert_eq!(ids, ["request.pending-members", "law.c1", "law.c2"]);
}

#[test]
fn a_pin_that_comes_back_is_told_and_not_repeated() {
    let mut exchange = example(Operation::ResetPinToGivenValue);
    let reply = exchange.reply.as_mut().expect("the example is JSON");
    let items = reply["data"]["parameters_set"].as_array_mut().expect("it has items");
    for item in items {
        if let Some(pin) = item.get_mut("ca_pin") {
            *pin = json!("1234");
        }
    }
    let mut witness = Witness::default();
    witness.observe(&exchange);
    let found = broken(&witness).join("\n");
    assert!(found.contains("pin.never-answered"), "{found}");
    assert!(!found.contains("1234"), "{found}");
}

#[test]
fn a_date_is_the_documented_form_only() {
    assert!(is_date("2014-11-28T15:05:20"));
    for text in ["2014-11-28 15:05:20", "2014-11-28T15:05:20Z", "2014-11-28", ""] {
        assert!(!is_date(text), "{text}");
    }
}

// ------------------------------------------------------------- values, not only that they are there

/// A creation, told as it would be by a target that prints these members.
fn created(operation: Operation, call: &str, change: impl FnOnce(&mut Value)) -> Exchange {
    let mut reply: Value =
        serde_json::from_str(operation.example_reply().expect("it has one")).expect("JSON");
    change(&mut reply);
    let target = format!("/{}", operation.path());
    Exchange::read(
        0,
        &BasePath::default(),
        ("POST", &target, call.as_bytes()),
        (200, reply.to_string().as_bytes()),
    )
    .expect("it is a call")
}

fn standing(witness: &Witness, id: &str) -> Standing {
    let verdicts = witness.conclude();
    verdicts.of(id).expect("a clause").standing()
}

fn knowing(serial: &str, ca_id: &str) -> Witness {
    let mut records = Records::default();
    let keys = [("serial_number", serial)];
    records.add(Kind::Smartcard, ca_id, keys.into_iter());
    Witness::knowing(records)
}

const RESET: &str = r#"{"token":"t","subscription_identifier":{"number":"S60058"},"smartcard_identifier":{"serial_number":"sc20000010"}}"#;

#[test]
fn the_item_of_a_smartcard_is_compared_with_its_ca_id() {
    let operation = Operation::ResetPinToDefaultValue;
    for (ca_id, expected) in [
        ("0000-0000-0008", Standing::Broken),
        // The example prints the serial number, which is the CA id there: nothing follows.
        ("sc20000010", Standing::NotTestable),
    ] {
        let mut witness = knowing("sc20000010", ca_id);
        witness.observe(&created(operation, RESET, |_| {}));
        assert_eq!(standing(&witness, "items.card"), expected, "{ca_id}");
    }
    let mut witness = knowing("sc20000010", "0000-0000-0008");
    let right = created(operation, RESET, |reply| {
        let items = reply["data"]["parameters_set"].as_array_mut().expect("items");
        for value in items.iter_mut().filter_map(|item| item.get_mut("smartcard_ca_id")) {
            *value = json!("0000-0000-0008");
        }
    });
    witness.observe(&right);
    assert_eq!(standing(&witness, "items.card"), Standing::Held);
    let mut witness = Witness::default();
    witness.observe(&right);
    assert_eq!(standing(&witness, "items.card"), Standing::NotTestable);
}

#[test]
fn the_item_of_a_service_is_compared_with_its_ca_id() {
    let call = r#"{"token":"t","subscription_identifier":{"number":"1"},"service_identifier":{"code":"GOLD"},"smartcard_identifier":{"serial_number":"1"}}"#;
    for (ca_id, expected) in [("P1test", Standing::Held), ("2001", Standing::Broken)] {
        let mut records = Records::default();
        records.add(Kind::Service, ca_id, [("code", "GOLD")].into_iter());
        let mut witness = Witness::knowing(records);
        witness.observe(&created(Operation::AddSubscriptions, call, |_| {}));
        assert_eq!(standing(&witness, "items.service"), expected, "{ca_id}");
    }
}

#[test]
fn a_pairing_has_no_item_for_what_no_set_names() {
    let operation = Operation::CreatePairing;
    let call = operation.example_call().expect("it has one");
    let mut witness = Witness::default();
    witness.observe(&created(operation, call, |_| {}));
    assert_eq!(standing(&witness, "create_pairing.each-member"), Standing::Held);
    let mut witness = Witness::default();
    witness.observe(&created(operation, call, |reply| {
        let items = reply["data"]["parameters_set"].as_array_mut().expect("items");
        items.push(json!({ "id": "7", "stb_ca_id": "another" }));
    }));
    assert_eq!(standing(&witness, "create_pairing.each-member"), Standing::Broken);
}

/// The printed `show` with these dates.
fn executed(created: &str, scheduled: &str, executed: &str, updated: &str) -> Witness {
    let mut exchange = example(Operation::Show);
    let data = &mut exchange.reply.as_mut().expect("JSON")["data"];
    data["process_immediately"] = json!(0);
    data["scheduled_date"] = json!(scheduled);
    data["executed_date"] = json!(executed);
    data["log_information"]["created_date"] = json!(created);
    data["log_information"]["updated_date"] = json!(updated);
    let mut witness = Witness::default();
    witness.observe(&exchange);
    witness
}

#[test]
fn a_date_is_judged_only_where_a_wrong_one_would_show() {
    let (first, then, later) =
        ("2026-01-01T09:00:00", "2026-01-01T09:00:05", "2026-01-01T09:01:00");
    let due = "scheduled-date.not-before";
    let witness = executed(first, first, then, then);
    assert_eq!(standing(&witness, due), Standing::NotTestable);
    assert_eq!(standing(&witness, "request.updated"), Standing::Held);
    let witness = executed(first, then, later, later);
    assert_eq!(standing(&witness, due), Standing::Held);
    assert_eq!(standing(&witness, "law.c5"), Standing::Held);
    let witness = executed(first, later, then, then);
    assert_eq!(standing(&witness, due), Standing::Broken);
    // The same once more is told once.
    assert_eq!(standing(&witness, "law.c5"), Standing::NotTestable);
    let witness = executed(first, first, first, first);
    assert_eq!(standing(&witness, "request.updated"), Standing::NotTestable);
    let witness = executed(first, first, then, first);
    assert_eq!(standing(&witness, "request.updated-moves"), Standing::Broken);
}

#[test]
fn what_was_sent_by_another_clock_is_told_by_a_creation_that_follows() {
    let mut witness = executed(
        "2026-01-01T09:00:00",
        "2026-01-01T09:00:00",
        "2026-01-01T14:00:05",
        "2026-01-01T14:00:05",
    );
    let clause = "request.executed-in-time";
    assert_eq!(standing(&witness, clause), Standing::NotTestable);
    let creation = |date: &str| {
        created(Operation::ResetPinToDefaultValue, RESET, |reply| {
            reply["data"]["log_information"]["created_date"] = json!(date);
        })
    };
    witness.observe(&creation("2026-01-01T14:00:05"));
    assert_eq!(standing(&witness, clause), Standing::Held);
    witness.observe(&creation("2026-01-01T09:00:10"));
    assert_eq!(standing(&witness, clause), Standing::Broken);
}

/// A list of what `show` prints, changed.
fn listed(query: &str, change: impl FnOnce(&mut Vec<Value>)) -> Exchange {
    let shown = example(Operation::Show);
    let mut items = vec![shown.data().clone()];
    change(&mut items);
    let reply =
        json!({ "status": { "code": "OK", "message": null, "description": null }, "data": items });
    let target = format!("/{}?token=t&{query}", Operation::List.path());
    let call = ("GET", target.as_str(), b"".as_slice());
    let reply = reply.to_string();
    Exchange::read(0, &BasePath::default(), call, (200, reply.as_bytes())).expect("it is a call")
}

#[test]
fn a_list_that_leaves_a_member_out_is_not_the_same_as_what_was_shown() {
    let clause = "request.same-everywhere";
    let mut witness = Witness::default();
    witness.observe(&example(Operation::Show));
    witness.observe(&listed("life_cycle_state=COMPLETED", |_| {}));
    assert_eq!(standing(&witness, clause), Standing::Held);
    // Some builds print the community of a unit in some answers only.
    witness.observe(&listed("life_cycle_state=COMPLETED", |items| {
        for unit in ["created_by_unit", "updated_by_unit"] {
            items[0]["log_information"][unit]["community_name"] = json!("Main Community");
        }
    }));
    assert_eq!(standing(&witness, clause), Standing::Held);
    assert_eq!(standing(&witness, "request.ends-once"), Standing::Held);
    witness.observe(&listed("life_cycle_state=COMPLETED&fields_set=id", |items| {
        items[0] = json!({ "id": items[0]["id"] });
    }));
    assert_eq!(standing(&witness, clause), Standing::Held);
    witness.observe(&listed("life_cycle_state=COMPLETED", |items| {
        items[0].as_object_mut().expect("an object").remove("parameters_set");
    }));
    assert_eq!(standing(&witness, clause), Standing::Broken);
}

#[test]
fn a_creation_date_that_moves_is_told_where_it_stands() {
    let mut witness = Witness::default();
    witness.observe(&example(Operation::Show));
    witness.observe(&listed("life_cycle_state=COMPLETED", |items| {
        items[0]["log_information"]["created_date"] = json!("2014-11-28T15:05:26");
    }));
    let found = broken(&witness).join("\n");
    assert!(
        found.contains("request.same-everywhere data.0.log_information.created_date"),
        "{found}"
    );
}

#[test]
fn a_list_is_complete_with_each_request_once_and_says_nothing_without_ids() {
    let query = "life_cycle_state=COMPLETED";
    let mut witness = Witness::default();
    witness.observe(&example(Operation::Show));
    witness.observe(&listed(query, |items| {
        items[0].as_object_mut().expect("an object").remove("id");
    }));
    assert_eq!(standing(&witness, "list.complete"), Standing::NotTestable);
    witness.observe(&listed(query, |_| {}));
    assert_eq!(standing(&witness, "list.complete"), Standing::Held);
    let mut twice = witness.clone();
    twice.observe(&listed(query, |items| items.push(items[0].clone())));
    assert_eq!(standing(&twice, "list.complete"), Standing::Broken);
    let mut cut = witness.clone();
    cut.observe(&listed(query, Vec::clear));
    assert_eq!(standing(&cut, "list.complete"), Standing::Broken);
    // A request that cannot be shown either is lost, which is another finding.
    let missing = cut.missing();
    assert_eq!(missing.len(), 1);
    cut.lost(&missing[0]);
    assert_eq!(standing(&cut, "list.complete"), Standing::NotTestable);
}

#[test]
fn a_list_longer_than_asked_for_is_wrong_only_where_lists_have_pages() {
    let clause = "list.number-of-results-limits";
    let two = |items: &mut Vec<Value>| {
        let mut other = items[0].clone();
        other["id"] = json!("2");
        other["number"] = json!("4050");
        other["reference_number"] = json!("other");
        other["response"] = json!("OKother");
        items.push(other);
    };
    let state = "life_cycle_state=COMPLETED";
    let mut witness = Witness::default();
    witness.observe(&listed(state, two));
    witness.observe(&listed(&format!("{state}&number_of_results=1"), two));
    assert_eq!(standing(&witness, clause), Standing::NotTestable);
    witness.observe(&listed(&format!("{state}&offset=1"), |items| {
        two(items);
        items.remove(0);
    }));
    assert_eq!(standing(&witness, clause), Standing::Broken);
}

#[test]
fn a_wrong_member_is_told_by_its_own_clause_alone() {
    let mut witness = Witness::default();
    for operation in [Operation::AddSubscriptions, Operation::Show] {
        let mut exchange = example(operation);
        let data = &mut exchange.reply.as_mut().expect("JSON")["data"];
        data["process_immediately"] = json!(true);
        witness.observe(&exchange);
    }
    let concluded = witness.conclude();
    let ids: Vec<&str> = concluded.breaks().map(|(clause, _)| clause.id.as_str()).collect();
    assert_eq!(ids, ["request.process_immediately"]);
}

#[test]
fn texts_of_success_are_null_or_empty_and_nothing_else() {
    check(
        |reply| {
            reply["status"]["message"] = json!("");
            reply["status"]["description"] = json!("");
        },
        &[],
    );
    check(|reply| reply["status"]["message"] = json!("Success"), &["status.success-texts"]);
}

#[test]
fn what_two_pages_say_is_no_must_either_way_and_losing_requests_is_one() {
    let strictness = |id| conax_contract::clause::Clause::find(id).map(|clause| clause.strictness);
    use conax_contract::clause::Strictness::{Must, Should};
    assert_eq!(strictness("add_to_existing_pairing.both-sets"), Some(Should));
    for id in [
        "request.none-lost",
        "request.ids-unique",
        "list.complete",
        "list.by-type",
        "list.offset-skips",
        "list.pages-join",
        "token.release",
        "create.parallel",
        "request.same-everywhere",
    ] {
        assert_eq!(strictness(id), Some(Must), "{id}");
    }
}

#[test]
fn the_same_answer_to_the_same_order_is_no_new_request() {
    let operation = Operation::ResetPinToDefaultValue;
    let mut witness = Witness::default();
    witness.observe(&created(operation, RESET, |_| {}));
    let mut other = witness.clone();
    witness.observe(&created(operation, RESET, |_| {}));
    let ids = |witness: &Witness| -> Vec<String> {
        let concluded = witness.conclude();
        let breaks = concluded.breaks().map(|(clause, _)| clause.id.clone());
        breaks.filter(|id| !id.starts_with("scheduled-date.")).collect()
    };
    assert_eq!(ids(&witness), ["post.not-idempotent"]);
    let another = RESET.replace("S60058", "S60059");
    other.observe(&created(operation, &another, |_| {}));
    assert_eq!(ids(&other), ["request.ids-unique"]);
}

#[test]
fn a_flag_that_was_misread_is_told_once() {
    let call = RESET.replace("{\"token\"", "{\"process_immediately\":\"false\",\"token\"");
    let mut witness = Witness::default();
    witness.observe(&created(Operation::ResetPinToDefaultValue, &call, |reply| {
        let completed = example(Operation::Show);
        for name in ["life_cycle_state", "executed_date", "request", "response"] {
            reply["data"][name] = completed.data()[name].clone();
        }
        reply["data"]["process_immediately"] = json!(1);
    }));
    let concluded = witness.conclude();
    let ids: Vec<&str> = concluded.breaks().map(|(clause, _)| clause.id.as_str()).collect();
    assert!(ids.contains(&"process-immediately.echo"), "{ids:?}");
    for id in ["request.states", "process-immediately.default"] {
        assert!(!ids.contains(&id), "{ids:?}");
    }
    assert!(!ids.iter().any(|id| id.ends_with(".creates")), "{ids:?}");
}

#[test]
fn a_projection_that_has_everything_is_none_and_one_with_more_is_a_reading() {
    let query = "life_cycle_state=COMPLETED&fields_set=type";
    let mut witness = Witness::default();
    witness.observe(&listed(query, |items| {
        items[0] = json!({ "id": items[0]["id"], "type": items[0]["type"] });
    }));
    assert_eq!(standing(&witness, "list.fields-set-exact"), Standing::Broken);
    assert_ne!(standing(&witness, "list.fields_set"), Standing::Broken);
    let mut witness = Witness::default();
    witness.observe(&listed(query, |_| {}));
    assert_eq!(standing(&witness, "list.fields_set"), Standing::Broken);
    assert_ne!(standing(&witness, "list.fields-set-exact"), Standing::Broken);
}

#[test]
fn what_went_well_under_another_name_is_no_refusal() {
    let mut witness = Witness::default();
    let mut exchange = example(Operation::Show);
    exchange.reply.as_mut().expect("JSON")["status"]["code"] = json!("SUCCESS");
    witness.observe(&exchange);
    assert_eq!(standing(&witness, "status.ok"), Standing::Broken);
}

#[test]
fn a_call_that_breaks_two_clauses_is_told_by_the_closer_one() {
    let mut witness = Witness::default();
    let taken = |cause| Break::at(0, "", "a refusal", "it was taken").caused_by(cause);
    witness.verdicts.broken("priority.values", taken(None));
    let own = "add_subscriptions.priority";
    witness.verdicts.broken(own, taken(Some("priority.values")));
    assert_eq!(standing(&witness, "priority.values"), Standing::Broken);
    assert_eq!(standing(&witness, own), Standing::NotTestable);
    // What it is broken by besides is told.
    witness.verdicts.broken(own, taken(None));
    assert_eq!(standing(&witness, own), Standing::Broken);
}

/// Every clause that is broken after all was heard.
fn told(witness: &Witness) -> Vec<String> {
    let concluded = witness.conclude();
    let breaks = concluded.breaks().map(|(clause, _)| clause.id.clone());
    breaks.collect()
}

#[test]
fn a_list_that_prints_null_where_show_has_a_text_is_told_as_one_finding() {
    let mut witness = Witness::default();
    let list = || {
        listed("life_cycle_state=COMPLETED", |items| {
            items[0]["request"] = Value::Null;
            items[0]["response"] = Value::Null;
        })
    };
    witness.observe(&example(Operation::Show));
    witness.observe(&list());
    witness.observe(&example(Operation::Show));
    assert_eq!(told(&witness), ["request.same-everywhere"]);
    // What changes in one place is no difference between places.
    let mut witness = Witness::default();
    witness.observe(&list());
    witness.observe(&listed("life_cycle_state=COMPLETED", |_| {}));
    let told = told(&witness);
    assert!(told.contains(&"request.ends-once".to_owned()), "{told:?}");
}

#[test]
fn members_that_are_all_left_out_are_told_as_one_finding() {
    let mut witness = Witness::default();
    for operation in [Operation::AddSubscriptions, Operation::Show] {
        let mut exchange = example(operation);
        let data = exchange.reply.as_mut().expect("JSON")["data"].as_object_mut();
        data.expect("an object").retain(|_, value| !value.is_null());
        witness.observe(&exchange);
    }
    assert_eq!(told(&witness), ["show.fields-set-all"]);
}

#[test]
fn a_user_printed_as_a_text_is_told_as_one_finding() {
    let mut witness = Witness::default();
    let mut exchange = example(Operation::Show);
    let log = &mut exchange.reply.as_mut().expect("JSON")["data"]["log_information"];
    log["created_by_user"] = json!("MPAdministrator");
    log["updated_by_user"] = json!("MPAdministrator");
    witness.observe(&exchange);
    assert_eq!(told(&witness), ["log_information.user"]);
}

#[test]
fn a_request_that_waits_no_more_is_not_missing_in_the_list_of_those_that_wait() {
    let far = |items: &mut Vec<Value>| {
        items[0]["life_cycle_state"] = json!("PENDING");
        items[0]["process_immediately"] = json!(0);
        items[0]["scheduled_date"] = json!("2037-03-01T09:00:00");
        for name in ["executed_date", "request", "response", "reference_number"] {
            items[0][name] = Value::Null;
        }
    };
    let type_of = "type=UPDATE_CA_PIN_TO_DEFAULT_VALUE";
    for (waits_still, standing_of_list) in [(false, Standing::Held), (true, Standing::Broken)] {
        let mut witness = Witness::default();
        witness.observe(&listed(type_of, far));
        witness.observe(&listed("life_cycle_state=PENDING", Vec::clear));
        assert_ne!(standing(&witness, "list.complete"), Standing::Broken);
        witness.observe(&listed(type_of, |items| match waits_still {
            true => far(items),
            false => items[0]["scheduled_date"] = json!("2037-03-01T09:00:00"),
        }));
        assert_eq!(standing(&witness, "list.complete"), standing_of_list);
    }
}

// ------------------------------------------------------------------- who called, and what was made

#[test]
fn the_creator_of_a_request_is_the_user_its_token_was_given_to() {
    let clause = "log_information.creator";
    let login = |user: &str| {
        let body = json!({ "username": user, "password": "p", "organisation": "o" }).to_string();
        let status = json!({ "code": "OK", "message": null, "description": null });
        let reply = json!({ "status": status, "data": { "token": "t" } }).to_string();
        let target = format!("/{}", Operation::IssueToken.path());
        let call = ("POST", target.as_str(), body.as_bytes());
        Exchange::read(0, &BasePath::default(), call, (200, reply.as_bytes()))
            .expect("it is a call")
    };
    for (user, expected) in [("mpadministrator", Standing::Held), ("somebody", Standing::Broken)] {
        let mut witness = Witness::default();
        witness.observe(&login(user));
        witness.observe(&created(Operation::ResetPinToDefaultValue, RESET, |_| {}));
        assert_eq!(standing(&witness, clause), expected, "{user}");
    }
    let mut witness = Witness::default();
    witness.observe(&created(Operation::ResetPinToDefaultValue, RESET, |_| {}));
    assert_eq!(standing(&witness, clause), Standing::NotTestable);
}

#[test]
fn an_answered_id_that_no_request_has_is_told_as_one_finding() {
    let mut witness = Witness::default();
    witness.observe(&created(Operation::ResetPinToDefaultValue, RESET, |reply| {
        let completed = example(Operation::Show);
        reply["data"] = completed.data().clone();
        reply["data"]["id"] = json!("FA2BA704F393A8BE1A6CF108A4C8B215");
        reply["data"]["process_immediately"] = json!(0);
    }));
    let listed = || {
        listed("life_cycle_state=COMPLETED", |items| {
            items[0]["process_immediately"] = json!(0);
        })
    };
    let mut both = witness.clone();
    witness.observe(&listed());
    let clause = "post.answers-its-request";
    assert_eq!(standing(&witness, clause), Standing::Broken);
    let told = told(&witness);
    for id in ["request.ids-unique", "request.references-unique"] {
        assert!(!told.contains(&id.to_owned()), "{told:?}");
    }
    // Both are there: two requests have one number.
    both.observe(&listed());
    both.observe(&self::listed("life_cycle_state=COMPLETED", |items| {
        items[0]["id"] = json!("FA2BA704F393A8BE1A6CF108A4C8B215");
    }));
    assert_ne!(standing(&both, clause), Standing::Broken);
    assert_eq!(standing(&both, "request.ids-unique"), Standing::Broken);
}

#[test]
fn items_of_one_request_have_different_ids() {
    check(
        |reply| {
            for item in reply["data"]["parameters_set"].as_array_mut().expect("items") {
                item["id"] = json!("1");
            }
        },
        &["items.ids-distinct"],
    );
}

#[test]
fn a_projection_that_lacks_a_named_field_breaks_what_the_documents_say_of_it() {
    let mut witness = Witness::default();
    witness.observe(&listed("life_cycle_state=COMPLETED&fields_set=id,type", |items| {
        items[0] = json!({ "id": items[0]["id"] });
    }));
    assert_eq!(standing(&witness, "list.fields_set"), Standing::Broken);
    assert_ne!(standing(&witness, "list.fields-set-exact"), Standing::Broken);
}

#[test]
fn of_two_dates_the_scheduled_one_is_kept() {
    let call = r#"{"token":"t","subscription_identifier":{"number":"1"},"service_identifier":{"code":"1"},"smartcard_identifier":{"id":"1"},"start_date":"2037-03-01T09:00:00","scheduled_date":"2037-05-02T10:30:00"}"#;
    for (found, kept, wins) in [
        ("2037-05-02T10:30:00", Standing::NotTestable, Standing::Held),
        ("2037-03-01T09:00:00", Standing::NotTestable, Standing::Broken),
        // Neither: it is no question of which.
        ("2037-05-02T00:00:00", Standing::Broken, Standing::NotTestable),
    ] {
        let mut witness = Witness::default();
        witness.observe(&created(Operation::AddSubscriptions, call, |reply| {
            reply["data"]["scheduled_date"] = json!(found);
        }));
        let standings =
            ["scheduled-date.kept", "scheduled-date.wins"].map(|id| standing(&witness, id));
        assert_eq!(standings, [kept, wins], "{found}");
    }
}
