//! `check drive`: anyone's server, in lockstep with the model, over HTTP.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use holdfast_drive::webhooks::WebhookSettings;
use holdfast_drive::{Class, KnownFindings, Progress, Report, RequirementVerdict, Settings, drive};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{CommonOptions, Exit, Failure, Io};
use crate::table::{Align, counted_u64, labeled, lay_out};

/// Arguments of `check drive`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct DriveArgs {
    /// Address of the server, such as http://127.0.0.1:8420; https:// needs a build with the feature `tls`
    url: String,
    /// Secret test key that the server accepts
    #[arg(long, default_value = "sk_test_holdfast")]
    key: String,
    /// Name of the server in the report
    #[arg(long, default_value = "server")]
    name: String,
    /// Stop after this many operations, reads not counted [default: until --time-limit]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    operations: Option<u64>,
    /// Send at most N requests a second [default: as fast as the server answers]
    #[arg(long, value_name = "N/s", value_parser = rate)]
    rate: Option<u32>,
    /// Seed of the random sequences
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of runs of each race; 0 leaves the races out
    #[arg(long, default_value_t = 40, value_name = "RUNS")]
    races: u32,
    /// Longest wait for a response, in seconds
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
    patience: u64,
    /// Write NAME.md, .html, .json, .junit.xml and .sarif into this folder
    #[arg(long, value_name = "FOLDER")]
    report: Option<PathBuf>,
    /// JSON report of an earlier drive; only findings that it lacks lead to exit code 1
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Accept a server on another machine; without --rate, it receives at most 20 requests a second
    #[arg(long)]
    allow_remote: bool,
    /// PEM file of further certificates to trust, for https (feature `tls`)
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Afterwards cancel, expire or delete what the drive made, as is done on another machine anyway
    #[arg(long, conflicts_with = "no_clean_up")]
    clean_up: bool,
    /// Leave on another machine what the drive made
    #[arg(long)]
    no_clean_up: bool,
    /// Receive webhooks at this address, such as 127.0.0.1:9000 [default: a free port, for a server on this machine]
    #[arg(long, value_name = "ADDRESS")]
    webhook_listen: Option<SocketAddr>,
    /// The URL by which the server reaches --webhook-listen, such as that of a tunnel
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// The signing secret of an endpoint that was registered by hand; without it the drive registers one
    #[arg(long, value_name = "SECRET")]
    webhook_secret: Option<String>,
    /// Receive no webhooks, such as those of a server that delivers hours late
    #[arg(long, conflicts_with_all = ["webhook_listen", "webhook_url", "webhook_secret"])]
    no_webhooks: bool,
}

/// Reads a rate such as `20/s` or `20`, from 1 to 100,000 requests a second.
fn rate(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text).parse::<u32>().ok();
    number.filter(|number| (1..=100_000).contains(number)).ok_or_else(|| {
        format!("`{text}` is no rate; expected a number of requests a second from 1 to 100000, such as 20/s")
    })
}

/// The objects that are named of those that a clean-up left; the report names all of them.
const SHOWN_LEFT: usize = 10;
/// The time limit of a drive without `--time-limit`.
const USUAL_TIME: Duration = Duration::from_secs(300);

pub(super) fn run(args: &DriveArgs, options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let settings = Settings {
        operations: args.operations.unwrap_or(u64::MAX),
        rate: args.rate,
        time_limit: options.time_limit.unwrap_or(USUAL_TIME),
        patience: Duration::from_secs(args.patience),
        seed: args.seed,
        races: args.races,
        allow_remote: args.allow_remote,
        stop: io.interrupt.shared(),
        ca_file: args.ca_file.clone(),
        clean_up: (args.clean_up || args.no_clean_up).then_some(args.clean_up),
        webhooks: WebhookSettings {
            listen: args.webhook_listen,
            url: args.webhook_url.clone(),
            secret: args.webhook_secret.clone(),
            skip: args.no_webhooks,
            ..WebhookSettings::default()
        },
        ..Settings::of(&args.url, &args.key)
    };
    named(&args.name)?;
    let baseline = args.baseline.as_deref().map(baseline).transpose()?.unwrap_or_default();
    io.interrupt.listen()?;
    let bar = bar(io.style.progress && !options.no_progress, args.operations);
    let start = Instant::now();
    let report = drive(&settings, &args.name, &mut |progress| draw(&bar, progress)).map_err(Failure::Usage)?;
    bar.finish_and_clear();
    let exit = exit_of(&report, &baseline);
    if let Some(folder) = &args.report {
        write(&report, folder, io)?;
    }
    if options.json {
        writeln!(io.out, "{:#}", report.json())?;
        return Ok(exit);
    }
    print(&report, start.elapsed(), io)?;
    if args.baseline.is_some() {
        let new = report.new_faults(&baseline).count();
        writeln!(io.out, "{new} of the findings are not in the baseline")?;
    }
    Ok(exit)
}

/// Returns a name that can be a file's.
fn named(name: &str) -> Result<(), Failure> {
    let is_fine = !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.'));
    if is_fine {
        return Ok(());
    }
    Err(Failure::Usage(format!("--name: `{name}` cannot be a file's name; use letters, digits, `-`, `_` and `.`")))
}

fn write(report: &Report, folder: &Path, io: &mut Io<'_>) -> Result<(), Failure> {
    let written = report
        .write(folder)
        .map_err(|error| Failure::Usage(format!("--report: cannot write into {}: {error}", folder.display())))?;
    for path in written {
        writeln!(io.err, "{}", path.display())?;
    }
    Ok(())
}

