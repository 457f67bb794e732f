//! The Checkout Session and its payment.

use holdfast_model::{
    CaptureMethod, CreateSession, IntentStatus, NotificationKind as Kind, Observation, Operation, PaymentStatus,
    PaymentView, Rejection, SessionMode, SessionStatus, SessionUi, SessionView,
};

use crate::judgement::{Diagnostics, Judgement, given};
use crate::refusal::refused;
use crate::step::{PaymentStep, Step};

use SessionStatus::{Complete, Expired, Open};

/// The default life of a session: a day, in seconds (B16).
const DAY: u32 = 86_400;
/// The shortest life of a session: half an hour, in seconds (CHK-2).
const HALF_HOUR: u32 = 1_800;

/// Returns the session's payment.
fn intent_of<'a>(observation: &Observation<'a>, session: &SessionView) -> Option<&'a PaymentView> {
    observation.payments.get(usize::from(session.intent?)).and_then(Option::as_ref)
}

fn both<'a>(step: &Step<'a>) -> Option<(&'a SessionView, &'a SessionView)> {
    step.before.session.zip(step.after.session)
}

fn became(step: &Step<'_>, status: SessionStatus) -> bool {
    both(step).is_some_and(|(before, after)| before.status != status && after.status == status)
}

/// If false, a page stays payable for longer than a day, or stays open without a deadline.
pub(crate) fn open_session_has_a_deadline<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    let Some(session) = observation.session else { return Judgement::Vacuous };
    let expected = match session.seconds_left {
        Some(left) => session.status == Open && 0 < left && left <= DAY,
        None => session.status != Open,
    };
    given(true, expected, || format!("{} with {:?} seconds left", session.status.name(), session.seconds_left))
}

/// If false, a customer pays on a page that has closed, after the goods were sold to somebody else.
pub(crate) fn expired_sessions_payment_is_canceled<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    let Some(session) = observation.session.filter(|session| session.status == Expired) else {
        return Judgement::Vacuous;
    };
    let Some(payment) = intent_of(observation, session) else { return Judgement::Vacuous };
    given(true, payment.status == IntentStatus::Canceled, || {
        format!("expired, and the payment is {}", payment.status.name())
    })
}

/// If false, a customer who has paid is asked to pay again.
fn open_session_is_unpaid<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    let Some(session) = observation.session.filter(|session| session.status == Open) else { return Judgement::Vacuous };
    let Some(payment) = intent_of(observation, session) else { return Judgement::Vacuous };
    let unpaid = payment.status.is_open() || payment.status == IntentStatus::Canceled;
    given(true, unpaid && session.payment_status != PaymentStatus::Paid, || {
        format!("open ({}), and the payment is {}", session.payment_status.name(), payment.status.name())
    })
}

/// If false, an order is shipped because of `paid` although no money came. With manual capture the first piece makes a
/// session paid, whether or not more captures follow (B27).
fn paid_session_has_received<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    let Some(session) = observation.session else { return Judgement::Vacuous };
    let payment = intent_of(observation, session);
    let received = payment.is_some_and(|payment| {
        !payment.received.is_zero() && (session.manual || payment.status == IntentStatus::Succeeded)
    });
    given(session.payment_status == PaymentStatus::Paid, received && session.status == Complete, || {
        let payment = payment.map(|payment| (payment.status.name(), payment.received.get()));
        format!("paid, and the session is {}, its payment {payment:?}", session.status.name())
    })
}

/// If false, the merchant waits to ship an order that was paid.
fn succeeded_means_paid<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    let Some(session) = observation.session else { return Judgement::Vacuous };
    let succeeded = intent_of(observation, session).is_some_and(|payment| payment.status == IntentStatus::Succeeded);
    given(succeeded, session.payment_status == PaymentStatus::Paid, || {
        format!("the payment has succeeded, and the session is {}", session.payment_status.name())
    })
}

/// If false, a page that saves a card shows a price to pay, or a page that takes a payment shows none.
pub(crate) fn setup_session_asks_for_no_payment<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    let Some(session) = observation.session else { return Judgement::Vacuous };
    let setup = session.mode == SessionMode::Setup;
    let free = session.payment_status == PaymentStatus::NoPaymentRequired;
    given(setup || free, setup && free && session.intent.is_none(), || {
        format!("{:?} with {} and payment {:?}", session.mode, session.payment_status.name(), session.intent)
    })
}

