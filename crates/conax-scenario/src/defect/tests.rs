//! The list of defects.

use std::collections::BTreeSet;

use super::*;

#[test]
fn there_are_more_than_forty_defects_each_with_a_name_of_its_own() {
    let names: BTreeSet<&str> = defects().iter().map(|defect| defect.name).collect();
    assert_eq!(names.len(), defects().len());
    assert!(names.len() >= 40, "{}", names.len());
}

#[test]
fn a_defect_is_found_by_its_name() {
    assert!(Defect::find("pin-echoed").is_some());
    assert!(Defect::find("nothing").is_none());
}
