//! One step, and its part that concerns one payment.

use holdfast_model::{
    Accepted, Capture, ChargeStatus, ChargeView, Config, CreateRefund, DeliveryFault, EnvironmentEvent, Input,
    IntentId, KeyId, KeyView, Notification, NotificationKind, Observation, Operation, Outcome, PaymentView, Rejection,
    SessionMode, Target,
};

/// The state before, the input, the response, the notifications and the state after.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The observation before the step.
    pub before: Observation<'a>,
    /// The input.
    pub input: Input,
    /// The response.
    pub outcome: Outcome,
    /// The notifications, in order.
    pub notifications: &'a [Notification],
    /// The observation after the step.
    pub after: Observation<'a>,
    performed: Option<Operation>,
    unchanged: bool,
    /// The payments, of the first 64, that the step changed; one bit each.
    changed: u64,
    /// A bit for each kind of notification; an absent bit means an absent kind.
    notified: u64,
}

impl<'a> Step<'a> {
    /// Returns the step from `before` to `after`.
    #[must_use]
    pub fn new(
        before: Observation<'a>,
        input: Input,
        outcome: Outcome,
        notifications: &'a [Notification],
        after: Observation<'a>,
    ) -> Self {
        let performed = performed(&before, &input, outcome);
        let (changed, payments) = compare(before.payments, after.payments);
        let unchanged = payments == Payments::Same && before.setup == after.setup && before.session == after.session;
        let notified = notifications.iter().fold(0, |notified, notification| notified | kind_bit(notification.kind));
        Self { before, input, outcome, notifications, after, performed, unchanged, changed, notified }
    }

    /// Returns the operation that this step executed, if any; it may have been refused. A replay, a conflict, and a
    /// server that fails before it begins execute nothing.
    #[must_use]
    #[inline]
    pub const fn performed(&self) -> Option<&Operation> {
        self.performed.as_ref()
    }

    /// Returns the operation that was executed with success.
    #[must_use]
    #[inline]
    pub const fn accepted(&self) -> Option<&Operation> {
        match self.outcome {
            Ok(_) => self.performed.as_ref(),
            Err(_) => None,
        }
    }

    /// Returns the operation that was executed and refused, with the reason. A response that the client never saw is
    /// not a reason, nor is one that only exceeds the model's capacity.
    #[must_use]
    #[inline]
    pub const fn turned_down(&self) -> Option<(&Operation, Rejection)> {
        match (&self.performed, self.outcome) {
            (Some(_), Err(Rejection::ServerError | Rejection::AnswerLost | Rejection::BeyondBounds)) => None,
            (Some(operation), Err(reason)) => Some((operation, reason)),
            (None, _) | (_, Ok(_)) => None,
        }
    }

    /// Returns whether no object changed. Keys are not objects.
    #[must_use]
    #[inline]
    pub const fn unchanged(&self) -> bool {
        self.unchanged
    }

    /// Returns whether the step was refused, changed nothing and emitted no notification, as most steps do. The
    /// properties about change ([`crate::Property::is_about_change`]) skip such steps.
    #[must_use]
    #[inline]
    pub fn is_stuttering(&self) -> bool {
        self.unchanged
            && self.notifications.is_empty()
            && self.outcome.is_err_and(Rejection::is_refusal)
            && self.before.keys == self.after.keys
    }

