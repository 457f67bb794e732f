//! Decisions about Checkout Sessions: creation, completion by the customer, expiry (B9, B15 to B27, CHK-1 to CHK-7).

use super::amounts::positive;
use super::cancel;
use super::confirm;
use super::create;
use super::decision_context::{Changes, Decided, DecisionContext, Stop, not_found};
use super::session_follow_up;
use super::setup;
use crate::CheckoutSessionId;
use crate::command::{
    ConfirmOptions, CreateCheckoutSession, CreatePaymentIntent, CreateSetupIntent, JobKind, MethodRef, TextsChange,
    TransferTerms,
};
use crate::dialect::{LONGEST_SESSION, SHORTEST_SESSION};
use crate::money::{Currency, Money};
use crate::objects::{
    CancellationReason, CheckoutSession, EventType, LineItem, PaymentIntent, PaymentStatus, SessionMode, SessionStatus,
    SessionTerms, SetupIntent, SetupStatus, UiMode,
};
use crate::refusal::{Reason, SessionOperation};
use crate::time::Time;
use std::sync::Arc;

/// Handles `POST /v1/checkout/sessions`. The customer's first attempt creates the intent (B1).
pub(super) fn create(context: &DecisionContext<'_>, request: &CreateCheckoutSession) -> Decided {
    check_urls(request)?;
    let expires_at = expires_at(context, request)?;
    let bill = bill(request)?;
    if request.mode == SessionMode::Setup && request.request_multicapture {
        let param = "payment_method_options[card][request_multicapture]";
        let why = "a session that sets a method up captures nothing.".to_owned();
        return Err(Reason::InvalidValue(param.into(), why).into());
    }
    let customer = request.customer.map(|id| context.customer(id)).transpose()?;
    let mut changes = Changes::default();
    let mut session = CheckoutSession {
        id: context.id(CheckoutSessionId),
        account: context.account.id,
        created: context.now,
        secret: context.ids.secret()?,
        expires_at,
        status: SessionStatus::Open,
        payment_status: PaymentStatus::Unpaid,
        mode: request.mode,
        ui_mode: request.ui_mode,
        currency: bill.as_ref().map(|bill| bill.currency).or(request.currency),
        amount_total: bill.as_ref().map(|bill| bill.total),
        line_items: bill.as_ref().map(|bill| bill.items.clone()).unwrap_or_default(),
        success_url: request.success_url.clone(),
        cancel_url: request.cancel_url.clone(),
        return_url: request.return_url.clone(),
        client_reference_id: request.client_reference_id.clone(),
        customer_email: request.customer_email.clone(),
        customer: customer.map(|customer| customer.id),
        terms: SessionTerms {
            method_types: request.method_types,
            capture_method: request.capture_method,
            request_multicapture: request.request_multicapture,
            setup_future_usage: request.setup_future_usage,
            texts: request.intent_texts.apply(&None),
            ..SessionTerms::default()
        },
        payment_intent: None,
        setup_intent: None,
        texts: request.texts.apply(&None),
    };
    match bill {
        Some(bill) if bill.total.is_zero() => session.payment_status = PaymentStatus::NoPaymentRequired,
        Some(bill) => {
            // A wrong amount, fee or destination is refused now rather than at payment.
            let intent = create::build(context, &payment_of(request, &bill)?, Some(session.id))?;
            session.terms.application_fee_amount = intent.application_fee_amount;
            session.terms.transfer_data = intent.transfer_data;
        }
        None => session.payment_status = PaymentStatus::NoPaymentRequired,
    }
    changes.schedule(JobKind::ExpireSession, session.id, expires_at);
    changes.put(session.clone());
    Ok(changes.answer(session))
}

/// Checks that a hosted page has `success_url` and that other pages have `return_url` instead (B15, B22, CHK-3, CHK-6).
fn check_urls(request: &CreateCheckoutSession) -> Result<(), Stop> {
    let forbid = |given: &Option<String>, param: &'static str| match given {
        Some(_) => {
            let why = "it can only be used with a hosted page; use return_url here.".to_owned();
            Err(Stop::from(Reason::InvalidValue(param.into(), why)))
        }
        None => Ok(()),
    };
    match request.ui_mode {
        UiMode::Hosted => {
            if request.success_url.is_none() {
                return Err(Reason::Missing("success_url".into()).into());
            }
            if request.return_url.is_some() {
                let why = "it can only be used without a hosted page; use success_url here.".to_owned();
                return Err(Reason::InvalidValue("return_url".into(), why).into());
            }
            Ok(())
        }
        UiMode::Embedded | UiMode::Elements => {
            forbid(&request.success_url, "success_url")?;
            forbid(&request.cancel_url, "cancel_url")?;
            match request.return_url {
                Some(_) => Ok(()),
                None => Err(Reason::Missing("return_url".into()).into()),
            }
        }
    }
}

