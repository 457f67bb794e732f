//! Tests that compare the engine with the model and the properties.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test stops at its first failure"
)]

mod bounds;
mod golden;
mod overlaps;
mod permitted;
mod reused;
mod suites;
