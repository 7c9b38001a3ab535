//! A simulator that listens on ports.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::in_process::Simulator;
use super::reply::Api;
use crate::instance::{Closing, OpenInstance};
use crate::tls::Papers;
use crate::worlds::Worlds;

/// How long closing waits for what is on its way to Conax, as the program does.
const GRACE: Duration = Duration::from_secs(10);

/// A simulator that listens on free ports, and does everything a [`Simulator`] does.
///
/// Dropping it closes the APIs and sends nothing more; [`close`](Self::close) waits for what is
/// on its way as well. Several test suites may share one: a call that names a world in the header
/// `conax-sim-world` has a world of its own, which is made when it is first named.
///
/// ```
/// use conax_sim::Simulator;
/// use conax_sim::simulator::Api;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), conax_sim::SimulatorError> {
/// let simulator = Simulator::builder().open().await?;
/// let base = simulator.url(Api::Crm);
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
    instance: OpenInstance,
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
    pub(super) fn new(simulator: Simulator, instance: OpenInstance) -> Self {
        Self { simulator, _worlds: Ending(Arc::clone(&instance.worlds)), instance }
    }

    /// Where an API listens.
    #[must_use]
    pub fn address(&self, door: Api) -> SocketAddr {
        let addresses = &self.instance.addresses;
        let address = match door {
            Api::Crm => addresses.crm,
            Api::Cas => addresses.cas,
            Api::Control => addresses.control,
        };
        address.expect("every API was opened")
    }

    /// The address of an API as a client takes it, without a path: `http://127.0.0.1:40123`. The
    /// provisioning API is below `/crmapi/rest/v2` and directly below `/`, the control API below
    /// `/v1`.
    #[must_use]
    pub fn url(&self, door: Api) -> String {
        let settings = &self.instance.shared.settings;
        let mode = match door {
            Api::Cas => settings.cas.tls,
            Api::Crm => settings.crm_tls,
            Api::Control => settings.control_tls,
        };
        let scheme = mode.scheme();
        format!("{scheme}://{}", self.address(door))
    }

    /// What a client needs, if an API speaks TLS.
    #[must_use]
    pub const fn papers(&self) -> Option<&Papers> {
        self.instance.papers.as_ref()
    }

    /// Closes the APIs and waits for what is on its way to Conax, at most ten seconds; what was
    /// left.
    pub async fn close(self) -> Closing {
        self.instance.close(GRACE).await
    }
}

impl Deref for OpenSimulator {
    type Target = Simulator;

    fn deref(&self) -> &Simulator {
        &self.simulator
    }
}
