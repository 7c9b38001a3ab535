//! `explore`: searches for what nobody thought of, and hands it over as a short scenario file.
//!
//! Read on: `workers` (searching with several workers), `corpus` (what was found before).

mod corpus;
mod workers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{ArgMatches, Command};
use conax_contract::clause::{Clause, Strictness};
use conax_contract::text::render_duration;
use conax_scenario::explore::{Counterexample, Inventory, scenario_text};
use conax_scenario::run::Stop;

use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, cores, flag, quoted, switch};
use crate::http_client;
use crate::print;
use crate::run::Addresses;
use crate::signals::stop_on_signal;
use crate::write::save;

use workers::check_target;
pub(crate) use workers::{Progress, Search, SearchTarget, search_all};

/// The verb.
pub(crate) fn command() -> Command {
    Command::new("explore")
        .about("Play random sequences of calls, mistakes, faults and clock moves against a model")
        .arg(flag("cases", "N", "How many sequences [default: 10000, or no limit with --for]"))
        .arg(flag("for", "TIME", "For how long [default: until all cases are played]"))
        .arg(flag("moves", "N", "Moves in a sequence at most").default_value("12"))
        .arg(flag("seed", "N", "Seed of the sequences").default_value("1"))
        .arg(flag("jobs", "N", "How many are played at a time [default: one for each core]").short('j'))
        .arg(flag("strict", "DEGREE", "Which clauses count [default: may for our own simulator, must for a target]").value_parser(["must", "should", "may"]))
        .arg(flag("target", "URL", "Explore this provisioning API instead of a simulator in this process"))
        .arg(flag("control", "URL", "Control API of that target, if it is a conax-sim: with worlds, clock, faults and the head-end").requires("target"))
        .arg(flag("control-token-file", "FILE", "File with the bearer token that control API asks for").requires("control"))
        .args(http_client::arguments())
        .arg(flag("world", "FILE", "Target file: what exists at a target without a control API, as `verify --init` writes it"))
        .arg(flag("secrets-file", "FILE", "File of NAME=VALUE lines: token, or username, password and organisation"))
        .arg(flag("out", "FILE", "Where the scenario file goes").default_value("found.scenario.yaml"))
        .arg(flag("corpus", "DIR", "Folder of earlier finds: played first, and what is found is put there instead"))
        .arg(switch("quiet", "Print what was found and the last line only").short('q'))
        .after_help(
            "Without --target every sequence has a fresh simulator in this process. Against a \
             target that is no conax-sim only its API is explored: requests are created there and \
             stay.\n\n\
             Examples:\n  \
             conax-sim explore\n  \
             conax-sim explore --for 60s --seed 7 --corpus found\n  \
             conax-sim explore --target http://127.0.0.1:8080 --control http://127.0.0.1:8082 --cases 200\n  \
             conax-sim run found.scenario.yaml",
        )
}

struct Order {
    search: Search,
    seed: u64,
    out: PathBuf,
    corpus: Option<PathBuf>,
    /// The flags that lead to the same target.
    target_flags: String,
    /// The one that names what exists there, which `run` does not know.
    world_flag: String,
    is_quiet: bool,
}

/// Explores.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let done = Order::of(matches).and_then(|order| order.carry_out());
    done.unwrap_or_else(Failure::report)
}

