//! `record scenario`: makes of a recording a scenario that plays against the simulator, or shows
//! where the simulator and the recorded implementation differ. Everything below is pure.
//!
//! Read on: `registry` (which requests it is about), `segments` (what becomes a step), `steps`,
//! `calls`, `secrets` and `expect` (how one is written), `placeholders` (what stands for what), `missing` and `earlier` (what
//! the world lacks).

mod calls;
mod earlier;
mod expect;
mod missing;
mod placeholders;
mod registry;
mod secrets;
mod segments;
mod steps;
#[cfg(test)]
mod tests;

use std::path::Path;

use clap::{Arg, ArgMatches, Command};
use conax_contract::text::{Outline, render, render_moment};
use conax_contract::world::WorldSpec;
use conax_scenario::document::{FileFindings, Given, Reader, tidy};

use self::expect::usual_user;
use self::placeholders::{Placeholders, map, word};
use self::registry::Registry;
use self::segments::Timeline;
use self::steps::{Step, Writer};
use super::form::{Exchange, FORMAT, Ids, Recording};
use super::har::{self, Imported};
use super::journal;
use super::names;
use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, flag, switch};
use crate::print;
use crate::read::text_file;
use crate::record::is_kept;
use crate::run::{Files, built_in_world};
use crate::write::{save, would_replace};

/// The verb.
pub(super) fn command() -> Command {
    Command::new("scenario")
        .about("Make a scenario of a recording, or of a HAR file")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .required(true)
                .help("A recording, *.conaxrec.json, or what a browser or a proxy kept, *.har"),
        )
        .arg(flag("page", "ID", "The page of a HAR file it is made of [default: all of them]"))
        .arg(flag("output", "FILE", "The scenario to write [default: standard output]").short('o'))
        .arg(switch("overwrite", "Replace a scenario that is there"))
        .arg(
            flag(
                "world",
                "WORLD.yaml",
                "The world it starts from; what that lacks is added, as far as the replies tell",
            )
            .default_value("demo"),
        )
        .after_help(
            "Examples:\n  \
             conax-sim record scenario a.conaxrec.json -o a.scenario.yaml\n  \
             conax-sim record scenario portal.har -o a.scenario.yaml\n  \
             conax-sim run a.scenario.yaml",
        )
}

/// Makes the scenario.
pub(super) fn run(matches: &ArgMatches) -> Exit {
    make(matches).unwrap_or_else(Failure::report)
}

fn make(matches: &ArgMatches) -> Result<Exit, Failure> {
    let text = |name: &str| matches.text(name).unwrap_or_default();
    let (file, world, output) = (text("file"), text("world"), matches.text("output"));
    // Somebody may have worked on it.
    if let Some(path) = output.map(Path::new)
        && would_replace(path)
        && !matches.get_flag("overwrite")
    {
        return Err(is_kept(path));
    }
    let recording = read_recording(file, matches.text("page")).or_fail(Exit::Settings)?;
    let from = named_from(world, output.unwrap_or_default());
    let base = read_world(world).or_fail(Exit::Settings)?;
    let source = Path::new(file)
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let Some(scenario) = convert(recording, &Start { from, world: base }, &source) else {
        let code = Exit::NothingRan.code();
        print::aside(format_args!("exit {code}: nothing in `{file}` can be said again"));
        return Ok(Exit::NothingRan);
    };
    if let Err(wrong) = check(&scenario, output.unwrap_or("recorded.scenario.yaml")) {
        for file in &wrong {
            print::aside(render(&file.path, &file.source, &file.findings).trim_end());
        }
        return Err(Failure::settings(format!("`{file}` makes no valid scenario")));
    }
    match output {
        None => print::text(scenario.as_bytes()),
        Some(path) => {
            save(Path::new(path), scenario.as_bytes())?;
            print::aside(format_args!("{path}: play it with `conax-sim run {path}`"));
        }
    }
    Ok(Exit::Met)
}

fn read_recording(file: &str, page: Option<&str>) -> Result<Recording, String> {
    let text = crate::read::generated_text(file)
        .map_err(|error| format!("failed to read the recording `{file}`: {error}"))?;
    if is_har(file, &text) {
        return read_har(file, &text, page);
    }
    if page.is_some() {
        return Err(format!("--page: `{file}` is a recording and no HAR file, it has no pages"));
    }
    let recording: Recording = match serde_json::from_str(&text) {
        Ok(recording) => recording,
        Err(error) => {
            journal::read(&text).ok_or_else(|| format!("`{file}` is no recording: {error}"))?
        }
    };
    match recording.recording {
        FORMAT => Ok(recording),
        other => Err(format!(
            "`{file}` is a recording of form {other}, and this program knows form {FORMAT}"
        )),
    }
}

