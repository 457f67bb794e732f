//! One attempt to pay: the request to the network, and the effect of its answer on the intent (C7 to C13).

use super::connect::{self, Shares};
use super::customers::{self, Found};
use super::decision_context::{Changes, DecisionContext, Stop, without_authentication};
use super::new_charge::new_charge;
use crate::acquirer::{Answer, Ask, Presence};
use crate::command::{ConfirmOptions, JobKind, TextsChange};
use crate::money::Currency;
use crate::objects::{
    AttemptError, CancellationReason, CaptureMethod, Charge, ChargeStatus, EventType, Failure, IntentStatus,
    MethodTypes, NextAction, PaymentIntent, PaymentMethod, Redirects, Texts,
};
use crate::refusal::{Reason, Refusal};
use crate::test_methods::{Behaviour, Decline, MethodType, Network};
use crate::time::{MINUTE, Seconds};
use crate::version::Feature;
use crate::{ChargeId, Object};
use std::sync::Arc;

/// The parameters of an attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) found: Found,
    pub(super) options: ConfirmOptions,
    /// Whether the customer has passed authentication for it.
    pub(super) authenticated: bool,
}

/// Attempts to pay `intent`, which the caller stores and returns. A refusal means that the attempt failed.
pub(super) fn run(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    mut intent: PaymentIntent,
    attempt: Attempt,
) -> Result<(PaymentIntent, Option<Refusal>), Stop> {
    let before = intent.clone();
    let Attempt { found, options, authenticated } = attempt;
    let capture = capture_method(&intent, &found.method);
    can_be_held(&intent, &found.method)?;
    let method = found.store(changes);
    let authenticated = authenticated || intent.authenticated || method.is_exempt_for(intent.texts.as_deref());
    if !authenticated {
        can_be_used(&method, &options)?;
    }
    let presence = Presence { off_session: options.off_session, authenticated, set_up: method.set_up };
    if !authenticated && method.is_verified_by_deposits(intent.texts.as_deref()) {
        (intent.method, intent.off_session, intent.last_error) = (Some(method.id), options.off_session, None);
        intent.status = IntentStatus::RequiresAction;
        intent.next_action = Some(NextAction::Microdeposits);
        context.announce(changes, EventType::PaymentIntentRequiresAction, &intent);
        return Ok((intent, None));
    }
    let requested = !authenticated && method.is_challenged_for(intent.texts.as_deref());
    let answer = context.ask_unless(requested, || Ask::Authorize {
        amount: intent.amount,
        currency: intent.currency,
        method: method.test_method,
        presence,
        capture: capture == CaptureMethod::Automatic,
    })?;

    intent.method = Some(method.id);
    intent.off_session = options.off_session;
    intent.authenticated = false;
    intent.last_error = None;
    intent.next_action = None;
    join_group(&mut intent);
    let refusal = match answer {
        Answer::ChallengeRequired => challenge(context, changes, &mut intent, &method, options),
        Answer::Declined(decline) => {
            let charge = failed_charge(context, changes, &intent, &method, decline);
            let failed = (Failure::Declined(decline), Some(Arc::clone(&method)));
            Some(fail(context, changes, &before, &mut intent, failed, Some(charge)))
        }
        Answer::Pending => {
            process(context, changes, &before, &mut intent, &method);
            None
        }
        Answer::Done => {
            approve(context, changes, &before, &mut intent, &method, capture)?;
            None
        }
        Answer::RefundFailed(_) | Answer::TooLate | Answer::Impossible => {
            return Err(Reason::Internal("the acquirer gave an unexpected answer".to_owned()).into());
        }
    };
    Ok((intent, refusal))
}

/// Gives a destination charge without a `transfer_group` one of its own (P19).
fn join_group(intent: &mut PaymentIntent) {
    let has_group = intent.texts.as_ref().is_some_and(|texts| texts.transfer_group.is_some());
    if intent.transfer_data.is_some() && !has_group {
        let texts = Texts { transfer_group: Some(format!("group_{}", intent.id)), ..Texts::default() };
        intent.texts = TextsChange::of(texts).apply(&intent.texts);
    }
}

/// Returns the types of methods and the redirects of automatic ones (P9). Without settings, versions before 2023-08-16
/// have cards only; later ones have automatic methods, of `all` types, with redirects.
pub(super) fn method_settings(
    context: &DecisionContext<'_>,
    types: Option<MethodTypes>,
    automatic: Option<Redirects>,
    all: MethodTypes,
) -> (MethodTypes, Option<Redirects>) {
    match (types, automatic) {
        (Some(types), _) => (types, None),
        (None, Some(redirects)) => (all, Some(redirects)),
        (None, None) if context.version.has(Feature::AutomaticMethods) => (all, Some(Redirects::Always)),
        (None, None) => (MethodTypes::CARD, None),
    }
}

/// Checks that a confirmation names the page to return to where methods may redirect the customer (P9).
pub(super) fn needs_return_url(automatic: Option<Redirects>, confirm: Option<&ConfirmOptions>) -> Result<(), Stop> {
    match confirm {
        Some(options) if automatic == Some(Redirects::Always) && options.return_url.is_none() => {
            Err(Reason::NeedsReturnUrl.into())
        }
        Some(_) | None => Ok(()),
    }
}