/// Returns the time of expiry: 30 minutes to 24 hours from now, 24 hours by default (B16, CHK-2).
fn expires_at(context: &DecisionContext<'_>, request: &CreateCheckoutSession) -> Result<Time, Stop> {
    let Some(asked) = request.expires_at else {
        return Ok(context.now.after(context.dialect.timing.session));
    };
    let asked = Time::new(positive(asked, "expires_at")?.minor());
    let wait = asked.since(context.now);
    if (SHORTEST_SESSION..=LONGEST_SESSION).contains(&wait) {
        Ok(asked)
    } else {
        let why = "it must lie between 30 minutes and 24 hours from now.".to_owned();
        Err(Reason::InvalidValue("expires_at".into(), why).into())
    }
}

struct Bill {
    currency: Currency,
    total: Money,
    items: Vec<LineItem>,
}

/// Returns the bill of a payment session; `None` for a setup.
fn bill(request: &CreateCheckoutSession) -> Result<Option<Bill>, Stop> {
    let first = match (request.mode, request.line_items.first()) {
        (SessionMode::Setup, None) => return Ok(None),
        (SessionMode::Setup, Some(_)) => {
            let why = "a session that sets a method up has no bill.".to_owned();
            return Err(Reason::InvalidValue("line_items".into(), why).into());
        }
        (SessionMode::Payment, None) => return Err(Reason::Missing("line_items".into()).into()),
        (SessionMode::Payment, Some(first)) => first,
    };
    let mut bill = Bill { currency: first.currency, total: Money::ZERO, items: Vec::new() };
    for (number, item) in request.line_items.iter().enumerate() {
        let path = format!("line_items[{number}]");
        if item.currency != bill.currency {
            let why = "all items must have one currency.".to_owned();
            return Err(Reason::InvalidValue(format!("{path}[price_data][currency]").into(), why).into());
        }
        let unit_amount = super::amounts::non_negative(item.unit_amount, format!("{path}[price_data][unit_amount]"))?;
        let quantity = positive(item.quantity, format!("{path}[quantity]"))?.minor();
        let sum = unit_amount.minor().checked_mul(quantity).map(Money::new).ok_or(crate::money::OutOfRange)?;
        bill.total = bill.total.plus(sum)?;
        bill.items.push(LineItem { name: item.name.clone(), unit_amount, quantity });
    }
    Ok(Some(bill))
}

fn payment_of(request: &CreateCheckoutSession, bill: &Bill) -> Result<CreatePaymentIntent, Stop> {
    Ok(CreatePaymentIntent {
        method_types: request.method_types,
        customer: request.customer,
        capture_method: request.capture_method,
        request_multicapture: request.request_multicapture,
        setup_future_usage: request.setup_future_usage,
        application_fee_amount: request.application_fee_amount,
        transfer_data: request.transfer_data,
        texts: TextsChange::default(),
        ..CreatePaymentIntent::new(bill.total.incoming()?, bill.currency)
    })
}

/// Completes a session: the customer pays or sets a method up. A decline leaves the session open (B25).
pub(super) fn complete(
    context: &DecisionContext<'_>,
    id: CheckoutSessionId,
    method: MethodRef,
    email: Option<&str>,
) -> Decided {
    let session = of_caller(context, id)?;
    if session.status != SessionStatus::Open || context.now >= session.expires_at {
        return Err(Reason::SessionNotOpen(SessionOperation::Complete).into());
    }
    let mut opening = Changes::default();
    let mut decided =
        if session.payment_status == PaymentStatus::NoPaymentRequired && session.mode == SessionMode::Payment {
            let mut changes = Changes::default();
            session_follow_up::complete(context, &mut changes, &session, PaymentStatus::NoPaymentRequired);
            changes.answer(Arc::clone(&session))
        } else if session.mode == SessionMode::Payment {
            let known = session.payment_intent.and_then(|id| context.objects.payment_intent(id));
            let intent = match known {
                Some(intent) => intent,
                None => Arc::new(first_payment(context, &mut opening, &session)?),
            };
            confirm::confirmable(&intent)?;
            confirm::attempt_with(
                context,
                &intent,
                (*intent).clone(),
                (Some(method), &TextsChange::default()),
                ConfirmOptions::default(),
            )?
        } else {
            let known = session.setup_intent.and_then(|id| context.objects.setup_intent(id));
            let intent = match known {
                Some(intent) => (*intent).clone(),
                None => first_setup(context, &mut opening, &session)?,
            };
            setup::confirmable(&intent)?;
            setup::attempt_with(context, intent, (method, &TextsChange::default()), ConfirmOptions::default())?
        };
    session_follow_up::apply(context, &mut decided.changes);
    opening.events.append(&mut decided.changes.events);
    decided.changes.events = opening.events;
    let mut latest = (*session).clone();
    for object in &decided.changes.objects {
        if let crate::Object::CheckoutSession(changed) = object {
            latest.clone_from(changed);
        }
    }
    for object in &decided.changes.objects {
        latest.payment_intent = object.as_payment_intent().map(|intent| intent.id).or(latest.payment_intent);
        latest.setup_intent = object.as_setup_intent().map(|intent| intent.id).or(latest.setup_intent);
    }
    latest.customer_email = email.map(str::to_owned).or(latest.customer_email);
    decided.changes.put(latest.clone());
    // The response to the page is the session or the decline.
    decided.reply = decided.reply.map(|_| latest.into());
    Ok(decided)
}

