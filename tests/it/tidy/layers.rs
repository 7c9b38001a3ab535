//! Inside a crate nothing imports upwards: its modules stand in layers, and each uses only those
//! below it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{files, is_test, read, relative};

/// The modules of a crate, from the lowest up.
const LAYERS: [(&str, &[&str]); 3] = [
    (
        "crates/conax-model",
        &[
            "counted",
            "noted",
            "source",
            "storage",
            "id",
            "trace",
            "entropy",
            "secret",
            "time",
            "word_list",
            "command",
            "cas",
            "crm",
            "drift",
            "fault",
            "ledger",
        ],
    ),
    (
        "crates/conax-contract",
        &[
            "percent", "text", "trace", "secret", "har", "crm", "cas", "world", "clause", "fault",
            "known", "proof", "control", "openapi", "docs",
        ],
    ),
    (
        "crates/conax-sim",
        &[
            "clock",
            "tls",
            "http_server",
            "seal",
            "journal",
            "settings",
            "authentication",
            "fault",
            "link",
            "world",
            "snapshot",
            "store",
            "shared",
            "dispatch",
            "worlds",
            "reconciliation",
            "conax_endpoint",
            "provisioning_api",
            "control_api",
            "instance",
            "simulator",
        ],
    ),
];

/// A source text without its comments and the tests at its end.
fn code(source: &str) -> String {
    let end = source.find("\n#[cfg(test)]\nmod tests").unwrap_or(source.len());
    let lines = source[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The name a path begins with.
fn first_name(path: &str) -> &str {
    let path = path.trim_start();
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    &path[..end]
}

/// The names at the beginning of each path of a group `{a::b, c::{d, e}}`.
fn group(text: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut found) = (0, 0, Vec::new());
    for (place, letter) in text.char_indices() {
        match letter {
            '{' => {
                depth += 1;
                begin = if depth == 1 { place + 1 } else { begin };
            }
            ',' | '}' if depth == 1 => {
                found.push(first_name(&text[begin..place]));
                begin = place + 1;
            }
            _ => {}
        }
        depth -= i32::from(letter == '}');
        if depth == 0 {
            break;
        }
    }
    found
}

/// What stands behind every `prefix` in a text that is not the end of a longer path.
fn behind<'a>(text: &'a str, prefix: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for (place, _) in text.match_indices(prefix) {
        let is_longer =
            text[..place].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        let rest = &text[place + prefix.len()..];
        match rest.starts_with('{') {
            _ if is_longer => {}
            true => found.extend(group(rest)),
            false => found.push(first_name(rest)),
        }
    }
    found
}

/// Which modules of its crate each module at the top of a crate uses.
fn uses(crate_: &str) -> BTreeMap<String, BTreeSet<String>> {
    let root = format!("{crate_}/src/");
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files("rs") {
        let path = relative(&file);
        let Some(inside) = path.strip_prefix(&root) else {
            continue;
        };
        let module = inside.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        if ["lib", "main"].contains(&module) || is_test(&path) {
            continue;
        }
        let is_top =
            Path::new(inside).parent() == Some(Path::new("")) || inside.ends_with("/mod.rs");
        let source = code(&read(&file));
        let named = found.entry(module.to_owned()).or_default();
        named.extend(behind(&source, "crate::").into_iter().map(str::to_owned));
        if is_top && inside.matches('/').count() < 2 {
            named.extend(behind(&source, "super::").into_iter().map(str::to_owned));
        }
    }
    let modules: BTreeSet<String> = found.keys().cloned().collect();
    for (module, named) in &mut found {
        named.retain(|name| modules.contains(name) && name != module);
    }
    found
}

#[test]
fn no_module_imports_upwards() {
    for (crate_, layers) in LAYERS {
        let uses = uses(crate_);
        let known: BTreeSet<&str> = layers.iter().copied().collect();
        let modules: BTreeSet<&str> = uses.keys().map(String::as_str).collect();
        assert_eq!(modules, known, "{crate_}: a new module needs a layer");
        for (place, module) in layers.iter().enumerate() {
            let below = &layers[..place];
            let upward: Vec<_> =
                uses[*module].iter().filter(|name| !below.contains(&name.as_str())).collect();
            assert!(
                upward.is_empty(),
                "{crate_}: `{module}` uses {upward:?}, which stand above it"
            );
        }
    }
}

#[test]
fn the_reader_of_imports_reads_imports() {
    let source = "//! crate::comment\nuse crate::{a::b, c::{d, e}, f};\nfn x() { crate::g::y() }\n\
                  use other_crate::h;\n#[cfg(test)]\nmod tests { use crate::i; }";
    assert_eq!(behind(&code(source), "crate::"), ["a", "c", "f", "g"]);
    assert!(uses("crates/conax-sim")["dispatch"].contains("shared"));
}
