//! The command line: what can be asked, and how the answer is given.
//!
//! Exit codes: 0 all properties hold and every search is complete; 1 a property is false, or a trace does
//! not go as it says; 2 bad usage or input; 3 incomplete.

mod audit;
mod conclusion;
mod coverage;
mod drive;
mod explore;
mod merchant;
mod merge;
mod on_engine;
mod options;
mod path;
mod properties;
mod replay;
mod scenarios;
mod select;
mod soak;
mod streams;
mod strength;
#[cfg(test)]
mod tests;
mod unit;
mod verdict;
mod web;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

pub use options::{CommonOptions, Which};
pub use streams::{Io, OutputStyle};

use crate::catalogue::Catalogue;

/// What the command line cannot know by itself.
pub struct Dependencies<'a> {
    /// The properties.
    pub catalogue: &'a dyn Catalogue,
    /// Writes the reports into a folder and says which files it wrote.
    pub report: &'a dyn Fn(&Path) -> io::Result<Vec<PathBuf>>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All properties hold, and every search is complete.
    Fine,
    /// A property is false, or a trace does not go as it says.
    False,
    /// Bad usage or input.
    Usage,
    /// Something has been left out, so nothing is proven.
    Incomplete,
}

impl Exit {
    /// The code for the shell.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::False => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
        }
    }
}

/// Why a command gave no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The user asked for something that does not exist, with what does.
    Usage(String),
    /// The answer could not be written.
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Explores every reachable state of the payment model and judges each one by every property.
#[derive(Debug, Parser)]
#[command(name = "check", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: CommonOptions,
}

const EXIT_CODES: &str = "\
Without a command, all default scenarios are explored.

Exit codes: 0 all properties hold and every search is complete; 1 a property is false, or a trace does not
go as it says; 2 bad usage or input; 3 incomplete.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Explore scenarios, and judge every property
    Explore {
        /// Scenarios to explore [default: all, with --deep also the deep ones]
        scenarios: Vec<String>,
    },
    /// List the scenarios and their bounds
    Scenarios,
    /// List the properties, or tell everything about one
    Properties {
        /// The name of a property
        property: Option<String>,
    },
    /// Run a trace, show each step, and explain the properties it makes false
    Replay {
        /// The trace; `-` reads standard input
        file: PathBuf,
        /// On what: the model alone, or the engine in lockstep with it
        #[arg(long, value_enum, default_value = "model")]
        on: replay::On,
    },
    /// Confront the engine with the model in random sequences, until the time is up or they part
    Soak(soak::SoakArgs),
    /// Drive a server that speaks the provider's API, and find where it parts from the model
    Drive(drive::DriveArgs),
    /// Check a merchant's application under a provider that does everything the specification permits
    Merchant(merchant::MerchantArgs),
    /// Count how soon the harness notices engines with one rule broken on purpose
    Strength(strength::StrengthArgs),
    /// Say how many of the explorers' abstract transitions a corpus drives through the engine
    Coverage(coverage::CoverageArgs),
    /// Write the explorers' shortest ways as a corpus for the fuzzers to begin with
    Seeds {
        /// The folder
        to: PathBuf,
        /// What the explorers have found
        #[arg(long, value_name = "FILE", default_value = "reports/transitions.json")]
        transitions: PathBuf,
    },
    /// Judge a log of webhook or API events, payment by payment
    Audit(audit::AuditArgs),
    /// Find the shortest trace to a state, such as `status=succeeded refunded>0`
    Path {
        /// Conditions on what is seen: `field=value`, also != < <= > >=, all of which must hold
        #[arg(required = true)]
        predicate: Vec<String>,
        /// Search this scenario only; may be given several times
        #[arg(long, value_name = "SCENARIO")]
        scenario: Vec<String>,
    },
    /// Walk through a scenario by hand, in a browser
    Web {
        /// The scenario
        scenario: String,
        /// The variant of it [default: the first]
        variant: Option<String>,
        /// The port on the loopback interface
        #[arg(long, default_value_t = 3000)]
        port: u16,
    },
    /// Write the reports anew
    Report {
        /// The folder
        #[arg(long, default_value = "reports")]
        to: PathBuf,
    },
    /// Add up what shards wrote by --resume, and judge the whole
    Merge {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// Does what `arguments` (the first of which is the name of the program) ask for.
pub fn run(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    dependencies: &Dependencies<'_>,
    io: &mut Io<'_>,
) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let is_error = error.use_stderr();
            let text = if io.style.color { error.render().ansi().to_string() } else { error.render().to_string() };
            let target: &mut dyn io::Write = if is_error { &mut io.err } else { &mut io.out };
            // Where even this cannot be written, the code has to say it.
            let _written = target.write_all(text.as_bytes());
            return if is_error { Exit::Usage } else { Exit::Fine };
        }
    };
    let answer = match cli.command {
        None => explore::run(&[], &cli.options, dependencies, io),
        Some(Command::Explore { scenarios }) => explore::run(&scenarios, &cli.options, dependencies, io),
        Some(Command::Scenarios) => scenarios::run(&cli.options, io),
        Some(Command::Properties { property }) => properties::run(property.as_deref(), &cli.options, dependencies, io),
        Some(Command::Replay { file, on: replay::On::Model }) => replay::run(&file, &cli.options, dependencies, io),
        Some(Command::Replay { file, on: replay::On::Engine }) => on_engine::run(&file, &cli.options, io),
        Some(Command::Soak(args)) => soak::run(&args, &cli.options, io),
        Some(Command::Drive(args)) => drive::run(&args, &cli.options, io),
        Some(Command::Merchant(args)) => merchant::run(&args, &cli.options, io),
        Some(Command::Strength(args)) => strength::run(&args, &cli.options, io),
        Some(Command::Coverage(args)) => coverage::run(&args, &cli.options, io),
        Some(Command::Seeds { to, transitions }) => coverage::seeds(&to, &transitions, io),
        Some(Command::Audit(args)) => audit::run(&args, &cli.options, io),
        Some(Command::Path { predicate, scenario }) => path::run(&predicate, &scenario, &cli.options, io),
        Some(Command::Web { scenario, variant, port }) => {
            web::run(&scenario, variant.as_deref(), port, &cli.options, io)
        }
        Some(Command::Report { to }) => report(&to, dependencies, io),
        Some(Command::Merge { files }) => merge::run(&files, &cli.options, dependencies, io),
    };
    match answer {
        Ok(exit) => exit,
        Err(Failure::Usage(message)) => {
            let _written = writeln!(io.err, "{} {message}", io.style.bad("error:"));
            Exit::Usage
        }
        // Whoever reads the answer has had enough of it.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Incomplete,
        Err(Failure::Output(error)) => {
            let _written = writeln!(io.err, "{} cannot write the answer: {error}", io.style.bad("error:"));
            Exit::Incomplete
        }
    }
}

fn report(to: &Path, dependencies: &Dependencies<'_>, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let files = (dependencies.report)(to)
        .map_err(|error| Failure::Usage(format!("cannot write the reports to {}: {error}", to.display())))?;
    for file in files {
        writeln!(io.out, "{}", file.display())?;
    }
    Ok(Exit::Fine)
}
