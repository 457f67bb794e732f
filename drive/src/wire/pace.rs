//! The moments at which requests may be sent: a chosen rate, and the waiting that a server asks for (P32).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{HttpReply, TransportError};

/// The number of times that one request is repeated while the server is overloaded.
const REPEATS: u32 = 10;
/// The first pause if the server names no time to wait; each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause if the server names no time to wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// The longest time between two reads of the flag that stops the drive.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// The pace of one drive, shared by all its connections.
#[derive(Clone, Debug)]
pub struct Pace {
    /// The least time between two requests; zero for no limit.
    interval: Duration,
    /// The end of the drive.
    end: Option<Instant>,
    /// Ends the drive early.
    stop: Arc<AtomicBool>,
    state: Arc<Mutex<PaceState>>,
}

/// The variable part of a pace.
#[derive(Debug, Default)]
struct PaceState {
    /// The earliest moment of the next request.
    next: Option<Instant>,
    /// Replies that asked to wait.
    throttled: u64,
}

impl Pace {
    /// Returns a pace of at most `rate` requests a second that ends at `end`.
    #[must_use]
    pub fn new(rate: Option<u32>, end: Option<Instant>) -> Self {
        let interval = rate.and_then(|rate| Duration::from_secs(1).checked_div(rate)).unwrap_or_default();
        Self { interval, end, stop: Arc::default(), state: Arc::default() }
    }

    /// Returns a pace that also ends when `stop` is set.
    #[must_use]
    pub fn stopped_by(self, stop: Arc<AtomicBool>) -> Self {
        Self { stop, ..self }
    }

    /// Returns whether the drive was asked to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn state(&self) -> MutexGuard<'_, PaceState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of replies that asked to wait.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.state().throttled
    }

    /// Returns whether the time of the drive is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_stopped() || self.end.is_some_and(|end| Instant::now() >= end)
    }

    /// Waits until the next request may be sent.
    pub fn wait(&self) {
        let now = Instant::now();
        let mut state = self.state();
        let slot = state.next.map_or(now, |next| next.max(now));
        state.next = slot.checked_add(self.interval);
        drop(state);
        while !self.is_stopped() {
            let left = slot.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(LOOK));
        }
    }

    /// Waits as long as the server asks for; `attempt` counts from 0 for one request.
    ///
    /// # Errors
    /// [`TransportError::Throttled`] after too many attempts, or if the pause would outlast the drive.
    pub fn back_off(&self, reply: &HttpReply, attempt: u32) -> Result<(), TransportError> {
        let mut state = self.state();
        state.throttled = state.throttled.saturating_add(1);
        drop(state);
        if attempt >= REPEATS {
            return Err(TransportError::Throttled(format!("status {} after {REPEATS} repetitions", reply.status)));
        }
        let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(attempt)).min(LONGEST_PAUSE);
        let pause = reply.retry_after.map_or(doubled, Duration::from_secs).max(FIRST_PAUSE);
        let resumes = Instant::now().checked_add(pause);
        if self.end.is_some_and(|end| resumes.is_none_or(|resumes| resumes >= end)) {
            let seconds = pause.as_secs();
            return Err(TransportError::Throttled(format!(
                "status {}, and the pause of {seconds} s ends after the drive",
                reply.status
            )));
        }
        // Every connection waits: a limit of the rate is the account's.
        self.state().next = resumes;
        self.wait();
        Ok(())
    }
}

/// Returns whether a reply only asks to wait (P32).
#[must_use]
pub fn is_throttled(reply: &HttpReply) -> bool {
    let says_rate = || {
        let code = reply.text_at("/error/code").unwrap_or_default();
        let message = reply.text_at("/error/message").unwrap_or(&reply.text).to_ascii_lowercase();
        code == "rate_limit" || message.contains("rate limit") || message.contains("too many requests")
    };
    match reply.status {
        429 => true,
        503 => reply.retry_after.is_some(),
        403 => says_rate(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, retry_after: Option<u64>, text: &str) -> HttpReply {
        HttpReply { status, body: None, text: text.to_owned(), retry_after }
    }

    #[test]
    fn only_a_reply_without_a_decision_is_throttled() {
        let table = [
            (reply(429, None, ""), true),
            (reply(503, Some(1), ""), true),
            (reply(503, None, ""), false),
            (reply(403, None, "API rate limit exceeded"), true),
            (reply(403, None, "forbidden"), false),
            (reply(409, None, "rate limit"), false),
            (reply(200, Some(1), ""), false),
        ];
        for (reply, expected) in table {
            assert_eq!(is_throttled(&reply), expected, "{reply:?}");
        }
    }

    #[test]
    fn a_pause_beyond_the_end_is_an_error() {
        let pace = Pace::new(None, Instant::now().checked_add(Duration::from_secs(5)));
        assert!(pace.back_off(&reply(429, Some(3_600), ""), 0).is_err());
        assert!(pace.back_off(&reply(429, Some(0), ""), 0).is_ok());
        assert!(pace.back_off(&reply(429, Some(0), ""), REPEATS).is_err());
        assert_eq!(pace.throttled(), 3);
    }

    #[test]
    fn a_rate_spaces_requests() {
        let pace = Pace::new(Some(100), None);
        let begin = Instant::now();
        for _ in 0..6 {
            pace.wait();
        }
        assert!(begin.elapsed() >= Duration::from_millis(50), "{:?}", begin.elapsed());
    }
}
