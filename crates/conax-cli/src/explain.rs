//! `explain`: the plan of a scenario as it will be played, everything filled in.

mod overtaking;

use clap::{Arg, ArgMatches, Command};
use conax_contract::crm::{is_secret_name, mask_target};
use conax_contract::secret::KnownSecrets;
use conax_contract::text::{render_duration, render_moment, visible_name};
use conax_scenario::document::Secrets;
use conax_scenario::document::{
    Action, Body, Given, Included, Over, Passing, Reader, Runs, Scenario, Step, Template, Token,
    plain_text,
};

use crate::exit::Exit;
use crate::flags::Flags;
use crate::print;
use crate::run::{Files, find_named, include_from, load_all};

use overtaking::Waiting;

/// The verb.
pub(crate) fn command() -> Command {
    Command::new("explain")
        .about("Tell how scenarios will be played: every default, row and include filled in")
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .required(true)
                .num_args(1..)
                .help("Files, folders, or parts of files, as for `run`"),
        )
        .arg(include_from())
        .after_help(
            "Example:\n  conax-sim explain scenarios/faults/f05-read-timeout-applied.scenario.yaml",
        )
}

/// Tells it.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let files = match find_named(matches) {
        Ok(files) => files,
        Err(exit) => return exit,
    };
    let named = matches.texts("path");
    let library = Files::around(named.iter().chain(files.iter().map(|file| &file.path)), matches);
    let mut reader = Reader::new(&library);
    let (cases, wrong) = load_all(&files, &Given::seed(1), &mut reader, &|_, _| String::new());
    if !wrong.is_empty() {
        for file in &wrong {
            print::aside(file.render().trim_end());
        }
        return Exit::Settings;
    }
    for (index, case) in cases.iter().enumerate() {
        if index > 0 {
            print::result("");
        }
        print::result(format_args!(
            "{}:{}  {}",
            visible_name(&case.file),
            case.scenario.span.start.line,
            case.scenario.title()
        ));
        tell(&case.scenario);
    }
    match cases.is_empty() {
        true => Exit::NothingRan,
        false => Exit::Met,
    }
}

fn tell(scenario: &Scenario) {
    let secrets = Secrets::of(scenario);
    let known = secrets.eraser();
    let line = |name: &str, text: String| {
        print::result(format_args!("   {name:<10}{}", known.masked(&text)));
    };
    let clock = scenario.clock.map(render_moment);
    line("clock", clock.unwrap_or_else(|| format!("{} (the default)", Scenario::DEFAULT_CLOCK)));
    line("seed", scenario.seed.unwrap_or_default().to_string());
    let spec = &scenario.world.spec;
    line(
        "world",
        format!(
            "{}: {} smartcards at Conax, {} subscriptions",
            scenario.world.name,
            spec.cas.smartcards.len(),
            spec.subscriptions.len()
        ),
    );
    line(
        "runs",
        match scenario.runs {
            Runs::WhenDue => "whatever is due is sent as time passes".to_owned(),
            Runs::ByHand => "only `process` sends".to_owned(),
        },
    );
    for setting in &scenario.settings {
        line("setting", format!("{}: {}", setting.name.value, setting.value.value));
    }
    for rule in &scenario.faults {
        line("fault", shown(&rule.value));
    }
    let mut waiting = Waiting::new(scenario.runs);
    tell_steps(&scenario.steps, 0, (&mut waiting, known));
    if !scenario.cleanup.is_empty() {
        line("in the end", String::new());
        tell_steps(&scenario.cleanup, 0, (&mut waiting, known));
    }
}

fn tell_steps(steps: &[Step], depth: usize, (waiting, known): (&mut Waiting, &KnownSecrets)) {
    for step in steps {
        let indent = "  ".repeat(depth);
        print::result(format_args!(
            "{:>5}  {indent}{}",
            step.span.start.line,
            known.masked(&described(&step.action))
        ));
        if let Some(sentence) = waiting.meet(step.span.start.line, &step.action) {
            print::result(format_args!("{:>7}{indent}{}", "", known.masked(&sentence)));
        }
        match &step.action {
            Action::Repeat(repeat) => tell_steps(&repeat.steps, depth + 1, (waiting, known)),
            Action::Parallel(steps) => tell_steps(steps, depth + 1, (waiting, known)),
            Action::Use(included) => tell_steps(&included.steps, depth + 1, (waiting, known)),
            _ => {}
        }
    }
}