/// Whether it is an HTTP Archive, by its name or by what it begins with.
fn is_har(file: &str, text: &str) -> bool {
    let has_ending =
        Path::new(file).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("har"));
    let rest = text.trim_start().strip_prefix('{').map_or("", str::trim_start);
    has_ending || rest.starts_with("\"log\"")
}

fn read_har(file: &str, text: &str, page: Option<&str>) -> Result<Recording, String> {
    let Imported { recording, notes } = har::import(text, page)
        .map_err(|problem| format!("`{file}` cannot be read as a HAR file: {problem}"))?;
    for note in notes {
        print::aside(format_args!("{file}: {note}"));
    }
    Ok(recording)
}

fn read_world(name: &str) -> Result<WorldSpec, String> {
    let source = match built_in_world(name) {
        Some(source) => source,
        None => text_file(name)
            .map_err(|error| format!("failed to read the world `{name}`: {error}"))?,
    };
    WorldSpec::parse(&source)
        .map_err(|findings| render(name, &source, &findings).trim_end().to_owned())
}

/// What a scenario at `output` calls a world: its name, or its path from there.
fn named_from(world: &str, output: &str) -> String {
    if built_in_world(world).is_some() || Path::new(world).is_absolute() {
        return world.to_owned();
    }
    let folder = Path::new(output).parent().unwrap_or(Path::new(""));
    let is_plain = |part: std::path::Component<'_>| {
        matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir)
    };
    match folder.components().all(is_plain) {
        true => {
            let normal =
                |part: &std::path::Component<'_>| matches!(part, std::path::Component::Normal(_));
            let up = folder.components().filter(normal).count();
            format!("{}{world}", "../".repeat(up))
        }
        false => match std::path::absolute(world) {
            Ok(path) => path.to_string_lossy().into_owned(),
            Err(_) => world.to_owned(),
        },
    }
}

/// Whether it can be read as what it is to be.
fn check(scenario: &str, path: &str) -> Result<(), Vec<FileFindings>> {
    // It includes the world that was named, wherever that is.
    let library = Files::anywhere();
    let mut reader = Reader::new(&library);
    reader.read(path, scenario, &Given::seed(1)).map(|_| ())
}

/// What a scenario starts from.
pub(super) struct Start {
    /// What the scenario calls it.
    from: String,
    /// What is in it.
    world: WorldSpec,
}

/// The text of the scenario a recording becomes; nothing, if nothing in it can be said again.
/// Requests that were there before are left out of the world if it would not be one with them.
pub(super) fn convert(mut recording: Recording, start: &Start, source: &str) -> Option<String> {
    if recording.ids == Ids::Kept {
        names::rename(&mut recording.exchanges);
    }
    let whole = written(&recording, start, source, true)?;
    match check(&whole, source) {
        Ok(()) => Some(whole),
        Err(_) => written(&recording, start, source, false),
    }
}

fn written(
    recording: &Recording,
    start: &Start,
    source: &str,
    with_earlier: bool,
) -> Option<String> {
    let exchanges = &recording.exchanges;
    let registry = Registry::of(exchanges);
    let mut placeholders =
        Placeholders { names: registry.names.clone(), ..Placeholders::default() };
    let mut missing = missing::missing(exchanges, &start.world);
    earlier::resolve(&registry, &start.world, &mut placeholders, &mut missing);
    if !with_earlier && !missing.requests.is_empty() {
        missing.requests.clear();
        let guess = "requests that were there before the recording are not in the world";
        missing.guesses.push(guess.to_owned());
    }
    let mut writer = Writer {
        registry: &registry,
        world: &start.world,
        is_demo: start.from == "demo",
        placeholders,
        sent_dates: Vec::new(),
        variables: std::collections::BTreeMap::new(),
        secrets: Vec::new(),
        missing,
        uses_token_of_world: secrets::uses_token_of_world(exchanges),
        usual_token: None,
    };
    let (segments, timeline) = segments::segments(exchanges, &registry);
    let mut steps: Vec<Step> = segments.iter().flat_map(|segment| writer.steps(segment)).collect();
    if steps.iter().all(|step| step.outline.is_none()) {
        return None;
    }
    steps.extend(called_conax(recording));
    let text = [
        comments(recording, &writer, source),
        head(recording, &writer, &timeline, start, source),
        body(&steps),
    ]
    .concat();
    // It is tidy but for what readers could take for something else.
    Some(tidy(&text).unwrap_or(text))
}

/// How often Conax was called, if that was recorded.
fn called_conax(recording: &Recording) -> Option<Step> {
    recording.cas.as_ref()?;
    let calls = recording.exchanges.iter().filter(|one| one.api == "cas").count();
    let count = i64::try_from(calls).unwrap_or(i64::MAX);
    Some(Step {
        comment: vec!["what was recorded at the Conax endpoint".to_owned()],
        outline: Some(map(vec![("expect exchanges", map(vec![("count", Outline::Whole(count))]))])),
    })
}

