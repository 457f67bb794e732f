//! Tests of the harness on the model behind its own port, and on the example engine.
#![expect(clippy::unwrap_used, reason = "a test stops at its first failure")]

mod incomplete;
mod planted;
mod regression;
mod rejected;
mod suite;
mod toy;
