//! `conax-sim grade`: a client on a scripted worst day, and a report card of its behaviour.
//!
//! The client is a command. It is run once for each scene (`scene`), against a fresh simulator
//! behind an API that springs the scene's trap (`front`, `stage`, `child`). What was seen (`seen`)
//! is read (`reading`) and judged by laws (`law`, `judge`), purely; `card`, `told` and `report` are
//! its words. This file reads the command line, runs the scenes and prints.

mod card;
mod child;
mod front;
mod judge;
mod law;
mod reading;
mod report;
mod scene;
mod seen;
mod stage;
mod time;
mod told;

use std::error::Error;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use conax_contract::text::{near_miss, parse_duration};
use conax_model::time::SimTime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::card::{Card, judge_all, shown_command};
use self::law::{LAWS, Law};
use self::report::ReportOrder;
use self::scene::{SCENES, Scene};
use self::seen::{Seat, Seen};
use self::stage::{Company, StageError, VARIABLES};
use crate::exit::Exit;
use crate::print;
use crate::signals::first_signal;
use crate::write::write_file;

/// The verb.
pub(crate) fn command() -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let many = |arg: Arg| arg.action(ArgAction::Append);
    Command::new("grade")
        .about("Run a client on a scripted worst day and grade its behaviour by laws")
        .arg(
            text("seat", "SEAT", "a: it calls the provisioning API; c: it is a CRM that speaks to Conax")
                .value_parser(["a", "c"])
                .default_value("a"),
        )
        .arg(text("seed", "N", "Seed of ids, PINs and passwords").default_value("1"))
        .arg(many(text("law", "ID", "Only this law, in the scenes that try it")))
        .arg(many(text("scene", "NAME", "Only this scene")))
        .arg(text("timeout", "TIME", "Time the client has for a scene, from its first call on; then it is ended").default_value("60s"))
        .arg(text("jobs", "N", "How many scenes are played at a time").short('j').default_value("1"))
        .arg(many(text("log", "FILE", "A file the client writes to, searched for secrets")))
        .arg(many(text("report", "FORMAT[=FILE]", "Write a report: json, junit or html; without a file, to standard output instead of the card")))
        .arg(
            Arg::new("list")
                .long("list")
                .action(ArgAction::SetTrue)
                .help("Only list the laws and the scenes"),
        )
        .arg(
            Arg::new("command")
                .value_name("COMMAND")
                .num_args(1..)
                .last(true)
                .required_unless_present("list")
                .help("The client and its arguments"),
        )
        .after_help(after_help())
}

fn after_help() -> String {
    let mut text = String::from(
        "The command is run once for each scene. Its exit code is its report: 0 says that the task \
         was done, anything else that it was not. It is told by its environment:\n\n",
    );
    for (name, meaning) in VARIABLES {
        text += &told::wrapped(&format!("  {name:<27}"), 29, meaning);
    }
    text + "\nExamples:\n  \
            conax-sim grade -- ./my-client\n  \
            conax-sim grade --seat c --log crm.log -- java -jar crm.jar provision\n  \
            conax-sim grade --law client.no-blind-resend -- python3 client.py\n  \
            conax-sim grade --scene hang-up --timeout 10s -- ./my-client\n  \
            conax-sim grade --report junit=grade.xml --jobs 4 -- ./my-client\n  \
            conax-sim grade --list"
}

/// What the command line asks for.
struct Order {
    company: Company,
    laws: Vec<&'static Law>,
    scenes: Vec<&'static Scene>,
    jobs: usize,
    reports: Vec<ReportOrder>,
}

/// Why an order cannot be followed.
struct Refused(Exit, String);

