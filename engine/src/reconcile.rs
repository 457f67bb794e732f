//! Reconciliation: intents, charges, refunds, the ledger and the acquirer's ledger must tell one story.

use crate::acquirer::{Position, Reference};
use crate::money::Money;
use crate::objects::{Charge, ChargeStatus, IntentStatus, MovementKind, PaymentIntent};
use crate::store::{Store, StoreError};
use crate::{Kind, Object, ObjectId};
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::Arc;

/// The first disagreement that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub object: String,
    /// What disagrees, with both values.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.what)
    }
}

/// What agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// PaymentIntents compared.
    pub intents: u64,
    /// Charges compared.
    pub charges: u64,
    /// Refunds compared.
    pub refunds: u64,
    /// Ledger entries added up.
    pub movements: u64,
    /// Holds and debits of the acquirer compared.
    pub positions: u64,
    /// Questions to the acquirer that are still open; what they touch is left out.
    pub open: u64,
}

/// Compares everything in `store` with itself and with the acquirer's `positions`.
///
/// # Errors
/// The outer error when the store cannot be read, the inner one with the first difference.
pub fn reconcile(
    store: &dyn Store,
    positions: &[(Reference, Position)],
) -> Result<Result<Summary, Difference>, StoreError> {
    let books = Books::read(store)?;
    Ok(books.check(store, positions))
}

#[derive(Default)]
struct Books {
    intents: FxHashMap<ObjectId, Arc<PaymentIntent>>,
    charges: Vec<Arc<Charge>>,
    /// Sum of live refunds of a charge.
    refunds: FxHashMap<ObjectId, u64>,
    refund_charge: FxHashMap<ObjectId, ObjectId>,
    refund_count: u64,
    /// Ledger of a charge by kind: what was captured, what went back.
    captured: FxHashMap<ObjectId, i64>,
    returned: FxHashMap<ObjectId, i64>,
    balances: FxHashMap<(crate::AccountId, crate::Currency), i64>,
    movements: u64,
    /// Fees and transfers: amount given and amount come back, by object.
    shares: Vec<(ObjectId, Money, Money)>,
    back: FxHashMap<ObjectId, u64>,
    open: u64,
    open_references: Vec<Reference>,
    open_objects: Vec<ObjectId>,
}

impl Books {
    fn read(store: &dyn Store) -> Result<Self, StoreError> {
        let mut books = Self::default();
        for ask in store.open_asks()? {
            books.open = books.open.saturating_add(1);
            books.open_references.push(ask.reference);
            books.open_objects.extend(ask.locks.iter().copied());
        }
        let kinds = [
            Kind::PaymentIntent,
            Kind::Charge,
            Kind::Refund,
            Kind::Transfer,
            Kind::Reversal,
            Kind::ApplicationFee,
            Kind::FeeRefund,
            Kind::BalanceTransaction,
        ];
        for kind in kinds {
            store.each(kind, &mut |object| books.note(object))?;
        }
        Ok(books)
    }

