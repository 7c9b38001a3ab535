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
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::flags::{Flags, flag};
use crate::print;

/// What the names of the documents begin with.
const OPENAPI: &str = "openapi-";

/// Schemas as they were: name, number, text. Whoever changes a schema puts the one there was here,
/// from `fixtures/schemas`, and so raises the number of the one there is.
const FORMER: &[(&str, u64, &str)] = &[];

/// The number of a schema as it is now.
fn number(name: &str) -> u64 {
    1 + FORMER.iter().filter(|former| former.0 == name).count() as u64
}

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
        .arg(flag("at", "N", "The schema with this number, as it was; without it, as it is"))
        .after_help(
            "An editor that knows YAML completes and checks scenario files with it:\n  \
             conax-sim schema scenario > scenario.schema.json\n  \
             # yaml-language-server: $schema=scenario.schema.json   (first line of a file)\n\n\
             Each schema has a number, at the end of its `$id`; whatever changes raises it.\n\n\
             The OpenAPI documents are those of APIs without special settings; an API that is \
             served tells its own: GET /_sim/openapi.json, at the control API /openapi.json.",
        )
}

/// Prints it.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let name = matches.text("name").unwrap_or_default();
    let text = matches.whole("at").and_then(|at| match name.strip_prefix(OPENAPI) {
        Some(door) if at.is_none() => Ok(pretty(&document(door))),
        Some(_) => {
            let problem = "--at: an OpenAPI document has no number but the version of the program";
            Err(Failure::usage(problem))
        }
        None => schema(name, at),
    });
    match text {
        Ok(text) => {
            print::result(text.trim_end());
            Exit::Met
        }
        Err(failure) => failure.report(),
    }
}

/// The text of a schema, as it is or as it was.
fn schema(name: &str, at: Option<u64>) -> Result<String, Failure> {
    let current = number(name);
    match at {
        Some(at) if at != current => {
            let found = FORMER.iter().find(|former| (former.0, former.1) == (name, at));
            let unknown = || {
                let problem = format!("--at: there is no schema `{name}` with the number {at}");
                Failure::usage(problem).hint(format!("numbers begin with 1; it is at {current}"))
            };
            found.map(|former| former.2.to_owned()).ok_or_else(unknown)
        }
        _ => {
            let mut schema = match SchemaName::from_code(name) {
                Some(name) => json_schema(name),
                None if name == "report" => {
                    serde_json::from_str(&report::json_schema()).unwrap_or_default()
                }
                None => scenario_schema(),
            };
            schema["$id"] = json!(format!("urn:conax-sim:schema:{name}:{current}"));
            Ok(pretty(&schema))
        }
    }
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
