//! The end of a run that lost a part.

use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::visited::lock;

/// A signal to all workers of a process, and to all other processes, that one worker has panicked.
#[derive(Default)]
pub(super) struct Alarm {
    raised: AtomicBool,
    /// The reason, if this process ended the run because of an error that it found.
    reason: Mutex<Option<String>>,
    /// The connections to other processes.
    sockets: Vec<TcpStream>,
}

impl Alarm {
    pub(super) fn new(sockets: Vec<TcpStream>) -> Self {
        Self { raised: AtomicBool::new(false), reason: Mutex::new(None), sockets }
    }

    /// Ends this worker if another one has panicked.
    pub(super) fn check(&self) {
        if self.raised.load(Ordering::Relaxed) {
            // This is no new failure: the first worker's message has been printed.
            std::panic::resume_unwind(Box::new("another worker was lost"));
        }
    }

    /// Ends the whole run for a reason other than a loss.
    pub(super) fn fail(&self, reason: String) -> ! {
        *lock(&self.reason) = Some(reason);
        std::panic::resume_unwind(Box::new("the run failed"))
    }

    /// Returns the reason that [`Alarm::fail`] was given.
    pub(super) fn reason(&self) -> Option<String> {
        lock(&self.reason).take()
    }

    fn raise(&self) {
        self.raised.store(true, Ordering::Relaxed);
        for socket in &self.sockets {
            // The socket may be closed already.
            let _closed = socket.shutdown(Shutdown::Both);
        }
    }
}

/// Raises the alarm if the worker that holds it panics.
pub(super) struct WatchedProcess<'a>(pub(super) &'a Alarm);

impl Drop for WatchedProcess<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.raise();
        }
    }
}
