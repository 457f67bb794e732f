//! What faults ask of a step, and what they do to it.

use crate::testing::fault::{Heard, PaymentStep};
use crate::{
    Call, Capture, CreateRefund, DeliveryFault, Input, Notification, NotificationKind, Operation, Previous, RefundView,
    Rejection, Target,
};

/// The operation of a plain request, as it was made.
pub(super) fn operation(input: Input) -> Option<Operation> {
    match input {
        Input::Call(Call { operation, fault: DeliveryFault::None, .. }) => Some(operation),
        Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => None,
    }
}

/// The refund that a plain request asks for.
pub(super) fn refund(input: Input) -> Option<CreateRefund> {
    if let Some(Operation::CreateRefund { refund, .. }) = operation(input) { Some(refund) } else { None }
}

/// The capture that a plain request asks for.
pub(super) fn capture(input: Input) -> Option<Capture> {
    if let Some(Operation::CaptureIntent { capture, .. }) = operation(input) { Some(capture) } else { None }
}

impl Heard {
    /// The request, to be misheard.
    pub(super) fn operation(&mut self) -> Option<&mut Operation> {
        match &mut self.input {
            Input::Call(Call { operation, fault: DeliveryFault::None, .. }) => Some(operation),
            Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => None,
        }
    }

    /// What a refund can still give back, and the refund, to be misheard.
    pub(super) fn refund(&mut self) -> Option<(i64, &mut CreateRefund)> {
        let charge = self.payment?.charge?;
        let rest = charge.captured_amount.minus(charge.refunded_amount)?;
        let Some(Operation::CreateRefund { refund, .. }) = self.operation() else { return None };
        Some((i64::from(rest.get()), refund))
    }
}

impl PaymentStep<'_> {
    /// Returns whether this is the response.
    pub(super) fn answered(&self, rejection: Rejection) -> bool {
        *self.outcome == Err(rejection)
    }

    /// Refuses what was asked instead.
    pub(super) fn refuse(&mut self, rejection: Rejection) {
        *self.after = self.before;
        *self.outcome = Err(rejection);
        self.emit_only(|_| false);
    }

    /// Emits one more change of the payment.
    pub(super) fn emit_change(&mut self, kind: NotificationKind, previous: Previous) {
        let about = Target::Payment(self.intent);
        let _no_room = self.notifications.push(Notification { kind, about, previous });
    }

    /// Removes the notifications of this kind.
    pub(super) fn hush(&mut self, kind: NotificationKind) {
        self.emit_only(|notification| notification.kind != kind);
    }

    /// Changes the notifications of this kind.
    pub(super) fn retell_of(&mut self, kind: NotificationKind, mut change: impl FnMut(&mut Previous)) {
        self.emit_again(|notification| {
            if notification.kind == kind {
                change(&mut notification.previous);
            }
        });
    }

    /// Changes the newest refund.
    pub(super) fn newest_refund(&mut self, change: impl FnOnce(&mut RefundView)) {
        self.payment(|payment| {
            if let Some(refund) = payment.refunds.iter_mut().flatten().next_back() {
                change(refund);
            }
        });
    }
}
