//! The hand: the `conax-sim` program.
//!
//! The only crate that reads arguments, environment and files, and that prints: results to
//! standard output, everything else to standard error. It knows every other crate and nobody
//! knows it.
//!
//! Read on: [`settings`] (one table for flags, environment and file), `serve`, [`exit`].

mod args;
mod bench;
mod clock;
mod completions;
mod config;
mod contract;
mod control_client;
mod coverage;
mod descriptors;
mod detach;
mod diff;
mod drift;
pub mod exit;
mod explain;
mod explore;
mod failure;
mod faults;
mod flags;
mod fmt;
mod grade;
mod healthcheck;
pub mod help;
mod http_client;
mod json;
mod ledger;
mod lint;
mod man;
mod print;
mod read;
mod record;
mod reports;
mod run;
mod schema;
mod serve;
pub mod settings;
mod signals;
mod snapshot;
mod verify;
mod why;
mod world;
mod write;

pub use args::command_line;

use std::ffi::OsString;
use std::panic::UnwindSafe;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::Exit;

/// Runs the program with these arguments, the first being its name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    guarded(move || print::concluded(run_verb(args))).into()
}

fn run_verb(args: Vec<OsString>) -> Exit {
    if let Some(exit) = help::answer(&args, command_line) {
        return exit;
    }
    match command_line().try_get_matches_from(args) {
        Ok(matches) => args::dispatch(&matches),
        Err(error) => {
            // Help and version are results; everything else is a complaint.
            let printed = error.print();
            if error.use_stderr() {
                return Exit::Usage;
            }
            print::note(printed);
            Exit::Met
        }
    }
}

/// Ends with the exit code of our own bugs after a panic, on whichever thread it was.
fn guarded(work: impl FnOnce() -> Exit + UnwindSafe) -> Exit {
    static PANICKED: AtomicBool = AtomicBool::new(false);
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICKED.store(true, Ordering::Relaxed);
        print(panic);
    }));
    let exit = std::panic::catch_unwind(work);
    match exit {
        Ok(exit) if !PANICKED.load(Ordering::Relaxed) => exit,
        _ => {
            print::aside(
                "error: conax-sim itself failed; this is a bug\n   hint: report the lines above \
                 with the command line and, if there was a start banner, its seed",
            );
            Exit::OurBug
        }
    }
}

#[cfg(test)]
mod tests {
    //! What a bug looks like from outside.

    use super::{Exit, guarded};

    #[test]
    fn a_panic_on_any_thread_ends_with_the_exit_code_of_our_bugs() {
        assert_eq!(guarded(|| Exit::NotMet), Exit::NotMet);
        assert_eq!(guarded(|| panic!("a bug")), Exit::OurBug);
        let elsewhere = guarded(|| {
            let _ = std::thread::spawn(|| panic!("a bug elsewhere")).join();
            Exit::Met
        });
        assert_eq!(elsewhere, Exit::OurBug);
    }
}
