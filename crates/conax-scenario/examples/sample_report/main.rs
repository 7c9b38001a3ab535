//! Writes a report of a made-up run to stdout, for looking at it and for the browser test.
//!
//! ```text
//! cargo run -p conax-scenario --example sample_report -- html > report.html
//! cargo run -p conax-scenario --example sample_report -- html 1000 > large.html
//! ```

use std::io::Write;
use std::process::ExitCode;

use conax_scenario::{coverage, record, report};

#[path = "record.rs"]
mod sample;

fn main() -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "a command of its own")]
    let mut words = std::env::args().skip(1);
    let form = words.next().unwrap_or_default();
    let count = words.next().and_then(|word| word.parse().ok());
    let run = count.map_or_else(sample::rich, sample::large);
    let text = match form.as_str() {
        "junit" => report::junit(&run),
        "tap" => report::tap(&run),
        "github" => report::github(&run, &report::Workspace::default()),
        "json" => report::json(&run),
        "html" => report::html(&run),
        _ => return ExitCode::from(2),
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
