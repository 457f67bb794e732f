//! The events of one payment, and their consequences for the payment as a whole.

use holdfast_model::{
    CaptureMethod, Config, ConfirmationMethod, Country, Currency, Flow, NotificationKind, PaymentMethod,
};

use crate::logged_event::{LoggedEvent, Object};

/// One event, in the terms of the model.
#[derive(Clone, Copy, Debug)]
pub(super) struct ModeledEvent {
    pub(super) kind: Option<NotificationKind>,
    pub(super) created: i64,
    /// The charge it names, numbered from 1; 0 if it names none.
    pub(super) charge: u16,
    /// The refund it is about, numbered from 1.
    pub(super) refund: u16,
    /// Whether its request creates a refund; `None` if the request is not known, or its refund may be missing.
    pub(super) is_of_refund: Option<bool>,
    /// Whether the event lists no change; texts may have changed.
    pub(super) is_quiet: bool,
}

/// The events of one payment.
pub(super) struct Case<'a> {
    pub(super) events: &'a [LoggedEvent],
    pub(super) facts: Vec<ModeledEvent>,
    pub(super) config: Config,
    pub(super) hints: Hints,
    /// The currency that the first event shows.
    pub(super) currency: Option<&'a str>,
    /// Whether the log has no events of the fees, which belong to the platform.
    pub(super) fees_are_elsewhere: bool,
}

/// Returns the currency of the payment; fees and transfers may have another one.
fn currency(events: &[LoggedEvent]) -> Option<&str> {
    let is_own = |object: &&Object| !matches!(object.object.text(), Some("application_fee" | "transfer"));
    events.iter().map(LoggedEvent::object).filter(is_own).find_map(|object| object.currency.text())
}

/// The consequences of all events together for the creation of the payment.
#[derive(Debug)]
pub(super) struct Hints {
    pub(super) currency: Currency,
    pub(super) flow: Flow,
    pub(super) capture_method: CaptureMethod,
    /// `true` if the card's own option, and not the intent, asks for manual capture.
    pub(super) by_card: bool,
    pub(super) confirmation_method: ConfirmationMethod,
    pub(super) multicapture: bool,
    pub(super) methods: Vec<PaymentMethod>,
    /// The length of a hold, in seconds, if the model does not have it.
    pub(super) strange_hold: Option<i64>,
    /// Whether the duration of a hold is unknown and may lie outside of the durations that the model has.
    pub(super) unknown_hold: bool,
    /// Whether the customer was absent, by the length of the hold, if events show it.
    pub(super) off_session: Option<bool>,
}

impl<'a> Case<'a> {
    /// `events` in the order of their times.
    /// `gaps`: whether events may be missing.
    pub(super) fn new(events: &'a [LoggedEvent], config: &Config, gaps: bool) -> Self {
        let (mut charges, mut refunds) = (Vec::new(), Vec::new());
        let requests: Vec<&str> = events.iter().filter_map(crate::laws::of_refund).collect();
        let mut facts: Vec<ModeledEvent> =
            events.iter().map(|logged| fact(logged, &mut charges, &mut refunds)).collect();
        for (fact, logged) in facts.iter_mut().zip(events) {
            let is_of_refund = logged.request.id().map(|id| requests.contains(&id));
            fact.is_of_refund = is_of_refund.filter(|is_of_refund| *is_of_refund || !gaps);
        }
        let mut config = *config;
        let hints = Hints::of(events, &mut config);
        let currency = currency(events);
        let fees_are_elsewhere = hints.flow == Flow::Direct && crate::laws::fees_are_elsewhere(events);
        Self { events, facts, config, hints, currency, fees_are_elsewhere }
    }
}

fn number<'a>(known: &mut Vec<&'a str>, id: Option<&'a str>) -> u16 {
    let Some(id) = id else { return 0 };
    let place = known.iter().position(|it| *it == id).unwrap_or_else(|| {
        known.push(id);
        known.len().saturating_sub(1)
    });
    u16::try_from(place.saturating_add(1)).unwrap_or(u16::MAX)
}

