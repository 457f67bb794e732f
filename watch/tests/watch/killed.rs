//! A watch that is killed under load: what it acknowledged is stored when it starts again.
//!
//! The watch runs in a process of its own, which is killed at a random moment again and again.
//! `HOLDFAST_WATCH_KILLS` is the number of times, 8 if it is not set.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use holdfast_watch::{SettableClock, Watcher};

use crate::common::{NOW, Running, charge, deliver, settings, until};

/// The folder of the state, for the process that is killed.
const FOLDER: &str = "HOLDFAST_WATCH_FOLDER";

/// The process that the other test kills; it does nothing by itself.
#[test]
fn the_watch_to_kill() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let watcher = Watcher::start(settings(Path::new(&folder)), Arc::new(SettableClock::at(NOW))).unwrap();
    println!("\nlistening on {}", watcher.address());
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}

/// Sets the flag when it is dropped, so that a failure ends the senders, too.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Starts the watch in a process of its own.
fn start(folder: &Path) -> (Child, SocketAddr) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::the_watch_to_kill", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("listening on ")?.parse().ok());
    (child, address.expect("the watch prints its address"))
}

#[test]
fn a_killed_watch_loses_nothing_that_it_acknowledged() {
    let kills: u64 = std::env::var("HOLDFAST_WATCH_KILLS").map_or(8, |number| number.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let address = Mutex::new(None);
    let (is_over, next, unanswered) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let acknowledged: Mutex<BTreeSet<u64>> = Mutex::default();
    let send = || {
        while !is_over.load(Ordering::Relaxed) {
            let Some(to) = *address.lock().unwrap() else {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            };
            let number = next.fetch_add(1, Ordering::Relaxed);
            // Ten events of each payment.
            match deliver(to, &charge(&format!("evt_{number}"), &format!("{}", number / 10)), NOW) {
                Some(200) => drop(acknowledged.lock().unwrap().insert(number)),
                _ => drop(unanswered.fetch_add(1, Ordering::Relaxed)),
            }
        }
    };
    let mut random = fastrand::Rng::with_seed(6);
    std::thread::scope(|scope| {
        let _ends = Ends(&is_over);
        (0..4).for_each(|_| drop(scope.spawn(send)));
        for _ in 0..kills {
            let (mut child, at) = start(folder.path());
            let before = acknowledged.lock().unwrap().len();
            *address.lock().unwrap() = Some(at);
            // Each is killed under load, however slow the machine is.
            until("an event is acknowledged", || acknowledged.lock().unwrap().len() > before);
            std::thread::sleep(Duration::from_millis(random.u64(20..200)));
            child.kill().unwrap();
            child.wait().unwrap();
            *address.lock().unwrap() = None;
        }
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    println!(
        "{kills} kills under load: {} acknowledged, {} without an answer",
        acknowledged.len(),
        unanswered.load(Ordering::Relaxed)
    );
    // The same state, in this process: everything is there, and is judged.
    let watch = Running::start_in(folder, |_| ());
    watch.settle();
    let (_, store, _folder) = watch.stop();
    let lost: Vec<u64> =
        acknowledged.into_iter().filter(|number| !store.has_event(&format!("evt_{number}")).unwrap()).collect();
    assert!(lost.is_empty(), "{} lost: {lost:?}", lost.len());
}
