//! Engines with one rule broken on purpose, to measure whether the harness would notice.
//!
//! The engine's core knows nothing of it: each injected fault stands around the engine, in what it hears, reads,
//! writes, asks of its network, decides by, remembers, and how it keeps time. An injected fault that is never caught
//! fails `tests/injected faults.rs`; how soon each is caught stands in `reports/strength.md`.
//!
//! | table | what is broken |
//! |---|---|
//! | `captures` | taking authorized money |
//! | `expiry` | the end of a hold |
//! | `payments` | where a payment can be, and how it gets there |
//! | `refunds` | giving money back |
//! | `connect` | fees, transfers and the ledger |
//! | `notifications` | notifications |
//! | `repeats` | the same request twice, crashes, requests that overlap |
//! | `pages` | SetupIntents and Checkout Sessions |
//! | `network` | what the network is asked |

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
    /// The comparison of a run in which everything is sent again with one in which nothing is.
    Retries,
    /// The comparison of a run with crashes with one without.
    Crashes,
    /// The search for an order that explains requests that overlap.
    Overlaps,
    /// The consumer of late, repeated and reordered notifications.
    Consumer,
    /// The comparison of objects, ledger and network.
    Books,
}

impl std::fmt::Display for Breaks {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Property(id) => write!(out, "property {id}"),
            Self::Seen(part) => write!(out, "comparison of `{part}`"),
            Self::Retries => out.write_str("comparison with a run without retries"),
            Self::Crashes => out.write_str("comparison with a run without crashes"),
            Self::Overlaps => out.write_str("search for an order"),
            Self::Consumer => out.write_str("the merchant's books"),
            Self::Books => out.write_str("comparison with the network's books"),
        }
    }
}

/// The part of the engine's surroundings that an injected fault meddles with. Every function says or shows by what it
/// changes whether it acted.
pub enum How {
    /// Requests are changed before they are carried out.
    Hears(fn(&mut Request, &dyn Store)),
    /// These requests are carried out twice, and answered as the first time.
    Repeats(fn(&Command) -> bool),
    /// These events and jobs never reach the engine.
    Ignores(fn(&Command) -> bool),
    /// The clock is wrong by so many seconds while these requests are carried out.
    Clock(fn(&Command) -> i64),
    /// Transactions are changed before they are written; what is answered is what was written.
    Writes(fn(&mut Batch, &dyn Store) -> bool),
    /// Transactions are written in pieces.
    Tears(fn(Batch) -> Vec<Batch>),
    /// Objects are read as they were before their last change while these requests are carried out.
    Stale(fn(&Command, &Object) -> bool),
    /// The record of a key is changed when it is looked up for this request.
    Keys(fn(&mut KeyRecord, &Command)),
    /// This is forgotten when the engine is started again.
    Forgets(Memory),
    /// The request to the network is changed.
    Asks(fn(&mut Ask)),
    /// The network is asked these things twice, the second time under another name.
    AsksAgain(fn(&Ask) -> bool),
    /// The network is never asked these things, and taken to have done them.
    Unasked(fn(&Ask) -> bool),
    /// The response of the network is changed.
    Answers(fn(&Ask, &mut Answer)),
    /// The response to the client is changed; the stored one is not.
    Replies(fn(&Command, &mut Response, &dyn Store)),
    /// A choice of the engine is another one than it should be.
    Decides(fn(&mut Dialect)),
    /// Two processes work on one store, and neither knows what the other one holds.
    TwoProcesses,
}

impl std::fmt::Debug for How {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.part())
    }
}

impl How {
    /// The part of the surroundings, in a word or two.
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
    /// Questions to the network that are open.
    Questions,
    /// Idempotency keys.
    Keys,
    /// Jobs that are due.
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

/// The injected fault that fuzzing must find to be believed: it needs a hold, a piece taken of it, and a capture of the
/// rest.
pub const CANARY: &str = "a final capture leaves the charge uncaptured";
