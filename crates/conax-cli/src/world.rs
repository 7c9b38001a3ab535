//! Worlds: the one that is built in, and files.

use std::path::Path;

use conax_contract::text;
use conax_contract::world::WorldSpec;

use crate::exit::Exit;
use crate::print;
use crate::settings::SettingsError;

/// The demo world, as its file stands.
pub(crate) const DEMO: &str = include_str!("../../../fixtures/worlds/demo.world.yaml");

/// Prints the demo world.
pub(crate) fn run() -> Exit {
    print::text(DEMO.as_bytes());
    Exit::Met
}

/// Reads the demo world or a file.
pub(crate) fn read(name: &str) -> Result<WorldSpec, SettingsError> {
    if name == "demo" {
        return parse("demo.world.yaml", DEMO);
    }
    let source = std::fs::read_to_string(name).map_err(|source| SettingsError::Read {
        file: "the world",
        path: Path::new(name).into(),
        source,
    })?;
    parse(name, &source)
}

fn parse(name: &str, source: &str) -> Result<WorldSpec, SettingsError> {
    WorldSpec::parse(source)
        .map_err(|findings| SettingsError::File(vec![text::render(name, source, &findings)]))
}
