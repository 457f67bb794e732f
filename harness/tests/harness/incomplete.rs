//! A suite that could not judge a subject has not agreed with it.

use std::cell::Cell;

use holdfast_harness::replay;
use holdfast_harness::{Capabilities, Capability, Failure, Field, ModelSubject, Reaction, Subject, Suite};
use holdfast_model::trace::Verb;
use holdfast_model::{Call, Input, Operation};

use crate::suite::THREE_KEYS;

/// The model with an adapter that panics at certain moments.
struct Panics {
    model: ModelSubject,
    /// The number of refunds that still panic.
    refunds: Cell<u32>,
    in_can: bool,
}

impl Panics {
    fn new(refunds: u32, in_can: bool) -> Self {
        Self { model: ModelSubject::default(), refunds: Cell::new(refunds), in_can }
    }

    fn refund(&self, call: &Call) {
        if matches!(call.operation, Operation::CreateRefund { .. }) {
            let left = self.refunds.get();
            self.refunds.set(left.saturating_sub(1));
            assert_eq!(left, 0, "no refunds today");
        }
    }
}

impl Subject for Panics {
    passed_to_the_model!(start inject begin finish observe);

    fn can(&mut self, input: &Input) -> bool {
        if let (true, Input::Call(call)) = (self.in_can, input) {
            self.refund(call);
        }
        self.model.can(input)
    }

    fn submit(&mut self, call: &Call) -> Result<Reaction, Failure> {
        if !self.in_can {
            self.refund(call);
        }
        self.model.submit(call)
    }
}

/// The model with limited capabilities.
struct Limited {
    model: ModelSubject,
    capabilities: Capabilities,
}

impl Subject for Limited {
    passed_to_the_model!(start submit inject observe);

    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }
}

fn limited(capabilities: Capabilities) -> Suite<Limited> {
    Suite::new(Limited { model: ModelSubject::default(), capabilities }).sequences(60)
}

#[test]
fn a_failure_that_does_not_fail_again_is_no_agreement() {
    for in_can in [false, true] {
        let report = Suite::new(Panics::new(1, in_can)).sequences(60).skip(THREE_KEYS).run();
        let text = report.to_string();
        let first = "INCOMPLETE: a run failed and did not fail again: lockstep, seed ";
        assert!(!report.agreed() && report.finding.is_none() && text.starts_with(first), "{text}");
        assert!(text.contains("no refunds today"), "the failure is shown: {text}");
        assert!(text.contains("properties: not run, the suite ended before"), "{text}");
    }
}

#[test]
fn a_panic_of_can_is_a_finding_with_a_trace() {
    let report = Suite::new(Panics::new(u32::MAX, true)).run();
    let text = report.to_string();
    let found = report.finding.as_ref().unwrap_or_else(|| panic!("{text}"));
    assert!(
        text.contains("panic: expected a response, found assertion `left == right` failed: no refunds today"),
        "{text}"
    );
    assert_eq!(found.trace_lines().len(), 1, "{text}");
    let trace = found.script().to_string();
    assert!(!replay(&mut Panics::new(1, true), &trace).unwrap().agrees(), "{trace}");
}

#[test]
fn an_engine_that_hides_money_has_not_agreed() {
    let hides_money = Capabilities::card().shows(&[Field::Status, Field::Currency]);
    let report = limited(hides_money.clone()).run();
    let text = report.to_string();
    assert!(report.finding.is_none() && !report.agreed(), "{text}");
    assert!(text.starts_with("INCOMPLETE: ") && text.contains("about money"), "{text}");
    let lowered = limited(hides_money).money_properties_at_least(0).run();
    assert!(lowered.agreed(), "{lowered}");
}

#[test]
fn a_mode_that_compared_nothing_has_not_agreed() {
    let keys = Capabilities::card().inputs(&[Verb::Advance]).features(&[Capability::IdempotencyKeys]);
    let report = limited(keys).money_properties_at_least(0).run();
    let text = report.to_string();
    assert!(!report.agreed() && text.starts_with("INCOMPLETE: retries compared no step"), "{text}");
}

#[test]
fn a_replay_that_compares_nothing_is_an_error() {
    let error = replay(&mut ModelSubject::default(), "create pi3 100 usd\n").unwrap_err();
    assert!(error.contains("no step was compared"), "{error}");
    assert!(replay(&mut ModelSubject::default(), "").is_err());
}
