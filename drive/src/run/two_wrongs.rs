//! Requests with two errors: a parameter that is invalid by itself, and an object that does not exist or has another
//! status. The specification leaves open which of the two the rejection names.

use holdfast_harness::bounds::ModelState;
use holdfast_harness::oracle::{self, Match};
use holdfast_harness::subject::{Answer, Refused};
use holdfast_model::{
    Amount, Call, Capture, CaptureMethod, Config, Create, CreateRefund, IntentId, Operation, Outcome, PaymentMethod,
    Rejection, Update, transition,
};

/// Returns whether the server's refusal names another error of the request than `rejection`, which the model chose.
pub(super) fn either_is_named(
    config: &Config,
    world: &ModelState,
    call: &Call,
    rejection: Rejection,
    refused: &Refused,
) -> bool {
    // A key that another request has used is refused for that alone.
    if rejection.wire().kind != "invalid_request_error" {
        return false;
    }
    names_state(config, world, call, rejection, refused) || names_parameter(config, world, call, rejection, refused)
}

/// The model names the parameter, and the answer is that to the same request without it.
fn names_state(config: &Config, world: &ModelState, call: &Call, rejection: Rejection, refused: &Refused) -> bool {
    let Some(operation) = without_parameters(call.operation).filter(|_| rejection.wire().param.is_some()) else {
        return false;
    };
    let outcome = transition(config, world, operation.into()).outcome;
    outcome.is_err_and(|other| other != rejection)
        && oracle::compare_answers(&outcome, &Answer::Refused(refused.clone())) != Match::Other
}

/// The model names the object or its status, and the answer is that to the same request about a fresh payment.
fn names_parameter(config: &Config, world: &ModelState, call: &Call, rejection: Rejection, refused: &Refused) -> bool {
    let Some(intent) = call.operation.about().intent().filter(|_| !rejection.is_validation()) else { return false };
    let is_unknown = rejection.wire().http == 404;
    let names_amount = refused.param.as_deref().is_none_or(|param| param.contains("amount"));
    let is_no_amount =
        amount(&call.operation).is_some_and(|amount| !(1..=i64::from(Amount::MAX.get())).contains(&amount));
    if is_unknown && refused.http == 400 && names_amount && is_no_amount {
        return true;
    }
    let says = |said: &Option<_>, wire: Option<&str>| said.as_deref().is_none_or(|said| Some(said) == wire);
    fresh(config, world, intent).iter().any(|there| {
        let outcome: Outcome = transition(config, there, call.operation.into()).outcome;
        outcome.is_err_and(|other| {
            let wire = other.wire();
            let is_it = wire.http == refused.http && says(&refused.code, wire.code) && says(&refused.param, wire.param);
            // Of an unknown object no amount is known that another one could exceed.
            let is_of_parameter = other.is_validation() || !is_unknown && wire.param.is_some() && wire.http == 400;
            is_of_parameter && is_it
        })
    })
}

/// Returns worlds with a fresh payment: captured, and held. Its amount is that of the payment in question.
fn fresh(config: &Config, world: &ModelState, intent: IntentId) -> [ModelState; 2] {
    let sight = world.observe(config);
    let view = sight.observation(config).payments.get(usize::from(intent.0)).copied().flatten();
    let amount = view.map_or(1_000, |view| i64::from(view.amount.get()));
    [CaptureMethod::Automatic, CaptureMethod::Manual].map(|capture_method| {
        let create = Create { method: Some(PaymentMethod::Visa), confirm: true, capture_method, ..Create::of(amount) };
        transition(config, &ModelState::default(), Operation::CreateIntent { intent, create }.into()).after
    })
}

