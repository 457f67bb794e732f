//! The requests that faults read in a step, and the changes that they make.

use crate::testing::fault::{Heard, PaymentStep};
use crate::{
    Call, Capture, CreateRefund, DeliveryFault, Input, Notification, NotificationKind, Operation, Previous, RefundView,
    Rejection, Target,
};

/// Returns the operation of a request without a delivery fault.
pub(super) fn operation(input: Input) -> Option<Operation> {
    match input {
        Input::Call(Call { operation, fault: DeliveryFault::None, .. }) => Some(operation),
        Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => None,
    }
}

/// Returns the refund that a request without a delivery fault contains.
pub(super) fn refund(input: Input) -> Option<CreateRefund> {
    if let Some(Operation::CreateRefund { refund, .. }) = operation(input) { Some(refund) } else { None }
}

/// Returns the capture that a request without a delivery fault contains.
pub(super) fn capture(input: Input) -> Option<Capture> {
    if let Some(Operation::CaptureIntent { capture, .. }) = operation(input) { Some(capture) } else { None }
}

impl Heard {
    /// Returns the operation, for a fault to replace.
    pub(super) fn operation(&mut self) -> Option<&mut Operation> {
        match &mut self.input {
            Input::Call(Call { operation, fault: DeliveryFault::None, .. }) => Some(operation),
            Input::Call(_) | Input::Begin { .. } | Input::Finish { .. } | Input::Event(_) => None,
        }
    }

    /// Returns the refundable amount and the refund, for a fault to replace.
    pub(super) fn refund(&mut self) -> Option<(i64, &mut CreateRefund)> {
        let charge = self.payment?.charge?;
        let rest = charge.captured_amount.minus(charge.refunded_amount)?;
        let Some(Operation::CreateRefund { refund, .. }) = self.operation() else { return None };
        Some((i64::from(rest.get()), refund))
    }
}

impl PaymentStep<'_> {
    /// Returns whether the response is this rejection.
    pub(super) fn answered(&self, rejection: Rejection) -> bool {
        *self.outcome == Err(rejection)
    }

    /// Replaces the effect of the request with a refusal.
    pub(super) fn refuse(&mut self, rejection: Rejection) {
        *self.after = self.before;
        *self.outcome = Err(rejection);
        self.emit_only(|_| false);
    }

    /// Emits one more notification about a change of the payment.
    pub(super) fn emit_change(&mut self, kind: NotificationKind, previous: Previous) {
        let about = Target::Payment(self.intent);
        let _no_room = self.notifications.push(Notification { kind, about, previous });
    }

    /// Removes the notifications of this kind.
    pub(super) fn hush(&mut self, kind: NotificationKind) {
        self.emit_only(|notification| notification.kind != kind);
    }

    /// Changes the previous values in the notifications of this kind.
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
