//! Judges a log of the provider's events, payment by payment, against the model.
//!
//! ```
//! use holdfast_audit::{Options, audit};
//!
//! let log = r#"{"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":1800000000,
//!     "data":{"object":{"id":"pi_1","object":"payment_intent","amount":1000,"amount_received":1500,"status":"succeeded"}}}"#;
//! let log = log.replace('\n', " ");
//! let report = audit(log.as_bytes(), &Options::default(), &mut ())?;
//! assert_eq!((report.payments, report.accepted), (1, 0), "more was received than the payment's amount");
//! # Ok::<(), holdfast_audit::Unreadable>(())
//! ```
//!
//! Read first:
//!
//! 1. [`audit`] — a log in, a [`Report`] out: read, sorted by payment through temporary files, judged one by one.
//! 2. [`Verdict`] — the verdict on a payment: accepted, impossible with the first event that cannot have happened,
//!    or cannot tell.
//! 3. `search/` — searches for an execution of the model that emits the events of one payment.
//!
//! `audit/README.md` describes the decision and its limits.
#![forbid(unsafe_code)]

mod card_details;
mod compact;
mod digest;
pub mod group;
mod judge;
mod laws;
pub mod logged_event;
mod merge;
pub mod read;
mod report;
mod search;
pub mod seen;
pub mod source;
mod spill;
mod sums;
mod verdict;

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use holdfast_model::{Config, Dialect, time};

pub use group::Partition;
pub use judge::judge;
pub use merge::merge_json;
pub use read::{Tally, Unreadable};
pub use report::{JsonReport, Report, markdown};
pub use search::Bounds;
pub use search::Exhausted;
pub use verdict::{Finding, Impossible, Proof, Verdict};

/// The settings of an audit.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The configuration of the engine that wrote the log. The log itself shows the account.
    pub config: Config,
    /// The limits of a search.
    pub bounds: Bounds,
    /// Whether lines that are no events are left out and counted. The report is incomplete then.
    pub skip_malformed: bool,
    /// The approximate size of the log in bytes, if known.
    pub bytes: Option<u64>,
    /// The part of the payments that is judged.
    pub partition: Partition,
    /// The number of threads that judge; 0 for one on each core.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            config: lenient_config(),
            bounds: Bounds::default(),
            skip_malformed: false,
            bytes: None,
            partition: Partition::WHOLE,
            threads: 0,
        }
    }
}

impl Options {
    /// Returns the digest of exactly the settings that change a verdict.
    fn digest(&self) -> digest::Digest {
        let Self { config, bounds, skip_malformed, bytes: _, partition: _, threads: _ } = self;
        let mut digest = digest::Digest::default();
        digest.add(format!("{} {config:?} {bounds:?} {skip_malformed}", env!("CARGO_PKG_VERSION")).as_bytes());
        digest
    }
}

/// Returns the configuration of the specification, but with a job that ends holds late: that is no impossibility.
#[must_use]
pub fn lenient_config() -> Config {
    Config { dialect: Dialect { expiry_job_delay: time::DAY, ..Dialect::default() }, ..Config::default() }
}

/// The progress of an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The log is read and sorted.
    Reading(Tally),
    /// Payments are judged.
    Judging {
        /// Events judged so far.
        events: u64,
        /// The number of events to judge.
        of: u64,
    },
}

/// A listener to an audit while it runs.
pub trait Listener {
    /// Receives the progress of the audit.
    fn progress(&mut self, _: Progress) {}

    /// Receives the verdict on a payment. The order of payments has no meaning.
    ///
    /// # Errors
    /// Returns an error if the verdict cannot be written. The audit then ends with this error.
    fn verdict(&mut self, _: &Verdict) -> io::Result<()> {
        Ok(())
    }

    /// Returns the flag that ends the audit early; events that were not judged by then make the report incomplete.
    fn stop(&self) -> Arc<AtomicBool> {
        Arc::default()
    }
}

/// No listener.
impl Listener for () {}

/// Judges the events of a log. Memory is bounded for a log of any length: see [`group::Sorter`].
///
/// # Errors
/// Returns [`Unreadable`] if the log is malformed, empty or cannot be read.
pub fn audit(log: impl Read, options: &Options, listener: &mut impl Listener) -> Result<Report, Unreadable> {
    audit_all([("the log".to_owned(), log)].map(Ok), options, listener)
}

