//! The comparison of an event with a notification of the model, field by field.

use holdfast_model::rendering::refund_shown;
use holdfast_model::{
    Amount, CaptureMethod, ChargeView, Config, IntentStatus, NotificationKind as Kind, PaymentView, RefundView,
    SetupStatus, SetupView,
};

use super::differences::{Difference, Differences};
use crate::logged_event::{LoggedEvent, Object};
use crate::seen::Seen;

/// One step of the model, as far as events show it.
pub(super) struct ComparedStep<'a> {
    pub(super) config: &'a Config,
    pub(super) before: Option<&'a PaymentView>,
    pub(super) after: Option<&'a PaymentView>,
    pub(super) setup: Option<&'a SetupView>,
    /// The refund of the event, before and after.
    pub(super) refund: (Option<RefundView>, Option<RefundView>),
    /// Whether the step creates a refund.
    pub(super) creates_refund: bool,
    /// The currency of the payment, as the first event has it.
    pub(super) currency: Option<&'a str>,
}

/// Returns the differences between an event and a notification of this kind in this step.
pub(super) fn differences(logged: &LoggedEvent, kind: Kind, compared: &ComparedStep<'_>) -> Vec<Difference> {
    let mut found = Differences::all();
    compare(&mut found, logged, kind, compared);
    found.into_list()
}

/// Returns whether an event can be the notification of this kind in this step.
pub(super) fn fits(logged: &LoggedEvent, kind: Kind, compared: &ComparedStep<'_>) -> bool {
    let mut found = Differences::whether_any();
    compare(&mut found, logged, kind, compared);
    !found.is_any()
}

fn compare(found: &mut Differences, logged: &LoggedEvent, kind: Kind, compared: &ComparedStep<'_>) {
    let object = logged.object();
    if !logged.is_comparable(compared.currency) {
        return;
    }
    if let Some(currency) = compared.currency {
        found.word("currency", false, &object.currency, &[currency]);
    }
    match object.object.text() {
        Some("payment_intent") => {
            if let Some(after) = compared.after {
                intent(found, logged, kind, compared, after);
            }
        }
        Some("charge") => {
            if let (Some(after), Some(charge)) =
                (compared.after, compared.after.and_then(|after| after.charge.as_ref()))
            {
                self::charge(found, logged, kind, compared, (after, charge));
            }
        }
        Some("refund") => refund(found, logged, compared),
        Some("application_fee") => {
            let (before, after) = ledgers(compared);
            let (made, back) = ((before.fees, after.fees), (before.fees_refunded, after.fees_refunded));
            let returned = &object.amount_refunded;
            connected(found, logged, kind == Kind::FeeCreated, made, back, ("amount_refunded", returned));
        }
        Some("transfer") => {
            let (before, after) = ledgers(compared);
            let (made, back) = ((before.transfers, after.transfers), (before.reversals, after.reversals));
            let returned = &object.amount_reversed;
            connected(found, logged, kind == Kind::TransferCreated, made, back, ("amount_reversed", returned));
        }
        Some("setup_intent") => {
            if let Some(after) = compared.setup {
                setup(found, object, kind, after);
            }
        }
        _ => {}
    }
}

fn ledgers(compared: &ComparedStep<'_>) -> (holdfast_model::LedgerView, holdfast_model::LedgerView) {
    let of = |view: Option<&PaymentView>| view.map(|view| view.ledger).unwrap_or_default();
    (of(compared.before), of(compared.after))
}

/// Both words for a status: the one of versions before 2019-02-11 is another name for the same (C17).
pub(super) fn status_words(status: IntentStatus) -> [&'static str; 2] {
    let old = match status {
        IntentStatus::RequiresPaymentMethod => "requires_source",
        IntentStatus::RequiresAction => "requires_source_action",
        IntentStatus::RequiresConfirmation
        | IntentStatus::Processing
        | IntentStatus::RequiresCapture
        | IntentStatus::Succeeded
        | IntentStatus::Canceled => status.name(),
    };
    [status.name(), old]
}