/// Reads the known findings of the baseline.
fn baseline(path: &Path) -> Result<KnownFindings, Failure> {
    let refused = |why: String| Failure::Usage(format!("--baseline: {}: {why}", path.display()));
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::unreadable(&format!("--baseline {}", path.display()), &error))?;
    KnownFindings::read(&text).map_err(refused)
}

fn exit_of(report: &Report, baseline: &KnownFindings) -> Exit {
    if report.new_faults(baseline).next().is_some() {
        Exit::False
    } else if report.incomplete.is_some() || report.operations == 0 {
        Exit::Incomplete
    } else {
        Exit::Fine
    }
}

fn bar(is_shown: bool, operations: Option<u64>) -> ProgressBar {
    let target = if is_shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(operations, target);
    let style = ProgressStyle::with_template(
        "{prefix:>7} {bar:24} {human_pos}/{human_len} operations, {per_sec}\n        {msg}",
    );
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

fn draw(bar: &ProgressBar, progress: &Progress) {
    let found = Class::ALL.iter().zip(progress.found).map(|(class, count)| format!("{class} {count}"));
    bar.set_prefix(progress.phase);
    bar.set_message(found.collect::<Vec<_>>().join(" · "));
    bar.set_position(progress.operations);
}

fn print(report: &Report, took: Duration, io: &mut Io<'_>) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = (1_usize..)
        .zip(&report.findings)
        .map(|(number, finding)| {
            let sighting = &finding.sighting;
            let frequency = finding.frequency.map(|it| format!(" ({} of {})", it.wrong, it.runs)).unwrap_or_default();
            let property = sighting.properties.first().map_or("", |broken| broken.property);
            vec![
                number.to_string(),
                sighting.signature.class.to_string(),
                format!("{}{frequency}", sighting.headline),
                property.to_owned(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let columns = [("", Align::Right), ("class", Align::Left), ("finding", Align::Left), ("property", Align::Left)];
        writeln!(io.out, "{}", lay_out(&columns, rows, io.style.width))?;
    }
    print_money(report, io)?;
    let width = io.style.width;
    for (what, answer) in &report.missing {
        write!(io.out, "{}", labeled("missing: ", &format!("{what} ({answer})"), width))?;
    }
    if report.operations == 0 {
        writeln!(io.out, "not judged: every part of the API, because no operation was sent")?;
    } else if !report.unasked.is_empty() {
        write!(io.out, "{}", labeled("not judged: ", &report.unasked.join(", "), width))?;
    }
    let (run, races) = (report.races.iter().filter(|race| race.runs > 0).count(), report.races.len());
    if run < races {
        writeln!(io.out, "races run: {run} of {races}")?;
    }
    let seconds = took.as_secs();
    writeln!(
        io.out,
        "{} in {}, {}, {seconds} s; kinds of steps: {}",
        counted_u64(report.operations, "operation"),
        counted_u64(report.sequences, "sequence"),
        counted_u64(report.requests, "request"),
        report.edges
    )?;
    let counts = RequirementVerdict::ALL.map(|it| format!("{} {}", report.requirements_with(it), it.name()));
    write!(io.out, "{}", labeled("requirements: ", &counts.join(", "), width))?;
    let left_out: Vec<String> = report.left_out.iter().map(|(part, count)| format!("{count} need {part}")).collect();
    if !left_out.is_empty() {
        write!(io.out, "{}", labeled("kinds of steps left out: ", &left_out.join(", "), width))?;
    }
    print_clean_up(report, io)?;
    if let Some(why) = &report.incomplete {
        write!(io.out, "{}", labeled(&format!("{}: ", io.style.open("INCOMPLETE")), why, width))?;
    }
    if report.has_faults() {
        let counts = Class::ALL.iter().filter(|class| class.is_fault());
        let counts: Vec<String> = counts.map(|class| format!("{} {class}", report.count(*class))).collect();
        writeln!(io.out, "{}: {}", io.style.bad("FOUND"), counts.join(", "))?;
    } else if report.incomplete.is_none() {
        writeln!(io.out, "{}: model and server agree.", io.style.good("NOTHING FOUND"))?;
    }
    Ok(())
}

/// Prints each finding about money: its trace, both values, and the properties that it breaks.
fn print_money(report: &Report, io: &mut Io<'_>) -> Result<(), Failure> {
    let width = io.style.width;
    for (number, finding) in (1_usize..).zip(&report.findings) {
        if finding.sighting.signature.class == Class::Money {
            write!(io.out, "{}", labeled(&format!("{number}. "), &finding.sighting.headline, width))?;
            for input in &finding.inputs {
                writeln!(io.out, "      {input}")?;
            }
            write!(io.out, "{}", labeled("   the model:  ", &finding.sighting.model, width))?;
            write!(io.out, "{}", labeled("   the server: ", &finding.sighting.server, width))?;
            for broken in &finding.sighting.properties {
                write!(io.out, "{}", labeled(&format!("   {}: ", broken.property), &broken.why, width))?;
            }
        }
    }
    Ok(())
}

/// Prints the objects that the clean-up ended, and those that it left.
fn print_clean_up(report: &Report, io: &mut Io<'_>) -> Result<(), Failure> {
    if let Some(clean_up) = &report.clean_up {
        writeln!(io.out, "cleaned up: {} objects ended, {} perhaps still open", clean_up.ended, clean_up.left.len())?;
        for left in clean_up.left.iter().take(SHOWN_LEFT) {
            writeln!(io.out, "   {left}")?;
        }
    }
    Ok(())
}