/// Returns the same request without the parameters that may be wrong by themselves; `None` if it has none.
fn without_parameters(operation: Operation) -> Option<Operation> {
    /// An amount that every payment may have.
    const PLENTY: i64 = 10_000;
    if let Operation::CaptureIntent { intent, capture } = operation {
        let capture = Capture { amount: None, fee: None, transfer: None, ..capture };
        Some(Operation::CaptureIntent { intent, capture })
    } else if let Operation::CancelIntent { intent, reason: Some(_) } = operation {
        Some(Operation::CancelIntent { intent, reason: None })
    } else if let Operation::CreateRefund { intent, refund } = operation {
        Some(Operation::CreateRefund { intent, refund: CreateRefund { amount: None, ..refund } })
    } else if let Operation::UpdateIntent { intent, update: Update::Amount(_) } = operation {
        Some(Operation::UpdateIntent { intent, update: Update::Amount(PLENTY) })
    } else if let Operation::CancelSetup { reason: Some(_) } = operation {
        Some(Operation::CancelSetup { reason: None })
    } else {
        None
    }
}

/// The amount that is asked of an object.
fn amount(operation: &Operation) -> Option<i64> {
    if let Operation::CreateRefund { refund, .. } = operation {
        refund.amount
    } else if let Operation::CaptureIntent { capture, .. } = operation {
        capture.amount
    } else if let Operation::UpdateIntent { update: Update::Amount(amount), .. } = operation {
        Some(*amount)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use holdfast_model::Input;
    use holdfast_model::trace::Script;

    use super::*;

    /// Returns whether a refusal of the last request of a trace with that code and parameter is permitted.
    fn is_permitted(trace: &str, code: Option<&str>, param: Option<&str>) -> bool {
        let config = Config::default();
        let mut world = ModelState::default();
        let inputs: Vec<Input> = Script::parse(trace).unwrap().inputs().collect();
        let (last, before) = inputs.split_last().unwrap();
        for input in before {
            world = transition(&config, &world, *input).after;
        }
        let rejection = transition(&config, &world, *last).outcome.unwrap_err();
        let Input::Call(call) = last else { panic!("{last} is no call") };
        let owned = |text: Option<&str>| text.map(|text| text.to_owned().into());
        let http = if code == Some("resource_missing") { 404 } else { 400 };
        let kind = "invalid_request_error".into();
        let refused = Refused { http, kind, code: owned(code), param: owned(param), decline_code: None };
        either_is_named(&config, &world, call, rejection, &refused)
    }

    #[test]
    fn either_of_two_wrongs_may_be_named_and_nothing_else() {
        const PAID: &str = "create pi1 1000 usd method=card_visa confirm\n";
        let unexpected = Some("payment_intent_unexpected_state");
        let table = [
            ("create pi1 1000 usd manual\ncapture pi1 -5\n", unexpected, None, true),
            (
                "create pi1 1000 usd manual\ncapture pi1 -5\n",
                Some("amount_too_large"),
                Some("amount_to_capture"),
                false,
            ),
            (&*format!("{PAID}cancel pi1 reason=automatic\n"), unexpected, None, true),
            (&*format!("{PAID}cancel pi1\n"), None, Some("cancellation_reason"), false),
            (&*format!("{PAID}capture pi1 1001\n"), Some("amount_too_large"), Some("amount_to_capture"), true),
            (&*format!("{PAID}capture pi1 900\n"), Some("amount_too_large"), Some("amount_to_capture"), false),
            (&*format!("{PAID}capture pi1 900\n"), Some("parameter_missing"), Some("amount_to_capture"), false),
            ("capture pi1 -5\n", None, Some("amount_to_capture"), true),
            ("capture pi1 500\n", None, Some("amount_to_capture"), false),
            // One wrong alone has one name.
            ("create pi1 1000 usd manual method=card_visa confirm\ncapture pi1 -5\n", unexpected, None, false),
            (&*format!("{PAID}refund pi1 1001\n"), Some("charge_already_refunded"), None, false),
        ];
        for (trace, code, param, expected) in table {
            assert_eq!(is_permitted(trace, code, param), expected, "{trace} {code:?} {param:?}");
        }
    }
}
