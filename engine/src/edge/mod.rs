//! The edge: decodes requests into commands, and renders objects and responses as JSON.
//!
//! A server needs [`read::command`] and [`render::response`]:
//!
//! ```
//! use holdfast_engine::edge::{read, render};
//! use holdfast_engine::objects::Account;
//! use holdfast_engine::{AccountId, Engine, EngineParts, Request, Time};
//!
//! let engine = Engine::open(EngineParts::in_memory(Time::new(1_800_000_000)))?;
//! engine.add_account(Account::standard(AccountId(1)))?;
//! let params = read::form([("amount", "2000"), ("currency", "usd")]);
//! let command = read::command(read::Verb::Post, "/v1/payment_intents", &params);
//! let response = engine.execute(Request::new(AccountId(1), command));
//! assert_eq!(render::response(&response)["amount"], 2000);
//! # Ok::<(), holdfast_engine::store::StoreError>(())
//! ```

pub(crate) mod expandable;
pub mod read;
pub mod render;
