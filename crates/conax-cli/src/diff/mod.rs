//! `diff`: plays the same scenarios on two sides and tells where they differ.
//!
//! The left side is played twice: what differs between it and itself is noise. Read on: `answers`
//! (what can be compared) and `compare` (what differs), both pure; `crate::run` plays.

mod answers;
mod compare;
mod counterparts;
mod lacks;
mod open;
mod other_world;
mod output;
#[cfg(test)]
mod tests;
mod timing;

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches, Command};
use conax_contract::world::WorldSpec;
use conax_scenario::document::{FileFindings, Given, Reader, Scenario, Seeds};
use conax_scenario::record::CaseRecord;
use conax_scenario::run::{Case, Detail, Plan, Stop, run_all};
use conax_scenario::target::TargetProvider;
use conax_scenario::verify::TargetWorld;

use self::answers::Common;
use self::compare::{CaseDifference, Sides, compare};
use self::lacks::lacks;
use self::other_world::OtherWorlds;
use self::output::{print_all, stopped};
use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, cores, flag, quoted, repeated};
use crate::http_client::{self, Client};
use crate::print;
use crate::run::{
    Addresses, Choice, Files, INCLUDE_FROM, Remote, Secrets, find, include_from, load_all, provider,
};
use crate::signals::{stop_on_signal, unless_stopped};

/// What stands for the simulator in this process.
const OURSELVES: &str = "self";

/// The verb.
pub(crate) fn command() -> Command {
    Command::new("diff")
        .about("Play the same scenarios on two sides and tell where they differ")
        .arg(flag("left", "URL", "One provisioning API; `self`: the simulator in this process").default_value(OURSELVES))
        .arg(flag("right", "URL", "The other one").required(true))
        .arg(flag("left-control", "URL", "Control API of the left side"))
        .arg(flag("right-control", "URL", "Control API of the right side"))
        .arg(flag("left-world", "FILE", "Target file: what exists on the left, as `verify --init` writes it"))
        .arg(flag("right-world", "FILE", "The same of the right side"))
        .args(http_client::arguments())
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .num_args(0..)
                .help("Files called *.scenario.yaml, or folders of them [default: scenarios]"),
        )
        .arg(include_from())
        .arg(repeated("filter", "TEXT", "Only those with this in their file name or sentence; `~TEXT`: without it").short('f'))
        .arg(repeated("tag", "TAGS", "Only those with this tag; `a,b`: with one of them, `~a`: without it").short('t'))
        .arg(flag("seed", "N", "Seed of all of them, instead of those in the files"))
        .arg(flag("jobs", "N", "How many are played at a time [default: one for each core]").short('j'))
        .arg(flag("timeout", "TIME", "Real time a scenario may take").default_value("30s"))
        .arg(flag("secrets-file", "FILE", "File of NAME=VALUE lines: secrets that scenarios name, and the login of sides without a control API"))
        .arg(flag("report", "json=FILE", "Write all differences to a file"))
        .after_help(
            "Ids are renamed and dates count from the beginning of a scenario, so what is told is \
             what matters. A side without control API has a world and a clock of its own: of it \
             only what the scenario made is compared, dates go there and back on its clock, and \
             what it lacks is told. With a file of what exists there, each record a scenario names \
             is replaced by one of the same kind. Ends with 4 if there is a difference.\n\n\
             Examples:\n  \
             conax-sim diff --right http://127.0.0.1:8080 --right-control http://127.0.0.1:8082 \\\n    \
             scenarios/documented\n  \
             conax-sim diff --left http://old:8080 --right http://new:8080 my.scenario.yaml\n  \
             conax-sim diff --right http://crm:8080 --right-world crm.target.yaml \\\n    \
             --secrets-file secrets.txt scenarios/documented",
        )
}

/// Plays and compares.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    Order::of(matches).and_then(compare_all).unwrap_or_else(Failure::report)
}

fn compare_all(order: Order) -> Result<Exit, Failure> {
    let stop = Arc::new(Stop::default());
    stop_on_signal(&stop);
    let order = Arc::new(order);
    let reader = Arc::clone(&order);
    match unless_stopped(&stop, move || prepare(&reader)) {
        None => Ok(stopped(&order)),
        Some(prepared) => match prepared? {
            Ok(cases) if cases.is_empty() => {
                print::aside("no scenario was found or chosen");
                Ok(ended(Exit::NothingRan, "nothing was compared"))
            }
            Ok(cases) => play(&order, cases, &stop),
            Err(wrong) => {
                for file in &wrong {
                    print::result(file.render().trim_end());
                }
                Ok(ended(Exit::Settings, "something is wrong with the files"))
            }
        },
    }
}

