//! Tables on pages that the program has as tables too: between `<!-- made of: NAME -->` and
//! `<!-- end -->` stands what is made of them, and nothing else.

use conax_cli::exit::Exit;
use conax_cli::help::{GROUPS, Page as HelpPage};
use conax_cli::settings::SETTINGS;
use conax_contract::control::ControlEntry;
use conax_contract::crm::Operation;
use conax_contract::fault::{PRESETS, WEATHERS};
use conax_contract::known::KNOWN;
use conax_tests::repository;

use crate::pages::page::{Page, paths};
use crate::program;

/// The variable that has the pages written anew.
const WRITE: &str = "CONAX_SIM_WRITE_PAGES";

/// A table: the name behind `made of:`, and its lines.
type Table = (&'static str, fn() -> Vec<String>);

const TABLES: &[Table] = &[
    ("operations", operations),
    ("control entries", control_entries),
    ("presets", presets),
    ("variants", variants),
    ("weathers", weathers),
    ("settings", settings),
    ("exit codes", exit_codes),
    ("what is known", known),
    ("laws", laws),
    ("pages: Getting started", || pages_of("Getting started")),
    ("pages: The simulator", || pages_of("The simulator")),
    ("pages: The test harness", || pages_of("The test harness")),
    ("pages: Reference", || pages_of("Reference")),
];

fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Vec<String> {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let head_line = line(head.iter().map(|&cell| cell.to_owned()).collect());
    let rule = format!("|{}", "---|".repeat(head.len()));
    [head_line, rule].into_iter().chain(rows.into_iter().map(line)).collect()
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn operations() -> Vec<String> {
    let rows = Operation::ALL.into_iter().map(|operation| {
        let call = format!("{} {}", operation.verb(), operation.path());
        vec![code(&call), operation.summary().to_owned(), operation.source().to_string()]
    });
    table(&["call", "what it does", "known"], rows)
}

fn control_entries() -> Vec<String> {
    let rows = ControlEntry::ALL.iter().map(|entry| {
        vec![code(&format!("{} {}", entry.verb, entry.path)), entry.summary.to_owned()]
    });
    table(&["call", "what it does"], rows)
}

fn presets() -> Vec<String> {
    let rows = PRESETS.iter().map(|preset| {
        vec![
            code(&preset.id()),
            code(preset.name),
            preset.meaning.to_owned(),
            preset.applied.code().to_owned(),
            preset.crm.code().to_owned(),
            preset.source.to_string(),
        ]
    });
    let head = ["id", "name", "what it is", "state changes", "request ends", "known"];
    table(&head, rows)
}

fn variants() -> Vec<String> {
    let rows = PRESETS.iter().flat_map(|preset| {
        preset.variants.iter().map(|variant| {
            let name = format!("{}/{}", preset.id(), variant.name);
            vec![code(&name), variant.meaning.to_owned()]
        })
    });
    table(&["variant", "what differs"], rows)
}

fn weathers() -> Vec<String> {
    let rows = WEATHERS.iter().map(|weather| vec![code(weather.name), weather.meaning.to_owned()]);
    table(&["weather", "what it is like"], rows)
}

fn settings() -> Vec<String> {
    let rows = SETTINGS
        .iter()
        .map(|entry| vec![code(entry.key), code(entry.default), entry.help.to_owned()]);
    table(&["setting", "default", "what it does"], rows)
}

fn exit_codes() -> Vec<String> {
    let rows =
        Exit::ALL.iter().map(|exit| vec![exit.code().to_string(), exit.meaning().to_owned()]);
    table(&["code", "meaning"], rows)
}

fn known() -> Vec<String> {
    let rows = KNOWN.iter().map(|known| vec![known.behaviour.to_owned(), known.source_in_words()]);
    table(&["behaviour", "how we know"], rows)
}

/// As `grade --list` has them: a law, its seats and tag, its sentence on lines of its own.
fn laws() -> Vec<String> {
    let list = program::run(&["grade", "--list"]).stdout;
    let laws = list.split("\n  client.").skip(1).map(|law| {
        let (head, rest) = law.split_once('\n').unwrap_or((law, ""));
        let words: Vec<&str> = head.split_whitespace().collect();
        let [name, "seat", seats @ .., tag] = words.as_slice() else {
            panic!("no law: {head}");
        };
        let sentence = rest.split("    tried in:").next().unwrap_or_default();
        let sentence: Vec<&str> = sentence.split_whitespace().collect();
        let name = code(&format!("client.{name}"));
        vec![name, seats.join(" "), (*tag).to_owned(), sentence.join(" ")]
    });
    table(&["law", "seats", "known", "what it says"], laws)
}

fn pages_of(group: &str) -> Vec<String> {
    let group = GROUPS.iter().find(|known| known.name == group).unwrap();
    let rows = group
        .pages
        .iter()
        .map(|page| vec![format!("[{}]({}.md)", page.title(), page.name), page.about.to_owned()]);
    table(&["page", "what it covers"], rows)
}

#[test]
fn the_book_has_every_page_in_the_order_of_the_list() {
    let mut book = vec!["# Summary".to_owned(), String::new()];
    book.extend(["[About these pages](README.md)".to_owned(), String::new()]);
    for group in GROUPS {
        book.extend([format!("# {}", group.name), String::new()]);
        let lines =
            group.pages.iter().map(|page| format!("- [{}]({}.md)", page.title(), page.name));
        book.extend(lines.chain([String::new()]));
    }
    let summary = Page::read("docs/SUMMARY.md").text;
    assert_eq!(summary.trim_end(), book.join("\n").trim_end());
    let mut files: Vec<String> =
        HelpPage::all().map(|page| format!("docs/{}.md", page.name)).collect();
    files.extend(["docs/README.md", "docs/SUMMARY.md"].map(str::to_owned));
    files.sort();
    let docs: Vec<String> = paths().into_iter().filter(|path| path.starts_with("docs/")).collect();
    assert_eq!(docs, files);
}

/// The page with its tables as they have to be, and the names of those.
fn renewed(page: &Page) -> (String, Vec<String>) {
    let mut pieces = page.text.split("<!-- made of: ");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    let mut names = Vec::new();
    for piece in pieces {
        let (name, rest) = piece.split_once(" -->").unwrap();
        let (_, after) = rest.split_once("<!-- end -->").unwrap();
        let table = TABLES.iter().find(|(known, _)| *known == name);
        let (_, lines) = table.unwrap_or_else(|| panic!("{}: no table `{name}`", page.path));
        let lines = lines().join("\n");
        text += &format!("<!-- made of: {name} -->\n\n{lines}\n\n<!-- end -->{after}");
        names.push(name.to_owned());
    }
    (text, names)
}

#[test]
fn every_table_of_the_program_stands_on_one_page_as_the_program_has_it() {
    let mut found = Vec::new();
    for path in paths() {
        let page = Page::read(&path);
        let (text, names) = renewed(&page);
        found.extend(names);
        if text != page.text && std::env::var_os(WRITE).is_some() {
            std::fs::write(repository().join(&path), &text).unwrap();
        } else if text != page.text {
            let old: Vec<&str> = page.text.lines().collect();
            let line = text.lines().find(|line| !old.contains(line));
            panic!(
                "{path} has a table that is not the program's; missing is, for one:\n{line:?}\n\
                 `{WRITE}=1 cargo test -p conax-tests pages::tables` writes it anew"
            );
        }
    }
    found.sort_unstable();
    let mut all: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
    all.sort_unstable();
    assert_eq!(found, all);
}
