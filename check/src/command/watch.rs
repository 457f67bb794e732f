//! `check watch`: a webhook endpoint that audits the events as they come.
//!
//! Exit codes: 0 ended by Ctrl-C, every payment judged, no alert; 1 an alert was raised or printed, or a payment held is
//! impossible, even if something failed beside it; 2 bad usage; 3 no alert, but not everything was judged, events may be
//! missing, an earlier alert has not arrived, or no event came.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::options::duration;
use super::{CommonOptions, Exit, Failure, Io};

// A build without the feature `watch` has the same help, and no crate `holdfast-watch`. With the feature, the compiler
// compares these defaults with those of the crate.

/// The default of the largest age of a signature, in seconds.
const TOLERANCE: i64 = 300;
/// Hours before the end of a hold.
const HOLD_HOURS: i64 = 24;
/// Days for which a refund may be pending.
const REFUND_DAYS: i64 = 14;

/// Arguments of `check watch`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct WatchArgs {
    /// Address of the endpoint; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Signing secret of a webhook endpoint, or @FILE that holds it; may be given several times
    #[arg(long, required = true, value_name = "SECRET")]
    secret: Vec<String>,
    /// Largest age of a signature, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = TOLERANCE, value_parser = clap::value_parser!(i64).range(1..=86_400))]
    tolerance: i64,
    /// Database of events and alerts, created if it does not exist
    #[arg(long, value_name = "FILE", default_value = "watch.db")]
    state: PathBuf,
    /// Time for which a closed payment is kept after its last event
    #[arg(long, value_name = "TIME", default_value = "90d", value_parser = duration)]
    forget: Duration,
    /// Webhook that receives each alert as JSON; repeated until it accepts
    #[arg(long, value_name = "URL", value_parser = url)]
    alert: Option<String>,
    /// Provider whose GET /v1/events fills gaps
    #[arg(long, value_name = "URL", requires = "key", value_parser = url)]
    poll: Option<String>,
    /// Secret key for --poll, or @FILE that holds it
    #[arg(long, value_name = "KEY", requires = "poll")]
    key: Option<String>,
    /// Time between two polls
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = duration, requires = "poll")]
    poll_every: Duration,
    /// Hours before the end of a hold at which its alert is raised
    #[arg(long, value_name = "HOURS", default_value_t = HOLD_HOURS, value_parser = clap::value_parser!(i64).range(0..=720))]
    hold_hours: i64,
    /// Days for which a refund may be pending
    #[arg(long, value_name = "DAYS", default_value_t = REFUND_DAYS, value_parser = clap::value_parser!(i64).range(1..=365))]
    refund_days: i64,
    /// Largest time between the first and the last event of a step, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(i64).range(0..=86_400))]
    lag: i64,
    /// Largest number of search states for one payment
    #[arg(long, value_name = "PLACES", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    effort: u32,
}

/// Reads a URL of HTTP.
fn url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') => Ok(text.to_owned()),
        Some(_) | None => Err("expected a URL such as https://example.com/alerts".to_owned()),
    }
}

#[cfg(not(feature = "watch"))]
pub(super) fn run(_: &WatchArgs, _: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    writeln!(
        io.err,
        "nothing was watched: this build has no endpoint; run `cargo run --features holdfast-check/watch --bin check -- watch`"
    )?;
    Ok(Exit::Incomplete)
}

#[cfg(feature = "watch")]
pub(super) use watching::run;

#[cfg(feature = "watch")]
mod watching {
    use std::fs;
    use std::sync::Arc;
    use std::thread::sleep;
    use std::time::Duration;

    use holdfast_watch::{
        DeadlineLimits, MachineClock, PollTarget, StateError, WatchRules, WatchSettings, WatchSummary, Watcher,
    };

    use super::{CommonOptions, Exit, Failure, HOLD_HOURS, Io, REFUND_DAYS, TOLERANCE, WatchArgs};

    /// Seconds of an hour.
    const HOUR: i64 = 3_600;
    /// Seconds of a day.
    const DAY: i64 = 86_400;

    const _: () = {
        let limits = DeadlineLimits::DEFAULT;
        assert!(TOLERANCE == holdfast_watch::TOLERANCE, "the default of --tolerance");
        assert!(HOLD_HOURS * HOUR == limits.before_lapse, "the default of --hold-hours");
        assert!(REFUND_DAYS * DAY == limits.refund_pending, "the default of --refund-days");
    };

    /// The pause between two searches for alerts to print.
    const REST: Duration = Duration::from_millis(100);

    pub(in crate::command) fn run(args: &WatchArgs, options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
        let settings = settings(args, options)?;
        let secrets = settings.secrets.len();
        io.interrupt.listen()?;
        io.interrupt.listen_to_termination()?;
        let watcher = Watcher::start(settings, Arc::new(MachineClock)).map_err(Failure::Usage)?;
        writeln!(io.err, "listening on http://{}, secrets: {secrets}; Ctrl-C ends it", watcher.address())?;
        let mut printed = 0;
        match watch(watcher, &mut printed, io) {
            // A printed alert stays a finding, even if something failed after it.
            Err(Failure::Output(error)) if printed > 0 => {
                let _written = writeln!(io.err, "the watch ended: cannot write the answer: {error}");
                Ok(Exit::False)
            }
            Ok(exit) if printed > 0 => Ok(exit.worse(Exit::False)),
            result => result,
        }
    }

