//! `serve`: opens the simulator and keeps it open until somebody stops it.

mod banner;
mod log;

use std::collections::hash_map::RandomState;
use std::error::Error;
use std::hash::BuildHasher;
use std::path::Path;
use std::sync::Arc;

use clap::ArgMatches;
use conax_model::entropy::{Ids, Seed};
use conax_model::secret::Secret;
use conax_model::time::SimTime;
use conax_sim::instance::{Closing, OpenError, OpenInstance};
use conax_sim::journal::Observer;
use conax_sim::settings::{ApiAddresses, SimulatorSettings};

use crate::exit::Exit;
use crate::print;
use crate::settings::{self, Settings, SettingsError};
use crate::signals::first_signal;
use crate::world;

/// Opens the simulator.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let settings = match Settings::resolve(matches) {
        Ok(settings) => settings,
        Err(error) => return complain(&error, Exit::Settings),
    };
    match serve(&settings) {
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
    #[error("failed to start the runtime")]
    Runtime(#[from] std::io::Error),
}

const fn exit_of(error: &ServeError) -> Exit {
    match error {
        ServeError::Settings(_) | ServeError::Open(OpenError::World(_) | OpenError::Tls(_)) => {
            Exit::Settings
        }
        ServeError::Open(OpenError::Bind { .. }) | ServeError::Runtime(_) => Exit::Surroundings,
    }
}

fn serve(settings: &Settings) -> Result<Exit, ServeError> {
    let seed = Seed(value(settings::seed(settings.get("seed")))?.unwrap_or_else(random));
    let (token, token_was_made) = control_token(settings, seed)?;
    let (instance, doors) = settings::instance(settings, seed, local_time(), token)?;
    let world = world::read(settings.get("world"))?;
    let grace = value(settings::duration(settings.get("grace")))?;
    let log = log::start(settings.get("log"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let closing = runtime.block_on(async {
        let summary = banner::WorldSummary::of(&world, settings.get("world") == "demo");
        let open = open(instance, world, doors, log.observer()).await?;
        if let (Some(papers), Some(folder)) = (&open.papers, settings.optional("cas-tls-dir")) {
            settings::write_papers(papers, Path::new(folder))?;
        }
        log.set_place(banner::place(&open));
        // Whoever reads that the APIs are open may ask for the end at once.
        let stopped = first_signal();
        match settings.get("format") {
            "json" => banner::print_json(&open, &summary, token_was_made),
            _ => log.say(banner::banner(&open, &summary, token_was_made)),
        }
        // Whoever asked where the APIs are and cannot be told cannot use them.
        if !print::has_failed() {
            stopped.await;
        }
        log.say(banner::stopping(grace));
        Ok::<Closing, ServeError>(open.close(grace).await)
    })?;
    runtime.shutdown_background();
    log.say(banner::closed(closing));
    log.finish();
    Ok(Exit::Met)
}

async fn open(
    instance: SimulatorSettings,
    world: conax_contract::world::WorldSpec,
    doors: ApiAddresses,
    observer: Option<Arc<dyn Observer>>,
) -> Result<OpenInstance, ServeError> {
    Ok(OpenInstance::open(instance, world, doors, observer).await?)
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
