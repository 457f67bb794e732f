//! Judges a log of what already happened: the provider's events, payment by payment, against the model.
//!
//! Read in this order:
//!
//! 1. [`audit`] — a log in, a [`Report`] out: read, sorted by payment through temporary files, judged one by one.
//! 2. [`Verdict`] — what is said of a payment: accepted, impossible with the first event that cannot have happened,
//!    or that it cannot be said.
//! 3. `search/` — looks for a history of the model that tells the events of one payment.
//!
//! `audit/README.md` says how it decides, and what it cannot.
#![forbid(unsafe_code)]

pub mod group;
mod judge;
mod laws;
pub mod logged_event;
pub mod read;
mod report;
mod search;
pub mod seen;
mod spill;
mod verdict;

use std::io::{self, Read};

use holdfast_model::{Config, Dialect, time};

pub use read::{Tally, Unreadable};
pub use report::{JsonReport, Report, markdown};
pub use search::Bounds;
pub use search::Exhausted;
pub use verdict::{Finding, Impossible, Proof, Verdict};

/// How a log is judged.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The config of the engine that wrote it. The account is told by the log itself.
    pub config: Config,
    /// How far is looked.
    pub bounds: Bounds,
    /// Leave out lines that are no events, and count them. The report is incomplete then.
    pub skip_malformed: bool,
    /// About how many bytes the log has, if that is known.
    pub bytes: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self { config: lenient_config(), bounds: Bounds::default(), skip_malformed: false, bytes: None }
    }
}

/// The rule book's config, but for a job that ends holds late: that is no impossibility.
#[must_use]
pub fn lenient_config() -> Config {
    Config { dialect: Dialect { expiry_job_delay: time::DAY, ..Dialect::default() }, ..Config::default() }
}

/// How far an audit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The log is read and sorted.
    Reading(Tally),
    /// Payments are judged.
    Judging {
        /// Events judged so far.
        events: u64,
        /// Of so many.
        of: u64,
    },
}

/// Who hears of an audit while it runs.
pub trait Listener {
    /// The audit is so far.
    fn progress(&mut self, _: Progress) {}

    /// A payment has been judged. They come in no order that means anything.
    ///
    /// # Errors
    /// Whatever it is written to answers; the audit ends with it.
    fn verdict(&mut self, _: &Verdict) -> io::Result<()> {
        Ok(())
    }
}

/// Nobody listens.
impl Listener for () {}

/// Judges the events of a log. Memory is bounded, whatever the length of the log: see [`group::Sorter`].
///
/// # Errors
/// [`Unreadable`]: the log is malformed, empty or gives an error.
pub fn audit(log: impl Read, options: &Options, listener: &mut impl Listener) -> Result<Report, Unreadable> {
    let mut sorter = group::Sorter::new(options.bytes);
    let tally = read::events(log, options.skip_malformed, |logged, tally| {
        listener.progress(Progress::Reading(tally));
        Ok(sorter.put(logged)?)
    })?;
    let unrelated = sorter.unrelated.saturating_add(tally.thin);
    let mut report = Report::new(tally, unrelated);
    let of = tally.events.saturating_sub(unrelated);
    let mut events = 0_u64;
    sorter.groups(|group| {
        let count = u64::try_from(group.events.len()).unwrap_or(0);
        let verdict = judge::judge(group, &options.config, options.bounds);
        listener.verdict(&verdict)?;
        report.add(verdict);
        events = events.saturating_add(count);
        listener.progress(Progress::Judging { events, of });
        Ok(())
    })?;
    report.finish();
    Ok(report)
}
