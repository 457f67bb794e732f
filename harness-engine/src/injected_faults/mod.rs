//! Engines with one rule broken on purpose, to measure whether the harness notices it.
//!
//! The engine's core does not know about injected faults. Each one stands around the engine: in its requests, reads,
//! writes, network, decisions, memory or clock. A test fails if an injected fault is never caught. The number of runs
//! that catch each one is in `reports/strength.md`.
//!
//! | table | broken part |
//! |---|---|
//! | `captures` | capturing authorized money |
//! | `expiry` | the end of a hold |
//! | `payments` | the statuses of a payment, and its transitions |
//! | `refunds` | refunding money |
//! | `connect` | fees, transfers and the ledger |
//! | `notifications` | notifications |
//! | `repeats` | repeated requests, crashes, overlapping requests |
//! | `pages` | SetupIntents and Checkout Sessions |
//! | `network` | the requests to the network |

mod captures;
mod connect;
mod expiry;
mod network;
mod notifications;
mod pages;
mod payments;
mod refunds;
mod repeats;

mod edits;
mod fault_injector;
mod faulty_parts;

use holdfast_engine::acquirer::{Answer, Ask};
use holdfast_engine::command::Command;
use holdfast_engine::store::{Batch, KeyRecord, Store};
use holdfast_engine::{Dialect, Object, Request, Response};

pub(crate) use fault_injector::FaultInjector;

/// An engine with one rule broken.
#[derive(Debug)]
pub struct InjectedFault {
    /// The fault, as a sentence without a full stop.
    pub name: &'static str,
    /// The rules it breaks.
    pub rules: &'static str,
    /// The property or comparison that should catch it.
    pub breaks: Breaks,
    /// The injection.
    pub how: How,
}

/// The property or comparison that should catch an injected fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaks {
    /// A property of the catalogue, by its id.
    Property(&'static str),
    /// The comparison with the model, at a place whose name contains this.
    Seen(&'static str),
    /// The comparison of a run in which every request is repeated with a run without repetitions.
    Retries,
    /// The comparison of a run with crashes with a run without crashes.
    Crashes,
    /// The search for an order that explains overlapping requests.
    Overlaps,
    /// The consumer of late, repeated and reordered notifications.
    Consumer,
    /// The comparison of objects, ledger and network.
    Books,
}

impl std::fmt::Display for Breaks {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Property(id) => write!(out, "property `{id}`"),
            Self::Seen(part) => write!(out, "comparison of `{part}`"),
            Self::Retries => out.write_str("comparison with a run without retries"),
            Self::Crashes => out.write_str("comparison with a run without crashes"),
            Self::Overlaps => out.write_str("search for an order"),
            Self::Consumer => out.write_str("the merchant's books"),
            Self::Books => out.write_str("comparison with the network's books"),
        }
    }
}

/// The part of the engine's surroundings that an injected fault changes. Each function returns whether it acted, or
/// shows it by its change.
pub enum How {
    /// Requests are changed before they are executed.
    Hears(fn(&mut Request, &dyn Store)),
    /// These requests are executed twice; the response is the first one.
    Repeats(fn(&Command) -> bool),
    /// These events and jobs never reach the engine.
    Ignores(fn(&Command) -> bool),
    /// The clock is wrong by this number of seconds while these requests are executed.
    Clock(fn(&Command) -> i64),
    /// Transactions are changed before they are written; the response shows the written objects.
    Writes(fn(&mut Batch, &dyn Store) -> bool),
    /// Transactions are written in pieces.
    Tears(fn(Batch) -> Vec<Batch>),
    /// Objects are read in the version before their last change while these requests are executed.
    Stale(fn(&Command, &Object) -> bool),
    /// The record of a key is changed when it is looked up for this request.
    Keys(fn(&mut KeyRecord, &Command)),
    /// This memory is lost when the engine restarts.
    Forgets(Memory),
    /// The request to the network is changed.
    Asks(fn(&mut Ask)),
    /// The network receives these requests twice, the second time under another name.
    AsksAgain(fn(&Ask) -> bool),
    /// The network never receives these requests, and the engine assumes that it executed them.
    Unasked(fn(&Ask) -> bool),
    /// The response of the network is changed.
    Answers(fn(&Ask, &mut Answer)),
    /// The response to the client is changed; the stored one is not.
    Replies(fn(&Command, &mut Response, &dyn Store)),
    /// The engine makes another choice than its configuration says.
    Decides(fn(&mut Dialect)),
    /// Two processes work on one store, and neither knows which objects the other one has locked.
    TwoProcesses,
}

impl std::fmt::Debug for How {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.part())
    }
}

impl How {
    /// Returns the name of the part in a word or two.
    #[must_use]
    pub const fn part(&self) -> &'static str {
        match self {
            Self::Hears(_) => "what it hears",
            Self::Repeats(_) => "what it hears twice",
            Self::Ignores(_) => "what it does not hear",
            Self::Clock(_) => "its clock",
            Self::Writes(_) => "what it writes",
            Self::Tears(_) => "its transactions",
            Self::Stale(_) => "what it reads",
            Self::Keys(_) => "what it knows of a key",
            Self::Forgets(_) => "what it remembers",
            Self::Asks(_) | Self::AsksAgain(_) | Self::Unasked(_) => "what it asks",
            Self::Answers(_) => "what it is answered",
            Self::Replies(_) => "what it answers",
            Self::Decides(_) => "its choices",
            Self::TwoProcesses => "its locks",
        }
    }
}

/// The memory that is lost at a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Open questions to the network.
    Questions,
    /// Idempotency keys.
    Keys,
    /// Due jobs.
    Jobs,
}

/// The tables, by topic.
const TABLES: [&[InjectedFault]; 9] = [
    captures::TABLE,
    expiry::TABLE,
    payments::TABLE,
    refunds::TABLE,
    connect::TABLE,
    notifications::TABLE,
    repeats::TABLE,
    pages::TABLE,
    network::TABLE,
];

/// Returns every injected fault, by topic.
pub fn all() -> impl Iterator<Item = &'static InjectedFault> {
    TABLES.into_iter().flatten()
}

/// Returns the injected fault with this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static InjectedFault> {
    all().find(|injected| injected.name == name)
}

/// The fault that the canary fuzz target must find: it needs a hold, a partial capture, and a capture of the rest.
pub const CANARY: &str = "a final capture leaves the charge uncaptured";
