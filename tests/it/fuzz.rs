//! The laws that `fuzz/` holds random input to, held here to what is known: the corpora, and what
//! was found with them.

#[path = "../../fuzz/src/laws/mod.rs"]
mod laws;

use std::fs;
use std::path::Path;

use conax_tests::repository;

use laws::LAWS;

/// The most bytes of all corpora together.
const CORPUS_LIMIT: u64 = 1 << 20;

/// The inputs in a folder, in alphabetical order; none if there is no such folder.
fn inputs(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut inputs: Vec<_> = entries
        .flatten()
        .map(|entry| (entry.path().display().to_string(), fs::read(entry.path()).expect("a file")))
        .collect();
    inputs.sort();
    inputs
}

#[test]
fn every_law_of_the_fuzzer_holds_for_its_corpus_and_for_what_was_found() {
    for law in LAWS {
        let corpus = inputs(&repository().join("fuzz/corpus").join(law.name));
        assert!(!corpus.is_empty(), "{}: there is no corpus to begin with", law.name);
        let found = inputs(&repository().join("fixtures/fuzz").join(law.name));
        for (name, input) in corpus.into_iter().chain(found) {
            let held = std::panic::catch_unwind(|| (law.holds)(&input));
            assert!(held.is_ok(), "{name} breaks the law `{}`", law.name);
        }
    }
}

#[test]
fn every_law_has_a_target_and_the_corpora_are_small() {
    let mut size = 0;
    for law in LAWS {
        let target = repository().join(format!("fuzz/targets/{}.rs", law.name));
        let source = fs::read_to_string(target).expect("a target");
        assert!(source.contains(&format!("target!({})", law.name.to_uppercase())), "{source}");
        assert!(law.memory > 0, "{}", law.name);
        let corpus = inputs(&repository().join("fuzz/corpus").join(law.name));
        size += corpus.iter().map(|(_, input)| input.len() as u64).sum::<u64>();
    }
    assert!(size <= CORPUS_LIMIT, "{size}");
    for folder in ["fuzz/corpus", "fixtures/fuzz"] {
        let known = |name: &str| LAWS.iter().any(|law| law.name == name);
        for entry in fs::read_dir(repository().join(folder)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(known(&name), "{folder}/{name} is of no law");
        }
    }
}
