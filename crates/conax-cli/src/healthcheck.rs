//! `healthcheck`: asks a running simulator whether it is ready, or waits until it is.

use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches};
use hyper::Request;
use hyper::body::Bytes;

use crate::control_client::ControlTarget;
use crate::exit::Exit;
use crate::flags::{Flags, flag};
use crate::http_client::CallError;
use crate::print;
use crate::serve::complain;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before it is asked again, the first time and at most.
const PAUSES: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(100)];

/// The flag that has it wait.
pub(crate) fn wait_argument() -> Arg {
    flag("wait", "TIME", "Ask again until it is ready, for at most so long, such as 10s")
}

/// Why it is not ready.
struct NotReady {
    exit: Exit,
    why: String,
    /// Whether another answer can be had later.
    may_change: bool,
}

/// Asks, and prints what was answered.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let wait = match matches.time("wait", "10s") {
        Ok(wait) => wait,
        Err(failure) => return failure.report(),
    };
    let target = match ControlTarget::of(matches) {
        Ok(target) => target,
        Err(error) => return complain(&error, Exit::Settings),
    };
    match wait_for(&target, wait) {
        Ok(ready) => {
            print::result(ready);
            Exit::Met
        }
        Err(not_ready) => {
            print::aside(format_args!("not ready: {}", not_ready.why));
            not_ready.exit
        }
    }
}

/// Asks until it is ready or the time is over; without a time, once.
fn wait_for(target: &ControlTarget, wait: Option<Duration>) -> Result<&'static str, NotReady> {
    let started = Instant::now();
    let [mut pause, longest] = PAUSES;
    loop {
        let left = wait.map(|wait| wait.saturating_sub(started.elapsed()));
        let patience = left.map_or(PATIENCE, |left| left.clamp(longest, PATIENCE));
        match (ask(target, patience), left) {
            (Ok(ready), _) => return Ok(ready),
            (Err(not_ready), Some(left)) if not_ready.may_change && !left.is_zero() => {
                sleep(pause.min(left));
                pause = (pause * 2).min(longest);
            }
            (Err(not_ready), _) => return Err(not_ready),
        }
    }
}

fn ask(target: &ControlTarget, patience: Duration) -> Result<&'static str, NotReady> {
    let not_ready = |exit, why| NotReady { exit, why, may_change: true };
    let request = Request::get("/v1/ready").body(Bytes::new()).expect("a path can be asked for");
    match target.call(request, patience) {
        Ok(reply) => match reply.status() {
            200 => Ok("ready"),
            // An exposed control API asks for its token; that it asks shows that it is there.
            401 => Ok("ready (the control API asks for its token)"),
            _ => Err(not_ready(Exit::NotMet, format!("HTTP {}", reply.head.status))),
        },
        Err(CallError::NotHttp(why)) => Err(not_ready(Exit::NotMet, why)),
        Err(CallError::NoAddress(why)) => {
            Err(NotReady { exit: Exit::Surroundings, why, may_change: false })
        }
        Err(error) => {
            let why = format!("{} does not answer: {error}", target.address());
            Err(not_ready(Exit::Surroundings, why))
        }
    }
}
