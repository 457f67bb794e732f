//! The planted faults, by topic: one sentence says what the broken engine does, one function breaks
//! it.

mod asked;
mod capture;
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

/// Every planted fault.
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
        idempotency::FAULTS,
        setup::FAULTS,
        session::FAULTS,
    ]
    .into_iter()
    .flatten()
}
