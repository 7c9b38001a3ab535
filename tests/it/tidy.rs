//! The rules of the simulator that nobody should have to remember: walls, words, links, fixtures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use conax_tests::repository;

mod layers;
mod schemas;

/// Which of our crates each of our crates may lean on.
const WALLS: [(&str, &[&str]); 7] = [
    ("crates/conax-model", &[]),
    ("crates/conax-contract", &["conax-model"]),
    ("crates/conax-scenario", &["conax-contract"]),
    ("crates/conax-sim", &["conax-contract", "conax-model"]),
    ("crates/conax-store", &["conax-sim"]),
    (
        "crates/conax-cli",
        &["conax-contract", "conax-model", "conax-scenario", "conax-sim", "conax-store"],
    ),
    ("tests", &["conax-cli", "conax-contract", "conax-model", "conax-scenario", "conax-sim"]),
];

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a manifest names in any of its tables of dependencies.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut in_dependencies = false;
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if in_dependencies && !line.is_empty() && !line.starts_with('#') {
            let end = line.find(['.', ' ', '=']).unwrap_or(line.len());
            found.push(line[..end].to_owned());
        }
    }
    found.sort();
    found
}

/// The crates of ours a manifest names.
fn leans_on(manifest: &str) -> Vec<String> {
    let mut found = dependencies(manifest);
    found.retain(|name| name.starts_with("conax-"));
    found
}

/// What the model leans on: nothing that waits, knows a format, logs or touches files.
const OF_THE_MODEL: [&str; 6] = ["chrono", "foldhash", "proptest", "rand", "serde", "thiserror"];

#[test]
fn the_model_knows_no_format_and_only_the_simulator_stores_it() {
    let manifest = |member: &str| read(&repository().join(member).join("Cargo.toml"));
    let model = manifest("crates/conax-model");
    assert_eq!(dependencies(&model), OF_THE_MODEL);
    assert!(model.contains("\nserde = { workspace = true, optional = true }\n"));
    assert!(model.contains("\n[features]\n# The nouns can be stored"), "and no default");
    for (member, _) in WALLS {
        let text = manifest(member);
        let stores = text.contains("conax-model = { workspace = true, features = [\"storage\"] }");
        let encodes = dependencies(&text).contains(&"postcard".to_owned());
        assert_eq!((stores, encodes), (member == "crates/conax-sim", stores), "{member}");
    }
}

/// What decides, in the model: the wire and the examiner may use its nouns, never one of these.
const MACHINES: [&str; 7] =
    ["CasState", "FaultPlan", "HeadEndMemory", "Ledger", "RequestBook", "RuleAtWork", "Sessions"];

/// The words of a source text that name something of the model's which decides.
fn machines_named(source: &str) -> Vec<&'static str> {
    let words: std::collections::BTreeSet<&str> = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .collect();
    MACHINES.into_iter().filter(|machine| words.contains(machine)).collect()
}

#[test]
fn the_wire_and_the_examiner_use_the_nouns_of_the_model_and_never_a_machine() {
    for file in files("rs") {
        let path = relative(&file);
        let walled = ["crates/conax-contract/", "crates/conax-scenario/"];
        if !walled.iter().any(|crate_| path.starts_with(crate_)) {
            continue;
        }
        let source = read(&file);
        let imports = source.contains("conax_model");
        let named = machines_named(&source);
        assert!(!imports || named.is_empty(), "{path} uses {named:?}");
        assert!(!source.contains("conax_model::*"), "{path} names what it uses");
    }
    let book = "use conax_model::crm::RequestBook;\n";
    assert_eq!(machines_named(book), ["RequestBook"], "the reader reads");
}

#[test]
fn no_crate_leans_over_its_wall() {
    let mut members: Vec<String> = std::fs::read_dir(repository().join("crates"))
        .unwrap()
        .map(|entry| format!("crates/{}", entry.unwrap().file_name().to_string_lossy()))
        .collect();
    members.push("tests".to_owned());
    members.sort();
    let mut walled: Vec<&str> = WALLS.iter().map(|(member, _)| *member).collect();
    walled.sort_unstable();
    assert_eq!(members, walled, "a new crate needs a wall");
    for (member, allowed) in WALLS {
        let found = leans_on(&read(&repository().join(member).join("Cargo.toml")));
        assert_eq!(found, allowed, "{member}");
    }
}

/// Every file of the repository with this ending, but what is built or borrowed.
fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![repository()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                let is_ours = !["target", "node_modules"].contains(&name.as_str());
                if is_ours && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no file ends in {ending}");
    found
}

fn relative(path: &Path) -> String {
    let root = repository();
    let path = path.strip_prefix(&root).unwrap_or(path);
    path.to_string_lossy().into_owned()
}

/// Where tests stand.
fn is_test(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let test_file = ["tests.rs", "laws.rs"].contains(parts.last().unwrap_or(&""));
    path.starts_with("tests/it/")
        || test_file
        || parts.contains(&"tests") && parts[0] == "crates"
        || parts.contains(&"laws")
}

/// What must not stand in a file, and why.
fn forbidden(path: &str) -> Vec<(&'static str, &'static str)> {
    let mut words = vec![
        ("todo!(", "write it, or `TODO(condition): …` in a comment"),
        ("unimplemented!(", "write it"),
        ("dbg!(", "a leftover"),
        ("FIXME", "fix it"),
        ("#[allow(", "use `#[expect(…, reason = …)]`"),
        ("#![allow(", "use `#[expect(…, reason = …)]`"),
        ("#[ignore", "a test runs or it is not there"),
        ("#[should_panic", "assert what is left behind"),
    ];
    if is_test(path) || path.starts_with("tests/") {
        words.push(("thread::sleep", "wait for a level with a bound"));
        words.push(("time::sleep", "wait for a level with a bound"));
    } else {
        words.push((".unwrap()", "use `expect` and state the invariant"));
    }
    words
}

