//! A terminal in which the commands of one page are run: a folder of its own, a loopback address of
//! its own, and the servers the page has started.
//!
//! Pages name `127.0.0.1` and the usual ports, because people read them. Here each page has another
//! address of the loopback network (where there is one) and free ports, so that pages run side by
//! side and beside whatever else the machine serves; output is shown with those of the page again.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use conax_tests::repository;

const PROGRAM: &str = env!("CARGO_BIN_EXE_conax-sim-under-test");
const TOOL: &str = env!("CARGO_BIN_EXE_page_tool");
const CLIENTS: [(&str, &str); 2] = [
    ("careful_client", env!("CARGO_BIN_EXE_careful_client")),
    ("careless_client", env!("CARGO_BIN_EXE_careless_client")),
];
/// Far more than any block takes.
const BOUND: Duration = Duration::from_secs(120);
const LOOPBACK: &str = "127.0.0.1";

/// How the commands of a block ended.
pub(super) struct Output {
    pub(super) code: Option<i32>,
    /// Standard output and error, as a terminal shows them.
    pub(super) text: String,
}

struct Server {
    child: Child,
    lines: Receiver<String>,
    /// Two servers with the same ports cannot live side by side.
    ports: Vec<u16>,
}

pub(super) struct Session {
    folder: PathBuf,
    address: IpAddr,
    /// Ports of the page, and those that stand for them here.
    ports: BTreeMap<u16, u16>,
    servers: Vec<Server>,
}

/// An address nobody else uses: of this process, and of this session in it.
fn own_address(number: u8) -> IpAddr {
    let [.., high, low] = std::process::id().to_be_bytes();
    let own = IpAddr::V4(Ipv4Addr::new(127, 10 + number % 200, high, low));
    let is_there = TcpListener::bind((own, 0)).is_ok();
    if is_there { own } else { Ipv4Addr::LOCALHOST.into() }
}

