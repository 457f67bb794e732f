//! Faults about fees and transfers.

use super::asked;
use crate::notification::Outbox;
use crate::payment::{Changed, Payment};
use crate::testing::fault::{Heard, Kind, PaymentStep, PlantedFault};
use crate::{
    Accepted, Amount, Config, EnvironmentEvent, Flow, Input, NotificationKind, Operation, Previous, Rejection, Update,
};

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "fee-refund-beyond-the-fee",
        does: "gives back more of the fee than was taken, because it forgets what went back before",
        breaks: "connect-money-is-bounded",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Payment(fee_refund_beyond_the_fee),
    },
    PlantedFault {
        name: "transfer-beyond-the-charge",
        does: "measures a separate transfer against the charge, not against the remainder of earlier ones",
        breaks: "connect-money-is-bounded",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(transfer_beyond_the_charge),
    },
    PlantedFault {
        name: "fee-at-every-capture",
        does: "takes the standing fee once more at every later capture that names none",
        breaks: "connect-money-is-bounded",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Payment(|step| {
            let captures = |payment: &Payment| payment.charge.map_or(0, |charge| charge.captures);
            let before = step.before.as_ref().map_or(0, captures);
            let silent = asked::capture(step.input).is_some_and(|capture| capture.fee.is_none());
            if silent && before > 0 && step.now(|payment| captures(payment) > before) {
                step.payment(|payment| {
                    let fees = payment.ledger.fees.plus(payment.intent.fee.unwrap_or_default());
                    payment.ledger.fees = fees.unwrap_or(payment.ledger.fees);
                });
            }
        }),
    },
    PlantedFault {
        name: "fee-next-to-a-share",
        does: "takes a fee on although a transfer amount stands already",
        breaks: "connect-money-fits-the-flow",
        scenario: "connect",
        variant: "named early",
        kind: Kind::Instead(fee_next_to_a_share),
    },
    PlantedFault {
        name: "fee-from-itself",
        does: "takes a fee from the platform itself when a background capture is posted",
        breaks: "connect-money-fits-the-flow",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Payment(|step| {
            if let Input::Event(_) = step.input
                && step.notifications.count(NotificationKind::ChargeUpdated) > 0
            {
                step.payment(|payment| payment.ledger.fees = Amount::new(1));
                step.charge(|charge| charge.links.application_fee = true);
                step.retell_of(NotificationKind::ChargeUpdated, |previous| previous.were_null.application_fee = true);
                step.emit(NotificationKind::FeeCreated);
            }
        }),
    },
    PlantedFault {
        name: "background-forgets-the-fee",
        does: "posts a background capture without the fee that stands on the intent",
        breaks: "standing-amounts-are-collected",
        scenario: "async_capture",
        variant: "direct with a fee",
        kind: Kind::Instead(books_without_standing_amounts),
    },
    PlantedFault {
        name: "background-sends-all",
        does: "sends all of a background capture on, although a transfer amount stands",
        breaks: "standing-amounts-are-collected",
        scenario: "async_capture",
        variant: "destination with a transfer amount",
        kind: Kind::Instead(books_without_standing_amounts),
    },
    PlantedFault {
        name: "forgets-the-first-capture",
        does: "does not remember that the first capture named a fee",
        breaks: "later-captures-name-what-the-first-named",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CaptureIntent { .. }) = step.done() {
                step.charge(|charge| charge.fee_at_first_capture = false);
            }
        }),
    },
    PlantedFault {
        name: "second-parcel-without-a-fee",
        does: "takes a later capture that names no fee although the first one did",
        breaks: "later-captures-name-what-the-first-named",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Instead(forgives_missing_names),
    },
    PlantedFault {
        name: "second-parcel-without-a-share",
        does: "takes a later capture that names no transfer amount although the first one did",
        breaks: "later-captures-name-what-the-first-named",
        scenario: "connect",
        variant: "destination",
        kind: Kind::Instead(forgives_missing_names),
    },
    PlantedFault {
        name: "standing-fee-wins",
        does: "takes the standing fee although the capture names another",
        breaks: "capture-settles-fee-and-share",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Instead(standing_fee_wins),
    },
    PlantedFault {
        name: "silent-capture-is-free",
        does: "takes no fee at a capture that names none, although one stands",
        breaks: "capture-settles-fee-and-share",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Instead(silent_capture_is_free),
    },
    PlantedFault {
        name: "fee-of-nobody",
        does: "drops a fee without a word where there is no connected account",
        breaks: "connect-parameters-need-connect",
        scenario: "connect",
        variant: "platform",
        kind: Kind::Heard(|heard| {
            if heard.payment.is_some_and(|payment| payment.intent.flow == Flow::Platform)
                && let Some(Operation::CaptureIntent { capture, .. }) = heard.operation()
            {
                capture.fee = capture.fee.filter(|fee| *fee <= 0);
            }
        }),
    },
    PlantedFault {
        name: "share-for-nobody",
        does: "drops a transfer amount without a word where there is no destination",
        breaks: "connect-parameters-need-connect",
        scenario: "connect",
        variant: "named early",
        kind: Kind::Heard(|heard| {
            if heard.payment.is_some_and(|payment| payment.intent.flow != Flow::Destination)
                && let Some(Operation::ConfirmIntent { confirm, .. }) = heard.operation()
            {
                confirm.transfer = confirm.transfer.filter(|transfer| *transfer <= 0);
            }
        }),
    },
    PlantedFault {
        name: "no-fee-is-zero",
        does: "takes a fee of nothing for no fee",
        breaks: "connect-parameters-need-connect",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Heard(|heard| {
            if let Some(Operation::CaptureIntent { capture, .. }) = heard.operation()
                && capture.fee == Some(0)
            {
                capture.fee = None;
            }
        }),
    },
    PlantedFault {
        name: "source-of-two-ways",
        does: "sends a payment captured piecewise on by a separate transfer",
        breaks: "no-source-transaction-with-multicapture",
        scenario: "connect",
        variant: "platform",
        kind: Kind::Instead(|_, payment, input, outbox| {
            let Some(Operation::CreateTransfer { amount, .. }) = asked::operation(input) else { return None };
            let several = payment.charge?.multicapture_available;
            let mut unaware = payment;
            unaware.charge.as_mut()?.multicapture_available = false;
            let (mut payment, outcome) = unaware.create_transfer(amount, outbox).ok()?;
            payment.charge.as_mut()?.multicapture_available = several;
            Some(Ok((payment, outcome)))
        }),
    },
    PlantedFault {
        name: "refund-loses-the-fee",
        does: "gives the fee back with every full refund, asked or not",
        breaks: "connect-money-goes-back-when-asked",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Heard(|heard| {
            if refunds_all(heard) && fee_can_go_back(heard) {
                let Some((_, refund)) = heard.refund() else { return };
                refund.refund_application_fee = true;
            }
        }),
    },
    PlantedFault {
        name: "refund-reverses-the-transfer",
        does: "takes the transfer back with every full refund, asked or not",
        breaks: "connect-money-goes-back-when-asked",
        scenario: "connect",
        variant: "destination",
        kind: Kind::Heard(|heard| {
            let reversible = heard
                .payment
                .and_then(|payment| payment.charge)
                .is_some_and(|charge| charge.links.transfer && !charge.transfer_latch);
            if reversible && refunds_all(heard) {
                let Some((_, refund)) = heard.refund() else { return };
                refund.reverse_transfer = true;
            }
        }),
    },
    PlantedFault {
        name: "refund-keeps-the-fee",
        does: "keeps the fee although the refund asks for it back",
        breaks: "returned-shares-add-up",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Heard(|heard| {
            if refunds_all(heard) && fee_can_go_back(heard) {
                let Some((_, refund)) = heard.refund() else { return };
                refund.refund_application_fee = false;
            }
        }),
    },
    PlantedFault {
        name: "fee-refunds-in-full-only",
        does: "rejects a fee refund of less than the rest of the fee",
        breaks: "refusals-have-a-true-reason",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Payment(|step| {
            if let (Some(Operation::RefundFee { amount: Some(_), .. }), Some(payment)) = (step.done(), *step.after)
                && payment.ledger.fees != payment.ledger.fees_refunded
            {
                step.refuse(Rejection::FeeRefundTooLarge);
            }
        }),
    },
    PlantedFault {
        name: "half-of-the-fee-asked-for",
        does: "gives back half of the fee where the whole is requested",
        breaks: "connect-money-goes-back-when-asked",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Heard(|heard| {
            let left = heard.payment.and_then(|payment| payment.ledger.fees.minus(payment.ledger.fees_refunded));
            if let Some(Operation::RefundFee { amount, .. }) = heard.operation() {
                halve(amount, left);
            }
        }),
    },
    PlantedFault {
        name: "half-of-the-transfer-asked-for",
        does: "takes back half of the transfer where the whole is requested",
        breaks: "connect-money-goes-back-when-asked",
        scenario: "connect",
        variant: "destination",
        kind: Kind::Heard(|heard| {
            let left = heard.payment.and_then(|payment| payment.ledger.transfers.minus(payment.ledger.reversals));
            if let Some(Operation::ReverseTransfer { amount, .. }) = heard.operation() {
                halve(amount, left);
            }
        }),
    },
    PlantedFault {
        name: "sends-half-on",
        does: "sends half of a charge on where the whole is requested",
        breaks: "connect-money-goes-back-when-asked",
        scenario: "async_capture",
        variant: "platform",
        kind: Kind::Heard(|heard| {
            let left = heard.payment.and_then(|payment| payment.intent.received.minus(payment.ledger.transfers));
            if let Some(Operation::CreateTransfer { amount, .. }) = heard.operation() {
                halve(amount, left);
            }
        }),
    },
    PlantedFault {
        name: "answers-with-the-sum",
        does: "answers a fee refund with all that ever went back of the fee",
        breaks: "connect-money-goes-back-when-asked",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Payment(|step| {
            if let (Some(Operation::RefundFee { .. }), Some(payment)) = (step.done(), *step.after) {
                *step.outcome = Ok(Accepted::Money { amount: payment.ledger.fees_refunded });
            }
        }),
    },
    PlantedFault {
        name: "no-share-with-a-partial-refund",
        does: "takes back nothing of the transfer with a partial refund that asks for it",
        breaks: "returned-shares-add-up",
        scenario: "async_capture",
        variant: "destination",
        kind: Kind::Heard(|heard| {
            let charge = heard.payment.and_then(|payment| payment.charge);
            let reversible = charge.is_some_and(|charge| charge.links.transfer && !charge.transfer_latch);
            if let Some((rest, refund)) = heard.refund()
                && refund.amount.is_some_and(|amount| amount < rest)
            {
                refund.reverse_transfer &= !reversible;
            }
        }),
    },
    PlantedFault {
        name: "rounds-the-share-up",
        does: "gives back one unit more of the fee with a partial refund than the nearest to its share",
        breaks: "returned-shares-add-up",
        scenario: "async_capture",
        variant: "direct with a fee",
        kind: Kind::Payment(rounds_the_share_up),
    },
    PlantedFault {
        name: "rounds-the-share-down-twice",
        does: "takes back one unit less of the transfer with a partial refund than the nearest to its share",
        breaks: "returned-shares-add-up",
        scenario: "async_capture",
        variant: "destination",
        kind: Kind::Payment(|step| keeps_one_unit_of_the_transfer(step, true)),
    },
    PlantedFault {
        name: "last-refund-leaves-a-unit",
        does: "leaves one unit of the transfer with the seller at the refund that empties the charge",
        breaks: "returned-shares-add-up",
        scenario: "async_capture",
        variant: "destination",
        kind: Kind::Payment(|step| keeps_one_unit_of_the_transfer(step, false)),
    },
    PlantedFault {
        name: "wrong-latch",
        does: "sets the latch of the transfer when the fee is refunded by hand",
        breaks: "each-latch-has-its-own-endpoint",
        scenario: "async_capture",
        variant: "destination with a fee",
        kind: Kind::Payment(|step| {
            if let Some(Operation::RefundFee { .. }) = step.done() {
                step.charge(|charge| charge.transfer_latch = true);
            }
        }),
    },
    PlantedFault {
        name: "no-latch",
        does: "forgets that a transfer was reversed by hand",
        breaks: "each-latch-has-its-own-endpoint",
        scenario: "connect",
        variant: "destination",
        kind: Kind::Payment(|step| {
            if let Some(Operation::ReverseTransfer { .. }) = step.done() {
                step.charge(|charge| charge.transfer_latch = false);
            }
        }),
    },
];

