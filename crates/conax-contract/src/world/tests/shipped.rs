//! The shipped worlds, for the other tests.

use crate::text::render;
use crate::world::WorldSpec;

macro_rules! shipped {
    ($($path:literal),+ $(,)?) => {
        &[$((
            $path,
            include_str!(concat!("../../../../../fixtures/worlds/", $path, ".world.yaml")),
        )),+]
    };
}

/// Every shipped world by its path below `fixtures/worlds`.
pub(super) const SHIPPED: &[(&str, &str)] = shipped![
    "demo",
    "lab",
    "documented/show",
    "documented/list",
    "documented/add_subscriptions",
    "documented/cancel_subscriptions",
    "documented/create_pairing",
    "documented/add_to_existing_pairing",
    "documented/reset_pin_to_default_value",
    "documented/reset_pin_to_given_value",
];

/// The shipped world at `path`; a failure shows what is wrong with it.
pub(super) fn shipped(path: &str) -> WorldSpec {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == path).expect("a shipped world");
    parsed(path, text)
}

/// The world in `text`; a failure shows what is wrong with it.
pub(super) fn parsed(name: &str, text: &str) -> WorldSpec {
    match WorldSpec::parse(text) {
        Ok(world) => world,
        Err(findings) => panic!("{}", render(name, text, &findings)),
    }
}

#[test]
fn every_shipped_world_parses_and_bears_the_name_of_its_file() {
    for (path, text) in SHIPPED {
        assert_eq!(parsed(path, text).name, path.replace('/', "-"));
    }
}

#[test]
fn every_world_file_is_in_the_list() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/worlds");
    let below = |path: &str| std::fs::read_dir(format!("{folder}/{path}")).unwrap();
    let files = below(".").chain(below("documented"));
    let count = files.filter(|file| {
        file.as_ref().unwrap().file_name().to_string_lossy().ends_with(".world.yaml")
    });
    assert_eq!(count.count(), SHIPPED.len());
}
