//! The built program: started on free ports, watched, stopped.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::deadline::until;

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Everything on standard output.
    pub stdout: String,
    /// Everything on standard error.
    pub stderr: String,
}

/// A program that serves. It is ended when this is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    stderr: Arc<Mutex<String>>,
    reader: Option<std::thread::JoinHandle<()>>,
    folder: PathBuf,
}

/// A folder of its own, far from any settings file.
fn fresh_folder() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("conax-tests-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    folder
}

/// The program in a folder of its own and without any environment.
fn command(path: &str) -> (Command, PathBuf) {
    let folder = fresh_folder();
    let mut command = Command::new(path);
    command
        .env_clear()
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    (command, folder)
}

fn write_files(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        let parent = path.parent().expect("a file is in a folder");
        std::fs::create_dir_all(parent).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }
}

impl Program {
    /// Runs the program at `path` to its end. `files` are written beside it first.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn run(
        path: &str,
        arguments: &[&str],
        files: &[(&str, &str)],
        variables: &[(&str, &str)],
    ) -> Ended {
        let (mut command, folder) = command(path);
        write_files(&folder, files);
        command.args(arguments).envs(variables.iter().copied());
        let output = command.output().expect("the program starts");
        std::fs::remove_dir_all(&folder).expect("the folder can be removed");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts the program at `path`. `files` are written beside it first.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start(path: &str, arguments: &[&str], files: &[(&str, &str)]) -> Self {
        let (mut command, folder) = command(path);
        write_files(&folder, files);
        command.args(arguments);
        Self::watched(command, folder)
    }

    /// A file beside the program, once it is there.
    ///
    /// # Panics
    /// If it is not there.
    #[must_use]
    pub fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).expect("the file is there")
    }

    /// Writes a file beside the program.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).expect("a file can be written");
    }

    /// Starts `serve` on free ports and waits until it is open.
    ///
    /// # Panics
    /// If it does not open in time.
    #[must_use]
    pub fn serve<A: AsRef<OsStr>>(path: &str, arguments: &[A]) -> Self {
        let (mut command, folder) = command(path);
        command
            .args(["serve", "--port", "0", "--cas-port", "0", "--control-port", "0"])
            .args(arguments);
        let mut program = Self::watched(command, folder);
        program.wait_for("Ctrl-C stops.");
        program
    }

    /// The same in a process that may have so few file descriptors, of which it inherits some.
    ///
    /// # Panics
    /// If it does not open in time.
    #[must_use]
    pub fn serve_within(descriptors: usize, path: &str, arguments: &[&str]) -> Self {
        let (mut command, folder) = command("/bin/sh");
        let inherited = (3..10).map(|number| format!("{number}</dev/null")).collect::<Vec<_>>();
        let script = format!(
            "ulimit -n {descriptors}; exec \"$0\" serve --port 0 --cas-port 0 --control-port 0 \
             \"$@\" {}",
            inherited.join(" ")
        );
        command.args(["-c", &script, path]).args(arguments);
        let mut program = Self::watched(command, folder);
        program.wait_for("Ctrl-C stops.");
        program
    }

    fn watched(mut command: Command, folder: PathBuf) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let stderr = Arc::new(Mutex::new(String::new()));
        let pipe = child.stderr.take().expect("standard error is a pipe");
        let sink = Arc::clone(&stderr);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let mut text = sink.lock().expect("nobody panics while holding the text");
                text.push_str(&line);
                text.push('\n');
            }
        });
        Self { child, stderr, reader: Some(reader), folder }
    }

    /// Waits until standard error has this text.
    ///
    /// # Panics
    /// If it has not in time, or the program ended.
    pub fn wait_for(&mut self, text: &str) {
        until(text, || {
            // Asked first: what it wrote before its end is read by then, or will be.
            let ended = self.child.try_wait().ok().flatten();
            if let Some(reader) = self.reader.take_if(|_| ended.is_some()) {
                reader.join().expect("the reader does not panic");
            }
            let seen = self.stderr();
            match (seen.contains(text), ended) {
                (true, _) => Ok(()),
                (false, Some(status)) => panic!("the program ended with {status}: {seen}"),
                (false, None) => Err(seen),
            }
        });
    }

    /// What was written to standard error so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.stderr.lock().expect("nobody panics while holding the text").clone()
    }

    /// The address of the provisioning API.
    #[must_use]
    pub fn crm(&self) -> SocketAddr {
        self.address("provisioning API")
    }

    /// The address of the simulated head-end.
    #[must_use]
    pub fn cas(&self) -> SocketAddr {
        self.address("simulated Conax")
    }

    /// The address of the control API.
    #[must_use]
    pub fn door(&self) -> SocketAddr {
        self.address("control API")
    }

    /// The address on the line of what it said that starts with this name.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn address(&self, name: &str) -> SocketAddr {
        let banner = self.stderr();
        let line = banner
            .lines()
            .find_map(|line| line.trim_start().strip_prefix(name))
            .unwrap_or_else(|| panic!("no {name} in {banner}"));
        let address =
            line.trim_start().trim_start_matches("https://").trim_start_matches("http://");
        let address = address.split('/').next().unwrap_or_default();
        address.parse().unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Asks the program to terminate, as a supervisor does.
    ///
    /// # Panics
    /// If it cannot be asked.
    pub fn ask_to_stop(&self) {
        self.signal("TERM");
    }

    /// Sends the program a signal, such as `INT`.
    ///
    /// # Panics
    /// If it cannot be sent.
    pub fn signal(&self, name: &str) {
        let (signal, pid) = (format!("-{name}"), self.child.id().to_string());
        let asked = Command::new("kill").args([signal, pid]).status();
        assert!(asked.expect("`kill` is there").success());
    }

    /// The number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where a file beside the program is.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Ends the program as nothing can be answered to; its files stay until this is dropped.
    ///
    /// # Panics
    /// If it cannot be ended.
    pub fn kill(&mut self) {
        self.child.kill().expect("the program can be killed");
        self.child.wait().expect("the program ends");
    }

    /// Asks the program to terminate and waits for its end.
    ///
    /// # Panics
    /// If it does not end in time.
    #[must_use]
    pub fn stop(self) -> Ended {
        self.ask_to_stop();
        self.end()
    }

    /// Waits for the end of the program.
    ///
    /// # Panics
    /// If it does not end in time.
    #[must_use]
    pub fn end(mut self) -> Ended {
        self.ended()
    }

    /// Waits for the end of the program; its files stay until this is dropped.
    ///
    /// # Panics
    /// If it does not end in time.
    pub fn ended(&mut self) -> Ended {
        let status = until("the program to end", || match self.child.try_wait() {
            Ok(Some(status)) => Ok(status),
            _ => Err(self.stderr()),
        });
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
        let mut stdout = String::new();
        if let Some(mut pipe) = self.child.stdout.take() {
            pipe.read_to_string(&mut stdout).expect("text");
        }
        Ended { code: status.code(), stdout, stderr: self.stderr() }
    }
}

/// Leaves nothing behind, whatever became of the test.
impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
