//! The subcommands that work on a store's file without serving it.

use super::settlement::SettlementOptions;
use super::{Ending, Outcome};
use clap::{Subcommand, ValueEnum};
use holdfast_engine::acquirer::{LedgerFile, NoFaults, SimulatedAcquirer};
use holdfast_engine::edge::{read, render};
use holdfast_engine::objects::Account;
use holdfast_engine::store::{Durability, SqliteStore, StoreError};
use holdfast_engine::{
    AccountId, ApiVersion, Engine, EngineParts, Ids, Kind, ObjectId, Request, Summary, SystemIds, Time, reconcile,
};
use holdfast_server::{HttpDelivery, MovableClock};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The subcommands, with their arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Create a store with one account, or add an account to a store.
    Create {
        /// SQLite file of the store.
        file: PathBuf,
        /// Country of the account: two capital letters.
        #[arg(long, default_value = "US", value_parser = country)]
        country: String,
        /// Pricing of the account; only interchange-plus has multicapture.
        #[arg(long, value_enum, default_value = "interchange-plus")]
        pricing: Pricing,
        /// Connect the account to this platform.
        #[arg(long, value_name = "ACCOUNT", value_parser = account)]
        platform: Option<AccountId>,
        #[command(flatten)]
        settlement: SettlementOptions,
    },
    /// Print the number of objects of each kind, or one object.
    Inspect {
        /// SQLite file of the store.
        file: PathBuf,
        /// Id of the object to print.
        #[arg(value_parser = object)]
        id: Option<ObjectId>,
    },
    /// Execute one API request and print the response.
    Call {
        /// SQLite file of the store.
        file: PathBuf,
        /// HTTP method.
        #[arg(value_enum, ignore_case = true)]
        method: Method,
        /// Path, with or without /v1/.
        path: String,
        /// Parameters as `name=value`, nested as `name[inner]=value`.
        #[arg(value_parser = parameter)]
        parameters: Vec<(String, String)>,
        /// Account of the request [default: the store's first].
        #[arg(long, value_parser = account)]
        account: Option<AccountId>,
        /// Idempotency key.
        #[arg(long)]
        key: Option<String>,
        /// API version, YYYY-MM-DD [default: the account's].
        #[arg(long, value_parser = version)]
        version: Option<ApiVersion>,
    },
    /// Run due jobs: expiry, background captures, bank and refund outcomes, webhooks; exit with 3 if requests to the
    /// acquirer stay open.
    Run {
        /// SQLite file of the store.
        file: PathBuf,
        /// Run the jobs due at this time, in seconds since 1970 [default: now].
        #[arg(long)]
        at: Option<u64>,
    },
    /// Compare payments, the ledger and the acquirer's ledger; exit with 1 at the first difference, with 3 if requests to
    /// the acquirer are open.
    Reconcile {
        /// SQLite file of the store.
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Pricing {
    InterchangePlus,
    Blended,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Method {
    Get,
    Post,
    Delete,
}

pub(crate) fn run(task: Task) -> Outcome {
    match task {
        Task::Create { file, country, pricing, platform, settlement } => {
            create(&file, country, pricing, (platform, settlement))
        }
        Task::Inspect { file, id } => inspect(&open(&existing(file)?)?.0, id),
        Task::Call { file, method, path, parameters, account, key, version } => {
            let (engine, _) = open(&existing(file)?)?;
            let account = match account {
                Some(account) => account,
                None => first_account(&engine)?.ok_or("the store has no account")?,
            };
            let request = request(account, method, &path, &parameters, key, version);
            let response = engine.execute(request);
            println!("{:#}", render::response(&response));
            Ok(Ending::of(response.status() < 400))
        }
        Task::Run { file, at } => {
            let (engine, _) = open(&existing(file)?)?;
            let progress = engine.run_due(at.map_or_else(|| engine.now(), Time::new))?;
            println!(
                "jobs run: {}, requests to the acquirer completed: {}, left open: {}, idempotency keys removed: {}",
                progress.jobs, progress.answered, progress.open, progress.pruned
            );
            Ok(if progress.open == 0 { Ending::Success } else { Ending::Incomplete })
        }
        Task::Reconcile { file } => {
            let (engine, acquirer) = open(&existing(file)?)?;
            let compared = reconcile(engine.store(), &acquirer.read_positions()?)?;
            let (text, ending) = match compared {
                Ok(sum) => reconciled(&sum),
                Err(difference) => (format!("difference: {difference}"), Ending::Failure),
            };
            println!("{text}");
            Ok(ending)
        }
    }
}

/// Returns the summary of ledgers without a difference. Objects with open requests to the acquirer were not compared with
/// its ledger, so the result is then incomplete.
fn reconciled(sum: &Summary) -> (String, Ending) {
    let compared = format!(
        "no difference; compared: payments {}, charges {}, refunds {}, ledger entries {}, holds at the acquirer {}",
        sum.intents, sum.charges, sum.refunds, sum.movements, sum.positions
    );
    match sum.open {
        0 => (compared, Ending::Success),
        open => {
            let rest = "their payments were not compared with the acquirer; run `engine run` first";
            (
                format!("INCOMPLETE: requests to the acquirer that are open: {open}; {rest}\n{compared}"),
                Ending::Incomplete,
            )
        }
    }
}

/// Opens the engine on a file, with the simulated acquirer's ledger beside it.
fn open(file: &Path) -> Result<(Engine, Arc<SimulatedAcquirer>), Box<dyn Error + Send + Sync>> {
    let store = SqliteStore::open(file, Durability::Full)?;
    let ledger = LedgerFile::open(&file.with_extension("acquirer"))?;
    let acquirer = Arc::new(SimulatedAcquirer::on_ledger(NoFaults, ledger));
    let parts = EngineParts {
        store: Arc::new(store),
        acquirer: acquirer.clone(),
        clock: Arc::new(MovableClock::saved_in(&file.with_extension("clock"))?),
        delivery: Arc::new(HttpDelivery::default()),
        ids: Arc::new(SystemIds::default()),
        ..EngineParts::in_memory(Time::default())
    };
    Ok((Engine::open(parts)?, acquirer))
}

fn existing(file: PathBuf) -> Result<PathBuf, String> {
    match file.exists() {
        true => Ok(file),
        false => Err(format!("{}: no such file; create a store with `engine create {0}`", file.display())),
    }
}

fn create(
    file: &Path,
    country: String,
    pricing: Pricing,
    (platform, settlement): (Option<AccountId>, SettlementOptions),
) -> Outcome {
    let (engine, _) = open(file)?;
    if let Some(platform) = platform.filter(|id| engine.account(*id).is_none()) {
        return Err(format!("--platform {platform}: no such account in this store").into());
    }
    let id = AccountId(SystemIds::default().next());
    let interchange_plus = matches!(pricing, Pricing::InterchangePlus);
    let standard = Account::standard(id);
    let settlement = settlement.apply(standard.settlement);
    engine.add_account(Account { country, interchange_plus, platform, settlement, ..standard })?;
    println!("{id}");
    Ok(Ending::Success)
}

fn inspect(engine: &Engine, id: Option<ObjectId>) -> Outcome {
    if let Some(id) = id {
        let found = engine.observe(id)?;
        match &found {
            Some(object) => println!("{:#}", render::object(object, ApiVersion::CURRENT)),
            None => println!("no such object: {id}"),
        }
        return Ok(Ending::of(found.is_some()));
    }
    for kind in Kind::ALL {
        let mut count = 0_u64;
        engine.store().each(*kind, &mut |_| count = count.saturating_add(1))?;
        println!("{count:>10}  {kind:?}");
    }
    println!("{:>10}  open requests to the acquirer", engine.store().open_asks()?.len());
    if let Some(due) = engine.next_due()? {
        println!("next job due at {}", due.seconds());
    }
    Ok(Ending::Success)
}

fn first_account(engine: &Engine) -> Result<Option<AccountId>, StoreError> {
    let mut first = None;
    let note = &mut |object: holdfast_engine::Object| {
        first = first.or(object.as_account().map(|account| account.id));
    };
    engine.store().each(Kind::Account, note)?;
    Ok(first)
}

fn request(
    account: AccountId,
    method: Method,
    path: &str,
    parameters: &[(String, String)],
    key: Option<String>,
    version: Option<ApiVersion>,
) -> Request {
    let verb = match method {
        Method::Get => read::Verb::Get,
        Method::Post => read::Verb::Post,
        Method::Delete => read::Verb::Delete,
    };
    let (expand, rest): (Vec<_>, Vec<_>) = parameters.iter().partition(|(name, _)| name.starts_with("expand["));
    let tree = read::form(rest.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let command = read::command(verb, path, &tree);
    let expand = expand.into_iter().map(|(_, path)| path.clone()).collect();
    Request { account, idempotency_key: key, version, expand, command }
}

fn country(text: &str) -> Result<String, String> {
    match text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        true => Ok(text.to_owned()),
        false => Err("expected a two-letter country code in capitals, such as US".to_owned()),
    }
}

fn account(text: &str) -> Result<AccountId, String> {
    text.parse().map_err(|_| "expected an account id as `engine create` prints it (acct_…)".to_owned())
}

fn object(text: &str) -> Result<ObjectId, String> {
    text.parse().map_err(|_| "expected an object id such as pi_…, ch_… or re_…".to_owned())
}

fn version(text: &str) -> Result<ApiVersion, String> {
    text.parse().map_err(|_| "expected a date such as 2026-06-24".to_owned())
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    pair.ok_or_else(|| "expected name=value".to_owned())
}
