//! The engine confronted with the model and the properties.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod freedoms;
mod golden;
mod overlaps;
mod planted;
mod reused;
mod suites;
mod toy;
mod turned_away;
