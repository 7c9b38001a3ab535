//! `ledger`: the ledger of a running simulator, and checking ledger files.

mod check;
mod show;

use clap::{ArgMatches, Command};

use crate::exit::Exit;

pub(crate) fn command() -> Command {
    Command::new("ledger")
        .about("What Conax really did with every request: count, save, check")
        .subcommand_required(true)
        .subcommand(check::command())
        .subcommand(show::show_command())
        .subcommand(show::save_command())
}

pub(crate) fn run(matches: &ArgMatches) -> Exit {
    match matches.subcommand() {
        Some(("check", matches)) => check::run(matches),
        Some(("show", matches)) => show::show(matches),
        Some(("save", matches)) => show::save(matches),
        _ => Exit::Usage,
    }
}
