//! The simulated acquirer's ledger: its answers and the state of each hold, debit and return.

use super::{Answer, Reference};
use crate::money::Money;
use crate::test_methods::TestMethod;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// The state of one hold or debit in the acquirer's ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The charged method.
    pub method: TestMethod,
    /// The amount held or debited.
    pub amount: Money,
    /// The amount captured.
    pub captured: Money,
    /// The amount released without capture.
    pub released: Money,
    /// The amount returned after capture, without failed returns.
    pub refunded: Money,
    /// Whether it is a bank debit that has not settled.
    pub pending: bool,
}

/// The state of one return in the acquirer's ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// The hold or debit whose money is returned.
    pub hold: Reference,
    /// The amount returned.
    pub amount: Money,
    /// Whether the return failed or was stopped, so that no money was returned.
    pub undone: bool,
}

/// The effect of one request: the answer and the states after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The answer to every request under the same reference.
    pub answer: Answer,
    /// The changed hold or debit.
    pub position: Option<(Reference, Position)>,
    /// The changed return.
    pub refund: Option<(Reference, Return)>,
}

/// The error of a ledger that cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerError(pub String);

impl std::fmt::Display for LedgerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the acquirer's ledger: {}", self.0)
    }
}

impl std::error::Error for LedgerError {}

/// Storage for the ledger of a simulated acquirer.
pub trait Ledger: Send {
    /// Returns the answer to an earlier request under `reference`.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    fn answer(&self, reference: Reference) -> Result<Option<Answer>, LedgerError>;

    /// Returns a hold or debit.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    fn position(&self, hold: Reference) -> Result<Option<Position>, LedgerError>;

    /// Returns a return.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    fn refund(&self, refund: Reference) -> Result<Option<Return>, LedgerError>;

    /// Stores the effect of the request under `reference` atomically.
    ///
    /// # Errors
    /// [`LedgerError`] if nothing was written.
    fn note(&mut self, reference: Reference, effect: Effect) -> Result<(), LedgerError>;

    /// Returns every hold and debit, in the order of their references.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    fn positions(&self) -> Result<Vec<(Reference, Position)>, LedgerError>;
}

/// A ledger in memory, which ends with its process.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    answers: FxHashMap<Reference, Answer>,
    positions: FxHashMap<Reference, Position>,
    refunds: FxHashMap<Reference, Return>,
}

impl Ledger for MemoryLedger {
    fn answer(&self, reference: Reference) -> Result<Option<Answer>, LedgerError> {
        Ok(self.answers.get(&reference).copied())
    }

    fn position(&self, hold: Reference) -> Result<Option<Position>, LedgerError> {
        Ok(self.positions.get(&hold).copied())
    }

    fn refund(&self, refund: Reference) -> Result<Option<Return>, LedgerError> {
        Ok(self.refunds.get(&refund).copied())
    }

    fn note(&mut self, reference: Reference, effect: Effect) -> Result<(), LedgerError> {
        self.answers.insert(reference, effect.answer);
        self.positions.extend(effect.position);
        self.refunds.extend(effect.refund);
        Ok(())
    }

    fn positions(&self) -> Result<Vec<(Reference, Position)>, LedgerError> {
        let mut all: Vec<_> = self.positions.iter().map(|(reference, position)| (*reference, *position)).collect();
        all.sort_by_key(|(reference, _)| *reference);
        Ok(all)
    }
}