    /// Returns the event, if the input is one.
    #[must_use]
    #[inline]
    pub const fn event(&self) -> Option<EnvironmentEvent> {
        match self.input {
            Input::Event(event) => Some(event),
            Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } => None,
        }
    }

    /// Returns the seconds that passed; 0 if the input is not the passing of time.
    #[must_use]
    #[inline]
    pub const fn seconds(&self) -> u32 {
        match self.input {
            Input::Event(EnvironmentEvent::Advance { seconds }) => seconds,
            Input::Event(_) | Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } => 0,
        }
    }

    /// Returns the key of a request, with the engine's record before the request; `None` if the engine had none.
    #[must_use]
    #[inline]
    pub fn known_key(&self) -> Option<(KeyId, KeyView)> {
        let key = match self.input {
            Input::Call(call) => call.key?,
            Input::Begin { key, .. } => key,
            Input::Finish { .. } | Input::Event(_) => return None,
        };
        find_key(&self.before, key).map(|view| (key, view))
    }

    /// Returns whether the step may change this payment: the target of an executed operation or of an event, the
    /// session's payment when the session changes, and every payment when time passes.
    #[must_use]
    #[inline]
    pub fn addresses(&self, intent: IntentId) -> bool {
        // A session that saves a method has no payment, whatever payment the event names.
        let of_session = |other: IntentId| match self.before.session {
            Some(session) if session.mode == SessionMode::Setup => false,
            Some(session) => session.intent.map_or(other, IntentId) == intent,
            None => other == intent,
        };
        match (&self.performed, self.input) {
            (Some(Operation::ExpireSession), _) => {
                self.before.session.and_then(|session| session.intent) == Some(intent.0)
            }
            (Some(operation), _) => operation.about() == Target::Payment(intent),
            (None, Input::Event(EnvironmentEvent::CustomerPays { intent: named, .. })) => of_session(named),
            (None, Input::Event(EnvironmentEvent::Advance { .. })) => true,
            (None, Input::Event(event)) => event.intent() == Some(intent),
            (None, Input::Call(_) | Input::Begin { .. } | Input::Finish { .. }) => false,
        }
    }

    /// Returns whether a notification of this kind is possible; `false` is certain.
    #[inline]
    pub(crate) const fn may_have_notified(&self, kind: NotificationKind) -> bool {
        self.notified & kind_bit(kind) != 0
    }

    /// Returns whether the payment at `place` changed from `before` to `after`.
    #[inline]
    fn has_changed(&self, place: u8, before: Option<&PaymentView>, after: Option<&PaymentView>) -> bool {
        if usize::from(place) < BITS && before.is_some() && after.is_some() {
            self.changed & 1_u64.wrapping_shl(u32::from(place)) != 0
        } else {
            before != after
        }
    }

    /// Returns the number of notifications of this kind.
    #[must_use]
    #[inline]
    pub fn count(&self, kind: NotificationKind) -> usize {
        if !self.may_have_notified(kind) {
            return 0;
        }
        self.notifications.iter().filter(|notification| notification.kind == kind).count()
    }
}

/// The result of a comparison of all payments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Payments {
    Same,
    Changed,
}

/// Returns which of the first 64 payments changed, and whether any did. This comparison dominates the cost of a step,
/// so each payment is compared once.
fn compare(before: &[Option<PaymentView>], after: &[Option<PaymentView>]) -> (u64, Payments) {
    // Where a step changed nothing, both may be the same list.
    if std::ptr::eq(before, after) {
        return (0, Payments::Same);
    }
    let mut changed = 0;
    let mut bit = 1_u64;
    for (before, after) in before.iter().zip(after) {
        changed |= if before == after { 0 } else { bit };
        bit = bit.wrapping_shl(1);
    }
    let rest = |payments: &[Option<PaymentView>]| payments.get(BITS..).map_or(0, <[_]>::len);
    let same =
        changed == 0 && before.len() == after.len() && (rest(before) == 0 || before.get(BITS..) == after.get(BITS..));
    (changed, if same { Payments::Same } else { Payments::Changed })
}

/// The number of payments that have a bit in [`Step`].
const BITS: usize = 64;

/// Returns the bit of a kind. Kinds share a bit if there are more than 64: a set bit is only a possibility.
#[inline]
const fn kind_bit(kind: NotificationKind) -> u64 {
    1_u64.wrapping_shl(kind as u32)
}

/// Returns whether the notification is about the payment or one of its refunds.
#[inline]
const fn is_about(intent: IntentId, notification: &Notification) -> bool {
    match notification.about {
        Target::Payment(named) | Target::Refund(named, _) => named.0 == intent.0,
        Target::Setup | Target::Session => false,
    }
}

