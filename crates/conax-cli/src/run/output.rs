//! What is printed while scenarios are played and afterwards, and what is written to files.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use clap::ArgMatches;
use conax_contract::text::{counted, visible, visible_name};
use conax_scenario::document::FileFindings;
use conax_scenario::record::{CaseRecord, RunRecord, Verdict};
use conax_scenario::report::{self, Workspace, duration_words, failure_text};
use conax_scenario::run::Case;

use crate::exit::Exit;
use crate::print;
use crate::run::exit_of;
use crate::signals::end_on_signal;

/// How often the line of progress is drawn.
const REDRAW_INTERVAL: Duration = Duration::from_millis(50);
/// Stories that are printed; the reports have all.
const SHOWN_FAILURES: usize = 20;
/// How often watched files are looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(40);

/// A form of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Junit,
    Tap,
    Html,
    Github,
    Har,
}

pub(crate) const FORMATS: [(&str, Format); 6] = [
    ("json", Format::Json),
    ("junit", Format::Junit),
    ("tap", Format::Tap),
    ("html", Format::Html),
    ("github", Format::Github),
    ("har", Format::Har),
];

impl Format {
    pub(crate) fn render(self, record: &RunRecord) -> String {
        match self {
            Self::Json => report::json(record),
            Self::Junit => report::junit(record),
            Self::Tap => report::tap(record),
            Self::Html => report::html(record),
            Self::Github => report::github(record, &workspace()),
            Self::Har => report::har(record),
        }
    }
}

/// Where annotations are relative to.
fn workspace() -> Workspace {
    let absolute = |path: std::io::Result<PathBuf>| {
        let path = path.and_then(std::fs::canonicalize);
        path.map_or(String::new(), |path| path.to_string_lossy().into_owned())
    };
    let root = std::env::var_os("GITHUB_WORKSPACE").filter(|root| !root.is_empty());
    Workspace {
        here: absolute(std::env::current_dir()),
        root: root.map_or(String::new(), |root| absolute(Ok(root.into()))),
    }
}

