//! The raw messages under `fixtures/wire`, compiled in by name.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// The raw messages of one folder, as `(name, bytes)`.
macro_rules! wire_fixtures {
    ($folder:literal: $($name:literal)+) => {
        [$((
            $name,
            include_bytes!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../fixtures/wire/", $folder, "/", $name, ".xml"
            )).as_slice(),
        ),)+]
    };
}

pub(super) use wire_fixtures;

/// A raw message and its name.
pub(super) type Fixture = (&'static str, &'static [u8]);

/// Fails if the folder holds a message that `listed` does not.
pub(super) fn check_complete(folder: &str, listed: &[Fixture]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/wire").join(folder);
    let found: BTreeSet<String> = path
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let listed: BTreeSet<String> = listed.iter().map(|(name, _)| format!("{name}.xml")).collect();
    assert_eq!(found, listed, "files of `{folder}` and those the tests read");
}

/// The bytes of a fixture.
pub(super) fn bytes_of(listed: &[Fixture], name: &str) -> &'static [u8] {
    let found = listed.iter().find(|(listed, _)| *listed == name);
    found.unwrap_or_else(|| panic!("no fixture `{name}`")).1
}