/// Returns the key in the engine's records.
#[inline]
pub(crate) fn find_key(observation: &Observation<'_>, key: KeyId) -> Option<KeyView> {
    observation.keys.get(usize::from(key.0)).copied().flatten()
}

#[inline]
fn performed(before: &Observation<'_>, input: &Input, outcome: Outcome) -> Option<Operation> {
    let conflict = matches!(outcome, Err(reason) if reason.is_conflict());
    match *input {
        Input::Call(call) => {
            let known = call.key.is_some_and(|key| find_key(before, key).is_some());
            (!known && !conflict && call.fault != DeliveryFault::ErrorBefore).then_some(call.operation)
        }
        Input::Finish { key } => find_key(before, key).filter(|view| view.answer.is_none()).map(|view| view.operation),
        Input::Begin { .. } | Input::Event(_) => None,
    }
}

/// The part of a step that concerns one payment.
#[derive(Clone, Copy, Debug)]
pub struct PaymentStep<'s, 'a> {
    /// The configuration that the engine runs under.
    pub config: &'a Config,
    /// The payment's name.
    pub intent: IntentId,
    /// The payment before; `None` if it did not exist yet.
    pub before: Option<&'a PaymentView>,
    /// The payment afterwards.
    pub after: Option<&'a PaymentView>,
    /// The whole step.
    pub step: &'s Step<'a>,
    /// The operation that was executed on this payment, accepted or not.
    pub operation: Option<&'s Operation>,
    /// `true` if this step may change this payment.
    pub addressed: bool,
    /// `true` if it changed the payment.
    pub changed: bool,
    /// `true` if the step emitted a notification about this payment or one of its refunds.
    pub is_notified: bool,
}

impl<'s, 'a> PaymentStep<'s, 'a> {
    /// Returns the part of `step` for the payment at `place`. Returns `None` if the step does not concern the payment:
    /// it does not exist, or it was not addressed, did not change and has no notification.
    #[must_use]
    #[inline]
    pub fn of(step: &'s Step<'a>, place: u8) -> Option<Self> {
        let view =
            |observation: &Observation<'a>| observation.payments.get(usize::from(place)).and_then(Option::as_ref);
        let (before, after) = (view(&step.before), view(&step.after));
        let intent = IntentId(place);
        let addressed = step.addresses(intent);
        let changed = step.has_changed(place, before, after);
        let operation = step.performed.as_ref().filter(|operation| operation.about() == Target::Payment(intent));
        let is_notified = step.notifications.iter().any(|notification| is_about(intent, notification));
        let this =
            Self { config: step.after.config, intent, before, after, step, operation, addressed, changed, is_notified };
        // Leaving the others out is sound: a payment without a change, a request and a notification breaks no property
        // of a step. It could only add a trivial witness. A test checks this.
        (addressed || changed || is_notified).then_some(this)
    }

    /// Returns whether the notification is about this payment or one of its refunds.
    #[must_use]
    #[inline]
    pub const fn is_about(&self, notification: &Notification) -> bool {
        is_about(self.intent, notification)
    }

    /// Returns the number of notifications of this kind about this payment.
    #[must_use]
    #[inline]
    pub fn notified(&self, kind: NotificationKind) -> usize {
        if !self.step.may_have_notified(kind) {
            return 0;
        }
        self.step
            .notifications
            .iter()
            .filter(|notification| notification.kind == kind && self.is_about(notification))
            .count()
    }

    /// Returns the payment before and after; `None` unless it existed both times.
    #[must_use]
    #[inline]
    pub const fn both(&self) -> Option<(&'a PaymentView, &'a PaymentView)> {
        match (self.before, self.after) {
            (Some(before), Some(after)) => Some((before, after)),
            (None, _) | (_, None) => None,
        }
    }

