//! `check watch` as a process: kill -9 under load loses nothing that was acknowledged; Ctrl-C ends it cleanly.
//!
//! ```text
//! cargo test -p holdfast-check --features watch --test watch
//! ```
//!
//! `HOLDFAST_LONG=1` kills it 200 times.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use holdfast_watch::{MachineClock, SyncMode, WatchClock, WatchStore, read_event, sign};
use serde_json::Value;

const SECRET: &str = "whsec_killed";

/// Clients that deliver at the same time.
const CLIENTS: u64 = 4;

/// A running `check watch`.
struct Process {
    child: Child,
    address: SocketAddr,
    /// The lines that it prints, as they come.
    out: JoinHandle<Vec<String>>,
    err: JoinHandle<String>,
}

impl Process {
    fn start(state: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_check"))
            .args(["watch", "--listen", "127.0.0.1:0", "--secret", SECRET, "--state", state.to_str().unwrap()])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        // The last line may be cut by the kill.
        let out = thread::spawn(move || out.lines().map_while(Result::ok).collect());
        let mut err = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        err.read_line(&mut line).unwrap();
        let address = line.split(['/', ' ', ',']).find_map(|word| word.parse().ok());
        let address = address.unwrap_or_else(|| panic!("no address: {line}"));
        let err = thread::spawn(move || {
            let mut text = String::new();
            let _ = err.read_to_string(&mut text);
            text
        });
        Self { child, address, out, err }
    }

    /// Kills it as `kill -9` does. Returns the lines that it printed.
    fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.out.join().unwrap()
    }

    /// Sends a signal and waits. Returns the exit status, standard output and standard error.
    fn end(mut self, signal: &str) -> (ExitStatus, Vec<String>, String) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        (status, self.out.join().unwrap(), self.err.join().unwrap())
    }

    fn metric(&self, name: &str) -> u64 {
        let text = raw(self.address, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let name = format!("holdfast_watch_{name} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&name));
        value.unwrap_or_else(|| panic!("no {name}: {text}")).parse().unwrap()
    }

    /// Waits until everything is judged and printed.
    fn settle(&self) {
        let began = Instant::now();
        while self.metric("payments_waiting") > 0 {
            assert!(began.elapsed() < Duration::from_secs(300), "it does not finish");
            thread::sleep(Duration::from_millis(50));
        }
        thread::sleep(Duration::from_millis(500));
    }
}

fn raw(address: SocketAddr, bytes: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(bytes).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Delivers an event. Returns whether it was acknowledged.
fn deliver(address: SocketAddr, body: &str) -> bool {
    post(address, body, SECRET).is_some_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

/// Posts a body with a signature by this secret. Returns the answer.
fn post(address: SocketAddr, body: &str, secret: &str) -> Option<String> {
    let signature = sign(&[secret], MachineClock.now(), body.as_bytes());
    let length = body.len();
    let head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    let request = format!("{head}Stripe-Signature: {signature}\r\nContent-Length: {length}\r\n\r\n{body}");
    raw(address, request.as_bytes())
}

/// The event number `number`. Three in a row belong to one payment, and each fortieth payment is impossible.
fn event(number: u64) -> (String, String) {
    let (payment, created) = (number / 3, 1_790_000_000 + number);
    let captured = if payment.is_multiple_of(40) { -5 } else { 500 };
    let kind = ["charge.succeeded", "charge.captured", "charge.updated"][usize::try_from(number % 3).unwrap()];
    let id = format!("evt_{number}");
    let text = format!(
        r#"{{"id":"{id}","object":"event","type":"{kind}","created":{created},"data":{{"object":{{"object":"charge",
        "id":"ch_{payment}","payment_intent":"pi_{payment}","status":"succeeded","paid":true,"captured":true,
        "amount":500,"amount_captured":{captured}}}}}}}"#
    );
    (id, text)
}

