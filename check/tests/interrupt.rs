//! Ctrl-C in every long command: it stops, prints what there is as incomplete, and ends with 3.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufWriter, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The commands that end by themselves within a second or two, and the servers, which are complete when they are ended.
const SHORT: [&str; 9] = ["scenarios", "properties", "replay", "seeds", "merge", "completions", "man", "web", "watch"];

/// The longest time from the signal to the end of the process, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A run of a long command.
struct LongRun {
    command: &'static str,
    arguments: Vec<String>,
    /// Words of its output that say how far it came.
    says: &'static str,
}

fn long_run(command: &'static str, arguments: &[&str], says: &'static str) -> LongRun {
    LongRun { command, arguments: arguments.iter().map(|it| (*it).to_owned()).collect(), says }
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("holdfast-interrupt-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A server that takes every connection and never answers.
fn silent_server() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            kept.push(stream);
        }
    });
    format!("http://{address}")
}

/// A corpus that takes minutes if it is read often enough.
fn corpus() -> String {
    let corpus = folder().join("corpus");
    fs::create_dir_all(&corpus).unwrap();
    let entry: Vec<u8> = (0_u32..4_096).flat_map(|place| place.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    for number in 0_u8..250 {
        let rest = entry.iter().map(|byte| byte.wrapping_add(number));
        fs::write(corpus.join(number.to_string()), rest.collect::<Vec<u8>>()).unwrap();
    }
    text(&corpus)
}

/// A log of many payments.
fn log() -> String {
    let event = |number: u32| {
        format!(
            "{{\"id\":\"evt_{number}\",\"object\":\"event\",\"type\":\"payment_intent.created\",\"created\":1700000000,\
             \"data\":{{\"object\":{{\"id\":\"pi_{number}\",\"object\":\"payment_intent\",\"amount\":1000,\
             \"currency\":\"usd\",\"status\":\"requires_payment_method\",\"created\":1700000000}}}}}}\n"
        )
    };
    let path = folder().join("log.jsonl");
    let mut file = BufWriter::new(fs::File::create(&path).unwrap());
    for number in 0..1_200_000 {
        file.write_all(event(number).as_bytes()).unwrap();
    }
    file.flush().unwrap();
    text(&path)
}

/// A solver that reads nothing and answers nothing for a minute.
fn slow_solver() -> String {
    let path = folder().join("slow-solver");
    fs::write(&path, "#!/bin/sh\nexec sleep 60\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    text(&path)
}

fn long_runs() -> Vec<LongRun> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let transitions = format!("{root}/reports/transitions.json");
    let quiet = ["--threads", "1", "--no-progress"];
    let corpus = corpus();
    let corpus = [vec![corpus.as_str(); 400], vec!["--transitions", &transitions]].concat();
    let mut runs = vec![
        long_run("explore", &[&["three_payments", "--deep"][..], &quiet].concat(), "(interrupted)"),
        long_run("protocol", &[&["--deep"][..], &quiet].concat(), "nothing is proven"),
        long_run("laws", &quiet, "no law is found"),
        long_run("soak", &[&["--seconds", "600", "--no-keep"][..], &quiet].concat(), "sequences"),
        long_run("strength", &[&["--seeds", "1000000"][..], &quiet].concat(), "injected faults"),
        long_run("coverage", &corpus, "entries"),
        long_run("audit", &["-", "--no-progress"], "no payment was judged"),
        long_run("audit", &[&log(), "--no-progress"], "interrupted"),
        long_run("path", &[&["status=succeeded", "received>1000000", "--deep"][..], &quiet].concat(), "interrupted"),
        long_run("drive", &[&silent_server(), "--patience", "600", "--no-progress"], "interrupted"),
        long_run("prove", &["--solver", &slow_solver()], "interrupted"),
        long_run("report", &["--to", &text(&folder().join("reports")), "--threads", "1"], "no report was written"),
    ];
    if cfg!(feature = "merchant") {
        let config = folder().join("merchant.toml");
        let sample = fs::read_to_string(format!("{root}/merchant/samples/python/merchant.toml")).unwrap();
        let without_program: Vec<&str> = sample.lines().filter(|line| !line.starts_with("command")).collect();
        let url = format!("url = \"{}\"\n", silent_server());
        let lines = without_program.into_iter().filter(|line| !line.starts_with("url")).collect::<Vec<_>>().join("\n");
        fs::write(&config, format!("{url}{lines}")).unwrap();
        runs.push(long_run("merchant", &[&text(&config), "--no-progress"], "interrupted"));
    }
    runs
}

fn start(command: &str, arguments: &[String]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_check"))
        .arg(command)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Sends the signal of Ctrl-C after two seconds, and waits for the end.
fn interrupted(command: &str, mut process: Child) -> (Output, Duration) {
    // What waits for more input is interrupted like everything else.
    let mut input = process.stdin.take().unwrap();
    let _written = input.write_all(b"\n");
    sleep(Duration::from_secs(2));
    assert!(process.try_wait().unwrap().is_none(), "{command} ended before it was interrupted");
    let sent = Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let (began, id) = (Instant::now(), process.id().to_string());
    let (sender, ended) = channel();
    // Reads all output meanwhile, so that a full pipe holds nothing up.
    std::thread::spawn(move || sender.send(process.wait_with_output().unwrap()));
    let output = ended.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        let _killed = Command::new("kill").args(["-KILL", &id]).status();
        ended.recv().unwrap()
    });
    drop(input);
    (output, began.elapsed())
}