fn intent(found: &mut Differences, logged: &LoggedEvent, kind: Kind, compared: &ComparedStep<'_>, after: &PaymentView) {
    let object = logged.object();
    let before = compared.before;
    let [new, old] = status_words(after.status);
    // The event of the last of several captures comes before the end of the hold (U10).
    let halfway = kind == Kind::IntentCapturableUpdated;
    let was = if halfway { before.map_or(new, |before| before.status.name()) } else { new };
    found.word("status", false, &object.status, &[new, old, was]);
    found.amount("amount", &object.amount, after.amount);
    found.amount("amount_capturable", &object.amount_capturable, after.capturable);
    found.amount("amount_received", &object.amount_received, after.received);
    if found.is_settled() {
        return;
    }
    let by_card = object.card_options().and_then(|card| card.capture_method.text()) == Some("manual");
    if !by_card {
        found.word("capture_method", false, &object.capture_method, &[capture_word(after.capture_method)]);
    }
    if let Some(fee) = object.application_fee_amount.value() {
        let too_much = *fee < 0 || *fee > i64::from(after.amount.get());
        if too_much {
            found.note("application_fee_amount", false, fee, format_args!("at most {}", after.amount.get()));
        } else if let Some(standing) = after.fee.filter(|_| kind == Kind::IntentSucceeded) {
            found.amount("application_fee_amount", &object.application_fee_amount, standing);
        }
    } else if let Seen::Odd(words) = &object.application_fee_amount {
        found.note("application_fee_amount", false, words, "a whole number");
    }
    if kind == Kind::IntentCanceled {
        reason(found, object, before, after);
    } else if object.cancellation_reason.text().is_some() && after.status != IntentStatus::Canceled {
        found.note("cancellation_reason", false, &object.cancellation_reason, "null");
    }
    let Some(previous) = logged.previous() else { return };
    let zero = Amount::ZERO;
    let (capturable, received) = before.map_or((zero, zero), |before| (before.capturable, before.received));
    found.was_amount("amount_capturable", &previous.amount_capturable, capturable, capturable);
    found.was_amount("amount_received", &previous.amount_received, received, received);
    if let Some(before) = before {
        found.was_amount("amount", &previous.amount, before.amount, before.amount);
        found.word("status", true, &previous.status, &status_words(before.status));
    }
}

const fn capture_word(method: CaptureMethod) -> &'static str {
    match method {
        CaptureMethod::Automatic => "automatic",
        CaptureMethod::AutomaticAsync => "automatic_async",
        CaptureMethod::Manual => "manual",
    }
}

/// A hold that ran out is canceled by the system, one that a client cancels is not (VOC-8, HOLD-12).
fn reason(found: &mut Differences, object: &Object, before: Option<&PaymentView>, after: &PaymentView) {
    use holdfast_model::CancellationReason as Reason;
    const CALLERS: [&str; 4] = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
    const SYSTEMS: [&str; 4] = ["automatic", "expired", "failed_invoice", "void_invoice"];
    let said = match &object.cancellation_reason {
        Seen::Absent => return,
        Seen::Null => None,
        Seen::Is(text) => Some(text.as_str()),
        Seen::Odd(words) => {
            found.note("cancellation_reason", false, words, "a reason or null");
            return;
        }
    };
    let held = before.is_some_and(|before| before.status == IntentStatus::RequiresCapture);
    let by_system = after.cancellation_reason == Some(Reason::Automatic);
    let fits = match said {
        None => !by_system,
        Some(text) if CALLERS.contains(&text) => !by_system,
        // Before payment the system has reasons of its own: a session that ran out, an invoice.
        Some(text) if SYSTEMS.contains(&text) => by_system || !held || text.ends_with("_invoice"),
        Some(_) => false,
    };
    if !fits {
        let would_be = if by_system { "automatic" } else { "null or a reason that a client may give" };
        found.note("cancellation_reason", false, &object.cancellation_reason, would_be);
    }
}

