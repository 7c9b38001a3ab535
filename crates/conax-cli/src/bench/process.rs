//! A process to measure: this program, started again.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};

use super::{BenchError, Done};

/// Ticks a second of the kernel's process times; fixed on Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// The processes that run, by their ids.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Starts a process that ends with this one, if that is stopped.
fn spawn(command: &mut Command) -> std::io::Result<Child> {
    // None is started between the end of the others and the end of this program.
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let child = command.spawn()?;
    running.push(child.id());
    Ok(child)
}

/// Waits for the end of a process.
fn wait(child: &mut Child) -> std::io::Result<ExitStatus> {
    let ended = child.wait();
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running.retain(|id| *id != child.id());
    ended
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = wait(child);
}

/// Runs a process to its end.
pub(super) fn run(command: &mut Command) -> std::io::Result<ExitStatus> {
    wait(&mut spawn(command)?)
}

/// Ends every process that runs; no other one is started.
pub(super) fn end_all() {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    for id in running.iter() {
        // An error says that it has ended by itself.
        let _ = Command::new("kill")
            .args(["-KILL", &id.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
    std::mem::forget(running);
}

/// A running process, stopped when dropped.
pub(super) struct Measured {
    child: Child,
    /// Where its provisioning API is.
    pub(super) address: SocketAddr,
    cas: Option<SocketAddr>,
}

impl Measured {
    /// Starts this program with these arguments and waits until it says where it listens.
    pub(super) fn start(args: &[&str]) -> Done<Self> {
        let program = std::env::current_exe().map_err(BenchError::Start)?;
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = spawn(&mut command).map_err(BenchError::Start)?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(BenchError::Talk)?;
        }
        let places = serde_json::from_str::<serde_json::Value>(&line).unwrap_or_default();
        let place = |api: &str| places[api].as_str()?.strip_prefix("http://")?.parse().ok();
        let Some(address) = place("crm") else {
            end(&mut child);
            return Err(BenchError::Announcement(line.trim().to_owned()));
        };
        Ok(Self { child, address, cas: place("cas") })
    }

    /// A whole simulator with quiet APIs on free ports.
    pub(super) fn instance(more: &[&str]) -> Done<Self> {
        let args = ["serve", "--port", "0", "--cas-port", "0", "--control-port", "0"];
        let rest = ["--format", "json", "--log", "off", "--seed", "1"];
        Self::start(&[&args[..], &rest, more].concat())
    }

    /// Where its head-end is.
    pub(super) fn conax(&self) -> Done<SocketAddr> {
        self.cas.ok_or_else(|| BenchError::Answer("no Conax endpoint".to_owned()))
    }

    /// Processor time the process has used, in seconds; none where the system does not tell.
    pub(super) fn processor_seconds(&self) -> Option<f64> {
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = std::fs::read_to_string(path).ok()?;
        // The name, in parentheses, may hold blanks; user and system time are fields 14 and 15.
        let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
        Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
    }

    /// Memory the process holds, in KiB; none where the system does not tell.
    pub(super) fn resident_kib(&self) -> Option<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