#[test]
fn ctrl_c_ends_every_long_command_as_incomplete() {
    // Two at a time, since each waits most of the time.
    let waiting = Mutex::new(long_runs());
    let next = || waiting.lock().unwrap().pop();
    let interrupt_all = || {
        while let Some(run) = next() {
            interrupt(run);
        }
    };
    std::thread::scope(|scope| {
        let both = [scope.spawn(interrupt_all), scope.spawn(interrupt_all)];
        both.into_iter().for_each(|thread| thread.join().unwrap());
    });
    fs::remove_dir_all(folder()).unwrap();
}

/// Runs a command, interrupts it, and judges its output.
fn interrupt(LongRun { command, arguments, says }: LongRun) {
    let (output, took) = interrupted(command, start(command, &arguments));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let shown = format!("{command} {arguments:?}, {took:?}: {:?}\n{out}{err}", output.status);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    let words = format!("{out}{err}");
    assert!(words.contains("INCOMPLETE") && words.contains(says), "{shown}");
    let is_praised = ["OK:", "AGREED", "NOTHING FOUND", "ACCEPTED", "CAUGHT"].iter().any(|it| words.contains(it));
    assert!(!is_praised && !err.contains("panicked"), "{shown}");
    // The terminal is left as it was: nothing switches the cursor off, and no line is left unended.
    assert!(!words.contains("\u{1b}[?25l") && (out.is_empty() || out.ends_with('\n')), "{shown}");
}

/// A new command has to say whether it is long.
#[test]
fn every_command_is_interrupted_here_or_short() {
    let mut help = String::new();
    let mut process = start("--help", &[]);
    process.stdout.take().unwrap().read_to_string(&mut help).unwrap();
    assert!(process.wait().unwrap().success());
    let listed = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let listed = listed.unwrap_or_else(|| panic!("no list of commands: {help}"));
    let names = |line: &str| line.strip_prefix("  ").filter(|it| !it.starts_with(' ')).map(str::to_owned);
    let listed: BTreeSet<String> =
        listed.lines().filter_map(names).filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect();
    let long = [
        "explore", "protocol", "laws", "soak", "strength", "coverage", "audit", "path", "drive", "report", "merchant",
        "prove",
    ];
    let known: BTreeSet<String> = SHORT.iter().chain(&long).map(|it| (*it).to_owned()).collect();
    assert_eq!(listed, known);
    let run: BTreeSet<&str> = long_runs().iter().map(|run| run.command).collect();
    let run_by_feature: BTreeSet<&str> =
        long.into_iter().filter(|it| *it != "merchant" || cfg!(feature = "merchant")).collect();
    assert_eq!(run, run_by_feature);
}
