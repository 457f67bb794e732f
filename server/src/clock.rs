//! A clock that tests can move ahead; its offset survives a restart.

use holdfast_engine::time::Seconds;
use holdfast_engine::{Clock, SystemClock, Time};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The maximum offset of a clock: a hundred years, in seconds.
const FURTHEST: Seconds = 100 * 366 * 86_400;

/// The system clock plus an offset. It never goes back, even if the system clock does.
///
/// ```
/// use holdfast_engine::Clock;
/// use holdfast_server::MovableClock;
///
/// let clock = MovableClock::unsaved();
/// let tomorrow = clock.now().after(86_400);
/// clock.advance_to(tomorrow)?;
/// assert!(clock.now() >= tomorrow);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct MovableClock {
    ahead: AtomicU64,
    latest: AtomicU64,
    file: Option<PathBuf>,
}

impl MovableClock {
    /// Returns a clock at the system time whose offset is lost when the process ends.
    #[must_use]
    pub const fn unsaved() -> Self {
        Self { ahead: AtomicU64::new(0), latest: AtomicU64::new(0), file: None }
    }

    /// Returns a clock with the offset in `file`, in seconds; 0 if there is no such file.
    ///
    /// # Errors
    /// Returns an error if the file exists and cannot be read, or holds anything but a number.
    pub fn saved_in(file: &Path) -> io::Result<Self> {
        let ahead = match fs::read_to_string(file) {
            Ok(text) => text.trim().parse().map_err(|_| {
                let why = format!(
                    "{}: expected a number of seconds; delete the file to start without an offset",
                    file.display()
                );
                io::Error::new(io::ErrorKind::InvalidData, why)
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        Ok(Self { ahead: AtomicU64::new(ahead), file: Some(file.to_owned()), ..Self::unsaved() })
    }

    /// Returns whether the clock can be moved to `time`: at most a hundred years ahead of the system clock.
    #[must_use]
    pub fn reaches(&self, time: Time) -> bool {
        time.since(SystemClock.now()) <= FURTHEST
    }

    /// Moves the clock ahead to `time`; does nothing if that is in the past.
    ///
    /// # Errors
    /// Returns an error if `time` is out of reach or the offset cannot be written. The clock has then not moved.
    pub fn advance_to(&self, time: Time) -> io::Result<()> {
        let ahead = time.since(SystemClock.now());
        if !self.reaches(time) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the clock can be moved at most a hundred years ahead of the system clock",
            ));
        }
        if ahead <= self.ahead.load(Ordering::SeqCst) {
            return Ok(());
        }
        if let Some(file) = &self.file {
            // A rename is atomic: a crash leaves the old offset or the new one.
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
        let clock = MovableClock::saved_in(&file).unwrap();
        let then = clock.now().after(604_800);
        clock.advance_to(then).unwrap();
        assert!(clock.now() >= then);
        clock.advance_to(Time::new(5)).unwrap();
        assert!(MovableClock::saved_in(&file).unwrap().now() >= then);
        assert!(clock.advance_to(Time::new(u64::MAX)).is_err());
        fs::write(&file, "soon").unwrap();
        assert!(MovableClock::saved_in(&file).is_err());
    }
}
