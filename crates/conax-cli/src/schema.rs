//! `schema`: prints JSON Schemas and OpenAPI documents.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};
use conax_contract::cas::Profile;
use conax_contract::openapi::{
    CasApi, ControlApi, CrmApi, OpenApiOf, SchemaName, cas_document, control_document,
    crm_document, json_schema,
};
use conax_scenario::document::scenario_schema;
use conax_scenario::report;
use serde_json::Value;

use crate::exit::Exit;
use crate::print;

/// What the names of the documents begin with.
const OPENAPI: &str = "openapi-";

/// What can be described.
fn names() -> Vec<String> {
    let ours = ["scenario", "report"].map(str::to_owned);
    let calls = SchemaName::all().map(|name| name.code().to_owned());
    let doors = OpenApiOf::ALL.map(|door| format!("{OPENAPI}{}", door.code()));
    ours.into_iter().chain(calls).chain(doors).collect()
}

/// The verb.
pub(crate) fn command() -> Command {
    Command::new("schema")
        .about("Print the JSON Schema of a file, a call or an answer, or an API's OpenAPI document")
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .required(true)
                .value_parser(PossibleValuesParser::new(names()))
                .help("What is described"),
        )
        .after_help(
            "An editor that knows YAML completes and checks scenario files with it:\n  \
             conax-sim schema scenario > scenario.schema.json\n  \
             # yaml-language-server: $schema=scenario.schema.json   (first line of a file)\n\n\
             The OpenAPI documents are those of APIs without special settings; an API that is \
             served tells its own: GET /_sim/openapi.json, at the control API /openapi.json.",
        )
}

/// Prints it.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let name = matches.get_one::<String>("name").map_or("", String::as_str);
    let text = match name {
        "scenario" => pretty(&scenario_schema()),
        "report" => report::json_schema(),
        name => match SchemaName::from_code(name) {
            Some(name) => pretty(&json_schema(name)),
            None => pretty(&document(name.trim_start_matches(OPENAPI))),
        },
    };
    print::result(text.trim_end());
    Exit::Met
}

fn document(door: &str) -> Value {
    match OpenApiOf::from_code(door) {
        Some(OpenApiOf::Crm) => crm_document(&CrmApi::default()),
        Some(OpenApiOf::Cas) => cas_document(&CasApi {
            profile: Profile::public(),
            asks_who_calls: false,
            origin: String::new(),
        }),
        Some(OpenApiOf::Control) | None => control_document(&ControlApi::default()),
    }
}

fn pretty(schema: &Value) -> String {
    serde_json::to_string_pretty(schema).unwrap_or_default()
}
