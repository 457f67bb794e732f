//! The definition of the command line: commands, arguments and help texts.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::options::{
    CommonOptions, DetailOptions, DialectOptions, ExploreOptions, OptionGroup, OutputOptions, ProgressOptions,
    SearchOptions, ThreadOptions, TimeOptions,
};
use super::{audit, coverage, drive, merchant, replay, soak, strength, team, watch, web};

/// The meaning of each exit code, by command.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  done, and everything is as it must be
  1  explore, merge: a property is false, or the explorers differ
     replay: a property is false, or the trace and the model differ
     path: every state was searched, and none satisfies the conditions
     soak, replay --on engine, coverage: the engine and the model differ
     strength: an injected fault was never caught
     drive: the server breaks a requirement
     merchant: the application makes a mistake
     audit: an impossible history
     watch: an alert
  2  wrong arguments or input; the message names the field and what is accepted
  3  incomplete: a limit, Ctrl-C, another shard, nothing was tried,
     or a premise that no default scenario covers
  130  ended by a second Ctrl-C";

/// Explores every reachable state of the payment model and judges each one by every property.
///
/// Without a command, all default scenarios and the protocol around a payment are explored. With --json, --shard or
/// --resume, the scenarios alone are; `check protocol` explores the rest.
#[derive(Debug, Parser)]
#[command(
    name = "check", version = holdfast_evidence::VERSION, after_help = EXIT_CODES, args_conflicts_with_subcommands = true,
    disable_help_subcommand = true, max_term_width = 120,
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<CheckCommand>,
    #[command(flatten)]
    pub(super) explore: RunOptions,
}

/// All options of an exploration.
#[derive(Debug, clap::Args)]
pub(super) struct RunOptions {
    #[command(flatten)]
    search: SearchOptions,
    #[command(flatten)]
    explore: ExploreOptions,
    #[command(flatten)]
    time: TimeOptions,
    #[command(flatten)]
    threads: ThreadOptions,
    #[command(flatten)]
    dialect: DialectOptions,
    #[command(flatten)]
    detail: DetailOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    progress: ProgressOptions,
}

