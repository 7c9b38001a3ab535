//! Reading files: one reader for all of them. What is no file is refused, what is too long is not
//! read to its end, and of text it is said what is wrong with its encoding.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{BufRead, Error, ErrorKind, Read, Result};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use conax_contract::text::{Finding, NotUtf8, Place, Span, decode, look_alike_before, render};
use conax_contract::world::WorldSpec;
use conax_scenario::verify::TargetWorld;
use toml::de::Error as TomlError;

const MIB: u64 = 1 << 20;

/// The most bytes of a file that people write: scenarios, worlds, faults, settings, secrets,
/// targets. It takes twenty times as much memory; a world of 150,000 smartcards stays below.
const TEXT_LIMIT: u64 = 16 * MIB;

/// The most bytes of a file that the program writes: recordings, reports, bundles, baselines,
/// snapshots.
const WRITTEN_LIMIT: u64 = 1024 * MIB;

/// The most bytes of one line of a file that is read line by line.
const LINE_LIMIT: u64 = MIB;

/// What came out of pipes: they can be read once only, and a scenario is looked at more often.
static PIPES: Mutex<BTreeMap<PathBuf, Vec<u8>>> = Mutex::new(BTreeMap::new());

/// The text of a file that people write.
///
/// # Errors
/// If it cannot be read, is no file, or is too long; what is no UTF-8 is told as what it looks
/// like.
pub(crate) fn text_file(path: impl AsRef<Path>) -> Result<String> {
    text(bytes_within(path.as_ref(), TEXT_LIMIT)?)
}

/// The text of a file that the program has written.
///
/// # Errors
/// As [`text_file`].
pub(crate) fn generated_text(path: impl AsRef<Path>) -> Result<String> {
    text(written(path)?)
}

/// The bytes of a file that the program has written.
///
/// # Errors
/// If it cannot be read, is no file, or is too long.
pub(crate) fn written(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    bytes_within(path.as_ref(), WRITTEN_LIMIT)
}

fn text(bytes: Vec<u8>) -> Result<String> {
    decode(bytes).map_err(|problem| Error::new(ErrorKind::InvalidData, problem))
}

/// A file to read, and what it is: a file or a pipe.
///
/// # Errors
/// If it cannot be opened, or is neither.
pub(crate) fn open(path: &Path) -> Result<(File, Metadata)> {
    // A socket cannot even be opened, and opening some devices does something.
    refuse_device(path, &std::fs::metadata(path)?)?;
    let file = File::open(path)?;
    let found = file.metadata()?;
    Ok((file, found))
}

fn refuse_device(path: &Path, found: &Metadata) -> Result<()> {
    // What a shell puts there is what its user wants to be read.
    let is_meant = path == Path::new("/dev/stdin") || path == Path::new("/dev/null");
    if found.is_dir() {
        return Err(Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    if found.is_file() || is_pipe(found) || is_meant {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidInput, "it is not a file"))
}

#[cfg(unix)]
fn is_pipe(found: &Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&found.file_type())
}

#[cfg(not(unix))]
const fn is_pipe(_: &Metadata) -> bool {
    false
}

fn bytes_within(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut pipes = PIPES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = pipes.get(path) {
        return Ok(kept.clone());
    }
    let (file, found) = open(path)?;
    let too_long = |size: String| {
        let problem = format!("it has {size} bytes, and at most {limit} are read");
        Err(Error::new(ErrorKind::FileTooLarge, problem))
    };
    if found.is_file() && found.len() > limit {
        return too_long(found.len().to_string());
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return too_long(format!("more than {limit}"));
    }
    if !found.is_file() {
        pipes.insert(path.to_owned(), bytes.clone());
    }
    Ok(bytes)
}

/// Reads the next line of a file of text, however long the file is; false at its end.
///
/// # Errors
/// If it cannot be read, or the line is too long.
pub(crate) fn next_line(source: &mut impl BufRead, line: &mut String) -> Result<bool> {
    line.clear();
    let count = source.take(LINE_LIMIT).read_line(line)?;
    match count as u64 == LINE_LIMIT && !line.ends_with('\n') {
        true => {
            let problem = format!("it has a line of more than {LINE_LIMIT} bytes");
            Err(Error::new(ErrorKind::FileTooLarge, problem))
        }
        false => Ok(count > 0),
    }
}

/// Reads a target file: what exists at a target, as `verify --init` writes it.
///
/// # Errors
/// Why it cannot be read, or what is wrong with it.
pub(crate) fn target_file(path: &str) -> std::result::Result<TargetWorld, String> {
    let text = text_file(path)
        .map_err(|error| format!("failed to read the target file `{path}`: {error}"))?;
    TargetWorld::parse(&text).map_err(|findings| {
        let hint = match WorldSpec::parse(&text) {
            Ok(_) => {
                "\n   hint: this is a world of a simulator; of one that is served, \
                      `conax-sim verify --init --control URL` makes a target file"
            }
            Err(_) => "",
        };
        let problem = render(path, &text, &findings);
        format!("the target file is wrong\n\n{}{hint}", problem.trim_end())
    })
}

/// What is wrong with a file that cannot be read, beside its line if it has lines.
pub(crate) fn findings_of(error: &Error) -> (String, Vec<Finding>) {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(NotUtf8 { source, finding }) => (source.clone(), vec![finding.clone()]),
        None => {
            let start = Place { line: 1, column: 1 };
            let span = Span { start, end: start };
            let message = format!("failed to read the file: {error}");
            (String::new(), vec![Finding::new(span, message)])
        }
    }
}

/// The same as text for people.
pub(crate) fn problem(path: &str, error: &Error) -> String {
    let (source, findings) = findings_of(error);
    render(path, &source, &findings)
}

/// What is wrong with a file that is no TOML: the parser's word, or a character that only looks
/// like one of TOML's.
pub(crate) fn toml_problem(path: &str, source: &str, error: &TomlError) -> String {
    let offset = error.span().map_or(0, |span| span.start);
    let before = source.get(..offset).unwrap_or_default();
    let last = before.rsplit('\n').next().unwrap_or_default();
    let start = Place { line: before.matches('\n').count() + 1, column: last.chars().count() + 1 };
    let finding = look_alike_before(start.line, source)
        .unwrap_or_else(|| Finding::new(Span { start, end: start }, error.message()));
    render(path, source, &[finding])
}
