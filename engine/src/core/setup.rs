//! Decisions about SetupIntents: a method is prepared for later, without a charge (C2, C19, SI-1 to SI-13).

use super::attempt::{can_be_used, customers_action, method_settings, needs_return_url};
use super::customers::{self, Found};
use super::decision_context::{Changes, Decided, DecisionContext, Done, Stop, not_found, without_authentication};
use crate::SetupIntentId;
use crate::acquirer::{Answer, Ask, Presence};
use crate::command::{
    ConfirmOptions, ConfirmSetupIntent, CreateSetupIntent, MethodRef, Microdeposits, TextsChange, UpdateSetupIntent,
};
use crate::ids::SetupAttemptId;
use crate::money::OutOfRange;
use crate::objects::{
    AttemptError, CancellationReason, EventType, Failure, MethodTypes, NextAction, PaymentMethod, SetupIntent,
    SetupStatus,
};
use crate::refusal::{Operation, Reason, Refusal};
use crate::test_methods::{Behaviour, MethodType};
use std::sync::Arc;

/// Handles `POST /v1/setup_intents`.
pub(super) fn create(context: &DecisionContext<'_>, request: &CreateSetupIntent) -> Decided {
    let mut changes = Changes::default();
    let mut intent = build(context, request, None)?;
    (intent.method_types, intent.automatic_methods) =
        method_settings(context, request.method_types, request.automatic_methods, MethodTypes::SAVABLE);
    needs_return_url(intent.automatic_methods, request.confirm.as_ref())?;
    let found = request.method.map(|method| find(context, method, &intent)).transpose()?;
    let found = found.map(|found| found.described(&request.texts));
    match (request.confirm.clone(), found) {
        (Some(_), None) => Err(Reason::SetupNeedsMethod.into()),
        (Some(options), Some(found)) => {
            context.announce(&mut changes, EventType::SetupIntentCreated, &intent);
            intent.confirmations = 1;
            attempt(context, changes, intent, found, options, false)
        }
        (None, found) => {
            if let Some(found) = found {
                intent.method = Some(found.store(&mut changes).id);
                intent.status = SetupStatus::RequiresConfirmation;
            }
            context.announce(&mut changes, EventType::SetupIntentCreated, &intent);
            Ok(finish(changes, intent, None))
        }
    }
}

/// Returns a new SetupIntent without a method, owned by `session` if any.
pub(super) fn build(
    context: &DecisionContext<'_>,
    request: &CreateSetupIntent,
    session: Option<crate::CheckoutSessionId>,
) -> Result<SetupIntent, Stop> {
    let customer = request.customer.map(|id| context.customer(id)).transpose()?;
    Ok(SetupIntent {
        id: context.id(SetupIntentId),
        account: context.account.id,
        created: context.now,
        secret: context.ids.secret()?,
        status: SetupStatus::RequiresPaymentMethod,
        method: None,
        method_types: request.method_types.unwrap_or(MethodTypes::SAVABLE),
        automatic_methods: request.automatic_methods,
        customer: customer.map(|customer| customer.id),
        usage: request.usage,
        microdeposits: request.microdeposits,
        last_error: None,
        next_action: None,
        cancellation_reason: None,
        latest_attempt: None,
        confirmations: 0,
        session,
        texts: request.texts.apply(&None),
    })
}

