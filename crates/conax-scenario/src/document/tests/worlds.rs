//! What a scenario starts from.

use super::{read, told};

fn with_world(world: &str) -> String {
    format!("scenario: x\nworld: {world}\nsteps: [process]\n")
}

#[test]
fn additions_go_to_both_lists_and_members() {
    let world =
        "{ from: demo, organisation: OTHER, cas: { smartcards: [{ id: \"01900080208\" }] } }";
    let scenarios = read(&with_world(world));
    let spec = &scenarios[0].world.spec;
    assert_eq!(spec.organisation, "OTHER");
    assert_eq!(spec.cas.smartcards.len(), 2);
}

#[test]
fn what_has_the_same_id_is_changed() {
    let world = "{ cas: { smartcards: [{ id: \"01900080207\", state: blocked }] } }";
    let scenarios = read(&with_world(world));
    let cards = &scenarios[0].world.spec.cas.smartcards;
    assert_eq!(cards.len(), 1);
    assert_eq!(format!("{:?}", cards[0].state), "Blocked");
}

#[test]
fn a_crowd_stands_on_both_sides() {
    let scenarios = read(&with_world("{ crowd: { smartcards: 1000 } }"));
    let world = &scenarios[0].world;
    assert_eq!(world.crowd.len(), 1000);
    assert_eq!(world.crowd[999], "02000000999");
    assert_eq!(world.spec.cas.smartcards.len(), 1001);
    assert_eq!(world.spec.installed_items.len(), 1000);
}

#[test]
fn what_is_wrong_with_an_addition_is_told_where_it_is_written() {
    let told = told(&with_world("{ cas: { smartcards: [{ id: \"1\", stat: blocked }] } }"));
    assert!(told.contains("a.scenario.yaml:2:"), "{told}");
    assert!(told.contains("did you mean `state`?"), "{told}");
}

#[test]
fn a_world_that_is_not_there_is_told() {
    let told = told(&with_world("mine.world.yaml"));
    assert!(told.contains("failed to read the world `mine.world.yaml`"), "{told}");
}
