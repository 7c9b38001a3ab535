//! Being asked to end: Ctrl-C and SIGTERM mean the same, for every verb.
//!
//! The first one ends what goes on, in order: reports are written, what was begun is told. The
//! second one ends the program at once. They are heard on a thread of their own, so that nothing
//! the program does can keep them from being heard.

use std::process::exit;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use conax_scenario::run::Stop;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::exit::Exit;
use crate::print;

/// The first signal ends what is being played. When this returns, signals are heard.
pub(crate) fn stop_on_signal(stop: &Arc<Stop>) {
    let stop = Arc::clone(stop);
    on_first(move || {
        stop.interrupt();
        // Where nobody reads it, saying it takes for ever; the next signal is heard anyway.
        std::thread::spawn(|| print::aside("\nstopping; once more to stop at once"));
    });
}

/// How soon it is noticed that somebody stops what is done elsewhere.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Does something on a thread of its own, for some files never end; nothing if somebody stops it
/// before it is done.
pub(crate) fn unless_stopped<T: Send + 'static>(
    stop: &Stop,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, done) = channel();
    std::thread::spawn(move || {
        // Nobody waits for it any more if it was stopped.
        let _ = sender.send(work());
    });
    loop {
        match done.recv_timeout(POLL_INTERVAL) {
            Ok(done) => return Some(done),
            Err(RecvTimeoutError::Timeout) if stop.is_interrupted() => return None,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => panic!("the work ended without a result"),
        }
    }
}

/// Ends with the first signal; never where there are none to hear. They are heard from the moment
/// this is called.
pub(crate) fn first_signal() -> impl Future<Output = ()> {
    let (sender, heard) = oneshot::channel();
    on_first(move || {
        // Whoever does not wait any more has ended already.
        let _ = sender.send(());
    });
    async move {
        if heard.await.is_err() {
            std::future::pending().await
        }
    }
}

/// The first signal ends the program, with this code: there is nothing to be finished.
pub(crate) fn end_on_signal(code: Exit) {
    end_on_signal_after(code, || {});
}

/// The first signal ends the program, with this code, once this is done.
pub(crate) fn end_on_signal_after(code: Exit, last: impl FnOnce() + Send + 'static) {
    on_first(move || {
        last();
        exit(i32::from(code.code()));
    });
}

/// Does this at the first signal; the second one ends the program. When this returns, signals are
/// heard.
fn on_first(first: impl FnOnce() + Send + 'static) {
    let (ready, is_ready) = channel();
    std::thread::spawn(move || {
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
            return;
        };
        runtime.block_on(async {
            let Ok(mut signals) = Signals::listen() else {
                return;
            };
            let _ = ready.send(());
            signals.next().await;
            first();
            signals.next().await;
            exit(i32::from(Exit::Interrupted.code()));
        });
    });
    // An error says that there are no signals to hear; then it goes on without.
    let _ = is_ready.recv();
}

#[cfg(unix)]
struct Signals {
    interrupted: tokio::signal::unix::Signal,
    terminated: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        let _ = self.0.recv().await;
    }
}
