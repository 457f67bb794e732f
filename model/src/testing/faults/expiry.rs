//! Faults about the end of a hold.

use super::asked::{capture, operation};
use crate::testing::fault::{Kind, PaymentStep, PlantedFault};
use crate::time::{Countdown, DAY};
use crate::{
    Accepted, Call, CancellationReason, DeliveryFault, EnvironmentEvent, Input, IntentStatus, NotificationKind,
    Operation, PaymentMethod,
};

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "hold-clock-stands-still",
        does: "forgets to let time pass for a hold that has not run out",
        breaks: "deadline-comes-with-time-only",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            if let (Input::Event(EnvironmentEvent::Advance { .. }), Some(before)) =
                (step.input, step.before.and_then(|payment| payment.charge))
            {
                step.charge(|charge| {
                    if charge.hold != Countdown::STOPPED {
                        charge.hold = before.hold;
                    }
                });
            }
        }),
    },
    PlantedFault {
        name: "clock-runs-on",
        does: "forgets to stop the clock of the hold when it is finally captured",
        breaks: "held-means-a-deadline",
        scenario: "refunds",
        variant: "immediate",
        kind: Kind::Payment(|step| {
            if let Some(hold) = step.before.and_then(|before| before.charge).map(|charge| charge.hold)
                && step.became(IntentStatus::Succeeded)
            {
                step.charge(|charge| charge.hold = hold);
            }
        }),
    },
    PlantedFault {
        name: "job-acts-a-second-late",
        does: "takes a hold for valid in the second of its deadline when the expiry job runs",
        breaks: "the-job-ends-due-holds-only",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            let delay = step.config.dialect.expiry_job_delay;
            let is_due = step.was(|payment| payment.charge.is_some_and(|charge| charge.hold.left() == Some(delay)));
            if matches!(step.input, Input::Event(EnvironmentEvent::ExpireHold { .. })) && is_due {
                *step.after = step.before;
                *step.outcome = Ok(Accepted::Nothing);
                step.emit_only(|_| false);
            }
        }),
    },
    PlantedFault {
        name: "captures-in-the-last-second",
        does: "takes money in the very second of the deadline",
        breaks: "nothing-captured-after-the-deadline",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Config(|config| config.dialect.capture_at_deadline = true),
    },
    PlantedFault {
        name: "late-capture-behind-a-server-error",
        does: "takes money at the deadline when the server fails after the capture",
        breaks: "nothing-captured-after-the-deadline",
        scenario: "retries",
        variant: "two keys",
        kind: Kind::Heard(|heard| {
            if let Input::Call(Call { fault: DeliveryFault::ErrorAfter, .. }) = heard.input {
                heard.config.dialect.capture_at_deadline = true;
            }
        }),
    },
    PlantedFault {
        name: "amount-before-the-deadline",
        does: "says of a late capture of too much that it is too large",
        breaks: "late-capture-is-refused",
        scenario: "multicapture",
        variant: "without",
        kind: Kind::Heard(|heard| {
            if let (Some(capture), Some(payment)) = (capture(heard.input), &mut heard.payment)
                && capture.amount.is_some_and(|amount| amount > i64::from(payment.intent.capturable.get()))
                && let Some(charge) = payment.charge.as_mut()
            {
                charge.hold = Countdown::of(DAY);
            }
        }),
    },
    PlantedFault {
        name: "job-has-no-clock",
        does: "ends every hold that the expiry job comes across",
        breaks: "the-job-ends-due-holds-only",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Heard(|heard| {
            let delay = heard.config.dialect.expiry_job_delay;
            if let (Input::Event(EnvironmentEvent::ExpireHold { .. }), Some(payment)) =
                (heard.input, &mut heard.payment)
                && payment.intent.status == IntentStatus::RequiresCapture
                && let Some(charge) = payment.charge.as_mut()
            {
                charge.hold = Countdown::of(delay);
            }
        }),
    },
    PlantedFault {
        name: "expired-without-a-reason",
        does: "gives no reason for the cancellation of a hold that ran out",
        breaks: "uncaptured-hold-ends-canceled",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            if step.became(IntentStatus::Canceled) {
                step.payment(|payment| payment.intent.cancellation_reason = None);
            }
        }),
    },
    PlantedFault {
        name: "expiry-cancels-what-was-captured",
        does: "shows a partly captured payment as canceled when its hold runs out",
        breaks: "partly-captured-hold-ends-succeeded",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(expiry_cancels_what_was_captured),
    },
    PlantedFault {
        name: "piece-renews-the-hold",
        does: "starts the hold again with every piece",
        breaks: "deadline-comes-with-time-only",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            let renewed = Countdown::of(DAY.saturating_mul(7).saturating_add(step.config.dialect.expiry_job_delay));
            if let Some(Operation::CaptureIntent { .. }) = step.done()
                && step.now(|payment| payment.intent.status == IntentStatus::RequiresCapture)
            {
                step.charge(|charge| charge.hold = renewed);
            }
        }),
    },
    PlantedFault {
        name: "week-for-everyone",
        does: "holds a payment without the customer for a week, whatever the network",
        breaks: "hold-lasts-as-its-network-says",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Heard(|heard| {
            if let Some(Operation::CreateIntent { create, .. }) = heard.operation() {
                create.off_session = false;
            }
        }),
    },
    PlantedFault {
        name: "month-for-amex",
        does: "holds yen for thirty days on American Express too",
        breaks: "hold-lasts-as-its-network-says",
        scenario: "multicapture",
        variant: "yen",
        kind: Kind::Payment(|step| {
            let month = Countdown::of(DAY.saturating_mul(30).saturating_add(step.config.dialect.expiry_job_delay));
            if step.became(IntentStatus::RequiresCapture)
                && step.now(|payment| payment.intent.payment_method == Some(PaymentMethod::Amex))
            {
                step.charge(|charge| charge.hold = month);
            }
        }),
    },
    PlantedFault {
        name: "job-tells-of-ended-holds",
        does: "reports once more that a hold is over when the expiry job finds it ended",
        breaks: "the-job-ends-due-holds-only",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            let job = matches!(step.input, Input::Event(EnvironmentEvent::ExpireHold { .. }));
            if job && step.was(|payment| payment.intent.status.is_final()) {
                step.emit(NotificationKind::ChargeExpired);
                *step.outcome = Ok(Accepted::Happened);
            }
        }),
    },
    PlantedFault {
        name: "job-cancels-after-the-capture",
        does: "cancels a payment that was captured just before the expiry job came by",
        breaks: "the-job-ends-due-holds-only",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            let job = matches!(step.input, Input::Event(EnvironmentEvent::ExpireHold { .. }));
            if job && step.was(|payment| payment.intent.status == IntentStatus::Succeeded) {
                step.payment(|payment| payment.intent.status = IntentStatus::Canceled);
                step.emit(NotificationKind::ChargeExpired);
                step.emit(NotificationKind::IntentCanceled);
                *step.outcome = Ok(Accepted::Happened);
            }
        }),
    },
];

fn expiry_cancels_what_was_captured(step: &mut PaymentStep<'_>) {
    if operation(step.input).is_some() || !step.became(IntentStatus::Succeeded) {
        return;
    }
    step.payment(|payment| {
        payment.intent.status = IntentStatus::Canceled;
        payment.intent.cancellation_reason = Some(CancellationReason::Automatic);
    });
    step.emit_again(|emitted| {
        if emitted.kind == NotificationKind::IntentSucceeded {
            emitted.kind = NotificationKind::IntentCanceled;
        }
    });
}
