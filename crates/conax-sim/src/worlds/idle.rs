//! Worlds that calls made and nobody uses: after a while they are removed, if the settings say so.
//!
//! Only what is at rest goes: no request is pending in it, no call is under way. Who made a world at
//! the control API removes it there.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::{Maker, Resident, Worlds};
use crate::journal::{Notice, Noticed};

/// Looks this often at most and at least, of real time.
const LOOKS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(30));

/// Removes idle worlds until the simulator closes.
pub(crate) async fn remove_idle(
    worlds: Arc<Worlds>,
    idle: Duration,
    mut stop: watch::Receiver<bool>,
) {
    let pause = (idle / 4).clamp(LOOKS.0, LOOKS.1);
    while tokio::time::timeout(pause, stop.wait_for(|&stopped| stopped)).await.is_err() {
        worlds.remove_unused_for(idle).await;
    }
}

impl Resident {
    /// Somebody has named it.
    pub(super) fn is_used(&self) {
        *self.used_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// How long nobody has used it, if it may go.
    fn idle(&self, now: Instant) -> Option<Duration> {
        let queue = self.world.crm().book.queue_length();
        let pending = queue.due + queue.scheduled + queue.in_flight;
        let is_at_rest = pending == 0 && queue.held <= self.held_at_start;
        let may_go = self.maker == Maker::Call && is_at_rest && self.world.calls.count() == 0;
        let used_at = *self.used_at.lock().unwrap_or_else(PoisonError::into_inner);
        may_go.then(|| now.duration_since(used_at))
    }
}

impl Worlds {
    async fn remove_unused_for(&self, idle: Duration) {
        let _one_at_a_time = self.making.lock().await;
        for (name, resident, unused) in self.take_unused_for(idle) {
            let _ = resident.stop_runs.send(true);
            resident.world.end().await;
            if let Some(observer) = &self.surroundings.observer {
                let what = Noticed::WorldRemoved { world: name, idle: unused };
                observer.notices(&Notice { at: self.main.clock.now(), what });
            }
        }
    }

    /// Nobody can name a world while its use is looked at.
    fn take_unused_for(&self, idle: Duration) -> Vec<(String, Resident, Duration)> {
        let now = Instant::now();
        let mut others = self.others_mut();
        let unused = |(name, resident): (&String, &Resident)| {
            let unused = resident.idle(now).filter(|unused| *unused >= idle)?;
            Some((name.clone(), unused))
        };
        let names: Vec<_> = others.iter().filter_map(unused).collect();
        let take = |(name, unused)| {
            let resident = others.remove(&name)?;
            Some((name, resident, unused))
        };
        names.into_iter().filter_map(take).collect()
    }
}
