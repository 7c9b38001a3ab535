//! What the fault plan means for the head-end's door before there is a call: when it is closed, and
//! which certificate it shows.

use std::sync::Arc;

use tokio::sync::watch;

use crate::cas_door::routes::plain_answer;
use crate::doorway::{Keeper, TlsSpeech};
use crate::shared::Shared;
use crate::tls::DoorTls;

/// Closes the door while a rule refuses everybody.
pub(crate) struct DoorKeeper(pub(crate) Arc<Shared>);

impl Keeper for DoorKeeper {
    fn closes(&self) -> bool {
        self.0.faults.closes_door(self.0.clock.now())
    }

    fn changes_with_time(&self) -> bool {
        self.0.faults.may_refuse_everybody()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.0.faults.changes()
    }

    fn is_open(&self) {
        self.0.faults.door_is_open();
    }
}

/// How the door speaks TLS: with the certificate for what is wrong for everybody.
pub(crate) fn speech(shared: &Arc<Shared>, door: DoorTls) -> TlsSpeech {
    let shared = Arc::clone(shared);
    TlsSpeech {
        door,
        for_everybody: Box::new(move || shared.faults.tls_fault_for_everybody(shared.clock.now())),
        to_plain: plain_answer(),
    }
}