fn fee_refund_beyond_the_fee(step: &mut PaymentStep<'_>) {
    let Some(Operation::RefundFee { amount, .. }) = asked::operation(step.input) else { return };
    if step.answered(Rejection::AmountOutOfRange) {
        *step.outcome = Err(Rejection::FeeRefundTooLarge);
    }
    let Some((amount, before)) = amount.and_then(Amount::from_request).zip(step.before) else { return };
    let Some(back) = before.ledger.fees_refunded.plus(amount) else { return };
    if step.answered(Rejection::FeeRefundTooLarge) && before.ledger.fees_refunded <= before.ledger.fees {
        step.payment(|payment| payment.ledger.fees_refunded = back);
        step.charge(|charge| charge.fee_latch = true);
        *step.outcome = Ok(Accepted::Money { amount });
        let previous = Previous { amount: Some(before.ledger.fees_refunded), ..Previous::default() };
        step.emit_change(NotificationKind::FeeRefunded, previous);
    }
}

fn transfer_beyond_the_charge(step: &mut PaymentStep<'_>) {
    let Some(Operation::CreateTransfer { amount, .. }) = asked::operation(step.input) else { return };
    if step.answered(Rejection::AmountOutOfRange) {
        *step.outcome = Err(Rejection::SourceExhausted);
    }
    let (Some(before), Some(amount)) = (step.before, amount.and_then(Amount::from_request)) else { return };
    let Some(transfers) = before.ledger.transfers.plus(amount) else { return };
    let charged = before.intent.received;
    if step.answered(Rejection::SourceExhausted) && amount <= charged && before.ledger.transfers <= charged {
        step.payment(|payment| payment.ledger.transfers = transfers);
        *step.outcome = Ok(Accepted::Money { amount });
        step.emit(NotificationKind::TransferCreated);
    }
}

