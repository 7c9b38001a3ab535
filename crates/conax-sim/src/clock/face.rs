//! What the clock shows, read on every call and changed hardly ever: readers take no lock.

use std::sync::atomic::{AtomicI64, AtomicU8, AtomicU32, AtomicU64, Ordering, fence};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use conax_model::time::SimTime;
use tokio::time::Instant;

use crate::clock::ClockMode;

/// Where the clock stands: `position` is the time that has passed since it was made, which no
/// setting of the date changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Face {
    pub(super) mode: ClockMode,
    pub(super) base: SimTime,
    pub(super) position: Duration,
    pub(super) since: Instant,
}

impl Face {
    pub(super) fn position(&self) -> Duration {
        match self.mode {
            ClockMode::Stepped => self.position,
            mode => self.position + mode.simulated(self.since.elapsed()),
        }
    }

    pub(super) fn now(&self) -> SimTime {
        self.base + self.position()
    }

    pub(super) fn stand_at(&mut self, position: Duration) {
        self.position = position;
        self.since = Instant::now();
    }
}

/// A face that is read without a lock: a reader that was overtaken by a change reads again.
#[derive(Debug)]
pub(super) struct SharedFace {
    made: Instant,
    /// Odd while a change is written.
    version: AtomicU64,
    mode: AtomicU8,
    scale: AtomicU64,
    base: AtomicI64,
    position: SharedDuration,
    since: SharedDuration,
    written: Mutex<Face>,
}

#[derive(Debug, Default)]
struct SharedDuration {
    seconds: AtomicU64,
    nanos: AtomicU32,
}

impl SharedDuration {
    fn load(&self) -> Duration {
        let seconds = self.seconds.load(Ordering::Relaxed);
        Duration::new(seconds, self.nanos.load(Ordering::Relaxed))
    }

    fn store(&self, duration: Duration) {
        self.seconds.store(duration.as_secs(), Ordering::Relaxed);
        self.nanos.store(duration.subsec_nanos(), Ordering::Relaxed);
    }
}

impl SharedFace {
    pub(super) fn new(face: Face) -> Self {
        let shared = Self {
            made: face.since,
            version: AtomicU64::new(0),
            mode: AtomicU8::new(0),
            scale: AtomicU64::new(0),
            base: AtomicI64::new(0),
            position: SharedDuration::default(),
            since: SharedDuration::default(),
            written: Mutex::new(face),
        };
        shared.publish(&face);
        shared
    }

    pub(super) fn read(&self) -> Face {
        loop {
            let version = self.version.load(Ordering::Acquire);
            let face = self.load();
            fence(Ordering::Acquire);
            let is_whole = version.is_multiple_of(2);
            if is_whole && self.version.load(Ordering::Relaxed) == version {
                return face;
            }
            std::hint::spin_loop();
        }
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Face) -> T) -> T {
        let mut face = self.written();
        let outcome = change(&mut face);
        self.publish(&face);
        outcome
    }

    fn written(&self) -> MutexGuard<'_, Face> {
        self.written.lock().expect("nobody panics while holding the clock")
    }

    fn load(&self) -> Face {
        Face {
            mode: match self.mode.load(Ordering::Relaxed) {
                0 => ClockMode::Real,
                1 => ClockMode::Stepped,
                _ => ClockMode::Scaled(f64::from_bits(self.scale.load(Ordering::Relaxed))),
            },
            base: SimTime::from_millis(self.base.load(Ordering::Relaxed)),
            position: self.position.load(),
            since: self.made + self.since.load(),
        }
    }

    /// Called by one at a time: whoever holds what is written, or nobody else has it yet.
    fn publish(&self, face: &Face) {
        let version = self.version.load(Ordering::Relaxed);
        self.version.store(version + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        let (mode, scale) = match face.mode {
            ClockMode::Real => (0, 1.0),
            ClockMode::Stepped => (1, 1.0),
            ClockMode::Scaled(scale) => (2, scale),
        };
        self.mode.store(mode, Ordering::Relaxed);
        self.scale.store(scale.to_bits(), Ordering::Relaxed);
        self.base.store(face.base.millis(), Ordering::Relaxed);
        self.position.store(face.position);
        self.since.store(face.since.duration_since(self.made));
        self.version.store(version + 2, Ordering::Release);
    }
}
