//! Two explorers that visit every reachable state of a [`Space`] and judge every state and step.
//!
//! [`Explorer`] is our own: breadth-first, on as many threads as asked for, with shortest paths and
//! transition statistics, and the same result every time. [`Stateright`] shows the same space to
//! the `stateright` checker. The two share the space and nothing else, so that equal counts mean
//! something.
//!
//! ```text
//! space          what is explored
//! breadth_first  our explorer: levels, workers, limits
//!   worker         one thread's part of a level
//!   visited        which states have been seen
//!     table          the open-addressed table under it
//!     fingerprint    states to 64 bits
//!   sighting       first occurrences, the same on any number of threads
//!   tally          counting 128 properties at once
//!   classes        counting abstract transitions
//!   digest         a sum that equal relations share
//!   path           rebuilding a shortest path
//!   progress       figures to draw, and a way to stop
//! summary        what was found: written, read back, merged
//! by_root        shards, and resuming where a run was stopped
//! goal           the shortest path to a state of one's choice
//! stateright     the other explorer
//! ```

mod breadth_first;
mod by_root;
mod classes;
mod digest;
mod fingerprint;
mod goal;
mod path;
mod progress;
mod sighting;
mod space;
mod stateright;
mod summary;
mod table;
mod tally;
mod visited;
mod worker;

pub use breadth_first::{Exploration, Explorer, Limits, Memory, Mode};
pub use by_root::{Next, Part, Results};
pub use fingerprint::{Fingerprinter, fingerprint};
pub use goal::Search;
pub use path::Path;
pub use progress::{Progress, Snapshot};
pub use sighting::Sighting;
pub use space::{Judgement, PropertyBits, Space, Successor, disagreement};
pub use stateright::{Adapter, EVERY_PROPERTY, Judged, Stateright, StaterightRun};
pub use summary::{CollisionBound, Completion, Count, First, Summary, Why};
