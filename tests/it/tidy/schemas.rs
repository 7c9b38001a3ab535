//! What others check their files by does not change under its name: each schema has a number, and
//! its text is kept in `fixtures/schemas`.

use std::path::PathBuf;

use conax_cli::command_line;
use conax_tests::repository;
use serde_json::Value;

use crate::program::run;

/// The schemas the command line offers.
fn names() -> Vec<String> {
    let command_line = command_line();
    let verb = command_line.find_subcommand("schema").expect("there is such a verb");
    let argument = verb.get_arguments().find(|argument| argument.get_id() == "name");
    let values = argument.expect("it takes a name").get_possible_values();
    let names = values.iter().map(|value| value.get_name().to_owned());
    names.filter(|name| !name.starts_with("openapi-")).collect()
}

fn kept(name: &str, number: u64) -> PathBuf {
    repository().join(format!("fixtures/schemas/{name}.{number}.json"))
}

/// The text a schema has now, and its number.
fn current(name: &str) -> (String, u64) {
    let printed = run(&["schema", name]);
    assert_eq!(printed.code, Some(0), "{printed:?}");
    let schema: Value = serde_json::from_str(&printed.stdout).expect("a schema is JSON");
    let id = schema["$id"].as_str().expect("a schema has an id");
    let number = id.strip_prefix(&format!("urn:conax-sim:schema:{name}:")).expect("of its name");
    (printed.stdout, number.parse().expect("with a number"))
}

/// A schema with a new number is written into the folder; one that is there is never changed.
#[test]
fn no_schema_changes_without_a_new_number() {
    let mut changed = Vec::new();
    for name in names() {
        let (text, number) = current(&name);
        let path = kept(&name, number);
        match std::fs::read_to_string(&path) {
            Ok(before) if before == text => {}
            Ok(_) => changed.push(format!("{name}: is not what it was when it got {number}")),
            Err(_) if std::env::var_os("CONAX_SIM_WRITE_PAGES").is_some() => {
                std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                std::fs::write(&path, &text).expect("a file can be written");
            }
            Err(_) => changed.push(format!("{name}: {number} is not kept")),
        }
    }
    assert!(
        changed.is_empty(),
        "{}\n\nA schema that was released gets a new number: put its text into `FORMER` of \
         crates/conax-cli/src/schema.rs by `include_str!`. If it was not released yet, remove its \
         file from fixtures/schemas. Then: CONAX_SIM_WRITE_PAGES=1 cargo test -p conax-tests --test \
         it tidy::schemas",
        changed.join("\n")
    );
}

#[test]
fn a_schema_is_printed_as_it_was_at_each_of_its_numbers() {
    for name in names() {
        let (text, number) = current(&name);
        for at in 1..=number {
            let printed = run(&["schema", &name, "--at", &at.to_string()]);
            let before = std::fs::read_to_string(kept(&name, at)).expect("each number is kept");
            assert_eq!(printed.stdout, before, "{name} at {at}");
            assert_eq!(printed.stdout == text, at == number, "{name} at {at}");
        }
    }
    let unknown = run(&["schema", "report", "--at", "0"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("no schema `report` with the number 0"), "{unknown:?}");
    let openapi = run(&["schema", "openapi-crm", "--at", "1"]);
    assert_eq!(openapi.code, Some(2));
}
