//! The returns of money: refunds and their changes, fees, transfers.

use holdfast_model::{
    CreateRefund, EnvironmentEvent, Flow, NotificationKind as Kind, Operation, PaymentView, RefundId, RefundProgress,
    RefundStatus,
};

use super::{Alphabet, INTENT};
use crate::logged_event::Object;
use crate::search::matching::part_returned;

impl<'b> Alphabet<'_, 'b> {
    pub(super) fn money_back(&mut self, payment: &PaymentView) {
        let Some(charge) = payment.charge else { return };
        self.refunds(payment, i64::from(charge.refunded_amount.get()));
        for (id, refund) in (0..).map(RefundId).zip(payment.refunds).filter_map(|(id, refund)| Some((id, refund?))) {
            let moves = self.objects("refund").any(|object| object.status.text() != Some(refund.status.name()));
            if !moves {
                continue;
            }
            if refund.status == RefundStatus::RequiresAction {
                self.operation(Operation::CancelRefund { intent: INTENT, refund: id });
            }
            for progress in [
                RefundProgress::Succeeds,
                RefundProgress::Fails,
                RefundProgress::DetailsGiven,
                RefundProgress::Returned,
            ] {
                self.event(EnvironmentEvent::Refund { intent: INTENT, refund: id, progress });
            }
        }
        for (kind, is_fee) in [(Kind::FeeRefunded, true), (Kind::TransferReversed, false)] {
            let parts: Vec<i64> = self.of_kind(kind).filter_map(part_returned).take(4).collect();
            if let Some(part) = parts.first() {
                self.give_back(is_fee, *part);
            }
        }
        let amounts = self.objects("transfer").filter_map(|transfer| transfer.amount.value().copied());
        let sent: Vec<i64> = amounts.take(1).collect();
        if let Some(amount) = sent.first().filter(|_| payment.flow == Flow::Platform) {
            self.operation(Operation::CreateTransfer { intent: INTENT, amount: Some(*amount) });
        }
    }

    fn give_back(&mut self, is_fee: bool, part: i64) {
        let amount = Some(part);
        self.operation(if is_fee {
            Operation::RefundFee { intent: INTENT, amount }
        } else {
            Operation::ReverseTransfer { intent: INTENT, amount }
        });
    }

    /// Returns `true` if later events presuppose this refund: they show its object without its creation, or its sum.
    pub(in crate::search) fn presupposes(&self, payment: &PaymentView, amount: i64) -> bool {
        let refunded = payment.charge.map_or(0, |charge| i64::from(charge.refunded_amount.get()));
        if self
            .refund_levels()
            .filter(|level| *level > refunded)
            .take(1)
            .any(|level| level.saturating_sub(refunded) == amount)
        {
            return true;
        }
        let is_created = |id: &str| self.of_kind(Kind::RefundCreated).any(|logged| logged.object().id.id() == Some(id));
        let mut refunds = self.objects("refund").filter(|refund| refund.amount.value() == Some(&amount));
        refunds.any(|refund| refund.id.id().is_some_and(|id| !is_created(id)))
    }

    /// Returns the refunded sums that events of the charge show, in order.
    fn refund_levels(&self) -> impl Iterator<Item = i64> + '_ {
        let of_charge = self.near.iter().filter(|logged| logged.object().object.text() == Some("charge"));
        let both = of_charge.flat_map(|logged| [logged.previous(), Some(logged.object())]);
        both.flatten().filter_map(|charge| charge.amount_refunded.value().copied())
    }

    /// Returns `true` if later events presuppose this change of a refund: they show its object, or a sum that fell.
    pub(in crate::search) fn presupposes_move(
        &self,
        payment: &PaymentView,
        refund: RefundId,
        progress: RefundProgress,
    ) -> bool {
        let status = match progress {
            RefundProgress::Succeeds => RefundStatus::Succeeded,
            RefundProgress::Fails => RefundStatus::Failed,
            RefundProgress::DetailsGiven => RefundStatus::Pending,
            RefundProgress::Returned => RefundStatus::RequiresAction,
        };
        let amount = payment.refunds.get(usize::from(refund.0)).copied().flatten().map(|refund| refund.amount);
        let is_it = |object: &&Object| {
            object.status.text() == Some(status.name())
                && amount.is_some_and(|amount| object.amount.value() == Some(&i64::from(amount.get())))
        };
        if self.objects("refund").any(|object| is_it(&object)) {
            return true;
        }
        let refunded = payment.charge.map_or(0, |charge| i64::from(charge.refunded_amount.get()));
        let falls = |object: &Object| object.amount_refunded.value().is_some_and(|level| *level < refunded);
        let charges = self.near.iter().filter(|logged| logged.object().object.text() == Some("charge"));
        status == RefundStatus::Failed
            && charges.into_iter().any(|logged| falls(logged.object()) || logged.previous().is_some_and(falls))
    }

    fn refunds(&mut self, payment: &PaymentView, refunded: i64) {
        if payment.received.is_zero() {
            return;
        }
        let mut amounts = Vec::new();
        let mut add = |amount: i64| {
            if amount > 0 && !amounts.contains(&amount) && amounts.len() < 5 {
                amounts.push(amount);
            }
        };
        for logged in self.near.iter().filter(|logged| logged.object().object.text() == Some("refund")) {
            logged.object().amount.value().copied().into_iter().for_each(&mut add);
        }
        self.refund_levels().for_each(|now| add(now.saturating_sub(refunded)));
        let fee = self.of_kind(Kind::FeeRefunded).next().is_some();
        let transfer = self.of_kind(Kind::TransferReversed).next().is_some();
        for amount in amounts {
            for (refund_application_fee, reverse_transfer) in
                [(false, false), (true, false), (false, true), (true, true)]
            {
                if refund_application_fee && !fee || reverse_transfer && !transfer {
                    continue;
                }
                let refund = CreateRefund { amount: Some(amount), refund_application_fee, reverse_transfer };
                self.operation(Operation::CreateRefund { intent: INTENT, refund });
            }
        }
    }
}