    /// Returns the charge before and after; `None` unless it was approved before.
    #[must_use]
    #[inline]
    pub fn charges(&self) -> Option<(&'a ChargeView, &'a ChargeView)> {
        let before = approved(self.before?)?;
        Some((before, self.after?.charge.as_ref()?))
    }

    /// Returns the operation on this payment that was executed with success.
    #[must_use]
    #[inline]
    pub const fn accepted(&self) -> Option<&'s Operation> {
        match self.step.outcome {
            Ok(_) => self.operation,
            Err(_) => None,
        }
    }

    /// Returns the operation on this payment that was refused, with the reason; see [`Step::turned_down`].
    #[must_use]
    #[inline]
    pub fn turned_down(&self) -> Option<(&'s Operation, Rejection)> {
        let (_, reason) = self.step.turned_down()?;
        Some((self.operation?, reason))
    }

    /// Returns the event, if it had an effect and may concern this payment.
    #[must_use]
    #[inline]
    pub fn event(&self) -> Option<EnvironmentEvent> {
        self.step.event().filter(|_| self.addressed && self.step.outcome.is_ok())
    }

    /// Returns an accepted capture, with the charge before and after.
    #[must_use]
    #[inline]
    pub fn captured(&self) -> Option<Captured<'a>> {
        let Some(Operation::CaptureIntent { capture, .. }) = self.accepted() else { return None };
        let (before, after) = self.both()?;
        let (from, to) = self.charges()?;
        Some(Captured { capture: *capture, before, after, from, to })
    }

    /// Returns a request to capture, accepted or not, and the payment before.
    #[must_use]
    #[inline]
    pub fn capture_asked(&self) -> Option<(Capture, &'a PaymentView)> {
        match self.operation {
            Some(Operation::CaptureIntent { capture, .. }) => Some((*capture, self.before?)),
            Some(_) | None => None,
        }
    }

    /// Returns a request to refund, accepted or not, and the payment before.
    #[must_use]
    #[inline]
    pub fn refund_asked(&self) -> Option<(CreateRefund, &'a PaymentView)> {
        match self.operation {
            Some(Operation::CreateRefund { refund, .. }) => Some((*refund, self.before?)),
            Some(_) | None => None,
        }
    }

    /// Returns an accepted refund, with the payment before and after.
    #[must_use]
    #[inline]
    pub fn refunded(&self) -> Option<(CreateRefund, &'a PaymentView, &'a PaymentView)> {
        let Some(Operation::CreateRefund { refund, .. }) = self.accepted() else { return None };
        let (before, after) = self.both()?;
        Some((*refund, before, after))
    }

    /// Returns the payment as the response shows it.
    #[must_use]
    #[inline]
    pub const fn answer(&self) -> Option<Accepted> {
        match (self.operation, self.step.outcome) {
            (Some(_), Ok(accepted)) => Some(accepted),
            (None, _) | (_, Err(_)) => None,
        }
    }
}

/// An accepted capture: see [`PaymentStep::captured`].
#[derive(Clone, Copy, Debug)]
pub struct Captured<'a> {
    /// The capture request.
    pub capture: Capture,
    /// The payment before.
    pub before: &'a PaymentView,
    /// The payment after.
    pub after: &'a PaymentView,
    /// The charge before.
    pub from: &'a ChargeView,
    /// The charge after.
    pub to: &'a ChargeView,
}

impl Captured<'_> {
    /// Returns the requested amount in minor units; all that is capturable if the request names none.
    #[must_use]
    #[inline]
    pub fn asked(&self) -> i64 {
        self.capture.amount.unwrap_or_else(|| i64::from(self.before.capturable.get()))
    }

    /// Returns whether the capture took nothing and released the rest.
    #[must_use]
    #[inline]
    pub fn is_release(&self) -> bool {
        self.asked() == 0
    }
}

/// Returns the charge that the issuer approved, if there is one.
#[inline]
pub(crate) fn approved(payment: &PaymentView) -> Option<&ChargeView> {
    payment.charge.as_ref().filter(|charge| charge.status == ChargeStatus::Succeeded)
}