fn charge(
    found: &mut Differences,
    logged: &LoggedEvent,
    kind: Kind,
    compared: &ComparedStep<'_>,
    (after, charge): (&PaymentView, &ChargeView),
) {
    let object = logged.object();
    let before = compared.before.and_then(|before| before.charge.as_ref());
    // The event of a capture comes before the end of the hold (U10).
    let halfway = before.filter(|_| kind == Kind::ChargeUpdated).unwrap_or(charge);
    found.word("status", false, &object.status, &[charge.status.name()]);
    found.amount("amount", &object.amount, charge.authorized);
    // A debit is captured from the start, and no requirement says what it shows before its success.
    let is_open_debit = charge.status != holdfast_model::ChargeStatus::Succeeded && !object.may_be_of_card();
    let taken = if is_open_debit { charge.authorized } else { charge.captured_amount };
    found.amount_or("amount_captured", &object.amount_captured, charge.captured_amount, taken);
    found.flag("captured", false, &object.captured, charge.captured, halfway.captured || is_open_debit);
    if found.is_settled() {
        return;
    }
    let (shown, flag) = refund_shown(compared.config, after, charge);
    // Old versions count the released rest of a partial capture as refunded (CAP-13, VER-2).
    let with_rest = charge.refunded_amount.plus(charge.released).filter(|_| logged.may_be_old() && charge.captured);
    match with_rest {
        Some(with_rest) => found.amount_or("amount_refunded", &object.amount_refunded, shown, with_rest),
        None => found.amount_or("amount_refunded", &object.amount_refunded, shown, charge.refunded_amount),
    }
    let raw = if kind == Kind::ChargeUpdated { halfway.refunded } else { charge.refunded };
    // Old versions set the flag as soon as the amounts are equal, whether or not the hold has ended (VER-2).
    let all_shown = logged.may_be_old() && object.amount_refunded.value() == Some(&i64::from(charge.authorized.get()));
    let with_rest = with_rest == Some(charge.authorized) || all_shown;
    found.flag("refunded", false, &object.refunded, flag, if with_rest { true } else { raw });
    let links = charge.links;
    found.link(
        "balance_transaction",
        false,
        &object.balance_transaction,
        links.balance_transaction,
        links.balance_transaction,
    );
    found.link("transfer", false, &object.transfer, links.transfer, links.transfer);
    found.link("application_fee", false, &object.application_fee, links.application_fee, links.application_fee);
    let fee_is_too_much = |fee: &i64| *fee < 0 || *fee > i64::from(charge.authorized.get());
    if object.application_fee_amount.value().is_some_and(fee_is_too_much) {
        let most = format_args!("at most {}", charge.authorized.get());
        found.note("application_fee_amount", false, &object.application_fee_amount, most);
    }
    if let Some(multicapture) = object.multicapture()
        && charge.status == holdfast_model::ChargeStatus::Succeeded
        && multicapture != charge.multicapture_available
    {
        let word = |available: bool| if available { "available" } else { "unavailable" };
        found.note("multicapture.status", false, word(multicapture), word(charge.multicapture_available));
    }
    if !found.is_settled() {
        charge_before(found, logged, compared, before);
    }
}

