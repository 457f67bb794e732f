//! A payment engine with the provider's PaymentIntent lifecycle: durable, concurrent and crash-safe.
//!
//! It is for tests of payment integrations, and for verification: it implements the specification without sharing code
//! with the model that judges it.
//!
//! ```
//! use holdfast_engine::command::{CapturePaymentIntent, Command, ConfirmOptions, CreatePaymentIntent, MethodRef};
//! use holdfast_engine::objects::{Account, CaptureMethod, IntentStatus, MethodTypes};
//! use holdfast_engine::{AccountId, Currency, Engine, EngineParts, Money, Request, TestMethod, Time};
//!
//! let engine = Engine::open(EngineParts::in_memory(Time::new(1_800_000_000)))?;
//! let account = AccountId(1);
//! engine.add_account(Account::standard(account))?;
//!
//! // Hold 20.00 US dollars on a test card.
//! let create = CreatePaymentIntent {
//!     capture_method: Some(CaptureMethod::Manual),
//!     method_types: Some(MethodTypes::CARD),
//!     method: Some(MethodRef::Test(TestMethod::Visa)),
//!     confirm: Some(ConfirmOptions::default()),
//!     ..CreatePaymentIntent::new(2000, Currency::Usd)
//! };
//! let response = engine.execute(Request::new(account, Command::CreatePaymentIntent(Box::new(create))));
//! let held = response.object().and_then(|object| object.as_payment_intent()).ok_or("refused")?.clone();
//! assert_eq!(held.status, IntentStatus::RequiresCapture);
//!
//! // Capture 15.00; the rest is released.
//! let capture = CapturePaymentIntent { amount: Some(1500), ..CapturePaymentIntent::new(held.id) };
//! let response = engine.execute(Request::new(account, Command::CapturePaymentIntent(capture)));
//! let paid = response.object().and_then(|object| object.as_payment_intent()).ok_or("refused")?.clone();
//! assert_eq!((paid.status, paid.received), (IntentStatus::Succeeded, Money::new(1500)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `core` decides without I/O. `shell` commits each decision as one transaction. `store` keeps the state, `acquirer` is
//! the network behind it, and `edge` reads and renders text. `tests/engine/layers.rs` states which module may import
//! which.
//!
//! Read first:
//! 1. `shell/execute.rs`: the steps of one request;
//! 2. `core/capture.rs`: a decision with all its checks;
//! 3. `store/mod.rs`: the contents of one transaction.
#![forbid(unsafe_code)]
#![recursion_limit = "512"]

pub mod acquirer;
pub mod command;
mod core;
mod dialect;
pub mod edge;
mod id_source;
mod ids;
mod invariants;
mod money;
pub mod objects;
mod reconcile;
mod refusal;
mod response;
mod shell;
pub mod store;
mod test_methods;
pub mod time;
mod version;

pub use crate::core::{Changes, Decided, DecisionContext, Done, Reply, Stop, decide};
pub use dialect::{
    ASYNC_CAPTURE_LIMIT, Dialect, LONGEST_ROLL, LONGEST_SESSION, SHORTEST_SESSION, SIGNATURE_TOLERANCE, Timing,
};
pub use id_source::{Ids, NoEntropy, SequentialIds, SystemIds};
pub use ids::{
    AccountId, ApplicationFeeId, BalanceTransactionId, ChargeId, CheckoutSessionId, CustomerId, DeliveryId, EventId,
    ExternalAccountId, FeeRefundId, Kind, NotAnId, ObjectId, PaymentIntentId, PaymentMethodId, PersonId, PriceId,
    ProductId, RefundId, ReversalId, SetupAttemptId, SetupIntentId, ShippingRateId, TaxIdId, TokenId, TransferId,
    WebhookEndpointId,
};
pub use money::{Currency, HalfUnit, Money, OutOfRange};
pub use objects::{Object, Objects};
pub use reconcile::{Difference, Summary, reconcile};
pub use refusal::{ErrorType, Operation, Param, PlainReason, Reason, Refusal, Row, SessionOperation};
pub use response::{Body, Expanded, Response};
pub use shell::{AcceptedRequest, DeliveryPort, Engine, EngineParts, NoDelivery, Post, Progress, Request, sign};
pub use test_methods::{
    Behaviour, Challenge, Decline, FailedCheck, MethodType, Network, OtherType, TestMethod, TestMethodRow,
};
pub use time::{Clock, ManualClock, SystemClock, Time};
pub use version::{ApiVersion, Feature, NotAVersion};
