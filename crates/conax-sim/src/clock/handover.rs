//! Waiting for each other without a gap: who is woken counts before it wakes.
//!
//! tokio's own `Notify` and `Semaphore` wake a task that is not counted until it runs; in between
//! the simulator would seem to be at rest.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use crate::clock::activity::{Activity, Pause};

/// Somebody who waits to be called.
#[derive(Debug, Default)]
struct Listener(Mutex<Listening>);

#[derive(Debug, Default)]
struct Listening {
    is_called: bool,
    is_gone: bool,
    pause: Option<Pause>,
    waker: Option<Waker>,
}

impl Listener {
    fn listening(&self) -> MutexGuard<'_, Listening> {
        self.0.lock().expect("nobody panics while holding a listener")
    }

    /// Calls; false if nobody listens any more.
    fn call(&self) -> bool {
        let mut listening = self.listening();
        if listening.is_gone {
            return false;
        }
        listening.is_called = true;
        listening.pause = None;
        let waker = listening.waker.take();
        drop(listening);
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut listening = self.listening();
        if listening.is_called {
            return Poll::Ready(());
        }
        listening.waker = Some(cx.waker().clone());
        if listening.pause.is_none() {
            listening.pause = Activity::current().map(|activity| activity.pause());
        }
        Poll::Pending
    }

    /// Stops listening; whether it was called.
    fn leave(&self) -> bool {
        let mut listening = self.listening();
        listening.is_gone = true;
        listening.pause = None;
        listening.is_called
    }
}

/// Rings for everybody who listens at that moment.
#[derive(Debug, Default)]
pub struct Bell {
    listeners: Mutex<Vec<Arc<Listener>>>,
}

impl Bell {
    /// Listens from now on.
    #[must_use]
    pub fn listen(&self) -> Hearing<'_> {
        let listener = Arc::new(Listener::default());
        self.listeners().push(Arc::clone(&listener));
        Hearing { bell: self, listener }
    }

    /// Wakes everybody who listens.
    pub fn ring(&self) {
        let listeners = std::mem::take(&mut *self.listeners());
        for listener in listeners {
            listener.call();
        }
    }

    fn listeners(&self) -> MutexGuard<'_, Vec<Arc<Listener>>> {
        self.listeners.lock().expect("nobody panics while holding the listeners")
    }
}

/// Somebody listens for a bell.
#[derive(Debug)]
pub struct Hearing<'a> {
    bell: &'a Bell,
    listener: Arc<Listener>,
}

impl Hearing<'_> {
    /// Waits until the bell has rung since it was listened for; meanwhile the activity of the
    /// running task pauses.
    pub async fn heard(&self) {
        std::future::poll_fn(|cx| self.listener.poll(cx)).await;
    }
}

impl Drop for Hearing<'_> {
    fn drop(&mut self) {
        if !self.listener.leave() {
            let mut listeners = self.bell.listeners();
            listeners.retain(|listener| !Arc::ptr_eq(listener, &self.listener));
        }
    }
}

/// A number of places, given in the order in which they are asked for.
#[derive(Debug)]
pub struct Places(Mutex<Queue>);

#[derive(Debug)]
struct Queue {
    free: usize,
    waiting: VecDeque<Arc<Listener>>,
}

impl Places {
    /// This many places, all free.
    #[must_use]
    pub fn new(count: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Queue { free: count, waiting: VecDeque::new() })))
    }

    /// Whether a place is free.
    #[must_use]
    pub fn has_free(&self) -> bool {
        self.queue().free > 0
    }

    /// Waits for a place; meanwhile the activity of the running task pauses.
    pub async fn take(self: &Arc<Self>) -> Place {
        let candidate = {
            let mut queue = self.queue();
            if queue.free > 0 {
                queue.free -= 1;
                return Place(Arc::clone(self));
            }
            let listener = Arc::new(Listener::default());
            queue.waiting.push_back(Arc::clone(&listener));
            Candidate { places: self, listener, has_place: false }
        };
        candidate.place().await
    }

    fn give_back(&self) {
        let mut queue = self.queue();
        while let Some(next) = queue.waiting.pop_front() {
            if next.call() {
                return;
            }
        }
        queue.free += 1;
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().expect("nobody panics while holding the places")
    }
}

/// One who waits for a place; if it is given up when it was already given one, that is passed on.
struct Candidate<'a> {
    places: &'a Arc<Places>,
    listener: Arc<Listener>,
    has_place: bool,
}

impl Candidate<'_> {
    async fn place(mut self) -> Place {
        std::future::poll_fn(|cx| self.listener.poll(cx)).await;
        self.has_place = true;
        Place(Arc::clone(self.places))
    }
}

impl Drop for Candidate<'_> {
    fn drop(&mut self) {
        if self.listener.leave() && !self.has_place {
            self.places.give_back();
        }
    }
}

/// A place that was taken; free again when dropped.
#[derive(Debug)]
pub struct Place(Arc<Places>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.give_back();
    }
}
