//! What was changed since somebody last asked: for whoever stores a world change by change.
//!
//! Nothing is noted until somebody asks for the first time, so that it costs nothing where nobody
//! stores anything. A copy notes nothing either: whoever asks it learns that all of it is new.

/// What was changed since somebody last asked, if anybody did.
#[derive(Debug)]
pub(crate) struct Noted<T>(Option<T>);

impl<T> Default for Noted<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Clone for Noted<T> {
    fn clone(&self) -> Self {
        Self(None)
    }
}

impl<T: Default> Noted<T> {
    /// Notes a change, if anybody ever asks.
    pub(crate) fn note(&mut self, note: impl FnOnce(&mut T)) {
        if let Some(noted) = &mut self.0 {
            note(noted);
        }
    }

    /// Something changed that is not noted: whoever asks next learns that all of it is new.
    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }

    /// What was changed since this was last asked; nothing if all of it is new. From now on it is
    /// noted.
    pub(crate) fn take(&mut self) -> Option<T> {
        self.0.replace(T::default())
    }
}
