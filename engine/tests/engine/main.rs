//! The engine's tests, as tables from the rules. Each test names the rules it holds the engine to.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on fails")]
#![allow(clippy::panic, reason = "a test that cannot go on fails")]
#![allow(clippy::arithmetic_side_effects, reason = "the numbers of tests are small, and overflow is checked")]
#![allow(missing_docs, reason = "tests are named for what they show")]
#![allow(unreachable_pub, reason = "helpers are shared between the modules of one test binary")]

mod alternatives;
mod async_capture;
mod attempts;
mod books;
mod capture;
mod cleared;
mod computed;
mod concurrency;
mod confronted;
mod connect;
mod conservation;
mod crash;
mod customers;
mod documented;
mod events;
mod failing;
mod filled;
mod fixture;
mod given;
mod holds;
mod idempotency;
mod invariants;
mod kill;
mod layers;
mod lifecycle;
mod lists;
mod machine;
mod older_forms;
mod other_types;
mod pages;
mod recorded;
mod refunds;
mod requests;
mod settlement;
mod setups;
mod stored_data;
mod stores;
mod test_helpers;
mod versions;
