//! What the simulator is doing, counted: it is at rest when nothing is being done.
//!
//! Whoever works for the simulator holds an [`Activity`]. It counts while it lives, but not while it is
//! paused, which it is while its holder waits for simulated time or for somebody else. Whoever ends
//! such a wait ends the pause before waking the waiter, so the simulator is never at rest in between.
//! While a task runs it counts whatever it has paused: it may be about to wait for something else.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::sync::Notify;
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static CURRENT: Activity;
}

/// How many activities are going on.
#[derive(Debug, Default)]
pub(super) struct ActivityCount {
    count: AtomicUsize,
    watchers: AtomicUsize,
    rest: Notify,
}

impl ActivityCount {
    fn more(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    fn less(&self) {
        let is_last = self.count.fetch_sub(1, Ordering::SeqCst) == 1;
        if is_last && self.watchers.load(Ordering::SeqCst) > 0 {
            self.rest.notify_waiters();
        }
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Nothing is going on but the task that asks, if it is an activity that has paused.
    fn is_at_rest(&self) -> bool {
        self.count() == usize::from(Activity::current().is_some())
    }

    /// Waits until nothing is going on; false if that takes longer than `timeouts`.
    pub(super) async fn rest(&self, timeouts: Duration) -> bool {
        if self.is_at_rest() {
            return true;
        }
        let _watcher = Watcher::begin(self);
        let at_rest = async {
            loop {
                let mut rest = pin!(self.rest.notified());
                rest.as_mut().enable();
                if self.is_at_rest() {
                    return;
                }
                rest.await;
            }
        };
        tokio::time::timeout(timeouts, at_rest).await.is_ok()
    }
}

/// Somebody wants to know when nothing is going on.
struct Watcher<'a>(&'a ActivityCount);

impl<'a> Watcher<'a> {
    fn begin(activity_count: &'a ActivityCount) -> Self {
        activity_count.watchers.fetch_add(1, Ordering::SeqCst);
        Self(activity_count)
    }
}

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A task that is running.
struct Running<'a>(&'a ActivityCount);

impl<'a> Running<'a> {
    fn begin(activity_count: &'a ActivityCount) -> Self {
        activity_count.more();
        Self(activity_count)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.less();
    }
}

/// Something the simulator is doing. Clones are the same activity; it ends with the last of them.
#[derive(Clone, Debug)]
pub struct Activity(Arc<Doing>);

#[derive(Debug)]
struct Doing {
    activity_count: Arc<ActivityCount>,
    pauses: Mutex<Pauses>,
    behalf: Option<Pause>,
}

#[derive(Debug, Default)]
struct Pauses {
    count: usize,
    /// Counts the times it was woken; pauses from before do not matter any more.
    wakings: u64,
}

impl Doing {
    fn pauses(&self) -> MutexGuard<'_, Pauses> {
        self.pauses.lock().expect("nobody panics while holding the pauses")
    }
}

impl Drop for Doing {
    fn drop(&mut self) {
        // Whoever waits for the end of this goes on before this stops counting.
        self.behalf = None;
        if self.pauses().count == 0 {
            self.activity_count.less();
        }
    }
}

impl Activity {
    pub(super) fn begin(activity_count: &Arc<ActivityCount>, caller: Option<&Caller>) -> Self {
        activity_count.more();
        Self(Arc::new(Doing {
            activity_count: Arc::clone(activity_count),
            pauses: Mutex::default(),
            behalf: caller.and_then(Caller::pause),
        }))
    }

    /// The activity of the running task, if it has one.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }

    /// Runs a future as this activity: what it waits for pauses it. It lives as long as the future.
    pub fn run<F: Future>(self, future: F) -> Run<F> {
        Run {
            activity_count: Arc::clone(&self.0.activity_count),
            task: CURRENT.scope(self, future),
        }
    }

    /// The one who waits while another activity works for it.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller(Arc::downgrade(&self.0))
    }

    pub(super) fn pause(&self) -> Pause {
        let mut pauses = self.0.pauses();
        pauses.count += 1;
        if pauses.count == 1 {
            self.0.activity_count.less();
        }
        Pause { doing: Arc::downgrade(&self.0), wakings: pauses.wakings }
    }

    /// Ends every pause: the holder goes on, whatever it waited for.
    pub(super) fn wake(&self) {
        let mut pauses = self.0.pauses();
        pauses.wakings += 1;
        if pauses.count > 0 {
            pauses.count = 0;
            self.0.activity_count.more();
        }
    }
}

pin_project! {
    /// A future that runs as an activity.
    pub struct Run<F> {
        activity_count: Arc<ActivityCount>,
        #[pin]
        task: TaskLocalFuture<Activity, F>,
    }
}

impl<F: Future> Future for Run<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let run = self.project();
        let _running = Running::begin(run.activity_count);
        run.task.poll(cx)
    }
}

/// An activity that another one works for. Does not keep it alive.
#[derive(Clone, Debug)]
pub struct Caller(Weak<Doing>);

impl Caller {
    fn pause(&self) -> Option<Pause> {
        self.0.upgrade().map(|doing| Activity(doing).pause())
    }
}

/// While it lives, its activity does not count.
#[derive(Debug)]
pub(super) struct Pause {
    doing: Weak<Doing>,
    wakings: u64,
}

impl Drop for Pause {
    fn drop(&mut self) {
        let Some(doing) = self.doing.upgrade() else {
            return;
        };
        let mut pauses = doing.pauses();
        if pauses.wakings == self.wakings {
            pauses.count -= 1;
            if pauses.count == 0 {
                doing.activity_count.more();
            }
        }
        drop(pauses);
    }
}

/// Waits for somebody outside the simulator, or for an activity that hands itself over with its
/// result: meanwhile the activity of the running task does not count.
pub async fn idle<F: Future>(future: F) -> F::Output {
    idle_after(std::future::ready(()), future).await
}

/// As [`idle`], but the activity counts for this long, of real time: who is quick enough is waited
/// for before simulated time passes.
pub async fn idle_unless_quick<F: Future>(timeouts: Duration, future: F) -> F::Output {
    idle_after(tokio::time::sleep(timeouts), future).await
}

async fn idle_after<F: Future>(begin: impl Future<Output = ()>, future: F) -> F::Output {
    let Some(activity) = Activity::current() else {
        return future.await;
    };
    let (mut begin, mut future) = (pin!(begin), pin!(future));
    let mut pause = None;
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => {
            pause = None;
            Poll::Ready(output)
        }
        Poll::Pending => {
            if pause.is_none() && begin.as_mut().poll(cx).is_ready() {
                pause = Some(activity.pause());
            }
            Poll::Pending
        }
    })
    .await
}
