//! The result of an audit, as figures, as JSON and as Markdown.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use crate::group::Partition;
use crate::read::Tally;
use crate::verdict::{Finding, Verdict};

/// The number of impossible payments, and of undecided payments, that are listed one by one.
const LISTED: usize = 10_000;

/// The result of an audit.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Events read.
    pub events: u64,
    /// Lines left out because they were no events.
    pub malformed: u64,
    /// Events about no payment, which are not judged.
    pub about_no_payment: u64,
    /// Events left out as repetitions.
    pub repeated: u64,
    /// Events that the executions found contain and the log lacks.
    pub missing: u64,
    /// Payments (and SetupIntents and sessions) judged.
    pub payments: u64,
    /// Payments that some execution of the model explains.
    pub accepted: u64,
    /// Payments that no execution explains.
    pub impossible: u64,
    /// Payments that the audit cannot decide.
    pub cannot_tell: u64,
    /// The part of the log that was judged.
    #[serde(skip)]
    pub partition: Partition,
    /// The digest of the log and of everything that changes a verdict; `None` if the log was not read to its end.
    pub digest: Option<String>,
    /// Sentences that say which parts the log lacks, as far as it shows it.
    pub lacks: Vec<String>,
    /// Whether the audit was stopped before it had judged everything.
    pub interrupted: bool,
    /// Events of payments that were not judged, because the audit was stopped.
    pub not_judged: u64,
    /// The first impossible payments, then the first undecided ones, each in the order of the log.
    pub listed: Vec<Verdict>,
}

impl Report {
    pub(crate) fn new(tally: Tally, unrelated: u64) -> Self {
        Self {
            events: tally.events,
            malformed: tally.malformed,
            about_no_payment: unrelated,
            repeated: 0,
            missing: 0,
            payments: 0,
            accepted: 0,
            impossible: 0,
            cannot_tell: 0,
            partition: Partition::WHOLE,
            digest: None,
            lacks: Vec::new(),
            interrupted: false,
            not_judged: 0,
            listed: Vec::new(),
        }
    }

    /// Returns the report of an audit that was stopped after it read `events` events, before it judged any.
    #[must_use]
    pub fn interrupted(events: u64, partition: Partition) -> Self {
        let read = Self::new(Tally { events, ..Tally::default() }, 0);
        Self { not_judged: events, interrupted: true, partition, ..read }
    }

    pub(crate) fn add(&mut self, verdict: Verdict) {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        self.payments = self.payments.saturating_add(1);
        self.repeated = self.repeated.saturating_add(count(verdict.repeated));
        self.missing = self.missing.saturating_add(count(verdict.missing));
        let counter = match verdict.finding {
            Finding::Accepted => {
                self.accepted = self.accepted.saturating_add(1);
                return;
            }
            Finding::Impossible(_) => &mut self.impossible,
            Finding::CannotTell { .. } => &mut self.cannot_tell,
        };
        *counter = counter.saturating_add(1);
        self.listed.push(verdict);
        if self.listed.len() >= LISTED.saturating_mul(4) {
            self.finish();
        }
    }

    /// Puts the list in order, and keeps the first of each kind.
    pub(crate) fn finish(&mut self) {
        let is_impossible = |verdict: &Verdict| matches!(verdict.finding, Finding::Impossible(_));
        self.listed.sort_by_key(|verdict| (!is_impossible(verdict), verdict.line));
        let (mut impossible, mut others) = (0, 0);
        self.listed.retain(|verdict| {
            let counter: &mut usize = if is_impossible(verdict) { &mut impossible } else { &mut others };
            *counter = counter.saturating_add(1);
            *counter <= LISTED
        });
    }

    /// Returns `true` if everything was judged and found possible.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.impossible == 0 && self.is_complete()
    }

    /// Returns `true` if everything was judged.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        let is_whole = self.partition.is_whole() && self.lacks.is_empty() && !self.interrupted;
        is_whole && self.cannot_tell == 0 && self.not_judged == 0 && self.malformed == 0 && self.payments > 0
    }

    /// Returns the reasons, as sentences, why the report does not cover the whole log, beyond its figures.
    #[must_use]
    pub fn limits(&self) -> Vec<String> {
        let part = (!self.partition.is_whole()).then(|| {
            format!("only part {} of the payments was judged; --merge makes one report of all parts", self.partition)
        });
        let interrupted = self.interrupted.then(|| match self.digest {
            None => format!("interrupted after {} events were read; no payment was judged", self.events),
            Some(_) => format!("interrupted; {} events of other payments were not judged", self.not_judged),
        });
        part.into_iter().chain(interrupted).chain(self.lacks.iter().cloned()).collect()
    }

    /// The figures, in words.
    #[must_use]
    pub fn summary(&self) -> Vec<(&'static str, u64)> {
        vec![
            ("events read", self.events),
            ("malformed lines left out", self.malformed),
            ("events about no payment", self.about_no_payment),
            ("events logged before", self.repeated),
            ("events missing from the log", self.missing),
            ("payments judged", self.payments),
            ("accepted", self.accepted),
            ("impossible", self.impossible),
            ("cannot tell", self.cannot_tell),
            ("events not judged", self.not_judged),
        ]
    }
}

