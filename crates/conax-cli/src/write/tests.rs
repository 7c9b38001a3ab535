//! What is there when a file is written, and when it is not.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Access, Unfinished, try_to_write, write_file, write_private_file};

/// A folder that is gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("conax-sim-write-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_file_is_written_with_its_folders_and_nothing_is_left_beside_it() {
    let folder = Folder::new("folders");
    let path = folder.0.join("a/b/report.xml");
    write_file(&path, b"first").unwrap();
    write_file(&path, b"second").unwrap();
    assert_eq!(text(&path), "second");
    let beside = std::fs::read_dir(path.parent().unwrap()).unwrap();
    assert_eq!(beside.count(), 1);
}

#[test]
fn what_is_given_up_half_way_leaves_the_old_file_and_nothing_else() {
    let folder = Folder::new("half");
    let path = folder.0.join("report.xml");
    write_file(&path, b"the old one").unwrap();
    let mut half = Unfinished::begin(&path, Access::AsBefore).unwrap();
    half.write_all(b"half of the n").unwrap();
    assert_eq!(text(&path), "the old one");
    drop(half);
    try_to_write(&path).unwrap();
    assert_eq!(text(&path), "the old one");
    assert_eq!(folder.names(), ["report.xml"]);
}

#[test]
fn a_folder_is_not_replaced() {
    let folder = Folder::new("folder");
    assert!(write_file(&folder.0, b"text").is_err());
    assert!(try_to_write(&folder.0).is_err());
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_the_file_behind_it_is_replaced() {
    let folder = Folder::new("links");
    let (link, dangling) = (folder.0.join("link"), folder.0.join("dangling"));
    write_file(&folder.0.join("file"), b"old").unwrap();
    std::os::unix::fs::symlink("file", &link).unwrap();
    std::os::unix::fs::symlink("later", &dangling).unwrap();
    write_file(&link, b"new").unwrap();
    write_file(&dangling, b"first").unwrap();
    assert!(link.is_symlink() && dangling.is_symlink());
    assert_eq!(text(&folder.0.join("file")), "new");
    assert_eq!(text(&folder.0.join("later")), "first");
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_mode_unless_it_is_to_be_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("modes");
    let path = folder.0.join("file");
    let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    write_file(&path, b"old").unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    write_file(&path, b"new").unwrap();
    assert_eq!(mode(), 0o640);
    write_private_file(&path, b"key").unwrap();
    assert_eq!((mode(), text(&path).as_str()), (0o600, "key"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_written_to_and_stays_what_it_is() {
    use std::os::unix::fs::FileTypeExt;
    let is_device = |path: &str| {
        let found = std::fs::metadata(path).unwrap();
        found.file_type().is_char_device()
    };
    write_file(Path::new("/dev/null"), b"text").unwrap();
    assert!(write_file(Path::new("/dev/full"), b"text").is_err());
    assert!(is_device("/dev/null") && is_device("/dev/full"));
}
