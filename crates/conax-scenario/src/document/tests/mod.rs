//! The language, from its text.

mod includes;
mod keys;
mod messages;
mod tables;
mod tidying;
mod variables;
mod worlds;

use std::collections::BTreeMap;

use super::{FileFindings, Given, Library, Reader, Scenario};

/// Files by name, and a small world called `demo`.
#[derive(Default)]
struct Shelf(BTreeMap<&'static str, &'static str>);

const WORLD: &str = "
world: demo
tokens: []
services: [{ id: \"5C2DCFDD743632AC57AE8147B6EE665E\", code: P1test, ca_id: P1test }]
cas: { products: [{ id: P1test }], smartcards: [{ id: \"01900080207\" }] }
";

impl Library for Shelf {
    fn read(&self, path: &str) -> Result<String, String> {
        let found = self.0.get(path).map(|text| (*text).to_owned());
        found.ok_or_else(|| "there is none".to_owned())
    }

    fn built_in_world(&self, name: &str) -> Option<String> {
        (name == "demo").then(|| WORLD.to_owned())
    }
}

fn read_with(source: &str, shelf: &Shelf) -> Result<Vec<Scenario>, Vec<FileFindings>> {
    Reader::new(shelf).read("a.scenario.yaml", source, &Given::seed(1))
}

/// The scenarios of a file that is right.
#[track_caller]
fn read(source: &str) -> Vec<Scenario> {
    read_with(source, &Shelf::default()).unwrap_or_else(|files| {
        let told: Vec<String> = files.iter().map(FileFindings::render).collect();
        panic!("{}", told.join("\n"))
    })
}

/// What is said of a file that is wrong.
#[track_caller]
fn told_with(source: &str, shelf: &Shelf) -> String {
    match read_with(source, shelf) {
        Ok(_) => panic!("nothing is found"),
        Err(files) => {
            let told: Vec<String> = files.iter().map(FileFindings::render).collect();
            told.join("\n")
        }
    }
}

#[track_caller]
fn told(source: &str) -> String {
    told_with(source, &Shelf::default())
}

/// A scenario with these steps.
fn with_steps(steps: &str) -> String {
    format!("scenario: It works\nsteps:\n{steps}")
}
