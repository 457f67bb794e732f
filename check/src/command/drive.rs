//! `check drive`: anyone's server, in lockstep with the model, over HTTP.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use holdfast_drive::{Class, Progress, Report, Settings, drive};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Exit, Failure, Options, Stage};
use crate::table::{Align, grouped, lay_out};

/// What `check drive` is asked.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Question {
    /// Where the server is, such as http://127.0.0.1:8420
    url: String,
    /// A secret test key that the server takes
    #[arg(long, default_value = "sk_test_holdfast")]
    key: String,
    /// What the server is called in the report
    #[arg(long, default_value = "server")]
    name: String,
    /// Stop after so many operations; looks are not counted
    #[arg(long, default_value_t = 20_000)]
    operations: u64,
    /// The seed of what is left to chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often each race is run
    #[arg(long, default_value_t = 40, value_name = "RUNS")]
    races: u32,
    /// How long one answer may take, in seconds
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
    patience: u64,
    /// Write NAME.md, NAME.html and NAME.json into this folder
    #[arg(long, value_name = "FOLDER")]
    report: Option<PathBuf>,
    /// The server may be on another machine
    #[arg(long)]
    allow_remote: bool,
}

/// How long a drive takes unless `--time-limit` says otherwise.
const USUAL_TIME: Duration = Duration::from_secs(300);

pub(super) fn run(question: &Question, options: &Options, stage: &mut Stage<'_>) -> Result<Exit, Failure> {
    let settings = Settings {
        operations: question.operations,
        time_limit: options.time_limit.unwrap_or(USUAL_TIME),
        patience: Duration::from_secs(question.patience),
        seed: question.seed,
        races: question.races,
        allow_remote: question.allow_remote,
        ..Settings::of(&question.url, &question.key)
    };
    named(&question.name)?;
    let bar = bar(stage.look.progress && !options.no_progress, settings.operations);
    let start = Instant::now();
    let report = drive(&settings, &question.name, &mut |progress| draw(&bar, progress)).map_err(Failure::Usage)?;
    bar.finish_and_clear();
    let exit = exit_of(&report);
    if let Some(folder) = &question.report {
        write(&report, folder, stage)?;
    }
    if options.json {
        writeln!(stage.out, "{:#}", report.json())?;
        return Ok(exit);
    }
    print(&report, start.elapsed(), stage)?;
    Ok(exit)
}

/// A name that is a file's.
fn named(name: &str) -> Result<(), Failure> {
    let is_fine = !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.'));
    if is_fine {
        return Ok(());
    }
    Err(Failure::Usage(format!("--name: `{name}` cannot be a file's name; use letters, digits, `-`, `_` and `.`")))
}

fn write(report: &Report, folder: &Path, stage: &mut Stage<'_>) -> Result<(), Failure> {
    let written = report
        .write(folder)
        .map_err(|error| Failure::Usage(format!("--report: cannot write into {}: {error}", folder.display())))?;
    for path in written {
        writeln!(stage.err, "{}", path.display())?;
    }
    Ok(())
}

fn exit_of(report: &Report) -> Exit {
    if report.has_faults() {
        Exit::False
    } else if report.incomplete.is_some() || report.operations == 0 {
        Exit::Incomplete
    } else {
        Exit::Fine
    }
}

fn bar(is_shown: bool, operations: u64) -> ProgressBar {
    let target = if is_shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(operations), target);
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

fn print(report: &Report, took: Duration, stage: &mut Stage<'_>) -> Result<(), Failure> {
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
        writeln!(stage.out, "{}", lay_out(&columns, rows, stage.look.width))?;
    }
    for (number, finding) in (1_usize..).zip(&report.findings) {
        if finding.sighting.signature.class == Class::Money {
            writeln!(stage.out, "{number}. {}", finding.sighting.headline)?;
            for input in &finding.inputs {
                writeln!(stage.out, "      {input}")?;
            }
            writeln!(stage.out, "   the model:  {}", finding.sighting.model)?;
            writeln!(stage.out, "   the server: {}", finding.sighting.server)?;
            for broken in &finding.sighting.properties {
                writeln!(stage.out, "   {}: {}", broken.property, broken.why)?;
            }
        }
    }
    for (what, answer) in &report.missing {
        writeln!(stage.out, "not there: {what} ({answer})")?;
    }
    if !report.unasked.is_empty() {
        writeln!(stage.out, "never seen to work, nor to be missing: {}", report.unasked.join(", "))?;
    }
    let (run, races) = (report.races.iter().filter(|race| race.runs > 0).count(), report.races.len());
    if run < races {
        writeln!(stage.out, "races run: {run} of {races}")?;
    }
    let seconds = took.as_secs();
    writeln!(
        stage.out,
        "{} operations in {} sequences, {} requests, {seconds} s; {} kinds of steps",
        grouped(report.operations),
        grouped(report.sequences),
        grouped(report.requests),
        report.edges
    )?;
    if let Some(why) = &report.incomplete {
        writeln!(stage.out, "{}: {why}", stage.look.open("INCOMPLETE"))?;
    }
    if report.has_faults() {
        let counts = Class::ALL.iter().filter(|class| class.is_fault());
        let counts: Vec<String> = counts.map(|class| format!("{} {class}", report.count(*class))).collect();
        writeln!(stage.out, "{}: {}", stage.look.bad("FOUND"), counts.join(", "))?;
    } else if report.incomplete.is_none() {
        writeln!(stage.out, "{}: model and server agree.", stage.look.good("NOTHING FOUND"))?;
    }
    Ok(())
}
