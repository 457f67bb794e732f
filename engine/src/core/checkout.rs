//! Decisions about Checkout Sessions: creation, completion by the customer, expiry (B9, B15 to B27, CHK-1 to CHK-7).

use super::amounts::positive;
use super::bill::{self, Bill};
use super::cancel;
use super::confirm;
use super::create;
use super::decision_context::{Changes, Decided, DecisionContext, Stop, not_found};
use super::session_follow_up;
use super::setup;
use crate::command::{
    ConfirmOptions, CreateCheckoutSession, CreatePaymentIntent, CreateSetupIntent, JobKind, MethodRef, TextsChange,
    TransferTerms,
};
use crate::dialect::{LONGEST_SESSION, SHORTEST_SESSION};
use crate::money::Money;
use crate::objects::{
    CancellationReason, CheckoutSession, Customer, EventType, PaymentIntent, PaymentStatus, SessionMode, SessionStatus,
    SessionTerms, SetupIntent, SetupStatus, ShippingOption, UiMode,
};
use crate::refusal::{Reason, SessionOperation};
use crate::time::Time;
use crate::{CheckoutSessionId, CustomerId};
use std::sync::Arc;

/// Handles `POST /v1/checkout/sessions`. The customer's first attempt creates the intent (B1).
pub(super) fn create(context: &DecisionContext<'_>, request: &CreateCheckoutSession) -> Decided {
    check_urls(request)?;
    let expires_at = expires_at(context, request)?;
    let mut bill = bill::of(context, request)?;
    if request.mode == SessionMode::Setup && request.request_multicapture {
        let param = "payment_method_options[card][request_multicapture]";
        let why = "a session that sets a method up captures nothing.".to_owned();
        return Err(Reason::InvalidValue(param.into(), why).into());
    }
    let customer = request.customer.map(|id| context.customer(id)).transpose()?;
    let mut changes = Changes::default();
    let mut texts = request.texts.apply(&None);
    let currency = bill.as_ref().map(|bill| bill.currency);
    let shipping = bill::shipping(context, &mut changes, &mut texts, currency)?.unwrap_or_default();
    if let (Some(bill), Some(first)) = (bill.as_mut(), shipping.first()) {
        bill.total = bill.total.plus(first.amount)?;
    }
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
        shipping,
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
        texts,
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
    let session = with_customer(context, &mut opening, session, email);
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
    opening.objects.append(&mut decided.changes.objects);
    (decided.changes.events, decided.changes.objects) = (opening.events, opening.objects);
    let mut latest = (*session).clone();
    for object in &decided.changes.objects {
        if let crate::Object::CheckoutSession(changed) = object {
            latest.clone_from(changed);
        }
    }
    latest.customer = latest.customer.or(session.customer);
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

/// Returns the session with the customer that it creates (`customer_creation=always`), once it knows an address.
fn with_customer(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    session: Arc<CheckoutSession>,
    email: Option<&str>,
) -> Arc<CheckoutSession> {
    let creates = session.texts.as_deref().and_then(|texts| texts.given_value("customer_creation"));
    if session.customer.is_some() || creates.is_none_or(|creates| creates != "always") {
        return session;
    }
    let customer = Customer {
        id: context.id(CustomerId),
        account: session.account,
        created: context.now,
        name: None,
        email: email.map(str::to_owned).or_else(|| session.customer_email.clone()),
        default_method: None,
        default_source: None,
        deleted: false,
        texts: None,
    };
    context.announce(changes, EventType::CustomerCreated, &customer);
    changes.put(customer.clone());
    Arc::new(CheckoutSession { customer: Some(customer.id), ..(*session).clone() })
}

/// Handles `POST /v1/checkout/sessions/:id`: texts of an open session, and its ways of shipping.
pub(super) fn update(context: &DecisionContext<'_>, id: CheckoutSessionId, texts: &TextsChange) -> Decided {
    let before = of_caller(context, id)?;
    let mut changes = Changes::default();
    let mut session = CheckoutSession { texts: texts.apply(&before.texts), ..(*before).clone() };
    let options = bill::shipping(context, &mut changes, &mut session.texts, session.currency)?;
    if let Some(options) = options {
        if before.status != SessionStatus::Open {
            return Err(Reason::SessionNotOpen(SessionOperation::Update).into());
        }
        let shipped = |options: &[ShippingOption]| options.first().map_or(Money::ZERO, |first| first.amount);
        let total = session.amount_total.unwrap_or_default().minus(shipped(&session.shipping))?;
        session.amount_total = Some(total.plus(shipped(&options))?);
        session.shipping = options;
    }
    changes.put(session.clone());
    Ok(changes.answer(session))
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
