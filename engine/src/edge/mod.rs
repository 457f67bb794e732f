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

use crate::Kind;

/// Returns the word for a kind in error messages, and the parameter that carries its id.
pub(crate) const fn noun(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Account => ("account", "id"),
        Kind::Customer => ("customer", "id"),
        Kind::PaymentMethod => ("PaymentMethod", "payment_method"),
        Kind::PaymentIntent => ("payment_intent", "intent"),
        Kind::Charge => ("charge", "charge"),
        Kind::Refund => ("refund", "refund"),
        Kind::Transfer => ("transfer", "id"),
        Kind::Reversal => ("transfer_reversal", "id"),
        Kind::ApplicationFee => ("application_fee", "id"),
        Kind::FeeRefund => ("fee_refund", "id"),
        Kind::SetupIntent => ("setupintent", "intent"),
        Kind::CheckoutSession => ("checkout.session", "session"),
        Kind::BalanceTransaction => ("balance transaction", "id"),
        Kind::Event => ("event", "id"),
        Kind::WebhookEndpoint => ("webhook_endpoint", "id"),
        Kind::Delivery => ("delivery", "id"),
    }
}
