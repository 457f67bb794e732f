//! The engine agrees with the specification, and each planted mistake is found with a short trace that shows the money.

mod adapter;

use std::time::{Duration, Instant};

use adapter::Adapter;
use holdfast_harness::{Suite, SuiteReport, engine_test};
use own_engine::Mistake;

engine_test!(the_engine_keeps_the_specification, Adapter::default());

/// The time in which a mistake is found and its trace is made small.
const SECOND: Duration = Duration::from_secs(1);
/// Lines that a trace has at most.
const LINES: usize = 6;

fn found(mistake: Mistake) -> (SuiteReport, String) {
    let began = Instant::now();
    let code = format!("Adapter {{ mistake: Mistake::{mistake:?}, ..Adapter::default() }}");
    let report = Suite::new(Adapter { mistake, ..Adapter::default() }).made_by(&code).run();
    let elapsed = began.elapsed();
    let text = report.to_string();
    println!("{mistake:?} in {elapsed:?}:\n{text}");
    let finding = report.finding.as_ref().expect("the mistake is found");
    let lines = finding.trace_lines();
    assert!(elapsed < SECOND, "{elapsed:?}\n{text}");
    assert!(lines.len() <= LINES, "{text}");
    assert!(!text.contains('{') || !text.contains("View {"), "a debug dump:\n{text}");
    let trace = finding.script().to_string();
    let mut broken = Adapter { mistake, ..Adapter::default() };
    assert!(!holdfast_harness::replay(&mut broken, &trace).unwrap().agrees(), "the trace fails again:\n{trace}");
    assert!(
        holdfast_harness::replay(&mut Adapter::default(), &trace).unwrap().agrees(),
        "without it, it passes:\n{trace}"
    );
    (report, text)
}

#[test]
fn an_over_refund_is_found() {
    let (_, text) = found(Mistake::OverRefund);
    assert!(text.contains("refunded money never exceeds captured money"), "{text}");
    assert!(text.contains(" > captured "), "{text}");
}

#[test]
fn a_capture_after_the_deadline_is_found() {
    let (_, text) = found(Mistake::LateCapture);
    assert!(text.contains("advance 7d "), "{text}");
    assert!(text.contains("received: expected 0, found "), "{text}");
}

#[test]
fn a_double_capture_on_retry_is_found() {
    let (report, text) = found(Mistake::DoubleCapture);
    let lines = report.finding.unwrap().trace_lines();
    let captures = lines.iter().filter(|line| line.contains("capture pi1") && line.contains("key=key1")).count();
    assert_eq!(captures, 2, "the retry is shown: {text}");
    assert!(text.contains("received: expected "), "{text}");
}
