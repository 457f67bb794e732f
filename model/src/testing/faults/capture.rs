//! Faults about capture.

use crate::testing::fault::{Fault, Kind};
use crate::{Call, Input, Operation};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "open-by-default",
        does: "keeps the hold open where the client does not say `final_capture`",
        breaks: "final-capture-lets-go-of-the-rest",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Heard(|heard| {
            if let Input::Call(Call { operation: Operation::CaptureIntent { capture, .. }, .. }) = &mut heard.input
                && capture.final_capture.is_none()
                && heard.payment.is_some_and(|payment| payment.is_multicapture())
            {
                capture.final_capture = Some(false);
            }
        }),
    },
    Fault {
        name: "fifty-first-capture",
        does: "forgets to count the fiftieth capture",
        breaks: "fifty-captures-at-most",
        scenario: "fifty_captures",
        variant: "visa",
        kind: Kind::Payment(|step| {
            step.charge(|charge| charge.captures = charge.captures.min(49));
        }),
    },
];
