//! A file that was cut where a machine may end keeps what came before, whole, and nothing in between.

use std::path::{Path, PathBuf};

use conax_sim::store::{Engine, Row, StoredWorld, WorldHead};
use conax_store::{FileEngine, Survives};

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

fn open(path: &Path) -> FileEngine {
    FileEngine::open(path, Survives::Kill).expect("the store opens")
}

fn begin() -> Vec<Row> {
    let head = WorldHead {
        name: "demo".to_owned(),
        seed: u64::MAX,
        makes_runs: true,
        is_made_by_call: true,
    };
    let whole = Row::Whole { world: "demo".to_owned(), number: 1, body: vec![7; 3000] };
    vec![Row::Begin(head), whole]
}

fn changes(first: u64, last: u64) -> Row {
    let body = vec![u8::try_from(first % 251).unwrap_or_default(); 700];
    Row::Changes { world: "demo".to_owned(), first, last, body }
}

/// The one world there is, whose changes follow each other.
fn world(engine: &mut FileEngine) -> Option<(StoredWorld, u64)> {
    let world = engine.worlds().expect("the worlds are read").into_iter().next()?;
    let mut number = world.whole.as_ref().map_or(0, |(number, _)| *number);
    for (first, last, body) in &world.changes {
        assert_eq!(*first, number + 1, "no change is missing");
        assert_eq!(*body, vec![u8::try_from(first % 251).unwrap_or_default(); 700]);
        number = *last;
    }
    Some((world, number))
}

fn beside(path: &Path, more: &str) -> PathBuf {
    PathBuf::from(format!("{}{more}", path.display()))
}

/// A folder, and a store of eleven changes as it lies on the disk while its process lives: the file,
/// and the log of what was not moved into it yet.
fn eleven_changes(name: &str) -> (PathBuf, Vec<u8>, Vec<u8>) {
    let folder = folder(name);
    let path = folder.join("whole.db");
    let mut engine = open(&path);
    engine.append(&begin()).expect("it is kept");
    for number in 2..12 {
        engine.append(&[changes(number, number)]).expect("it is kept");
    }
    let (file, log) = (std::fs::read(&path), std::fs::read(beside(&path, "-wal")));
    (folder, file.expect("there is a file"), log.expect("there is a log"))
}

/// Lays a store down, as a machine that ended may leave it.
fn lay(path: &Path, file: &[u8], log: &[u8]) {
    std::fs::write(path, file).expect("a file can be written");
    std::fs::write(beside(path, "-wal"), log).expect("a file can be written");
    let _ = std::fs::remove_file(beside(path, "-shm"));
}

#[test]
fn cut_at_any_place_of_what_was_not_moved_yet_a_file_keeps_what_came_before() {
    let (folder, file, log) = eleven_changes("torn");
    let cut = folder.join("cut.db");
    let mut last = 0;
    for end in (0..log.len()).step_by(512).chain([log.len()]) {
        lay(&cut, &file, &log[..end]);
        let number = world(&mut open(&cut)).map_or(0, |(_, number)| number);
        assert!(number >= last, "more of the log is more of the world: {number} {last}");
        last = number;
    }
    assert_eq!(last, 11, "all of the log is all of the world");
}

#[test]
fn a_byte_that_was_changed_is_noticed_or_was_of_no_account() {
    let (folder, file, log) = eleven_changes("flipped");
    let cut = folder.join("flipped.db");
    for place in (0..log.len()).step_by(997) {
        let mut flipped = log.clone();
        flipped[place] ^= 0x10;
        lay(&cut, &file, &flipped);
        // What is left is a beginning of it, byte for byte.
        world(&mut open(&cut));
    }
}

#[test]
fn a_world_that_is_kept_as_a_whole_needs_no_changes_before_it_and_one_that_ended_is_gone() {
    let path = folder("rows").join("one.db");
    let mut engine = open(&path);
    engine.append(&begin()).expect("it is kept");
    engine.append(&[changes(2, 5), changes(6, 9)]).expect("it is kept");
    let whole = Row::Whole { world: "demo".to_owned(), number: 10, body: vec![9] };
    let keep =
        |name: &str, body| Row::Keep { world: "demo".to_owned(), name: name.to_owned(), body };
    engine.append(&[whole, keep("a", vec![1]), keep("b", vec![2])]).expect("it is kept");
    engine.append(&[keep("a", vec![3]), changes(11, 11)]).expect("it is kept");
    let let_go = Row::LetGo { world: "demo".to_owned(), name: "b".to_owned() };
    engine.append(&[let_go]).expect("it is kept");
    drop(engine);
    let mut engine = open(&path);
    let (found, number) = world(&mut engine).expect("there is a world");
    assert_eq!((found.whole, number), (Some((10, vec![9])), 11));
    assert_eq!(found.snapshots, [("a".to_owned(), vec![3])]);
    let head = (found.head.seed, found.head.makes_runs, found.head.is_made_by_call);
    assert_eq!(head, (u64::MAX, true, true));
    engine.append(&[Row::End { world: "demo".to_owned() }]).expect("it is kept");
    assert!(world(&mut engine).is_none());
}
