//! The index of the engine's objects: their ids by place, and their views.
//!
//! Nothing here is computed from the model. Every object that a commit changed is read again through the engine's own
//! interface, and its view is rebuilt. The views of other objects stay.

use holdfast_engine::objects::{
    ApplicationFee, BalanceTransaction, Charge, ChargeStatus, MovementKind, PaymentIntent, Refund, SessionMode,
    Transfer,
};
use holdfast_engine::store::StoreError;
use holdfast_engine::{
    AccountId, ApplicationFeeId, ChargeId, CheckoutSessionId, Currency, CustomerId, Engine, Object, ObjectId,
    PaymentIntentId, SetupIntentId, TransferId,
};
use holdfast_model::{IntentId, PaymentView, RefundId};

use super::commands::NO_SESSION;
use super::config::PLATFORM;

/// One payment, as the harness tracks it.
#[derive(Debug)]
pub(super) struct TrackedPayment {
    pub(super) id: PaymentIntentId,
    pub(super) account: AccountId,
    pub(super) currency: Currency,
    pub(super) charge: Option<ChargeId>,
    /// Whether it belongs to the session.
    pub(super) of_session: bool,
    captured: u64,
    /// The charges that succeeded at some time.
    pub(super) successful: Vec<ChargeId>,
    /// Refunds in the order of creation.
    pub(super) refunds: Vec<holdfast_engine::RefundId>,
    /// Fees and transfers in the order of creation: id, amount, and the amount returned.
    pub(super) fees: Vec<(ApplicationFeeId, u64, u64)>,
    pub(super) transfers: Vec<(TransferId, u64, u64)>,
    pub(super) ledger: Sums,
    stale: bool,
}

/// Sums over the ledger entries of one payment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) charged: i64,
    pub(super) refunded: i64,
    pub(super) fees: i64,
    pub(super) fees_refunded: i64,
    pub(super) transfers: i64,
    pub(super) reversals: i64,
}

/// The objects by place.
#[derive(Debug, Default)]
pub(super) struct ObjectIndex {
    pub(super) payments: Vec<Option<TrackedPayment>>,
    pub(super) setup: Option<SetupIntentId>,
    /// Whether the SetupIntent belongs to the session.
    pub(super) setup_of_session: bool,
    pub(super) session: Option<CheckoutSessionId>,
    /// Whether the session's page saves a payment method instead of taking a payment.
    pub(super) session_saves: bool,
    pub(super) customer: Option<CustomerId>,
    /// The place of the next new PaymentIntent.
    pub(super) expected: Option<IntentId>,
}

impl ObjectIndex {
    /// Removes all objects, but keeps the allocated memory.
    pub(super) fn clear(&mut self) {
        self.payments.clear();
        (self.setup, self.session, self.customer, self.expected) = (None, None, None, None);
        (self.setup_of_session, self.session_saves) = (false, false);
    }

    pub(super) fn followed(&self, intent: IntentId) -> Option<&TrackedPayment> {
        self.payments.get(usize::from(intent.0)).and_then(Option::as_ref)
    }

    /// Returns the id of a PaymentIntent; if there is none, an id that no object has.
    pub(super) fn intent(&self, intent: IntentId) -> PaymentIntentId {
        self.followed(intent).map_or(PaymentIntentId(nowhere(intent)), |payment| payment.id)
    }

    pub(super) fn account_of(&self, intent: IntentId) -> AccountId {
        self.followed(intent).map_or(PLATFORM, |payment| payment.account)
    }

    pub(super) fn currency(&self, intent: IntentId) -> Currency {
        self.followed(intent).map_or(Currency::Usd, |payment| payment.currency)
    }

    pub(super) fn charge(&self, intent: IntentId) -> ChargeId {
        self.followed(intent).and_then(|payment| payment.charge).unwrap_or(ChargeId(nowhere(intent)))
    }

    pub(super) fn refund(&self, intent: IntentId, refund: RefundId) -> holdfast_engine::RefundId {
        let found = self.followed(intent).and_then(|payment| payment.refunds.get(usize::from(refund.0)));
        let nothing = nowhere(intent).saturating_sub(u64::from(refund.0));
        found.copied().unwrap_or(holdfast_engine::RefundId(nothing))
    }

    pub(super) fn setup(&self) -> SetupIntentId {
        self.setup.unwrap_or(SetupIntentId(u64::MAX))
    }

    pub(super) fn session(&self) -> CheckoutSessionId {
        self.session.unwrap_or(NO_SESSION)
    }

    /// Returns the amount of a charge that was not transferred.
    pub(super) fn transferable(&self, intent: IntentId) -> i64 {
        let Some(payment) = self.followed(intent) else { return 0 };
        let sent = payment.transfers.iter().fold(0_u64, |sum, (_, amount, _)| sum.saturating_add(*amount));
        i64::try_from(payment.captured.saturating_sub(sent)).unwrap_or(i64::MAX)
    }