impl RunOptions {
    /// Returns the shared options.
    pub(super) fn common(&self) -> CommonOptions {
        let groups: [&dyn OptionGroup; 8] = [
            &self.search,
            &self.explore,
            &self.time,
            &self.threads,
            &self.dialect,
            &self.detail,
            &self.output,
            &self.progress,
        ];
        CommonOptions::of(&groups)
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum CheckCommand {
    /// Explore scenarios and judge every property
    #[command(after_help = "Example: check explore multicapture refunds --table")]
    Explore {
        /// Names of scenarios [default: all default scenarios; with --deep, all]
        scenarios: Vec<String>,
        #[command(flatten)]
        run: RunOptions,
        #[command(flatten)]
        team: team::TeamArgs,
    },
    /// Explore the protocol around a payment: retries, crashes, lost answers, webhooks and a merchant
    #[command(after_help = "Example: check protocol two_clients")]
    Protocol {
        /// Names of instances [default: all default instances; with --deep, all]
        instances: Vec<String>,
        /// Include the instances that run long
        #[arg(long)]
        deep: bool,
        #[command(flatten)]
        time: TimeOptions,
        #[command(flatten)]
        threads: ThreadOptions,
        #[command(flatten)]
        output: OutputOptions,
        #[command(flatten)]
        progress: ProgressOptions,
    },
    /// Find the conservation laws that hold in every step of scenarios
    #[command(after_help = "Example: check laws multicapture connect")]
    Laws {
        /// Names of scenarios [default: all default scenarios that have payments]
        scenarios: Vec<String>,
        /// Stop after this number of states of each variant; the result is incomplete
        #[arg(long, value_name = "STATES", value_parser = clap::value_parser!(u64).range(1..))]
        max_states: Option<u64>,
        #[command(flatten)]
        time: TimeOptions,
        #[command(flatten)]
        threads: ThreadOptions,
        #[command(flatten)]
        output: OutputOptions,
        #[command(flatten)]
        progress: ProgressOptions,
    },
    /// Prove money properties for all amounts and histories of any length, with an SMT solver
    #[command(after_help = "Example: check prove --solver z3 --smt proof")]
    Prove {
        /// The solver: a path, or a name on the search path [default: z3 or cvc5 on the search path]
        #[arg(long, value_name = "PATH")]
        solver: Option<PathBuf>,
        /// Also write the files that re-check the proof into this folder
        #[arg(long, value_name = "DIR")]
        smt: Option<PathBuf>,
        #[command(flatten)]
        output: OutputOptions,
    },
    /// List the scenarios and their bounds
    #[command(after_help = "Example: check scenarios")]
    Scenarios {
        #[command(flatten)]
        output: OutputOptions,
    },
    /// List the properties, or describe one
    #[command(after_help = "Example: check properties refunded-within-captured")]
    Properties {
        /// Name of a property
        property: Option<String>,
        #[command(flatten)]
        output: OutputOptions,
    },
    /// Run a trace, show each step, and explain the properties that it makes false
    #[command(after_help = "Example: check replay model/traces/b34_capture_700_of_1000.trace")]
    Replay {
        /// File of the trace; `-` reads standard input
        file: PathBuf,
        /// System to run it on: the model alone, or the engine in lockstep with the model
        #[arg(long, value_enum, default_value = "model")]
        on: replay::On,
        #[command(flatten)]
        dialect: DialectOptions,
        #[command(flatten)]
        output: OutputOptions,
    },
    /// Compare the engine with the model on random sequences until the time is up or they differ
    #[command(after_help = "Example: check soak --seconds 60 --seed 7")]
    Soak {
        #[command(flatten)]
        args: soak::SoakArgs,
        #[command(flatten)]
        threads: ThreadOptions,
        #[command(flatten)]
        output: OutputOptions,
        #[command(flatten)]
        progress: ProgressOptions,
    },
    /// Compare a server of the provider's API with the model over HTTP
    #[command(after_help = "Example: check drive http://127.0.0.1:8420 --report reports/servers --name mine")]
    Drive {
        #[command(flatten)]
        args: drive::DriveArgs,
        #[command(flatten)]
        time: TimeOptions,
        #[command(flatten)]
        output: OutputOptions,
        #[command(flatten)]
        progress: ProgressOptions,
    },
    /// Check a merchant's application under a provider that does everything the specification permits
    #[command(after_help = "Example: check merchant merchant.toml --purchases 100")]
    Merchant {
        #[command(flatten)]
        args: merchant::MerchantArgs,
        #[command(flatten)]
        time: TimeOptions,
        #[command(flatten)]
        output: OutputOptions,
        #[command(flatten)]
        progress: ProgressOptions,
    },
    /// Measure how soon the harness catches each injected fault
    #[command(after_help = "Example: check strength --seeds 3 --budget 500")]
    Strength {
        #[command(flatten)]
        args: strength::StrengthArgs,
        #[command(flatten)]
        threads: ThreadOptions,
        #[command(flatten)]
        output: OutputOptions,
        #[command(flatten)]
        progress: ProgressOptions,
    },
    /// Report which abstract transitions of the model a corpus covers on the engine
    #[command(after_help = "Example: check coverage fuzz/seeds/lockstep fuzz/seeds/lockstep_hostile")]
    Coverage {
        #[command(flatten)]
        args: coverage::CoverageArgs,
        #[command(flatten)]
        output: OutputOptions,
    },
    /// Write the explorers' shortest paths as a corpus for the fuzzers
    #[command(after_help = "Example: check seeds fuzz/seeds/lockstep")]
    Seeds {
        /// Folder to write into
        to: PathBuf,
        /// File of the abstract transitions
        #[arg(long, value_name = "FILE", default_value = "reports/transitions.json")]
        transitions: PathBuf,
    },
    /// Audit a log of webhook or API events, payment by payment
    #[command(after_help = "Example: check audit events.jsonl --complete")]
    Audit {
        #[command(flatten)]
        args: audit::AuditArgs,
        #[command(flatten)]
        threads: ThreadOptions,
        #[command(flatten)]
        dialect: DialectOptions,
        #[command(flatten)]
        output: OutputOptions,
        #[command(flatten)]
        progress: ProgressOptions,
    },
    /// Receive webhooks, audit each payment as its events come, and raise alerts
    #[command(after_help = "Example: check watch --secret whsec_… --state watch.db --alert https://example.com/alerts")]
    Watch {
        #[command(flatten)]
        args: watch::WatchArgs,
        #[command(flatten)]
        dialect: DialectOptions,
    },
    /// Find the shortest trace to a state
    #[command(after_help = "Example: check path status=succeeded 'refunded>0' --scenario refunds")]
    Path {
        /// Conditions that must all hold: a field, one of = != < <= > >=, and a value
        #[arg(required = true)]
        predicate: Vec<String>,
        /// Search this scenario only; may be given several times
        #[arg(long, value_name = "SCENARIO")]
        scenario: Vec<String>,
        #[command(flatten)]
        search: SearchOptions,
        #[command(flatten)]
        time: TimeOptions,
        #[command(flatten)]
        threads: ThreadOptions,
        #[command(flatten)]
        dialect: DialectOptions,
        #[command(flatten)]
        output: OutputOptions,
        #[command(flatten)]
        progress: ProgressOptions,
    },
    /// Walk through a scenario, or play a trace, in a browser
    #[command(after_help = "Example: check web multicapture us --port 3000")]
    Web {
        #[command(flatten)]
        args: web::WebArgs,
        #[command(flatten)]
        dialect: DialectOptions,
    },
    /// Write the reports, or their HTML edition
    #[command(after_help = "Example: check report --html target/evidence")]
    Report {
        /// Folder of the reports
        #[arg(long, value_name = "FOLDER", default_value = "reports")]
        to: PathBuf,
        /// Explore nothing; write the HTML edition of the reports of --to into this folder
        #[arg(long, value_name = "FOLDER")]
        html: Option<PathBuf>,
        #[command(flatten)]
        threads: ThreadOptions,
    },
    /// Merge the results that shards wrote by --resume, and judge the whole
    #[command(after_help = "Example: check merge a.json b.json")]
    Merge {
        /// Files of results
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        detail: DetailOptions,
        #[command(flatten)]
        output: OutputOptions,
    },
    /// Print the completions of a shell
    #[command(after_help = "Example: check completions bash > ~/.local/share/bash-completion/completions/check")]
    Completions {
        /// Name of the shell
        shell: clap_complete::Shell,
    },
    /// Write a man page for each command
    #[command(after_help = "Example: check man target/man")]
    Man {
        /// Folder to write into
        to: PathBuf,
    },
}
