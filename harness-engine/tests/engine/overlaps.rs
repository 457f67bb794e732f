//! All pairs of some requests, one sent at every point of the other, on payments for which their order matters.

use std::panic::catch_unwind;
use std::time::Duration;

use holdfast_engine::command::Command;
use holdfast_harness::{Verdict, concurrent};
use holdfast_harness_engine::EngineSubject;
use holdfast_harness_engine::injected_faults::{Breaks, How, InjectedFault};
use holdfast_model::trace::Script;
use holdfast_model::{Config, Input, Operation};

const PRELUDES: &[&str] = &[
    "create pi1 1000 usd manual multicapture method=card_visa confirm",
    "create pi1 1000 usd manual multicapture method=card_visa flow=destination confirm\ncapture pi1 600 final=false",
    "create pi1 1000 usd manual multicapture method=card_visa flow=direct fee=100 confirm\ncapture pi1 600 final=false",
    "create pi1 1000 usd automatic method=card_refundFail flow=destination fee=100 confirm",
    "create pi1 1000 usd automatic_async method=card_visa confirm",
    "create pi1 1000 usd automatic method=usBankAccount_success confirm",
    "create pi1 1000 usd manual method=card_authenticationRequired confirm",
    "create pi1 1000 usd automatic_async method=bank_transfer confirm\nsettle pi1\nrefund pi1 300",
];

const REQUESTS: &str = "capture pi1 700 final=false
capture pi1 400
capture pi1
cancel pi1
refund pi1 400
refund pi1
refund_fee pi1 60
refund_fee pi1
reverse_transfer pi1 500
create_transfer pi1 700
cancel_refund pi1 re1
update pi1 amount=900
update pi1 metadata
confirm pi1 method=card_visa";

/// A capture calls the network between two commits, which gives points before, between and after them.
const POINTS: u32 = 8;

/// Returns whether the request names an object other than the payment.
fn by_name(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::RefundFee { .. }
            | Operation::ReverseTransfer { .. }
            | Operation::CreateTransfer { .. }
            | Operation::CancelRefund { .. }
    )
}

#[test]
fn every_overlap_has_an_order() {
    let mut subject = EngineSubject::default();
    let requests: Vec<_> = Script::parse(REQUESTS)
        .unwrap()
        .inputs()
        .map(|input| match input {
            Input::Call(call) => call.operation,
            Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => panic!("{input} is no request"),
        })
        .collect();
    let mut failures = Vec::new();
    let mut agreed = 0;
    for prelude in PRELUDES {
        let script = Script::parse(prelude).unwrap();
        let inputs: Vec<Input> = script.inputs().collect();
        for outer in &requests {
            for inner in &requests {
                for point in 0..POINTS {
                    let nested = concurrent::Nested { outer: *outer, inner: *inner, point };
                    match concurrent::run(&mut subject, &script.config, &inputs, &nested) {
                        Verdict::Agree(tally) if tally.compared > 0 => agreed += 1,
                        // They name a fee, a transfer, a charge or a refund that does not exist, or send from a
                        // connected account.
                        Verdict::Agree(_) if by_name(outer) || by_name(inner) => {}
                        Verdict::Agree(tally) => failures.push(format!("{prelude}: {nested:?} left out: {tally:?}")),
                        verdict @ (Verdict::Diverge(_) | Verdict::Violate(_) | Verdict::Inconclusive(_)) => {
                            failures.push(format!("{prelude}: {nested:?}: {verdict}"))
                        }
                    }
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failures, the first: {}", failures.len(), failures[0]);
    assert!(agreed > 5000, "only {agreed} overlaps were explained");
}

/// Returns the verdict on the last two requests of a trace, one sent at the very beginning of the other.
fn raced(trace: &str) -> Verdict {
    let script = Script::parse(trace).unwrap();
    let inputs: Vec<Input> = script.inputs().collect();
    let [prelude @ .., Input::Call(outer), Input::Call(inner)] = inputs.as_slice() else { panic!("{trace}") };
    let nested = concurrent::Nested { outer: outer.operation, inner: inner.operation, point: 0 };
    concurrent::run(&mut EngineSubject::default(), &script.config, prelude, &nested)
}

#[test]
fn what_has_no_place_in_a_race_is_left_out() {
    let captured = "create pi1 1000 usd automatic method=card_visa confirm\n";
    let table = [
        (captured.to_owned() + "refund pi1 1\nrefund pi1 2\n", (2, 0)),
        // There is no transfer yet, and the time of the request would decide which one it names.
        (captured.to_owned() + "reverse_transfer pi1 100\ncancel pi1\n", (0, 2)),
        // The engine creates a fifth refund, which exceeds the bounds of the model.
        (captured.to_owned() + &"refund pi1 1\n".repeat(6), (0, 2)),
    ];
    for (trace, (compared, beyond)) in table {
        let Verdict::Agree(tally) = raced(&trace) else { panic!("{}", raced(&trace)) };
        assert_eq!((tally.compared, tally.beyond), (compared, beyond), "{trace}");
    }
}

/// An engine that panics when it should cancel a payment.
static PANICS: InjectedFault = InjectedFault {
    name: "a cancellation panics",
    rules: "C15",
    breaks: Breaks::Overlaps,
    how: How::Hears(|request, _| {
        assert!(!matches!(request.command, Command::CancelPaymentIntent { .. }), "no cancellation today");
    }),
};

/// A panic of a thread in a race is a finding, and its message is reported.
#[test]
fn a_panic_in_a_race_is_notified() {
    let inputs: Vec<Input> =
        Script::parse("create pi1 1000 usd manual method=card_visa confirm\ncapture pi1\ncancel pi1")
            .unwrap()
            .inputs()
            .collect();
    let [prelude, Input::Call(capture), Input::Call(cancel)] = inputs.as_slice() else { panic!("{inputs:?}") };
    let threads = [vec![capture.operation], vec![cancel.operation]];
    let race =
        |mut subject: EngineSubject| concurrent::threads(&mut subject, &Config::default(), &[*prelude], &threads);
    assert!(race(EngineSubject::default().waiting(Duration::from_millis(200))).agrees());
    let panicked = catch_unwind(|| race(EngineSubject::default().with_fault(&PANICS))).unwrap_err();
    assert_eq!(panicked.downcast_ref::<&str>().copied(), Some("no cancellation today"));
}