fn described(action: &Action) -> String {
    match action {
        Action::Call(call) => {
            let mut text = format!("call {}", call.operation.name());
            for (name, value) in &call.parameters {
                let value = match is_secret_name(name) {
                    true => "***".to_owned(),
                    false => shown(value),
                };
                text.push_str(&format!(" {name}={value}"));
            }
            match &call.token {
                Token::Usual => {}
                Token::Absent => text.push_str(", without a token"),
                Token::Given(_) => text.push_str(", with another token"),
            }
            let paths = call.expect.members.iter().map(|one| one.path.text.as_str());
            let mut paths: Vec<&str> = paths.collect();
            if call.expect.assumes_ok {
                paths.insert(0, "status (OK)");
            }
            text.push_str(&format!("; looks at {}", paths.join(", ")));
            keeps(&mut text, call.keep.iter().map(|keep| keep.name.as_str()));
            text
        }
        Action::Raw(call) => {
            let sent = match &call.body {
                Body::Empty => "nothing".to_owned(),
                Body::Text(_) => "text".to_owned(),
                Body::Json(_) => "JSON".to_owned(),
                Body::Bytes(bytes) => format!("{} bytes", bytes.len()),
            };
            format!(
                "{} {} at the {} API, sending {sent}",
                call.method,
                mask_target(&shown(&call.path)),
                call.api.name()
            )
        }
        Action::Utility(utility) => {
            let members = utility.members.iter();
            let members = members.map(|(name, value)| format!("{name}={}", shown(value)));
            format!("utility {}", members.collect::<Vec<_>>().join(" "))
        }
        Action::Advance(Passing::By(time)) => format!("advance {}", render_duration(*time)),
        Action::Advance(Passing::To(date)) => format!("advance to {}", render_moment(*date)),
        Action::Process(_) => "make a processing run".to_owned(),
        Action::Settle(None) => "let time pass until nothing more is due".to_owned(),
        Action::Settle(Some(limit)) => {
            format!("let time pass until nothing more is due, at most {}", render_duration(*limit))
        }
        Action::Wait(wait) => {
            let never: Vec<&str> = wait.never.iter().map(|one| one.value.as_str()).collect();
            format!(
                "wait until {} is {}{}, at most {}",
                shown(&wait.request.value),
                wait.until.value,
                match never.as_slice() {
                    [] => String::new(),
                    never => format!(" and never {}", never.join(" or ")),
                },
                render_duration(wait.within.value)
            )
        }
        Action::ExpectConax(wanted) => {
            format!("look at card {} at Conax", shown(&wanted.card.value))
        }
        Action::ExpectLedger(expected) => {
            let words = expected.iter().map(|one| one.path.text.as_str());
            format!("look at the ledger: {}", words.collect::<Vec<_>>().join(", "))
        }
        Action::ExpectDrift(_) => "look at the drift".to_owned(),
        Action::ExpectExchanges(_) => "count exchanges".to_owned(),
        Action::Fault(rules) => {
            let rules = rules.iter().map(|rule| shown(&rule.value));
            format!("fault {}", rules.collect::<Vec<_>>().join(", "))
        }
        Action::Calm(None) => "remove every fault rule".to_owned(),
        Action::Calm(Some(rule)) => format!("remove the fault rule {}", shown(rule)),
        Action::Heal => "create requests for every difference and send them".to_owned(),
        Action::Repeat(repeat) => match &repeat.over {
            Over::Times(times) => format!("{times} times"),
            Over::Each { name, list } => format!("for each {name} in {}", shown(&list.value)),
        },
        Action::Parallel(_) => "at the same time".to_owned(),
        Action::Use(included) => use_text(included),
    }
}

fn use_text(included: &Included) -> String {
    let with = included.with.iter();
    let with: Vec<String> = with.map(|(name, value)| format!("{name}={}", shown(value))).collect();
    let mut text = format!("the steps of {} {}", included.path, with.join(" "));
    keeps(&mut text, included.keep.iter().map(|(mine, _)| mine.as_str()));
    text.trim_end().to_owned()
}

fn keeps<'k>(text: &mut String, names: impl Iterator<Item = &'k str>) {
    let names: Vec<String> = names.map(|name| format!("${name}")).collect();
    if !names.is_empty() {
        text.push_str(&format!("; keeps {}", names.join(", ")));
    }
}

/// A value on one line, variables as they are written.
fn shown(template: &Template) -> String {
    use conax_scenario::document::Piece;
    match template {
        Template::Plain(value) => plain_text(value),
        Template::Text(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Plain(text) => text.clone(),
                Piece::Variable { name, path, .. } if path.is_empty() => format!("${name}"),
                Piece::Variable { name, path, .. } => format!("${name}.{}", path.join(".")),
            })
            .collect(),
        Template::List(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        Template::Map(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| format!("{name}: {}", shown(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}
