//! The planted faults, by topic: a sentence states the faulty behavior, and a function implements it.

mod asked;
mod capture;
mod causes;
mod connect;
mod expiry;
mod idempotency;
mod ledger;
mod lifecycle;
mod money;
mod notifications;
mod refunds;
mod session;
mod setup;
mod status;

use super::fault::PlantedFault;

/// Returns every planted fault.
pub fn faults() -> impl Iterator<Item = &'static PlantedFault> {
    [
        money::FAULTS,
        status::FAULTS,
        lifecycle::MOVES,
        lifecycle::ATTEMPTS,
        lifecycle::REFUSALS,
        capture::FAULTS,
        expiry::FAULTS,
        refunds::FAULTS,
        connect::FAULTS,
        ledger::FAULTS,
        notifications::FAULTS,
        causes::FAULTS,
        idempotency::FAULTS,
        setup::FAULTS,
        session::FAULTS,
    ]
    .into_iter()
    .flatten()
}
