//! What surrounds each change of a clock: the clock of a world changes as the world does, together
//! with nothing else of it.

use std::fmt;
use std::sync::OnceLock;

use super::Reading;

/// Is given the change, and how to read the clock after it.
type Surrounding = Box<dyn Fn(&mut dyn FnMut(), &dyn Fn() -> Reading) + Send + Sync>;

/// Nothing, until it is set.
#[derive(Default)]
pub(super) struct Around(OnceLock<Surrounding>);

impl fmt::Debug for Around {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Around").field(&self.0.get().is_some()).finish()
    }
}

impl Around {
    pub(super) fn set(
        &self,
        around: impl Fn(&mut dyn FnMut(), &dyn Fn() -> Reading) + Send + Sync + 'static,
    ) {
        let _ = self.0.set(Box::new(around));
    }

    pub(super) fn call<T>(&self, reading: impl Fn() -> Reading, change: impl FnOnce() -> T) -> T {
        let Some(around) = self.0.get() else {
            return change();
        };
        let (mut change, mut outcome) = (Some(change), None);
        around(&mut || outcome = change.take().map(|change| change()), &reading);
        outcome.expect("what surrounds a change makes it")
    }
}