/// One of the two.
struct Side {
    name: &'static str,
    url: String,
    /// Where it is; nothing: in this process.
    addresses: Option<Addresses>,
    /// The file that tells what exists there.
    world_file: Option<String>,
}

impl Side {
    fn of(matches: &ArgMatches, name: &'static str, client: &Client) -> Result<Self, Failure> {
        let text = |name: &str| matches.text(name).map(str::to_owned);
        let url = text(name).unwrap_or_default();
        let control = text(&format!("{name}-control"));
        let file = text(&format!("{name}-world"));
        if file.is_some() && (url == OURSELVES || control.is_some()) {
            return Err(Failure::usage(format!(
                "--{name}-world: a side with a control API is given the world of each scenario"
            )));
        }
        let addresses = match (url.as_str(), &control) {
            (OURSELVES, None) => None,
            (OURSELVES, Some(_)) => {
                let problem = format!("--{name}-control: `self` has its own control API");
                return Err(Failure::usage(problem));
            }
            _ => Some(Addresses::at(&url, control, client.clone())?),
        };
        Ok(Self { name, url, addresses, world_file: file })
    }

    /// What exists there, if a file tells it.
    fn world(&self) -> Result<Option<TargetWorld>, String> {
        let file = self.world_file.as_deref();
        let world = file.map(crate::read::target_file);
        world.transpose()
    }

    /// Whether the only way to know what exists there is to see what it refuses.
    fn is_taken_to_have_all(&self) -> bool {
        !self.is_given_all() && self.world_file.is_none()
    }

    /// Whether the scenario gives it world and time.
    fn is_given_all(&self) -> bool {
        self.addresses.as_ref().is_none_or(Addresses::has_control)
    }

    fn provider(&self, order: &Order, stop: &Arc<Stop>) -> Result<Box<dyn TargetProvider>, String> {
        let secrets = order.secrets()?;
        let addresses = self.addresses.as_ref();
        let Some(addresses) = addresses.filter(|addresses| !addresses.has_control()) else {
            return Ok(provider(addresses, secrets, order.timeout, stop));
        };
        let password = secrets.of_file("password").map(str::to_owned);
        let remote = Remote::new(addresses.clone(), secrets, order.timeout, Arc::clone(stop));
        Ok(Box::new(OtherWorlds { remote, world: self.world()?, password }))
    }
}

/// What the command line asks for.
struct Order {
    sides: [Side; 2],
    client: Client,
    client_flags: String,
    paths: Vec<String>,
    choice: Choice,
    seeds: Seeds,
    jobs: usize,
    timeout: Duration,
    secrets_file: Option<String>,
    include_from: Option<String>,
    report: Option<String>,
}

impl Order {
    fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let client = Client::of_flags(matches)?;
        let mut paths = matches.texts("path");
        if paths.is_empty() {
            paths.push("scenarios".to_owned());
        }
        let report = match matches.text("report").map(|text| text.split_once('=')) {
            None => None,
            Some(Some(("json", file))) if !file.is_empty() => Some(file.to_owned()),
            Some(_) => return Err(Failure::usage("--report: expected json=FILE")),
        };
        Ok(Self {
            sides: [Side::of(matches, "left", &client)?, Side::of(matches, "right", &client)?],
            client_flags: matches.again(&[INCLUDE_FROM], quoted) + &http_client::flags(matches),
            client,
            paths,
            choice: Choice { tags: matches.texts("tag"), filters: matches.texts("filter") },
            seeds: Seeds {
                usual: matches.whole("seed")?.unwrap_or(1),
                is_forced: matches.text("seed").is_some(),
                repetition: 0,
            },
            jobs: matches.whole("jobs")?.map_or_else(cores, |jobs| jobs.min(256) as usize),
            timeout: matches.time("timeout", "30s or 2min")?.unwrap_or_default(),
            secrets_file: matches.text("secrets-file").map(str::to_owned),
            include_from: matches.text(INCLUDE_FROM).map(str::to_owned),
            report,
        })
    }

    fn secrets(&self) -> Result<Secrets, String> {
        Secrets::of(self.secrets_file.as_deref())
    }

    /// The command that compares a scenario again.
    fn again(&self, scenario: &Scenario, file: &str) -> String {
        let part = match &scenario.row {
            Some(row) => format!("'{file}:[{}]'", row.content),
            None => format!("{file}:{}", scenario.span.start.line),
        };
        let seed = scenario.seed.unwrap_or_default();
        let [left, right] = &self.sides;
        let side = |side: &Side| {
            let control = side.addresses.as_ref().and_then(Addresses::control);
            let control = control.map(|url| format!(" --{}-control {url}", side.name));
            let world = side.world_file.as_ref();
            let world = world.map(|file| format!(" --{}-world {file}", side.name));
            let more = [control, world].into_iter().flatten().collect::<String>();
            format!(" --{} {}{more}", side.name, side.url)
        };
        let secrets = self.secrets_file.as_ref();
        let secrets = secrets.map(|path| format!(" --secrets-file {path}"));
        format!(
            "conax-sim diff{}{}{} {part} --seed {seed}{}",
            side(left),
            side(right),
            self.client_flags,
            secrets.unwrap_or_default()
        )
    }
}

