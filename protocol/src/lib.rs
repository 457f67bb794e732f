//! The protocol around a payment, explored exhaustively: clients that retry, an engine that crashes, an acquirer whose
//! answers are late or repeated, a webhook sender, and a merchant.
//!
//! Money is lost between the machines, not in the transition function. Here every message in flight, every durable
//! record and every process's memory is explicit, and every order of steps is tried.
//!
//! ```
//! use holdfast_explorer::Explorer;
//! use holdfast_protocol::{Instance, ProtocolFault, ProtocolSpace, SMALL};
//!
//! let correct = Explorer::new(&ProtocolSpace(SMALL)).run();
//! assert!(correct.summary.completion.is_complete());
//! assert!(correct.violations.is_empty());
//!
//! let planted = ProtocolSpace(Instance::with_fault(ProtocolFault::SilenceIsDecline));
//! let explorer = Explorer::new(&planted);
//! let found = explorer.run();
//! assert!(!found.violations.is_empty());
//! ```
//!
//! Read first: `step.rs` (the transition function), `properties.rs` (what must be true), `instance.rs` (the bounds).
//! `actors.rs` is a second encoding by stateright's actors, and shares the instances and the books with the first.
#![forbid(unsafe_code)]

pub mod actors;
mod books;
mod diagram;
mod input;
mod instance;
mod merchant;
mod observed;
mod packed;
mod properties;
mod report;
mod run;
mod space;
mod state;
mod step;

pub use books::{AcquirerAccount, PaymentBooks, Standing};
pub use diagram::diagram;
pub use input::{Arrow, Participant, Process, ProtocolInput};
pub use instance::{
    AUTHORIZED, Asked, ClientCare, EXPIRY, INSTANCES, Instance, KEYS, MerchantCare, ProtocolFault, QUESTIONS, SMALL,
};
pub use observed::Observed;
pub use packed::PackedWord;
pub use properties::{Duty, PROTOCOL_PROPERTIES, ProtocolProperty, is_quiet, judge, judge_step};
pub use report::report;
pub use run::{Effort, ExploredInstance, Violated, explore};
pub use space::ProtocolSpace;
pub use state::{
    BankQuestion, ClientState, EngineTask, KeyState, MerchantState, OutboxEntry, ProtocolState, QuestionStage, Reply,
    TaskStage, reference,
};
pub use step::{after, candidates};
