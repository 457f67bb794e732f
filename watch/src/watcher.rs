//! The whole watch: the endpoint and its threads, from start to stop.

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

use crate::assess::WatchRules;
use crate::clock::WatchClock;
use crate::http::{Endpoint, router};
use crate::judging::PaymentJudging;
use crate::listen::serve;
use crate::metrics::Counters;
use crate::notes::Notes;
use crate::polling::{PollTarget, Poller};
use crate::posting::Poster;
use crate::signature::SigningSecrets;
use crate::store::{StateError, SyncMode, WatchFigures, WatchStore};
use crate::summary::WatchSummary;
use crate::wake::Wake;
use crate::writer::{EventWriter, QUEUE, QueuedEvents};

/// The settings of a watch.
pub struct WatchSettings {
    /// The address to listen on; port 0 is any free one.
    pub listen: SocketAddr,
    /// The database.
    pub state: PathBuf,
    /// The signing secrets of the endpoints that deliver here.
    pub secrets: Vec<String>,
    /// The age up to which a signature counts, in seconds.
    pub tolerance: i64,
    /// The rules by which payments are judged.
    pub rules: WatchRules,
    /// Seconds for which a closed payment is kept after its last event.
    pub forget_after: i64,
    /// The webhook that gets the alerts.
    pub alert_url: Option<String>,
    /// The provider to poll.
    pub poll: Option<PollTarget>,
}

/// A running watch.
pub struct Watcher {
    address: SocketAddr,
    counters: Arc<Counters>,
    store: WatchStore,
    alerts_before: u64,
    end: oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<()>,
    runtime: Runtime,
    writer: JoinHandle<()>,
    poller: Option<(Arc<Wake>, JoinHandle<()>)>,
    poster: Option<(Arc<Wake>, JoinHandle<()>)>,
    judge: (Arc<Wake>, JoinHandle<Result<(), StateError>>),
    notes: Receiver<String>,
    is_failing: Arc<AtomicBool>,
    _lock: File,
}

fn locked(settings: &WatchSettings) -> Result<File, String> {
    let mut path = settings.state.clone().into_os_string();
    path.push(".lock");
    let named = |error: &io::Error| format!("--state: cannot write {}: {error}", path.display());
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(|error| named(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(format!("--state: another watch uses {}; name another file or stop it", settings.state.display()))
        }
        Err(TryLockError::Error(error)) => Err(named(&error)),
    }
}

fn spawn<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> Result<JoinHandle<T>, String> {
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread.spawn(work).map_err(|error| format!("cannot start a thread: {error}"))
}

/// The parts that the threads share, and the settings that they are made from.
struct WatchParts {
    settings: WatchSettings,
    clock: Arc<dyn WatchClock>,
    counters: Arc<Counters>,
    judge: Arc<Wake>,
    poster: Arc<Wake>,
    gaps_filled: Arc<AtomicBool>,
    is_failing: Arc<AtomicBool>,
    notes: Sender<String>,
}

impl WatchParts {
    fn open(&self, mode: SyncMode) -> Result<WatchStore, String> {
        let path = &self.settings.state;
        WatchStore::open(path, mode).map_err(|error| format!("--state: cannot open {}: {error}", path.display()))
    }

    fn writer(&self, deliveries: mpsc::Receiver<QueuedEvents>) -> Result<EventWriter, String> {
        Ok(EventWriter {
            store: self.open(SyncMode::Disk)?,
            deliveries,
            clock: Arc::clone(&self.clock),
            counters: Arc::clone(&self.counters),
            judge: Arc::clone(&self.judge),
            is_failing: Arc::clone(&self.is_failing),
        })
    }

    fn judge(&self) -> Result<PaymentJudging, String> {
        let mut store = self.open(SyncMode::System)?;
        let applied = store.apply_rules(self.settings.rules.digest(), self.clock.now());
        applied.map_err(|error| format!("--state: {error}"))?;
        Ok(PaymentJudging {
            store,
            clock: Arc::clone(&self.clock),
            rules: self.settings.rules,
            forget_after: self.settings.forget_after,
            is_posted: self.settings.alert_url.is_some(),
            counters: Arc::clone(&self.counters),
            wake: Arc::clone(&self.judge),
            poster: Arc::clone(&self.poster),
            gaps_filled: Arc::clone(&self.gaps_filled),
            notes: Notes::new(self.notes.clone()),
        })
    }

    fn poster(&self, url: String) -> Result<Poster, String> {
        Ok(Poster {
            store: self.open(SyncMode::System)?,
            clock: Arc::clone(&self.clock),
            url,
            counters: Arc::clone(&self.counters),
            wake: Arc::clone(&self.poster),
            notes: Notes::new(self.notes.clone()),
        })
    }

    fn poller(&self, target: PollTarget, deliveries: &mpsc::Sender<QueuedEvents>) -> Result<Poller, String> {
        Ok(Poller {
            target,
            store: self.open(SyncMode::System)?,
            deliveries: deliveries.clone(),
            clock: Arc::clone(&self.clock),
            counters: Arc::clone(&self.counters),
            wake: Arc::default(),
            gaps_filled: Arc::clone(&self.gaps_filled),
            notes: Notes::new(self.notes.clone()),
            unreadable: HashSet::new(),
        })
    }

    fn endpoint(&mut self, deliveries: mpsc::Sender<QueuedEvents>) -> Result<Endpoint, String> {
        let store = WatchStore::open_to_read(&self.settings.state).map_err(|error| format!("--state: {error}"))?;
        Ok(Endpoint {
            secrets: SigningSecrets::new(std::mem::take(&mut self.settings.secrets), self.settings.tolerance),
            clock: Arc::clone(&self.clock),
            counters: Arc::clone(&self.counters),
            deliveries,
            store: Mutex::new(store),
        })
    }
}

