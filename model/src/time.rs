//! Time as the remainder to each deadline: the model has no clock.

/// One minute, in seconds.
pub const MINUTE: u32 = 60;
/// One hour, in seconds.
pub const HOUR: u32 = 3_600;
/// One day, in seconds.
pub const DAY: u32 = 86_400;

/// Seconds to a deadline, or no deadline.
///
/// States that differ only in their date are one state, because only the remainder matters. Zero seconds is never
/// stored: a countdown that ends takes effect at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Countdown(u32);

impl Countdown {
    /// No deadline is running.
    pub const STOPPED: Self = Self(0);

    /// Returns the countdown to a deadline in `seconds`. Zero seconds is no deadline.
    #[must_use]
    pub const fn of(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Returns the remaining seconds, or `None` if no deadline is running.
    #[must_use]
    pub const fn left(self) -> Option<u32> {
        match self.0 {
            0 => None,
            left => Some(left),
        }
    }

    /// Returns the countdown after `seconds`, and whether the deadline was reached.
    #[must_use]
    pub(crate) const fn after(self, seconds: u32) -> (Self, bool) {
        match self.0.checked_sub(seconds) {
            _ if self.0 == 0 => (Self::STOPPED, false),
            Some(0) | None => (Self::STOPPED, true),
            Some(left) => (Self(left), false),
        }
    }

    /// Returns a word for hashing.
    pub(crate) const fn word(self) -> u32 {
        self.0
    }
}