    fn note(&mut self, object: Object) {
        match object {
            Object::PaymentIntent(intent) => {
                self.intents.insert(intent.id.into(), intent);
            }
            Object::Charge(charge) => self.charges.push(charge),
            Object::Refund(refund) => {
                self.refund_count = self.refund_count.saturating_add(1);
                self.refund_charge.insert(refund.id.into(), refund.charge.into());
                let counts = !refund.status.is_undone() && refund.reference.is_some();
                add(&mut self.refunds, refund.charge.into(), if counts { refund.amount.minor() } else { 0 });
            }
            Object::Transfer(transfer) => self.shares.push((transfer.id.into(), transfer.amount, transfer.reversed)),
            Object::ApplicationFee(fee) => self.shares.push((fee.id.into(), fee.amount, fee.refunded)),
            Object::Reversal(reversal) => add(&mut self.back, reversal.transfer.into(), reversal.amount.minor()),
            Object::FeeRefund(refund) => add(&mut self.back, refund.fee.into(), refund.amount.minor()),
            Object::BalanceTransaction(entry) => {
                self.movements = self.movements.saturating_add(1);
                let balance = self.balances.entry((entry.account, entry.currency)).or_default();
                *balance = balance.saturating_add(entry.amount);
                let sum = match entry.kind {
                    MovementKind::Charge | MovementKind::Payment => self.captured.entry(entry.source).or_default(),
                    MovementKind::Refund | MovementKind::RefundFailure => {
                        self.returned.entry(entry.source).or_default()
                    }
                    MovementKind::Transfer
                    | MovementKind::TransferRefund
                    | MovementKind::TransferReceived
                    | MovementKind::TransferReturned
                    | MovementKind::ApplicationFee
                    | MovementKind::ApplicationFeeRefund
                    | MovementKind::FeePaid
                    | MovementKind::FeeReturned => return,
                };
                *sum = sum.saturating_add(entry.amount);
            }
            Object::Account(_)
            | Object::Customer(_)
            | Object::PaymentMethod(_)
            | Object::SetupIntent(_)
            | Object::CheckoutSession(_)
            | Object::Event(_)
            | Object::WebhookEndpoint(_)
            | Object::Delivery(_) => {}
        }
    }

    fn check(&self, store: &dyn Store, positions: &[(Reference, Position)]) -> Result<Summary, Difference> {
        let positions: FxHashMap<Reference, Position> = positions.iter().copied().collect();
        let mut returned: FxHashMap<ObjectId, i64> = FxHashMap::default();
        for (refund, amount) in &self.returned {
            let charge = self.refund_charge.get(refund).copied().unwrap_or(*refund);
            let sum = returned.entry(charge).or_default();
            *sum = sum.saturating_add(*amount);
        }
        for charge in &self.charges {
            self.check_charge(charge, &returned)?;
            if !self.is_open(charge.intent.into()) {
                check_position(charge, positions.get(&charge.hold))?;
            }
        }
        for intent in self.intents.values() {
            self.check_intent(intent)?;
        }
        for (id, given, back) in &self.shares {
            let sum = self.back.get(id).copied().unwrap_or(0);
            same(id, "returned by its own count and by its returns", back.minor(), sum)?;
            at_most(id, "returned", *back, "given", *given)?;
        }
        for ((account, currency), sum) in &self.balances {
            let kept = store.balance(*account, *currency).unwrap_or(i64::MIN);
            same(&ObjectId::from(*account), "balance kept and ledger added up", kept, *sum)?;
        }
        let known: rustc_hash::FxHashSet<Reference> = self.charges.iter().map(|charge| charge.hold).collect();
        let mut orphans: Vec<&Reference> = positions.keys().filter(|hold| !known.contains(hold)).collect();
        orphans.sort_unstable();
        if let Some(hold) = orphans.into_iter().find(|hold| !self.open_references.contains(hold)) {
            let what = "the acquirer holds or took money that no charge knows of".to_owned();
            return Err(Difference { object: hold.to_string(), what });
        }
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let (intents, charges) = (count(self.intents.len()), count(self.charges.len()));
        let (refunds, movements, open) = (self.refund_count, self.movements, self.open);
        Ok(Summary { intents, charges, refunds, movements, positions: count(positions.len()), open })
    }

    fn is_open(&self, intent: ObjectId) -> bool {
        let session = self.intents.get(&intent).and_then(|intent| intent.session).map(ObjectId::from);
        self.open_objects.iter().any(|open| *open == intent || Some(*open) == session)
    }

