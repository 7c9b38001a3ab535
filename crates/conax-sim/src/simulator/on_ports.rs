//! A simulator that listens on ports.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::in_process::Simulator;
use super::reply::Door;
use crate::house::{Closing, OpenHouse};
use crate::tls::Papers;
use crate::worlds::Worlds;

/// How long closing waits for what is on its way to Conax, as the program does.
const GRACE: Duration = Duration::from_secs(10);

/// A simulator that listens on free ports, and does everything a [`Simulator`] does.
///
/// Dropping it closes the doors and sends nothing more; [`close`](Self::close) waits for what is
/// on its way as well. Several test suites may share one: a call that names a world in the header
/// `conax-sim-world` has a world of its own, which is made when it is first named.
///
/// ```
/// use conax_sim::Simulator;
/// use conax_sim::simulator::Door;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), conax_sim::SimulatorError> {
/// let simulator = Simulator::builder().open().await?;
/// let base = simulator.url(Door::Crm);
/// assert!(base.starts_with("http://127.0.0.1:"));
/// // … point the program under test at `base`, then see what became of its requests:
/// simulator.run().await;
/// assert_eq!(simulator.ledger().totals.unknown_to_crm, 0);
/// simulator.close().await;
/// # Ok(())
/// # }
/// ```
pub struct OpenSimulator {
    simulator: Simulator,
    house: OpenHouse,
    _worlds: Ending,
}

/// When it is dropped, nothing more is sent.
struct Ending(Arc<Worlds>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.begin_closing();
    }
}

impl OpenSimulator {
    pub(super) fn new(simulator: Simulator, house: OpenHouse) -> Self {
        Self {
            simulator,
            _worlds: Ending(Arc::clone(&house.worlds)),
            house,
        }
    }

    /// Where a door listens.
    #[must_use]
    pub fn address(&self, door: Door) -> SocketAddr {
        let addresses = &self.house.addresses;
        let address = match door {
            Door::Crm => addresses.crm,
            Door::Cas => addresses.cas,
            Door::Control => addresses.control,
        };
        address.expect("every door was opened")
    }

    /// The address of a door as a client takes it, without a path: `http://127.0.0.1:40123`. The
    /// provisioning API is below `/crmapi/rest/v2` and directly below `/`, the control door below
    /// `/v1`.
    #[must_use]
    pub fn url(&self, door: Door) -> String {
        let scheme = match door {
            Door::Cas => self.house.shared.settings.cas.tls.scheme(),
            Door::Crm | Door::Control => "http",
        };
        format!("{scheme}://{}", self.address(door))
    }

    /// What a client of the simulated Conax needs, if that speaks TLS.
    #[must_use]
    pub const fn papers(&self) -> Option<&Papers> {
        self.house.papers.as_ref()
    }

    /// Closes the doors and waits for what is on its way to Conax, at most ten seconds; what was
    /// left.
    pub async fn close(self) -> Closing {
        self.house.close(GRACE).await
    }
}

impl Deref for OpenSimulator {
    type Target = Simulator;

    fn deref(&self) -> &Simulator {
        &self.simulator
    }
}
