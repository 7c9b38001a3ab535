//! What the fault plan means for the head-end's door before there is a call: when it is closed, and
//! which certificate it shows.
//!
//! All worlds of a house share the door, and a client names its world only when it calls. So the
//! plan of the main world holds for everybody at the door while there is no other world.

use std::sync::Arc;

use tokio::sync::watch;

use crate::cas_door::routes::plain_answer;
use crate::doorway::{DoorState, Keeper, TlsSpeech};
use crate::tls::DoorTls;
use crate::worlds::Worlds;

/// Closes the door while a rule refuses everybody.
pub(crate) struct DoorKeeper {
    worlds: Arc<Worlds>,
    door: Arc<DoorState>,
}

impl DoorKeeper {
    pub(crate) fn new(worlds: &Arc<Worlds>, door: Arc<DoorState>) -> Self {
        Self {
            worlds: Arc::clone(worlds),
            door,
        }
    }
}

impl Keeper for DoorKeeper {
    fn closes(&self) -> bool {
        let main = self.worlds.main();
        // Said first: who comes into another world now waits for the door.
        main.faults.closes_door(main.clock.now(), &self.door) && !self.worlds.has_others()
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

/// How the door speaks TLS: with the certificate for what is wrong for everybody.
pub(crate) fn speech(worlds: &Arc<Worlds>, door: DoorTls) -> TlsSpeech {
    let worlds = Arc::clone(worlds);
    let for_everybody = move || {
        let main = worlds.main();
        let fault = main.faults.tls_fault_for_everybody(main.clock.now());
        fault.filter(|_| !worlds.has_others())
    };
    TlsSpeech {
        door,
        for_everybody: Box::new(for_everybody),
        to_plain: plain_answer(),
    }
}
