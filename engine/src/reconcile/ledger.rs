//! The ledger during reconciliation: the object that an entry names must account for the entry.

use super::{Difference, Failure, same};
use crate::command::{JobKey, JobKind};
use crate::money::OutOfRange;
use crate::objects::{BalanceTransaction, Funds, MovementKind};
use crate::store::Store;
use crate::{AccountId, BalanceTransactionId, Currency, ObjectId, Time};
use rustc_hash::{FxHashMap, FxHashSet};

/// The last instant that a store can hold.
const LAST: Time = Time::new(i64::MAX.unsigned_abs());

/// Sums of entries that no object has accounted for yet, and the balances of all entries.
#[derive(Default)]
pub(super) struct Ledger {
    sums: FxHashMap<(ObjectId, MovementKind), i64>,
    balances: FxHashMap<(AccountId, Currency), Funds>,
    /// The entries that are not available yet.
    pending: Vec<BalanceTransactionId>,
    count: u64,
    /// The first entry whose sum left the range of `i64`.
    overflow: Option<BalanceTransactionId>,
}

impl Ledger {
    /// Adds an entry. A sum that leaves the range of `i64` is reported by [`Self::in_range`].
    pub(super) fn note(&mut self, entry: &BalanceTransaction) {
        self.count = self.count.saturating_add(1);
        if !entry.is_available {
            self.pending.push(entry.id);
        }
        let sum = self.sums.entry((entry.source, entry.kind)).or_default();
        let balance = self.balances.entry((entry.account, entry.currency)).or_default();
        let moved = entry.movement_since(None).and_then(|movement| balance.plus(movement));
        match (sum.checked_add(entry.amount), moved) {
            (Some(after), Ok(moved)) => (*sum, *balance) = (after, moved),
            (None, _) | (_, Err(OutOfRange)) => self.overflow = self.overflow.or(Some(entry.id)),
        }
    }

    /// Returns the number of entries.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Removes the entries of an object of one kind, which must add up to `expected`.
    pub(super) fn settle(&mut self, id: ObjectId, kind: MovementKind, expected: i64) -> Result<(), Difference> {
        let sum = self.sums.remove(&(id, kind)).unwrap_or(0);
        same(&id, &format!("moved ({kind:?}) by its own word and by the ledger"), expected, sum)
    }

    /// Checks that an object accounted for every entry.
    pub(super) fn nothing_left(&self) -> Result<(), Difference> {
        match self.sums.iter().min_by_key(|((id, _), _)| *id) {
            None => Ok(()),
            Some(((id, kind), sum)) => {
                let what = format!("the ledger has {sum} for it ({kind:?}), and it knows nothing of that");
                Err(Difference { object: id.to_string(), what })
            }
        }
    }

    /// Checks that every sum of entries stayed in the range of `i64`.
    pub(super) fn in_range(&self) -> Result<(), Difference> {
        match self.overflow {
            None => Ok(()),
            Some(entry) => {
                let what = "the ledger's sums leave the range of 64 bits with it".to_owned();
                Err(Difference { object: entry.to_string(), what })
            }
        }
    }

    /// Checks that the stored balances are the sums of the net amounts: of the available entries and of the pending ones
    /// (P22).
    pub(super) fn check_balances(&self, store: &dyn Store) -> Result<(), Failure> {
        for ((account, currency), sum) in &self.balances {
            let (id, kept) = (ObjectId::from(*account), store.balance(*account, *currency)?);
            same(&id, "balance kept and ledger added up", kept.total(), sum.total())?;
            same(&id, "available balance kept and ledger added up", kept.available, sum.available)?;
        }
        Ok(())
    }

    /// Checks that each pending entry has a job that makes it available (P22).
    pub(super) fn check_jobs(&self, store: &dyn Store) -> Result<(), Failure> {
        let planned = if self.pending.is_empty() { Vec::new() } else { store.due(LAST, usize::MAX)? };
        let planned: FxHashSet<JobKey> = planned.into_iter().collect();
        let is_lost = |id: &&BalanceTransactionId| !planned.contains(&JobKey::new(JobKind::Settle, **id));
        match self.pending.iter().find(is_lost) {
            None => Ok(()),
            Some(id) => {
                let what = "it is pending, and no job makes it available".to_owned();
                Err(Difference { object: id.to_string(), what }.into())
            }
        }
    }
}
