//! Faults about refunds.

use super::asked;
use crate::notification::Outbox;
use crate::payment::{Changed, Payment};
use crate::testing::fault::{Kind, PaymentStep, PlantedFault};
use crate::{
    Accepted, Amount, Config, CreateRefund, EnvironmentEvent, Input, IntentStatus, NotificationKind, Operation,
    RefundProgress, RefundStatus, RefundView, Rejection,
};

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "part-is-all",
        does: "files a charge as refunded once a part was refunded",
        breaks: "refunded-flag-means-all",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| {
            if step.done().is_some() && asked::refund(step.input).is_some() {
                file_as_refunded(step);
            }
        }),
    },
    PlantedFault {
        name: "open-charge-is-refunded",
        does: "files a charge as refunded although more can be captured, because what was captured was given back",
        breaks: "refunded-flag-means-all",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            let all = step
                .now(|payment| payment.charge.is_some_and(|charge| charge.refunded_amount == charge.captured_amount));
            if all && step.done().is_some() && asked::refund(step.input).is_some() {
                file_as_refunded(step);
            }
        }),
    },
    PlantedFault {
        name: "given-back-before-the-end",
        does: "forgets at the final capture that everything captured was given back already",
        breaks: "refunded-flag-means-all",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Config(|config| config.dialect.refunded_at_final_capture = false),
    },
    PlantedFault {
        name: "refund-ends-the-hold",
        does: "ends a hold with the first refund of captured money",
        breaks: "refund-leaves-the-status",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Instead(refund_ends_the_hold),
    },
    PlantedFault {
        name: "whole-instead-of-a-part",
        does: "gives back all that is left where a part was asked for",
        breaks: "refund-gives-what-was-asked",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Heard(|heard| {
            if let Some((rest, refund)) = heard.refund()
                && refund.amount.is_some_and(|amount| 0 < amount && amount < rest)
            {
                refund.amount = None;
            }
        }),
    },
    PlantedFault {
        name: "unit-by-default",
        does: "gives back one unit where no amount was named",
        breaks: "refund-gives-what-was-asked",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Heard(|heard| {
            if let Some((rest, refund)) = heard.refund()
                && refund.amount.is_none()
                && rest > 0
            {
                refund.amount = Some(1);
            }
        }),
    },
    PlantedFault {
        name: "two-objects",
        does: "splits a refund into two objects",
        breaks: "refund-gives-what-was-asked",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(two_objects),
    },
    PlantedFault {
        name: "pending-counts-as-done",
        does: "answers that a refund succeeded which is only on its way",
        breaks: "refund-starts-as-its-method-says",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Payment(|step| {
            if let Ok(Accepted::Refund { status: status @ RefundStatus::Pending, .. }) = step.outcome {
                *status = RefundStatus::Succeeded;
                step.newest_refund(|refund| refund.status = RefundStatus::Succeeded);
            }
        }),
    },
    PlantedFault {
        name: "asks-nobody",
        does: "sends a refund on its way without asking the customer where to",
        breaks: "refund-starts-as-its-method-says",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Payment(|step| {
            if let Ok(Accepted::Refund { status: status @ RefundStatus::RequiresAction, .. }) = step.outcome {
                *status = RefundStatus::Pending;
                step.newest_refund(|refund| refund.status = RefundStatus::Pending);
            }
        }),
    },
    PlantedFault {
        name: "details-are-delivery",
        does: "takes a refund for delivered once the customer has said where to",
        breaks: "documented-refund-moves",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Payment(|step| {
            if let Input::Event(EnvironmentEvent::Refund { refund, progress: RefundProgress::DetailsGiven, .. }) =
                step.input
                && *step.outcome == Ok(Accepted::Happened)
            {
                set_refund(step, refund.0, |refund| refund.status = RefundStatus::Succeeded);
            }
        }),
    },
    PlantedFault {
        name: "failed-refund-was-for-nothing",
        does: "writes off the amount of a refund that failed",
        breaks: "documented-refund-moves",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Payment(|step| {
            if let Input::Event(EnvironmentEvent::Refund { refund, progress: RefundProgress::Fails, .. }) = step.input
                && *step.outcome == Ok(Accepted::Happened)
            {
                set_refund(step, refund.0, |refund| refund.amount = Amount::ZERO);
            }
        }),
    },
    PlantedFault {
        name: "hold-was-given-back-already",
        does: "answers the refund of a hold that it was refunded already, because nothing is left to refund",
        breaks: "only-captured-money-is-refunded",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| {
            if step.answered(Rejection::Uncaptured) {
                *step.outcome = Err(Rejection::AlreadyRefunded);
            }
        }),
    },
    PlantedFault {
        name: "nothing-is-a-hold",
        does: "answers the refund of a payment that was never charged that it is only a hold",
        breaks: "only-captured-money-is-refunded",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(|step| {
            if step.answered(Rejection::NoSuccessfulCharge) {
                *step.outcome = Err(Rejection::Uncaptured);
            }
        }),
    },
    PlantedFault {
        name: "refund-cancels-the-hold",
        does: "takes the refund of a hold for its cancellation",
        breaks: "only-captured-money-is-refunded",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Instead(|config, payment, input, outbox| {
            asked::refund(input)?;
            let held = payment.intent.status == IntentStatus::RequiresCapture && payment.intent.received.is_zero();
            held.then(|| payment.cancel(config, None, outbox))
        }),
    },
    PlantedFault {
        name: "second-refund-is-too-large",
        does: "refuses a second full refund as too large, not as done already",
        breaks: "only-the-rest-is-refunded",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| {
            if step.answered(Rejection::AlreadyRefunded)
                && asked::refund(step.input).is_some_and(|refund| refund.amount.is_some())
            {
                *step.outcome = Err(Rejection::RefundTooLarge);
            }
        }),
    },
    PlantedFault {
        name: "looks-at-the-rest-first",
        does: "answers a refund of nothing that all was given back already",
        breaks: "only-the-rest-is-refunded",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| {
            let nothing_left = step.was(|payment| {
                payment.charge.is_some_and(|charge| {
                    !charge.captured_amount.is_zero() && charge.refunded_amount == charge.captured_amount
                })
            });
            if nothing_left && asked::refund(step.input).is_some() && step.answered(Rejection::InvalidAmount) {
                *step.outcome = Err(Rejection::AlreadyRefunded);
            }
        }),
    },
    PlantedFault {
        name: "forgets-earlier-refunds",
        does: "measures a refund against what was captured, not against the remainder",
        breaks: "only-the-rest-is-refunded",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Instead(forgets_earlier_refunds),
    },
    PlantedFault {
        name: "refunds-what-there-is",
        does: "gives back what is left where more was asked for",
        breaks: "only-the-rest-is-refunded",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Heard(|heard| {
            if let Some((rest, refund)) = heard.refund()
                && refund.amount.is_some_and(|amount| amount > rest)
            {
                refund.amount = None;
            }
        }),
    },
    PlantedFault {
        name: "share-of-the-fee",
        does: "gives back a share of the fee with a partial refund of a payment captured piecewise",
        breaks: "no-partial-refund-with-connect-money",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Instead(|config, payment, input, outbox| {
            shares(config, payment, asked::refund(input).filter(|refund| !refund.reverse_transfer)?, outbox)
        }),
    },
    PlantedFault {
        name: "share-of-the-transfer",
        does: "takes back a share of the transfer with a partial refund of a payment captured piecewise",
        breaks: "no-partial-refund-with-connect-money",
        scenario: "connect",
        variant: "destination",
        kind: Kind::Instead(|config, payment, input, outbox| {
            shares(config, payment, asked::refund(input).filter(|refund| !refund.refund_application_fee)?, outbox)
        }),
    },
    PlantedFault {
        name: "fee-latch-bars-nothing",
        does: "gives the fee back with a refund although its own endpoint was used",
        breaks: "each-latch-bars-its-own-refunds",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Instead(|config, payment, input, outbox| {
            overlooks_latches(config, payment, asked::refund(input).filter(|refund| !refund.reverse_transfer)?, outbox)
        }),
    },
    PlantedFault {
        name: "transfer-latch-bars-nothing",
        does: "takes the transfer back with a refund although its own endpoint was used",
        breaks: "each-latch-bars-its-own-refunds",
        scenario: "connect",
        variant: "destination",
        kind: Kind::Instead(|config, payment, input, outbox| {
            overlooks_latches(
                config,
                payment,
                asked::refund(input).filter(|refund| !refund.refund_application_fee)?,
                outbox,
            )
        }),
    },
    PlantedFault {
        name: "cancel-of-a-delivered-refund",
        does: "answers the cancel of a refund that is over with success, and does nothing",
        breaks: "only-waiting-refunds-are-canceled",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Payment(|step| {
            if step.answered(Rejection::RefundNotCancelable)
                && let Some(Operation::CancelRefund { refund, .. }) = asked::operation(step.input)
                && let Some(refund) = step.before.and_then(|before| before.refunds.into_iter().nth(refund.0.into())?)
            {
                *step.outcome = Ok(Accepted::Refund { status: refund.status, amount: refund.amount });
            }
        }),
    },
    PlantedFault {
        name: "stops-refunds-under-way",
        does: "cancels a refund that is on its way",
        breaks: "only-waiting-refunds-are-canceled",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Instead(|_, mut payment, input, outbox| {
            let Some(Operation::CancelRefund { refund: id, .. }) = asked::operation(input) else { return None };
            let refund = payment.refunds.get_mut(usize::from(id.0))?.as_mut()?;
            if refund.status != RefundStatus::Pending {
                return None;
            }
            refund.status = RefundStatus::RequiresAction;
            Some(payment.cancel_refund(id, outbox))
        }),
    },
    PlantedFault {
        name: "no-refund-while-held",
        does: "refuses a refund as uncaptured while more can be captured",
        breaks: "refund-refusals-are-true",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            if asked::refund(step.input).is_some()
                && step.outcome.is_ok()
                && step.was(|payment| payment.intent.status == IntentStatus::RequiresCapture)
            {
                step.refuse(Rejection::Uncaptured);
            }
        }),
    },
    PlantedFault {
        name: "no-partial-refund-with-the-fee-ever",
        does: "refuses a partial refund with the fee without multicapture, too",
        breaks: "refund-refusals-are-true",
        scenario: "async_capture",
        variant: "direct with a fee",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CreateRefund { refund, .. }) = step.done()
                && refund.refund_application_fee
                && step.was(|payment| !is_all_that_is_left(payment, refund.amount))
            {
                step.refuse(Rejection::PartialWithFee);
            }
        }),
    },
    PlantedFault {
        name: "fee-flag-needs-a-fee",
        does: "refuses a refund that asks for the fee of a payment with a transfer and no fee",
        breaks: "refund-refusals-are-true",
        scenario: "async_capture",
        variant: "destination",
        kind: Kind::Payment(|step| {
            let links = step.before.and_then(|payment| payment.charge).map(|charge| charge.links);
            if let Some(Operation::CreateRefund { refund, .. }) = step.done()
                && refund.refund_application_fee
                && links.is_some_and(|links| links.transfer && !links.application_fee)
            {
                step.refuse(Rejection::NoFeeToRefund);
            }
        }),
    },
    PlantedFault {
        name: "looks-for-the-fee-elsewhere",
        does: "finds no fee to give back with a refund, although there is one",
        breaks: "refund-refusals-are-true",
        scenario: "async_capture",
        variant: "direct with a fee",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CreateRefund { refund, .. }) = step.done()
                && refund.refund_application_fee
            {
                step.refuse(Rejection::NoFeeToRefund);
            }
        }),
    },
    PlantedFault {
        name: "refund-speaks-of-captures",
        does: "refuses a second refund as a capture of too much",
        breaks: "refund-refusals-are-true",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CreateRefund { .. }) = step.done()
                && step.was(|payment| payment.refunds.iter().any(Option::is_some))
            {
                step.refuse(Rejection::CaptureTooLarge);
            }
        }),
    },
    PlantedFault {
        name: "either-latch-bars-both",
        does: "refuses a refund with the fee because the transfer was reversed by hand",
        breaks: "refund-refusals-are-true",
        scenario: "async_capture",
        variant: "destination with a fee",
        kind: Kind::Payment(|step| {
            if asked::refund(step.input).is_some_and(|refund| refund.refund_application_fee && !refund.reverse_transfer)
                && step.outcome.is_ok()
                && step.was(|payment| payment.charge.is_some_and(|charge| charge.transfer_latch))
            {
                step.refuse(Rejection::FeeLatched);
            }
        }),
    },
];

