//! How a simulator is set up for a test: its world, its clock, its settings.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use conax_contract::crm::Shape;
use conax_contract::text;
use conax_contract::world::WorldSpec;
use conax_model::entropy::Seed;
use conax_model::time::SimTime;
use conax_sim::clock::ClockMode;
use conax_sim::instance::{Instance, OpenInstance};
use conax_sim::settings::ConaxAddress;
use conax_sim::settings::{ApiAddresses, SimulatorSettings};
use conax_sim::snapshot::SealKey;

use crate::harness::Harness;

/// The seed of every stage.
const SEED: Seed = Seed(7);
/// The key of snapshot files of every stage.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// The time every stage starts at, unless told otherwise.
const START: &str = "2014-09-24T15:00:00";

/// A point in simulated time, written as the documentation writes dates.
///
/// # Panics
/// If it is not such a date.
#[must_use]
pub fn date(text: &str) -> SimTime {
    let date = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S");
    SimTime::from_calendar(date.expect("a date of the documented form"))
}

/// The folder of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the package is a folder of the repository").to_path_buf()
}

/// A simulator that is being set up.
#[derive(Clone, Debug)]
pub struct HarnessBuilder {
    world: WorldSpec,
    settings: SimulatorSettings,
}

impl HarnessBuilder {
    /// The demo world.
    #[must_use]
    pub fn demo() -> Self {
        Self::world("demo")
    }

    /// A world of `fixtures/worlds`, by its path there without the ending.
    ///
    /// # Panics
    /// If there is none, or it is wrong.
    #[must_use]
    pub fn world(name: &str) -> Self {
        let path = repository().join(format!("fixtures/worlds/{name}.world.yaml"));
        let source = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::text(&source)
    }

    /// A world as YAML text.
    ///
    /// # Panics
    /// If it is wrong.
    #[must_use]
    pub fn text(source: &str) -> Self {
        let world = WorldSpec::parse(source)
            .unwrap_or_else(|findings| panic!("{}", text::render("world", source, &findings)));
        Self { world, settings: settings() }
    }

    /// The demo world with one piece of its text replaced.
    ///
    /// # Panics
    /// If the piece is not there, or the new text is wrong.
    #[must_use]
    pub fn demo_with(piece: &str, replacement: &str) -> Self {
        let path = repository().join("fixtures/worlds/demo.world.yaml");
        let source = std::fs::read_to_string(path).expect("the demo world can be read");
        assert!(source.contains(piece), "the demo world has no `{piece}`");
        Self::text(&source.replacen(piece, replacement, 1))
    }

    /// The time the simulator starts at.
    #[must_use]
    pub fn starting(mut self, text: &str) -> Self {
        self.settings.start = date(text);
        self
    }

    /// A clock that moves only when told.
    #[must_use]
    pub fn stepped(mut self) -> Self {
        self.settings.clock = ClockMode::Stepped;
        self
    }

    /// Which members a provisioning request has.
    #[must_use]
    pub fn shape(mut self, shape: Shape) -> Self {
        self.settings.crm.shape = shape;
        self
    }

    /// Another world.
    #[must_use]
    pub fn with_world(mut self, change: impl FnOnce(&mut WorldSpec)) -> Self {
        change(&mut self.world);
        self
    }

    /// Any other setting.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut SimulatorSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// The simulator, its APIs called in this process.
    ///
    /// # Panics
    /// If the world contradicts itself.
    #[must_use]
    pub fn open(self) -> Harness {
        let token = self.first_token();
        let instance =
            Instance::in_process(self.settings, self.world, None).expect("a sound world");
        Harness::new(instance, token)
    }

    /// The simulator, whose CRM reaches another head-end over sockets. Its clock must not stand still.
    ///
    /// # Panics
    /// If the world contradicts itself.
    pub async fn open_before(mut self, conax: SocketAddr) -> Harness {
        let token = self.first_token();
        self.settings.dispatch.conax_address = Some(ConaxAddress::from(conax));
        let doors = ApiAddresses::default();
        let open = OpenInstance::open(self.settings, self.world, doors, None, None).await;
        let open = open.expect("a simulator without APIs opens");
        Harness::new(Instance::of(open.worlds.clone()), token)
    }

    /// The simulator with all its APIs open, on free ports.
    ///
    /// # Panics
    /// If the world contradicts itself, or there are no free ports.
    pub async fn open_apis(self) -> (OpenInstance, Harness) {
        let token = self.first_token();
        let any = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        let doors = ApiAddresses { crm: any, cas: any, control: any };
        let open = OpenInstance::open(self.settings, self.world, doors, None, None).await;
        let open = open.expect("a simulator opens on free ports");
        let harness = Harness::new(Instance::of(open.worlds.clone()), token);
        (open, harness)
    }

    fn first_token(&self) -> String {
        let first = self.world.tokens.first();
        first.map_or_else(String::new, |token| token.token.expose().to_owned())
    }
}

/// Runs are made when a test says so.
fn settings() -> SimulatorSettings {
    let mut settings = SimulatorSettings::new(SEED, date(START));
    settings.dispatch.run_interval = None;
    settings.snapshot_key = SealKey::parse(KEY).expect("64 hexadecimal digits");
    settings
}