fn fee_next_to_a_share(config: &Config, payment: Payment, input: Input, _: &mut Outbox<'_>) -> Option<Changed> {
    let Some(Operation::UpdateIntent { update: update @ Update::Fee(_), .. }) = asked::operation(input) else {
        return None;
    };
    let share = payment.intent.transfer;
    let mut unaware = payment;
    unaware.intent.transfer = None;
    let (mut payment, outcome) = unaware.update(config, update).ok()?;
    payment.intent.transfer = share;
    Some(Ok((payment, outcome)))
}

fn books_without_standing_amounts(
    _: &Config,
    payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let Input::Event(EnvironmentEvent::PostToLedger { .. }) = input else { return None };
    let standing = (payment.intent.fee, payment.intent.transfer);
    let mut unaware = payment;
    (unaware.intent.fee, unaware.intent.transfer) = (None, None);
    let (mut payment, outcome) = unaware.post(outbox).ok()?;
    (payment.intent.fee, payment.intent.transfer) = standing;
    Some(Ok((payment, outcome)))
}

/// Captures as if the first capture had named neither fee nor transfer amount.
fn forgives_missing_names(config: &Config, payment: Payment, input: Input, outbox: &mut Outbox<'_>) -> Option<Changed> {
    let capture = asked::capture(input).filter(|_| payment.charge.is_some_and(|charge| charge.captures > 0))?;
    let mut unaware = payment;
    let charge = unaware.charge.as_mut()?;
    let named = (charge.fee_at_first_capture, charge.transfer_at_first_capture);
    (charge.fee_at_first_capture, charge.transfer_at_first_capture) = (false, false);
    let (mut payment, outcome) = unaware.capture(config, capture, outbox).ok()?;
    let charge = payment.charge.as_mut()?;
    (charge.fee_at_first_capture, charge.transfer_at_first_capture) = named;
    Some(Ok((payment, outcome)))
}

