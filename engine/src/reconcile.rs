//! Reconciliation: intents, charges, refunds, the ledger and the acquirer's ledger must agree.

mod ledger;

use crate::acquirer::{Position, Reference};
use crate::invariants::record;
use crate::money::{Money, OutOfRange};
use crate::objects::{ApplicationFee, Charge, ChargeStatus, FeeRefund, IntentStatus, MovementKind, PaymentIntent};
use crate::objects::{Refund, Reversal, Transfer};
use crate::store::{Store, StoreError};
use crate::{Kind, Object, ObjectId};
use ledger::Ledger;
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt;
use std::sync::Arc;

/// The first difference found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The object or reference with the difference.
    pub object: String,
    /// The values that differ, with their meaning.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.what)
    }
}

/// The numbers of records that agree.
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
    /// The number of compared holds and debits of the acquirer.
    pub positions: u64,
    /// Open requests to the acquirer; their objects are not compared with the acquirer.
    pub open: u64,
}

/// Checks that the store is consistent, and compares its records with each other and with the acquirer's `positions`.
///
/// ```
/// use holdfast_engine::{Engine, EngineParts, Time, reconcile};
///
/// let engine = Engine::open(EngineParts::in_memory(Time::new(1_800_000_000)))?;
/// let summary = reconcile(engine.store(), &[])?.map_err(|difference| difference.to_string());
/// assert_eq!(summary.map(|summary| summary.intents), Ok(0));
/// # Ok::<(), holdfast_engine::store::StoreError>(())
/// ```
///
/// # Errors
/// The outer error if the store is damaged or cannot be read, the inner one with the first difference.
pub fn reconcile(
    store: &dyn Store,
    positions: &[(Reference, Position)],
) -> Result<Result<Summary, Difference>, StoreError> {
    store.check()?;
    let records = Records::read(store)?;
    match records.check(store, positions) {
        Ok(summary) => Ok(Ok(summary)),
        Err(Failure::Difference(difference)) => Ok(Err(difference)),
        Err(Failure::Store(error)) => Err(error),
    }
}

/// The reason why a comparison ended early.
enum Failure {
    Difference(Difference),
    Store(StoreError),
}

