//! The planted faults, by topic: one sentence says what the broken engine does, one function breaks
//! it.

mod capture;
mod money;

use super::fault::Fault;

/// Every planted fault.
pub fn faults() -> impl Iterator<Item = &'static Fault> {
    [money::FAULTS, capture::FAULTS].into_iter().flatten()
}
