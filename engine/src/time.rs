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
    /// Returns the year and the month (1 to 12) of this instant in UTC.
    #[must_use]
    pub fn year_and_month(self) -> (u64, u64) {
        // Days count from 0000-03-01, so a leap day is the last day of its year.
        let days = self.seconds().checked_div(DAY).unwrap_or(0).saturating_add(719_468);
        let (era, of_era) = (days / 146_097, days % 146_097);
        let leap_days = (of_era / 1_460).saturating_sub(of_era / 36_524).saturating_add(of_era / 146_096);
        let year_of_era = of_era.saturating_sub(leap_days) / 365;
        let before = year_of_era.saturating_mul(365).saturating_add(year_of_era / 4).saturating_sub(year_of_era / 100);
        let month = of_era.saturating_sub(before).saturating_mul(5).saturating_add(2) / 153;
        let year = era.saturating_mul(400).saturating_add(year_of_era);
        match month {
            0..=9 => (year, month.saturating_add(3)),
            _ => (year.saturating_add(1), month.saturating_sub(9)),
        }
    }

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
