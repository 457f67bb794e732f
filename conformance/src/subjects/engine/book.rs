//! What the harness knows of the engine's objects: their ids by place, and what is seen of them.
//!
//! Nothing here is computed from the model. Every object that a commit touched is read again through the engine's own
//! door, and its view is made anew; what no commit touched is as it was.

use holdfast_engine::objects::{
    ApplicationFee, BalanceTransaction, Charge, ChargeStatus, CheckoutSession, MovementKind, PaymentIntent, Refund,
    SetupIntent, Transfer,
};
use holdfast_engine::store::StoreError;
use holdfast_engine::{
    AccountId, ApplicationFeeId, ChargeId, CheckoutSessionId, Currency, CustomerId, Engine, Object, ObjectId,
    PaymentIntentId, SetupIntentId, Time, TransferId,
};
use holdfast_model::{
    Amount, ChargeView, Flow, IntentId, LedgerView, Links, Operation, PaymentView, REFUNDS, RefundId, RefundView,
    SessionView, SetupView,
};
use std::sync::Arc;

use super::ask::NO_SESSION;
use super::names::{self, amount};
use super::terms::PLATFORM;

/// One payment, as the harness follows it.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) id: PaymentIntentId,
    pub(super) account: AccountId,
    pub(super) currency: Currency,
    pub(super) charge: Option<ChargeId>,
    /// Does it belong to the session?
    of_session: bool,
    captured: u64,
    /// Charges that ever succeeded.
    successful: Vec<ChargeId>,
    /// Refunds in the order of creation.
    refunds: Vec<holdfast_engine::RefundId>,
    /// Fees and transfers in the order of creation: amount, and what of it went back.
    pub(super) fees: Vec<(ApplicationFeeId, u64, u64)>,
    pub(super) transfers: Vec<(TransferId, u64, u64)>,
    ledger: Sums,
    stale: bool,
}

/// Sums over the ledger's entries for one payment.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    charged: i64,
    refunded: i64,
    fees: i64,
    fees_refunded: i64,
    transfers: i64,
    reversals: i64,
}

/// The objects by place.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) payments: Vec<Option<Followed>>,
    pub(super) setup: Option<SetupIntentId>,
    pub(super) session: Option<CheckoutSessionId>,
    pub(super) customer: Option<CustomerId>,
    /// The place that the next new PaymentIntent gets.
    pub(super) expected: Option<IntentId>,
}

impl Book {
    /// Forgets everything, and keeps its room.
    pub(super) fn clear(&mut self) {
        self.payments.clear();
        (self.setup, self.session, self.customer, self.expected) = (None, None, None, None);
    }

    pub(super) fn followed(&self, intent: IntentId) -> Option<&Followed> {
        self.payments.get(usize::from(intent.0)).and_then(Option::as_ref)
    }

    /// The id of a PaymentIntent; one that names nothing where there is none.
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

    /// What of a charge was not transferred yet.
    pub(super) fn transferable(&self, intent: IntentId) -> i64 {
        let Some(payment) = self.followed(intent) else { return 0 };
        let sent = payment.transfers.iter().fold(0_u64, |sum, (_, amount, _)| sum.saturating_add(*amount));
        i64::try_from(payment.captured.saturating_sub(sent)).unwrap_or(i64::MAX)
    }

    /// The one fee of which `amount` can be given back; `None` where it would take several (U11).
    pub(super) fn fee_to_refund(
        &self,
        intent: IntentId,
        amount: Option<i64>,
    ) -> Option<(ApplicationFeeId, Option<i64>)> {
        let fees = self.followed(intent).map(|payment| payment.fees.as_slice()).unwrap_or_default();
        one_of(fees, amount, ApplicationFeeId(nowhere(intent)))
    }

    /// The one transfer of which `amount` can be taken back; `None` where it would take several (U11).
    pub(super) fn transfer_to_reverse(
        &self,
        intent: IntentId,
        amount: Option<i64>,
    ) -> Option<(TransferId, Option<i64>)> {
        let transfers = self.followed(intent).map(|payment| payment.transfers.as_slice()).unwrap_or_default();
        one_of(transfers, amount, TransferId(nowhere(intent)))
    }

