//! Faults about capture.

use super::asked::capture;
use crate::notification::Outbox;
use crate::payment::{CAPTURE_LIMIT, Changed, Payment};
use crate::testing::fault::{Heard, Kind, PaymentStep, PlantedFault};
use crate::time::HOUR;
use crate::{
    Capture, Config, Country, Input, IntentStatus, NotificationKind, Operation, PaymentMethod, Previous, Rejection,
};

pub(super) const FAULTS: &[PlantedFault] = &[
    PlantedFault {
        name: "fifty-first-capture",
        does: "compares the number of captures with `>` instead of `>=`",
        breaks: "at-most-fifty-captures",
        scenario: "fifty_captures",
        variant: "visa",
        kind: Kind::Instead(fifty_first_capture),
    },
    PlantedFault {
        name: "refund-counts-to-fifty",
        does: "counts a refund as a capture, beyond the fiftieth",
        breaks: "at-most-fifty-captures",
        scenario: "fifty_captures",
        variant: "visa",
        kind: Kind::Payment(refund_counts_as_a_capture),
    },
    PlantedFault {
        name: "refund-counts-as-a-piece",
        does: "counts a refund as a second capture",
        breaks: "pieces-need-multicapture",
        scenario: "single",
        variant: "manual",
        kind: Kind::Payment(refund_counts_as_a_capture),
    },
    PlantedFault {
        name: "forgets-the-account",
        does: "makes multicapture available to every account",
        breaks: "multicapture-where-allowed",
        scenario: "multicapture",
        variant: "without",
        kind: Kind::Config(|config| config.account.multicapture = true),
    },
    PlantedFault {
        name: "forgets-the-country",
        does: "makes multicapture available with UnionPay and JCB as if every account were in the US",
        breaks: "multicapture-where-allowed",
        scenario: "multicapture",
        variant: "other",
        kind: Kind::Config(|config| config.account.country = Country::Us),
    },
    PlantedFault {
        name: "forgets-the-card",
        does: "makes multicapture available with cards that lack the features",
        breaks: "multicapture-where-allowed",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            if step.now(|payment| payment.intent.payment_method == Some(PaymentMethod::NoEnterpriseFeatures)) {
                step.charge(|charge| charge.multicapture_available = true);
            }
        }),
    },
    PlantedFault {
        name: "forgets-a-network",
        does: "has no multicapture with Cartes Bancaires",
        breaks: "multicapture-where-allowed",
        scenario: "multicapture",
        variant: "us",
        kind: Kind::Payment(|step| {
            if step.now(|payment| payment.intent.payment_method == Some(PaymentMethod::CartesBancaires)) {
                step.charge(|charge| charge.multicapture_available = false);
            }
        }),
    },
    PlantedFault {
        name: "multicapture-despite-automatic",
        does: "makes multicapture available to payments that are captured by themselves",
        breaks: "multicapture-without-manual-is-idle",
        scenario: "multicapture",
        variant: "dialect: multicapture with manual capture only",
        kind: Kind::Config(|config| config.dialect.multicapture_despite_automatic = true),
    },
    PlantedFault {
        name: "manual-capture-is-taken-back",
        does: "refuses multicapture without manual capture at the creation only, and lets an update or a confirmation make \
               it so",
        breaks: "multicapture-without-manual-is-idle",
        scenario: "multicapture",
        variant: "dialect: asked for with manual capture only",
        kind: Kind::Heard(|heard| {
            if let Some(Operation::UpdateIntent { .. } | Operation::ConfirmIntent { .. }) = heard.operation() {
                heard.config.dialect.accept_multicapture_with_automatic = true;
            }
        }),
    },
    PlantedFault {
        name: "captured-at-the-first-piece",
        does: "marks a charge as captured at its first piece, and reports it",
        breaks: "captured-flag-means-no-more",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(captured_at_the_first_piece),
    },
    PlantedFault {
        name: "release-counts-as-a-capture",
        does: "counts a release as a capture",
        breaks: "capture-takes-what-was-asked",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CaptureIntent { .. }) = step.done()
                && step.was(|payment| payment.intent.capturable.is_zero())
            {
                step.charge(|charge| charge.captures = charge.captures.saturating_add(1));
            }
        }),
    },
    PlantedFault {
        name: "forgets-the-fiftieth",
        does: "forgets to count the fiftieth capture",
        breaks: "capture-takes-what-was-asked",
        scenario: "fifty_captures",
        variant: "visa",
        kind: Kind::Payment(|step| {
            step.charge(|charge| charge.captures = charge.captures.min(CAPTURE_LIMIT.saturating_sub(1)));
        }),
    },
    PlantedFault {
        name: "every-capture-is-final",
        does: "does not read `final_capture=false`",
        breaks: "piecewise-capture-keeps-the-rest",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Heard(|heard| mistake_finality(heard, Some(false), Some(true))),
    },
    PlantedFault {
        name: "nothing-left-is-final",
        does: "ends a payment when an open capture takes all that is left",
        breaks: "piecewise-capture-keeps-the-rest",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Config(|config| config.dialect.full_capture_stays_open = false),
    },
    PlantedFault {
        name: "final-stays-open",
        does: "keeps the hold open after a capture with `final_capture=true`",
        breaks: "final-capture-releases-the-rest",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Heard(|heard| mistake_finality(heard, Some(true), Some(false))),
    },
    PlantedFault {
        name: "open-by-default",
        does: "keeps the hold open where the client does not say `final_capture`",
        breaks: "capture-is-final-by-default",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Heard(|heard| mistake_finality(heard, None, Some(false))),
    },
    PlantedFault {
        name: "open-capture-of-nothing-ends",
        does: "ends a payment when an open capture finds nothing left to take",
        breaks: "zero-capture-only-releases",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Heard(|heard| {
            let nothing = heard.payment.is_some_and(|payment| {
                payment.is_multicapture()
                    && payment.intent.status == IntentStatus::RequiresCapture
                    && payment.intent.capturable.is_zero()
            });
            if let Some(Operation::CaptureIntent { capture, .. }) = heard.operation()
                && nothing
                && capture.amount.is_none()
            {
                capture.final_capture = None;
            }
        }),
    },
    PlantedFault {
        name: "capture-before-the-hold",
        does: "answers a capture with success while nothing is confirmed yet",
        breaks: "capture-only-while-held",
        scenario: "single",
        variant: "manual",
        kind: Kind::Instead(|_, payment, input, _| {
            let capture = capture(input)?;
            let early = payment.intent.status.is_open() && capture.amount.is_none_or(|amount| amount >= 0);
            early.then_some(Ok((payment, payment.answer())))
        }),
    },
    PlantedFault {
        name: "looks-at-the-status-first",
        does: "answers a negative capture of what is not held with the status",
        breaks: "bad-capture-amounts-are-refused",
        scenario: "single",
        variant: "manual",
        kind: Kind::Heard(|heard| {
            let held = heard.payment.is_some_and(|payment| payment.intent.status == IntentStatus::RequiresCapture);
            if let Some(Operation::CaptureIntent { capture, .. }) = heard.operation()
                && !held
            {
                capture.amount = None;
            }
        }),
    },
    PlantedFault {
        name: "takes-what-it-can",
        does: "takes all that is left if asked for more",
        breaks: "bad-capture-amounts-are-refused",
        scenario: "multicapture",
        variant: "without",
        kind: Kind::Heard(|heard| {
            let left = heard.payment.map_or(0, |payment| i64::from(payment.intent.capturable.get()));
            if let Some(Operation::CaptureIntent { capture, .. }) = heard.operation() {
                capture.amount = capture.amount.map(|amount| amount.min(left));
            }
        }),
    },
    PlantedFault {
        name: "final-capture-without-multicapture",
        does: "takes `final_capture=true` where multicapture is unavailable",
        breaks: "final-capture-needs-multicapture",
        scenario: "multicapture",
        variant: "without",
        kind: Kind::Config(|config| config.dialect.final_capture_needs_multicapture = false),
    },
    PlantedFault {
        name: "fifty-first-names-a-fee",
        does: "says of the fifty-first capture that it names a fee",
        breaks: "fifty-first-capture-is-refused",
        scenario: "fifty_captures",
        variant: "visa",
        kind: Kind::Payment(|step| {
            if let Err(Rejection::CaptureLimit) = step.outcome {
                *step.outcome = Err(Rejection::FeeWithoutConnect);
            }
        }),
    },
    PlantedFault {
        name: "fifty-first-is-too-small",
        does: "says of the fifty-first capture that its piece is too small",
        breaks: "capture-refusals-are-true",
        scenario: "fifty_captures",
        variant: "visa",
        kind: Kind::Payment(|step| {
            if let Err(Rejection::CaptureLimit) = step.outcome {
                *step.outcome = Err(Rejection::PieceTooSmall);
            }
        }),
    },
    PlantedFault {
        name: "forty-nine-captures",
        does: "refuses the fiftieth capture",
        breaks: "capture-refusals-are-true",
        scenario: "fifty_captures",
        variant: "visa",
        kind: Kind::Instead(|config, payment, input, _| {
            let capture = capture(input)?;
            let charge = payment.charge?;
            let in_time = charge.hold.left()? > config.dialect.expiry_job_delay;
            let fiftieth = in_time
                && charge.captures >= CAPTURE_LIMIT.saturating_sub(1)
                && capture.amount == Some(1)
                && !payment.intent.capturable.is_zero();
            fiftieth.then_some(Ok((payment, Err(Rejection::CaptureLimit))))
        }),
    },
    PlantedFault {
        name: "capture-speaks-of-refunds",
        does: "refuses a later capture as a hold that cannot be refunded",
        breaks: "capture-refusals-are-true",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CaptureIntent { .. }) = step.done()
                && step.was(|payment| !payment.intent.received.is_zero())
            {
                step.refuse(Rejection::Uncaptured);
            }
        }),
    },
    PlantedFault {
        name: "direct-charges-are-not-connected",
        does: "refuses a fee on a direct charge as one without a connected account",
        breaks: "capture-refusals-are-true",
        scenario: "connect",
        variant: "direct",
        kind: Kind::Payment(|step| {
            if let Some(Operation::CaptureIntent { capture: Capture { fee: Some(_), .. }, .. }) = step.done() {
                step.refuse(Rejection::FeeWithoutConnect);
            }
        }),
    },
    PlantedFault {
        name: "deadline-an-hour-early",
        does: "refuses captures in the last hour of the hold",
        breaks: "capture-refusals-are-true",
        scenario: "multicapture",
        variant: "merchant initiated",
        kind: Kind::Instead(|config, payment, input, _| {
            let _capture = capture(input)?;
            let left = payment.charge?.hold.left()?;
            let last_hour = left <= HOUR.saturating_add(config.dialect.expiry_job_delay);
            last_hour.then_some(Ok((payment, Err(Rejection::HoldExpired))))
        }),
    },
    PlantedFault {
        name: "nobody-asked-for-pieces",
        does: "makes multicapture available to payments that did not ask for it",
        breaks: "multicapture-where-allowed",
        scenario: "single",
        variant: "manual",
        kind: Kind::Payment(|step| {
            if step.became(IntentStatus::RequiresCapture) {
                step.charge(|charge| charge.multicapture_available = true);
            }
        }),
    },
    PlantedFault {
        name: "open-capture-without-multicapture",
        does: "keeps a hold open after a capture where multicapture is unavailable",
        breaks: "pieces-need-multicapture",
        scenario: "multicapture",
        variant: "without",
        kind: Kind::Instead(open_capture_without_multicapture),
    },
];

