//! The audit against logs of our own engine: as they are, in disorder, and tampered with.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails where something is not as it says"
)]

mod common;
mod contradictions;
mod honest;
mod other_methods;
mod own_log;
mod proofs;
mod recorded;
mod samples;
mod scripts;
mod sources;
mod tamper_report;
mod tampered;
mod tampers;
mod unusual;