fn standing_fee_wins(config: &Config, payment: Payment, input: Input, outbox: &mut Outbox<'_>) -> Option<Changed> {
    let mut capture = asked::capture(input).filter(|capture| capture.fee.is_some_and(|fee| fee > 0))?;
    let is_first = payment.charge?.captures == 0 && capture.amount != Some(0);
    payment.intent.fee.filter(|_| is_first)?;
    capture.fee = None;
    let (mut payment, outcome) = payment.capture(config, capture, outbox).ok()?;
    payment.charge.as_mut()?.fee_at_first_capture = true;
    Some(Ok((payment, outcome)))
}

fn silent_capture_is_free(config: &Config, payment: Payment, input: Input, outbox: &mut Outbox<'_>) -> Option<Changed> {
    let capture = asked::capture(input).filter(|capture| capture.fee.is_none())?;
    let standing = payment.intent.fee;
    let mut unaware = payment;
    unaware.intent.fee = None;
    let (mut payment, outcome) = unaware.capture(config, capture, outbox).ok()?;
    payment.intent.fee = standing;
    Some(Ok((payment, outcome)))
}

fn rounds_the_share_up(step: &mut PaymentStep<'_>) {
    let (Some(Operation::CreateRefund { refund, .. }), Some(before), Some(after)) =
        (step.done(), step.before, *step.after)
    else {
        return;
    };
    let (from, to) = (before.ledger.fees_refunded, after.ledger.fees_refunded);
    if refund.refund_application_fee && from == to && to < after.ledger.fees {
        step.payment(|payment| payment.ledger.fees_refunded = to.plus(Amount::new(1)).unwrap_or(to));
        step.emit_change(NotificationKind::FeeRefunded, Previous { amount: Some(from), ..Previous::default() });
    }
}

