//! The specification: what a payment engine with the PaymentIntent lifecycle may do.
//!
//! Read in this order:
//!
//! 1. [`transition`] — the one place where rules are decided: `(config, state, input)` to
//!    `(state, outcome, notifications)`, total, pure, without a clock or a random source.
//! 2. [`Input`] — what a client can ask ([`Operation`]) and what the world can do ([`EnvironmentEvent`]).
//! 3. [`Rejection`] — every reason to refuse, in order of precedence, with what a client sees.
//! 4. [`Observation`] — what an outsider sees of a [`State`]; properties read nothing else.
//! 5. [`Dialect`] — the choices that the rules leave open, each a named field.
//!
//! Requirement ids (`B34`, `CAP-6`) are those of `spec/`; the index in `model/README.md` says where each is modeled.
#![forbid(unsafe_code)]

mod amount;
mod dialect;
mod idempotency;
mod input;
mod method;
mod naming;
mod notification;
mod observation;
mod outcome;
mod pack;
mod payment;
mod rejection;
pub mod rendering;
mod session;
mod setup;
mod state;
mod status;
mod table;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;
pub mod trace;
mod transition;

pub use amount::Amount;
pub use dialect::{Account, Choice, Config, Country, Dialect};
pub use input::{
    Authentication, Call, CancellationReason, Capture, CaptureMethod, Confirm, ConfirmationMethod, Create,
    CreateRefund, CreateSession, DeliveryFault, EnvironmentEvent, Flow, Input, IntentId, KeyId, Operation, RefundId,
    RefundProgress, SessionMode, SessionUi, Update,
};
pub use method::{Decline, Issuer, Network, PaymentMethod, Profile, Rail, RefundPath};
pub use notification::{
    Links, NOTIFICATIONS_PER_STEP, Notification, NotificationKind, Notifications, Previous, Target,
};
pub use observation::{
    ChargeView, KeyView, LedgerView, Observation, PaymentView, REFUNDS, RefundView, SessionView, SetupView,
};
pub use outcome::{Accepted, Outcome};
pub use payment::CAPTURE_LIMIT;
pub use rejection::{Rejection, Wire};
pub use state::{OwnedObservation, State};
pub use status::{
    ChargeStatus, Currency, IntentStatus, PaymentError, PaymentStatus, RefundStatus, SessionStatus, SetupStatus,
};
pub use table::{EventKind, OperationKind, StatusOf};
pub use transition::{Transition, transition};
