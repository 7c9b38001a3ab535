//! What a simulator is built with.

use std::net::SocketAddr;
use std::sync::Arc;

use conax_contract::fault::parse_faults;
use conax_contract::text::{parse_moment, render};
use conax_contract::world::WorldSpec;
use conax_model::entropy::Seed;
use conax_model::time::SimTime;

use super::error::SimulatorError;
use super::in_process::Simulator;
use super::on_ports::OpenSimulator;
use crate::clock::{ClockMode, parse_clock};
use crate::instance::{Instance, OpenInstance};
use crate::settings::{ApiAddresses, SimulatorSettings};
use crate::store::{Engine, Store};
use crate::worlds::KeptWorlds;

/// What every simulator's clock shows at the start, unless told otherwise.
const START: &str = "2026-01-01T09:00:00";

/// What a simulator is built with.
///
/// Nothing is checked before the end: [`start`](Self::start) and [`open`](Self::open) tell
/// everything that is wrong at once.
///
/// ```
/// use conax_sim::Simulator;
///
/// let wrong = Simulator::builder()
///     .fault("read-timeot")
///     .clock("steped")
///     .start();
/// assert_eq!(
///     wrong.err().map(|error| error.to_string()).as_deref(),
///     Some(
///         "`read-timeot` is no preset and no weather\n   \
///          hint: did you mean `read-timeout`?\n\n\
///          clock: found `steped`, expected `real`, `stepped` or a factor such as `x60`"
///     ),
/// );
/// ```
#[derive(Clone, Debug)]
#[must_use = "a simulator is there when it is started or opened"]
pub struct SimulatorBuilder {
    settings: SimulatorSettings,
    world: Option<WorldSpec>,
    mode: Option<ClockMode>,
    findings: Vec<String>,
}

impl Default for SimulatorBuilder {
    fn default() -> Self {
        let start = parse_moment(START).map(SimTime::from_calendar);
        let mut settings = SimulatorSettings::new(Seed(0), start.unwrap_or_default());
        settings.dispatch.run_interval = None;
        Self { settings, world: None, mode: None, findings: Vec::new() }
    }
}

impl SimulatorBuilder {
    /// The seed of ids and of every other chance; 0 if nothing is said.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Seed(seed);
        self
    }

    /// The world to start from; the demo world if nothing is said.
    pub fn world(mut self, world: WorldSpec) -> Self {
        self.world = Some(world);
        self
    }

    /// The world to start from, as the text of a `*.world.yaml` file.
    pub fn world_text(mut self, source: &str) -> Self {
        match WorldSpec::parse(source) {
            Ok(world) => self.world(world),
            Err(findings) => {
                self.findings.push(render("world", source, &findings).trim_end().to_owned());
                self
            }
        }
    }

    /// Adds faults that hold from the start: a preset such as `f05` or `reset-applied`, a weather
    /// such as `brownout`, or rules as a fault file has them, such as
    /// `{ preset: f05, when: { card: "01900080208" }, times: 1 }`.
    pub fn fault(mut self, faults: &str) -> Self {
        match parse_faults(faults) {
            Ok(rules) => self.settings.faults.extend(rules),
            Err(finding) => self.findings.push(finding),
        }
        self
    }

    /// How simulated time passes, as the setting `clock` says it: `real`, `x60`, `stepped`, each
    /// with a start if you like, such as `stepped from 2026-01-31T23:59:00`.
    ///
    /// If nothing is said the clock is stepped in process and real on ports, from the morning of
    /// the first of January 2026.
    pub fn clock(mut self, clock: &str) -> Self {
        match parse_clock(clock) {
            Ok((mode, start)) => {
                self.mode = Some(mode);
                self.settings.start = start.unwrap_or(self.settings.start);
            }
            Err(finding) => self.findings.push(format!("clock: {finding}")),
        }
        self
    }

    /// Changes any other setting. All are as the program has them, but that processing runs are
    /// made when a test says so.
    ///
    /// How time passes is said by [`clock`](Self::clock); requests always go to the simulator's own
    /// Conax.
    ///
    /// ```
    /// # use conax_sim::Simulator;
    /// # use std::time::Duration;
    /// let simulator = Simulator::builder()
    ///     .with(|settings| settings.dispatch.read_time = Duration::from_secs(30))
    ///     .start()?;
    /// # Ok::<(), conax_sim::SimulatorError>(())
    /// ```
    pub fn with(mut self, change: impl FnOnce(&mut SimulatorSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// A simulator in this process, without sockets.
    ///
    /// # Errors
    /// Everything that is wrong with what was said.
    pub fn start(self) -> Result<Simulator, SimulatorError> {
        let (settings, world) = self.complete(ClockMode::Stepped)?;
        let token = first_token(&world);
        let instance = Instance::in_process(settings, world, None)?;
        Ok(Simulator::new(instance, token))
    }

    /// A simulator in this process whose worlds are kept by this engine, and go on if it has kept
    /// them before: a test that starts a second one sees what outlives the first.
    ///
    /// # Errors
    /// Everything that is wrong with what was said, or if what was kept cannot be read.
    pub fn start_kept_by(self, engine: impl Engine) -> Result<Simulator, SimulatorError> {
        let (settings, world) = self.complete(ClockMode::Stepped)?;
        let token = first_token(&world);
        let (store, worlds) = Store::open(engine, settings.snapshot_key.clone(), &settings)?;
        let kept = KeptWorlds { store: Arc::new(store), worlds, machine_now: settings.start };
        let instance = Instance::in_process_kept(settings, world, None, Some(kept))?;
        Ok(Simulator::new(instance, token))
    }

    /// A simulator that listens on free ports of this machine.
    ///
    /// # Errors
    /// Everything that is wrong with what was said, or if no ports are free.
    pub async fn open(self) -> Result<OpenSimulator, SimulatorError> {
        let (settings, world) = self.complete(ClockMode::Real)?;
        let token = first_token(&world);
        let free = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        let doors = ApiAddresses { crm: free, cas: free, control: free };
        let open = OpenInstance::open(settings, world, doors, None, None).await?;
        let simulator = Simulator::new(Instance::of(open.worlds.clone()), token);
        Ok(OpenSimulator::new(simulator, open))
    }

    fn complete(self, usual: ClockMode) -> Result<(SimulatorSettings, WorldSpec), SimulatorError> {
        if !self.findings.is_empty() {
            return Err(SimulatorError::Setup(self.findings));
        }
        let mut settings = self.settings;
        settings.clock = self.mode.unwrap_or(usual);
        // What another Conax did could not be told.
        settings.dispatch.conax_address = None;
        Ok((settings, self.world.unwrap_or_else(WorldSpec::demo)))
    }
}

fn first_token(world: &WorldSpec) -> String {
    let first = world.tokens.first();
    first.map_or_else(String::new, |token| token.token.expose().to_owned())
}