    /// Is the object there that a request would name, so that it means the same whenever it is carried out?
    pub(super) fn names_for_good(&self, operation: &Operation) -> bool {
        let payment = |intent: IntentId| self.followed(intent);
        match *operation {
            Operation::RefundFee { intent, .. } => payment(intent).is_some_and(|it| !it.fees.is_empty()),
            Operation::ReverseTransfer { intent, .. } => payment(intent).is_some_and(|it| !it.transfers.is_empty()),
            Operation::CreateTransfer { intent, amount } => {
                amount.is_some() && payment(intent).is_some_and(|it| it.charge.is_some())
            }
            Operation::CancelRefund { intent, refund } => {
                payment(intent).is_some_and(|it| usize::from(refund.0) < it.refunds.len())
            }
            Operation::CreateIntent { .. } | Operation::CreateSetup { .. } | Operation::CreateSession(_) => false,
            Operation::UpdateIntent { .. }
            | Operation::ConfirmIntent { .. }
            | Operation::CaptureIntent { .. }
            | Operation::CancelIntent { .. }
            | Operation::CreateRefund { .. }
            | Operation::UpdateSetup { .. }
            | Operation::ConfirmSetup { .. }
            | Operation::CancelSetup { .. }
            | Operation::VerifyMicrodeposits
            | Operation::ExpireSession => true,
        }
    }

    /// Is the place taken that a session's payment would get?
    pub(super) fn has_in_the_way(&self, intent: IntentId) -> bool {
        let pays = self.payments.iter().flatten().any(|payment| payment.of_session);
        self.session.is_some() && !pays && self.followed(intent).is_some()
    }

    /// Is there no room for what a request would make?
    pub(super) fn has_already(&self, operation: &Operation) -> bool {
        match *operation {
            Operation::CreateIntent { intent, .. } => self.followed(intent).is_some(),
            Operation::CreateSetup { .. } => self.setup.is_some(),
            Operation::CreateSession(_) => self.session.is_some(),
            Operation::UpdateIntent { .. }
            | Operation::ConfirmIntent { .. }
            | Operation::CaptureIntent { .. }
            | Operation::CancelIntent { .. }
            | Operation::CreateRefund { .. }
            | Operation::CancelRefund { .. }
            | Operation::RefundFee { .. }
            | Operation::ReverseTransfer { .. }
            | Operation::CreateTransfer { .. }
            | Operation::UpdateSetup { .. }
            | Operation::ConfirmSetup { .. }
            | Operation::CancelSetup { .. }
            | Operation::VerifyMicrodeposits
            | Operation::ExpireSession => false,
        }
    }

    // --- what commits touched ---

    /// Takes in what was committed.
    pub(super) fn note(&mut self, engine: &Engine, objects: &[Object]) -> Result<(), StoreError> {
        // What something belongs to is noted before it, in whatever order it was written.
        objects.iter().filter_map(Object::as_payment_intent).for_each(|intent| self.note_intent(intent));
        for object in objects {
            match object {
                Object::PaymentIntent(_) => {}
                Object::Charge(charge) => self.note_charge(charge),
                Object::Refund(refund) => self.note_refund(refund),
                Object::ApplicationFee(fee) => self.note_fee(engine, fee)?,
                Object::Transfer(transfer) => self.note_transfer(engine, transfer)?,
                Object::SetupIntent(setup) => self.setup = Some(setup.id),
                Object::CheckoutSession(session) => self.session = Some(session.id),
                Object::Account(_)
                | Object::Customer(_)
                | Object::PaymentMethod(_)
                | Object::Reversal(_)
                | Object::FeeRefund(_)
                | Object::BalanceTransaction(_)
                | Object::Event(_)
                | Object::WebhookEndpoint(_)
                | Object::Delivery(_) => {}
            }
        }
        for object in objects {
            if let Object::BalanceTransaction(entry) = object {
                self.note_entry(engine, entry)?;
            }
        }
        Ok(())
    }

    fn of_intent(&mut self, id: PaymentIntentId) -> Option<&mut Followed> {
        self.payments.iter_mut().flatten().find(|payment| payment.id == id)
    }

