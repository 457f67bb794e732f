//! The operations below `/v1/test_helpers/`: a test plays the part of customers, banks and card networks.
//!
//! Each is a POST; the response is the object after the event.

use crate::answer::Answer;
use crate::fields::{choice, id, integer, only, text};
use crate::local_call::{Answered, LocalCall};
use holdfast_engine::command::{Command, EnvironmentEvent, MethodRef};
use holdfast_engine::edge::render;
use holdfast_engine::objects::RefundFailure;
use holdfast_engine::{Decline, LONGEST_ROLL, Reason, Refusal, TestMethod};

/// The outcomes of a debit.
const DEBIT_OUTCOMES: [(&str, Result<(), Decline>); 5] = [
    ("succeeded", Ok(())),
    ("account_closed", Err(Decline::AccountClosed)),
    ("insufficient_funds", Err(Decline::InsufficientFunds)),
    ("no_account", Err(Decline::NoAccount)),
    ("not_authorized", Err(Decline::DebitNotAuthorized)),
];

/// The outcomes of a refund that a card network reports.
const REFUND_OUTCOMES: [(&str, Result<(), RefundFailure>); 7] = [
    ("succeeded", Ok(())),
    ("declined", Err(RefundFailure::Declined)),
    ("expired_or_canceled_card", Err(RefundFailure::ExpiredOrCanceledCard)),
    ("insufficient_funds", Err(RefundFailure::InsufficientFunds)),
    ("lost_or_stolen_card", Err(RefundFailure::LostOrStolenCard)),
    ("merchant_request", Err(RefundFailure::MerchantRequest)),
    ("unknown", Err(RefundFailure::Unknown)),
];

/// The outcomes of an authentication.
const OUTCOMES: [(&str, bool); 2] = [("pass", true), ("fail", false)];

/// `POST /v1/test_helpers/payment_intents/{id}/authenticate`: the customer passes or fails authentication.
pub(crate) fn authenticate(call: &LocalCall<'_>) -> Answered {
    let intent = id(call.id, "payment_intent")?;
    let passes = choice(call.params, "outcome", &OUTCOMES)?;
    Ok(authentication(call, EnvironmentEvent::Authenticate { intent, passes }))
}

/// `POST /v1/test_helpers/setup_intents/{id}/authenticate`: the same for a SetupIntent.
pub(crate) fn authenticate_setup(call: &LocalCall<'_>) -> Answered {
    let intent = id(call.id, "setupintent")?;
    let passes = choice(call.params, "outcome", &OUTCOMES)?;
    Ok(authentication(call, EnvironmentEvent::AuthenticateSetup { intent, passes }))
}

/// `POST /v1/test_helpers/payment_intents/{id}/settle`: the bank accepts or rejects a debit.
pub(crate) fn settle(call: &LocalCall<'_>) -> Answered {
    let intent = id(call.id, "payment_intent")?;
    let answer = choice(call.params, "outcome", &DEBIT_OUTCOMES)?;
    inject(call, EnvironmentEvent::BankAnswers { intent, answer })
}

/// `POST /v1/test_helpers/payment_intents/{id}/close_cancel_window`: a debit can no longer be canceled (C18).
pub(crate) fn close_cancel_window(call: &LocalCall<'_>) -> Answered {
    only(call.params, &[])?;
    inject(call, EnvironmentEvent::CancelWindowCloses { intent: id(call.id, "payment_intent")? })
}

/// `POST /v1/test_helpers/refunds/{id}/report`: the card network reports the outcome of a refund.
pub(crate) fn report_refund(call: &LocalCall<'_>) -> Answered {
    let refund = id(call.id, "refund")?;
    let outcome = choice(call.params, "outcome", &REFUND_OUTCOMES)?;
    inject(call, EnvironmentEvent::RefundReported { refund, outcome })
}

/// `POST /v1/test_helpers/refunds/{id}/return`: the bank returns a refund.
pub(crate) fn return_refund(call: &LocalCall<'_>) -> Answered {
    only(call.params, &[])?;
    inject(call, EnvironmentEvent::RefundReturned { refund: id(call.id, "refund")? })
}

/// `POST /v1/test_helpers/refunds/{id}/give_details`: the customer provides other bank details.
pub(crate) fn give_refund_details(call: &LocalCall<'_>) -> Answered {
    only(call.params, &[])?;
    inject(call, EnvironmentEvent::RefundDetailsGiven { refund: id(call.id, "refund")? })
}

/// `POST /v1/test_helpers/webhook_endpoints/{id}/roll_secret`: replaces the signing secret; the old one signs beside it
/// for `expires_in` seconds (HOOK-10).
pub(crate) fn roll_secret(call: &LocalCall<'_>) -> Answered {
    only(call.params, &["expires_in"])?;
    let keep = integer(call.params, "expires_in")?.unwrap_or(LONGEST_ROLL);
    let endpoint = id(call.id, "webhook_endpoint")?;
    Ok(rendered(call, Command::RollWebhookSecret { endpoint, keep }, false))
}

/// `POST /v1/test_helpers/checkout/sessions/{id}/complete`: the customer pays without the page.
pub(crate) fn complete_session(call: &LocalCall<'_>) -> Answered {
    only(call.params, &["payment_method", "email"])?;
    let session = id(call.id, "checkout.session")?;
    let method = text(call.params, "payment_method")?.ok_or_else(|| Reason::Missing("payment_method".into()))?;
    let method = match TestMethod::from_token(method) {
        Some(test) => MethodRef::Test(test),
        None => MethodRef::Saved(id(method, "PaymentMethod")?),
    };
    let email = text(call.params, "email")?.map(str::to_owned);
    inject(call, EnvironmentEvent::CompleteSession { session, method, email })
}

fn inject(call: &LocalCall<'_>, event: EnvironmentEvent) -> Result<Answer, Refusal> {
    Ok(rendered(call, Command::Environment(event), false))
}

/// Injects an authentication. A customer who fails it is no error of the request: the response is the object.
fn authentication(call: &LocalCall<'_>, event: EnvironmentEvent) -> Answer {
    rendered(call, Command::Environment(event), true)
}

/// Executes a command and renders the response. With `declines_succeed`, a decline (402) is rendered as the intent that
/// it carries.
fn rendered(call: &LocalCall<'_>, command: Command, declines_succeed: bool) -> Answer {
    let response = call.execute(command);
    let intent = response.refusal().and_then(|refusal| refusal.intent.as_ref());
    let (status, body) = match intent.filter(|_| declines_succeed && response.status() == 402) {
        Some(intent) => (200, render::object(intent, response.version)),
        None => (response.status(), render::response(&response)),
    };
    Answer::new(status, render::with_origin(body, &call.app.origin)).with_outcome(call.key, &response)
}
