//! The capacity of the index, and the objects that a request names.

use holdfast_model::{IntentId, Operation, Target};

use super::object_index::ObjectIndex;

impl ObjectIndex {
    /// Returns whether the request names only existing objects, so that it means the same at any time.
    pub(super) fn names_existing_objects(&self, operation: &Operation) -> bool {
        let payment = |intent: IntentId| self.followed(intent);
        // With several fees, the time of the request would decide which one has enough.
        if let Operation::RefundFee { intent, .. } = *operation {
            return payment(intent).is_some_and(|it| it.fees.len() == 1);
        }
        if let Operation::ReverseTransfer { intent, .. } = *operation {
            return payment(intent).is_some_and(|it| it.transfers.len() == 1);
        }
        if let Operation::CreateTransfer { intent, amount } = *operation {
            return amount.is_some() && payment(intent).is_some_and(|it| it.charge.is_some());
        }
        if let Operation::CancelRefund { intent, refund } = *operation {
            return payment(intent).is_some_and(|it| usize::from(refund.0) < it.refunds.len());
        }
        operation.creates().is_none()
    }

    /// Returns whether another object has the place that a payment or setup from the session's page would get.
    pub(super) fn is_place_taken(&self, intent: IntentId) -> bool {
        if self.session.is_none() {
            return false;
        }
        if self.session_saves {
            return self.setup.is_some() && !self.setup_of_session;
        }
        let pays = self.payments.iter().flatten().any(|payment| payment.of_session);
        !pays && self.followed(intent).is_some()
    }

    /// Returns whether the place of the object that the request creates is taken.
    pub(super) fn has_already(&self, operation: &Operation) -> bool {
        operation.creates().is_some_and(|made| match made {
            Target::Payment(intent) | Target::Refund(intent, _) => self.followed(intent).is_some(),
            Target::Setup => self.setup.is_some(),
            Target::Session => self.session.is_some(),
        })
    }
}
