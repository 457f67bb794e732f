//! The writers of `reports/`: deterministic text, so that a test can compare it.

pub mod lifecycle;
