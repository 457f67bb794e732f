//! `check audit`: a log of events, judged payment by payment.
//!
//! Exit codes: 0 every payment is accepted; 1 something impossible; 2 bad usage or input; 3 nothing impossible, but
//! not everything could be judged.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use holdfast_audit::{
    Finding, JsonReport, Listener, Partition, Progress, Report, Unreadable, Verdict, audit_all, markdown, merge_json,
    source,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{CommonOptions, Exit, Failure, Io};
use crate::interrupt::Interrupt;
use crate::table::{Align, counted_u64, grouped, labeled, lay_out};

/// Arguments of `check audit`.
#[derive(Debug, clap::Args)]
pub(super) struct AuditArgs {
    /// JSON lines of events, pages of GET /v1/events, or an array of them, compressed or not; directories of such files;
    /// `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Skip and count lines that are no events; the audit is then incomplete
    #[arg(long)]
    skip_malformed: bool,
    /// Write every verdict, also of accepted payments, into this file as JSON; `-` is standard output. With --merge: the
    /// file for the merged report [default with --merge: standard output]
    #[arg(long, value_name = "FILE")]
    json_to: Option<PathBuf>,
    /// Write the report into this file as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Largest number of payments listed for each verdict; 0 lists none
    #[arg(long, value_name = "PAYMENTS", default_value_t = 50)]
    show: usize,
    /// Largest time between the first and the last event of a step, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(i64).range(0..=86_400))]
    lag: i64,
    /// Treat the log as complete: report a payment that needs a missing event as impossible
    #[arg(long)]
    complete: bool,
    /// Largest number of search states for one payment
    #[arg(long, value_name = "PLACES", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    effort: u32,
    /// Judge part K of N of the payments (K counts from 0); the reports of all parts merge with --merge
    #[arg(long, value_name = "K/N", default_value = "0/1")]
    partition: Partition,
    /// Merge reports that --json-to wrote, one for each part, into the report of the whole log
    #[arg(long, conflicts_with_all = ["skip_malformed", "markdown", "show", "lag", "complete", "effort", "partition",
        "threads", "dialect"])]
    merge: bool,
}

/// Merges the reports of all parts and writes the result.
fn merge(args: &AuditArgs, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let mut reports = Vec::new();
    for path in &args.files {
        let usage = |error: String| Failure::Usage(format!("--merge: {}: {error}", path.display()));
        let text = fs::read(path).map_err(|error| Failure::unreadable(&path.display(), &error))?;
        let report: serde_json::Value = serde_json::from_slice(&text).map_err(|error| usage(error.to_string()))?;
        reports.push((path.display().to_string(), report));
    }
    let merged = merge_json(&reports).map_err(|error| Failure::Usage(format!("--merge: {error}")))?;
    match &args.json_to {
        Some(path) if path.as_os_str() != "-" => writeln!(create(path, "--json-to")?, "{merged}")?,
        Some(_) | None => writeln!(io.out, "{merged}")?,
    }
    Ok(match merged.pointer("/summary/exit").and_then(serde_json::Value::as_u64) {
        Some(0) => Exit::Fine,
        Some(1) => Exit::False,
        _ => Exit::Incomplete,
    })
}

/// Returns the logs that the arguments name, and the bytes that they have if all of them are plain files.
fn sources(args: &AuditArgs) -> Result<(Vec<PathBuf>, Option<u64>), Failure> {
    let mut files = Vec::new();
    for path in &args.files {
        if path.as_os_str() == "-" {
            files.push(path.clone());
        } else {
            let found = source::files(path).map_err(|error| Failure::Usage(format!("cannot read {error}")))?;
            files.extend(found);
        }
    }
    let is_compressed = |path: &Path| path.extension().is_some_and(|it| it == "gz" || it == "zst");
    let bytes = files.iter().map(|path| {
        let plain = Some(path).filter(|path| path.as_os_str() != "-" && !is_compressed(path));
        plain.and_then(|path| fs::metadata(path).ok()).map(|it| it.len())
    });
    let bytes = bytes.sum::<Option<u64>>();
    Ok((files, bytes))
}

