//! Worlds: the one that is built in, and files.

use std::path::Path;

use conax_contract::text;
use conax_contract::world::{DEMO, WorldSpec};

use crate::exit::Exit;
use crate::print;
use crate::settings::SettingsError;

/// Prints the demo world.
pub(crate) fn run() -> Exit {
    print::text(DEMO.as_bytes());
    Exit::Met
}

/// Reads the demo world or a file.
pub(crate) fn read(name: &str) -> Result<WorldSpec, SettingsError> {
    if name == "demo" {
        return Ok(WorldSpec::demo());
    }
    let source = crate::read::text_file(name).map_err(|source| SettingsError::Read {
        file: "the world",
        path: Path::new(name).into(),
        source,
    })?;
    WorldSpec::parse(&source)
        .map_err(|findings| SettingsError::File(vec![text::render(name, &source, &findings)]))
}
