//! The executable specification: a pure function from state and input to state, response and notifications.
//!
//! The crate defines the permitted behaviors of a payment engine with the PaymentIntent lifecycle. It has no
//! dependency, no clock and no random source. Explorers enumerate its states, and a harness compares engines with it.
//!
//! ```
//! use holdfast_model::{Config, Input, IntentStatus, State, transition};
//!
//! let config = Config::default();
//! let mut state = State::<1, 0>::default();
//! for line in [
//!     "create pi1 1000 usd manual multicapture method=card_visa confirm",
//!     "capture pi1 700 final=false",
//!     "advance 8d",
//! ] {
//!     let input: Input = line.parse()?;
//!     state = transition(&config, &state, input).after;
//! }
//! // The hold expired, so the captured part stays and the rest is released (B38).
//! let view = state.observe(&config);
//! let payment = view.observation(&config).payments.first().copied().flatten();
//! let payment = payment.expect("the first line creates it");
//! assert_eq!(payment.status, IntentStatus::Succeeded);
//! assert_eq!(payment.received.get(), 700);
//! # Ok::<(), holdfast_model::trace::Error>(())
//! ```
//!
//! Read these files first:
//!
//! 1. `transition.rs`: [`transition`], where every operation and every event is decided.
//! 2. `input.rs`: [`Input`], a client's [`Operation`] or an [`EnvironmentEvent`].
//! 3. `observation.rs`: [`Observation`], the visible part of a [`State`]; properties read nothing else.
//!
//! [`Rejection`] lists the reasons to reject in order of precedence, and [`Dialect`] the choices that the specification
//! leaves open. Requirement ids (`B34`, `CAP-6`) are those of `spec/`; the index in `model/REQUIREMENTS.md` says where each is
//! modeled.
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