/// Sets `refunded`, and records the change in the notification.
fn file_as_refunded(step: &mut PaymentStep<'_>) {
    let was = step.was(|payment| payment.charge.is_some_and(|charge| charge.refunded));
    step.charge(|charge| charge.refunded = true);
    step.retell_of(NotificationKind::ChargeRefunded, |previous| previous.flag = (!was).then_some(was));
}

fn set_refund(step: &mut PaymentStep<'_>, place: u8, change: impl FnOnce(&mut RefundView)) {
    step.payment(|payment| {
        if let Some(Some(refund)) = payment.refunds.get_mut(usize::from(place)) {
            change(refund);
        }
    });
}

fn two_objects(step: &mut PaymentStep<'_>) {
    let Some(Operation::CreateRefund { .. }) = step.done() else { return };
    step.payment(|payment| {
        let free = payment.refunds.iter().position(Option::is_none);
        let newest = payment.refunds.iter_mut().flatten().next_back();
        let unit = Amount::new(1);
        if let (Some(free), Some(newest)) = (free, newest)
            && let Some(rest) = newest.amount.minus(unit).filter(|rest| !rest.is_zero())
        {
            newest.amount = unit;
            let second = RefundView { amount: rest, ..*newest };
            if let Some(slot) = payment.refunds.get_mut(free) {
                *slot = Some(second);
            }
        }
    });
}

