//! The edge: text in, text out. Requests are read into commands, objects and answers are rendered as JSON.
//!
//! An HTTP server, or any other front, needs these two only: [`read::command`] and [`render::response`].

pub(crate) mod expandable;
pub mod read;
pub mod render;

use crate::Kind;

/// How the API calls a kind in its errors, and the parameter that names one.
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