pub(super) fn run(args: &AuditArgs, options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    if args.merge {
        return merge(args, io);
    }
    let name = match args.files.as_slice() {
        [one] if one.as_os_str() == "-" => "standard input".to_owned(),
        [one] => one.display().to_string(),
        several => format!("{} logs", several.len()),
    };
    let (files, bytes) = sources(args)?;
    let lenient = holdfast_audit::lenient_config();
    let decided = options.decide(lenient);
    let bounds = holdfast_audit::Bounds {
        places: usize::try_from(args.effort).unwrap_or(usize::MAX),
        lag: args.lag,
        gaps: !args.complete,
        ..holdfast_audit::Bounds::default()
    };
    let how = holdfast_audit::Options {
        config: decided,
        bounds,
        skip_malformed: args.skip_malformed,
        bytes,
        partition: args.partition,
        threads: options.threads(),
    };
    let to_output = args.json_to.as_deref() == Some(Path::new("-")) || (options.json && args.json_to.is_none());
    let json: Option<Box<dyn Write + '_>> = match &args.json_to {
        _ if to_output => Some(Box::new(BufWriter::new(&mut *io.out))),
        Some(path) => Some(Box::new(BufWriter::new(create(path, "--json-to")?))),
        None => None,
    };
    let shows = io.style.progress && !options.no_progress;
    let json = json.map(JsonReport::begin).transpose()?;
    io.interrupt.listen()?;
    let mut watch = Watch { bar: bar(shows, bytes), bytes, last: 0, json, read: 0, interrupt: io.interrupt.clone() };
    let mut input = Some(&mut *io.input);
    let logs = files.iter().map(|path| -> io::Result<(String, Box<dyn Read + '_>)> {
        let name = path.display().to_string();
        if path.as_os_str() == "-"
            && let Some(input) = input.take()
        {
            return Ok((name, Box::new(input)));
        }
        let file = File::open(path).map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
        Ok((name, Box::new(io.interrupt.reading(file))))
    });
    let report = audit_all(logs, &how, &mut watch);
    watch.bar.finish_and_clear();
    let report = match report {
        Err(_) if watch.interrupt.is_set() => Report::interrupted(watch.read, args.partition),
        report => report.map_err(|error| unreadable(&name, error))?,
    };
    let exit = exit_of(&report);
    if let Some(json) = watch.json.take() {
        json.end(&report, exit.code())?;
    }
    drop(watch);
    if let Some(path) = &args.markdown {
        let text = markdown(&report, &args.files.first().map_or_else(String::new, |path| file_name(path)));
        create(path, "--markdown")?.write_all(text.as_bytes())?;
    }
    if !to_output {
        tell(&report, exit, args.show, io)?;
    }
    Ok(exit)
}

/// Returns the message about a log that cannot be read.
fn unreadable(name: &str, error: Unreadable) -> Failure {
    match error {
        Unreadable::Io(error) => Failure::Usage(format!("{name}: {error}")),
        Unreadable::Malformed { .. } => {
            Failure::Usage(format!("{name}, {error}; --skip-malformed leaves such lines out"))
        }
        Unreadable::Empty => Failure::Usage(format!("{name}: {error}")),
        Unreadable::NotComplete(_) => Failure::Usage(format!("--complete: {name}: {error}")),
    }
}

fn create(path: &Path, option: &str) -> Result<File, Failure> {
    File::create(path).map_err(|error| Failure::Usage(format!("{option}: cannot write {}: {error}", path.display())))
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "a log".to_owned(), |name| name.to_string_lossy().into_owned())
}

const fn exit_of(report: &Report) -> Exit {
    if report.impossible > 0 {
        Exit::False
    } else if report.is_complete() {
        Exit::Fine
    } else {
        Exit::Incomplete
    }
}

