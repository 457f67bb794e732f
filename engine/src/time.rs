//! Time in whole seconds, and the clock port. Only the shell reads a clock; a decision receives the time.

use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering};

/// Seconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(u64);

/// A length of time in seconds.
pub type Seconds = u64;

/// One minute.
pub const MINUTE: Seconds = 60;
/// One hour.
pub const HOUR: Seconds = 3_600;
/// One day.
pub const DAY: Seconds = 86_400;

impl Time {
    /// Returns the instant `seconds` after the epoch.
    #[must_use]
    pub const fn new(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Returns the seconds since the Unix epoch.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// Returns the instant `seconds` later, or the largest instant if it exceeds the range.
    #[must_use]
    pub const fn after(self, seconds: Seconds) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Returns the seconds since `earlier`, or 0 if `earlier` is in the future.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Seconds {
        self.0.saturating_sub(earlier.0)
    }
}

/// A source of the current time.
pub trait Clock: Send + Sync {
    /// Returns the current instant, which never decreases.
    fn now(&self) -> Time;
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Time(since.map_or(0, |d| d.as_secs()))
    }
}

/// A clock that moves only by request, for tests, fuzzing and test servers.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// Returns a clock that shows `start`.
    #[must_use]
    pub const fn at(start: Time) -> Self {
        Self(AtomicU64::new(start.0))
    }

    /// Moves the clock forward by `seconds`.
    pub fn advance(&self, seconds: Seconds) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Sets the clock to `time` unless `time` is in the past.
    pub fn advance_to(&self, time: Time) {
        self.0.fetch_max(time.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}