/// Writes each verdict at once, then the figures, as one JSON object with bounded memory.
#[derive(Debug)]
pub struct JsonReport<W: Write> {
    out: W,
    is_first: bool,
}

impl<W: Write> JsonReport<W> {
    /// Begins the object.
    ///
    /// # Errors
    /// Returns the error of `out`.
    pub fn begin(mut out: W) -> io::Result<Self> {
        out.write_all(b"{\"payments\":[")?;
        Ok(Self { out, is_first: true })
    }

    /// Writes a verdict.
    ///
    /// # Errors
    /// Returns the error of the writer.
    pub fn verdict(&mut self, verdict: &Verdict) -> io::Result<()> {
        self.out.write_all(if self.is_first { b"\n" } else { b",\n" })?;
        self.is_first = false;
        serde_json::to_writer(&mut self.out, verdict)?;
        Ok(())
    }

    /// Writes the figures, and ends the object.
    ///
    /// # Errors
    /// Returns the error of the writer.
    pub fn end(mut self, report: &Report, exit: u8) -> io::Result<()> {
        let mut figures = json!({
            "exit": exit,
            "partition": { "index": report.partition.index(), "parts": report.partition.parts() },
            "digest": report.digest,
            "interrupted": report.interrupted,
            "lacks": report.lacks,
        });
        if let Some(map) = figures.as_object_mut() {
            map.extend(report.summary().into_iter().map(|(name, number)| (name.replace(' ', "_"), number.into())));
        }
        writeln!(self.out, "\n],\"summary\":{figures}}}")?;
        self.out.flush()
    }
}

/// The report as Markdown. `log` names the log.
#[must_use]
pub fn markdown(report: &Report, log: &str) -> String {
    let mut text = format!("# Audit of {log}\n\n| | |\n|---|---:|\n");
    let mut line = |words: std::fmt::Arguments<'_>| {
        // Text takes whatever is written to it.
        let _written = text.write_fmt(words);
    };
    for (name, number) in report.summary() {
        line(format_args!("| {name} | {number} |\n"));
    }
    line(format_args!("\n{}\n", conclusion(report)));
    for limit in report.limits() {
        line(format_args!("\nIncomplete: {}.\n", cell(&limit)));
    }
    for verdict in &report.listed {
        match &verdict.finding {
            Finding::Accepted => {}
            Finding::Impossible(it) => {
                line(format_args!("\n## {}: impossible\n\n", verdict.id));
                line(format_args!(
                    "Line {}, `{}` `{}`, created {}: {}.\n",
                    it.line,
                    it.kind,
                    it.event,
                    it.created,
                    cell(&it.why)
                ));
                if !it.properties.is_empty() {
                    line(format_args!("\nProperties: `{}`.\n", it.properties.join("`, `")));
                }
                if !it.rules.is_empty() {
                    line(format_args!("\nRules: {}.\n", it.rules.join(", ")));
                }
            }
            Finding::CannotTell { why } => {
                line(format_args!("\n## {}: cannot tell\n\nLine {}: {}.\n", verdict.id, verdict.line, cell(why)));
            }
        }
    }
    let listed = u64::try_from(report.listed.len()).unwrap_or(u64::MAX);
    let more = report.impossible.saturating_add(report.cannot_tell).saturating_sub(listed);
    if more > 0 {
        line(format_args!("\nAnd {more} more, which are not listed here; `--json-to` has all of them.\n"));
    }
    text
}

/// Returns the verdict on the log as a sentence.
fn conclusion(report: &Report) -> &'static str {
    match (report.impossible, report.is_complete()) {
        (0, true) => "Some execution of the model produces the events of each payment.",
        (0, false) => "Nothing impossible was found, but not everything could be judged.",
        (_, true) => "No execution of the model produces the events of some payments.",
        (_, false) => {
            "No execution of the model produces the events of some payments, and not everything could be judged."
        }
    }
}

/// Text out of a log, so that it cannot become markup.
fn cell(text: &str) -> String {
    text.replace('<', "&lt;").replace(['\n', '\r'], " ")
}