    /// Returns the one fee that can refund `amount`; `None` where it would take several (U11).
    pub(super) fn fee_to_refund(
        &self,
        intent: IntentId,
        amount: Option<i64>,
    ) -> Option<(ApplicationFeeId, Option<i64>)> {
        let fees = self.followed(intent).map(|payment| payment.fees.as_slice()).unwrap_or_default();
        one_of(fees, amount, ApplicationFeeId(nowhere(intent)))
    }

    /// Returns the one transfer that can return `amount`; `None` where it would take several (U11).
    pub(super) fn transfer_to_reverse(
        &self,
        intent: IntentId,
        amount: Option<i64>,
    ) -> Option<(TransferId, Option<i64>)> {
        let transfers = self.followed(intent).map(|payment| payment.transfers.as_slice()).unwrap_or_default();
        one_of(transfers, amount, TransferId(nowhere(intent)))
    }

    // --- what commits touched ---

    /// Adds the committed objects.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the model knows a few kinds of objects")]
    pub(super) fn note(&mut self, engine: &Engine, objects: &[Object]) -> Result<(), StoreError> {
        // Owners are recorded before the objects that belong to them, whatever the order of the writes.
        objects.iter().filter_map(Object::as_payment_intent).for_each(|intent| self.note_intent(intent));
        for object in objects {
            match object {
                Object::PaymentIntent(_) => {}
                Object::Charge(charge) => self.note_charge(charge),
                Object::Refund(refund) => self.note_refund(refund),
                Object::ApplicationFee(fee) => self.note_fee(engine, fee)?,
                Object::Transfer(transfer) => self.note_transfer(engine, transfer)?,
                Object::SetupIntent(setup) => {
                    (self.setup, self.setup_of_session) = (Some(setup.id), setup.session.is_some());
                }
                Object::CheckoutSession(session) => {
                    (self.session, self.session_saves) = (Some(session.id), session.mode == SessionMode::Setup);
                }
                _ => {}
            }
        }
        for object in objects {
            if let Object::BalanceTransaction(entry) = object {
                self.note_entry(engine, entry)?;
            }
        }
        Ok(())
    }

    fn of_intent(&mut self, id: PaymentIntentId) -> Option<&mut TrackedPayment> {
        self.payments.iter_mut().flatten().find(|payment| payment.id == id)
    }

    fn of_charge(&mut self, engine: &Engine, id: ChargeId) -> Result<Option<&mut TrackedPayment>, StoreError> {
        let known = |payment: &&mut TrackedPayment| payment.charge == Some(id);
        if self.payments.iter_mut().flatten().any(|payment| known(&&mut *payment)) {
            return Ok(self.payments.iter_mut().flatten().find(known));
        }
        let charge = engine.observe(id)?.and_then(|object| object.as_charge().cloned());
        Ok(charge.and_then(|charge| self.of_intent(charge.intent)))
    }

    fn note_intent(&mut self, intent: &PaymentIntent) {
        if let Some(known) = self.of_intent(intent.id) {
            known.stale = true;
            known.charge = intent.latest_charge;
            known.currency = intent.currency;
            return;
        }
        let free = self.payments.iter().position(Option::is_none).unwrap_or(self.payments.len());
        let place = self.expected.take().map_or(free, |intent| usize::from(intent.0));
        if self.payments.len() <= place {
            self.payments.resize_with(place.saturating_add(1), || None);
        }
        if let Some(slot) = self.payments.get_mut(place) {
            *slot = Some(TrackedPayment {
                id: intent.id,
                account: intent.account,
                currency: intent.currency,
                charge: intent.latest_charge,
                of_session: intent.session.is_some(),
                captured: 0,
                successful: Vec::new(),
                refunds: Vec::new(),
                fees: Vec::new(),
                transfers: Vec::new(),
                ledger: Sums::default(),
                stale: true,
            });
        }
    }

    fn note_charge(&mut self, charge: &Charge) {
        let Some(payment) = self.of_intent(charge.intent) else { return };
        payment.stale = true;
        payment.captured = charge.captured.minor();
        if charge.status == ChargeStatus::Succeeded && !payment.successful.contains(&charge.id) {
            payment.successful.push(charge.id);
        }
    }

    fn note_refund(&mut self, refund: &Refund) {
        let Some(payment) = self.of_intent(refund.intent) else { return };
        payment.stale = true;
        if !payment.refunds.contains(&refund.id) {
            payment.refunds.push(refund.id);
        }
    }

    fn note_fee(&mut self, engine: &Engine, fee: &ApplicationFee) -> Result<(), StoreError> {
        let Some(payment) = self.of_charge(engine, fee.charge)? else { return Ok(()) };
        payment.stale = true;
        put(&mut payment.fees, (fee.id, fee.amount.minor(), fee.refunded.minor()));
        Ok(())
    }

    fn note_transfer(&mut self, engine: &Engine, transfer: &Transfer) -> Result<(), StoreError> {
        let Some(charge) = transfer.charge else { return Ok(()) };
        let Some(payment) = self.of_charge(engine, charge)? else { return Ok(()) };
        payment.stale = true;
        put(&mut payment.transfers, (transfer.id, transfer.amount.minor(), transfer.reversed.minor()));
        Ok(())
    }

