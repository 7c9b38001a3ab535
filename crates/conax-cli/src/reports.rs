//! Reports that are asked for with `--report FORMAT[=FILE]`, read and written alike by every verb.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::flags::Flags;
use crate::write::{not_written, write_file};

/// A report that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct ReportOrder<F> {
    format: F,
    /// Where to; nothing: standard output.
    path: Option<PathBuf>,
}

impl<F: Copy> ReportOrder<F> {
    /// Reads all that were asked for, in formats by their names.
    pub(crate) fn all(matches: &ArgMatches, formats: &[(&str, F)]) -> Result<Vec<Self>, Failure> {
        matches.texts("report").iter().map(|text| Self::parse(text, formats)).collect()
    }

    fn parse(text: &str, formats: &[(&str, F)]) -> Result<Self, Failure> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text, None),
        };
        let Some((_, format)) = formats.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = formats.iter().map(|(known, _)| *known).collect();
            let known = known.join(", ");
            return Err(Failure::usage(format!(
                "--report: found `{name}`, expected one of {known}"
            )));
        };
        if path == Some("") {
            return Err(Failure::usage(format!("--report: `{text}` names no file after `=`")));
        }
        Ok(Self { format: *format, path: path.map(PathBuf::from) })
    }

    /// Whether it goes to standard output.
    pub(crate) const fn is_printed(&self) -> bool {
        self.path.is_none()
    }
}

/// Writes them. One that cannot be written is no success, whatever else came of it.
pub(crate) fn write_reports<F: Copy>(
    orders: &[ReportOrder<F>],
    mut exit: Exit,
    render: impl Fn(F) -> String,
) -> Exit {
    for order in orders {
        let text = render(order.format);
        let (path, written) = match &order.path {
            Some(path) => (path.as_path(), write_file(path, text.as_bytes())),
            None => {
                let mut out = std::io::stdout();
                let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
                (Path::new("standard output"), written)
            }
        };
        if let Err(error) = written {
            exit = not_written("the report ", path, &error).report();
        }
    }
    exit
}
