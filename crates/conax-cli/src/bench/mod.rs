//! `bench`: placeholder until the house stands.

use clap::{ArgMatches, Command};

use crate::exit::Exit;

pub(crate) fn command() -> Command {
    Command::new("bench")
}

pub(crate) fn run(_: &ArgMatches) -> Exit {
    Exit::Met
}