    /// Returns the payment of a ledger entry, by the object that caused the entry.
    fn note_entry(&mut self, engine: &Engine, entry: &BalanceTransaction) -> Result<(), StoreError> {
        // Only a new entry moves money; one that becomes available later was counted when it was posted.
        if entry.is_available && entry.available_on > entry.created {
            return Ok(());
        }
        let mut source = entry.source;
        // From a reversal to its transfer, and from a fee refund to its fee.
        if let ObjectId::Reversal(id) = source {
            let found = engine.observe(id)?;
            source = found.and_then(|object| object.as_reversal().map(|it| it.transfer.into())).unwrap_or(source);
        } else if let ObjectId::FeeRefund(id) = source {
            let found = engine.observe(id)?;
            source = found.and_then(|object| object.as_fee_refund().map(|it| it.fee.into())).unwrap_or(source);
        }
        let payment = if let ObjectId::Charge(id) = source {
            self.of_charge(engine, id)?
        } else if let ObjectId::Refund(id) = source {
            self.payments.iter_mut().flatten().find(|payment| payment.refunds.contains(&id))
        } else if let ObjectId::Transfer(id) = source {
            self.payments.iter_mut().flatten().find(|payment| payment.transfers.iter().any(|it| it.0 == id))
        } else if let ObjectId::ApplicationFee(id) = source {
            self.payments.iter_mut().flatten().find(|payment| payment.fees.iter().any(|it| it.0 == id))
        } else {
            None
        };
        let Some(payment) = payment else { return Ok(()) };
        payment.stale = true;
        let sums = &mut payment.ledger;
        let (sum, amount) = match entry.kind {
            MovementKind::Charge | MovementKind::Payment => (&mut sums.charged, entry.amount),
            MovementKind::Refund | MovementKind::RefundFailure => (&mut sums.refunded, entry.amount.saturating_neg()),
            MovementKind::ApplicationFee => (&mut sums.fees, entry.amount),
            MovementKind::ApplicationFeeRefund => (&mut sums.fees_refunded, entry.amount.saturating_neg()),
            MovementKind::Transfer => (&mut sums.transfers, entry.amount.saturating_neg()),
            MovementKind::TransferRefund => (&mut sums.reversals, entry.amount),
            // The counterpart of an entry above.
            MovementKind::TransferReceived
            | MovementKind::TransferReturned
            | MovementKind::FeePaid
            | MovementKind::FeeReturned => return Ok(()),
        };
        *sum = sum.saturating_add(amount);
        Ok(())
    }

    /// Marks every view as stale, because time has passed.
    pub(super) fn age(&mut self) {
        self.payments.iter_mut().flatten().for_each(|payment| payment.stale = true);
    }

    // --- views ---

    /// Updates the views of the objects that changed.
    pub(super) fn look(&mut self, engine: &Engine, payments: &mut Vec<Option<PaymentView>>) -> Result<(), StoreError> {
        payments.resize(self.payments.len(), None);
        for (followed, view) in self.payments.iter_mut().zip(payments.iter_mut()) {
            match followed {
                None => *view = None,
                Some(payment) if payment.stale => {
                    *view = payment.view(engine)?;
                    payment.stale = false;
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

impl TrackedPayment {
    /// Returns the place of a refund among the payment's refunds.
    pub(super) fn place_of(&self, refund: holdfast_engine::RefundId) -> Option<usize> {
        self.refunds.iter().position(|known| *known == refund)
    }
}

/// Returns a number that no object has, a different one for each payment.
fn nowhere(intent: IntentId) -> u64 {
    u64::MAX.saturating_sub(u64::from(intent.0).saturating_mul(256))
}

/// Adds an entry, or replaces the entry of the same object.
fn put<I: PartialEq>(list: &mut Vec<(I, u64, u64)>, entry: (I, u64, u64)) {
    match list.iter_mut().find(|known| known.0 == entry.0) {
        Some(known) => *known = entry,
        None => list.push(entry),
    }
}

/// Returns the oldest entry of `list` that `amount` fits into, and the amount to request; `none` if the list is empty.
/// An amount above the sum of all entries goes to the first, which refuses it. Returns `None` if only several entries
/// together have the amount.
fn one_of<I: Copy>(list: &[(I, u64, u64)], amount: Option<i64>, none: I) -> Option<(I, Option<i64>)> {
    let Some((first, ..)) = list.first() else { return Some((none, amount)) };
    let rest = |(_, whole, back): &(I, u64, u64)| i64::try_from(whole.saturating_sub(*back)).unwrap_or(i64::MAX);
    let all = list.iter().fold(0_i64, |sum, entry| sum.saturating_add(rest(entry)));
    let wanted = amount.unwrap_or(all);
    if wanted <= 0 || wanted > all {
        return Some((*first, amount));
    }
    let fits = list.iter().find(|entry| rest(entry) >= wanted)?;
    // A request for the whole remainder needs no amount.
    let whole = amount.is_none() && rest(fits) == wanted;
    Some((fits.0, if whole { None } else { Some(wanted) }))
}
