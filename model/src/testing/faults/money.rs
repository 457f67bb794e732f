//! Faults about the amounts of a payment.

use super::asked::{capture, operation};
use crate::notification::Outbox;
use crate::payment::{Changed, Payment};
use crate::testing::fault::{Kind, PaymentStep, PlantedFault, WholeStep};
use crate::{
    Accepted, Amount, Capture, Config, Create, EnvironmentEvent, Input, IntentStatus, Operation, PaymentMethod,
    RefundProgress, Rejection, Target,
};

const ONE: Amount = Amount::new(1);

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "captures-over-the-hold",
        does: "takes one unit more than is held, if asked for it",
        breaks: "captured-within-authorization",
        scenario: "multicapture",
        variant: "without",
        kind: Kind::Instead(captures_over_the_hold),
    },
    PlantedFault {
        name: "cancel-forgets-to-release",
        does: "cancels a payment without writing down that its hold is released",
        breaks: "held-money-adds-up",
        scenario: "multicapture",
        variant: "without",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CancelIntent { .. }) = step.done() {
                step.charge(|charge| charge.released = Amount::ZERO);
            }
        }),
    },
    PlantedFault {
        name: "release-counts-half",
        does: "releases the rest of a hold, but forgets one unit",
        breaks: "held-money-adds-up",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            if !step.was(has_released) && step.now(has_released) {
                step.charge(|charge| charge.released = less_one(charge.released));
            }
        }),
    },
    PlantedFault {
        name: "latest-piece-is-received",
        does: "shows the latest piece as received instead of the sum of all",
        breaks: "received-is-what-was-captured",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(latest_piece_is_received),
    },
    PlantedFault {
        name: "refund-takes-from-received",
        does: "takes a refund off the amount received",
        breaks: "received-is-what-was-captured",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CreateRefund { .. }) = step.done() {
                step.payment(|payment| payment.intent.received = less_one(payment.intent.received));
            }
        }),
    },
    PlantedFault {
        name: "books-the-first-piece-only",
        does: "forgets the ledger entry of every piece but the first",
        breaks: "ledger-has-what-moved",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CaptureIntent { .. }) = step.done()
                && let Some(before) = step.before
                && !before.ledger.charged.is_zero()
            {
                step.payment(|payment| payment.ledger.charged = before.ledger.charged);
            }
        }),
    },
    PlantedFault {
        name: "refund-is-not-booked",
        does: "refunds without an entry in the ledger",
        breaks: "ledger-has-what-moved",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| step.payment(|payment| payment.ledger.refunded = Amount::ZERO)),
    },
    PlantedFault {
        name: "books-the-hold",
        does: "posts money as captured when it is only held",
        breaks: "ledger-has-what-moved",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            if step.became(IntentStatus::RequiresCapture) {
                step.payment(|payment| payment.ledger.charged = payment.intent.capturable);
            }
        }),
    },
    PlantedFault {
        name: "failed-refund-keeps-its-money",
        does: "does not put the money of a failed refund back",
        breaks: "refunds-add-up",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Payment(failed_refund_keeps_its_money),
    },
    PlantedFault {
        name: "refunds-what-has-not-arrived",
        does: "refunds a part of a bank transfer that is still under way",
        breaks: "refunded-within-captured",
        scenario: "refunds",
        variant: "moving on",
        kind: Kind::Instead(refunds_what_has_not_arrived),
    },
    PlantedFault {
        name: "accepts-nine-digits",
        does: "takes a payment of nine digits",
        breaks: "amount-in-range",
        scenario: "single",
        variant: "automatic",
        kind: Kind::Payment(accepts_nine_digits),
    },
    PlantedFault {
        name: "holds-less-after-a-challenge",
        does: "asks the issuer for one unit less once the customer has authenticated",
        breaks: "charge-is-for-the-amount",
        scenario: "single",
        variant: "manual",
        kind: Kind::Payment(|step| {
            let challenged = matches!(step.input, Input::Event(EnvironmentEvent::Authenticate { .. }));
            let enough = step.now(|payment| payment.intent.amount > ONE);
            if challenged && enough && step.became(IntentStatus::RequiresCapture) {
                step.payment(|payment| payment.intent.capturable = less_one(payment.intent.capturable));
                step.charge(|charge| charge.authorized = less_one(charge.authorized));
            }
        }),
    },
    PlantedFault {
        name: "release-shrinks-the-fee",
        does: "erases a part of the fee when the rest of the hold is released",
        breaks: "money-never-shrinks",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Payment(release_shrinks_the_fee),
    },
    PlantedFault {
        name: "posting-job-takes-holds",
        does: "takes what is only held when the posting job runs",
        breaks: "held-money-is-taken-by-capture-only",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Instead(posting_job_takes_holds),
    },
    PlantedFault {
        name: "price-in-the-wrong-unit",
        does: "reads the price of a Checkout Session in the wrong unit when the card is challenged",
        breaks: "amount-in-range",
        scenario: "checkout",
        variant: "every form",
        kind: Kind::Whole(price_in_the_wrong_unit),
    },
];

