//! The built program when nobody reads what it prints: it neither fails nor waits for it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use conax_tests::{exchange, until};
use serde_json::Value;

use crate::program::PATH;

/// A program that serves, its standard error a pipe that nobody reads.
struct Unread {
    child: Child,
    door: SocketAddr,
}

fn serve(arguments: &[&str]) -> Unread {
    let ports = ["--port", "0", "--cas-port", "0", "--control-port", "0"];
    let mut child = Command::new(PATH)
        .arg("serve")
        .args(ports)
        .args(["--format", "json", "--run-interval", "off"])
        .args(arguments)
        .env_clear()
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    let door = line["control"].as_str().unwrap();
    let door = door.trim_start_matches("http://").parse().unwrap();
    Unread { child, door }
}

impl Unread {
    /// Asks it to terminate and waits for its exit code.
    fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(asked.unwrap().success());
        let status = until("the end of the program", || {
            let ended = self.child.try_wait().unwrap();
            ended.ok_or_else(|| "it runs".to_owned())
        });
        status.code()
    }
}

/// Leaves nothing behind, whatever became of the test.
impl Drop for Unread {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_closed_pipe_is_no_reason_to_fail() {
    let mut program = serve(&[]);
    drop(program.child.stderr.take());
    assert_eq!(exchange(program.door, "GET", "/v1/runs", "").http_status(), Some(200));
    assert_eq!(program.stop(), Some(0));
}

#[test]
fn a_full_pipe_holds_up_neither_calls_nor_the_stop() {
    let program = serve(&["--log", "json"]);
    // More than any pipe holds: each call leaves a line with its whole address.
    let target = format!("/v1/health?{}", "x".repeat(2_000));
    for _ in 0..100 {
        assert_eq!(exchange(program.door, "GET", &target, "").http_status(), Some(200));
    }
    assert_eq!(program.stop(), Some(0));
}

#[test]
fn results_nobody_reads_are_let_go() {
    for arguments in [
        &["world"][..],
        &["config", "show", "--origin"],
        &["completions", "bash"],
        &["lint", "no.world.yaml"],
        &["--help"],
        &["healthcheck", "--target", "127.0.0.1:1"],
        &["snapshot", "save", "no.snapshot", "--target", "127.0.0.1:1"],
        &["serve", "--world", "no.world.yaml"],
    ] {
        let run = |take: fn(&mut Child)| {
            let mut child = Command::new(PATH)
                .args(arguments)
                .env_clear()
                .current_dir(std::env::temp_dir())
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            take(&mut child);
            child.wait_with_output().unwrap().status.code()
        };
        let heard = run(|_| {});
        let unheard = run(|child| {
            child.stdout = None;
            child.stderr = None;
        });
        assert_eq!(unheard, heard, "{arguments:?}");
    }
}
