//! A clock that runs with the machine's and can be moved ahead; how far it was moved survives a restart.

use holdfast_engine::time::Seconds;
use holdfast_engine::{Clock, SystemClock, Time};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The furthest a clock can be moved ahead: a hundred years.
const FURTHEST: Seconds = 100 * 366 * 86_400;

/// The machine's clock, plus what it was moved ahead by. Never goes back, even when the machine's clock does.
#[derive(Debug)]
pub struct MovableClock {
    ahead: AtomicU64,
    latest: AtomicU64,
    file: Option<PathBuf>,
}

impl MovableClock {
    /// The machine's time; how far it is moved is forgotten with the process.
    #[must_use]
    pub const fn forgetful() -> Self {
        Self { ahead: AtomicU64::new(0), latest: AtomicU64::new(0), file: None }
    }

    /// The machine's time, moved ahead by what the file says; no file is 0.
    ///
    /// # Errors
    /// When the file is there and is not a number of seconds, or cannot be read.
    pub fn kept_in(file: &Path) -> io::Result<Self> {
        let ahead = match fs::read_to_string(file) {
            Ok(text) => text.trim().parse().map_err(|_| {
                let why = format!("{}: not a number of seconds; delete the file to begin at 0", file.display());
                io::Error::new(io::ErrorKind::InvalidData, why)
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        Ok(Self { ahead: AtomicU64::new(ahead), file: Some(file.to_owned()), ..Self::forgetful() })
    }

    /// Can the clock be moved ahead to `time`? A hundred years from the real one at the most.
    pub fn reaches(&self, time: Time) -> bool {
        time.since(SystemClock.now()) <= FURTHEST
    }

    /// Moves the clock ahead to `time`, unless that lies behind.
    ///
    /// # Errors
    /// When `time` is too far away, or how far the clock is moved could not be written down; then it did not move.
    pub fn advance_to(&self, time: Time) -> io::Result<()> {
        let ahead = time.since(SystemClock.now());
        if !self.reaches(time) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the clock cannot be moved that far"));
        }
        if ahead <= self.ahead.load(Ordering::SeqCst) {
            return Ok(());
        }
        if let Some(file) = &self.file {
            // Written beside and moved, so that a crash leaves the old number or the new one.
            let fresh = file.with_extension("clock-new");
            fs::write(&fresh, ahead.to_string())?;
            fs::rename(&fresh, file)?;
        }
        self.ahead.fetch_max(ahead, Ordering::SeqCst);
        Ok(())
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Time {
        let now = SystemClock.now().after(self.ahead.load(Ordering::SeqCst)).seconds();
        Time::new(self.latest.fetch_max(now, Ordering::SeqCst).max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_survives_and_never_goes_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("p.clock");
        let clock = MovableClock::kept_in(&file).unwrap();
        let then = clock.now().after(604_800);
        clock.advance_to(then).unwrap();
        assert!(clock.now() >= then);
        clock.advance_to(Time::new(5)).unwrap();
        assert!(MovableClock::kept_in(&file).unwrap().now() >= then);
        assert!(clock.advance_to(Time::new(u64::MAX)).is_err());
        fs::write(&file, "soon").unwrap();
        assert!(MovableClock::kept_in(&file).is_err());
    }
}