/// Replaces the value `said` of `final_capture` with `heard`, under multicapture with a capturable remainder.
fn mistake_finality(input: &mut Heard, said: Option<bool>, heard: Option<bool>) {
    let several = input.payment.is_some_and(|payment| payment.is_multicapture());
    let left = input.payment.is_some_and(|payment| !payment.intent.capturable.is_zero());
    if let Some(Operation::CaptureIntent { capture, .. }) = input.operation()
        && several
        && left
        && capture.amount != Some(0)
        && capture.final_capture == said
    {
        capture.final_capture = heard;
    }
}

fn fifty_first_capture(
    config: &Config,
    mut payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let capture = capture(input)?;
    let charge = payment.charge.as_mut().filter(|charge| charge.captures == CAPTURE_LIMIT)?;
    charge.captures = CAPTURE_LIMIT.saturating_sub(1);
    let (mut next, outcome) = payment.capture(config, capture, outbox).ok()?;
    let charge = next.charge.as_mut()?;
    charge.captures = charge.captures.saturating_add(1);
    Some(Ok((next, outcome)))
}

fn refund_counts_as_a_capture(step: &mut PaymentStep<'_>) {
    if let Some(Operation::CreateRefund { .. }) = step.done() {
        step.charge(|charge| charge.captures = charge.captures.saturating_add(1));
    }
}

fn captured_at_the_first_piece(step: &mut PaymentStep<'_>) {
    if !step.now(|payment| !payment.intent.received.is_zero()) {
        return;
    }
    step.charge(|charge| charge.captured = true);
    let first = step.was(|payment| payment.intent.received.is_zero());
    step.emit_only(|emitted| emitted.kind != NotificationKind::ChargeCaptured);
    if first {
        step.emit_change(NotificationKind::ChargeCaptured, Previous { flag: Some(false), ..Previous::default() });
    }
}

fn open_capture_without_multicapture(
    config: &Config,
    mut payment: Payment,
    input: Input,
    outbox: &mut Outbox<'_>,
) -> Option<Changed> {
    let capture = capture(input)?;
    payment.charge.as_mut()?.multicapture_available = true;
    let (mut next, outcome) = payment.capture(config, capture, outbox).ok()?;
    next.charge.as_mut()?.multicapture_available = false;
    Some(Ok((next, outcome)))
}
