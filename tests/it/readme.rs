//! The README tells of everything there is, and its commands do what it says.

use conax_cli::exit::Exit;
use conax_cli::settings::SETTINGS;
use conax_contract::control::ControlEntry;
use conax_contract::crm::Operation;
use conax_contract::fault::{PRESETS, WEATHERS};
use conax_tests::{Call, Stage, Staging, repository};
use serde_json::Value;

fn readme() -> String {
    std::fs::read_to_string(repository().join("README.md")).unwrap()
}

fn missing(what: impl IntoIterator<Item = String>) -> Vec<String> {
    let readme = readme();
    what.into_iter()
        .filter(|text| !readme.contains(text))
        .collect()
}

#[test]
fn every_operation_is_mentioned() {
    let calls = Operation::ALL
        .into_iter()
        .map(|operation| format!("`{} {}`", operation.verb(), operation.path()));
    assert_eq!(missing(calls), Vec::<String>::new());
}

#[test]
fn every_setting_is_mentioned() {
    let keys = SETTINGS.iter().map(|entry| entry.key.to_owned());
    assert_eq!(missing(keys), Vec::<String>::new());
}

#[test]
fn every_entry_of_the_control_door_is_mentioned() {
    let calls = ControlEntry::ALL
        .iter()
        .map(|entry| format!("`{} {}`", entry.verb, entry.path));
    assert_eq!(missing(calls), Vec::<String>::new());
}

#[test]
fn every_fault_and_weather_is_listed_as_the_catalogue_has_it() {
    let presets = PRESETS.iter().map(|preset| {
        format!(
            "| `{}` | `{}` | {} | {} | {} | {} |",
            preset.id(),
            preset.name,
            preset.meaning,
            preset.applied.word(),
            preset.crm.word(),
            preset.source
        )
    });
    let weathers = WEATHERS
        .iter()
        .map(|weather| format!("| `{}` | {} |", weather.name, weather.meaning));
    let variants = PRESETS.iter().flat_map(|preset| {
        let variants = preset.variants.iter();
        variants.map(|variant| format!("`{}/{}` ({})", preset.id(), variant.name, variant.meaning))
    });
    let all = presets.chain(weathers).chain(variants);
    assert_eq!(missing(all), Vec::<String>::new());
}

#[test]
fn every_exit_code_is_mentioned() {
    let readme = readme();
    let (_, after) = readme.split_once("Exit codes:").unwrap();
    let sentence = after.split("\n\n").next().unwrap();
    for exit in Exit::ALL {
        assert!(
            sentence.contains(&format!(" {} ", exit.code())),
            "{sentence}"
        );
    }
}

#[test]
fn its_rust_is_that_of_the_example_which_is_compiled_and_run() {
    let readme = readme();
    let blocks: Vec<&str> = readme.split("```rust\n").skip(1).collect();
    assert!(!blocks.is_empty(), "there is no Rust in the README");
    let example = repository().join("examples/rust/tests/provisioning.rs");
    let example = std::fs::read_to_string(example).unwrap();
    for block in blocks {
        let code = block.split("```").next().unwrap_or_default();
        assert!(example.contains(code), "not in the example:\n{code}");
    }
}

/// The commands of the README that call a door.
fn commands() -> Vec<String> {
    let readme = readme();
    let mut found = Vec::new();
    let mut block: Option<String> = None;
    for line in readme.lines() {
        match &mut block {
            None if line == "```sh" => block = Some(String::new()),
            None => {}
            Some(text) if line == "```" => {
                found.push(std::mem::take(text));
                block = None;
            }
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    let joined = found.into_iter().map(|text| text.replace("\\\n", " "));
    let lines = joined.flat_map(|text| words_by_line(&text));
    lines.filter(|line| line.starts_with("curl ")).collect()
}

/// The commands of a block; a quoted text may go over several lines.
fn words_by_line(block: &str) -> Vec<String> {
    let mut commands = vec![String::new()];
    let mut quoted = false;
    for letter in block.chars() {
        quoted ^= letter == '\'';
        match commands.last_mut() {
            Some(command) if letter != '\n' || quoted => command.push(letter),
            _ => commands.push(String::new()),
        }
    }
    commands
        .iter()
        .map(|command| command.trim().to_owned())
        .collect()
}

/// The words of a command, as a shell splits it.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in command.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            letter => {
                if let Some(word) = words.last_mut() {
                    word.push(letter);
                }
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What a `curl` sends, and to which port.
fn call_of(command: &str) -> (u16, Call) {
    let (mut verb, mut body, mut url) = (None, None, String::new());
    let mut headers = Vec::new();
    let mut rest = words(command).into_iter().skip(1);
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-s" | "-i" | "-sS" => {}
            "-X" => verb = rest.next(),
            "-d" | "--data-binary" => body = rest.next(),
            "-H" => headers.push(rest.next().unwrap_or_default()),
            _ => url = word,
        }
    }
    let body = body.map(|text| match text.strip_prefix('@') {
        Some(path) => std::fs::read_to_string(repository().join(path)).unwrap(),
        None => text,
    });
    let verb = verb.unwrap_or(if body.is_some() { "POST" } else { "GET" }.to_owned());
    let address = url
        .strip_prefix("http://127.0.0.1:")
        .unwrap_or_else(|| panic!("{command}"));
    let (port, path) = address.split_once('/').unwrap_or((address, ""));
    let call = Call::new(&verb, &format!("/{path}"), body.unwrap_or_default());
    let call = headers.iter().fold(call, |call, header| {
        let (name, value) = header.split_once(": ").unwrap();
        call.with_header(&name.to_lowercase(), value)
    });
    (port.parse().unwrap(), call)
}

async fn send(stage: &Stage, command: &str) -> Value {
    match call_of(command) {
        (8080, call) => stage.send(call).await.json,
        (8081, call) => {
            let (status, text) = stage.conax(call).await;
            assert_eq!(status, 200, "{command}\n{text}");
            Value::String(text)
        }
        (8082, call) => {
            let reply = stage.control_call(call).await;
            assert!(reply.http_status < 300, "{command}\n{}", reply.text);
            reply.json
        }
        (port, _) => panic!("there is no door at {port}: {command}"),
    }
}

#[tokio::test(start_paused = true)]
async fn its_first_commands_give_pending_then_completed_and_all_the_others_work() {
    let stage = Staging::demo().starting("2026-01-01T09:00:00").open();
    let commands = commands();
    assert!(commands.len() >= 4, "{commands:?}");
    let created = send(&stage, &commands[0]).await;
    assert_eq!(created["data"]["life_cycle_state"], "PENDING");
    assert_eq!(send(&stage, &commands[1]).await["completed"], 1);
    let shown = send(&stage, &commands[2]).await;
    assert_eq!(shown["data"]["life_cycle_state"], "COMPLETED");
    assert_eq!(shown["data"]["id"], created["data"]["id"]);
    for command in &commands[3..] {
        send(&stage, command).await;
    }
}
