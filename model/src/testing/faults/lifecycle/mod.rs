//! Faults about the lifecycle of an intent, by the topic of the properties.

mod attempts;
mod moves;
mod refusals;

pub(super) use attempts::FAULTS as ATTEMPTS;
pub(super) use moves::FAULTS as MOVES;
pub(super) use refusals::FAULTS as REFUSALS;