fn less_one(amount: Amount) -> Amount {
    amount.minus(ONE).unwrap_or_default()
}

fn has_released(payment: &Payment) -> bool {
    payment.charge.is_some_and(|charge| !charge.released.is_zero())
}

fn captures_over_the_hold(
    config: &Config,
    mut payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let capture = capture(input)?;
    let over = payment.intent.capturable.plus(ONE)?;
    if payment.intent.status != IntentStatus::RequiresCapture || capture.amount != Some(i64::from(over.get())) {
        return None;
    }
    payment.intent.capturable = over;
    Some(payment.capture(config, capture, outbox))
}

fn latest_piece_is_received(step: &mut PaymentStep<'_>) {
    let Some(Operation::CaptureIntent { .. }) = step.done() else { return };
    let captured = |payment: &Payment| payment.charge.map(|charge| charge.captured_amount);
    let (from, to) = (step.before.as_ref().and_then(captured), step.after.as_ref().and_then(captured));
    if let Some(piece) = to.zip(from).and_then(|(to, from)| to.minus(from))
        && !piece.is_zero()
    {
        step.payment(|payment| payment.intent.received = piece);
        step.answer_anew();
    }
}

fn failed_refund_keeps_its_money(step: &mut PaymentStep<'_>) {
    let Input::Event(EnvironmentEvent::Refund { progress: RefundProgress::Fails, .. }) = step.input else { return };
    let Some(before) = step.before else { return };
    step.payment(|payment| {
        payment.charge = before.charge;
        payment.ledger = before.ledger;
    });
}

fn refunds_what_has_not_arrived(
    config: &Config,
    mut payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let Some(Operation::CreateRefund { refund, .. }) = operation(input) else { return None };
    let under_way = payment.intent.status == IntentStatus::Processing
        && payment.intent.payment_method == Some(PaymentMethod::BankTransfer);
    let charge = payment.charge.as_mut().filter(|_| under_way)?;
    let part = Amount::from_request(refund.amount?)?;
    if Some(part) >= charge.authorized.minus(charge.refunded_amount) {
        return None;
    }
    charge.captured_amount = charge.authorized;
    payment.intent.received = charge.authorized;
    payment.intent.status = IntentStatus::Succeeded;
    let (mut next, outcome) = payment.refund(config, refund, outbox).ok()?;
    next.charge.as_mut()?.captured_amount = Amount::ZERO;
    next.intent.received = Amount::ZERO;
    next.intent.status = IntentStatus::Processing;
    Some(Ok((next, outcome)))
}

fn accepts_nine_digits(step: &mut PaymentStep<'_>) {
    let (Some(Operation::CreateIntent { create, .. }), Err(Rejection::AmountTooLarge)) =
        (operation(step.input), *step.outcome)
    else {
        return;
    };
    let mut outbox = Outbox::new(step.notifications, Target::Payment(step.intent));
    let largest = Create { amount: i64::from(Amount::MAX.get()), ..create };
    if let (Ok((mut payment, outcome)), Some(amount)) =
        (Payment::create(step.config, largest, &mut outbox), Amount::from_request(create.amount))
    {
        payment.intent.amount = amount;
        *step.after = Some(payment);
        *step.outcome = outcome;
    }
}

fn release_shrinks_the_fee(step: &mut PaymentStep<'_>) {
    let Some(Operation::CaptureIntent { capture: Capture { amount: Some(0), .. }, .. }) = step.done() else { return };
    step.payment(|payment| {
        let less = less_one(payment.ledger.fees);
        if less >= payment.ledger.fees_refunded.max(ONE) {
            payment.ledger.fees = less;
        }
    });
}

fn posting_job_takes_holds(
    config: &Config,
    payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let Input::Event(EnvironmentEvent::PostToLedger { .. }) = input else { return None };
    let all = Capture { final_capture: Some(false), ..Capture::default() };
    let (payment, _) = payment.capture(config, all, outbox).ok()?;
    Some(Ok((payment, Ok(Accepted::Happened))))
}

fn price_in_the_wrong_unit(step: &mut WholeStep<'_>) {
    let is_new = step.before_payments.iter().all(Option::is_none);
    let Some(payment) = step.payments.iter_mut().flatten().next().filter(|_| is_new) else { return };
    if let Some(session) = step.session
        && payment.intent.status == IntentStatus::RequiresAction
    {
        payment.intent.amount = Amount::new(200_000_000);
        session.amount = payment.intent.amount;
    }
}
