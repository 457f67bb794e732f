//! `check` as a process: Ctrl-C and a closed pipe.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_check"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn an_interrupt_ends_an_exploration_with_an_incomplete_summary() {
    // Deep scenarios take much longer than this test.
    let process = start(&["explore", "three_payments", "--deep", "--no-progress", "--threads", "1"]);
    sleep(Duration::from_secs(2));
    let sent = Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = process.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(3), "{out}{err}");
    assert!(out.contains("(interrupted)") && out.contains("INCOMPLETE"), "{out}");
    assert!(!out.contains("OK:"), "{out}");
}

#[test]
fn a_closed_pipe_is_no_panic() {
    for arguments in [&["scenarios"][..], &["properties", "--json"], &["--help"]] {
        let mut process = start(arguments);
        drop(process.stdout.take());
        let output = process.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(!err.contains("panicked"), "{arguments:?}: {err}");
        // The pipe can hold a short answer that nothing reads.
        assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}: {:?} {err}", output.status);
    }
}
