//! Audits that are interrupted, and go on.
#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail it")]

use std::fs;
use std::io::{BufWriter, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Payments of the log: enough that reading and judging each take a while.
const PAYMENTS: u32 = 400_000;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("holdfast-audit-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut log = BufWriter::new(fs::File::create(folder.join("events.jsonl")).unwrap());
    for number in 0..PAYMENTS {
        writeln!(
            log,
            "{{\"id\":\"evt_{number}\",\"object\":\"event\",\"type\":\"payment_intent.created\",\"created\":1700000000,\
             \"data\":{{\"object\":{{\"id\":\"pi_{number}\",\"object\":\"payment_intent\",\"amount\":1000,\
             \"currency\":\"usd\",\"status\":\"requires_payment_method\",\"created\":1700000000}}}}}}"
        )
        .unwrap();
    }
    log.flush().unwrap();
    folder
}

/// Runs a program in the folder. The time after it has made the file `begun`, it and its children get the signal of
/// Ctrl-C.
fn interrupted_after(milliseconds: u64, begun: &Path, folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let check = Path::new(env!("CARGO_BIN_EXE_check")).parent().unwrap();
    let path = format!("{}:{}", check.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("PATH", path).process_group(0);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let process = command.spawn().unwrap();
    let group = format!("-{}", process.id());
    let begun = begun.to_owned();
    let signal = std::thread::spawn(move || {
        let start = Instant::now();
        while !begun.exists() && start.elapsed() < Duration::from_secs(60) {
            sleep(Duration::from_millis(5));
        }
        sleep(Duration::from_millis(milliseconds));
        // The group may have ended before.
        let _sent = Command::new("kill").args(["-INT", "--", &group]).stderr(std::process::Stdio::null()).status();
    });
    let output = process.wait_with_output().unwrap();
    signal.join().unwrap();
    output
}

fn report(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The loop that the documentation shows, as it stands there.
fn documented_loop() -> String {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/audit.md")).unwrap();
    let from = page.split("```sh\n").find(|block| block.starts_with("for part in")).unwrap();
    from.split("```").next().unwrap().to_owned()
}

#[test]
fn the_documented_loop_goes_on_where_it_was_interrupted() {
    let folder = folder("loop");
    let script = documented_loop();
    for milliseconds in [100, 700, 1_500, 2_500] {
        interrupted_after(milliseconds, &folder, &folder, "bash", &["-c", &script]);
        for part in 0..8 {
            let path = folder.join(format!("part-{part}.json"));
            if path.exists() {
                assert_eq!(report(&path)["summary"]["events_not_judged"], 0, "{milliseconds}: part {part}");
            }
        }
    }
    let output = Command::new("bash")
        .args(["-c", &format!("PATH={}:$PATH\n{script}", folder_of_check())])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let whole = report(&folder.join("whole.json"));
    assert_eq!((&whole["summary"]["exit"], &whole["summary"]["accepted"]), (&0.into(), &PAYMENTS.into()));
    fs::remove_dir_all(folder).unwrap();
}

fn folder_of_check() -> String {
    Path::new(env!("CARGO_BIN_EXE_check")).parent().unwrap().display().to_string()
}

#[test]
fn an_interrupted_audit_writes_every_report() {
    let folder = folder("reports");
    let arguments = ["audit", "events.jsonl", "--partition", "0/2", "--markdown", "a.md", "--json-to", "a.json"];
    let output = interrupted_after(100, &folder.join("a.json"), &folder, "check", &arguments);
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{out}");
    let summary = report(&folder.join("a.json"))["summary"].clone();
    let expected = serde_json::json!([true, { "index": 0, "parts": 2 }, null, 3]);
    assert_eq!(
        serde_json::json!([summary["interrupted"], summary["partition"], summary["digest"], summary["exit"]]),
        expected
    );
    let markdown = fs::read_to_string(folder.join("a.md")).unwrap();
    for part in ["interrupted after", "only part 0/2"] {
        assert!(markdown.contains(part) && out.contains(part), "{part}: {markdown}\n{out}");
    }
    fs::remove_dir_all(folder).unwrap();
}
