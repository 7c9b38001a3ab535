//! What is printed of a simulator in the background: lines to be evaluated, or JSON.

use serde_json::Value;

use super::place::VARIABLES;
use crate::print;
use crate::settings::TARGET_VARIABLE;

/// Prints where a simulator is.
pub(super) fn print(record: &Value, format: &str) {
    match format {
        "json" => print::result(record),
        _ => print::text(evaluated(record).as_bytes()),
    }
}

/// A member of a record that is a text.
pub(super) fn text<'r>(record: &'r Value, member: &str) -> &'r str {
    record[member].as_str().unwrap_or_default()
}

/// The address of the provisioning API, with its path.
pub(super) fn crm(record: &Value) -> Option<String> {
    Some(record["crm"].as_str()?.to_owned() + text(record, "base_path"))
}

/// Lines for a POSIX shell. The verbs that call the control API read what is exported.
pub(super) fn evaluated(record: &Value) -> String {
    let member = |name| record[name].as_str().map(str::to_owned);
    let control = member("control");
    let values = [
        crm(record),
        member("cas"),
        control.clone(),
        member("control_token"),
        member("name"),
        member("state_dir"),
    ];
    let named = VARIABLES.into_iter().zip(values).chain([(TARGET_VARIABLE, control)]);
    let line = |(name, value): (&str, Option<String>)| match value {
        Some(value) => format!("export {name}={}\n", quoted(&value)),
        // Of an earlier one.
        None => format!("unset {name}\n"),
    };
    named.map(line).collect()
}

/// A word as every POSIX shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-:".contains(letter);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    //! What a shell makes of it.

    use serde_json::json;

    use super::evaluated;

    #[test]
    fn what_is_closed_is_unset_and_what_a_shell_would_read_is_quoted() {
        let record = json!({
            "crm": "http://127.0.0.1:1", "base_path": "/crmapi/rest/v2", "cas": null,
            "control": "http://[::1]:2", "control_token": null, "name": "a",
            "state_dir": "/home/o'neill/$HOME",
        });
        let lines = "export CONAX_SIM_CRM=http://127.0.0.1:1/crmapi/rest/v2\n\
            unset CONAX_SIM_CAS\n\
            export CONAX_SIM_CONTROL='http://[::1]:2'\n\
            unset CONAX_SIM_CONTROL_TOKEN\n\
            export CONAX_SIM_NAME=a\n\
            export CONAX_SIM_STATE_DIR='/home/o'\\''neill/$HOME'\n\
            export CONAX_SIM_TARGET='http://[::1]:2'\n";
        assert_eq!(evaluated(&record), lines);
    }
}