    /// A charge against its intent, its refunds and the ledger.
    fn check_charge(&self, charge: &Charge, returned: &FxHashMap<ObjectId, i64>) -> Result<(), Difference> {
        let id = ObjectId::from(charge.id);
        at_most(&id, "refunded", charge.refunded, "captured", charge.captured)?;
        let placed = charge.captured.plus(charge.released).unwrap_or(Money::new(u64::MAX));
        at_most(&id, "captured + released", placed, "authorized", charge.amount)?;
        let refunds = self.refunds.get(&id).copied().unwrap_or(0);
        same(&id, "refunded by the charge and by its refunds", charge.refunded.minor(), refunds)?;
        let ledger = self.captured.get(&id).copied().unwrap_or(0);
        let expected = if charge.awaits_ledger { 0 } else { charge.captured.incoming().unwrap_or(i64::MAX) };
        same(&id, "captured by the charge and by the ledger", expected, ledger)?;
        let back = returned.get(&id).copied().unwrap_or(0);
        same(&id, "refunded by the charge and by the ledger", charge.refunded.outgoing().unwrap_or(i64::MIN), back)?;
        match self.intents.get(&charge.intent.into()) {
            None => Err(Difference { object: id.to_string(), what: "its PaymentIntent is missing".to_owned() }),
            Some(intent) if intent.latest_charge == Some(charge.id) => {
                same(&id, "captured by the charge and received by the intent", charge.captured, intent.received)
            }
            Some(_) if charge.status == ChargeStatus::Succeeded => {
                let what = "it succeeded but is not its intent's latest charge".to_owned();
                Err(Difference { object: id.to_string(), what })
            }
            Some(_) => Ok(()),
        }
    }

    /// An intent against itself (I1, I3, I4).
    fn check_intent(&self, intent: &PaymentIntent) -> Result<(), Difference> {
        let id = ObjectId::from(intent.id);
        let sum = intent.received.plus(intent.capturable).unwrap_or(Money::new(u64::MAX));
        match intent.status {
            IntentStatus::RequiresCapture => same(&id, "amount and received + capturable", intent.amount, sum),
            IntentStatus::Succeeded | IntentStatus::Canceled => {
                same(&id, "capturable at the end and nothing", intent.capturable, Money::ZERO)
            }
            IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::RequiresAction
            | IntentStatus::Processing => same(&id, "money before payment and nothing", sum, Money::ZERO),
        }
    }
}

/// A charge against the acquirer's ledger.
fn check_position(charge: &Charge, position: Option<&Position>) -> Result<(), Difference> {
    let id = ObjectId::from(charge.id);
    let Some(position) = position else {
        if charge.status == ChargeStatus::Failed {
            return Ok(());
        }
        let what = format!("the acquirer does not know its hold {}", charge.hold);
        return Err(Difference { object: id.to_string(), what });
    };
    if charge.status == ChargeStatus::Failed {
        return same(&id, "failed here and captured at the acquirer", Money::ZERO, position.captured);
    }
    same(&id, "authorized here and at the acquirer", charge.amount, position.amount)?;
    same(&id, "refunded here and at the acquirer", charge.refunded, position.refunded)?;
    if charge.status == ChargeStatus::Succeeded && !charge.awaits_ledger {
        same(&id, "captured here and at the acquirer", charge.captured, position.captured)?;
        same(&id, "released here and at the acquirer", charge.released, position.released)?;
    }
    Ok(())
}

fn add(sums: &mut FxHashMap<ObjectId, u64>, id: ObjectId, amount: u64) {
    let sum = sums.entry(id).or_default();
    *sum = sum.saturating_add(amount);
}

fn same<T: PartialEq + fmt::Display>(id: &ObjectId, what: &str, one: T, other: T) -> Result<(), Difference> {
    if one == other {
        return Ok(());
    }
    Err(Difference { object: id.to_string(), what: format!("{what}: {one} and {other}") })
}

fn at_most(id: &ObjectId, what: &str, small: Money, than: &str, large: Money) -> Result<(), Difference> {
    if small <= large {
        return Ok(());
    }
    Err(Difference { object: id.to_string(), what: format!("{what} {small} > {than} {large}") })
}
