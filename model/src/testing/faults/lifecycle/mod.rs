//! Faults about an intent's life, by what its properties are about.

mod attempts;
mod moves;
mod refusals;

pub(super) use attempts::FAULTS as ATTEMPTS;
pub(super) use moves::FAULTS as MOVES;
pub(super) use refusals::FAULTS as REFUSALS;