impl From<Difference> for Failure {
    fn from(difference: Difference) -> Self {
        Self::Difference(difference)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// All records about money in the store.
#[derive(Default)]
struct Records {
    intents: FxHashMap<ObjectId, Arc<PaymentIntent>>,
    charges: FxHashMap<ObjectId, Arc<Charge>>,
    refunds: Vec<Arc<Refund>>,
    transfers: Vec<Arc<Transfer>>,
    reversals: Vec<Arc<Reversal>>,
    fees: Vec<Arc<ApplicationFee>>,
    fee_refunds: Vec<Arc<FeeRefund>>,
    ledger: Ledger,
    /// The first record that violates an invariant of its own.
    violation: Option<Difference>,
    open: u64,
    open_references: Vec<Reference>,
    open_objects: Vec<ObjectId>,
}

impl Records {
    fn read(store: &dyn Store) -> Result<Self, StoreError> {
        let mut records = Self::default();
        for ask in store.open_asks()? {
            records.open = records.open.saturating_add(1);
            records.open_references.push(ask.reference);
            records.open_objects.extend(ask.locks.iter().copied());
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
            store.each(kind, &mut |object| records.note(object))?;
        }
        Ok(records)
    }

    fn note(&mut self, object: Object) {
        if let (None, Err(violation)) = (&self.violation, record(&object)) {
            let what = format!("its record violates an invariant: {violation}");
            self.violation = Some(Difference { object: object.id().to_string(), what });
        }
        match object {
            Object::PaymentIntent(intent) => drop(self.intents.insert(intent.id.into(), intent)),
            Object::Charge(charge) => drop(self.charges.insert(charge.id.into(), charge)),
            Object::Refund(refund) => self.refunds.push(refund),
            Object::Transfer(transfer) => self.transfers.push(transfer),
            Object::Reversal(reversal) => self.reversals.push(reversal),
            Object::ApplicationFee(fee) => self.fees.push(fee),
            Object::FeeRefund(refund) => self.fee_refunds.push(refund),
            Object::BalanceTransaction(entry) => self.ledger.note(&entry),
            Object::Account(_)
            | Object::Customer(_)
            | Object::PaymentMethod(_)
            | Object::SetupIntent(_)
            | Object::CheckoutSession(_)
            | Object::Event(_)
            | Object::WebhookEndpoint(_)
            | Object::Delivery(_)
            | Object::Product(_)
            | Object::Price(_)
            | Object::ShippingRate(_)
            | Object::ExternalAccount(_)
            | Object::Person(_)
            | Object::TaxId(_)
            | Object::SourceToken(_)
            | Object::SetupAttempt(_) => {}
        }
    }

    fn check(mut self, store: &dyn Store, positions: &[(Reference, Position)]) -> Result<Summary, Failure> {
        let positions: FxHashMap<Reference, Position> = positions.iter().copied().collect();
        let mut ledger = std::mem::take(&mut self.ledger);
        ledger.in_range()?;
        let movements = ledger.count();
        let mut refunded: FxHashMap<ObjectId, Money> = FxHashMap::default();
        for refund in &self.refunds {
            add(&mut refunded, refund.charge.into(), check_refund(refund, &mut ledger)?)?;
        }
        for charge in self.charges.values() {
            self.check_charge(charge, &refunded, &mut ledger)?;
            if !self.is_open(charge.intent.into()) {
                check_position(charge, positions.get(&charge.hold))?;
            }
        }
        for intent in self.intents.values() {
            self.check_intent(intent)?;
        }
        self.check_shares(&mut ledger)?;
        ledger.nothing_left()?;
        ledger.check_balances(store)?;
        ledger.check_jobs(store)?;
        let known: FxHashSet<Reference> = self.charges.values().map(|charge| charge.hold).collect();
        let mut orphans: Vec<&Reference> = positions.keys().filter(|hold| !known.contains(hold)).collect();
        orphans.sort_unstable();
        if let Some(hold) = orphans.into_iter().find(|hold| !self.open_references.contains(hold)) {
            let what = "the acquirer holds or took money that no charge knows of".to_owned();
            return Err(Difference { object: hold.to_string(), what }.into());
        }
        if let Some(violation) = self.violation {
            return Err(violation.into());
        }
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let (intents, charges) = (count(self.intents.len()), count(self.charges.len()));
        let (refunds, positions) = (count(self.refunds.len()), count(positions.len()));
        Ok(Summary { intents, charges, refunds, movements, positions, open: self.open })
    }

    /// Compares fees and transfers with their returns and with the ledgers of both accounts.
    fn check_shares(&self, ledger: &mut Ledger) -> Result<(), Difference> {
        let mut back: FxHashMap<ObjectId, Money> = FxHashMap::default();
        for reversal in &self.reversals {
            let (id, amount, parent): (ObjectId, _, _) =
                (reversal.id.into(), reversal.amount, reversal.transfer.into());
            add(&mut back, parent, amount)?;
            ledger.settle(id, MovementKind::TransferRefund, incoming(&id, amount)?)?;
            ledger.settle(id, MovementKind::TransferReturned, outgoing(&id, amount)?)?;
        }
        for refund in &self.fee_refunds {
            let (id, amount, parent): (ObjectId, _, _) = (refund.id.into(), refund.amount, refund.fee.into());
            add(&mut back, parent, amount)?;
            ledger.settle(id, MovementKind::ApplicationFeeRefund, outgoing(&id, amount)?)?;
            ledger.settle(id, MovementKind::FeeReturned, incoming(&id, amount)?)?;
        }
        let mut given: Vec<(ObjectId, Money, Money)> = Vec::new();
        for transfer in &self.transfers {
            let (id, amount): (ObjectId, _) = (transfer.id.into(), transfer.amount);
            given.push((id, amount, transfer.reversed));
            ledger.settle(id, MovementKind::Transfer, outgoing(&id, amount)?)?;
            ledger.settle(id, MovementKind::TransferReceived, incoming(&id, amount)?)?;
        }
        for fee in &self.fees {
            let (id, amount): (ObjectId, _) = (fee.id.into(), fee.amount);
            given.push((id, amount, fee.refunded));
            ledger.settle(id, MovementKind::ApplicationFee, incoming(&id, amount)?)?;
            ledger.settle(id, MovementKind::FeePaid, outgoing(&id, amount)?)?;
        }
        for (id, given, returned) in given {
            let sum = back.get(&id).copied().unwrap_or_default();
            same(&id, "returned by its own count and by its returns", returned, sum)?;
            at_most(&id, "returned", returned, "given", given)?;
        }
        Ok(())
    }

    fn is_open(&self, intent: ObjectId) -> bool {
        let session = self.intents.get(&intent).and_then(|intent| intent.session).map(ObjectId::from);
        self.open_objects.iter().any(|open| *open == intent || Some(*open) == session)
    }

    /// Compares a charge with its intent, its refunds and the ledger.
    fn check_charge(
        &self,
        charge: &Charge,
        refunded: &FxHashMap<ObjectId, Money>,
        ledger: &mut Ledger,
    ) -> Result<(), Difference> {
        let id = ObjectId::from(charge.id);
        at_most(&id, "refunded", charge.refunded, "captured", charge.captured)?;
        let placed = total(&id, charge.captured, charge.released)?;
        at_most(&id, "captured + released", placed, "authorized", charge.amount)?;
        let refunds = refunded.get(&id).copied().unwrap_or_default();
        same(&id, "refunded by the charge and by its refunds", charge.refunded, refunds)?;
        let kind = match charge.test_method.row().method_type.is_card() {
            true => MovementKind::Charge,
            false => MovementKind::Payment,
        };
        ledger.settle(id, kind, if charge.awaits_ledger { 0 } else { incoming(&id, charge.captured)? })?;
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

    /// Checks the amounts of an intent (I1, I3, I4).
    fn check_intent(&self, intent: &PaymentIntent) -> Result<(), Difference> {
        let id = ObjectId::from(intent.id);
        let sum = total(&id, intent.received, intent.capturable)?;
        if !intent.latest_charge.map_or(sum.is_zero(), |charge| self.charges.contains_key(&charge.into())) {
            return Err(Difference { object: id.to_string(), what: "its charge is missing".to_owned() });
        }
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

/// Compares a refund with the ledger and returns the amount that counts.
fn check_refund(refund: &Refund, ledger: &mut Ledger) -> Result<Money, Difference> {
    if refund.reference.is_none() {
        // The Refund that depicts an expired hold: no money moved.
        return Ok(Money::ZERO);
    }
    let (id, undone): (ObjectId, _) = (refund.id.into(), refund.status.is_undone());
    ledger.settle(id, MovementKind::Refund, outgoing(&id, refund.amount)?)?;
    ledger.settle(id, MovementKind::RefundFailure, if undone { incoming(&id, refund.amount)? } else { 0 })?;
    Ok(if undone { Money::ZERO } else { refund.amount })
}

/// Compares a charge with the acquirer's ledger.
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

/// Returns the sum of two amounts of one object.
fn total(id: &ObjectId, one: Money, other: Money) -> Result<Money, Difference> {
    one.plus(other).map_err(|OutOfRange| out_of_range(id, one.max(other)))
}

/// Returns an amount as a movement into an account.
fn incoming(id: &ObjectId, amount: Money) -> Result<i64, Difference> {
    amount.incoming().map_err(|OutOfRange| out_of_range(id, amount))
}

/// Returns an amount as a movement out of an account.
fn outgoing(id: &ObjectId, amount: Money) -> Result<i64, Difference> {
    amount.outgoing().map_err(|OutOfRange| out_of_range(id, amount))
}

fn add(sums: &mut FxHashMap<ObjectId, Money>, id: ObjectId, amount: Money) -> Result<(), Difference> {
    let sum = sums.entry(id).or_default();
    *sum = total(&id, *sum, amount)?;
    Ok(())
}

fn out_of_range(id: &ObjectId, amount: Money) -> Difference {
    Difference { object: id.to_string(), what: format!("a sum with the amount {amount} leaves the range of 64 bits") }
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
