//! `completions`: scripts for shells, from the same table as the command line.

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::args::command_line;
use crate::exit::Exit;
use crate::print;

pub(crate) fn command() -> Command {
    Command::new("completions")
        .about("Print a completion script for a shell")
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .required(true)
                .value_parser(value_parser!(Shell))
                .help("Which shell"),
        )
        .after_help("Example:\n  conax-sim completions bash > /etc/bash_completion.d/conax-sim")
}

pub(crate) fn run(matches: &ArgMatches) -> Exit {
    if let Some(&shell) = matches.get_one::<Shell>("shell") {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut command_line(), "conax-sim", &mut script);
        print::text(&script);
    }
    Exit::Met
}
