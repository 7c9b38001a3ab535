//! The time a client has: its own, not the machine's. Pure.
//!
//! It begins with the client's first call, so that the start of a process does not count, and again
//! with an answer that is kept back, so that whoever is ended had all of it to give up. Time that
//! passes while the simulator works does not count, and of a pause in which this process itself was
//! kept waiting only as much as it had asked for.

use std::time::Duration;

/// How often time is looked at.
pub(crate) const TICK: Duration = Duration::from_millis(20);
/// The least time a client has to make its first call, however little it has afterwards.
const START: Duration = Duration::from_secs(30);

/// How much of its time a client has used.
#[derive(Debug)]
pub(crate) struct Allowance {
    deadline: Duration,
    /// Whether it has made a call.
    has_called: bool,
    used: Duration,
}

impl Allowance {
    pub(crate) const fn new(deadline: Duration) -> Self {
        Self { deadline, has_called: false, used: Duration::ZERO }
    }

    /// A call has arrived.
    pub(crate) const fn called(&mut self) {
        if !self.has_called {
            self.has_called = true;
            self.used = Duration::ZERO;
        }
    }

    /// Its answer is kept back: from now on it is to give up.
    pub(crate) const fn begin_again(&mut self) {
        self.used = Duration::ZERO;
    }

    /// Some time has passed since the last look, during which the simulator worked or did not;
    /// whether all is used now.
    pub(crate) fn tick(&mut self, passed: Duration, is_working: bool) -> bool {
        if !is_working {
            self.used += passed.min(TICK * 2);
        }
        let limit = match self.has_called {
            true => self.deadline,
            false => self.deadline.max(START),
        };
        self.used >= limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn ticks_until_over(allowance: &mut Allowance, passed: Duration) -> u32 {
        let over = (1..).find(|_| allowance.tick(passed, false));
        over.expect("it ends")
    }

    #[test]
    fn the_start_of_a_process_does_not_count() {
        let mut allowance = Allowance::new(SECOND);
        assert!((0..100).all(|_| !allowance.tick(TICK, false)));
        allowance.called();
        assert_eq!(ticks_until_over(&mut allowance, TICK), 50);
    }

    #[test]
    fn whoever_never_calls_is_ended_as_well() {
        assert_eq!(ticks_until_over(&mut Allowance::new(SECOND), TICK), 1500);
        assert_eq!(ticks_until_over(&mut Allowance::new(SECOND * 60), TICK), 3000);
    }

    #[test]
    fn only_the_first_call_and_an_answer_that_is_kept_back_begin_the_time() {
        let mut allowance = Allowance::new(SECOND);
        allowance.called();
        assert!((0..40).all(|_| !allowance.tick(TICK, false)));
        allowance.called();
        assert_eq!(ticks_until_over(&mut allowance, TICK), 10);
        allowance.begin_again();
        assert_eq!(ticks_until_over(&mut allowance, TICK), 50);
    }

    #[test]
    fn what_a_loaded_machine_takes_is_not_the_clients() {
        let mut allowance = Allowance::new(SECOND);
        allowance.called();
        assert!((0..1000).all(|_| !allowance.tick(SECOND, true)));
        // A look that came a second late counts as two looks.
        assert_eq!(ticks_until_over(&mut allowance, SECOND), 25);
    }
}