#[test]
fn no_file_has_leftovers() {
    let mut findings = Vec::new();
    for path in files(".rs") {
        let name = relative(&path);
        // The words stand in this file because it looks for them.
        if name == "tests/it/tidy.rs" {
            continue;
        }
        for (number, line) in read(&path).lines().enumerate() {
            for (word, instead) in forbidden(&name) {
                if line.contains(word) {
                    findings.push(format!("{name}:{}: `{word}`: {instead}", number + 1));
                }
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = files(".rs")
        .iter()
        .filter(|path| !read(path).trim_start().starts_with("//!"))
        .map(|path| relative(path))
        .collect();
    assert_eq!(silent, Vec::<String>::new(), "the first line is `//! …`");
}

#[test]
fn no_module_is_a_drawer_for_everything() {
    let drawers = ["common", "core", "utils", "util", "helpers", "helper", "types", "misc"];
    let found: Vec<String> = files(".rs")
        .iter()
        .map(|path| relative(path))
        .filter(|path| {
            let mut parts = path.trim_end_matches(".rs").split('/');
            parts.any(|part| drawers.contains(&part))
        })
        .collect();
    assert_eq!(found, Vec::<String>::new(), "name what is in it");
}

/// FNV-1a, 64 bit: enough to notice a change.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[test]
fn the_documented_examples_are_the_documented_bytes() {
    let folder = repository().join("fixtures/contract");
    let mut lines = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        lines.insert(name, format!("{:>5} {:016x}", bytes.len(), fingerprint(&bytes)));
    }
    let list: Vec<String> = lines.iter().map(|(name, line)| format!("{line} {name}")).collect();
    insta::assert_snapshot!(list.join("\n"));
}

/// The targets of the links of a document, but those to elsewhere.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("](") {
            let (target, after) = after.split_once(')').unwrap_or((after, ""));
            if !target.contains("://") && !target.starts_with("mailto:") {
                found.push(target.to_owned());
            }
            rest = after;
        }
    }
    found
}

/// The anchor a heading gets.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn has_anchor(document: &Path, wanted: &str) -> bool {
    let text = read(document);
    let mut headings = text.lines().filter(|line| line.starts_with('#'));
    headings.any(|heading| anchor(heading) == wanted)
}

#[test]
fn every_link_of_every_document_leads_somewhere() {
    let mut broken = Vec::new();
    for document in files(".md") {
        for link in links(&read(&document)) {
            let (file, wanted) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => document.clone(),
                file => document.parent().unwrap_or(Path::new("")).join(file),
            };
            let there = target.exists() && (wanted.is_empty() || has_anchor(&target, wanted));
            if !there {
                broken.push(format!("{}: {link}", relative(&document)));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

/// Ways to write a file that can leave half of it.
const HALF_WRITERS: [&str; 4] = ["fs::write(", "File::create", "OpenOptions", "fs::copy("];

#[test]
fn files_are_written_in_one_place() {
    // The bench writes for itself, into folders it takes away again.
    let is_free = |path: &str| path.ends_with("/write.rs") || path.contains("/bench/");
    let half_written: Vec<String> = files(".rs")
        .iter()
        .map(|path| (relative(path), read(path)))
        .filter(|(path, _)| path.starts_with("crates/conax-cli/src/") && !is_free(path))
        .filter(|(_, text)| HALF_WRITERS.iter().any(|writer| text.contains(writer)))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(half_written, Vec::<String>::new());
}

#[test]
fn every_snapshot_has_a_test() {
    let sources: String = files(".rs").iter().map(|path| read(path)).collect();
    let orphans: Vec<String> = files(".snap")
        .iter()
        .map(|path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned())
        .filter(|stem| {
            let name = stem.rsplit("__").next().unwrap_or_default();
            let known =
                sources.contains(&format!("fn {name}")) || sources.contains(&format!("\"{name}\""));
            let broken = name.strip_prefix("broken-").is_some_and(|name| {
                let file = format!("scenarios/broken/{name}.broken.yaml");
                repository().join(file).exists()
            });
            !known && !broken && !name.starts_with("help")
        })
        .collect();
    assert_eq!(orphans, Vec::<String>::new());
}

#[test]
fn the_wall_reader_reads_manifests() {
    let manifest = "[package]\nname = \"conax-x\"\n[dependencies]\nconax-sim.workspace = true\n\
                    conax-model = { path = \"x\" }\nserde = \"1\"\n[dev-dependencies]\n\
                    conax-cli.workspace = true\n[lints]\nworkspace = true\n";
    let ours = ["conax-cli", "conax-model", "conax-sim"];
    assert_eq!(leans_on(manifest), ours);
    assert_eq!(dependencies(manifest), [&ours[..], &["serde"]].concat());
    assert_eq!(anchor("## What is known, and what is *not*"), "what-is-known-and-what-is-not");
}

#[test]
fn every_client_of_others_that_ci_runs_stands_in_a_page() {
    let root = repository();
    let runner = read(&root.join("tests/foreign/clients/run.py"));
    let pages = ["docs/provisioning-api.md", "docs/conax-endpoint.md"];
    let pages = pages.map(|page| read(&root.join(page))).concat();
    let named = runner.lines().filter_map(|line| line.strip_prefix("    \"")?.split_once("\": ["));
    let names: Vec<&str> = named.map(|(name, _)| name).collect();
    assert!(names.contains(&"php") && names.len() >= 9, "{names:?}");
    for name in names {
        assert!(pages.contains(&format!("| `{name}`")), "`{name}` stands in neither page");
    }
}
