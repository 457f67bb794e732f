//! Conservation laws that are computed, not written: sums of visible quantities that no step of a scenario changes.
//!
//! [`collect`] takes every step of a scenario and keeps the different vectors of change of the [`Quantity`] values of a
//! payment. [`FoundLaws`] computes the vectors whose product with each of them is zero, exactly, and chooses a basis that
//! prefers few terms. The result is compared with [`KNOWN_LAWS`]: every equality that a property declares must be a law, and
//! every law must be declared or explained.
//!
//! A scenario that was not explored to its end has no laws: a step that was not taken may break anything. States are kept
//! as 64-bit fingerprints, so a state may be taken for another with the chance that [`FoundLaws::collisions`] bounds.
//!
//! ```
//! use holdfast_laws::KNOWN_LAWS;
//!
//! let hold = KNOWN_LAWS.iter().find(|law| law.sentence.starts_with("Authorized money")).ok_or("unknown")?;
//! assert_eq!(hold.law().map_err(|_| "overflow")?.to_string(), "approved = capturable + captured + released");
//! # Ok::<(), &str>(())
//! ```
//!
//! Read first: `quantity.rs`, `run.rs`, `table.rs`.
//!
//! # Files
//!
//! ```text
//! quantity   the quantities of a payment
//! space      a scenario that records the changes of each step
//! run        the exploration
//! linear     exact linear algebra
//!   sparse     a basis that prefers few terms
//! law        a law, and its equation in words
//! found      the laws of some scenarios, compared with the known ones
//! table      the known laws
//! report     reports/laws.md
//! ```
#![forbid(unsafe_code)]

mod found;
mod law;
pub mod linear;
mod quantity;
mod report;
mod run;
mod space;
mod sparse;
mod table;

pub use found::{AccidentalLaws, FoundLaws, NoLaws, default_scenarios, explanation};
pub use law::ConservationLaw;
pub use quantity::{KINDS, PaymentField, Quantity, QuantityUnit, WIDTH};
pub use report::{LawBreaker, law_breakers, report};
pub use run::{CollectedVariant, CollectionLimits, ScenarioChanges, collect, collect_with_fault};
pub use space::{QuantityChange, StepChanges};
pub use sparse::sparse_basis;
pub use table::{KNOWN_LAWS, KnownLaw, LawReason, MONEY_TOPICS, WITHOUT_A_LAW};
