//! `ledger`: what can be done with a ledger file.

mod check;

use clap::{ArgMatches, Command};

use crate::exit::Exit;

pub(crate) fn command() -> Command {
    Command::new("ledger")
        .about("Check what really became of the requests, from a ledger file")
        .subcommand_required(true)
        .subcommand(check::command())
}

pub(crate) fn run(matches: &ArgMatches) -> Exit {
    match matches.subcommand() {
        Some(("check", matches)) => check::run(matches),
        _ => Exit::Usage,
    }
}
