//! Tests with several processes over the loopback interface: each one runs this test's own program.

use crate::assert_equal;
use crate::toys::{Counters, EightPuzzle};
use holdfast_explorer::*;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const FORBIDDING: Counters = Counters { forbidden: Some(3), ..Counters::UNSORTED };

/// A space so large that a process is certainly killed before it ends.
const LARGE: Counters = Counters { values: 120, sorted: false, forbidden: None };

/// The environment variable that gives the other process its space, its number and its hosts.
const ROLE: &str = "HOLDFAST_TEST_ROLE";

fn hosts(processes: usize) -> Hosts {
    // The listeners are held until all addresses are known, so that the addresses differ.
    let listeners: Vec<_> = (0..processes).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let lines: Vec<String> = listeners.iter().map(|it| it.local_addr().unwrap().to_string()).collect();
    lines.join("\n").parse().unwrap()
}

fn cluster(hosts: &Hosts, process: usize) -> Cluster {
    Cluster { patience: Duration::from_secs(30), ..Cluster::new(hosts.clone(), process) }
}

fn start(role: &str, hosts: &Hosts, process: usize) -> Child {
    let addresses: Vec<&str> = hosts.addresses().collect();
    Command::new(std::env::current_exe().unwrap())
        .args(["processes::another_process", "--exact", "--ignored", "--nocapture"])
        .env(ROLE, format!("{role} {process} {}", addresses.join(" ")))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Runs as the other process. It does nothing unless a test starts it.
#[test]
#[ignore = "started by the other tests"]
fn another_process() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let words: Vec<&str> = role.split_whitespace().collect();
    let [role, process, addresses @ ..] = &words[..] else { panic!("{role}") };
    let cluster = cluster(&addresses.join("\n").parse().unwrap(), process.parse().unwrap());
    match *role {
        "puzzle" => {
            let found = Distributed::new(EightPuzzle, "puzzle").workers(2).cluster(cluster).run().unwrap();
            assert_equal(&EightPuzzle, Mode::Fingerprint, found);
        }
        "forbidding" => {
            let explorer = Distributed::new(FORBIDDING, "forbidding").mode(Mode::Exact).cluster(cluster);
            assert_equal(&FORBIDDING, Mode::Exact, explorer.run().unwrap());
        }
        "large" => {
            let _killed_before = Distributed::new(LARGE, "large").cluster(cluster).run();
        }
        other => panic!("{other}"),
    }
}

#[test]
fn two_processes_find_what_one_finds() {
    let hosts = hosts(2);
    let mut other = start("puzzle", &hosts, 1);
    let explorer = Distributed::new(EightPuzzle, "puzzle").workers(2).cluster(cluster(&hosts, 0));
    assert_equal(&EightPuzzle, Mode::Fingerprint, explorer.run().unwrap());
    assert!(other.wait().unwrap().success(), "the other process has the same result");
}

#[test]
fn three_processes_follow_paths_across_each_other() {
    let hosts = hosts(3);
    let mut others = [start("forbidding", &hosts, 0), start("forbidding", &hosts, 2)];
    let explorer = Distributed::new(FORBIDDING, "forbidding").mode(Mode::Exact).cluster(cluster(&hosts, 1));
    assert_equal(&FORBIDDING, Mode::Exact, explorer.run().unwrap());
    for other in &mut others {
        assert!(other.wait().unwrap().success());
    }
}

#[test]
fn a_process_that_is_killed_leaves_the_run_incomplete() {
    let hosts = hosts(2);
    let mut other = start("large", &hosts, 1);
    let progress = std::sync::Arc::new(Progress::default());
    let explorer = Distributed::new(LARGE, "large").cluster(cluster(&hosts, 0)).progress(progress.clone());
    let run = std::thread::spawn(move || explorer.run().unwrap());
    while progress.snapshot().depth < 10 {
        std::thread::sleep(Duration::from_millis(5));
    }
    other.kill().unwrap();
    other.wait().unwrap();
    let found = run.join().unwrap();
    assert_eq!(found.exploration.summary.completion, Completion::Cut { why: Why::Lost });
    assert!(found.lost.is_some());
    assert!(found.exploration.summary.unique > 1);
}

#[test]
fn a_process_that_never_comes_leaves_the_run_incomplete() {
    let cluster = Cluster { patience: Duration::from_millis(300), ..Cluster::new(hosts(2), 0) };
    let found = Distributed::new(EightPuzzle, "puzzle").cluster(cluster).run().unwrap();
    assert_eq!(found.exploration.summary.completion, Completion::Cut { why: Why::Lost });
    assert_eq!(found.lost.as_deref(), Some("process 1 did not come"));
}

#[test]
fn a_process_of_another_run_is_refused() {
    let hosts = hosts(2);
    let mut other = start("puzzle", &hosts, 1);
    let explorer = Distributed::new(FORBIDDING, "forbidding").workers(2).cluster(cluster(&hosts, 0));
    let why = explorer.run().err().unwrap();
    assert!(why.contains("process 1 explores something else than `forbidding; Fingerprint`"), "{why}");
    assert!(!other.wait().unwrap().success());
}

#[test]
fn a_process_that_is_not_in_the_host_file_is_refused() {
    let explorer = Distributed::new(EightPuzzle, "puzzle").cluster(Cluster::new(hosts(2), 2));
    assert_eq!(explorer.run().err().as_deref(), Some("no process 2 in the host file; expected 0 to 1"));
}
