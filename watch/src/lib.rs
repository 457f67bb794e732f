//! A webhook endpoint that stores the provider's events durably and audits each payment as they come.
//!
//! ```
//! use holdfast_watch::{SigningSecrets, sign};
//!
//! let secrets = SigningSecrets::new(vec!["whsec_test".to_owned()], 300);
//! let header = sign(&["whsec_test"], 1_800_000_000, b"{}");
//! assert!(secrets.verify(Some(&header), b"{}", 1_800_000_300).is_ok());
//! assert!(secrets.verify(Some(&header), b"{ }", 1_800_000_300).is_err(), "the body was altered");
//! ```
//!
//! The core is pure: [`assess`] takes the events of one payment and a time, and returns the verdict and the alerts.
//! Around it stand a store in SQLite and four threads.
//!
//! Read first:
//!
//! 1. [`assess`](assess()) — events and time in, verdict and alerts out.
//! 2. [`deadlines`](deadlines()) — the deadlines that the events show.
//! 3. [`WatchStore`] — the data that survives a crash of the process.
//! 4. [`Watcher`] — the endpoint, the pages and the threads.
#![forbid(unsafe_code)]

mod alert;
mod assess;
mod clock;
mod deadlines;
mod http;
mod incoming;
mod judging;
mod listen;
mod metrics;
mod notes;
mod pages;
mod polling;
mod posting;
mod signature;
mod store;
mod summary;
mod unstored;
mod wake;
mod watcher;
mod writer;

pub use alert::{ALERT_SCHEMA, Alert, AlertEvent, IMPOSSIBLE};
pub use assess::{Assessment, AssessmentTimes, WatchRules, assess, assess_deadlines};
pub use clock::{MachineClock, SettableClock, WatchClock};
pub use deadlines::{Deadline, DeadlineKind, DeadlineLimits, deadlines, is_open};
pub use http::LARGEST_BODY;
pub use incoming::{ChargeLink, IncomingEvent, logged, read_event, read_value};
pub use polling::PollTarget;
pub use signature::{SignatureFault, SigningSecrets, TOLERANCE, sign};
pub use store::{PaymentRow, PendingPost, StateError, Stored, StoredEvent, SyncMode, WatchFigures, WatchStore};
pub use summary::{PollSummary, PostSummary, RefusedRequests, WatchSummary};
pub use watcher::{WatchSettings, Watcher};
