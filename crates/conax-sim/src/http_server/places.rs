//! Who may connect: an API has so many places, one address does not take them all, and connections
//! of all APIs together leave descriptors to the process, and some to the control API.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::http_server::Limits;

/// Descriptors that are left to everything else than clients: links to Conax, worlds, answers to
/// those who are turned away.
const OTHER_DESCRIPTORS: usize = 64;
/// Of the connections that have a descriptor, so many are for the control API alone.
const KEPT_FOR_CONTROL: usize = 32;
/// From one notice of a reason to the next, of real time.
const NOTICE_TIME: Duration = Duration::from_secs(10);

/// Why a connection is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TurnedAway {
    /// The API has no place left.
    Api,
    /// The address it comes from has no place left.
    Address,
    /// The process has no file descriptor left for it.
    Descriptors,
}

impl TurnedAway {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Api, Self::Address, Self::Descriptors];

    /// Its name, in metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "connection-limit",
            Self::Address => "connection-limit-per-address",
            Self::Descriptors => "file-descriptors",
        }
    }

    /// What whoever is turned away is told.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Api => "Too many connections are open; close idle ones or try again later.",
            Self::Address => {
                "Too many connections from this address are open; close idle ones or try again \
                 later (`connection-limit-per-address`)."
            }
            Self::Descriptors => {
                "The simulator has no file descriptor left for another connection; close idle ones \
                 or try again later."
            }
        }
    }
}

/// The file descriptors that connections of all APIs share.
#[derive(Debug)]
pub struct Descriptors {
    /// How many connections there may be; none if nobody knows.
    limit: Option<usize>,
    taken: AtomicUsize,
}

impl Descriptors {
    /// Those of a process that may have so many.
    #[must_use]
    pub fn of(limits: &Limits) -> Self {
        Self {
            limit: limits.descriptor_count.map(Self::for_connections),
            taken: AtomicUsize::new(0),
        }
    }

    /// How many connections a process may have that may have so many descriptors.
    #[must_use]
    pub fn for_connections(descriptors: usize) -> usize {
        descriptors - OTHER_DESCRIPTORS.min(descriptors / 2)
    }

    fn take(&self, is_control: bool) -> bool {
        let Some(limit) = self.limit else {
            return true;
        };
        let kept = if is_control { 0 } else { KEPT_FOR_CONTROL.min(limit / 4) };
        let one_more = |taken: usize| (taken + kept < limit).then_some(taken + 1);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }

