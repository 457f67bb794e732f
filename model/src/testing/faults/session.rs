//! Faults about the Checkout Session.

use crate::notification::Outbox;
use crate::payment::Payment;
use crate::session::Session;
use crate::testing::fault::{Kind, PlantedFault, WholeStep};
use crate::time::{Countdown, HOUR, MINUTE};
use crate::{
    Accepted, Amount, Call, CancellationReason, CaptureMethod, Create, EnvironmentEvent, Input, IntentId, IntentStatus,
    NotificationKind, Operation, Rejection, SessionMode, SessionStatus, Target,
};

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "rejects-the-shortest-life",
        does: "rejects a session that expires after exactly 30 minutes",
        breaks: "refusals-have-a-true-reason",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if let Input::Call(Call { operation: Operation::CreateSession(session), .. }) = step.input
                && session.expires_in == Some(30 * MINUTE)
            {
                *step.session = step.before_session;
                *step.outcome = Err(Rejection::InvalidExpiry);
            }
        }),
    },
    PlantedFault {
        name: "complete-session-runs-on",
        does: "leaves a deadline on a session that is complete",
        breaks: "open-session-has-a-deadline",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if became(step, SessionStatus::Complete)
                && let (Some(session), Some(before)) = (step.session.as_mut(), step.before_session)
            {
                session.expiry = before.expiry;
            }
        }),
    },
    PlantedFault {
        name: "page-clock-stands-still",
        does: "forgets to let time pass for an open session",
        breaks: "session-expires-on-time",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if let (Input::Event(EnvironmentEvent::Advance { .. }), Some(session), Some(before)) =
                (step.input, step.session.as_mut(), step.before_session)
                && session.status == SessionStatus::Open
            {
                session.expiry = before.expiry;
            }
        }),
    },
    PlantedFault {
        name: "price-of-another-page",
        does: "opens the page with twice the price that was asked for",
        breaks: "session-parameters-fit",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if let (Some(session), None) = (step.session.as_mut(), step.before_session) {
                session.amount = session.amount.plus(session.amount).unwrap_or(session.amount);
            }
        }),
    },
    PlantedFault {
        name: "expiry-leaves-the-payment",
        does: "closes a session and leaves its payment asking for another card",
        breaks: "expired-sessions-payment-is-canceled",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            let asking = |payment: &Payment| payment.intent.status == IntentStatus::RequiresPaymentMethod;
            if became(step, SessionStatus::Expired)
                && let ([before @ Some(payment)], [after]) = (step.before_payments, &mut *step.payments)
                && asking(payment)
            {
                *after = *before;
                step.notifications.retain(|emitted| emitted.kind != NotificationKind::IntentCanceled);
            }
        }),
    },
    PlantedFault {
        name: "held-is-not-complete",
        does: "keeps a session open until the money that its payment holds is captured",
        breaks: "paid-means-received",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(held_is_not_complete),
    },
    PlantedFault {
        name: "saving-has-a-price",
        does: "links a session that saved a method to a payment",
        breaks: "setup-session-asks-for-no-payment",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if became(step, SessionStatus::Complete)
                && let Some(session) = step.session.as_mut()
                && session.mode == SessionMode::Setup
            {
                session.intent = Some(IntentId(0));
            }
        }),
    },
    PlantedFault {
        name: "page-takes-at-once",
        does: "takes the money at once although the session asks to let the merchant capture it",
        breaks: "sessions-payment-is-as-the-session-says",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(page_takes_at_once),
    },
    PlantedFault {
        name: "paid-is-let-go",
        does: "forgets whose payment it is once it has succeeded on the page",
        breaks: "sessions-payment-is-as-the-session-says",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if let ([None], [Some(payment)]) = (step.before_payments, &mut *step.payments)
                && payment.intent.status == IntentStatus::Succeeded
            {
                payment.intent.owned_by_session = false;
            }
        }),
    },
    PlantedFault {
        name: "thanks-for-a-declined-card",
        does: "completes a session with a card that was declined",
        breaks: "complete-means-authorized",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if let (Input::Event(EnvironmentEvent::CustomerPays { .. }), Some(IntentStatus::RequiresPaymentMethod)) =
                (step.input, status(step.payments))
                && *step.outcome == Ok(Accepted::Happened)
            {
                complete(step);
            }
        }),
    },
    PlantedFault {
        name: "expires-twice",
        does: "answers the expiry of a session that is closed with success, and does nothing",
        breaks: "closed-session-stays-closed",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if let (Err(Rejection::SessionNotOpen), Some(session)) = (*step.outcome, *step.session) {
                *step.outcome = session.answer();
            }
        }),
    },
    PlantedFault {
        name: "half-a-day",
        does: "keeps a session open for half a day by default",
        breaks: "session-expires-on-time",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if let Some(Operation::CreateSession(create)) = done(step)
                && create.expires_in.is_none()
                && let Some(session) = step.session.as_mut()
            {
                session.expiry = Countdown::of(HOUR.saturating_mul(12));
            }
        }),
    },
    PlantedFault {
        name: "page-outlives-its-hour",
        does: "leaves a session open for another hour when its time is up and no payment was attempted",
        breaks: "session-expires-on-time",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            let alone = step.before_setup.is_none() && matches!(step.before_payments, [None]);
            if let Input::Event(EnvironmentEvent::Advance { .. }) = step.input
                && alone
                && became(step, SessionStatus::Expired)
            {
                *step.session = step.before_session.map(|session| Session { expiry: Countdown::of(HOUR), ..session });
                step.notifications.clear();
            }
        }),
    },
    PlantedFault {
        name: "return-url-ignored",
        does: "ignores a return_url of the hosted page",
        breaks: "session-parameters-fit",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Heard(|heard| {
            if let Input::Call(Call { operation: Operation::CreateSession(create), .. }) = &mut heard.input
                && create.success_url
                && create.ui == crate::SessionUi::Hosted
            {
                create.return_url = false;
            }
        }),
    },
    PlantedFault {
        name: "success-url-ignored",
        does: "ignores a success_url of the embedded page",
        breaks: "session-parameters-fit",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Heard(|heard| {
            if let Input::Call(Call { operation: Operation::CreateSession(create), .. }) = &mut heard.input
                && create.return_url
                && create.ui == crate::SessionUi::Embedded
            {
                create.success_url = false;
            }
        }),
    },
    PlantedFault {
        name: "a-minute-is-enough",
        does: "lets a session live for less than half an hour",
        breaks: "session-parameters-fit",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if let Input::Call(Call { operation: Operation::CreateSession(mut create), .. }) = step.input
                && *step.outcome == Err(Rejection::InvalidExpiry)
                && step.before_session.is_none()
                && let Some(seconds) = create.expires_in.filter(|seconds| *seconds < HOUR)
            {
                create.expires_in = None;
                let Ok(session) = Session::create(step.config, create) else { return };
                *step.outcome = session.answer();
                *step.session = Some(Session { expiry: Countdown::of(seconds), ..session });
            }
        }),
    },
    PlantedFault {
        name: "silent-page-end",
        does: "does not report that a session ran out",
        breaks: "session-ends-are-notified",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            if let Input::Event(EnvironmentEvent::Advance { .. }) = step.input {
                step.notifications.retain(|emitted| emitted.kind != NotificationKind::SessionExpired);
            }
        }),
    },
    PlantedFault {
        name: "silent-settlement",
        does: "does not report that the bank payment of a session arrived",
        breaks: "sessions-debit-is-notified",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| step.notifications.retain(|emitted| emitted.kind != NotificationKind::SessionPaid)),
    },
    PlantedFault {
        name: "settlement-is-success",
        does: "reports that the bank payment of a session arrived when it bounced",
        breaks: "sessions-debit-is-notified",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(|step| {
            for emitted in step.notifications.as_mut_slice() {
                if emitted.kind == NotificationKind::SessionPaymentFailed {
                    emitted.kind = NotificationKind::SessionPaid;
                }
            }
        }),
    },
    PlantedFault {
        name: "canceled-under-the-customer",
        does: "lets the merchant cancel the payment of an open session",
        breaks: "sessions-payment-is-canceled-through-it",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Instead(|config, payment, input, outbox| {
            let Input::Call(Call { operation: Operation::CancelIntent { reason, .. }, .. }) = input else {
                return None;
            };
            let owned = payment.intent.owned_by_session;
            let mut unaware = payment;
            unaware.intent.owned_by_session = false;
            let (mut payment, outcome) = unaware.cancel(config, reason, outbox).ok()?;
            payment.intent.owned_by_session = owned;
            Some(Ok((payment, outcome)))
        }),
    },
];

