//! Time as what is left of it: the model knows no clock, only how long each deadline is away.

/// One minute, in seconds.
pub const MINUTE: u32 = 60;
/// One hour, in seconds.
pub const HOUR: u32 = 3_600;
/// One day, in seconds.
pub const DAY: u32 = 86_400;

/// Seconds left to a deadline, or no deadline at all.
///
/// Two states that differ only in *when* they happened are one state, because only what is left
/// matters. Zero seconds left is never stored: whoever runs a countdown out acts at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Countdown(u32);

impl Countdown {
    /// No deadline is running.
    pub const STOPPED: Self = Self(0);

    /// A deadline `seconds` from now. Zero seconds is no deadline.
    #[must_use]
    pub const fn of(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Seconds left, or `None` when no deadline is running.
    #[must_use]
    pub const fn left(self) -> Option<u32> {
        match self.0 {
            0 => None,
            left => Some(left),
        }
    }

    /// The countdown `seconds` later, and whether the deadline was reached on the way.
    #[must_use]
    pub(crate) const fn after(self, seconds: u32) -> (Self, bool) {
        match self.0.checked_sub(seconds) {
            _ if self.0 == 0 => (Self::STOPPED, false),
            Some(0) | None => (Self::STOPPED, true),
            Some(left) => (Self(left), false),
        }
    }

    /// A word for hashing.
    pub(crate) const fn word(self) -> u32 {
        self.0
    }
}