    fn give_back(&self) {
        if self.limit.is_some() {
            self.taken.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// The places of one API.
#[derive(Debug)]
pub struct Places {
    limit: usize,
    address_limit: usize,
    is_control: bool,
    descriptors: Arc<Descriptors>,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    count: usize,
    by_address: BTreeMap<IpAddr, usize>,
    turned_away: BTreeMap<TurnedAway, Refused>,
}

/// How many were turned away for a reason.
#[derive(Clone, Copy, Debug)]
struct Refused {
    count: u64,
    told: u64,
    told_at: Instant,
}

impl Places {
    pub(super) fn new(limits: &Limits, is_control: bool, descriptors: Arc<Descriptors>) -> Self {
        Self {
            limit: limits.connection_count,
            address_limit: limits.connections_per_address,
            is_control,
            descriptors,
            taken: Mutex::default(),
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from this address.
    pub(super) fn take(self: &Arc<Self>, peer: IpAddr) -> Result<Place, TurnedAway> {
        let peer = counted(peer);
        let mut taken = self.taken();
        if taken.count >= self.limit {
            return Err(TurnedAway::Api);
        }
        let of_peer = peer.and_then(|peer| taken.by_address.get(&peer).copied()).unwrap_or(0);
        if of_peer >= self.address_limit {
            return Err(TurnedAway::Address);
        }
        if !self.descriptors.take(self.is_control) {
            return Err(TurnedAway::Descriptors);
        }
        taken.count += 1;
        if let Some(peer) = peer {
            taken.by_address.insert(peer, of_peer + 1);
        }
        Ok(Place { places: Arc::clone(self), peer })
    }

    /// Counts one that is turned away; how many nobody was told of yet, if now is the time.
    pub(super) fn count_refused(&self, reason: TurnedAway, now: Instant) -> Option<u64> {
        let mut taken = self.taken();
        let first = Refused { count: 0, told: 0, told_at: now };
        let refused = taken.turned_away.entry(reason).or_insert(first);
        refused.count += 1;
        let is_due = refused.told == 0 || now.duration_since(refused.told_at) >= NOTICE_TIME;
        is_due.then(|| {
            let untold = refused.count - refused.told;
            (refused.told, refused.told_at) = (refused.count, now);
            untold
        })
    }

    /// How many connections are open.
    #[must_use]
    pub fn open_count(&self) -> usize {
        self.taken().count
    }

    /// How many were turned away for a reason.
    #[must_use]
    pub fn refused_count(&self, reason: TurnedAway) -> u64 {
        self.taken().turned_away.get(&reason).map_or(0, |refused| refused.count)
    }
}

/// The address a connection is counted for. Those of this machine are not: its tools, a gateway on
/// it and our own CRM all come from one. In IPv6 a machine has 64 bits of addresses to itself.
fn counted(peer: IpAddr) -> Option<IpAddr> {
    const NETWORK: u128 = !0 << 64;
    match peer.to_canonical() {
        peer if peer.is_loopback() => None,
        IpAddr::V6(peer) => Some(Ipv6Addr::from_bits(peer.to_bits() & NETWORK).into()),
        peer => Some(peer),
    }
}

/// A place; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    peer: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.count -= 1;
        if let Some(peer) = self.peer
            && let Some(of_peer) = taken.by_address.get_mut(&peer)
        {
            *of_peer -= 1;
            if *of_peer == 0 {
                taken.by_address.remove(&peer);
            }
        }
        self.places.descriptors.give_back();
    }
}

#[cfg(test)]
mod tests {
    //! Who gets a place.

    use std::net::IpAddr;
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Descriptors, Limits, Place, Places, TurnedAway};

    const LIMITS: Limits = Limits { connection_count: 8, connections_per_address: 3, ..LIMITED };
    const LIMITED: Limits = Limits::DEFAULT;

    fn take(places: &Arc<Places>, peer: &str) -> Result<Place, TurnedAway> {
        places.take(peer.parse::<IpAddr>().expect("an address"))
    }

    fn places() -> Arc<Places> {
        Arc::new(Places::new(&LIMITS, false, Arc::new(Descriptors::of(&LIMITS))))
    }

    #[test]
    fn one_address_takes_not_all_places_and_gets_them_back() {
        let places = places();
        let mut held: Vec<Place> = Vec::new();
        for _ in 0..3 {
            held.push(take(&places, "192.0.2.1").expect("a place"));
        }
        for same in ["192.0.2.1", "::ffff:192.0.2.1"] {
            assert_eq!(take(&places, same).err(), Some(TurnedAway::Address), "{same}");
        }
        held.push(take(&places, "192.0.2.2").expect("another address"));
        held.pop();
        held.pop();
        assert!(take(&places, "192.0.2.1").is_ok(), "one was given back");
        drop(held);
        assert_eq!(places.open_count(), 0);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address_and_this_machine_is_not_counted() {
        let places = places();
        let held: Vec<_> =
            (1..=3).map(|host| take(&places, &format!("2001:db8::{host}"))).collect();
        assert!(held.iter().all(Result::is_ok));
        assert_eq!(take(&places, "2001:db8::9:9").err(), Some(TurnedAway::Address));
        let own: Vec<_> = (0..5).map(|one| take(&places, ["127.0.0.1", "::1"][one % 2])).collect();
        assert!(own.iter().all(Result::is_ok), "as many as there are");
        assert_eq!(take(&places, "127.0.0.1").err(), Some(TurnedAway::Api));
    }

    #[test]
    fn descriptors_are_shared_and_some_are_for_the_control_api_alone() {
        let limits = Limits { connection_count: 100, descriptor_count: Some(32), ..LIMITED };
        let descriptors = Arc::new(Descriptors::of(&limits));
        let crm = Arc::new(Places::new(&limits, false, Arc::clone(&descriptors)));
        let cas = Arc::new(Places::new(&limits, false, Arc::clone(&descriptors)));
        let control = Arc::new(Places::new(&limits, true, descriptors));
        let fill = |places: &Arc<Places>| {
            let mut held = Vec::new();
            loop {
                match take(places, "127.0.0.1") {
                    Ok(place) => held.push(place),
                    Err(reason) => return (held, reason),
                }
            }
        };
        let (mut held, reason) = fill(&crm);
        assert_eq!((held.len(), reason), (12, TurnedAway::Descriptors));
        assert_eq!(take(&cas, "127.0.0.1").err(), Some(TurnedAway::Descriptors));
        let (kept, _) = fill(&control);
        assert_eq!(kept.len(), 4, "an operator can always look");
        held.pop();
        drop(kept);
        assert!(take(&cas, "127.0.0.1").is_ok());
    }

    #[test]
    fn who_is_turned_away_is_counted_and_told_of_now_and_then() {
        let places = places();
        let start = Instant::now();
        let mut told = Vec::new();
        for tenth in 0..=200 {
            let now = start + Duration::from_millis(100 * tenth);
            told.extend(places.count_refused(TurnedAway::Api, now));
        }
        assert_eq!(told, [1, 100, 100]);
        assert_eq!(places.refused_count(TurnedAway::Api), 201);
        assert_eq!(places.refused_count(TurnedAway::Address), 0);
    }
}
