//! The options that several commands share, in groups: each command takes the groups that it reads.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use holdfast_model::trace::parse_duration;
use holdfast_model::{Config, Dialect};

use holdfast_explorer::Part;

/// The explorers of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// Both explorers, whose results must agree.
    Both,
    /// The breadth-first explorer of this project, which keeps whole states.
    Exact,
    /// The `stateright` checker.
    Stateright,
}

/// The format of the answer.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct OutputOptions {
    /// Print the answer as JSON (schemas: check/schemas)
    #[arg(long)]
    pub(crate) json: bool,
}

/// The progress line.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ProgressOptions {
    /// Draw no progress
    #[arg(long)]
    pub(crate) no_progress: bool,
}

/// The number of threads.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ThreadOptions {
    /// Number of threads, 1 to 1024 [default: number of cores]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<NonZeroUsize>,
}

/// The limit of time.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TimeOptions {
    /// Stop after this time, such as 90s or 5m; the result is incomplete [default: 5m for drive and merchant, else none]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) time_limit: Option<Duration>,
}

/// The choices of the dialect.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DialectOptions {
    /// Set a field of the dialect, such as confirm_limit=3; may be given several times
    #[arg(long, value_name = "FIELD=VALUE", value_parser = DialectChoice::parse)]
    pub(crate) dialect: Vec<DialectChoice>,
}

/// The extent of a search through scenarios.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SearchOptions {
    /// Stop after this number of states of each variant; the result is incomplete
    #[arg(long, value_name = "STATES", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_states: Option<u64>,

    /// Include long-running scenarios; store 64-bit fingerprints instead of states
    #[arg(long)]
    pub(crate) deep: bool,

    /// Disable symmetry reduction (slower; validates it)
    #[arg(long)]
    pub(crate) all_orders: bool,
}

/// The options of an exploration alone.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ExploreOptions {
    /// Explorers to run [default: both; with --deep: exact]
    #[arg(long, value_enum)]
    pub(crate) explorer: Option<Which>,

    /// Explore shard K of N (K counts from 0) [default: 0/1]
    #[arg(long, value_name = "K/N", value_parser = part)]
    pub(crate) shard: Option<Part>,

    /// Write results into this file while exploring, and skip what the file already has
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
}

/// The length of a summary.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DetailOptions {
    /// Print a line for each scenario, and every unfinished variant
    #[arg(long, short)]
    pub(crate) verbose: bool,

    /// Print the tables of all scenarios and all properties
    #[arg(long)]
    pub(crate) table: bool,
}

/// The shared options of a command. A field that the command does not take has its default.
#[derive(Clone, Debug, Default)]
pub struct CommonOptions {
    /// Explorers to run; `None` for the default.
    pub explorer: Option<Which>,
    /// Number of threads; `None` for the number of cores.
    pub threads: Option<NonZeroUsize>,
    /// The shard to explore; `None` for everything.
    pub shard: Option<Part>,
    /// Largest number of states of each variant.
    pub max_states: Option<u64>,
    /// Largest duration.
    pub time_limit: Option<Duration>,
    /// Choices of the dialect.
    pub dialect: Vec<DialectChoice>,
    /// Whether the answer is JSON.
    pub json: bool,
    /// Whether no progress is drawn.
    pub no_progress: bool,
    /// Whether long-running scenarios are included.
    pub deep: bool,
    /// Whether symmetry reduction is disabled.
    pub all_orders: bool,
    /// The file of results.
    pub resume: Option<PathBuf>,
    /// Whether each scenario has a line.
    pub verbose: bool,
    /// Whether the full tables are printed.
    pub table: bool,
}

/// A group of options that a command takes.
pub(super) trait OptionGroup {
    /// Copies the options of the group into `common`.
    fn put(&self, common: &mut CommonOptions);
}

impl OptionGroup for OutputOptions {
    fn put(&self, common: &mut CommonOptions) {
        common.json = self.json;
    }
}

impl OptionGroup for ProgressOptions {
    fn put(&self, common: &mut CommonOptions) {
        common.no_progress = self.no_progress;
    }
}

impl OptionGroup for ThreadOptions {
    fn put(&self, common: &mut CommonOptions) {
        common.threads = self.threads;
    }
}

impl OptionGroup for TimeOptions {
    fn put(&self, common: &mut CommonOptions) {
        common.time_limit = self.time_limit;
    }
}

impl OptionGroup for DialectOptions {
    fn put(&self, common: &mut CommonOptions) {
        common.dialect.clone_from(&self.dialect);
    }
}

impl OptionGroup for SearchOptions {
    fn put(&self, common: &mut CommonOptions) {
        common.max_states = self.max_states;
        common.deep = self.deep;
        common.all_orders = self.all_orders;
    }
}

impl OptionGroup for ExploreOptions {
    fn put(&self, common: &mut CommonOptions) {
        common.explorer = self.explorer;
        common.shard = self.shard;
        common.resume.clone_from(&self.resume);
    }
}

impl OptionGroup for DetailOptions {
    fn put(&self, common: &mut CommonOptions) {
        common.verbose = self.verbose;
        common.table = self.table;
    }
}

/// One field of the dialect with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialectChoice {
    name: String,
    word: String,
}

impl DialectChoice {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, word) = text.split_once('=').ok_or("expected FIELD=VALUE, such as confirm_limit=3")?;
        Dialect::default().set(name, word)?;
        Ok(Self { name: name.to_owned(), word: word.to_owned() })
    }
}

fn part(text: &str) -> Result<Part, String> {
    text.parse()
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map(|seconds| Duration::from_secs(u64::from(seconds)))
}

impl CommonOptions {
    /// Returns the options of these groups, and the defaults of all others.
    #[must_use]
    pub(super) fn of(groups: &[&dyn OptionGroup]) -> Self {
        let mut common = Self::default();
        groups.iter().for_each(|group| group.put(&mut common));
        common
    }

    /// Returns the explorers to run.
    #[must_use]
    pub fn which(&self) -> Which {
        self.explorer.unwrap_or(if self.deep { Which::Exact } else { Which::Both })
    }

    /// Returns the number of threads, at least 1.
    #[must_use]
    pub fn threads(&self) -> usize {
        let available = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(available).get()
    }

    /// Returns `config` with the choices of the user.
    #[must_use]
    pub fn decide(&self, mut config: Config) -> Config {
        for DialectChoice { name, word } in &self.dialect {
            // The argument was validated when it was parsed.
            let _known = config.dialect.set(name, word);
        }
        config
    }

    /// Returns the choices of the user: field and word of each.
    #[must_use]
    pub(super) fn dialect_words(&self) -> Vec<(String, String)> {
        self.dialect.iter().map(|choice| (choice.name.clone(), choice.word.clone())).collect()
    }

    /// Returns the description that must be equal for results to be merged.
    #[must_use]
    pub fn subject(&self) -> String {
        let mut choices: Vec<String> =
            self.dialect.iter().map(|choice| format!("{}={}", choice.name, choice.word)).collect();
        choices.sort();
        let dialect = if choices.is_empty() { "as in the scenarios".to_owned() } else { choices.join(" ") };
        let orders = if self.all_orders { "; all orders" } else { "" };
        format!("holdfast {}; dialect {dialect}; explorer {:?}{orders}", env!("CARGO_PKG_VERSION"), self.which())
    }
}

/// Parses a number of threads that a machine can start.
pub(super) fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number: Option<NonZeroUsize> = text.parse().ok();
    number.filter(|number| number.get() <= 1024).ok_or_else(|| "expected a number from 1 to 1024".to_owned())
}
