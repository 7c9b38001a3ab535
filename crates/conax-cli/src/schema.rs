//! `schema`: prints JSON Schemas.

use clap::{Arg, ArgMatches, Command};
use conax_scenario::document::scenario_schema;
use conax_scenario::report::json_schema;

use crate::exit::Exit;
use crate::print;

/// What has a schema.
const NAMES: [&str; 2] = ["scenario", "report"];

/// The verb.
pub(crate) fn command() -> Command {
    Command::new("schema")
        .about("Print the JSON Schema of scenario files, or of the JSON report")
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .required(true)
                .value_parser(NAMES)
                .help("What is described"),
        )
        .after_help(
            "An editor that knows YAML completes and checks scenario files with it:\n  \
             conax-sim schema scenario > scenario.schema.json\n  \
             # yaml-language-server: $schema=scenario.schema.json   (first line of a file)",
        )
}

/// Prints it.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let text = match matches.get_one::<String>("name").map(String::as_str) {
        Some("report") => json_schema(),
        _ => serde_json::to_string_pretty(&scenario_schema()).unwrap_or_default(),
    };
    print::result(text.trim_end());
    Exit::Met
}
