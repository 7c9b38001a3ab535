//! What pages say in passing is checked as well: commands between backticks and commands that are
//! not run are command lines of the program, paths lead to files, and code of other languages is
//! that of an example which is run elsewhere.

use conax_tests::repository;

use crate::pages::page::{Page, paths};

fn pages() -> impl Iterator<Item = Page> {
    paths().into_iter().map(|path| Page::read(&path))
}

/// The words of a command up to a pipe or redirection, as a shell splits them.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in command.chars() {
        match (quote, letter) {
            (None, '|' | '>' | '<' | '#') => break,
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, letter) if letter.is_whitespace() => words.push(String::new()),
            _ => words.last_mut().unwrap().push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What is wrong with a command line, in the program's own words. The name of a verb alone, which
/// needs more to run, is none.
fn complaint(command: &str) -> Option<String> {
    let words = words(command);
    let mut verbs = words.iter().skip(1);
    let mut verb = Some(conax_cli::command_line());
    while let (Some(known), Some(word)) = (&verb, verbs.next()) {
        verb = known.find_subcommand(word).cloned();
    }
    if verb.is_some() {
        return None;
    }
    let parsed = conax_cli::command_line().try_get_matches_from(&words);
    let error = parsed.err().filter(clap::Error::use_stderr)?;
    Some(error.to_string())
}

/// Commands of ours that no test runs: those between backticks, and those of blocks with a reason.
fn mentioned(page: &Page) -> Vec<String> {
    let blocks = page.blocks().into_iter();
    let unrun = blocks.filter(|block| block.text.starts_with("# Not run by the tests:"));
    let lines = unrun.flat_map(|block| {
        let text = block.text.replace("\\\n", " ");
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    let all = page.spans().into_iter().chain(lines);
    // A page is asked for outside of clap.
    let all = all.filter(|text| !text.starts_with("conax-sim help "));
    let installed = |text: String| match text.strip_prefix("cargo run --release -- ") {
        Some(rest) => format!("conax-sim {rest}"),
        None => text,
    };
    let ours = |text: &String| text.starts_with("conax-sim ") && !text.contains('…');
    all.map(installed).filter(ours).collect()
}

#[test]
fn a_command_that_is_mentioned_is_one_the_program_takes() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for page in pages() {
        for command in mentioned(&page) {
            count += 1;
            if let Some(told) = complaint(&command) {
                wrong.push(format!("{}: `{command}`\n{told}", page.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 20, "{count} commands are mentioned");
    assert!(complaint("conax-sim run x --qiet").is_some());
}

/// Folders of the repository: what begins like this is a path.
const FOLDERS: [&str; 6] = ["fixtures/", "scenarios/", "examples/", "crates/", "tests/", "docs/"];

#[test]
fn a_path_between_backticks_is_there() {
    let mut missing = Vec::new();
    for page in pages() {
        for span in page.spans() {
            let is_path = FOLDERS.iter().any(|folder| span.starts_with(folder));
            let is_pattern = span.contains(['*', ' ']);
            if is_path && !is_pattern && !repository().join(&span).exists() {
                missing.push(format!("{}: {span}", page.path));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// `docs/` is a book, and may be installed without the rest: what it names of the rest, it names as a
/// path.
#[test]
fn a_link_of_the_book_stays_in_the_book() {
    let pages = pages().filter(|page| page.path.starts_with("docs/"));
    let leaving: Vec<String> = pages
        .filter(|page| page.prose().iter().any(|(_, line)| line.contains("](..")))
        .map(|page| page.path)
        .collect();
    assert_eq!(leaving, Vec::<String>::new());
}

/// The example whose code stands in blocks of this language.
fn example(language: &str) -> Option<String> {
    let path = match language {
        "rust" => "examples/rust/tests/provisioning.rs",
        "python" => "examples/pytest/test_provisioning.py",
        "javascript" => "examples/javascript/provisioning.test.js",
        _ => return None,
    };
    Some(std::fs::read_to_string(repository().join(path)).unwrap())
}

#[test]
fn code_of_another_language_is_that_of_an_example_which_is_run() {
    let mut count = 0;
    for page in pages() {
        for block in page.blocks() {
            let Some(example) = example(&block.language) else {
                continue;
            };
            count += 1;
            assert!(example.contains(&block.text), "{}:{}", page.path, block.line);
        }
    }
    assert!(count > 0, "there is no code on our pages");
}

#[test]
fn a_page_has_no_languages_and_no_forms_of_code_that_no_test_knows() {
    let known = ["sh", "text", "json", "yaml", "toml", "ini", "rust", "python", "javascript", ""];
    for page in pages() {
        for block in page.blocks() {
            let language = block.language.as_str();
            assert!(known.contains(&language), "{}:{}", page.path, block.line);
        }
        for (number, line) in page.prose() {
            assert!(!line.starts_with("    "), "{}:{number}: {line}", page.path);
        }
    }
}
