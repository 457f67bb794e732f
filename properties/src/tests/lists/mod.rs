//! The examples, by topic.

mod attempts;
mod capture;
mod causes;
mod connect;
mod lifecycle;
mod money;
mod notifications;
mod pages;
mod reasons;
mod refunds;
mod requests;

use super::*;

/// Returns every example.
pub(super) fn cases() -> Vec<Case> {
    [
        money::money(),
        lifecycle::lifecycle(),
        attempts::attempts(),
        attempts::refusals(),
        capture::captures(),
        capture::expiry(),
        causes::causes(),
        refunds::refunds(),
        connect::connect(),
        connect::ledger(),
        notifications::notified(),
        notifications::previous(),
        requests::keys(),
        pages::setups(),
        pages::pages(),
        reasons::reasons(),
        reasons::limits(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns an example in which a request creates `payment`.
fn created(create: Create, payment: PaymentView) -> Example {
    Example::empty()
        .both(|seen| seen.payments = vec![None])
        .by(Operation::CreateIntent { intent: PI, create })
        .says(OK)
        .now(|seen| seen.payments = vec![Some(payment)])
}

fn manual() -> Create {
    Create { capture_method: CaptureMethod::Manual, multicapture: true, ..Create::of(1000) }
}
