//! `serve`: opens the simulator and keeps it open until somebody stops it.

mod banner;
mod log;
mod otlp;
mod store;

use std::collections::hash_map::RandomState;
use std::error::Error;
use std::hash::BuildHasher;
use std::path::Path;
use std::sync::Arc;

use clap::ArgMatches;
use conax_model::entropy::{Ids, Seed};
use conax_model::secret::Secret;
use conax_model::time::SimTime;
use conax_sim::instance::{OpenError, OpenInstance};
use conax_sim::journal::Observer;
use conax_sim::settings::{ApiAddresses, SimulatorSettings};
use conax_sim::worlds::KeptWorlds;
use serde_json::Value;

use self::store::StoreProblem;
use crate::descriptors::raise_limit;
use crate::detach::{self, Kept};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::print;
use crate::settings::{self, Settings, SettingsError};
use crate::signals::first_signal;
use crate::world;

use self::log::Log;
pub(crate) use self::otlp::collector;
use self::otlp::{Exporter, Observers};

/// Opens the simulator.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let settings = match Settings::resolve(matches) {
        Ok(settings) => settings,
        Err(error) => return complain(&error, Exit::Settings),
    };
    let is_detached = matches.get_flag(detach::CHILD);
    if matches.get_flag("detach") && !is_detached {
        let format = settings.get("format");
        return detach::start(matches, format).unwrap_or_else(Failure::report);
    }
    let kept = match is_detached.then(|| detach::hold(matches)).transpose() {
        Ok(kept) => kept,
        Err(failure) => return failure.report(),
    };
    match serve(&settings, kept) {
        Ok(exit) => exit,
        Err(error) => complain(&error, exit_of(&error)),
    }
}

/// Says what went wrong, and why, and why that.
pub(crate) fn complain(error: &dyn Error, exit: Exit) -> Exit {
    print::aside(format_args!("error: {error}"));
    let mut cause = error.source();
    while let Some(error) = cause {
        print::aside(format_args!("  because: {error}"));
        cause = error.source();
    }
    exit
}

#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreProblem),
    #[error("failed to start the runtime")]
    Runtime(#[from] std::io::Error),
}

const fn exit_of(error: &ServeError) -> Exit {
    match error {
        ServeError::Settings(_) | ServeError::Open(OpenError::World(_) | OpenError::Tls(_)) => {
            Exit::Settings
        }
        ServeError::Store(StoreProblem::Settings(_))
        | ServeError::Open(OpenError::OtherStore { .. }) => Exit::Settings,
        ServeError::Open(OpenError::Bind { .. })
        | ServeError::Store(_)
        | ServeError::Runtime(_) => Exit::Surroundings,
    }
}

fn serve(settings: &Settings, mut kept: Option<Kept>) -> Result<Exit, ServeError> {
    let seed = Seed(value(settings::seed(settings.get("seed")))?.unwrap_or_else(random));
    let (token, token_was_made) = control_token(settings, seed)?;
    let (mut instance, doors) = settings::instance(settings, seed, local_time(), token)?;
    instance.limits.descriptor_count = raise_limit();
    let world = world::read(settings.get("world"))?;
    let grace = value(settings::duration(settings.get("grace")))?;
    let store = store::open(settings, &mut instance)?;
    let log = log::start(settings.get("log"))?;
    let exporter = value(settings::otlp(settings.get("otlp")))?;
    let exporter = exporter.map(|address| otlp::start(address, seed.0)).transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (closing, exit) = runtime.block_on(async {
        let summary = banner::WorldSummary::of(&world, settings.get("world") == "demo");
        let observer = observer(&log, exporter.as_ref());
        let open = open(instance, world, doors, observer, store).await?;
        if let (Some(papers), Some(folder)) = (&open.papers, settings.optional("cas-tls-dir")) {
            settings::write_papers(papers, Path::new(folder))?;
        }
        log.set_place(banner::place(&open));
        // Whoever reads that the APIs are open may ask for the end at once.
        let stopped = first_signal();
        let is_json = settings.get("format") == "json" && kept.is_none();
        if !is_json {
            log.say(banner::banner(&open, &summary, token_was_made));
        }
        let line =
            (is_json || kept.is_some()).then(|| banner::json(&open, &summary, token_was_made));
        let exit = stay(line, kept.as_mut(), stopped).await;
        log.say(banner::stopping(grace));
        Ok::<_, ServeError>((open.close(grace).await, exit))
    })?;
    runtime.shutdown_background();
    log.say(banner::closed(closing, settings.optional("store")));
    exporter.iter().for_each(|exporter| exporter.finish());
    log.finish();
    Ok(exit)
}

