//! A signal between threads, and the request to stop.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A signal that one thread waits for.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    state: Mutex<WakeState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct WakeState {
    is_awake: bool,
    is_stopped: bool,
}

impl Wake {
    fn state(&self) -> MutexGuard<'_, WakeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the thread.
    pub(crate) fn wake(&self) {
        self.state().is_awake = true;
        self.changed.notify_all();
    }

    /// Asks the thread to stop.
    pub(crate) fn stop(&self) {
        self.state().is_stopped = true;
        self.changed.notify_all();
    }

    /// Returns whether the thread was asked to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.state().is_stopped
    }

    /// Waits for a signal, at most for `longest`. Returns `false` if the thread was asked to stop.
    pub(crate) fn wait(&self, longest: Duration) -> bool {
        let state = self.state();
        let sleeps = |state: &mut WakeState| !state.is_awake && !state.is_stopped;
        let waited = self.changed.wait_timeout_while(state, longest, sleeps);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.is_awake = false;
        !state.is_stopped
    }
}