fn tell(report: &Report, exit: Exit, show: usize, io: &mut Io<'_>) -> io::Result<()> {
    let rows = report.listed.iter().filter(|it| matches!(it.finding, Finding::Impossible(_))).take(show);
    let others = report.listed.iter().filter(|it| matches!(it.finding, Finding::CannotTell { .. })).take(show);
    let rows: Vec<Vec<String>> = rows.chain(others).map(row).collect();
    let shown = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    if !rows.is_empty() {
        let columns =
            [("payment", Align::Left), ("verdict", Align::Left), ("line", Align::Right), ("why", Align::Left)];
        writeln!(io.out, "{}", lay_out(&columns, rows, io.style.width))?;
    }
    let more = report.impossible.saturating_add(report.cannot_tell).saturating_sub(shown);
    if more > 0 {
        writeln!(io.out, "and {} more: see --show, --json-to and --markdown\n", grouped(more))?;
    }
    let figures = report.summary().into_iter().map(|(name, number)| vec![name.to_owned(), grouped(number)]);
    writeln!(io.out, "{}", lay_out(&[("", Align::Left), ("", Align::Right)], figures, io.style.width))?;
    for limit in report.limits() {
        writeln!(io.out, "{}: {limit}.", io.style.open("INCOMPLETE"))?;
    }
    match exit {
        Exit::Fine => {
            writeln!(io.out, "{}: the model can produce the events of each payment.", io.style.good("ACCEPTED"))
        }
        Exit::False => {
            let (wrong, all) = (grouped(report.impossible), counted_u64(report.payments, "payment"));
            let text = format!("the model cannot produce the events of {wrong} of {all}.");
            write!(io.out, "{}", labeled(&format!("{}: ", io.style.bad("IMPOSSIBLE")), &text, io.style.width))
        }
        Exit::Incomplete | Exit::Usage if report.interrupted && report.payments > 0 => {
            let word = io.style.open("INCOMPLETE");
            writeln!(io.out, "{word}: nothing impossible was found in the payments judged so far.")
        }
        Exit::Incomplete | Exit::Usage if report.interrupted => Ok(()),
        Exit::Incomplete | Exit::Usage => {
            writeln!(
                io.out,
                "{}: nothing impossible was found, but not everything could be judged.",
                io.style.open("INCOMPLETE")
            )
        }
    }
}

fn row(verdict: &Verdict) -> Vec<String> {
    let id = verdict.id.clone();
    match &verdict.finding {
        Finding::Accepted => vec![id, "accepted".to_owned(), verdict.line.to_string(), String::new()],
        Finding::CannotTell { why } => vec![id, "cannot tell".to_owned(), verdict.line.to_string(), why.clone()],
        Finding::Impossible(it) => {
            let mut why = format!("{} {}: {}", it.kind, it.event, it.why);
            let properties: Vec<&str> =
                it.properties.iter().take(2).copied().chain(it.rules.iter().take(3).copied()).collect();
            if !properties.is_empty() {
                why.push_str(&format!(" [{}]", properties.join(", ")));
            }
            vec![id, "impossible".to_owned(), it.line.to_string(), why]
        }
    }
}

/// Draws the progress of the audit, and writes each verdict at once.
struct Watch<'a> {
    bar: ProgressBar,
    bytes: Option<u64>,
    last: u64,
    /// Events read so far.
    read: u64,
    interrupt: Interrupt,
    json: Option<JsonReport<Box<dyn Write + 'a>>>,
}

impl Listener for Watch<'_> {
    fn progress(&mut self, progress: Progress) {
        /// The number of events between two readings of the clock.
        const EVERY: u64 = 512;
        let events = match progress {
            Progress::Reading(tally) => {
                self.read = tally.events;
                tally.events
            }
            Progress::Judging { events, .. } => events,
        };
        if events.abs_diff(self.last) < EVERY {
            return;
        }
        self.last = events;
        let rate = |events: u64| {
            let milliseconds = u64::try_from(self.bar.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
            grouped(events.saturating_mul(1_000).checked_div(milliseconds).unwrap_or(0))
        };
        match progress {
            Progress::Reading(tally) => {
                self.bar.set_position(tally.bytes);
                self.bar.set_message(format!("reading: {} events, {}/s", grouped(tally.events), rate(tally.events)));
            }
            Progress::Judging { events, of } => {
                if self.bar.length() != Some(of) || self.bytes.is_some() {
                    self.bytes = None;
                    self.bar.set_length(of);
                }
                self.bar.set_position(events);
                self.bar.set_message(format!("judging: {} events, {}/s", grouped(events), rate(events)));
            }
        }
    }

    fn stop(&self) -> Arc<AtomicBool> {
        self.interrupt.shared()
    }

    fn verdict(&mut self, verdict: &Verdict) -> io::Result<()> {
        self.json.as_mut().map_or(Ok(()), |json| json.verdict(verdict))
    }
}

fn bar(shown: bool, bytes: Option<u64>) -> ProgressBar {
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(bytes, target);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:20} {percent}% {msg}, {eta} left") {
        bar.set_style(style);
    }
    if shown {
        bar.enable_steady_tick(Duration::from_millis(200));
    }
    bar
}
