//! The catalogue: ids, places, topics.

use std::collections::BTreeSet;

use super::*;
use crate::crm::{Member, Operation};

#[test]
fn every_clause_has_an_id_of_its_own_and_is_found_by_it() {
    let ids: BTreeSet<&str> = Clause::all()
        .iter()
        .map(|clause| clause.id.as_str())
        .collect();
    assert_eq!(ids.len(), Clause::all().len());
    for clause in Clause::all() {
        assert_eq!(Clause::find(&clause.id), Some(clause));
        assert!(clause.id.contains('.'), "{}", clause.id);
        assert!(
            clause.statement.ends_with('.') || clause.statement.ends_with('…'),
            "{}",
            clause.id
        );
    }
}

#[test]
fn what_the_documents_say_or_show_names_its_place() {
    for clause in Clause::all().iter().filter(|clause| clause.is_firm()) {
        assert_ne!(clause.place, "", "{}", clause.id);
    }
}

#[test]
fn every_operation_parameter_and_member_is_a_clause() {
    for operation in Operation::ALL {
        for entry in operation.parameters() {
            let id = format!("{}.{}", operation.name(), entry.name);
            assert_eq!(
                Clause::find(&id).map(|clause| clause.source),
                Some(entry.source),
                "{id}"
            );
        }
    }
    for member in Member::ALL {
        assert!(Clause::find(&format!("request.{}", member.code())).is_some());
    }
}

#[test]
fn clauses_of_one_topic_stand_together() {
    let mut seen: Vec<&str> = Vec::new();
    for clause in Clause::all() {
        if seen.last() != Some(&clause.topic()) {
            assert!(!seen.contains(&clause.topic()), "{}", clause.id);
            seen.push(clause.topic());
        }
    }
}

#[test]
fn a_misspelt_id_is_told_what_it_may_have_been() {
    assert_eq!(Clause::near("show.by-nmber"), Some("show.by-number"));
    assert_eq!(Clause::near("quite.something-else"), None);
}
