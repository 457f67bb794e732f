//! `check merchant`: a merchant's application under a provider that does everything the specification permits.

use std::path::PathBuf;

use super::{CommonOptions, Exit, Failure, Io};

/// Arguments of `check merchant`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct MerchantArgs {
    /// File that describes the application (TOML)
    config: PathBuf,
    /// Seed of the first run, and profile: calm, ordinary, stormy, hostile (stormy with an attacker) or a TOML file
    #[arg(long, default_value = "1:stormy", value_name = "SEED[:PROFILE]")]
    chaos: String,
    /// Number of purchases
    #[arg(long, default_value_t = 300, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    purchases: u64,
    /// Purchases of one run, interleaved, 1 to 20
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=20))]
    together: u64,
    /// Make a single run with this seed and profile [default profile: stormy]
    #[arg(long, value_name = "SEED[:PROFILE]", conflicts_with_all = ["chaos", "purchases", "replay"])]
    once: Option<String>,
    /// Repeat the run of this replay file, which holds its seed, profile and purchases
    #[arg(long, value_name = "FILE", conflicts_with_all = ["chaos", "purchases", "together", "hostile", "keep_going"])]
    replay: Option<PathBuf>,
    /// Let an attacker take part in the first run and every fourth one after it
    #[arg(long)]
    hostile: bool,
    /// Continue after a fault, and report each kind once
    #[arg(long)]
    keep_going: bool,
    /// Write report.json, coverage.md, and for each fault a story (Markdown, HTML) and a replay file, into this folder
    #[arg(long, value_name = "FOLDER")]
    report: Option<PathBuf>,
    /// Write the judgments as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

#[cfg(not(feature = "merchant"))]
pub(super) fn run(args: &MerchantArgs, _: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let file = args.config.display();
    writeln!(
        io.err,
        "nothing was checked: this build has no provider; run `cargo run --features holdfast-check/merchant --bin check -- merchant {file}`"
    )?;
    Ok(Exit::Incomplete)
}

#[cfg(feature = "merchant")]
pub(super) use checking::run;

#[cfg(feature = "merchant")]
mod checking {
    use std::fs;
    use std::time::Duration;

    use holdfast_merchant::{
        MerchantConfig, MerchantOrder, MerchantReport, NotRunning, RunPlan, check_until, merchant_choice,
    };

    use super::{CommonOptions, Exit, Failure, Io, MerchantArgs};

    /// The time of a check unless `--time-limit` says otherwise.
    const USUAL_TIME: Duration = Duration::from_secs(300);

    pub(in crate::command) fn run(
        args: &MerchantArgs,
        options: &CommonOptions,
        io: &mut Io<'_>,
    ) -> Result<Exit, Failure> {
        let config = MerchantConfig::read(&args.config).map_err(Failure::Usage)?;
        let order = order(args, options)?;
        let is_shown = io.style.progress && !options.no_progress;
        let mut shown = 0;
        io.interrupt.listen()?;
        let checked = check_until(&config, &order, io.interrupt.flag(), &mut |report| {
            if is_shown && report.planned.saturating_sub(shown) >= 100 {
                shown = report.planned;
                eprintln!("purchases: {}, {} s", report.purchases, report.elapsed.as_secs());
            }
        });
        let report = match checked {
            Ok(report) => report,
            Err(NotRunning::Failed(what)) => return Err(Failure::Usage(what)),
            Err(NotRunning::Missing(what)) => {
                writeln!(io.err, "nothing was checked: {what}")?;
                return Ok(Exit::Incomplete);
            }
        };
        write(args, &report, io)?;
        if options.json {
            writeln!(io.out, "{:#}", report.json())?;
        } else {
            write!(io.out, "{}", report.text())?;
        }
        Ok(if !report.stories.is_empty() {
            Exit::False
        } else if report.incomplete.is_some() {
            Exit::Incomplete
        } else {
            Exit::Fine
        })
    }

    fn order(args: &MerchantArgs, options: &CommonOptions) -> Result<MerchantOrder, Failure> {
        let (option, text) = match &args.once {
            Some(once) if once.contains(':') => ("--once", once.clone()),
            Some(once) => ("--once", format!("{once}:stormy")),
            None => ("--chaos", args.chaos.clone()),
        };
        let wrong = |error: String| Failure::Usage(format!("{option}: {error}"));
        let (choice, is_attacked) = merchant_choice(&text).map_err(wrong)?;
        let replay = match &args.replay {
            None => None,
            Some(file) => {
                let named = |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", file.display()));
                let text = fs::read_to_string(file).map_err(|error| Failure::unreadable(&file.display(), &error))?;
                Some(RunPlan::from_file(&text).map_err(|error| named(&error))?)
            }
        };
        let purchases = if args.once.is_some() { args.together } else { args.purchases };
        let time_limit = options.time_limit.unwrap_or(USUAL_TIME);
        let (together, is_hostile, keep_going) = (args.together, args.hostile || is_attacked, args.keep_going);
        Ok(MerchantOrder { choice, purchases, together, time_limit, is_hostile, keep_going, replay })
    }

    fn write(args: &MerchantArgs, report: &MerchantReport, io: &mut Io<'_>) -> Result<(), Failure> {
        if let Some(folder) = &args.report {
            let written = report.write(folder);
            let written = written.map_err(|error| {
                Failure::Usage(format!("--report: cannot write into {}: {error}", folder.display()))
            })?;
            for path in written {
                writeln!(io.err, "{}", path.display())?;
            }
        }
        if let Some(file) = &args.junit {
            fs::write(file, report.junit())
                .map_err(|error| Failure::Usage(format!("--junit: cannot write {}: {error}", file.display())))?;
        }
        Ok(())
    }
}
