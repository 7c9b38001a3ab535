//! `man`: manual pages, from the same table as the command line; for those who make packages.

use std::path::Path;

use clap::{Arg, ArgMatches, Command};
use clap_mangen::Man;

use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::Flags;
use crate::write;

/// The verb.
pub(crate) fn command() -> Command {
    Command::new("man")
        .about("Write a manual page for each verb into a folder")
        .hide(true)
        .arg(Arg::new("folder").value_name("DIR").required(true).help("Where to"))
        .after_help("Example:\n  conax-sim man target/man")
}

/// Writes them.
pub(crate) fn run(matches: &ArgMatches, command_line: Command) -> Exit {
    let folder = Path::new(matches.text("folder").unwrap_or_default());
    let mut command_line = command_line.disable_help_subcommand(true);
    // Gives verbs the names of those above them.
    command_line.build();
    match write_pages(&command_line, folder) {
        Ok(()) => Exit::Met,
        Err(failure) => failure.report(),
    }
}

fn write_pages(command: &Command, folder: &Path) -> Result<(), Failure> {
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        write_pages(verb, folder)?;
    }
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    // The version is said of the program, not of each verb.
    let version = concat!("conax-sim ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).title(&name).source(version).manual("conax-sim");
    let mut page = Vec::new();
    man.render(&mut page).or_fail(Exit::ReportNotWritten)?;
    write::save(&folder.join(format!("{name}.1")), &page)
}