/// Where it comes from, and what is not as it was.
fn comments(recording: &Recording, writer: &Writer<'_>, source: &str) -> String {
    let mut lines = vec![
        format!(
            "Made by conax-sim {} of the recording {source}: {} exchanges of {}, begun {}.",
            env!("CARGO_PKG_VERSION"),
            recording.exchanges.len(),
            recording.target,
            recording.began
        ),
        "Each step expects what was answered there; where it does not hold, the simulator and the \
         recorded"
            .to_owned(),
        "implementation differ. Ids and dates are expected by their kind. Runs are made by hand, \
         where a"
            .to_owned(),
        "request was first seen to have ended.".to_owned(),
    ];
    if !writer.variables.is_empty() || writer.is_demo {
        lines
            .push("PINs, passwords, keys and tokens are made up or those of the world.".to_owned());
    }
    if usual_user(writer.world).is_none() {
        lines.push("The world has no token, so a step has to log in.".to_owned());
    }
    let guesses = writer.missing.guesses.iter();
    lines.extend(guesses.map(|guess| format!("Guessed: {guess}.")));
    let lines = lines.iter().map(|line| format!("# {}\n", on_one_line(line)));
    lines.collect::<String>() + "\n"
}

/// A comment ends with its line.
fn on_one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn head(
    recording: &Recording,
    writer: &Writer<'_>,
    timeline: &Timeline,
    start: &Start,
    source: &str,
) -> String {
    let name = source.split('.').next().unwrap_or(source);
    let mut fields = vec![
        ("scenario", Outline::text(&format!("What was recorded as {}", name.replace('$', "$$")))),
        ("tags", Outline::List(vec![word("recorded")])),
    ];
    // The clock matters only to calls that name dates.
    if let Some(began) = timeline.began.filter(|_| timeline.calls_have_dates) {
        fields.push(("clock", Outline::Word(render_moment(began))));
    }
    match writer.missing.outline(&start.from) {
        Outline::Null if start.from == "demo" => {}
        Outline::Null => fields.push(("world", Outline::text(&start.from))),
        missing => fields.push(("world", missing)),
    }
    fields.push(("runs", Outline::Word("by hand".to_owned())));
    let settings = settings(&recording.exchanges);
    if !settings.is_empty() {
        fields.push(("settings", map(settings)));
    }
    if !writer.variables.is_empty() {
        let variables = writer.variables.iter();
        fields.push(("vars", map(variables.map(|(name, value)| (*name, value.clone())).collect())));
    }
    if !writer.secrets.is_empty() {
        fields.push(("secrets", Outline::list(&writer.secrets, |name| word(name))));
    }
    map(fields).to_yaml()
}

/// Settings of the simulator that make it answer in the form of the recorded implementation.
fn settings(exchanges: &[Exchange]) -> Vec<(&'static str, Outline)> {
    let mut settings = Vec::new();
    let whole = || {
        let crm = exchanges.iter().filter(|one| one.api == "crm");
        let views = crm.flat_map(registry::records);
        views.filter(|view| view["log_information"].is_object() && view["priority"].is_string())
    };
    let lacks =
        |member: &str| whole().next().is_some() && whole().all(|view| view.get(member).is_none());
    if lacks("number") && lacks("reference_number") {
        settings.push(("shape", Outline::Word("r4-early".to_owned())));
    } else if lacks("provider_error_code") && lacks("provider_error_description") {
        settings.push(("shape", Outline::Word("r4-late".to_owned())));
    }
    // Wrong bytes are refused with 400 and more anyway; it is the business that tells.
    let refused = |statuses: std::ops::Range<u16>| {
        exchanges.iter().any(|exchange| {
            let status = exchange.reply.status.unwrap_or_default();
            let body = exchange.reply.body.json();
            let has_code = body.is_some_and(|body| body["status"]["code"].is_string());
            let is_known = registry::operation_of(exchange).is_some();
            let is_refused = has_code && !registry::is_ok(exchange);
            exchange.api == "crm" && is_known && is_refused && statuses.contains(&status)
        })
    };
    if refused(400..500) && !refused(200..300) {
        settings.push(("http-errors", Outline::Word("4xx".to_owned())));
    }
    settings
}

fn body(steps: &[Step]) -> String {
    let mut text = "steps:\n".to_owned();
    for step in steps {
        for line in &step.comment {
            text.push_str(&format!("  # {}\n", on_one_line(line)));
        }
        if let Some(outline) = &step.outline {
            let yaml = Outline::List(vec![outline.clone()]).to_yaml();
            let lines = match outline {
                // A step without anything beside it.
                Outline::Word(word) => format!("- {word}\n"),
                _ => yaml,
            };
            for line in lines.lines() {
                text.push_str(&format!("  {line}\n"));
            }
        }
    }
    text
}
