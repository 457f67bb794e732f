//! Injected faults: the end of a hold.

use holdfast_engine::command::{Command, JobKind};
use holdfast_engine::objects::IntentStatus;
use holdfast_engine::time::{DAY, HOUR};

use super::Breaks::{Property, Seen};
use super::How::{Clock, Decides, Ignores, Writes};
use super::InjectedFault;
use super::edits::{charges, forget_job, intents, is_job, is_unasked};

/// An hour in seconds, for clocks that are wrong.
const HOURLY: i64 = 3_600;

pub(super) const TABLE: &[InjectedFault] = &[
    InjectedFault {
        name: "a hold lasts a day too long",
        rules: "HOLD-1 HOLD-9",
        breaks: Property("hold-lasts-as-its-network-says"),
        how: Decides(|dialect| dialect.timing.hold = dialect.timing.hold.saturating_add(DAY)),
    },
    InjectedFault {
        name: "a Visa hold without the customer lasts as long as any",
        rules: "HOLD-1 HOLD-9",
        breaks: Property("hold-lasts-as-its-network-says"),
        how: Decides(|dialect| dialect.timing.merchant_visa_hold = dialect.timing.hold),
    },
    InjectedFault {
        name: "a hold in yen lasts as long as any",
        rules: "HOLD-1 HOLD-9",
        breaks: Property("hold-lasts-as-its-network-says"),
        how: Decides(|dialect| dialect.timing.japan_hold = dialect.timing.hold),
    },
    InjectedFault {
        name: "a capture looks at a clock that is slow",
        rules: "I17 R11 U9",
        breaks: Property("late-capture-is-refused"),
        how: Clock(|command| if matches!(command, Command::CapturePaymentIntent(_)) { -HOURLY } else { 0 }),
    },
    InjectedFault {
        name: "the last second of a hold is lost",
        rules: "U9 R11",
        breaks: Seen("answer"),
        how: Clock(|command| if matches!(command, Command::CapturePaymentIntent(_)) { 1 } else { 0 }),
    },
    InjectedFault {
        name: "the expiry job ends holds that are not due",
        rules: "B35 U9 R11",
        breaks: Property("the-job-ends-due-holds-only"),
        how: Clock(|command| if is_job(command, JobKind::ExpireHold) { HOURLY } else { 0 }),
    },
    InjectedFault {
        name: "the expiry job is never scheduled",
        rules: "B35 HOLD-11",
        breaks: Property("held-means-a-deadline"),
        how: Writes(|batch, _| forget_job(batch, JobKind::ExpireHold)),
    },
    InjectedFault {
        name: "the expiry job comes an hour late",
        rules: "U9 HOLD-11",
        breaks: Property("held-means-a-deadline"),
        how: Decides(|dialect| {
            dialect.timing.expiry_job_after = dialect.timing.expiry_job_after.saturating_add(HOUR);
        }),
    },
    InjectedFault {
        name: "the expiry job does nothing",
        rules: "B35 B38",
        breaks: Seen("status"),
        how: Ignores(|command| is_job(command, JobKind::ExpireHold)),
    },
    InjectedFault {
        name: "a partly captured hold that runs out is canceled",
        rules: "B35 B38 U12",
        breaks: Property("partly-captured-hold-ends-succeeded"),
        how: Writes(|batch, store| {
            let is_job = is_unasked(batch);
            intents(batch, store, |intent, before| {
                let was_held = before.is_some_and(|before| before.status == IntentStatus::RequiresCapture);
                if is_job && was_held && intent.status == IntentStatus::Succeeded {
                    intent.status = IntentStatus::Canceled;
                }
            })
        }),
    },
    InjectedFault {
        name: "an uncaptured hold that runs out succeeds",
        rules: "B38 R11",
        breaks: Property("uncaptured-hold-ends-canceled"),
        how: Writes(|batch, store| {
            let is_job = is_unasked(batch);
            intents(batch, store, |intent, before| {
                let was_held = before.is_some_and(|before| before.status == IntentStatus::RequiresCapture);
                if is_job && was_held && intent.status == IntentStatus::Canceled {
                    intent.status = IntentStatus::Succeeded;
                }
            })
        }),
    },
    InjectedFault {
        name: "an expired hold is not released",
        rules: "B38 R11",
        breaks: Property("held-money-adds-up"),
        how: Writes(|batch, store| {
            let is_job = is_unasked(batch);
            charges(batch, store, |charge, before| {
                if let Some(before) = before.filter(|_| is_job) {
                    charge.released = before.released;
                }
            })
        }),
    },
    InjectedFault {
        name: "each capture renews the hold",
        rules: "U9 HOLD-11",
        breaks: Property("deadline-comes-with-time-only"),
        how: Writes(|batch, store| {
            charges(batch, store, |charge, before| {
                if before.is_some_and(|before| before.captures != charge.captures) {
                    charge.capture_before = charge.capture_before.map(|deadline| deadline.after(DAY));
                }
            })
        }),
    },
];
