//! The verb that saves a world of one program and loads it into another.

use std::path::{Path, PathBuf};

use conax_cli::exit::Exit;
use conax_tests::{Program, exchange};

use crate::program::{run, serve};
use crate::worlds::created;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

/// A folder that is gone when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("conax-snapshots-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn keyed(key: &str, seed: &str) -> Program {
    serve(&["--snapshot-key-file", key, "--seed", seed, "--log", "off"])
}

fn snapshot(verb: &str, file: &str, program: &Program, more: &[&str]) -> (Option<i32>, String) {
    let target = format!("http://{}", program.door());
    let arguments = ["snapshot", verb, file, "--target", &target];
    let ended = run(&[&arguments[..], more].concat());
    (ended.code, ended.stdout + &ended.stderr)
}

fn transactions(program: &Program, world: &str) -> String {
    let target = format!("/v1/cas/transactions?world={world}");
    exchange(program.door(), "GET", &target, "").json().to_string()
}

fn code(exit: Exit) -> Option<i32> {
    Some(i32::from(exit.code()))
}

#[test]
fn a_world_is_saved_from_one_program_and_loaded_into_another() {
    let folder = Folder::new("two");
    let (key, file) = (folder.file("key"), folder.file("storm.snapshot"));
    std::fs::write(&key, KEY).unwrap();
    let one = keyed(&key, "7");
    created(one.crm(), "");
    let _ = exchange(one.door(), "POST", "/v1/runs", "");
    let saved = snapshot("save", &file, &one, &[]);
    assert_eq!(saved.0, Some(0), "{}", saved.1);
    assert!(saved.1.contains("saved the world `demo`"), "{}", saved.1);

    let other = keyed(&key, "8");
    let _ = exchange(other.door(), "GET", "/v1/ready?world=suite", "");
    let loaded = snapshot("load", &file, &other, &["--world", "suite"]);
    assert_eq!(loaded.0, Some(0), "{}", loaded.1);
    assert_eq!(transactions(&other, "suite"), transactions(&one, "demo"));
    assert_eq!(transactions(&other, "demo"), "[]");
    let next = created(other.crm(), "/worlds/suite");
    let expected = created(one.crm(), "");
    for member in ["id", "number"] {
        assert_eq!(next[member], expected[member]);
    }

    let stranger = serve(&["--log", "off"]);
    let refused = snapshot("load", &file, &stranger, &[]);
    assert_eq!(refused.0, code(Exit::Settings));
    assert!(refused.1.contains("`snapshot-key-file`"), "{}", refused.1);
    // A file makes the world it is loaded into.
    let made = snapshot("load", &file, &other, &["--world", "mars"]);
    assert_eq!(made.0, Some(0), "{}", made.1);
    assert_eq!(transactions(&other, "mars"), transactions(&one, "demo"));
}

#[test]
fn a_door_that_asks_for_its_token_gets_it_from_a_file() {
    let folder = Folder::new("token");
    let (token, file) = (folder.file("token"), folder.file("storm.snapshot"));
    std::fs::write(&token, "sesame\n").unwrap();
    let program = serve(&["--control-token-file", &token, "--log", "off"]);
    let refused = snapshot("save", &file, &program, &[]);
    assert_eq!(refused.0, code(Exit::NotMet));
    assert!(refused.1.contains("`--token-file`"), "{}", refused.1);
    assert!(!Path::new(&file).exists(), "nothing was written");
    let saved = snapshot("save", &file, &program, &["--token-file", &token]);
    assert_eq!(saved.0, Some(0), "{}", saved.1);
    assert!(!saved.1.contains("sesame"));
}

#[test]
fn what_is_wrong_is_told_with_its_exit_code() {
    let folder = Folder::new("wrong");
    let file = folder.file("no.snapshot");
    let absent = run(&["snapshot", "load", &file]);
    assert_eq!(absent.code, code(Exit::Settings));
    assert!(absent.stderr.contains("no.snapshot"), "{}", absent.stderr);
    let silent = run(&["snapshot", "save", &file, "--target", "http://127.0.0.1:1"]);
    assert_eq!(silent.code, code(Exit::Surroundings));
    assert!(silent.stderr.contains("does not answer"), "{}", silent.stderr);
    let key = folder.file("key");
    std::fs::write(&key, "too short\n").unwrap();
    let wrong = run(&["serve", "--snapshot-key-file", &key]);
    assert_eq!(wrong.code, code(Exit::Settings));
    assert!(wrong.stderr.contains("64 hexadecimal"), "{}", wrong.stderr);
    assert!(!wrong.stderr.contains("too short"), "a key is not repeated");
}