/// Grades.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    if matches.get_flag("list") {
        print::text(told::list(LAWS, SCENES).as_bytes());
        return Exit::Met;
    }
    let order = match Order::of(matches) {
        Ok(order) => order,
        Err(Refused(exit, problem)) => {
            print::aside(format_args!("error: {problem}"));
            return exit;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let played = match runtime {
        Ok(runtime) => runtime.block_on(play_all(&order)),
        Err(error) => {
            print::aside(format_args!("error: {error}"));
            return Exit::Surroundings;
        }
    };
    match played {
        Ok((scenes, is_interrupted)) => tell(order, scenes, is_interrupted),
        Err(error) => {
            print::aside(format_args!("error: {}", chain(&error)));
            match error {
                StageError::NotStarted { .. } | StageError::NoDoor(_) => Exit::Surroundings,
                StageError::NoLog { .. } => Exit::Settings,
                StageError::NoSimulator { .. } => Exit::OurBug,
            }
        }
    }
}

fn tell(order: Order, scenes: Vec<Seen>, is_interrupted: bool) -> Exit {
    let card = Card {
        seat: order.company.seat,
        seed: order.company.seed,
        deadline: order.company.deadline,
        command: shown_command(&order.company.command),
        rows: judge_all(&order.laws, &scenes),
        scenes,
        is_interrupted,
    };
    let mut exit = card.exit();
    if order.reports.iter().all(|report| report.path.is_some()) {
        print::text(told::told(&card).as_bytes());
    }
    for report in &order.reports {
        let text = report.render(&card);
        match &report.path {
            None => print::text(text.as_bytes()),
            Some(path) => {
                if let Err(error) = write_file(path, text.as_bytes()) {
                    let path = path.display();
                    print::aside(format_args!("error: failed to write `{path}`: {error}"));
                    exit = Exit::ReportNotWritten;
                }
            }
        }
    }
    exit
}

/// Plays every scene, some at a time; what was seen, in the order of the scenes, and whether
/// somebody stopped it.
async fn play_all(order: &Order) -> Result<(Vec<Seen>, bool), StageError> {
    // Heard before a client is started, so that none outlives a signal.
    let stopped = first_signal();
    let seen: Arc<Mutex<Vec<(usize, Seen)>>> = Arc::default();
    let turns = Arc::new(Semaphore::new(order.jobs));
    let mut scenes = JoinSet::new();
    for (place, scene) in order.scenes.iter().copied().enumerate() {
        let (company, turns, seen) = (order.company.clone(), Arc::clone(&turns), Arc::clone(&seen));
        scenes.spawn(async move {
            let _turn = turns.acquire().await;
            let scene = stage::play(&company, scene).await?;
            // Whoever waits in front of it sees it go on; the card says it again.
            if std::io::stderr().is_terminal() {
                print::aside(told::scene_row(&scene));
            }
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push((place, scene));
            Ok(())
        });
    }
    let all = async {
        while let Some(scene) = scenes.join_next().await {
            scene.expect("a scene does not panic")?;
        }
        Ok(())
    };
    let is_interrupted = tokio::select! {
        ended = all => {
            ended?;
            false
        }
        () = stopped => true,
    };
    scenes.shutdown().await;
    let mut seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    seen.sort_by_key(|(place, _)| *place);
    Ok((seen.into_iter().map(|(_, seen)| seen).collect(), is_interrupted))
}

/// An error and what is behind it.
fn chain(error: &StageError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

impl Order {
    fn of(matches: &ArgMatches) -> Result<Self, Refused> {
        let text = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
        let many = |name: &str| -> Vec<String> {
            let values = matches.get_many::<String>(name);
            values.into_iter().flatten().cloned().collect()
        };
        let usage = |problem| Refused(Exit::Usage, problem);
        let whole = |name: &str| {
            text(name).parse::<u64>().map_err(|_| {
                usage(format!("--{name}: found `{}`, expected a whole number", text(name)))
            })
        };
        let timeout = text("timeout");
        let deadline = parse_duration(timeout).filter(|time| *time >= Duration::from_millis(100));
        let deadline = deadline.ok_or_else(|| {
            usage(format!("--timeout: found `{timeout}`, expected a time such as 60s or 2min"))
        })?;
        let seat = match text("seat") {
            "c" => Seat::C,
            _ => Seat::A,
        };
        let laws = chosen_laws(&many("law"), seat)?;
        let scenes = chosen_scenes(&many("scene"), &laws, seat, many("law").is_empty())?;
        let reports = many("report");
        let reports = reports.iter().map(|text| ReportOrder::parse(text));
        Ok(Self {
            company: Company {
                seat,
                seed: whole("seed")?,
                deadline,
                command: many("command"),
                logs: many("log"),
                now: SimTime::from_calendar(chrono::Local::now().naive_local()),
            },
            laws,
            scenes,
            jobs: usize::try_from(whole("jobs")?.clamp(1, 64)).unwrap_or(1),
            reports: reports.collect::<Result<_, _>>().map_err(usage)?,
        })
    }
}

fn unknown<'a>(
    what: &str,
    found: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    seat: Seat,
) -> Refused {
    let hint = match near_miss(found, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`conax-sim grade --list` tells all of them".to_owned(),
    };
    let seat = seat.letter();
    Refused(
        Exit::Settings,
        format!("--{what}: there is no {what} `{found}` for seat {seat}\n   hint: {hint}"),
    )
}

fn chosen_laws(wanted: &[String], seat: Seat) -> Result<Vec<&'static Law>, Refused> {
    let of_seat = LAWS.iter().filter(|law| law.seats.contains(&seat));
    for found in wanted {
        let known = of_seat.clone().map(|law| law.id);
        if !known.clone().any(|id| id == found) {
            return Err(unknown("law", found, known, seat));
        }
    }
    let is_chosen = |law: &&Law| wanted.is_empty() || wanted.iter().any(|id| id == law.id);
    Ok(of_seat.filter(is_chosen).collect())
}

/// The scenes that are named; else those that try the chosen laws; else all.
fn chosen_scenes(
    wanted: &[String],
    laws: &[&Law],
    seat: Seat,
    takes_all: bool,
) -> Result<Vec<&'static Scene>, Refused> {
    let of_seat = SCENES.iter().filter(|scene| scene.seats.contains(&seat));
    for found in wanted {
        let known = of_seat.clone().map(|scene| scene.name);
        if !known.clone().any(|name| name == found) {
            return Err(unknown("scene", found, known, seat));
        }
    }
    let tries = |scene: &Scene| laws.iter().any(|law| law.scenes.contains(&scene.name));
    let is_chosen = |scene: &&Scene| match wanted.is_empty() {
        true => takes_all || tries(scene),
        false => wanted.iter().any(|name| name == scene.name),
    };
    Ok(of_seat.filter(is_chosen).collect())
}
