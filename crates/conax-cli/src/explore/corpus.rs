//! What was found before: a folder of scenario files. The story is kept and not the seed, so that
//! a find stays one when the moves or the model change.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use conax_scenario::document::{FileFindings, Given, Reader};
use conax_scenario::explore;
use conax_scenario::record::Verdict;
use conax_scenario::run::{Detail, Stop, play};

use super::workers::Search;
use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::print;
use crate::run::{Files, find, provider};

/// How long a file may take.
const LONGEST: Duration = Duration::from_secs(60);

/// Plays every file of the folder, if there is one; whether all of them are mended.
pub(super) fn replay(
    folder: &Path,
    search: &Search,
    flags: &str,
    stop: &Arc<Stop>,
) -> Result<Exit, Failure> {
    if !folder.is_dir() {
        return Ok(Exit::Met);
    }
    let name = folder.display().to_string();
    let files = find([&name].into_iter()).or_fail(Exit::Usage)?;
    let library = Files::beside([&name]);
    let (addresses, secrets) = search.subject.reached();
    let provider = provider(addresses, secrets, LONGEST, stop);
    let (mut mended, mut failing) = (0, Vec::new());
    for file in &files {
        let path = file.path.to_string();
        let text = crate::read::text_file(&path)
            .map_err(|error| Failure::settings(format!("failed to read `{path}`: {error}")))?;
        let scenarios =
            Reader::new(&library).read(&path, &text, &Given::seed(1)).map_err(|files| {
                let rendered: Vec<String> = files.iter().map(FileFindings::render).collect();
                Failure::settings(rendered.join("\n"))
            })?;
        for scenario in &scenarios {
            match play(scenario, &path, &*provider, Detail::Failures).verdict {
                Verdict::Failed | Verdict::Error => failing.push(path.clone()),
                Verdict::Passed | Verdict::Partly | Verdict::Skipped => mended += 1,
            }
        }
    }
    for path in &failing {
        print::result(format_args!("found before, and still there: conax-sim run {path}{flags}"));
    }
    print::aside(format_args!("corpus {name}: {} still fail, {mended} do not", failing.len()));
    Ok(if failing.is_empty() { Exit::Met } else { Exit::NotMet })
}

/// The name of the file of a find: what it is about, so that the same find is the same file.
pub(super) fn name_of(failure: &explore::Failure) -> String {
    let about = match failure.clause {
        Some(clause) => clause.to_owned(),
        None => format!("model-{}", failure.path),
    };
    let plain: String = about
        .chars()
        .map(|sign| if sign.is_ascii_alphanumeric() || sign == '-' { sign } else { '-' })
        .collect();
    format!("{}.scenario.yaml", plain.trim_matches('-'))
}