/// Reads everything: the scenarios, or what is wrong with their files.
fn prepare(order: &Order) -> Result<Result<Vec<Case>, Vec<FileFindings>>, Failure> {
    order.secrets().or_fail(Exit::Settings)?;
    for side in &order.sides {
        side.world().or_fail(Exit::Settings)?;
    }
    let files = find(order.paths.iter()).or_fail(Exit::Usage)?;
    let given = Given { seeds: order.seeds, ..Given::default() };
    let library = Files::beside(order.paths.iter()).and_of(order.include_from.as_deref());
    let mut reader = Reader::new(&library);
    let again = |scenario: &Scenario, file: &str| order.again(scenario, file);
    let (cases, wrong) = load_all(&files, &given, &mut reader, &again);
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    let chosen = cases.into_iter().filter(|case| order.choice.takes(case));
    Ok(Ok(chosen.collect()))
}

fn play(order: &Order, cases: Vec<Case>, stop: &Arc<Stop>) -> Result<Exit, Failure> {
    let plan = Plan { cases, jobs: order.jobs, fail_fast: false, detail: Detail::Everything };
    let [left, right] = &order.sides;
    for side in [left, right] {
        let addresses = side.addresses.as_ref();
        if let Some(problem) = addresses.and_then(|one| one.look(order.timeout, stop)) {
            print::aside(format_args!("error: {} side: {problem}", side.name));
            return Ok(ended(Exit::Surroundings, "nothing was compared"));
        }
    }
    let mut rounds = Vec::new();
    for side in [left, left, right] {
        rounds.push(play_side(order, side, &plan, stop).or_fail(Exit::Settings)?);
        if stop.is_interrupted() {
            return Ok(stopped(order));
        }
    }
    Ok(print_all(order, &differences(order, &plan, &rounds)))
}

/// Compares what was played: on the left, there once more, and on the right.
fn differences(order: &Order, plan: &Plan, rounds: &[Vec<CaseRecord>]) -> Vec<CaseDifference> {
    let [left, again, right] = rounds else {
        return Vec::new();
    };
    let worlds: Vec<&WorldSpec> =
        plan.cases.iter().map(|case| &*case.scenario.world.spec).collect();
    let [of_left, of_right] = &order.sides;
    let lacking = |side: &Side, here, other| match side.is_taken_to_have_all() {
        true => lacks(here, other, &worlds),
        false => vec![None; plan.cases.len()],
    };
    let lacks_left = lacking(of_left, left, right);
    let lacks_right = lacking(of_right, right, left);
    let common = match of_left.is_given_all() && of_right.is_given_all() {
        true => Common::Everything,
        false => Common::WhatIsMade,
    };
    let lacks = lacks_left.into_iter().zip(lacks_right);
    let all = left.iter().zip(again).zip(right).zip(lacks);
    let compared = all.map(|(((left, again), right), (lacks_left, lacks_right))| {
        let sides = Sides { left, again, right, lacks: [lacks_left, lacks_right] };
        compare(&sides, common, order.timeout)
    });
    compared.collect()
}

fn play_side(
    order: &Order,
    side: &Side,
    plan: &Plan,
    stop: &Arc<Stop>,
) -> Result<Vec<CaseRecord>, String> {
    let provider = side.provider(order, stop)?;
    let began = Instant::now();
    Ok(run_all(plan, &*provider, stop, (&|| began.elapsed(), &|_| {})))
}

/// Says how it ended.
fn ended(exit: Exit, what: &str) -> Exit {
    print::result(format_args!("exit {}: {what}", exit.code()));
    exit
}