fn became(step: &WholeStep<'_>, status: SessionStatus) -> bool {
    let is = |session: Option<Session>| session.is_some_and(|session| session.status == status);
    is(*step.session) && !is(step.before_session)
}

/// Returns the operation of an accepted request.
fn done(step: &WholeStep<'_>) -> Option<Operation> {
    match step.input {
        Input::Call(Call { operation, .. }) if step.outcome.is_ok() => Some(operation),
        Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => None,
    }
}

/// Returns the status of the first payment.
fn status(payments: &[Option<Payment>]) -> Option<IntentStatus> {
    payments.first().copied().flatten().map(|payment| payment.intent.status)
}

/// Returns the session after the step, but still open.
fn reopened(step: &WholeStep<'_>) -> Option<Session> {
    let (session, before) = (*step.session).zip(step.before_session)?;
    Some(Session { status: SessionStatus::Open, expiry: before.expiry, ..session })
}

/// Completes an open session.
fn complete(step: &mut WholeStep<'_>) {
    if let Some(session) = step.session.as_mut().filter(|session| session.status == SessionStatus::Open) {
        session.status = SessionStatus::Complete;
        session.expiry = Countdown::STOPPED;
        let _no_room = Outbox::new(step.notifications, Target::Session).emit(NotificationKind::SessionCompleted);
    }
}