impl Session {
    pub(super) fn start() -> Self {
        static COUNT: AtomicU8 = AtomicU8::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("conax-pages-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let programs = folder.join("bin");
        std::fs::create_dir_all(&programs).expect("a temporary folder can be made");
        for (name, program) in [("conax-sim", PROGRAM), ("curl", TOOL), ("cargo", TOOL)] {
            symlink(program, programs.join(name)).expect("a link can be made");
        }
        for name in ["crates", "examples", "fixtures", "scenarios"] {
            symlink(repository().join(name), folder.join(name)).expect("a link can be made");
        }
        let release = folder.join("target/release");
        std::fs::create_dir_all(&release).expect("a temporary folder can be made");
        for (name, program) in CLIENTS {
            symlink(program, release.join(name)).expect("a link can be made");
        }
        Self { folder, address: own_address(number), ports: BTreeMap::new(), servers: Vec::new() }
    }

    /// Puts a file of the page into its folder.
    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).expect("a file can be written");
    }

    fn port(&mut self, of_page: u16) -> u16 {
        let address = self.address;
        *self.ports.entry(of_page).or_insert_with(|| {
            let free = TcpListener::bind((address, 0)).expect("there is a free port");
            free.local_addr().expect("it has an address").port()
        })
    }

    /// A text of the page with the addresses of this session.
    fn here(&mut self, text: &str) -> String {
        let own = self.address.to_string();
        let text = self.with_ports(text, "127.0.0.1:");
        let text = self.with_ports(&text, "port ");
        text.replace(LOOPBACK, &own)
    }

    /// Replaces the number that follows each `mark`; 0 stays, since it means any.
    fn with_ports(&mut self, text: &str, mark: &str) -> String {
        let mut pieces = text.split(mark);
        let mut told = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            told += mark;
            let end = piece.find(|letter: char| !letter.is_ascii_digit());
            let (digits, rest) = piece.split_at(end.unwrap_or(piece.len()));
            match digits.parse() {
                Ok(0) | Err(_) => told += digits,
                Ok(port) => told += &self.port(port).to_string(),
            }
            told += rest;
        }
        told
    }

    /// An output of this session with the addresses of the page.
    fn there(&self, text: &str) -> String {
        let own = self.address.to_string();
        let back = self.ports.iter().fold(text.to_owned(), |text, (page, here)| {
            text.replace(&format!("{own}:{here}"), &format!("{LOOPBACK}:{page}"))
        });
        back.replace(&own, LOOPBACK)
    }

    fn command(&mut self, script: &str) -> Command {
        let script = self.here(script);
        let path = format!("{}/bin:/usr/bin:/bin", self.folder.display());
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("exec 2>&1\n{script}")])
            .env_clear()
            .env("PATH", path)
            .env("XDG_RUNTIME_DIR", &self.folder)
            .env("CONAX_SIM_HOST", self.address.to_string())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let variables = [
            ("CONAX_SIM_PORT", 8080),
            ("CONAX_SIM_CAS_PORT", 8081),
            ("CONAX_SIM_CONTROL_PORT", 8082),
        ];
        for (name, port) in variables {
            command.env(name, self.port(port).to_string());
        }
        let control = self.here("http://127.0.0.1:8082");
        command.env("CONAX_SIM_TARGET", control);
        command
    }

    /// Runs commands to their end, the first that fails.
    pub(super) fn run(&mut self, script: &str, is_strict: bool) -> Result<Output, String> {
        let mut command = self.command(&format!("set -e\n{script}"));
        if is_strict {
            command.env("PAGES_STRICT", "1");
        }
        let mut child = command.spawn().expect("there is a shell");
        let mut pipe = child.stdout.take().expect("standard output is a pipe");
        let (said, heard) = channel();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            let _ = said.send(bytes);
        });
        let Ok(bytes) = heard.recv_timeout(BOUND) else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("it did not end within {BOUND:?}"));
        };
        let status = child.wait().expect("it has ended");
        Ok(Output { code: status.code(), text: self.there(&String::from_utf8_lossy(&bytes)) })
    }

    /// Starts a server and waits until it says that it is ready; one with the same ports is ended
    /// first, as somebody at a terminal has to.
    pub(super) fn serve(&mut self, script: &str) -> Result<String, String> {
        let mut ports: Vec<u16> = numbers_behind(script, "port ");
        ports.extend(numbers_behind(script, "--listen 127.0.0.1:"));
        while let Some(at) = self.servers.iter().position(|server| server.ports == ports) {
            let server = self.servers.remove(at);
            server.stop()?;
        }
        let script = format!("exec {script}");
        let mut child = self.command(&script).spawn().expect("there is a shell");
        let pipe = child.stdout.take().expect("standard output is a pipe");
        let (said, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                // Nobody listens any more once the page is over; the server still may speak.
                let _ = said.send(line);
            }
        });
        let server = Server { child, lines, ports };
        let text = server.ready();
        self.servers.push(server);
        Ok(self.there(&text?))
    }

    /// Ends the server that was started last.
    pub(super) fn interrupt(&mut self) -> Result<(), String> {
        let server = self.servers.pop().ok_or("there is no server to end")?;
        server.stop()
    }

    /// Ends every server.
    pub(super) fn end(mut self) -> Result<(), String> {
        while !self.servers.is_empty() {
            self.interrupt()?;
        }
        Ok(())
    }
}

fn numbers_behind(text: &str, mark: &str) -> Vec<u16> {
    let pieces = text.split(mark).skip(1);
    let digits = pieces.map(|piece| {
        let end = piece.find(|letter: char| !letter.is_ascii_digit());
        piece[..end.unwrap_or(piece.len())].parse().ok()
    });
    digits.flatten().collect()
}

impl Server {
    fn ready(&self) -> Result<String, String> {
        let mut text = String::new();
        loop {
            match self.lines.recv_timeout(BOUND) {
                Ok(line) => {
                    text += &line;
                    text.push('\n');
                    // The end of a banner, or a line of JSON.
                    if line.contains("Ctrl-C") || line.starts_with("{\"") {
                        return Ok(text);
                    }
                }
                Err(_) => return Err(format!("the server did not start:\n{text}")),
            }
        }
    }

    /// Ctrl-C; a server ends in order.
    fn stop(mut self) -> Result<(), String> {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-INT", &pid]).status();
        assert!(asked.expect("`kill` is there").success());
        let status = self.child.wait().expect("it ends");
        let said: Vec<String> = self.lines.iter().collect();
        match status.code() {
            Some(0 | 7) => Ok(()),
            code => Err(format!("a server ended with {code:?}:\n{}", said.join("\n"))),
        }
    }
}

/// Leaves nothing behind, whatever became of the page.
impl Drop for Session {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let _ = server.child.kill();
            let _ = server.child.wait();
        }
        remove(&self.folder);
    }
}

fn remove(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}
