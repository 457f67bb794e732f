//! The captures that a hold allows.

use holdfast_model::{Capture, Flow, NotificationKind as Kind, Operation, PaymentView};

use super::{Alphabet, INTENT};

impl Alphabet<'_, '_> {
    /// Captures that lead to amounts that events show, and the release of the remainder.
    pub(super) fn captures(&mut self, payment: &PaymentView) {
        let (received, capturable) = (i64::from(payment.received.get()), i64::from(payment.capturable.get()));
        let mut pieces = Vec::new();
        for (logged, object) in
            self.near.iter().flat_map(|logged| [logged.previous(), Some(logged.object())].map(|it| (logged, it)))
        {
            let Some(object) = object else { continue };
            let (taken, left) = match logged.object().object.text() {
                Some("payment_intent") => (object.amount_received.value(), object.amount_capturable.value()),
                Some("charge") => (object.amount_captured.value(), None),
                _ => continue,
            };
            let by_taken = taken.map(|taken| taken.saturating_sub(received));
            let by_left = left.map(|left| capturable.saturating_sub(*left));
            for piece in [by_taken, by_left].into_iter().flatten().filter(|piece| *piece >= 0) {
                if !pieces.contains(&piece) && pieces.len() < 6 {
                    pieces.push(piece);
                }
            }
        }
        if !pieces.contains(&capturable) {
            pieces.push(capturable);
        }
        let first = |kind| self.of_kind(kind).find_map(|logged| logged.object().amount.value().copied());
        let charge = payment.charge;
        // What stands on intent or charge is a total.
        let total = |total: Option<i64>, taken: holdfast_model::Amount| {
            total.map(|total| total.saturating_sub(i64::from(taken.get()))).filter(|rest| *rest > 0)
        };
        let standing = self.near.iter().find_map(|logged| logged.object().application_fee_amount.value().copied());
        let shared = self.near.iter().find_map(|logged| logged.object().transfer_data.get()?.amount.value().copied());
        let fee = first(Kind::FeeCreated).or_else(|| total(standing, payment.ledger.fees));
        let fee = fee.filter(|_| payment.flow != Flow::Platform);
        let fee = fee.or_else(|| charge.filter(|charge| charge.fee_at_first_capture).map(|_| 1));
        let transfer = first(Kind::TransferCreated).or_else(|| total(shared, payment.ledger.transfers));
        let transfer = transfer.filter(|_| payment.flow == Flow::Destination);
        let transfer = transfer.or_else(|| charge.filter(|charge| charge.transfer_at_first_capture).map(|_| 1));
        let several = charge.is_some_and(|charge| charge.multicapture_available);
        for piece in pieces {
            for final_capture in [Some(false), None].into_iter().filter(|choice| several || choice.is_none()) {
                let plain = Capture { amount: Some(piece), final_capture, fee: None, transfer: None };
                self.operation(Operation::CaptureIntent { intent: INTENT, capture: plain });
                if fee.is_some() {
                    self.operation(Operation::CaptureIntent { intent: INTENT, capture: Capture { fee, ..plain } });
                }
                if transfer.is_some() {
                    let capture = Capture { transfer, ..plain };
                    self.operation(Operation::CaptureIntent { intent: INTENT, capture });
                }
            }
        }
    }
}
