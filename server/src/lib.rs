//! A payment provider's v1 API over HTTP, on the engine of this workspace: for tests of payment integrations.
//!
//! The provider's official SDKs work against it unchanged. It delivers webhooks, serves a Checkout page, and has test
//! helpers that play customers, banks and the clock. It decides nothing about money: the engine does.
//!
//! ```
//! use holdfast_engine::Request;
//! use holdfast_engine::edge::{read, render};
//! use holdfast_server::{App, Key, StoreChoice};
//!
//! let key: Key = "sk_test_docs".parse()?;
//! let opened = App::open(&StoreChoice::Memory, &[key], "http://127.0.0.1:4242")?;
//! let account = *opened.accounts.first().ok_or("no account")?;
//! // What `POST /v1/payment_intents` does behind HTTP; `serve` answers it over a socket.
//! let form = read::form([("amount", "1000"), ("currency", "usd")]);
//! let command = read::command(read::Verb::Post, "/v1/payment_intents", &form);
//! let response = opened.app.engine().execute(Request::new(account, command));
//! assert_eq!(render::response(&response)["status"], "requires_payment_method");
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! ```
//!
//! Read first: `routes.rs` (the one table of operations), `api.rs` (from a request to its response), `worker.rs`
//! (expiry, background captures, webhooks).
#![forbid(unsafe_code)]
#![recursion_limit = "256"]

mod answer;
mod api;
mod app;
mod call;
pub mod chaos;
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
mod search;
mod shop;
mod test_helpers;
mod unreliable;
mod webhooks;
mod worker;

pub use app::{App, Opened, StoreChoice};
pub use clock::MovableClock;
pub use keys::{Key, Keys, NotAKey};
pub use limits::Limits;
pub use listen::{origin, serve};
pub use openapi::description;
pub use raw::{in_memory, router_bytes};
pub use shop::{NotAShopName, ShopName};
pub use webhooks::{HttpDelivery, WEBHOOK_PATIENCE, two_signatures, web_agent};
pub use worker::Worker;