/// Judges the events of several logs as one: files of one export, or the logs of two endpoints. Lines are counted
/// through all of them.
///
/// # Errors
/// [`Unreadable`]: a log is malformed or gives an error, all are empty, or the log is treated as complete and lacks
/// something.
pub fn audit_all<R: Read>(
    logs: impl IntoIterator<Item = io::Result<(String, R)>>,
    options: &Options,
    listener: &mut impl Listener,
) -> Result<Report, Unreadable> {
    let mut sorter = group::Sorter::new(options.bytes, options.partition);
    let LogsRead { mut tally, notes, digest } = read_all(logs, options, listener, &mut sorter)?;
    sorter.assign_charges()?;
    let first = options.partition.is_first();
    let thin = if first { tally.thin } else { 0 };
    let unrelated = sorter.unrelated.saturating_add(thin);
    let of = sorter.kept.saturating_sub(sorter.unrelated);
    tally.events = sorter.kept.saturating_add(thin);
    tally.malformed = if first { tally.malformed } else { 0 };
    let mut report = Report::new(tally, unrelated);
    report.partition = options.partition;
    report.digest = Some(digest.to_string());
    report.lacks = notes;
    let mut events = 0_u64;
    let stop = listener.stop();
    sorter.groups(|groups| {
        for (count, verdict) in judge::judge_all(groups, options, &stop) {
            listener.verdict(&verdict)?;
            report.add(verdict);
            events = events.saturating_add(u64::try_from(count).unwrap_or(0));
            listener.progress(Progress::Judging { events, of });
        }
        Ok(())
    })?;
    report.not_judged = of.saturating_sub(events);
    report.interrupted = report.not_judged > 0;
    report.finish();
    Ok(report)
}

/// The totals of all logs that were read.
struct LogsRead {
    tally: Tally,
    /// Sentences that say which parts the logs lack, as far as they show it.
    notes: Vec<String>,
    digest: digest::Digest,
}

/// Reads every log into `sorter`.
fn read_all<R: Read>(
    logs: impl IntoIterator<Item = io::Result<(String, R)>>,
    options: &Options,
    listener: &mut impl Listener,
    sorter: &mut group::Sorter,
) -> Result<LogsRead, Unreadable> {
    let (mut tally, mut notes, mut digest) = (Tally::default(), Vec::new(), options.digest());
    let mut lines = 0_u64;
    let mut last_page = String::new();
    for log in logs {
        let (name, log) = log?;
        let before = tally;
        let mut last = lines;
        let log = digest::Digested { log: source::decompressed(log)?, digest: &mut digest };
        let read = read::events(log, options.skip_malformed, |mut logged, now| {
            logged.line = logged.line.saturating_add(lines);
            last = last.max(logged.line);
            listener.progress(Progress::Reading(before.and(now)));
            Ok(sorter.put(logged)?)
        });
        digest.end_of_file();
        match read {
            Ok(read) => {
                tally = tally.and(read);
                if read.has_more.is_some() {
                    last_page = name;
                }
            }
            Err(Unreadable::Empty) => notes.push(format!("there is no event in {name}")),
            Err(Unreadable::Malformed { line, why }) if lines > 0 => {
                return Err(Unreadable::Malformed { line, why: format!("{why} (in {name})") });
            }
            Err(error) => return Err(error),
        }
        lines = last;
    }
    if tally.events == 0 && tally.malformed == 0 {
        return Err(Unreadable::Empty);
    }
    if tally.has_more == Some(true) {
        let why = "no page says that the list ends: the log lacks the pages after the last";
        notes.push(format!("`has_more` is true in every page, such as that in {last_page}; {why}"));
    }
    if !options.bounds.gaps && tally.has_more == Some(true) {
        return Err(Unreadable::NotComplete(notes.pop().unwrap_or_default()));
    }
    if !options.bounds.gaps && tally.malformed > 0 {
        let why = format!("lines left out because they are no events: {}", tally.malformed);
        return Err(Unreadable::NotComplete(why));
    }
    Ok(LogsRead { tally, notes, digest })
}