/// Who tells people how it goes.
pub(crate) struct Printer {
    verbosity: Verbosity,
    /// Whether results share standard output with a report.
    to_stderr: bool,
    is_coloured: bool,
    draws_progress: bool,
    count: AtomicUsize,
    state: Mutex<Progress>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verbosity {
    Silent,
    Quiet,
    Usual,
    Verbose,
}

#[derive(Default)]
struct Progress {
    done: usize,
    bad: usize,
    drawn: Option<Instant>,
}

impl Printer {
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        let reports = matches.get_many::<String>("report");
        let to_stderr = reports.into_iter().flatten().any(|report| !report.contains('='));
        let out_is_terminal = match to_stderr {
            true => std::io::stderr().is_terminal(),
            false => std::io::stdout().is_terminal(),
        };
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let is_coloured = match matches.get_one::<String>("color").map(String::as_str) {
            Some("always") => true,
            Some("never") => false,
            _ => out_is_terminal && !no_color,
        };
        let verbosity = match (matches.get_flag("quiet"), matches.get_flag("verbose")) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Usual,
        };
        Self {
            verbosity,
            to_stderr,
            is_coloured,
            draws_progress: verbosity == Verbosity::Usual && std::io::stderr().is_terminal(),
            count: AtomicUsize::new(0),
            state: Mutex::default(),
        }
    }

    pub(crate) fn silent() -> Self {
        Self {
            verbosity: Verbosity::Silent,
            to_stderr: true,
            is_coloured: false,
            draws_progress: false,
            count: AtomicUsize::new(0),
            state: Mutex::default(),
        }
    }

    fn say(&self, line: impl std::fmt::Display) {
        match self.to_stderr {
            true => print::aside(line),
            false => print::result(line),
        }
    }

    /// A line with colours in it, whose text is escaped.
    fn say_painted(&self, line: impl std::fmt::Display) {
        match self.to_stderr {
            true => print::painted_aside(line),
            false => print::painted(line),
        }
    }

    pub(crate) fn begin(&self, count: usize, seed: u64) {
        self.count.store(count, Ordering::Relaxed);
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Progress::default();
        if matches!(self.verbosity, Verbosity::Usual | Verbosity::Verbose) {
            self.say(format_args!("{}, seed {seed}", scenarios(count)));
        }
    }

    /// A scenario has ended.
    pub(crate) fn case_ended(&self, case: &CaseRecord) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done += 1;
        state.bad += usize::from(case.verdict.is_bad());
        if self.verbosity == Verbosity::Verbose {
            let word = self.coloured(case.verdict, &format!("{:>8}", case.verdict.word()));
            let reason = case.reason.as_deref().map(|why| format!("  ({why})"));
            let line = format!("{}{}", case.title(), reason.unwrap_or_default());
            self.say_painted(format_args!("{word}  {}", visible(&line)));
        }
        let is_time = state.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW_INTERVAL);
        if self.draws_progress && is_time {
            state.drawn = Some(Instant::now());
            let failed = match state.bad {
                0 => String::new(),
                bad => format!(", {bad} failed"),
            };
            let count = self.count.load(Ordering::Relaxed);
            let title = case.title();
            let line = format!("  {}/{count}{failed}  {}", state.done, visible(&title));
            let line: String = line.chars().take(78).collect();
            let _ = write!(std::io::stderr(), "\r\x1b[2K{line}");
            let _ = std::io::stderr().flush();
        }
    }

    /// The stories and the summary.
    pub(crate) fn conclude(&self, record: &RunRecord) -> Exit {
        if self.draws_progress {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
        let exit = exit_of(record);
        if self.verbosity == Verbosity::Silent {
            return exit;
        }
        let bad: Vec<_> = record.cases.iter().filter(|case| case.verdict.is_bad()).collect();
        for case in bad.iter().take(SHOWN_FAILURES) {
            self.say("");
            self.say_painted(self.painted(&failure_text(case)).trim_end());
        }
        if bad.len() > SHOWN_FAILURES {
            let more = bad.len() - SHOWN_FAILURES;
            self.say(format_args!("\n{more} more failed; --report html=FILE tells all of them"));
        }
        self.print_rest(record);
        for warning in &record.warnings {
            self.say(format_args!("warning: {warning}"));
        }
        self.say(summary(record));
        if record.not_begun > 0 {
            self.say(format_args!("{} not begun", scenarios(record.not_begun)));
        }
        if exit != Exit::Met {
            self.say(last_line(record, exit));
        }
        exit
    }

    /// What was skipped and why, and notes.
    fn print_rest(&self, record: &RunRecord) {
        if self.verbosity == Verbosity::Quiet {
            return;
        }
        let reasons = record.cases.iter().filter_map(|case| {
            let of_steps = || case.steps.iter().find_map(|step| step.reason.clone());
            let reason = match case.verdict {
                Verdict::Skipped => case.reason.clone(),
                Verdict::Partly => of_steps(),
                _ => None,
            };
            Some(format!("{}: {}", case.verdict.word(), reason?))
        });
        for (reason, count) in each_once(reasons) {
            self.say(format_args!("{count} {reason}"));
        }
        let notes =
            record.cases.iter().flat_map(|case| case.notes.iter().map(move |note| (case, note)));
        for (case, note) in notes {
            self.say(format_args!("note: {}:{}  {note}", visible_name(&case.file), case.line));
        }
    }

    /// The first line of a story in colour.
    fn painted(&self, failure_text: &str) -> String {
        if !self.is_coloured {
            return failure_text.to_owned();
        }
        let lines = failure_text.lines().enumerate().map(|(index, line)| match line {
            line if index == 0 => format!("\x1b[1;31m{line}\x1b[0m"),
            line if line.trim_start().starts_with("expected ") => format!("\x1b[32m{line}\x1b[0m"),
            line if line.trim_start().starts_with("found ") => format!("\x1b[31m{line}\x1b[0m"),
            line if line.trim_start().starts_with("again ") => format!("\x1b[1m{line}\x1b[0m"),
            line => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn coloured(&self, verdict: Verdict, text: &str) -> String {
        if !self.is_coloured {
            return text.to_owned();
        }
        let colour = match verdict {
            Verdict::Passed => 32,
            Verdict::Partly | Verdict::Skipped => 33,
            Verdict::Failed | Verdict::Error => 31,
        };
        format!("\x1b[{colour}m{text}\x1b[0m")
    }

    /// No scenario is played.
    pub(crate) fn nothing_chosen(&self, hint: Option<String>) -> Exit {
        self.say("no scenario was found or chosen");
        if let Some(hint) = hint {
            self.say(format_args!("   hint: {hint}"));
        }
        self.say(words(Exit::NothingRan, "nothing was played"));
        Exit::NothingRan
    }

    /// Files that cannot be read.
    pub(crate) fn wrong_files(&self, files: &[FileFindings]) -> Exit {
        for file in files {
            self.say(file.render().trim_end());
            self.say("");
        }
        let count: usize = files.iter().map(|file| file.findings.len()).sum();
        let what = match count {
            1 => "1 thing is wrong with the files".to_owned(),
            count => format!("{count} things are wrong with the files"),
        };
        self.say(words(Exit::Settings, &what));
        Exit::Settings
    }
}

/// Texts in order of appearance, each once, with how often it is there.
pub(crate) fn each_once(texts: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for text in texts {
        match counted.iter_mut().find(|(known, _)| *known == text) {
            Some((_, count)) => *count += 1,
            None => counted.push((text, 1)),
        }
    }
    counted
}

fn scenarios(count: usize) -> String {
    counted(count, "scenario")
}

fn words(exit: Exit, what: &str) -> String {
    format!("exit {}: {what}", exit.code())
}

/// One line: how many ended how, real and simulated time.
fn summary(record: &RunRecord) -> String {
    let simulated: u64 = record.cases.iter().map(|case| case.simulated_ms).sum();
    let real = record.wall.as_millis() as u64;
    format!(
        "{}; {} real, {} simulated",
        report::summary(record),
        duration_words(real),
        duration_words(simulated)
    )
}

fn last_line(record: &RunRecord, exit: Exit) -> String {
    let counts = record.counts();
    let what = match exit {
        Exit::NotMet => format!("{} not as expected", scenarios(counts.failed + counts.errors)),
        exit => exit.meaning().to_owned(),
    };
    words(exit, &what)
}

/// Prints what would be played.
pub(crate) fn list(cases: &[Case]) {
    for case in cases {
        let tags = case.scenario.tags.iter().map(|tag| format!(" @{tag}"));
        print::result(format_args!(
            "{}:{}  {}{}",
            visible_name(&case.file),
            case.scenario.span.start.line,
            case.scenario.title(),
            tags.collect::<String>()
        ));
    }
}

/// In what two runs of the same scenarios differ, if they do.
pub(crate) fn difference(first: &RunRecord, second: &RunRecord) -> Option<String> {
    let json = |case: &CaseRecord| serde_json::to_string_pretty(case).unwrap_or_default();
    for (one, other) in first.cases.iter().zip(&second.cases) {
        let (left, right) = (json(one), json(other));
        if left == right {
            continue;
        }
        let mut lines = left.lines().zip(right.lines());
        let (left, right) = lines.find(|(left, right)| left != right).unwrap_or(("", ""));
        return Some(format!(
            "not deterministic: {}\n   first     {}\n   again     {}\n   repeat    {} \
             --check-determinism",
            one.title(),
            left.trim(),
            right.trim(),
            one.again
        ));
    }
    (first.cases.len() != second.cases.len())
        .then(|| "not deterministic: another number of scenarios was played".to_owned())
}

/// Plays now and whenever a file below one of the paths changes.
pub(crate) fn watch(paths: &[String], mut play: impl FnMut()) -> Exit {
    end_on_signal(Exit::Met);
    let mut seen = newest(paths);
    play();
    print::aside("watching; Ctrl-C ends it");
    loop {
        std::thread::sleep(POLL_INTERVAL);
        let now = newest(paths);
        if now != seen {
            seen = now;
            print::aside("");
            play();
        }
    }
}

/// The files below the paths with the time of their last change.
fn newest(paths: &[String]) -> Vec<(PathBuf, Option<SystemTime>)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = paths
        .iter()
        .map(|path| {
            let path = PathBuf::from(path.split(':').next().unwrap_or(path));
            // Included files and worlds often lie beside a file.
            match path.is_file() {
                true => path.parent().map_or(path.clone(), Path::to_path_buf),
                false => path,
            }
        })
        .collect();
    while let Some(path) = open.pop() {
        let path = if path.as_os_str().is_empty() { PathBuf::from(".") } else { path };
        let Ok(entries) = std::fs::read_dir(&path) else {
            continue;
        };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let name = entry.file_name();
            let is_hidden = name.to_string_lossy().starts_with('.');
            if kind.is_dir() && !is_hidden && name != "target" {
                open.push(entry.path());
            } else if entry.path().extension().is_some_and(|end| end == "yaml") {
                let changed = entry.metadata().and_then(|about| about.modified()).ok();
                found.push((entry.path(), changed));
            }
        }
    }
    found.sort();
    found
}