/// Checks that the engine has payments by the type of the method, and that the confirmation names the page to return to from
/// the page of another provider.
pub(super) fn can_be_used(method: &PaymentMethod, options: &ConfirmOptions) -> Result<(), Stop> {
    let method_type = method.method_type();
    if !method_type.is_payable() {
        let why = format!("this engine has no payments by {}.", method_type.name());
        return Err(Reason::InvalidValue("payment_method".into(), why).into());
    }
    if method_type.redirects() && options.return_url.is_none() {
        return Err(Reason::NeedsReturnUrl.into());
    }
    Ok(())
}

/// Checks that a payment with manual capture uses a method that can be held (HOLD-7).
pub(super) fn can_be_held(intent: &PaymentIntent, method: &PaymentMethod) -> Result<(), Stop> {
    let manual = capture_method(intent, method) == CaptureMethod::Manual;
    if manual && !method.method_type().can_be_held() { Err(Reason::MethodCannotBeHeld.into()) } else { Ok(()) }
}

/// Returns the capture method: the option `capture_method` of the method's type overrides the intent's (VOC-10).
fn capture_method(intent: &PaymentIntent, method: &PaymentMethod) -> CaptureMethod {
    let card_is_held = intent.card_capture_manual && method.method_type().is_card();
    match card_is_held || method.is_held_for(intent.texts.as_deref()) {
        true => CaptureMethod::Manual,
        false => intent.capture_method,
    }
}

/// Requires an action of the customer (C7), or fails the attempt if the customer is absent (PI-19).
fn challenge(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    intent: &mut PaymentIntent,
    method: &Arc<PaymentMethod>,
    options: ConfirmOptions,
) -> Option<Refusal> {
    if options.off_session || options.error_on_requires_action {
        let before = intent.clone();
        let leaves_charge = options.off_session && context.dialect.absent_customer_leaves_charge;
        let charge =
            leaves_charge.then(|| failed_charge(context, changes, intent, method, Decline::AuthenticationRequired));
        let failed = (options.refuses_action(), Some(Arc::clone(method)));
        return Some(fail(context, changes, &before, intent, failed, charge));
    }
    intent.status = IntentStatus::RequiresAction;
    intent.next_action = Some(customers_action(options));
    context.announce(changes, EventType::PaymentIntentRequiresAction, intent);
    None
}

/// Returns the customer's action: on the bank's page if there is a page to return to, otherwise on the merchant's.
pub(super) fn customers_action(options: ConfirmOptions) -> NextAction {
    options.return_url.map_or(NextAction::Sdk, |return_url| NextAction::Redirect { return_url })
}

/// Fails the attempt: the intent requires a payment method again (C13, PI-22).
pub(super) fn fail(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    before: &PaymentIntent,
    intent: &mut PaymentIntent,
    (failure, method): (Failure, Option<Arc<PaymentMethod>>),
    charge: Option<ChargeId>,
) -> Refusal {
    intent.method = None;
    intent.texts = without_authentication(&intent.texts);
    intent.status = IntentStatus::RequiresPaymentMethod;
    intent.next_action = None;
    intent.authenticated = false;
    intent.cancelable_until = None;
    intent.latest_charge = charge.or(intent.latest_charge);
    intent.last_error = method.clone().map(|method| AttemptError { failure, method, charge });
    context.announce_change(changes, EventType::PaymentIntentPaymentFailed, before, intent);
    Refusal { charge, method, ..Refusal::from(Reason::Payment(failure)) }
}

fn failed_charge(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    intent: &PaymentIntent,
    method: &PaymentMethod,
    decline: Decline,
) -> ChargeId {
    let charge = Charge {
        status: ChargeStatus::Failed,
        decline: Some(decline),
        multicapture: false,
        ..new_charge(context, intent, method)
    };
    context.announce(changes, EventType::ChargeFailed, &charge);
    let id = charge.id;
    changes.put(charge);
    id
}

/// Starts the processing of a bank debit, which settles days later (C8).
fn process(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    before: &PaymentIntent,
    intent: &mut PaymentIntent,
    method: &PaymentMethod,
) {
    let charge = Charge { status: ChargeStatus::Pending, ..new_charge(context, intent, method) };
    intent.status = IntentStatus::Processing;
    intent.latest_charge = Some(charge.id);
    // A debit can be stopped for a while; a transfer that the customer sends cannot (C18).
    let window = context.now.after(context.dialect.timing.debit_cancel_window);
    intent.cancelable_until = Some(window).filter(|_| method.method_type().is_bank_debit());
    context.announce_change(changes, EventType::PaymentIntentProcessing, before, intent);
    context.announce(changes, EventType::ChargePending, &charge);
    changes.schedule(JobKind::BankOutcome, intent.id, context.now.after(settlement(context, method)));
    use_up(context, changes, intent, method);
    changes.put(charge);
}

