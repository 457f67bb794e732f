//! Explores every reachable state of a finite transition system, and judges each state and each step.
//!
//! A [`Space`] defines the system: its initial states, the inputs that are enabled in a state, the successor of each,
//! and the properties that are false. Two explorers visit it:
//!
//! - [`Explorer`] is breadth-first on any number of threads. It keeps whole states or 64-bit fingerprints ([`Mode`]),
//!   finds shortest counterexamples ([`Explorer::path`]), and gives the same [`Summary`] on every run.
//! - [`Stateright`] shows the same space to the `stateright` checker. The two share the space and nothing else, so equal
//!   counts are evidence that neither lost a state.
//!
//! With the feature `timely`, `Distributed` explores on any number of processes, and finds what [`Explorer`] finds.
//!
//! [`Completion`] says whether a limit cut the run: the absence of a violation then proves nothing.
//!
//! # Example
//!
//! A counter of two bits that must not reach 3. Bit 0 of a [`PropertyBits`] is the first property.
//!
//! ```
//! use holdfast_explorer::{Explorer, Judgement, PropertyBits, Space, Stateright, Successor};
//!
//! #[derive(Clone, Copy)]
//! struct Counter;
//!
//! impl Space for Counter {
//!     type State = u8;
//!     type Input = u8;
//!
//!     fn roots(&self) -> Vec<u8> {
//!         vec![0]
//!     }
//!
//!     fn inputs(&self, _state: &u8, inputs: &mut Vec<u8>) {
//!         inputs.extend([1, 2]); // add one, add two
//!     }
//!
//!     fn step(&self, state: &u8, input: u8) -> Successor<Self> {
//!         let after = state.saturating_add(input).min(3);
//!         Successor {
//!             input,
//!             after: (after != *state).then_some(after),
//!             broken: PropertyBits::ZERO,
//!             witnessed: PropertyBits::ZERO,
//!             class: 0,
//!             digest: 0,
//!         }
//!     }
//!
//!     fn judge(&self, state: &u8) -> Judgement {
//!         Judgement { broken: PropertyBits::from(*state == 3), witnessed: PropertyBits::ONE }
//!     }
//! }
//!
//! let explorer = Explorer::new(&Counter);
//! let found = explorer.run();
//! assert!(found.summary.completion.is_complete());
//! assert_eq!(found.summary.unique, 4);
//!
//! // The shortest path to 3 has two steps.
//! let counterexample = explorer.path(&found, &found.violations[&0]).unwrap();
//! assert_eq!(counterexample.steps.len(), 2);
//! ```
//!
//! `examples/two_phase_commit.rs` is a larger one, with a planted fault.
//!
//! Read first: `space.rs` ([`Space`]), `breadth_first.rs` ([`Explorer`]), `summary.rs` ([`Summary`]).
//!
//! # Files
//!
//! ```text
//! space          the interface to the explored system
//! breadth_first  our explorer: levels, workers, limits
//!   exploration    its result
//!   worker         one thread's part of a level
//!   figures        the counts and sightings of one thread
//!   visited        the set of seen states
//!     recorded       a part of it with a record of each state
//!     table          the open-addressed table under it
//!     fingerprint    states to 64 bits
//!   sighting       first occurrences, the same on any number of threads
//!   tally          counting 256 properties at once
//!   classes        counting abstract transitions
//!   digest         the hash of the transition relation
//!   path           rebuilding a shortest path
//!   progress       figures to display, and cancellation
//! summary        the figures: written, read back, merged
//! by_root        shards, and resuming a stopped run
//! goal           the shortest path to a state that a predicate accepts
//! stateright     the other explorer
//! distributed    the explorer on several processes, with the feature `timely`
//! ```
#![forbid(unsafe_code)]

mod breadth_first;
mod by_root;
mod classes;
mod digest;
#[cfg(feature = "timely")]
mod distributed;
mod exploration;
mod figures;
mod fingerprint;
mod goal;
mod path;
mod progress;
mod recorded;
mod sighting;
mod space;
mod stateright;
mod summary;
mod table;
mod tally;
mod visited;
mod worker;

pub use breadth_first::{Explorer, Limits, Mode};
pub use by_root::{Next, Part, Results};
#[cfg(feature = "timely")]
pub use distributed::{Cluster, Distributed, Found, Hosts};
pub use exploration::{Exploration, Memory};
pub use fingerprint::{Fingerprinter, fingerprint};
pub use goal::Search;
pub use path::Path;
pub use progress::{Progress, Snapshot};
pub use sighting::Sighting;
pub use space::{Judgement, Portable, PropertyBits, Space, Successor, disagreement};
pub use stateright::{Adapter, EVERY_PROPERTY, Judged, Stateright, StaterightRun};
pub use summary::{CollisionBound, Completion, Count, First, Summary, Why};