    fn of_charge(&mut self, engine: &Engine, id: ChargeId) -> Result<Option<&mut Followed>, StoreError> {
        let known = |payment: &&mut Followed| payment.charge == Some(id);
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
            *slot = Some(Followed {
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

    /// The payment that a ledger entry belongs to, by the object that caused it.
    fn note_entry(&mut self, engine: &Engine, entry: &BalanceTransaction) -> Result<(), StoreError> {
        let mut source = entry.source;
        // From a reversal to its transfer, from a fee's refund to the fee.
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
            // The other side of an entry above.
            MovementKind::TransferReceived
            | MovementKind::TransferReturned
            | MovementKind::FeePaid
            | MovementKind::FeeReturned => return Ok(()),
        };
        *sum = sum.saturating_add(amount);
        Ok(())
    }

    /// Every view is to be made anew: time has passed.
    pub(super) fn age(&mut self) {
        self.payments.iter_mut().flatten().for_each(|payment| payment.stale = true);
    }

    // --- views ---

    /// Makes the views of what changed anew.
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

    pub(super) fn setup_view(&self, engine: &Engine) -> Result<Option<SetupView>, StoreError> {
        let Some(id) = self.setup else { return Ok(None) };
        let Some(setup) = engine.observe(id)?.and_then(|object| object.as_setup_intent().cloned()) else {
            return Ok(None);
        };
        Ok(Some(view_setup(engine, &setup)?))
    }

    pub(super) fn session_view(&self, engine: &Engine) -> Result<Option<SessionView>, StoreError> {
        let Some(id) = self.session else { return Ok(None) };
        let session = engine.observe(id)?.and_then(|object| object.as_checkout_session().cloned());
        Ok(session.map(|session| self.view_session(&session, engine.now())))
    }

    fn view_session(&self, session: &CheckoutSession, now: Time) -> SessionView {
        let status = names::session_status(session.status);
        let open = session.status == holdfast_engine::objects::SessionStatus::Open;
        let place = self
            .payments
            .iter()
            .position(|payment| payment.as_ref().is_some_and(|payment| Some(payment.id) == session.payment_intent));
        SessionView {
            status,
            mode: names::session_mode(session.mode),
            ui: names::session_ui(session.ui_mode),
            amount: session.amount_total.map_or(Amount::ZERO, amount),
            manual: session.terms.capture_method == Some(holdfast_engine::objects::CaptureMethod::Manual),
            payment_status: names::payment_status(session.payment_status),
            intent: place.and_then(|place| u8::try_from(place).ok()),
            seconds_left: open
                .then(|| u32::try_from(session.expires_at.since(now)).unwrap_or(u32::MAX))
                .filter(|left| *left > 0),
        }
    }
}

impl Followed {
    /// The place of a refund among the payment's.
    pub(super) fn place_of(&self, refund: holdfast_engine::RefundId) -> Option<usize> {
        self.refunds.iter().position(|known| *known == refund)
    }

    fn view(&self, engine: &Engine) -> Result<Option<PaymentView>, StoreError> {
        let Some(intent) = engine.observe(self.id)?.and_then(|object| object.as_payment_intent().cloned()) else {
            return Ok(None);
        };
        let charge = match intent.latest_charge {
            Some(id) => engine.observe(id)?.and_then(|object| object.as_charge().cloned()),
            None => None,
        };
        let mut refunds = [None; REFUNDS];
        for (slot, id) in refunds.iter_mut().zip(&self.refunds) {
            let refund = engine.observe(*id)?.and_then(|object| object.as_refund().cloned());
            *slot = refund.map(|it| RefundView { status: names::refund_status(it.status), amount: amount(it.amount) });
        }
        Ok(Some(PaymentView {
            status: names::intent_status(intent.status),
            amount: amount(intent.amount),
            currency: names::currency(intent.currency),
            capturable: amount(intent.capturable),
            received: amount(intent.received),
            capture_method: names::capture_method(intent.capture_method),
            confirmation_method: names::confirmation_method(intent.confirmation_method),
            payment_method: match intent.method {
                Some(id) => method_of(engine, id)?,
                None => None,
            },
            multicapture_requested: intent.request_multicapture,
            flow: match intent.transfer_data {
                Some(_) => Flow::Destination,
                None if intent.account == PLATFORM => Flow::Platform,
                None => Flow::Direct,
            },
            fee: intent.application_fee_amount.map(amount),
            transfer: intent.transfer_data.and_then(|data| data.amount).map(amount),
            confirmations: u8::try_from(intent.confirmations).unwrap_or(u8::MAX),
            cancellation_reason: intent.cancellation_reason.map(names::cancellation),
            last_error: intent.last_error.and_then(|error| names::error_code(error.failure)),
            owned_by_session: intent.session.is_some(),
            charge: charge.map(|charge| view_charge(&intent, &charge, engine.now())),
            successful_charges: u8::try_from(self.successful.len()).unwrap_or(u8::MAX),
            refunds,
            ledger: self.ledger.view(),
        }))
    }
}

impl Sums {
    fn view(&self) -> LedgerView {
        // A sum that is negative or too large is none that the rules know; the largest amount shows it.
        let sum = |sum: i64| Amount::new(u32::try_from(sum).unwrap_or(u32::MAX));
        LedgerView {
            charged: sum(self.charged),
            refunded: sum(self.refunded),
            fees: sum(self.fees),
            fees_refunded: sum(self.fees_refunded),
            transfers: sum(self.transfers),
            reversals: sum(self.reversals),
        }
    }
}

fn view_charge(intent: &PaymentIntent, charge: &Charge, now: Time) -> ChargeView {
    let holds = intent.status == holdfast_engine::objects::IntentStatus::RequiresCapture;
    let seconds = |time: Time| i64::try_from(time.seconds()).unwrap_or(i64::MAX);
    ChargeView {
        status: names::charge_status(charge.status),
        authorized: amount(charge.amount),
        captured_amount: amount(charge.captured),
        released: amount(charge.released),
        // A hold let go is shown as refunded (§2.7); what really went back is this.
        refunded_amount: amount(charge.refunded),
        captured: charge.closed,
        refunded: charge.is_refunded() && !charge.is_voided(),
        multicapture_available: charge.multicapture,
        // Requests to capture; what is captured by itself took none.
        captures: if charge.manual { u8::try_from(charge.captures).unwrap_or(u8::MAX) } else { 0 },
        hold_left: charge
            .capture_before
            .filter(|_| holds)
            .map(|deadline| seconds(deadline).saturating_sub(seconds(now))),
        booking_left: charge
            .ledger_due
            .filter(|_| charge.awaits_ledger)
            .map(|due| u32::try_from(due.since(now)).unwrap_or(u32::MAX)),
        links: Links {
            balance_transaction: charge.balance_transaction.is_some(),
            transfer: charge.transfer().is_some(),
            application_fee: charge.application_fee().is_some(),
        },
        fee_at_first_capture: charge.fee_required,
        transfer_at_first_capture: charge.transfer_amount_required,
        fee_latch: charge.fee_refunded_by_hand,
        transfer_latch: charge.transfer_reversed_by_hand,
    }
}

fn view_setup(engine: &Engine, setup: &Arc<SetupIntent>) -> Result<SetupView, StoreError> {
    Ok(SetupView {
        status: names::setup_status(setup.status),
        payment_method: match setup.method {
            Some(id) => method_of(engine, id)?,
            None => None,
        },
        confirmations: u8::try_from(setup.confirmations).unwrap_or(u8::MAX),
        cancellation_reason: setup.cancellation_reason.map(names::cancellation),
        last_error: setup.last_error.and_then(|error| names::error_code(error.failure)),
        owned_by_session: setup.session.is_some(),
    })
}

fn method_of(
    engine: &Engine,
    id: holdfast_engine::PaymentMethodId,
) -> Result<Option<holdfast_model::PaymentMethod>, StoreError> {
    let method = engine.observe(id)?.and_then(|object| object.as_payment_method().cloned());
    Ok(method.and_then(|method| names::payment_method(method.test_method)))
}

/// A number that names nothing, another one for each payment.
fn nowhere(intent: IntentId) -> u64 {
    u64::MAX.saturating_sub(u64::from(intent.0).saturating_mul(256))
}

/// Puts an amount and what of it went back in the place of what was known of it.
fn put<I: PartialEq>(list: &mut Vec<(I, u64, u64)>, entry: (I, u64, u64)) {
    match list.iter_mut().find(|known| known.0 == entry.0) {
        Some(known) => *known = entry,
        None => list.push(entry),
    }
}

/// The oldest of `list` that `amount` fits into, and how to ask for it. `none` where there are none. More than is left
/// of all together is asked of the first, to be refused; what only several together have cannot be asked.
fn one_of<I: Copy>(list: &[(I, u64, u64)], amount: Option<i64>, none: I) -> Option<(I, Option<i64>)> {
    let Some((first, ..)) = list.first() else { return Some((none, amount)) };
    let rest = |(_, whole, back): &(I, u64, u64)| i64::try_from(whole.saturating_sub(*back)).unwrap_or(i64::MAX);
    let all = list.iter().fold(0_i64, |sum, entry| sum.saturating_add(rest(entry)));
    let wanted = amount.unwrap_or(all);
    if wanted <= 0 || wanted > all {
        return Some((*first, amount));
    }
    let fits = list.iter().find(|entry| rest(entry) >= wanted)?;
    // All that is left is asked for by saying nothing, where that means the same.
    let whole = amount.is_none() && rest(fits) == wanted;
    Some((fits.0, if whole { None } else { Some(wanted) }))
}