fn fact<'a>(logged: &'a LoggedEvent, charges: &mut Vec<&'a str>, refunds: &mut Vec<&'a str>) -> ModeledEvent {
    let object = logged.object();
    let (charge, refund) = match object.object.text() {
        Some("charge") => (object.id.id(), None),
        Some("payment_intent") => (object.latest_charge(), None),
        Some("refund") => (object.charge.id(), object.id.id()),
        Some("application_fee") => (object.charge.id(), None),
        Some("transfer") => (object.source_transaction.id(), None),
        _ => (None, None),
    };
    ModeledEvent {
        kind: NotificationKind::from_name(&logged.kind),
        created: logged.created,
        charge: number(charges, charge),
        refund: number(refunds, refund),
        is_of_refund: None,
        is_quiet: logged.previous().is_none_or(says_nothing),
    }
}

/// Returns `true` if it lists no field that the model has.
fn says_nothing(previous: &Object) -> bool {
    let amounts = previous.amounts().iter().all(|(_, amount)| amount.is_absent());
    amounts
        && previous.captured.is_absent()
        && previous.refunded.is_absent()
        && previous.status.is_absent()
        && previous.balance_transaction.is_absent()
        && previous.transfer.is_absent()
        && previous.application_fee.is_absent()
}

impl Hints {
    fn of(events: &[LoggedEvent], config: &mut Config) -> Self {
        let objects = || events.iter().map(LoggedEvent::object);
        let of = |kind: &'static str| objects().filter(move |object| object.object.text() == Some(kind));
        let currency = match currency(events) {
            None | Some("usd") => Currency::Usd,
            Some("eur") => Currency::Eur,
            Some("jpy") => Currency::Jpy,
            // Whose smallest amount is nobody's here.
            Some(_) => {
                config.dialect.minimum_amount = 1;
                Currency::Usd
            }
        };
        let manual_card =
            |object: &Object| object.card_options().and_then(|card| card.capture_method.text()) == Some("manual");
        let by_card = of("payment_intent").any(manual_card);
        let capture_method = of("payment_intent").find_map(|object| match object.capture_method.text() {
            _ if by_card => Some(CaptureMethod::Manual),
            Some("automatic") => Some(CaptureMethod::Automatic),
            Some("automatic_async") => Some(CaptureMethod::AutomaticAsync),
            Some("manual") => Some(CaptureMethod::Manual),
            _ => None,
        });
        let is_held = |logged: &LoggedEvent| {
            matches!(
                logged.kind.as_str(),
                "charge.captured" | "charge.expired" | "payment_intent.amount_capturable_updated"
            )
        };
        let held = || {
            events.iter().any(is_held) || {
                of("charge")
                    .any(|object| object.captured.value() == Some(&false) && object.paid.value() != Some(&false))
            }
        };
        let capture_method = capture_method
            .unwrap_or_else(|| if held() { CaptureMethod::Manual } else { CaptureMethod::AutomaticAsync });
        let manual_confirm = of("payment_intent").any(|object| object.confirmation_method.text() == Some("manual"));
        let requested = of("payment_intent").any(|object| {
            object.card_options().and_then(|card| card.request_multicapture.text()) == Some("if_available")
        });
        let available = of("charge").any(|object| object.multicapture() == Some(true));
        let unavailable = of("charge").any(|object| object.multicapture() == Some(false));
        let (strange_hold, window) = hold_window(events);
        // Only the length of a hold says where the account is; yen may be held longer where it is Japan.
        config.account.country = if window == Some(30) { Country::Jp } else { Country::Us };
        config.account.multicapture = true;
        let multicapture = requested || available;
        let confirmation_method =
            if manual_confirm { ConfirmationMethod::Manual } else { ConfirmationMethod::Automatic };
        let may_be_without = multicapture && (unavailable || !available);
        let methods = methods(events, may_be_without, multicapture && unavailable && !available, config);
        Self {
            currency,
            flow: flow(events),
            capture_method,
            by_card,
            confirmation_method,
            multicapture,
            methods,
            strange_hold,
            unknown_hold: held() && has_unknown_hold(events),
            off_session: window.map(|days| days == 4),
        }
    }
}