/// Returns the time to settlement. Late accounts take at least three minutes longer (TST-10).
fn settlement(context: &DecisionContext<'_>, method: &PaymentMethod) -> Seconds {
    let late = matches!(method.test_method.row().behaviour, Behaviour::SettleLate | Behaviour::RejectLate(_));
    context.dialect.timing.bank_settlement.saturating_add(if late { MINUTE.saturating_mul(3) } else { 0 })
}

/// Applies an approval: the money is held, or taken at once (C9 to C11).
fn approve(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    before: &PaymentIntent,
    intent: &mut PaymentIntent,
    method: &PaymentMethod,
    capture: CaptureMethod,
) -> Result<(), Stop> {
    let mut charge = new_charge(context, intent, method);
    intent.latest_charge = Some(charge.id);
    use_up(context, changes, intent, method);
    if capture == CaptureMethod::Manual {
        let deadline = context.now.after(hold_window(context, intent, method));
        charge.manual = true;
        charge.capture_before = Some(deadline);
        intent.status = IntentStatus::RequiresCapture;
        intent.capturable = intent.amount;
        context.announce(changes, EventType::ChargeSucceeded, &charge);
        context.announce_change(changes, EventType::PaymentIntentAmountCapturableUpdated, before, intent);
        let due = deadline.after(context.dialect.timing.expiry_job_after);
        changes.schedule(JobKind::ExpireHold, intent.id, due);
        changes.put(charge);
        return Ok(());
    }
    let connected = take_all(context, changes, intent, &mut charge, capture)?;
    context.announce(changes, EventType::ChargeSucceeded, &charge);
    succeed(context, changes, (before, intent), charge, connected);
    Ok(())
}

/// Takes the whole approved charge: a card's at once, a debit's at settlement. The ledger entries follow now or in the
/// background (A2, A7 to A12). Returns the changes of fee and transfer.
pub(super) fn take_all(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    intent: &mut PaymentIntent,
    charge: &mut Charge,
    capture: CaptureMethod,
) -> Result<Changes, Stop> {
    intent.status = IntentStatus::Succeeded;
    intent.received = intent.amount;
    intent.cancelable_until = None;
    charge.captured = charge.amount;
    charge.captures = 1;
    charge.closed = true;
    charge.application_fee_amount = intent.application_fee_amount;
    charge.transfer_amount = intent.transfer_data.and_then(|data| data.amount);
    let mut connected = Changes::default();
    if capture == CaptureMethod::AutomaticAsync {
        let due = context.now.after(context.dialect.timing.async_capture);
        charge.awaits_ledger = true;
        charge.ledger_due = Some(due);
        changes.schedule(JobKind::FillLedger, charge.id, due);
    } else {
        let shares = Shares { fee: charge.application_fee_amount, transfer: charge.transfer_amount };
        connect::post_capture(context, &mut connected, charge, intent.amount, shares)?;
    }
    Ok(connected)
}

/// Announces the success of the payment after the events of its charge, and stores everything but the intent.
pub(super) fn succeed(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    (before, intent): (&PaymentIntent, &PaymentIntent),
    charge: Charge,
    connected: Changes,
) {
    changes.append(connected);
    context.announce_change(changes, EventType::PaymentIntentSucceeded, before, intent);
    changes.put(charge);
}

/// Returns the length of the hold (HOLD-3, HOLD-6).
fn hold_window(context: &DecisionContext<'_>, intent: &PaymentIntent, method: &PaymentMethod) -> Seconds {
    let timing = &context.dialect.timing;
    if let MethodType::Other(other) = method.method_type() {
        return other.hold().unwrap_or(timing.hold);
    }
    let japan = context.account.country == "JP" && intent.currency == Currency::Jpy;
    match method.test_method.row().network {
        Some(Network::Visa | Network::Mastercard | Network::Jcb | Network::Diners | Network::Discover) if japan => {
            timing.japan_hold
        }
        Some(Network::Visa) if intent.off_session => timing.merchant_visa_hold,
        Some(_) | None => timing.hold,
    }
}

/// Marks a method without a customer as used, and attaches one that is kept for later (PI-23, C19).
fn use_up(context: &DecisionContext<'_>, changes: &mut Changes, intent: &PaymentIntent, method: &PaymentMethod) {
    let mut method = method.clone();
    let kept = method.is_kept_for(intent.texts.as_deref(), intent.setup_future_usage);
    match (intent.customer, kept) {
        (Some(customer), true) => {
            method.set_up = true;
            customers::attach_to(context, changes, &mut method, customer);
        }
        (Some(_) | None, _) if method.customer.is_none() => method.consumed = true,
        (Some(_) | None, _) => return,
    }
    changes.put(Object::from(method));
}

/// Cancels an intent with too many confirmations. The request is refused, and the cancellation stands (C16).
pub(super) fn cancel_for_too_many(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    mut intent: PaymentIntent,
) -> (PaymentIntent, Refusal) {
    let before = intent.clone();
    intent.status = IntentStatus::Canceled;
    intent.next_action = None;
    intent.canceled_at = Some(context.now);
    intent.cancellation_reason = Some(CancellationReason::Automatic);
    context.announce_change(changes, EventType::PaymentIntentCanceled, &before, &intent);
    (intent, Reason::TooManyConfirmations.into())
}
