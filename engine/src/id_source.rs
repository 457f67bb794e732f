//! Sources of new ids and secrets.

use crate::time::{Clock, SystemClock};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// A source of new ids and secrets.
pub trait Ids: Send + Sync {
    /// Returns a number that is larger than all numbers returned before.
    fn next(&self) -> u64;
    /// Returns an unpredictable number, for client secrets and signing secrets.
    ///
    /// # Errors
    /// [`NoEntropy`] if the operating system has no randomness. A predictable secret is never returned.
    fn secret(&self) -> Result<u64, NoEntropy>;
}

/// The error of an operating system without randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoEntropy;

/// Ids counted from one, and secrets derived from the count: every run is identical.
#[derive(Debug, Default)]
pub struct SequentialIds(AtomicU64);

impl SequentialIds {
    /// Returns a source that continues after `last`.
    #[must_use]
    pub const fn after(last: u64) -> Self {
        Self(AtomicU64::new(last))
    }
}

impl Ids for SequentialIds {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    fn secret(&self) -> Result<u64, NoEntropy> {
        Ok(self.next().wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// Ids that grow with the system time and are unique across restarts, and secrets from the operating system.
#[derive(Debug, Default)]
pub struct SystemIds(Mutex<u64>);

/// 2020-01-01, the zero of the time part of [`SystemIds`]: 30 bits of seconds last until 2054; charges use the next bit.
const FIRST_SECOND: u64 = 1_577_836_800;

impl Ids for SystemIds {
    fn next(&self) -> u64 {
        let seconds = SystemClock.now().seconds().saturating_sub(FIRST_SECOND) & 0x3FFF_FFFF;
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let floor = seconds << 32;
        // An id is not a secret: without entropy it is only easier to predict.
        let within = getrandom::u64().unwrap_or(0) & 0x0FFF_FFFF;
        *last = if *last < floor { floor | within } else { last.saturating_add(1) };
        *last
    }

    fn secret(&self) -> Result<u64, NoEntropy> {
        getrandom::u64().map_err(|_| NoEntropy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_ids_grow() {
        let ids = SystemIds::default();
        let first = ids.next();
        assert!(ids.next() > first);
    }
}
