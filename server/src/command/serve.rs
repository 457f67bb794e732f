//! `engine serve`.

use super::settlement::SettlementOptions;
use super::{Ending, Outcome};
use clap::{Args, ValueEnum};
use holdfast_engine::{AccountId, Dialect, Timing};
use holdfast_server::chaos::{Behavior, Chaos, ChaosChoice};
use holdfast_server::{App, Key, Limits, Opened, ShopName, StoreChoice, origin, serve};
use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on; port 0 picks a free port.
    #[arg(long, default_value = "127.0.0.1:4242", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// SQLite file of the store, created if missing, or :memory:.
    #[arg(long, default_value = ":memory:", value_name = "FILE")]
    store: PathBuf,
    /// Secret test key (sk_test_…), repeatable; each key has its own account [default: a random key, printed].
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<Key>,
    /// Base URL of the pages for customers [default: the address of the server].
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Name of the shop on the pages for customers, 1 to 80 characters [default: the host of the page that the customer
    /// returns to].
    #[arg(long, value_name = "NAME")]
    shop_name: Option<ShopName>,
    /// Do everything that the specification permits and a careful server never does: late, lost and repeated responses
    /// and webhooks. PROFILE is calm, ordinary (the default), stormy or a TOML file.
    #[arg(long, value_name = "SEED[:PROFILE]")]
    chaos: Option<ChaosChoice>,
    /// File for one JSON line per chaos occurrence [default: standard error].
    #[arg(long, value_name = "FILE", requires = "chaos")]
    chaos_log: Option<PathBuf>,
    /// Attempts of a webhook: live for 13 within three days, sandbox for 3 within four hours.
    #[arg(long, value_enum, default_value = "live", value_name = "KIND")]
    webhook_retries: WebhookRetries,
    #[command(flatten)]
    settlement: SettlementOptions,
    /// Format of the log on standard error.
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Log {
    /// One line per record.
    Text,
    /// One JSON object per record.
    Json,
    /// No log.
    Off,
}

/// The attempts of a webhook (P35).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WebhookRetries {
    /// 13 attempts within three days.
    Live,
    /// 3 attempts within four hours.
    Sandbox,
}

impl WebhookRetries {
    /// Returns the engine's choices with these attempts.
    fn dialect(self) -> Dialect {
        let timing = match self {
            Self::Live => Timing::default(),
            Self::Sandbox => Timing::default().with_sandbox_webhooks(),
        };
        Dialect { timing, ..Dialect::default() }
    }
}

type Failure = Box<dyn Error + Send + Sync>;

pub(crate) fn run(options: Serve) -> Outcome {
    let lines = || tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false);
    match options.log {
        Log::Text => lines().with_ansi(false).init(),
        Log::Json => lines().json().flatten_event(true).init(),
        Log::Off => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(listen(options))?;
    Ok(Ending::Success)
}

async fn listen(options: Serve) -> Result<(), Failure> {
    let listener = TcpListener::bind(options.listen).await;
    let listener = listener.map_err(|error| format!("--listen {}: {error}", options.listen))?;
    let origin = match options.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => origin(&listener)?,
    };
    let store = match options.store.as_os_str() == ":memory:" {
        true => StoreChoice::Memory,
        false => StoreChoice::File(options.store.clone()),
    };
    let keys = if options.keys.is_empty() {
        vec![Key::random().map_err(|error| format!("no random key: {error}"))?]
    } else {
        options.keys
    };
    let mut choice = options.chaos;
    if let Some(choice) = choice.as_mut().filter(|_| options.settlement.settlement_delay.is_some()) {
        // The delay that is given holds.
        choice.profile.set(Behavior::FundsLate, 0);
    }
    let chaos = chaos(choice, options.chaos_log.as_deref())?;
    let opened = App::in_dialect(&store, &keys, &origin, chaos, options.webhook_retries.dialect());
    let Opened { app, accounts } = opened.map_err(|error| format!("--store {}: {error}", options.store.display()))?;
    for account in &accounts {
        let set = app.settle(*account, |settlement| options.settlement.apply(settlement));
        set.map_err(|error| format!("--store {}: {error}", options.store.display()))?;
    }
    if let Some(name) = options.shop_name {
        app.name_shop(name);
    }
    announce(&origin, &keys, &accounts)?;
    let worker = Arc::clone(app.worker());
    let working = {
        let worker = Arc::clone(&worker);
        std::thread::Builder::new().name("worker".to_owned()).spawn(move || worker.run())?
    };
    serve(listener, app, Limits::default(), interrupted()).await;
    tracing::info!("stopping");
    tokio::task::spawn_blocking(move || worker.stop()).await?;
    working.join().map_err(|_| "the worker panicked; the store holds all committed transactions")?;
    Ok(())
}

/// Returns the source of chaos, with its log.
fn chaos(choice: Option<ChaosChoice>, log: Option<&Path>) -> Result<Option<Arc<Chaos>>, Failure> {
    let Some(choice) = choice else { return Ok(None) };
    let sink: Box<dyn Write + Send> = match log {
        None => Box::new(std::io::stderr()),
        Some(file) => {
            let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
            Box::new(opened.map_err(|error| format!("--chaos-log {}: {error}", file.display()))?)
        }
    };
    Ok(Some(Arc::new(Chaos::new(choice, Some(sink)))))
}

/// Prints the address of the server and its API keys to standard output.
fn announce(origin: &str, keys: &[Key], accounts: &[AccountId]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on {origin}")?;
    for (key, account) in keys.iter().zip(accounts) {
        writeln!(out, "key {} of account {account}", key.as_str())?;
    }
    out.flush()
}

/// Completes on SIGINT or SIGTERM.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
