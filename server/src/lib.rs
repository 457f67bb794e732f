//! The payment engine over HTTP: the provider's v1 API, webhooks, and a page to pay on.
//!
//! A request goes `listen` (connections and their limits) → `router` (reading, and away from the async threads) →
//! `api` (who asks, for what, under which version) → the engine. `worker` does what is due in the background,
//! `webhooks` is the engine's way out. Nothing here decides about money: that is the engine's.
#![forbid(unsafe_code)]
#![recursion_limit = "256"]

mod answer;
mod api;
mod app;
mod call;
mod clock;
mod fields;
mod http_error;
mod keys;
mod limits;
mod listen;
mod local_call;
mod local_endpoints;
mod openapi;
mod pages;
mod params;
mod raw;
mod router;
mod routes;
mod test_helpers;
mod webhooks;
mod worker;

pub use app::{App, Opened, StoreChoice};
pub use clock::MovableClock;
pub use keys::{Key, Keys, NotAKey};
pub use limits::Limits;
pub use listen::{origin, serve};
pub use openapi::description;
pub use raw::{in_memory, router_bytes};
pub use webhooks::HttpDelivery;
pub use worker::Worker;