/// Handles `POST /v1/setup_intents/:id`.
pub(super) fn update(context: &DecisionContext<'_>, request: &UpdateSetupIntent) -> Decided {
    let intent = of_caller(context, request.intent)?;
    let owned = intent.session.is_some();
    let texts_only = request.method.is_none()
        && request.method_types.is_none()
        && request.customer.is_none()
        && request.microdeposits.is_none();
    let allowed = match intent.status {
        SetupStatus::RequiresPaymentMethod | SetupStatus::RequiresConfirmation | SetupStatus::RequiresAction => true,
        SetupStatus::Succeeded => texts_only,
        SetupStatus::Processing | SetupStatus::Canceled => false,
    };
    if !allowed {
        return Err(Refusal::with_setup(Reason::SetupStatus(Operation::Update, intent.status), &intent).into());
    }
    // The page alone changes the intent of a session.
    if owned && !texts_only {
        return Err(Refusal::with_setup(Reason::SetupOwnedBySession, &intent).into());
    }
    let mut changes = Changes::default();
    let mut changed = (*intent).clone();
    if let Some(customer) = request.customer {
        changed.customer = Some(context.customer(customer)?.id);
    }
    if let Some(types) = request.method_types {
        (changed.method_types, changed.automatic_methods) = (types, None);
    }
    changed.microdeposits = request.microdeposits.unwrap_or(changed.microdeposits);
    changed.texts = request.texts.apply_with_method(&intent.texts, intent.method, request.method);
    changed.last_error = None;
    if let Some(method) = request.method {
        let found = find(context, method, &changed)?.described(&request.texts);
        changed.method = Some(found.store(&mut changes).id);
        changed.status = SetupStatus::RequiresConfirmation;
        changed.next_action = None;
    }
    Ok(finish(changes, changed, None))
}

/// Handles `POST /v1/setup_intents/:id/confirm`: the method is checked before the status (SI-3).
pub(super) fn confirm(context: &DecisionContext<'_>, request: &ConfirmSetupIntent) -> Decided {
    let intent = of_caller(context, request.intent)?;
    let Some(method) = request.method.or(intent.method.map(MethodRef::Saved)) else {
        return Err(Refusal::with_setup(Reason::SetupNeedsMethod, &intent).into());
    };
    confirmable(&intent)?;
    if intent.session.is_some() {
        return Err(Refusal::with_setup(Reason::SetupOwnedBySession, &intent).into());
    }
    needs_return_url(intent.automatic_methods, Some(&request.options))?;
    let mut changed = (*intent).clone();
    changed.microdeposits = request.microdeposits.unwrap_or(changed.microdeposits);
    changed.texts = request.texts.apply_with_method(&intent.texts, intent.method, request.method);
    attempt_with(context, changed, (method, &request.texts), request.options.clone())
}

/// Checks that the status allows an attempt.
pub(super) fn confirmable(intent: &SetupIntent) -> Result<(), Stop> {
    match intent.status {
        SetupStatus::RequiresPaymentMethod | SetupStatus::RequiresConfirmation | SetupStatus::RequiresAction => Ok(()),
        SetupStatus::Processing | SetupStatus::Succeeded | SetupStatus::Canceled => {
            let reason = Reason::SetupStatus(Operation::Confirm, intent.status);
            Err(Refusal::with_setup(reason, &Arc::new(intent.clone())).into())
        }
    }
}

/// Attempts `intent` with `method`, unless it was confirmed too often (C19).
pub(super) fn attempt_with(
    context: &DecisionContext<'_>,
    mut intent: SetupIntent,
    (method, texts): (MethodRef, &TextsChange),
    options: ConfirmOptions,
) -> Decided {
    let mut changes = Changes::default();
    let found = find(context, method, &intent)?.described(texts);
    if intent.confirmations >= context.dialect.most_confirmations {
        intent.status = SetupStatus::Canceled;
        intent.next_action = None;
        context.announce(&mut changes, EventType::SetupIntentCanceled, &intent);
        return Ok(finish(changes, intent, Some(Reason::TooManySetupConfirmations.into())));
    }
    intent.confirmations = intent.confirmations.checked_add(1).ok_or(OutOfRange)?;
    attempt(context, changes, intent, found, options, false)
}

fn find(context: &DecisionContext<'_>, method: MethodRef, intent: &SetupIntent) -> Result<Found, Stop> {
    customers::find_for(context, method, intent.customer, intent.method_types.offered(intent.texts.as_deref()))
}

