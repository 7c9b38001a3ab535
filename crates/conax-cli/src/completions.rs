//! `completions`: scripts for shells, from the same table as the command line.

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

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

/// The bash script of the generator names the parts of a program with a hyphen in two ways
/// (clap-rs/clap#6421), so that nothing behind a verb is completed; one way will do.
fn repaired(script: &[u8]) -> Vec<u8> {
    let script = String::from_utf8_lossy(script);
    script.replace("conax__subcmd__sim", "conax__sim").into_bytes()
}

pub(crate) fn run(matches: &ArgMatches, mut command_line: Command) -> Exit {
    if let Some(&shell) = matches.get_one::<Shell>("shell") {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut command_line, "conax-sim", &mut script);
        print::text(&repaired(&script));
    }
    Exit::Met
}