/// If false, the page captures another amount, or at another time, than its parameters say. A page without `manual`
/// captures at once, whichever other parameters it has.
fn payment_has_the_sessions_terms<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    let Some(session) = observation.session else { return Judgement::Vacuous };
    let Some(payment) = intent_of(observation, session) else { return Judgement::Vacuous };
    let manual = payment.capture_method == CaptureMethod::Manual;
    given(true, payment.amount == session.amount && manual == session.manual && payment.owned_by_session, || {
        format!(
            "session of {} (manual {}), payment of {} (manual {manual}, owned {})",
            session.amount.get(),
            session.manual,
            payment.amount.get(),
            payment.owned_by_session
        )
    })
}

/// If false, a payment is locked by a page that does not refer to it.
fn owned_payment_belongs_to_the_session<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    let owned = |payment: &Option<PaymentView>| payment.as_ref().is_some_and(|payment| payment.owned_by_session);
    let mut premise = false;
    let mut known = true;
    for (place, _) in observation.payments.iter().enumerate().filter(|(_, payment)| owned(payment)) {
        premise = true;
        known &= observation.session.and_then(|session| session.intent).map(usize::from) == Some(place);
    }
    given(premise, known, || format!("a payment is owned by a session, and the session has {:?}", observation.session))
}

/// If false, an expired page takes money, or a paid order expires.
fn closed_status_stays<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some(before) = step.before.session.filter(|before| before.status != Open) else { return Judgement::Vacuous };
    let after = step.after.session.map(|after| after.status);
    given(true, after == Some(before.status), || format!("{} became {after:?}", before.status.name()))
}

/// If false, the return page thanks a customer whose card was declined.
pub(crate) fn complete_means_authorized<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some(session) = step.after.session.filter(|session| session.mode == SessionMode::Payment) else {
        return Judgement::Vacuous;
    };
    let status = intent_of(&step.after, session).map(|payment| payment.status);
    let authorized =
        matches!(status, Some(IntentStatus::RequiresCapture | IntentStatus::Processing | IntentStatus::Succeeded));
    given(became(step, Complete), authorized, || {
        format!("complete, and the payment is {}", status.map_or("not there", IntentStatus::name))
    })
}

/// If false, a customer's page closes during the payment, or stays open after its deadline.
fn session_runs_out_when_due<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some((before, after)) = both(step) else { return Judgement::Vacuous };
    let Some(left) = before.seconds_left.filter(|_| before.status == Open) else { return Judgement::Vacuous };
    let due = step.seconds() >= left;
    let asked = matches!(step.performed(), Some(Operation::ExpireSession));
    let expired = after.status == Expired;
    given(due || expired, if due { expired } else { asked }, || {
        format!("{left} seconds left, {:?}, now {}", step.input, after.status.name())
    })
}

/// If false, the page's clock stops or jumps, and the customer sees another deadline than the one that counts.
fn session_runs_down<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some((before, after)) = both(step) else { return Judgement::Vacuous };
    let (Some(from), Some(to)) = (before.seconds_left, after.seconds_left) else { return Judgement::Vacuous };
    given(from != to || step.seconds() > 0, from.checked_sub(step.seconds()) == Some(to), || {
        format!("{from} seconds left became {to} in {} seconds", step.seconds())
    })
}

/// If false, the customer sees another price or another kind of page than the merchant requested.
fn session_is_as_asked<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let (Some(asked), Some(after)) = (asked(step), step.after.session) else { return Judgement::Vacuous };
    let price = asked.mode == SessionMode::Setup || i64::from(after.amount.get()) == asked.amount;
    let form = (after.mode, after.ui, after.manual) == (asked.mode, asked.ui, asked.manual);
    given(true, price && form, || format!("asked for {asked:?}, got {after:?}"))
}

/// If false, the merchant's shop waits for a payment that was made, or abandons one that may still come.
pub(crate) fn session_ends_are_notified<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let (complete, expired) = (became(step, Complete), became(step, Expired));
    let notified = (step.count(Kind::SessionCompleted), step.count(Kind::SessionExpired));
    let premise = complete || expired || notified != (0, 0);
    given(premise, notified == (usize::from(complete), usize::from(expired)), || {
        format!("complete {complete}, expired {expired}, emitted (completed, expired) {notified:?}")
    })
}

/// If false, an order paid by bank debit is shipped although the debit bounced, or is never shipped.
pub(crate) fn sessions_debit_is_notified<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let Some((before, after)) = step.both() else { return Judgement::Vacuous };
    let premise = before.owned_by_session && before.status == IntentStatus::Processing;
    let paid = after.status == IntentStatus::Succeeded;
    let failed = after.status == IntentStatus::RequiresPaymentMethod;
    let notified = (step.step.count(Kind::SessionPaid), step.step.count(Kind::SessionPaymentFailed));
    given(premise && (paid || failed), notified == (usize::from(paid), usize::from(failed)), || {
        format!("settled {}, emitted (paid, failed) {notified:?}", after.status.name())
    })
}