impl Watcher {
    /// Opens the database, starts the threads and listens.
    ///
    /// # Errors
    /// Returns a message that names the option and its fault.
    pub fn start(settings: WatchSettings, clock: Arc<dyn WatchClock>) -> Result<Self, String> {
        if settings.poll.as_ref().is_some_and(|poll| poll.every.is_zero()) {
            return Err("--poll-every: it is 0; expected a time above 0, such as 1m".to_owned());
        }
        let lock = locked(&settings)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
        let listen = settings.listen;
        let listener = runtime.block_on(TcpListener::bind(listen));
        let listener = listener.map_err(|error| format!("--listen: cannot listen on {listen}: {error}"))?;
        let address = listener.local_addr().map_err(|error| format!("--listen: {error}"))?;
        let (note, notes) = std::sync::mpsc::channel();
        let mut shared = WatchParts {
            gaps_filled: Arc::new(AtomicBool::new(settings.poll.is_none())),
            settings,
            clock,
            counters: Arc::default(),
            judge: Arc::default(),
            poster: Arc::default(),
            is_failing: Arc::default(),
            notes: note,
        };
        let (sender, deliveries) = mpsc::channel(QUEUE);
        // Everything that can fail comes before the first thread.
        let writer = shared.writer(deliveries)?;
        let judge = shared.judge()?;
        let poller = shared.settings.poll.take().map(|target| shared.poller(target, &sender)).transpose()?;
        let poster = shared.settings.alert_url.take().map(|url| shared.poster(url)).transpose()?;
        let router = router(Arc::new(shared.endpoint(sender)?));
        let store = shared.open(SyncMode::System)?;
        let alerts_before = alerts(&store.figures().map_err(|error| format!("--state: {error}"))?);

        let writer = spawn("store", || writer.run())?;
        let start_poller =
            |poller: Poller| Ok::<_, String>((Arc::clone(&poller.wake), spawn("poll", || poller.run())?));
        let poller = poller.map(start_poller).transpose()?;
        let start_poster =
            |poster: Poster| Ok::<_, String>((Arc::clone(&poster.wake), spawn("post", || poster.run())?));
        let poster = poster.map(start_poster).transpose()?;
        let judge = (Arc::clone(&shared.judge), spawn("judge", || judge.run())?);
        let (end, ended) = oneshot::channel::<()>();
        let ended = async move {
            let _ = ended.await;
        };
        let serving = runtime.spawn(serve(listener, router, ended));
        Ok(Self {
            address,
            counters: shared.counters,
            store,
            alerts_before,
            end,
            serving,
            runtime,
            writer,
            poller,
            poster,
            judge,
            notes,
            is_failing: shared.is_failing,
            _lock: lock,
        })
    }

    /// Returns the address on which it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the number and the line of each alert that was not printed.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn unprinted(&self) -> Result<Vec<(i64, String)>, StateError> {
        self.store.unprinted()
    }

    /// Notes that an alert was printed, so that no later start prints it again.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub fn mark_printed(&self, number: i64) -> Result<(), StateError> {
        self.store.mark_printed(number)
    }

    /// Returns the notes for the user since the last call.
    pub fn notes(&self) -> Vec<String> {
        self.notes.try_iter().collect()
    }

    /// Returns whether events cannot be stored at the moment: each is then refused, and the provider sends it again.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    /// Returns whether every thread runs. [`Watcher::stop`] returns the reason why one does not.
    #[must_use]
    pub fn is_running(&self) -> bool {
        let is_helped = self.poller.iter().chain(&self.poster).all(|(_, thread)| !thread.is_finished());
        is_helped && !self.writer.is_finished() && !self.judge.1.is_finished()
    }

    /// Finishes the requests in progress, judges the payments that wait, and returns the summary with the store.
    ///
    /// # Errors
    /// Returns the error that a thread met.
    pub fn stop(self) -> Result<(WatchSummary, WatchStore), String> {
        let _ = self.end.send(());
        let _ = self.runtime.block_on(self.serving);
        // Connections hold senders; without them the writer ends after its last transaction.
        self.runtime.shutdown_timeout(Duration::from_secs(1));
        let failed = || "a thread failed, which is a mistake of this program".to_owned();
        let ended = |(wake, thread): (Arc<Wake>, JoinHandle<()>)| {
            wake.stop();
            thread.join().map_err(|_| failed())
        };
        let (polls, posts) = (self.poller.is_some(), self.poster.is_some());
        self.poller.map_or(Ok(()), ended)?;
        self.writer.join().map_err(|_| failed())?;
        let (wake, judge) = self.judge;
        wake.stop();
        let judged = judge.join().map_err(|_| failed())?;
        // After the judge, so that its last alerts are posted.
        self.poster.map_or(Ok(()), ended)?;
        judged.map_err(|error| format!("--state: {error}"))?;
        let figures = self.store.figures().map_err(|error| format!("--state: {error}"))?;
        let summary = WatchSummary {
            events: self.counters.events.get(),
            alerts: alerts(&figures).saturating_sub(self.alerts_before),
            polls: polls.then(|| self.counters.poll_summary()),
            posts: posts.then(|| self.counters.post_summary(figures.unposted)),
            refused: self.counters.refused(),
            unstored: self.counters.unstored.count(),
            notes: self.notes.try_iter().collect(),
            figures,
        };
        Ok((summary, self.store))
    }
}

/// Returns the number of alerts of all kinds.
fn alerts(figures: &WatchFigures) -> u64 {
    figures.alerts.values().sum()
}