/// The previous values of a charge.
fn charge_before(
    found: &mut Differences,
    logged: &LoggedEvent,
    compared: &ComparedStep<'_>,
    before: Option<&ChargeView>,
) {
    let Some(previous) = logged.previous() else { return };
    let Some((before, view)) = before.zip(compared.before) else { return };
    let captured = before.captured_amount;
    found.was_amount("amount_captured", &previous.amount_captured, captured, captured);
    let (shown, flag) = refund_shown(compared.config, view, before);
    // Previous values are rendered in the version of the event, like the object (P6).
    let rest = before.refunded_amount.plus(before.released).filter(|_| logged.may_be_old() && before.captured);
    let is_rest = rest.is_some_and(|rest| previous.amount_refunded.value() == Some(&i64::from(rest.get())));
    if !is_rest {
        found.was_amount("amount_refunded", &previous.amount_refunded, shown, before.refunded_amount);
    }
    found.flag("captured", true, &previous.captured, before.captured, before.captured);
    found.flag("refunded", true, &previous.refunded, flag, before.refunded);
    found.word("status", true, &previous.status, &[before.status.name()]);
    let was = before.links;
    found.link(
        "balance_transaction",
        true,
        &previous.balance_transaction,
        was.balance_transaction,
        was.balance_transaction,
    );
    found.link("transfer", true, &previous.transfer, was.transfer, was.transfer);
    found.link("application_fee", true, &previous.application_fee, was.application_fee, was.application_fee);
}

fn refund(found: &mut Differences, logged: &LoggedEvent, compared: &ComparedStep<'_>) {
    let object = logged.object();
    let (before, Some(after)) = compared.refund else { return };
    found.amount("amount", &object.amount, after.amount);
    found.word("status", false, &object.status, &[after.status.name()]);
    if let Some(previous) = logged.previous() {
        // The second of two events about one move lists no change of the status.
        let was = before.map_or(after.status, |before| before.status);
        found.word("status", true, &previous.status, &[was.name()]);
    }
}

/// A fee or a transfer: the amount made in this step, and the amount returned.
fn connected(
    found: &mut Differences,
    logged: &LoggedEvent,
    is_new: bool,
    made: (Amount, Amount),
    back: (Amount, Amount),
    (field, returned): (&'static str, &Seen<i64>),
) {
    let object = logged.object();
    let delta = |(before, after): (Amount, Amount)| after.minus(before).unwrap_or(Amount::ZERO);
    let whole = object.amount.value().copied();
    if is_new {
        found.amount("amount", &object.amount, delta(made));
        found.amount(field, returned, Amount::ZERO);
        return;
    }
    if let (Some(whole), Some(back)) = (whole, returned.value())
        && (*back > whole || *back < 0)
    {
        found.note(field, false, back, format_args!("at most {whole}"));
    }
    if let Some(part) = part_returned(logged)
        && part > i64::from(delta(back).get())
    {
        found.note(field, true, part, delta(back).get());
    }
}

/// Returns the amount of a fee or a transfer that this event returns.
pub(super) fn part_returned(logged: &LoggedEvent) -> Option<i64> {
    let returned = |object: &Object| {
        if object.amount_reversed.is_absent() {
            object.amount_refunded.value().copied()
        } else {
            object.amount_reversed.value().copied()
        }
    };
    let now = returned(logged.object())?;
    let was = logged.previous().and_then(returned)?;
    Some(now.saturating_sub(was))
}

/// The statuses of a SetupIntent at the end of the request that creates it, in the words of every version (C17, P21).
const CREATED: [&str; 7] = [
    "requires_payment_method",
    "requires_source",
    "requires_confirmation",
    "requires_action",
    "requires_source_action",
    "processing",
    "succeeded",
];

fn setup(found: &mut Differences, object: &Object, kind: Kind, after: &SetupView) {
    let old = match after.status {
        SetupStatus::RequiresPaymentMethod => "requires_source",
        SetupStatus::RequiresAction => "requires_source_action",
        SetupStatus::RequiresConfirmation
        | SetupStatus::Processing
        | SetupStatus::Succeeded
        | SetupStatus::Canceled => after.status.name(),
    };
    if kind == Kind::SetupCreated {
        // The event is frozen at the end of its request, which may confirm the intent (P21).
        found.word("status", false, &object.status, &CREATED);
    } else {
        found.word("status", false, &object.status, &[after.status.name(), old]);
    }
    if object.cancellation_reason.text().is_some() && kind != Kind::SetupCanceled {
        found.note("cancellation_reason", false, &object.cancellation_reason, "null");
    }
}
