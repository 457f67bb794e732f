//! The engine confronted with the model and the claims.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first thing that is not as it should be")]

mod golden;