fn held_is_not_complete(step: &mut WholeStep<'_>) {
    let [Some(payment)] = &*step.payments else { return };
    let held = payment.intent.status == IntentStatus::RequiresCapture && payment.intent.received.is_zero();
    if !held {
        if !payment.intent.received.is_zero() {
            complete(step);
        }
    } else if became(step, SessionStatus::Complete) {
        stay_open_while_held(step);
    } else if became(step, SessionStatus::Expired) {
        *step.session = step.before_session;
        *step.outcome = Err(Rejection::SessionNotOpen);
        step.notifications.clear();
    }
}

/// Keeps the session open until its deadline, at which its payment is canceled with it.
fn stay_open_while_held(step: &mut WholeStep<'_>) {
    step.notifications.retain(|emitted| emitted.kind != NotificationKind::SessionCompleted);
    *step.session = reopened(step);
    let Some(session) = step.session.as_mut() else { return };
    let Input::Event(EnvironmentEvent::Advance { seconds }) = step.input else { return };
    let (expiry, is_over) = session.expiry.after(seconds);
    session.expiry = expiry;
    if !is_over {
        return;
    }
    session.status = SessionStatus::Expired;
    let _no_room = Outbox::new(step.notifications, Target::Session).emit(NotificationKind::SessionExpired);
    if let [Some(payment)] = &mut *step.payments {
        if let Some(charge) = payment.charge.as_mut() {
            charge.released = charge.authorized;
            charge.hold = Countdown::STOPPED;
        }
        payment.intent.capturable = Amount::ZERO;
        payment.intent.status = IntentStatus::Canceled;
        payment.intent.cancellation_reason = Some(CancellationReason::Automatic);
        let mut outbox = Outbox::new(step.notifications, Target::Payment(IntentId(0)));
        let _no_room =
            outbox.emit(NotificationKind::ChargeExpired).and_then(|()| outbox.emit(NotificationKind::IntentCanceled));
    }
}

fn page_takes_at_once(step: &mut WholeStep<'_>) {
    let Some(session) = step.before_session.filter(|session| session.manual && session.mode == SessionMode::Payment)
    else {
        return;
    };
    let (Input::Event(EnvironmentEvent::CustomerPays { intent, method }), SessionStatus::Open, [None]) =
        (step.input, session.status, step.before_payments)
    else {
        return;
    };
    step.notifications.clear();
    let request = Create { capture_method: CaptureMethod::AutomaticAsync, ..session.intent_request(method) };
    let mut outbox = Outbox::new(step.notifications, Target::Payment(intent));
    let Ok((mut payment, _)) = Payment::create(step.config, request, &mut outbox) else { return };
    payment.intent.owned_by_session = true;
    if let [slot] = &mut *step.payments {
        *slot = Some(payment);
    }
    *step.outcome = Ok(Accepted::Happened);
    let linked = Session { intent: Some(intent), ..session };
    let mut outbox = Outbox::new(step.notifications, Target::Session);
    *step.session = linked.follow_payment(&payment, &mut outbox).ok();
}
