//! `conax-sim grade`: a client on a scripted worst day, and a report card of its behaviour.
//!
//! The client is a command. It is run once for each scene (`scene`), against a fresh simulator
//! behind a proxy that springs the scene's trap (`run`, `proxy`, `child`). What was seen (`observation`)
//! is read (`reading`) and judged by laws (`law`, `judge`), purely; `card`, `output` and `report` are
//! its words. This file reads the command line, runs the scenes and prints.

mod card;
mod child;
mod judge;
mod law;
mod observation;
mod output;
mod proxy;
mod reading;
mod report;
mod run;
mod scene;
mod time;

use std::error::Error;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use conax_model::time::SimTime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::card::{Card, judge_all, shown_command};
use self::law::{LAWS, Law};
use self::observation::{Observation, Seat};
use self::report::{FORMATS, Format};
use self::run::{Client, SceneError, VARIABLES};
use self::scene::{SCENES, Scene};
use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, flag, meant, repeated, switch, wrong};
use crate::print;
use crate::reports::{ReportOrder, write_reports};
use crate::signals::first_signal;

/// The verb.
pub(crate) fn command() -> Command {
    Command::new("grade")
        .about("Run a client on a scripted worst day and grade its behaviour by laws")
        .arg(
            flag("seat", "SEAT", "a: it calls the provisioning API; c: it is a CRM that speaks to Conax")
                .value_parser(["a", "c"])
                .default_value("a"),
        )
        .arg(flag("seed", "N", "Seed of ids, PINs and passwords").default_value("1"))
        .arg(repeated("law", "ID", "Only this law, in the scenes that try it"))
        .arg(repeated("scene", "NAME", "Only this scene"))
        .arg(flag("timeout", "TIME", "Time the client has for a scene, from its first call on; then it is ended").default_value("60s"))
        .arg(flag("jobs", "N", "How many scenes are played at a time").short('j').default_value("1"))
        .arg(repeated("log", "FILE", "A file the client writes to, searched for secrets"))
        .arg(repeated("report", "FORMAT[=FILE]", "Write a report: json, junit or html; without a file, to standard output instead of the card"))
        .arg(switch("list", "Only list the laws and the scenes"))
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
        text += &output::wrapped(&format!("  {name:<27}"), 29, meaning);
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
    client: Client,
    laws: Vec<&'static Law>,
    scenes: Vec<&'static Scene>,
    jobs: usize,
    reports: Vec<ReportOrder<Format>>,
}

/// Grades.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    if matches.get_flag("list") {
        print::text(output::list(LAWS, SCENES).as_bytes());
        return Exit::Met;
    }
    Order::of(matches).and_then(grade).unwrap_or_else(Failure::report)
}

fn grade(order: Order) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.or_fail(Exit::Surroundings)?;
    let (scenes, is_interrupted) = runtime.block_on(play_all(&order)).map_err(|error| {
        let exit = match error {
            SceneError::NotStarted { .. } | SceneError::NoApi(_) => Exit::Surroundings,
            SceneError::NoLog { .. } => Exit::Settings,
            SceneError::NoSimulator { .. } => Exit::OurBug,
        };
        Failure::new(exit, chain(&error))
    })?;
    Ok(conclude(order, scenes, is_interrupted))
}

fn conclude(order: Order, scenes: Vec<Observation>, is_interrupted: bool) -> Exit {
    let card = Card {
        seat: order.client.seat,
        seed: order.client.seed,
        deadline: order.client.deadline,
        command: shown_command(&order.client.command),
        rows: judge_all(&order.laws, &scenes),
        scenes,
        is_interrupted,
    };
    if !order.reports.iter().any(ReportOrder::is_printed) {
        print::text(output::render(&card).as_bytes());
    }
    write_reports(&order.reports, card.exit(), |format| format.render(&card))
}

/// Plays every scene, some at a time; what was seen, in the order of the scenes, and whether
/// somebody stopped it.
async fn play_all(order: &Order) -> Result<(Vec<Observation>, bool), SceneError> {
    // Heard before a client is started, so that none outlives a signal.
    let stopped = first_signal();
    let seen: Arc<Mutex<Vec<(usize, Observation)>>> = Arc::default();
    let slots = Arc::new(Semaphore::new(order.jobs));
    let mut scenes = JoinSet::new();
    for (place, scene) in order.scenes.iter().copied().enumerate() {
        let (client, slots, seen) = (order.client.clone(), Arc::clone(&slots), Arc::clone(&seen));
        scenes.spawn(async move {
            let _slot = slots.acquire().await;
            let scene = run::run_scene(&client, scene).await?;
            // Whoever waits in front of it sees it go on; the card says it again.
            if std::io::stderr().is_terminal() {
                print::aside(output::scene_row(&scene));
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
fn chain(error: &SceneError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

impl Order {
    fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let timeout = matches.text("timeout").unwrap_or_default();
        let deadline = matches.time("timeout", "60s or 2min")?;
        let deadline = deadline.filter(|time| *time >= Duration::from_millis(100));
        let deadline =
            deadline.ok_or_else(|| wrong("timeout", timeout, "a time such as 60s or 2min"))?;
        let seat = match matches.text("seat") {
            Some("c") => Seat::C,
            _ => Seat::A,
        };
        let named = matches.texts("law");
        let laws = chosen_laws(&named, seat)?;
        let scenes = chosen_scenes(&matches.texts("scene"), &laws, seat, named.is_empty())?;
        Ok(Self {
            client: Client {
                seat,
                seed: matches.whole("seed")?.unwrap_or(1),
                deadline,
                command: matches.texts("command"),
                logs: matches.texts("log"),
                now: SimTime::from_calendar(chrono::Local::now().naive_local()),
            },
            laws,
            scenes,
            jobs: matches.whole("jobs")?.map_or(1, |jobs| jobs.clamp(1, 64) as usize),
            reports: ReportOrder::all(matches, &FORMATS)?,
        })
    }
}

fn unknown<'a>(
    what: &str,
    found: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    seat: Seat,
) -> Failure {
    let hint = meant(found, known, || "`conax-sim grade --list` tells all of them".to_owned());
    let seat = seat.letter();
    Failure::settings(format!("--{what}: there is no {what} `{found}` for seat {seat}")).hint(hint)
}

fn chosen_laws(wanted: &[String], seat: Seat) -> Result<Vec<&'static Law>, Failure> {
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
) -> Result<Vec<&'static Scene>, Failure> {
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
