//! A process to measure: this program, started again.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use super::BenchError;

/// Ticks a second of the kernel's process times; fixed on Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running process, stopped when dropped.
pub(super) struct Measured {
    child: Child,
    /// Where its provisioning API is.
    pub(super) address: SocketAddr,
    /// Where its head-end is, if it has one.
    pub(super) cas: Option<SocketAddr>,
}

impl Measured {
    /// Starts this program with these arguments and waits until it says where it listens.
    pub(super) fn start(args: &[&str]) -> Result<Self, BenchError> {
        let program = std::env::current_exe().map_err(BenchError::Start)?;
        let mut child = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(BenchError::Start)?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(BenchError::Talk)?;
        }
        let places = serde_json::from_str::<serde_json::Value>(&line).unwrap_or_default();
        let place = |door: &str| places[door].as_str()?.strip_prefix("http://")?.parse().ok();
        match place("crm") {
            Some(address) => Ok(Self {
                child,
                address,
                cas: place("cas"),
            }),
            None => {
                let _ = child.kill();
                Err(BenchError::Announcement(line.trim().to_owned()))
            }
        }
    }

    /// A whole house with quiet doors on free ports.
    pub(super) fn house(more: &[&str]) -> Result<Self, BenchError> {
        let args = [
            "serve",
            "--port",
            "0",
            "--cas-port",
            "0",
            "--control-port",
            "0",
        ];
        let rest = ["--format", "json", "--log", "off", "--seed", "1"];
        Self::start(&[&args[..], &rest, more].concat())
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
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
