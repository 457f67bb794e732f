//! Alternative errors of requests with several wrong parameters: the specification does not say which one is named.
//!
//! The others are found by correcting the first one and running the model again.

use holdfast_model::{
    Call, Capture, Config, Create, CreateSession, Currency, Input, Operation, Outcome, Rejection, SessionUi,
    Transition, transition,
};

use crate::bounds::{KEYS, ModelState, PAYMENTS};
use crate::oracle::{Match, compare_answers};
use crate::subject::Answer;

/// The maximum number of wrong parameters.
const MOST: usize = 8;

/// Returns the model's step with the wrong parameter that the subject named. Returns `None` if both name the same
/// parameter, or if the subject names one that is not wrong.
#[must_use]
pub fn also_wrong(
    config: &Config,
    state: &ModelState,
    input: Input,
    outcome: &Outcome,
    answer: &Answer,
) -> Option<Transition<PAYMENTS, KEYS>> {
    let mut wrong = outcome.err().filter(|rejection| rejection.is_validation())?;
    if compare_answers(outcome, answer) != Match::Other {
        return None;
    }
    let mut asked = input;
    for _ in 0..MOST {
        asked = repair(asked, wrong)?;
        let step = transition(config, state, asked);
        wrong = step.outcome.err().filter(|rejection| rejection.is_validation())?;
        if compare_answers(&step.outcome, answer) != Match::Other {
            return Some(step);
        }
    }
    None
}

/// Returns the request with a valid value for the parameter that `wrong` names.
fn repair(input: Input, wrong: Rejection) -> Option<Input> {
    let right = |operation: Operation| {
        if let Operation::CreateIntent { intent, create } = operation {
            return repair_create(create, wrong).map(|create| Operation::CreateIntent { intent, create });
        }
        if let Operation::CreateSession(request) = operation {
            return repair_session(request, wrong).map(Operation::CreateSession);
        }
        if let Operation::CaptureIntent { intent, capture } = operation {
            return repair_capture(capture, wrong).map(|capture| Operation::CaptureIntent { intent, capture });
        }
        None
    };
    match input {
        Input::Call(call) => right(call.operation).map(|operation| Input::Call(Call { operation, ..call })),
        Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => None,
    }
}

const PLENTY: i64 = 10_000;

fn repair_create(create: Create, wrong: Rejection) -> Option<Create> {
    if matches!(wrong, Rejection::InvalidAmount | Rejection::AmountTooSmall | Rejection::AmountTooLarge) {
        Some(Create { amount: PLENTY, ..create })
    } else if wrong == Rejection::InvalidCurrency {
        Some(Create { currency: Currency::Usd, ..create })
    } else if wrong == Rejection::OffSessionWithoutConfirm {
        Some(Create { off_session: false, ..create })
    } else if wrong == Rejection::InvalidFee {
        Some(Create { fee: None, ..create })
    } else if wrong == Rejection::InvalidTransfer {
        Some(Create { transfer: None, ..create })
    } else {
        None
    }
}

fn repair_capture(capture: Capture, wrong: Rejection) -> Option<Capture> {
    if wrong == Rejection::NegativeCapture {
        Some(Capture { amount: None, ..capture })
    } else if wrong == Rejection::InvalidFee {
        Some(Capture { fee: None, ..capture })
    } else if wrong == Rejection::InvalidTransfer {
        Some(Capture { transfer: None, ..capture })
    } else {
        None
    }
}

fn repair_session(request: CreateSession, wrong: Rejection) -> Option<CreateSession> {
    let hosted = request.ui == SessionUi::Hosted;
    if matches!(wrong, Rejection::InvalidAmount | Rejection::AmountTooSmall | Rejection::AmountTooLarge) {
        Some(CreateSession { amount: PLENTY, ..request })
    } else if matches!(wrong, Rejection::MissingSuccessUrl | Rejection::UnexpectedSuccessUrl) {
        Some(CreateSession { success_url: hosted, ..request })
    } else if matches!(wrong, Rejection::MissingReturnUrl | Rejection::UnexpectedReturnUrl) {
        Some(CreateSession { return_url: !hosted, ..request })
    } else if wrong == Rejection::InvalidExpiry {
        Some(CreateSession { expires_in: None, ..request })
    } else if wrong == Rejection::UnexpectedMulticapture {
        Some(CreateSession { multicapture: false, ..request })
    } else {
        None
    }
}
