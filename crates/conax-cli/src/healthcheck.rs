//! `healthcheck`: asks a running simulator whether it is ready.

use std::time::Duration;

use clap::ArgMatches;
use hyper::Request;
use hyper::body::Bytes;

use crate::control_client::ControlTarget;
use crate::exit::Exit;
use crate::http_client::CallError;
use crate::print;
use crate::serve::complain;

const PATIENCE: Duration = Duration::from_secs(5);

/// Asks, and prints what was answered.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let target = match ControlTarget::of(matches) {
        Ok(target) => target,
        Err(error) => return complain(&error, Exit::Settings),
    };
    let not_ready = |exit, why: String| {
        print::aside(format_args!("not ready: {why}"));
        exit
    };
    let request = Request::get("/v1/ready").body(Bytes::new()).expect("a path can be asked for");
    match target.call(request, PATIENCE) {
        Ok(reply) => match reply.status() {
            200 => {
                print::result("ready");
                Exit::Met
            }
            // An exposed control API asks for its token; that it asks shows that it is there.
            401 => {
                print::result("ready (the control API asks for its token)");
                Exit::Met
            }
            _ => not_ready(Exit::NotMet, format!("HTTP {}", reply.head.status)),
        },
        Err(CallError::NotHttp(why)) => not_ready(Exit::NotMet, why),
        Err(CallError::NoAddress(why)) => not_ready(Exit::Surroundings, why),
        Err(error) => {
            not_ready(Exit::Surroundings, format!("{} does not answer: {error}", target.address()))
        }
    }
}
