//! The clock of a server, where it can be moved.

use super::Server;

/// The seconds by which a drive moves a clock in all: twenty years.
const MOVED_AT_MOST: u64 = 20 * 365 * 86_400;
/// The seconds of one step at most: forty days, past every deadline.
const STEP_AT_MOST: u32 = 40 * 86_400;

impl Server {
    /// Returns whether the clock can be moved by that many seconds more.
    #[must_use]
    pub fn has_time(&self, seconds: u32) -> bool {
        let after = self.moved.saturating_add(u64::from(seconds));
        self.profile.clock && seconds <= STEP_AT_MOST && after <= MOVED_AT_MOST
    }

    /// Notes that the clock was moved.
    pub(crate) const fn pass(&mut self, seconds: u32) {
        // A conversion in a constant function; `u32` always fits.
        self.moved = self.moved.saturating_add(seconds as u64);
    }

    /// Returns whether the clock was moved, so that the server's time is not the drive's.
    pub(crate) const fn has_moved(&self) -> bool {
        self.moved > 0
    }

    /// Its clock cannot move further.
    pub const fn stop_the_clock(&mut self) {
        self.profile.clock = false;
    }
}
