//! Writing files: as a whole or not at all.
//!
//! What is written stands in a file beside until all of it is on the disk, and then takes the place
//! of the old one. A disk that fills up, a signal or a crash leaves the old file as it was. Every
//! file the program writes for somebody is written here.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use conax_contract::text::visible_name;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::print;

/// Writes a file, with the folders it is to be in. One that is there keeps its mode and its owner.
///
/// # Errors
/// If it cannot be written; then the old file, if there is one, is as it was.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(old) if is_stream(path, &old) => std::fs::write(path, bytes),
        _ => {
            let mut file = Unfinished::begin(path, Access::AsBefore)?;
            file.write_all(bytes)?;
            file.finish()
        }
    }
}

/// The same; why the verb ends if it cannot be written.
pub(crate) fn save(path: &Path, bytes: &[u8]) -> std::result::Result<(), Failure> {
    write_file(path, bytes).map_err(|error| not_written("", path, &error))
}

/// Why a verb ends that could not write a file; `what` it is comes with a blank after it.
pub(crate) fn not_written(what: &str, path: &Path, error: &Error) -> Failure {
    let problem = format!("failed to write {what}`{}`: {error}", path.display());
    Failure::new(Exit::ReportNotWritten, problem)
}

/// Writes a file only its owner may read, whatever was there before.
///
/// # Errors
/// As [`write_file`].
pub(crate) fn write_private_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = Unfinished::begin(path, Access::OwnerOnly)?;
    file.write_all(bytes)?;
    file.finish()
}

/// Makes sure that a file can be written, without touching the one that may be there.
///
/// # Errors
/// If it cannot be.
pub(crate) fn try_to_write(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(old) if is_stream(path, &old) => OpenOptions::new().write(true).open(path).map(drop),
        _ => Unfinished::begin(path, Access::AsBefore).map(drop),
    }
}

/// Whether something is there that would be replaced: a file with something in it.
pub(crate) fn would_replace(path: &Path) -> bool {
    let found = std::fs::metadata(path).ok();
    found.is_some_and(|old| !is_stream(path, &old) && old.len() > 0)
}

/// Whether what is written there goes to a device, a pipe or a stream.
pub(crate) fn goes_to_stream(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|old| is_stream(path, &old))
}

/// A device or a pipe is written to, not replaced; so is what stands behind a name of a stream.
fn is_stream(path: &Path, found: &Metadata) -> bool {
    let is_named_stream = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc/self/fd"]
        .iter()
        .any(|stream| path.starts_with(stream));
    is_named_stream || !(found.is_file() || found.is_dir())
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Who could read the one before; of a new one, what the system allows by itself.
    AsBefore,
    /// Its owner.
    OwnerOnly,
}

/// A file that is being written beside the one whose place it is to take. It is gone if it is
/// dropped before it is finished.
#[derive(Debug)]
pub(crate) struct Unfinished {
    file: File,
    /// Where it is until then.
    part: PathBuf,
    /// Whose place it takes.
    target: PathBuf,
    old: Option<Metadata>,
    is_finished: bool,
}

impl Unfinished {
    /// Begins a file, with the folders it is to be in.
    ///
    /// # Errors
    /// If nothing can be written there.
    pub(crate) fn begin(path: &Path, access: Access) -> Result<Self> {
        let target = behind_links(path);
        let old = std::fs::metadata(&target).ok();
        if old.as_ref().is_some_and(Metadata::is_dir) {
            return Err(Error::new(ErrorKind::IsADirectory, "it is a folder"));
        }
        let folder = target.parent().unwrap_or(Path::new(""));
        make_folder(folder)?;
        let part = folder.join(unfinished_name());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if access == Access::OwnerOnly {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        Ok(Self {
            file: options.open(&part)?,
            part,
            target,
            old: old.filter(|_| access == Access::AsBefore),
            is_finished: false,
        })
    }

    /// Puts it in its place once all of it is on the disk.
    ///
    /// # Errors
    /// If that fails; then it is gone, and the old file is as it was.
    pub(crate) fn finish(mut self) -> Result<()> {
        if let Some(old) = &self.old {
            #[cfg(unix)]
            {
                use std::os::unix::fs::{MetadataExt, fchown};
                // Only root can give files away; whoever cannot keeps it.
                let _ = fchown(&self.file, Some(old.uid()), Some(old.gid()));
            }
            self.file.set_permissions(old.permissions())?;
        }
        self.file.sync_data()?;
        std::fs::rename(&self.part, &self.target)?;
        self.is_finished = true;
        Ok(())
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.file.flush()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

/// A file that grows while the program runs, and of which nothing is lost if that is ended: what
/// was added is with the system at once.
#[derive(Debug)]
pub(crate) struct Growing {
    file: File,
    path: PathBuf,
}

impl Growing {
    /// Begins one where nothing is, with the folders it is to be in.
    ///
    /// # Errors
    /// If it cannot be made, or something is there.
    pub(crate) fn begin(path: PathBuf) -> Result<Self> {
        make_folder(path.parent().unwrap_or(Path::new("")))?;
        let file = OpenOptions::new().append(true).create_new(true).open(&path)?;
        Ok(Self { file, path })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds to it.
    ///
    /// # Errors
    /// If that cannot be written.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes)
    }

    /// Puts something else in its place, as a whole.
    ///
    /// # Errors
    /// If that cannot be written; then it is as it was.
    pub(crate) fn replace(&mut self, bytes: &[u8]) -> Result<()> {
        write_file(&self.path, bytes)?;
        self.file = OpenOptions::new().append(true).open(&self.path)?;
        Ok(())
    }

    /// Removes it.
    pub(crate) fn remove(self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A folder only its owner may look into; one that is there stays as it is.
///
/// # Errors
/// If it cannot be made.
pub(crate) fn private_folder(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A file that is there to be locked.
///
/// # Errors
/// If it cannot be made.
pub(crate) fn lock_file(path: &Path) -> Result<File> {
    private_options().read(true).write(true).open(path)
}

/// A log that is begun anew, and that several may add to.
///
/// # Errors
/// If it cannot be made.
pub(crate) fn begin_log(path: &Path) -> Result<File> {
    let file = private_options().append(true).open(path)?;
    file.set_len(0)?;
    Ok(file)
}

/// Opens a file, or makes one only its owner may read.
fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the folders a file is to be in, and says so: one may be misspelt.
fn make_folder(folder: &Path) -> Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    print::aside(format_args!("created the folder `{}`", visible_name(&folder.to_string_lossy())));
    Ok(())
}

/// The file a path means: behind its links, even if nothing is there yet.
fn behind_links(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| match std::fs::read_link(path) {
        Ok(link) => path.parent().unwrap_or(Path::new("")).join(link),
        Err(_) => path.to_owned(),
    })
}

/// A name nobody else uses, however long the name of the file is.
fn unfinished_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!(".conax-sim-{}-{number}.part", std::process::id())
}

#[cfg(test)]
mod tests;