fn attempt(
    context: &DecisionContext<'_>,
    mut changes: Changes,
    mut intent: SetupIntent,
    found: Found,
    options: ConfirmOptions,
    authenticated: bool,
) -> Decided {
    if !authenticated {
        can_be_used(&found.method, &options)?;
    }
    let method = found.store(&mut changes);
    intent.method = Some(method.id);
    intent.last_error = None;
    intent.next_action = None;
    if !authenticated {
        intent.latest_attempt = Some(context.id(SetupAttemptId));
    }
    if intent.microdeposits && method.method_type() == MethodType::UsBankAccount {
        intent.status = SetupStatus::RequiresAction;
        intent.next_action = Some(NextAction::Microdeposits);
        context.announce(&mut changes, EventType::SetupIntentRequiresAction, &intent);
        return Ok(finish(changes, intent, None));
    }
    if context.dialect.mandates_take_time && method.method_type() == MethodType::SepaDebit {
        // The bank answers the request for a mandate days later.
        intent.status = SetupStatus::Processing;
        return Ok(finish(changes, intent, None));
    }
    let authenticated = authenticated || method.is_exempt_for(intent.texts.as_deref());
    let presence = Presence { off_session: options.off_session, authenticated, set_up: method.set_up };
    let requested = !authenticated && method.is_challenged_for(intent.texts.as_deref());
    let answer = context.ask_unless(requested, || Ask::Verify { method: method.test_method, presence })?;
    let refusal = match answer {
        Answer::ChallengeRequired if options.off_session || options.error_on_requires_action => {
            Some(fail(context, &mut changes, &mut intent, options.refuses_action(), Some(method)))
        }
        Answer::ChallengeRequired => {
            intent.status = SetupStatus::RequiresAction;
            intent.next_action = Some(customers_action(options));
            context.announce(&mut changes, EventType::SetupIntentRequiresAction, &intent);
            None
        }
        Answer::Declined(decline) => {
            Some(fail(context, &mut changes, &mut intent, Failure::Declined(decline), Some(method)))
        }
        Answer::Done | Answer::Pending => {
            succeed(context, &mut changes, &mut intent, &method);
            None
        }
        Answer::RefundFailed(_) | Answer::TooLate | Answer::Impossible => {
            return Err(Reason::Internal("the acquirer gave an unexpected answer".to_owned()).into());
        }
    };
    Ok(finish(changes, intent, refusal))
}

/// Applies the success: the method is ready and attached to the customer, if there is one (C19).
fn succeed(context: &DecisionContext<'_>, changes: &mut Changes, intent: &mut SetupIntent, method: &PaymentMethod) {
    let mut method = PaymentMethod { set_up: true, ..method.clone() };
    if let Some(customer) = intent.customer {
        customers::attach_to(context, changes, &mut method, customer);
    }
    changes.put(method);
    intent.status = SetupStatus::Succeeded;
    intent.next_action = None;
    context.announce(changes, EventType::SetupIntentSucceeded, intent);
}

fn fail(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    intent: &mut SetupIntent,
    failure: Failure,
    method: Option<Arc<PaymentMethod>>,
) -> Refusal {
    intent.method = None;
    intent.texts = without_authentication(&intent.texts);
    intent.status = SetupStatus::RequiresPaymentMethod;
    intent.next_action = None;
    intent.last_error = method.clone().map(|method| AttemptError { failure, method, charge: None });
    context.announce(changes, EventType::SetupIntentSetupFailed, intent);
    Refusal { method, ..Refusal::from(Reason::SetupFailed(failure)) }
}

/// Handles `POST /v1/setup_intents/:id/cancel` (C19).
pub(super) fn cancel(context: &DecisionContext<'_>, id: SetupIntentId, reason: Option<CancellationReason>) -> Decided {
    let intent = of_caller(context, id)?;
    match intent.status {
        SetupStatus::RequiresPaymentMethod | SetupStatus::RequiresConfirmation | SetupStatus::RequiresAction => {}
        SetupStatus::Processing | SetupStatus::Succeeded | SetupStatus::Canceled => {
            let reason = Reason::SetupStatus(Operation::Cancel, intent.status);
            return Err(Refusal::with_setup(reason, &intent).into());
        }
    }
    if intent.session.is_some() {
        return Err(Refusal::with_setup(Reason::SetupOwnedBySession, &intent).into());
    }
    let mut changes = Changes::default();
    let canceled = canceled(context, &mut changes, &intent, reason);
    Ok(finish(changes, canceled, None))
}

