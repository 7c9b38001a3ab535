//! A simulator as a program of its own, or in a container: for a program under test that speaks HTTP
//! and a suite that does not want to build the simulator. The other suites of these examples do the
//! same; `provisioning.rs` embeds it, which is faster.

use std::env::var;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// It ends when this is dropped.
struct ConaxSim {
    process: Child,
    apis: Value,
}

impl ConaxSim {
    /// Starts what `CONAX_SIM` says, a program or the words of `docker run`, and returns once it is
    /// ready.
    fn start() -> Self {
        let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/release/conax-sim");
        let command = var("CONAX_SIM").unwrap_or_else(|_| built.to_owned());
        let words: Vec<&str> = command.split(' ').collect();
        let flags =
            "serve --host 127.0.0.1 --port 0 --cas-port 0 --control-port 0 --format json --log off";
        let mut process = Command::new(words[0])
            .args(&words[1..])
            .args(flags.split(' '))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command}: {error}"));
        let mut line = String::new();
        let stdout = process.stdout.take().expect("it is a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("text");
        let apis = serde_json::from_str(&line).expect("it opens, and says where");
        Self { process, apis }
    }
}

impl Drop for ConaxSim {
    fn drop(&mut self) {
        let pid = self.process.id().to_string();
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.process.wait();
    }
}

#[test]
fn a_simulator_of_its_own_is_ready_when_it_is_there() {
    let simulator = ConaxSim::start();
    let control = simulator.apis["control"].as_str().expect("it is open");
    let address = control.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("it listens");
    let call = format!("GET /v1/health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(call.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
