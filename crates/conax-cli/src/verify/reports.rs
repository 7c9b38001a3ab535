//! The reports of a verification: which, and where to.

use std::io::Write;
use std::path::PathBuf;

use conax_contract::clause::Strictness;
use conax_contract::text::visible_json;
use conax_scenario::verify::{VerifyRecord, html, junit, sarif};

use crate::exit::Exit;
use crate::print;
use crate::write::write_file;

/// A report that was asked for.
pub(super) struct ReportOrder {
    format: &'static str,
    path: Option<PathBuf>,
}

const FORMATS: [&str; 4] = ["json", "junit", "html", "sarif"];

impl ReportOrder {
    /// Reads `FORMAT` or `FORMAT=FILE`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text, None),
        };
        let format = FORMATS.iter().find(|known| **known == name).ok_or_else(|| {
            format!("--report: found `{name}`, expected one of {}", FORMATS.join(", "))
        })?;
        if path == Some("") {
            return Err(format!("--report: `{text}` names no file after `=`"));
        }
        Ok(Self { format, path: path.map(PathBuf::from) })
    }

    /// Whether it goes to standard output.
    pub(super) const fn is_printed(&self) -> bool {
        self.path.is_none()
    }

    fn render(&self, record: &VerifyRecord, least: Strictness, file: &str) -> String {
        let pretty = |value: Result<String, serde_json::Error>| {
            visible_json(&value.unwrap_or_default()).into_owned() + "\n"
        };
        match self.format {
            "junit" => junit(record, least),
            "html" => html(record),
            "sarif" => pretty(serde_json::to_string_pretty(&sarif(record, file))),
            _ => pretty(serde_json::to_string_pretty(record)),
        }
    }
}

/// Writes them; how the program ends after that.
pub(super) fn write(
    orders: &[ReportOrder],
    record: &VerifyRecord,
    (least, file): (Strictness, &str),
    mut exit: Exit,
) -> Exit {
    for order in orders {
        let text = order.render(record, least, file);
        let (name, written) = match &order.path {
            Some(path) => (path.display().to_string(), write_file(path, text.as_bytes())),
            None => {
                let mut out = std::io::stdout();
                let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
                ("standard output".to_owned(), written)
            }
        };
        if let Err(error) = written {
            print::aside(format_args!("error: failed to write the report `{name}`: {error}"));
            exit = Exit::ReportNotWritten;
        }
    }
    exit
}
