//! The shipped worlds hold what the documented examples need.

/// The shipped worlds by name.
pub(super) const WORLDS: [(&str, &str); 9] = [
    ("demo", include_str!("../../../../../fixtures/worlds/demo.world.yaml")),
    ("show", include_str!("../../../../../fixtures/worlds/documented/show.world.yaml")),
    ("list", include_str!("../../../../../fixtures/worlds/documented/list.world.yaml")),
    ("a", include_str!("../../../../../fixtures/worlds/documented/add_subscriptions.world.yaml")),
    ("a", include_str!("../../../../../fixtures/worlds/documented/cancel_subscriptions.world.yaml")),
    ("a", include_str!("../../../../../fixtures/worlds/documented/create_pairing.world.yaml")),
    ("a", include_str!("../../../../../fixtures/worlds/documented/add_to_existing_pairing.world.yaml")),
    ("a", include_str!("../../../../../fixtures/worlds/documented/reset_pin_to_default_value.world.yaml")),
    ("a", include_str!("../../../../../fixtures/worlds/documented/reset_pin_to_given_value.world.yaml")),
];

#[test]
fn tmp() {
    for (name, text) in WORLDS {
        match crate::world::WorldSpec::parse(text) {
            Ok(w) => { let y = w.to_yaml(crate::world::Secrets::Shown); if name == "demo" { println!("{y}"); }
               let back = crate::world::WorldSpec::parse(&y);
               match back { Ok(b) => assert_eq!(b, w), Err(f) => println!("{}", crate::text::render(name, &y, &f)) } }
            Err(f) => println!("{}", crate::text::render(name, text, &f)),
        }
    }
}
