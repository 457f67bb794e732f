//! The inputs after which model and server can still be compared.

use holdfast_harness::bounds::ModelState;
use holdfast_model::{
    Accepted, Call, Config, DeliveryFault, EnvironmentEvent, Input, IntentId, IntentStatus, Observation, Operation,
    Outcome, PaymentMethod, PaymentView, Rail, RefundPath, RefundProgress, RefundStatus, SetupStatus, transition,
};

/// Time runs on while a sequence is driven: no deadline may be nearer than this, before or after.
const MARGIN: i64 = 600;

/// Returns whether the event may be injected, given its result in the model.
#[must_use]
pub fn happen(config: &Config, world: &ModelState, event: &EnvironmentEvent, now: &Observation<'_>) -> bool {
    let outcome = transition(config, world, Input::Event(*event)).outcome;
    let does = matches!(outcome, Ok(Accepted::Happened));
    match *event {
        // Also without a pending challenge: a server may accept a second answer.
        EnvironmentEvent::Authenticate { intent, .. } => view(now, intent).is_some(),
        EnvironmentEvent::Settle { .. } | EnvironmentEvent::CloseCancelWindow { .. } => does,
        // Some refunds fail by a job that no request starts.
        EnvironmentEvent::Refund { intent, refund, progress } => {
            let refund = view(now, intent).and_then(|view| *view.refunds.get(usize::from(refund.0))?);
            let is_job = progress == RefundProgress::Fails
                && refund.is_none_or(|refund| refund.status != RefundStatus::Succeeded);
            does && !is_job
        }
        EnvironmentEvent::Advance { .. } => time_may_pass(config, world, event, now),
        EnvironmentEvent::PostToLedger { .. }
        | EnvironmentEvent::ExpireHold { .. }
        | EnvironmentEvent::AuthenticateSetup { .. }
        | EnvironmentEvent::SettleSetup
        | EnvironmentEvent::CustomerPays { .. }
        | EnvironmentEvent::PruneKey { .. } => false,
    }
}

/// The payment as the model has it.
#[must_use]
pub fn view<'a>(now: &'a Observation<'_>, intent: IntentId) -> Option<&'a PaymentView> {
    now.payments.get(usize::from(intent.0))?.as_ref()
}

/// Returns whether time may pass: no bank or job is at work whose schedule only the server knows, and time does not
/// stop in the last minutes before a deadline.
fn time_may_pass(config: &Config, world: &ModelState, event: &EnvironmentEvent, now: &Observation<'_>) -> bool {
    let waits = |view: &PaymentView| {
        let moves_later = view.payment_method.is_some_and(|method| method.profile().refund != RefundPath::Immediate);
        view.status == IntentStatus::Processing || (moves_later && view.refunds.iter().flatten().next().is_some())
    };
    let setup_waits = now.setup.is_some_and(|setup| setup.status == SetupStatus::Processing);
    if setup_waits || now.payments.iter().flatten().any(waits) {
        return false;
    }
    let after = transition(config, world, Input::Event(*event)).after.observe(config);
    let after = after.observation(config);
    let is_far = |view: &PaymentView| {
        let Some(charge) = &view.charge else { return true };
        charge.hold_left.is_none_or(|left| left > MARGIN)
            && charge.posting_left.is_none_or(|left| i64::from(left) > MARGIN)
    };
    let session = after.session.and_then(|session| session.seconds_left);
    after.payments.iter().flatten().all(is_far) && session.is_none_or(|left| i64::from(left) > MARGIN)
}

/// Returns whether the method is a card.
fn is_card(method: PaymentMethod) -> bool {
    matches!(method.profile().rail, Rail::Card(_))
}

/// Returns whether a call can be sent over HTTP. Excluded are a key that the server may forget at any time, a failure that
/// only the server can cause, and money that the server posts at an unknown time (A12).
#[must_use]
pub fn travel(call: &Call, calm: &Outcome, now: &Observation<'_>, view: Option<&PaymentView>) -> bool {
    let fits = match call.fault {
        DeliveryFault::None => true,
        // The created object must be known by name for the next step.
        DeliveryFault::AnswerLost => calm.is_ok(),
        DeliveryFault::ErrorBefore | DeliveryFault::ErrorAfter => false,
    };
    let is_booked = view.and_then(|view| view.charge).is_none_or(|charge| charge.posting_left.is_none());
    let takes_back = matches!(
        call.operation,
        Operation::CreateRefund { refund, .. } if refund.refund_application_fee || refund.reverse_transfer
    );
    // Whether the refund of a bank debit waits for the bank is not specified.
    let is_debit = view.and_then(|view| view.payment_method).is_some_and(|method| !is_card(method));
    let fits = fits && !(is_debit && matches!(call.operation, Operation::CreateRefund { .. }));
    let key = call.key.and_then(|key| now.keys.get(usize::from(key.0)).copied().flatten());
    fits && (is_booked || !takes_back) && key.is_none_or(|key| !key.is_prunable() && key.answer.is_some())
}
