//! The house rules, read from the files themselves: what ARCHITECTURE.md calls an invariant fails
//! here when it is broken.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a helper of a test may fail it, and counts to no great height"
)]

mod dependencies;
mod documents;
mod rules;
mod support;