fn refund_ends_the_hold(config: &Config, payment: Payment, input: Input, outbox: &mut Outbox<'_>) -> Option<Changed> {
    let request = asked::refund(input).filter(|_| payment.intent.status == IntentStatus::RequiresCapture)?;
    let (payment, outcome) = payment.refund(config, request, outbox).ok()?;
    let (payment, _) = payment.cancel(config, None, outbox).ok()?;
    Some(Ok((payment, outcome)))
}

fn forgets_earlier_refunds(
    config: &Config,
    payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let request = asked::refund(input)?;
    let earlier = payment.charge?.refunded_amount;
    let mut unaware = payment;
    unaware.charge.as_mut()?.refunded_amount = Amount::ZERO;
    let (mut payment, outcome) = unaware.refund(config, request, outbox).ok()?;
    let charge = payment.charge.as_mut()?;
    charge.refunded_amount = charge.refunded_amount.plus(earlier)?;
    Some(Ok((payment, outcome)))
}

/// Refunds as if the payment had been captured once.
fn shares(config: &Config, payment: Payment, request: CreateRefund, outbox: &mut Outbox<'_>) -> Option<Changed> {
    let several = payment.charge?.multicapture_available;
    let mut unaware = payment;
    unaware.charge.as_mut()?.multicapture_available = false;
    let (mut payment, outcome) = unaware.refund(config, request, outbox).ok()?;
    payment.charge.as_mut()?.multicapture_available = several;
    Some(Ok((payment, outcome)))
}

/// Refunds as if no endpoint for fees or transfers had been used before.
fn overlooks_latches(
    config: &Config,
    payment: Payment,
    request: CreateRefund,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let latches = payment.charge.map(|charge| (charge.fee_latch, charge.transfer_latch))?;
    let mut unaware = payment;
    let charge = unaware.charge.as_mut()?;
    (charge.fee_latch, charge.transfer_latch) = (false, false);
    let (mut payment, outcome) = unaware.refund(config, request, outbox).ok()?;
    let charge = payment.charge.as_mut()?;
    (charge.fee_latch, charge.transfer_latch) = latches;
    Some(Ok((payment, outcome)))
}

/// Returns whether a refund of `amount` would return all that is left.
fn is_all_that_is_left(payment: &Payment, amount: Option<i64>) -> bool {
    let rest = payment.charge.and_then(|charge| charge.captured_amount.minus(charge.refunded_amount));
    amount.is_none_or(|amount| rest.is_some_and(|rest| i64::from(rest.get()) == amount))
}