/// Returns the payment that the customer's first attempt creates from the session's parameters (B1, B19, B23).
fn first_payment(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    session: &CheckoutSession,
) -> Result<PaymentIntent, Stop> {
    let terms = &session.terms;
    let total =
        session.amount_total.ok_or_else(|| Reason::Internal("a bill has lost its total".to_owned()))?.incoming()?;
    let fee = terms.application_fee_amount.map(Money::incoming).transpose()?;
    let transfer = match terms.transfer_data {
        Some(data) => {
            Some(TransferTerms { destination: data.destination, amount: data.amount.map(Money::incoming).transpose()? })
        }
        None => None,
    };
    let currency = session.currency.ok_or_else(|| Reason::Internal("a bill has lost its currency".to_owned()))?;
    let request = CreatePaymentIntent {
        method_types: terms.method_types,
        customer: session.customer,
        capture_method: terms.capture_method,
        request_multicapture: terms.request_multicapture,
        setup_future_usage: terms.setup_future_usage,
        application_fee_amount: fee,
        transfer_data: transfer,
        texts: texts_of(session),
        ..CreatePaymentIntent::new(total, currency)
    };
    let intent = create::build(context, &request, Some(session.id))?;
    context.announce(changes, EventType::PaymentIntentCreated, &intent);
    Ok(intent)
}

/// Returns the texts of the session's intent.
fn texts_of(session: &CheckoutSession) -> TextsChange {
    TextsChange { texts: session.terms.texts.as_deref().cloned().map(Box::new), clears_metadata: false }
}

/// Returns the setup that the customer's first attempt creates.
fn first_setup(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    session: &CheckoutSession,
) -> Result<SetupIntent, Stop> {
    let (customer, method_types) = (session.customer, session.terms.method_types);
    let texts = texts_of(session);
    let request =
        CreateSetupIntent { customer, method_types, microdeposits: true, texts, ..CreateSetupIntent::default() };
    let intent = setup::build(context, &request, Some(session.id))?;
    context.announce(changes, EventType::SetupIntentCreated, &intent);
    Ok(intent)
}

/// Handles `POST /v1/checkout/sessions/:id/expire`: only while open (CHK-1).
pub(super) fn expire(context: &DecisionContext<'_>, id: CheckoutSessionId) -> Decided {
    let session = of_caller(context, id)?;
    if session.status != SessionStatus::Open {
        return Err(Reason::SessionNotOpen(SessionOperation::Expire).into());
    }
    expire_open(context, &session)
}

/// Runs the job at the session's deadline (B16).
pub(super) fn expire_due(context: &DecisionContext<'_>, id: CheckoutSessionId) -> Decided {
    let found = context.objects.checkout_session(id);
    let session = found.ok_or_else(|| not_found("checkout.session", id, "session"))?;
    if session.status != SessionStatus::Open {
        return Ok(Changes::default().answer(session));
    }
    if context.now < session.expires_at {
        // Too early: the job is scheduled again.
        let mut changes = Changes::default();
        changes.schedule(JobKind::ExpireSession, id, session.expires_at);
        return Ok(changes.answer(session));
    }
    expire_open(context, &session)
}

/// Expires the session and cancels its intent, so that neither can complete later.
fn expire_open(context: &DecisionContext<'_>, before: &Arc<CheckoutSession>) -> Decided {
    let mut changes = Changes::default();
    let reason = Some(CancellationReason::Automatic);
    if let Some(intent) = before.payment_intent.and_then(|id| context.objects.payment_intent(id))
        && intent.status.is_before_payment()
    {
        let canceled = cancel::before_payment(context, &intent, reason).changes;
        changes.objects.extend(canceled.objects);
        changes.events.extend(canceled.events);
    }
    if let Some(intent) = before.setup_intent.and_then(|id| context.objects.setup_intent(id))
        && !matches!(intent.status, SetupStatus::Succeeded | SetupStatus::Canceled)
    {
        let canceled = setup::canceled(context, &mut changes, &intent, Some(CancellationReason::Abandoned));
        changes.put(canceled);
    }
    let session = CheckoutSession { status: SessionStatus::Expired, ..(**before).clone() };
    context.announce_change(&mut changes, EventType::CheckoutSessionExpired, before, &session);
    changes.unschedule(JobKind::ExpireSession, session.id);
    changes.put(session.clone());
    Ok(changes.answer(session))
}

fn of_caller(context: &DecisionContext<'_>, id: CheckoutSessionId) -> Result<Arc<CheckoutSession>, Stop> {
    let found = context.objects.checkout_session(id).filter(|session| session.account == context.account.id);
    found.ok_or_else(|| not_found("checkout.session", id, "session"))
}
