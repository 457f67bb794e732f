//! Ledger entries: the provider's fee, and the instant from which their money is available (P22).

use super::decision_context::{Changes, Decided, DecisionContext, Stop, not_found};
use crate::command::JobKind;
use crate::money::{Currency, Money};
use crate::objects::{BalanceTransaction, Balances, Charge, EventType, MovementKind, Settlement};
use crate::test_methods::TestMethod;
use crate::time::Time;
use crate::{AccountId, BalanceTransactionId, ObjectId};

/// A movement of money, without the account and the amount.
pub(super) struct Movement {
    kind: MovementKind,
    currency: Currency,
    source: ObjectId,
    available_on: Option<Time>,
}

impl Movement {
    /// Returns a movement that `source` caused. Its money is available at once if `available_on` is `None` or has passed.
    pub(super) fn of(
        source: impl Into<ObjectId>,
        kind: MovementKind,
        currency: Currency,
        available_on: Option<Time>,
    ) -> Self {
        Self { kind, currency, source: source.into(), available_on }
    }
}

/// Returns the instant at which a capture of now is available: at once for the test card that bypasses the delay (TST-5).
pub(super) fn available_on(context: &DecisionContext<'_>, charge: &Charge) -> Time {
    let bypasses = charge.test_method == TestMethod::BypassPending;
    context.now.after(if bypasses { 0 } else { of(context, charge.account).delay })
}

/// Returns the instant at which the money of a charge is available, which its moves follow; `None` if the charge
/// has none. For a charge that awaits its ledger entry, the entry is assumed to
/// come now.
pub(super) fn of_charge(context: &DecisionContext<'_>, charge: &Charge) -> Option<Time> {
    charge.available_on.or_else(|| charge.awaits_ledger.then(|| available_on(context, charge)))
}

/// Returns the settlement of an account.
fn of(context: &DecisionContext<'_>, account: AccountId) -> Settlement {
    let other = Some(account).filter(|id| *id != context.account.id).and_then(|id| context.objects.account_by_id(id));
    other.map_or(context.account.settlement, |account| account.settlement)
}

/// Posts one movement of one account to the ledger, `amount` into the account. A payment of a customer bears the fee of
/// the account. A pending entry gets its job.
pub(super) fn post(
    context: &DecisionContext<'_>,
    changes: &mut Changes,
    account: AccountId,
    movement: &Movement,
    amount: i64,
) -> Result<BalanceTransactionId, Stop> {
    let (id, created) = (context.id(BalanceTransactionId), context.now);
    let Movement { kind, currency, source, .. } = *movement;
    let fee = match kind.bears_fee() {
        true => of(context, account).fee(Money::new(amount.unsigned_abs()))?,
        false => Money::ZERO,
    };
    let available_on = movement.available_on.unwrap_or(created).max(created);
    let is_available = available_on <= created;
    let entry =
        BalanceTransaction { id, account, created, amount, fee, currency, kind, source, available_on, is_available };
    entry.net()?;
    if !is_available {
        changes.schedule(JobKind::Settle, id, available_on);
    }
    changes.put(entry);
    Ok(id)
}

/// Makes a pending ledger entry available, once. Money that came in is announced; money that went out is not.
pub(super) fn settle(context: &DecisionContext<'_>, id: BalanceTransactionId) -> Decided {
    let before = context.objects.balance_transaction(id).ok_or_else(|| not_found("balance transaction", id, "id"))?;
    let mut changes = Changes::default();
    if before.is_available {
        return Ok(changes.answer(before));
    }
    if context.now < before.available_on {
        changes.schedule(JobKind::Settle, id, before.available_on);
        return Ok(changes.answer(before));
    }
    let entry = before.settled();
    if entry.net()? > 0 {
        let balances = balances_after(context, &before, &entry)?;
        context.announce(&mut changes, EventType::BalanceAvailable, &entry);
        changes.events.iter_mut().for_each(|event| event.balances = Some(balances.clone()));
    }
    changes.put(entry.clone());
    Ok(changes.answer(entry))
}

/// Returns the balances of the account after a change of one of its entries.
fn balances_after(
    context: &DecisionContext<'_>,
    before: &BalanceTransaction,
    entry: &BalanceTransaction,
) -> Result<Balances, Stop> {
    let movement = entry.movement_since(Some(before))?;
    let mut balances = context.objects.balances(entry.account);
    for (currency, funds) in &mut balances {
        if *currency == entry.currency {
            *funds = funds.plus(movement)?;
        }
    }
    Ok(balances)
}
