//! A line on the terminal that shows how an exploration gets on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::table::grouped;
use holdfast_explorer::{Progress, Snapshot};

/// How often the line is drawn.
const EVERY: Duration = Duration::from_millis(120);

/// Draws the figures of an exploration until it is dropped.
pub struct Watch {
    drawer: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Watch {
    /// Draws on standard error, or nothing if not `shown`.
    ///
    /// `expected` is how many states another explorer has found.
    #[must_use]
    pub fn start(shown: bool, label: String, progress: Arc<Progress>, expected: Option<u64>) -> Self {
        if !shown {
            return Self { drawer: None };
        }
        let over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&over);
        let thread = std::thread::spawn(move || draw(&label, &progress, expected, &stop));
        Self { drawer: Some((over, thread)) }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some((over, thread)) = self.drawer.take() {
            over.store(true, Ordering::Relaxed);
            thread.thread().unpark();
            // A thread that draws has nothing to say about what was found.
            let _ended = thread.join();
        }
    }
}

fn draw(label: &str, progress: &Progress, expected: Option<u64>, over: &AtomicBool) {
    let bar = ProgressBar::with_draw_target(Some(PARTS), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:12} {wide_msg}") {
        bar.set_style(style);
    }
    let began = Instant::now();
    while !over.load(Ordering::Relaxed) {
        let (elapsed, snapshot) = (began.elapsed(), progress.snapshot());
        let left = snapshot.time_left(elapsed, expected);
        bar.set_position(part(elapsed, left));
        bar.set_message(format!("{label}  {}", figures(&snapshot, elapsed, left)));
        std::thread::park_timeout(EVERY);
    }
    bar.finish_and_clear();
}

/// The bar at its end.
const PARTS: u64 = 1000;

fn part(elapsed: Duration, left: Option<Duration>) -> u64 {
    let Some(left) = left else { return 0 };
    let all = elapsed.saturating_add(left).as_micros();
    let done = elapsed.as_micros().saturating_mul(u128::from(PARTS)).checked_div(all);
    u64::try_from(done.unwrap_or(0)).unwrap_or(0)
}

/// `12 345 states, 1 200 000/s, 345 waiting, depth 7, 3 s left`.
fn figures(snapshot: &Snapshot, elapsed: Duration, left: Option<Duration>) -> String {
    let mut words = format!(
        "{} states, {}/s, {} waiting, depth {}",
        grouped(snapshot.unique),
        grouped(snapshot.states_per_second(elapsed)),
        grouped(snapshot.frontier),
        snapshot.depth
    );
    if let Some(left) = left {
        words.push_str(&format!(", {} s left", grouped(left.as_secs())));
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
        assert_eq!(
            figures(&snapshot, second, Some(Duration::from_secs(75))),
            "1 234 567 states, 1 000 000/s, 234 567 waiting, depth 7, 75 s left"
        );
        assert_eq!(part(second, Some(Duration::from_secs(3))), 250);
        assert_eq!(part(second, None), 0);
        assert_eq!(part(Duration::ZERO, Some(Duration::ZERO)), 0);
    }
}
