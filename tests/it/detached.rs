//! A simulator in the background: scripts without `sleep`, several by name, and what became of
//! those that ended otherwise than by `stop`.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use conax_tests::{Ended, Program, until};
use serde_json::Value;

use crate::program::PATH;

const FREE_PORTS: [&str; 6] = ["--port", "0", "--cas-port", "0", "--control-port", "0"];

/// A folder for what is in the background. What is left there at the end is stopped.
struct Background(PathBuf);

impl Background {
    fn new(name: &str) -> Self {
        let name = format!("conax-tests-background-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let folder = self.0.to_str().unwrap();
        Program::run(PATH, arguments, &[], &[("CONAX_SIM_STATE_DIR", folder)])
    }

    fn serve(&self, arguments: &[&str]) -> Ended {
        self.run(&[&["serve", "--detach"], arguments].concat())
    }

    fn record(&self, name: &str) -> Value {
        let text = std::fs::read_to_string(self.file(&format!("{name}.json"))).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Runs a script in which `conax-sim` is the program.
    fn script(&self, script: &str) -> Ended {
        let script = format!("set -eu\nconax_sim() {{ {PATH} \"$@\"; }}\n{script}");
        let folder = self.0.to_str().unwrap();
        Program::run("/bin/sh", &["-c", &script], &[], &[("CONAX_SIM_STATE_DIR", folder)])
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.run(&["stop", "--all"]);
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[track_caller]
fn ended(ended: &Ended, code: i32, stderr: &str) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert!(ended.stderr.contains(stderr), "{:?} is not in {ended:?}", stderr);
}

#[test]
fn a_script_without_sleep_works_a_hundred_times_in_a_row() {
    let background = Background::new("script");
    let script = "i=0
        while [ $i -lt 100 ]; do
            eval \"$(conax_sim serve --detach --port 0 --cas-port 0 --control-port 0)\"
            conax_sim healthcheck
            conax_sim clock show > /dev/null
            conax_sim stop
            i=$((i + 1))
        done";
    let done = background.script(script);
    ended(&done, 0, "");
    assert_eq!(done.stdout, "ready\ndefault: stopped\n".repeat(100));
    assert_eq!(done.stderr, "");
}

#[test]
fn what_it_prints_is_where_it_is_and_nothing_else() {
    let background = Background::new("prints");
    let started =
        background.serve(&[&FREE_PORTS[..], &["--name", "a", "--apis", "crm,control"]].concat());
    ended(&started, 0, "");
    assert_eq!(started.stderr, "");
    let record = background.record("a");
    let [crm, control] = ["crm", "control"].map(|api| record[api].as_str().unwrap());
    let folder = background.0.display();
    let expected = format!(
        "export CONAX_SIM_CRM={crm}/crmapi/rest/v2\nunset CONAX_SIM_CAS\n\
         export CONAX_SIM_CONTROL={control}\nunset CONAX_SIM_CONTROL_TOKEN\n\
         export CONAX_SIM_NAME=a\nexport CONAX_SIM_STATE_DIR={folder}\n\
         export CONAX_SIM_TARGET={control}\n"
    );
    assert_eq!(started.stdout, expected);
    assert_eq!(background.run(&["status", "a", "--format", "eval"]).stdout, expected);
    let json = background.serve(&[&FREE_PORTS[..], &["--name", "b", "--format", "json"]].concat());
    assert_eq!(serde_json::from_str::<Value>(&json.stdout).unwrap(), background.record("b"));
    let list = background.run(&["status", "--format", "json"]);
    let list: Vec<Value> = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(list.iter().map(|one| &one["name"]).collect::<Vec<_>>(), ["a", "b"]);
    assert!(list.iter().all(|one| one["running"] == true));
    let both = background.run(&["status"]);
    ended(&both, 0, "");
    assert!(both.stdout.starts_with("a: running, process "), "{both:?}");
    assert!(both.stdout.contains(&format!("  control API       {control}\n")), "{both:?}");
    let all = background.run(&["stop", "--all"]);
    assert_eq!(all.stdout, "a: stopped\nb: stopped\n");
}

#[test]
fn a_start_that_fails_tells_the_reason_and_ends_as_the_one_in_the_background() {
    let background = Background::new("fails");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let failed = background.serve(&["--port", &port, "--cas-port", "0", "--control-port", "0"]);
    ended(&failed, 5, "error: ");
    assert!(failed.stderr.contains(&port), "{failed:?}");
    assert_eq!(failed.stdout, "");
    ended(&background.serve(&["--world", "nowhere.yaml"]), 3, "nowhere.yaml");
    ended(&background.serve(&["--seed", "x"]), 2, "--seed");
    ended(&background.serve(&["--name", "../x"]), 2, "a simulator cannot be called `../x`");
    ended(&background.run(&["status", "default"]), 5, "no simulator called `default` is running");
}

#[test]
fn a_name_is_taken_while_it_runs_and_free_once_it_has_ended() {
    let background = Background::new("taken");
    ended(&background.serve(&FREE_PORTS), 0, "");
    let first = background.record("default");
    let second = background.serve(&FREE_PORTS);
    ended(&second, 5, "error: a simulator called `default` is running already (process ");
    assert_eq!(background.record("default"), first, "the first one is as it was");
    ended(&background.run(&["status"]), 0, "");
    ended(&background.run(&["stop"]), 0, "");
    let again = background.run(&["stop"]);
    ended(&again, 5, "error: no simulator called `default` is running");
    ended(&background.serve(&FREE_PORTS), 0, "");
}

/// A process of ours that has the number of one that has ended.
fn stranger() -> Child {
    Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
}

#[test]
fn one_that_was_killed_is_noticed_and_no_stranger_with_its_number_is_harmed() {
    let background = Background::new("killed");
    ended(&background.serve(&FREE_PORTS), 0, "");
    let mut record = background.record("default");
    let killed = Command::new("kill").args(["-KILL", &record["pid"].to_string()]).status();
    assert!(killed.unwrap().success());
    let told = until("its end", || {
        let told = background.run(&["status"]);
        if told.code == Some(5) { Ok(told) } else { Err(told.stdout) }
    });
    assert!(told.stdout.starts_with("default: ended without being asked to\n"), "{told:?}");
    let mut stranger = stranger();
    record["pid"] = stranger.id().into();
    std::fs::write(background.file("default.json"), record.to_string()).unwrap();
    let stopped = background.run(&["stop"]);
    ended(&stopped, 5, "error: `default` is not running: it ended without being asked to");
    assert!(stopped.stderr.contains("default.log"), "{stopped:?}");
    assert!(stranger.try_wait().unwrap().is_none(), "it lives");
    std::fs::write(background.file("default.json"), record.to_string()).unwrap();
    ended(&background.serve(&FREE_PORTS), 0, "");
    assert_ne!(background.record("default")["pid"], record["pid"]);
    assert!(stranger.try_wait().unwrap().is_none(), "it lives");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[test]
fn whoever_takes_its_folder_away_or_signals_it_ends_it_in_order() {
    let background = Background::new("signalled");
    ended(&background.serve(&FREE_PORTS), 0, "");
    let pid = background.record("default")["pid"].to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let no_record = || !background.file("default.json").exists();
    until("its record to go", || if no_record() { Ok(()) } else { Err(String::new()) });
    let log = |words: &str| {
        until(words, || {
            let log = std::fs::read_to_string(background.file("default.log")).unwrap();
            if log.contains(words) { Ok(()) } else { Err(log) }
        });
    };
    log("stopped; 0 recorded requests were not sent");
    ended(&background.serve(&FREE_PORTS), 0, "");
    std::fs::remove_file(background.file("default.json")).unwrap();
    log("stopped; 0 recorded requests were not sent");
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_its_record_and_its_log() {
    use std::os::unix::fs::PermissionsExt;

    let background = Background::new("private");
    let exposed = background.serve(&[&FREE_PORTS[..], &["--host", "0.0.0.0"]].concat());
    ended(&exposed, 0, "");
    let token = background.record("default")["control_token"].as_str().unwrap().to_owned();
    assert!(exposed.stdout.contains(&format!("export CONAX_SIM_CONTROL_TOKEN={token}\n")));
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(background.0.clone()), 0o700);
    for name in ["default.json", "default.log", "default.lock"] {
        assert_eq!(mode(background.file(name)), 0o600, "{name}");
    }
}

#[test]
fn stop_says_when_it_has_waited_long_enough() {
    let background = Background::new("slow");
    std::fs::create_dir_all(&background.0).unwrap();
    let lock = std::fs::File::create(background.file("x.lock")).unwrap();
    lock.lock().unwrap();
    let stopped = background.run(&["stop", "x", "--timeout", "50ms"]);
    ended(&stopped, 5, "has not ended within 50ms\n   hint: it has been asked to");
    ended(&background.serve(&["--name", "x"]), 5, "a simulator called `x` is running already");
}

#[test]
fn a_healthcheck_waits_until_the_apis_are_open_and_not_for_ever() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = format!("http://{free}");
    let never =
        Program::run(PATH, &["healthcheck", "--target", &target, "--wait", "50ms"], &[], &[]);
    ended(&never, 5, "not ready: ");
    let waiting = Program::start(PATH, &["healthcheck", "--target", &target, "--wait", "60s"], &[]);
    let port = free.port().to_string();
    let arguments = ["serve", "--port", "0", "--cas-port", "0", "--control-port", &port];
    let mut served = Program::start(PATH, &arguments, &[]);
    served.wait_for("Ctrl-C stops.");
    let ready = waiting.end();
    assert_eq!((ready.code, ready.stdout.as_str()), (Some(0), "ready\n"), "{ready:?}");
    let wrong =
        Program::run(PATH, &["healthcheck", "--target", "http://", "--wait", "60s"], &[], &[]);
    ended(&wrong, 5, "not ready: ");
}
