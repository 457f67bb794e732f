//! The real payment engine: durable, concurrent, crash-safe.
//!
//! `core` decides, purely. `shell` makes one transaction of each decision. `store` keeps it, `acquirer` is the
//! network behind it, `edge` turns text into commands and objects into text. Start at [`Engine`].
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
    FeeRefundId, Kind, NotAnId, ObjectId, PaymentIntentId, PaymentMethodId, RefundId, ReversalId, SetupIntentId,
    TransferId, WebhookEndpointId,
};
pub use money::{Currency, Money, OutOfRange};
pub use objects::{Object, Objects};
pub use reconcile::{Difference, Summary, reconcile};
pub use refusal::{ErrorType, Operation, Param, Reason, Refusal, Row, SessionOperation};
pub use response::{Body, Expanded, Response};
pub use shell::{AcceptedRequest, DeliveryPort, Engine, EngineParts, NoDelivery, Post, Progress, Request, sign};
pub use test_methods::{Behaviour, Challenge, Decline, MethodType, Network, TestMethod, TestMethodRow};
pub use time::{Clock, ManualClock, SystemClock, Time};
pub use version::{ApiVersion, Feature, NotAVersion};
