//! `config show`: the settings in force and where they come from.

use clap::ArgMatches;

use crate::exit::Exit;
use crate::print;
use crate::serve::complain;
use crate::settings::Settings;

/// Prints every setting as a line of the settings file.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let Some(("show", matches)) = matches.subcommand() else {
        return Exit::Usage;
    };
    let settings = match Settings::resolve(matches) {
        Ok(settings) => settings,
        Err(error) => return complain(&error, Exit::Settings),
    };
    for resolved in settings.iter() {
        let line = format!("{} = {:?}", resolved.entry.key, resolved.value);
        if matches.get_flag("origin") {
            print::result(format_args!("{line:<44} # {}", resolved.origin));
        } else {
            print::result(line);
        }
    }
    Exit::Met
}
