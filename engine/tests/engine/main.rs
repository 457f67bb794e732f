//! The engine's tests, as tables from the rules. Each test names the rules it holds the engine to.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(missing_docs, reason = "tests are named for what they show")]
#![allow(
    unreachable_pub,
    reason = "helpers are shared between the modules of one test binary"
)]

mod async_capture;
mod capture;
mod concurrency;
mod connect;
mod crash;
mod events;
mod idempotency;
mod kill;
mod lifecycle;
mod refunds;
mod requirements;
mod setups;
mod stores;
mod world;
