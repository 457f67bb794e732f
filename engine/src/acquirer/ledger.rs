//! The simulated acquirer's ledger: what it answered, and what became of each hold, debit and return.

use super::{Answer, Reference};
use crate::money::Money;
use crate::test_methods::TestMethod;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// What the acquirer's ledger says of one hold or debit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The method it is on.
    pub method: TestMethod,
    /// How much was held or debited.
    pub amount: Money,
    /// How much was taken.
    pub captured: Money,
    /// How much went back without being taken.
    pub released: Money,
    /// How much of what was taken was returned, failed returns excluded.
    pub refunded: Money,
    /// A bank debit that has not settled.
    pub pending: bool,
}

/// What it says of one return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// The hold or debit it returns money of.
    pub hold: Reference,
    /// How much.
    pub amount: Money,
    /// It failed, or was stopped: the money is not returned after all.
    pub undone: bool,
}

/// What one question does: the answer, and what is different afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The answer, from now on and for ever.
    pub answer: Answer,
    /// The hold or debit as it is afterwards.
    pub position: Option<(Reference, Position)>,
    /// The return as it is afterwards.
    pub refund: Option<(Reference, Return)>,
}

/// The ledger cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerError(pub String);

impl std::fmt::Display for LedgerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the acquirer's ledger: {}", self.0)
    }
}

impl std::error::Error for LedgerError {}

/// Where a simulated acquirer keeps its ledger.
pub trait Ledger: Send {
    /// The answer to a question that was asked before.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    fn answer(&self, reference: Reference) -> Result<Option<Answer>, LedgerError>;

    /// A hold or debit.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    fn position(&self, hold: Reference) -> Result<Option<Position>, LedgerError>;

    /// A return.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    fn refund(&self, refund: Reference) -> Result<Option<Return>, LedgerError>;

    /// Writes what the question under `reference` does: all of it or nothing.
    ///
    /// # Errors
    /// [`LedgerError`] when it is not written.
    fn note(&mut self, reference: Reference, effect: Effect) -> Result<(), LedgerError>;

    /// Every hold and debit, in the order of their references.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    fn positions(&self) -> Result<Vec<(Reference, Position)>, LedgerError>;
}

/// A ledger in memory, forgotten with its process.
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
