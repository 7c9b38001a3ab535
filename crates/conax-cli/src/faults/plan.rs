//! The fault plan of a running simulator.

use clap::ArgMatches;
use conax_contract::fault::WEATHERS;
use serde_json::Value;

use crate::control_client::{self, ControlTarget};
use crate::exit::Exit;
use crate::print;
use crate::serve::complain;

/// Shows the rules with their counts.
pub(super) fn show(matches: &ArgMatches) -> Exit {
    call(matches, |target| control_client::get(target, "/v1/faults"))
}

/// Removes every rule.
pub(super) fn clear(matches: &ArgMatches) -> Exit {
    call(matches, |target| control_client::delete(target, "/v1/faults"))
}

/// Adds a preset, a weather, a rule or a file.
pub(super) fn add(matches: &ArgMatches) -> Exit {
    let named = matches.get_one::<String>("rule").map_or("", String::as_str);
    let is_weather = WEATHERS.iter().any(|weather| weather.name == named);
    let is_file = std::fs::metadata(named).is_ok_and(|found| !found.is_dir());
    let body = if !is_weather && is_file {
        match crate::read::text_file(named) {
            Ok(text) => text,
            Err(error) => {
                print::aside(format_args!("error: failed to read `{named}`: {error}"));
                return Exit::Settings;
            }
        }
    } else {
        named.to_owned()
    };
    call(matches, |target| control_client::post_text(target, "/v1/faults", &body))
}

fn call(
    matches: &ArgMatches,
    ask: impl FnOnce(&ControlTarget) -> Result<(u16, Value), String>,
) -> Exit {
    let target = match ControlTarget::of(matches) {
        Ok(target) => target,
        Err(error) => return complain(&error, Exit::Settings),
    };
    match ask(&target) {
        Ok((200 | 201, answer)) => {
            print_plan(&answer);
            Exit::Met
        }
        other => control_client::refused(other),
    }
}

fn print_plan(answer: &Value) {
    let rules = answer["faults"].as_array().cloned().unwrap_or_default();
    if rules.is_empty() {
        print::result("no rules: everything goes well");
    }
    for rule in rules {
        print::result(format_args!(
            "{:<20} {:<8} hit {:<6} missed {}",
            rule["name"].as_str().unwrap_or("?"),
            rule["status"].as_str().unwrap_or("?"),
            rule["hit"],
            rule["missed"],
        ));
        print::meaning("", 2, &rule["rule"].to_string());
    }
    for shadow in answer["shadowed"].as_array().into_iter().flatten() {
        print::result(format_args!(
            "rule {} can never act: rule {} before it always does",
            shadow["rule"].as_str().unwrap_or("?"),
            shadow["by"].as_str().unwrap_or("?")
        ));
    }
}
