//! The planted faults, by topic: one sentence says what the broken engine does, one function breaks
//! it.

mod capture;
mod expiry;
mod lifecycle;
mod money;
mod status;

use super::fault::Fault;

/// Every planted fault.
pub fn faults() -> impl Iterator<Item = &'static Fault> {
    [money::FAULTS, status::FAULTS, lifecycle::FAULTS, capture::FAULTS, expiry::FAULTS].into_iter().flatten()
}