/// Reduces the reversed part of a transfer by one unit, after partial refunds if `partial`, otherwise after full ones.
fn keeps_one_unit_of_the_transfer(step: &mut PaymentStep<'_>, partial: bool) {
    let (Some(Operation::CreateRefund { .. }), Some(before), Some(after)) = (step.done(), step.before, *step.after)
    else {
        return;
    };
    let is_partial = after.charge.is_some_and(|charge| charge.refunded_amount < charge.captured_amount);
    let least = before.ledger.reversals.plus(Amount::new(1)).unwrap_or(Amount::MAX);
    if let Some(less) = after.ledger.reversals.minus(Amount::new(1)).filter(|less| *less >= least)
        && is_partial == partial
    {
        step.payment(|payment| payment.ledger.reversals = less);
    }
}

/// Sets a missing amount to half of what is left.
fn halve(amount: &mut Option<i64>, left: Option<Amount>) {
    if amount.is_none() {
        *amount = left.and_then(|left| i64::from(left.get()).checked_div(2)).filter(|half| *half > 0);
    }
}

/// Returns whether this refund is the first and returns everything.
fn refunds_all(heard: &mut Heard) -> bool {
    let untouched =
        heard.payment.and_then(|payment| payment.charge).is_some_and(|charge| charge.refunded_amount.is_zero());
    let all = heard.refund().is_some_and(|(rest, refund)| refund.amount.is_none_or(|amount| amount == rest));
    untouched && all
}

fn fee_can_go_back(heard: &Heard) -> bool {
    let charge = heard.payment.and_then(|payment| payment.charge);
    charge.is_some_and(|charge| charge.links.application_fee && !charge.fee_latch)
}