impl Order {
    fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let limit = matches.time("for", "60s")?;
        let usual = if limit.is_some() { u64::from(u32::MAX) } else { 10_000 };
        let cases = matches.whole("cases")?.unwrap_or(usual).min(u64::from(u32::MAX));
        let subject = subject(matches)?;
        // What is created elsewhere is created one after the other.
        let jobs = match &subject {
            SearchTarget::Target { .. } => 1,
            SearchTarget::Ourselves => {
                matches.whole("jobs")?.map_or_else(cores, |jobs| jobs.clamp(1, 64) as usize)
            }
        };
        let strict = matches.text("strict").and_then(Strictness::from_code);
        let target_flags = ["target", "control", "control-token-file", "secrets-file"];
        Ok(Self {
            search: Search {
                least: strict.unwrap_or(match subject {
                    SearchTarget::Ourselves => Strictness::May,
                    SearchTarget::Target { .. } => Strictness::Must,
                }),
                inventory: inventory(matches, &subject)?,
                subject,
                cases: u32::try_from(cases).unwrap_or(u32::MAX).max(1),
                moves: matches.whole("moves")?.map_or(12, |moves| moves.clamp(1, 200) as usize),
                jobs: jobs.clamp(1, 64),
                limit,
                defect: None,
            },
            seed: matches.whole("seed")?.unwrap_or(1),
            out: PathBuf::from(matches.text("out").unwrap_or("found.scenario.yaml")),
            corpus: matches.text("corpus").map(PathBuf::from),
            target_flags: matches.again(&target_flags, quoted) + &http_client::flags(matches),
            world_flag: matches.again(&["world"], quoted),
            is_quiet: matches.get_flag("quiet"),
        })
    }

    fn carry_out(&self) -> Result<Exit, Failure> {
        let stop = Arc::new(Stop::default());
        stop_on_signal(&stop);
        let mut exit = Exit::Met;
        if let Some(folder) = &self.corpus {
            exit = corpus::replay(folder, &self.search, &self.target_flags, &stop)?;
        }
        let began = Instant::now();
        let progress = Progress::new(!self.is_quiet);
        match check_target(&self.search, &stop, &progress) {
            Err(_) if stop.is_interrupted() => return Ok(Exit::Interrupted),
            checked => checked.map_err(|unopened| match unopened.is_refused {
                true => Failure::settings(unopened.why),
                false => Failure::new(Exit::Surroundings, unopened.why),
            })?,
        }
        let found = search_all(&self.search, self.seed, &stop, &progress);
        progress.end();
        let played = progress.count();
        if let Some(found) = &found {
            self.print_found(found)?;
            exit = Exit::NotMet;
        }
        if let Some(trouble) = progress.trouble().filter(|_| found.is_none()) {
            return Err(Failure::new(Exit::Surroundings, trouble));
        }
        for warning in self.search.subject.warnings() {
            print::result(format_args!("warning: {warning}"));
        }
        let seconds = began.elapsed().as_secs_f64();
        print::result(format_args!(
            "{played} sequences in {seconds:.1} s ({:.0} a second), seed {}: {}",
            f64::from(u32::try_from(played).unwrap_or(u32::MAX)) / seconds.max(0.001),
            self.seed,
            if found.is_some() { "one fails" } else { "nothing found" }
        ));
        if stop.is_interrupted() && found.is_none() {
            return Ok(Exit::Interrupted);
        }
        if played == 0 && found.is_none() {
            return Err(Failure::new(Exit::NothingRan, "nothing was played"));
        }
        Ok(exit)
    }

    /// Prints what was found, and writes its file.
    fn print_found(&self, found: &Counterexample) -> Result<(), Failure> {
        let again = format!(
            "conax-sim explore --seed {} --cases {} --moves {} --jobs {} --strict {}{}{}",
            self.seed,
            self.search.cases,
            self.search.moves,
            self.search.jobs,
            self.search.least,
            self.target_flags,
            self.world_flag
        );
        let text = scenario_text(
            &found.lines,
            &self.search.inventory,
            (self.search.least, Some(&found.failure)),
            &again,
        );
        let path = match &self.corpus {
            Some(folder) => folder.join(corpus::name_of(&found.failure)),
            None => self.out.clone(),
        };
        let clause = found.failure.clause.and_then(Clause::find);
        print::result(format_args!(
            "{} steps (of {}) show what is wrong",
            found.lines.len(),
            found.shrunk_from
        ));
        if let Some(clause) = clause {
            print::result(format_args!(
                "   {}  {} ({}; {})",
                clause.id, clause.statement, clause.strictness, clause.source
            ));
        }
        if !found.failure.path.is_empty() {
            print::result(format_args!("   at        {}", found.failure.path));
        }
        print::result(format_args!("   expected  {}", found.failure.expected));
        print::result(format_args!("   found     {}", found.failure.found));
        print::result("");
        print::text(text.as_bytes());
        print::result("");
        save(&path, text.as_bytes())?;
        let flags = &self.target_flags;
        print::result(format_args!("again: conax-sim run {}{flags}", path.display()));
        Ok(())
    }
}

fn subject(matches: &ArgMatches) -> Result<SearchTarget, Failure> {
    let Some(addresses) = Addresses::of(matches)? else {
        return Ok(SearchTarget::Ourselves);
    };
    Ok(SearchTarget::Target {
        addresses,
        has_control: matches.text("control").is_some(),
        secrets_file: matches.text("secrets-file").map(str::to_owned),
    })
}

/// What orders are given for there.
fn inventory(matches: &ArgMatches, subject: &SearchTarget) -> Result<Inventory, Failure> {
    if !matches!(subject, SearchTarget::Target { has_control: false, .. }) {
        return Ok(Inventory::own());
    }
    let path = matches.text("world").ok_or_else(|| {
        let problem = "a target without a control API needs a file that says what exists there\n   \
                       hint: `conax-sim verify --init --target URL > crm.target.yaml`, then --world crm.target.yaml";
        Failure::usage(problem)
    })?;
    let world = crate::read::target_file(path).or_fail(Exit::Settings)?;
    Inventory::of(&world).ok_or_else(|| {
        Failure::settings(format!(
            "`{path}` names no subscription, service and smartcard to give orders for"
        ))
    })
}

/// How long in words.
pub(super) fn words(time: Duration) -> String {
    render_duration(Duration::from_secs(time.as_secs()))
}