pub(super) fn canceled(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    intent: &SetupIntent,
    reason: Option<CancellationReason>,
) -> SetupIntent {
    let mut intent = intent.clone();
    intent.status = SetupStatus::Canceled;
    intent.next_action = None;
    intent.cancellation_reason = reason;
    context.announce(changes, EventType::SetupIntentCanceled, &intent);
    intent
}

/// Handles `POST /v1/setup_intents/:id/verify_microdeposits` (SI-8).
pub(super) fn verify_microdeposits(context: &DecisionContext<'_>, id: SetupIntentId, proof: &Microdeposits) -> Decided {
    let intent = of_caller(context, id)?;
    if intent.next_action != Some(NextAction::Microdeposits) {
        let reason = Reason::SetupStatus(Operation::VerifyMicrodeposits, intent.status);
        return Err(Refusal::with_setup(reason, &intent).into());
    }
    if !proof.is_right() {
        return Err(Refusal::with_setup(Reason::WrongMicrodeposits, &intent).into());
    }
    let mut changes = Changes::default();
    let mut changed = (*intent).clone();
    let method = method_of(context, &intent)?;
    succeed(context, &mut changes, &mut changed, &method);
    Ok(finish(changes, changed, None))
}

/// Applies the customer's success or failure at the challenge.
pub(super) fn authenticate(context: &DecisionContext<'_>, id: SetupIntentId, passes: bool) -> Decided {
    let intent = of_caller(context, id)?;
    if !matches!(intent.next_action, Some(NextAction::Sdk | NextAction::Redirect { .. })) {
        let reason = Reason::SetupStatus(Operation::Authenticate, intent.status);
        return Err(Refusal::with_setup(reason, &intent).into());
    }
    let mut changes = Changes::default();
    let mut changed = (*intent).clone();
    if !passes {
        let tried = Some(method_of(context, &intent)?);
        let refusal = fail(context, &mut changes, &mut changed, Failure::SetupAuthentication, tried);
        return Ok(finish(changes, changed, Some(refusal)));
    }
    let found = Found::stored(method_of(context, &intent)?);
    attempt(context, changes, changed, found, ConfirmOptions::default(), true)
}

/// Applies the bank's answer to the request for a mandate, as the method's row says.
pub(super) fn mandate_answered(context: &DecisionContext<'_>, id: SetupIntentId) -> Decided {
    let intent = of_caller(context, id)?;
    if intent.status != SetupStatus::Processing {
        let reason = Reason::SetupStatus(Operation::SettleDebit, intent.status);
        return Err(Refusal::with_setup(reason, &intent).into());
    }
    let mut changes = Changes::default();
    let mut changed = (*intent).clone();
    let method = method_of(context, &intent)?;
    if let Behaviour::Reject(decline) | Behaviour::RejectLate(decline) = method.test_method.row().behaviour {
        // No client waits for this response, so events alone report the failure.
        let _ = fail(context, &mut changes, &mut changed, Failure::Mandate(decline), Some(method));
    } else {
        succeed(context, &mut changes, &mut changed, &method);
    }
    Ok(finish(changes, changed, None))
}

fn method_of(context: &DecisionContext<'_>, intent: &SetupIntent) -> Result<Arc<PaymentMethod>, Stop> {
    let method = intent.method.and_then(|id| context.objects.payment_method(id));
    method.ok_or_else(|| Reason::Internal("a setup has lost its method".to_owned()).into())
}

fn of_caller(context: &DecisionContext<'_>, id: SetupIntentId) -> Result<Arc<SetupIntent>, Stop> {
    let found = context.objects.setup_intent(id).filter(|intent| intent.account == context.account.id);
    found.ok_or_else(|| not_found("setupintent", id, "intent"))
}

/// Stores the intent and responds with it, or with the refusal that carries it.
fn finish(mut changes: Changes, intent: SetupIntent, refusal: Option<Refusal>) -> Done {
    let intent = Arc::new(intent);
    changes.put(Arc::clone(&intent));
    match refusal {
        None => changes.answer(intent),
        Some(refusal) => changes.refuse(Refusal { intent: Some(intent.into()), ..refusal }),
    }
}
