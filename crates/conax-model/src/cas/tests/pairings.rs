//! Pairing cards and modules.

use crate::cas::{AddedSets, CasSettings, RepairPolicy};

use super::language::{check, check_with};

fn rejecting() -> CasSettings {
    CasSettings { repair_policy: RepairPolicy::Reject, ..CasSettings::default() }
}

#[test]
fn a_pairing_is_a_group_of_cards_and_modules() {
    check("pair 1,2 m1,m2", "pairing 1: 1 2 x m1 m2; pairing m2: 1 2 x m1 m2; state 2: InUse");
}

#[test]
fn pairing_the_same_again_changes_nothing() {
    check(
        "pair 1,2 m1; wait 5s; pair 2,1 m1",
        "last: accepted; effect: nothing; pairing 1: 1 2 x m1",
    );
    check_with(rejecting(), "pair 1 m1; pair 1 m1", "last: accepted");
}

#[test]
fn pairing_anew_supersedes() {
    check("pair 1 m1; pair 1 m2", "pairing 1: 1 x m2; pairing m1: nothing");
    check("pair 1 m1; pair 2 m1", "pairing 2: 2 x m1; pairing 1: nothing; state 1: Stock");
    check("pair 1,2 m1,m2; pair 1 m2", "pairing 1: 1 x m2; pairing 2: 2 x m1");
    check("pair 1 m1,m2; pair 1 m1", "pairing 1: 1 x m1; pairing m2: nothing");
}

#[test]
fn pairing_anew_is_a_conflict_if_so_set() {
    check_with(rejecting(), "pair 1 m1; pair 1 m2", "last: PairingConflict; pairing 1: 1 x m1");
    check_with(rejecting(), "pair 1 m1; pair 2 m1", "last: PairingConflict; pairing 1: 1 x m1");
    check_with(rejecting(), "pair 1 m1; pair 2 m2; join 1 m2", "last: PairingConflict");
    check_with(rejecting(), "pair 1 m1; join 1 m2", "last: accepted; pairing 1: 1 x m1 m2");
}

#[test]
fn joining_is_a_union() {
    check("pair 1 m1; join 1 m2; join 1 2", "pairing 2: 1 2 x m1 m2");
    check("pair 1 m1; join 1 m1", "last: accepted; effect: nothing");
}

#[test]
fn joining_takes_nothing_away_from_another_pairing() {
    for joining in ["join 1 m2", "join 1 2"] {
        let story = format!("pair 1 m1; pair 2 m2; {joining}");
        check(&story, "last: PairingConflict; pairing 1: 1 x m1; pairing 2: 2 x m2");
    }
}

#[test]
fn joining_needs_a_pairing() {
    check("join 1 m1", "last: PairingNotFound");
    check("pair 1 m1; join 2 m2", "last: PairingNotFound");
}

#[test]
fn one_set_is_joined_at_a_time_unless_set_otherwise() {
    check("pair 1 m1; join 1 2 m2", "last: InputValidation");
    check("pair 1 m1; join 1", "last: InputValidation");
    let settings = CasSettings { added_sets: AddedSets::OneOrBoth, ..CasSettings::default() };
    check_with(settings, "pair 1 m1; join 1 2 m2", "pairing 1: 1 2 x m1 m2");
}

#[test]
fn members_must_be_there_and_named_once() {
    for (sentence, expected) in [
        ("pair 1 m4", "last: PairingModuleNotFound"),
        ("pair 1 mw", "last: PairingModuleNotFound"),
        ("pair 4 m1", "last: ClientNotFound"),
        ("pair 1,9 m1", "last: ClientNotManagedBySms"),
        ("pair - m1", "last: InputValidation"),
        ("pair 1 ,", "last: InputValidation"),
        ("pair 1,1 m1", "last: InputValidation"),
        ("pair 1 m1,m1", "last: InputValidation"),
    ] {
        check(sentence, &format!("{expected}; pairing 1: nothing"));
    }
}

#[test]
fn a_group_has_its_limit() {
    let settings = CasSettings { pairing_group_limit: 2, ..CasSettings::default() };
    check_with(settings.clone(), "pair 1,2,3 m1", "last: CapacityExceeded");
    check_with(settings.clone(), "pair 1,2 m1,m2", "last: accepted");
    check_with(settings, "pair 1,2 m1,m2; join 1 m3", "last: CapacityExceeded");
}

#[test]
fn the_status_tells_the_whole_group() {
    check("status 1", "last: paired false [] []");
    check("status m1", "last: paired false [] []");
    check("status m4", "last: PairingModuleNotFound");
    check("status mw", "last: paired false [] []");
    check("pair 1,2 m1; status 2", "last: paired true [1, 2] [m1]");
    check("pair 1,2 m1; status m1", "last: paired true [1, 2] [m1]");
}

#[test]
fn a_module_of_another_domain_is_neither_taken_nor_told() {
    check("pair 1 m1; as b; pair 9 m1", "last: PairingConflict; pairing m1: 1 x m1");
    check("pair 1 m1; as b; status m1", "last: paired true [] []");
}