/// Returns the request to create a session, accepted or not.
fn asked(step: &Step<'_>) -> Option<CreateSession> {
    match step.performed() {
        Some(Operation::CreateSession(create)) if step.before.session.is_none() => Some(*create),
        Some(_) | None => None,
    }
}

/// If false, a page is open for minutes or for weeks.
fn session_deadline_is_bounded<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some(seconds) = asked(step).and_then(|create| create.expires_in) else { return Judgement::Vacuous };
    refused(step, !(HALF_HOUR..=DAY).contains(&seconds), Rejection::InvalidExpiry)
}

/// If false, the page has another deadline than the merchant requested, or the default is not a day.
fn session_deadline_is_the_one_asked_for<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let (Some(create), Some(after)) = (asked(step).filter(|_| step.outcome.is_ok()), step.after.session) else {
        return Judgement::Vacuous;
    };
    let expected = create.expires_in.unwrap_or(DAY);
    given(true, after.status == Open && after.seconds_left == Some(expected), || {
        format!("{} with {:?} seconds left instead of {expected}", after.status.name(), after.seconds_left)
    })
}

/// If false, a customer who has paid on the provider's page has nowhere to return to.
fn hosted_page_returns_to_success_url<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some(create) = asked(step).filter(|create| create.ui == SessionUi::Hosted) else { return Judgement::Vacuous };
    let reason = if create.success_url { Rejection::UnexpectedReturnUrl } else { Rejection::MissingSuccessUrl };
    refused(step, !create.success_url || create.return_url, reason)
}

/// If false, a customer whose bank redirects them does not get back to the merchant's own page.
fn embedded_page_returns_to_return_url<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let Some(create) = asked(step).filter(|create| create.ui == SessionUi::Embedded) else {
        return Judgement::Vacuous;
    };
    let reason = if create.success_url { Rejection::UnexpectedSuccessUrl } else { Rejection::MissingReturnUrl };
    refused(step, create.success_url || !create.return_url, reason)
}

/// If false, a paid page is closed, or a page is closed twice.
fn only_open_sessions_are_expired<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    let (Some(Operation::ExpireSession), Some(before)) = (step.performed(), step.before.session) else {
        return Judgement::Vacuous;
    };
    refused(step, before.status != Open, Rejection::SessionNotOpen)
}

/// If false, the merchant cancels a payment while the customer pays, and the page takes it anyway.
pub(crate) fn sessions_payment_is_canceled_through_it<D: Diagnostics>(step: &PaymentStep<'_, '_>) -> Judgement<D> {
    let (Some(Operation::CancelIntent { .. }), Some(before)) = (step.operation, step.before) else {
        return Judgement::Vacuous;
    };
    refused(step.step, before.owned_by_session && before.status.is_open(), Rejection::OwnedBySession)
}

/// If false, the page captures another amount, or at another time, than its parameters say. A payment may also be
/// locked by a page that does not refer to it.
pub(crate) fn sessions_payment_is_as_the_session_says<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    payment_has_the_sessions_terms(observation).and(|| owned_payment_belongs_to_the_session(observation))
}

/// If false, an unpaid order is shipped because of `paid`, a paid one is not shipped, or a customer who has paid is
/// asked to pay again.
pub(crate) fn paid_means_received<D: Diagnostics>(observation: &Observation<'_>) -> Judgement<D> {
    open_session_is_unpaid(observation)
        .and(|| paid_session_has_received(observation))
        .and(|| succeeded_means_paid(observation))
}

/// If false, a page is open for minutes or for weeks, or a customer who has paid does not get back from the provider's
/// page or to the merchant's own.
pub(crate) fn session_parameters_fit<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    session_deadline_is_bounded(step)
        .and(|| session_is_as_asked(step))
        .and(|| hosted_page_returns_to_success_url(step))
        .and(|| embedded_page_returns_to_return_url(step))
}

/// If false, an expired page takes money, a paid order expires, or a page is closed twice.
pub(crate) fn closed_session_stays_closed<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    closed_status_stays(step).and(|| only_open_sessions_are_expired(step))
}

/// If false, a customer's page closes during the payment, stays open after its deadline, or has another deadline than
/// the merchant requested.
pub(crate) fn session_expires_on_time<D: Diagnostics>(step: &Step<'_>) -> Judgement<D> {
    session_runs_out_when_due(step).and(|| session_runs_down(step)).and(|| session_deadline_is_the_one_asked_for(step))
}
