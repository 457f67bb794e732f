//! Requests with two errors: a parameter that is invalid by itself, and an object that does not exist or has another
//! status. The specification leaves open which of the two the rejection names. One error may also have another name.

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
    // A key that another request has used is a reason of its own to refuse the request.
    if rejection.wire().kind != "invalid_request_error" {
        return false;
    }
    names_state(config, world, call, rejection, refused)
        || names_parameter(config, world, call, rejection, refused)
        || is_same_wrong(&call.operation, rejection, refused)
}

/// Returns whether a server rejects for the same reason in other words: the parameter by the name that the request gave it, a missing method as a missing
/// parameter, or a code where the provider gives none beside the parameter.
fn is_same_wrong(operation: &Operation, rejection: Rejection, refused: &Refused) -> bool {
    let wire = rejection.wire();
    let (code, param) = (refused.code.as_deref(), refused.param.as_deref());
    if wire.http != refused.http || refused.kind != wire.kind {
        return false;
    }
    if rejection == Rejection::MissingPaymentMethod {
        return code == Some("parameter_missing") && param.is_none_or(|param| param == "payment_method");
    }
    let names: &[&str] = match (rejection, operation) {
        (Rejection::NoSuchIntent, Operation::CreateRefund { .. }) => &["payment_intent", "charge"],
        _ => &[],
    };
    let is_param = param == wire.param || param.is_some_and(|param| names.contains(&param));
    // A code that says another wrong is another refusal.
    let is_other = code.is_some_and(|code| code.starts_with("amount_") || code.ends_with("_unexpected_state"));
    let is_free = wire.code.is_none() && wire.param.is_some() && rejection.is_validation();
    let is_code = code == wire.code || is_free && !is_other;
    is_param && is_code
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

/// Returns two states with a fresh payment: one captured, one held. Its amount is that of the payment in question.
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

    #[test]
    fn the_same_wrong_has_several_names() {
        const HELD: &str = "create pi1 1000 usd manual method=card_visa confirm\n";
        let integer = Some("parameter_invalid_integer");
        let table = [
            // The parameter is recorded (CAP-5).
            (format!("{HELD}capture pi1 0\n"), integer, Some("amount"), true),
            (format!("{HELD}capture pi1 0\n"), integer, Some("amount_to_capture"), false),
            (format!("{HELD}capture pi1 0\n"), integer, Some("currency"), false),
            (format!("{HELD}capture pi1 0\n"), Some("amount_too_large"), Some("amount_to_capture"), false),
            (format!("{HELD}capture pi1 -5\n"), integer, Some("amount_to_capture"), true),
            (format!("{HELD}capture pi1 -5\n"), integer, Some("amount"), false),
            (format!("{HELD}capture pi1 1001\n"), integer, Some("amount_to_capture"), false),
            ("refund pi1\n".to_owned(), Some("resource_missing"), Some("charge"), true),
            ("refund pi1\n".to_owned(), Some("resource_missing"), Some("payment_intent"), true),
            ("refund pi1\n".to_owned(), Some("resource_missing"), Some("amount"), false),
            ("capture pi1\n".to_owned(), Some("resource_missing"), Some("charge"), false),
            ("create pi1 1000 usdt\n".to_owned(), Some("currency_not_supported"), Some("currency"), true),
            ("create pi1 1000 usd confirm\n".to_owned(), Some("parameter_missing"), Some("payment_method"), true),
            ("create pi1 1000 usd confirm\n".to_owned(), Some("parameter_missing"), Some("amount"), false),
        ];
        for (trace, code, param, expected) in table {
            assert_eq!(is_permitted(&trace, code, param), expected, "{trace} {code:?} {param:?}");
        }
    }

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
