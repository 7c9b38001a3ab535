//! Folding, counting, and the space there is.

use conax_contract::source::Source;
use serde_json::json;

use super::*;

#[test]
fn what_was_met_is_folded_from_what_the_target_tells() {
    let seen = Seen {
        ledger: json!([
            { "request": 1, "type": "ADD_SUBSCRIPTIONS", "crm": "COMPLETED", "is_held": false, "exchanges": [1] },
            { "request": 2, "type": "CREATE_PAIRING", "crm": "PENDING", "is_held": false, "exchanges": [] },
        ]),
        transactions: json!([
            { "at": "2026-01-01T09:00:00", "command": "ADD_SUBSCRIPTIONS", "smartcards": ["1"], "effect": "added `7` to `1` from 2026-01-01T09:00:00" },
            { "at": "2026-01-01T09:00:01", "command": "CANCEL_SUBSCRIPTIONS", "smartcards": ["1"], "effect": "cancelled `7` on `1`" },
            { "at": "2026-01-01T09:00:02", "command": "ADD_SUBSCRIPTIONS", "smartcards": ["1"], "effect": "added `7` to `1` from 2026-01-01T09:00:02" },
            { "at": "2026-01-01T09:00:03", "command": "ADD_SUBSCRIPTIONS", "smartcards": ["1"], "effect": "nothing" },
        ]),
        exchanges: json!([
            { "request_number": 1, "faults": [{ "rule": "r", "fault": "f05 read-timeout-applied" }] },
            { "call": "<Envelope><soap:Body><n:CreatePairing/></soap:Body></Envelope>", "faults": [{ "fault": "f01 refused" }] },
        ]),
        ..Seen::default()
    };
    let covers = gather(&seen, None);
    assert_eq!(
        covers.transitions,
        [
            "entitlement active>cancelled",
            "entitlement cancelled>active",
            "entitlement none>active",
            "request PENDING>COMPLETED ADD_SUBSCRIPTIONS",
            "smartcard stock>in_use",
        ]
    );
    assert_eq!(covers.cells, ["f01 CREATE_PAIRING connect", "f05 ADD_SUBSCRIPTIONS after"]);
}

#[test]
fn axes_are_accounted_apart_and_unknown_names_are_kept() {
    let covers = Covers {
        clauses: vec!["show.by-id".to_owned(), "REQ-17".to_owned()],
        cells: vec!["f05 ADD_SUBSCRIPTIONS after".to_owned()],
        ..Covers::default()
    };
    let account = Account::of([&covers].into_iter(), &Source::ALL);
    let clauses = account.axis(Axis::Clauses).expect("there is one");
    assert_eq!((clauses.met.len(), clauses.others.as_slice()), (1, &["REQ-17".to_owned()][..]));
    let cells = account.axis(Axis::Cells).expect("there is one");
    assert_eq!((cells.met.len(), cells.percent()), (1, 0));
    let firm = Account::of([&covers].into_iter(), &[Source::Documented]);
    assert_eq!(firm.axis(Axis::Clauses).map(|axis| axis.met.len()), Some(0));
}

#[test]
fn every_transition_and_cell_that_is_met_is_one_of_the_space() {
    for axis in Axis::ALL {
        let all = axis.all();
        let unique: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(unique.len(), all.len(), "{}", axis.name());
    }
}