/// The state that the clients share.
#[derive(Default)]
struct Load {
    address: Mutex<Option<SocketAddr>>,
    next: AtomicU64,
    acknowledged: Mutex<BTreeSet<String>>,
    is_over: AtomicBool,
}

impl Load {
    /// Delivers events, each until it is acknowledged, as a provider does; some once more.
    fn client(&self) {
        while !self.is_over.load(Ordering::SeqCst) {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            let (id, body) = event(number);
            while !self.is_over.load(Ordering::SeqCst) {
                let address = *self.address.lock().unwrap();
                if address.is_some_and(|address| deliver(address, &body)) {
                    self.acknowledged.lock().unwrap().insert(id.clone());
                    break;
                }
                thread::sleep(Duration::from_millis(5));
            }
            if number.is_multiple_of(7)
                && let Some(address) = *self.address.lock().unwrap()
            {
                let _ = deliver(address, &body);
            }
        }
    }
}

#[test]
fn kill_9_under_load_loses_nothing_that_was_acknowledged() {
    let kills = if std::env::var("HOLDFAST_LONG").is_ok_and(|value| value == "1") { 200 } else { 6 };
    let folder = std::env::temp_dir().join(format!("holdfast-watch-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let state = folder.join("watch.db");
    let load = Arc::new(Load::default());
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let load = Arc::clone(&load);
            thread::spawn(move || load.client())
        })
        .collect();
    let mut printed: BTreeMap<String, u32> = BTreeMap::new();
    let mut note = |lines: Vec<String>| {
        // A line that the kill cut is printed again by the next start.
        let whole = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        whole.for_each(|alert| *printed.entry(alert["payment"].as_str().unwrap().to_owned()).or_default() += 1);
    };
    for number in 0..kills {
        let process = Process::start(&state, &[]);
        *load.address.lock().unwrap() = Some(process.address);
        // At ever other moments of a transaction.
        thread::sleep(Duration::from_millis(100 + number * 37 % 300));
        note(process.kill());
    }
    let process = Process::start(&state, &[]);
    *load.address.lock().unwrap() = Some(process.address);
    thread::sleep(Duration::from_millis(300));
    load.is_over.store(true, Ordering::SeqCst);
    clients.into_iter().for_each(|client| client.join().unwrap());
    process.settle();
    let (status, lines, err) = process.end("-INT");
    note(lines);
    // Impossible payments are held, whichever start raised their alerts.
    assert_eq!(status.code(), Some(1), "{err}");

    let store = WatchStore::open_to_read(&state).unwrap();
    let acknowledged = load.acknowledged.lock().unwrap();
    assert!(acknowledged.len() > usize::try_from(kills).unwrap() * 5, "{} events are no load", acknowledged.len());
    for id in acknowledged.iter() {
        assert!(store.has_event(id).unwrap(), "{id} was acknowledged and is lost");
    }
    // Each payment with a stored impossible event has one alert, which was printed.
    let figures = store.figures().unwrap();
    let delivered = 0..load.next.load(Ordering::SeqCst);
    let impossible: BTreeSet<u64> = delivered
        .filter(|number| (number / 3).is_multiple_of(40) && store.has_event(&format!("evt_{number}")).unwrap())
        .map(|number| number / 3)
        .collect();
    assert_eq!((figures.waiting, figures.verdicts.get("impossible")), (0, figures.alerts.get("impossible")));
    let alerts = store.alerts(None, u32::MAX).unwrap();
    let mut alerted = BTreeSet::new();
    for alert in &alerts {
        let alert: Value = serde_json::from_str(alert).unwrap();
        let payment = alert["payment"].as_str().unwrap();
        let number: u64 = payment.trim_start_matches("pi_").parse().unwrap();
        assert!(alerted.insert(number), "{payment} has two alerts");
        assert!(printed.contains_key(payment), "{payment} was never printed");
    }
    assert_eq!(alerted, impossible, "the payments with an alert, and those with a stored impossible event");
    assert!(impossible.len() >= 3, "{impossible:?}: too few impossible payments were delivered");
    println!(
        "{kills} kills, {} events acknowledged, {} alerts, {} printed twice",
        acknowledged.len(),
        alerts.len(),
        printed.values().filter(|times| **times > 1).count()
    );
    drop(store);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Runs a watch over these events and ends it by a signal.
fn watched(name: &str, events: &[u64], signal: &str) -> (Option<i32>, Vec<String>, String) {
    let folder = std::env::temp_dir().join(format!("holdfast-watch-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let process = Process::start(&folder.join("watch.db"), &[]);
    for number in events {
        assert!(deliver(process.address, &event(*number).1));
    }
    let (status, out, err) = process.end(signal);
    std::fs::remove_dir_all(&folder).unwrap();
    (status.code(), out, err)
}

#[test]
fn ctrl_c_ends_it_cleanly_with_an_exit_code_that_tells() {
    // Everything that arrived before is judged and printed.
    let (code, out, err) = watched("impossible", &[0, 1, 3], "-INT");
    assert_eq!((code, out.len()), (Some(1), 1), "{out:?} {err}");
    assert!(err.contains("new events: 3, alerts: 1;"), "{err}");
    let (code, out, err) = watched("fine", &[3], "-INT");
    assert_eq!((code, out.len()), (Some(0), 0), "{err}");
    let (code, ..) = watched("terminated", &[3], "-TERM");
    assert_eq!(code, Some(0));
    let (code, _, err) = watched("nothing", &[], "-INT");
    assert_eq!(code, Some(3), "{err}");
}

/// Runs a watch with more arguments over bodies that it answers with these statuses, and ends it.
fn told(name: &str, more: &[&str], bodies: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = std::env::temp_dir().join(format!("holdfast-watch-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let process = Process::start(&folder.join("watch.db"), more);
    for (body, status) in bodies {
        let answer = post(process.address, body, SECRET).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    // So that the first poll is tried.
    thread::sleep(Duration::from_millis(500));
    let (status, _, err) = process.end("-INT");
    std::fs::remove_dir_all(&folder).unwrap();
    (status.code(), err)
}

#[test]
fn what_was_refused_or_never_polled_is_notified_and_no_pass() {
    let good = event(3).1;
    let without_time = good.replace("\"created\":", "\"made\":");
    let (code, err) = told("unreadable", &[], &[(&good, "200"), (&without_time, "400"), (&without_time, "400")]);
    assert!(code == Some(3) && err.contains("2 signed and unreadable"), "{code:?} {err}");

    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let poll = ["--poll", &format!("http://{gone}"), "--key", "sk_1"];
    let (code, err) = told("unpolled", &poll, &[(&good, "200")]);
    assert!(code == Some(3) && err.contains("polls: 0 complete, 1 failed"), "{code:?} {err}");

    // A signature of a stranger says nothing about the events of the provider.
    let folder = std::env::temp_dir().join(format!("holdfast-watch-stranger-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let process = Process::start(&folder.join("watch.db"), &[]);
    assert!(deliver(process.address, &good));
    assert!(post(process.address, &good, "whsec_stranger").unwrap().starts_with("HTTP/1.1 400 "));
    let (status, _, err) = process.end("-INT");
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(status.code() == Some(0) && err.contains("1 without a signature that counts"), "{status:?} {err}");
}

/// The database is destroyed under the watch after an alert was printed.
#[test]
fn an_alert_that_was_printed_stays_a_falsehood_when_the_database_fails() {
    let folder = std::env::temp_dir().join(format!("holdfast-watch-destroyed-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let process = Process::start(&folder.join("watch.db"), &[]);
    assert!(deliver(process.address, &event(0).1));
    process.settle();
    for name in ["watch.db", "watch.db-wal"] {
        std::fs::File::options().write(true).open(folder.join(name)).unwrap().set_len(0).unwrap();
    }
    let _ = deliver(process.address, &event(1).1);
    let (status, out, err) = process.end("-INT");
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!((out.len(), status.code()), (1, Some(1)), "{err}");
    assert!(err.contains("the watch ended: --state"), "{err}");
}

/// Alerts that wait from an earlier run are all printed, however many there are and however soon the watch ends.
#[test]
fn every_alert_is_printed_before_it_ends() {
    const ALERTS: u64 = 2_500;
    let folder = std::env::temp_dir().join(format!("holdfast-watch-many-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let state = folder.join("watch.db");
    let events: Vec<_> = (0..ALERTS).map(|number| read_event(event(number * 120).1.as_bytes()).unwrap()).collect();
    let mut store = WatchStore::open(&state, SyncMode::System).unwrap();
    store.add(&events, MachineClock.now()).unwrap();
    drop(store);
    let mut process = Process::start(&state, &[]);
    let began = Instant::now();
    // Stopped, it prints nothing while the alerts come.
    while process.child.try_wait().unwrap().is_none() && process.metric("alerts_total{kind=\"impossible\"}") < ALERTS {
        assert!(began.elapsed() < Duration::from_secs(300), "it does not finish");
    }
    let (status, out, err) = process.end("-INT");
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!((out.len(), status.code()), (usize::try_from(ALERTS).unwrap(), Some(1)), "{err}");
}

#[test]
fn wrong_arguments_are_named() {
    let check = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_check")).arg("watch").args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let secret = ["--secret", "whsec_x"];
    for (arguments, wanted) in [
        (vec![], "--secret"),
        (vec!["--secret", ""], "--secret: it is empty"),
        (vec!["--secret", "@nowhere/at/all"], "--secret: cannot read nowhere/at/all"),
        ([&secret[..], &["--listen", "nowhere"]].concat(), "--listen"),
        ([&secret[..], &["--tolerance", "0"]].concat(), "--tolerance"),
        ([&secret[..], &["--forget", "soon"]].concat(), "--forget"),
        ([&secret[..], &["--alert", "example.com"]].concat(), "expected a URL"),
        ([&secret[..], &["--poll", "https://api.example.com"]].concat(), "--key"),
        ([&secret[..], &["--key", "sk_1"]].concat(), "--poll"),
        ([&secret[..], &["--state", "nowhere/at/all.db"]].concat(), "--state"),
        ([&secret[..], &["--refund-days", "0"]].concat(), "--refund-days"),
        ([&secret[..], &["--poll", "http://127.0.0.1:1", "--key", "k", "--poll-every", "0s"]].concat(), "--poll-every"),
    ] {
        let (code, err) = check(&arguments);
        assert!(code == Some(2) && err.contains(wanted), "{arguments:?}: {code:?} {err}");
    }
}

#[test]
fn the_alert_follows_its_schema() {
    let (_, out, _) = watched("schema", &[0], "-INT");
    let alert: Value = serde_json::from_str(&out[0]).unwrap();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/watch.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    for (place, schema, value) in
        [("alert", &schema, &alert), ("event", &schema["properties"]["event"], &alert["event"])]
    {
        let described: BTreeSet<&String> = schema["properties"].as_object().unwrap().keys().collect();
        let found: BTreeSet<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(described, found, "{place}");
        assert_eq!(schema["required"].as_array().unwrap().len(), found.len(), "{place}: each field is always there");
    }
    assert_eq!(alert["schema"], schema["properties"]["schema"]["const"]);
    let kinds = schema["properties"]["kind"]["enum"].as_array().unwrap();
    assert!(kinds.contains(&alert["kind"]), "{alert}");
    for kind in holdfast_watch::DeadlineKind::ALL {
        assert!(kinds.contains(&kind.name().into()), "{kind:?}");
    }
}