/// Returns the kind of charge, by the events of fees and transfers.
fn flow(events: &[LoggedEvent]) -> Flow {
    let objects = || events.iter().map(LoggedEvent::object);
    let sent_on = objects().any(|object| {
        object.transfer_data.get().is_some_and(|data| data.destination.id().is_some())
            || (object.object.text() == Some("charge") && object.transfer.id().is_some())
    });
    let unsaid = !objects().any(|object| matches!(object.object.text(), Some("payment_intent" | "charge")));
    let sent = objects().any(|object| object.object.text() == Some("transfer"));
    if sent_on || unsaid && sent {
        return Flow::Destination;
    }
    let fee = objects().any(|object| {
        object.application_fee_amount.value().is_some()
            || object.application_fee.id().is_some()
            || object.object.text() == Some("application_fee")
    });
    if fee { Flow::Direct } else { Flow::Platform }
}

/// Returns the lengths of holds: one that the model does not have, in seconds; and 4, 7 or 30 days.
fn hold_window(events: &[LoggedEvent]) -> (Option<i64>, Option<u8>) {
    const DAY: i64 = 86_400;
    const SLACK: i64 = 5;
    let mut known = None;
    for object in events.iter().map(LoggedEvent::object) {
        let (Some(before), Some(created)) = (object.capture_before(), object.created.value()) else {
            continue;
        };
        let length = before.saturating_sub(*created);
        let is = |wanted: i64| length.saturating_sub(wanted).abs() <= SLACK;
        known = match () {
            () if is(DAY.saturating_mul(7)) => Some(7),
            () if is(DAY.saturating_mul(30)) && object.currency.text() == Some("jpy") => Some(30),
            () if is(DAY.saturating_mul(4).saturating_add(64_800)) => Some(4),
            () => return (Some(length), None),
        };
    }
    (None, known)
}

/// Returns whether no event shows the deadline of the hold although it may matter: holds last differently by method
/// (HOLD-6), and only cards show how long (HOLD-1).
fn has_unknown_hold(events: &[LoggedEvent]) -> bool {
    /// The shortest hold of the model, in seconds.
    const SHORTEST: i64 = 410_400;
    let is_end = |it: &LoggedEvent| {
        it.kind == "charge.expired" || matches!(it.object().cancellation_reason.text(), Some("automatic" | "expired"))
    };
    let times = || events.iter().map(|it| it.created);
    let span = times().max().unwrap_or(0).saturating_sub(times().min().unwrap_or(0));
    let is_shown = events.iter().any(|it| it.object().capture_before().is_some());
    !is_shown && (span >= SHORTEST || events.iter().any(is_end))
}

/// Returns payment methods that behave as the events show.
fn methods(
    events: &[LoggedEvent],
    may_be_without: bool,
    surely_without: bool,
    config: &mut Config,
) -> Vec<PaymentMethod> {
    use PaymentMethod as M;
    let logged = |kind: &str| events.iter().any(|logged| logged.kind == kind);
    let refund = |status: &str| {
        let of_refunds = events.iter().filter(|logged| logged.object().object.text() == Some("refund"));
        let shown = of_refunds.flat_map(|logged| [Some(logged.object()), logged.previous()]).flatten();
        shown.into_iter().any(|object| object.status.text() == Some(status))
    };
    let mut methods = Vec::new();
    if refund("pending") {
        methods.push(M::PendingRefund);
    }
    if refund("failed") {
        methods.push(M::RefundFails);
    }
    if surely_without && !methods.is_empty() {
        config.account.multicapture = false;
    }
    if methods.is_empty() || may_be_without {
        if !surely_without {
            methods.push(M::Visa);
        }
        if may_be_without {
            methods.push(M::NoEnterpriseFeatures);
        }
    }
    let bank = logged("payment_intent.processing")
        || logged("charge.pending")
        || events.iter().map(LoggedEvent::object).any(|object| {
            matches!(object.status.text(), Some("processing" | "pending")) && object.object.text() != Some("refund")
        });
    let waits = refund("requires_action") || refund("canceled");
    if bank {
        methods.extend([M::UsBankAccount, M::UsBankAccountFails]);
    }
    if waits || bank && refund("failed") {
        methods.push(M::BankTransfer);
    }
    if logged("payment_intent.payment_failed") || logged("charge.failed") {
        methods.push(M::Declined);
    }
    let acts = logged("payment_intent.requires_action") || logged("payment_intent.payment_failed");
    if acts {
        methods.push(M::AuthenticationRequired);
        if logged("charge.failed") {
            methods.push(M::AuthenticationThenDeclined);
        }
    }
    methods
}
