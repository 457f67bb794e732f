//! The options that most commands share.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use holdfast_model::trace::parse_duration;
use holdfast_model::{Config, Dialect};

use holdfast_explorer::Part;

/// Which explorer explores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// Both, and they must agree.
    Both,
    /// Ours.
    Exact,
    /// The `stateright` checker.
    Stateright,
}

/// The options that most commands share.
#[derive(Clone, Debug, Args)]
pub struct CommonOptions {
    /// Who explores [default: both; with --deep: exact]
    #[arg(long, global = true, value_enum)]
    pub explorer: Option<Which>,

    /// Threads to explore on, 1 to 1024 [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = threads)]
    pub threads: Option<NonZeroUsize>,

    /// Explore this part only, of so many, counted from 0
    #[arg(long, global = true, value_name = "K/N", value_parser = part, default_value = "0/1")]
    pub shard: Part,

    /// Stop after so many states of each variant
    #[arg(long, global = true, value_name = "STATES")]
    pub max_states: Option<u64>,

    /// Stop after this time, such as 90s or 5m
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    pub time_limit: Option<Duration>,

    /// Decide what the rules leave open in another way; may be given several times
    #[arg(long, global = true, value_name = "FIELD=VALUE", value_parser = DialectChoice::parse)]
    pub dialect: Vec<DialectChoice>,

    /// Answer in JSON
    #[arg(long, global = true)]
    pub json: bool,

    /// Draw no progress
    #[arg(long, global = true)]
    pub no_progress: bool,

    /// Also the scenarios that take long; states by fingerprint
    #[arg(long, global = true)]
    pub deep: bool,

    /// Tell interchangeable payments apart: many more states, for checking the fewer ones
    #[arg(long, global = true)]
    pub all_orders: bool,

    /// Write what was found into this file as it is found, and skip what the file has already
    #[arg(long, global = true, value_name = "FILE")]
    pub resume: Option<PathBuf>,
}

/// One field of the dialect, decided by the user.
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

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map(|seconds| Duration::from_secs(u64::from(seconds)))
}

impl CommonOptions {
    /// Who explores.
    #[must_use]
    pub fn which(&self) -> Which {
        self.explorer.unwrap_or(if self.deep { Which::Exact } else { Which::Both })
    }

    /// On how many threads.
    #[must_use]
    pub fn threads(&self) -> usize {
        let available = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(available).get()
    }

    /// The config as the user wants them.
    #[must_use]
    pub fn decide(&self, mut config: Config) -> Config {
        for DialectChoice { name, word } in &self.dialect {
            // It has been tried when it was read.
            let _known = config.dialect.set(name, word);
        }
        config
    }

    /// What must be equal for results to belong together.
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
fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number: Option<NonZeroUsize> = text.parse().ok();
    number.filter(|number| number.get() <= 1024).ok_or_else(|| "expected a number from 1 to 1024".to_owned())
}