    /// Prints alerts and notes until the watch ends.
    fn watch(watcher: Watcher, printed: &mut u64, io: &mut Io<'_>) -> Result<Exit, Failure> {
        let (mut was_failing, mut why) = (false, None);
        while why.is_none() && !io.interrupt.is_set() && watcher.is_running() {
            why = print(|| watcher.unprinted(), |number| watcher.mark_printed(number), printed, io)?;
            notes(&watcher.notes(), io)?;
            if watcher.is_failing() && !was_failing {
                writeln!(io.err, "--state: cannot store events; they are refused, and the provider sends them again")?;
            }
            was_failing = watcher.is_failing();
            sleep(REST);
        }
        let stopped = watcher.stop();
        if let Ok((summary, store)) = &stopped {
            notes(&summary.notes, io)?;
            let rest = print(|| store.unprinted(), |number| store.mark_printed(number), printed, io)?;
            why = why.or(rest);
        }
        match (why, stopped) {
            (Some(why), _) | (None, Err(why)) => {
                writeln!(io.err, "the watch ended: {why}")?;
                Ok(Exit::Incomplete)
            }
            (None, Ok((summary, _))) => tell(&summary, io),
        }
    }

    fn notes(notes: &[String], io: &mut Io<'_>) -> Result<(), Failure> {
        notes.iter().try_for_each(|note| writeln!(io.err, "{note}"))?;
        Ok(())
    }

    /// Prints every new alert as a line of JSON, and then marks it as printed. Returns the error of the database.
    fn print(
        unprinted: impl Fn() -> Result<Vec<(i64, String)>, StateError>,
        mark: impl Fn(i64) -> Result<(), StateError>,
        printed: &mut u64,
        io: &mut Io<'_>,
    ) -> Result<Option<String>, Failure> {
        loop {
            let alerts = match unprinted() {
                Ok(alerts) => alerts,
                Err(error) => return Ok(Some(format!("--state: {error}"))),
            };
            if alerts.is_empty() {
                return Ok(None);
            }
            for (number, line) in alerts {
                writeln!(io.out, "{line}")?;
                io.out.flush()?;
                *printed = printed.saturating_add(1);
                if let Err(error) = mark(number) {
                    return Ok(Some(format!("--state: {error}")));
                }
            }
        }
    }

    /// Prints the summary.
    fn tell(summary: &WatchSummary, io: &mut Io<'_>) -> Result<Exit, Failure> {
        let WatchSummary { events, alerts, refused, unstored, polls, posts, figures, .. } = summary;
        let verdict = |name: &str| figures.verdicts.get(name).copied().unwrap_or(0);
        let (cannot_tell, impossible) = (verdict("cannot_tell"), verdict("impossible"));
        writeln!(
            io.err,
            "new events: {events}, alerts: {alerts}; payments held: {}, cannot be judged: {cannot_tell}, \
             not judged yet: {}",
            figures.payments, figures.waiting
        )?;
        let (unsigned, unreadable, bodies) = (refused.unsigned, refused.unreadable, refused.bodies);
        if unsigned > 0 || unreadable > 0 || bodies > 0 || *unstored > 0 {
            writeln!(
                io.err,
                "refused: {unsigned} without a signature that counts, {unreadable} signed and unreadable, {bodies} too \
                 large or too slow, {unstored} not stored and not sent again"
            )?;
        }
        if let Some(polls) = polls {
            let end = if polls.is_current { "" } else { "; the last poll is not complete, so events may be missing" };
            writeln!(io.err, "polls: {} complete, {} failed{end}", polls.complete, polls.failed)?;
        }
        if let Some(posts) = posts {
            let (accepted, failed) = (posts.accepted, posts.failed);
            let (given_up, waiting) = (posts.given_up, posts.waiting);
            writeln!(io.err, "posts: {accepted} accepted, {failed} failed, {waiting} waiting, {given_up} given up")?;
        }
        Ok(if *alerts > 0 || impossible > 0 {
            Exit::False
        } else if cannot_tell > 0 || figures.waiting > 0 || *events == 0 || summary.is_cut() {
            Exit::Incomplete
        } else {
            Exit::Fine
        })
    }

    fn settings(args: &WatchArgs, options: &CommonOptions) -> Result<WatchSettings, Failure> {
        let secrets = args.secret.iter().map(|text| secret("--secret", text)).collect::<Result<_, _>>()?;
        let poll = match (&args.poll, &args.key) {
            (Some(url), Some(key)) => {
                Some(PollTarget { url: url.clone(), key: secret("--key", key)?, every: args.poll_every })
            }
            _ => None,
        };
        let limits = DeadlineLimits {
            before_lapse: args.hold_hours.saturating_mul(HOUR),
            refund_pending: args.refund_days.saturating_mul(DAY),
            ..DeadlineLimits::default()
        };
        let bounds = holdfast_audit::Bounds {
            places: usize::try_from(args.effort).unwrap_or(usize::MAX),
            lag: args.lag,
            ..holdfast_audit::Bounds::default()
        };
        let config = options.decide(holdfast_audit::lenient_config());
        Ok(WatchSettings {
            listen: args.listen,
            state: args.state.clone(),
            secrets,
            tolerance: args.tolerance,
            rules: WatchRules::new(config, bounds, limits),
            forget_after: i64::try_from(args.forget.as_secs()).unwrap_or(i64::MAX),
            alert_url: args.alert.clone(),
            poll,
        })
    }

    /// Returns a secret, read from a file if the argument begins with `@`.
    fn secret(option: &str, text: &str) -> Result<String, Failure> {
        let found = match text.strip_prefix('@') {
            None => text.to_owned(),
            Some(file) => fs::read_to_string(file)
                .map_err(|error| Failure::Usage(format!("{option}: cannot read {file}: {error}")))?,
        };
        let found = found.trim();
        if found.is_empty() {
            return Err(Failure::Usage(format!("{option}: it is empty; expected a secret or @FILE")));
        }
        Ok(found.to_owned())
    }
}
