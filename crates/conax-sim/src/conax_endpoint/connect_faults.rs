//! What the fault plan means for the Conax endpoint before there is a call: when it is closed, and
//! which certificate it shows.
//!
//! All worlds of a simulator share the API, and a client names its world only when it calls. So the
//! plan of the main world holds for everybody at the API while there is no other world.

use std::sync::Arc;

use tokio::sync::watch;

use crate::http_server::{EndpointState, Keeper, TlsSpeech};
use crate::tls::EndpointTls;
use crate::worlds::Worlds;

/// Closes the API while a rule refuses everybody.
pub(crate) struct DoorKeeper {
    worlds: Arc<Worlds>,
    door: Arc<EndpointState>,
}

impl DoorKeeper {
    pub(crate) fn new(worlds: &Arc<Worlds>, door: Arc<EndpointState>) -> Self {
        Self { worlds: Arc::clone(worlds), door }
    }
}

impl Keeper for DoorKeeper {
    fn closes(&self) -> bool {
        let main = self.worlds.main();
        // Said first: who comes into another world now waits for the API.
        main.closes_endpoint(main.clock.now(), &self.door) && !self.worlds.has_others()
    }

    fn changes_with_time(&self) -> bool {
        self.worlds.main().faults.may_refuse_everybody()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.worlds.main().faults.changes()
    }

    fn is_open(&self) {
        self.door.open();
    }
}

/// How the API speaks TLS: with the certificate for what is wrong for everybody.
pub(crate) fn speech(worlds: &Arc<Worlds>, door: EndpointTls) -> TlsSpeech {
    let worlds = Arc::clone(worlds);
    let for_everybody = move || {
        let main = worlds.main();
        let fault = main.tls_fault_for_everybody(main.clock.now());
        fault.filter(|_| !worlds.has_others())
    };
    TlsSpeech { door, for_everybody: Box::new(for_everybody) }
}
