//! How many file descriptors this process may have. Systems allow few at first and many if asked.

/// Asks the system for as many descriptors as it allows, and tells how many of those are free, if
/// there is a limit.
#[cfg(unix)]
pub(crate) fn raise_limit() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// What a system takes that says it has no limit, and has one (macOS).
    const MOST: u64 = 10_240;

    let found = getrlimit(Resource::Nofile);
    let most = found.maximum.unwrap_or(u64::MAX);
    let ask = |count| Rlimit { current: Some(count), maximum: found.maximum };
    for count in [most, most.min(MOST)] {
        if found.current.is_some_and(|current| current < count)
            && setrlimit(Resource::Nofile, ask(count)).is_ok()
        {
            break;
        }
    }
    let count = getrlimit(Resource::Nofile).current?;
    // Who starts a program may leave it descriptors of its own.
    let in_use = std::fs::read_dir("/dev/fd").map_or(0, Iterator::count);
    Some(usize::try_from(count).unwrap_or(usize::MAX).saturating_sub(in_use))
}

/// Elsewhere sockets have no such limit.
#[cfg(not(unix))]
pub(crate) const fn raise_limit() -> Option<usize> {
    None
}
