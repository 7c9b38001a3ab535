//! The hand: the `conax-sim` program.
//!
//! The only crate that reads arguments, environment and files, and that prints: results to
//! standard output, everything else to standard error. It knows every other crate and nobody
//! knows it.
//!
//! Read on: [`settings`] (one table for flags, environment and file), `serve`, [`exit`].

mod args;
mod bench;
mod completions;
mod config;
pub mod exit;
mod healthcheck;
mod lint;
mod serve;
pub mod settings;
mod world;

pub use args::command_line;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::exit::Exit;

/// Runs the program with these arguments, the first being its name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = match command_line().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => {
            // Help and version are results; everything else is a complaint. Printing may fail
            // only if nobody listens.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Met
            }
            .into();
        }
    };
    args::dispatch(&matches).into()
}