/// Tells whoever asked where the APIs are, and stays until it is to end.
async fn stay(
    line: Option<Value>,
    kept: Option<&mut Kept>,
    stopped: impl Future<Output = ()>,
) -> Exit {
    match (line, kept) {
        (Some(line), Some(kept)) => {
            if let Err(failure) = kept.tell(line) {
                return failure.report();
            }
            tokio::select! {
                () = stopped => {}
                () = kept.asked_to_end() => {}
            }
            return Exit::Met;
        }
        (Some(line), None) => print::result(line),
        (None, _) => {}
    }
    // Whoever asked where the APIs are and cannot be told cannot use them.
    if !print::has_failed() {
        stopped.await;
    }
    Exit::Met
}

/// Who hears of exchanges; nobody, if nobody wants to.
fn observer(log: &Arc<Log>, exporter: Option<&Arc<Exporter>>) -> Option<Arc<dyn Observer>> {
    let exporter = exporter.map(|exporter| Arc::clone(exporter) as Arc<dyn Observer>);
    match (log.observer(), exporter) {
        (Some(log), Some(exporter)) => Some(Arc::new(Observers(vec![log, exporter]))),
        (log, exporter) => log.or(exporter),
    }
}

async fn open(
    instance: SimulatorSettings,
    world: conax_contract::world::WorldSpec,
    doors: ApiAddresses,
    observer: Option<Arc<dyn Observer>>,
    store: Option<KeptWorlds>,
) -> Result<OpenInstance, ServeError> {
    Ok(OpenInstance::open(instance, world, doors, observer, store).await?)
}

fn value<T>(result: Result<T, String>) -> Result<T, SettingsError> {
    result.map_err(SettingsError::Value)
}

/// The token the control API asks for: the given one, or, if others can reach the API, one that
/// is made and printed.
fn control_token(settings: &Settings, seed: Seed) -> Result<(Option<Secret>, bool), SettingsError> {
    if let Some(path) = settings.optional("control-token-file") {
        return Ok((Some(settings::read_secret_file("the token file", Path::new(path))?), false));
    }
    let exposed = !value(settings::host(settings.get("host")))?.is_loopback();
    // Not from the seed alone: who knows the seed must not know the token.
    let secret_seed = Seed(seed.0 ^ random());
    let made = || Secret::new(Ids::new(secret_seed, "control token").hex_id().to_string());
    Ok((exposed.then(made), exposed))
}

/// A number nobody can foretell, from the system's own source by way of the hasher's keys.
fn random() -> u64 {
    RandomState::new().hash_one("seed")
}

/// The time of this machine, in its own zone, as documented dates are (Inferred).
pub(crate) fn local_time() -> SimTime {
    SimTime::from_calendar(chrono::Local::now().naive_local())
}

#[cfg(test)]
mod tests {
    //! Whose fault it is that the simulator does not open.

    use conax_sim::world::WorldProblem;

    use super::{Exit, ServeError, exit_of};

    #[test]
    fn a_world_that_contradicts_itself_is_a_wrong_file_and_not_the_surroundings() {
        let problem = WorldProblem { sentence: "a card is in two places".to_owned() };
        assert_eq!(exit_of(&ServeError::Open(problem.into())), Exit::Settings);
        let runtime = ServeError::Runtime(std::io::ErrorKind::OutOfMemory.into());
        assert_eq!(exit_of(&runtime), Exit::Surroundings);
    }
}
