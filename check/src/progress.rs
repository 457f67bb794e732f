//! A line on the terminal with the figures of a running exploration.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::interrupt::Interrupt;
use crate::table::grouped;
use holdfast_explorer::{Progress, Snapshot};

/// Time between two drawings, and between two looks at the interrupt.
const EVERY: Duration = Duration::from_millis(120);

/// The numbers of states that are expected, for the estimate of the time left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExpectedStates {
    /// States of this exploration, as an earlier run counted them.
    pub states: Option<u64>,
    /// States of the explorations that follow.
    pub after: u64,
}

/// A thread that draws the figures of an exploration and cancels it on an interrupt, until it is dropped.
pub struct ExplorationWatch {
    thread: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl ExplorationWatch {
    /// Starts the thread. It draws on standard error if `shown`.
    #[must_use]
    pub fn start(
        shown: bool,
        label: String,
        progress: Arc<Progress>,
        expected: ExpectedStates,
        interrupt: Interrupt,
    ) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&over);
        let thread = std::thread::spawn(move || watch(shown, &label, &progress, expected, &interrupt, &stop));
        Self { thread: Some((over, thread)) }
    }
}

impl Drop for ExplorationWatch {
    fn drop(&mut self) {
        if let Some((over, thread)) = self.thread.take() {
            over.store(true, Ordering::Relaxed);
            thread.thread().unpark();
            // A panic while drawing does not change what was found.
            let _ended = thread.join();
        }
    }
}

fn watch(
    shown: bool,
    label: &str,
    progress: &Progress,
    expected: ExpectedStates,
    interrupt: &Interrupt,
    over: &AtomicBool,
) {
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(PARTS), target);
    // `wide_msg` cuts the message to the width of the terminal.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:12} {wide_msg}") {
        bar.set_style(style);
    }
    let began = Instant::now();
    while !over.load(Ordering::Relaxed) {
        if interrupt.is_set() {
            progress.cancel();
        }
        let (elapsed, snapshot) = (began.elapsed(), progress.snapshot());
        let left = snapshot.time_left(elapsed, expected.states);
        bar.set_position(part(elapsed, left));
        bar.set_message(format!("{label}  {}", figures(&snapshot, elapsed, left, expected)));
        std::thread::park_timeout(EVERY);
    }
    bar.finish_and_clear();
}

/// The length of the bar.
const PARTS: u64 = 1000;

fn part(elapsed: Duration, left: Option<Duration>) -> u64 {
    let Some(left) = left else { return 0 };
    let all = elapsed.saturating_add(left).as_micros();
    let done = elapsed.as_micros().saturating_mul(u128::from(PARTS)).checked_div(all);
    u64::try_from(done.unwrap_or(0)).unwrap_or(0)
}

/// Returns `12 345 of 20 000 states, 1 200 000/s, 3 s left, 9 s in all`.
fn figures(snapshot: &Snapshot, elapsed: Duration, left: Option<Duration>, expected: ExpectedStates) -> String {
    let rate = snapshot.states_per_second(elapsed);
    let of = expected.states.map_or_else(String::new, |states| format!(" of {}", grouped(states)));
    let mut words = format!("{}{of} states, {}/s", grouped(snapshot.unique), grouped(rate));
    if let Some(left) = left {
        words.push_str(&format!(", {} s left", grouped(left.as_secs())));
        let after = expected.after.checked_div(rate).filter(|seconds| *seconds > 0);
        if let Some(after) = after {
            words.push_str(&format!(", {} s in all", grouped(after.saturating_add(left.as_secs()))));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_in_words() {
        let snapshot = Snapshot {
            unique: 1_234_567,
            expanded: 1_000_000,
            transitions: 9,
            depth: 7,
            frontier: 234_567,
            level: 10,
            previous_level: 20,
        };
        let second = Duration::from_secs(1);
        let left = Some(Duration::from_secs(75));
        let alone = ExpectedStates::default();
        assert_eq!(figures(&snapshot, second, left, alone), "1 234 567 states, 1 000 000/s, 75 s left");
        assert_eq!(figures(&snapshot, second, None, alone), "1 234 567 states, 1 000 000/s");
        let expected = ExpectedStates { states: Some(2_000_000), after: 9_000_000 };
        assert_eq!(
            figures(&snapshot, second, left, expected),
            "1 234 567 of 2 000 000 states, 1 000 000/s, 75 s left, 84 s in all"
        );
        assert_eq!(part(second, Some(Duration::from_secs(3))), 250);
        assert_eq!(part(second, None), 0);
        assert_eq!(part(Duration::ZERO, Some(Duration::ZERO)), 0);
    }

    #[test]
    fn an_interrupt_cancels_the_exploration() {
        let interrupt = Interrupt::default();
        interrupt.set();
        let progress = Arc::new(Progress::default());
        let watch =
            ExplorationWatch::start(false, String::new(), Arc::clone(&progress), ExpectedStates::default(), interrupt);
        let cancelled = (0..600).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            progress.is_cancelled()
        });
        drop(watch);
        assert!(cancelled);
    }
}
