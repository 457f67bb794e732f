//! A watch in this process, and its client.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use holdfast_watch::{SettableClock, TOLERANCE, WatchRules, WatchSettings, WatchStore, WatchSummary, Watcher, sign};
use tempfile::TempDir;

pub(crate) const SECRET: &str = "whsec_watch";

/// The time of the clock at the start.
pub(crate) const NOW: i64 = 1_800_000_000;

/// A running watch with a clock that stands still.
pub(crate) struct Running {
    pub(crate) watcher: Watcher,
    pub(crate) clock: Arc<SettableClock>,
    pub(crate) folder: TempDir,
}

/// Returns the settings of a watch in a folder.
pub(crate) fn settings(folder: &Path) -> WatchSettings {
    WatchSettings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        state: folder.join("watch.db"),
        secrets: vec![SECRET.to_owned(), "whsec_other".to_owned()],
        tolerance: TOLERANCE,
        rules: WatchRules::default(),
        forget_after: 90 * 86_400,
        alert_url: None,
        poll: None,
    }
}

impl Running {
    pub(crate) fn start() -> Self {
        Self::start_with(|_| ())
    }

    pub(crate) fn start_with(change: impl FnOnce(&mut WatchSettings)) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), change)
    }

    pub(crate) fn start_in(folder: TempDir, change: impl FnOnce(&mut WatchSettings)) -> Self {
        Self::start_at(NOW, folder, change)
    }

    pub(crate) fn start_at(now: i64, folder: TempDir, change: impl FnOnce(&mut WatchSettings)) -> Self {
        let mut settings = settings(folder.path());
        change(&mut settings);
        let clock = Arc::new(SettableClock::at(now));
        let watcher = Watcher::start(settings, clock.clone()).unwrap();
        Self { watcher, clock, folder }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.watcher.address()
    }

    /// Posts a body with a right signature. Returns the status.
    pub(crate) fn deliver(&self, body: &str) -> u16 {
        deliver(self.address(), body, NOW).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        raw(self.address(), request.as_bytes()).unwrap()
    }

    /// Returns the value of a metric.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        let (_, text) = self.get("/metrics");
        let value =
            text.lines().find_map(|line| line.strip_prefix("holdfast_watch_")?.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no {name}: {text}")).parse().unwrap()
    }

    /// Waits until everything is judged.
    pub(crate) fn settle(&self) {
        until("everything is judged", || self.metric("payments_waiting") == 0);
    }

    /// Returns the lines of the alerts that were not printed, and marks them as printed.
    pub(crate) fn print(&self) -> Vec<String> {
        let lines = self.watcher.unprinted().unwrap();
        lines.iter().for_each(|(number, _)| self.watcher.mark_printed(*number).unwrap());
        lines.into_iter().map(|(_, line)| line).collect()
    }

    pub(crate) fn stop(self) -> (WatchSummary, WatchStore, TempDir) {
        let (summary, store) = self.watcher.stop().unwrap();
        (summary, store, self.folder)
    }
}

/// Posts a body with a right signature of this time. Returns the status, or `None` without an answer.
pub(crate) fn deliver(address: SocketAddr, body: &str, now: i64) -> Option<u16> {
    let signature = sign(&[SECRET], now, body.as_bytes());
    post(address, &format!("Stripe-Signature: {signature}\r\n"), body.as_bytes()).map(|(status, _)| status)
}

/// Posts bytes. Returns status and body of the answer, or `None` without one.
pub(crate) fn post(address: SocketAddr, headers: &str, body: &[u8]) -> Option<(u16, String)> {
    let length = body.len();
    let head =
        format!("POST /webhook HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n");
    raw(address, &[head.as_bytes(), body].concat())
}

/// Sends bytes on a new connection. Returns status and body of the answer, or `None` without one.
pub(crate) fn raw(address: SocketAddr, bytes: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    // The server may close before all bytes are sent.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

/// Waits until a condition holds.
pub(crate) fn until(name: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(120), "it never came about that {name}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Returns the text of an event.
pub(crate) fn event(id: &str, kind: &str, object: &str) -> String {
    format!(r#"{{"id":"{id}","object":"event","type":"{kind}","created":{NOW},"data":{{"object":{{{object}}}}}}}"#)
}

/// A captured charge.
pub(crate) fn charge(id: &str, payment: &str) -> String {
    let object = format!(
        r#""object":"charge","id":"ch_{payment}","payment_intent":"{payment}","status":"succeeded","paid":true,"captured":true,"amount":500,"amount_captured":500"#
    );
    event(id, "charge.succeeded", &object)
}

/// A charge that captured less than nothing.
pub(crate) fn impossible(id: &str, payment: &str) -> String {
    charge(id, payment).replace("\"amount_captured\":500", "\"amount_captured\":-500")
}
