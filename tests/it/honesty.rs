//! How things are known is said once: comments and pages agree with the clauses.

use std::path::{Path, PathBuf};

use conax_contract::clause::Clause;
use conax_contract::source::Source;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file with words of ours in it.
fn texts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let kind = path.extension().and_then(|kind| kind.to_str());
        if path.is_dir() && !["target", "node_modules", ".git", "fixtures"].contains(&name) {
            texts(&path, found);
        } else if matches!(kind, Some("rs" | "md" | "yaml")) {
            found.push(path);
        }
    }
}

/// Where a text tags a clause: `Tag: ` and its name between backticks.
fn tagged<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    let mark = format!("{word}: `");
    let pieces: Vec<&str> = text.split(mark.as_str()).skip(1).collect();
    let names = pieces.into_iter().filter_map(|rest| rest.split('`').next());
    names.filter(|name| {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        name.contains('.') && name.chars().all(is_name)
    })
}

#[test]
fn a_comment_that_tags_a_clause_tags_it_as_the_clause_does() {
    let mut files = Vec::new();
    texts(&repository(), &mut files);
    let mut count = 0;
    let mut wrong = Vec::new();
    for file in files {
        // Input of the fuzzer that is called YAML need not be text.
        let bytes = std::fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for source in Source::ALL {
            for id in tagged(&text, &format!("{source:?}")) {
                count += 1;
                let known = Clause::find(id).map(|clause| clause.source);
                if known != Some(source) {
                    wrong.push(format!("{}: {source:?}: `{id}` is {known:?}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 6, "{count} comments tag a clause");
}
